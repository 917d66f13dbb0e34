//! Numbers as other tools write them: with a decimal point or comma, thousands apart, a percent sign, or a word for
//! "nothing was measured".

/// A field of a value column.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum Field {
    /// A number.
    Number(f64),
    /// Nothing was measured.
    Missing,
    /// Something else.
    Other,
}

/// Reads a field. Where columns stand apart by something else than a comma, a comma alone is the decimal sign.
pub(super) fn field(bytes: &[u8], delimiter: u8) -> Field {
    let Ok(text) = std::str::from_utf8(bytes) else { return Field::Other };
    let text = text.trim();
    // The usual case first.
    if let Ok(value) = text.parse::<f64>() {
        return match value {
            value if value.is_finite() => Field::Number(value),
            value if value.is_nan() => Field::Missing,
            _ => Field::Other,
        };
    }
    if is_missing(text) {
        return Field::Missing;
    }
    let bare = text.strip_suffix('%').unwrap_or(text).trim_end();
    let plain: String = bare.chars().filter(|c| !matches!(c, ' ' | '\u{a0}' | '\u{202f}' | '_' | '\'')).collect();
    let plain = plain.replace('\u{2212}', "-");
    if !plain.starts_with(|c: char| c.is_ascii_digit() || matches!(c, '-' | '+' | '.' | ',')) {
        return Field::Other;
    }
    match with_point(&plain, delimiter).and_then(|text| text.parse::<f64>().ok()).filter(|value| value.is_finite()) {
        Some(value) => Field::Number(value),
        None => Field::Other,
    }
}

/// Whether a text is a way to say that nothing was measured.
fn is_missing(text: &str) -> bool {
    const WORDS: [&str; 10] = ["", "-", "--", "—", "?", "na", "n/a", "null", "none", "#n/a"];
    WORDS.iter().any(|word| text.eq_ignore_ascii_case(word))
}

/// The number with a decimal point and nothing between its thousands.
fn with_point(text: &str, delimiter: u8) -> Option<String> {
    let (n_commas, n_points) = (text.matches(',').count(), text.matches('.').count());
    match (n_commas, n_points) {
        (0, 0 | 1) => Some(text.to_owned()),
        (1, 0) if delimiter != b',' => Some(text.replace(',', ".")),
        // Of two signs the last is the decimal one; a sign that comes more than once stands between thousands.
        (1, 1..) if text.rfind(',') > text.rfind('.') => {
            is_grouped(text, '.').then(|| text.replace('.', "").replace(',', "."))
        }
        (1.., 0 | 1) => is_grouped(text, ',').then(|| text.replace(',', "")),
        (0, 2..) => is_grouped(text, '.').then(|| text.replace('.', "")),
        _ => None,
    }
}

/// Whether `sign` stands before groups of three digits alone.
fn is_grouped(text: &str, sign: char) -> bool {
    let whole = text.trim_start_matches(['-', '+']);
    let whole = if sign == ',' { whole.split('.').next() } else { whole.split(',').next() };
    let mut groups = whole.unwrap_or_default().split(sign);
    let is_digits = |group: &str| group.bytes().all(|b| b.is_ascii_digit());
    groups.next().is_some_and(|first| (1..=3).contains(&first.len()) && is_digits(first))
        && groups.all(|group| group.len() == 3 && is_digits(group))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_as_tools_write_them() {
        use Field::{Missing, Number, Other};
        for (text, delimiter, expect) in [
            ("1.5", b',', Number(1.5)),
            (" -2e3 ", b',', Number(-2000.0)),
            ("12 %", b',', Number(12.0)),
            ("1,5", b';', Number(1.5)),
            ("1,5", b',', Other),
            ("1,234", b',', Number(1234.0)),
            ("1,234", b';', Number(1.234)),
            ("1,234,567.8", b',', Number(1_234_567.8)),
            ("1.234.567,8", b';', Number(1_234_567.8)),
            ("1.23.567,8", b';', Other),
            ("1.234,8", b';', Number(1234.8)),
            ("1.234.567", b';', Number(1_234_567.0)),
            ("1 234,5", b';', Number(1234.5)),
            ("12'345", b',', Number(12345.0)),
            ("\u{2212}3", b',', Number(-3.0)),
            ("", b',', Missing),
            ("NaN", b',', Missing),
            ("n/a", b',', Missing),
            ("-", b',', Missing),
            ("inf", b',', Other),
            ("1e999", b',', Other),
            ("idle", b',', Other),
            ("0x10", b',', Other),
            ("1-2", b',', Other),
            ("12:30", b',', Other),
        ] {
            assert_eq!(field(text.as_bytes(), delimiter), expect, "{text}");
        }
        assert_eq!(field(&[0xff, b'1'], b','), Other);
    }
}
