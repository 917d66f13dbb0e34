//! The small chart of a card: a curve with its threshold, bars, or points with the line that fits them.

use std::sync::Arc;

use eframe::egui::{Align2, Label, Rect, Role, Sense, Shape, Stroke, Ui, UiBuilder, WidgetInfo, pos2, vec2};

use super::scatter::scatter_ui;
use crate::analysis::value_axis::ValueAxis;
use crate::model::quantity::{Quantity, decimals, joined};
use crate::model::suggest::{Bar, Picture, PictureForm};
use crate::model::{Bucket, TimeRange, Unit};
use crate::ui::chart::geometry::extent;
use crate::ui::chart::time_axis::time_ticks;
use crate::ui::chart::{CurveStyle, Mapping, Zone, curve_mesh};
use crate::ui::cx::PanelCx;
use crate::ui::theme::TextRole;
use crate::ui::widgets::{mini_bar, number_cell, text_at};

/// Height of a chart below its title.
const HEIGHT: f32 = 136.0;
/// Room for the numbers at the left.
pub const GUTTER: f32 = 34.0;
/// Room for the numbers below.
const BASE: f32 = 18.0;
/// Height of a bar's row.
const BAR_ROW: f32 = 22.0;

/// Draws the picture of a card, its title first.
pub fn chart_ui(cx: &PanelCx<'_>, ui: &mut Ui, picture: &Picture) {
    match &picture.form {
        PictureForm::Line { buckets, threshold } => line_ui(cx, ui, picture, buckets, *threshold),
        PictureForm::Bars(bars) => bars_ui(cx, ui, picture, bars),
        PictureForm::Scatter(scatter) => scatter_ui(cx, ui, picture, scatter),
    }
}

/// The title of a chart and the unit of its numbers.
pub fn title_ui(cx: &PanelCx<'_>, ui: &mut Ui, title: &str, unit: &str) {
    let text = if unit.is_empty() { title.to_owned() } else { format!("{title}, {unit}") };
    ui.add(Label::new(cx.theme.colored(TextRole::SmallStrong, text, cx.theme.color.t2)).wrap());
}

/// Takes the place of a chart, draws its grid and answers with where its values stand; `None` where nobody sees it.
pub fn plot_ui(cx: &PanelCx<'_>, ui: &mut Ui, axis: &ValueAxis, name: &str) -> Option<Rect> {
    let theme = cx.theme;
    let c = &theme.color;
    let (rect, response) = ui.allocate_exact_size(vec2(ui.available_width(), HEIGHT), Sense::hover());
    response.widget_info(|| WidgetInfo::labeled(Role::Image, true, name));
    if !ui.is_rect_visible(rect) {
        return None;
    }
    let plot =
        Rect::from_min_max(pos2(rect.left() + GUTTER, rect.top() + 8.0), pos2(rect.right(), rect.bottom() - BASE));
    for (value, label) in &axis.ticks {
        let share = ((value - axis.bottom) / (axis.top - axis.bottom)) as f32;
        let y = (plot.bottom() - share * plot.height()).round() - 0.5;
        let color = if share == 0.0 { c.line } else { c.line_subtle };
        ui.painter().hline(plot.x_range(), y, Stroke::new(1.0, color));
        let at = pos2(plot.left() - 6.0, y);
        ui.painter().text(at, Align2::RIGHT_CENTER, label, theme.font(TextRole::Micro), c.t3);
    }
    Some(plot)
}

