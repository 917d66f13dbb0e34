//! Made-up series that behave as those of a machine do: most stand still or move in steps, few are noise.

use std::sync::Arc;

use perfdesk::model::{BusyProcess, ProbeId, ProcessKey, SeriesDef, SeriesGroup, SeriesKey, SourceId, Tier, Unit};
use perfdesk::store::history::{ColumnValues, ProcessReading, Segment, SegmentColumn};

/// The first tick, at a whole day.
pub const START: i64 = 1_795_478_400_000;

/// Numbers without a pattern, the same in every run; from 0 to 1.
fn noise(i: i64, series: usize) -> f64 {
    let mixed = (i as u64 ^ (series as u64) << 40).wrapping_mul(0x9e37_79b9_7f4a_7c15);
    let mixed = (mixed ^ mixed >> 29).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    (mixed >> 32) as f64 / f64::from(u32::MAX)
}

fn value(i: i64, series: usize) -> f64 {
    // Load comes and goes over minutes.
    let load = (i as f64 / (97.0 + series as f64)).sin() * 0.5 + 0.5;
    match series % 10 {
        0..3 => (series * 4096) as f64,
        3 | 4 => (noise(i, series) * load * 100.0).floor() / 100.0,
        5 => ((4e9 + load * 1e9 + noise(i, series) * 1e6) / 4096.0).floor() * 4096.0,
        6 if noise(i / 5, series) > 0.1 => 0.0,
        6 | 7 => (noise(i, series) * load * 40.0).floor(),
        8 => (noise(i, series) * load * 200.0).floor() * 4096.0,
        _ => load * 50.0 + noise(i, series),
    }
}

/// `n` ticks from the `first` on, with the processes of each second one.
pub fn segment(first: i64, n: i64, n_series: usize) -> Segment {
    let ticks = || first..first + n;
    Segment {
        tier: Tier::Full,
        source: SourceId("sample"),
        interval_millis: 1000,
        times: ticks().map(|i| START + i * 1000 + (noise(i, 9999) * 4.0) as i64).collect(),
        columns: (0..n_series)
            .map(|series| SegmentColumn {
                def: Arc::new(def(series)),
                rows: None,
                values: ColumnValues::Samples(ticks().map(|i| value(i, series) as f32).collect()),
            })
            .collect(),
        processes: ticks().step_by(2).map(|i| reading(i, u32::try_from(i - first).expect("a row"))).collect(),
    }
}

fn def(series: usize) -> SeriesDef {
    let number = (series / 10).to_string();
    let metric = format!("system.made.measure_{}", series % 10);
    SeriesDef {
        key: SeriesKey::new(&metric, &[("cpu.logical_number", &number), ("state", "user")]),
        unit: Unit::Ratio,
        group: SeriesGroup::Cpu,
        name: "Processor time, user".into(),
        instance: format!("core {number}").into(),
        probe: ProbeId("cpu"),
        cadence: None,
    }
}

fn reading(i: i64, row: u32) -> ProcessReading {
    let process = |n: u32| BusyProcess {
        key: ProcessKey { pid: 1000 + n, start_mark: u64::from(n) * 1000 },
        name: format!("worker{n}").into(),
        command: format!("/usr/lib/service/bin/worker{n} --config /etc/service/worker{n}.conf").into(),
        user: "service".into(),
        cpu_cores: Some(((noise(i, n as usize) * 200.0).floor() / 1000.0) as f32),
        memory_bytes: Some(((1 << 20) + u64::from(n) + i as u64 / 60) * 1024),
        read_bytes_per_second: Some(0),
        write_bytes_per_second: Some((noise(i / 3, n as usize) * 1.2) as u64 * 4096),
    };
    ProcessReading { row, processes: (0..10).map(process).collect() }
}
