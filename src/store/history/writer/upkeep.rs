//! What keeps a history small and sound: finished time is rolled up into the coarser tiers, what is over the bounds goes,
//! and the sums of what is on disk are looked at from time to time. One call does a bounded part of it.

use std::collections::BTreeSet;
use std::time::Duration;

use super::Writer;
use crate::model::{HistoryState, SourceId, Tier, TimeRange, Timestamp};
use crate::store::history::disk::bytes_in;
use crate::store::history::frame::FrameEntry;
use crate::store::history::holdings::{self, after, block_millis};
use crate::store::history::read::{HistoryError, HistoryRead as _};
use crate::store::history::retention::{KeptFile, over_bounds};
use crate::store::history::rollup::Rollup;
use crate::store::history::source_file::FileReader;

/// How often the bounds are looked at.
const RETIRE_EVERY: Duration = Duration::from_secs(60);
/// How long the clock has to go on evenly before anything counts as too old.
const STEADY: Duration = Duration::from_secs(600);
/// Bytes whose sums are looked at in one call.
const CHECKED_BYTES: u64 = 1 << 20;

/// Some time of one source that is to be rolled up.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Block {
    start: i64,
    tier: Tier,
    source: SourceId,
}

impl Writer {
    /// Does some of what keeps the folder small: rolls finished time up into the coarser tiers, removes what is over
    /// its bounds. To be called after each flush; the work of one call is bounded.
    ///
    /// # Errors
    /// [`HistoryError::Io`]; the next call goes on.
    pub fn maintain(&mut self, now: Timestamp) -> Result<(), HistoryError> {
        self.shared.write().tail.end_full(now.as_millis());
        if matches!(self.state, HistoryState::Stalled { .. } | HistoryState::Closed { .. }) {
            return Ok(());
        }
        let is_due = self.maintained_at.is_none_or(|at| now < at || now.since(at) >= RETIRE_EVERY);
        if is_due || self.is_rollup_pending {
            self.is_rollup_pending = self.roll_up_one(now)?;
        }
        if is_due {
            self.maintained_at = Some(now);
            // A clock that is wrong for some minutes, as after a start without a battery, must not make everything old.
            self.retire(now, now.since(self.steady_since) >= STEADY)?;
        }
        self.check_some(now)
    }

    /// Rolls up the oldest block that is due; false where none is.
    pub(super) fn roll_up_one(&mut self, now: Timestamp) -> Result<bool, HistoryError> {
        let Some(block) = self.due(now) else { return Ok(false) };
        let end = block.start + block_millis(block.tier);
        let range = TimeRange { start: Timestamp::from_millis(block.start), end: Timestamp::from_millis(end) };
        let finer = finer_of(block.tier);
        let mut rollup = Rollup::new(block.tier, block.source);
        self.reader.visit(None, range, finer, &mut |segment| {
            if segment.source == block.source {
                rollup.push(&segment);
            }
            Ok(())
        })?;
        let newest = self.files.touching(finer, block.source, block.start, end - 1).map(|segment| segment.seq).max();
        if let Some(segment) = rollup.finish() {
            self.files.append(&segment)?;
            self.files.sync()?;
            self.show_added(block.tier);
        }
        // A time whose ticks have no values leaves no bucket: what was there when it was rolled up is done with.
        self.settled.insert(block, newest.unwrap_or(0));
        Ok(true)
    }

    /// The oldest block that is over and has something of the finer tier that it does not hold itself.
    fn due(&self, now: Timestamp) -> Option<Block> {
        [Tier::Minute, Tier::Hour].into_iter().find_map(|tier| {
            let finer = finer_of(tier);
            let blocks: BTreeSet<Block> =
                self.files.segments(finer).flat_map(|segment| blocks_of(tier, finer, segment)).collect();
            blocks.into_iter().find(|block| self.is_due(block, now))
        })
    }

    fn is_due(&self, block: &Block, now: Timestamp) -> bool {
        let end = block.start + block_millis(block.tier);
        end <= now.as_millis()
            && !self.is_rolled_up(block)
            && !self.shared.read().tail.touches(block.source, block.start, end)
    }

