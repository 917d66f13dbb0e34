//! The chosen series in both periods, laid over each other from their beginnings.

use std::cell::RefCell;
use std::sync::Arc;
use std::time::Duration;

use eframe::egui::{
    Align, Align2, CursorIcon, Layout, Rect, Role, Sense, Shape, Stroke, Ui, UiBuilder, WidgetInfo, pos2, vec2,
};

use super::figures::TableRow;
use super::periods::Side;
use super::table::legend_mark;
use crate::model::quantity::joined;
use crate::model::{Bucket, CompareRequest, CompareRow, TimeRange, Unit, ViewId};
use crate::ui::chart::geometry::{extent, nearest};
use crate::ui::chart::value_axis::ValueAxis;
use crate::ui::chart::{CurveStyle, Mapping, MeshCache};
use crate::ui::cx::PanelCx;
use crate::ui::period::words::{length_words, period_words};
use crate::ui::theme::TextRole;
use crate::ui::widgets::panel;

/// Under which numbers the meshes of A and B are kept; no view of the engine.
const VIEWS: [ViewId; 2] = [ViewId(0x434d_5000), ViewId(0x434d_5001)];
/// Height of the plot.
const HEIGHT: f32 = 172.0;
/// Width of the gutter for the labels of values.
const GUTTER: f32 = 56.0;

/// One period as it is drawn: its curve moved to begin at zero.
struct Drawn {
    side: Side,
    range: TimeRange,
    buckets: Arc<[Bucket]>,
}

/// Draws the chart of one row.
pub fn chart_ui(
    cx: &PanelCx<'_>,
    ui: &mut Ui,
    meshes: &RefCell<MeshCache>,
    request: &CompareRequest,
    row: &TableRow,
    compared: &CompareRow,
) {
    let theme = cx.theme;
    let sides = [
        Drawn { side: Side::A, range: request.a, buckets: compared.curve_a.clone() },
        Drawn { side: Side::B, range: request.b, buckets: compared.curve_b.clone() },
    ];
    let unit = cx.snapshot.info(row.series).map_or(Unit::Count(""), |info| info.def.unit);
    let units = &cx.snapshot.settings.units;
    let axis = axis(&sides, unit, units);
    panel(ui, theme, |ui| {
        let width = ui.available_width();
        let (head, _) = ui.allocate_exact_size(vec2(width, 36.0), Sense::hover());
        let (area, response) = ui.allocate_exact_size(vec2(width, HEIGHT + 32.0), Sense::hover());
        let plot = Rect::from_min_max(
            pos2(area.left() + GUTTER, area.top() + 4.0),
            pos2(area.right() - 16.0, area.bottom() - 28.0),
        );
        let hover = response.hover_pos().filter(|at| plot.x_range().contains(at.x)).map(|at| {
            let span = longest(&sides).as_millis() as f64;
            f64::from((at.x - plot.left()) / plot.width().max(1.0)) * span
        });
        head_ui(cx, ui, head, row, &sides, &axis, hover);
        plot_ui(cx, ui, meshes, plot, row, &sides, &axis, hover);
        let name = format!("Curves of {} in A and B, {}", row.name, axis.unit);
        response.widget_info(|| WidgetInfo::labeled(Role::Image, true, &name));
        response.on_hover_cursor(CursorIcon::Crosshair);
    });
}

fn axis(sides: &[Drawn; 2], unit: Unit, units: &crate::model::Units) -> ValueAxis {
    let ends = sides.iter().filter_map(|side| {
        extent(&side.buckets, side.range.start.as_millis() as f64, side.range.end.as_millis() as f64)
    });
    let (low, high) = ends.fold((0.0f64, 0.0f64), |(low, high), (l, h)| (low.min(l), high.max(h)));
    ValueAxis::new(low, high, 4, unit, units)
}

fn longest(sides: &[Drawn; 2]) -> Duration {
    sides[0].range.span().max(sides[1].range.span()).max(Duration::from_millis(1))
}

