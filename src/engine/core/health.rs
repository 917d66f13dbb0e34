//! Own cost: what passes and publications took, what waits, what was lost.

use std::time::Duration;

use super::catalogue::MAX_SERIES;
use super::workers::Workers;
use crate::analysis::quantile::Recent;
use crate::engine::handle::INPUT_CAPACITY;
use crate::engine::jobs::JOB_CAPACITY;
use crate::engine::query_worker::QUERY_CAPACITY;
use crate::engine::store_queue::STORE_CAPACITY;
use crate::engine::tuning::TUNING_CAPACITY;
use crate::model::{Health, PassCost, QueueStatus, Snapshot, Timestamp};
use crate::store::recent::Window;
use crate::telemetry::remote_write::REQUEST_CAPACITY;

/// Readings that the medians and 99th percentiles are taken over.
const N_RECENT: usize = 600;

/// Passes between two counts of the window's bytes.
const COUNT_BYTES_EVERY: u64 = 10;

/// What waits in the queues around the engine, and what found no room in them so far.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct QueueLengths {
    /// Inputs waiting for the engine.
    pub n_inputs: usize,
    /// Commands refused.
    pub n_rejected: u64,
    /// Jobs waiting.
    pub n_jobs: usize,
    /// Jobs refused.
    pub n_jobs_refused: u64,
    /// Requests waiting for the apply thread.
    pub n_tuning: usize,
    /// Requests it had no room for.
    pub n_tuning_refused: u64,
    /// Requests waiting for the store.
    pub n_store: usize,
    /// Requests waiting for the thread of remote-write.
    pub n_remote: usize,
    /// Questions waiting for history.
    pub n_queries: usize,
    /// Questions refused.
    pub n_queries_refused: u64,
}

/// What found no room since the start.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Lost {
    /// Series, in the catalogue.
    pub n_series: u64,
    /// Samples and requests, on their way to the store.
    pub n_store: u64,
}

/// The running account.
pub struct HealthBook {
    started_at: Timestamp,
    passes: Recent,
    publications: Recent,
    n_passes: u64,
    window_bytes: usize,
    queues: QueueLengths,
    /// Losses of sample threads that broke down.
    lost_before: PassCost,
    current: PassCost,
}

impl HealthBook {
    /// An empty account.
    pub fn new(started_at: Timestamp) -> Self {
        Self {
            started_at,
            passes: Recent::new(N_RECENT),
            publications: Recent::new(N_RECENT),
            n_passes: 0,
            window_bytes: 0,
            queues: QueueLengths::default(),
            lost_before: PassCost::default(),
            current: PassCost::default(),
        }
    }

    /// Takes note of the queues.
    pub fn take_queues(&mut self, queues: QueueLengths) {
        self.queues = queues;
    }

    /// Takes note of what a batch took from its arrival to its publication.
    pub fn took(&mut self, span: Duration) {
        self.publications.push(span.as_secs_f64());
    }

    /// The account after a batch.
    pub fn after_batch(
        &mut self,
        cost: &PassCost,
        next: &Snapshot,
        window: &Window,
        workers: &Workers,
        lost: Lost,
    ) -> Health {
        self.passes.push(cost.duration.as_secs_f64());
        self.n_passes += 1;
        // A thread that was started again counts its losses from zero.
        if cost.skipped_ticks < self.current.skipped_ticks || cost.dropped_batches < self.current.dropped_batches {
            self.lost_before.skipped_ticks += self.current.skipped_ticks;
            self.lost_before.dropped_batches += self.current.dropped_batches;
        }
        self.current = *cost;
        let own = |metric: &str| {
            let info = next.series.iter().find(|info| info.def.key.metric() == metric)?;
            next.value(info.id)
        };
        let passes = self.passes.p50_p99();
        let publications = self.publications.p50_p99();
        let dropped_batches = self.lost_before.dropped_batches + cost.dropped_batches;
        Health {
            started_at: self.started_at,
            cpu_ratio: own("perfdesk.cpu.utilization"),
            memory_bytes: own("perfdesk.memory.usage").map(|bytes| bytes as u64),
            n_passes: self.n_passes,
            sample_p50_seconds: passes.map(|(p50, _)| p50),
            sample_p99_seconds: passes.map(|(_, p99)| p99),
            engine_p50_seconds: publications.map(|(p50, _)| p50),
            engine_p99_seconds: publications.map(|(_, p99)| p99),
            skipped_ticks: self.lost_before.skipped_ticks + cost.skipped_ticks,
            dropped_batches,
            n_series: next.series.len(),
            n_samples: window.n_samples(),
            window_bytes: self.window_bytes(window),
            workers: workers.all(),
            queues: self.queues(dropped_batches, next, lost),
        }
    }

    fn queues(&self, dropped_batches: u64, next: &Snapshot, lost: Lost) -> Vec<QueueStatus> {
        let QueueLengths { n_inputs, n_rejected, n_jobs, n_jobs_refused, .. } = self.queues;
        let queue = |name, length, capacity, dropped| QueueStatus { name, length, capacity, dropped };
        let mut all = vec![
            queue("engine inputs", n_inputs, INPUT_CAPACITY, dropped_batches + n_rejected),
            queue("jobs", n_jobs, JOB_CAPACITY, n_jobs_refused),
            queue("tuning requests", self.queues.n_tuning, TUNING_CAPACITY, self.queues.n_tuning_refused),
            queue("samples to disk", self.queues.n_store, STORE_CAPACITY, lost.n_store),
            queue("questions to history", self.queues.n_queries, 2 * QUERY_CAPACITY, self.queues.n_queries_refused),
            // No queue, but bounded like one: what finds no room is left out.
            queue("series catalogue", next.series.len(), MAX_SERIES, lost.n_series),
        ];
        let remote = &next.remote_write;
        if !remote.endpoints.is_empty() {
            let (most, lost) = (remote.endpoints.len() * REQUEST_CAPACITY, remote.n_lost);
            all.push(queue("ticks to remote-write", self.queues.n_remote, most, lost));
            let megabytes: u64 =
                remote.endpoints.iter().map(|status| status.counts.queue_bytes.div_ceil(1_000_000)).sum();
            let most: u64 = remote.endpoints.iter().map(|status| u64::from(status.endpoint.max_megabytes)).sum();
            let as_count = |n: u64| usize::try_from(n).unwrap_or(usize::MAX);
            let dropped = remote.n_dropped() - remote.n_lost;
            all.push(queue("remote-write on disk, MB", as_count(megabytes), as_count(most), dropped));
        }
        all
    }

    /// Bytes of the window, counted anew once in a while: the count looks at every chunk.
    fn window_bytes(&mut self, window: &Window) -> usize {
        if self.n_passes % COUNT_BYTES_EVERY == 1 {
            self.window_bytes = window.bytes();
        }
        self.window_bytes
    }

    /// The same account with the workers as they are now.
    pub fn with_workers(&self, health: &Health, workers: &Workers) -> Health {
        Health { workers: workers.all(), ..health.clone() }
    }
}
