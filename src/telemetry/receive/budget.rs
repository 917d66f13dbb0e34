//! Memory for bodies: one amount for all of them, of which each takes its share byte by byte as it grows.
//!
//! A share is what a body has room for, never what its sender says it will be.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering::Relaxed};

/// Room that a body begins with.
const FIRST: usize = 4 * 1024;

/// Why a body cannot grow.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum TooMuch {
    /// It is larger than a body may be.
    #[error("it is larger than {0} bytes")]
    Large(usize),
    /// All bodies together are: later there may be room.
    #[error("too much is being taken at this time")]
    Busy,
}

/// What is left of the amount.
#[derive(Debug)]
pub struct Budget(AtomicUsize);

impl Budget {
    /// An amount, in bytes.
    pub fn new(n_bytes: usize) -> Self {
        Self(AtomicUsize::new(n_bytes))
    }

    /// Bytes that are left.
    #[cfg(test)]
    pub fn left(&self) -> usize {
        self.0.load(Relaxed)
    }

    fn take(&self, n_bytes: usize) -> bool {
        self.0.try_update(Relaxed, Relaxed, |left| left.checked_sub(n_bytes)).is_ok()
    }
}

/// A body and its share, given back when it goes.
#[derive(Debug)]
pub struct Held {
    bytes: Vec<u8>,
    /// What it has room for, taken from the amount.
    share: usize,
    /// Bytes at its beginning that are passed over.
    n_skipped: usize,
    budget: Arc<Budget>,
    n_most: usize,
}

impl Held {
    /// An empty body that may have so many bytes.
    pub fn new(budget: Arc<Budget>, n_most: usize) -> Self {
        Self { bytes: Vec::new(), share: 0, n_skipped: 0, budget, n_most }
    }

    /// An empty body out of the same amount.
    pub fn beside(&self, n_most: usize) -> Self {
        Self::new(self.budget.clone(), n_most)
    }

    /// What it holds.
    pub fn bytes(&self) -> &[u8] {
        &self.bytes[self.n_skipped..]
    }

    /// What it holds, to be changed.
    pub fn bytes_mut(&mut self) -> &mut [u8] {
        &mut self.bytes[self.n_skipped..]
    }

    /// The same without its first bytes, which still take their room.
    pub fn without_first(mut self, n_bytes: usize) -> Self {
        self.n_skipped = (self.n_skipped + n_bytes).min(self.bytes.len());
        self
    }

    /// Puts more at its end.
    ///
    /// # Errors
    /// [`TooMuch`]; it holds what it held.
    pub fn push(&mut self, more: &[u8]) -> Result<(), TooMuch> {
        let needed = self.bytes.len().saturating_add(more.len());
        if needed > self.share {
            self.grow(needed)?;
        }
        self.bytes.extend_from_slice(more);
        Ok(())
    }

    fn grow(&mut self, needed: usize) -> Result<(), TooMuch> {
        if needed > self.n_most {
            return Err(TooMuch::Large(self.n_most));
        }
        let now = self.share;
        // Twice as much, so that a long body is not moved at each piece; just enough, where that is all there is.
        let ample = needed.max(now.saturating_mul(2)).max(FIRST).min(self.n_most);
        let room = [ample, needed].into_iter().find(|room| self.budget.take(room - now)).ok_or(TooMuch::Busy)?;
        self.share = room;
        self.bytes.reserve_exact(room - self.bytes.len());
        Ok(())
    }
}

impl Drop for Held {
    fn drop(&mut self) {
        self.budget.0.fetch_add(self.share, Relaxed);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bodies_share_an_amount_and_give_it_back() {
        let budget = Arc::new(Budget::new(20_000));
        let mut first = Held::new(budget.clone(), 16_000);
        first.push(&[1; 10_000]).expect("there is room");
        assert_eq!(budget.left(), 10_000);
        let mut second = first.beside(16_000);
        second.push(&[2; 9_000]).expect("there is room");
        assert_eq!(second.push(&[2; 2_000]), Err(TooMuch::Busy));
        assert_eq!(second.bytes().len(), 9_000);
        let mut third = first.beside(16_000);
        third.push(&[3; 700]).and_then(|()| third.push(&[3; 200])).expect("just enough");
        drop(third);
        assert_eq!(first.push(&[1; 6_001]), Err(TooMuch::Large(16_000)));
        drop(second);
        first.push(&[1; 6_000]).expect("it is as large as it may be");
        drop(first);
        assert_eq!(budget.left(), 20_000);
    }
}
