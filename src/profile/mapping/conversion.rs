//! The conversion that makes sense of the value that is there.

use std::time::Duration;

use crate::model::profile::{Conversion, ParamDef, ParamKind, ParamValue};
use crate::profile::convert::{size_bytes, time_millis};

/// The conversion that reads this text as a value of the parameter: the one the key's name asks for, that its kind of
/// service usually has, or that brings the value nearest to the parameter's default within its bounds. Nothing where the
/// text is no such value.
pub fn conversion_of(
    text: &str,
    def: &ParamDef,
    asked: Option<Conversion>,
    usual: Option<Conversion>,
) -> Option<Conversion> {
    let text = text.trim();
    match &def.kind {
        ParamKind::Switch => switch(text),
        ParamKind::Count { .. } => text.parse::<i64>().is_ok().then_some(Conversion::Plain),
        ParamKind::Number { min, max, .. } => {
            let number: f64 = text.parse().ok().filter(|x: &f64| x.is_finite())?;
            let is_share = !(*min..=*max).contains(&number) && (*min..=*max).contains(&(number / 100.0));
            Some(if is_share { Conversion::Percent } else { Conversion::Plain })
        }
        ParamKind::Duration { min, max } | ParamKind::TimeToLive { min, max } => {
            time(text, (*min, *max), default_time(def), asked, usual)
        }
        ParamKind::Size { min, max } => size(text, (*min, *max), default_size(def), asked),
        ParamKind::Choice { options } => {
            options.iter().any(|option| option.value.eq_ignore_ascii_case(text)).then_some(Conversion::Plain)
        }
        ParamKind::Text { .. } | ParamKind::List { .. } | ParamKind::Secret => Some(Conversion::Plain),
    }
}

fn switch(text: &str) -> Option<Conversion> {
    match text.to_lowercase().as_str() {
        "true" | "false" => Some(Conversion::Plain),
        "1" | "0" => Some(Conversion::OneZero),
        "on" | "off" => Some(Conversion::OnOff),
        "yes" | "no" => Some(Conversion::YesNo),
        _ => None,
    }
}

/// Units of times: what one counts, milliseconds. Seconds come first: of equally near ones they hold.
const TIME_UNITS: [(Conversion, f64); 3] =
    [(Conversion::Seconds, 1000.0), (Conversion::Millis, 1.0), (Conversion::Minutes, 60_000.0)];

/// Units of sizes: what one counts, bytes.
const SIZE_UNITS: [(Conversion, f64); 3] =
    [(Conversion::Plain, 1.0), (Conversion::Kibibytes, 1024.0), (Conversion::Mebibytes, 1024.0 * 1024.0)];

fn time(
    text: &str,
    bounds: (Duration, Duration),
    default: Option<f64>,
    asked: Option<Conversion>,
    usual: Option<Conversion>,
) -> Option<Conversion> {
    if time_millis(text).is_some() {
        return Some(Conversion::DurationText);
    }
    let number = number(text)?;
    let bounds = (bounds.0.as_millis() as f64, bounds.1.as_millis() as f64);
    let is_time = |c: &Conversion| TIME_UNITS.iter().any(|(unit, _)| unit == c);
    if let Some(asked) = asked.filter(is_time) {
        return Some(asked);
    }
    nearest(number, &TIME_UNITS, bounds, default, usual).or(usual)
}

fn size(text: &str, bounds: (u64, u64), default: Option<f64>, asked: Option<Conversion>) -> Option<Conversion> {
    if size_bytes(text).is_some() {
        return Some(Conversion::SizeText);
    }
    let number = number(text)?;
    let is_size = |c: &Conversion| SIZE_UNITS.iter().any(|(unit, _)| unit == c);
    if let Some(asked) = asked.filter(is_size) {
        return Some(asked);
    }
    nearest(number, &SIZE_UNITS, (bounds.0 as f64, bounds.1 as f64), default, None)
}

/// The unit in which the number is within bounds: the usual one if it is such, else the nearest to the default.
fn nearest(
    number: f64,
    units: &[(Conversion, f64)],
    (min, max): (f64, f64),
    default: Option<f64>,
    usual: Option<Conversion>,
) -> Option<Conversion> {
    let fits: Vec<&(Conversion, f64)> = units.iter().filter(|(_, of)| (min..=max).contains(&(number * of))).collect();
    if let Some(usual) = usual.filter(|usual| fits.iter().any(|(unit, _)| unit == usual)) {
        return Some(usual);
    }
    // Hardly a service counts in minutes where its key does not say so.
    let fits: Vec<_> = match fits.iter().filter(|(unit, _)| *unit != Conversion::Minutes).copied().collect::<Vec<_>>() {
        others if others.is_empty() => fits,
        others => others,
    };
    // Zero is zero in each unit; distances are those of orders of magnitude.
    let distance = |of: f64| default.filter(|d| *d > 0.0 && number > 0.0).map_or(0.0, |d| (number * of / d).ln().abs());
    fits.into_iter().min_by(|(_, a), (_, b)| distance(*a).total_cmp(&distance(*b))).map(|(unit, _)| *unit)
}

/// A number that is not negative.
fn number(text: &str) -> Option<f64> {
    text.parse().ok().filter(|x: &f64| x.is_finite() && *x >= 0.0)
}

fn default_time(def: &ParamDef) -> Option<f64> {
    match &def.default {
        Some(ParamValue::Duration(time)) => Some(time.as_millis() as f64),
        Some(ParamValue::ByClass(table)) => table.rows.last().map(|row| row.lives.as_millis() as f64),
        _ => None,
    }
}

fn default_size(def: &ParamDef) -> Option<f64> {
    match def.default {
        Some(ParamValue::Size(bytes)) => Some(bytes as f64),
        _ => None,
    }
}
