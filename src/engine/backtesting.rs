//! A rule over stored history: reads the samples of its series and lets `alert::backtest` replay them.

use std::sync::Arc;
use std::time::Duration;

use crate::alert::backtest::{MAX_INSTANCES, Outcome, Pick, Replay, Span};
use crate::alert::select_series;
use crate::model::alert::{Backtest, BacktestRequest, BacktestSpan, BacktestState, Reducer, Rule};
use crate::model::{Curve, SeriesId, SeriesInfo, SeriesKey, Tier, TimeRange, Timestamp};
use crate::store::history::{CurveCut, HistoryError, HistoryRead, Segment};
use crate::store::progress::Progress;

/// Spans whose surroundings are drawn: the newest.
const MAX_DRAWN: usize = 3;
/// Width of such a drawing, points.
const STRIP_PX: u32 = 250;

/// What is drawn around a span: the time, and its curve where there is one.
type Strip = (TimeRange, Option<Arc<Curve>>);

/// Replays a rule over the span that ends at `now`. `infos` are all series there have been.
///
/// # Errors
/// What history says, and [`HistoryError::Cancelled`] when `progress` says so.
pub fn backtest(
    history: &dyn HistoryRead,
    request: &BacktestRequest,
    infos: &[SeriesInfo],
    now: Timestamp,
    progress: &mut dyn Progress,
) -> Result<Backtest, HistoryError> {
    let range = TimeRange::ending_at(now, request.span);
    let meant = meant_by(&request.rule, request.saved.as_deref(), infos);
    let keys: Vec<SeriesKey> = meant.iter().map(|info| info.def.key.clone()).collect();
    let mut replay = Replay::new(&request.rule, request.saved.as_ref(), &meant, range, request.n_buckets);
    let mut values = vec![f64::NAN; keys.len()];
    if !keys.is_empty() {
        history.visit(Some(&keys), range, Tier::Full, &mut |segment| {
            feed(&mut replay, &segment, &keys, &mut values);
            let done = (segment.times.last().copied().unwrap_or(0) - range.start.as_millis()) as f32
                / range.span().as_millis().max(1) as f32;
            progress.step(Some(done.clamp(0.0, 1.0)), "")?;
            Ok(())
        })?;
    }
    let outcome = replay.finish();
    let curves = strips(history, &request.rule, &outcome.spans, now)?;
    Ok(answer(request, range, outcome, curves))
}

/// The series a rule may mean, numbered from 0: at most so many of each selector.
fn meant_by(rule: &Rule, saved: Option<&Rule>, infos: &[SeriesInfo]) -> Vec<SeriesInfo> {
    let rules = std::iter::once(rule).chain(saved);
    let terms = rules.flat_map(|rule| &rule.when).map(|condition| &condition.term);
    let mut keys: Vec<&SeriesInfo> = Vec::new();
    for selector in terms.flat_map(|term| std::iter::once(&term.series).chain(&term.over)) {
        for info in select_series(selector, infos).take(MAX_INSTANCES) {
            if !keys.iter().any(|known| known.def.key == info.def.key) {
                keys.push(info);
            }
        }
    }
    keys.into_iter().zip(0..).map(|(info, number)| SeriesInfo { id: SeriesId(number), def: info.def.clone() }).collect()
}

/// Feeds a segment tick by tick.
fn feed(replay: &mut Replay, segment: &Segment, keys: &[SeriesKey], values: &mut [f64]) {
    let interval = Duration::from_millis(u64::from(segment.interval_millis.max(1)));
    let columns: Vec<(usize, Pick, &crate::store::history::SegmentColumn)> = segment
        .columns
        .iter()
        .filter_map(|column| {
            let series = keys.iter().position(|key| *key == column.def.key)?;
            Some((series, replay.pick(series), column))
        })
        .collect();
    let mut next = vec![0usize; columns.len()];
    for (row, at) in segment.times.iter().enumerate() {
        let mut has_any = false;
        for ((series, pick, column), next) in columns.iter().zip(&mut next) {
            values[*series] = f64::NAN;
            let is_here = column.rows.as_ref().is_none_or(|rows| rows.get(*next).is_some_and(|r| *r as usize == row));
            if !is_here {
                continue;
            }
            if let Some((min, max, mean, _)) = column.values.at(*next) {
                let value = match pick {
                    Pick::Min => min,
                    Pick::Max => max,
                    Pick::Mean => mean,
                };
                values[*series] = f64::from(value);
                has_any = true;
            }
            *next += 1;
        }
        if has_any {
            replay.feed(Timestamp::from_millis(*at), interval, values);
        }
    }
    values.fill(f64::NAN);
}

