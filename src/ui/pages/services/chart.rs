//! One chart of the Summary: head with values at the crosshair or now, curves, thresholds, alerts, notes, live edge.

use std::cell::RefCell;
use std::collections::BTreeMap;

use eframe::egui::{Align2, Color32, CursorIcon, Rect, Role, Sense, Shape, Stroke, Ui, WidgetInfo, pos2, vec2};

use super::alarms::Alarm;
use crate::model::quantity::decimals;
use crate::model::{AnnotationKind, Curve, SeriesId, TimeRange, Timestamp, Unit, ViewData, ViewId};
use crate::ui::PanelCx;
use crate::ui::chart::alert_spans::{level_shapes, series_shapes};
use crate::ui::chart::geometry::{extent, nearest};
use crate::ui::chart::time_axis::{clock_in, time_ticks};
use crate::ui::chart::value_axis::{AxisMemory, ValueAxis};
use crate::ui::chart::{CurveStyle, Mapping, MeshCache, Zone};
use crate::ui::theme::TextRole;
use crate::ui::widgets::{elided, text_at};

/// Height of a chart's head, points.
pub(super) const HEAD: f32 = 44.0;
/// Room for the labels of values.
const GUTTER: f32 = 48.0;
/// Room at the right of a plot.
const RIGHT: f32 = 18.0;
/// Room for the labels of time.
const AXIS: f32 = 24.0;

/// A curve of a chart.
pub(super) struct Drawn {
    pub series: Option<SeriesId>,
    /// Its name in the legend; empty where it is alone.
    pub name: &'static str,
    /// Its place among the colours.
    pub slot: usize,
    /// The value now, where the snapshot knows better than the series.
    pub now: Option<f64>,
}

/// What a chart shows.
pub(super) struct Spec<'a> {
    /// Its title, and its name among the page's charts.
    pub title: &'static str,
    pub unit: Unit,
    pub curves: &'a [Drawn],
    pub alarm: Option<&'a Alarm>,
    /// What stands in it while there are no series, in one line.
    pub missing: &'a str,
    /// Whether the words of notes stand in it; one chart of a row is enough.
    pub has_notes: bool,
    /// A moment of its own, such as a restart, and its word.
    pub moment: Option<(Timestamp, &'static str)>,
}

/// What the charts of the page share and remember.
#[derive(Debug, Default)]
pub(super) struct Charts {
    memory: RefCell<BTreeMap<&'static str, AxisMemory>>,
    pub meshes: RefCell<MeshCache>,
    /// The crosshair of this frame, milliseconds since the epoch.
    pub hover: Option<f64>,
    /// The one of the next frame: what the pointer is over now.
    next: RefCell<Option<f64>>,
}

impl Charts {
    /// Takes over where the pointer was; once a frame, before the charts are drawn.
    pub(super) fn begin(&mut self) {
        self.hover = self.next.take();
    }

    /// Drops meshes of curves that are gone; once a frame, after the charts were drawn.
    pub(super) fn end(&mut self) {
        self.meshes.get_mut().end_frame();
    }

    /// Forgets the heights of axes: the curves are another service's.
    pub(super) fn forget(&mut self) {
        self.memory.get_mut().clear();
    }
}

/// What all charts of a frame are drawn from.
pub(super) struct Ground<'a> {
    pub charts: &'a Charts,
    pub view: ViewId,
    pub data: Option<&'a ViewData>,
    pub range: TimeRange,
}

