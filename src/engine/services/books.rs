//! The books of services: what listeners, scrapes and checks found out, and what of it each tick takes.
//!
//! Each book stands behind a lock of its own that is held for one entry or one tick. The threads that find things out put
//! them in; the sample thread takes them, once a tick.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Instant;

use super::ServiceEvent;
use crate::engine::own_work::{self, OwnWork, Work};
use crate::model::database::{DatabaseStatus, DatabaseTarget, Plan};
use crate::model::process::ProcessRow;
use crate::model::run::{RunState, StartRecord};
use crate::model::service::{
    CheckState, CheckStatus, HealthCheck, Heard, Service, ServiceKind, ServiceSetup, Target, TargetState, TargetStatus,
};
use crate::model::{AnnotationKind, ProcessKey, ProcessTable, Severity, Timestamp};
use crate::run::figures::StartFigures;
use crate::telemetry::bind::{BindBook, Owners, Restart};
use crate::telemetry::database::{DatabaseBook, Looked};
use crate::telemetry::health_check::{CheckBook, CheckChange, Checked, KeptChecks, What};
use crate::telemetry::intake::Intake;
use crate::telemetry::otlp::{Signal, Sink as _};
use crate::telemetry::record::{Record, Tick};
use crate::telemetry::scrape::{Scraped, TargetBook};
use crate::telemetry::watch::WatchSink;

/// Who is told of what happens between ticks.
pub type Tell = Arc<dyn Fn(ServiceEvent) + Send + Sync>;

/// Everything that is known of services.
pub struct Books {
    /// What services report.
    pub intake: Intake,
    targets: Mutex<TargetBook>,
    checks: Mutex<CheckBook>,
    bindings: Mutex<BindBook>,
    databases: Mutex<DatabaseBook>,
    processes: Mutex<ProcessTable>,
    runs: Mutex<RunBook>,
    tell: Tell,
    own: Arc<OwnWork>,
}

/// Services that are run, and starts of them that wait for a tick.
#[derive(Default)]
struct RunBook {
    states: Arc<[Arc<RunState>]>,
    figures: StartFigures,
}

