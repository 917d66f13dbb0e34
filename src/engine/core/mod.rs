//! The engine without threads: a state that takes inputs in with their time, and gives effects and snapshots out.
//!
//! No clock, no file, no thread: a test drives it with made-up batches and made-up time.

mod access;
mod alerts;
mod annotations;
mod breakdowns;
pub mod catalogue;
mod commands;
mod health;
mod history;
mod moments;
pub mod notices;
mod services;
mod sources;
mod suggestions;
mod tasks;
mod telemetry;
pub mod tuning;
mod view_part;
pub mod views;
pub mod workers;

#[cfg(test)]
pub(in crate::engine) mod tests;

use std::sync::Arc;
use std::time::Duration;

use self::alerts::Unended;
use self::annotations::{AnnotationBook, ClockWatch, settings_text};
use self::breakdowns::Breakdowns;
pub use self::breakdowns::after_engine_broke_down;
use self::catalogue::Catalogue;
pub use self::health::QueueLengths;
use self::health::{HealthBook, Lost};
use self::history::HistoryBook;
pub use self::history::UNREADABLE;
use self::moments::Asked;
use self::notices::Notices;
use self::suggestions::Advising;
use self::tasks::TaskBook;
use self::views::Views;
use self::workers::Workers;
use super::access::AccessDesk;
use super::alerting::{AlertDesk, Beat};
use super::handle::Input;
use super::jobs::{Job, JobOutcome};
use super::pace::SampleControl;
use super::query_worker::Question;
use super::sample_worker::SampleStart;
use super::services::{ServiceDesk, ServiceOrder};
use super::store_queue::StoreQueue;
use super::store_worker::{StoreRequest, StoreStart};
use super::summary::Summary;
use super::tasks::TaskStart;
use super::telemetry::RemoteDesk;
use super::telemetry::source_views::SourceViews;
use super::telemetry::sources::SourceDesk;
use super::tuning::TuningRequest;
use crate::model::{
    AnnotationKind, AnnotationText, Batch, EndRefusal, Folders, HistoryState, Layouts, Point, ProcessKey, SeriesId,
    Settings, Severity, Snapshot, Timestamp, WindowMemory,
};
use crate::notify::Order;
use crate::store::history::HistoryRead;
use crate::store::recent::{ProcessHistories, Retention, Window};
use crate::telemetry::prometheus;
use crate::telemetry::remote_write::{Event, Request};

/// Time between two looks at the config files.
const CHECK_FILES_EVERY: Duration = Duration::from_secs(5);
/// Greatest number of buckets of an inspected process's curves.
const HISTORY_BUCKETS: usize = 600;
/// A tick this much older than the newest means that the clock was set back, as in the window.
const CLOCK_STEP: Duration = Duration::from_secs(10);
/// How far back an inspected process's curves go.
const HISTORY_SPAN: Duration = Duration::from_secs(15 * 60);

/// What is noted at each start.
const STARTED: &str = concat!("Perfdesk ", env!("CARGO_PKG_VERSION"), " started");

/// What a core starts from.
pub struct CoreStart {
    /// Wall time of the start.
    pub now: Timestamp,
    /// Settings in force.
    pub settings: Settings,
    /// Chart layouts.
    pub layouts: Layouts,
    /// What the window remembers.
    pub window: WindowMemory,
    /// Where files live.
    pub folders: Folders,
    /// The queue to the store thread.
    pub store: StoreQueue,
}

/// Something the core wants done in the world.
pub enum Effect {
    /// Tell the sample thread.
    Sample(SampleControl),
    /// Give to the job thread.
    Job(Job),
    /// Start the sample thread again.
    RestartSampling(SampleStart),
    /// Give to the store thread.
    Store(StoreRequest),
    /// Start the store thread again.
    RestartStore(StoreStart),
    /// Ask history.
    Query(Arc<dyn HistoryRead>, Question),
    /// Give to the task thread.
    Task(Box<TaskStart>),
    /// Give to the apply thread.
    Tuning(TuningRequest),
    /// Tell outside the window.
    Notify(Box<Order>),
    /// Give to the thread of remote-write.
    Remote(Request),
    /// Ask another server.
    AskSource(prometheus::Question),
    /// Tell the works of services.
    Services(ServiceOrder),
}

