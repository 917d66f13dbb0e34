//! A number with its unit, and the words for it: "83 %", "1.2 GiB", "640 ms".
//!
//! Number, thin space, unit; a true minus; a comma at thousands. Memory counts in powers of 1,024 unless
//! the person chose otherwise; disk and network count in powers of 1,000.

use std::fmt::Write;

use serde::{Deserialize, Serialize};

use super::settings::{ByteUnits, TemperatureUnit, Units};
use super::unit::Unit;

/// The space between a number and its unit, U+2009.
pub const THIN_SPACE: char = '\u{2009}';

/// A number in a unit.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Quantity {
    /// The number, in the unit's base.
    pub value: f64,
    /// The unit.
    pub unit: Unit,
}

impl Quantity {
    /// A number in a unit.
    pub const fn new(value: f64, unit: Unit) -> Self {
        Self { value, unit }
    }

    /// The text of the number and of the unit, apart, with about three figures.
    pub fn parts(self, units: &Units) -> (String, String) {
        let (scaled, unit) = scale(self.value, self.unit, units);
        let number = match self.unit {
            Unit::Ratio => percent_number(scaled),
            // A count that is not whole is a mean, such as a load average.
            Unit::Count(_) if scaled.fract() == 0.0 => decimals(scaled, 0),
            Unit::Bytes | Unit::BytesPerSecond if unit == "B" || unit == "B/s" => decimals(scaled, 0),
            _ => three_figures(scaled),
        };
        (number, unit)
    }

    /// The text with its unit, about three figures: "83 %".
    pub fn text(self, units: &Units) -> String {
        let (number, unit) = self.parts(units);
        joined(&number, &unit)
    }
}

/// A number and a unit with the thin space between; no space where there is no unit.
pub fn joined(number: &str, unit: &str) -> String {
    if unit.is_empty() { number.to_owned() } else { format!("{number}{THIN_SPACE}{unit}") }
}

/// A number with `n` decimals, a true minus and commas at thousands; "–" where it is not finite.
pub fn decimals(value: f64, n: usize) -> String {
    if !value.is_finite() {
        return "–".into();
    }
    let plain = format!("{:.n$}", value.abs());
    let (whole, fraction) = plain.split_once('.').unwrap_or((&plain, ""));
    let mut text = String::with_capacity(plain.len() + 4);
    if value < 0.0 && plain.bytes().any(|b| (b'1'..=b'9').contains(&b)) {
        text.push('\u{2212}');
    }
    for (i, digit) in whole.chars().enumerate() {
        if i > 0 && (whole.len() - i).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    if !fraction.is_empty() {
        let _ = write!(text, ".{fraction}");
    }
    text
}

/// Three figures: 640, 64.2, 6.42; more before the point where the number is greater.
fn three_figures(value: f64) -> String {
    let size = value.abs();
    decimals(
        value,
        if size >= 99.95 || size == 0.0 {
            0
        } else if size >= 9.995 {
            1
        } else {
            2
        },
    )
}

/// A percentage: whole from 20 on, one decimal below; "< 0.1" rather than a false zero.
fn percent_number(percent: f64) -> String {
    let size = percent.abs();
    if size > 0.0 && size < 0.05 {
        return format!("<{THIN_SPACE}0.1");
    }
    decimals(percent, if size >= 19.95 || size == 0.0 { 0 } else { 1 })
}

/// The number and unit a person reads.
pub fn scale(value: f64, unit: Unit, units: &Units) -> (f64, String) {
    let step = |base: f64, names: &[&str]| {
        let mut scaled = value;
        let mut i = 0;
        while scaled.abs() >= base * 0.9995 && i + 1 < names.len() {
            scaled /= base;
            i += 1;
        }
        (scaled, names[i].to_owned())
    };
    match unit {
        Unit::Ratio => (value * 100.0, "%".into()),
        Unit::Bytes => match units.memory {
            ByteUnits::Binary => step(1024.0, &["B", "KiB", "MiB", "GiB", "TiB", "PiB"]),
            ByteUnits::Decimal => step(1000.0, &["B", "kB", "MB", "GB", "TB", "PB"]),
        },
        Unit::BytesPerSecond => step(1000.0, &["B/s", "kB/s", "MB/s", "GB/s", "TB/s"]),
        Unit::Hertz => step(1000.0, &["Hz", "kHz", "MHz", "GHz"]),
        Unit::Seconds => {
            let size = value.abs();
            if size >= 0.9995 || size == 0.0 {
                (value, "s".into())
            } else if size >= 0.000_999_5 {
                (value * 1e3, "ms".into())
            } else {
                (value * 1e6, "µs".into())
            }
        }
        Unit::Celsius => match units.temperature {
            TemperatureUnit::Celsius => (value, "°C".into()),
            TemperatureUnit::Fahrenheit => (value * 1.8 + 32.0, "°F".into()),
        },
        Unit::Watts => (value, "W".into()),
        Unit::RevolutionsPerMinute => (value, "rpm".into()),
        Unit::Count(_) => (value, String::new()),
        Unit::PerSecond(_) => step(1000.0, &["/s", "k/s", "M/s", "G/s"]),
        Unit::Cores => (value, if value == 1.0 { "core".into() } else { "cores".into() }),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quantities_read_as_a_person_writes_them() {
        let units = Units::default();
        for (value, unit, expect) in [
            (0.83, Unit::Ratio, "83 %"),
            (0.178, Unit::Ratio, "17.8 %"),
            (0.0002, Unit::Ratio, "< 0.1 %"),
            (0.0, Unit::Ratio, "0 %"),
            (25_125_558_681.6, Unit::Bytes, "23.4 GiB"),
            (1023.0, Unit::Bytes, "1,023 B"),
            (1_048_575.0, Unit::Bytes, "1.00 MiB"),
            (20_500_000.0, Unit::BytesPerSecond, "20.5 MB/s"),
            (0.0, Unit::BytesPerSecond, "0 B/s"),
            (0.64, Unit::Seconds, "640 ms"),
            (0.000_6, Unit::Seconds, "600 µs"),
            (12_345.0, Unit::Count("process"), "12,345"),
            (0.31, Unit::Count("thread"), "0.31"),
            (1_240.0, Unit::PerSecond("operation"), "1.24 k/s"),
            (-40.0, Unit::Celsius, "−40.0 °C"),
            (f64::NAN, Unit::Watts, "– W"),
        ] {
            let text = Quantity::new(value, unit).text(&units).replace(THIN_SPACE, " ");
            assert_eq!(text, expect);
        }
    }
}
