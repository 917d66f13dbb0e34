//! What is kept over restarts: which cards were put off or dismissed, and what was done with what outcome.

use std::sync::Arc;

use serde::{Deserialize, Serialize};

use super::put_back::PutBack;
use crate::model::profile::{ApplyId, ParamKey};
use crate::model::suggest::{Advice, Deed, DeedId, Metric, Outcome, OutcomeVerdict, SuggestionId, Topic};
use crate::model::{SeriesKey, Timestamp, Unit};

/// Put-off cards that are kept; the oldest go first.
const MAX_STANDS: usize = 500;
/// Profiles' whole texts that are kept to be put back, those of the newest deeds.
const MAX_TEXTS: usize = 8;

/// The document in the data folder.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Ledger {
    /// Version of the file's form.
    pub version: u32,
    /// Cards that are not simply open.
    pub stands: Vec<Standing>,
    /// What was done, oldest first.
    pub deeds: Vec<DeedRecord>,
    /// The number of the next deed.
    pub next_deed: u64,
}

/// How a card stands that is not simply open.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Standing {
    /// Which card.
    pub id: SuggestionId,
    /// How.
    pub stand: Stand,
}

/// How a card stands.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Stand {
    /// Quiet until then.
    Snoozed {
        /// Until when.
        until: Timestamp,
    },
    /// Away until it is materially different.
    Dismissed {
        /// Since when.
        at: Timestamp,
        /// Why; may be empty.
        reason: Arc<str>,
        /// How large it was then.
        size: f64,
    },
    /// Its change waits to be kept.
    OnTrial {
        /// What was done.
        deed: DeedId,
    },
    /// It was done, and what came of it is not told yet.
    Done {
        /// What was done.
        deed: DeedId,
    },
}

/// A deed with all that its judgement needs.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct DeedRecord {
    /// Its number.
    pub id: DeedId,
    /// About which card.
    pub suggestion: SuggestionId,
    /// The card's title.
    pub title: Arc<str>,
    /// The change on one line.
    pub change: Arc<str>,
    /// The parameter that was turned, and whether upwards.
    #[serde(default)]
    pub turned: Option<(Arc<str>, bool)>,
    /// When.
    pub at: Timestamp,
    /// The apply that did it.
    #[serde(default)]
    pub apply: Option<u64>,
    /// When it was taken back.
    #[serde(default)]
    pub rolled_back_at: Option<Timestamp>,
    /// What the profile held before, in case it is taken back.
    #[serde(default)]
    pub put_back: Option<PutBack>,
    /// What tells whether it helped.
    #[serde(default)]
    pub metric: Option<MetricRecord>,
    /// Means of the minutes before.
    #[serde(default)]
    pub minutes_before: Vec<f64>,
    /// Whether the verdict stands.
    pub is_final: bool,
    /// The verdict so far.
    pub verdict: OutcomeVerdict,
    /// Mean before.
    #[serde(default)]
    pub before: Option<f64>,
    /// Mean after.
    #[serde(default)]
    pub after: Option<f64>,
    /// Why.
    #[serde(default)]
    pub why: Arc<str>,
}

/// A metric as it is kept.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct MetricRecord {
    /// Its series.
    pub series: SeriesKey,
    /// Its name for people.
    pub name: Arc<str>,
    /// Its unit in UCUM.
    pub unit: Arc<str>,
    /// Whether less is better.
    pub is_less_better: bool,
}

impl Default for Ledger {
    fn default() -> Self {
        Self { version: Self::VERSION, stands: Vec::new(), deeds: Vec::new(), next_deed: 1 }
    }
}

impl Ledger {
    /// The version this program writes.
    pub const VERSION: u32 = 1;

