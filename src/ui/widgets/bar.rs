//! Bars: the small one beside a number, and the grey ones that stand for what is loading.

use eframe::egui::{Color32, Rect, Response, Sense, Ui, pos2, vec2};

use crate::ui::theme::Theme;

/// A bar 6 high that is full to `share`, 0 to 1. The number stands beside it, so it has no name of its own.
pub fn mini_bar(ui: &mut Ui, theme: &Theme, share: f64, width: f32, color: Color32) -> Response {
    let (rect, response) = ui.allocate_exact_size(vec2(width, theme.size.mini_bar), Sense::hover());
    let radius = f32::from(theme.radius.bar);
    ui.painter().rect_filled(rect, radius, theme.color.track);
    let share = if share.is_finite() { share.clamp(0.0, 1.0) as f32 } else { 0.0 };
    if share > 0.0 {
        // Something is never drawn as nothing.
        let filled = (rect.width() * share).max(1.5);
        ui.painter().rect_filled(Rect::from_min_size(rect.min, vec2(filled, rect.height())), radius, color);
    }
    response
}

/// Grey bars in the place of a panel's rows while the first data is on its way.
pub fn loading_bars(ui: &mut Ui, theme: &Theme, n_rows: usize) {
    let width = ui.available_width();
    for i in 0..n_rows {
        let (rect, _) = ui.allocate_exact_size(vec2(width, 20.0), Sense::hover());
        let share = [0.34, 0.78, 0.61, 0.70][i % 4];
        let bar = Rect::from_min_size(pos2(rect.left(), rect.center().y - 4.0), vec2(width * share, 8.0));
        ui.painter().rect_filled(bar, f32::from(theme.radius.bar), theme.color.bg_control);
    }
}
