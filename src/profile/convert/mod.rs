//! Values in the units a file counts in, and whether a file already says the same.
//!
//! Nothing is ever rounded: a time that is no whole number of the unit is refused, with the unit that would fit.

mod compare;

use std::time::Duration;

use crate::model::profile::{ClassTable, Conversion, FileFormat, ParamKind, ParamValue};
use crate::profile::document::is_secret_name;
use crate::profile::formats::Written;
use crate::profile::value_text;

pub use compare::{equal, shown, size_bytes, time_millis};

/// A value as it is written into a file of this format. `secret` is the text of a secret value; a secret that was not
/// made yet is `None`.
///
/// A time to live by class of keys is a table of times by class; where old values may still be served, or times are
/// spread, each class is a table of `lives` and `stale`, and `jitter` stands beside them. A list is a list, but words with
/// commas between in `.env` and INI, which have none.
///
/// # Errors
/// Where the value does not fit the conversion or the format: a sentence without a final period that says what would.
/// It never repeats a secret.
pub fn write(
    value: &ParamValue,
    kind: &ParamKind,
    conversion: Conversion,
    format: FileFormat,
    secret: Option<&str>,
) -> Result<Written, String> {
    if !fits_kind(conversion, kind) {
        return Err(format!("{} cannot be written as {}: {}", kind_name(kind), conversion.slug(), fitting(kind)));
    }
    match value {
        ParamValue::Switch(on) => Ok(switch(*on, conversion)),
        ParamValue::Count(n) => Ok(Written::Int(*n)),
        ParamValue::Number(number) => share(*number, conversion),
        ParamValue::Duration(time) => duration(*time, conversion),
        ParamValue::Size(bytes) => size(*bytes, conversion),
        ParamValue::Text(text) => Ok(Written::Text(text.to_string())),
        ParamValue::List(words) => list(words, format),
        ParamValue::ByClass(table) => by_class(table, conversion),
        ParamValue::Secret(name) => match secret {
            Some(text) => Ok(Written::Text(text.to_owned())),
            // Not repeated where it could be a secret itself.
            None => Err(is_secret_name(name)
                .map_or_else(|why| why, |()| format!("the secret {name} is not made yet: make it first"))),
        },
    }
}

/// The conversions that a kind of parameter can be bound with, the usual one first.
pub const fn conversions_of(kind: &ParamKind) -> &'static [Conversion] {
    use Conversion::{
        DurationText, Kibibytes, Mebibytes, Millis, Minutes, OnOff, OneZero, Percent, Plain, Seconds, SizeText, YesNo,
    };
    match kind {
        ParamKind::Switch => &[Plain, OneZero, OnOff, YesNo],
        ParamKind::Number { .. } => &[Plain, Percent],
        ParamKind::Duration { .. } | ParamKind::TimeToLive { .. } => &[Plain, Millis, Seconds, Minutes, DurationText],
        ParamKind::Size { .. } => &[Plain, Kibibytes, Mebibytes, SizeText],
        ParamKind::Count { .. }
        | ParamKind::Text { .. }
        | ParamKind::Choice { .. }
        | ParamKind::List { .. }
        | ParamKind::Secret => &[Plain],
    }
}

/// Whether a parameter of this kind can be bound with this conversion.
pub fn fits_kind(conversion: Conversion, kind: &ParamKind) -> bool {
    conversions_of(kind).contains(&conversion)
}

/// A sentence's part that names the conversions that fit: "plain, millis or seconds would fit".
pub fn fitting(kind: &ParamKind) -> String {
    let slugs: Vec<&str> = conversions_of(kind).iter().map(|conversion| conversion.slug()).collect();
    match slugs.as_slice() {
        [first @ .., last] if !first.is_empty() => format!("{} or {last} would fit", first.join(", ")),
        _ => format!("{} would fit", slugs.join("")),
    }
}

/// A kind in words: "a time".
pub const fn kind_name(kind: &ParamKind) -> &'static str {
    match kind {
        ParamKind::Switch => "a switch",
        ParamKind::Count { .. } => "a whole number",
        ParamKind::Number { .. } => "a number",
        ParamKind::Duration { .. } => "a time",
        ParamKind::Size { .. } => "a size",
        ParamKind::Text { .. } => "a text",
        ParamKind::Choice { .. } => "a choice",
        ParamKind::List { .. } => "a list",
        ParamKind::TimeToLive { .. } => "a time to live",
        ParamKind::Secret => "a secret",
    }
}

fn switch(on: bool, conversion: Conversion) -> Written {
    let word = |yes: &str, no: &str| Written::Text(if on { yes } else { no }.to_owned());
    match conversion {
        Conversion::OneZero => Written::Int(i64::from(on)),
        Conversion::OnOff => word("on", "off"),
        Conversion::YesNo => word("yes", "no"),
        _ => Written::Bool(on),
    }
}

fn share(number: f64, conversion: Conversion) -> Result<Written, String> {
    if !number.is_finite() {
        return Err("the number is not finite".to_owned());
    }
    if conversion != Conversion::Percent {
        return Ok(Written::Float(number));
    }
    // 0.07 × 100 is 7.000000000000001 in binary: twelve digits are more than a person wrote.
    let percent = (number * 100.0 * 1e9).round() / 1e9;
    Ok(whole(percent).map_or(Written::Float(percent), Written::Int))
}

