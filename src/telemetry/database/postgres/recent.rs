//! What statements took of late: totals of the last minute or so, held against those of now.

use std::collections::{BTreeMap, VecDeque};
use std::time::Duration;

/// The span that "of late" reaches back, as near as looks come.
const SPAN: Duration = Duration::from_secs(60);
/// Looks that are kept at most.
const MAX_KEPT: usize = 64;

/// Totals of one statement.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub(super) struct Total {
    pub(super) calls: u64,
    pub(super) seconds: f64,
    pub(super) rows: u64,
}

/// Totals of all at one look.
#[derive(Debug, Clone, Default)]
pub(super) struct Look {
    /// Monotonic time.
    pub(super) at: Duration,
    pub(super) by_id: BTreeMap<i64, Total>,
    /// Seconds in all statements, those that are not listed included.
    pub(super) all_seconds: f64,
}

/// What went on of late.
#[derive(Debug, Clone, Default)]
pub(super) struct Lately {
    /// The span, seconds.
    pub(super) seconds: f64,
    /// Time in all statements in it, seconds.
    pub(super) all_seconds: f64,
    /// Calls and time of each that ran in it.
    pub(super) by_id: BTreeMap<i64, Total>,
}

/// The looks of the last minute.
#[derive(Debug, Clone, Default)]
pub(super) struct Recent {
    looks: VecDeque<Look>,
}

impl Recent {
    /// Takes a look in; gives what went on since the oldest that is kept. Totals that fell were reset: then it begins anew.
    pub(super) fn take(&mut self, look: Look) -> Option<Lately> {
        if self.looks.back().is_some_and(|last| look.all_seconds < last.all_seconds || look.at <= last.at) {
            self.looks.clear();
        }
        while self.looks.len() > 1 && self.looks.get(1).is_some_and(|next| look.at.saturating_sub(next.at) >= SPAN)
            || self.looks.len() >= MAX_KEPT
        {
            self.looks.pop_front();
        }
        let lately = self.looks.front().map(|first| since(first, &look));
        self.looks.push_back(look);
        lately
    }
}

fn since(first: &Look, now: &Look) -> Lately {
    let mut lately = Lately {
        seconds: (now.at - first.at).as_secs_f64(),
        all_seconds: (now.all_seconds - first.all_seconds).max(0.0),
        by_id: BTreeMap::new(),
    };
    for (id, total) in &now.by_id {
        // One that was not listed then had less than any that was, or is new: what it had is not known, but for one that
        // began within the span. It counts from the next look on.
        let Some(was) = first.by_id.get(id) else { continue };
        if total.calls > was.calls {
            let seconds = (total.seconds - was.seconds).max(0.0);
            let ran = Total { calls: total.calls - was.calls, seconds, rows: total.rows.saturating_sub(was.rows) };
            lately.by_id.insert(*id, ran);
        }
    }
    lately
}

#[cfg(test)]
mod tests {
    use super::*;

    fn look(at: u64, totals: &[(i64, u64, f64)]) -> Look {
        let by_id: BTreeMap<i64, Total> = totals
            .iter()
            .map(|(id, calls, seconds)| (*id, Total { calls: *calls, seconds: *seconds, rows: 0 }))
            .collect();
        let all_seconds = by_id.values().map(|total| total.seconds).sum();
        Look { at: Duration::from_secs(at), by_id, all_seconds }
    }

    #[test]
    fn what_ran_of_late_is_told_and_what_was_long_ago_is_not() {
        let mut recent = Recent::default();
        assert!(recent.take(look(0, &[(1, 10, 100.0), (2, 5, 1.0)])).is_none());
        let lately = recent.take(look(10, &[(1, 10, 100.0), (2, 25, 5.0)])).expect("a span");
        assert_eq!((lately.seconds, lately.all_seconds), (10.0, 4.0));
        assert_eq!(lately.by_id, BTreeMap::from([(2, Total { calls: 20, seconds: 4.0, rows: 0 })]));
        for at in 2..=12 {
            let lately = recent.take(look(at * 10, &[(1, 10, 100.0), (2, 25, 5.0)])).expect("a span");
            assert!(lately.seconds <= 70.0, "{}", lately.seconds);
            assert_eq!(lately.by_id.is_empty(), at >= 7, "at {at}0 s");
        }
    }

    #[test]
    fn totals_that_were_reset_begin_anew() {
        let mut recent = Recent::default();
        recent.take(look(0, &[(1, 10, 100.0)]));
        assert!(recent.take(look(10, &[(1, 1, 0.5)])).is_none());
        let lately = recent.take(look(20, &[(1, 3, 1.5)])).expect("a span");
        assert_eq!(lately.by_id[&1], Total { calls: 2, seconds: 1.0, rows: 0 });
    }
}