/// Name and unit, then both periods with their dates, and their values at the crosshair.
fn head_ui(
    cx: &PanelCx<'_>,
    ui: &mut Ui,
    rect: Rect,
    row: &TableRow,
    sides: &[Drawn; 2],
    axis: &ValueAxis,
    hover: Option<f64>,
) {
    let theme = cx.theme;
    let inner = rect.shrink2(vec2(16.0, 0.0));
    let mut line = ui.new_child(UiBuilder::new().max_rect(inner).layout(Layout::left_to_right(Align::Center)));
    line.set_clip_rect(inner.intersect(ui.clip_rect()));
    line.spacing_mut().item_spacing.x = 8.0;
    line.label(theme.text(TextRole::Heading, row.name.as_str()));
    line.label(theme.colored(TextRole::Small, axis.unit.as_str(), theme.color.t3));
    line.add_space(12.0);
    for side in sides {
        legend_mark(&mut line, theme, side.side);
        let text = format!("{}, {}", side.side.name(), period_words(side.range, cx.now));
        line.label(theme.colored(TextRole::Small, text, theme.color.t2));
        if let Some(millis) = hover {
            let value = at(side, millis).map_or("–".into(), |b| axis.number(f64::from(b.mean)));
            line.label(theme.text(TextRole::SmallStrong, value));
            if let Some(b) = at(side, millis).filter(|b| b.count > 1) {
                let text = format!("{} to {}", axis.number(f64::from(b.min)), axis.number(f64::from(b.max)));
                line.label(theme.colored(TextRole::Small, text, theme.color.t3));
            }
        }
        line.add_space(12.0);
    }
}

/// The bucket of a period at a time since its beginning.
fn at(side: &Drawn, millis: f64) -> Option<&Bucket> {
    let n = side.buckets.len().max(2) as f64;
    let reach = side.range.span().as_millis() as f64 / n * 2.0 + 1500.0;
    nearest(&side.buckets, side.range.start.as_millis() as f64 + millis, reach)
}

#[expect(clippy::too_many_arguments, reason = "a plot is its place, its data, its axis and the pointer")]
fn plot_ui(
    cx: &PanelCx<'_>,
    ui: &Ui,
    meshes: &RefCell<MeshCache>,
    plot: Rect,
    row: &TableRow,
    sides: &[Drawn; 2],
    axis: &ValueAxis,
    hover: Option<f64>,
) {
    let theme = cx.theme;
    let c = &theme.color;
    let painter = ui.painter();
    let span = longest(sides);
    let time_x = |millis: f64| plot.left() + (millis / span.as_millis() as f64) as f32 * plot.width();
    let base = Mapping {
        rect: plot,
        start_millis: 0.0,
        end_millis: span.as_millis() as f64,
        bottom: axis.bottom,
        top: axis.top,
    };
    for (value, label) in &axis.ticks {
        let y = base.y(*value).round() + 0.5;
        let color = if *value == axis.bottom { c.line } else { c.line_subtle };
        painter.hline(plot.x_range(), y, Stroke::new(1.0, color));
        let font = theme.font(TextRole::Micro);
        painter.text(pos2(plot.left() - 8.0, y), Align2::RIGHT_CENTER, label, font, c.t3);
    }
    for (millis, label) in relative_ticks(span) {
        let x = time_x(millis).round() + 0.5;
        painter.vline(x, plot.y_range(), Stroke::new(1.0, c.line_subtle));
        let font = theme.font(TextRole::Micro);
        let align = match x {
            x if x < plot.left() + 24.0 => Align2::LEFT_TOP,
            x if x > plot.right() - 24.0 => Align2::RIGHT_TOP,
            _ => Align2::CENTER_TOP,
        };
        painter.text(pos2(x, plot.bottom() + 8.0), align, label, font, c.t3);
    }
    let clipped = painter.with_clip_rect(plot.expand(2.0).intersect(painter.clip_rect()));
    let mut is_empty = true;
    for (view, side) in VIEWS.iter().zip(sides) {
        is_empty &= side.buckets.is_empty();
        let start = side.range.start.as_millis() as f64;
        let map = Mapping { start_millis: start, end_millis: start + span.as_millis() as f64, ..base };
        let style = CurveStyle {
            color: side.side.color(theme),
            width: theme.size.line_chart,
            envelope_ratio: theme.envelope_share,
            fill_ratio: 0.0,
            is_dashed: false,
            is_stepped: false,
        };
        let pixels = ui.ctx().pixels_per_point();
        let mesh = meshes.borrow_mut().get(*view, row.series, &side.buckets, map, style, pixels);
        clipped.add(Shape::Mesh(mesh));
        if side.range.span() < span {
            // Where the shorter period ends, so that its silence is not taken for missing data.
            let x = map.x(side.range.end.as_millis() as f64).round() + 0.5;
            let line = [pos2(x, plot.top()), pos2(x, plot.bottom())];
            painter.extend(Shape::dashed_line(&line, Stroke::new(1.0, side.side.color(theme)), 2.0, 3.0));
        }
    }
    if is_empty {
        let font = theme.font(TextRole::Small);
        painter.text(plot.center(), Align2::CENTER_CENTER, "Nothing was recorded in either period", font, c.t3);
    }
    let Some(millis) = hover else { return };
    let x = time_x(millis).round() + 0.5;
    painter.vline(x, plot.y_range(), Stroke::new(1.0, c.crosshair));
    for side in sides {
        if let Some(bucket) = at(side, millis) {
            let center = pos2(x, base.y(f64::from(bucket.mean)));
            painter.circle_filled(center, 5.0, c.bg_panel);
            side.side.paint(painter, theme, center);
        }
    }
    let text = format!("+{}", length_words(Duration::from_millis(millis.max(0.0) as u64)));
    let galley = painter.layout_no_wrap(text, theme.font(TextRole::MicroStrong), c.bg_page);
    let half = galley.size().x / 2.0 + 6.0;
    let center = x.clamp(plot.left() + half, (plot.right() - half).max(plot.left() + half));
    let tag = Rect::from_center_size(pos2(center, plot.bottom() + 13.0), galley.size() + vec2(12.0, 4.0));
    painter.rect_filled(tag, f32::from(theme.radius.bar), c.crosshair);
    painter.galley(tag.center() - galley.size() / 2.0, galley, c.bg_page);
}

