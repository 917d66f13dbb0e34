//! What alerts cost: one pass of 1,000 rules over 200 series each, and a back-test of a rule over 30 days at 1 s.
//!
//! `cargo bench --bench alerts`. Medians of passes; the goals are 20 ms and 1 s. On Linux the time is that of this
//! thread on its core, so that what else the machine does is left out as far as that goes; elsewhere it is wall time.
//! Not reached: back-tests of `growth` and `full_in`, which look through all cells of the window at each sample. Samples
//! are fed from memory: reading them from disk is not in these figures.

#![allow(clippy::print_stdout)]

use std::sync::Arc;
use std::time::Duration;
#[cfg(not(target_os = "linux"))]
use std::time::Instant;

use perfdesk::alert::backtest::Replay;
use perfdesk::alert::expression::read_line;
use perfdesk::alert::script::rule_of;
use perfdesk::alert::{Book, Tick};
use perfdesk::model::alert::Rule;
use perfdesk::model::{ProbeId, SeriesDef, SeriesGroup, SeriesId, SeriesInfo, SeriesKey, TimeRange, Timestamp, Unit};

const SECOND: Duration = Duration::from_secs(1);

fn series(metric: &str, from: usize, n: usize) -> Vec<SeriesInfo> {
    (from..from + n)
        .map(|i| SeriesInfo {
            id: SeriesId(i as u32),
            def: Arc::new(SeriesDef {
                key: SeriesKey::new(metric, &[("instance", &format!("i{i}"))]),
                unit: Unit::Ratio,
                group: SeriesGroup::Cpu,
                name: metric.into(),
                instance: format!("i{i}").into(),
                probe: ProbeId("bench"),
                cadence: None,
            }),
        })
        .collect()
}

/// Time that this thread has computed for; wall time where the system does not tell.
fn computed() -> Duration {
    #[cfg(target_os = "linux")]
    {
        let time = rustix::time::clock_gettime(rustix::time::ClockId::ThreadCPUTime);
        Duration::new(time.tv_sec.unsigned_abs(), u32::try_from(time.tv_nsec).unwrap_or(0))
    }
    #[cfg(not(target_os = "linux"))]
    {
        static FIRST: std::sync::LazyLock<Instant> = std::sync::LazyLock::new(Instant::now);
        FIRST.elapsed()
    }
}

/// Median time of a pass of rules of this form, each over its own 200 series.
fn pass(form: &str, n_rules: usize) -> (Duration, usize) {
    let mut infos = Vec::new();
    let mut rules = Vec::new();
    for i in 0..n_rules {
        let metric = format!("m{i}");
        infos.extend(series(&metric, i * 200, 200));
        let line = read_line(&form.replace("METRIC", &metric)).expect("a line");
        let rule = Rule { id: format!("r{i}").into(), ..rule_of(&line) };
        rules.push((Arc::new(rule), Arc::default()));
    }
    let mut book = Book::new(Vec::new());
    book.set_rules(rules, &[], Timestamp::from_millis(0));
    book.take_series(&infos);
    let mut random = 1u64;
    let mut times = Vec::new();
    let mut n_events = 0;
    for tick in 0..120u32 {
        let values: Vec<f64> = infos
            .iter()
            .map(|_| {
                random = random.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
                (random >> 40) as f64 / f64::from(1u32 << 24)
            })
            .collect();
        let at = Timestamp::from_millis(i64::from(tick) * 1000);
        let started = computed();
        n_events += book.evaluate(&Tick { at, now: SECOND * tick, interval: SECOND, values: &values }).len();
        times.push(computed().saturating_sub(started));
    }
    times.sort();
    (times[times.len() / 2], n_events)
}

fn main() {
    for (name, form) in [
        ("every sample, rarely over", "METRIC > 99.99% for 5m recover < 70%"),
        ("every sample, coming and going", "METRIC > 80% for 5m recover < 70%"),
        ("mean over 1 min", "mean(METRIC[1m]) > 80% for 5m"),
        ("95th percentile over 1 min", "p95(METRIC[1m]) > 80% for 5m"),
        ("greatest over 1 min", "max(METRIC[1m]) > 99.9% for 5m"),
        ("rate over 1 min", "rate(METRIC[1m]) > 80 for 5m"),
    ] {
        let (median, n_events) = pass(form, 1000);
        let n = 200_000.0;
        println!(
            "1,000 rules x 200 series, {name}: {:.1} ms a pass, {:.0} ns an instance ({n_events} changes in 120 passes)",
            median.as_secs_f64() * 1e3,
            median.as_secs_f64() * 1e9 / n
        );
    }
    for form in [
        "m > 80% for 5m recover < 70%",
        "mean(m[5m]) > 80% for 5m",
        "max(m[5m]) > 80% for 5m",
        "p95(m[5m]) > 80% for 5m",
        "p95(m[30m]) > 80% for 5m",
        "rate(m[5m]) > 10 for 5m",
        "growth(m[10m]) > 10% for 5m",
        "full_in(m[6h]) < 1 d for 5m",
    ] {
        let rule = Arc::new(rule_of(&read_line(form).expect("a line")));
        let infos = series("m", 0, 1);
        let n = 30 * 86_400i64;
        let range = TimeRange { start: Timestamp::from_millis(0), end: Timestamp::from_millis(n * 1000) };
        let started = computed();
        let mut replay = Replay::new(&rule, None, &infos, range, 700);
        for second in 0..n {
            let value = 0.5 + 0.45 * ((second % 7000) as f64 / 1000.0).sin();
            replay.feed(Timestamp::from_millis(second * 1000), SECOND, &[value]);
        }
        let outcome = replay.finish();
        println!(
            "back-test of {form} over 30 d at 1 s, with {} durations: {:.2} s, fired {} times",
            outcome.if_it_lasted.len(),
            computed().saturating_sub(started).as_secs_f64(),
            outcome.spans.len()
        );
    }
}
