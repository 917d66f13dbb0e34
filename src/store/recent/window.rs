//! The window over the newest samples of all series.

use std::sync::Arc;
use std::time::Duration;

use super::bucketing::{Cut, MIN_BUCKETS, N_EDGE};
use super::chunk::SharedTimes;
use super::column::{Column, is_gap};
use super::presence::Presence;
use crate::analysis::summary::{Past, SpanStats};
use crate::model::{Curve, SeriesId, Tier, TimeRange, Timestamp, ViewData, ViewRange, ViewRequest};

/// A tick this much older than the newest means that the clock was set back; less is a source that came late.
const CLOCK_STEP: i64 = 10_000;

/// How much is kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Retention {
    /// How far back; somewhat more is held, since whole chunks are forgotten.
    pub span: Duration,
}

impl Default for Retention {
    fn default() -> Self {
        Self { span: Duration::from_secs(3600) }
    }
}

/// Samples that could not be kept since the start.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Losses {
    /// Not newer than the newest of their series.
    pub n_late: u64,
    /// Forgotten because the clock was set back to before them.
    pub n_set_back: u64,
}

/// Some samples of a series taken together.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Stats {
    /// Least value.
    pub min: f32,
    /// Greatest value.
    pub max: f32,
    /// Mean.
    pub mean: f32,
    /// Number of samples; never 0.
    pub count: u32,
}

/// The newest samples of all series.
///
/// Times of a series only grow. A sample that is not newer than the newest of its series is left out and counted. A
/// tick more than 10 s older than the newest means that the wall clock was set back: samples that stand after the new
/// time are forgotten and counted, the line breaks there, and sampling goes on.
#[derive(Debug)]
pub struct Window {
    retention: Retention,
    /// By series id.
    columns: Vec<Column>,
    presence: Presence,
    interval: i64,
    shared: SharedTimes,
    n_samples: usize,
    losses: Losses,
}

impl Window {
    /// An empty window.
    pub fn new(retention: Retention) -> Self {
        Self {
            retention,
            columns: Vec::new(),
            presence: Presence::default(),
            interval: 1000,
            shared: SharedTimes::default(),
            n_samples: 0,
            losses: Losses::default(),
        }
    }

    /// Says how far apart samples of a series are; `None` means the interval of the ticks, which is assumed anyway.
    pub fn set_cadence(&mut self, id: SeriesId, cadence: Option<Duration>) {
        self.column_mut(id).own_cadence = cadence.map(millis);
    }

    /// Marks that a source sent something, and the interval at which it means to send. Comes before its samples.
    pub fn mark_tick(&mut self, at: Timestamp, interval: Duration) {
        let (at, interval) = (at.as_millis(), millis(interval));
        let is_set_back = self.presence.newest().is_some_and(|newest| {
            newest.saturating_sub(at) > CLOCK_STEP && is_gap(newest - at, interval.max(self.interval))
        });
        if is_set_back {
            let n: usize = self.columns.iter_mut().map(|column| column.cut_back(at)).sum();
            self.n_samples -= n;
            self.losses.n_set_back += n as u64;
            self.presence.cut_back(at);
        }
        self.interval = interval;
        self.presence.mark(at, interval);
    }

    /// Keeps a sample; `value` must be finite, one that is not is left out.
    pub fn append(&mut self, at: Timestamp, id: SeriesId, value: f64) {
        if !value.is_finite() {
            return;
        }
        // A value beyond f32 would become infinite, and one such sample would spoil every mean above it.
        let value = value.clamp(f64::from(f32::MIN), f64::from(f32::MAX)) as f32;
        let i = id.0 as usize;
        if i >= self.columns.len() {
            self.columns.resize_with(i + 1, Column::default);
        }
        if self.columns[i].append(at.as_millis(), value, self.interval, &mut self.shared) {
            self.n_samples += 1;
        } else {
            self.losses.n_late += 1;
        }
    }

