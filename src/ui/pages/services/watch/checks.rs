//! The table of health checks: how each stands, its uptime over day, week and month, how long it takes, its outages.

use std::sync::Arc;
use std::time::Duration;

use eframe::egui::{Align, Align2, Layout, Rangef, Rect, Role, Sense, Stroke, Ui, UiBuilder, WidgetInfo, pos2, vec2};

use super::super::words::{moment_words, span_words};
use super::{Ask, Watch};
use crate::model::Timestamp;
use crate::model::quantity::joined;
use crate::model::service::{CheckKind, CheckState, CheckStatus, Outage};
use crate::ui::PanelCx;
use crate::ui::chart::time_axis::about_words;
use crate::ui::icons;
use crate::ui::theme::TextRole;
use crate::ui::widgets::{
    Button, IconButton, Mark, Tone, elided, hairline, link, number_cell, panel, panel_head, row_ground, text_at,
};

/// Height of a row of two lines.
const ROW: f32 = 48.0;
/// Height of an outage.
const OUTAGE: f32 = 24.0;
/// Outages listed below a check.
const MAX_OUTAGES: usize = 20;

/// Draws the checks of one service, or all of them.
pub(in super::super) fn checks_ui(cx: &PanelCx<'_>, ui: &mut Ui, watch: &mut Watch, of: Option<&Arc<str>>) {
    let theme = cx.theme;
    let all = cx.snapshot.services.checks.clone();
    let shown: Vec<&CheckStatus> =
        all.iter().filter(|status| of.is_none_or(|service| status.check.service() == service)).collect();
    let mut ask = None;
    panel(ui, theme, |ui| {
        panel_head(ui, theme, cx.is_compact, "Health checks", "uptime of the time they were watched", |ui| {
            if Button::secondary("Add a check").icon(icons::PLUS).show(ui, theme).clicked() {
                ask = Some(Ask::AddCheck);
            }
            if let Some(words) = watch.undo_words()
                && Button::quiet(words).icon(icons::ARROW_COUNTER_CLOCKWISE).show(ui, theme).clicked()
            {
                ask = Some(Ask::Undo);
            }
        });
        if shown.is_empty() {
            note_ui(
                cx,
                ui,
                "A check asks by HTTP, TCP, a process or a command whether the service is there, and keeps its outages",
            );
            return;
        }
        let (head, _) = ui.allocate_exact_size(vec2(ui.available_width(), theme.size.table_head), Sense::hover());
        head_ui(cx, ui, head);
        for status in shown {
            let (rect, _) = ui.allocate_exact_size(vec2(ui.available_width(), ROW), Sense::hover());
            let is_listed = watch.listed.as_ref() == Some(&status.check.name);
            ask = row_ui(cx, ui, rect, status, is_listed).or(ask.take());
            if is_listed {
                outages_ui(cx, ui, status);
            }
        }
    });
    if let Some(ask) = ask {
        watch.carry_out(cx, of.map_or("", |name| name), ask);
    }
}

/// What a panel without rows is for.
pub(super) fn note_ui(cx: &PanelCx<'_>, ui: &mut Ui, text: &str) {
    let (rect, _) = ui.allocate_exact_size(vec2(ui.available_width(), 40.0), Sense::hover());
    let inner = rect.shrink2(vec2(16.0, 0.0));
    let galley = elided(ui.painter(), cx.theme, text, TextRole::Small, cx.theme.color.t3, inner.width());
    ui.painter().galley(pos2(inner.left(), inner.center().y - galley.size().y / 2.0), galley, cx.theme.color.t3);
}

/// Where the columns stand.
struct Columns {
    name: Rangef,
    uptime: [Rangef; 3],
    took: Rangef,
    acts: Rangef,
}

impl Columns {
    fn new(rect: Rect) -> Self {
        let mut x = rect.right() - 16.0;
        let mut take = |width: f32| {
            let range = Rangef::new(x - width, x);
            x -= width + 12.0;
            range
        };
        let acts = take(168.0);
        let took = take(72.0);
        let month = take(64.0);
        let week = take(64.0);
        let day = take(64.0);
        Self { name: Rangef::new(rect.left() + 16.0, x), uptime: [day, week, month], took, acts }
    }
}

