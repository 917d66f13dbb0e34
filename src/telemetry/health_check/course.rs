//! One check over time: what it says becomes healthy and unhealthy by rise and fall, with the outages and the uptime.
//!
//! Pure: times come in. Between two answers it stands as the earlier one left it; where the next answer is late by far,
//! it was not watched between them, which is neither up nor down. An outage that was over after such a time ended unseen.

use std::collections::VecDeque;
use std::sync::Arc;
use std::time::Duration;

use serde::{Deserialize, Serialize};

use super::Checked;
use super::hours::Hours;
use crate::model::Timestamp;
use crate::model::service::{CheckState, HealthCheck, Outage, Uptime};

/// Outages that are kept.
const MAX_OUTAGES: usize = 100;
/// How long an outage is kept after its end.
const KEEP: Duration = Duration::from_secs(30 * 86_400);
/// How late an answer may be, beyond two intervals and the time-out.
const LATE: Duration = Duration::from_secs(5);

/// What is kept of a check while the program does not run.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct Kept {
    /// How it stood.
    pub state: CheckState,
    /// Its outages, by time; the last may have no end.
    pub outages: VecDeque<Outage>,
    /// When it was watched and unhealthy.
    pub hours: Hours,
    /// When it answered last.
    pub last_at: Option<Timestamp>,
}

/// One answer after another that says the same, against how the check stands.
#[derive(Debug, Clone, PartialEq)]
struct Streak {
    since: Timestamp,
    n: u32,
    why: Arc<str>,
    /// Watched times that count as what this turns out to be.
    open: Vec<(Timestamp, Timestamp)>,
}

/// A change.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Turn {
    /// It became healthy for the first time.
    Began,
    /// It became unhealthy: since when, and why.
    Fell(Timestamp, Arc<str>),
    /// It became healthy again: the outage that is over.
    Rose(Outage),
}

/// A check over time.
#[derive(Debug, Clone, PartialEq, Default)]
pub(super) struct Course {
    kept: Kept,
    streak: Option<Streak>,
    /// When an outage was last seen to last, where nobody watched since.
    unseen_since: Option<Timestamp>,
}

impl Course {
    /// Goes on with what was kept.
    pub(super) fn restored(mut kept: Kept) -> Self {
        kept.hours.mend();
        kept.outages.truncate(MAX_OUTAGES);
        // Only the last may be without an end, and only while it is unhealthy.
        let is_unhealthy = matches!(kept.state, CheckState::Unhealthy { .. });
        let n = kept.outages.len();
        for (i, outage) in kept.outages.iter_mut().enumerate() {
            if i + 1 < n || !is_unhealthy {
                outage.end = outage.end.or(Some(outage.start));
            }
        }
        if is_unhealthy && kept.outages.back().is_none_or(|outage| outage.end.is_some()) {
            kept.state = CheckState::Waiting;
        }
        let begun = kept.outages.back().filter(|_| is_unhealthy).map(|outage| outage.start);
        // Who kept no time of the last answer kept none of what was seen of the outage either.
        kept.last_at = kept.last_at.or(begun);
        Self { kept, streak: None, unseen_since: None }
    }

    /// What is to be kept.
    pub(super) fn kept(&self) -> &Kept {
        &self.kept
    }

    /// How it stands.
    pub(super) fn state(&self) -> &CheckState {
        &self.kept.state
    }

    /// It is not asked any more, or otherwise from now on: what went on is over.
    pub(super) fn end(&mut self) {
        let at = self.kept.last_at.take();
        self.settle(matches!(self.kept.state, CheckState::Unhealthy { .. }));
        if let Some(outage) = self.kept.outages.back_mut().filter(|outage| outage.end.is_none()) {
            outage.end = Some(at.unwrap_or(outage.start).max(outage.start));
        }
        self.kept.state = CheckState::Waiting;
        self.unseen_since = None;
    }

    /// Whether the newest answer is so old that it says nothing of now.
    pub(super) fn is_stale(&self, check: &HealthCheck, now: Timestamp) -> bool {
        self.kept.last_at.is_some_and(|last| now.since(last) > longest(check))
    }

