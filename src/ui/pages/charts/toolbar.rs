//! Above the charts: the first line in words, what may be undone, the span, following live, pause and zoom.

use eframe::egui::{Align, Label, Layout, Ui, UiBuilder, vec2};

use super::ChartsPanel;
use crate::model::{ViewRange, WorkerState};
use crate::ui::chart::Viewport;
use crate::ui::icons;
use crate::ui::theme::TextRole;
use crate::ui::widgets::{Button, IconButton, Tone, banner, segments, toggle};
use crate::ui::{Intent, PanelCx};

const SPANS: [(u64, &str); 8] = [
    (60, "1 min"),
    (300, "5 min"),
    (900, "15 min"),
    (3600, "1 h"),
    (21_600, "6 h"),
    (86_400, "24 h"),
    (604_800, "7 d"),
    (2_592_000, "30 d"),
];

/// Draws everything above the stack of charts.
pub fn head_ui(cx: &PanelCx<'_>, ui: &mut Ui, panel: &mut ChartsPanel) {
    sentence_ui(cx, ui, panel);
    state_ui(cx, ui);
    if let Some((text, remaining)) = panel.layouts.offer(cx.now) {
        ui.add_space(8.0);
        ui.ctx().request_repaint_after(remaining);
        let text = text.to_owned();
        if banner(ui, cx.theme, Tone::Info, &text, Some("Undo")) {
            panel.layouts.undo(cx);
            panel.sync_model(cx);
        }
    }
    ui.add_space(10.0);
    let (rect, _) =
        ui.allocate_exact_size(vec2(ui.available_width(), cx.theme.size.control), eframe::egui::Sense::hover());
    let mut left = ui.new_child(UiBuilder::new().max_rect(rect).layout(Layout::left_to_right(Align::Center)));
    left.spacing_mut().item_spacing.x = 8.0;
    if cx.is_compact && Button::secondary("Series").icon(icons::LIST).show(&mut left, cx.theme).clicked() {
        panel.list.is_drawer_open = !panel.list.is_drawer_open;
    }
    range_ui(cx, &mut left, panel);
    let mut right = ui.new_child(UiBuilder::new().max_rect(rect).layout(Layout::right_to_left(Align::Center)));
    right.spacing_mut().item_spacing.x = 8.0;
    view_ui(cx, &mut right, panel);
    ui.add_space(10.0);
}

fn sentence_ui(cx: &PanelCx<'_>, ui: &mut Ui, panel: &ChartsPanel) {
    let c = &cx.theme.color;
    let said = &panel.sentence.1;
    ui.horizontal(|ui| {
        ui.spacing_mut().item_spacing.x = 10.0;
        let (icon_color, text, color) = if said.loud.is_empty() {
            (c.t3, said.calm.as_str(), c.t2)
        } else {
            (c.warning_icon, said.loud.as_str(), c.t1)
        };
        ui.label(icons::TREND_UP.text(18.0, icon_color));
        let words = if cx.snapshot.at.is_none() { "Waiting for the first sample" } else { text };
        ui.add(Label::new(cx.theme.colored(TextRole::SentenceDense, words, color)).truncate());
    });
}

/// The lines that stand only when something is wrong with the data.
fn state_ui(cx: &PanelCx<'_>, ui: &mut Ui) {
    let stopped = cx.snapshot.health.workers.iter().find_map(|worker| match &worker.state {
        WorkerState::Stopped { why, .. } => {
            Some(format!("The {} thread stopped and stays stopped: {why}", worker.name))
        }
        _ => None,
    });
    let age = cx.snapshot.at.map(|at| cx.now.since(at)).filter(|_| !cx.is_paused);
    let is_stale =
        age.is_some_and(|age| age > cx.snapshot.interval.saturating_mul(3).max(std::time::Duration::from_secs(3)));
    if let Some(text) = stopped {
        ui.add_space(8.0);
        if banner(ui, cx.theme, Tone::Critical, &text, Some("Open Health")) {
            cx.ask(Intent::Open(crate::ui::Page::Health));
        }
    } else if let (true, Some(age)) = (is_stale, age) {
        ui.add_space(8.0);
        let text = format!("No new data for {}\u{2009}s: the charts show what came before", age.as_secs());
        banner(ui, cx.theme, Tone::Warning, &text, None);
    }
}

fn range_ui(cx: &PanelCx<'_>, ui: &mut Ui, panel: &mut ChartsPanel) {
    let viewport = panel.viewport(cx);
    let mut seconds = viewport.span().as_secs_f64().round() as u64;
    let before = seconds;
    if segments(ui, cx.theme, "Range", &mut seconds, &SPANS) && seconds != before {
        let span = std::time::Duration::from_secs(seconds);
        match viewport.range {
            // While the charts stand still, another span keeps their right edge where it is.
            ViewRange::Fixed(range) => {
                let mut fixed = viewport;
                let end = range.end.as_millis() as f64;
                fixed.show(end - span.as_secs_f64() * 1000.0, end, ChartsPanel::held(cx));
                panel.viewport = Some(fixed);
            }
            ViewRange::Live { .. } => panel.viewport = Some(Viewport::live(span)),
        }
        panel.range_seen = Some(span);
        cx.ask(Intent::SetRange(span));
    }
}

/// From the right: zoom out, pause, follow live.
fn view_ui(cx: &PanelCx<'_>, ui: &mut Ui, panel: &mut ChartsPanel) {
    let held = ChartsPanel::held(cx);
    let why_not = (panel.viewport(cx).span() >= Viewport::MAX_SPAN).then_some("No more than 2 years are kept");
    if IconButton::new(icons::MAGNIFYING_GLASS_MINUS, "Zoom out").framed().why_not(why_not).show(ui, cx.theme).clicked()
    {
        let mut viewport = panel.viewport(cx);
        viewport.zoom(2.0, held);
        panel.viewport = Some(viewport);
    }
    let (icon, name) = if cx.is_paused { (icons::PLAY, "Resume") } else { (icons::PAUSE, "Pause") };
    if IconButton::new(icon, name).framed().chosen(cx.is_paused).show(ui, cx.theme).clicked() {
        cx.ask(Intent::SetPaused(!cx.is_paused));
    }
    let mut follows = panel.follows_live() && !cx.is_paused;
    if toggle(ui, cx.theme, &mut follows, "Follow live").changed() {
        if follows && cx.is_paused {
            cx.ask(Intent::SetPaused(false));
        }
        panel.viewport = Some(if follows { panel.live_viewport(cx) } else { panel.fixed_viewport(cx) });
    }
}

impl ChartsPanel {
    /// The same span, following live.
    pub(super) fn live_viewport(&self, cx: &PanelCx<'_>) -> Viewport {
        Viewport::live(self.viewport(cx).span())
    }

    /// The span that is shown, standing still.
    pub(super) fn fixed_viewport(&self, cx: &PanelCx<'_>) -> Viewport {
        Viewport { range: ViewRange::Fixed(self.range(cx)) }
    }
}
