//! The engine: the single writer. It owns the threads and everything that changes, takes batches and commands in,
//! and publishes snapshots. It knows no screen.

pub mod access;
pub mod alerting;
pub mod apply_worker;
pub mod backtesting;
pub mod comparing;
pub mod core;
#[cfg(test)]
mod fake_history;
pub mod handle;
pub mod jobs;
pub mod moments;
pub mod own_work;
pub mod pace;
pub mod period;
mod private_document;
pub mod query_worker;
pub mod sample_worker;
pub mod services;
pub mod start;
mod store_door;
pub mod store_queue;
pub mod store_worker;
pub mod suggesting;
mod summary;
pub mod tasks;
pub mod telemetry;
pub mod tuning;
mod world;

pub use handle::{Handle, Input, Inputs};
pub use start::{Engine, EngineOptions, StartError};