    /// Takes an answer.
    pub(super) fn take(&mut self, check: &HealthCheck, checked: &Checked) -> Option<Turn> {
        self.watch(check, checked.at);
        let is_up = checked.fault.is_none();
        let agrees = match self.kept.state {
            CheckState::Waiting => false,
            CheckState::Healthy(_) => is_up,
            CheckState::Unhealthy { .. } => !is_up,
        };
        if agrees {
            self.settle(!is_up);
            if let Some(unseen) = self.unseen_since.take()
                && let Some(outage) = self.kept.outages.back_mut().filter(|outage| outage.end.is_none())
            {
                let unwatched = u64::try_from(checked.at.since(unseen).as_millis()).unwrap_or(u64::MAX);
                outage.unwatched_millis = outage.unwatched_millis.saturating_add(unwatched);
            }
            if let (CheckState::Unhealthy { why, .. }, Some(fault)) = (&mut self.kept.state, &checked.fault) {
                *why = fault.clone();
            }
            return None;
        }
        // Before anything is known, one good answer is as good as several.
        let is_first = self.kept.state == CheckState::Waiting && is_up;
        let needed = if is_first {
            1
        } else if is_up {
            check.rise
        } else {
            check.fall
        };
        let why: Arc<str> = checked.fault.clone().unwrap_or_default();
        let streak = self.streak.get_or_insert_with(|| Streak { since: checked.at, n: 0, why, open: Vec::new() });
        if is_first {
            // What came before it were failures too few to count.
            streak.since = checked.at;
        }
        streak.n += 1;
        if streak.n < needed.max(1) && !is_first {
            return None;
        }
        let (since, why) = (streak.since, streak.why.clone());
        self.settle(!is_up);
        Some(self.turn(is_up, since, why, checked.at))
    }

    /// Counts the time since the answer before as watched.
    fn watch(&mut self, check: &HealthCheck, at: Timestamp) {
        let Some(last) = self.kept.last_at.replace(at) else { return };
        if at <= last {
            self.set_back(at);
            return;
        }
        if at.since(last) > longest(check) {
            let is_unhealthy = matches!(self.kept.state, CheckState::Unhealthy { .. });
            // Answers in a row have no such hole between them.
            self.settle(is_unhealthy);
            if is_unhealthy {
                self.unseen_since.get_or_insert(last);
            }
            return;
        }
        match &mut self.streak {
            Some(streak) => streak.open.push((last, at)),
            None => self.kept.hours.add(last, at, matches!(self.kept.state, CheckState::Unhealthy { .. })),
        }
    }

    /// The clock was set back: nothing of what is known lies ahead of it.
    fn set_back(&mut self, at: Timestamp) {
        if let CheckState::Healthy(since) | CheckState::Unhealthy { since, .. } = &mut self.kept.state {
            *since = (*since).min(at);
        }
        for outage in &mut self.kept.outages {
            outage.start = outage.start.min(at);
            outage.end = outage.end.map(|end| end.min(at));
        }
        self.unseen_since = self.unseen_since.map(|unseen| unseen.min(at));
        if let Some(streak) = &mut self.streak {
            streak.since = streak.since.min(at);
            streak.open.retain(|(_, end)| *end <= at);
        }
    }

    /// The streak is over; the time of it was so.
    fn settle(&mut self, is_unhealthy: bool) {
        for (start, end) in self.streak.take().into_iter().flat_map(|streak| streak.open) {
            self.kept.hours.add(start, end, is_unhealthy);
        }
    }

    fn turn(&mut self, is_up: bool, since: Timestamp, why: Arc<str>, now: Timestamp) -> Turn {
        let before = now.minus(KEEP);
        self.kept.outages.retain(|outage| outage.end.is_none_or(|end| end >= before));
        if !is_up {
            self.kept.outages.push_back(Outage::new(since, why.clone()));
            if self.kept.outages.len() > MAX_OUTAGES {
                self.kept.outages.pop_front();
            }
            self.kept.state = CheckState::Unhealthy { since, why: why.clone() };
            return Turn::Fell(since, why);
        }
        self.kept.state = CheckState::Healthy(since);
        match self.kept.outages.back_mut().filter(|outage| outage.end.is_none()) {
            Some(outage) => {
                let unseen = self.unseen_since.take();
                outage.is_end_unknown = unseen.is_some();
                outage.end = Some(unseen.unwrap_or(since).max(outage.start));
                Turn::Rose(outage.clone())
            }
            None => Turn::Began,
        }
    }

    /// Its uptime.
    pub(super) fn uptime(&self, now: Timestamp) -> Uptime {
        self.kept.hours.uptime(now)
    }

    /// Its outages of the last 30 d, the newest first.
    pub(super) fn outages(&self, now: Timestamp) -> Arc<[Outage]> {
        let before = now.minus(KEEP);
        self.kept.outages.iter().rev().filter(|outage| outage.end.is_none_or(|end| end >= before)).cloned().collect()
    }
}

/// Time between two answers at most, for it to have been watched between them.
fn longest(check: &HealthCheck) -> Duration {
    Duration::from_secs(2 * u64::from(check.interval_seconds) + u64::from(check.time_out_seconds)) + LATE
}
