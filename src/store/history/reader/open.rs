//! The files that one question reads, each opened once.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::io;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use crate::model::{SeriesKey, Tier, TimeRange};
use crate::store::history::compose::{Part, Place, Snapshot, compose};
use crate::store::history::curves::own_cadence;
use crate::store::history::read::HistoryError;
use crate::store::history::segment::{Segment, SegmentColumn};
use crate::store::history::source_file::{FileReader, Pick};

/// The files opened for one question.
pub(super) struct Open<'a> {
    pub(super) snapshot: &'a Snapshot,
    readers: HashMap<usize, (FileReader, Pick)>,
    pub(super) keys: Option<&'a [SeriesKey]>,
    pub(super) n_unreadable: &'a AtomicU64,
}

impl<'a> Open<'a> {
    pub(super) fn new(snapshot: &'a Snapshot, keys: Option<&'a [SeriesKey]>, n_unreadable: &'a AtomicU64) -> Self {
        Self { snapshot, readers: HashMap::new(), keys, n_unreadable }
    }
}

impl Open<'_> {
    /// The parts of segments that answer for a range.
    pub(super) fn parts(&mut self, wanted: Tier, range: TimeRange) -> Vec<Part> {
        let snapshot = self.snapshot;
        let span = (range.start.as_millis(), range.end.as_millis());
        compose(snapshot, wanted, span, &mut |place, from, to| self.count(place, from, to))
    }

    /// Samples of the series asked for in `from..to` of a segment; none where it cannot be read.
    fn count(&mut self, place: Place, from: i64, to: i64) -> u64 {
        let Ok(Some(segment)) = self.read(place) else { return 0 };
        let in_span = |column: &SegmentColumn| {
            let counts = column.times(&segment).zip(0..).filter(|(at, _)| (from..to).contains(at));
            counts.filter_map(|(_, i)| Some(u64::from(column.values.at(i)?.3))).sum::<u64>()
        };
        segment.columns.iter().map(in_span).sum()
    }

    /// A segment; `None` where its file has gone or is damaged.
    pub(super) fn read(&mut self, place: Place) -> Result<Option<Segment>, HistoryError> {
        let (i, entry) = match place {
            Place::Tail(i) => return Ok(self.snapshot.tail.get(i).cloned()),
            Place::Disk(i, entry) => (i, entry),
        };
        let Some((reader, pick)) = self.reader(i)? else { return Ok(None) };
        match reader.read_picked(&entry, pick, matches!(pick, Pick::All)) {
            Ok((segment, damage)) => {
                self.n_unreadable.fetch_add(damage.len() as u64, Ordering::Relaxed);
                Ok(Some(segment))
            }
            Err(HistoryError::Damaged { .. }) => {
                self.n_unreadable.fetch_add(1, Ordering::Relaxed);
                Ok(None)
            }
            Err(e) => Err(e),
        }
    }

    /// The file of that number; `None` where it has gone, as when it has become too old meanwhile.
    fn reader(&mut self, i: usize) -> Result<Option<&(FileReader, Pick)>, HistoryError> {
        if !self.readers.contains_key(&i) {
            let Some(file) = self.snapshot.files.get(i) else { return Ok(None) };
            match file.open() {
                Ok(reader) => {
                    let pick = self.keys.map_or(Pick::All, |keys| reader.pick(keys));
                    self.readers.insert(i, (reader, pick));
                }
                Err(HistoryError::Io { source, .. }) if source.kind() == io::ErrorKind::NotFound => {
                    self.n_unreadable.fetch_add(1, Ordering::Relaxed);
                    return Ok(None);
                }
                Err(e) => return Err(e),
            }
        }
        Ok(self.readers.get(&i))
    }

    /// The cadences of the series asked for, as the files that answer say them; zero for those of every tick.
    fn cadences(&mut self, parts: &[Part]) -> Result<BTreeMap<SeriesKey, i64>, HistoryError> {
        let keys = self.keys.unwrap_or_default();
        let mut cadences = BTreeMap::new();
        let mut seen = BTreeSet::new();
        for part in parts {
            match part.place {
                Place::Disk(i, _) => {
                    if seen.insert(i)
                        && let Some((reader, _)) = self.reader(i)?
                    {
                        let wanted = reader.dictionary().iter().filter(|(_, def)| keys.contains(&def.key));
                        cadences.extend(wanted.map(|(_, def)| (def.key.clone(), own_cadence(def))));
                    }
                }
                Place::Tail(i) => {
                    let columns = self.snapshot.tail.get(i).into_iter().flat_map(|segment| &segment.columns);
                    cadences.extend(columns.map(|column| (column.def.key.clone(), own_cadence(&column.def))));
                }
            }
        }
        Ok(cadences)
    }

    /// The longest time between readings that a series asked for has of its own.
    pub(super) fn longest_cadence(&mut self, tier: Tier, range: TimeRange) -> Result<Duration, HistoryError> {
        let parts = self.parts(tier, range);
        let longest = self.cadences(&parts)?.into_values().max().unwrap_or(0);
        Ok(Duration::from_millis(u64::try_from(longest).unwrap_or(0)))
    }

    /// The shortest time between samples of the series asked for.
    pub(super) fn shortest_cadence(&mut self, tier: Tier, range: TimeRange) -> Result<Duration, HistoryError> {
        let parts = self.parts(tier, range);
        let interval = |part: &Part| match part.place {
            Place::Disk(_, entry) => entry.interval_millis,
            Place::Tail(i) => self.snapshot.tail.get(i).map_or(0, |segment| segment.interval_millis),
        };
        let ticks = parts.iter().filter(|part| part.tier == Tier::Full).map(interval).min().unwrap_or(1000);
        let own = self.cadences(&parts)?.into_values().min().unwrap_or(0);
        Ok(Duration::from_millis(u64::from(ticks).max(u64::try_from(own).unwrap_or(0))))
    }

    /// The busiest processes of the part's segment, without its series.
    pub(super) fn read_processes(&mut self, part: &Part) -> Result<Option<Segment>, HistoryError> {
        let (i, entry) = match part.place {
            Place::Tail(i) => return Ok(self.snapshot.tail.get(i).cloned()),
            Place::Disk(i, entry) => (i, entry),
        };
        let Some((reader, pick)) = self.reader(i)? else { return Ok(None) };
        match reader.read_picked(&entry, pick, true) {
            Ok((segment, _)) => Ok(Some(segment)),
            Err(HistoryError::Damaged { .. }) => Ok(None),
            Err(e) => Err(e),
        }
    }
}