/// All state that changes.
pub struct Core {
    catalogue: Catalogue,
    window: Window,
    histories: ProcessHistories,
    latest: Vec<Latest>,
    views: Views,
    notices: Notices,
    workers: Workers,
    breakdowns: Breakdowns,
    health: HealthBook,
    summary: Summary,
    history: HistoryBook,
    /// The queue to the store thread, for tasks.
    store: StoreQueue,
    annotations: AnnotationBook,
    /// What the program itself noted and the store has not been given.
    noted: Vec<AnnotationText>,
    clocks: ClockWatch,
    asked: Asked,
    tasks: TaskBook,
    advising: Advising,
    desk: AlertDesk,
    unended: Unended,
    access: AccessDesk,
    remote: RemoteDesk,
    source_desk: SourceDesk,
    source_views: SourceViews,
    service_desk: ServiceDesk,
    inspected: Option<ProcessKey>,
    /// The next publication, but for its number. Every part is shared, so a copy costs little.
    next: Snapshot,
    now: Timestamp,
    files_checked_at: Timestamp,
    has_new_data: bool,
    /// Whether anything came in since the last publication that a client may wait for.
    has_news: bool,
    has_told_full_catalogue: bool,
    has_asked_for_tuning: bool,
}

/// A series' newest value, and until when it counts as present.
#[derive(Debug, Clone, Copy)]
struct Latest {
    value: f64,
    good_until: Timestamp,
}

impl Core {
    /// A core that has seen nothing yet.
    pub fn new(start: CoreStart) -> Self {
        let desk = AlertDesk::new(start.folders.data.clone());
        let access = AccessDesk::new(start.folders.data.clone());
        let next = Snapshot {
            interval: start.settings.interval(),
            settings: Arc::new(start.settings),
            layouts: Arc::new(start.layouts),
            window: Arc::new(start.window),
            folders: Arc::new(start.folders),
            ..Snapshot::default()
        };
        Self {
            catalogue: Catalogue::default(),
            window: Window::new(Retention::default()),
            histories: ProcessHistories::new(),
            latest: Vec::new(),
            views: Views::default(),
            notices: Notices::default(),
            workers: Workers::running(&[
                "engine",
                "sample",
                "job",
                "store",
                "query",
                "compare",
                "task",
                "apply",
                "remote-write",
            ]),
            breakdowns: Breakdowns::default(),
            health: HealthBook::new(start.now),
            summary: Summary::default(),
            history: HistoryBook::default(),
            store: start.store,
            annotations: AnnotationBook::default(),
            noted: vec![AnnotationText::at(start.now, AnnotationKind::Start, STARTED)],
            clocks: ClockWatch::default(),
            asked: Asked::default(),
            tasks: TaskBook::default(),
            advising: Advising::default(),
            desk,
            unended: Unended::new(),
            access,
            remote: RemoteDesk::default(),
            source_desk: SourceDesk::default(),
            source_views: SourceViews::default(),
            service_desk: ServiceDesk::default(),
            inspected: None,
            next,
            now: start.now,
            files_checked_at: start.now,
            has_new_data: false,
            has_news: false,
            has_told_full_catalogue: false,
            has_asked_for_tuning: false,
        }
    }

    /// Takes one input in at wall time `now`; gives what is to be done in the world.
    pub fn take(&mut self, input: Input, now: Timestamp) -> Vec<Effect> {
        self.now = now;
        // How the store does each 10 s is shown with the next tick, unless it can write no more or again.
        let is_quiet = match &input {
            Input::Store(event) => event.is_quiet(&self.next.history.state),
            Input::Tuning(event) => event.is_quiet(),
            Input::JobDone(outcome) => outcome.is_quiet(),
            Input::Api(event) => event.is_quiet(),
            Input::Remote(event) => matches!(**event, Event::Figures(_)),
            _ => false,
        };
        self.has_news |= !is_quiet;
        let mut effects = match input {
            Input::Command(command) => self.command(command),
            Input::Batch(batch) => self.batch(*batch),
            Input::Store(event) => self.store_event(*event),
            Input::Answer(answer) => {
                self.answer(*answer);
                Vec::new()
            }
            Input::WorkerDied { worker: "store", why, .. } => self.store_broke_down(&why),
            Input::WorkerDied { worker: "sample", probe, why } => self.sampling_broke_down(probe, &why),
            Input::WorkerDied { worker, why, .. } => {
                self.job_broke_down(worker, &why);
                Vec::new()
            }
            Input::JobDone(outcome) => self.job_done(*outcome),
            Input::Task(event) => self.task_event(*event),
            Input::Tuning(event) => {
                self.tuning_event(*event);
                self.services_hear_of_profiles()
            }
            Input::Notified(outcome) => self.notified(*outcome),
            Input::Api(event) => self.api_event(*event),
            Input::Remote(event) => self.remote_event(*event),
            Input::Source(answer) => self.source_answered(*answer),
            Input::Service(event) => self.service_event(*event),
            Input::Reload => self.check_files(),
            Input::Stop => Vec::new(),
        };
        effects.extend(self.ask_sources());
        // Before history is open nobody knows what the run before left unsaid, which comes first.
        if !self.noted.is_empty() && self.next.history.state != HistoryState::Opening {
            effects.extend(self.take_notes());
        }
        effects
    }

