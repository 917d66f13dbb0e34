//! Amounts as people write them in rules: "80 %", "200 ms", "1.5 GiB", "20 MB/s", "24 h". What is written reads back.

use crate::model::alert::{Amount, Dimension};
use crate::model::duration_text::{read_duration, write_duration};
use crate::model::written::is_gap;

/// Units: what is written, how much of the base unit it is, and of which dimension.
const UNITS: [(&str, f64, Dimension); 37] = [
    ("", 1.0, Dimension::Plain),
    ("%", 0.01, Dimension::Ratio),
    ("d", 86_400.0, Dimension::Seconds),
    ("h", 3600.0, Dimension::Seconds),
    ("min", 60.0, Dimension::Seconds),
    ("s", 1.0, Dimension::Seconds),
    ("ms", 1e-3, Dimension::Seconds),
    ("µs", 1e-6, Dimension::Seconds),
    ("us", 1e-6, Dimension::Seconds),
    ("TiB", 1_099_511_627_776.0, Dimension::Bytes),
    ("GiB", 1_073_741_824.0, Dimension::Bytes),
    ("MiB", 1_048_576.0, Dimension::Bytes),
    ("KiB", 1024.0, Dimension::Bytes),
    ("TB", 1e12, Dimension::Bytes),
    ("GB", 1e9, Dimension::Bytes),
    ("MB", 1e6, Dimension::Bytes),
    ("kB", 1e3, Dimension::Bytes),
    ("B", 1.0, Dimension::Bytes),
    ("GiB/s", 1_073_741_824.0, Dimension::BytesPerSecond),
    ("MiB/s", 1_048_576.0, Dimension::BytesPerSecond),
    ("KiB/s", 1024.0, Dimension::BytesPerSecond),
    ("GB/s", 1e9, Dimension::BytesPerSecond),
    ("MB/s", 1e6, Dimension::BytesPerSecond),
    ("kB/s", 1e3, Dimension::BytesPerSecond),
    ("B/s", 1.0, Dimension::BytesPerSecond),
    ("/s", 1.0, Dimension::PerSecond),
    ("/min", 1.0 / 60.0, Dimension::PerSecond),
    ("GHz", 1e9, Dimension::Hertz),
    ("MHz", 1e6, Dimension::Hertz),
    ("kHz", 1e3, Dimension::Hertz),
    ("Hz", 1.0, Dimension::Hertz),
    ("°C", 1.0, Dimension::Celsius),
    ("C", 1.0, Dimension::Celsius),
    ("kW", 1e3, Dimension::Watts),
    ("W", 1.0, Dimension::Watts),
    ("mW", 1e-3, Dimension::Watts),
    ("k", 1e3, Dimension::Plain),
];

/// Reads an amount. Where its dimension is known, another one is refused; a bare number is one of it, except that a
/// share is always written in percent.
///
/// # Errors
/// A sentence that says what to write, without a final period.
pub fn read(text: &str, wanted: Option<Dimension>) -> Result<Amount, String> {
    let text = text.trim_matches(is_gap);
    let example = wanted.map_or("80 %, 200 ms or 1.5 GiB", Dimension::example);
    let end =
        text.find(|c: char| !(c.is_ascii_digit() || matches!(c, '.' | '-' | '+' | '\u{2212}'))).unwrap_or(text.len());
    let number = text[..end].replace('\u{2212}', "-");
    let unit = text[end..].trim_matches(is_gap);
    let Some(number) = number.parse::<f64>().ok().filter(|number| number.is_finite()) else {
        return Err(format!("write an amount such as {example}"));
    };
    // "1 h 30 min" has its units among its numbers.
    if unit.contains(|c: char| c.is_ascii_digit())
        && let Ok(duration) = read_duration(text)
    {
        return fits(Amount { value: duration.as_secs_f64(), dimension: Dimension::Seconds }, wanted, text);
    }
    if unit.is_empty() {
        return match wanted {
            None | Some(Dimension::Plain) => Ok(Amount { value: number, dimension: Dimension::Plain }),
            Some(Dimension::Ratio) => Err(format!("shares are written in percent: {number} %")),
            Some(other) => Err(format!("{number} needs a unit, such as in {}", other.example())),
        };
    }
    let found = UNITS.iter().find(|(name, ..)| *name == unit);
    let found = found.or_else(|| UNITS.iter().find(|(name, ..)| name.eq_ignore_ascii_case(unit)));
    let Some((_, scale, dimension)) = found else {
        return match read_duration(text) {
            Ok(duration) => fits(Amount { value: duration.as_secs_f64(), dimension: Dimension::Seconds }, wanted, text),
            Err(_) => Err(format!("{unit} is no unit: write an amount such as {example}")),
        };
    };
    fits(Amount { value: scaled(number, *scale), dimension: *dimension }, wanted, text)
}

/// Hundredths divided and not multiplied, so that 80 % is 0.8 and reads as such.
fn scaled(number: f64, scale: f64) -> f64 {
    if scale < 1.0 { number / (1.0 / scale).round() } else { number * scale }
}

fn fits(amount: Amount, wanted: Option<Dimension>, text: &str) -> Result<Amount, String> {
    match wanted {
        Some(wanted) if wanted != amount.dimension => {
            Err(format!("{text} is no amount of this series: write one such as {}", wanted.example()))
        }
        _ => Ok(amount),
    }
}

