//! What stands out in a period: peaks, dips, and levels that changed and stayed, with a sentence each.
//!
//! It reads buckets, never raw samples, and no clock. What is usual is judged by medians, so that the peaks themselves do
//! not make peaks usual.

mod excursion;

use std::time::Duration;

use crate::analysis::chart_summary::{Candidate, clearest_step};
use crate::analysis::span_text::span_text;
use crate::model::{Bucket, Quantity, Timestamp, Unit, Units};

/// Moments told of one series.
const MOST_A_SERIES: usize = 3;
/// Share of the period from which an excursion is the new level rather than a peak.
const LEVEL_SHARE: f64 = 0.15;

/// A curve to look at.
#[derive(Debug, Clone, Copy)]
pub struct MomentSubject<'a> {
    /// The name in the sentence.
    pub name: &'a str,
    /// The unit of its values.
    pub unit: Unit,
    /// Its buckets, by time.
    pub buckets: &'a [Bucket],
}

/// What stands out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NotableKind {
    /// Far above what is usual, for a while.
    Peak,
    /// Far below what is usual, for a while.
    Dip,
    /// One level before, another after.
    Shift,
}

/// A moment that stands out.
#[derive(Debug, Clone, PartialEq)]
pub struct Notable {
    /// Which subject.
    pub subject: usize,
    /// What stands out.
    pub kind: NotableKind,
    /// When the excursion was furthest, or the shift began.
    pub at: Timestamp,
    /// When the excursion or shift began and ended.
    pub span: (Timestamp, Timestamp),
    /// The value furthest from what is usual, or the level after the shift, in the series' unit.
    pub value: f64,
    /// The median of the means, or the level before the shift.
    pub usual: f64,
    /// How many times the usual scatter that is.
    pub clarity: f64,
    /// What happened, in words.
    pub sentence: String,
}

