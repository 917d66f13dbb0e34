//! The engine: the single writer. It owns the threads and everything that changes, takes batches and commands in,
//! and publishes snapshots. It knows no screen.

pub mod comparing;
pub mod core;
#[cfg(test)]
mod fake_history;
pub mod handle;
pub mod jobs;
pub mod pace;
pub mod period;
pub mod sample_worker;
pub mod start;
mod summary;
pub mod tasks;
mod world;

pub use handle::{Handle, Input, Inputs};
pub use start::{Engine, EngineOptions, StartError};
