//! Above the charts: the first line in words, what may be undone, the span, following live, pause and zoom.

use eframe::egui::{
    Align, Label, Layout, Popup, PopupCloseBehavior, Rect, Response, Role, Sense, Ui, UiBuilder, WidgetInfo, pos2, vec2,
};

use super::inspector::tier_words;
use super::journal::Change;
use super::notes::filter_ui;
use super::side::note_place;
use super::{ChartsPanel, Place};
use crate::model::{Snapshot, Tier, TimeRange, Timestamp, ViewRange, WorkerState};
use crate::ui::chart::Viewport;
use crate::ui::icons;
use crate::ui::theme::TextRole;
use crate::ui::widgets::dates::{PeriodPicker, Picked};
use crate::ui::widgets::{Button, IconButton, Tone, banner, elided, popup_frame, segments_and_button, toggle};
use crate::ui::{Intent, PanelCx};

/// Spans on one press; a narrow window leaves out the last two, which the palette has.
const SPANS: [(u64, &str); 10] = [
    (60, "1 min"),
    (300, "5 min"),
    (900, "15 min"),
    (3600, "1 h"),
    (21_600, "6 h"),
    (86_400, "24 h"),
    (604_800, "7 d"),
    (2_592_000, "30 d"),
    (YEAR, "1 y"),
    (2 * YEAR + 86_400, "2 y"),
];
const YEAR: u64 = 365 * 86_400;

/// Draws everything above the stack of charts.
pub fn head_ui(cx: &PanelCx<'_>, ui: &mut Ui, panel: &mut ChartsPanel, answers: &Snapshot) {
    sentence_ui(cx, ui, panel);
    state_ui(cx, ui);
    offer_ui(cx, ui, panel, answers);
    ui.add_space(10.0);
    let (rect, _) = ui.allocate_exact_size(vec2(ui.available_width(), cx.theme.size.control), Sense::hover());
    let mut left = ui.new_child(UiBuilder::new().max_rect(rect).layout(Layout::left_to_right(Align::Center)));
    left.spacing_mut().item_spacing.x = 8.0;
    if cx.is_compact && Button::secondary("Series").icon(icons::LIST).show(&mut left, cx.theme).clicked() {
        panel.list.is_drawer_open = !panel.list.is_drawer_open;
    }
    range_ui(cx, &mut left, panel);
    let from = left.min_rect().right() + 12.0;
    let mut right = ui.new_child(UiBuilder::new().max_rect(rect).layout(Layout::right_to_left(Align::Center)));
    right.spacing_mut().item_spacing.x = 8.0;
    view_ui(cx, &mut right, panel, answers);
    let room = Rect::from_min_max(pos2(from, rect.top()), pos2(right.min_rect().left() - 12.0, rect.bottom()));
    told_ui(cx, ui, panel, answers, room);
    ui.add_space(10.0);
}

/// What may be taken back: the last change of the layout or of a note.
fn offer_ui(cx: &PanelCx<'_>, ui: &mut Ui, panel: &mut ChartsPanel, answers: &Snapshot) {
    let of_note = panel.notes.undo.offer(cx.now).map(|(text, left)| (text.to_owned(), left, Change::Note));
    let of_layout = panel.layouts.offer(cx.now).map(|(text, left)| (text.to_owned(), left, Change::Layout));
    // The newer of the two stands longer.
    let Some((text, left, change)) = of_note.into_iter().chain(of_layout).max_by_key(|(_, left, _)| *left) else {
        return;
    };
    ui.add_space(8.0);
    ui.ctx().request_repaint_after(left);
    if banner(ui, cx.theme, Tone::Info, &text, Some("Undo")) {
        panel.undo_change(cx, change, &answers.annotations);
    }
}

