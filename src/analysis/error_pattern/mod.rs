//! How errors of a kind come over time: new, growing, at even distances, as ever, or over.
//!
//! Pure: counts in bins in, a verdict out. In doubt it says that not enough is known.

use std::time::Duration;

use crate::model::service::ErrorPattern;

/// Width of a bin.
pub const BIN: Duration = Duration::from_secs(10);
/// Bins looked at: the last hour.
pub const N_BINS: usize = 360;

/// Errors first seen within this time are new.
const NEW: Duration = Duration::from_secs(600);
/// A service must have been watched so long before, or nobody knows whether they are new.
const WATCHED: Duration = Duration::from_secs(60);
/// Errors that stopped for so long are over.
const OVER: Duration = Duration::from_secs(600);
/// Bins that count as now, where growth is looked for.
const RECENT_BINS: usize = 60;

/// What is known of the errors of one kind.
#[derive(Debug, Clone, Copy)]
pub struct Course<'a> {
    /// Errors in each [`BIN`], the oldest first; the last holds those of now.
    pub bins: &'a [u32],
    /// Time since the first was seen.
    pub since_first: Duration,
    /// Time since the newest.
    pub since_last: Duration,
    /// How long the service had been watched when the first was seen.
    pub watched_before: Duration,
}

/// What became of looking at them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Verdict {
    /// How they come.
    pub pattern: ErrorPattern,
    /// The period, where they are periodic.
    pub period: Option<Duration>,
}

/// How errors come.
///
/// Periodic: at least five bursts (nine where they are less than a minute apart), each after a bin without errors, at
/// distances within a tenth or one bin of the middle one; one in five may be missing or out of step. Over: none for
/// 10 min, for periodic ones for two periods and a half. Growing: in the last 10 min more than twice as many as before,
/// by more than three standard deviations of a Poisson process of the rate before.
pub fn judge(course: &Course<'_>) -> Verdict {
    let n: u64 = course.bins.iter().map(|n| u64::from(*n)).sum();
    let of = |pattern| Verdict { pattern, period: None };
    let period = period(course.bins);
    let patience = period.map_or(OVER, |period| OVER.max(period * 5 / 2));
    if course.since_last > patience {
        return of(ErrorPattern::Over);
    }
    if n == 0 {
        return of(ErrorPattern::Unknown);
    }
    if period.is_some() {
        return Verdict { pattern: ErrorPattern::Periodic, period };
    }
    if course.since_first <= NEW {
        return of(if course.watched_before >= WATCHED { ErrorPattern::New } else { ErrorPattern::Unknown });
    }
    let watched = course.since_first.saturating_add(course.watched_before);
    if grows(course.bins, watched) {
        return of(ErrorPattern::Growing);
    }
    of(if n >= 5 { ErrorPattern::Steady } else { ErrorPattern::Unknown })
}

fn grows(bins: &[u32], watched: Duration) -> bool {
    let Some(n_before) = bins.len().checked_sub(RECENT_BINS) else { return false };
    // What lies before the service was watched says nothing.
    let n_watched = usize::try_from(watched.as_secs() / BIN.as_secs()).unwrap_or(usize::MAX);
    let n_known = n_before.min(n_watched.saturating_sub(RECENT_BINS));
    if n_known < RECENT_BINS / 2 {
        return false;
    }
    let sum = |bins: &[u32]| bins.iter().map(|n| f64::from(*n)).sum::<f64>();
    let recent = sum(&bins[n_before..]);
    let expected = sum(&bins[n_before - n_known..n_before]) * RECENT_BINS as f64 / n_known as f64;
    recent > 2.0 * expected && recent - expected > 3.0 * expected.max(1.0).sqrt()
}

/// The time from burst to burst, where that is even.
fn period(bins: &[u32]) -> Option<Duration> {
    let onsets: Vec<usize> = (0..bins.len()).filter(|i| bins[*i] > 0 && (*i == 0 || bins[*i - 1] == 0)).collect();
    // Those that go on more often than not are no bursts.
    if bins.iter().filter(|n| **n > 0).count() > bins.len() / 2 {
        return None;
    }
    let mut distances: Vec<usize> = onsets.windows(2).map(|pair| pair[1] - pair[0]).collect();
    distances.sort_unstable();
    let middle = *distances.get(distances.len() / 2)?;
    let bin = BIN.as_secs() as usize;
    if middle * bin < 30 || distances.len() < if middle * bin < 60 { 8 } else { 4 } {
        return None;
    }
    let leeway = (middle / 10).max(1);
    let even: Vec<usize> = distances.iter().copied().filter(|d| d.abs_diff(middle) <= leeway).collect();
    if even.len() * 5 < distances.len() * 4 {
        return None;
    }
    let mean = even.iter().sum::<usize>() as f64 / even.len() as f64;
    Some(Duration::from_secs_f64((mean * BIN.as_secs_f64()).round()))
}

