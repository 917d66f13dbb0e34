//! Which segments answer a question: for each moment of each source the one that was written last, of the tier that is
//! wanted, or else of a finer one, or else of a coarser one. Pure but for what the index already knows.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::frame::FrameEntry;
use super::index::IndexedFile;
use super::segment::Segment;
use super::spans::Spans;
use crate::model::{SourceId, Tier};

/// What there was when the question came.
#[derive(Debug, Clone)]
pub(super) struct Snapshot {
    pub(super) files: Vec<Arc<IndexedFile>>,
    /// What has no segment on disk yet, in the order in which it was made.
    pub(super) tail: Vec<Segment>,
}

/// How many samples a segment has from one time up to another.
pub(super) type Count<'a> = dyn FnMut(Place, i64, i64) -> u64 + 'a;

/// Where a segment is.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum Place {
    /// A frame of the snapshot's file of this number.
    Disk(usize, FrameEntry),
    /// The snapshot's part of the tail of this number.
    Tail(usize),
}

/// Part of a segment: its rows of times in `from..to`.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Part {
    pub(super) tier: Tier,
    pub(super) source: SourceId,
    pub(super) from: i64,
    pub(super) to: i64,
    pub(super) place: Place,
}

/// The tiers in the order in which they are preferred: the one wanted, finer ones, coarser ones.
pub(super) fn preference(wanted: Tier) -> Vec<Tier> {
    let finer = Tier::ALL.into_iter().rev().filter(|tier| *tier <= wanted);
    finer.chain(Tier::ALL.into_iter().filter(|tier| *tier > wanted)).collect()
}

/// A segment that may answer, before it is known for which times.
#[derive(Debug, Clone, Copy)]
struct Candidate {
    first: i64,
    end: i64,
    /// How far the segment that follows it may begin and still be the next tick.
    reach: i64,
    /// Greater was written later.
    seq: (bool, u64),
    place: Place,
}

/// The parts that answer for `from..to`, by time; those of one source do not overlap. `count` tells how
/// many samples of the series asked for a segment has from one time up to another.
pub(super) fn compose(snapshot: &Snapshot, wanted: Tier, (from, to): (i64, i64), count: &mut Count<'_>) -> Vec<Part> {
    let mut parts = Vec::new();
    for (source, mut candidates) in candidates(snapshot, from, to) {
        let first = parts.len();
        let mut taken = Spans::default();
        for tier in preference(wanted) {
            let Some(mut candidates) = candidates.remove(&tier) else { continue };
            candidates.sort_by_key(|candidate| std::cmp::Reverse(candidate.seq));
            close_seams(&mut candidates);
            let part = |place: Place, (from, to): (i64, i64)| Part { tier, source, from, to, place };
            if tier <= wanted {
                for candidate in candidates {
                    let claimed = taken.claim(candidate.first.max(from), candidate.end.min(to));
                    parts.extend(claimed.into_iter().map(|span| part(candidate.place, span)));
                }
            } else {
                let found = fill(&candidates, &mut taken, tier, (from, to), &mut parts[first..], count);
                parts.extend(found.into_iter().map(|(place, span)| part(place, span)));
            }
        }
    }
    parts.retain(|part| part.from < part.to);
    parts.sort_by_key(|part| (part.from, part.source));
    parts
}

/// Lets each segment answer up to the one that was written next, where that goes on with the next tick: between the two
/// nothing shows through that was written before the clock was set back. The newest comes first.
fn close_seams(candidates: &mut [Candidate]) {
    for i in 1..candidates.len() {
        let next = candidates[i - 1].first;
        if candidates[i].end <= next && next <= candidates[i].reach {
            candidates[i].end = next;
        }
    }
}

/// Two and a half intervals after a segment: what comes later comes after a gap.
fn reach(end: i64, interval_millis: u32) -> i64 {
    end.saturating_add(i64::from(interval_millis) * 5 / 2)
}

/// Fills what finer tiers have not with a coarser one.
///
/// A coarse bucket at the end of a hole may hold samples of the hole and after it: it is taken whole then, and the finer
/// part after the hole begins after it. Where it holds no more than the finer part does, it is left out. A bucket that
/// begins before `from` and reaches into a hole there is taken whole too. Finer segments follow each other with a tick
/// between them, which is no hole.
fn fill(
    candidates: &[Candidate],
    taken: &mut Spans,
    tier: Tier,
    (from, to): (i64, i64),
    finer: &mut [Part],
    count: &mut Count<'_>,
) -> Vec<(Place, (i64, i64))> {
    let step = tier.step().map_or(1, |step| i64::try_from(step.as_millis()).unwrap_or(i64::MAX));
    let closed = taken.closed(step.saturating_mul(2));
    let mut own = Spans::default();
    let mut found = Vec::new();
    for candidate in candidates {
        for (first, end) in own.claim(candidate.first.max(from), candidate.end.min(to)) {
            for (start, stop) in closed.free(first, end) {
                let is_edge = start == from;
                let start = if is_edge { start.div_euclid(step) * step } else { start };
                let straddling = stop.div_euclid(step) * step;
                let after = straddling.saturating_add(step);
                if stop < end && straddling < stop && straddling >= start {
                    let shared = |part: &&mut Part| part.from < after && part.to > stop;
                    let own = finer.iter_mut().filter(shared);
                    let n_own: u64 = own.map(|part| count(part.place, part.from.max(stop), part.to.min(after))).sum();
                    if count(candidate.place, straddling, straddling + 1) > n_own {
                        finer.iter_mut().filter(shared).for_each(|part| part.from = after);
                    } else {
                        found.push((candidate.place, (start, straddling)));
                        taken.claim(start, straddling);
                        continue;
                    }
                }
                found.push((candidate.place, (start, stop)));
                taken.claim(start, stop);
            }
        }
    }
    found
}

/// What touches `from..to`, by source and tier.
fn candidates(snapshot: &Snapshot, from: i64, to: i64) -> BTreeMap<SourceId, BTreeMap<Tier, Vec<Candidate>>> {
    let mut found: BTreeMap<SourceId, BTreeMap<Tier, Vec<Candidate>>> = BTreeMap::new();
    let mut add = |source: SourceId, tier: Tier, candidate: Candidate| {
        if candidate.first < to && from < candidate.reach {
            found.entry(source).or_default().entry(tier).or_default().push(candidate);
        }
    };
    for (i, file) in snapshot.files.iter().enumerate() {
        let tier = file.scan.kind.tier();
        for entry in file.segments() {
            let (first, end, seq) = (entry.first, entry.end(tier), (false, entry.seq));
            let reach = reach(end, entry.interval_millis);
            add(entry.source, tier, Candidate { first, end, reach, seq, place: Place::Disk(i, *entry) });
        }
    }
    for (i, segment) in snapshot.tail.iter().enumerate() {
        if let (Some(first), Some(last)) = (segment.times.first(), segment.times.last()) {
            let (end, seq) = (last.saturating_add(1), (true, i as u64));
            let reach = reach(end, segment.interval_millis);
            add(segment.source, segment.tier, Candidate { first: *first, end, reach, seq, place: Place::Tail(i) });
        }
    }
    found
}
