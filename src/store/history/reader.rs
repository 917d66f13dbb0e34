//! Answers questions to history: out of files and, in the process that writes, out of what waits in memory. Beside a
//! running agent it reads the folder alone. It never writes and holds no lock while it reads files.

mod open;

use std::collections::{BTreeMap, HashMap};
use std::path::Path;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use self::open::Open;
use super::compose::Snapshot;
use super::curves::{Gathering, Steps};
use super::disk::bytes_in;
use super::events::{EVENTS_FILE, Events};
use super::index::Index;
use super::journal::journals;
use super::plan::{plan, round_step};
use super::read::{CurveCut, HistoryError, HistoryRead, StoredCurves, StoredProcesses};
use super::rollup::Rollup;
use super::rows::keep_rows;
use super::segment::Segment;
use super::shared::Shared;
use crate::model::{
    Annotation, Bucket, HistoryState, HistoryStatus, SeriesDef, SeriesKey, SourceId, Tier, TimeRange, Timestamp,
};

/// Gaps that are given in one answer.
const MAX_GAPS: usize = 500;
/// Rolled-up buckets given at once while history is visited, milliseconds.
const VISIT_SPAN: i64 = 4 * 3_600_000;

/// Reads history.
#[derive(Debug)]
pub struct Reader {
    from: From,
    n_unreadable: AtomicU64,
}

#[derive(Debug)]
enum From {
    Shared(Arc<Shared>),
    Folder(Mutex<Index>),
}

impl Reader {
    /// Reads what a writer of this process shares.
    pub fn shared(shared: Arc<Shared>) -> Self {
        Self { from: From::Shared(shared), n_unreadable: AtomicU64::new(0) }
    }

    /// Reads a folder alone, which another process may be writing meanwhile. Files that are damaged at their beginning
    /// are passed over.
    ///
    /// # Errors
    /// [`HistoryError::Newer`] where a newer version wrote any of it, and what the system says.
    pub fn open(folder: &Path) -> Result<Self, HistoryError> {
        let (index, faults) = Index::open(folder, true)?;
        refuse_newer(faults)?;
        Ok(Self { from: From::Folder(Mutex::new(index)), n_unreadable: AtomicU64::new(0) })
    }

    /// Parts of frames that could not be read since it was opened, because their files are damaged. What they held is
    /// missing in the answers.
    pub fn n_unreadable(&self) -> u64 {
        self.n_unreadable.load(Ordering::Relaxed)
    }

    fn snapshot(&self, keys: Option<&[SeriesKey]>, range: TimeRange) -> Result<Snapshot, HistoryError> {
        match &self.from {
            From::Shared(shared) => {
                let state = shared.read();
                Ok(Snapshot { files: state.index.counting().cloned().collect(), tail: state.tail.cut(keys, range) })
            }
            From::Folder(index) => {
                Ok(Snapshot { files: refreshed(index)?.counting().cloned().collect(), tail: Vec::new() })
            }
        }
    }

    fn events<T>(&self, of: impl FnOnce(&Events) -> T) -> Result<T, HistoryError> {
        match &self.from {
            From::Shared(shared) => Ok(of(&shared.read().events)),
            From::Folder(index) => {
                let path = index.lock().unwrap_or_else(PoisonError::into_inner).folder().join(EVENTS_FILE);
                match Events::read(&path) {
                    Ok(events) => Ok(of(&events)),
                    Err(HistoryError::Damaged { .. }) => Ok(of(&Events::default())),
                    Err(e) => Err(e),
                }
            }
        }
    }

    fn opened<'a>(&'a self, snapshot: &'a Snapshot, keys: Option<&'a [SeriesKey]>) -> Open<'a> {
        Open::new(snapshot, keys, &self.n_unreadable)
    }

    /// Curves at a step of the caller's: [`HistoryRead::curves`] for one who also reads elsewhere. The step is a
    /// multiple of the tier's, or zero for single samples of full resolution.
    ///
    /// # Errors
    /// See [`HistoryRead::series`].
    pub fn curves_at(
        &self,
        keys: &[SeriesKey],
        range: TimeRange,
        tier: Tier,
        step: Duration,
        max_buckets: usize,
    ) -> Result<StoredCurves, HistoryError> {
        let steps = steps(range, step);
        let widest = wide(&steps, tier, Duration::ZERO);
        let snapshot = self.snapshot(Some(keys), widest)?;
        let mut open = self.opened(&snapshot, Some(keys));
        let mut cadence = open.longest_cadence(tier, widest)?;
        cadence = cadence.min(Duration::from_secs(86_400));
        let parts = open.parts(tier, wide(&steps, tier, cadence));
        let mut places: HashMap<&SeriesKey, usize> = HashMap::new();
        for (i, key) in keys.iter().enumerate() {
            places.entry(key).or_insert(i);
        }
        let mut curves: Vec<Gathering> = keys.iter().map(|_| Gathering::new(steps)).collect();
        let mut coarsest = Tier::Full;
        for part in &parts {
            let is_full = part.tier == Tier::Full;
            let Some(segment) = open.read(part.place)? else { continue };
            for column in &segment.columns {
                if let Some(place) = places.get(&column.def.key) {
                    let is_seen = curves[*place].add(&segment, column, part.from, part.to);
                    coarsest = if is_full || !is_seen { coarsest } else { coarsest.max(part.tier) };
                }
            }
        }
        let mut curves: Vec<Vec<Bucket>> = curves.into_iter().map(|curve| curve.finish(max_buckets)).collect();
        for (i, key) in keys.iter().enumerate() {
            // A series that is asked for twice was gathered once.
            if let Some(first) = places.get(key).filter(|first| **first != i) {
                curves[i] = curves[*first].clone();
            }
        }
        Ok(StoredCurves { tier: coarsest, step, curves, gaps: self.gaps(range)? })
    }
}