fn head_ui(cx: &PanelCx<'_>, ui: &Ui, rect: Rect) {
    let theme = cx.theme;
    let c = &theme.color;
    let columns = Columns::new(rect);
    let role = TextRole::SmallStrong;
    text_at(ui.painter(), theme, Rect::from_x_y_ranges(columns.name, rect.y_range()), "Check", role, c.t2);
    for (x, text) in columns.uptime.into_iter().zip(["Day, %", "Week, %", "Month, %"]) {
        number_cell(ui.painter(), theme, Rect::from_x_y_ranges(x, rect.y_range()), text, role, c.t2);
    }
    number_cell(ui.painter(), theme, Rect::from_x_y_ranges(columns.took, rect.y_range()), "Took", role, c.t2);
    ui.painter().hline(rect.x_range(), rect.bottom().round() - 0.5, Stroke::new(1.0, c.line));
}

/// Icon, tone and words of a check's state.
fn state(cx: &PanelCx<'_>, status: &CheckStatus) -> (Mark, String) {
    if !status.check.is_on {
        return (Mark { icon: icons::PAUSE_CIRCLE, tone: Tone::Neutral }, "switched off".into());
    }
    match &status.state {
        CheckState::Waiting => {
            let text = match status.last_at {
                Some(at) => format!("not known: its last answer came {} ago", about_words(cx.now.since(at))),
                None => "waiting for its first answers".into(),
            };
            (Mark { icon: icons::CIRCLE, tone: Tone::Neutral }, text)
        }
        CheckState::Healthy(since) => {
            let text = format!("healthy for {}", about_words(cx.now.since(*since)));
            (Mark { icon: icons::fill::CHECK_CIRCLE, tone: Tone::Neutral }, text)
        }
        CheckState::Unhealthy { since, why } => {
            let text = format!("unhealthy for {}: {why}", about_words(cx.now.since(*since)));
            (Mark { icon: icons::fill::X_CIRCLE, tone: Tone::Critical }, text)
        }
    }
}

/// What a check asks, in a line.
pub(super) fn kind_words(kind: &CheckKind) -> String {
    match kind {
        CheckKind::Http { url, status, .. } => match status {
            Some(status) => format!("GET {url}, status {status}"),
            None => format!("GET {url}"),
        },
        CheckKind::Tcp { address } => format!("TCP {address}"),
        CheckKind::Process { name } => format!("process {name}"),
        CheckKind::Command { argv } => format!("runs {}", argv.join(" ")),
    }
}

fn row_ui(cx: &PanelCx<'_>, ui: &mut Ui, rect: Rect, status: &CheckStatus, is_listed: bool) -> Option<Ask> {
    let theme = cx.theme;
    let c = &theme.color;
    let check = &status.check;
    let (mark, words) = state(cx, status);
    let response = ui.interact(rect, ui.scope_id().with(("check", &*check.name)), Sense::hover());
    let told = format!("Check {}: {words}", check.name);
    response.widget_info(|| WidgetInfo::labeled(Role::Row, true, &told));
    row_ground(ui.painter(), theme, rect, response.hovered(), false);
    let columns = Columns::new(rect);
    let icon = pos2(columns.name.min + 8.0, rect.top() + 16.0);
    mark.icon.paint(ui.painter(), icon, 16.0, mark.tone.icon_color(theme));
    let name =
        Rect::from_min_max(pos2(columns.name.min + 24.0, rect.top() + 6.0), pos2(columns.name.max, rect.top() + 26.0));
    let used = text_at(ui.painter(), theme, name, &check.name, TextRole::BodyStrong, c.t1);
    let what = name.with_min_x((name.left() + used + 10.0).min(name.right()));
    text_at(ui.painter(), theme, what, &kind_words(&check.kind), TextRole::Small, c.t3);
    let second = Rect::from_min_max(pos2(name.left(), rect.top() + 25.0), pos2(columns.name.max, rect.top() + 43.0));
    let color = if mark.tone == Tone::Neutral { c.t2 } else { mark.tone.colors(theme).0 };
    let cut = text_at(ui.painter(), theme, second, &words, TextRole::Small, color) > second.width();
    let uptime = &status.uptime;
    for (x, ratio) in columns.uptime.into_iter().zip([uptime.day_ratio, uptime.week_ratio, uptime.month_ratio]) {
        let text = ratio.map_or_else(|| "–".to_owned(), uptime_number);
        let color = if ratio.is_none() { c.t3 } else { c.t1 };
        number_cell(ui.painter(), theme, Rect::from_x_y_ranges(x, rect.y_range()), &text, TextRole::Body, color);
    }
    let took = status.took.map_or_else(|| "–".to_owned(), span_words);
    let color = if status.took.is_none() { c.t3 } else { c.t1 };
    number_cell(ui.painter(), theme, Rect::from_x_y_ranges(columns.took, rect.y_range()), &took, TextRole::Body, color);
    if cut {
        response.on_hover_text(&words);
    }
    let mut ask = None;
    let acts = Rect::from_x_y_ranges(columns.acts, rect.y_range());
    ui.scope_builder(UiBuilder::new().max_rect(acts).layout(Layout::right_to_left(Align::Center)), |ui| {
        ui.spacing_mut().item_spacing.x = 2.0;
        let mut act = |ui: &mut Ui, icon, name: &str, what: Ask| {
            if IconButton::new(icon, name).show(ui, theme).clicked() {
                ask = Some(what);
            }
        };
        act(ui, icons::TRASH, &format!("Remove {}", check.name), Ask::RemoveCheck(check.name.clone()));
        act(ui, icons::PENCIL_SIMPLE, &format!("Edit {}", check.name), Ask::EditCheck(check.name.clone()));
        act(ui, icons::PLAY, &format!("Run {} now", check.name), Ask::RunCheck(check.name.clone()));
        let n = status.outages.len();
        if n > 0 {
            let words = format!("{n} outage{}", if n == 1 { "" } else { "s" });
            if link(ui, theme, &words).on_hover_text(if is_listed { "Hide them" } else { "List them" }).clicked() {
                ask = Some(Ask::ListOutages(check.name.clone()));
            }
        }
    });
    ask
}

