//! What remote-write costs: a tick put on disk, and batches taken out and encoded, of 1,000 series.
//!
//! `cargo bench --bench remote_write`

#![allow(clippy::print_stdout, missing_docs)]

use std::sync::Arc;
use std::time::{Duration, Instant};

use perfdesk::model::remote_write::Endpoint;
use perfdesk::model::{ProbeId, SeriesDef, SeriesGroup, SeriesId, SeriesInfo, SeriesKey, Timestamp, Unit};
use perfdesk::telemetry::remote_write::Tick;
use perfdesk::telemetry::remote_write::course::Course;
use perfdesk::telemetry::remote_write::encode::body;
use perfdesk::telemetry::remote_write::queue::DiskQueue;

const N_SERIES: u32 = 1_000;
const N_TICKS: i64 = 600;
const MAX_SAMPLES: usize = 5_000;

fn infos() -> Arc<[SeriesInfo]> {
    let info = |i: u32| SeriesInfo {
        id: SeriesId(i),
        def: Arc::new(SeriesDef {
            key: SeriesKey::new("process.cpu.utilization", &[("process.executable.name", &format!("program-{i}"))]),
            unit: Unit::Ratio,
            group: SeriesGroup::Programs,
            name: "CPU".into(),
            instance: "".into(),
            probe: ProbeId("programs"),
            cadence: None,
        }),
    };
    (0..N_SERIES).map(info).collect()
}

/// Half of the series stand still, as most of a machine does.
fn value(at: i64, series: u32) -> f64 {
    if series.is_multiple_of(2) {
        return 0.25;
    }
    let bits = (at as u64 ^ u64::from(series) << 32).wrapping_mul(0x9e37_79b9_7f4a_7c15);
    (bits >> 11) as f64 / (1u64 << 53) as f64
}

fn main() {
    let folder = std::env::temp_dir().join(format!("perfdesk-remote-write-bench-{}", std::process::id()));
    let mut queue = DiskQueue::open(&folder, 1 << 30).expect("opens");
    let mut course = Course::new(&Endpoint::default()).expect("no patterns");
    let series = infos();
    let ticks: Vec<Tick> = (0..N_TICKS)
        .map(|n| Tick {
            at: Timestamp::from_millis(n * 1000),
            interval: Duration::from_secs(1),
            host: "box".into(),
            series: series.clone(),
            values: (0..N_SERIES).map(|id| (SeriesId(id), value(n, id))).collect(),
        })
        .collect();
    let begun = Instant::now();
    for tick in &ticks {
        let samples = course.samples(tick);
        queue.put(tick.at.as_millis(), &samples, |number| course.labels(number)).expect("put");
    }
    let spent = begun.elapsed();
    let n = f64::from(N_SERIES) * N_TICKS as f64;
    let bytes = queue.bytes() as f64;
    println!(
        "put       {:8.0} µs a tick of {N_SERIES} series, {:.2} bytes a sample on disk",
        spent.as_secs_f64() * 1e6 / N_TICKS as f64,
        bytes / n
    );
    let (begun, mut sent) = (Instant::now(), 0);
    while let Some(taken) = queue.take(MAX_SAMPLES).expect("read") {
        sent += body(&taken.batch).expect("encoded").len();
        queue.sent(&taken).expect("kept");
    }
    let spent = begun.elapsed();
    println!(
        "take+encode {:6.0} samples/ms in requests of {MAX_SAMPLES}, {:.2} bytes a sample on the wire",
        n / spent.as_secs_f64() / 1e3,
        sent as f64 / n
    );
    let _ = std::fs::remove_dir_all(&folder);
}