fn refreshed(index: &Mutex<Index>) -> Result<std::sync::MutexGuard<'_, Index>, HistoryError> {
    let mut index = index.lock().unwrap_or_else(PoisonError::into_inner);
    refuse_newer(index.refresh()?)?;
    Ok(index)
}

fn refuse_newer(faults: Vec<HistoryError>) -> Result<(), HistoryError> {
    faults.into_iter().find(|fault| !matches!(fault, HistoryError::Damaged { .. })).map_or(Ok(()), Err)
}

fn steps(range: TimeRange, step: Duration) -> Steps {
    let step = i64::try_from(step.as_millis()).unwrap_or(i64::MAX / 8);
    Steps { step, from: range.start.as_millis(), to: range.end.as_millis() }
}

/// The span widened to whole steps, and further so that the samples on either side of it are met.
fn wide(steps: &Steps, tier: Tier, cadence: Duration) -> TimeRange {
    let least = tier.step().unwrap_or(Duration::from_secs(60)).max(cadence) * 3;
    let margin = i64::try_from(least.as_millis()).unwrap_or(i64::MAX / 8).max(steps.step);
    let from = steps.floor(steps.floor(steps.from).saturating_sub(margin));
    let to = steps.ceil(steps.ceil(steps.to).saturating_add(margin));
    TimeRange { start: Timestamp::from_millis(from), end: Timestamp::from_millis(to) }
}

impl HistoryRead for Reader {
    fn series(&self) -> Result<Vec<Arc<SeriesDef>>, HistoryError> {
        let mut defs: BTreeMap<SeriesKey, Arc<SeriesDef>> = BTreeMap::new();
        let (files, tail): (Vec<_>, Vec<_>) = match &self.from {
            From::Shared(shared) => {
                let state = shared.read();
                (state.index.counting().cloned().collect(), state.tail.defs().cloned().collect())
            }
            From::Folder(index) => (refreshed(index)?.counting().cloned().collect(), Vec::new()),
        };
        for file in files {
            match file.dictionary() {
                Ok(dictionary) => {
                    defs.extend(dictionary.iter().map(|(_, def)| (def.key.clone(), Arc::clone(def))));
                }
                Err(HistoryError::Io { source, .. }) if source.kind() == std::io::ErrorKind::NotFound => {}
                Err(e) => return Err(e),
            }
        }
        defs.extend(tail.into_iter().map(|def| (def.key.clone(), def)));
        Ok(defs.into_values().collect())
    }

    fn status(&self) -> Result<HistoryStatus, HistoryError> {
        let (index, mut status, tail) = match &self.from {
            From::Shared(shared) => {
                let state = shared.read();
                let tail = (state.tail.covers(), state.tail.n_values());
                (state.index.clone(), state.status.clone(), tail)
            }
            From::Folder(index) => {
                let status = HistoryStatus { state: HistoryState::Off, ..HistoryStatus::default() };
                (refreshed(index)?.clone(), status, (None, 0))
            }
        };
        status.tiers = index.tiers();
        status.imports = index.imports()?;
        // Whatever stands there takes room, also a file that was put aside.
        status.bytes = bytes_in(index.folder()) + index.bytes_of_imports();
        if let (From::Shared(_), Some(full)) = (&self.from, status.tiers.first_mut()) {
            full.bytes += journals(index.folder()).map_or(0, |found| {
                found.iter().filter_map(|(_, path)| path.metadata().ok()).map(|meta| meta.len()).sum::<u64>()
            });
        }
        if let (Some((start, end)), n) = tail
            && let Some(full) = status.tiers.first_mut()
        {
            let (start, end) = (Timestamp::from_millis(start), Timestamp::from_millis(end));
            let covers = full.covers.get_or_insert(TimeRange { start, end });
            *covers = TimeRange { start: covers.start.min(start), end: covers.end.max(end) };
            full.n_rows += n as u64;
        }
        Ok(status)
    }

