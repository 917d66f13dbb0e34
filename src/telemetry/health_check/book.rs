//! All health checks: how each stands, what it said last, and what changed.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use serde::{Deserialize, Serialize};

use super::Checked;
use super::course::{Course, Kept, Turn};
use crate::model::service::{CheckState, CheckStatus, HealthCheck, Outage};
use crate::model::{ProbeId, SeriesDef, SeriesGroup, SeriesKey, Slot, Timestamp, Unit};
use crate::telemetry::record::{Record, Tick};

/// Checks that may be kept though they are not set up at the moment.
const MAX_KEPT: usize = 200;

/// How a check changed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum What {
    /// It is unhealthy: since when, and why.
    Fell {
        /// Its first failure.
        since: Timestamp,
        /// Why, in words.
        why: Arc<str>,
    },
    /// It is healthy again: the outage that is over.
    Rose(Outage),
}

/// A change of a check, to be told.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CheckChange {
    /// The check.
    pub check: Arc<str>,
    /// The service it speaks of.
    pub service: Arc<str>,
    /// When it was known.
    pub at: Timestamp,
    /// How it changed.
    pub what: What,
}

/// What is kept of all checks while the program does not run, by name.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct KeptChecks {
    /// Of each.
    pub checks: BTreeMap<Arc<str>, Kept>,
}

/// All checks, in the order in which they were set.
#[derive(Debug, Default)]
pub struct CheckBook {
    entries: Vec<Entry>,
    /// What was kept of checks that were not set yet.
    waiting: BTreeMap<Arc<str>, Kept>,
    generation: Option<u32>,
}

#[derive(Debug)]
struct Entry {
    check: HealthCheck,
    course: Course,
    last: Option<Checked>,
    /// Whether the newest answer was not recorded yet.
    is_new: bool,
    slots: Option<[Slot; 3]>,
}

impl CheckBook {
    /// An empty book.
    pub fn new() -> Self {
        Self::default()
    }

    /// Goes on with what was kept. Checks that are set already stay as they are.
    pub fn restore(&mut self, kept: KeptChecks) {
        self.waiting.extend(kept.checks.into_iter().take(MAX_KEPT));
        for entry in &mut self.entries {
            if let Some(kept) = self.waiting.remove(&entry.check.name)
                && entry.last.is_none()
            {
                entry.course = restored(&entry.check, kept);
            }
        }
    }

    /// What is to be kept.
    pub fn kept(&self) -> KeptChecks {
        let all = self.entries.iter().map(|entry| (entry.check.name.clone(), entry.course.kept().clone()));
        // Also of those that are not set up now: their file may not read for the moment.
        let waiting = self.waiting.iter().map(|(name, kept)| (name.clone(), kept.clone()));
        KeptChecks { checks: waiting.chain(all).collect() }
    }

    /// Keeps to these checks from now on. One that asks something else than before begins anew, its outages stay.
    pub fn set(&mut self, checks: &[HealthCheck]) {
        let mut old = std::mem::take(&mut self.entries);
        self.entries = checks
            .iter()
            .map(|check| {
                let Some(place) = old.iter().position(|entry| entry.check.name == check.name) else {
                    let course = self.waiting.remove(&check.name).map(|kept| restored(check, kept)).unwrap_or_default();
                    return Entry { check: check.clone(), course, last: None, is_new: false, slots: None };
                };
                let mut entry = old.swap_remove(place);
                if entry.check.kind != check.kind || !check.is_on {
                    entry.course.end();
                    entry.last = None;
                    entry.is_new = false;
                }
                if entry.check.interval_seconds != check.interval_seconds || entry.check.service() != check.service() {
                    entry.slots = None;
                }
                entry.check = check.clone();
                entry
            })
            .collect();
    }

    /// Takes what a check said; gives a change that is worth telling. One that is not kept, or off, is nothing.
    pub fn take(&mut self, check: &str, checked: &Checked) -> Option<CheckChange> {
        let entry = self.entries.iter_mut().find(|entry| &*entry.check.name == check && entry.check.is_on)?;
        let turn = entry.course.take(&entry.check, checked);
        entry.last = Some(checked.clone());
        entry.is_new = true;
        let what = match turn? {
            Turn::Began => return None,
            Turn::Fell(since, why) => What::Fell { since, why },
            Turn::Rose(outage) => What::Rose(outage),
        };
        let service = entry.check.service().clone();
        Some(CheckChange { check: entry.check.name.clone(), service, at: checked.at, what })
    }

    /// Records what came since the tick before.
    pub fn record(&mut self, tick: Tick, out: &mut dyn Record) {
        if self.generation.replace(tick.generation) != Some(tick.generation) {
            self.entries.iter_mut().for_each(|entry| entry.slots = None);
        }
        for entry in &mut self.entries {
            if !std::mem::take(&mut entry.is_new) {
                continue;
            }
            let Some(last) = &entry.last else { continue };
            let check = &entry.check;
            let [target, up, took] = *entry.slots.get_or_insert_with(|| {
                [
                    out.define(series(check, "perfdesk.target.up", Unit::Count("target"), "Target up")),
                    out.define(series(check, "perfdesk.check.up", Unit::Count("check"), "Health check passed")),
                    out.define(series(check, "perfdesk.check.duration", Unit::Seconds, "Health check duration")),
                ]
            });
            let number = |yes| if yes { 1.0 } else { 0.0 };
            // The one goes by rise and fall, the other by the answer alone.
            match entry.course.state() {
                CheckState::Waiting => {}
                state => out.put(target, number(matches!(state, CheckState::Healthy(_)))),
            }
            out.put(up, number(last.fault.is_none()));
            out.put(took, last.took.as_secs_f64());
        }
    }

    /// How each does, in their order.
    pub fn statuses(&self, now: Timestamp) -> Vec<CheckStatus> {
        let status = |entry: &Entry| CheckStatus {
            check: entry.check.clone(),
            state: match entry.course.state() {
                // That it was healthy long ago says nothing; that it is over nobody has seen.
                CheckState::Healthy(_) if entry.course.is_stale(&entry.check, now) => CheckState::Waiting,
                state => state.clone(),
            },
            last_at: entry.course.kept().last_at,
            last_fault: entry.last.as_ref().and_then(|last| last.fault.clone()).unwrap_or_default(),
            took: entry.last.as_ref().map(|last| last.took),
            uptime: entry.course.uptime(now),
            outages: entry.course.outages(now),
        };
        self.entries.iter().map(status).collect()
    }
}

fn restored(check: &HealthCheck, kept: Kept) -> Course {
    let mut course = Course::restored(kept);
    if !check.is_on {
        course.end();
    }
    course
}

/// A target and a check may have one name; the attribute `check` tells them apart.
fn series(check: &HealthCheck, metric: &str, unit: Unit, name: &str) -> SeriesDef {
    let of_check = [("service.name", &**check.service()), ("check", &*check.name), ("target", &*check.name)];
    let attributes = if metric == "perfdesk.target.up" { &of_check[..] } else { &of_check[..2] };
    let instance = if *check.service() == check.name {
        check.name.clone()
    } else {
        format!("{}, {}", check.service(), check.name).into()
    };
    SeriesDef {
        key: SeriesKey::new(metric, attributes),
        unit,
        group: SeriesGroup::Services,
        name: name.into(),
        instance,
        probe: ProbeId("services"),
        cadence: Some(Duration::from_secs(check.interval_seconds.into())),
    }
}
