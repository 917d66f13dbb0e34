//! What history answered for one chart, and how it is joined with what memory holds since.
//!
//! Both are cut at the same step, and they meet at a multiple of it, so no sample is in two buckets and none is lost.

use std::sync::Arc;
use std::time::Duration;

use super::views::ViewWorld;
use crate::model::{Bucket, Curve, SeriesId, Tier, TimeRange, Timestamp, ViewData, ViewRange, ViewRequest};
use crate::store::history::StoredCurves;

/// How far back the place where history and memory meet is put: it serves until memory has forgotten it.
const MEET_BACK: Duration = Duration::from_secs(30 * 60);
/// History is asked again so long before memory forgets the place where they meet.
const ASK_BEFORE: Duration = Duration::from_secs(20);
/// Where memory reaches no multiple of the step history answers alone, and is asked again so often at most and at least.
const ALONE: (Duration, Duration) = (Duration::from_secs(5), Duration::from_secs(60));
/// Gaps of an answer; the longest are given.
const MAX_GAPS: usize = 500;

/// What history answered.
#[derive(Debug)]
pub struct DiskPart {
    stored: StoredCurves,
    /// What it was asked for.
    range: TimeRange,
    /// The newest tick when it was asked.
    at: Timestamp,
    /// From where on memory answers; `None` where history answers alone.
    meet: Option<Timestamp>,
    /// Series that never are in memory.
    is_imported: Vec<bool>,
}

impl DiskPart {
    /// What history answered when the newest tick was `at`.
    pub fn new(
        stored: StoredCurves,
        range: TimeRange,
        at: Timestamp,
        is_imported: Vec<bool>,
        world: ViewWorld<'_>,
    ) -> Self {
        let meet = meeting_place(stored.step, at, world);
        Self { stored, range, at, meet, is_imported }
    }

    /// Whether it is the whole answer for a range of the past.
    pub fn is_whole_for(&self, range: TimeRange) -> bool {
        self.range == range && (range.end <= self.at || self.is_of_imports_alone())
    }

    fn is_of_imports_alone(&self) -> bool {
        self.is_imported.iter().all(|is| *is)
    }

    /// Whether it and memory together hold all of `range`.
    pub fn serves(&self, range: TimeRange, world: ViewWorld<'_>) -> bool {
        let reaches_back = self.range.start <= range.start && range.start < self.range.end;
        reaches_back && (self.is_whole_for(range) || self.joins(world))
    }

    /// Whether memory goes on where it ends.
    fn joins(&self, world: ViewWorld<'_>) -> bool {
        match self.meet {
            Some(meet) => world.window.covers_from().is_some_and(|from| from <= meet),
            None => self.age(world) < self.alone_for(),
        }
    }

    /// Whether history should be asked anew, so that the answer is there before this one serves no longer.
    pub fn is_ageing(&self, range: TimeRange, world: ViewWorld<'_>) -> bool {
        if self.is_whole_for(range) {
            return false;
        }
        match self.meet {
            Some(meet) => {
                let oldest = world.window.newest_tick().unwrap_or(world.now).minus(world.window.span());
                meet < oldest.plus(ASK_BEFORE)
            }
            None => self.age(world) >= self.alone_for() / 2,
        }
    }

    fn age(&self, world: ViewWorld<'_>) -> Duration {
        world.window.newest_tick().unwrap_or(world.now).since(self.at)
    }

    fn alone_for(&self) -> Duration {
        (self.stored.step / 50).clamp(ALONE.0, ALONE.1)
    }

