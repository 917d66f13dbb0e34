//! The focus ring: 2 points of accent, 2 points away, by keyboard only.

use eframe::egui::{Response, Stroke, StrokeKind, Ui};

use crate::ui::theme::Theme;

/// Draws the ring where the keyboard's focus is on `response`.
pub fn focus_ring(ui: &Ui, theme: &Theme, response: &Response, radius: u8) {
    if response.has_focus() {
        ui.painter().rect_stroke(
            response.rect.expand(2.0),
            f32::from(radius) + 2.0,
            Stroke::new(2.0, theme.color.accent),
            StrokeKind::Outside,
        );
    }
}
