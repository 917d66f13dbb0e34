//! Writing a history anew where that makes it smaller: short segments joined, what was written twice once, older formats
//! in the present one, expired samples and dead annotations gone. Each file is replaced whole or not at all, so that it
//! may be ended or killed at any moment.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

use serde::Serialize;

use super::Writer;
use super::opening::UNFINISHED;
use crate::model::{HistorySettings, SourceId, Tier, TimeRange, Timestamp};
use crate::store::history::disk::sync_folder;
use crate::store::history::file::SegmentFile;
use crate::store::history::frame::{FileKind, VERSION};
use crate::store::history::holdings::{self, after, block_millis, file_millis, file_start};
use crate::store::history::read::{HistoryError, HistoryRead as _};
use crate::store::history::rows::join;
use crate::store::history::scan::scan;
use crate::store::history::segment::Segment;
use crate::store::history::tail::SEGMENT_TICKS;
use crate::store::progress::Progress;

/// Silence after which a segment is not joined to the one before, in intervals.
const MOST_INTERVALS: i64 = 100;

/// What compacting came to.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize)]
pub struct CompactReport {
    /// Bytes on disk before.
    pub bytes_before: u64,
    /// Bytes on disk after.
    pub bytes_after: u64,
    /// Files that were written anew.
    pub n_rewritten: u64,
    /// Files that are no longer there.
    pub n_removed: u64,
    /// What was found and done when the history was opened; sentences without a final period.
    pub told: Vec<String>,
}

/// Compacts the history in `folder`, which no other process may be writing.
///
/// # Errors
/// [`HistoryError::Cancelled`], [`HistoryError::Newer`], and what the system says; the history is whole in any case.
pub fn compact(
    folder: &Path,
    settings: HistorySettings,
    now: Timestamp,
    progress: &mut dyn Progress,
) -> Result<CompactReport, HistoryError> {
    let (mut writer, opened) = Writer::open(folder, settings, now)?;
    let mut report = writer.compact(now, progress)?;
    report.told = opened.told;
    writer.close(now)?;
    Ok(report)
}

/// The files of one tier for one time.
struct Group {
    tier: Tier,
    paths: Vec<PathBuf>,
    /// From the first row to the end of the last.
    range: TimeRange,
    is_worth_it: bool,
}

impl Writer {
    /// Compacts everything but the files that are still added to.
    ///
    /// # Errors
    /// See [`compact`].
    pub fn compact(&mut self, now: Timestamp, progress: &mut dyn Progress) -> Result<CompactReport, HistoryError> {
        let bytes_before = self.status().bytes;
        let n_before = self.files.holdings.len() as u64;
        while self.roll_up_one(now)? {
            progress.step(None, "rolling up")?;
        }
        self.retire(now, true)?;
        self.events.flush()?;
        self.events.rewrite()?;
        self.files.close_all()?;
        let groups: Vec<Group> = self.groups(now).into_iter().filter(|group| group.is_worth_it).collect();
        let mut report = CompactReport { bytes_before, ..CompactReport::default() };
        // A file that becomes shorter here must not be taken for a truncated one, whenever the program ends.
        self.files.unsure = groups.iter().flat_map(|group| group.paths.iter().cloned()).collect();
        self.is_journal_old = true;
        self.flush(now)?;
        let outcome = groups.iter().enumerate().try_for_each(|(i, group)| {
            progress.step(Some(i as f32 / groups.len() as f32), group.tier.name())?;
            report.n_rewritten += 1;
            self.rewrite(group)
        });
        self.show_files();
        self.files.unsure.clear();
        self.is_journal_old = true;
        self.flush(now)?;
        outcome?;
        report.bytes_after = self.status().bytes;
        report.n_removed = n_before.saturating_sub(self.files.holdings.len() as u64);
        Ok(report)
    }