/// An amount's text with plain spaces: the greatest unit in which it has few digits.
pub fn write(amount: &Amount) -> String {
    let value = amount.value;
    if amount.dimension == Dimension::Seconds && value >= 1.0 && value.fract() == 0.0 && value < 1e12 {
        return write_duration(std::time::Duration::from_secs(value as u64));
    }
    let of_dimension = UNITS.iter().filter(|(name, _, dimension)| {
        *dimension == amount.dimension && !matches!(*name, "us" | "C" | "/min" | "k" | "d" | "h" | "min")
    });
    let exact = |scale: f64| {
        let number = if scale < 1.0 { value * (1.0 / scale).round() } else { value / scale };
        let text = short(number);
        (text.parse::<f64>().ok().map(|read| scaled(read, scale)) == Some(value)).then_some(text)
    };
    // The greatest unit of which there is at least one and few digits; else the base unit, in full.
    let candidates = of_dimension.filter_map(|(name, scale, _)| exact(*scale).map(|text| (text, *name, *scale)));
    let best = candidates.min_by(|(a, _, scale_a), (b, _, scale_b)| {
        let whole = |scale: f64| value.abs() < scale;
        (whole(*scale_a), a.len()).cmp(&(whole(*scale_b), b.len())).then(scale_b.total_cmp(scale_a))
    });
    match best {
        Some((text, unit, _)) if unit.is_empty() || unit.starts_with('/') => format!("{text}{unit}"),
        Some((text, unit, _)) => format!("{text} {unit}"),
        None => format!("{value}{}", base_unit(amount.dimension)),
    }
}

/// The unit behind a number in the base of its dimension.
fn base_unit(dimension: Dimension) -> &'static str {
    match dimension {
        Dimension::Plain => "",
        Dimension::Ratio => " %",
        Dimension::Seconds => " s",
        Dimension::Bytes => " B",
        Dimension::BytesPerSecond => " B/s",
        Dimension::PerSecond => "/s",
        Dimension::Hertz => " Hz",
        Dimension::Celsius => " °C",
        Dimension::Watts => " W",
    }
}

/// A number without the dust of binary fractions: at most twelve figures.
fn short(number: f64) -> String {
    let rounded = format!("{number:.9}");
    let text = if rounded.contains('.') { rounded.trim_end_matches('0').trim_end_matches('.') } else { &rounded };
    if text.is_empty() || text == "-0" { "0".to_owned() } else { text.to_owned() }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn what_is_written_is_read_and_written_as_people_do() {
        for (text, dimension, value, written) in [
            ("80%", Dimension::Ratio, 0.8, "80 %"),
            ("0.5 %", Dimension::Ratio, 0.005, "0.5 %"),
            ("12", Dimension::Plain, 12.0, "12"),
            ("\u{2212}3.5", Dimension::Plain, -3.5, "-3.5"),
            ("200ms", Dimension::Seconds, 0.2, "200 ms"),
            ("24 h", Dimension::Seconds, 86_400.0, "24 h"),
            ("1 h 30 min", Dimension::Seconds, 5400.0, "1 h 30 min"),
            ("1.5 GiB", Dimension::Bytes, 1_610_612_736.0, "1.5 GiB"),
            ("20 MB/s", Dimension::BytesPerSecond, 2e7, "20 MB/s"),
            ("50/s", Dimension::PerSecond, 50.0, "50/s"),
            ("85 °C", Dimension::Celsius, 85.0, "85 °C"),
            ("65\u{2009}W", Dimension::Watts, 65.0, "65 W"),
            ("2.4 GHz", Dimension::Hertz, 2.4e9, "2.4 GHz"),
        ] {
            let amount = read(text, Some(dimension)).expect(text);
            assert_eq!((amount.value, amount.dimension), (value, dimension), "{text}");
            assert_eq!(write(&amount), written, "{text}");
            assert_eq!(read(text, None).map(|a| a.value), Ok(value), "{text}");
        }
    }

    #[test]
    fn what_does_not_fit_is_refused_with_what_to_write() {
        for (text, wanted, why) in [
            ("", None, "write an amount such as 80 %, 200 ms or 1.5 GiB"),
            ("80", Some(Dimension::Ratio), "shares are written in percent: 80 %"),
            ("80 %", Some(Dimension::Seconds), "80 % is no amount of this series: write one such as 200 ms"),
            ("5 parsecs", Some(Dimension::Bytes), "parsecs is no unit: write an amount such as 1.5 GiB"),
            ("5", Some(Dimension::Seconds), "5 needs a unit, such as in 200 ms"),
            ("..", None, "write an amount such as 80 %, 200 ms or 1.5 GiB"),
        ] {
            assert_eq!(read(text, wanted), Err(why.to_owned()), "{text}");
        }
    }

    proptest! {
        #[test]
        fn amounts_read_back(thousandths in -9_000_000i64..9_000_000, unit in 0..UNITS.len()) {
            let (name, _, dimension) = UNITS[unit];
            let text = format!("{} {name}", thousandths as f64 / 1000.0);
            if dimension == Dimension::Ratio || !name.is_empty() {
                let amount = read(&text, Some(dimension)).expect("an amount");
                let again = read(&write(&amount), Some(dimension)).expect("what was written");
                prop_assert!((again.value - amount.value).abs() <= amount.value.abs() * 1e-12, "{text}: {}", write(&amount));
            }
        }
    }
}
