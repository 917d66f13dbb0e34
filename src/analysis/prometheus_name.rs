//! Names as Prometheus has them: of metric families, of units, of labels, and the escaping of texts. One place for what
//! is exported, scraped and sent.
//!
//! Source: the OpenMetrics 1.0 specification, sections "Overall Structure" (ABNF), "Unit" and "Label". Names of units
//! follow OpenTelemetry's "Prometheus and OpenMetrics Compatibility".

use std::collections::HashSet;
use std::fmt::Write as _;

use crate::model::{SeriesKey, Unit};

/// What stands for the unit at the end of a family's name; `None` for plain counts, which have none.
pub const fn unit_name(unit: Unit) -> Option<&'static str> {
    Some(match unit {
        Unit::Ratio => "ratio",
        Unit::Bytes => "bytes",
        Unit::BytesPerSecond => "bytes_per_second",
        Unit::Seconds => "seconds",
        Unit::Hertz => "hertz",
        Unit::Celsius => "celsius",
        Unit::Watts => "watts",
        Unit::RevolutionsPerMinute => "revolutions_per_minute",
        Unit::PerSecond(_) => "per_second",
        Unit::Cores => "cores",
        Unit::Count(_) => return None,
    })
}

/// The name of a family: the metric's with underscores, then `part` (such as `min`), then the unit's.
pub fn family_name(metric: &str, part: Option<&str>, unit: Unit) -> String {
    let mut name = metric_name(metric);
    let suffix = unit_name(unit);
    if let Some(bare) = suffix.and_then(|unit| name.strip_suffix(unit)).and_then(|bare| bare.strip_suffix('_')) {
        name = bare.to_owned();
    }
    for more in [part, suffix].into_iter().flatten() {
        name.push('_');
        name.push_str(more);
    }
    name
}

fn metric_name(metric: &str) -> String {
    let mut name = String::with_capacity(metric.len());
    for c in metric.chars() {
        let fits = c.is_ascii_alphanumeric() || c == '_' || c == ':';
        // Several signs in a row that cannot stand there are one underscore.
        match (fits, name.ends_with('_')) {
            (true, _) => name.push(c),
            (false, false) => name.push('_'),
            (false, true) => {}
        }
    }
    if name.is_empty() || name.starts_with(|c: char| c.is_ascii_digit()) {
        name.insert(0, '_');
    }
    name
}

/// The name of a gauge. Endings that belong to counters and histograms are followed by `_value`.
pub fn gauge_name(metric: &str, unit: Unit) -> String {
    let name = family_name(metric, None, unit);
    let is_reserved =
        ["_count", "_sum", "_total", "_bucket", "_created", "_info"].iter().any(|end| name.ends_with(end));
    if is_reserved { format!("{name}_value") } else { name }
}

/// A series' labels, names as they may be and values as they are, in the order of its attributes.
pub fn label_pairs(key: &SeriesKey) -> Vec<(String, &str)> {
    let mut taken = HashSet::from(["series_number".to_owned()]);
    let mut pairs = Vec::new();
    for (name, value) in key.attributes() {
        let mut label: String = name.chars().map(|c| if c.is_ascii_alphanumeric() { c } else { '_' }).collect();
        // Names with two underscores before them are the protocol's own.
        let bare = label.trim_start_matches('_').to_owned();
        label =
            if bare.is_empty() || bare.starts_with(|c: char| c.is_ascii_digit()) { format!("_{bare}") } else { bare };
        let wanted = label.clone();
        let mut n = 2;
        while !taken.insert(label.clone()) {
            label = format!("{wanted}_{n}");
            n += 1;
        }
        pairs.push((label, value));
    }
    pairs
}

/// A series' labels as they stand in a line, `{a="1",b="2"}`; empty where it has none. `number` tells series apart that
/// would have the same.
pub fn labels(key: &SeriesKey, number: Option<u32>) -> String {
    let mut text = String::new();
    for (label, value) in label_pairs(key) {
        let comma = if text.is_empty() { "" } else { "," };
        let _ = write!(text, "{comma}{label}=\"{}\"", escaped(value));
    }
    if let Some(number) = number {
        let comma = if text.is_empty() { "" } else { "," };
        let _ = write!(text, "{comma}series_number=\"{number}\"");
    }
    if text.is_empty() { text } else { format!("{{{text}}}") }
}

/// A text with backslashes, quotes and line ends escaped.
pub fn escaped(text: &str) -> String {
    text.replace('\\', "\\\\").replace('"', "\\\"").replace('\n', "\\n").replace('\r', "")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_of_the_letters_allowed_and_end_in_their_unit() {
        for (metric, part, unit, expect) in [
            ("system.cpu.utilization", None, Unit::Ratio, "system_cpu_utilization_ratio"),
            ("system.disk.io", None, Unit::BytesPerSecond, "system_disk_io_bytes_per_second"),
            ("system.disk.io", Some("max"), Unit::BytesPerSecond, "system_disk_io_max_bytes_per_second"),
            ("request_seconds", Some("min"), Unit::Seconds, "request_min_seconds"),
            ("seconds", None, Unit::Seconds, "seconds_seconds"),
            ("system.process.count", None, Unit::Count("process"), "system_process_count"),
            ("system.network.packets", None, Unit::PerSecond("packet"), "system_network_packets_per_second"),
            ("1 % größe", None, Unit::Ratio, "_1_gr_e_ratio"),
            ("", None, Unit::Count("x"), "_"),
        ] {
            assert_eq!(family_name(metric, part, unit), expect, "{metric}");
        }
    }

    #[test]
    fn labels_are_escaped_and_never_meet() {
        for (attributes, expect) in [
            (vec![], ""),
            (vec![("cpu", "0"), ("state", "user")], r#"{cpu="0",state="user"}"#),
            (vec![("a.b", "1"), ("a_b", "2")], r#"{a_b="1",a_b_2="2"}"#),
            (vec![("__name__", "x"), ("0", "y")], r#"{_0="y",name__="x"}"#),
            (vec![("path", "C:\\a \"b\"\nc")], r#"{path="C:\\a \"b\"\nc"}"#),
        ] {
            assert_eq!(labels(&SeriesKey::new("m", &attributes), None), expect);
        }
    }
}
