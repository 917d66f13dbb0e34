//! Suggestions, pure: what is looked at, what raises a card, what ends it, and what came of it.
//!
//! No file, clock, thread or socket: batches and time come in as arguments, and cards and words come out.

pub mod change;
mod conflict;
mod database;
pub mod desk;
pub mod evidence;
pub mod finding;
pub mod kind;
pub mod kinds;
pub mod ledger;
pub mod outcome;
mod picture;
pub mod put_back;
#[cfg(test)]
pub(crate) mod scenario;
mod service;
pub mod trail;

pub use desk::Desk;
pub use evidence::{Evidence, Happening, ProfileFacts};
pub use finding::{Finding, Resource, Verdict};
pub use kind::{Kind, Want};
pub use ledger::Ledger;
pub use trail::Trail;
