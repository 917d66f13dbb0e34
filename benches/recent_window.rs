//! What the recent window costs: keeping samples, answering charts, memory; and the summary made from it.
//!
//! `cargo bench --no-default-features --bench recent_window`. Figures are the median and the 99th percentile.

#![allow(clippy::print_stdout)]

use std::hint::black_box;
use std::sync::Arc;
use std::time::{Duration, Instant};

use perfdesk::analysis::quantile::quantile_unsorted;
use perfdesk::analysis::summary::{SummaryIndex, SummaryInput, SummaryState, overview};
use perfdesk::model::{
    Health, MachineInfo, ProbeId, ProcessKey, ProcessRow, ProcessState, ProcessTable, SeriesDef, SeriesGroup, SeriesId,
    SeriesInfo, SeriesKey, TimeRange, Timestamp, Unit, Units, ViewRange, ViewRequest,
};
use perfdesk::store::recent::{ProcessHistories, Retention, Window};

const SECOND: Duration = Duration::from_secs(1);

fn main() {
    append();
    for n in [3_600, 86_400, 1_000_000] {
        query(n, 1);
    }
    query(86_400, 8);
    query(1_000_000, 8);
    memory();
    processes();
    summary();
}

/// Times `run` 500 times and prints the median and the 99th percentile in microseconds, each divided by `n`.
fn time(what: &str, n: f64, mut run: impl FnMut()) {
    let mut micros: Vec<f64> = (0..500)
        .map(|_| {
            let start = Instant::now();
            run();
            start.elapsed().as_secs_f64() * 1e6 / n
        })
        .collect();
    let p50 = quantile_unsorted(&mut micros, 0.5).unwrap_or(f64::NAN);
    let p99 = quantile_unsorted(&mut micros, 0.99).unwrap_or(f64::NAN);
    println!("{what:<64} p50 {p50:>9.3} µs   p99 {p99:>9.3} µs");
}

/// Ticks of a second that are never quite even.
fn tick(i: i64) -> Timestamp {
    Timestamp::from_millis(1_700_000_000_000 + i * 1000 + i * 37 % 11)
}

/// Numbers without a pattern, the same in every run.
fn noise(i: i64) -> f64 {
    (i as u64).wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1).rotate_left(17) as f64 / 1e17
}

fn filled(n: i64, n_series: u32) -> Window {
    let mut window = Window::new(Retention { span: Duration::from_secs(2_000_000) });
    for i in 0..n {
        window.mark_tick(tick(i), SECOND);
        for id in 0..n_series {
            window.append(tick(i), SeriesId(id), noise(i + i64::from(id)));
        }
    }
    window
}

fn append() {
    let mut window = filled(3600, 200);
    let mut i = 3600;
    time("append, 200 series at a tick, each sample", 200.0, || {
        window.mark_tick(tick(i), SECOND);
        for id in 0..200 {
            window.append(tick(i), SeriesId(id), noise(i + i64::from(id)));
        }
        i += 1;
    });
    time("evict, 200 series", 1.0, || window.evict(tick(i)));
    time("bytes, 200 series", 1.0, || {
        black_box(window.bytes());
    });
}

fn query(n: i64, n_series: u32) {
    let window = filled(n, n_series);
    let range = ViewRange::Fixed(TimeRange { start: tick(0), end: tick(n) });
    let series: Arc<[SeriesId]> = (0..n_series).map(SeriesId).collect();
    let request = ViewRequest { series, range, width_px: 1200 };
    let view = window.view(&request, tick(n));
    let n_buckets = view.curves[0].buckets.len();
    time(&format!("view, {n_series} series of {n} samples, {n_buckets} buckets of {:?}", view.step), 1.0, || {
        black_box(window.view(black_box(&request), tick(n)));
    });
    let (_, most) = window.query(&request.series, TimeRange { start: tick(0), end: tick(n) }, usize::MAX);
    assert_eq!(most[0].buckets.iter().map(|bucket| i64::from(bucket.count)).sum::<i64>(), n);
    // As many buckets as there may be: a span that is just a round step times their number.
    let step = (n / 2390).max(1);
    let step = [1, 2, 5, 10, 20, 50, 100, 200, 500].into_iter().rev().find(|s| *s <= step).unwrap_or(1);
    let full = TimeRange { start: tick(n - step * 2390), end: tick(n) };
    let request = ViewRequest { range: ViewRange::Fixed(full), ..request };
    let view = window.view(&request, tick(n));
    let n_buckets = view.curves[0].buckets.len();
    time(&format!("view, the same zoomed in: {n_buckets} buckets of {:?}", view.step), 1.0, || {
        black_box(window.view(black_box(&request), tick(n)));
    });
}