/// How finely the shown time is kept where that is not fully, and whether older parts are still being read.
fn told_ui(cx: &PanelCx<'_>, ui: &mut Ui, panel: &ChartsPanel, answers: &Snapshot, room: Rect) {
    let mut answered = panel.charts.iter().filter_map(|chart| chart.subscription.data(answers)).peekable();
    if room.width() < 24.0 || answered.peek().is_none() {
        return;
    }
    let (mut is_loading, mut tier) = (false, Tier::Full);
    for data in answered {
        is_loading |= data.is_loading;
        tier = tier.max(data.tier);
    }
    let (icon, words, more) = match (is_loading, tier) {
        (true, _) => (icons::HOURGLASS_MEDIUM, "Reading history…", "Older parts are still being read from disk"),
        (false, Tier::Full) => return,
        (false, tier) => (icons::STACK, tier.name(), tier_words(tier)),
    };
    let galley = elided(ui.painter(), cx.theme, words, TextRole::Small, cx.theme.color.t3, room.width() - 20.0);
    let response = ui.interact(room, ui.scope_id().with("charts-told"), Sense::hover());
    icon.paint(ui.painter(), pos2(room.left() + 7.0, room.center().y), 14.0, cx.theme.color.t3);
    if !galley.elided || room.width() > 80.0 {
        let at = pos2(room.left() + 20.0, room.center().y - galley.size().y / 2.0);
        ui.painter().galley(at, galley, cx.theme.color.t3);
    }
    response.widget_info(|| WidgetInfo::labeled(Role::Status, true, more));
    response.on_hover_text(more);
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
    let spans = if cx.is_compact { &SPANS[..8] } else { &SPANS };
    let (is_changed, calendar) = segments_and_button(
        ui,
        cx.theme,
        "Range",
        &mut seconds,
        spans,
        (icons::CALENDAR_BLANK, "Choose a period or jump to a time"),
    );
    if let Some(calendar) = calendar {
        calendar_ui(cx, &calendar, panel);
    }
    if is_changed && seconds != before {
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

/// The calendar below its button, while it is open.
fn calendar_ui(cx: &PanelCx<'_>, button: &Response, panel: &mut ChartsPanel) {
    let range = panel.range(cx);
    let held = ChartsPanel::held(cx);
    let zone = panel.zone;
    // The draft lives as long as the calendar is open.
    let draft = &mut panel.picker;
    let shown = Popup::menu(button)
        .frame(popup_frame(cx.theme).inner_margin(12))
        .close_behavior(PopupCloseBehavior::CloseOnClickOutside)
        .gap(4.0)
        .show(|ui| {
            let covers = TimeRange { start: held.oldest, end: held.newest };
            let picker = draft.get_or_insert_with(|| PeriodPicker::new(range, zone));
            let picked = picker.show(ui, cx.theme, (cx.now, zone), covers);
            if picked.is_some() {
                ui.close();
            }
            picked
        });
    let picked = shown.as_ref().and_then(|shown| shown.inner);
    if shown.is_none() || picked.is_some() {
        panel.picker = None;
    }
    match picked {
        Some(Picked::Period(range)) => panel.go_to(cx, Place::Period(range)),
        Some(Picked::Moment(at)) => panel.jump(cx, at),
        None => {}
    }
}

/// From the right: add a note, what flags are shown, zoom out, pause, follow live.
fn view_ui(cx: &PanelCx<'_>, ui: &mut Ui, panel: &mut ChartsPanel, answers: &Snapshot) {
    let adds = if cx.is_compact {
        IconButton::new(icons::FLAG, "Add note").framed().show(ui, cx.theme).clicked()
    } else {
        Button::secondary("Add note").icon(icons::FLAG).show(ui, cx.theme).clicked()
    };
    if adds {
        let at = note_place(cx, panel);
        panel.add_note(at, None);
    }
    let is_filtered = !panel.notes.hidden.is_empty();
    let name = if is_filtered { "Flags, some are hidden" } else { "Flags" };
    let filter = IconButton::new(icons::FUNNEL_SIMPLE, name).framed().chosen(is_filtered).show(ui, cx.theme);
    let range = panel.range(cx);
    filter_ui(cx, &filter, &mut panel.notes, &answers.annotations, range);
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
    /// Shows a moment in the middle of as much time as now.
    fn jump(&mut self, cx: &PanelCx<'_>, at: Timestamp) {
        let mut viewport = self.viewport(cx);
        viewport.center(at, Self::held(cx));
        self.viewport = Some(viewport);
    }

    /// The same span, following live.
    pub(super) fn live_viewport(&self, cx: &PanelCx<'_>) -> Viewport {
        Viewport::live(self.viewport(cx).span())
    }

    /// The span that is shown, standing still.
    pub(super) fn fixed_viewport(&self, cx: &PanelCx<'_>) -> Viewport {
        Viewport { range: ViewRange::Fixed(self.range(cx)) }
    }
}
