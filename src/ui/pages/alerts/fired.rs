//! "Would have fired": the rule over the past, with its thresholds, and the spans in which it would have fired.

use std::sync::Arc;
use std::time::Duration;

use eframe::egui::{Align2, Rect, Response, Role, Sense, Shape, Stroke, Ui, UiBuilder, WidgetInfo, pos2, vec2};

use super::asking::{Answer, SPANS};
use super::deed::Deed;
use super::model::EditModel;
use super::sentence::long_words;
use super::words::{amount_words, duration_words, lasting_words, tone, value_words};
use super::{AlertsPanel, strips};
use crate::model::alert::{Backtest, BacktestSpan, Comparison, Rule};
use crate::model::{Bucket, Curve, SeriesId, TimeRange, Timestamp, Unit, ViewId};
use crate::ui::PanelCx;
use crate::ui::chart::alert_spans::{firing_shapes, level_shapes, pending_shape, span_colors};
use crate::ui::chart::geometry::nearest;
use crate::ui::chart::time_axis::{stamp, time_ticks};
use crate::ui::chart::value_axis::ValueAxis;
use crate::ui::chart::{CurveStyle, Mapping, Zone};
use crate::ui::theme::{TextRole, Theme};
use crate::ui::widgets::{loading_bars, panel, panel_head, segments};

const PLOT: f32 = 156.0;
/// Room for the numbers above the plot, and for the labels of its axes.
const NUMBERS: f32 = 22.0;
const AXIS: f32 = 26.0;
const GUTTER: f32 = 48.0;
const RIGHT: f32 = 32.0;
/// Spans that have a number and a chart of their own.
pub const SHOWN: usize = 3;
/// The number of the chart's mesh; strips count on from it.
pub const VIEW: u64 = u64::MAX - 64;

/// Draws the panel.
pub fn fired_ui(cx: &PanelCx<'_>, ui: &mut Ui, state: &mut AlertsPanel, model: &EditModel, deeds: &mut Vec<Deed>) {
    let theme = cx.theme;
    let answer = state.asking.answer();
    let hint = hint(&answer, state.asking.span);
    let rule = &model.reading.rule;
    panel(ui, theme, |ui| {
        panel_head(ui, theme, cx.is_compact, "Would have fired", &hint, |ui| {
            let mut span = state.asking.span;
            if segments(ui, theme, "Look back", &mut span, &SPANS) {
                deeds.push(Deed::Span(span));
            }
            legend(ui, theme, "firing", span_colors(theme, rule.severity));
            legend(ui, theme, "pending", (theme.color.span_pending, theme.color.span_pending));
        });
        match (&answer, answer.backtest()) {
            (_, Some(backtest)) if !backtest.covered.is_zero() => {
                let newest = newest(&backtest.spans);
                chart_ui(cx, ui, state, rule, backtest, newest);
                strips::strips_ui(cx, ui, &state.meshes, rule, backtest, newest);
            }
            (Answer::Failed(why), _) => note_ui(cx, ui, why),
            (_, Some(_)) => note_ui(cx, ui, "History holds nothing yet of the series this rule looks at"),
            (Answer::None, _) => note_ui(cx, ui, "What is edited cannot run yet, so there is nothing to look back for"),
            _ => {
                ui.add_space(8.0);
                let inner = ui.available_rect_before_wrap().shrink2(vec2(16.0, 0.0));
                let inner = inner.with_max_y(inner.top() + PLOT);
                ui.scope_builder(UiBuilder::new().max_rect(inner), |ui| loading_bars(ui, theme, 6));
                ui.add_space(8.0);
            }
        }
    });
}

/// The newest spans, by time.
fn newest(spans: &[BacktestSpan]) -> &[BacktestSpan] {
    &spans[spans.len().saturating_sub(SHOWN)..]
}

