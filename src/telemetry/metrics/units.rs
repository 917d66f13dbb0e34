//! Units as senders write them, and those that values are kept in.
//!
//! UCUM, <https://ucum.org/ucum>; OpenTelemetry, "Instrument Units"; Prometheus, "Metric and label naming".

use std::collections::BTreeSet;

use crate::model::Unit;
use crate::model::name;

/// Annotations (what a count counts) that are kept at most: names live as long as the program.
const MAX_ANNOTATIONS: usize = 200;
/// Longest annotation, bytes.
const MAX_ANNOTATION: usize = 32;

/// A unit that values are kept in, and what a value is multiplied by for it.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Kept {
    /// The unit.
    pub unit: Unit,
    /// The factor.
    pub scale: f64,
}

/// What counts count, a bounded number of them.
#[derive(Debug, Default)]
pub struct Annotations(BTreeSet<&'static str>);

impl Annotations {
    fn name(&mut self, text: &str) -> &'static str {
        let is_plain = text.len() <= MAX_ANNOTATION && text.chars().all(|c| c.is_ascii_graphic() || c == ' ');
        if let Some(known) = self.0.get(text) {
            return known;
        }
        if !is_plain || text.is_empty() || self.0.len() >= MAX_ANNOTATIONS {
            return "";
        }
        let kept = name::name(text);
        self.0.insert(kept);
        kept
    }

    /// The unit of a metric of this name whose unit is written so.
    pub fn kept(&mut self, ucum: &str, metric: &str) -> Kept {
        let ucum = if ucum.is_empty() { of_suffix(metric) } else { ucum };
        let (unit, scale) = match ucum {
            "s" | "seconds" => (Unit::Seconds, 1.0),
            "ms" | "milliseconds" => (Unit::Seconds, 1e-3),
            "us" | "µs" | "microseconds" => (Unit::Seconds, 1e-6),
            "ns" | "nanoseconds" => (Unit::Seconds, 1e-9),
            "min" => (Unit::Seconds, 60.0),
            "h" => (Unit::Seconds, 3600.0),
            "d" => (Unit::Seconds, 86_400.0),
            "By" | "bytes" | "byte" => (Unit::Bytes, 1.0),
            "kBy" => (Unit::Bytes, 1e3),
            "MBy" => (Unit::Bytes, 1e6),
            "GBy" => (Unit::Bytes, 1e9),
            "KiBy" => (Unit::Bytes, 1024.0),
            "MiBy" => (Unit::Bytes, 1_048_576.0),
            "GiBy" => (Unit::Bytes, 1_073_741_824.0),
            "bit" => (Unit::Bytes, 0.125),
            "By/s" => (Unit::BytesPerSecond, 1.0),
            "%" | "percent" => (Unit::Ratio, 0.01),
            "1" | "ratio" if is_share(metric) || ucum == "ratio" => (Unit::Ratio, 1.0),
            "1" | "" => (Unit::Count(""), 1.0),
            "Hz" => (Unit::Hertz, 1.0),
            "kHz" => (Unit::Hertz, 1e3),
            "MHz" => (Unit::Hertz, 1e6),
            "GHz" => (Unit::Hertz, 1e9),
            "Cel" => (Unit::Celsius, 1.0),
            "W" => (Unit::Watts, 1.0),
            "mW" => (Unit::Watts, 1e-3),
            "{cpu}" | "{core}" => (Unit::Cores, 1.0),
            "1/s" => (Unit::PerSecond(""), 1.0),
            other => {
                let inner = |text: &str| text.trim_start_matches('{').trim_end_matches('}').to_owned();
                match other.strip_suffix("/s") {
                    Some(what) => (Unit::PerSecond(self.name(&inner(what))), 1.0),
                    None => (Unit::Count(self.name(&inner(other))), 1.0),
                }
            }
        };
        Kept { unit, scale }
    }
}

/// Whether a metric of unit `1` is a share by its name.
fn is_share(metric: &str) -> bool {
    ["utilization", "ratio", "utilisation", "hit_rate"].iter().any(|end| metric.ends_with(end))
}

/// The unit that Prometheus' names end with; empty where they tell none.
fn of_suffix(metric: &str) -> &'static str {
    let metric = metric.strip_suffix("_total").unwrap_or(metric);
    for (suffix, unit) in [
        ("_seconds", "s"),
        ("_milliseconds", "ms"),
        ("_bytes", "By"),
        ("_ratio", "ratio"),
        ("_percent", "%"),
        ("_celsius", "Cel"),
        ("_hertz", "Hz"),
        ("_watts", "W"),
    ] {
        if metric.ends_with(suffix) {
            return unit;
        }
    }
    if is_share(metric) { "ratio" } else { "" }
}

/// The unit of what a sum of this unit grows by each second.
pub fn rate_of(unit: Unit, metric: &str) -> Unit {
    match unit {
        Unit::Bytes => Unit::BytesPerSecond,
        Unit::Count(what) => Unit::PerSecond(what),
        // Seconds each second: cores where they are a processor's, a share of the time otherwise.
        Unit::Seconds if metric.contains("cpu") => Unit::Cores,
        Unit::Seconds => Unit::Ratio,
        _ => Unit::PerSecond(""),
    }
}

/// The unit of what is added to a histogram of this unit each second. Seconds each second are the mean number under way
/// (Little's law).
pub fn added_of(unit: Unit, event: &'static str) -> Unit {
    match unit {
        Unit::Seconds => Unit::Count(event),
        Unit::Bytes => Unit::BytesPerSecond,
        Unit::Count(what) => Unit::PerSecond(what),
        _ => Unit::PerSecond(""),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn units_are_those_that_values_are_kept_in() {
        let mut names = Annotations::default();
        for (ucum, metric, unit, scale) in [
            ("s", "a", Unit::Seconds, 1.0),
            ("ms", "a", Unit::Seconds, 1e-3),
            ("By", "a", Unit::Bytes, 1.0),
            ("1", "system.cpu.utilization", Unit::Ratio, 1.0),
            ("1", "cpython.gc.collections", Unit::Count(""), 1.0),
            ("%", "a", Unit::Ratio, 0.01),
            ("{request}", "a", Unit::Count("request"), 1.0),
            ("{request}/s", "a", Unit::PerSecond("request"), 1.0),
            ("", "process_cpu_seconds_total", Unit::Seconds, 1.0),
            ("", "go_memstats_alloc_bytes", Unit::Bytes, 1.0),
            ("", "cache_hit_ratio", Unit::Ratio, 1.0),
            ("", "a", Unit::Count(""), 1.0),
            ("requests", "a", Unit::Count("requests"), 1.0),
        ] {
            assert_eq!(names.kept(ucum, metric), Kept { unit, scale }, "{ucum} of {metric}");
        }
        assert_eq!(rate_of(Unit::Bytes, "a"), Unit::BytesPerSecond);
        assert_eq!(rate_of(Unit::Seconds, "process.cpu.time"), Unit::Cores);
        assert_eq!(added_of(Unit::Seconds, "request"), Unit::Count("request"));
    }

    #[test]
    fn a_sender_cannot_fill_the_memory_with_units() {
        let mut names = Annotations::default();
        for i in 0..2 * MAX_ANNOTATIONS {
            names.kept(&format!("{{unit of no one {i}}}"), "a");
        }
        assert_eq!(names.0.len(), MAX_ANNOTATIONS);
        assert_eq!(names.kept(&format!("{{{}}}", "x".repeat(99)), "a").unit, Unit::Count(""));
    }
}
