//! The engine: the single writer. It owns the threads and everything that changes, takes batches and commands in,
//! and publishes snapshots. It knows no screen.

pub mod handle;

pub use handle::{Handle, Input};
