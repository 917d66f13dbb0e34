//! What history has of a period, before any of it is written: the series with anything in it, and how much.

use std::collections::HashMap;
use std::sync::Arc;

use super::{rows, visit};
use crate::model::{SeriesDef, SeriesKey, Tier, TimeRange, Unit};
use crate::store::history::{ColumnValues, HistoryRead};
use crate::store::progress::Progress;
use crate::store::transfer::TransferError;

/// One series with something in the period.
#[derive(Debug, Clone)]
pub(super) struct Listed {
    /// What is known of it.
    pub def: Arc<SeriesDef>,
    /// Samples and buckets in the period.
    pub n_values: u64,
    /// Whether any of them are buckets.
    pub has_buckets: bool,
}

/// The series of a period by key. A series whose unit changed is two of them.
#[derive(Debug, Default)]
pub(super) struct Inventory {
    /// The series, by key, then by unit.
    pub series: Vec<Listed>,
    /// Samples and buckets in all.
    pub n_values: u64,
    places: HashMap<(SeriesKey, Unit), u32>,
    is_in: [bool; Tier::ALL.len()],
    asked: Option<Vec<SeriesKey>>,
}

impl Inventory {
    /// Looks through the period.
    pub fn take(
        read: &dyn HistoryRead,
        keys: Option<&[SeriesKey]>,
        range: TimeRange,
        progress: &mut dyn Progress,
    ) -> Result<Self, TransferError> {
        let mut found: HashMap<(SeriesKey, Unit), Listed> = HashMap::new();
        let mut inventory = Self { asked: keys.map(<[SeriesKey]>::to_vec), ..Self::default() };
        visit(read, keys, range, Tier::Full, &mut |segment| {
            for column in &segment.columns {
                let n_values = rows::n_within(&segment, column, range);
                if n_values == 0 {
                    continue;
                }
                inventory.n_values += n_values;
                let listed = found.entry((column.def.key.clone(), column.def.unit)).or_insert_with(|| Listed {
                    def: Arc::clone(&column.def),
                    n_values: 0,
                    has_buckets: false,
                });
                listed.n_values += n_values;
                listed.has_buckets |= matches!(column.values, ColumnValues::Buckets { .. });
                inventory.is_in[segment.tier as usize] = true;
            }
            Ok(progress.step(None, "looking what there is")?)
        })?;
        inventory.series = found.into_values().collect();
        inventory.series.sort_by_cached_key(|listed| (listed.def.key.clone(), listed.def.unit.ucum()));
        inventory.places = inventory
            .series
            .iter()
            .zip(0..)
            .map(|(listed, i)| ((listed.def.key.clone(), listed.def.unit), i))
            .collect();
        Ok(inventory)
    }

    /// The place of a series in [`Self::series`].
    pub fn place(&self, def: &SeriesDef) -> Option<u32> {
        self.places.get(&(def.key.clone(), def.unit)).copied()
    }

    /// The keys that were asked for; `None` means all.
    pub fn asked(&self) -> Option<&[SeriesKey]> {
        self.asked.as_deref()
    }

    /// The tiers any of it comes from, finest first.
    pub fn tiers(&self) -> Vec<Tier> {
        Tier::ALL.into_iter().filter(|tier| self.is_in[*tier as usize]).collect()
    }

    /// Whether any of it is in buckets.
    pub fn has_buckets(&self) -> bool {
        self.is_in[Tier::Minute as usize] || self.is_in[Tier::Hour as usize]
    }
}
