//! The status bar: whether sampling goes on, how old the data is, what Perfdesk costs, which machine this is.

use std::time::Duration;

use eframe::egui::{Align, Color32, CursorIcon, Layout, Role, Sense, Stroke, Ui, UiBuilder, WidgetInfo, pos2, vec2};

use crate::model::quantity::{decimals, joined};
use crate::model::{HistoryState, Quantity, Snapshot, Timestamp, Unit};
use crate::ui::chart::time_axis::{clock, offset_seconds};
use crate::ui::cx::{Intent, Page, PanelCx};
use crate::ui::icons::{self, Icon};
use crate::ui::pages::profiles::{countdown, trial_left};
use crate::ui::pages::reports::running_words;
use crate::ui::theme::TextRole;

/// What the bar says; computed from the newest snapshot even while the screen is paused.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StatusWords {
    /// Whether and how data comes in.
    pub sampling: String,
    /// How old the newest data is; empty before the first.
    pub age: String,
    /// Whether the data is older than three intervals.
    pub is_stale: bool,
    /// Own cost; empty while it is not known.
    pub cost: String,
}

impl StatusWords {
    /// The words for the newest snapshot and, while the screen is paused, the moment it shows.
    pub fn new(live: &Snapshot, paused_at: Option<Timestamp>, now: Timestamp) -> Self {
        let units = live.settings.units;
        let interval = if live.interval.is_zero() { live.settings.interval() } else { live.interval };
        // Another machine's clock is its own: there the time since data came counts.
        let age = match &live.link {
            Some(link) => live.at.and(link.age(now)),
            None => live.at.map(|at| now.since(at)),
        };
        let is_stale = age.is_some_and(|age| age > interval * 3);
        let sampling = match (age, paused_at) {
            (None, _) => "Reading for the first time".to_owned(),
            (Some(_), Some(at)) => format!("Paused at {}, sampling goes on", clock(at, offset_seconds(at), true)),
            (Some(_), None) if is_stale => "No new data".to_owned(),
            (Some(_), None) => format!("Sampling every {}", round_seconds(interval)),
        };
        let age = age.map_or(String::new(), |age| {
            let n = if age < Duration::from_secs(10) { 1 } else { 0 };
            format!("Data {} old", joined(&decimals(age.as_secs_f64(), n), "s"))
        });
        let health = &live.health;
        let cost = match (health.cpu_ratio, health.memory_bytes) {
            (Some(cpu), Some(bytes)) => format!(
                "Perfdesk uses {} CPU, {}",
                joined(&decimals(cpu * 100.0, 1), "%"),
                Quantity::new(bytes as f64, Unit::Bytes).text(&units)
            ),
            _ => String::new(),
        };
        Self { sampling, age, is_stale, cost }
    }
}

fn round_seconds(span: Duration) -> String {
    let millis = span.as_millis();
    if millis.is_multiple_of(1000) {
        joined(&decimals(span.as_secs_f64(), 0), "s")
    } else if millis < 1000 {
        joined(&decimals(millis as f64, 0), "ms")
    } else {
        joined(&decimals(span.as_secs_f64(), 2), "s")
    }
}

/// Draws the bar into `ui`, whose whole place it takes.
pub fn status_bar_ui(cx: &PanelCx<'_>, ui: &mut Ui, live: &Snapshot) {
    let theme = cx.theme;
    let c = &theme.color;
    let rect = ui.max_rect();
    ui.painter().rect_filled(rect, 0.0, c.bg_rail);
    ui.painter().hline(rect.x_range(), rect.top() + 0.5, Stroke::new(1.0, c.line));
    let words = StatusWords::new(live, cx.snapshot.at.filter(|_| cx.is_paused), cx.now);
    if words.is_stale {
        // Nothing publishes while nothing comes in, so the age is counted up here.
        ui.ctx().request_repaint_after(Duration::from_secs(1));
    } else if live.at.is_some() {
        let interval = if live.interval.is_zero() { live.settings.interval() } else { live.interval };
        ui.ctx().request_repaint_after(interval * 3 + Duration::from_millis(100));
    }
    let inner = rect.shrink2(vec2(12.0, 0.0));
    let mut row = ui.new_child(UiBuilder::new().max_rect(inner).layout(Layout::left_to_right(Align::Center)));
    row.spacing_mut().item_spacing.x = 12.0;
    let dot = match (live.at.is_some(), words.is_stale, cx.is_paused) {
        (false, ..) | (_, _, true) => c.t3,
        (_, true, _) => c.warning,
        _ => c.success,
    };
    entry_ui(cx, &mut row, Lead::Dot(dot), &words.sampling, c.t2, Page::Settings);
    if !words.age.is_empty() {
        divider(cx, &mut row);
        let (lead, color) = if words.is_stale {
            (Lead::Icon(icons::fill::WARNING, c.warning_icon), c.warning)
        } else {
            (Lead::None, c.t2)
        };
        entry_ui(cx, &mut row, lead, &words.age, color, Page::Health);
    }
    if !words.cost.is_empty() {
        divider(cx, &mut row);
        entry_ui(cx, &mut row, Lead::None, &words.cost, c.t2, Page::Health);
    }
    row.with_layout(Layout::right_to_left(Align::Center), |ui| {
        ui.spacing_mut().item_spacing.x = 12.0;
        if !live.machine.host.is_empty() {
            entry_ui(cx, ui, Lead::Icon(icons::DESKTOP_TOWER, c.t2), &live.machine.host, c.t2, Page::Overview);
        }
        if let Some(words) = super::away::kept_by(live.link.as_ref()) {
            entry_ui(cx, ui, Lead::Icon(icons::LINK, c.t2), &words, c.t2, Page::Health);
        }
        if let Some(words) = profile_words(live, cx.now) {
            let is_on_trial = trial_left(&live.tuning, cx.now).is_some();
            if is_on_trial {
                // What is left is counted down on every page, and only then.
                ui.ctx().request_repaint_after(until_next_second(live, cx.now));
            }
            let icon = if is_on_trial { icons::HOURGLASS_MEDIUM } else { icons::SLIDERS_HORIZONTAL };
            entry_ui(cx, ui, Lead::Icon(icon, c.t2), &words, c.t1, Page::Profiles);
        }
        if let Some(words) = running_words(live, cx.now) {
            entry_ui(cx, ui, Lead::Icon(icons::CIRCLE_NOTCH, c.accent), &words, c.t2, Page::Reports);
        }
        if let Some(words) = history_words(&live.history.state) {
            entry_ui(cx, ui, Lead::Icon(icons::fill::WARNING, c.warning_icon), words, c.warning, Page::Health);
        }
    });
}