/// The whole number that this is, where it is one.
fn whole(number: f64) -> Option<i64> {
    (number.fract() == 0.0 && number.abs() < 9e15).then_some(number as i64)
}

fn duration(time: Duration, conversion: Conversion) -> Result<Written, String> {
    let millis = i64::try_from(time.as_millis()).map_err(|_| "the time is too long to be written".to_owned())?;
    if !time.subsec_nanos().is_multiple_of(1_000_000) {
        return Err("the time is finer than a millisecond".to_owned());
    }
    let words = || value_text::write(&ParamValue::Duration(time));
    match conversion {
        Conversion::Millis => Ok(Written::Int(millis)),
        Conversion::Seconds if millis % 1000 == 0 => Ok(Written::Int(millis / 1000)),
        Conversion::Seconds => Ok(Written::Float(millis as f64 / 1000.0)),
        Conversion::Minutes if millis % 60_000 == 0 => Ok(Written::Int(millis / 60_000)),
        Conversion::Minutes => {
            Err(format!("{} is no whole number of minutes: seconds, millis or duration_text would fit", words()))
        }
        Conversion::DurationText => Ok(Written::Text(duration_text(millis))),
        _ if millis % 1000 == 0 => Ok(Written::Int(millis / 1000)),
        _ => Err(format!("{} is no whole number of seconds: millis, seconds or duration_text would fit", words())),
    }
}

/// A time as text that Go, Java, Node and PostgreSQL all read: `250ms`, `90s`, `3h`. Minutes are left out, which some call
/// `m` and others `min`.
fn duration_text(millis: i64) -> String {
    match millis {
        0 => "0s".to_owned(),
        _ if millis % 1000 != 0 => format!("{millis}ms"),
        _ if millis % 3_600_000 != 0 => format!("{}s", millis / 1000),
        _ => format!("{}h", millis / 3_600_000),
    }
}

fn size(bytes: u64, conversion: Conversion) -> Result<Written, String> {
    const KIB: u64 = 1024;
    const MIB: u64 = 1024 * KIB;
    const GIB: u64 = 1024 * MIB;
    let int = |n: u64| i64::try_from(n).map(Written::Int).map_err(|_| "the size is too great to be written".to_owned());
    let words = || value_text::write(&ParamValue::Size(bytes));
    match conversion {
        Conversion::Kibibytes if bytes.is_multiple_of(KIB) => int(bytes / KIB),
        Conversion::Kibibytes => Err(format!("{} is no whole number of KiB: plain would fit", words())),
        Conversion::Mebibytes if bytes.is_multiple_of(MIB) => int(bytes / MIB),
        Conversion::Mebibytes if bytes.is_multiple_of(KIB) => {
            Err(format!("{} is no whole number of MiB: kibibytes, size_text or plain would fit", words()))
        }
        Conversion::Mebibytes => Err(format!("{} is no whole number of MiB: plain would fit", words())),
        Conversion::SizeText if bytes == 0 => Ok(Written::Text("0MB".to_owned())),
        Conversion::SizeText if bytes.is_multiple_of(GIB) => Ok(Written::Text(format!("{}GB", bytes / GIB))),
        Conversion::SizeText if bytes.is_multiple_of(MIB) => Ok(Written::Text(format!("{}MB", bytes / MIB))),
        Conversion::SizeText if bytes.is_multiple_of(KIB) => Ok(Written::Text(format!("{}kB", bytes / KIB))),
        Conversion::SizeText => Ok(Written::Text(format!("{bytes}B"))),
        _ => int(bytes),
    }
}

fn list(words: &[std::sync::Arc<str>], format: FileFormat) -> Result<Written, String> {
    if !matches!(format, FileFormat::Env | FileFormat::Ini) {
        return Ok(Written::List(words.iter().map(ToString::to_string).collect()));
    }
    match words.iter().find(|word| word.contains(',') || word.trim().len() != word.len() || word.is_empty()) {
        Some(word) => Err(format!(
            "\"{word}\" cannot stand in a list with commas between, which is all that {} has: \
             take out its commas and outer blanks",
            format.name()
        )),
        None => Ok(Written::Text(words.join(","))),
    }
}

/// Name of the share by which times are spread, beside the classes.
const JITTER: &str = "jitter";

fn by_class(table: &ClassTable, conversion: Conversion) -> Result<Written, String> {
    let has_stale = table.rows.iter().any(|row| !row.stale.is_zero());
    let has_jitter = table.jitter_ratio != 0.0;
    let mut entries = Vec::with_capacity(table.rows.len() + 1);
    for row in &table.rows {
        if has_jitter && &*row.class == JITTER {
            return Err(
                "a class of keys cannot be called jitter, which is the name of the share beside them".to_owned()
            );
        }
        let lives = duration(row.lives, conversion)?;
        let written = if has_stale || has_jitter {
            let stale = duration(row.stale, conversion)?;
            Written::Table(vec![("lives".to_owned(), lives), ("stale".to_owned(), stale)])
        } else {
            lives
        };
        entries.push((row.class.to_string(), written));
    }
    if has_jitter {
        entries.push((JITTER.to_owned(), Written::Float(table.jitter_ratio)));
    }
    Ok(Written::Table(entries))
}

#[cfg(test)]
mod tests;
