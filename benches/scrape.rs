//! What a scrape costs: an exporter's text of 10,000 lines, read and handed to the book of metrics.
//!
//! `cargo bench --no-default-features --bench scrape`. Medians of 60 scrapes, one after another with growing counters;
//! the goal is 10 ms for both together. On Linux the time is that of this thread on its core, elsewhere wall time. Not
//! in it: the connection, and what the book does at its tick.

#![allow(clippy::print_stdout)]

use std::fmt::Write as _;
use std::time::Duration;
#[cfg(not(target_os = "linux"))]
use std::time::Instant;

use perfdesk::model::Timestamp;
use perfdesk::model::service::{Bounds, Target};
use perfdesk::telemetry::metrics::MetricBook;
use perfdesk::telemetry::scrape::{Families, Format, put_scraped};

const N_SCRAPES: u32 = 60;

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

/// Counters and gauges with three labels each, as a node exporter has them: 10,000 lines.
fn plain(scrape: u32) -> String {
    let mut text = String::new();
    for family in 0..98 {
        let kind = if family % 2 == 0 { "counter" } else { "gauge" };
        let end = if family % 2 == 0 { "_total" } else { "" };
        let name = format!("node_subsystem_{family}_thing{end}");
        let _ = writeln!(text, "# HELP {name} What this is, in a sentence of some length.\n# TYPE {name} {kind}");
        for i in 0..100 {
            let value = f64::from(scrape * 17 + i) * 1.25 + f64::from(family) * 1e6;
            let _ = writeln!(text, "{name}{{device=\"nvme{i}n1\",mode=\"user\",mountpoint=\"/srv/data/{i}\"}} {value}");
        }
    }
    text
}

/// Histograms of 14 buckets with a method and a route each: 10,000 lines.
fn histograms(scrape: u32) -> String {
    let mut text = String::from("# TYPE http_request_duration_seconds histogram\n");
    for route in 0..625 {
        let of = format!("method=\"GET\",route=\"/api/v1/things/{route}\"");
        for bucket in 0..13 {
            let le = 0.005 * 2f64.powi(bucket);
            let count = (scrape + 1) * (u32::try_from(bucket).unwrap_or(0) + 1) * 3;
            let _ = writeln!(text, "http_request_duration_seconds_bucket{{{of},le=\"{le}\"}} {count}");
        }
        let count = (scrape + 1) * 40;
        let _ = writeln!(text, "http_request_duration_seconds_bucket{{{of},le=\"+Inf\"}} {count}");
        let _ = writeln!(text, "http_request_duration_seconds_sum{{{of}}} {}", f64::from(count) * 0.02);
        let _ = writeln!(text, "http_request_duration_seconds_count{{{of}}} {count}");
    }
    text
}

fn median(mut times: Vec<Duration>) -> f64 {
    times.sort();
    times[times.len() / 2].as_secs_f64() * 1e3
}

fn main() {
    for (name, text) in [("counters and gauges", plain as fn(u32) -> String), ("histograms", histograms)] {
        let target = Target { name: "node".into(), max_series: 10_000, ..Target::default() };
        let mut book = MetricBook::new(Bounds::default());
        let (mut reading, mut handing, mut both) = (Vec::new(), Vec::new(), Vec::new());
        let (mut n_lines, mut n_bytes, mut n_series, mut n_taken, mut n_bad) = (0, 0, 0, 0, 0);
        for scrape in 0..N_SCRAPES {
            let body = text(scrape).into_bytes();
            let at = Timestamp::from_millis(1_700_000_000_000 + i64::from(scrape) * 15_000);
            let started = computed();
            let families = Families::read(&body, Format::Text, 10_000);
            let read = computed();
            let put = put_scraped(&mut book, &target, &families, at);
            let handed = computed();
            reading.push(read.saturating_sub(started));
            handing.push(handed.saturating_sub(read));
            both.push(handed.saturating_sub(started));
            n_lines = body.iter().filter(|b| **b == b'\n').count();
            (n_bytes, n_series, n_taken) = (body.len(), families.points().len(), put.n_taken);
            n_bad += families.n_bad_lines;
        }
        println!(
            "{name}: {n_lines} lines, {} kB, {n_series} series: {:.2} ms read, {:.2} ms handed on, {:.2} ms together \
             ({n_taken} taken at the last, {n_bad} bad lines in all)",
            n_bytes / 1000,
            median(reading),
            median(handing),
            median(both)
        );
    }
}
