//! Times as other tools write them, to milliseconds since 1970.

use chrono::NaiveDate;

use super::numbers::{Field, field};
use crate::model::TimeForm;

/// The first moment after what can be imported: the year 10000.
const END: i64 = 253_402_300_800_000;

/// The moment a field says in one form; `None` where it is none from 1970 to 9999.
pub fn time_millis(bytes: &[u8], form: TimeForm, delimiter: u8) -> Option<i64> {
    let at = match form {
        TimeForm::Iso => iso_millis(std::str::from_utf8(bytes).ok()?.trim()),
        TimeForm::UnixSeconds => number(bytes, delimiter).map(|seconds| seconds * 1000.0).and_then(whole),
        TimeForm::UnixMillis => number(bytes, delimiter).and_then(whole),
    };
    at.filter(|at| (0..END).contains(at))
}

fn number(bytes: &[u8], delimiter: u8) -> Option<f64> {
    match field(bytes, delimiter) {
        Field::Number(value) => Some(value),
        Field::Missing | Field::Other => None,
    }
}

fn whole(millis: f64) -> Option<i64> {
    (millis.abs() < 1e15).then_some(millis.round() as i64)
}

/// RFC 3339, and what stands near it: a space for the T, slashes in the date, no seconds, a decimal comma, no offset
/// (which is UTC then), a date alone.
fn iso_millis(text: &str) -> Option<i64> {
    let mut rest = Rest(text.as_bytes());
    let year = rest.digits(4, 4)?;
    let sign = rest.one(b"-/")?;
    let month = rest.digits(1, 2)?;
    rest.one(&[sign])?;
    let day = rest.digits(1, 2)?;
    let date = NaiveDate::from_ymd_opt(year as i32, month, day)?;
    let mut millis = date.and_hms_opt(0, 0, 0)?.and_utc().timestamp_millis();
    if rest.0.is_empty() {
        return Some(millis);
    }
    rest.one(b"Tt ")?;
    let hour = rest.digits(1, 2)?;
    rest.one(b":")?;
    let minute = rest.digits(2, 2)?;
    let second = if rest.one(b":").is_some() { rest.digits(2, 2)? } else { 0 };
    if hour > 23 || minute > 59 || second > 60 {
        return None;
    }
    millis += i64::from(hour * 3_600_000 + minute * 60_000 + second * 1000);
    if rest.one(b".,").is_some() {
        millis += rest.fraction_millis()?;
    }
    Some(millis - rest.offset_millis()?)
}

/// What is left to read.
struct Rest<'a>(&'a [u8]);

impl Rest<'_> {
    fn one(&mut self, of: &[u8]) -> Option<u8> {
        let (first, rest) = self.0.split_first()?;
        of.contains(first).then(|| {
            self.0 = rest;
            *first
        })
    }

    fn digits(&mut self, least: usize, most: usize) -> Option<u32> {
        let n = self.0.iter().take(most).take_while(|b| b.is_ascii_digit()).count();
        let (digits, rest) = self.0.split_at_checked(n).filter(|_| n >= least)?;
        self.0 = rest;
        Some(digits.iter().fold(0, |value, digit| value * 10 + u32::from(digit - b'0')))
    }

    /// The digits behind the point, to the nearest millisecond.
    fn fraction_millis(&mut self) -> Option<i64> {
        let n = self.0.iter().take_while(|b| b.is_ascii_digit()).count();
        let (digits, rest) = self.0.split_at_checked(n).filter(|_| n > 0)?;
        self.0 = rest;
        let mut micros = 0_i64;
        for i in 0..6 {
            micros = micros * 10 + digits.get(i).map_or(0, |digit| i64::from(digit - b'0'));
        }
        Some((micros + 500) / 1000)
    }

    /// `Z`, `UTC`, `+01:00`, `+0100`, `+01` or nothing, to the end of the text.
    fn offset_millis(mut self) -> Option<i64> {
        while self.one(b" ").is_some() {}
        if self.0.is_empty() || [&b"Z"[..], b"z", b"UTC", b"GMT"].contains(&self.0) {
            return Some(0);
        }
        let sign = if self.one(b"+-")? == b'-' { -1 } else { 1 };
        let hours = self.digits(2, 2)?;
        self.one(b":");
        let minutes = if self.0.is_empty() { 0 } else { self.digits(2, 2)? };
        (self.0.is_empty() && hours < 24 && minutes < 60).then_some(sign * i64::from(hours * 60 + minutes) * 60_000)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// 2026-11-24 03:00:00 UTC.
    const AT: i64 = 1_795_489_200_000;

    #[test]
    fn times_as_tools_write_them() {
        use TimeForm::{Iso, UnixMillis, UnixSeconds};
        for (text, form, delimiter, expect) in [
            ("2026-11-24T03:00:00Z", Iso, b',', Some(AT)),
            ("2026-11-24T03:00:00.250+01:00", Iso, b',', Some(AT - 3_600_000 + 250)),
            ("2026-11-24 03:00:00", Iso, b',', Some(AT)),
            ("2026-11-24 03:00:00,5", Iso, b';', Some(AT + 500)),
            ("2026-11-24 03:00:00.1234567", Iso, b',', Some(AT + 123)),
            ("2026-11-24 03:00:00 UTC", Iso, b',', Some(AT)),
            ("2026-11-24 03:00:00 -0230", Iso, b',', Some(AT + 9_000_000)),
            ("2026/11/24 3:00", Iso, b',', Some(AT)),
            ("2026-11-24", Iso, b',', Some(AT - 3 * 3_600_000)),
            ("2026-11-24 25:00:00", Iso, b',', None),
            ("2026-13-24 03:00:00", Iso, b',', None),
            ("2026-11/24 03:00:00", Iso, b',', None),
            ("2026-11-24T03:00:00Zulu", Iso, b',', None),
            ("24.11.2026 03:00", Iso, b';', None),
            ("1969-12-31 23:59:59", Iso, b',', None),
            ("", Iso, b',', None),
            ("1795489200", UnixSeconds, b',', Some(AT)),
            ("1795489200.123", UnixSeconds, b',', Some(AT + 123)),
            ("1795489200,123", UnixSeconds, b';', Some(AT + 123)),
            ("1.795489200e9", UnixSeconds, b',', Some(AT)),
            ("-5", UnixSeconds, b',', None),
            ("nan", UnixSeconds, b',', None),
            ("1e300", UnixSeconds, b',', None),
            ("1795489200123", UnixMillis, b',', Some(AT + 123)),
            ("now", UnixMillis, b',', None),
        ] {
            assert_eq!(time_millis(text.as_bytes(), form, delimiter), expect, "{text}");
        }
    }
}
