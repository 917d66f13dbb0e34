//! The catalogue of series: gives each key its number, and knows each source's own numbers for them.

use std::collections::HashMap;
use std::sync::Arc;

use crate::model::{Batch, SeriesDef, SeriesId, SeriesInfo, SeriesKey, Slot, SourceId};

/// Greatest number of series kept; what comes later is refused and counted.
pub const MAX_SERIES: usize = 20_000;

/// Every series spoken of since the start.
#[derive(Debug, Default)]
pub struct Catalogue {
    by_key: HashMap<SeriesKey, SeriesId>,
    infos: Vec<SeriesInfo>,
    shared: Arc<[SeriesInfo]>,
    sources: HashMap<SourceId, Slots>,
    n_refused: u64,
}

#[derive(Debug, Default)]
struct Slots {
    generation: u32,
    /// `None` where the series was refused.
    ids: Vec<Option<SeriesId>>,
}

impl Catalogue {
    /// Takes in what a batch defines; tells whether the list of series changed.
    pub fn take_in(&mut self, batch: &Batch) -> bool {
        let before = self.infos.len();
        let mut has_new_words = false;
        let slots = self.sources.entry(batch.source).or_default();
        if slots.generation != batch.generation {
            *slots = Slots { generation: batch.generation, ids: Vec::new() };
        }
        for (i, def) in batch.defined.iter().enumerate() {
            // A source repeats what it does not know to have arrived: only what continues the slots is new.
            if batch.first_defined.0 as usize + i != slots.ids.len() {
                continue;
            }
            let known = self.by_key.get(&def.key).copied();
            // What a source says of a series counts for more than what history remembers of it.
            if let Some(info) = known.and_then(|id| self.infos.get_mut(id.0 as usize))
                && *info.def != *def
            {
                info.def = Arc::new(def.clone());
                has_new_words = true;
            }
            let id = known.or_else(|| {
                let id = SeriesId(u32::try_from(self.infos.len()).ok()?);
                (self.infos.len() < MAX_SERIES).then(|| {
                    self.by_key.insert(def.key.clone(), id);
                    self.infos.push(SeriesInfo { id, def: Arc::new(def.clone()) });
                    id
                })
            });
            self.n_refused += u64::from(id.is_none());
            slots.ids.push(id);
        }
        let has_changed = self.infos.len() > before || has_new_words;
        if has_changed {
            self.shared = self.infos.as_slice().into();
        }
        has_changed
    }

    /// Takes in series that history knows and no source has spoken of, until there are `most` in all; tells whether the
    /// list grew.
    pub fn seed(&mut self, defs: &[Arc<SeriesDef>], most: usize) -> bool {
        let before = self.infos.len();
        for def in defs {
            if self.infos.len() >= most.min(MAX_SERIES) {
                break;
            }
            let Ok(id) = u32::try_from(self.infos.len()) else { break };
            if self.by_key.contains_key(&def.key) {
                continue;
            }
            self.by_key.insert(def.key.clone(), SeriesId(id));
            self.infos.push(SeriesInfo { id: SeriesId(id), def: def.clone() });
        }
        let has_grown = self.infos.len() > before;
        if has_grown {
            self.shared = self.infos.as_slice().into();
        }
        has_grown
    }

    /// The engine's number for a source's own.
    pub fn resolve(&self, source: SourceId, slot: Slot) -> Option<SeriesId> {
        *self.sources.get(&source)?.ids.get(slot.0 as usize)?
    }

    /// All series, by number.
    pub fn all(&self) -> Arc<[SeriesInfo]> {
        self.shared.clone()
    }

    /// The number of a key.
    pub fn find(&self, key: &SeriesKey) -> Option<SeriesId> {
        self.by_key.get(key).copied()
    }

    /// Series known.
    pub fn len(&self) -> usize {
        self.infos.len()
    }

    /// Whether none is known.
    pub fn is_empty(&self) -> bool {
        self.infos.is_empty()
    }

    /// Series refused because there are too many.
    pub fn n_refused(&self) -> u64 {
        self.n_refused
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::engine::core::tests::batch_defining;

    fn names(catalogue: &Catalogue) -> Vec<String> {
        catalogue.all().iter().map(|info| format!("{}={}", info.id.0, info.def.key)).collect()
    }

    #[test]
    fn a_restarted_source_finds_its_series_again() {
        let mut catalogue = Catalogue::default();
        assert!(catalogue.take_in(&batch_defining(0, 0, &["a", "b"])));
        assert!(!catalogue.take_in(&batch_defining(1, 0, &["b"])));
        assert!(catalogue.take_in(&batch_defining(1, 1, &["c"])));
        assert_eq!(names(&catalogue), ["0=a", "1=b", "2=c"]);
        let resolve = |slot| catalogue.resolve(SourceId("sample"), Slot(slot)).map(|id| id.0);
        assert_eq!([resolve(0), resolve(1), resolve(2)], [Some(1), Some(2), None]);
    }

    #[test]
    fn definitions_that_were_repeated_count_once() {
        let mut catalogue = Catalogue::default();
        catalogue.take_in(&batch_defining(0, 0, &["a"]));
        catalogue.take_in(&batch_defining(0, 0, &["a", "b"]));
        assert_eq!(names(&catalogue), ["0=a", "1=b"]);
        assert_eq!(catalogue.resolve(SourceId("sample"), Slot(1)), Some(SeriesId(1)));
    }
}
