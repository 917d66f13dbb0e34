//! The demo service: one process that behaves like a real shop's back end, to try everything on without any set-up.
//!
//! It knows nothing of the engine: it is what is watched and tuned. Its limits come from the environment, so a profile that
//! is bound to them changes how it behaves; what it reports comes from real queries, real locks, real connections and real
//! work, and nothing is scripted.

mod cache;
mod chaos;
mod clock;
mod connectors;
mod database;
mod folder;
mod http;
pub mod limits;
mod meter;
mod model;
mod orders;
mod report;
mod service;
#[cfg(test)]
mod tests;
mod visitors;

pub use limits::{KEYS, Key, Limits, Refused};
pub use report::Place;
pub use service::{DemoError, Options, Service};

/// Products in the database unless told otherwise.
pub const N_PRODUCTS: u64 = 5_000;
