//! Errors by kind: how they come over time, what the newest said, and the way to its trace.

use std::sync::Arc;

use eframe::egui::{
    Align, Align2, Label, Layout, Rect, Role, ScrollArea, Sense, Stroke, Ui, UiBuilder, WidgetInfo, pos2, vec2,
};

use super::ServicesPanel;
use super::words::{counted, moment_words, pattern_mark, pattern_words};
use crate::model::service::{ErrorRow, Service};
use crate::ui::PanelCx;
use crate::ui::theme::TextRole;
use crate::ui::widgets::{empty_state, link_arrow, panel_in, state_mark, text_at};

/// Height of a kind.
const ROW: f32 = 96.0;
/// Width of the bars of the last 60 minutes.
const BARS: f32 = 240.0;

/// Draws the tab.
pub(super) fn errors_ui(cx: &PanelCx<'_>, ui: &mut Ui, rect: Rect, panel: &mut ServicesPanel, service: &Arc<Service>) {
    let errors = service.spans.errors.clone();
    panel_in(ui, cx.theme, rect, |ui| {
        if errors.is_empty() {
            let text =
                "Errors appear with spans whose status is an error and with log lines from error on, by their kind";
            empty_state(ui, cx.theme, "No errors seen", text, None);
            return;
        }
        ScrollArea::vertical().id_salt("errors").auto_shrink(false).show_viewport(ui, |ui, viewport| {
            ui.set_height(errors.len() as f32 * ROW);
            let top = ui.max_rect().top();
            let width = ui.available_width();
            let first = (viewport.min.y / ROW).floor().max(0.0) as usize;
            let last = ((viewport.max.y / ROW).ceil().max(0.0) as usize).min(errors.len());
            for (i, row) in errors.iter().enumerate().take(last).skip(first) {
                let at = pos2(rect.left(), top + i as f32 * ROW);
                row_ui(cx, ui, Rect::from_min_size(at, vec2(width, ROW)), panel, (i, row));
            }
        });
    });
}

fn row_ui(cx: &PanelCx<'_>, ui: &mut Ui, rect: Rect, panel: &mut ServicesPanel, (i, row): (usize, &ErrorRow)) {
    let theme = cx.theme;
    let c = &theme.color;
    ui.painter().hline(rect.x_range(), rect.bottom().round() - 0.5, Stroke::new(1.0, c.line_subtle));
    let bars = if cx.is_compact { 160.0 } else { BARS };
    let words = pattern_words(row);
    let told = format!("{}: {}, {words}", row.kind, counted(row.n, "time"));
    let response = ui.interact(rect, ui.scope_id().with(("error", i)), Sense::hover());
    response.widget_info(|| WidgetInfo::labeled(Role::Row, true, &told));
    let left = Rect::from_min_max(
        pos2(rect.left() + 16.0, rect.top() + 8.0),
        pos2(rect.right() - bars - 40.0, rect.bottom() - 8.0),
    );
    ui.scope_builder(UiBuilder::new().id_salt(("error", i)).max_rect(left), |ui| {
        ui.spacing_mut().item_spacing = vec2(12.0, 2.0);
        ui.horizontal(|ui| {
            ui.label(theme.text(TextRole::BodyStrong, &*row.kind));
            ui.label(theme.colored(TextRole::Small, counted(row.n, "time"), c.t2));
            state_mark(ui, theme, pattern_mark(row.pattern), &words);
        });
        let message = if row.message.is_empty() { "It carries no message" } else { &row.message };
        let color = if row.message.is_empty() { c.t3 } else { c.t2 };
        ui.add(Label::new(theme.colored(TextRole::Code, message, color)).truncate());
        ui.horizontal(|ui| {
            let times =
                format!("First {}, last {}", moment_words(row.first_at, cx.now), moment_words(row.last_at, cx.now));
            ui.label(theme.colored(TextRole::Small, times, c.t3));
            ui.with_layout(Layout::left_to_right(Align::Center), |ui| {
                if row.trace.is_empty() {
                    ui.label(theme.colored(TextRole::Small, "Its trace is not known", c.t3));
                } else if link_arrow(ui, theme, &format!("Open its trace: {}", row.kind)).clicked() {
                    panel.open_trace(row.trace.clone());
                }
            });
        });
    });
    let right = Rect::from_min_max(
        pos2(rect.right() - bars - 16.0, rect.top() + 30.0),
        pos2(rect.right() - 16.0, rect.bottom() - 28.0),
    );
    bars_ui(cx, ui, right, row);
}

/// One bar a minute, the newest at the right.
fn bars_ui(cx: &PanelCx<'_>, ui: &Ui, rect: Rect, row: &ErrorRow) {
    let theme = cx.theme;
    let c = &theme.color;
    ui.painter().hline(rect.x_range(), rect.bottom().round() + 0.5, Stroke::new(1.0, c.line));
    let greatest = row.by_minute.iter().copied().max().unwrap_or(0);
    let most = greatest.max(1);
    let n = row.by_minute.len().max(1);
    let step = rect.width() / n as f32;
    for (i, count) in row.by_minute.iter().enumerate().filter(|(_, count)| **count > 0) {
        let height = (rect.height() * *count as f32 / most as f32).max(2.0);
        let left = (rect.left() + step * i as f32).round();
        let right = (rect.left() + step * (i + 1) as f32 - 1.0).max(left + 1.0);
        let bar = Rect::from_min_max(pos2(left, rect.bottom() - height), pos2(right, rect.bottom()));
        ui.painter().rect_filled(bar, 0.0, theme.series_color(7));
    }
    let font = theme.font(TextRole::Micro);
    let y = rect.bottom() + 4.0;
    ui.painter().text(pos2(rect.left(), y), Align2::LEFT_TOP, "−60\u{2009}min", font.clone(), c.t3);
    ui.painter().text(pos2(rect.right(), y), Align2::RIGHT_TOP, "now", font.clone(), c.t3);
    let told =
        if greatest == 0 { "none in the last 60\u{2009}min".to_owned() } else { format!("up to {most} a minute") };
    let top = Rect::from_min_max(pos2(rect.left(), rect.top() - 16.0), pos2(rect.right(), rect.top() - 2.0));
    text_at(ui.painter(), theme, top, &told, TextRole::Micro, c.t3);
}