impl Ground<'_> {
    fn curve(&self, series: SeriesId) -> Option<&Curve> {
        self.data?.curves.iter().find(|curve| curve.series == series)
    }

    /// How far from a bucket the crosshair may stand and still read it.
    fn reach(&self, cx: &PanelCx<'_>, series: SeriesId) -> f64 {
        let cadence = cx.snapshot.info(series).and_then(|info| info.def.cadence).unwrap_or_default();
        let step = self.data.map(|data| data.step).unwrap_or_default();
        cadence.max(cx.snapshot.interval).max(step).as_secs_f64() * 1000.0 * 0.8
    }

    /// The value of a curve at the crosshair, or now.
    fn value(&self, cx: &PanelCx<'_>, drawn: &Drawn) -> Option<f64> {
        let series = drawn.series;
        match self.charts.hover {
            Some(millis) => {
                let series = series?;
                let bucket = nearest(&self.curve(series)?.buckets, millis, self.reach(cx, series))?;
                Some(f64::from(bucket.mean))
            }
            None => drawn.now.or_else(|| cx.snapshot.value(series?)),
        }
    }
}

/// Draws a chart into `rect`, whose ground and edge are the caller's.
pub(super) fn chart_ui(cx: &PanelCx<'_>, ui: &Ui, rect: Rect, ground: &Ground<'_>, spec: &Spec<'_>) {
    let theme = cx.theme;
    let c = &theme.color;
    let axis = axis(cx, ground, spec);
    let (head, rest) = rect.split_top_bottom_at_y(rect.top() + HEAD);
    let told = head_ui(cx, ui, head, ground, spec, &axis);
    let plot = Rect::from_min_max(
        pos2(rest.left() + GUTTER, rest.top() + 4.0),
        pos2(rest.right() - RIGHT, rest.bottom() - AXIS),
    );
    let id = ui.scope_id().with(("service chart", spec.title));
    let response = ui.interact(plot.expand2(vec2(4.0, 2.0)), id, Sense::hover());
    response.widget_info(|| WidgetInfo::labeled(Role::Image, true, &told));
    if !ui.is_rect_visible(plot) || plot.height() < 8.0 {
        return;
    }
    let map = Mapping::new(plot, ground.range, axis.bottom, axis.top);
    let painter = ui.painter();
    let has_series = spec.curves.iter().any(|drawn| drawn.series.is_some());
    grid(cx, ui, &map, &axis);
    if !has_series {
        let galley = painter.layout(spec.missing.to_owned(), theme.font(TextRole::Small), c.t3, plot.width() - 16.0);
        painter.galley(plot.center() - galley.size() / 2.0, galley, c.t3);
        return;
    }
    gaps(cx, ui, &map, ground);
    let marks = marks(cx, ground, spec);
    for (at, ..) in &marks {
        let x = map.x(at.as_millis() as f64).round() + 0.5;
        painter.vline(x, plot.y_range(), Stroke::new(1.0, c.t2.gamma_multiply(0.7)));
    }
    if let Some(alarm) = spec.alarm {
        painter.extend(series_shapes(theme, plot, &map, &alarm.spans));
    }
    let clipped = painter.with_clip_rect(plot.expand(2.0).intersect(ui.clip_rect()));
    let mut is_empty = true;
    for drawn in spec.curves {
        let Some(curve) = drawn.series.and_then(|id| ground.curve(id)) else { continue };
        is_empty &= curve.buckets.is_empty();
        let style = CurveStyle {
            color: theme.series_color(drawn.slot),
            width: theme.size.line_chart,
            envelope_ratio: theme.envelope_share,
            fill_ratio: if spec.curves.len() == 1 { theme.spark_fill_share } else { 0.0 },
            is_dashed: false,
            is_stepped: false,
        };
        let pixels = ui.ctx().pixels_per_point();
        let mut meshes = ground.charts.meshes.borrow_mut();
        let mesh = meshes.get(ground.view, curve.series, &curve.buckets, map, style, pixels);
        clipped.add(Shape::Mesh(mesh));
    }
    if is_empty {
        let words = if ground.data.is_some() { "No data in this span" } else { "Waiting for data" };
        painter.text(plot.center(), Align2::CENTER_CENTER, words, theme.font(TextRole::Small), c.t3);
    }
    limit(cx, ui, &map, spec, &axis);
    if spec.has_notes {
        words(cx, ui, &map, &marks);
    }
    live_edge(cx, ui, &map, ground, spec);
    crosshair(cx, ui, &map, ground, spec);
    if let Some(at) = response.hover_pos() {
        let millis = map.millis_at(at.x.clamp(plot.left(), plot.right()));
        let first = spec.curves.iter().find_map(|drawn| drawn.series);
        let near = first.and_then(|id| nearest(&ground.curve(id)?.buckets, millis, ground.reach(cx, id)));
        let snapped = near.map_or(millis, |bucket| bucket.at.as_millis() as f64);
        if *ground.charts.next.borrow() != Some(snapped) && ground.charts.hover != Some(snapped) {
            // The charts before this one show it in the next frame.
            ui.ctx().request_repaint();
        }
        *ground.charts.next.borrow_mut() = Some(snapped);
    }
    response.on_hover_cursor(CursorIcon::Crosshair);
}

