//! Applies of the past: what was applied when and by whom, and what became of it; any that was kept can be taken back.

use std::sync::Arc;

use eframe::egui::{Align, Layout, Rect, Role, ScrollArea, Sense, Stroke, Ui, UiBuilder, WidgetInfo, pos2, vec2};

use super::deed::Deed;
use super::model::PageModel;
use super::words::counted;
use crate::model::profile::{ApplyPhase, ApplyRecord};
use crate::ui::PanelCx;
use crate::ui::chart::Zone;
use crate::ui::chart::time_axis::stamp;
use crate::ui::icons;
use crate::ui::theme::TextRole;
use crate::ui::widgets::{Answer, Button, Mark, Tone, empty_state, focus_ring, question, row_ground, text_at};

/// Height of a row.
const ROW: f32 = 44.0;

/// What the tab remembers between frames.
#[derive(Debug, Default)]
pub struct History {
    made_of: Option<Arc<[Arc<ApplyRecord>]>>,
    rows: Vec<HistoryRow>,
    /// The apply that is to be taken back, once that is confirmed.
    asks: Option<usize>,
}

#[derive(Debug)]
struct HistoryRow {
    record: Arc<ApplyRecord>,
    title: String,
    line: String,
    state: (Mark, String),
    can_roll_back: bool,
}

impl History {
    fn refresh(&mut self, cx: &PanelCx<'_>) {
        let applies = &cx.snapshot.tuning.applies;
        if self.made_of.as_ref().is_some_and(|of| Arc::ptr_eq(of, applies)) {
            return;
        }
        self.made_of = Some(applies.clone());
        self.asks = None;
        self.rows = applies.iter().map(|record| row(cx, record)).collect();
    }
}

fn row(cx: &PanelCx<'_>, record: &Arc<ApplyRecord>) -> HistoryRow {
    let when = stamp(record.at, cx.now, Zone::LOCAL, true);
    let files = counted(record.files.len(), "file");
    let after = record.previous.as_ref().filter(|previous| **previous != record.profile);
    let after = after.map_or_else(String::new, |previous| format!(", after {previous}"));
    let mark = |icon, tone| Mark { icon, tone };
    let state = match &record.phase {
        ApplyPhase::Kept => (mark(icons::fill::CHECK_CIRCLE, Tone::Success), "kept".to_owned()),
        ApplyPhase::RolledBack { why } => {
            (mark(icons::ARROW_COUNTER_CLOCKWISE, Tone::Neutral), format!("rolled back: {why}"))
        }
        ApplyPhase::Stuck { why } => (mark(icons::fill::X_CIRCLE, Tone::Critical), format!("stuck: {why}")),
        ApplyPhase::OnTrial { .. } => (mark(icons::fill::HOURGLASS_MEDIUM, Tone::Accent), "on trial".to_owned()),
        _ => (mark(icons::CIRCLE_NOTCH, Tone::Accent), "under way".to_owned()),
    };
    HistoryRow {
        title: record.profile.to_string(),
        line: format!("{when} by {}, {files}{after}", record.who),
        state,
        can_roll_back: matches!(record.phase, ApplyPhase::Kept | ApplyPhase::OnTrial { .. } | ApplyPhase::Stuck { .. }),
        record: record.clone(),
    }
}

/// Draws the tab into `ui`, whose whole place it takes.
pub fn history_ui(cx: &PanelCx<'_>, ui: &mut Ui, state: &mut History, model: &PageModel, deeds: &mut Vec<Deed>) {
    state.refresh(cx);
    if state.rows.is_empty() {
        let text = format!(
            "Every time a profile is applied it is listed here with who did it and what was written, and it can be \
             taken back. Apply {} to begin.",
            model.name()
        );
        let margin = cx.theme.frame(cx.is_compact).margin_x - 16.0;
        let inner = ui.max_rect().shrink2(vec2(margin, 8.0));
        ui.scope_builder(UiBuilder::new().max_rect(inner), |ui| {
            empty_state(ui, cx.theme, "Nothing was applied yet", &text, None);
        });
        return;
    }
    let n = state.rows.len();
    let mut asked = None;
    ScrollArea::vertical().id_salt("applies").auto_shrink(false).show_rows(ui, ROW, n, |ui, seen| {
        ui.spacing_mut().item_spacing.y = 0.0;
        for i in seen {
            if row_ui(cx, ui, &state.rows[i], deeds) {
                asked = Some(i);
            }
        }
    });
    state.asks = asked.or(state.asks);
    question_ui(cx, ui, state, deeds);
}