/// The profile in force, and what is left of it where it is on trial: "production, on trial 0:47".
fn profile_words(live: &Snapshot, now: Timestamp) -> Option<String> {
    let tuning = &live.tuning;
    match tuning.running() {
        Some(record) => Some(match trial_left(tuning, now) {
            Some(left) => format!("{}, on trial {}", record.profile, countdown(left)),
            None => format!("{}, being applied", record.profile),
        }),
        None => tuning.active.as_ref().map(|name| name.to_string()),
    }
}

/// How long the countdown stands as it is.
fn until_next_second(live: &Snapshot, now: Timestamp) -> Duration {
    let left = trial_left(&live.tuning, now).unwrap_or_default();
    let part = left.as_millis() % 1000;
    Duration::from_millis(if part == 0 { 1000 } else { part as u64 })
}

/// What is wrong with history, in a word or two.
const fn history_words(state: &HistoryState) -> Option<&'static str> {
    match state {
        HistoryState::Opening | HistoryState::Writing | HistoryState::Off => None,
        HistoryState::Stalled { .. } => Some("History is not written"),
        HistoryState::Closed { .. } => Some("History cannot be used"),
    }
}

enum Lead {
    None,
    Dot(Color32),
    Icon(Icon, Color32),
}

fn entry_ui(cx: &PanelCx<'_>, ui: &mut Ui, lead: Lead, text: &str, color: Color32, page: Page) {
    let theme = cx.theme;
    let galley = ui.painter().layout_no_wrap(text.to_owned(), theme.font(TextRole::Micro), Color32::PLACEHOLDER);
    let lead_width = match lead {
        Lead::None => 0.0,
        Lead::Dot(_) => 13.0,
        Lead::Icon(..) => 19.0,
    };
    let size = vec2((galley.size().x + lead_width).ceil(), theme.size.status_bar);
    let (rect, response) = ui.allocate_exact_size(size, Sense::click());
    match lead {
        Lead::None => {}
        Lead::Dot(color) => {
            ui.painter().circle_filled(pos2(rect.left() + 3.5, rect.center().y), 3.5, color);
        }
        Lead::Icon(icon, color) => icon.paint(ui.painter(), pos2(rect.left() + 7.0, rect.center().y), 14.0, color),
    }
    let color = if response.hovered() || response.has_focus() { theme.color.t1 } else { color };
    let at = pos2(rect.left() + lead_width, rect.center().y - galley.size().y / 2.0);
    ui.painter().galley(at, galley, color);
    response.widget_info(|| WidgetInfo::labeled(Role::Link, true, text));
    if response.clicked() {
        cx.ask(Intent::Open(page));
    }
    response.on_hover_cursor(CursorIcon::PointingHand).on_hover_text(format!("Opens {}", page.title()));
}

fn divider(cx: &PanelCx<'_>, ui: &mut Ui) {
    let (rect, _) = ui.allocate_exact_size(vec2(1.0, 12.0), Sense::hover());
    ui.painter().rect_filled(rect, 0.0, cx.theme.color.line);
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;
    use crate::model::Health;
    use crate::model::quantity::THIN_SPACE;

    #[test]
    fn the_bar_tells_the_state_of_sampling() {
        let at = Timestamp::from_millis(1_000_000);
        let health = Health { cpu_ratio: Some(0.003), memory_bytes: Some(38 << 20), ..Health::default() };
        let live = Snapshot {
            at: Some(at),
            interval: Duration::from_secs(1),
            health: Arc::new(health),
            ..Snapshot::default()
        };
        let plain = |text: &str| text.replace(THIN_SPACE, " ");
        let fresh = StatusWords::new(&live, None, at.plus(Duration::from_millis(400)));
        assert_eq!(plain(&fresh.sampling), "Sampling every 1 s");
        assert_eq!(plain(&fresh.age), "Data 0.4 s old");
        assert_eq!(plain(&fresh.cost), "Perfdesk uses 0.3 % CPU, 38.0 MiB");
        let stale = StatusWords::new(&live, None, at.plus(Duration::from_secs(42)));
        assert!(stale.is_stale && !fresh.is_stale);
        assert_eq!(plain(&stale.age), "Data 42 s old");
        let none = StatusWords::new(&Snapshot::default(), None, at);
        assert_eq!((none.sampling.as_str(), none.age.as_str()), ("Reading for the first time", ""));
    }
}
