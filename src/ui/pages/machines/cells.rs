//! Small drawings of a row: a share with its bar, and the newest shares as a line.

use eframe::egui::{Color32, Painter, Rect, Shape, Stroke, pos2, vec2};

use crate::model::{Quantity, Unit, Units};
use crate::ui::theme::{TextRole, Theme};
use crate::ui::widgets::number_cell;

/// A share as a bar and a number; a dash where there is none.
pub fn share_cell(painter: &Painter, theme: &Theme, rect: Rect, share: Option<f64>, is_old: bool) {
    let c = &theme.color;
    let text = share.map_or_else(|| "–".to_owned(), |share| Quantity::new(share, Unit::Ratio).text(&Units::default()));
    let color = if share.is_none() || is_old { c.t3 } else { c.t1 };
    let (bar, number) = rect.split_left_right_at_x(rect.right() - 52.0);
    number_cell(painter, theme, number, &text, TextRole::Body, color);
    let Some(share) = share else { return };
    let height = theme.size.mini_bar;
    let bar = Rect::from_center_size(bar.center(), vec2(bar.width(), height));
    let radius = f32::from(theme.radius.bar);
    painter.rect_filled(bar, radius, c.track);
    let filled = (bar.width() * share.clamp(0.0, 1.0) as f32).max(1.5);
    let color = if is_old { c.t3 } else { load_color(theme, share) };
    painter.rect_filled(Rect::from_min_size(bar.min, vec2(filled, height)), radius, color);
}

fn load_color(theme: &Theme, share: f64) -> Color32 {
    match share {
        busy if busy >= 0.95 => theme.color.critical,
        busy if busy >= 0.80 => theme.color.warning_icon,
        _ => theme.color.t2,
    }
}

/// The newest shares as a line, oldest at the left; the whole height is 100 %.
pub fn past_cell(painter: &Painter, theme: &Theme, rect: Rect, past: &[f32], most: usize, is_old: bool) {
    let c = &theme.color;
    painter.hline(rect.x_range(), rect.bottom() - 0.5, Stroke::new(1.0, c.line));
    if past.len() < 2 {
        return;
    }
    let step = rect.width() / most.saturating_sub(1).max(1) as f32;
    let first = rect.right() - step * (past.len() - 1) as f32;
    let at = |(i, share): (usize, &f32)| {
        pos2(first + step * i as f32, rect.bottom() - 1.0 - (rect.height() - 2.0) * share.clamp(0.0, 1.0))
    };
    let line: Vec<_> = past.iter().enumerate().map(at).collect();
    painter.add(Shape::line(line, Stroke::new(1.0, if is_old { c.t3 } else { c.accent })));
}
