//! How a suggestion stands with the person.

use std::sync::Arc;

use serde::{Deserialize, Serialize};

use super::outcome::DeedId;
use crate::model::Timestamp;
use crate::model::profile::ApplyId;

/// How a suggestion stands with the person.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub enum SuggestionState {
    /// It waits for somebody.
    #[default]
    Open,
    /// It is quiet until then.
    Snoozed {
        /// Until when.
        until: Timestamp,
    },
    /// It stays away until what is seen is materially different.
    Dismissed {
        /// Since when.
        at: Timestamp,
        /// Why; may be empty.
        reason: Arc<str>,
    },
    /// Its change was applied and waits to be kept or to go back.
    OnTrial {
        /// The apply.
        apply: ApplyId,
        /// Since when.
        since: Timestamp,
        /// When a verdict can be told at the earliest.
        verdict_at: Timestamp,
    },
    /// It was done; what came of it stands in the deed of this number.
    Done {
        /// When.
        at: Timestamp,
        /// Which deed.
        deed: DeedId,
        /// When a verdict can be told at the earliest.
        verdict_at: Timestamp,
    },
}

impl SuggestionState {
    /// Whether it waits for somebody.
    pub const fn is_open(&self) -> bool {
        matches!(self, Self::Open)
    }
}