/// The axis for what is shown; it grows at once and shrinks only with much room.
fn axis(cx: &PanelCx<'_>, ground: &Ground<'_>, spec: &Spec<'_>) -> ValueAxis {
    let (start, end) = (ground.range.start.as_millis() as f64, ground.range.end.as_millis() as f64);
    let curves = spec.curves.iter().filter_map(|drawn| ground.curve(drawn.series?));
    let ends = curves.filter_map(|curve| extent(&curve.buckets, start, end));
    let (low, mut high) = ends.fold((0.0f64, 0.0f64), |(low, high), (l, h)| (low.min(l), high.max(h)));
    // A limit far above would press the curve to the ground: it is drawn where it is near.
    if let Some(limit) =
        spec.alarm.and_then(|alarm| alarm.limit.as_ref()).filter(|l| high == 0.0 || l.value < high * 8.0)
    {
        high = high.max(limit.value * 1.1);
    }
    let mut memory = ground.charts.memory.borrow_mut();
    let memory = memory.entry(spec.title).or_default();
    let (low, high) = memory.hold(low, high);
    let whole = |factor, unit| scaled(cx, (low, high), factor, unit);
    let axis = match spec.unit {
        // A rate is counted in whole requests, not in thousands.
        Unit::PerSecond(what) if high >= 8.0 => scaled(cx, (low, high), (1.0, Unit::Count(what)), ""),
        // Errors are few: an axis of shares would begin at ten percent.
        Unit::Ratio => whole((100.0, Unit::Cores), "%"),
        // Beside tables in milliseconds.
        Unit::Seconds if (0.9..10.0).contains(&high) => whole((1e3, Unit::Count("ms")), "ms"),
        unit => ValueAxis::new(low, high, 3, unit, &cx.snapshot.settings.units),
    };
    memory.settle(&axis);
    axis
}

/// An axis whose labels are `factor` times the values, cut into steps as those of `unit` are.
fn scaled(cx: &PanelCx<'_>, (low, high): (f64, f64), (factor, unit): (f64, Unit), label: &str) -> ValueAxis {
    let mut axis = ValueAxis::new(low * factor, high * factor, 3, unit, &cx.snapshot.settings.units);
    axis.bottom /= factor;
    axis.top /= factor;
    for (value, _) in &mut axis.ticks {
        *value /= factor;
    }
    axis.unit = label.to_owned();
    axis
}

/// What a number of the legend says: in the unit of the axis, with as many decimals as tell.
fn number(cx: &PanelCx<'_>, axis: &ValueAxis, unit: Unit, value: f64) -> String {
    match unit {
        Unit::PerSecond(_) => super::words::rate_number(value),
        Unit::Ratio => super::words::percent_number(value),
        Unit::Seconds if axis.unit == "ms" => decimals(value * 1e3, super::words::millis_decimals(axis.top * 1e3)),
        Unit::Bytes | Unit::Seconds => axis.number(value),
        unit => crate::model::Quantity::new(value, unit).parts(&cx.snapshot.settings.units).0,
    }
}