/// The curves around the newest spans: of rules on every sample alone, whose term is the series itself.
fn strips(history: &dyn HistoryRead, rule: &Rule, spans: &[Span], now: Timestamp) -> Result<Vec<Strip>, HistoryError> {
    let term = rule.when.first().map(|condition| &condition.term);
    let is_plain = term.is_some_and(|term| term.reducer == Reducer::Every && term.by.is_none());
    let mut curves = Vec::new();
    for span in spans.iter().rev().take(MAX_DRAWN).rev() {
        let end = span.end.unwrap_or(now);
        let around = end.since(span.pending_from).max(Duration::from_secs(60)) / 2;
        let range = TimeRange { start: span.pending_from.minus(around), end: end.plus(around) };
        let curve = if is_plain {
            let found =
                history.curves(std::slice::from_ref(&span.instance), &CurveCut { range, width_px: STRIP_PX })?;
            let buckets = found.curves.into_iter().next().unwrap_or_default();
            Some(Arc::new(Curve { series: SeriesId(0), buckets: buckets.into() }))
        } else {
            None
        };
        curves.push((range, curve));
    }
    Ok(curves)
}

fn answer(request: &BacktestRequest, range: TimeRange, outcome: Outcome, strips: Vec<Strip>) -> Backtest {
    let n_plain = outcome.spans.len() - strips.len();
    let mut strips = strips.into_iter();
    let n_times = outcome.spans.len();
    let spans = outcome.spans.into_iter().enumerate().map(|(i, span)| {
        let whole = TimeRange { start: span.pending_from, end: span.end.unwrap_or(range.end) };
        let (range, curve) = if i < n_plain { None } else { strips.next() }.unwrap_or((whole, None));
        let instance = span.instance.attributes().map(|(_, value)| value).collect::<Vec<_>>().join(", ");
        BacktestSpan {
            instance: instance.into(),
            pending_from: span.pending_from,
            start: span.start,
            end: span.end,
            worst: span.worst,
            curve,
            range,
        }
    });
    let spans: Vec<BacktestSpan> = spans.collect();
    let shown = spans.len().saturating_sub(Backtest::MAX_SPANS);
    let (drawn, curve) = outcome.drawn.map_or((Arc::default(), None), |(name, buckets)| {
        (name, Some(Arc::new(Curve { series: SeriesId(0), buckets: buckets.into() })))
    });
    let cleared = outcome.cleared;
    let n_old = cleared.len().saturating_sub(Backtest::MAX_SPANS);
    Backtest {
        id: request.id,
        state: BacktestState::Done,
        range,
        covered: outcome.covered,
        step: outcome.step,
        n_instances: outcome.n_instances,
        spans: spans[shown..].into(),
        n_times,
        total: outcome.total,
        pending: cleared[n_old..].into(),
        saved_times: outcome.saved_times,
        if_it_lasted: outcome.if_it_lasted.into(),
        curve,
        drawn,
    }
}

/// An answer that says why there is none.
pub fn failed(request: &BacktestRequest, now: Timestamp, state: BacktestState) -> Backtest {
    Backtest {
        id: request.id,
        state,
        range: TimeRange::ending_at(now, request.span),
        covered: Duration::ZERO,
        step: Duration::ZERO,
        n_instances: 0,
        spans: Arc::default(),
        n_times: 0,
        total: Duration::ZERO,
        pending: Arc::default(),
        saved_times: None,
        if_it_lasted: Arc::default(),
        curve: None,
        drawn: Arc::default(),
    }
}
