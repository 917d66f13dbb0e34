//! Telemetry that leaves this machine, as the engine runs it: the document of endpoints, what they are sent, how that goes.
//!
//! [`RemoteDesk`] is the whole of it but for the world: commands, outcomes and the threads' words go in, deeds come out.

mod desk;
pub mod document;
mod files;
#[cfg(test)]
mod source_tests;
pub mod source_views;
pub mod sources;
#[cfg(test)]
mod tests;

pub use self::desk::{RemoteDeed, RemoteDesk};
pub use self::files::{RemoteFiles, RemoteJob, RemoteOutcome};

/// The folder of the queues, in the data folder.
pub const QUEUES: &str = "remote-write";
