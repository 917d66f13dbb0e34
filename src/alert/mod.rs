//! Alerts: a rule, what it has reached, samples and a time go in; states and events come out.
//!
//! Pure: no clock, no thread, no file. Who is told of an event, and what is kept on disk, is the engine's.

mod advance;
pub mod amount_text;
pub mod backtest;
mod book;
pub mod check;
pub mod document;
pub mod expression;
mod pattern;
pub mod reason;
pub mod record_text;
pub mod script;
mod select;
mod shipped;
pub mod telling;
mod window;

pub use advance::{Age, Change, GAP_INTERVALS, Observed, Timing};
pub use book::{Book, Ended, Event, Kept, Place, Tick};
pub use pattern::SeriesPattern;
pub use reason::{message, rule_sentence};
pub use select::{Matches, select_series};
pub use shipped::shipped;