/// A share of uptime in percent: three figures behind the nines are what tells them apart.
fn uptime_number(ratio: f64) -> String {
    let percent = ratio * 100.0;
    // A share below the whole is never rounded up to it.
    let text = crate::model::quantity::decimals((percent * 100.0).floor() / 100.0, 2);
    if ratio >= 1.0 { "100".into() } else { text }
}

/// When an outage began and how long it was seen to last, with what nobody saw of it.
fn outage_words(outage: &Outage, now: Timestamp) -> String {
    let end = match (outage.end, outage.is_end_unknown) {
        (None, _) => ", and goes on",
        (Some(_), true) => " at least; its end was not watched",
        (Some(_), false) => "",
    };
    let mut text = format!("{}, for {}{end}", moment_words(outage.start, now), about_words(outage.seen(now)));
    if outage.unwatched_millis > 0 {
        let unwatched = about_words(Duration::from_millis(outage.unwatched_millis));
        text = format!("{text}; not watched for {unwatched} in between");
    }
    text
}

fn outages_ui(cx: &PanelCx<'_>, ui: &mut Ui, status: &CheckStatus) {
    let theme = cx.theme;
    let c = &theme.color;
    for outage in status.outages.iter().take(MAX_OUTAGES) {
        let (rect, response) = ui.allocate_exact_size(vec2(ui.available_width(), OUTAGE), Sense::hover());
        let text = outage_words(outage, cx.now);
        let told = format!("Outage {text}: {}", outage.why);
        response.widget_info(|| WidgetInfo::labeled(Role::Label, true, &told));
        let at = pos2(rect.left() + 40.0, rect.center().y);
        let drawn = ui.painter().text(at, Align2::LEFT_CENTER, text, theme.font(TextRole::Small), c.t2);
        let why = Rect::from_min_max(pos2(drawn.right() + 12.0, rect.top()), pos2(rect.right() - 16.0, rect.bottom()));
        text_at(ui.painter(), theme, why, &outage.why, TextRole::Small, c.t3);
    }
    if status.outages.len() > MAX_OUTAGES {
        note_ui(cx, ui, &joined(&(status.outages.len() - MAX_OUTAGES).to_string(), "older ones"));
    }
    hairline(ui, theme);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_uptime_below_the_whole_is_never_the_whole() {
        assert_eq!(
            [1.0, 0.999_99, 0.9987, 0.5].map(uptime_number),
            ["100", "99.99", "99.87", "50.00"].map(str::to_owned)
        );
    }
}
