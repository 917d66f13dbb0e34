//! When nothing was recorded in a period: the gaps that history notes, and the time before the first sample and after
//! the last, of which it notes nothing.

use crate::model::{TimeRange, Timestamp};

/// Spans without samples, by time, none touching another. `covers` is from the first sample to the last,
/// `interval_millis` the time between two. Without any sample there is no span: that is said in other words.
pub(super) fn silences(
    noted: Vec<TimeRange>,
    range: TimeRange,
    covers: Option<TimeRange>,
    interval_millis: u32,
) -> Vec<TimeRange> {
    let Some(covers) = covers else { return Vec::new() };
    let interval = i64::from(interval_millis);
    // A sample may be late by as much again before that is a silence.
    let slack = (interval * 5 / 2).max(2000);
    let mut all = noted;
    if covers.start.as_millis() - range.start.as_millis() > slack {
        all.push(TimeRange { start: range.start, end: covers.start });
    }
    if range.end.as_millis() - covers.end.as_millis() > slack {
        all.push(TimeRange { start: Timestamp::from_millis(covers.end.as_millis() + interval), end: range.end });
    }
    all.sort_by_key(|gap| gap.start);
    let mut joined: Vec<TimeRange> = Vec::with_capacity(all.len());
    for gap in all {
        let gap = TimeRange { start: gap.start.max(range.start), end: gap.end.min(range.end) };
        match joined.last_mut() {
            _ if gap.span().is_zero() => {}
            Some(last) if gap.start <= last.end => last.end = last.end.max(gap.end),
            _ => joined.push(gap),
        }
    }
    joined
}

#[cfg(test)]
mod tests {
    use super::*;

    fn seconds(start: i64, end: i64) -> TimeRange {
        TimeRange { start: Timestamp::from_millis(start * 1000), end: Timestamp::from_millis(end * 1000) }
    }

    #[test]
    fn the_edges_of_a_period_are_silent_too() {
        let range = seconds(100, 200);
        for (noted, covers, expect) in [
            (vec![], Some(seconds(100, 199)), vec![]),
            (vec![], Some(seconds(101, 198)), vec![]),
            (vec![], Some(seconds(150, 199)), vec![seconds(100, 150)]),
            (vec![], Some(seconds(100, 120)), vec![seconds(121, 200)]),
            (vec![seconds(50, 140)], Some(seconds(140, 199)), vec![seconds(100, 140)]),
            (vec![seconds(130, 140), seconds(135, 150)], Some(seconds(100, 199)), vec![seconds(130, 150)]),
            (vec![seconds(10, 20), seconds(300, 400)], Some(seconds(100, 199)), vec![]),
            (vec![seconds(90, 300)], None, vec![]),
        ] {
            assert_eq!(silences(noted.clone(), range, covers, 1000), expect, "{noted:?} {covers:?}");
        }
        let minutes = silences(vec![], seconds(0, 3600), Some(seconds(0, 3540)), 60_000);
        assert_eq!(minutes, []);
    }
}