/// The unit as it stands behind the title.
fn unit_words(axis: &ValueAxis, unit: Unit) -> String {
    match unit {
        Unit::PerSecond("request") => "req/s".into(),
        Unit::PerSecond(_) => "/s".into(),
        _ => axis.unit.clone(),
    }
}

/// Title and value, or title, unit and legend; answers with what a screen reader says.
fn head_ui(cx: &PanelCx<'_>, ui: &Ui, rect: Rect, ground: &Ground<'_>, spec: &Spec<'_>, axis: &ValueAxis) -> String {
    let theme = cx.theme;
    let c = &theme.color;
    let painter = ui.painter();
    let unit = unit_words(axis, spec.unit);
    let inner = rect.shrink2(vec2(16.0, 0.0));
    if let [one] = spec.curves {
        let text = ground.value(cx, one).map(|value| number(cx, axis, spec.unit, value));
        let shown = text.as_deref().unwrap_or("–");
        // One line for all three: the small ones stand on it a little higher than the large one's box ends.
        let line = inner.center().y + 12.0;
        let at = pos2(inner.left(), line - 4.0);
        let title = painter.text(at, Align2::LEFT_BOTTOM, spec.title, theme.font(TextRole::Small), c.t2);
        let at = pos2(title.right() + 10.0, line);
        let value = painter.text(at, Align2::LEFT_BOTTOM, shown, theme.font(TextRole::Sentence), c.t1);
        let at = pos2(value.right() + 4.0, line - 4.0);
        painter.text(at, Align2::LEFT_BOTTOM, &unit, theme.font(TextRole::Small), c.t2);
        return format!("{}: {shown}\u{2009}{unit}", spec.title);
    }
    // A plain count has no unit to be named.
    let named = match &*unit {
        "" => spec.title.to_owned(),
        unit if unit.starts_with('/') => format!("{}{unit}", spec.title),
        unit => format!("{}, {unit}", spec.title),
    };
    let mut told = named.clone();
    let mut right = inner.right();
    for drawn in spec.curves.iter().rev() {
        let value = ground.value(cx, drawn).map_or_else(|| "–".to_owned(), |value| number(cx, axis, spec.unit, value));
        let at = pos2(right, inner.center().y);
        let shown = painter.text(at, Align2::RIGHT_CENTER, &value, theme.font(TextRole::SmallStrong), c.t1);
        // A place for the widest number the axis can hold, so that the legend stands still.
        let widest = number(cx, axis, spec.unit, axis.top);
        let width = painter.layout_no_wrap(widest, theme.font(TextRole::SmallStrong), c.t1).size().x.max(shown.width());
        let at = pos2(right - width - 6.0, inner.center().y);
        let name = painter.text(at, Align2::RIGHT_CENTER, drawn.name, theme.font(TextRole::Small), c.t2);
        let swatch = Rect::from_center_size(pos2(name.left() - 11.0, inner.center().y), vec2(10.0, 10.0));
        painter.rect_filled(swatch, 2.0, theme.series_color(drawn.slot));
        told.push_str(&format!(", {} {value}", drawn.name));
        right = swatch.left() - 12.0;
    }
    let title = inner.with_max_x(right.max(inner.left()));
    text_at(painter, theme, title, &named, TextRole::Small, c.t2);
    told
}

