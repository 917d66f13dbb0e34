//! Which fields of a row are read, and what they become.

use super::bad_rows::quoted;
use super::heading::{OwnHead, Part};
use super::numbers::{Field, field};
use super::times::time_millis;
use crate::model::{ImportMapping, Tier};

/// One value; a sample stands for its own least, greatest and mean. `mean` is not a number where nothing was measured.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Cell {
    pub min: f32,
    pub max: f32,
    pub mean: f32,
    pub count: u32,
}

impl Cell {
    pub const MISSING: Self = Self { min: f32::NAN, max: f32::NAN, mean: f32::NAN, count: 0 };

    pub fn is_there(&self) -> bool {
        !self.mean.is_nan()
    }
}

/// A value column with what goes with it in our own exports.
struct ValueColumn {
    index: usize,
    factor: f64,
    companions: Option<[usize; 3]>,
}

/// How a row is read.
pub(super) struct RowForm<'a> {
    mapping: &'a ImportMapping,
    bucket_column: Option<usize>,
    columns: Vec<ValueColumn>,
    /// Fields a row has; more of them that hold something are a fault.
    n_fields: usize,
}

/// Where and how finely a row stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct RowHead {
    pub at: i64,
    pub tier: Tier,
}

impl<'a> RowForm<'a> {
    /// The form of the rows of a file; `own` where our own export wrote it, `n_fields` as in its first row.
    pub fn new(mapping: &'a ImportMapping, own: Option<&OwnHead>, n_fields: usize) -> Self {
        let columns = mapping.columns.iter().map(|column| {
            let companion = |part| own.and_then(|own| own.companion(column.index, part));
            let companions = match (companion(Part::Min), companion(Part::Max), companion(Part::Count)) {
                (Some(min), Some(max), Some(count)) => Some([min, max, count]),
                _ => None,
            };
            ValueColumn { index: column.index, factor: column.factor, companions }
        });
        Self { mapping, bucket_column: own.and_then(|own| own.bucket_column), columns: columns.collect(), n_fields }
    }

    /// Reads a row into `cells`, one for each value column.
    ///
    /// # Errors
    /// What is wrong with it.
    pub fn read(&self, record: &csv::ByteRecord, cells: &mut Vec<Cell>) -> Result<RowHead, String> {
        let ImportMapping { time_column, time_form, delimiter, .. } = *self.mapping;
        let n = record.len();
        if n > self.n_fields && record.iter().skip(self.n_fields).any(|bytes| !bytes.trim_ascii().is_empty()) {
            return Err(format!("it has {n} fields and not {}", self.n_fields));
        }
        let time = record.get(time_column).ok_or_else(|| self.too_short(n))?;
        let at = time_millis(time, time_form, delimiter).ok_or_else(|| format!("{} is no time", quoted(time)))?;
        let tier = self.tier(record)?;
        cells.clear();
        for (column, mapped) in self.columns.iter().zip(&self.mapping.columns) {
            let bytes = record.get(column.index).ok_or_else(|| self.too_short(n))?;
            let what = |bytes: &[u8]| format!("{} in {} is no number", quoted(bytes), mapped.name);
            let Some(mean) = self.value(bytes, column.factor).map_err(|()| what(bytes))? else {
                cells.push(Cell::MISSING);
                continue;
            };
            let mut cell = Cell { min: mean, max: mean, mean, count: 1 };
            if let Some([min, max, count]) = column.companions.filter(|_| tier != Tier::Full) {
                let part = |i: usize| {
                    let bytes = record.get(i).unwrap_or_default();
                    self.value(bytes, column.factor).ok().flatten().ok_or_else(|| what(bytes))
                };
                let n_samples = record.get(count).unwrap_or_default();
                cell.min = part(min)?;
                cell.max = part(max)?;
                cell.count = std::str::from_utf8(n_samples)
                    .ok()
                    .and_then(|text| text.trim().parse().ok())
                    .filter(|n| *n > 0)
                    .ok_or_else(|| what(n_samples))?;
            }
            cells.push(cell);
        }
        Ok(RowHead { at, tier })
    }

    fn too_short(&self, n: usize) -> String {
        format!("it has {n} field{} and not {}", if n == 1 { "" } else { "s" }, self.n_fields)
    }

    fn tier(&self, record: &csv::ByteRecord) -> Result<Tier, String> {
        let Some(bytes) = self.bucket_column.and_then(|column| record.get(column)) else { return Ok(Tier::Full) };
        match bytes.trim_ascii() {
            b"" => Ok(Tier::Full),
            b"60" => Ok(Tier::Minute),
            b"3600" => Ok(Tier::Hour),
            other => Err(format!("buckets of {} seconds are not known, but 60 and 3600", quoted(other))),
        }
    }

    /// The number of a field; `None` where nothing was measured.
    fn value(&self, bytes: &[u8], factor: f64) -> Result<Option<f32>, ()> {
        // Read as what it is kept as: a detour over more figures could round twice.
        let bytes = bytes.trim_ascii();
        if factor == 1.0
            && let Some(value) = std::str::from_utf8(bytes).ok().and_then(|text| text.parse::<f32>().ok())
            && value.is_finite()
        {
            return Ok(Some(value));
        }
        match field(bytes, self.mapping.delimiter) {
            Field::Missing => Ok(None),
            Field::Number(value) => {
                let value = (value * factor) as f32;
                if value.is_finite() { Ok(Some(value)) } else { Err(()) }
            }
            Field::Other => Err(()),
        }
    }
}
