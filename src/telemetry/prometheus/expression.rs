//! What is asked of a server, in its own language, and what its series are called here.

use std::fmt::Write as _;

use crate::model::source::SOURCE;
use crate::model::{SeriesKey, Unit};

/// The label that tells the four parts of an answer apart.
pub const PART: &str = "perfdesk_part";

/// What a person typed, as a selector: as it is where it is one, or words that the name holds.
pub fn selector_of(text: &str) -> String {
    let text = text.trim();
    if text.contains('{') {
        return text.to_owned();
    }
    let words: Vec<String> = text.split_whitespace().map(escaped).collect();
    match words.is_empty() {
        // A selector has to name something: every series has a name.
        true => "{__name__!=\"\"}".into(),
        false => format!("{{__name__=~\"(?i).*{}.*\"}}", words.join(".*")),
    }
}

/// A word as a regular expression that means itself, within a quoted text.
fn escaped(word: &str) -> String {
    word.chars().fold(String::new(), |mut text, c| {
        if !(c.is_alphanumeric() || c == '_') {
            text.push_str("\\\\");
        }
        // A quote also ends the text, so it is escaped there too.
        if matches!(c, '"' | '\\') {
            text.push('\\');
        }
        text.push(c);
        text
    })
}

/// The key of a series of a source, from its labels.
pub fn key_of(source: &str, labels: &[(String, String)]) -> SeriesKey {
    let name = labels.iter().find(|(name, _)| name == "__name__").map_or("unnamed", |(_, value)| value);
    let rest = labels.iter().filter(|(name, _)| name != "__name__" && name != SOURCE);
    let attributes: Vec<(&str, &str)> =
        rest.map(|(name, value)| (name.as_str(), value.as_str())).chain([(SOURCE, source)]).collect();
    SeriesKey::new(name, &attributes)
}

/// The selector that means this one series alone.
pub fn exact(key: &SeriesKey) -> String {
    let mut text = format!("{{__name__=\"{}\"", quoted(key.metric()));
    for (name, value) in key.attributes().filter(|(name, _)| *name != SOURCE) {
        let _ = write!(text, ",{name}=\"{}\"", quoted(value));
    }
    text.push('}');
    text
}

fn quoted(text: &str) -> String {
    text.replace('\\', "\\\\").replace('"', "\\\"").replace('\n', "\\n")
}

/// Least, greatest, mean and number of the samples of each step, in one answer.
///
/// They are asked for at the last millisecond of a step, for a step back. Before version 3, Prometheus counts both ends of
/// a span: what stands on the last millisecond of a step is then in two buckets, and nothing is ever in none.
pub fn buckets(key: &SeriesKey, step_millis: u64) -> String {
    let selector = exact(key);
    let part = |function: &str, part: &str| {
        format!("label_replace({function}_over_time({selector}[{step_millis}ms]), \"{PART}\", \"{part}\", \"\", \"\")")
    };
    [part("min", "min"), part("max", "max"), part("avg", "mean"), part("count", "count")].join(" or ")
}

/// The unit that a name ends in, by the rules of Prometheus; a bare number where it ends in none.
pub fn unit_of(metric: &str) -> Unit {
    let bare = metric.strip_suffix("_total").unwrap_or(metric);
    let ends = |unit: &str| bare.strip_suffix(unit).is_some_and(|rest| rest.is_empty() || rest.ends_with('_'));
    // What only grows is a count however it is measured; its rate is what has a unit each second.
    for (name, unit) in [
        ("bytes_per_second", Unit::BytesPerSecond),
        ("revolutions_per_minute", Unit::RevolutionsPerMinute),
        ("per_second", Unit::PerSecond("")),
        ("bytes", Unit::Bytes),
        ("seconds", Unit::Seconds),
        ("ratio", Unit::Ratio),
        ("hertz", Unit::Hertz),
        ("celsius", Unit::Celsius),
        ("watts", Unit::Watts),
        ("cores", Unit::Cores),
    ] {
        if ends(name) {
            return unit;
        }
    }
    Unit::Count("")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_become_a_pattern_of_names_and_a_selector_stays_one() {
        for (text, expect) in [
            ("cpu  use", r#"{__name__=~"(?i).*cpu.*use.*"}"#),
            ("a.b", r#"{__name__=~"(?i).*a\\.b.*"}"#),
            ("q\"", r#"{__name__=~"(?i).*q\\\".*"}"#),
            (" ", r#"{__name__!=""}"#),
            (r#"up{job="x"}"#, r#"up{job="x"}"#),
        ] {
            assert_eq!(selector_of(text), expect);
        }
    }

    #[test]
    fn a_series_is_asked_for_by_all_its_labels() {
        let labels = [("__name__", "up"), ("job", "a\"b\\c"), ("instance", "h:1")].map(|(n, v)| (n.into(), v.into()));
        let key = key_of("home", &labels);
        assert_eq!(key.to_string(), r#"up{instance="h:1",job="a\"b\\c",perfdesk.source="home"}"#);
        assert_eq!(exact(&key), r#"{__name__="up",instance="h:1",job="a\"b\\c"}"#);
        let expression = buckets(&SeriesKey::new("up", &[]), 15_000);
        assert_eq!(expression.matches("{__name__=\"up\"}[15000ms]").count(), 4);
    }

    #[test]
    fn a_name_tells_its_unit() {
        for (name, unit) in [
            ("node_memory_MemFree_bytes", Unit::Bytes),
            ("system_disk_io_bytes_per_second", Unit::BytesPerSecond),
            ("process_cpu_seconds_total", Unit::Seconds),
            ("up", Unit::Count("")),
            ("kilobytes", Unit::Count("")),
            ("system_cpu_utilization_ratio", Unit::Ratio),
        ] {
            assert_eq!(unit_of(name), unit, "{name}");
        }
    }
}