    /// Tells the person something.
    pub fn tell(&mut self, severity: Severity, text: impl Into<Arc<str>>, detail: impl Into<Arc<str>>) {
        self.notices.tell(self.now, severity, text, detail);
    }

    /// Takes note of the queues around the engine.
    pub fn take_queues(&mut self, queues: QueueLengths) {
        self.health.take_queues(queues);
    }

    /// Takes note of how long an input took from its arrival to its publication.
    pub fn took(&mut self, span: Duration) {
        self.health.took(span);
    }

    /// Whether anything came in since the last publication that a client may wait for.
    pub fn has_news(&self) -> bool {
        self.has_news
    }

    /// Whether data came in since the last publication.
    pub fn has_new_data(&self) -> bool {
        self.has_new_data
    }

    /// What a start of the sample thread begins with.
    pub fn sample_start(&self, generation: u32) -> SampleStart {
        let left_out = self.breakdowns.left_out();
        SampleStart { generation, interval: self.next.interval, inspected: self.inspected, left_out }
    }

    /// The state as it would be published now, without a new number.
    pub fn snapshot(&self) -> Arc<Snapshot> {
        Arc::new(Snapshot { notices: self.notices.all(), ..self.next.clone() })
    }

    /// The next snapshot.
    pub fn publish(&mut self) -> Snapshot {
        (self.has_new_data, self.has_news) = (false, false);
        self.next.seq += 1;
        self.next.views = self.all_views();
        self.next.notices = self.notices.all();
        let published = self.next.clone();
        self.hide_secret();
        published
    }

    fn batch(&mut self, batch: Batch) -> Vec<Effect> {
        self.notice_clock(batch.at);
        self.noted.extend(self.clocks.take(&batch));
        let mut effects = Vec::new();
        let n_known = self.catalogue.len();
        if self.catalogue.take_in(&batch) {
            self.catalogue_grew(n_known, batch.at);
            self.renew_cadences(&batch);
            effects.push(Effect::Store(StoreRequest::Know(self.next.series.clone())));
        }
        self.notice_full_catalogue();
        self.next.at = Some(batch.at);
        self.next.interval = batch.interval;
        self.window.mark_tick(batch.at, batch.interval);
        let (own, more) = self.remote_values(batch.at);
        effects.extend(more);
        self.desk.begin(self.next.series.len());
        let named = |point: &Point| Some((self.catalogue.resolve(batch.source, point.slot)?, point.value));
        let all: Vec<(SeriesId, f64)> = batch.points.iter().filter_map(named).chain(own).collect();
        let mut values: Vec<(SeriesId, f32)> = Vec::with_capacity(all.len());
        for &(id, value) in &all {
            let Some(info) = self.next.series.get(id.0 as usize) else { continue };
            let cadence = info.def.cadence.unwrap_or(batch.interval).max(batch.interval);
            self.window.append(batch.at, id, value);
            self.desk.put(id, value);
            values.push((id, value.clamp(f64::from(f32::MIN), f64::from(f32::MAX)) as f32));
            if let Some(latest) = self.latest.get_mut(id.0 as usize) {
                *latest = Latest { value, good_until: batch.at.plus(cadence * 5 / 2) };
            }
        }
        self.window.evict(batch.at);
        self.follow_for_advice(batch.at, &values);
        effects.extend(self.store_batch(&batch, values));
        // A value that no probe has renewed for two and a half of its intervals is absent, not frozen.
        self.next.latest =
            self.latest.iter().map(|l| if l.good_until >= batch.at { l.value } else { f64::NAN }).collect();
        if let Some(machine) = &batch.machine {
            self.next.machine = machine.clone();
        }
        if let Some(probes) = &batch.probes {
            self.tell_states(probes);
            self.next.probes = probes.clone();
        }
        if let Some(processes) = batch.processes {
            self.histories.record(&processes, batch.interval);
            self.next.processes = Arc::new(processes);
        }
        if let Some(detail) = batch.inspected.filter(|detail| Some(detail.key) == self.inspected) {
            self.next.inspected = Some(Arc::new(detail));
        }
        self.renew_history(batch.at);
        effects.extend(self.refresh_views());
        self.next.health = Arc::new(self.health.after_batch(
            &batch.cost,
            &self.next,
            &self.window,
            &self.workers,
            Lost { n_series: self.catalogue.n_refused(), n_store: self.history.n_lost() },
        ));
        self.summary.take_in(&mut self.next, &self.window);
        let Batch { source, at, elapsed, interval, services, .. } = batch;
        effects.extend(self.watch(&Beat { source, at, elapsed, interval }));
        effects.extend(self.hear_services(services));
        effects.extend(self.advise(at));
        effects.extend(self.keep_access());
        effects.extend(self.send_on(at, interval, all));
        self.has_new_data = true;
        effects.extend(self.due_checks());
        effects
    }

