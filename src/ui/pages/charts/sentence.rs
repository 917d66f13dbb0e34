//! The page's first line: the clearest step in what is shown, or that nothing stands out.

use std::time::Duration;

use crate::analysis::chart_summary::{Candidate, Step, clearest_step, span_of_means};
use crate::model::quantity::joined;
use crate::model::settings::Units;
use crate::model::{Bucket, Quantity, TimeRange, Timestamp, Unit};
use crate::ui::chart::Zone;
use crate::ui::chart::geometry::{thin, visible};
use crate::ui::chart::time_axis::{span_words, stamp};

/// One curve in words' terms.
pub struct Told<'a> {
    /// Its name in a sentence.
    pub name: String,
    /// Its unit.
    pub unit: Unit,
    /// Its buckets.
    pub buckets: &'a [Bucket],
}

/// The first line, in two parts: what needs a look, and what is calm.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Sentence {
    /// What needs a look.
    pub loud: String,
    /// What is calm.
    pub calm: String,
}

/// The time now and the clock that times are told by.
pub type Clock = (Timestamp, Zone);

/// Buckets a curve is thinned to before it is looked at: steps are broad, and this is done at every tick.
const N_LOOKED_AT: usize = 180;

/// Words for what the charts show.
pub fn sentence(told: &[Told<'_>], range: TimeRange, is_live: bool, clock: Clock, units: &Units) -> Sentence {
    let (now, zone) = clock;
    let (start, end) = (range.start.as_millis() as f64, range.end.as_millis() as f64);
    let shown: Vec<_> = told.iter().map(|t| thin(visible(t.buckets, start, end), N_LOOKED_AT)).collect();
    let candidates: Vec<Candidate<'_>> = told
        .iter()
        .zip(&shown)
        .map(|(t, buckets)| Candidate { buckets, least_change: least_change(t.unit, buckets) })
        .collect();
    if let Some(step) = clearest_step(&candidates) {
        let curve = &told[step.candidate];
        return Sentence { loud: step_words(curve, &step, clock, units), calm: String::new() };
    }
    let when = if is_live {
        format!("in the last {}", span_words(rounded_seconds(range.span())))
    } else {
        format!("between {} and {}", stamp(range.start, now, zone, false), stamp(range.end, now, zone, false))
    };
    let first = told.iter().zip(&shown).find_map(|(t, buckets)| Some((t, buckets, span_of_means(buckets)?)));
    match first {
        None => Sentence { loud: String::new(), calm: format!("No data {when}") },
        Some((curve, buckets, (low, high))) => {
            let swings = high - low > 2.0 * least_change(curve.unit, buckets);
            let (what, verb) = if swings { ("No lasting change", "swings") } else { ("Nothing stands out", "is") };
            let levels = level_words(curve.unit, (low, high), verb, units);
            Sentence { loud: String::new(), calm: format!("{what} {when}: {} {levels}", curve.name) }
        }
    }
}

fn step_words(curve: &Told<'_>, step: &Step, (now, zone): Clock, units: &Units) -> String {
    let text = |value| Quantity::new(value, curve.unit).text(units);
    let verb = if step.after > step.before { "rose" } else { "fell" };
    let at = stamp(step.at, now, zone, false);
    let (from, to) = (text(step.before), text(step.after));
    let seconds = step.within_seconds.round() as u64;
    let within = if seconds <= 1 { "at once".into() } else { format!("within {}", span_words(seconds)) };
    format!("At {at} {} {verb} from {from} to {to} {within}", curve.name)
}

fn level_words(unit: Unit, (low, high): (f64, f64), verb: &str, units: &Units) -> String {
    let (low_number, low_unit) = Quantity::new(low, unit).parts(units);
    let (high_number, high_unit) = Quantity::new(high, unit).parts(units);
    let high_text = joined(&high_number, &high_unit);
    if low_number == high_number && low_unit == high_unit {
        format!("stays at {high_text}")
    } else if low_unit == high_unit {
        format!("{verb} between {low_number} and {high_text}")
    } else {
        format!("{verb} between {} and {high_text}", joined(&low_number, &low_unit))
    }
}

/// The least change of level worth a sentence: a tenth of a whole, or a third of the greatest mean.
fn least_change(unit: Unit, buckets: &[Bucket]) -> f64 {
    let greatest = span_of_means(buckets).map_or(0.0, |(low, high)| high.abs().max(low.abs()));
    match unit {
        Unit::Ratio => 0.1,
        Unit::Celsius => 5.0,
        Unit::BytesPerSecond => (greatest / 3.0).max(1e5),
        Unit::PerSecond(_) => (greatest / 3.0).max(20.0),
        Unit::Count(_) => (greatest / 3.0).max(5.0),
        _ => (greatest / 3.0).max(f64::MIN_POSITIVE),
    }
}

/// A span by its name: 899.98 s is 15 min.
fn rounded_seconds(span: Duration) -> u64 {
    span.as_secs_f64().round() as u64
}

#[cfg(test)]
mod tests {
    use super::*;

    fn curve(values: impl Iterator<Item = f64>) -> Vec<Bucket> {
        let bucket = |(i, value): (usize, f64)| Bucket {
            at: Timestamp::from_millis(i as i64 * 10_000),
            min: value as f32,
            max: value as f32,
            mean: value as f32,
            count: 1,
            gap_before: false,
        };
        values.enumerate().map(bucket).collect()
    }

    fn said(buckets: &[Bucket], unit: Unit, is_live: bool) -> String {
        let range = TimeRange { start: Timestamp::from_millis(0), end: Timestamp::from_millis(900_000) };
        let told = [Told { name: "CPU total".into(), unit, buckets }];
        let sentence = sentence(&told, range, is_live, (range.end, Zone::UTC), &Units::default());
        format!("{}{}", sentence.loud, sentence.calm).replace('\u{2009}', " ")
    }

    #[test]
    fn the_first_line_says_what_the_charts_show() {
        let wave = |i: usize| ((i * 37) % 10) as f64 * 0.01;
        let stepped = curve((0..90).map(|i| if i < 45 { 0.325 } else { 0.785 } + wave(i)));
        assert_eq!(said(&stepped, Unit::Ratio, true), "At 00:07 CPU total rose from 37 % to 83 % within 10 s");
        let calm = curve((0..90).map(|i| 0.03 + wave(i)));
        assert_eq!(
            said(&calm, Unit::Ratio, true),
            "Nothing stands out in the last 15 min: CPU total is between 3.0 and 12.0 %"
        );
        assert!(said(&calm, Unit::Ratio, false).starts_with("Nothing stands out between 00:00 and 00:15: "));
        let restless = curve((0..90).map(|i| f64::from(u8::from(i % 7 < 3)) * 0.8));
        assert_eq!(
            said(&restless, Unit::Ratio, true),
            "No lasting change in the last 15 min: CPU total swings between 0 and 80 %"
        );
        let still = curve((0..90).map(|_| 1024.0));
        assert!(said(&still, Unit::Bytes, true).ends_with("CPU total stays at 1.00 KiB"));
        assert_eq!(said(&[], Unit::Ratio, true), "No data in the last 15 min");
    }
}
