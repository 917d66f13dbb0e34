//! What a plain scalar reads as, by YAML 1.2's core words and 1.1's, which most programs still go by.

use crate::profile::formats::Written;

/// The value of a plain scalar. Where 1.1 and 1.2 differ on numbers it is text; `yes`, `no`, `on` and `off` are switches,
/// as Ruby, Python and Java read them.
pub(super) fn plain(text: &str) -> Written {
    match text {
        "" | "~" | "null" | "Null" | "NULL" => return Written::Null,
        ".nan" | ".NaN" | ".NAN" => return Written::Float(f64::NAN),
        ".inf" | ".Inf" | ".INF" | "+.inf" | "+.Inf" | "+.INF" => return Written::Float(f64::INFINITY),
        "-.inf" | "-.Inf" | "-.INF" => return Written::Float(f64::NEG_INFINITY),
        _ => {}
    }
    if let Some(is_on) = switch(text) {
        return Written::Bool(is_on);
    }
    let unsigned = text.strip_prefix(['+', '-']).unwrap_or(text);
    let is_octal = unsigned.len() > 1 && unsigned.starts_with('0') && all_digits(unsigned);
    if all_digits(unsigned) && !is_octal {
        return text.parse().map(Written::Int).or_else(|_| text.parse().map(Written::Float)).unwrap_or(Written::Null);
    }
    if let Some(n) = text.strip_prefix("0x").and_then(|hex| i64::from_str_radix(hex, 16).ok()).filter(|n| *n >= 0) {
        return Written::Int(n);
    }
    if is_float(unsigned) { text.parse().map_or_else(|_| as_text(text), Written::Float) } else { as_text(text) }
}

fn as_text(text: &str) -> Written {
    Written::Text(text.to_owned())
}

/// A word for on or off.
pub(super) fn switch(text: &str) -> Option<bool> {
    let lower = text.to_ascii_lowercase();
    let has_usual_case = text == lower || text == lower.to_ascii_uppercase() || is_title(text, &lower);
    match lower.as_str() {
        "true" | "yes" | "on" if has_usual_case => Some(true),
        "false" | "no" | "off" if has_usual_case => Some(false),
        _ => None,
    }
}

fn is_title(text: &str, lower: &str) -> bool {
    text.get(1..) == lower.get(1..) && text.starts_with(|c: char| c.is_ascii_uppercase())
}

fn all_digits(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit())
}

/// A number with a point or an exponent, without its sign.
fn is_float(text: &str) -> bool {
    let (mantissa, exponent) = text.split_once(['e', 'E']).map_or((text, None), |(m, e)| (m, Some(e)));
    let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, "0"));
    let digits_or_none = |text: &str| text.bytes().all(|b| b.is_ascii_digit());
    digits_or_none(whole)
        && digits_or_none(fraction)
        && !(whole.is_empty() && (fraction.is_empty() || !mantissa.contains('.')))
        && exponent.is_none_or(|e| all_digits(e.strip_prefix(['+', '-']).unwrap_or(e)))
}

/// Whether some reader takes this plain scalar for something other than text.
pub(super) fn is_misread(text: &str) -> bool {
    if plain(text) != as_text(text) || matches!(text, "y" | "Y" | "n" | "N" | "=" | "<<") {
        return true;
    }
    let unsigned = text.strip_prefix(['+', '-']).unwrap_or(text);
    let is_number_of = |prefix: &str, is_digit: fn(char) -> bool| {
        unsigned
            .strip_prefix(prefix)
            .is_some_and(|rest| !rest.is_empty() && rest.chars().all(|c| c == '_' || is_digit(c)))
    };
    is_number_of("0x", |c| c.is_ascii_hexdigit())
        || is_number_of("0o", |c| c.is_digit(8))
        || is_number_of("0b", |c| c.is_digit(2))
        || is_digits_and_marks(unsigned)
        || is_date(text)
}

/// `1_000`, `0123`, `1_0.5`, and times of day, which are numbers to base 60 in YAML 1.1.
fn is_digits_and_marks(text: &str) -> bool {
    let n_points = text.matches('.').count();
    text.starts_with(|c: char| c.is_ascii_digit() || c == '.')
        && text.contains(|c: char| c.is_ascii_digit())
        && n_points <= 1
        && text.chars().all(|c| c.is_ascii_digit() || matches!(c, '_' | ':' | '.'))
}

/// `2026-01-31`, with or without a time behind.
fn is_date(text: &str) -> bool {
    let mut parts = text.splitn(3, '-');
    let (year, month) = (parts.next().unwrap_or(""), parts.next().unwrap_or(""));
    let day = parts.next().unwrap_or("");
    year.len() == 4
        && all_digits(year)
        && (1..=2).contains(&month.len())
        && all_digits(month)
        && day.starts_with(|c: char| c.is_ascii_digit())
}
