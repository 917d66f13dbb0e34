//! All processes of one start of a service, however they came to be: found, asked to end, killed.

#[cfg(unix)]
mod unix;
#[cfg(windows)]
mod windows;

#[cfg(unix)]
pub(super) use unix::{Group, born, identity, marked};
#[cfg(windows)]
pub(super) use windows::{Group, born, identity, marked};

/// The variable that all processes of a service inherit.
pub(super) const MARK: &str = "PERFDESK_RUN";

/// Which process a number means: where the number came to another, the mark is another.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize, serde::Deserialize)]
pub struct Identity {
    /// Its number.
    pub pid: u32,
    /// When it started, in a unit of the system's own.
    pub start: u64,
}
