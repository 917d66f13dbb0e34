//! A book that many bodies are counted in, piece by piece, and that a tick gets after the piece that is under way.
//!
//! A lock alone is not enough: whoever gives it back may take it again before one that waits wakes up. So whoever counts
//! passes by a second lock each time, at which a tick stands while it waits for the book.

use std::ops::{Deref, DerefMut};
use std::sync::{Mutex, MutexGuard, PoisonError};

/// A book and the way to it.
#[derive(Debug, Default)]
pub struct Shared<T> {
    book: Mutex<T>,
    /// Held by the one that has the book next.
    next: Mutex<()>,
    /// Held by the one that counts: the others wait here, and not at `next`.
    counting: Mutex<()>,
}

/// A panic while a body was counted leaves a book that is less than complete, and still good.
fn locked<T>(lock: &Mutex<T>) -> MutexGuard<'_, T> {
    lock.lock().unwrap_or_else(PoisonError::into_inner)
}

/// The book, for one piece. It is given back before the next of those that count may come.
pub struct Piece<'a, T> {
    book: MutexGuard<'a, T>,
    _counting: MutexGuard<'a, ()>,
}

impl<T> Shared<T> {
    /// Shares a book.
    pub fn new(book: T) -> Self {
        Self { book: Mutex::new(book), next: Mutex::default(), counting: Mutex::default() }
    }

    /// The book for a tick or a question, as soon as the piece that is being counted is done.
    pub fn at_once(&self) -> MutexGuard<'_, T> {
        let _next = locked(&self.next);
        locked(&self.book)
    }

    /// The book for one piece of a body.
    pub fn piece(&self) -> Piece<'_, T> {
        let counting = locked(&self.counting);
        let _next = locked(&self.next);
        Piece { book: locked(&self.book), _counting: counting }
    }
}

impl<T> Deref for Piece<'_, T> {
    type Target = T;

    fn deref(&self) -> &T {
        &self.book
    }
}

impl<T> DerefMut for Piece<'_, T> {
    fn deref_mut(&mut self) -> &mut T {
        &mut self.book
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
    use std::thread;

    use super::*;

    #[test]
    fn a_tick_has_the_book_after_the_piece_under_way() {
        let shared = Shared::new(());
        let (n_pieces, is_over) = (AtomicU64::new(0), AtomicBool::new(false));
        let mut waited: Vec<u64> = thread::scope(|scope| {
            for _ in 0..2 {
                scope.spawn(|| {
                    while !is_over.load(Ordering::Relaxed) {
                        let _piece = shared.piece();
                        // Long enough that one that waits for the lock alone falls asleep.
                        assert!((0..20_000).all(|i| std::hint::black_box(i) >= 0));
                        n_pieces.fetch_add(1, Ordering::Relaxed);
                    }
                });
            }
            let waited = (0..101).map(|_| {
                let before = n_pieces.load(Ordering::Relaxed);
                // Each time several pieces lie between.
                while n_pieces.load(Ordering::Relaxed) < before + 3 {
                    thread::yield_now();
                }
                let before = n_pieces.load(Ordering::Relaxed);
                let _book = shared.at_once();
                n_pieces.load(Ordering::Relaxed) - before
            });
            let waited = waited.collect();
            is_over.store(true, Ordering::Relaxed);
            waited
        });
        waited.sort_unstable();
        assert!(waited[50] <= 2, "{waited:?}");
    }
}
