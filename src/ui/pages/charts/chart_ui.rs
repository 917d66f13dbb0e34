//! One chart: grid and labels by the painter, curves and interaction by the plot.

use std::cell::RefCell;
use std::time::Duration;

use eframe::egui::{
    Align2, Color32, CursorIcon, Painter, Pos2, Rect, Response, Role, Shape, Stroke, Ui, UiBuilder, Vec2, WidgetInfo,
    pos2, vec2,
};
use egui_plot::{Plot, PlotBounds};

use super::flags::Mark;
use super::head::Readout;
use super::page_model::{ChartModel, SeriesModel};
use crate::model::settings::Units;
use crate::model::{Curve, SeriesId, TimeRange, Unit, ViewData, ViewId};
use crate::ui::PanelCx;
use crate::ui::chart::alert_spans::{AlertSpan, series_shapes};
use crate::ui::chart::curve_item::{CurveItem, mapping};
use crate::ui::chart::geometry::{extent, nearest};
use crate::ui::chart::time_axis::TimeTick;
use crate::ui::chart::value_axis::{AxisMemory, ValueAxis};
use crate::ui::chart::{AlertSpans, CurveStyle, Mapping, MeshCache};
use crate::ui::subscription::Subscription;
use crate::ui::theme::{TextRole, Theme};

/// Width of the gutter that holds the labels of values, points.
pub const GUTTER: f32 = 52.0;
/// Room at the right of a plot, points.
pub const RIGHT: f32 = 16.0;

/// Least height of a plot that carries five labels, points.
const MIN_FOUR: f32 = 84.0;

/// Opacity of the ground of an annotation that lasts.
const SPAN_SHARE: f32 = 0.10;

/// How far the plot reaches beyond its axis above and below, points.
const EDGE: f32 = 2.0;

/// Where the crosshair stands.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Hover {
    /// Wall time, milliseconds since the epoch.
    pub millis: f64,
    /// The chart under the pointer, and the pointer's height in it.
    pub in_chart: Option<(usize, f32)>,
}

/// What a chart remembers between frames.
#[derive(Debug)]
pub struct ChartState {
    /// Its standing order with the engine.
    pub subscription: Subscription,
    /// Where its plot was last drawn.
    pub plot_rect: Option<Rect>,
    memory: AxisMemory,
    axis: Option<(AxisKey, ValueAxis)>,
}

type AxisKey = (f64, f64, usize, Unit, Units);

impl ChartState {
    /// A chart that asks under this number.
    pub fn new(id: ViewId) -> Self {
        Self { subscription: Subscription::new(id), plot_rect: None, memory: AxisMemory::default(), axis: None }
    }

    /// The axis as last worked out.
    pub fn axis(&self) -> Option<&ValueAxis> {
        self.axis.as_ref().map(|(_, axis)| axis)
    }

    /// Works the axis out for what is shown.
    pub fn sync_axis(&mut self, chart: &ChartModel, data: Option<&ViewData>, range: TimeRange, units: &Units) {
        let Some(unit) = chart.unit else {
            self.axis = None;
            return;
        };
        let (start, end) = (range.start.as_millis() as f64, range.end.as_millis() as f64);
        let shown = drawn(chart, data).filter_map(|(_, curve)| extent(&curve.buckets, start, end));
        let (low, high) = shown.fold((0.0f64, 0.0f64), |(low, high), (l, h)| (low.min(l), high.max(h)));
        if self.axis.as_ref().is_some_and(|((.., was, _), _)| *was != unit) {
            self.memory.forget();
        }
        let height = self.plot_rect.map_or(120.0, |rect| rect.height());
        let n_intervals = if height >= MIN_FOUR { 4 } else { 2 };
        let (low, high) = self.memory.hold(low, high);
        let key = (low, high, n_intervals, unit, *units);
        if self.axis.as_ref().is_none_or(|(was, _)| *was != key) {
            let axis = ValueAxis::new(low, high, n_intervals, unit, units);
            self.memory.settle(&axis);
            self.axis = Some(((axis.bottom, axis.top, n_intervals, unit, *units), axis));
        }
    }
}

/// The series that are drawn, with their curves.
pub fn drawn<'m>(
    chart: &'m ChartModel,
    data: Option<&'m ViewData>,
) -> impl Iterator<Item = (&'m SeriesModel, &'m Curve)> {
    chart.series.iter().filter(|series| !series.is_hidden).filter_map(move |series| {
        let curve = curve_of(data?, series.id?)?;
        Some((series, curve))
    })
}

fn curve_of(data: &ViewData, id: SeriesId) -> Option<&Curve> {
    data.curves.iter().find(|curve| curve.series == id)
}