/// A panic under a lock leaves a book that lacks one entry, and is good otherwise.
fn locked<T>(book: &Mutex<T>) -> MutexGuard<'_, T> {
    book.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Books {
    /// Books that know nothing yet. `own` is what Perfdesk itself does.
    pub fn new(tell: Tell, own: Arc<OwnWork>) -> Self {
        let intake = Intake::new(ServiceSetup::default().bounds);
        intake.set_host(&sysinfo::System::host_name().unwrap_or_default());
        Self {
            intake,
            targets: Mutex::default(),
            checks: Mutex::default(),
            bindings: Mutex::default(),
            databases: Mutex::default(),
            processes: Mutex::default(),
            runs: Mutex::default(),
            tell,
            own,
        }
    }

    /// Keeps to this set-up from now on.
    pub fn set(&self, setup: &ServiceSetup) {
        self.intake.set_bounds(setup.bounds);
        if self.own.is_on() != setup.watches_itself {
            self.own.set_on(setup.watches_itself);
            if !setup.watches_itself {
                self.intake.forget(own_work::NAME);
            }
        }
        locked(&self.targets).set(&setup.targets);
        locked(&self.checks).set(&setup.checks);
        locked(&self.bindings).set(&setup.bindings);
        locked(&self.databases).set(&setup.databases);
    }

    /// How services do that are run.
    pub fn set_runs(&self, states: Arc<[Arc<RunState>]>) {
        locked(&self.runs).states = states;
    }

    /// A start is over, and is recorded with the next tick.
    pub fn started(&self, service: &Arc<str>, record: &StartRecord) {
        locked(&self.runs).figures.take(service, record);
    }

    /// What is to be kept of checks.
    pub fn kept_checks(&self) -> KeptChecks {
        locked(&self.checks).kept()
    }

    /// Goes on with what was kept of checks.
    pub fn restore_checks(&self, kept: KeptChecks) {
        locked(&self.checks).restore(kept);
    }

    /// Records what came in since the tick before; gives what was heard.
    pub fn record(&self, tick: Tick, processes: Option<&ProcessTable>, out: &mut dyn Record) -> Heard {
        let started = Instant::now();
        if let Some(request) = self.own.request() {
            // It was written a moment ago, by this program.
            let _ = self.intake.take(Signal::Traces, &request, tick.at);
        }
        let reporting = self.intake.record(tick, out);
        let targets: Vec<TargetStatus> = {
            let mut book = locked(&self.targets);
            book.record(tick, out);
            book.statuses()
        };
        let checks: Vec<CheckStatus> = {
            let mut book = locked(&self.checks);
            book.record(tick, out);
            book.statuses(tick.at)
        };
        let databases = {
            let mut book = locked(&self.databases);
            book.record(tick, out);
            book.statuses()
        };
        let mut all: BTreeMap<Arc<str>, Service> =
            reporting.into_iter().map(|service| (service.name.clone(), service)).collect();
        add_watched(&mut all, &targets, &checks, tick.at);
        add_databases(&mut all, &databases, tick.at);
        let runs = {
            let mut book = locked(&self.runs);
            let states = book.states.clone();
            book.figures.record(&states, tick, out);
            states
        };
        for run in runs.iter() {
            let service =
                all.entry(run.service.clone()).or_insert_with(|| new(&run.service, ServiceKind::Run, tick.at));
            if run.pid.is_none() && service.kind == ServiceKind::Run {
                service.last_at = run.since;
            }
        }
        self.add_processes(&mut all, (processes, &runs), tick, out);
        let heard = Heard {
            list: all.into_values().collect(),
            targets: targets.into(),
            checks: checks.into(),
            databases,
            intake: self.intake.figures(),
        };
        self.own.note(Work { what: own_work::What::Tick, end: tick.at, took: started.elapsed() });
        heard
    }

    fn add_processes(
        &self,
        all: &mut BTreeMap<Arc<str>, Service>,
        (processes, runs): (Option<&ProcessTable>, &[Arc<RunState>]),
        tick: Tick,
        out: &mut dyn Record,
    ) {
        let run = |name: &Arc<str>| runs.iter().find(|run| run.service == *name);
        let pids = |service: &Service| -> Vec<(Arc<str>, u32)> {
            let is_run = run(&service.name).is_some_and(|run| run.pid.is_some());
            let own = service.identity.pids.iter().filter(|_| !is_run);
            own.map(|pid| (service.name.clone(), *pid)).collect()
        };
        let mut reported: Vec<(Arc<str>, u32)> = all.values().flat_map(pids).collect();
        // Of one that is run everybody it started belongs to it.
        for (service, pid) in runs.iter().filter_map(|run| Some((&run.service, run.pid?))) {
            let table = processes.cloned().unwrap_or_else(|| locked(&self.processes).clone());
            reported.extend(with_descendants(pid, &table).into_iter().map(|pid| (service.clone(), pid)));
        }
        let mut book = locked(&self.bindings);
        book.set_reported(&reported);
        if let Some(table) = processes {
            // That one that is run was started again is noted where it is.
            let restarts = book.update(table);
            restarts.iter().filter(|r| run(&r.service).is_none()).for_each(|restart| (self.tell)(restarted(restart)));
            locked(&self.processes).clone_from(table);
        }
        book.record(tick, out);
        let names: Vec<Arc<str>> = book.services().cloned().collect();
        for name in names {
            let process = book.bound(&name).cloned();
            // Nobody made it a service but the binding: it is heard of for as long as its process runs.
            if process.is_some() || all.contains_key(&name) {
                let service = all.entry(name.clone()).or_insert_with(|| new(&name, ServiceKind::Bound, tick.at));
                if service.kind == ServiceKind::Bound {
                    service.last_at = tick.at;
                }
                service.process = process;
                service.process_missing = book.missing(&name);
            }
        }
    }
}

/// A process and all that it started, as far as they still hang together.
fn with_descendants(pid: u32, table: &ProcessTable) -> Vec<u32> {
    let mut found = vec![pid];
    let mut n_before = 0;
    while n_before < found.len() {
        n_before = found.len();
        let is_child = |row: &&ProcessRow| row.parent.is_some_and(|parent| found.contains(&parent));
        let more: Vec<u32> =
            table.rows.iter().filter(is_child).map(|row| row.key.pid).filter(|pid| !found.contains(pid)).collect();
        found.extend(more);
    }
    found
}

