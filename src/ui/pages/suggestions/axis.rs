//! An interval on an axis of percent, with zero marked.

use eframe::egui::{Align2, Rect, Role, Sense, Stroke, Ui, WidgetInfo, pos2, vec2};

use super::words::{axis_ticks, interval_words, percent};
use crate::model::quantity::decimals;
use crate::ui::cx::PanelCx;
use crate::ui::theme::TextRole;
use crate::ui::widgets::Tone;

const HEIGHT: f32 = 36.0;

/// Draws the interval from `low` to `high` with the most likely value, shares of the value before.
pub fn axis_ui(cx: &PanelCx<'_>, ui: &mut Ui, (low, mid, high): (f64, f64, f64), tone: Tone) {
    let theme = cx.theme;
    let c = &theme.color;
    let (rect, response) = ui.allocate_exact_size(vec2(ui.available_width(), HEIGHT), Sense::hover());
    let name = format!("Expected {} {}", percent(mid), interval_words(low, high));
    response.widget_info(|| WidgetInfo::labeled(Role::Image, true, name.as_str()));
    let ticks = axis_ticks(low, high);
    let (Some(first), Some(last)) = (ticks.first().copied(), ticks.last().copied()) else { return };
    if !ui.is_rect_visible(rect) || last <= first {
        return;
    }
    // Room for half a label at both ends.
    let plot = rect.shrink2(vec2(14.0, 0.0));
    let x = |share: f64| plot.left() + ((share - first) / (last - first)) as f32 * plot.width();
    let y = (rect.top() + 11.0).round() + 0.5;
    let painter = ui.painter();
    painter.hline(rect.x_range(), y, Stroke::new(1.0, c.line));
    painter.vline(x(0.0).round() + 0.5, y - 8.0..=y + 8.0, Stroke::new(1.0, c.line_strong));
    let color = tone.colors(theme).0;
    let radius = f32::from(theme.radius.bar);
    let band = Rect::from_min_max(pos2(x(low.max(first)), y - 2.0), pos2(x(high.min(last)), y + 2.0));
    painter.rect_filled(band, radius, color.gamma_multiply(0.55));
    let at = x(mid.clamp(first, last));
    painter.rect_filled(Rect::from_center_size(pos2(at, y), vec2(3.0, 12.0)), 1.0, color);
    for tick in ticks {
        let text = match tick {
            t if t.abs() < 1e-9 => "0\u{2009}%".to_owned(),
            t if t > 0.0 => format!("+{}", decimals(t * 100.0, 0)),
            t => decimals(t * 100.0, 0),
        };
        painter.text(pos2(x(tick), rect.bottom()), Align2::CENTER_BOTTOM, text, theme.font(TextRole::Micro), c.t3);
    }
}