/// The values for a chart's legend, one for each of its series: at the crosshair, or now.
pub fn readouts(
    cx: &PanelCx<'_>,
    chart: &ChartModel,
    data: Option<&ViewData>,
    hover: Option<&Hover>,
) -> Vec<Option<Readout>> {
    let at = |series: &SeriesModel| {
        let id = series.id?;
        let Some(hover) = hover else {
            return Some(Readout { value: cx.snapshot.value(id)?, extent: None });
        };
        let data = data?;
        let cadence = cx.snapshot.info(id).and_then(|info| info.def.cadence);
        let bucket = nearest(&curve_of(data, id)?.buckets, hover.millis, reach_millis(cx, data, cadence))?;
        let value = f64::from(bucket.mean);
        let extent = (bucket.count > 1).then_some((f64::from(bucket.min), f64::from(bucket.max)));
        Some(Readout { value, extent })
    };
    chart.series.iter().map(at).collect()
}

/// How far from a bucket the crosshair may stand and still read it.
pub fn reach_millis(cx: &PanelCx<'_>, data: &ViewData, cadence: Option<Duration>) -> f64 {
    let between = cadence.unwrap_or_default().max(cx.snapshot.interval).max(data.step);
    between.as_secs_f64() * 1000.0 * 0.8
}

/// What came of drawing a plot.
pub struct PlotAnswer {
    /// The plot's response.
    pub response: Response,
    /// The span a person dragged or zoomed to, milliseconds since the epoch.
    pub moved_to: Option<(f64, f64)>,
}

/// What a plot is drawn with.
pub struct PlotArgs<'a> {
    /// Where.
    pub rect: Rect,
    /// Which chart.
    pub chart: &'a ChartModel,
    /// Its axis.
    pub axis: Option<&'a ValueAxis>,
    /// Its curves.
    pub data: Option<&'a ViewData>,
    /// Its number.
    pub id: ViewId,
    /// The span that is shown.
    pub range: TimeRange,
    /// Ticks of the time axis.
    pub ticks: &'a [TimeTick],
    /// Annotations.
    pub marks: &'a [Mark],
    /// When rules fired on which series.
    pub alerts: &'a AlertSpans,
    /// Whether a drag pans; it does not while a box is drawn.
    pub may_pan: bool,
}

/// Draws grid, labels and curves.
pub fn plot_ui(cx: &PanelCx<'_>, ui: &mut Ui, cache: &RefCell<MeshCache>, args: &PlotArgs<'_>) -> PlotAnswer {
    let theme = cx.theme;
    let (bottom, top) = args.axis.map_or((0.0, 1.0), |axis| (axis.bottom, axis.top));
    let map = Mapping::new(args.rect, args.range, bottom, top);
    // The ground is painted after the plot has taken its input and below the curves: its place is kept free here.
    let ground = ui.painter().add(Shape::Noop);
    // A curve along the upper or lower edge keeps its whole width: the plot reaches beyond both by as much.
    let outer = args.rect.expand2(vec2(0.0, EDGE));
    let edge = (top - bottom) * f64::from(EDGE) / f64::from(args.rect.height().max(1.0));
    let mut child = ui.new_child(UiBuilder::new().max_rect(outer));
    let zoom = eframe::egui::Vec2b::new(true, false);
    let plot = Plot::new(("charts-plot", args.id.0))
        .width(outer.width())
        .height(outer.height())
        .min_size(Vec2::ZERO)
        .show_axes(false)
        .show_grid(false)
        .show_background(false)
        .show_x(false)
        .show_y(false)
        .show_crosshair(false)
        .set_margin_fraction(Vec2::ZERO)
        .auto_bounds(false)
        .allow_scroll(false)
        .allow_zoom(zoom)
        .allow_drag(eframe::egui::Vec2b::new(args.may_pan, false))
        .allow_boxed_zoom(false)
        .allow_double_click_reset(false);
    let shown = plot.show(&mut child, |plot| {
        plot.set_plot_bounds(PlotBounds::from_min_max([map.start_millis, bottom - edge], [map.end_millis, top + edge]));
        for (series, curve) in drawn(args.chart, args.data) {
            let style = style(theme, series);
            plot.add(CurveItem::new(cache, args.id, curve.series, &curve.buckets, style));
        }
    });
    let after = mapping(&shown.transform);
    let is_moved =
        (after.start_millis - map.start_millis).abs() > 0.5 || (after.end_millis - map.end_millis).abs() > 0.5;
    ui.painter().set(ground, Shape::Vec(ground_shapes(theme, &after, args)));
    labels(theme, ui.painter(), &after, args);
    let mut name = match args.axis {
        Some(axis) => format!("Chart {}, {}", args.chart.title, axis.unit),
        None => format!("Chart {}", args.chart.title),
    };
    let n_fired: usize = fired(args).map(|(n, _)| n).sum();
    if n_fired > 0 {
        name.push_str(&format!(", fired {}", if n_fired == 1 { "once".into() } else { format!("{n_fired} times") }));
    }
    shown.response.widget_info(|| WidgetInfo::labeled(Role::Image, true, &name));
    PlotAnswer {
        response: shown.response.on_hover_cursor(CursorIcon::Crosshair),
        moved_to: is_moved.then_some((after.start_millis, after.end_millis)),
    }
}

