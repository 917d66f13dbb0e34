//! Panels: a ground, an edge of one point, and a head with a title, a hint and links.

use eframe::egui::{Align, Frame, InnerResponse, Layout, Margin, Rect, Response, Sense, Stroke, Ui, UiBuilder, vec2};

use super::Button;
use crate::ui::theme::{TextRole, Theme};

/// A panel without inner margin: heads and rows bring their own 16 at the sides.
pub fn panel<R>(ui: &mut Ui, theme: &Theme, contents: impl FnOnce(&mut Ui) -> R) -> InnerResponse<R> {
    frame(theme).show(ui, |ui| {
        ui.spacing_mut().item_spacing = vec2(8.0, 0.0);
        ui.set_min_width(ui.available_width());
        contents(ui)
    })
}

/// A panel that fills exactly `rect`; what does not fit is cut.
pub fn panel_in<R>(ui: &mut Ui, theme: &Theme, rect: Rect, contents: impl FnOnce(&mut Ui) -> R) -> R {
    let radius = f32::from(theme.radius.panel);
    let stroke = Stroke::new(1.0, theme.color.line);
    ui.painter().rect(rect, radius, theme.color.bg_panel, stroke, eframe::egui::StrokeKind::Inside);
    let inner = rect.shrink(1.0);
    ui.scope_builder(UiBuilder::new().max_rect(inner).layout(Layout::top_down(Align::Min)), |ui| {
        ui.set_clip_rect(ui.clip_rect().intersect(inner));
        ui.spacing_mut().item_spacing = vec2(8.0, 0.0);
        contents(ui)
    })
    .inner
}

fn frame(theme: &Theme) -> Frame {
    Frame::new()
        .fill(theme.color.bg_panel)
        .stroke(Stroke::new(1.0, theme.color.line))
        .corner_radius(theme.radius.panel)
        .inner_margin(Margin::ZERO)
}

/// The head of a panel: title, hint, and at the right whatever `right` draws, from the right. A line follows below.
pub fn panel_head(
    ui: &mut Ui,
    theme: &Theme,
    is_compact: bool,
    title: &str,
    hint: &str,
    right: impl FnOnce(&mut Ui),
) -> Response {
    let height = theme.frame(is_compact).panel_head;
    let (rect, response) = ui.allocate_exact_size(vec2(ui.available_width(), height), Sense::hover());
    let inner = rect.shrink2(vec2(16.0, 0.0));
    let mut row = ui.new_child(UiBuilder::new().max_rect(inner).layout(Layout::right_to_left(Align::Center)));
    row.spacing_mut().item_spacing.x = 12.0;
    right(&mut row);
    row.with_layout(Layout::left_to_right(Align::Center), |ui| {
        ui.spacing_mut().item_spacing.x = 8.0;
        ui.label(theme.text(TextRole::Heading, title));
        if !hint.is_empty() {
            let text = theme.colored(TextRole::Small, hint, theme.color.t3);
            ui.add(eframe::egui::Label::new(text).truncate());
        }
    });
    ui.painter().hline(rect.x_range(), rect.bottom().round() - 0.5, Stroke::new(1.0, theme.color.line));
    response
}

/// A line across what is left of the row, one point high.
pub fn hairline(ui: &mut Ui, theme: &Theme) {
    let (rect, _) = ui.allocate_exact_size(vec2(ui.available_width(), 1.0), Sense::hover());
    ui.painter().rect_filled(rect, 0.0, theme.color.line_subtle);
}

/// A page or panel that has nothing yet: what it is for, and the button that fills it. True when that was clicked.
pub fn empty_state(ui: &mut Ui, theme: &Theme, title: &str, text: &str, action: Option<&str>) -> bool {
    let mut is_clicked = false;
    Frame::new().inner_margin(Margin::same(16)).show(ui, |ui| {
        ui.spacing_mut().item_spacing.y = 8.0;
        ui.label(theme.text(TextRole::Heading, title));
        ui.label(theme.colored(TextRole::Body, text, theme.color.t2));
        if let Some(action) = action {
            ui.add_space(4.0);
            is_clicked = Button::primary(action).show(ui, theme).clicked();
        }
    });
    is_clicked
}