    fn groups(&self, now: Timestamp) -> Vec<Group> {
        let mut groups: BTreeMap<(Tier, i64), Vec<&holdings::Holding>> = BTreeMap::new();
        for held in &self.files.holdings {
            if let Some(first) = held.segments.iter().map(|segment| segment.first).min() {
                groups.entry((held.tier, file_start(held.tier, first))).or_default().push(held);
            }
        }
        let newest = self.shared.read().tail.covers().map_or(i64::MAX, |(start, _)| start).min(now.as_millis());
        let is_over = |(tier, start): &(Tier, i64)| start + file_millis(*tier) <= newest;
        groups
            .into_iter()
            .filter(|(place, _)| is_over(place))
            .map(|((tier, _), mut held)| {
                held.sort_by(|a, b| a.path.cmp(&b.path));
                let segments = || held.iter().flat_map(|held| &held.segments);
                let start = segments().map(|segment| segment.first).min().unwrap_or(0);
                let end = segments().map(|segment| after(tier, segment)).max().unwrap_or(0);
                let sources: BTreeSet<SourceId> = segments().map(|segment| segment.source).collect();
                let n_rows: usize = segments().map(|segment| segment.n_rows as usize).sum();
                let ideal =
                    sources.len() * (n_rows / SEGMENT_TICKS + ((end - start) / block_millis(tier)) as usize + 2);
                let is_older = |held: &&holdings::Holding| {
                    scan(&held.path).is_ok_and(|scan| scan.version < VERSION || scan.torn_bytes() > 0)
                };
                Group {
                    tier,
                    is_worth_it: held.len() > 1 || segments().count() > ideal || held.iter().any(is_older),
                    paths: held.iter().map(|held| held.path.clone()).collect(),
                    range: TimeRange { start: Timestamp::from_millis(start), end: Timestamp::from_millis(end) },
                }
            })
            .collect()
    }

    /// Writes the files of a group anew as one, which takes the place of the first; then the others go. Between the two
    /// the new one counts, since its segments have greater numbers.
    fn rewrite(&mut self, group: &Group) -> Result<(), HistoryError> {
        let Some(path) = group.paths.first() else { return Ok(()) };
        let unfinished = path.with_extension(UNFINISHED);
        let _ = fs::remove_file(&unfinished);
        let written = self.write_joined(group, &unfinished).and_then(|()| {
            let renamed = fs::rename(&unfinished, path).and_then(|()| sync_folder(&self.files.folder));
            renamed.map_err(|source| HistoryError::Io { path: path.clone(), source })
        });
        if let Err(e) = written {
            let _ = fs::remove_file(&unfinished);
            return Err(e);
        }
        for other in &group.paths[1..] {
            self.files.remove(other)?;
            self.forget_shown(other);
        }
        self.files.forget(path);
        self.files.holdings.push(holdings::Holding::new(path.clone(), scan(path)?));
        self.forget_shown(path);
        self.show_files();
        Ok(())
    }

    fn write_joined(&mut self, group: &Group, path: &Path) -> Result<(), HistoryError> {
        let mut file = SegmentFile::create(path, FileKind::Segments(group.tier), &self.files.disk)?;
        let seq = &mut self.files.seq;
        let mut waiting: BTreeMap<SourceId, Vec<Segment>> = BTreeMap::new();
        let mut put = |segments: Vec<Segment>| match join(segments) {
            Some(segment) => {
                *seq += 1;
                file.append(&segment, *seq).map(drop)
            }
            None => Ok(()),
        };
        self.reader.visit(None, group.range, group.tier, &mut |segment| {
            if segment.tier != group.tier {
                return Ok(());
            }
            let before = waiting.entry(segment.source).or_default();
            if !goes_on(before, &segment) {
                put(std::mem::take(before))?;
            }
            before.push(segment);
            Ok(())
        })?;
        waiting.into_values().try_for_each(put)?;
        file.sync()
    }
}

/// Whether a segment may be joined to those before it.
fn goes_on(before: &[Segment], next: &Segment) -> bool {
    let (Some(first), Some(last)) = (before.first(), before.last()) else { return true };
    let (Some(start), Some(end), Some(from), Some(to)) =
        (first.times.first(), last.times.last(), next.times.first(), next.times.last())
    else {
        return true;
    };
    let interval = i64::from(next.interval_millis);
    let n_rows: usize = before.iter().map(|segment| segment.times.len()).sum::<usize>() + next.times.len();
    let is_one_block = start.div_euclid(block_millis(next.tier)) == to.div_euclid(block_millis(next.tier));
    let fits = match next.tier {
        Tier::Full => n_rows <= SEGMENT_TICKS,
        Tier::Minute | Tier::Hour => is_one_block,
    };
    fits && last.interval_millis == next.interval_millis && from - end <= interval * MOST_INTERVALS && from > end
}
