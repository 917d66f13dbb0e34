//! The text for Prometheus: the same points as by OTLP, under the names that OpenTelemetry's rules make of them.
//!
//! Source: OpenTelemetry, "Prometheus and OpenMetrics Compatibility", and Prometheus, "Exposition formats": dots are
//! underscores, units stand in full behind the name, counters end in `_total`.

use std::fmt::Write as _;

use super::{Attributes, Family, Kind, Meter, Value};

/// The content type of the text.
pub const CONTENT_TYPE: &str = "text/plain; version=0.0.4; charset=utf-8";

/// Every metric of a service as text.
pub fn text(meter: &Meter) -> String {
    let mut out = String::with_capacity(32 << 10);
    for family in meter.families() {
        write_family(&mut out, &family);
    }
    out
}

fn write_family(out: &mut String, family: &Family) {
    let points = family.read();
    if points.is_empty() {
        return;
    }
    let name = name_of(family);
    let kind = match family.kind {
        Kind::Counter => "counter",
        Kind::UpDown | Kind::Gauge => "gauge",
        Kind::Histogram => "histogram",
    };
    let _ = writeln!(out, "# HELP {name} {}\n# TYPE {name} {kind}", family.about);
    for (attributes, value) in points {
        match value {
            Value::Number(number) => {
                let _ = writeln!(out, "{name}{} {number}", labels(&attributes, None));
            }
            Value::Spread(spread) => {
                let mut below = 0;
                let bounds = spread.bounds.iter().map(f64::to_string).chain([String::from("+Inf")]);
                for (bound, count) in bounds.zip(&spread.counts) {
                    below += count;
                    let _ = writeln!(out, "{name}_bucket{} {below}", labels(&attributes, Some(&bound)));
                }
                let labels = labels(&attributes, None);
                let _ = writeln!(out, "{name}_sum{labels} {}\n{name}_count{labels} {below}", spread.sum);
            }
        }
    }
}

fn name_of(family: &Family) -> String {
    let unit = match family.unit {
        "s" => "_seconds",
        "By" => "_bytes",
        "1" => "_ratio",
        _ => "",
    };
    let total = if family.kind == Kind::Counter { "_total" } else { "" };
    format!("{}{unit}{total}", family.name.replace('.', "_"))
}

fn labels(attributes: &Attributes, bound: Option<&str>) -> String {
    let pairs = attributes.iter().map(|(name, value)| {
        let value = value.replace('\\', "\\\\").replace('"', "\\\"").replace('\n', "\\n");
        format!("{}=\"{value}\"", name.replace('.', "_"))
    });
    let all: Vec<String> = pairs.chain(bound.map(|bound| format!("le=\"{bound}\""))).collect();
    if all.is_empty() { String::new() } else { format!("{{{}}}", all.join(",")) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn points_are_written_as_prometheus_reads_them() {
        let meter = Meter::default();
        let hits = meter.family("cache.requests", "{request}", Kind::Counter, "Look-ups.");
        hits.counter(vec![("cache.result", "hit".into())]).add_many(3);
        hits.counter(vec![("cache.result", "a\"b".into())]);
        let time = meter.family("http.server.request.duration", "s", Kind::Histogram, "Duration.");
        time.histogram(vec![("http.route", "/x".into())], &[0.5, 1.0]).add(0.7);
        meter.family("empty", "", Kind::Gauge, "Nothing.");
        assert_eq!(
            text(&meter),
            "# HELP cache_requests_total Look-ups.\n# TYPE cache_requests_total counter\n\
             cache_requests_total{cache_result=\"hit\"} 3\ncache_requests_total{cache_result=\"a\\\"b\"} 0\n\
             # HELP http_server_request_duration_seconds Duration.\n# TYPE http_server_request_duration_seconds histogram\n\
             http_server_request_duration_seconds_bucket{http_route=\"/x\",le=\"0.5\"} 0\n\
             http_server_request_duration_seconds_bucket{http_route=\"/x\",le=\"1\"} 1\n\
             http_server_request_duration_seconds_bucket{http_route=\"/x\",le=\"+Inf\"} 1\n\
             http_server_request_duration_seconds_sum{http_route=\"/x\"} 0.7\n\
             http_server_request_duration_seconds_count{http_route=\"/x\"} 1\n"
        );
    }
}