/// What is drawn: how long, of what, how finely, and what is missing.
fn hint(answer: &Answer<'_>, span: Duration) -> String {
    let Some(backtest) = answer.backtest() else { return long_words(span) };
    let mut words = long_words(backtest.range.span());
    if !backtest.drawn.is_empty() {
        words.push_str(&format!(" of {}", backtest.drawn));
    }
    if backtest.n_instances > 1 {
        words.push_str(&format!(" (one of {})", backtest.n_instances));
    }
    let step = backtest.step.as_secs();
    words.push_str(&match step {
        0 | 1 => ", every sample".to_owned(),
        60 => ", one value a minute".to_owned(),
        3600 => ", one value an hour".to_owned(),
        _ => format!(", one value each {}", duration_words(backtest.step)),
    });
    let missing = backtest.range.span().saturating_sub(backtest.covered);
    if missing > backtest.range.span().mul_f64(0.02) {
        words.push_str(&format!(", history has {} of it", lasting_words(backtest.covered)));
    } else {
        words.push_str(", no gaps");
    }
    words
}

fn note_ui(cx: &PanelCx<'_>, ui: &mut Ui, text: &str) {
    let (rect, response) = ui.allocate_exact_size(vec2(ui.available_width(), 64.0), Sense::hover());
    let galley =
        ui.painter().layout(text.to_owned(), cx.theme.font(TextRole::Small), cx.theme.color.t3, rect.width() - 32.0);
    ui.painter().galley(rect.center() - galley.size() / 2.0, galley, cx.theme.color.t3);
    response.widget_info(|| WidgetInfo::labeled(Role::Label, true, text));
}

fn legend(ui: &mut Ui, theme: &Theme, word: &str, (ground, bar): (eframe::egui::Color32, eframe::egui::Color32)) {
    let galley = ui.painter().layout_no_wrap(word.to_owned(), theme.font(TextRole::Small), theme.color.t2);
    let (rect, _) = ui.allocate_exact_size(vec2(galley.size().x + 22.0, 16.0), Sense::hover());
    let mark = Rect::from_min_size(pos2(rect.left(), rect.center().y - 5.0), vec2(16.0, 10.0));
    ui.painter().rect_filled(mark, 0.0, ground);
    ui.painter().rect_filled(mark.with_max_y(mark.top() + 2.0), 0.0, bar);
    let at = pos2(rect.left() + 22.0, rect.center().y - galley.size().y / 2.0);
    ui.painter().galley(at, galley, theme.color.t2);
}

/// The lines of a rule across its chart.
pub fn levels(theme: &Theme, rule: &Rule, rect: Rect, map: &Mapping) -> Vec<Shape> {
    let Some(first) = rule.when.first() else { return Vec::new() };
    let (_, bar) = span_colors(theme, rule.severity);
    let mut shapes = level_shapes(rect, map, first.threshold.value, bar, (4.0, 3.0));
    if let Some((_, amount)) = &rule.recover {
        shapes.extend(level_shapes(rect, map, amount.value, theme.color.success, (2.0, 3.0)));
    }
    shapes
}

/// The curve of a back-test as it is drawn.
pub fn style(theme: &Theme) -> CurveStyle {
    CurveStyle {
        color: theme.series_color(0),
        width: theme.size.line_chart,
        envelope_ratio: theme.envelope_share,
        fill_ratio: 0.0,
        is_dashed: false,
        is_stepped: false,
    }
}

/// The least and greatest value there is to draw, with the rule's lines.
pub fn bounds<'a>(rule: &Rule, curves: impl Iterator<Item = &'a Curve>) -> (f64, f64) {
    let values = curves.flat_map(|curve| curve.buckets.iter()).flat_map(|b| [f64::from(b.min), f64::from(b.max)]);
    let first = rule.when.first().map(|first| first.threshold.value);
    let lines = first.into_iter().chain(rule.recover.map(|(_, amount)| amount.value));
    let finite = values.chain(lines.map(|value| value * 1.02)).filter(|value| value.is_finite());
    finite.fold((0.0, 0.0), |(low, high), value| (f64::min(low, value), f64::max(high, value)))
}