/// The clearest moments of all subjects, at most `most`, by time. Each subject's clearest comes before any subject's
/// second, so that one restless curve does not hide the others.
pub fn notable_moments(subjects: &[MomentSubject<'_>], units: &Units, most: usize) -> Vec<Notable> {
    let mut ranked: Vec<(usize, Notable)> = Vec::new();
    for (i, subject) in subjects.iter().enumerate() {
        let mut own = moments_of(i, subject, units);
        own.sort_by(|a, b| b.clarity.total_cmp(&a.clarity));
        ranked.extend(own.into_iter().take(MOST_A_SERIES).enumerate());
    }
    ranked.sort_by(|(rank_a, a), (rank_b, b)| rank_a.cmp(rank_b).then(b.clarity.total_cmp(&a.clarity)));
    let mut found: Vec<Notable> = ranked.into_iter().take(most).map(|(_, notable)| notable).collect();
    found.sort_by_key(|notable| (notable.at, notable.subject));
    found
}

/// The least change that is worth a word, in the unit's base.
pub fn least_change(unit: Unit) -> f64 {
    match unit {
        Unit::Ratio => 0.05,
        Unit::Bytes => 64.0 * 1024.0 * 1024.0,
        Unit::BytesPerSecond => 1e6,
        Unit::Seconds => 0.01,
        Unit::Hertz => 1e8,
        Unit::Celsius | Unit::Watts => 5.0,
        Unit::RevolutionsPerMinute => 200.0,
        Unit::Count(_) => 5.0,
        Unit::PerSecond(_) => 50.0,
        Unit::Cores => 0.25,
    }
}

fn moments_of(i: usize, subject: &MomentSubject<'_>, units: &Units) -> Vec<Notable> {
    let least_change = least_change(subject.unit);
    let value = |v: f64| Quantity::new(v, subject.unit).text(units);
    let step = clearest_step(&[Candidate { buckets: subject.buckets, least_change: least_change * 2.0 }]);
    let whole = match (subject.buckets.first(), subject.buckets.last()) {
        (Some(first), Some(last)) => last.at.since(first.at),
        _ => Duration::ZERO,
    };
    let mut found: Vec<Notable> = excursion::excursions(subject.buckets, least_change)
        .into_iter()
        .filter(|e| {
            let share = e.span.1.since(e.span.0).as_secs_f64() / whole.as_secs_f64().max(1e-9);
            step.is_none() || share < LEVEL_SHARE
        })
        .map(|e| {
            let (kind, verb) = if e.is_high { (NotableKind::Peak, "rose") } else { (NotableKind::Dip, "fell") };
            let length = e.span.1.since(e.span.0);
            // How long two or three readings are apart says nothing.
            let lasted =
                if length < Duration::from_secs(2) { String::new() } else { format!(", for {}", span_text(length)) };
            let sentence = format!("{} {verb} to {}, usually {}{lasted}", subject.name, value(e.value), value(e.usual));
            Notable {
                subject: i,
                kind,
                at: e.at,
                span: e.span,
                value: e.value,
                usual: e.usual,
                clarity: e.clarity,
                sentence,
            }
        })
        .collect();
    found.extend(step.map(|step| {
        let within = Duration::from_secs_f64(step.within_seconds.max(0.0));
        let verb = if step.after > step.before { "rose" } else { "fell" };
        let (before, after) = (value(step.before), value(step.after));
        let took = if within.is_zero() { String::new() } else { format!(" within {}", span_text(within)) };
        Notable {
            subject: i,
            kind: NotableKind::Shift,
            at: step.at,
            span: (step.at, step.at.plus(within)),
            value: step.after,
            usual: step.before,
            clarity: step.clarity,
            sentence: format!("{} {verb} from {before} to {after}{took} and stayed there", subject.name),
        }
    }));
    found
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::quantity::THIN_SPACE;

    fn curve(values: impl IntoIterator<Item = (f32, f32)>) -> Vec<Bucket> {
        let bucket = |(i, (mean, max)): (usize, (f32, f32))| Bucket {
            at: Timestamp::from_millis(i as i64 * 10_000),
            min: mean.min(max),
            max,
            mean,
            count: 10,
            gap_before: false,
        };
        values.into_iter().enumerate().map(bucket).collect()
    }

    /// Scatter that is the same in every run.
    fn noise(i: usize) -> f32 {
        ((i * 7919 % 101) as f32 / 101.0 - 0.5) * 0.02
    }

    fn told(buckets: &[Bucket], unit: Unit) -> Vec<String> {
        let subject = MomentSubject { name: "CPU", unit, buckets };
        let found = notable_moments(&[subject], &Units::default(), 9);
        found.iter().map(|n| format!("{} {}", n.at.as_millis() / 1000, n.sentence.replace(THIN_SPACE, " "))).collect()
    }

    #[test]
    fn each_moment_has_its_time_and_its_words() {
        let flat = |i: usize| (0.12 + noise(i), 0.14 + noise(i));
        for (what, values, expect) in [
            ("calm", (0..200).map(flat).collect::<Vec<_>>(), vec![]),
            (
                "a one-second spike that the mean hides",
                (0..200).map(|i| if i == 70 { (0.15, 0.98) } else { flat(i) }).collect(),
                vec!["700 CPU rose to 98 %, usually 12.0 %"],
            ),
            (
                "two runs of one episode",
                (0..200).map(|i| if (50..56).contains(&i) && i != 53 { (0.9, 0.95) } else { flat(i) }).collect(),
                vec!["500 CPU rose to 95 %, usually 12.0 %, for 50 s"],
            ),
            (
                "a dip",
                (0..200).map(|i| if i == 9 { (0.0, 0.0) } else { (0.8 + noise(i), 0.8 + noise(i)) }).collect(),
                vec!["90 CPU fell to 0 %, usually 80 %"],
            ),
            (
                "a new level",
                (0..200).map(|i| if i < 100 { flat(i) } else { (0.7 + noise(i), 0.72) }).collect(),
                vec!["990 CPU rose from 12.0 % to 70 % within 10 s and stayed there"],
            ),
            ("one bucket", vec![(0.5, 0.9)], vec![]),
            ("nothing", vec![], vec![]),
            ("not a number", vec![(f32::NAN, f32::NAN); 50], vec![]),
        ] {
            assert_eq!(told(&curve(values), Unit::Ratio), expect, "{what}");
        }
    }

    #[test]
    fn what_is_too_small_to_matter_is_no_moment() {
        let values = (0..100).map(|i| if i == 50 { (2000.0, 9000.0) } else { (0.0, 0.0) });
        assert_eq!(told(&curve(values), Unit::BytesPerSecond), Vec::<String>::new());
    }

    #[test]
    fn a_restless_curve_does_not_hide_the_others() {
        let restless = curve((0..300).map(|i| if i % 60 == 30 { (0.5, 1.0) } else { (0.0, 0.01) }));
        let calm = curve((0..300).map(|i| if i == 200 { (0.3, 0.4) } else { (0.1, 0.1) }));
        let subject = |name, buckets| MomentSubject { name, unit: Unit::Ratio, buckets };
        let subjects = [subject("a", &*restless), subject("b", &*calm)];
        let found = notable_moments(&subjects, &Units::default(), 2);
        assert_eq!(found.iter().map(|n| n.subject).collect::<Vec<_>>(), [0, 1], "{found:#?}");
        assert_eq!(notable_moments(&subjects, &Units::default(), 99).len(), 4);
    }
}
