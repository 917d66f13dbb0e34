//! What rules have reached, as a document of the data folder: a restart in the middle of `for` keeps the age.

use serde::{Deserialize, Serialize};

use crate::alert::Kept;
use crate::model::alert::{AlertId, Phase};
use crate::model::{SeriesKey, Timestamp};
use crate::store::document::Document;

/// Instances that are kept, at most; those that fire first.
const MAX_KEPT: usize = 5000;

/// The document `alert-state.ron`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct AlertState {
    version: u32,
    /// The number that the next alert gets.
    pub next_alert: u64,
    /// Rules that are silenced.
    pub silences: Vec<KeptSilence>,
    instances: Vec<KeptInstance>,
}

/// A rule that is silenced.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct KeptSilence {
    /// Which.
    pub rule: String,
    /// Until when.
    pub until: Timestamp,
    /// Why.
    #[serde(default)]
    pub reason: String,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct KeptInstance {
    rule: String,
    instance: SeriesKey,
    stage: Stage,
    held_millis: u64,
    since: Timestamp,
    pending_from: Timestamp,
    #[serde(default)]
    alert: Option<AlertId>,
}

#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Stage {
    Pending,
    Recovering,
    Firing,
}

impl Default for AlertState {
    fn default() -> Self {
        Self { version: Self::VERSION, next_alert: 0, silences: Vec::new(), instances: Vec::new() }
    }
}

impl Document for AlertState {
    const FILE: &'static str = "alert-state.ron";
    const VERSION: u32 = 1;
    const ABOUT: &'static str = "How far Perfdesk's alert rules are, so that a restart loses nothing.";
    fn version(&self) -> u32 {
        self.version
    }
    fn checked(mut self) -> Self {
        self.instances.truncate(MAX_KEPT);
        self
    }
}

impl AlertState {
    /// The state of these instances; what is inactive needs no keeping.
    pub fn new(next_alert: u64, silences: Vec<KeptSilence>, kept: &[Kept]) -> Self {
        let mut instances: Vec<KeptInstance> = kept.iter().filter_map(KeptInstance::of).collect();
        if instances.len() > MAX_KEPT {
            instances.sort_by_key(|instance| instance.stage != Stage::Firing);
            instances.truncate(MAX_KEPT);
        }
        Self { next_alert, silences, instances, ..Self::default() }
    }

    /// The instances as rules take them up.
    pub fn kept(&self) -> Vec<Kept> {
        self.instances.iter().map(KeptInstance::kept).collect()
    }

    /// Whether there is nothing worth keeping.
    pub fn is_empty(&self) -> bool {
        self.instances.is_empty() && self.silences.is_empty()
    }
}

impl KeptInstance {
    fn of(kept: &Kept) -> Option<Self> {
        let stage = match kept.phase {
            Phase::Pending => Stage::Pending,
            Phase::Firing => Stage::Firing,
            Phase::Recovering => Stage::Recovering,
            Phase::Inactive | Phase::NoData | Phase::Error => return None,
        };
        Some(Self {
            rule: kept.rule.to_string(),
            instance: kept.instance.clone(),
            stage,
            held_millis: u64::try_from(kept.held.as_millis()).unwrap_or(u64::MAX),
            since: kept.since,
            pending_from: kept.pending_from,
            alert: kept.alert,
        })
    }

    fn kept(&self) -> Kept {
        Kept {
            rule: self.rule.as_str().into(),
            instance: self.instance.clone(),
            phase: match self.stage {
                Stage::Pending => Phase::Pending,
                Stage::Firing => Phase::Firing,
                Stage::Recovering => Phase::Recovering,
            },
            held: std::time::Duration::from_millis(self.held_millis),
            since: self.since,
            pending_from: self.pending_from,
            alert: self.alert,
        }
    }
}
