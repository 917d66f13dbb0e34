//! Charts of series that a source has: what is asked for each, and its answer put into the chart's own.
//!
//! The engine's views answer for this machine's series; here stand the buckets of the others, cut at the same range.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use super::sources::SourceDesk;
use crate::model::source::source_of;
use crate::model::{Bucket, Curve, SeriesId, SeriesInfo, SeriesKey, TimeRange, Timestamp, ViewData, ViewId};
use crate::telemetry::prometheus::{Curves, Point, Question};

/// Series of sources on one chart that are asked for.
const MAX_SERIES: usize = 32;
/// Buckets of one curve at most.
const MAX_BUCKETS: u32 = 2_000;
/// A live chart is asked for anew so often at most and at least.
const RENEW: (Duration, Duration) = (Duration::from_secs(5), Duration::from_secs(60));
/// An answer that has not come by then will not.
const LOST_AFTER: Duration = Duration::from_secs(120);

/// Charts by the sources they have series of: those series, and what the chart shows.
type Wanted<'a> = BTreeMap<(ViewId, Arc<str>), (Vec<SeriesId>, &'a ViewData)>;

/// One chart's series of one source.
#[derive(Debug)]
struct Part {
    ids: Vec<SeriesId>,
    range: TimeRange,
    step: i64,
    ticket: u64,
    asked_at: Timestamp,
    is_awaited: bool,
    has_failed: bool,
    curves: Vec<Arc<[Bucket]>>,
    /// When it last changed, as a count.
    version: u64,
}

/// The charts that have series of sources.
#[derive(Debug, Default)]
pub struct SourceViews {
    parts: BTreeMap<(ViewId, Arc<str>), Part>,
    /// What was put together last, of what.
    made: BTreeMap<ViewId, (Arc<ViewData>, u64, Arc<ViewData>)>,
    next_ticket: u64,
    version: u64,
}

impl SourceViews {
    /// Whether there is anything to put together.
    pub fn is_empty(&self) -> bool {
        self.parts.is_empty()
    }

    /// What is to be asked so that these charts are answered.
    pub fn questions(
        &mut self,
        views: &BTreeMap<ViewId, Arc<ViewData>>,
        series: &[SeriesInfo],
        desk: &SourceDesk,
        now: Timestamp,
    ) -> Vec<Question> {
        let mut wanted: Wanted<'_> = BTreeMap::new();
        for (view, data) in views {
            for id in data.request.series.iter() {
                let Some(source) = series.get(id.0 as usize).and_then(|info| source_of(&info.def.key)) else {
                    continue;
                };
                let entry = wanted.entry((*view, source.into())).or_insert_with(|| (Vec::new(), data));
                if entry.0.len() < MAX_SERIES {
                    entry.0.push(*id);
                }
            }
        }
        self.parts.retain(|key, _| wanted.contains_key(key));
        self.made.retain(|view, _| wanted.keys().any(|(other, _)| other == view));
        let mut questions = Vec::new();
        for (key, (ids, data)) in wanted {
            let Some(step) = step_of(data) else { continue };
            let range = aligned(data.range, step);
            let part = self.parts.get(&key);
            let serves = part.is_some_and(|part| {
                let renew = Duration::from_millis(step.unsigned_abs()).clamp(RENEW.0, RENEW.1);
                let is_near = now.since(part.asked_at) < renew && part.range.start <= range.end;
                !part.has_failed && part.ids == ids && part.step == step && (part.range == range || is_near)
            });
            let is_under_way = part.is_some_and(|part| {
                part.is_awaited && part.ids == ids && now.since(part.asked_at) < LOST_AFTER && part.step == step
            });
            let keys: Vec<SeriesKey> =
                ids.iter().filter_map(|id| series.get(id.0 as usize)).map(|info| info.def.key.clone()).collect();
            let whom = keys.first().and_then(|key| desk.whom(key, now));
            if serves || is_under_way {
                continue;
            }
            let Some(whom) = whom else { continue };
            self.next_ticket += 1;
            let ticket = self.next_ticket;
            questions.push(Question::Chart {
                view: key.0,
                ticket,
                source: whom.clone(),
                keys,
                range,
                step_millis: step,
            });
            // The old curves stay until the new ones arrive, where they are of the same series.
            let (curves, version) =
                part.filter(|part| part.ids == ids).map(|part| (part.curves.clone(), part.version)).unwrap_or_default();
            let part =
                Part { ids, range, step, ticket, asked_at: now, is_awaited: true, has_failed: false, curves, version };
            self.parts.insert(key, part);
        }
        questions
    }

