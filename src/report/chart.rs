//! A chart as inline SVG: bands from least to greatest, lines through the means, gaps, flags, both axes. Colours are
//! classes that the page's style gives.

use std::fmt::Write;

use super::clock::Clock;
use super::doc::{ReportChart, ReportDoc, ReportMoment};
use super::{escape, ticks, words};
use crate::analysis::value_axis::ValueAxis;
use crate::model::{Bucket, TimeRange, Timestamp};

/// Width and height of the drawing, in its own units; about a point each on a wide screen.
const SIZE: (f64, f64) = (1000.0, 200.0);
/// Edges of the plot: left, top, right, bottom.
const PLOT: (f64, f64, f64, f64) = (58.0, 20.0, 992.0, 178.0);
/// Flags of one chart; more would be a fence.
const MOST_FLAGS: usize = 60;
/// Least distance at which a flag gets its number.
const FLAG_ROOM: f64 = 16.0;

/// The place of the drawing's numbers in time and value.
struct Frame {
    range: TimeRange,
    bottom: f64,
    top: f64,
}

impl Frame {
    fn x(&self, at: Timestamp) -> f64 {
        let span = self.range.span().as_secs_f64().max(1e-3);
        let share = (at.as_seconds() - self.range.start.as_seconds()) / span;
        PLOT.0 + share.clamp(0.0, 1.0) * (PLOT.2 - PLOT.0)
    }

    fn y(&self, value: f64) -> f64 {
        let share = (value - self.bottom) / (self.top - self.bottom).max(f64::MIN_POSITIVE);
        PLOT.3 - share.clamp(0.0, 1.0) * (PLOT.3 - PLOT.1)
    }
}

/// The drawing. `number` makes its ids unique on the page, `moments` are those of its curves.
pub(super) fn svg(chart: &ReportChart, number: usize, doc: &ReportDoc, moments: &[&ReportMoment]) -> String {
    let clock = words::clock(doc);
    let (low, high) = bounds(chart);
    let unit = chart.curves.first().map_or(crate::model::Unit::Ratio, |curve| curve.def.unit);
    let axis = ValueAxis::new(low, high, 4, unit, &doc.units);
    let frame = Frame { range: doc.range, bottom: axis.bottom, top: axis.top };
    let mut out = String::new();
    let description = words::chart_description(chart, doc);
    let _ = write!(
        out,
        "<svg viewBox=\"0 0 {} {}\" role=\"img\" aria-labelledby=\"t{number} d{number}\"><title id=\"t{number}\">{}</title>\
         <desc id=\"d{number}\">{}</desc>",
        SIZE.0,
        SIZE.1,
        escape::html(&format!("{}, {}", chart.title, words::period(doc))),
        escape::html(&description)
    );
    axes(&mut out, &axis, &frame, clock);
    for gap in &doc.gaps {
        gap_ground(&mut out, *gap, &frame, clock);
    }
    let step = chart.step_millis;
    for (i, curve) in chart.curves.iter().enumerate() {
        let class = colour_class(i);
        for run in runs(&curve.buckets) {
            curve_run(&mut out, run, class, &frame, step);
        }
    }
    for moment in moments {
        let (x, y) = (frame.x(moment.notable.at), frame.y(moment.notable.value));
        let _ = write!(
            out,
            "<circle class=\"mark\" cx=\"{x:.1}\" cy=\"{y:.1}\" r=\"4\"><title>{}</title></circle>",
            escape::html(&moment.notable.sentence)
        );
    }
    flags(&mut out, doc, &frame, clock);
    out.push_str("</svg>");
    out
}

/// The class of the curve at this place in its chart.
pub(super) fn colour_class(i: usize) -> &'static str {
    ["s1", "s2", "s3", "s4", "s5", "s6", "s7", "s8"][i % 8]
}

/// Least and greatest value of all curves.
fn bounds(chart: &ReportChart) -> (f64, f64) {
    let all = chart.curves.iter().flat_map(|curve| &curve.buckets);
    let all = all.filter(|b| b.min.is_finite() && b.max.is_finite());
    all.fold((0.0, 0.0), |(low, high), b| (f64::min(low, b.min.into()), f64::max(high, b.max.into())))
}

