//! Progress of long work, and the word that ends it early.

/// A person ended the work.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("cancelled")]
pub struct Cancelled;

/// Told how far long work is, and asked whether to go on.
pub trait Progress {
    /// Says how far the work is: a share from 0 to 1 where that can be told, and what it does now, such as
    /// "12,400,000 samples". Cheap enough to be called some hundred times a second.
    ///
    /// # Errors
    /// [`Cancelled`] when the work is to end here and leave nothing behind.
    fn step(&mut self, done_ratio: Option<f32>, text: &str) -> Result<(), Cancelled>;
}

/// Nobody watches: for commands that cannot be cancelled, and for tests.
#[derive(Debug, Clone, Copy, Default)]
pub struct Unwatched;

impl Progress for Unwatched {
    fn step(&mut self, _done_ratio: Option<f32>, _text: &str) -> Result<(), Cancelled> {
        Ok(())
    }
}