    /// Takes over a catalogue that had `n_known` series before.
    fn catalogue_grew(&mut self, n_known: usize, at: Timestamp) {
        self.next.series = self.catalogue.all();
        self.latest.resize(self.catalogue.len(), Latest { value: f64::NAN, good_until: at });
        for info in &self.next.series[n_known..] {
            self.window.set_cadence(info.id, info.def.cadence);
        }
    }

    /// A source may say of a series it named before that it comes more or less often.
    fn renew_cadences(&mut self, batch: &Batch) {
        for def in &batch.defined {
            if let Some(id) = self.catalogue.find(&def.key) {
                self.window.set_cadence(id, def.cadence);
            }
        }
    }

    /// Where the wall clock was set back, what counted as present until some time counts so until as much earlier.
    fn notice_clock(&mut self, at: Timestamp) {
        let Some(before) = self.next.at.filter(|before| before.since(at) > CLOCK_STEP) else { return };
        for latest in &mut self.latest {
            latest.good_until = at.plus(latest.good_until.since(before));
        }
        let text = format!("The system's clock was set back by {} s", before.since(at).as_secs());
        self.tell(Severity::Warning, text, "What was recorded after the new time is forgotten; charts break there");
    }

    fn notice_full_catalogue(&mut self) {
        if self.catalogue.n_refused() > 0 && !self.has_told_full_catalogue {
            self.has_told_full_catalogue = true;
            let detail = format!(
                "{} are kept and the others left out: restart Perfdesk to forget those that are gone",
                catalogue::MAX_SERIES
            );
            self.tell(Severity::Warning, "There are too many series", detail);
        }
    }

    fn due_checks(&mut self) -> Vec<Effect> {
        // Profiles are read behind the first picture.
        if !std::mem::replace(&mut self.has_asked_for_tuning, true) {
            return vec![Effect::Tuning(TuningRequest::LookAround)];
        }
        if self.now.since(self.files_checked_at) < CHECK_FILES_EVERY && self.now >= self.files_checked_at {
            return Vec::new();
        }
        self.check_files()
    }

    /// Has settings, layouts, alert rules, tokens, profiles and bindings read again where they were edited.
    fn check_files(&mut self) -> Vec<Effect> {
        self.files_checked_at = self.now;
        vec![Effect::Job(Job::CheckFiles), Effect::Tuning(TuningRequest::LookAround)]
    }

    fn renew_history(&mut self, at: Timestamp) {
        let Some(key) = self.inspected else { return };
        let range = crate::model::TimeRange::ending_at(at.plus(Duration::from_millis(1)), HISTORY_SPAN);
        self.next.inspected_history = Arc::new(self.histories.history(key, range, HISTORY_BUCKETS));
    }

    fn job_done(&mut self, outcome: JobOutcome) -> Vec<Effect> {
        match outcome {
            JobOutcome::Done => Vec::new(),
            JobOutcome::Told { severity, text, detail } => {
                self.tell(severity, text, detail);
                Vec::new()
            }
            JobOutcome::NotEnded { key, text, why } => {
                let why: Arc<str> = why.into();
                self.tell(Severity::Error, text, why.clone());
                self.next.end_refusal = Some(Arc::new(EndRefusal { key, why }));
                Vec::new()
            }
            JobOutcome::SettingsEdited(settings) => {
                self.tell(Severity::Info, "Edited settings are in force", "");
                self.put_settings_in_force(settings)
            }
            JobOutcome::SuggestionsRead(ledger) => {
                self.suggestions_read(*ledger);
                Vec::new()
            }
            JobOutcome::Alerts(outcome) => self.alert_files(outcome),
            JobOutcome::Access(outcome) => self.access_files(outcome),
            JobOutcome::Remote(outcome) => self.remote_files(outcome),
            JobOutcome::SourcesRead(read) => self.sources_read(read),
            JobOutcome::SourcesNotWritten(why) => self.sources_not_written(why),
            JobOutcome::Services(outcome) => self.service_files(outcome),
            JobOutcome::LayoutsEdited(layouts) => {
                self.tell(Severity::Info, "Edited layouts are in force", "");
                self.next.layouts = Arc::new(layouts);
                Vec::new()
            }
        }
    }
}
