//! Points with the line that fits them, where the parameter stands now, and where the card would put it.

use eframe::egui::{Align2, Color32, Pos2, Rect, Shape, Stroke, Ui, pos2};

use super::chart::{plot_ui, title_ui};
use crate::analysis::value_axis::ValueAxis;
use crate::model::quantity::joined;
use crate::model::suggest::{Picture, ScatterPicture};
use crate::ui::cx::PanelCx;
use crate::ui::theme::TextRole;

/// Radius of a point.
const POINT: f32 = 1.5;

/// Draws the points of a card.
pub fn scatter_ui(cx: &PanelCx<'_>, ui: &mut Ui, picture: &Picture, scatter: &ScatterPicture) {
    let theme = cx.theme;
    let c = &theme.color;
    let units = &cx.snapshot.settings.units;
    let all = || scatter.points.iter().chain(scatter.fit.iter());
    let upright = ValueAxis::new(0.0, greatest(all().map(|point| point.1)), 3, picture.unit, units);
    let marks = scatter.now.into_iter().chain(scatter.suggested);
    let right = marks.fold(greatest(all().map(|point| point.0)), f64::max);
    let level = ValueAxis::new(0.0, right, 4, scatter.x_unit, units);
    title_ui(cx, ui, &picture.title, &upright.unit);
    let told = |name: &str, value: Option<f64>| {
        value.map(|value| format!(", {name} {}", joined(&level.number(value), &level.unit))).unwrap_or_default()
    };
    let (now, to) = (told("now", scatter.now), told("suggested", scatter.suggested));
    let name = format!("{}: {} points by {}{now}{to}", picture.title, scatter.points.len(), scatter.x_title);
    let Some(plot) = plot_ui(cx, ui, &upright, &name) else { return };
    let place = |point: (f32, f32)| -> Pos2 {
        let share = |value: f32, axis: &ValueAxis| ((f64::from(value) - axis.bottom) / (axis.top - axis.bottom)) as f32;
        pos2(
            plot.left() + share(point.0, &level) * plot.width(),
            plot.bottom() - share(point.1, &upright) * plot.height(),
        )
    };
    let color = theme.series_color(0).gamma_multiply(0.7);
    let painter = ui.painter();
    painter.extend(scatter.points.iter().map(|point| Shape::circle_filled(place(*point), POINT, color)));
    if scatter.fit.len() > 1 {
        let line = scatter.fit.iter().map(|point| place(*point)).collect();
        painter.add(Shape::line(line, Stroke::new(theme.size.line_chart, c.t1)));
    }
    let font = theme.font(TextRole::Micro);
    for (value, label) in &level.ticks {
        let at = place((*value as f32, 0.0));
        let is_last = at.x > plot.right() - 8.0;
        let align = if is_last { Align2::RIGHT_TOP } else { Align2::CENTER_TOP };
        painter.text(pos2(at.x, plot.bottom() + 4.0), align, label, font.clone(), c.t3);
    }
    let x = |value: Option<f64>| value.map(|value| (place((value as f32, 0.0)).x, level.number(value)));
    let (now, suggested) = (x(scatter.now), x(scatter.suggested));
    if let Some((x, number)) = &now {
        let line = [pos2(*x, plot.top() - 8.0), pos2(*x, plot.bottom())];
        painter.extend(Shape::dashed_line(&line, Stroke::new(1.0, c.t2), 3.0, 3.0));
        let is_right = suggested.as_ref().is_none_or(|(other, _)| other <= x);
        label(cx, ui, plot, *x, is_right, &format!("now {}", trimmed(number)), c.t2);
    }
    if let Some((x, number)) = &suggested {
        painter_line(ui, plot, *x, c.accent);
        // The two labels turn away from each other, or into the plot where there is no room.
        let is_left = now.as_ref().is_none_or(|(other, _)| other > x);
        label(cx, ui, plot, *x, is_left && *x > plot.left() + 24.0, trimmed(number), c.accent);
    }
}

fn greatest(values: impl Iterator<Item = f32>) -> f64 {
    values.filter(|value| value.is_finite()).fold(0.0f64, |most, value| most.max(f64::from(value)))
}

/// A number without the zeros behind its point.
fn trimmed(number: &str) -> &str {
    if number.contains('.') { number.trim_end_matches('0').trim_end_matches('.') } else { number }
}

fn painter_line(ui: &Ui, plot: Rect, x: f32, color: Color32) {
    ui.painter().vline(x, plot.top() - 8.0..=plot.bottom(), Stroke::new(1.5, color));
}

/// A word beside an upright line, at its left or at its right.
fn label(cx: &PanelCx<'_>, ui: &Ui, plot: Rect, x: f32, is_left: bool, text: &str, color: Color32) {
    let (at, align) = if is_left { (x - 5.0, Align2::RIGHT_TOP) } else { (x + 5.0, Align2::LEFT_TOP) };
    ui.painter().text(pos2(at, plot.top() - 8.0), align, text, cx.theme.font(TextRole::Micro), color);
}