/// The unit of the rule's values.
pub fn unit(rule: &Rule) -> Unit {
    rule.when.first().map_or(Unit::Count(""), |first| first.threshold.dimension.unit())
}

fn chart_ui(
    cx: &PanelCx<'_>,
    ui: &mut Ui,
    state: &AlertsPanel,
    rule: &Rule,
    backtest: &Arc<Backtest>,
    newest: &[BacktestSpan],
) {
    let theme = cx.theme;
    let c = &theme.color;
    let (whole, response) = ui.allocate_exact_size(vec2(ui.available_width(), NUMBERS + PLOT + AXIS), Sense::hover());
    let plot = Rect::from_min_max(
        pos2(whole.left() + GUTTER, whole.top() + NUMBERS),
        pos2(whole.right() - RIGHT, whole.top() + NUMBERS + PLOT),
    );
    let (low, high) = bounds(rule, backtest.curve.as_deref().into_iter());
    let axis = ValueAxis::new(low, high, 4, unit(rule), &cx.snapshot.settings.units);
    let map = Mapping::new(plot, backtest.range, axis.bottom, axis.top);
    let painter = ui.painter().clone();
    let font = theme.font(TextRole::Micro);
    for (value, label) in &axis.ticks {
        let y = map.y(*value).round() + 0.5;
        let color = if *value == axis.bottom { c.line } else { c.line_subtle };
        painter.hline(plot.x_range(), y, Stroke::new(1.0, color));
        painter.text(pos2(plot.left() - 8.0, y), Align2::RIGHT_CENTER, label, font.clone(), c.t3);
    }
    painter.text(pos2(plot.left() - 8.0, plot.top() - 12.0), Align2::RIGHT_CENTER, &axis.unit, font.clone(), c.t3);
    for tick in time_ticks(backtest.range, ((plot.width() / 100.0) as usize).clamp(2, 8), Zone::LOCAL) {
        let x = map.x(tick.at.as_millis() as f64).round() + 0.5;
        painter.vline(x, plot.y_range(), Stroke::new(1.0, c.line_subtle));
        painter.text(pos2(x, plot.bottom() + 8.0), Align2::CENTER_TOP, tick.label, font.clone(), c.t3);
    }
    for range in backtest.pending.iter() {
        painter.extend(pending_shape(theme, plot, &map, *range));
    }
    for span in backtest.spans.iter() {
        painter.extend(span_shapes(theme, rule, plot, &map, span, backtest.range.end));
    }
    if let Some(curve) = &backtest.curve {
        let pixels = ui.ctx().pixels_per_point();
        let id = (ViewId(VIEW), SeriesId(0));
        let mesh = state.meshes.borrow_mut().get(id.0, id.1, &curve.buckets, map, style(theme), pixels);
        painter.with_clip_rect(plot.expand(2.0).intersect(ui.clip_rect())).add(Shape::Mesh(mesh));
    }
    painter.extend(levels(theme, rule, plot, &map));
    level_words(theme, &painter, rule, plot, &map);
    for (i, span) in newest.iter().enumerate() {
        let x = map.x(span.start.as_millis() as f64).clamp(plot.left(), plot.right());
        number_badge(theme, &painter, rule, i + 1, pos2(x, plot.top() - 11.0));
    }
    painter.vline(plot.right().round() - 0.5, plot.y_range(), Stroke::new(1.0, c.accent));
    let told = name(rule, backtest);
    response.widget_info(|| WidgetInfo::labeled(Role::Image, true, &told));
    let Some(curve) = &backtest.curve else { return };
    hover_ui(cx, ui, rule, response, plot, &map, &curve.buckets);
}

/// What the chart shows, for those who do not see it.
fn name(rule: &Rule, backtest: &Backtest) -> String {
    let n = backtest.n_times;
    format!("{} over {}: would have fired {n} times", rule.name, long_words(backtest.range.span()))
}

