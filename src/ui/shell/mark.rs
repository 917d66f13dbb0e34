//! The application's mark, drawn: a rounded square, a curve in accent, a crosshair, a dot where they meet.

use eframe::egui::{Painter, Pos2, Rect, Stroke, StrokeKind, pos2, vec2};

use crate::ui::theme::Theme;

/// Draws the mark, `side` points wide, around a point.
pub fn paint_mark(painter: &Painter, theme: &Theme, center: Pos2, side: f32) {
    let c = &theme.color;
    let rect = Rect::from_center_size(center, vec2(side, side));
    painter.rect(rect, side * 0.22, c.bg_control, Stroke::new(1.0, c.line_strong), StrokeKind::Inside);
    let at = |x: f32, y: f32| pos2(rect.left() + x * side, rect.top() + y * side);
    let hair = Stroke::new(1.0, c.t2);
    painter.line_segment([at(0.6, 0.16), at(0.6, 0.84)], hair);
    painter.line_segment([at(0.16, 0.4), at(0.84, 0.4)], hair);
    let curve = [at(0.16, 0.7), at(0.32, 0.62), at(0.44, 0.72), at(0.6, 0.4), at(0.72, 0.46), at(0.84, 0.28)];
    painter.line(curve.to_vec(), Stroke::new(1.5, c.accent));
    painter.circle_filled(at(0.6, 0.4), side * 0.09, c.accent);
}