#[cfg(test)]
mod tests {
    use super::ErrorPattern::{Growing, New, Over, Periodic, Steady, Unknown};
    use super::*;

    const MINUTE: Duration = Duration::from_secs(60);
    const HOUR: Duration = Duration::from_secs(3600);

    /// Bins from runs such as `3x20 0x40`: the count and how often; what is missing at the front is 0.
    fn bins(text: &str) -> Vec<u32> {
        let mut all = Vec::new();
        for run in text.split_whitespace() {
            let (n, times) = run.split_once('x').expect("a run");
            all.extend(std::iter::repeat_n(n.parse::<u32>().expect("a count"), times.parse().expect("a number")));
        }
        let mut front = vec![0; N_BINS - all.len()];
        front.append(&mut all);
        front
    }

    fn every(bins_apart: usize, n: usize) -> Vec<u32> {
        let mut all = vec![0; N_BINS];
        (0..n).for_each(|i| all[N_BINS - 2 - i * bins_apart] = 4);
        all
    }

    fn judged(bins: &[u32], watched_before: Duration) -> (ErrorPattern, Option<u64>) {
        let at = |found: Option<usize>| BIN * (N_BINS - 1 - found.unwrap_or(0)) as u32;
        let is_some = |n: &u32| *n > 0;
        // Those that reach to the front began before it.
        let first = bins.iter().position(is_some);
        let since_first = if first == Some(0) { HOUR * 5 } else { at(first) };
        let since_last = at(bins.iter().rposition(is_some));
        let verdict = judge(&Course { bins, since_first, since_last, watched_before });
        (verdict.pattern, verdict.period.map(|p| p.as_secs()))
    }

    #[test]
    fn errors_come_as_they_come() {
        for (text, watched_before, expect) in [
            ("3x1", HOUR, New),
            ("1x1 0x5 2x20", HOUR, New),
            ("3x1", Duration::from_secs(5), Unknown),
            ("1x200 4x60", HOUR, Growing),
            ("0x50 1x1 0x100 1x60", HOUR, Growing),
            ("2x360", HOUR, Steady),
            ("0x3 2x357", HOUR, Steady),
            ("1x90 0x80", HOUR, Over),
            ("1x1 0x100 1x1 0x30", HOUR, Unknown),
            // Twice as many of very few say nothing.
            ("1x1 0x250 1x1 0x20 1x1 0x20 1x1 0x5", HOUR, Unknown),
            // Uneven distances.
            ("1x1 0x11 1x1 0x30 1x1 0x3 1x1 0x70 1x1 0x17 1x1 0x50 1x1", HOUR, Steady),
            // Began 20 min ago, watched but little before: there is no rate to compare with.
            ("1x60 5x60", Duration::ZERO, Growing),
            ("1x10 5x60", Duration::ZERO, Steady),
        ] {
            assert_eq!(judged(&bins(text), watched_before), (expect, None), "{text}");
        }
    }

    #[test]
    fn even_distances_are_found_with_their_period() {
        for (bins, expect) in [
            (every(30, 12), (Periodic, Some(300))),
            (every(30, 5), (Periodic, Some(300))),
            (every(30, 4), (Steady, None)),
            (every(6, 30), (Periodic, Some(60))),
            (every(3, 60), (Periodic, Some(30))),
            (every(3, 7), (Unknown, None)),
            (every(72, 5), (Periodic, Some(720))),
        ] {
            assert_eq!(judged(&bins, Duration::ZERO), expect);
        }
        let mut missing = every(30, 12);
        missing[N_BINS - 2 - 90] = 0;
        assert_eq!(judged(&missing, HOUR), (Periodic, Some(300)), "one is missing");
        let mut early = every(30, 12);
        early.swap(N_BINS - 2 - 30, N_BINS - 2 - 29);
        assert_eq!(judged(&early, HOUR), (Periodic, Some(300)), "one is a bin late");
    }

    #[test]
    fn what_was_periodic_is_over_after_two_periods_and_a_half() {
        let stopped = every(72, 5);
        let course = |since_last| Course { bins: &stopped, since_first: HOUR, since_last, watched_before: HOUR };
        assert_eq!(judge(&course(MINUTE * 20)).pattern, Periodic);
        assert_eq!(judge(&course(MINUTE * 31)).pattern, Over);
        let none = Course { bins: &[], since_first: HOUR, since_last: Duration::ZERO, watched_before: HOUR };
        assert_eq!(judge(&none).pattern, Unknown);
    }
}
