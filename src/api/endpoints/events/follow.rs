//! What a client was told, and what is new to it in a snapshot.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::sync::Arc;

use serde::Serialize;
use utoipa::ToSchema;

use super::super::answer::finite;
use super::super::history::now;
use super::super::when::Moment;
use super::super::{alerts, jobs, status, words};
use crate::api::ApiState;
use crate::api::jobs::{Job, JobId};
use crate::model::alert::{AlertId, AlertRecord, Alerting};
use crate::model::{NoticeId, Snapshot, Timestamp};

/// Alerts of the log that are compared: what is older does not change.
const MAX_ALERTS: usize = 200;

/// The key figures of one moment.
#[derive(Debug, Serialize, ToSchema)]
pub struct Tick {
    /// Number of the publication.
    seq: u64,
    /// When it was.
    at: Moment,
    /// How much the machine needs a look: `unknown`, `calm`, `busy` or `critical`.
    level: &'static str,
    /// The machine in a sentence.
    sentence: String,
    /// CPU, memory, pressure, disks and network.
    metrics: Vec<Figure>,
    /// Alerts that fire.
    n_firing: usize,
    /// The profile in force.
    profile: Option<String>,
}

/// One of the five figures.
#[derive(Debug, Serialize, ToSchema)]
pub struct Figure {
    /// Which.
    kind: &'static str,
    /// How much it needs a look.
    level: &'static str,
    /// The number in `unit`.
    value: Option<f64>,
    /// Unit in UCUM.
    unit: Option<String>,
}

/// Something a person is told.
#[derive(Debug, Serialize, ToSchema)]
pub struct Said<'a> {
    /// Its number.
    id: u64,
    /// When it was.
    at: Moment,
    /// `info`, `success`, `warning` or `error`.
    severity: &'static str,
    /// What happened.
    text: &'a str,
    /// More words; may be empty.
    detail: &'a str,
}

/// What became of an alert.
#[derive(Debug, Serialize, ToSchema)]
pub struct AlertEvent {
    /// `fired`, `ended` or `acknowledged`.
    event: &'static str,
    /// The alert.
    alert: alerts::LoggedAlert,
}

/// How far an alert was told: whether it ended and whether somebody took note of it.
type Told = (bool, bool);

/// What a client was told.
#[derive(Debug)]
pub struct Follower {
    ticked: Option<Timestamp>,
    notices: Option<NoticeId>,
    log: Arc<[AlertRecord]>,
    alerts: BTreeMap<AlertId, Told>,
    jobs: BTreeMap<JobId, &'static str>,
    has_begun: bool,
}

impl Follower {
    /// A client that is told of what happens from now on, and of notices behind `last`.
    pub fn new(api: &ApiState, last: Option<&str>) -> Self {
        let snapshot = api.snapshot();
        let notices = match last {
            None => snapshot.notices.last().map(|notice| notice.id),
            Some(last) => seen(last, &snapshot),
        };
        let jobs = api.kept().jobs.all();
        Self {
            ticked: None,
            notices,
            log: snapshot.alerts.log.clone(),
            alerts: newest(&snapshot.alerts).map(|record| (record.id, told(record))).collect(),
            jobs: jobs.iter().map(|job| (job.id, job.state(&snapshot).0)).collect(),
            has_begun: false,
        }
    }

    /// Everything that is new to the client, as events; empty where nothing is.
    pub fn news(&mut self, snapshot: &Snapshot, jobs: &[Arc<Job>]) -> String {
        let mut out = String::new();
        if !std::mem::replace(&mut self.has_begun, true) {
            // A client that is cut off comes again after two seconds.
            out.push_str("retry: 2000\n\n");
        }
        self.notices(snapshot, &mut out);
        self.alerts(snapshot, &mut out);
        self.jobs(snapshot, jobs, &mut out);
        if snapshot.at.is_some() && snapshot.at != self.ticked {
            self.ticked = snapshot.at;
            event(&mut out, None, "tick", &tick(snapshot));
        }
        out
    }