    /// The answer to a chart: this part up to the meeting place, and memory from there on.
    pub fn join(&self, request: &ViewRequest, range: TimeRange, world: ViewWorld<'_>) -> ViewData {
        let newest = world.window.newest_tick().unwrap_or(world.now);
        let meet = self.meet.unwrap_or(Timestamp::from_millis(i64::MAX));
        let step = self.stored.step;
        let end = match request.range {
            // A range excludes its end, and the newest sample stands on it.
            ViewRange::Live { .. } => newest.plus(Duration::from_millis(1)),
            ViewRange::Fixed(range) => range.end,
        };
        let fresh = world.window.query_by_step(&request.series, TimeRange { start: meet, end }, step);
        let mut has_old = false;
        let mut curves = Vec::with_capacity(request.series.len());
        for (i, (id, fresh)) in request.series.iter().zip(fresh).enumerate() {
            let all = self.stored.curves.get(i).map_or(&[][..], Vec::as_slice);
            let upto = if self.is_imported.get(i) == Some(&true) {
                all.len()
            } else {
                all.partition_point(|bucket| bucket.at < meet)
            };
            // One bucket before the range, so that the line reaches the edge.
            let from = all.partition_point(|bucket| bucket.at < range.start).saturating_sub(1).min(upto);
            let old = &all[from..upto];
            has_old |= !old.is_empty();
            curves.push(Curve { series: *id, buckets: joined(old, &fresh.buckets, step, cadence(*id, world)) });
        }
        ViewData {
            request: request.clone(),
            range,
            step,
            curves: curves.into(),
            gaps: self.gaps(range, world).into(),
            is_loading: false,
            tier: if has_old { self.stored.tier } else { Tier::Full },
        }
    }

    /// Gaps of history up to where memory begins, gaps of memory from there on.
    fn gaps(&self, range: TimeRange, world: ViewWorld<'_>) -> Vec<TimeRange> {
        let far = Timestamp::from_millis(i64::MAX);
        let border = self.meet.or_else(|| world.window.covers_from()).unwrap_or(far);
        let cut = |gap: &TimeRange, from: Timestamp, to: Timestamp| {
            let gap = TimeRange { start: gap.start.max(from), end: gap.end.min(to) };
            (gap.start < gap.end).then_some(gap)
        };
        let old = self.stored.gaps.iter().filter_map(|gap| cut(gap, range.start, range.end.min(border)));
        let fresh = world.window.gaps(range, world.now);
        let mut gaps: Vec<TimeRange> = Vec::new();
        for gap in old.chain(fresh.iter().filter_map(|gap| cut(gap, range.start.max(border), range.end))) {
            match gaps.last_mut() {
                Some(last) if gap.start <= last.end => last.end = last.end.max(gap.end),
                _ => gaps.push(gap),
            }
        }
        if gaps.len() > MAX_GAPS {
            gaps.sort_by_key(|gap| std::cmp::Reverse(gap.span()));
            gaps.truncate(MAX_GAPS);
            gaps.sort_by_key(|gap| gap.start);
        }
        gaps
    }
}

/// Where history and memory meet: a multiple of the step that memory holds all of, and that history knew all before.
fn meeting_place(step: Duration, at: Timestamp, world: ViewWorld<'_>) -> Option<Timestamp> {
    let oldest = world.window.covers_from()?;
    let step = i64::try_from(step.as_millis()).unwrap_or(i64::MAX).max(1);
    let floor = |at: Timestamp| Timestamp::from_millis(at.as_millis().div_euclid(step).saturating_mul(step));
    let ceil = |at: Timestamp| {
        let down = floor(at);
        if down == at { at } else { Timestamp::from_millis(down.as_millis().saturating_add(step)) }
    };
    // What is sampled now and not written is in memory alone, so memory answers for as much as it can.
    let early = if world.history.is_written { oldest.max(at.minus(MEET_BACK)) } else { oldest };
    let late = floor(at);
    [ceil(early), late].into_iter().find(|meet| oldest <= *meet && *meet <= at)
}

/// Two parts of a line, the second from where the first ends. The line breaks between them where samples are missing.
fn joined(old: &[Bucket], fresh: &[Bucket], step: Duration, cadence: Duration) -> Arc<[Bucket]> {
    let mut all = Vec::with_capacity(old.len() + fresh.len());
    all.extend_from_slice(old);
    all.extend_from_slice(fresh);
    if let (Some(last), Some(first)) = (old.last(), all.get_mut(old.len())) {
        let step = i64::try_from(step.as_millis()).unwrap_or(i64::MAX);
        let at = last.at.as_millis();
        // The bucket before holds samples up to its end.
        let end = at.checked_div_euclid(step).map_or(at, |n| n.saturating_mul(step).saturating_add(step));
        let silent = first.at.since(Timestamp::from_millis(end));
        first.gap_before |= silent * 2 > cadence * 5;
    }
    all.into()
}

fn cadence(id: SeriesId, world: ViewWorld<'_>) -> Duration {
    let own = world.series.get(id.0 as usize).and_then(|info| info.def.cadence);
    own.map_or(world.interval, |own| own.max(world.interval))
}