    /// Forgets what is older than the retention.
    pub fn evict(&mut self, now: Timestamp) {
        let cutoff = now.minus(self.retention.span).as_millis();
        self.n_samples -= self.columns.iter_mut().map(|column| column.evict(cutoff)).sum::<usize>();
        self.presence.evict(cutoff);
    }

    /// Answers a chart. `now` is the wall time, for the gap since sources fell silent.
    pub fn view(&self, request: &ViewRequest, now: Timestamp) -> ViewData {
        let newest = self.newest_tick().unwrap_or(now);
        // A range excludes its end, and the newest sample stands on it.
        let after = |at: Timestamp| at.plus(Duration::from_millis(1));
        let (range, asked) = match request.range {
            ViewRange::Live { span } => {
                let range = TimeRange::ending_at(newest, span);
                (range, TimeRange { end: after(newest), ..range })
            }
            ViewRange::Fixed(range) => (range, range),
        };
        let (step, curves) = self.query(&request.series, asked, request.width_px as usize * 2);
        let gaps = self.gaps(range, now);
        ViewData {
            request: request.clone(),
            range,
            step,
            curves: curves.into(),
            gaps: gaps.into(),
            is_loading: false,
            tier: Tier::Full,
        }
    }

    /// The samples of some series as at most `max_buckets` buckets each (16 where it is less), all of one step.
    ///
    /// Buckets stand at absolute multiples of the step; those at the edges hold the samples of their whole step, also
    /// those outside `range`, and one bucket more is given at either side, so that a line reaches both edges. Where
    /// single samples are few enough each is a bucket and the step is zero. A bucket never reaches over a gap, unless
    /// there are more gaps than half the buckets: then those shorter than a step are passed over.
    pub fn query(&self, series: &[SeriesId], range: TimeRange, max_buckets: usize) -> (Duration, Vec<Curve>) {
        let max_buckets = max_buckets.max(MIN_BUCKETS);
        let (from, to) = (range.start.as_millis(), range.end.as_millis());
        let columns = || series.iter().filter_map(|id| self.columns.get(id.0 as usize));
        // Buckets at the edges reach out of the range by up to a step, so breaks just outside count as well.
        let margin = to.saturating_sub(from).max(0) / (max_buckets - N_EDGE) as i64 * 5 + 10;
        let n_breaks =
            columns().map(|c| c.n_breaks(from.saturating_sub(margin), to.saturating_add(margin))).max().unwrap_or(0);
        let mut cut = Cut::new(from, to, max_buckets, n_breaks);
        let cadence = columns().map(|column| column.cadence).filter(|ms| *ms > 0).min().unwrap_or(self.interval);
        if cut.step <= cadence && columns().all(|column| column.count(from, to) + 2 <= max_buckets) {
            (cut.step, cut.joins) = (0, false);
        }
        let step = Duration::from_millis(u64::try_from(cut.step).unwrap_or(0));
        let buckets = |id: &SeriesId| match self.columns.get(id.0 as usize) {
            Some(column) if from < to => column.buckets(&cut),
            _ => Vec::new(),
        };
        (step, series.iter().map(|id| Curve { series: *id, buckets: buckets(id).into() }).collect())
    }

    /// The samples of some series from `range` on as buckets of this step, which stand where [`Self::query`] would put
    /// them; a step of zero gives single samples. Nothing before the start of `range` is given, so that the answer joins
    /// what another source knows up to there: the start has to be a multiple of the step.
    pub fn query_by_step(&self, series: &[SeriesId], range: TimeRange, step: Duration) -> Vec<Curve> {
        let cut = Cut { from: range.start.as_millis(), to: range.end.as_millis(), step: millis(step), joins: false };
        let buckets = |id: &SeriesId| match self.columns.get(id.0 as usize) {
            Some(column) if cut.from < cut.to => {
                let all = column.buckets(&cut);
                let n_before = all.partition_point(|bucket| bucket.at < range.start);
                let n_upto = all.partition_point(|bucket| bucket.at < range.end);
                all.get(n_before..n_upto).unwrap_or_default().into()
            }
            _ => Arc::from([]),
        };
        series.iter().map(|id| Curve { series: *id, buckets: buckets(id) }).collect()
    }

