//! `--stats`: what a run cost, as JSON.

use std::io;
use std::path::Path;
use std::time::Duration;

use serde::Serialize;

use crate::model::Snapshot;
use crate::sampling::own::own_cost;
use crate::store::atomic;

/// A median and a 99th percentile, milliseconds.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Percentiles {
    /// Median.
    pub p50: f64,
    /// 99th percentile.
    pub p99: f64,
}

/// What the window measured of itself.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct WindowFigures {
    /// Process start to the first painted frame, milliseconds.
    pub first_frame_ms: Option<f64>,
    /// Frames painted.
    pub frames: u64,
    /// Time of the main thread per frame.
    pub frame_ms: Option<Percentiles>,
}

/// What a run cost. Frame figures are null where there was no window.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Stats {
    first_frame_ms: Option<f64>,
    frames: Option<u64>,
    frame_ms: Option<Percentiles>,
    sample_ms: Option<Percentiles>,
    cpu_seconds: Option<f64>,
    wall_seconds: f64,
    rss_bytes: Option<u64>,
    dropped_batches: u64,
    series: usize,
}

impl Stats {
    /// The figures of a run that lasted `wall` and ended with this snapshot.
    pub fn of_run(last: &Snapshot, wall: Duration, window: Option<WindowFigures>) -> Self {
        let health = &last.health;
        let own = own_cost();
        let sample_ms = health
            .sample_p50_seconds
            .zip(health.sample_p99_seconds)
            .map(|(p50, p99)| Percentiles { p50: p50 * 1e3, p99: p99 * 1e3 });
        Self {
            first_frame_ms: window.and_then(|w| w.first_frame_ms),
            frames: window.map(|w| w.frames),
            frame_ms: window.and_then(|w| w.frame_ms),
            sample_ms,
            cpu_seconds: own.as_ref().map(|own| own.cpu_seconds),
            wall_seconds: wall.as_secs_f64(),
            rss_bytes: own.as_ref().map(|own| own.memory_bytes),
            dropped_batches: health.dropped_batches,
            series: health.n_series,
        }
    }
}

/// Writes the figures.
///
/// # Errors
/// What the operating system said.
pub fn write(path: &Path, stats: &Stats) -> io::Result<()> {
    let mut text = serde_json::to_vec_pretty(stats).map_err(io::Error::other)?;
    text.push(b'\n');
    atomic::write(path, &text, false)
}
