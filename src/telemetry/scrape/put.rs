//! From what an exporter says to the book of metrics: one stream for each series, a histogram being one.

use std::time::Duration;

use super::conventions;
use super::families::{Families, Point, Summary, Value};
use super::line::Kind;
use crate::model::Timestamp;
use crate::model::service::Target;
use crate::telemetry::metrics::{Datum, MetricBook, Stream};
use crate::telemetry::otlp::common::Sender;

/// How far before the scrape a sample may be dated; one from longer ago is no news.
const OLDEST: Duration = Duration::from_secs(3_600);
/// How far after it.
const NEWEST: Duration = Duration::from_secs(300);

/// What became of the series of a scrape.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Put {
    /// Taken.
    pub n_taken: u32,
    /// Refused by the book.
    pub n_refused: u32,
    /// Left out because of their dates: from more than an hour ago, or from the future.
    pub n_dated: u32,
}

/// Puts everything a target said into the book.
pub fn put_scraped(book: &mut MetricBook, target: &Target, families: &Families<'_>, at: Timestamp) -> Put {
    put_each(target, families, at, &mut |stream, datum| book.put(stream, datum, at))
}

/// The same, where the book is come to by this.
pub fn put_each(
    target: &Target,
    families: &Families<'_>,
    at: Timestamp,
    put: &mut dyn FnMut(&Stream<'_>, &Datum<'_>) -> bool,
) -> Put {
    let sender = Sender { service: target.name.to_string(), ..Sender::default() };
    let interval = Some(Duration::from_secs(target.interval_seconds.into()));
    // Labels that both have: the target's stand, the exporter's are kept beside them, as Prometheus does it.
    let moved: Vec<(&str, String)> = target.labels.keys().map(|name| (&**name, format!("exported_{name}"))).collect();
    let mut done = Put::default();
    let mut attributes: Vec<(&str, &str)> = Vec::new();
    for point in families.points() {
        if point.at.is_some_and(|own| own < at.minus(OLDEST) || own > at.plus(NEWEST)) {
            done.n_dated += 1;
            continue;
        }
        let convention = conventions::convention(point.name);
        let metric = convention.map_or(point.name, |convention| convention.metric);
        attributes.clear();
        attributes.extend(target.labels.iter().map(|(name, value)| (&**name, &**value)));
        attributes.extend(convention.and_then(|convention| convention.attribute));
        for (name, value) in families.labels(point) {
            let known = convention.and_then(|_| conventions::attribute(metric, name));
            let name = moved.iter().find(|(of_target, _)| of_target == name).map_or(*name, |(_, moved)| moved);
            attributes.push((known.unwrap_or(name), value));
        }
        let stream = Stream { sender: &sender, metric, unit: unit_of(point), attributes: &attributes, interval };
        let is_taken = put(&stream, &datum_of(point));
        if is_taken { done.n_taken += 1 } else { done.n_refused += 1 }
    }
    done
}

fn datum_of<'p>(point: &'p Point<'_>) -> Datum<'p> {
    let start = point.created;
    match &point.value {
        Value::Number(value) if point.kind == Kind::Counter => {
            Datum::Sum { value: *value, is_monotonic: true, is_delta: false, start }
        }
        Value::Number(value) => Datum::Gauge(*value),
        Value::Histogram(buckets) => Datum::Histogram {
            bounds: &buckets.bounds,
            counts: &buckets.counts,
            sum: buckets.sum,
            count: buckets.count.unwrap_or(0),
            is_delta: false,
            start,
        },
        Value::Summary(summary) => {
            let Summary { quantiles, sum, count } = &**summary;
            Datum::Summary { quantiles, sum: *sum, count: *count, start }
        }
    }
}

/// The unit of a point in UCUM: what the exporter names, or else what its name ends in; empty where neither tells.
///
/// Units: Prometheus' "Metric and label naming", base units.
fn unit_of(point: &Point<'_>) -> &'static str {
    let bare = point.name.strip_suffix("_total").unwrap_or(point.name);
    let named = if point.unit.is_empty() { bare.rsplit('_').next().unwrap_or(bare) } else { point.unit };
    if !point.unit.is_empty() || named.len() < bare.len() {
        match named {
            "seconds" => return "s",
            "bytes" => return "By",
            "ratio" | "ratios" => return "1",
            "hertz" => return "Hz",
            "celsius" => return "Cel",
            "watts" => return "W",
            "volts" => return "V",
            "amperes" => return "A",
            "joules" => return "J",
            "meters" => return "m",
            "grams" => return "g",
            _ => {}
        }
    }
    ""
}
