//! How the targets do: whether each is up, since when and why not, and what its newest scrape held.

use std::time::Duration;

use super::Scraped;
use crate::model::service::{Target, TargetState, TargetStatus};
use crate::model::{ProbeId, SeriesDef, SeriesGroup, SeriesKey, Slot, Unit};
use crate::telemetry::record::{Record, Tick};

/// All targets, in the order in which they were set.
#[derive(Debug, Default)]
pub struct TargetBook {
    entries: Vec<Entry>,
    generation: Option<u32>,
}

#[derive(Debug)]
struct Entry {
    status: TargetStatus,
    /// What is to be recorded at the next tick.
    news: Option<News>,
    slots: Option<[Slot; 3]>,
}

#[derive(Debug, Clone, Copy, PartialEq)]
struct News {
    is_up: bool,
    took: Duration,
    n_samples: Option<u32>,
}

impl TargetBook {
    /// An empty book.
    pub fn new() -> Self {
        Self::default()
    }

    /// Keeps to these targets from now on. One that is asked otherwise than before is not known to be up or down.
    pub fn set(&mut self, targets: &[Target]) {
        let mut old = std::mem::take(&mut self.entries);
        self.entries = targets
            .iter()
            .map(|target| {
                let shown = target.without_secret();
                let has_secret = target.secret.as_ref().is_some_and(|secret| !secret.0.is_empty());
                let before = old.iter().position(|entry| entry.status.target.name == target.name);
                let mut entry = before.map(|place| old.swap_remove(place)).unwrap_or_else(|| Entry {
                    status: TargetStatus { target: shown.clone(), ..TargetStatus::default() },
                    news: None,
                    slots: None,
                });
                let was = &entry.status.target;
                if was.url != shown.url || !shown.is_on {
                    entry.status.state = TargetState::Waiting;
                    entry.news = None;
                }
                if was.interval_seconds != shown.interval_seconds {
                    // Defined anew, with the other cadence.
                    entry.slots = None;
                }
                entry.status.target = shown;
                entry.status.has_secret = has_secret;
                entry
            })
            .collect();
    }

    /// Takes what came of a scrape. One of a target that is not kept any more, or switched off, is nothing.
    pub fn take(&mut self, target: &str, scraped: &Scraped<'_>) {
        let Some(entry) = self.entries.iter_mut().find(|entry| &*entry.status.target.name == target) else { return };
        let status = &mut entry.status;
        if !status.target.is_on {
            return;
        }
        let mut news = News { is_up: false, took: scraped.took, n_samples: None };
        match &scraped.found {
            Ok(families) => {
                status.state = TargetState::Up;
                status.last_at = Some(scraped.at);
                status.took = Some(scraped.took);
                status.n_samples = families.n_samples;
                status.n_bytes = scraped.n_bytes;
                status.n_bad_lines = families.n_bad_lines;
                status.bad_line = families.bad_line.as_str().into();
                news = News { is_up: true, n_samples: Some(families.n_samples), ..news };
            }
            Err(why) => {
                let since = match status.state {
                    TargetState::Down { since, .. } => since,
                    _ => scraped.at,
                };
                status.state = TargetState::Down { since, why: why.clone() };
            }
        }
        entry.news = Some(news);
    }

    /// Records what came since the tick before.
    pub fn record(&mut self, tick: Tick, out: &mut dyn Record) {
        if self.generation.replace(tick.generation) != Some(tick.generation) {
            self.entries.iter_mut().for_each(|entry| entry.slots = None);
        }
        for entry in &mut self.entries {
            let Some(news) = entry.news.take() else { continue };
            let target = &entry.status.target;
            let [up, took, samples] = *entry.slots.get_or_insert_with(|| {
                [
                    out.define(series(target, "perfdesk.target.up", Unit::Count("target"), "Target up")),
                    out.define(series(target, "perfdesk.target.scrape.duration", Unit::Seconds, "Scrape duration")),
                    out.define(series(
                        target,
                        "perfdesk.target.scrape.samples",
                        Unit::Count("sample"),
                        "Samples of a scrape",
                    )),
                ]
            });
            out.put(up, if news.is_up { 1.0 } else { 0.0 });
            out.put(took, news.took.as_secs_f64());
            if let Some(n) = news.n_samples {
                out.put(samples, n.into());
            }
        }
    }

    /// How each does, in their order.
    pub fn statuses(&self) -> Vec<TargetStatus> {
        self.entries.iter().map(|entry| entry.status.clone()).collect()
    }
}

fn series(target: &Target, metric: &str, unit: Unit, name: &str) -> SeriesDef {
    SeriesDef {
        key: SeriesKey::new(metric, &[("service.name", &target.name), ("target", &target.name)]),
        unit,
        group: SeriesGroup::Services,
        name: name.into(),
        instance: target.name.clone(),
        probe: ProbeId("services"),
        cadence: Some(Duration::from_secs(target.interval_seconds.into())),
    }
}