    /// Whether a block holds what the finer tier holds of its time.
    fn is_rolled_up(&self, block: &Block) -> bool {
        let (start, end) = (block.start, block.start + block_millis(block.tier));
        let settled = self.settled.get(block).copied().unwrap_or(0);
        let mut finer = self.files.touching(finer_of(block.tier), block.source, start, end - 1);
        finer.all(|segment| {
            let (from, to) = (segment.first.max(start), segment.last.min(end - 1));
            let holds = |own: &FrameEntry| own.seq > segment.seq && own.first <= from && after(block.tier, own) > to;
            segment.seq <= settled || self.files.touching(block.tier, block.source, from, to).any(holds)
        })
    }

    /// Removes the files that are over the bounds; over that of age only where `by_age` says so.
    pub(super) fn retire(&mut self, now: Timestamp, by_age: bool) -> Result<(), HistoryError> {
        let now = if by_age { now } else { Timestamp::from_millis(i64::MIN) };
        let kept: Vec<KeptFile> = self
            .files
            .holdings
            .iter()
            .map(|held| {
                let end = Timestamp::from_millis(held.end().unwrap_or(i64::MIN));
                // It matters for old files alone, and takes a while to find out.
                let is_old = end <= now.minus(self.settings.span(held.tier));
                KeptFile {
                    path: held.path.clone(),
                    tier: held.tier,
                    bytes: held.len,
                    end,
                    is_rolled_up: !is_old || held.segments.iter().all(|one| self.is_coarser_there(held.tier, one)),
                    is_open: self.files.is_open(&held.path),
                }
            })
            .collect();
        // All that stands beside these files counts too; recordings of other tools go when a person says so.
        let other = bytes_in(&self.files.folder).saturating_sub(kept.iter().map(|file| file.bytes).sum());
        for gone in over_bounds(&kept, other, &self.settings, now) {
            self.files.remove(&gone.path)?;
            self.forget_shown(&gone.path);
            // A file of this name may come again: the length it had must not be held against that one.
            self.is_journal_old = true;
        }
        Ok(())
    }

    /// Whether the next coarser tier holds what a segment holds.
    fn is_coarser_there(&self, tier: Tier, segment: &FrameEntry) -> bool {
        let coarser = match tier {
            Tier::Full => Tier::Minute,
            Tier::Minute => Tier::Hour,
            Tier::Hour => return true,
        };
        blocks_of(coarser, tier, segment).all(|block| self.is_rolled_up(&block))
    }

    /// Looks at the sums of some segments that were not looked at since the program started.
    fn check_some(&mut self, now: Timestamp) -> Result<(), HistoryError> {
        let Some(held) = self.files.holdings.iter_mut().find(|held| held.n_checked < held.segments.len()) else {
            return Ok(());
        };
        let (reader, scan) = FileReader::open(&held.path)?;
        let mut bytes = 0;
        let mut scratched = holdings::undescribed(&reader, &scan)?.map(|at| (held.path.clone(), at));
        while let Some(segment) =
            held.segments.get(held.n_checked).filter(|_| bytes < CHECKED_BYTES && scratched.is_none())
        {
            if !holdings::is_whole(&reader, segment)? {
                scratched = Some((held.path.clone(), segment.offset));
            }
            bytes += segment.len;
            held.n_checked += 1;
        }
        if let Some((path, at)) = scratched {
            let aside = holdings::put_aside(&path, now)?;
            self.told.push(holdings::aside_sentence(&path, &format!("its part at byte {at} was overwritten"), &aside));
            self.files.forget(&path);
            self.forget_shown(&path);
            self.is_journal_old = true;
            self.begin_journal()?;
        }
        Ok(())
    }
}

/// The tier that one is rolled up from.
fn finer_of(tier: Tier) -> Tier {
    if tier == Tier::Hour { Tier::Minute } else { Tier::Full }
}

/// The blocks of a tier that a segment of the finer tier touches.
fn blocks_of(tier: Tier, finer: Tier, segment: &FrameEntry) -> impl Iterator<Item = Block> {
    let length = block_millis(tier);
    let (first, end) = (segment.first.div_euclid(length), (after(finer, segment) - 1).div_euclid(length));
    let source = segment.source;
    (first..=end).map(move |i| Block { tier, source, start: i * length })
}