fn line_ui(cx: &PanelCx<'_>, ui: &mut Ui, picture: &Picture, buckets: &Arc<[Bucket]>, threshold: Option<f64>) {
    let theme = cx.theme;
    let c = &theme.color;
    let units = &cx.snapshot.settings.units;
    let (Some(first), Some(last)) = (buckets.first(), buckets.last()) else { return };
    let range = TimeRange { start: first.at, end: last.at };
    let (start, end) = (range.start.as_millis() as f64, range.end.as_millis() as f64);
    let (low, high) = extent(buckets, start, end).unwrap_or((0.0, 0.0));
    let axis = ValueAxis::new(low, high.max(threshold.unwrap_or(high)), 3, picture.unit, units);
    title_ui(cx, ui, &picture.title, &axis.unit);
    let limit = threshold
        .map(|value| format!(", threshold {}", Quantity::new(value, picture.unit).text(units)))
        .unwrap_or_default();
    let name =
        format!("{}: now {}{limit}", picture.title, Quantity::new(f64::from(last.mean), picture.unit).text(units));
    let Some(plot) = plot_ui(cx, ui, &axis, &name) else { return };
    let map = Mapping::new(plot, range, axis.bottom, axis.top);
    let style = CurveStyle {
        color: theme.series_color(0),
        width: theme.size.line_chart,
        envelope_ratio: theme.envelope_share,
        fill_ratio: 0.0,
        is_dashed: false,
        is_stepped: false,
    };
    ui.painter().add(Shape::mesh(curve_mesh(buckets, &map, &style, ui.ctx().pixels_per_point())));
    let font = theme.font(TextRole::Micro);
    if let Some(value) = threshold {
        let y = map.y(value).round() - 0.5;
        let level = [pos2(plot.left(), y), pos2(plot.right(), y)];
        ui.painter().extend(Shape::dashed_line(&level, Stroke::new(1.0, c.warning), 4.0, 3.0));
        // Above the line, or below it where it is the top of the chart.
        let (y, align) =
            if y - plot.top() < 12.0 { (y + 2.0, Align2::LEFT_TOP) } else { (y - 1.0, Align2::LEFT_BOTTOM) };
        let text = Quantity::new(value, picture.unit).text(units);
        ui.painter().text(pos2(plot.left() + 4.0, y), align, text, font.clone(), c.warning);
    }
    for tick in time_ticks(range, 3, Zone::LOCAL) {
        let x = map.x(tick.at.as_millis() as f64);
        // A label at the very edge would be cut.
        let align = if x > plot.right() - 16.0 { Align2::RIGHT_TOP } else { Align2::CENTER_TOP };
        ui.painter().text(pos2(x, plot.bottom() + 4.0), align, tick.label, font.clone(), c.t3);
    }
}

fn bars_ui(cx: &PanelCx<'_>, ui: &mut Ui, picture: &Picture, bars: &[Bar]) {
    const BAR: f32 = 48.0;
    const NUMBER: f32 = 32.0;
    let theme = cx.theme;
    let c = &theme.color;
    let greatest = bars.iter().map(|bar| bar.value).fold(0.0, f64::max);
    let axis = ValueAxis::new(0.0, greatest, 4, picture.unit, &cx.snapshot.settings.units);
    title_ui(cx, ui, &picture.title, &axis.unit);
    for bar in bars {
        let (rect, response) = ui.allocate_exact_size(vec2(ui.available_width(), BAR_ROW), Sense::hover());
        let number = match picture.unit {
            Unit::Ratio => decimals(bar.value * 100.0, 0),
            _ => axis.number(bar.value),
        };
        let text = format!("{}: {}", bar.name, joined(&number, &axis.unit));
        response.widget_info(|| WidgetInfo::labeled(Role::Label, true, text.as_str()));
        response.on_hover_text(text.as_str());
        let (rest, cell) = rect.split_left_right_at_x(rect.right() - NUMBER);
        let (name, place) = rest.split_left_right_at_x(rest.right() - BAR);
        let color = if bar.is_marked { c.t1 } else { c.t2 };
        let name = name.with_max_x(name.right() - 8.0);
        text_at(ui.painter(), theme, name, &bar.name, TextRole::Small, color);
        number_cell(ui.painter(), theme, cell, &number, TextRole::Small, color);
        let height = theme.size.mini_bar;
        let place = Rect::from_center_size(place.center(), vec2(BAR, height));
        let fill = if bar.is_marked { theme.series_color(1) } else { c.neutral };
        let share = if greatest > 0.0 { bar.value / greatest } else { 0.0 };
        let mut child = ui.new_child(UiBuilder::new().max_rect(place));
        mini_bar(&mut child, theme, share, BAR, fill);
    }
}
