//! Times: "250 ms", "90 s", "1 h 30 min".

use std::time::Duration;

use super::written::{is_gap, number_and_word, scaled};

const EXAMPLE: &str = "write a time such as 5 min, 30 s or 250 ms";

/// Units from the greatest: milliseconds, the name that is written, other names that are read.
const UNITS: [(u64, &str, &[&str]); 5] = [
    (86_400_000, "d", &["day", "days"]),
    (3_600_000, "h", &["hr", "hrs", "hour", "hours"]),
    (60_000, "min", &["m", "mins", "minute", "minutes"]),
    (1000, "s", &["sec", "secs", "second", "seconds"]),
    (1, "ms", &["msec", "msecs", "millis", "millisecond", "milliseconds"]),
];

/// Reads a time such as "5 min", "1 h 30 min", "90s", "1.5 h"; whole milliseconds. "0" needs no unit.
pub fn read_duration(text: &str) -> Result<Duration, String> {
    let mut rest = text.trim_matches(is_gap);
    if rest == "0" {
        return Ok(Duration::ZERO);
    }
    let mut millis = 0u64;
    let mut smallest = u64::MAX;
    loop {
        let (number, word, behind) = number_and_word(rest).ok_or(EXAMPLE)?;
        if word.is_empty() && behind.is_empty() && millis == 0 {
            return Err(format!("{number} needs a unit: {number} s, {number} ms or {number} min"));
        }
        let word = word.to_lowercase();
        if matches!(&*word, "us" | "µs" | "μs" | "ns") {
            return Err("times count whole milliseconds".to_owned());
        }
        let is_unit = |(_, name, others): &&(u64, &str, &[&str])| *name == word || others.contains(&&*word);
        let (unit, ..) = UNITS.iter().find(is_unit).ok_or(EXAMPLE)?;
        // Each unit once, the greater first: anything else is a slip of the hand.
        if *unit >= smallest {
            return Err(EXAMPLE.to_owned());
        }
        smallest = *unit;
        let part = scaled(number, *unit).ok_or("times count whole milliseconds, and end after some million years")?;
        millis = millis.checked_add(part).ok_or("this time is longer than can be kept")?;
        rest = behind.trim_matches(is_gap);
        if rest.is_empty() {
            return Ok(Duration::from_millis(millis));
        }
    }
}

/// A time's text: "5 min". Seconds up to two minutes and hours up to two days, as people say them: "90 s", "36 h".
pub fn write_duration(duration: Duration) -> String {
    let mut millis = u64::try_from(duration.as_millis()).unwrap_or(u64::MAX);
    match millis {
        0 => return "0 s".to_owned(),
        1..1000 => return format!("{millis} ms"),
        1000..120_000 => return seconds(millis),
        _ => {}
    }
    let n_skipped = if millis < 2 * UNITS[0].0 { 1 } else { 0 };
    let mut parts = Vec::new();
    for (unit, name, _) in &UNITS[n_skipped..3] {
        if millis >= *unit {
            parts.push(format!("{} {name}", millis / unit));
            millis %= unit;
        }
    }
    if millis > 0 {
        parts.push(seconds(millis));
    }
    parts.join(" ")
}

/// Seconds with as many decimals as there are.
fn seconds(millis: u64) -> String {
    let fraction = format!("{:03}", millis % 1000);
    match fraction.trim_end_matches('0') {
        "" => format!("{} s", millis / 1000),
        fraction => format!("{}.{fraction} s", millis / 1000),
    }
}