    fn notices(&mut self, snapshot: &Snapshot, out: &mut String) {
        let is_new = |id: NoticeId| self.notices.is_none_or(|last| id > last);
        for notice in snapshot.notices.iter().filter(|notice| is_new(notice.id)) {
            let said = Said {
                id: notice.id.0,
                at: Moment(notice.at),
                severity: words::severity(notice.severity),
                text: &notice.text,
                detail: &notice.detail,
            };
            event(out, Some(&id_of(notice.id, snapshot)), "notice", &said);
        }
        self.notices = snapshot.notices.last().map(|notice| notice.id).max(self.notices);
    }

    fn alerts(&mut self, snapshot: &Snapshot, out: &mut String) {
        if Arc::ptr_eq(&self.log, &snapshot.alerts.log) {
            return;
        }
        self.log = snapshot.alerts.log.clone();
        let log: Vec<&AlertRecord> = newest(&snapshot.alerts).collect();
        for record in log.iter().rev() {
            let now = told(record);
            let before = self.alerts.insert(record.id, now);
            let mut say = |what| event(out, None, "alert", &AlertEvent { event: what, alert: alerts::logged(record) });
            if before.is_none() {
                say("fired");
            }
            let (had_ended, was_noted) = before.unwrap_or_default();
            if now.1 && !was_noted {
                say("acknowledged");
            }
            if now.0 && !had_ended {
                say("ended");
            }
        }
        if let Some(oldest) = log.last() {
            self.alerts.retain(|id, _| *id >= oldest.id);
        }
    }

    fn jobs(&mut self, snapshot: &Snapshot, jobs: &[Arc<Job>], out: &mut String) {
        for job in jobs.iter().rev() {
            let state = job.state(snapshot).0;
            if self.jobs.insert(job.id, state) != Some(state) {
                event(out, None, "job", &jobs::of(job, snapshot));
            }
        }
        self.jobs.retain(|id, _| jobs.iter().any(|job| job.id == *id));
    }
}

/// The newest alerts, newest first.
fn newest(alerts: &Alerting) -> impl Iterator<Item = &AlertRecord> {
    alerts.log.iter().take(MAX_ALERTS)
}

fn told(record: &AlertRecord) -> Told {
    (record.end.is_some(), record.acknowledged.is_some())
}

fn tick(snapshot: &Snapshot) -> Tick {
    let figure = |tile: &crate::model::Tile| {
        let value = tile.value.as_ref().ok();
        Figure {
            kind: words::tile(tile.kind),
            level: words::level(tile.level),
            value: value.and_then(|quantity| finite(quantity.value)),
            unit: value.map(|quantity| quantity.unit.ucum()),
        }
    };
    Tick {
        seq: snapshot.seq,
        at: Moment(now(snapshot)),
        level: words::level(snapshot.overview.level),
        sentence: status::sentence(&snapshot.overview),
        metrics: snapshot.overview.tiles.iter().map(figure).collect(),
        n_firing: snapshot.alerts.n_firing,
        profile: snapshot.tuning.active.as_ref().map(ToString::to_string),
    }
}

/// A notice's id in a stream: numbers begin anew with each run of the program, so the run stands before it.
fn id_of(id: NoticeId, snapshot: &Snapshot) -> String {
    format!("{}-{}", snapshot.health.started_at.as_millis(), id.0)
}

/// The notice that an id means; `None`, which means that none was seen, where it is of another run.
fn seen(last: &str, snapshot: &Snapshot) -> Option<NoticeId> {
    let (run, id) = last.split_once('-')?;
    let is_this_run = run.parse() == Ok(snapshot.health.started_at.as_millis());
    id.parse().ok().filter(|_| is_this_run).map(NoticeId)
}

/// An event; JSON stands on one line.
fn event<T: Serialize>(out: &mut String, id: Option<&str>, name: &str, data: &T) {
    if let Some(id) = id {
        let _ = writeln!(out, "id: {id}");
    }
    let data = serde_json::to_string(data).unwrap_or_default();
    let _ = write!(out, "event: {name}\ndata: {data}\n\n");
}
