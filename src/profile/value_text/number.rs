//! Plain numbers, with what they count behind them where a person writes it.

use super::is_gap;

/// Reads "50", "1,000" or "50 connections", where `unit` is what is counted.
pub(super) fn read_count(text: &str, unit: &str) -> Result<i64, String> {
    let written = without_unit(text, unit);
    let (is_negative, digits) = without_sign(written);
    let well = || "write a whole number such as 20".to_owned();
    let plain = ungrouped(digits).ok_or_else(well)?;
    if plain.is_empty() || !plain.bytes().all(|b| b.is_ascii_digit()) {
        return Err(well());
    }
    let sign = if is_negative { "-" } else { "" };
    format!("{sign}{plain}").parse().map_err(|_| "this number is too large".to_owned())
}

/// Reads "0.5", "2" or "0.5 ratio"; a share may be written as a percentage.
pub(super) fn read_number(text: &str, unit: &str) -> Result<f64, String> {
    let written = without_unit(text, unit);
    let (written, by) = match written.strip_suffix('%') {
        Some(share) if unit.is_empty() => (share.trim_end_matches(is_gap), 100.0),
        _ => (written, 1.0),
    };
    let (is_negative, digits) = without_sign(written);
    let is_number = digits.starts_with(|c: char| c.is_ascii_digit() || c == '.');
    match digits.parse::<f64>() {
        Ok(value) if is_number && value.is_finite() => Ok(if is_negative { -value } else { value } / by),
        _ => Err("write a number such as 0.5".to_owned()),
    }
}

fn without_unit<'a>(text: &'a str, unit: &str) -> &'a str {
    let text = text.trim_matches(is_gap);
    let without = if unit.is_empty() { None } else { text.strip_suffix(unit) };
    without.unwrap_or(text).trim_end_matches(is_gap)
}

fn without_sign(text: &str) -> (bool, &str) {
    match text.strip_prefix(['-', '\u{2212}']) {
        Some(rest) => (true, rest),
        None => (false, text.strip_prefix('+').unwrap_or(text)),
    }
}

/// Digits without commas, which must stand at thousands: "1,5" is no number.
fn ungrouped(digits: &str) -> Option<String> {
    let mut groups = digits.split(',');
    let first = groups.next()?;
    let rest: Vec<&str> = groups.collect();
    let is_well = rest.is_empty() || (matches!(first.len(), 1..=3) && rest.iter().all(|group| group.len() == 3));
    is_well.then(|| first.to_owned() + &rest.concat())
}
