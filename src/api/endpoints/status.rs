//! `GET /performance/status`: the health of the machine and of Perfdesk in one object.
//!
//! Its text is made once for each publication of the engine and shared by all requests until the next.

use std::sync::{Arc, Weak};

use arc_swap::ArcSwapOption;
use axum::body::Bytes;
use axum::extract::State;
use axum::response::Response;
use serde::Serialize;
use utoipa::ToSchema;

use super::answer::{self, finite};
use super::params::Params;
use super::when::Moment;
use super::words;
use crate::api::{ApiState, Problem};
use crate::model::alert::Phase;
use crate::model::profile::ApplyPhase;
use crate::model::{Health, Overview, Snapshot, Tile, Units};

/// Firing alerts that are listed; `n_firing` counts them all.
const MAX_FIRING: usize = 100;

/// The health of the machine and of Perfdesk.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct Status {
    /// How much the machine needs a look: `unknown`, `calm`, `busy` or `critical`.
    pub level: &'static str,
    /// The machine in a sentence.
    pub sentence: String,
    /// Since when, and what else; may be empty.
    pub detail: String,
    /// When the newest data was taken; `null` before the first.
    pub at: Option<Moment>,
    /// Number of the publication; grows by one with each.
    pub seq: u64,
    /// Time between samples.
    pub interval_seconds: f64,
    /// The machine.
    pub machine: Machine,
    /// CPU, memory, pressure, disks and network.
    pub metrics: Vec<KeyMetric>,
    /// What needs attention, the worst first.
    pub attention: Vec<AttentionEntry>,
    /// Alerts that fire.
    pub alerts: FiringAlerts,
    /// The tuning profile in force.
    pub profile: ProfileInForce,
    /// Suggestions that wait for somebody.
    pub n_suggestions: usize,
    /// How the store does.
    pub history: StoreState,
    /// Version of Perfdesk.
    pub version: &'static str,
    /// When Perfdesk was started.
    pub started_at: Moment,
    /// How long it has run.
    pub uptime_seconds: f64,
    /// What Perfdesk itself costs.
    pub own_cost: OwnCost,
}

/// The machine that is watched.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct Machine {
    /// Host name.
    pub host: String,
    /// Operating system.
    pub system: String,
    /// Kernel.
    pub kernel: String,
    /// Processor.
    pub cpu: String,
    /// Logical cores.
    pub n_cores: usize,
    /// Cores that stand for 100 %: fewer where a control group allows less.
    pub cpu_capacity_cores: f64,
    /// Memory that stands for 100 %.
    pub memory_capacity_bytes: u64,
    /// When it was started.
    pub booted_at: Option<Moment>,
}

/// One of the five figures of the overview.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct KeyMetric {
    /// `cpu`, `memory`, `pressure`, `disks` or `network`.
    pub kind: &'static str,
    /// Its name for people.
    pub title: String,
    /// How much it needs a look.
    pub level: &'static str,
    /// The number in `unit`; `null` where there is none, and `why` says so.
    pub value: Option<f64>,
    /// Unit of the number in UCUM, such as `1` (a share), `By/s` or `s`.
    pub unit: Option<String>,
    /// The number as people read it.
    pub text: Option<String>,
    /// Why there is no number.
    pub why: Option<String>,
    /// One line of detail.
    pub detail: String,
    /// The series behind it, for `/performance/history`.
    pub series: Option<String>,
}

/// One thing that needs attention.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct AttentionEntry {
    /// How much.
    pub level: &'static str,
    /// What.
    pub text: String,
    /// The figures behind it.
    pub detail: String,
}

/// Alerts that fire.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct FiringAlerts {
    /// How many, over all rules that are neither paused nor silenced.
    pub n_firing: usize,
    /// They, at most 100; those of silenced rules as well.
    pub firing: Vec<FiringAlert>,
}

/// An alert that fires.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct FiringAlert {
    /// The rule.
    pub rule: String,
    /// The rule's name.
    pub name: String,
    /// `info`, `warning` or `critical`.
    pub severity: &'static str,
    /// Which of several, by series or attributes.
    pub instance: String,
    /// Since when it fires.
    pub since: Moment,
    /// The newest value of the rule's term.
    pub value: Option<f64>,
    /// Why, as a sentence.
    pub reason: String,
    /// Whether the rule is silenced.
    pub is_silenced: bool,
}