    /// The same within its bounds; a number that a hand broke is put right.
    pub fn checked(mut self) -> Self {
        let n_stands = self.stands.len().saturating_sub(MAX_STANDS);
        self.stands.drain(..n_stands);
        let n_deeds = self.deeds.len().saturating_sub(Advice::MAX_DEEDS);
        self.deeds.drain(..n_deeds);
        let greatest = self.deeds.iter().map(|deed| deed.id.0).max().unwrap_or(0);
        self.next_deed = self.next_deed.max(greatest.saturating_add(1));
        self
    }

    /// How a card stands; `None` where it is simply open.
    pub fn stand(&self, id: &SuggestionId) -> Option<&Stand> {
        self.stands.iter().find(|standing| standing.id == *id).map(|standing| &standing.stand)
    }

    /// Puts a card where it stands; `None` opens it.
    pub fn put(&mut self, id: &SuggestionId, stand: Option<Stand>) {
        self.stands.retain(|standing| standing.id != *id);
        self.stands.extend(stand.map(|stand| Standing { id: id.clone(), stand }));
        let n = self.stands.len().saturating_sub(MAX_STANDS);
        self.stands.drain(..n);
    }

    /// Adds something that was done; what is too old or too large is forgotten.
    pub fn push(&mut self, deed: DeedRecord) {
        self.deeds.push(deed);
        let n = self.deeds.len().saturating_sub(Advice::MAX_DEEDS);
        self.deeds.drain(..n);
        let put_backs = self.deeds.iter_mut().rev().filter_map(|deed| deed.put_back.as_mut());
        put_backs.skip(MAX_TEXTS).for_each(|put_back| put_back.text = None);
    }

    /// A deed.
    pub fn deed(&self, id: DeedId) -> Option<&DeedRecord> {
        self.deeds.iter().find(|deed| deed.id == id)
    }

    /// The last deed that turned a parameter this way, or that was done about a card where no parameter turns.
    pub fn last_same(&self, id: &SuggestionId, turned: Option<(&ParamKey, bool)>) -> Option<&DeedRecord> {
        self.deeds.iter().rev().find(|deed| match (&deed.turned, turned) {
            (Some((key, is_raise)), Some((wanted, raise))) => **key == *wanted.as_str() && *is_raise == raise,
            (None, None) => deed.suggestion == *id,
            _ => false,
        })
    }
}

impl DeedRecord {
    /// As clients see it.
    pub fn shown(&self, topic: Option<Topic>) -> Deed {
        let (metric, unit) = match &self.metric {
            Some(metric) => (metric.name.clone(), Unit::from_ucum(&metric.unit)),
            None => (Arc::from(""), Unit::Ratio),
        };
        Deed {
            id: self.id,
            suggestion: self.suggestion.clone(),
            topic,
            title: self.title.clone(),
            change: self.change.clone(),
            at: self.at,
            apply: self.apply.map(ApplyId),
            rolled_back_at: self.rolled_back_at,
            outcome: Outcome {
                verdict: self.verdict,
                metric,
                unit,
                before: self.before,
                after: self.after,
                why: self.why.clone(),
            },
        }
    }
}

impl MetricRecord {
    /// A metric as it is kept.
    pub fn of(metric: &Metric) -> Self {
        Self {
            series: metric.series.clone(),
            name: metric.name.clone(),
            unit: metric.unit.ucum().into(),
            is_less_better: metric.is_less_better,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn units_survive_the_file_as_far_as_a_person_sees_them() {
        use Unit::*;
        for unit in [Ratio, Bytes, BytesPerSecond, Seconds, Hertz, Celsius, Watts, Cores, RevolutionsPerMinute] {
            assert_eq!(Unit::from_ucum(&unit.ucum()), unit);
        }
        assert_eq!(Unit::from_ucum(&PerSecond("operation").ucum()), PerSecond(""));
        assert_eq!(Unit::from_ucum(&Count("thread").ucum()), Count(""));
    }

    #[test]
    fn what_a_hand_broke_is_put_right() {
        let ledger = Ledger { next_deed: 0, ..Ledger::default() }.checked();
        assert_eq!(ledger.next_deed, 1);
    }
}