fn grid(cx: &PanelCx<'_>, ui: &Ui, map: &Mapping, axis: &ValueAxis) {
    let theme = cx.theme;
    let c = &theme.color;
    let plot = map.rect;
    let font = theme.font(TextRole::Micro);
    for (value, label) in &axis.ticks {
        let y = map.y(*value).round() + 0.5;
        let color = if *value == axis.bottom { c.line } else { c.line_subtle };
        ui.painter().hline(plot.x_range(), y, Stroke::new(1.0, color));
        ui.painter().text(pos2(plot.left() - 8.0, y), Align2::RIGHT_CENTER, label, font.clone(), c.t3);
    }
    let range = TimeRange {
        start: Timestamp::from_millis(map.start_millis as i64),
        end: Timestamp::from_millis(map.end_millis as i64),
    };
    for tick in time_ticks(range, ((plot.width() / 66.0) as usize).clamp(2, 8), Zone::LOCAL) {
        let x = map.x(tick.at.as_millis() as f64).round() + 0.5;
        ui.painter().vline(x, plot.y_range(), Stroke::new(1.0, c.line_subtle));
        let align = match x {
            x if x < plot.left() + 16.0 => Align2::LEFT_TOP,
            x if x > plot.right() - 16.0 => Align2::RIGHT_TOP,
            _ => Align2::CENTER_TOP,
        };
        ui.painter().text(pos2(x, plot.bottom() + 6.0), align, tick.label, font.clone(), c.t3);
    }
}

fn gaps(cx: &PanelCx<'_>, ui: &Ui, map: &Mapping, ground: &Ground<'_>) {
    let c = &cx.theme.color;
    for gap in ground.data.map_or(&[][..], |data| &data.gaps) {
        let left = map.x(gap.start.as_millis() as f64).max(map.rect.left()).round();
        let right = map.x(gap.end.as_millis() as f64).min(map.rect.right()).round();
        if right - left < 1.0 {
            continue;
        }
        let hole = Rect::from_x_y_ranges(left..=right, map.rect.y_range());
        ui.painter().rect_filled(hole, 0.0, c.bg_page);
        for x in [left + 0.5, right - 0.5] {
            let edge = [pos2(x, hole.top()), pos2(x, hole.bottom())];
            ui.painter().extend(Shape::dashed_line(&edge, Stroke::new(1.0, c.t3), 2.0, 3.0));
        }
    }
}

/// Moments that stand in every chart: what people and profiles noted, and the chart's own.
fn marks<'a>(cx: &'a PanelCx<'_>, ground: &Ground<'_>, spec: &Spec<'a>) -> Vec<(Timestamp, &'a str)> {
    // What Perfdesk did itself and what alerts drew already is left to the Charts page.
    let is_told = |kind| {
        use AnnotationKind::{Alert, Clock, Settings, Sleep, Start, Stop, Trouble};
        !matches!(kind, Alert | Clock | Settings | Sleep | Start | Stop | Trouble)
    };
    let all = &cx.snapshot.annotations;
    let first = all.partition_point(|note| note.text.at < ground.range.start);
    let shown = all[first..].iter().take_while(|note| note.text.at <= ground.range.end);
    let notes = shown.filter(|note| is_told(note.text.kind)).map(|note| (note.text.at, &*note.text.text));
    let own = spec.moment.filter(|(at, _)| ground.range.contains(*at));
    notes.chain(own).take(MAX_MARKS).collect()
}

/// Notes drawn in one chart.
const MAX_MARKS: usize = 24;

/// The words of moments, where there is room beside their lines.
fn words(cx: &PanelCx<'_>, ui: &Ui, map: &Mapping, marks: &[(Timestamp, &str)]) {
    let theme = cx.theme;
    let mut free = map.rect.left();
    for (at, text) in marks {
        let x = map.x(at.as_millis() as f64);
        let room = (map.rect.right() - x - 8.0).min(120.0);
        if x < free || room < 24.0 {
            continue;
        }
        let galley = elided(ui.painter(), theme, text, TextRole::Micro, theme.color.t2, room);
        free = x + galley.size().x + 10.0;
        ui.painter().galley(pos2(x + 4.0, map.rect.top()), galley, theme.color.t2);
    }
}