/// The tuning profile in force.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct ProfileInForce {
    /// Its name; `null` where none is.
    pub active: Option<String>,
    /// Whether an apply is under way or on trial.
    pub is_changing: bool,
    /// When what is on trial goes back by itself.
    pub on_trial_until: Option<Moment>,
    /// Values of bound files and services that differ from it.
    pub n_drifted: usize,
}

/// How the store does.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct StoreState {
    /// `opening`, `writing`, `off`, `stalled` or `closed`.
    pub state: &'static str,
    /// Why it is not written.
    pub why: Option<String>,
    /// Bytes on disk.
    pub disk_bytes: u64,
    /// The first moment that is kept.
    pub covers_from: Option<Moment>,
}

/// What Perfdesk itself costs.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct OwnCost {
    /// Processor time as a share of one core.
    pub cpu_ratio: Option<f64>,
    /// Resident memory.
    pub memory_bytes: Option<u64>,
    /// Time of a sampling pass, median.
    pub sample_p50_seconds: Option<f64>,
    /// Time of a sampling pass, 99th percentile.
    pub sample_p99_seconds: Option<f64>,
    /// Time to take a batch in and publish it, median.
    pub engine_p50_seconds: Option<f64>,
    /// Time to take a batch in and publish it, 99th percentile.
    pub engine_p99_seconds: Option<f64>,
    /// Ticks skipped because a pass was late.
    pub n_skipped_ticks: u64,
    /// Batches thrown away because the engine's queue was full.
    pub n_dropped_batches: u64,
    /// Series known.
    pub n_series: usize,
    /// Samples held in memory.
    pub n_samples: usize,
    /// Bytes that hold them.
    pub window_bytes: usize,
}

/// The text of the newest status.
#[derive(Debug, Default)]
pub struct StatusCache(ArcSwapOption<Cached>);

#[derive(Debug)]
struct Cached {
    /// The snapshot it was made of; its place in memory is not given to another while this is here.
    of: Weak<Snapshot>,
    body: Bytes,
}

impl StatusCache {
    /// The text of a snapshot's status, made once.
    fn body(&self, snapshot: &Arc<Snapshot>) -> Bytes {
        if let Some(cached) = self.0.load().as_ref().filter(|cached| cached.of.as_ptr() == Arc::as_ptr(snapshot)) {
            return cached.body.clone();
        }
        let body = Bytes::from(serde_json::to_vec(&of(snapshot)).unwrap_or_default());
        self.0.store(Some(Arc::new(Cached { of: Arc::downgrade(snapshot), body: body.clone() })));
        body
    }
}

/// Health in one object: level and sentence, key figures, firing alerts, the profile in force, version, uptime and own
/// cost.
#[utoipa::path(
    get, path = "/performance/status", tag = "performance",
    responses((status = 200, description = "The newest status", body = Status))
)]
pub async fn status(State(api): State<ApiState>, params: Params) -> Result<Response, Problem> {
    params.only(&[])?;
    Ok(answer::text(answer::JSON, api.kept().status.body(&api.snapshot())))
}

/// The status of a snapshot.
pub fn of(snapshot: &Snapshot) -> Status {
    let health = &snapshot.health;
    let overview = &snapshot.overview;
    let machine = &snapshot.machine;
    Status {
        level: words::level(overview.level),
        sentence: sentence(overview),
        detail: overview.detail.to_string(),
        at: snapshot.at.map(Moment),
        seq: snapshot.seq,
        interval_seconds: snapshot.interval.as_secs_f64(),
        machine: Machine {
            host: machine.host.to_string(),
            system: machine.system.to_string(),
            kernel: machine.kernel.to_string(),
            cpu: machine.cpu.to_string(),
            n_cores: machine.n_cores,
            cpu_capacity_cores: machine.cpu_capacity_cores(),
            memory_capacity_bytes: machine.memory_capacity_bytes(),
            booted_at: machine.booted_at.map(Moment),
        },
        metrics: overview.tiles.iter().map(|tile| key_metric(tile, snapshot)).collect(),
        attention: overview
            .attention
            .iter()
            .map(|entry| AttentionEntry {
                level: words::level(entry.level),
                text: entry.text.to_string(),
                detail: entry.detail.to_string(),
            })
            .collect(),
        alerts: firing(snapshot),
        profile: profile(snapshot),
        n_suggestions: snapshot.advice.n_open,
        history: store(snapshot),
        version: env!("CARGO_PKG_VERSION"),
        started_at: Moment(health.started_at),
        uptime_seconds: snapshot.at.map_or(0.0, |at| at.since(health.started_at).as_secs_f64()),
        own_cost: own_cost(health),
    }
}