/// Ticks of an axis that counts from the beginning of both periods: milliseconds and labels.
fn relative_ticks(span: Duration) -> Vec<(f64, String)> {
    const STEPS: [u64; 22] = [
        1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1_800, 3_600, 7_200, 10_800, 21_600, 43_200, 86_400, 172_800,
        604_800, 2_592_000, 7_776_000,
    ];
    let seconds = span.as_secs().max(1);
    let step = STEPS.into_iter().find(|step| seconds / step <= 7).unwrap_or(31_536_000);
    let label = |at: u64| match at {
        0 => "start".to_owned(),
        at if step >= 86_400 => format!("+{}", joined(&(at / 86_400).to_string(), "d")),
        at if step >= 3_600 => format!("+{}", joined(&(at / 3_600).to_string(), "h")),
        at if at >= 3_600 => format!("+{}:{:02}{}", at / 3_600, at / 60 % 60, "\u{2009}h"),
        at if step >= 60 => format!("+{}", joined(&(at / 60).to_string(), "min")),
        at => format!("+{}:{:02}", at / 60, at % 60),
    };
    (0..).map(|i| i * step).take_while(|at| *at <= seconds).map(|at| (at as f64 * 1000.0, label(at))).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::Timestamp;

    #[test]
    fn the_axis_counts_from_the_beginning() {
        let labels = |seconds: u64| {
            let ticks = relative_ticks(Duration::from_secs(seconds)).into_iter().map(|(_, label)| label);
            ticks.collect::<Vec<_>>().join(" ").replace('\u{2009}', "")
        };
        assert_eq!(labels(3600), "start +10min +20min +30min +40min +50min +1:00h");
        assert_eq!(labels(90), "start +0:15 +0:30 +0:45 +1:00 +1:15 +1:30");
        assert_eq!(labels(86_400), "start +6h +12h +18h +24h");
        assert_eq!(labels(7 * 86_400), "start +1d +2d +3d +4d +5d +6d +7d");
    }

    #[test]
    fn values_are_found_at_the_same_time_since_each_beginning() {
        let range = |start: i64| TimeRange {
            start: Timestamp::from_millis(start),
            end: Timestamp::from_millis(start + 60_000),
        };
        let bucket = |range: TimeRange, millis, mean| Bucket {
            at: range.start.plus(Duration::from_millis(millis)),
            min: mean,
            max: mean,
            mean,
            count: 1,
            gap_before: false,
        };
        let side = |side, start: i64, means: [f32; 3]| {
            let range = range(start);
            let buckets = means.iter().enumerate().map(|(i, mean)| bucket(range, i as u64 * 20_000, *mean));
            Drawn { side, range, buckets: buckets.collect() }
        };
        let (a, b) = (side(Side::A, 0, [1.0, 2.0, 3.0]), side(Side::B, 86_400_000, [4.0, 5.0, 6.0]));
        assert_eq!([&a, &b].map(|s| at(s, 21_000.0).map(|b| b.mean)), [Some(2.0), Some(5.0)]);
        assert_eq!(axis(&[a, b], Unit::Watts, &crate::model::Units::default()).top, 10.0);
    }
}
