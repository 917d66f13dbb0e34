//! The parts of written amounts: numbers, the words behind them, and the spaces people put between.

use super::quantity::THIN_SPACE;

/// Whether it is a space a person may have put between a number and its unit.
pub fn is_gap(c: char) -> bool {
    matches!(c, ' ' | '\t' | THIN_SPACE | '\u{a0}' | '\u{202f}')
}

/// Splits "1.5 h 30 min" into its first number, the word behind it and the rest; nothing where no digit is first.
pub fn number_and_word(text: &str) -> Option<(&str, &str, &str)> {
    let text = text.trim_start_matches(is_gap);
    let end = text.find(|c: char| !c.is_ascii_digit() && c != '.').unwrap_or(text.len());
    let (number, rest) = text.split_at(end);
    let rest = rest.trim_start_matches(is_gap);
    let (word, rest) = rest.split_at(rest.find(|c: char| !c.is_alphabetic()).unwrap_or(rest.len()));
    number.starts_with(|c: char| c.is_ascii_digit()).then_some((number, word, rest))
}

/// A decimal number times a whole one, where the product is whole and fits.
pub fn scaled(number: &str, by: u64) -> Option<u64> {
    let (whole, fraction) = number.split_once('.').unwrap_or((number, ""));
    let fraction = fraction.trim_end_matches('0');
    let tens = 10u128.checked_pow(u32::try_from(fraction.len()).ok()?)?;
    let digits: u128 = format!("{whole}{fraction}").parse().ok()?;
    let product = digits.checked_mul(u128::from(by))?;
    product.is_multiple_of(tens).then(|| product / tens).and_then(|scaled| u64::try_from(scaled).ok())
}

/// A written time, size or amount with the space a number and its unit have for reading: "1 h 30 min" keeps its middle
/// one.
pub fn thin(written: &str) -> String {
    let mut out = String::with_capacity(written.len() + 4);
    for (i, part) in written.split(' ').enumerate() {
        if i > 0 {
            out.push(if i % 2 == 1 { THIN_SPACE } else { ' ' });
        }
        out.push_str(part);
    }
    out
}
