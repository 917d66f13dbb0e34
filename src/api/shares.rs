//! Places that are given out so that no token takes all of them: it may take another one only while fewer are its own
//! than are free. One token comes to half of the places, the next to half of the rest, and so on.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

/// Places of one kind.
#[derive(Debug)]
pub struct Shares {
    n_places: usize,
    held: Mutex<HashMap<Arc<str>, usize>>,
}

/// A place, given back when it goes.
#[derive(Debug)]
pub struct Place {
    shares: Arc<Shares>,
    token: Arc<str>,
}

impl Shares {
    /// So many places, all of them free.
    pub fn new(n_places: usize) -> Arc<Self> {
        Arc::new(Self { n_places, held: Mutex::default() })
    }

    /// A place for a token; `None` where it has its share.
    pub fn take(self: &Arc<Self>, token: &Arc<str>) -> Option<Place> {
        let mut held = self.held.lock().unwrap_or_else(PoisonError::into_inner);
        let n_free = self.n_places.saturating_sub(held.values().sum());
        let n_own = held.get(token).copied().unwrap_or_default();
        if n_own >= n_free {
            return None;
        }
        held.insert(token.clone(), n_own + 1);
        drop(held);
        Some(Place { shares: self.clone(), token: token.clone() })
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        let mut held = self.shares.held.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(n) = held.get_mut(&self.token) {
            *n -= 1;
            if *n == 0 {
                held.remove(&self.token);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_token_takes_what_another_needs_and_places_are_given_back() {
        let shares = Shares::new(64);
        let all = |name: &str| -> Vec<Place> { std::iter::from_fn(|| shares.take(&name.into())).collect() };
        let first = all("ci");
        assert_eq!((first.len(), all("ci").len()), (32, 0));
        let others: Vec<Vec<Place>> = ["a", "b", "c", "d", "e", "f"].map(all).into();
        assert_eq!(others.iter().map(Vec::len).collect::<Vec<_>>(), [16, 8, 4, 2, 1, 1]);
        assert!(all("g").is_empty(), "all 64 are taken");
        drop(first);
        assert_eq!(all("g").len(), 16, "half of what came back");
        drop(others);
        assert_eq!(all("ci").len(), 32);
        assert!(shares.held.lock().expect("no thread broke down").is_empty());
    }
}
