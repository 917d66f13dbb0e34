//! Words about rules and instances: a rule as a sentence, why an instance is in its state, what is said when it fires.

use std::time::Duration;

use super::amount_text;
use crate::model::alert::{Amount, Comparison, Dimension, Reducer, Rule, Term};
use crate::model::duration_text::write_duration;
use crate::model::quantity::Quantity;
use crate::model::written::thin;
use crate::model::{SeriesKey, Units};

/// Greatest length of a message, characters.
const MAX_MESSAGE: usize = 500;

/// An amount for reading: "80 %" with a thin space.
pub fn amount_shown(amount: &Amount) -> String {
    thin(&amount_text::write(amount))
}

/// A value in a threshold's dimension, with about three figures.
pub fn value_shown(value: f64, dimension: Dimension) -> String {
    if value.is_infinite() {
        return "never".into();
    }
    if dimension == Dimension::Seconds && value >= 120.0 {
        return thin(&write_duration(rounded(value)));
    }
    Quantity::new(value, dimension.unit()).text(&Units::default())
}

/// A long time in at most two of its units: minutes up to two days, hours beyond.
fn rounded(seconds: f64) -> Duration {
    let step = if seconds < 172_800.0 { 60.0 } else { 3600.0 };
    Duration::from_secs_f64(((seconds / step).round() * step).clamp(0.0, 1e12))
}

/// A time that runs: "0:50", "3:20", "1:02:03".
pub fn clock(duration: Duration) -> String {
    let seconds = duration.as_secs();
    let (hours, minutes, seconds) = (seconds / 3600, seconds / 60 % 60, seconds % 60);
    if hours > 0 { format!("{hours}:{minutes:02}:{seconds:02}") } else { format!("{minutes}:{seconds:02}") }
}

/// "above" or "below".
pub const fn side(is: Comparison) -> &'static str {
    match is {
        Comparison::Above => "above",
        Comparison::Below => "below",
    }
}

/// A term in words: "mean of a.b over 5 min".
fn term_words(term: &Term) -> String {
    let metric = &term.series.metric;
    let over = term.over.as_ref().map(|over| format!(" to {}", over.metric)).unwrap_or_default();
    let window =
        if term.window.is_zero() { String::new() } else { format!(" over {}", thin(&write_duration(term.window))) };
    match term.reducer {
        Reducer::Every => metric.to_string(),
        reducer => format!("{} of {metric}{over}{window}", reducer.title()),
    }
}

/// What a rule says, in one sentence without a final period: "system.cpu.utilization above 80 % for 5 min".
pub fn rule_sentence(rule: &Rule) -> String {
    let conditions: Vec<String> = rule
        .when
        .iter()
        .map(|c| format!("{} {} {}", term_words(&c.term), side(c.is), amount_shown(&c.threshold)))
        .collect();
    let hold = if rule.hold.is_zero() { String::new() } else { format!(" for {}", thin(&write_duration(rule.hold))) };
    format!("{}{hold}", conditions.join(" and "))
}

/// What is said when a rule fires: its own text with the values filled in, or a sentence made from its condition.
pub fn message(rule: &Rule, instance: &SeriesKey, name: &str, value: f64) -> String {
    let Some(condition) = rule.when.first() else { return rule.name.to_string() };
    let value = if value.is_nan() { "no data".into() } else { value_shown(value, condition.threshold.dimension) };
    let threshold = amount_shown(&condition.threshold);
    let hold = thin(&write_duration(rule.hold));
    if rule.text.trim().is_empty() {
        let of = if name.is_empty() { String::new() } else { format!("{name}: ") };
        let lasting = if rule.hold.is_zero() { String::new() } else { format!(" for {hold}") };
        return format!("{of}{value}, {} {threshold}{lasting}", side(condition.is));
    }
    let mut text = String::new();
    let mut rest = &*rule.text;
    while let Some(open) = rest.find('{') {
        text.push_str(&rest[..open]);
        let Some(close) = rest[open..].find('}') else {
            rest = &rest[open..];
            break;
        };
        let field = &rest[open + 1..open + close];
        match filled(field, rule, instance, name, [&value, &threshold, &hold]) {
            Some(filled) => text.push_str(&filled),
            None => text.push_str(&rest[open..=open + close]),
        }
        rest = &rest[open + close + 1..];
    }
    text.push_str(rest);
    text.chars().take(MAX_MESSAGE).collect()
}

/// Names in braces that a message fills in.
pub const FIELDS: [&str; 5] = ["value", "threshold", "for", "instance", "name"];

fn filled(field: &str, rule: &Rule, instance: &SeriesKey, name: &str, words: [&str; 3]) -> Option<String> {
    let [value, threshold, hold] = words;
    match field {
        "value" => Some(value.to_owned()),
        "threshold" => Some(threshold.to_owned()),
        "for" => Some(hold.to_owned()),
        "instance" => Some(name.to_owned()),
        "name" => Some(rule.name.to_string()),
        _ => field.strip_prefix("label.").map(|label| instance.attribute(label).unwrap_or("").to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::alert::document::read_rule;

    #[test]
    fn values_are_filled_in_and_unknown_braces_stay() {
        let rule = |text: &str| {
            read_rule(&format!(
                r#"(id: "x", name: "Disk", when: ["system.linux.disk.busy > 95 %"], for: "2 min", text: "{text}")"#
            ))
            .expect("a rule")
        };
        let key = SeriesKey::new("system.linux.disk.busy", &[("system.device", "sda")]);
        for (text, said) in [
            ("", "sda: 97\u{2009}%, above 95\u{2009}% for 2\u{2009}min"),
            ("{name} {instance} {value} > {threshold} {for}", "Disk sda 97\u{2009}% > 95\u{2009}% 2\u{2009}min"),
            ("{label.system.device} {label.none}|{other} {", "sda |{other} {"),
        ] {
            assert_eq!(message(&rule(text), &key, "sda", 0.97), said);
        }
        assert_eq!(rule_sentence(&rule("")), "system.linux.disk.busy above 95\u{2009}% for 2\u{2009}min");
    }

    #[test]
    fn times_that_run_are_clocks() {
        for (seconds, text) in [(0, "0:00"), (50, "0:50"), (200, "3:20"), (3723, "1:02:03")] {
            assert_eq!(clock(Duration::from_secs(seconds)), text);
        }
    }
}