fn new(name: &Arc<str>, kind: ServiceKind, at: Timestamp) -> Service {
    Service { name: name.clone(), kind, first_at: at, last_at: at, ..Service::default() }
}

/// Targets and checks speak of services too, whether or not these report.
fn add_watched(
    all: &mut BTreeMap<Arc<str>, Service>,
    targets: &[TargetStatus],
    checks: &[CheckStatus],
    now: Timestamp,
) {
    for status in targets.iter().filter(|status| status.target.is_on && status.state != TargetState::Waiting) {
        let name = &status.target.name;
        let service = all.entry(name.clone()).or_insert_with(|| new(name, ServiceKind::Scraped, now));
        service.kind = ServiceKind::Scraped;
        // One that answers is heard of, however long the interval is.
        if status.state == TargetState::Up {
            service.last_at = now;
        }
    }
    for status in checks.iter().filter(|status| status.check.is_on && status.last_at.is_some()) {
        let name = status.check.service();
        let service = all.entry(name.clone()).or_insert_with(|| new(name, ServiceKind::Checked, now));
        // One that is not asked any more is not heard of.
        if service.kind == ServiceKind::Checked {
            service.last_at = match status.state {
                CheckState::Waiting => status.last_at.unwrap_or(now).min(now),
                _ => now,
            };
        }
    }
}

/// Each database is a service too, from the moment it is set up.
fn add_databases(all: &mut BTreeMap<Arc<str>, Service>, databases: &[Arc<DatabaseStatus>], now: Timestamp) {
    for status in databases.iter().filter(|status| status.target.is_on) {
        let name = &status.target.name;
        let service = all.entry(name.clone()).or_insert_with(|| new(name, ServiceKind::Database, now));
        service.kind = ServiceKind::Database;
        // One that does not answer is told of as such, not as silent.
        service.last_at = now;
    }
}

fn restarted(restart: &Restart) -> ServiceEvent {
    ServiceEvent::Noted {
        kind: AnnotationKind::Service,
        severity: None,
        text: format!("{} was started anew: {}, process {}", restart.service, restart.name, restart.key.pid),
        detail: String::new(),
    }
}

fn changed(change: &CheckChange) -> ServiceEvent {
    let (severity, text, detail) = match &change.what {
        What::Fell { why, .. } => {
            (Severity::Error, format!("{} is unhealthy", change.service), format!("{}: {why}", change.check))
        }
        What::Rose(outage) => {
            let seconds = outage.seen(change.at).as_secs();
            let unseen = if outage.is_end_unknown { "; when it ended nobody saw" } else { "" };
            let detail = format!("{} was seen to fail for {seconds} s: {}{unseen}", change.check, outage.why);
            (Severity::Success, format!("{} is healthy again", change.service), detail)
        }
    };
    ServiceEvent::Noted { kind: AnnotationKind::Service, severity: Some(severity), text, detail }
}

impl WatchSink for Books {
    fn scraped(&self, target: &Target, scraped: &Scraped<'_>) {
        if let Ok(families) = &scraped.found {
            self.intake.scraped(target, families, scraped.at);
        }
        locked(&self.targets).take(&target.name, scraped);
    }

    fn checked(&self, check: &HealthCheck, checked: &Checked) {
        let change = locked(&self.checks).take(&check.name, checked);
        if let Some(change) = change {
            (self.tell)(changed(&change));
        }
    }

    fn looked(&self, target: &DatabaseTarget, looked: Looked) {
        locked(&self.databases).take(&target.name, looked);
    }

    fn planned(&self, target: &DatabaseTarget, plan: Plan) {
        locked(&self.databases).take_plan(&target.name, plan);
    }

    fn processes(&self) -> ProcessTable {
        locked(&self.processes).clone()
    }

    fn bound(&self) -> Vec<ProcessKey> {
        locked(&self.bindings).keys()
    }

    fn owners(&self, owners: Owners) {
        locked(&self.bindings).set_owners(owners);
    }
}
