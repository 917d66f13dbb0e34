//! Headings as our own export writes them, read back.

use super::super::export::{BUCKET_COLUMN, COMPANIONS, TIME_COLUMN};
use crate::model::{SeriesKey, Unit};
use crate::store::history::unit_named;

/// Which number of a series a column of our own export has.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Part {
    /// Samples, and means of buckets.
    Value,
    Min,
    Max,
    Count,
}

/// A file our own export wrote, by its headings.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct OwnHead {
    /// Place of the bucket lengths, where there is any.
    pub bucket_column: Option<usize>,
    /// What each column after those is, with its place.
    pub columns: Vec<OwnColumn>,
}

/// A column of our own export.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct OwnColumn {
    pub index: usize,
    pub key: SeriesKey,
    pub unit: Unit,
    pub part: Part,
}

impl OwnHead {
    /// Reads the headings; `None` where any of them is none of ours.
    pub fn read<'a>(headings: impl IntoIterator<Item = &'a str>) -> Option<Self> {
        let mut headings = headings.into_iter().enumerate().peekable();
        headings.next_if(|(_, heading)| *heading == TIME_COLUMN)?;
        let bucket_column = headings.next_if(|(_, heading)| *heading == BUCKET_COLUMN).map(|(index, _)| index);
        let columns: Vec<OwnColumn> =
            headings.map(|(index, heading)| OwnColumn::read(index, heading)).collect::<Option<_>>()?;
        let is_ours = !columns.is_empty() && (bucket_column.is_some() || columns.iter().all(|c| c.part == Part::Value));
        is_ours.then_some(Self { bucket_column, columns })
    }

    /// The place of another number of the series of a column.
    pub fn companion(&self, of: usize, part: Part) -> Option<usize> {
        let column = self.columns.iter().find(|column| column.index == of)?;
        let is_it = |other: &&OwnColumn| other.part == part && other.key == column.key && other.unit == column.unit;
        self.columns.iter().find(is_it).map(|column| column.index)
    }
}

impl OwnColumn {
    fn read(index: usize, heading: &str) -> Option<Self> {
        let parts = [Part::Min, Part::Max, Part::Count];
        let found = COMPANIONS.iter().zip(parts).find_map(|(ending, part)| Some((heading.strip_suffix(ending)?, part)));
        let (heading, part) = found.unwrap_or((heading, Part::Value));
        let (key, unit) = heading.strip_suffix(']')?.rsplit_once(" [")?;
        // The apostrophe keeps a spreadsheet from running the heading.
        let key = key.strip_prefix('\'').unwrap_or(key);
        let key: SeriesKey = key.parse().ok()?;
        Some(Self { index, key, unit: own_unit(unit)?, part })
    }
}

/// The unit of a text that [`Unit::ucum`] writes; `None` for others.
fn own_unit(text: &str) -> Option<Unit> {
    const PLAIN: [&str; 7] = ["1", "By", "By/s", "s", "Hz", "Cel", "W"];
    let is_ours = PLAIN.contains(&text) || text == "{revolution}/min" || {
        let annotation = text.strip_suffix("/s").unwrap_or(text);
        annotation.starts_with('{') && annotation.ends_with('}')
    };
    is_ours.then(|| unit_named(text))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn our_own_headings_are_read_and_no_others() {
        let own =
            OwnHead::read(["time", "bucket_seconds", "a{x=\"1\"} [By/s]", "a{x=\"1\"} [By/s] max", "'-b [{page}]"]);
        let own = own.expect("ours");
        assert_eq!(own.bucket_column, Some(1));
        assert_eq!(own.columns[2].key, SeriesKey::new("-b", &[]));
        assert_eq!(own.columns[2].unit, Unit::Count("page"));
        assert_eq!((own.companion(2, Part::Max), own.companion(2, Part::Min)), (Some(3), None));
        for others in [vec!["time"], vec!["time", "cpu"], vec!["time", "cpu [%]"], vec!["Time", "a [1]"], vec![]] {
            assert_eq!(OwnHead::read(others.iter().copied()), None, "{others:?}");
        }
    }
}
