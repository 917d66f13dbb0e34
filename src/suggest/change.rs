//! A change of a parameter with its bounds: the catalogue's range, the machine's, and a step of at most twice or half.
//!
//! Nothing here asks for more than its bound: where the value stands there already, the change says so instead.

use std::time::Duration;

use super::evidence::Evidence;
use super::finding::by_hand;
use crate::model::duration_text::write_duration;
use crate::model::profile::{ParamKey, ParamKind, ParamValue};
use crate::model::quantity::decimals;
use crate::model::suggest::Change;
use crate::model::{Unit, Units};

/// Greatest factor by which one card raises a value, and by whose inverse it lowers one: what follows is measured first.
const MAX_STEP: f64 = 2.0;

/// Where to stop, beside the catalogue's range.
#[derive(Debug, Clone)]
pub struct Bound {
    /// The farthest value, in the parameter's base unit: connections, bytes, seconds.
    pub at: f64,
    /// Why there; a sentence without a final period.
    pub why: String,
}

impl Bound {
    /// A bound.
    pub fn new(at: f64, why: impl Into<String>) -> Self {
        Self { at, why: why.into() }
    }
}

/// The change of a parameter that holds a count, bytes or a time towards `wanted`, in its base unit. By hand with these
/// words where no profile is in force or the parameter holds no number.
pub fn adjust(e: &Evidence<'_>, key: &str, wanted: f64, bound: &Bound, words: impl Into<String>) -> Change {
    let present = e.profile.and_then(|profile| Some((profile.value(key)?, e.def(key)?)));
    let Some((from, def)) = present else { return by_hand(words, "") };
    let (Some(now), Some((least, most))) = (number(from), range(&def.kind)) else { return by_hand(words, "") };
    if !wanted.is_finite() {
        return by_hand(words, "");
    }
    let is_raise = wanted > now;
    let step = if is_raise { wanted.min((now * MAX_STEP).max(now + 1.0)) } else { wanted.max(now / MAX_STEP) };
    let bounded = if is_raise { step.min(bound.at) } else { step.max(bound.at) }.clamp(least, most);
    let to = round(from, bounded, is_raise);
    let goes_on = number(&to).is_some_and(|to| if is_raise { to > now } else { to < now });
    if !goes_on || wanted == now {
        let at_range = if is_raise { now >= most } else { now <= least };
        let why = if at_range {
            format!("{key} is at the end of its range already")
        } else {
            format!("{key} is at its bound already: {}", bound.why)
        };
        return Change::NoMore { why: why.into() };
    }
    let unit_text = match &def.kind {
        ParamKind::Count { unit, .. } => unit.clone(),
        _ => "".into(),
    };
    Change::Parameter {
        key: ParamKey::new(key),
        from_text: shown(from, e.units).into(),
        to_text: shown(&to, e.units).into(),
        from: Some(from.clone()),
        to,
        unit_text,
    }
}

/// The change of a parameter that holds one of several words.
pub fn choose(e: &Evidence<'_>, key: &str, to: &str) -> Option<Change> {
    let from = e.profile?.value(key)?;
    let ParamKind::Choice { options } = &e.def(key)?.kind else { return None };
    let title = |value: &str| options.iter().find(|o| &*o.value == value).map(|o| o.title.clone());
    let ParamValue::Text(now) = from else { return None };
    Some(Change::Parameter {
        key: ParamKey::new(key),
        from: Some(from.clone()),
        to: ParamValue::Text(to.into()),
        from_text: title(now)?,
        to_text: title(to)?,
        unit_text: "".into(),
    })
}

/// A value as a number in its base unit; `None` where it is no number.
pub fn number(value: &ParamValue) -> Option<f64> {
    match value {
        ParamValue::Count(count) => Some(*count as f64),
        ParamValue::Number(number) => Some(*number),
        ParamValue::Duration(duration) => Some(duration.as_secs_f64()),
        ParamValue::Size(bytes) => Some(*bytes as f64),
        _ => None,
    }
}

fn range(kind: &ParamKind) -> Option<(f64, f64)> {
    match kind {
        ParamKind::Count { min, max, .. } => Some((*min as f64, *max as f64)),
        ParamKind::Number { min, max, .. } => Some((*min, *max)),
        ParamKind::Duration { min, max } | ParamKind::TimeToLive { min, max } => {
            Some((min.as_secs_f64(), max.as_secs_f64()))
        }
        ParamKind::Size { min, max } => Some((*min as f64, *max as f64)),
        _ => None,
    }
}

