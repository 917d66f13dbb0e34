//! A part of longer work: its progress from 0 to 1 as a share of the whole.

use crate::store::progress::{Cancelled, Progress};

/// The progress of one part.
pub(super) struct Share<'a> {
    whole: &'a mut dyn Progress,
    from: f32,
    to: f32,
}

impl<'a> Share<'a> {
    /// The part that takes the whole from one share to another.
    pub(super) fn new(whole: &'a mut dyn Progress, from: f32, to: f32) -> Self {
        Self { whole, from, to }
    }
}

impl Progress for Share<'_> {
    fn step(&mut self, done_ratio: Option<f32>, text: &str) -> Result<(), Cancelled> {
        let done = done_ratio.unwrap_or(0.0).clamp(0.0, 1.0);
        self.whole.step(Some(self.from + done * (self.to - self.from)), text)
    }
}