fn memory() {
    let n_series = 200;
    for (what, noisy) in [("noisy", true), ("constant", false)] {
        let mut window = Window::new(Retention::default());
        for i in 0..3600 {
            window.mark_tick(tick(i), SECOND);
            for id in 0..n_series {
                let value = if noisy { noise(i + i64::from(id)) } else { f64::from(id) };
                window.append(tick(i), SeriesId(id), value);
            }
        }
        println!("{:<64} {} bytes", format!("memory, a {what} series for an hour"), window.bytes() / n_series as usize);
    }
}

fn processes() {
    let mut histories = ProcessHistories::new();
    let rows = |i: i64| -> Arc<[ProcessRow]> {
        (0..70)
            .map(|pid| ProcessRow {
                key: ProcessKey { pid, start_mark: 1 },
                parent: None,
                name: "p".into(),
                command: "".into(),
                user: "".into(),
                state: ProcessState::Sleeping,
                n_threads: 1,
                // One in seven is at work.
                cpu_cores: Some(if pid % 7 == 0 { noise(i + i64::from(pid)).fract() as f32 } else { 0.0 }),
                wait_cores: Some(0.0),
                memory_bytes: Some(1 << 26),
                read_bytes_per_second: None,
                write_bytes_per_second: None,
                started_at: Timestamp::default(),
                is_kernel: false,
            })
            .collect()
    };
    let mut i = 0;
    let mut tables = (0..500).map(|i| ProcessTable { at: tick(i), rows: rows(i) }).collect::<Vec<_>>().into_iter();
    time("processes, taking in 70 of them", 1.0, || {
        if let Some(table) = tables.next() {
            histories.record(&table, SECOND);
        }
        i += 1;
    });
    for i in i..3600 {
        histories.record(&ProcessTable { at: tick(i), rows: rows(i) }, SECOND);
    }
    let key = ProcessKey { pid: 7, start_mark: 1 };
    time("processes, the hour of one of them", 1.0, || {
        black_box(histories.history(key, TimeRange { start: tick(0), end: tick(3600) }, 600));
    });
    println!("{:<64} {} bytes", "memory, 70 processes for an hour", histories.bytes());
}

fn summary() {
    let keys: &[(&str, &[(&str, &str)])] = &[
        ("system.cpu.utilization", &[]),
        ("system.cpu.load_average.1m", &[]),
        ("system.memory.utilization", &[]),
        ("system.linux.pressure.stalled", &[("kind", "some"), ("resource", "cpu")]),
        ("system.linux.pressure.stalled", &[("kind", "some"), ("resource", "memory")]),
        ("system.linux.pressure.stalled", &[("kind", "some"), ("resource", "io")]),
        ("system.disk.io", &[("disk.io.direction", "read")]),
        ("system.disk.io", &[("disk.io.direction", "write")]),
        ("system.linux.disk.busy_max", &[]),
        ("system.network.io", &[("network.io.direction", "receive")]),
        ("system.network.io", &[("network.io.direction", "transmit")]),
    ];
    let mut keys: Vec<SeriesKey> = keys.iter().map(|(metric, attributes)| SeriesKey::new(metric, attributes)).collect();
    for i in 0..(200 - keys.len()) {
        keys.push(SeriesKey::new("system.cpu.utilization", &[("cpu.logical_number", &i.to_string())]));
    }
    let info = |(i, key): (usize, SeriesKey)| {
        let def = SeriesDef {
            key,
            unit: Unit::Ratio,
            group: SeriesGroup::Cpu,
            name: "".into(),
            instance: "".into(),
            probe: ProbeId("cpu"),
            cadence: None,
        };
        SeriesInfo { id: SeriesId(u32::try_from(i).unwrap_or(0)), def: Arc::new(def) }
    };
    let series: Vec<SeriesInfo> = keys.into_iter().enumerate().map(info).collect();
    let mut window = Window::new(Retention::default());
    for i in 0..3600 {
        window.mark_tick(tick(i), SECOND);
        for id in 0..200 {
            window.append(tick(i), SeriesId(id), 0.9 + noise(i).fract() / 100.0);
        }
    }
    let mut index = SummaryIndex::new(&series);
    let latest = vec![0.9; 200];
    let mut state = SummaryState::default();
    time("summary, 200 series, everything busy", 1.0, || {
        index.update(&series);
        let input = SummaryInput {
            now: tick(3600),
            machine: &MachineInfo::default(),
            index: &index,
            latest: &latest,
            past: &window,
            programs: &[],
            n_processes: 70,
            probes: &[],
            health: &Health::default(),
            units: &Units::default(),
            interval: SECOND,
            clock: &|_| "14:22".into(),
        };
        black_box(overview(&input, &mut state));
    });
    time("summary, looking 200 series up anew", 1.0, || {
        black_box(SummaryIndex::new(&series));
    });
}
