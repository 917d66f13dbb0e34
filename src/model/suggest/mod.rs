//! The words of suggestions: cards with their evidence, what became of them, and what was looked at.
//!
//! Plain data. What raises a card and what ends it stands in `suggest`; who publishes it, in the engine.

mod advice;
mod edit;
mod outcome;
mod picture;
mod state;
mod suggestion;

pub use advice::{Advice, Card, KindState, KindStatus};
pub use edit::SuggestCommand;
pub use outcome::{Deed, DeedId, Outcome, OutcomeVerdict, TrackRecord};
pub use picture::{Bar, Picture, PictureForm, ScatterPicture};
pub use state::SuggestionState;
pub use suggestion::{
    Change, Expected, ExpectedAmount, Metric, SeenPeriod, Suggestion, SuggestionEvidence, SuggestionId, Sureness, Topic,
};