/// One apply; true when it is to be taken back.
fn row_ui(cx: &PanelCx<'_>, ui: &mut Ui, row: &HistoryRow, deeds: &mut Vec<Deed>) -> bool {
    let theme = cx.theme;
    let c = &theme.color;
    let margin = theme.frame(cx.is_compact).margin_x;
    let (rect, _) = ui.allocate_exact_size(vec2(ui.available_width(), ROW), Sense::hover());
    let response = ui.interact(rect, ui.scope_id().with(("apply", row.record.id.0)), Sense::click());
    row_ground(ui.painter(), theme, rect, response.hovered(), false);
    let (left, right) = (rect.left() + margin, rect.right() - margin);
    let place = Rect::from_min_max(pos2(right - 96.0, rect.top()), pos2(right, rect.bottom()));
    let mut wants_back = false;
    if row.can_roll_back {
        let builder = UiBuilder::new().max_rect(place).layout(Layout::right_to_left(Align::Center));
        ui.scope_builder(builder, |ui| {
            let name = format!("Roll back {}, {}", row.title, row.line);
            wants_back = Button::secondary("Roll back…").name(&name).show(ui, theme).clicked();
        });
    }
    let words = |top: f32, from: f32, until: f32| {
        Rect::from_min_max(pos2(from, rect.top() + top), pos2(until, rect.top() + top + 16.0))
    };
    let until = place.left() - 8.0;
    let width = text_at(ui.painter(), theme, words(6.0, left, until), &row.title, TextRole::BodyStrong, c.t1);
    let (mark, state) = &row.state;
    let x = left + width + 16.0;
    mark.icon.paint(ui.painter(), pos2(x, rect.top() + 14.0), 14.0, mark.tone.icon_color(theme));
    let color = if mark.tone == Tone::Critical { c.critical } else { c.t2 };
    text_at(ui.painter(), theme, words(6.0, x + 12.0, until), state, TextRole::Small, color);
    text_at(ui.painter(), theme, words(23.0, left, until), &row.line, TextRole::Small, c.t3);
    focus_ring(ui, theme, &response, theme.radius.bar);
    let told = format!("{}, {}, {state}", row.title, row.line);
    response.widget_info(|| WidgetInfo::labeled(Role::Button, true, &told));
    if response.clicked() {
        deeds.push(Deed::ShowRecord(row.record.id));
    }
    ui.painter().hline(rect.x_range(), rect.bottom().round() - 0.5, Stroke::new(1.0, c.line_subtle));
    wants_back
}

/// Asks before files are written again.
fn question_ui(cx: &PanelCx<'_>, ui: &Ui, state: &mut History, deeds: &mut Vec<Deed>) {
    let Some(row) = state.asks.and_then(|i| state.rows.get(i)) else { return };
    let names: Vec<String> = row.record.files.iter().map(|file| file.path.display().to_string()).collect();
    let text = format!(
        "These files get the content from before this apply, and the service is told:\n{}\nWhat was changed in them \
         since stands in the way and is not overwritten.",
        names.join("\n")
    );
    let title = format!("Roll back {}?", row.title);
    match question(ui.ctx(), cx.theme, "profiles-roll-back", &title, &text, "Roll back") {
        Some(Answer::Act) => {
            deeds.push(Deed::RollBack(row.record.id));
            state.asks = None;
        }
        Some(Answer::Cancel) => state.asks = None,
        None => {}
    }
}
