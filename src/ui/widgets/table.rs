//! Cells of tables that are painted by hand: heads, numbers at the right, texts that are cut.

use std::sync::Arc;

use eframe::egui::text::{LayoutJob, TextWrapping};
use eframe::egui::{
    Align2, Color32, Galley, Painter, Rect, Response, Role, Sense, Stroke, StrokeKind, Ui, WidgetInfo, pos2,
};

use super::focus_ring;
use crate::ui::icons;
use crate::ui::theme::{TextRole, Theme};

/// The order a column is sorted in.
pub type Descending = bool;

/// A head that sorts when it is clicked. `sorted` is the order when this column leads.
pub fn head_cell(
    ui: &mut Ui,
    theme: &Theme,
    rect: Rect,
    text: &str,
    is_number: bool,
    sorted: Option<Descending>,
) -> Response {
    let c = &theme.color;
    let response = ui.interact(rect, ui.scope_id().with(("head", text)), Sense::click());
    let color = if sorted.is_some() || response.hovered() { c.t1 } else { c.t2 };
    let galley = ui.painter().layout_no_wrap(text.to_owned(), theme.font(TextRole::SmallStrong), color);
    let arrow = if sorted.is_some() { 14.0 } else { 0.0 };
    let left = if is_number { rect.right() - galley.size().x - arrow } else { rect.left() };
    let width = galley.size().x;
    let at = pos2(left, rect.center().y - galley.size().y / 2.0);
    cut_to(ui.painter(), rect, width + arrow).galley(at, galley, color);
    if let Some(is_descending) = sorted {
        let icon = if is_descending { icons::bold::ARROW_DOWN } else { icons::bold::ARROW_UP };
        icon.paint(ui.painter(), pos2(left + width + 9.0, rect.center().y), 10.0, color);
    }
    focus_ring(ui, theme, &response, theme.radius.bar);
    response.widget_info(|| WidgetInfo::selected(Role::ColumnHeader, true, sorted.is_some(), text));
    response
}

/// A number at the right of its cell; zero in `t3` is the caller's choice of colour.
pub fn number_cell(painter: &Painter, theme: &Theme, rect: Rect, text: &str, role: TextRole, color: Color32) {
    let galley = painter.layout_no_wrap(text.to_owned(), theme.font(role), color);
    let at = Align2::RIGHT_CENTER.anchor_size(pos2(rect.right(), rect.center().y), galley.size()).min;
    cut_to(painter, rect, galley.size().x).galley(at, galley, color);
}

/// The painter, cutting at `rect` only where a text of `width` does not fit. Each cut is a drawing call of its own, and
/// a table in which every cell were cut costs three times the frame.
fn cut_to(painter: &Painter, rect: Rect, width: f32) -> Painter {
    if width <= rect.width() { painter.clone() } else { painter.with_clip_rect(rect.intersect(painter.clip_rect())) }
}

/// A text on one line that ends in an ellipsis where it would be wider than `width`.
pub fn elided(painter: &Painter, theme: &Theme, text: &str, role: TextRole, color: Color32, width: f32) -> Arc<Galley> {
    let mut job = LayoutJob::simple_singleline(text.to_owned(), theme.font(role), color);
    job.wrap = TextWrapping::truncate_at_width(width.max(0.0));
    painter.layout_job(job)
}

/// A text at the left of its cell, with an ellipsis where it does not fit. Answers with the width it would take.
pub fn text_at(painter: &Painter, theme: &Theme, rect: Rect, text: &str, role: TextRole, color: Color32) -> f32 {
    let galley = painter.layout_no_wrap(text.to_owned(), theme.font(role), color);
    let width = galley.size().x;
    let galley = if width <= rect.width() { galley } else { elided(painter, theme, text, role, color, rect.width()) };
    let at = Align2::LEFT_CENTER.anchor_size(pos2(rect.left(), rect.center().y), galley.size()).min;
    painter.galley(at, galley, color);
    width
}

/// The ground of a row and the line below it.
pub fn row_ground(painter: &Painter, theme: &Theme, rect: Rect, is_hovered: bool, is_selected: bool) {
    let c = &theme.color;
    if is_selected || is_hovered {
        painter.rect_filled(rect, 0.0, if is_selected { c.bg_selected } else { c.bg_hover });
    }
    painter.hline(rect.x_range(), rect.bottom().round() - 0.5, Stroke::new(1.0, c.line_subtle));
}

/// A key as it stands on the keyboard, for shortcuts.
pub fn key_cap(ui: &mut Ui, theme: &Theme, text: &str) -> Response {
    let c = &theme.color;
    let galley = ui.painter().layout_no_wrap(text.to_owned(), theme.font(TextRole::MicroStrong), c.t2);
    let size = eframe::egui::vec2((galley.size().x + 10.0).ceil(), 18.0);
    let (rect, response) = ui.allocate_exact_size(size, Sense::hover());
    ui.painter().rect(rect, f32::from(theme.radius.bar), c.bg_control, Stroke::new(1.0, c.line), StrokeKind::Inside);
    ui.painter().galley(rect.center() - galley.size() / 2.0, galley, c.t2);
    response.widget_info(|| WidgetInfo::labeled(Role::Label, true, text));
    response
}
