//! The desk: which cards there are, how they stand, and what came of what was done.
//!
//! It is told what kinds find, what a person wants and how applies go on, each with its time; it gives `Advice` out. A card
//! ends by itself once its cause was seen to be gone for [`GONE_FOR`].

mod advice;
mod cards;
mod commands;
mod deeds;
#[cfg(test)]
mod tests;

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

pub use self::commands::Wanted;
use super::kind::Kind;
use super::ledger::{Ledger, Stand};
use super::put_back::PutBack;
use super::{Resource, kinds};
use crate::model::Timestamp;
use crate::model::profile::{ParamKey, ParamValue, ProfileName};
use crate::model::suggest::{KindState, OutcomeVerdict, Suggestion, SuggestionId};

/// How long a cause must be seen to be gone before its card ends.
pub const GONE_FOR: Duration = Duration::from_secs(5 * 60);
/// Looks that lie farther apart than this tell nothing of the time between.
const LONGEST_GAP: Duration = Duration::from_secs(3 * 60);
/// Cards of one kind; the most valuable of them where there are more.
const MAX_CARDS: usize = 8;
/// A dismissed card comes back when what is seen is so many times as large as then.
const MATERIALLY: f64 = 1.5;

/// Something that happened at the desk.
#[derive(Debug, Clone, PartialEq)]
pub enum DeskEvent {
    /// A new card is open.
    Raised {
        /// Its title.
        title: Arc<str>,
    },
    /// A card's cause is gone.
    Ended {
        /// Its title.
        title: Arc<str>,
    },
    /// An apply that was linked to a card went back.
    RolledBack {
        /// The card's title.
        title: Arc<str>,
        /// What its profile held before.
        put_back: Option<Box<PutBack>>,
    },
    /// It is told what came of a deed.
    Judged {
        /// The card's title.
        title: Arc<str>,
        /// The change.
        change: Arc<str>,
        /// What came of it.
        verdict: OutcomeVerdict,
    },
}

/// A card as the desk keeps it.
#[derive(Debug)]
struct Seen {
    suggestion: Arc<Suggestion>,
    size: f64,
    takes: &'static [Resource],
    short_of: &'static [Resource],
    /// Since when its cause has been seen to be gone.
    gone_since: Option<Timestamp>,
}

/// A change that was put into a plan and is not applied yet.
#[derive(Debug)]
struct Asked {
    id: SuggestionId,
    profile: ProfileName,
    key: ParamKey,
    to: ParamValue,
    at: Timestamp,
    /// What the profile held then.
    put_back: Option<PutBack>,
}

/// What the last command changed.
#[derive(Debug)]
struct Undo {
    text: Arc<str>,
    id: SuggestionId,
    before: Option<Stand>,
    /// Whether the command made the newest deed.
    made_deed: bool,
}

/// All of it.
#[derive(Debug)]
pub struct Desk {
    kinds: &'static [&'static Kind],
    states: Vec<KindState>,
    /// When each kind was last looked at.
    looked_at: Vec<Option<Timestamp>>,
    cards: BTreeMap<SuggestionId, Seen>,
    ledger: Ledger,
    asked: Option<Asked>,
    undo: Option<Undo>,
    events: Vec<DeskEvent>,
    is_changed: bool,
    is_unsaved: bool,
}

impl Default for Desk {
    fn default() -> Self {
        Self::new(kinds::ALL)
    }
}

impl Desk {
    /// An empty desk for these kinds.
    pub fn new(kinds: &'static [&'static Kind]) -> Self {
        Self {
            kinds,
            states: vec![KindState::Waiting; kinds.len()],
            looked_at: vec![None; kinds.len()],
            cards: BTreeMap::new(),
            ledger: Ledger::default(),
            asked: None,
            undo: None,
            events: Vec::new(),
            is_changed: true,
            is_unsaved: false,
        }
    }

    /// Takes over what an earlier run kept.
    pub fn remember(&mut self, ledger: Ledger) {
        self.ledger = ledger.checked();
        self.is_changed = true;
    }

    /// What is to be kept, if it changed since the last call.
    pub fn take_unsaved(&mut self) -> Option<Ledger> {
        std::mem::take(&mut self.is_unsaved).then(|| self.ledger.clone())
    }

    /// Whether what clients see changed since the last call.
    pub fn take_changed(&mut self) -> bool {
        std::mem::take(&mut self.is_changed)
    }

    /// What happened since the last call.
    pub fn take_events(&mut self) -> Vec<DeskEvent> {
        std::mem::take(&mut self.events)
    }

    fn kind_of(&self, id: &SuggestionId) -> Option<&'static Kind> {
        self.kinds.iter().find(|kind| *kind.name == *id.kind).copied()
    }

    /// Puts a card where it stands and keeps that.
    fn put(&mut self, id: &SuggestionId, stand: Option<Stand>) {
        self.ledger.put(id, stand);
        (self.is_changed, self.is_unsaved) = (true, true);
    }
}
