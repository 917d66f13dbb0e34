//! Suggestions at one moment, as every client sees them.

use std::sync::Arc;

use serde::{Deserialize, Serialize};

use super::outcome::{Deed, TrackRecord};
use super::state::SuggestionState;
use super::suggestion::{Suggestion, SuggestionId, Topic};
use crate::model::Timestamp;

/// A suggestion and how it stands.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Card {
    /// It.
    pub suggestion: Arc<Suggestion>,
    /// How it stands.
    pub state: SuggestionState,
}

/// What came of looking for one kind.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub enum KindState {
    /// It was not looked at yet.
    #[default]
    Waiting,
    /// It cannot be told: which figures are missing and what would bring them.
    NoData(Arc<str>),
    /// Nothing to suggest, and the figures that say so.
    Fine(Arc<str>),
    /// So many cards.
    Raised(usize),
}

/// One kind of suggestion: what was looked at.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct KindStatus {
    /// Its name in files.
    pub kind: Arc<str>,
    /// Its name for people, such as "Pool exhausted, database idle".
    pub title: Arc<str>,
    /// Its topic.
    pub topic: Topic,
    /// Where its rule of thumb comes from.
    pub source: Arc<str>,
    /// What came of the last look.
    pub state: KindState,
    /// How its suggestions did.
    pub record: TrackRecord,
}

/// Suggestions at one moment.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct Advice {
    /// The answer to "so what?", such as "Three suggestions."
    pub headline: Arc<str>,
    /// What goes on behind it on the same line; may be empty.
    pub headline_rest: Arc<str>,
    /// Cards: open ones first, the most valuable first; then on trial, done and not yet judged, snoozed, dismissed.
    pub cards: Arc<[Card]>,
    /// How many are open.
    pub n_open: usize,
    /// What was done, the newest first, at most [`Advice::MAX_DEEDS`].
    pub deeds: Arc<[Deed]>,
    /// How everything that was tried did.
    pub record: TrackRecord,
    /// When the first of it was done.
    pub record_since: Option<Timestamp>,
    /// Every kind and what came of looking, in the order of lists.
    pub kinds: Arc<[KindStatus]>,
    /// Series that are not followed because there are too many.
    pub n_left_out: usize,
    /// What `Undo` would take back, such as "Dismissed: Keep product pages longer"; empty where there is nothing.
    pub undo: Arc<str>,
}

impl Advice {
    /// Deeds in a snapshot, and those that are kept.
    pub const MAX_DEEDS: usize = 200;

    /// A card.
    pub fn card(&self, id: &SuggestionId) -> Option<&Card> {
        self.cards.iter().find(|card| card.suggestion.id == *id)
    }

    /// The open cards, the most valuable first.
    pub fn open(&self) -> impl Iterator<Item = &Card> {
        self.cards.iter().filter(|card| card.state.is_open())
    }
}
