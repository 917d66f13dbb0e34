//! What a client may ask about suggestions.

use std::sync::Arc;

use serde::{Deserialize, Serialize};

use super::suggestion::SuggestionId;
use crate::model::Timestamp;

/// About suggestions. What cannot be done is a notice.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum SuggestCommand {
    /// Quiet until then.
    Snooze(SuggestionId, Timestamp),
    /// Away until what is seen is materially different; why, which may be empty.
    Dismiss(SuggestionId, Arc<str>),
    /// Open again: what was snoozed, dismissed or done.
    Reopen(SuggestionId),
    /// Plans the active profile with the change filled in; the answer is `Tuning::plan`. Nothing is written before the plan
    /// is applied.
    TryIt(SuggestionId),
    /// A person did it by hand.
    MarkDone(SuggestionId),
    /// Takes the last of the above back, but for a plan.
    Undo,
}