/// The alerts of the series that are drawn: how many lie within what is shown, and all of them.
fn fired<'a>(args: &'a PlotArgs<'_>) -> impl Iterator<Item = (usize, &'a [AlertSpan])> {
    drawn(args.chart, args.data).filter_map(|(_, curve)| {
        let spans = args.alerts.of(curve.series);
        let is_seen =
            |span: &&AlertSpan| span.start < args.range.end && span.end.is_none_or(|end| args.range.start < end);
        let n = spans.iter().filter(is_seen).count();
        (n > 0).then_some((n, spans))
    })
}

/// How a series is drawn on a chart.
pub fn style(theme: &Theme, series: &SeriesModel) -> CurveStyle {
    CurveStyle {
        color: theme.series_color(series.slot),
        width: theme.size.line_chart,
        envelope_ratio: theme.envelope_share,
        fill_ratio: 0.0,
        is_dashed: theme.series_is_dashed(series.slot),
        is_stepped: false,
    }
}

/// Gaps, then the grid over them.
fn ground_shapes(theme: &Theme, map: &Mapping, args: &PlotArgs<'_>) -> Vec<Shape> {
    let rect = args.rect;
    let mut shapes = Vec::new();
    let line = |a: Pos2, b: Pos2, color: Color32| Shape::line_segment([a, b], Stroke::new(1.0, color));
    let sharp = |v: f32| v.round() + 0.5;
    for tick in args.ticks {
        let x = sharp(map.x(tick.at.as_millis() as f64));
        if rect.x_range().contains(x) {
            shapes.push(line(pos2(x, rect.top()), pos2(x, rect.bottom()), theme.color.line_subtle));
        }
    }
    for (value, _) in args.axis.map_or(&[][..], |axis| &axis.ticks) {
        let y = sharp(map.y(*value));
        shapes.push(line(pos2(rect.left(), y), pos2(rect.right(), y), theme.color.line_subtle));
    }
    for gap in args.data.map_or(&[][..], |data| &data.gaps) {
        let left = map.x(gap.start.as_millis() as f64).max(rect.left()).round();
        let right = map.x(gap.end.as_millis() as f64).min(rect.right()).round();
        if right - left >= 1.0 {
            let hole = Rect::from_min_max(pos2(left, rect.top()), pos2(right, rect.bottom()));
            shapes.push(Shape::rect_filled(hole, 0.0, theme.color.bg_page));
            for x in [left + 0.5, right - 0.5] {
                let edge = [pos2(x, rect.top()), pos2(x, rect.bottom())];
                shapes.extend(Shape::dashed_line(&edge, Stroke::new(1.0, theme.color.t3), 2.0, 3.0));
            }
        }
    }
    let mut last = f32::NEG_INFINITY;
    for mark in args.marks {
        let (from, to) = (map.x(mark.range.start.as_millis() as f64), map.x(mark.range.end.as_millis() as f64));
        if to - from >= 1.0 {
            let span = Rect::from_x_y_ranges(from.max(rect.left())..=to.min(rect.right()), rect.y_range());
            shapes.push(Shape::rect_filled(span, 0.0, mark.color.gamma_multiply(SPAN_SHARE)));
        }
        // Of a crowd one line a point is drawn.
        let x = sharp(from);
        if x > last && rect.x_range().contains(x) {
            shapes.push(line(pos2(x, rect.top()), pos2(x, rect.bottom()), mark.line));
            last = x;
        }
    }
    for (_, spans) in fired(args) {
        shapes.extend(series_shapes(theme, rect, map, spans));
    }
    let base = sharp(map.y(args.axis.map_or(0.0, |axis| axis.bottom.max(0.0f64.min(axis.top)))));
    shapes.push(line(pos2(rect.left(), base), pos2(rect.right(), base), theme.color.line));
    shapes
}

fn labels(theme: &Theme, painter: &Painter, map: &Mapping, args: &PlotArgs<'_>) {
    let font = theme.font(TextRole::Micro);
    for (value, label) in args.axis.map_or(&[][..], |axis| &axis.ticks) {
        let at = pos2(args.rect.left() - 8.0, map.y(*value));
        painter.text(at, Align2::RIGHT_CENTER, label, font.clone(), theme.color.t3);
    }
    let has_curve = drawn(args.chart, args.data).any(|(_, curve)| !curve.buckets.is_empty());
    let why = args.chart.series.iter().find_map(|s| s.why_not.as_deref());
    let words = match (has_curve, args.chart.series.is_empty(), why) {
        (true, ..) => return,
        (_, true, _) => "Tick a series in the list to draw it here",
        _ if args.chart.series.iter().all(|s| s.is_hidden) => "All series are hidden: click one in the legend",
        (.., Some(why)) => why,
        _ if args.data.is_some() => "No data in this span",
        _ => "Waiting for data",
    };
    let galley =
        painter.layout(words.to_owned(), theme.font(TextRole::Small), theme.color.t3, args.rect.width() - 32.0);
    let at = Align2::CENTER_CENTER.anchor_size(args.rect.center(), galley.size());
    painter.rect_filled(at.expand2(vec2(8.0, 2.0)), 0.0, theme.color.bg_panel);
    painter.galley(at.min, galley, theme.color.t3);
}
