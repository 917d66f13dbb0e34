//! Perfdesk's own state and cost as families for Prometheus.

use super::exposition::{Family, Kind};
use crate::analysis::prometheus_name::escaped;
use crate::model::{Snapshot, WorkerState};

/// The families of Perfdesk's own state.
pub fn own(snapshot: &Snapshot) -> Vec<Family> {
    let health = &snapshot.health;
    let history = &snapshot.history;
    let version = format!("{{version=\"{}\"}}", escaped(env!("CARGO_PKG_VERSION")));
    let started = (health.started_at.as_millis() != 0).then_some(health.started_at.as_seconds());
    let mut all = vec![
        gauge("perfdesk_build_info", "The version that runs; always 1", vec![(version, 1.0)]),
        seconds("perfdesk_start_time_seconds", "When Perfdesk was started, seconds since 1970", started),
        counter("perfdesk_sampling_passes", "Passes of the sampler since the start", health.n_passes),
        counter("perfdesk_sampling_skipped_ticks", "Ticks skipped because a pass was late", health.skipped_ticks),
        counter("perfdesk_sampling_dropped_batches", "Batches the engine had no room for", health.dropped_batches),
        seconds("perfdesk_sampling_pass_p50_seconds", "Time of a sampling pass, median", health.sample_p50_seconds),
        seconds("perfdesk_sampling_pass_p99_seconds", "Time of a pass, 99th percentile", health.sample_p99_seconds),
        seconds(
            "perfdesk_engine_publish_p50_seconds",
            "Time to take in and publish, median",
            health.engine_p50_seconds,
        ),
        seconds(
            "perfdesk_engine_publish_p99_seconds",
            "Time to take in and publish, 99th percentile",
            health.engine_p99_seconds,
        ),
        plain("perfdesk_series", "Series known", health.n_series as f64),
        plain("perfdesk_window_samples", "Samples held in memory", health.n_samples as f64),
        bytes("perfdesk_window_bytes", "Bytes that hold the samples in memory", health.window_bytes as f64),
        bytes("perfdesk_history_bytes", "Bytes of history on disk", history.bytes as f64),
        plain("perfdesk_history_pending_samples", "Samples that wait to be written", history.n_pending as f64),
        counter("perfdesk_history_dropped_samples", "Samples that were never written", history.n_dropped),
        plain(
            "perfdesk_alerts_firing",
            "Alerts that fire, of rules neither paused nor silenced",
            snapshot.alerts.n_firing as f64,
        ),
        counter("perfdesk_alerts_undelivered", "Messages of alerts thrown away", snapshot.alerts.n_undelivered),
        plain("perfdesk_suggestions_open", "Suggestions that wait for somebody", snapshot.advice.n_open as f64),
    ];
    let api = &snapshot.access.counts;
    all.extend([
        plain("perfdesk_api_connections_open", "Connections to the API that are open", api.n_open as f64),
        counter("perfdesk_api_connections", "Connections to the API", api.n_connections),
        counter("perfdesk_api_connections_turned_away", "Connections refused for want of room", api.n_turned_away),
        counter("perfdesk_api_requests", "Requests answered by the API", api.n_requests),
        counter("perfdesk_api_requests_refused", "Requests without a right token, Host or Origin", api.n_refused),
        counter("perfdesk_api_requests_rate_limited", "Requests refused after wrong tokens", api.n_rate_limited),
        counter("perfdesk_api_clients_timed_out", "Clients that were too slow", api.n_timed_out),
        counter("perfdesk_api_panics", "Requests whose handling broke down", api.n_panics),
    ]);
    let workers = || health.workers.iter().map(|worker| (labelled("worker", worker.name), worker));
    let is_up = |state: &WorkerState| if matches!(state, WorkerState::Stopped { .. }) { 0.0 } else { 1.0 };
    let up = workers().map(|(label, worker)| (label, is_up(&worker.state))).collect();
    all.push(gauge("perfdesk_worker_up", "Whether a worker thread works", up));
    let restarts = workers().map(|(label, worker)| (label, f64::from(worker.n_restarts))).collect();
    all.push(counters("perfdesk_worker_restarts", "How often a worker was started again", restarts));
    let queues = || health.queues.iter().map(|queue| (labelled("queue", queue.name), queue));
    let length = queues().map(|(label, queue)| (label, queue.length as f64)).collect();
    all.push(gauge("perfdesk_queue_length", "Entries waiting in a queue", length));
    let capacity = queues().map(|(label, queue)| (label, queue.capacity as f64)).collect();
    all.push(gauge("perfdesk_queue_capacity", "Entries a queue can hold", capacity));
    let dropped = queues().map(|(label, queue)| (label, queue.dropped as f64)).collect();
    all.push(counters("perfdesk_queue_dropped", "Entries thrown away because a queue was full", dropped));
    all.retain(|family| !family.samples.is_empty());
    all
}

fn labelled(name: &str, value: &str) -> String {
    format!("{{{name}=\"{}\"}}", escaped(value))
}

fn gauge(name: &str, help: &str, samples: Vec<(String, f64)>) -> Family {
    Family { name: name.into(), kind: Kind::Gauge, unit: None, help: help.into(), samples }
}

fn plain(name: &str, help: &str, value: f64) -> Family {
    gauge(name, help, vec![(String::new(), value)])
}

fn bytes(name: &str, help: &str, value: f64) -> Family {
    Family { unit: Some("bytes"), ..plain(name, help, value) }
}

/// Nothing where there is no number yet.
fn seconds(name: &str, help: &str, value: Option<f64>) -> Family {
    let samples = value.filter(|value| value.is_finite()).map(|value| (String::new(), value)).into_iter().collect();
    Family { unit: Some("seconds"), ..gauge(name, help, samples) }
}

fn counters(name: &str, help: &str, samples: Vec<(String, f64)>) -> Family {
    Family { kind: Kind::Counter, ..gauge(name, help, samples) }
}

fn counter(name: &str, help: &str, value: u64) -> Family {
    counters(name, help, vec![(String::new(), value as f64)])
}
