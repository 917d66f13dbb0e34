//! What is told of a service: rows for people out of what was counted.

use std::sync::Arc;
use std::time::Duration;

use super::errors::Context;
use super::names::Names;
use super::service::{Called, Now, Sample, ServiceBook};
use super::window::{N_SLICES, SLICE_MS};
use crate::analysis::span::buckets::Pooled;
use crate::analysis::span::split::ORDER;
use crate::model::service::{
    DependencyRow, Flow, FunctionRow, OperationRow, RouteRow, SpanFigures, TimePart, TimeSplit,
};

/// Requests that a division of time is about, at least, where there are so many.
const LEAST_SPLIT: usize = 5;

/// The figures of a service.
pub fn of(book: &mut ServiceBook, now: Now, clock_ms: i64, pooled: &mut Pooled) -> SpanFigures {
    let covered = book.covered_seconds(clock_ms);
    let requests = book.served.total_of_both(&book.consumed, now.slice, pooled);
    let mut routes = Vec::new();
    for (name, route) in book.routes.iter_mut() {
        let total = route.window.total(now.slice, pooled);
        if total.tally.n > 0 {
            routes.push(RouteRow { route: Arc::clone(name), flow: total.flow(covered) });
        }
    }
    routes.sort_by(|a, b| by_load(&a.flow, &b.flow).then_with(|| a.route.cmp(&b.route)));
    let context = Context {
        at: now.at,
        watched_since: book.first_at,
        has_several_routes: book.routes.len() > 1,
        has_several_hosts: book.has_several_hosts,
    };
    SpanFigures {
        window: Duration::from_millis((SLICE_MS * N_SLICES) as u64),
        requests: (requests.tally.n > 0).then(|| requests.flow(covered)),
        routes: routes.into(),
        operations: rows(&mut book.operations, now.slice, covered, pooled, |called, flow| OperationRow {
            system: (&*called.system).into(),
            operation: (&*called.name).into(),
            statement: (&*called.statement).into(),
            flow,
        }),
        dependencies: rows(&mut book.dependencies, now.slice, covered, pooled, |called, flow| DependencyRow {
            name: (&*called.name).into(),
            kind: (&*called.system).into(),
            flow,
        }),
        functions: functions(book, now.slice, covered, pooled),
        errors: book.errors.rows(&context).into(),
        split: division(book.samples.iter().filter(|sample| sample.slice > now.slice - N_SLICES)),
        n_traces: 0,
        n_logs: 0,
    }
}

fn by_load(a: &Flow, b: &Flow) -> std::cmp::Ordering {
    b.load().total_cmp(&a.load())
}

/// Rows of what is called, by the time spent in it.
fn rows<T>(
    table: &mut Names<Called>,
    slice: i64,
    covered: f64,
    pooled: &mut Pooled,
    make: impl Fn(&Called, Flow) -> T,
) -> Arc<[T]> {
    let mut found = Vec::new();
    for (name, called) in table.iter_mut() {
        let total = called.window.total(slice, pooled);
        if total.tally.n > 0 {
            let flow = total.flow(covered);
            found.push((flow.load(), name, make(called, flow)));
        }
    }
    found.sort_by(|a, b| b.0.total_cmp(&a.0).then_with(|| a.1.cmp(b.1)));
    found.into_iter().map(|(_, _, row)| row).collect()
}

fn functions(book: &mut ServiceBook, slice: i64, covered: f64, pooled: &mut Pooled) -> Arc<[FunctionRow]> {
    let mut rows = Vec::new();
    for (name, function) in book.functions.iter_mut() {
        let total = function.window.total(slice, pooled);
        let Some((slowest, trace)) = total.tally.slowest else { continue };
        rows.push(FunctionRow {
            name: Arc::clone(name),
            flow: total.flow(covered),
            own_seconds_per_second: total.tally.own_nanos.max(0) as f64 / 1e9 / covered,
            slowest_seconds: slowest as f64 / 1e9,
            slowest_trace: trace.to_string().into(),
        });
    }
    let own = |row: &FunctionRow| row.own_seconds_per_second;
    rows.sort_by(|a, b| {
        own(b).total_cmp(&own(a)).then_with(|| by_load(&a.flow, &b.flow)).then_with(|| a.name.cmp(&b.name))
    });
    rows.into()
}

/// The mean division of the requests from the 90th to the 99th percentile of their duration, or of the nearest to these
/// where they are too few; `None` where there are none.
fn division<'a>(samples: impl Iterator<Item = &'a Sample>) -> Option<TimeSplit> {
    let mut samples: Vec<&Sample> = samples.collect();
    samples.sort_by_key(|sample| (sample.duration, sample.parts));
    let last = samples.len().checked_sub(1)?;
    let rank = |p: f64| p * last as f64;
    // Both are at most `last`.
    let (mut from, to) = (rank(0.90).floor() as usize, rank(0.99).ceil() as usize);
    from = from.min((to + 1).saturating_sub(LEAST_SPLIT));
    let chosen = samples.get(from..=to)?;
    let n = chosen.len() as f64;
    let mean = |of: &dyn Fn(&Sample) -> u64| chosen.iter().map(|sample| of(sample) as f64 / 1e9).sum::<f64>() / n;
    let mut parts: Vec<(TimePart, f64)> =
        ORDER.into_iter().zip(0..).map(|(part, i)| (part, mean(&|s| s.parts[i]))).collect();
    parts.retain(|(_, seconds)| *seconds > 0.0);
    parts.sort_by(|a, b| b.1.total_cmp(&a.1).then(a.0.cmp(&b.0)));
    Some(TimeSplit { near_seconds: mean(&|s| s.duration), n: u32::try_from(chosen.len()).unwrap_or(u32::MAX), parts })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_requests_near_the_95th_percentile_are_divided() {
        let sample =
            |ms: u64| Sample { slice: 0, duration: ms * 1_000_000, parts: [0, ms * 250_000, 0, 0, 0, ms * 750_000] };
        assert_eq!(division([].iter()), None);
        for (n, expect_n, near) in [(1, 1, 1.0), (3, 3, 2.0), (20, 5, 18.0), (101, 10, 95.5)] {
            let all: Vec<Sample> = (1..=n).map(|i| sample(i * 1000)).collect();
            let split = division(all.iter()).expect("some");
            assert_eq!((split.n, split.near_seconds), (expect_n, near), "{n}");
            let sum: f64 = split.parts.iter().map(|(_, seconds)| seconds).sum();
            assert!((sum - split.near_seconds).abs() < 1e-9, "{n}");
            assert_eq!(split.parts[0].0, TimePart::OwnCode);
            assert!((split.parts[1].1 - near / 4.0).abs() < 1e-9, "{n}");
        }
    }
}