    /// How far back samples are kept.
    pub fn span(&self) -> Duration {
        self.retention.span
    }

    /// From when on every sample is held that was taken: the newest tick less the retention, or the first tick.
    pub fn covers_from(&self) -> Option<Timestamp> {
        let first = Timestamp::from_millis(self.presence.first()?);
        Some(first.max(self.newest_tick()?.minus(self.retention.span)))
    }

    /// The sample of a series nearest to `at`, if it is within two and a half of its cadences.
    pub fn near(&self, id: SeriesId, at: Timestamp) -> Option<(Timestamp, f32)> {
        let column = self.columns.get(id.0 as usize)?;
        let at = at.as_millis();
        let reach = column.cadence.saturating_mul(5) / 2;
        let cut = Cut { from: at.saturating_sub(reach), to: at.saturating_add(reach + 1), step: 0, joins: false };
        let nearest = column.buckets(&cut).into_iter().min_by_key(|bucket| bucket.at.as_millis().abs_diff(at))?;
        (nearest.at.as_millis().abs_diff(at) <= reach.unsigned_abs()).then_some((nearest.at, nearest.mean))
    }

    /// The samples of a series in `range` taken together; `None` where there are none.
    pub fn stats(&self, id: SeriesId, range: TimeRange) -> Option<Stats> {
        let all = self.columns.get(id.0 as usize)?.summary(range.start.as_millis(), range.end.as_millis());
        (all.count > 0).then(|| Stats { min: all.min, max: all.max, mean: all.mean(), count: all.count })
    }

    /// The samples of a series in the last `span` up to and with the newest tick; `None` where there are none.
    pub fn recent(&self, id: SeriesId, span: Duration) -> Option<Stats> {
        let end = self.newest_tick()?.plus(Duration::from_millis(1));
        self.stats(id, TimeRange::ending_at(end, span))
    }

    /// Spans in `range` in which no source sent anything. None before the first tick; one since the newest when
    /// sources have fallen silent before `now`.
    pub fn gaps(&self, range: TimeRange, now: Timestamp) -> Vec<TimeRange> {
        self.presence.gaps(range, now)
    }

    /// The newest sample of a series.
    pub fn latest(&self, id: SeriesId) -> Option<(Timestamp, f32)> {
        let (at, value) = self.columns.get(id.0 as usize)?.newest()?;
        Some((Timestamp::from_millis(at), value))
    }

    /// The newest tick.
    pub fn newest_tick(&self) -> Option<Timestamp> {
        self.presence.newest().map(Timestamp::from_millis)
    }

    /// Samples held.
    pub fn n_samples(&self) -> usize {
        self.n_samples
    }

    /// Samples that could not be kept.
    pub fn losses(&self) -> Losses {
        self.losses
    }

    /// Bytes that hold the samples. Looks at every chunk: some microseconds an hour of a hundred series.
    pub fn bytes(&self) -> usize {
        self.columns.iter().map(Column::bytes).sum()
    }

    fn column_mut(&mut self, id: SeriesId) -> &mut Column {
        let i = id.0 as usize;
        if i >= self.columns.len() {
            self.columns.resize_with(i + 1, Column::default);
        }
        &mut self.columns[i]
    }
}

impl Past for Window {
    fn recent(&self, id: SeriesId, span: Duration) -> Option<SpanStats> {
        let stats = Self::recent(self, id, span)?;
        Some(SpanStats { mean: f64::from(stats.mean), max: f64::from(stats.max), count: stats.count })
    }
}

fn millis(span: Duration) -> i64 {
    i64::try_from(span.as_millis()).unwrap_or(i64::MAX)
}