/// A value like `like` near `to`: whole counts, sizes in whole MiB, times in two figures. Never beyond `to`.
fn round(like: &ParamValue, to: f64, is_raise: bool) -> ParamValue {
    let stop = |value: f64, step: f64| {
        let whole = value / step;
        (if is_raise { whole.floor() } else { whole.ceil() }) * step
    };
    match like {
        ParamValue::Count(_) => ParamValue::Count(stop(to, 1.0) as i64),
        ParamValue::Size(_) => {
            let step = if to >= 1_048_576.0 { 1_048_576.0 } else { 1024.0 };
            ParamValue::Size(stop(to, step).max(0.0) as u64)
        }
        ParamValue::Duration(_) => {
            let step = match to {
                t if t >= 3600.0 => 600.0,
                t if t >= 120.0 => 60.0,
                t if t >= 10.0 => 1.0,
                t if t >= 1.0 => 0.1,
                _ => 0.001,
            };
            let millis = (stop(to, step) * 1000.0).round().max(0.0);
            ParamValue::Duration(Duration::from_millis(millis as u64))
        }
        _ => ParamValue::Number(to),
    }
}

/// A value as people read it, without what it counts.
pub fn shown(value: &ParamValue, units: &Units) -> String {
    match value {
        ParamValue::Count(count) => decimals(*count as f64, 0),
        ParamValue::Number(number) => number.to_string(),
        ParamValue::Duration(duration) => write_duration(*duration),
        ParamValue::Size(bytes) => crate::model::Quantity::new(*bytes as f64, Unit::Bytes).text(units),
        ParamValue::Switch(is_on) => if *is_on { "on" } else { "off" }.to_owned(),
        ParamValue::Text(text) => text.to_string(),
        ParamValue::List(words) => words.join(", "),
        ParamValue::ByClass(_) => "by class".to_owned(),
        ParamValue::Secret(_) => "••••••••".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::suggest::scenario::{Scenario, count, size, time};

    #[test]
    fn a_change_goes_at_most_twice_as_far_and_never_over_its_bound() {
        let cases = [
            ("database.pool_max", count(50), 64.0, 200.0, "database.pool_max 50 → 64 connections"),
            ("database.pool_max", count(50), 640.0, 200.0, "database.pool_max 50 → 100 connections"),
            ("database.pool_max", count(50), 64.9, 60.0, "database.pool_max 50 → 60 connections"),
            ("database.pool_max", count(50), 64.0, 50.0, "database.pool_max is at its bound already: so it is"),
            ("database.pool_max", count(1000), 2000.0, 9e9, "database.pool_max is at the end of its range already"),
            ("database.pool_max", count(50), 3.2, 10.0, "database.pool_max 50 → 25 connections"),
            ("database.pool_max", count(50), 30.4, 0.0, "database.pool_max 50 → 31 connections"),
            ("database.pool_min", count(0), 1.0, 10.0, "database.pool_min 0 → 1 connections"),
            ("cache.size", size(256 << 20), 400e6, 1e12, "cache.size 256 MiB → 381 MiB"),
            ("cache.ttl", time(300), 480.0, 1e9, "cache.ttl 5 min → 8 min"),
            ("ml.batch_wait", time(1), 0.0, 0.0, "ml.batch_wait 1 s → 500 ms"),
            ("cache.ttl", time(300), f64::NAN, 1e9, "by hand"),
            ("service.log_level", ParamValue::Text("info".into()), 1.0, 2.0, "by hand"),
        ];
        for (key, value, wanted, bound, expect) in cases {
            let scenario = Scenario::new().param(key, value);
            let change = adjust(&scenario.evidence(), key, wanted, &Bound::new(bound, "so it is"), "by hand");
            assert_eq!(change.line().replace('\u{2009}', " "), expect, "{key} to {wanted}");
        }
        let none = Scenario::new();
        assert_eq!(adjust(&none.evidence(), "cache.ttl", 1.0, &Bound::new(9.0, ""), "by hand").line(), "by hand");
    }
}