fn limit(cx: &PanelCx<'_>, ui: &Ui, map: &Mapping, spec: &Spec<'_>, axis: &ValueAxis) {
    let theme = cx.theme;
    let Some(limit) = spec.alarm.and_then(|alarm| alarm.limit.as_ref()) else { return };
    if !(map.bottom..=map.top).contains(&limit.value) {
        return;
    }
    ui.painter().extend(level_shapes(map.rect, map, limit.value, theme.color.warning, (4.0, 3.0)));
    let scaled = match spec.unit {
        Unit::Ratio => limit.value * 100.0,
        Unit::Seconds if axis.unit == "ms" => limit.value * 1e3,
        _ => limit.value,
    };
    let number = decimals(scaled, if scaled.fract() == 0.0 { 0 } else { 1 });
    let text = format!("alert above {number}{}", limit.of);
    let y = map.y(limit.value);
    let (y, align) =
        if y - map.rect.top() < 14.0 { (y + 3.0, Align2::RIGHT_TOP) } else { (y - 2.0, Align2::RIGHT_BOTTOM) };
    let at = pos2(map.rect.right() - 6.0, y);
    let galley = ui.painter().layout_no_wrap(text, theme.font(TextRole::Micro), theme.color.warning);
    let place = align.anchor_size(at, galley.size());
    // Curves and marks go on behind it.
    ui.painter().rect_filled(place.expand2(vec2(3.0, 0.0)), 2.0, theme.color.bg_panel.gamma_multiply(0.85));
    ui.painter().galley(place.min, galley, theme.color.warning);
}

/// A line at now and a dot on each curve; grey while the screen stands still.
fn live_edge(cx: &PanelCx<'_>, ui: &Ui, map: &Mapping, ground: &Ground<'_>, spec: &Spec<'_>) {
    let c = &cx.theme.color;
    let edge = if cx.is_paused { c.t3 } else { c.accent };
    ui.painter().vline(map.rect.right().round() - 0.5, map.rect.y_range(), Stroke::new(1.0, edge));
    for drawn in spec.curves {
        let newest = drawn.series.and_then(|id| ground.curve(id)?.buckets.last().copied());
        let Some(newest) = newest else { continue };
        let at = map.mean(&newest);
        if (at.x - map.rect.right()).abs() < 12.0 {
            dot(cx, ui, pos2(at.x.min(map.rect.right()), at.y), cx.theme.series_color(drawn.slot));
        }
    }
}

fn dot(cx: &PanelCx<'_>, ui: &Ui, at: eframe::egui::Pos2, color: Color32) {
    ui.painter().circle_filled(at, 4.5, cx.theme.color.bg_panel);
    ui.painter().circle_filled(at, 3.0, color);
}

fn crosshair(cx: &PanelCx<'_>, ui: &Ui, map: &Mapping, ground: &Ground<'_>, spec: &Spec<'_>) {
    let theme = cx.theme;
    let c = &theme.color;
    let plot = map.rect;
    let Some(millis) = ground.charts.hover else { return };
    let x = map.x(millis).round() + 0.5;
    if !plot.x_range().contains(x) {
        return;
    }
    ui.painter().vline(x, plot.y_range(), Stroke::new(1.0, c.crosshair));
    for drawn in spec.curves {
        let bucket = drawn.series.and_then(|id| nearest(&ground.curve(id)?.buckets, millis, ground.reach(cx, id)));
        if let Some(bucket) = bucket {
            dot(cx, ui, pos2(x, map.mean(bucket).y), theme.series_color(drawn.slot));
        }
    }
    let text = clock_in(Timestamp::from_millis(millis as i64), Zone::LOCAL, true);
    let galley = ui.painter().layout_no_wrap(text, theme.font(TextRole::MicroStrong), c.bg_page);
    let half = galley.size().x / 2.0 + 6.0;
    let center = x.clamp(plot.left() + half, (plot.right() - half).max(plot.left() + half));
    let tag = Rect::from_center_size(pos2(center, plot.bottom() + 12.0), galley.size() + vec2(12.0, 4.0));
    ui.painter().rect_filled(tag, f32::from(theme.radius.bar), c.crosshair);
    ui.painter().galley(tag.center() - galley.size() / 2.0, galley, c.bg_page);
}
