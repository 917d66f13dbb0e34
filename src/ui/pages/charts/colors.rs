//! Which colour a series has: the first that is free when it comes to the page, kept until it leaves.

use crate::model::SeriesKey;

/// Places in the order of series colours.
#[derive(Debug, Default)]
pub struct ColorSlots {
    slots: Vec<Option<SeriesKey>>,
}

impl ColorSlots {
    /// Takes in what stands on the page now.
    pub fn sync<'k>(&mut self, keys: impl Iterator<Item = &'k SeriesKey> + Clone) {
        for slot in &mut self.slots {
            if slot.as_ref().is_some_and(|held| !keys.clone().any(|key| key == held)) {
                *slot = None;
            }
        }
        for key in keys {
            if self.slot(key).is_none() {
                match self.slots.iter().position(Option::is_none) {
                    Some(free) => self.slots[free] = Some(key.clone()),
                    None => self.slots.push(Some(key.clone())),
                }
            }
        }
    }

    /// A series' place in the order of colours.
    pub fn slot(&self, key: &SeriesKey) -> Option<usize> {
        self.slots.iter().position(|held| held.as_ref() == Some(key))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_series_keeps_its_colour_while_others_come_and_go() {
        let [a, b, c] = ["a", "b", "c"].map(|name| SeriesKey::new(name, &[]));
        let mut slots = ColorSlots::default();
        slots.sync([&a, &b].into_iter());
        assert_eq!((slots.slot(&a), slots.slot(&b)), (Some(0), Some(1)));
        slots.sync([&b].into_iter());
        assert_eq!((slots.slot(&a), slots.slot(&b)), (None, Some(1)));
        slots.sync([&c, &b, &c].into_iter());
        assert_eq!((slots.slot(&c), slots.slot(&b)), (Some(0), Some(1)));
        slots.sync([&c, &b, &a].into_iter());
        assert_eq!(slots.slot(&a), Some(2));
    }
}