/// The machine in a sentence: what needs a look, then what is calm.
pub fn sentence(overview: &Overview) -> String {
    let parts = [&overview.trouble, &overview.calm];
    parts.into_iter().filter(|part| !part.is_empty()).map(|part| &**part).collect::<Vec<_>>().join(" ")
}

fn key_metric(tile: &Tile, snapshot: &Snapshot) -> KeyMetric {
    let units = Units::default();
    let value = tile.value.as_ref().ok();
    KeyMetric {
        kind: words::tile(tile.kind),
        title: tile.title.to_string(),
        level: words::level(tile.level),
        value: value.and_then(|quantity| finite(quantity.value)),
        unit: value.map(|quantity| quantity.unit.ucum()),
        text: value.map(|quantity| quantity.text(&units)),
        why: tile.value.as_ref().err().map(ToString::to_string),
        detail: tile.detail.to_string(),
        series: tile.series.and_then(|id| snapshot.info(id)).map(|info| info.def.key.to_string()),
    }
}

fn firing(snapshot: &Snapshot) -> FiringAlerts {
    let alerts = &snapshot.alerts;
    let of_rules = alerts.rules.iter().flat_map(|status| {
        let firing = status.instances.iter().filter(|instance| instance.phase == Phase::Firing);
        firing.map(move |instance| FiringAlert {
            rule: status.rule.id.to_string(),
            name: status.rule.name.to_string(),
            severity: words::rule_severity(status.rule.severity),
            instance: instance.key.to_string(),
            since: Moment(instance.since),
            value: instance.value.and_then(finite),
            reason: instance.reason.to_string(),
            is_silenced: status.silence.is_some(),
        })
    });
    FiringAlerts { n_firing: alerts.n_firing, firing: of_rules.take(MAX_FIRING).collect() }
}

fn profile(snapshot: &Snapshot) -> ProfileInForce {
    let tuning = &snapshot.tuning;
    let running = tuning.running();
    ProfileInForce {
        active: tuning.active.as_ref().map(ToString::to_string),
        is_changing: running.is_some(),
        on_trial_until: running.and_then(|record| match record.phase {
            ApplyPhase::OnTrial { until } => Some(Moment(until)),
            _ => None,
        }),
        n_drifted: tuning.bindings.iter().map(|state| state.drift.len()).sum(),
    }
}

fn store(snapshot: &Snapshot) -> StoreState {
    let history = &snapshot.history;
    let (state, why) = words::history(&history.state);
    let covers_from = history.covers().map(|range| Moment(range.start));
    StoreState { state, why: why.map(ToOwned::to_owned), disk_bytes: history.bytes, covers_from }
}

