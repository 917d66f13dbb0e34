//! The right column: what needs attention, and what the machine is.

use eframe::egui::{CursorIcon, Rect, Role, Sense, Stroke, Ui, WidgetInfo, pos2, vec2};

use super::OverviewPanel;
use crate::model::{Attention, Place};
use crate::ui::icons;
use crate::ui::theme::TextRole;
use crate::ui::widgets::{Mark, focus_ring, panel_head, panel_in, text_at};
use crate::ui::{Intent, Page, PanelCx};

const ENTRY: f32 = 54.0;
const CALM: f32 = 64.0;
const FACT: f32 = 24.0;
const FACT_COMPACT: f32 = 22.0;

fn fact_height(cx: &PanelCx<'_>) -> f32 {
    if cx.is_compact { FACT_COMPACT } else { FACT }
}

/// Draws the two panels into `rect`.
pub(super) fn side_ui(cx: &PanelCx<'_>, ui: &mut Ui, rect: Rect, panel: &OverviewPanel) {
    let frame = cx.theme.frame(cx.is_compact);
    let attention = &cx.snapshot.overview.attention;
    let machine_height = frame.panel_head + 20.0 + fact_height(cx) * panel.texts.machine.len() as f32;
    // The machine keeps its place but for two entries; those that do not fit are counted in the head.
    let room = (rect.height() - machine_height - frame.gap - frame.panel_head).max(2.0 * ENTRY);
    let n_fit = ((room / ENTRY).floor() as usize).max(1);
    let n_shown = attention.len().min(n_fit);
    let body = if attention.is_empty() { CALM } else { ENTRY * n_shown as f32 };
    let split = (rect.top() + frame.panel_head + body + 1.0).min(rect.bottom());
    let upper = Rect::from_min_max(rect.min, pos2(rect.right(), split));
    attention_ui(cx, ui, upper, n_shown);
    let lower = Rect::from_min_max(pos2(rect.left(), split + frame.gap), rect.max);
    if lower.height() > frame.panel_head + FACT {
        machine_ui(cx, ui, lower, panel);
    }
}

fn attention_ui(cx: &PanelCx<'_>, ui: &mut Ui, rect: Rect, n_shown: usize) {
    let theme = cx.theme;
    let c = &theme.color;
    let attention = &cx.snapshot.overview.attention;
    let hint = match attention.len() {
        0 | 1 => String::new(),
        n if n > n_shown => format!("{n_shown} of {n}"),
        n => n.to_string(),
    };
    panel_in(ui, theme, rect, |ui| {
        panel_head(ui, theme, cx.is_compact, "Needs attention", &hint, |_| {});
        if attention.is_empty() {
            let top = ui.cursor().top();
            let (left, right) = (rect.left() + 16.0, rect.right() - 16.0);
            icons::fill::CHECK_CIRCLE.paint(ui.painter(), pos2(left + 8.0, top + 22.0), 16.0, c.neutral);
            let line = |from: f32| Rect::from_min_max(pos2(left + 26.0, top + from), pos2(right, top + from + 20.0));
            let response = ui.interact(line(12.0), ui.scope_id().with("calm"), Sense::hover());
            text_at(ui.painter(), theme, line(12.0), "Nothing needs attention", TextRole::BodyStrong, c.t2);
            response.widget_info(|| WidgetInfo::labeled(Role::Label, true, "Nothing needs attention"));
            let text = "What is busy or failed appears here";
            text_at(ui.painter(), theme, line(32.0), text, TextRole::Small, c.t3);
        }
        for (i, entry) in attention.iter().take(n_shown).enumerate() {
            entry_ui(cx, ui, entry, i > 0);
        }
    });
}

fn entry_ui(cx: &PanelCx<'_>, ui: &mut Ui, entry: &Attention, has_line: bool) {
    let theme = cx.theme;
    let c = &theme.color;
    let (row, _) = ui.allocate_exact_size(vec2(ui.available_width(), ENTRY), Sense::hover());
    let response = ui.interact(row, ui.scope_id().with(("attention", &*entry.text)), Sense::click());
    if response.hovered() {
        ui.painter().rect_filled(row, 0.0, c.bg_hover);
    }
    if has_line {
        ui.painter().hline(row.x_range(), row.top().round() + 0.5, Stroke::new(1.0, c.line_subtle));
    }
    let mark = Mark::from(entry.level);
    let center = pos2(row.left() + 24.0, row.top() + 18.0);
    mark.icon.paint(ui.painter(), center, 16.0, mark.tone.icon_color(theme));
    let line = |from: f32| {
        Rect::from_min_max(pos2(row.left() + 42.0, row.top() + from), pos2(row.right() - 16.0, row.top() + from + 20.0))
    };
    let first = text_at(ui.painter(), theme, line(8.0), &entry.text, TextRole::BodyStrong, c.t1);
    let second = text_at(ui.painter(), theme, line(27.0), &entry.detail, TextRole::Small, c.t2);
    focus_ring(ui, theme, &response, theme.radius.control);
    response.widget_info(|| WidgetInfo::labeled(Role::Button, true, &*entry.text));
    let is_cut = first.max(second) > line(0.0).width();
    let response = response.on_hover_cursor(CursorIcon::PointingHand);
    if response.clicked() {
        cx.ask(Intent::Open(match entry.place {
            Place::Charts => Page::Charts,
            Place::Processes => Page::Processes,
            Place::Health => Page::Health,
        }));
    }
    if is_cut {
        response.on_hover_text(format!("{}\n{}", entry.text, entry.detail));
    }
}

fn machine_ui(cx: &PanelCx<'_>, ui: &mut Ui, rect: Rect, panel: &OverviewPanel) {
    let theme = cx.theme;
    let c = &theme.color;
    panel_in(ui, theme, rect, |ui| {
        panel_head(ui, theme, cx.is_compact, "This machine", "", |_| {});
        ui.add_space(8.0);
        let n_fit = ((rect.bottom() - 6.0 - ui.cursor().top()) / fact_height(cx)).floor().max(0.0) as usize;
        for (title, text) in panel.texts.machine.iter().take(n_fit) {
            let (row, response) = ui.allocate_exact_size(vec2(ui.available_width(), fact_height(cx)), Sense::hover());
            let left = Rect::from_min_max(pos2(row.left() + 16.0, row.top()), row.max);
            text_at(ui.painter(), theme, left, title, TextRole::Small, c.t3);
            let value = Rect::from_min_max(pos2(row.left() + 104.0, row.top()), pos2(row.right() - 16.0, row.bottom()));
            let used = text_at(ui.painter(), theme, value, text, TextRole::Small, c.t1);
            response.widget_info(|| WidgetInfo::labeled(Role::Label, true, format!("{title}: {text}")));
            if used > value.width() {
                response.on_hover_text(text);
            }
        }
    });
}