    /// Takes in what a source answered; one to an older question is of no use.
    pub fn answered(&mut self, view: ViewId, ticket: u64, source: &Arc<str>, found: Result<Curves, String>) {
        let Some(part) = self.parts.get_mut(&(view, source.clone())).filter(|part| part.ticket == ticket) else {
            return;
        };
        part.is_awaited = false;
        self.version += 1;
        part.version = self.version;
        part.has_failed = found.is_err();
        if let Ok(found) = found {
            part.curves = found.iter().map(|points| buckets(points, part.step)).collect();
        }
    }

    /// A question found no room: it is asked again at the next tick.
    pub fn not_asked(&mut self, view: ViewId, source: &Arc<str>) {
        self.parts.remove(&(view, source.clone()));
    }

    /// The charts with the buckets of sources in them.
    pub fn joined(&mut self, views: Arc<BTreeMap<ViewId, Arc<ViewData>>>) -> Arc<BTreeMap<ViewId, Arc<ViewData>>> {
        if self.parts.is_empty() {
            return views;
        }
        let mut all = BTreeMap::clone(&views);
        for (view, data) in &mut all {
            let parts: Vec<&Part> = self.parts.iter().filter(|((of, _), _)| of == view).map(|(_, part)| part).collect();
            if parts.is_empty() {
                continue;
            }
            // The sum changes with each part, since versions only grow.
            let version = parts.iter().map(|part| part.version * 2 + u64::from(part.is_awaited)).sum();
            match self.made.get(view) {
                Some((of, at, made)) if Arc::ptr_eq(of, data) && *at == version => *data = made.clone(),
                _ => {
                    let made = Arc::new(with_parts(data, &parts));
                    self.made.insert(*view, (data.clone(), version, made.clone()));
                    *data = made;
                }
            }
        }
        Arc::new(all)
    }
}

fn with_parts(data: &ViewData, parts: &[&Part]) -> ViewData {
    let bucket_of = |id: SeriesId| {
        parts.iter().find_map(|part| {
            let place = part.ids.iter().position(|other| *other == id)?;
            part.curves.get(place).cloned()
        })
    };
    let curve = |curve: &Curve| match bucket_of(curve.series) {
        Some(buckets) => Curve { series: curve.series, buckets: cut(&buckets, data.range) },
        None => curve.clone(),
    };
    let is_first = parts.iter().any(|part| part.is_awaited && part.curves.is_empty());
    let is_of_sources_alone = parts.iter().map(|part| part.ids.len()).sum::<usize>() >= data.curves.len();
    let step = parts.first().map_or(data.step, |part| Duration::from_millis(part.step.unsigned_abs()));
    ViewData {
        step: if is_of_sources_alone { step } else { data.step },
        curves: data.curves.iter().map(curve).collect(),
        is_loading: (data.is_loading && !is_of_sources_alone) || is_first,
        // Silence of this machine is none of theirs.
        gaps: if is_of_sources_alone { Arc::default() } else { data.gaps.clone() },
        ..data.clone()
    }
}

/// The part of a curve that a chart shows, with one bucket before, so that the line reaches the edge.
fn cut(buckets: &Arc<[Bucket]>, range: TimeRange) -> Arc<[Bucket]> {
    let from = buckets.partition_point(|bucket| bucket.at < range.start).saturating_sub(1);
    let to = buckets.partition_point(|bucket| bucket.at < range.end).max(from);
    if from == 0 && to == buckets.len() { buckets.clone() } else { buckets[from..to].into() }
}

/// Length of a bucket, milliseconds: a whole number of seconds, so that there are at most as many as the chart is wide.
fn step_of(data: &ViewData) -> Option<i64> {
    let n = i64::from(data.request.width_px.clamp(1, MAX_BUCKETS));
    let span = i64::try_from(data.range.span().as_millis()).ok().filter(|span| *span > 0)?;
    Some((span / n).max(1).saturating_add(999) / 1000 * 1000)
}

