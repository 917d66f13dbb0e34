//! Tables by name that hold a bounded number of them; what is over goes under one name.

use std::collections::HashMap;
use std::sync::Arc;

use crate::telemetry::size;

/// The name of what is over.
pub const OTHER: &str = "(other)";

/// How many names all tables together may still take.
#[derive(Debug, Clone, Copy)]
pub struct Budget(pub usize);

/// Values by name.
#[derive(Debug, Clone)]
pub struct Names<T> {
    places: HashMap<Arc<str>, usize>,
    items: Vec<(Arc<str>, T)>,
    most: usize,
}

impl<T> Names<T> {
    /// A table for so many names, and one for the rest.
    pub fn new(most: usize) -> Self {
        Self { places: HashMap::new(), items: Vec::new(), most }
    }

    /// The value of this name, or of the rest where there is no place; `make` gives the first value.
    pub fn of(&mut self, name: &str, budget: &mut Budget, make: impl FnOnce(&str) -> T) -> &mut T {
        let place = self.places.get(name).copied().unwrap_or_else(|| {
            let has_room = self.items.len() < self.most && budget.0 > 0;
            let name = if has_room { name } else { OTHER };
            self.places.get(name).copied().unwrap_or_else(|| {
                budget.0 = budget.0.saturating_sub(1);
                let shared: Arc<str> = name.into();
                self.places.insert(Arc::clone(&shared), self.items.len());
                self.items.push((shared, make(name)));
                self.items.len() - 1
            })
        });
        &mut self.items[place].1
    }

    /// The value of this name.
    pub fn get_mut(&mut self, name: &str) -> Option<&mut T> {
        let place = *self.places.get(name).or_else(|| self.places.get(OTHER))?;
        self.items.get_mut(place).map(|(_, item)| item)
    }

    /// All of them, in no order that means anything.
    pub fn iter_mut(&mut self) -> impl Iterator<Item = (&Arc<str>, &mut T)> {
        self.items.iter_mut().map(|(name, item)| (&*name, item))
    }

    /// Names held.
    pub fn len(&self) -> usize {
        self.items.len()
    }

    /// Bytes they take on the heap; `of` gives those that a value takes beyond its own size.
    pub fn bytes(&self, of: impl Fn(&T) -> usize) -> usize {
        let names = self.items.iter().map(|(name, item)| size::block(name.len() + 16) + of(item)).sum::<usize>();
        let places = self.places.len() * size::place::<(Arc<str>, usize)>();
        size::room::<(Arc<str>, T)>(self.items.capacity()) + places + names
    }

    /// Whether there is no place for another name.
    pub fn is_full(&self) -> bool {
        self.items.len() >= self.most
    }

    /// Forgets names that are not worth their place.
    pub fn prune(&mut self, budget: &mut Budget, is_worth: impl Fn(&T) -> bool) {
        let before = self.items.len();
        self.items.retain(|(name, item)| &**name == OTHER || is_worth(item));
        if self.items.len() < before {
            budget.0 += before - self.items.len();
            self.places = self.items.iter().zip(0..).map(|((name, _), i)| (Arc::clone(name), i)).collect();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_over_goes_under_one_name() {
        let mut names: Names<u32> = Names::new(2);
        let mut budget = Budget(10);
        for name in ["a", "b", "c", "d", "a"] {
            *names.of(name, &mut budget, |_| 0) += 1;
        }
        let all: Vec<(String, u32)> = names.iter_mut().map(|(name, n)| (name.to_string(), *n)).collect();
        assert_eq!(all, [("a".into(), 2), ("b".into(), 1), (OTHER.into(), 2)]);
        assert_eq!((names.len(), names.is_full(), budget.0), (3, true, 7));
        names.prune(&mut budget, |n| *n > 1);
        assert_eq!((names.len(), budget.0), (2, 8));
        *names.of("c", &mut budget, |_| 0) += 1;
        assert_eq!(names.get_mut("c"), Some(&mut 3), "two names were held, so this is still among the rest");
        let mut none = Budget(0);
        *names.of("e", &mut none, |_| 0) += 1;
        assert_eq!(names.get_mut(OTHER), Some(&mut 4));
    }
}
