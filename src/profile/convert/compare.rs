//! Whether a file already says what it should, in whatever spelling.

use crate::model::profile::Conversion;
use crate::profile::formats::{FoundKey, Written, reads_as};

/// Whether what a file or a service has is what is wanted: the same value, the same number or switch as text (`"50"` is
/// 50, `1.0` is 1, `TRUE` is true), or the same time or size in another unit where the conversion writes units
/// (`1m` is `60s`).
pub fn equal(found: &FoundKey, wanted: &Written, conversion: Conversion) -> bool {
    if reads_as(found, wanted) {
        return true;
    }
    let found_text = found.text.trim();
    match (wanted, conversion) {
        (Written::Bool(on), _) => found_text.eq_ignore_ascii_case(if *on { "true" } else { "false" }),
        (Written::Int(n), _) => found_text.parse::<f64>().is_ok_and(|x| x == *n as f64 && x.abs() < 9e15),
        (Written::Text(text), Conversion::OnOff | Conversion::YesNo) => found_text.eq_ignore_ascii_case(text),
        (Written::Text(text), Conversion::DurationText) => same(time_millis(found_text), time_millis(text)),
        (Written::Text(text), Conversion::SizeText) => same(size_bytes(found_text), size_bytes(text)),
        _ => false,
    }
}

fn same(found: Option<f64>, wanted: Option<f64>) -> bool {
    found.is_some() && found == wanted
}

/// A value as it is shown: a scalar as its text, lists and tables in one line.
pub fn shown(value: &Written) -> String {
    match value {
        Written::List(words) => words.join(", "),
        Written::Table(entries) => {
            let entry = |(name, value): &(String, Written)| match value {
                Written::Table(_) => format!("{name}: ({})", shown(value)),
                _ => format!("{name}: {}", shown(value)),
            };
            entries.iter().map(entry).collect::<Vec<_>>().join(", ")
        }
        scalar => scalar.scalar_text().unwrap_or_default(),
    }
}

/// Milliseconds of a time with its unit, as services read it: `250ms`, `90 s`, `1h30m`, `5min`.
pub fn time_millis(text: &str) -> Option<f64> {
    sum_of_parts(text, |unit| {
        Some(match unit {
            "us" | "µs" => 0.001,
            "ms" | "milli" | "millis" | "millisecond" | "milliseconds" => 1.0,
            "s" | "sec" | "secs" | "second" | "seconds" => 1000.0,
            "m" | "min" | "mins" | "minute" | "minutes" => 60_000.0,
            "h" | "hr" | "hour" | "hours" => 3_600_000.0,
            "d" | "day" | "days" => 86_400_000.0,
            _ => return None,
        })
    })
}

/// Bytes of a size with its unit, as PostgreSQL and Java read it: each step is 1,024, in `256MB`, `256m` and `256 MiB`.
pub fn size_bytes(text: &str) -> Option<f64> {
    sum_of_parts(text, |unit| {
        let exponent = match unit.trim_end_matches("ib").trim_end_matches('b') {
            "" => 0,
            "k" => 1,
            "m" => 2,
            "g" => 3,
            "t" => 4,
            _ => return None,
        };
        (!unit.is_empty()).then(|| 1024f64.powi(exponent))
    })
}

/// The sum of numbers with units, none without: `1h 30m`.
fn sum_of_parts(text: &str, factor: impl Fn(&str) -> Option<f64>) -> Option<f64> {
    let mut rest = text.trim();
    let mut sum = 0.0;
    if rest.is_empty() {
        return None;
    }
    while !rest.is_empty() {
        let digits = rest.find(|c: char| !c.is_ascii_digit() && c != '.').unwrap_or(rest.len());
        let number: f64 = rest[..digits].parse().ok()?;
        rest = rest[digits..].trim_start();
        let unit = rest.find(|c: char| !c.is_alphabetic()).unwrap_or(rest.len());
        sum += number * factor(&rest[..unit].to_lowercase())?;
        rest = rest[unit..].trim_start();
    }
    Some(sum)
}