fn axes(out: &mut String, axis: &ValueAxis, frame: &Frame, clock: Clock) {
    let (left, top, right, bottom) = PLOT;
    let _ = write!(
        out,
        "<rect class=\"ground\" x=\"{left}\" y=\"{top}\" width=\"{}\" height=\"{}\"/>",
        right - left,
        bottom - top
    );
    for (value, label) in &axis.ticks {
        let y = frame.y(*value);
        let _ = write!(out, "<line class=\"grid\" x1=\"{left}\" x2=\"{right}\" y1=\"{y:.1}\" y2=\"{y:.1}\"/>");
        let _ = write!(out, "<text class=\"axis end\" x=\"{}\" y=\"{:.1}\">{label}</text>", left - 6.0, y + 4.0);
    }
    if !axis.unit.is_empty() {
        let unit = escape::html(&axis.unit);
        let _ = write!(out, "<text class=\"axis end\" x=\"{}\" y=\"{}\">{unit}</text>", left - 6.0, top - 10.0);
    }
    for tick in ticks::ticks(frame.range, 8, clock) {
        let x = frame.x(tick.at);
        let _ = write!(
            out,
            "<line class=\"grid\" x1=\"{x:.1}\" x2=\"{x:.1}\" y1=\"{top}\" y2=\"{}\"/>\
             <text class=\"axis middle\" x=\"{:.1}\" y=\"{}\">{}</text>",
            bottom + 4.0,
            x.clamp(left + 18.0, right - 22.0),
            bottom + 18.0,
            escape::html(&tick.label)
        );
    }
    let _ = write!(out, "<line class=\"base\" x1=\"{left}\" x2=\"{right}\" y1=\"{bottom}\" y2=\"{bottom}\"/>");
}

fn gap_ground(out: &mut String, gap: TimeRange, frame: &Frame, clock: Clock) {
    let (x1, x2) = (frame.x(gap.start), frame.x(gap.end));
    if x2 - x1 < 0.2 {
        return;
    }
    let _ = write!(
        out,
        "<rect class=\"gap\" x=\"{x1:.1}\" y=\"{}\" width=\"{:.1}\" height=\"{}\"><title>Nothing was recorded: {}</title>\
         </rect>",
        PLOT.1,
        x2 - x1,
        PLOT.3 - PLOT.1,
        escape::html(&clock.span(gap))
    );
}

/// The parts of a curve that are drawn in one go; what is not finite breaks it as a gap does.
fn runs(buckets: &[Bucket]) -> Vec<&[Bucket]> {
    let is_drawn = |b: &Bucket| b.mean.is_finite() && b.min.is_finite() && b.max.is_finite();
    buckets
        .chunk_by(|before, b| !b.gap_before && is_drawn(before) == is_drawn(b))
        .filter(|run| run.first().is_some_and(is_drawn))
        .collect()
}

fn curve_run(out: &mut String, run: &[Bucket], class: &str, frame: &Frame, step_millis: u64) {
    // A bucket stands in the middle of its time; a single sample at its moment.
    let half = i64::try_from(step_millis / 2).unwrap_or(0);
    let x = |b: &Bucket| frame.x(Timestamp::from_millis(b.at.as_millis().saturating_add(half)));
    let point = |b: &Bucket, value: f32| (x(b), frame.y(value.into()));
    if run.iter().any(|b| b.min < b.max) {
        let upper = run.iter().map(|b| point(b, b.max));
        let lower = run.iter().rev().map(|b| point(b, b.min));
        let points: Vec<String> = upper.chain(lower).map(|(x, y)| format!("{x:.1},{y:.1}")).collect();
        let _ = write!(out, "<polygon class=\"band {class}\" points=\"{}\"/>", points.join(" "));
    }
    match run {
        [single] => {
            let ((x, low), (_, high), (_, mean)) =
                (point(single, single.min), point(single, single.max), point(single, single.mean));
            let _ = write!(
                out,
                "<line class=\"bar {class}\" x1=\"{x:.1}\" x2=\"{x:.1}\" y1=\"{low:.1}\" y2=\"{high:.1}\"/>"
            );
            let _ = write!(out, "<circle class=\"dot {class}\" cx=\"{x:.1}\" cy=\"{mean:.1}\" r=\"1.5\"/>");
        }
        run => {
            let points: Vec<String> =
                run.iter().map(|b| point(b, b.mean)).map(|(x, y)| format!("{x:.1},{y:.1}")).collect();
            let _ = write!(out, "<polyline class=\"line {class}\" points=\"{}\"/>", points.join(" "));
        }
    }
}

fn flags(out: &mut String, doc: &ReportDoc, frame: &Frame, clock: Clock) {
    let mut last_number = f64::NEG_INFINITY;
    for (i, annotation) in doc.annotations.iter().enumerate().take(MOST_FLAGS) {
        let x = frame.x(annotation.text.at);
        let own = if annotation.text.kind.is_own() { " own" } else { "" };
        let said = format!("{} {}", words::annotation_time(annotation, clock), annotation.text.text);
        let _ = write!(
            out,
            "<g class=\"flag{own}\"><title>{}</title><line x1=\"{x:.1}\" x2=\"{x:.1}\" y1=\"{}\" y2=\"{}\"/>",
            escape::html(&said),
            PLOT.1 - 4.0,
            PLOT.3
        );
        if x - last_number >= FLAG_ROOM {
            last_number = x;
            let _ = write!(out, "<text class=\"axis middle\" x=\"{x:.1}\" y=\"{}\">{}</text>", PLOT.1 - 7.0, i + 1);
        }
        out.push_str("</g>");
    }
}
