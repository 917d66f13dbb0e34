//! The window's wiring: eframe around the panels.

use std::time::Instant;

use crate::cli::Arguments;
use crate::cli::agent::RunError;

pub mod renderer;

/// Why the window did not run.
#[derive(Debug, thiserror::Error)]
pub enum OpenError {
    /// No window can be opened here; the reason.
    #[error("{0}")]
    NoWindow(String),
    /// The run ended badly.
    #[error(transparent)]
    Run(#[from] RunError),
}

/// Opens the window and stays until it is closed.
///
/// # Errors
/// [`OpenError`], in words a person can act on.
pub fn open(_arguments: &Arguments, _started: Instant) -> Result<(), OpenError> {
    Err(OpenError::NoWindow("the window is being built".into()))
}