    fn curves(&self, keys: &[SeriesKey], cut: &CurveCut) -> Result<StoredCurves, HistoryError> {
        let max_buckets = cut.width_px.max(1) as usize * 2 + 4;
        let (tier, mut step) = plan(cut.range.span(), cut.width_px, Duration::ZERO);
        if tier == Tier::Full {
            let snapshot = self.snapshot(Some(keys), cut.range)?;
            let mut open = self.opened(&snapshot, Some(keys));
            let cadence = open.shortest_cadence(tier, cut.range)?;
            step = plan(cut.range.span(), cut.width_px, cadence).1;
        }
        let curves = self.curves_at(keys, cut.range, tier, step, max_buckets)?;
        if step.is_zero() && curves.curves.iter().any(|curve| curve.len() > max_buckets) {
            // Samples come faster than was said.
            let span = u64::try_from(cut.range.span().as_millis()).unwrap_or(u64::MAX);
            let step = round_step(tier, span.div_ceil(u64::from(cut.width_px.max(1)) * 2).max(1));
            return self.curves_at(keys, cut.range, tier, Duration::from_millis(step), max_buckets);
        }
        Ok(curves)
    }

    fn visit(
        &self,
        keys: Option<&[SeriesKey]>,
        range: TimeRange,
        finest: Tier,
        take: &mut dyn FnMut(Segment) -> Result<(), HistoryError>,
    ) -> Result<(), HistoryError> {
        // Buckets that touch the range are given whole.
        let whole = steps(range, finest.step().unwrap_or_default());
        let range = TimeRange {
            start: Timestamp::from_millis(whole.floor(whole.from)),
            end: Timestamp::from_millis(whole.ceil(whole.to)),
        };
        let snapshot = self.snapshot(keys, range)?;
        let mut open = self.opened(&snapshot, keys);
        let mut rollups: BTreeMap<SourceId, (Rollup, i64)> = BTreeMap::new();
        for part in open.parts(finest, range) {
            let Some(segment) = open.read(part.place)? else { continue };
            let mut segment = keep_rows(segment, |at| part.from <= at && at < part.to);
            if keys.is_some() {
                segment.processes.clear();
            }
            if part.tier < finest {
                let (rollup, given) =
                    rollups.entry(part.source).or_insert_with(|| (Rollup::new(finest, part.source), part.from));
                rollup.push(&segment);
                let full = whole.floor(part.to);
                if full - *given >= VISIT_SPAN {
                    *given = full;
                    rollup.take_before(full).map_or(Ok(()), &mut *take)?;
                }
                continue;
            }
            if let Some((mut rollup, _)) = rollups.remove(&part.source) {
                rollup.take_before(i64::MAX).map_or(Ok(()), &mut *take)?;
            }
            if !segment.times.is_empty() && (keys.is_none() || !segment.columns.is_empty()) {
                take(segment)?;
            }
        }
        for (_, (rollup, _)) in rollups {
            rollup.finish().map_or(Ok(()), &mut *take)?;
        }
        Ok(())
    }

    fn processes(&self, at: Timestamp, within: Duration) -> Result<Option<StoredProcesses>, HistoryError> {
        let range = TimeRange { start: at.minus(within), end: at.plus(Duration::from_millis(1)) };
        let snapshot = self.snapshot(Some(&[]), range)?;
        let mut open = self.opened(&snapshot, Some(&[]));
        let mut parts = open.parts(Tier::Full, range);
        parts.retain(|part| part.tier == Tier::Full);
        parts.sort_by_key(|part| std::cmp::Reverse(part.to));
        for part in parts {
            let Some(segment) = open.read_processes(&part)? else { continue };
            let time = |row: u32| segment.times.get(row as usize).copied();
            let is_in = |at: i64| part.from <= at && at < part.to;
            let found = segment.processes.iter().rev().find(|reading| time(reading.row).is_some_and(is_in));
            if let Some((reading, read_at)) = found.and_then(|reading| Some((reading, time(reading.row)?))) {
                let at = Timestamp::from_millis(read_at);
                return Ok(Some(StoredProcesses { at, processes: reading.processes.as_slice().into() }));
            }
        }
        Ok(None)
    }

    fn gaps(&self, range: TimeRange) -> Result<Vec<TimeRange>, HistoryError> {
        let mut gaps: Vec<TimeRange> = self.events(|events| {
            let touching = events.gaps.iter().filter(|gap| gap.start < range.end && gap.end > range.start);
            touching.map(|gap| TimeRange { start: gap.start.max(range.start), end: gap.end.min(range.end) }).collect()
        })?;
        if gaps.len() > MAX_GAPS {
            gaps.sort_by_key(|gap| std::cmp::Reverse(gap.span()));
            gaps.truncate(MAX_GAPS);
        }
        gaps.sort_by_key(|gap| gap.start);
        Ok(gaps)
    }

    fn annotations(&self) -> Result<Vec<Annotation>, HistoryError> {
        self.events(Events::annotations)
    }
}

#[cfg(test)]
mod tests;
