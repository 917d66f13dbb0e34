//! For how long a check was watched and unhealthy, by hour: exact sums in bounded space, however often it changes.

use std::collections::VecDeque;
use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::model::Timestamp;
use crate::model::service::Uptime;

const HOUR_MILLIS: i64 = 3_600_000;
/// The longest time that is asked for, and the hour that it begins in.
const MAX_HOURS: i64 = 30 * 24 + 1;

/// One hour, milliseconds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Hour {
    /// Which, counted since 1970.
    pub hour: i64,
    /// Watched.
    pub watched: u32,
    /// Of that, unhealthy.
    pub unhealthy: u32,
}

/// The hours of the last 30 d in which it was watched, by time.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Hours(VecDeque<Hour>);

impl Hours {
    /// Adds a time in which it was watched. Times come in order, but where the clock is set back.
    pub(super) fn add(&mut self, start: Timestamp, end: Timestamp, is_unhealthy: bool) {
        let (mut from, end) = (start.as_millis(), end.as_millis());
        // The clock was set back: what lies ahead of it was counted by another.
        while self.0.back().is_some_and(|last| last.hour > end.div_euclid(HOUR_MILLIS)) {
            self.0.pop_back();
        }
        // Of a very long time only the end is of use.
        from = from.max(end.saturating_sub(MAX_HOURS * HOUR_MILLIS));
        while from < end {
            let hour = from.div_euclid(HOUR_MILLIS);
            let to = end.min((hour + 1) * HOUR_MILLIS);
            let span = u32::try_from(to - from).unwrap_or(0);
            if self.0.back().is_none_or(|last| last.hour < hour) {
                self.0.push_back(Hour { hour, watched: 0, unhealthy: 0 });
            }
            let most = u32::try_from(HOUR_MILLIS).unwrap_or(u32::MAX);
            if let Some(last) = self.0.back_mut().filter(|last| last.hour == hour) {
                last.watched = (last.watched + span).min(most);
                last.unhealthy = (last.unhealthy + if is_unhealthy { span } else { 0 }).min(last.watched);
            }
            from = to;
        }
        let first = end.div_euclid(HOUR_MILLIS) - MAX_HOURS;
        while self.0.front().is_some_and(|hour| hour.hour < first) {
            self.0.pop_front();
        }
    }

    /// Makes what was read from a file fit to be gone on with.
    pub(super) fn mend(&mut self) {
        let most = u32::try_from(HOUR_MILLIS).unwrap_or(u32::MAX);
        for hour in &mut self.0 {
            hour.watched = hour.watched.min(most);
            hour.unhealthy = hour.unhealthy.min(hour.watched);
        }
        let is_sorted = self.0.iter().zip(self.0.iter().skip(1)).all(|(a, b)| a.hour < b.hour);
        if !is_sorted || self.0.len() as i64 > MAX_HOURS + 1 {
            self.0.clear();
        }
    }

    /// The share of the watched time in which it was healthy. Of the hour in which a time begins, the part that lies
    /// within it counts.
    pub(super) fn uptime(&self, now: Timestamp) -> Uptime {
        let ratio = |hours: u64| {
            let start = now.minus(Duration::from_secs(hours * 3600)).as_millis();
            let (mut watched, mut unhealthy) = (0.0, 0.0);
            for hour in &self.0 {
                let begin = hour.hour * HOUR_MILLIS;
                let part = ((begin + HOUR_MILLIS - start) as f64 / HOUR_MILLIS as f64).clamp(0.0, 1.0);
                watched += f64::from(hour.watched) * part;
                unhealthy += f64::from(hour.unhealthy) * part;
            }
            (watched > 0.0).then(|| 1.0 - unhealthy / watched)
        };
        Uptime { day_ratio: ratio(24), week_ratio: ratio(7 * 24), month_ratio: ratio(30 * 24) }
    }
}