/// The whole steps that hold a range: a live chart asks for the same ones until the next begins.
fn aligned(range: TimeRange, step: i64) -> TimeRange {
    let floor = |at: Timestamp| at.as_millis().div_euclid(step).saturating_mul(step);
    let end = floor(Timestamp::from_millis(range.end.as_millis().saturating_sub(1))).saturating_add(step);
    TimeRange { start: Timestamp::from_millis(floor(range.start)), end: Timestamp::from_millis(end) }
}

/// Buckets as charts have them. A line breaks where buckets are missing: where two lie further apart than two and a half
/// times as far as most do.
fn buckets(points: &[Point], step: i64) -> Arc<[Bucket]> {
    let mut spaces: Vec<i64> = points.windows(2).map(|two| two[1].at - two[0].at).collect();
    spaces.sort_unstable();
    let usual = spaces.get(spaces.len() / 2).copied().unwrap_or(step).max(step);
    let narrow = |value: f64| value.clamp(f64::from(f32::MIN), f64::from(f32::MAX)) as f32;
    let bucket = |(i, point): (usize, &Point)| Bucket {
        at: Timestamp::from_millis(point.at),
        min: narrow(point.min),
        max: narrow(point.max),
        mean: narrow(point.mean),
        count: point.count.max(1),
        gap_before: i > 0 && (point.at - points[i - 1].at) * 2 > usual * 5,
    };
    points.iter().enumerate().map(bucket).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{Tier, ViewRange, ViewRequest};

    fn at(second: i64) -> Timestamp {
        Timestamp::from_millis(second * 1000)
    }

    fn point(second: i64) -> Point {
        Point { at: second * 1000, min: 1.0, max: 3.0, mean: 2.0, count: 4 }
    }

    fn data(width_px: u32, range: TimeRange) -> ViewData {
        ViewData {
            request: ViewRequest { series: [SeriesId(0)].into(), range: ViewRange::Fixed(range), width_px },
            range,
            step: Duration::ZERO,
            curves: [Curve { series: SeriesId(0), buckets: Arc::default() }].into(),
            gaps: Arc::default(),
            is_loading: true,
            tier: Tier::Full,
        }
    }

    #[test]
    fn steps_are_whole_seconds_and_a_live_chart_asks_for_whole_ones() {
        let hour = TimeRange { start: at(100), end: at(3700) };
        for (width, expect) in [(1200, 3000), (700, 6000), (100_000, 2000), (1, 3_600_000)] {
            assert_eq!(step_of(&data(width, hour)), Some(expect), "{width}");
        }
        assert_eq!(aligned(hour, 7000), TimeRange { start: at(98), end: at(3703) });
        assert_eq!(step_of(&data(100, TimeRange { start: at(5), end: at(5) })), None);
    }

    #[test]
    fn a_line_breaks_where_a_server_has_nothing() {
        let points = [0, 15, 30, 45, 120, 135].map(point);
        let found = buckets(&points, 1000);
        let breaks: Vec<i64> = found.iter().filter(|b| b.gap_before).map(|b| b.at.as_millis() / 1000).collect();
        assert_eq!((breaks, found[0].count, found[0].min, found[0].max), (vec![120], 4, 1.0, 3.0));
    }

    #[test]
    fn an_answer_is_put_in_once_and_an_older_one_never() {
        let mut views = SourceViews { next_ticket: 7, ..SourceViews::default() };
        let range = TimeRange { start: at(0), end: at(100) };
        let part = Part {
            ids: vec![SeriesId(0)],
            range,
            step: 1000,
            ticket: 7,
            asked_at: at(0),
            is_awaited: true,
            has_failed: false,
            curves: Vec::new(),
            version: 0,
        };
        let source: Arc<str> = "home".into();
        views.parts.insert((ViewId(1), source.clone()), part);
        let base = Arc::new(BTreeMap::from([(ViewId(1), Arc::new(data(100, range)))]));
        assert!(views.joined(base.clone())[&ViewId(1)].is_loading);
        views.answered(ViewId(1), 6, &source, Ok(vec![vec![point(1)]]));
        assert!(views.joined(base.clone())[&ViewId(1)].is_loading);
        views.answered(ViewId(1), 7, &source, Ok(vec![(0..50).map(point).collect()]));
        let joined = views.joined(base.clone());
        assert_eq!((joined[&ViewId(1)].is_loading, joined[&ViewId(1)].curves[0].buckets.len()), (false, 50));
        assert!(Arc::ptr_eq(&joined[&ViewId(1)], &views.joined(base)[&ViewId(1)]), "made once");
    }
}