/// A span: pending, then firing.
pub fn span_shapes(
    theme: &Theme,
    rule: &Rule,
    plot: Rect,
    map: &Mapping,
    span: &BacktestSpan,
    now: Timestamp,
) -> Vec<Shape> {
    let end = span.end.unwrap_or(now).max(span.start);
    let mut shapes = Vec::new();
    if span.pending_from < span.start {
        let pending = TimeRange { start: span.pending_from, end: span.start };
        shapes.extend(pending_shape(theme, plot, map, pending));
    }
    shapes.extend(firing_shapes(theme, plot, map, TimeRange { start: span.start, end }, rule.severity));
    shapes
}

/// A number in a round badge of the severity's colour.
pub fn number_badge(theme: &Theme, painter: &eframe::egui::Painter, rule: &Rule, n: usize, at: eframe::egui::Pos2) {
    painter.circle_filled(at, 7.5, tone(rule.severity).icon_color(theme));
    painter.text(at, Align2::CENTER_CENTER, n, theme.font(TextRole::MicroSemi), theme.color.bg_page);
}

/// "fires above 80 %" at the lines themselves.
fn level_words(theme: &Theme, painter: &eframe::egui::Painter, rule: &Rule, plot: Rect, map: &Mapping) {
    let Some(first) = rule.when.first() else { return };
    let side = |is: Comparison| if is == Comparison::Above { "above" } else { "below" };
    let put = |value: f64, words: String, color, is_above: bool| {
        if !(map.bottom..=map.top).contains(&value) {
            return;
        }
        let (y, align) = if is_above { (-2.0, Align2::LEFT_BOTTOM) } else { (3.0, Align2::LEFT_TOP) };
        let galley = painter.layout_no_wrap(words, theme.font(TextRole::Micro), color);
        let rect = align.anchor_size(pos2(plot.left() + 8.0, map.y(value) + y), galley.size());
        // The curve must not run through the words.
        painter.rect_filled(rect.expand2(vec2(3.0, 0.0)), 0.0, theme.color.bg_panel.gamma_multiply(0.8));
        painter.galley(rect.min, galley, color);
    };
    let color = tone(rule.severity).colors(theme).0;
    let is_above = first.is == Comparison::Above;
    put(first.threshold.value, format!("fires {} {}", side(first.is), amount_words(&first.threshold)), color, is_above);
    if let Some((is, amount)) = &rule.recover {
        put(amount.value, format!("recovers {} {}", side(*is), amount_words(amount)), theme.color.success, !is_above);
    }
}

/// The crosshair, and the value at it.
fn hover_ui(
    cx: &PanelCx<'_>,
    ui: &Ui,
    rule: &Rule,
    response: Response,
    plot: Rect,
    map: &Mapping,
    buckets: &Arc<[Bucket]>,
) {
    let Some(pointer) = response.hover_pos().filter(|at| plot.contains(*at)) else { return };
    let reach = (map.end_millis - map.start_millis) / f64::from(plot.width()) * 6.0;
    let Some(bucket) = nearest(buckets, map.millis_at(pointer.x), reach) else { return };
    let c = &cx.theme.color;
    let at = map.mean(bucket);
    ui.painter().vline(at.x.round() + 0.5, plot.y_range(), Stroke::new(1.0, c.crosshair));
    ui.painter().circle_filled(at, 5.0, c.bg_panel);
    ui.painter().circle_filled(at, 3.0, cx.theme.series_color(0));
    let units = &cx.snapshot.settings.units;
    let words = |value: f32| value_words(f64::from(value), unit(rule), units);
    let extent =
        if bucket.count > 1 { format!(" ({} to {})", words(bucket.min), words(bucket.max)) } else { String::new() };
    let text = format!("{}\n{}{extent}", stamp(bucket.at, cx.now, Zone::LOCAL, true), words(bucket.mean));
    response.on_hover_text_at_pointer(text);
}