/// Own cost out of the engine's book.
pub fn own_cost(health: &Health) -> OwnCost {
    OwnCost {
        cpu_ratio: health.cpu_ratio.and_then(finite),
        memory_bytes: health.memory_bytes,
        sample_p50_seconds: health.sample_p50_seconds.and_then(finite),
        sample_p99_seconds: health.sample_p99_seconds.and_then(finite),
        engine_p50_seconds: health.engine_p50_seconds.and_then(finite),
        engine_p99_seconds: health.engine_p99_seconds.and_then(finite),
        n_skipped_ticks: health.skipped_ticks,
        n_dropped_batches: health.dropped_batches,
        n_series: health.n_series,
        n_samples: health.n_samples,
        window_bytes: health.window_bytes,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::api::endpoints::made_up::{self, NOW, get, refused, series};
    use crate::model::{Attention, Level, MachineInfo, Place, Quantity, SeriesId, TileKind, Timestamp, Unit};

    fn tile(kind: TileKind, value: Result<Quantity, Arc<str>>) -> Tile {
        Tile {
            kind,
            title: "CPU".into(),
            level: Level::Busy,
            word: "Busy".into(),
            value,
            detail: "4 cores".into(),
            series: Some(SeriesId(0)),
            threshold: None,
            source: "".into(),
        }
    }

    fn snapshot() -> Snapshot {
        let overview = Overview {
            level: Level::Busy,
            trouble: "CPU is busy.".into(),
            calm: "The rest is calm.".into(),
            tiles: vec![
                tile(TileKind::Cpu, Ok(Quantity::new(0.83, Unit::Ratio))),
                tile(TileKind::Pressure, Err("this kernel has no PSI".into())),
            ],
            attention: vec![Attention {
                level: Level::Critical,
                text: "/var is full".into(),
                detail: "99 %".into(),
                place: Place::Charts,
            }],
            ..Overview::default()
        };
        let health = Health { started_at: Timestamp::from_millis(NOW.as_millis() - 5500), ..Health::default() };
        let machine = MachineInfo { host: "build".into(), n_cores: 4, memory_bytes: 1024, ..MachineInfo::default() };
        let base = made_up::of_series(&[(series("system.cpu.utilization", &[], Unit::Ratio, "CPU"), 0.83)]);
        Snapshot { overview: overview.into(), health: health.into(), machine: machine.into(), ..base }
    }

    #[test]
    fn the_status_is_one_object() {
        let expect = concat!(
            r#"{"level":"busy","sentence":"CPU is busy. The rest is calm.","detail":"","at":"2026-11-28T08:00:00.000Z","#,
            r#""seq":7,"interval_seconds":1.0,"machine":{"host":"build","system":"","kernel":"","cpu":"","n_cores":4,"#,
            r#""cpu_capacity_cores":4.0,"memory_capacity_bytes":1024,"booted_at":null},"metrics":[{"kind":"cpu","#,
            r#""title":"CPU","level":"busy","value":0.83,"unit":"1","text":"83 %","why":null,"detail":"4 cores","#,
            r#""series":"system.cpu.utilization"},{"kind":"pressure","title":"CPU","level":"busy","value":null,"#,
            r#""unit":null,"text":null,"why":"this kernel has no PSI","detail":"4 cores","series":"system.cpu.utilization"}],"#,
            r#""attention":[{"level":"critical","text":"/var is full","detail":"99 %"}],"#,
            r#""alerts":{"n_firing":0,"firing":[]},"profile":{"active":null,"is_changing":false,"on_trial_until":null,"#,
            r#""n_drifted":0},"n_suggestions":0,"history":{"state":"writing","why":null,"disk_bytes":0,"covers_from":null},"#,
            r#""version":"VERSION","started_at":"2026-11-28T07:59:54.500Z","uptime_seconds":5.5,"#,
            r#""own_cost":{"cpu_ratio":null,"memory_bytes":null,"sample_p50_seconds":null,"sample_p99_seconds":null,"#,
            r#""engine_p50_seconds":null,"engine_p99_seconds":null,"n_skipped_ticks":0,"n_dropped_batches":0,"#,
            r#""n_series":0,"n_samples":0,"window_bytes":0}}"#,
        );
        let expect = expect.replace("VERSION", env!("CARGO_PKG_VERSION"));
        let (status, body) = get(&made_up::state(snapshot()), "/performance/status");
        assert_eq!((status, body.replace('\u{2009}', " ")), (200, expect));
        assert_eq!(refused(&made_up::state(snapshot()), "/performance/status?x=1"), (400, "x".into()));
    }

    #[test]
    fn a_publication_is_written_once_and_never_shown_for_another() {
        let (api, handle, _inputs) = made_up::engine(snapshot());
        let shown = || api.kept().status.body(&api.snapshot());
        let (first, again) = (shown(), shown());
        assert_eq!(first.as_ptr(), again.as_ptr(), "the same text in memory");
        // A publication of the same number, as of an engine that was started again.
        handle.publish(Snapshot { interval: std::time::Duration::from_secs(2), ..snapshot() });
        assert!(shown() != first && String::from_utf8_lossy(&shown()).contains(r#""interval_seconds":2.0"#));
    }
}
