//! The desk: every document, binding, plan and apply of one config and data folder, worked at by one thread.
//!
//! It is asked with [`Desk::take`], goes on by itself with [`Desk::go_on`], and says what there is to tell with
//! [`Desk::take_events`]. Only one process works at a desk at a time: the caller holds the data folder.

use std::collections::VecDeque;
use std::sync::Arc;
use std::time::Duration;

use super::applying::Planned;
use super::documents::Documents;
use super::memory::Memory;
use super::plans::newest_staying;
use super::{PROGRAM_ENDED, TuningEvent, TuningRequest};
use crate::apply::config::{self, DocumentId};
use crate::apply::world::World;
use crate::apply::{Applier, Heed, Recovery, evidence, secrets};
use crate::model::profile::{ApplyId, ApplyPhase, ApplyRecord, BindingId, PlanId, Tuning};
use crate::model::{Folders, Severity, Timestamp};
use crate::profile::detect::{self, Evidence};
use crate::store::document::Stamp;

/// Applies in a snapshot.
const MAX_APPLIES: usize = 200;
/// Time between two comparisons of bound files that nobody changed.
pub(super) const COMPARE_EVERY: Duration = Duration::from_secs(60);

/// All of it.
pub struct Desk {
    pub(super) folders: Folders,
    /// Reads bound files and the clocks; the applier has a world of its own.
    pub(super) world: Box<dyn World>,
    /// Carries plans out; why it cannot, where its journal cannot be used.
    pub(super) applier: Result<Applier, String>,
    pub(super) documents: Documents,
    /// Counts changes of documents and secrets: a plan made before one may be out of date.
    pub(super) generation: u64,
    pub(super) document_stamps: Vec<(DocumentId, config::Stamp)>,
    pub(super) file_stamps: Vec<Stamp>,
    /// Monotonic time of the last comparison.
    pub(super) compared: Option<Duration>,
    /// Bindings whose services are to be asked.
    pub(super) questions: VecDeque<BindingId>,
    pub(super) evidence: Evidence,
    pub(super) memory: Memory,
    pub(super) planned: Option<Planned>,
    pub(super) next_plan: PlanId,
    /// The apply that is kept by itself once it is verified.
    pub(super) kept_by_itself: Option<ApplyId>,
    pub(super) who: Arc<str>,
    pub(super) now: Tuning,
    /// Whether `now` changed since it was told; `Some(true)` where nobody waits for it.
    changed: Option<bool>,
    pub(super) events: Vec<TuningEvent>,
}

impl Desk {
    /// Reads everything, puts right what an earlier run left unfinished, and looks at the environment. `make_world` is
    /// called twice. `who` stands in the records of applies.
    pub fn open(folders: &Folders, make_world: &dyn Fn() -> Box<dyn World>, who: impl Into<Arc<str>>) -> Self {
        let opened = Applier::open(make_world(), &folders.data);
        let (applier, recoveries) = match opened {
            Ok((applier, recoveries)) => (Ok(applier), recoveries),
            Err(e) => (Err(e.to_string()), Vec::new()),
        };
        // Before the reading: what is edited meanwhile is then seen as an edit.
        let document_stamps = config::stamps(&folders.config);
        let documents = Documents::read(&folders.config);
        let evidence = evidence::gather(documents.rules.variables());
        let mut desk = Self {
            world: make_world(),
            document_stamps,
            file_stamps: Vec::new(),
            compared: None,
            questions: VecDeque::new(),
            memory: Memory::read(&folders.data),
            folders: folders.clone(),
            applier,
            documents,
            generation: 0,
            evidence,
            planned: None,
            next_plan: PlanId(1),
            kept_by_itself: None,
            who: who.into(),
            now: Tuning::default(),
            changed: None,
            events: Vec::new(),
        };
        if let Err(why) = &desk.applier {
            let why = why.clone();
            desk.tell(Severity::Error, "Nothing can be applied", why);
        }
        desk.put_documents();
        desk.put_applies();
        desk.tell_faults(&[]);
        desk.compare();
        desk.told();
        desk.tell_recoveries(&recoveries);
        desk.switch_by_itself();
        desk
    }

    /// Everything as it is now.
    pub fn tuning(&self) -> &Tuning {
        &self.now
    }

    /// The wall clock of the desk's world.
    pub fn wall_time(&self) -> Timestamp {
        self.world.now()
    }

    /// What there is to tell since the last call.
    pub fn take_events(&mut self) -> Vec<TuningEvent> {
        self.told();
        std::mem::take(&mut self.events)
    }

    /// Does what is asked.
    pub fn take(&mut self, request: TuningRequest) {
        match request {
            TuningRequest::LookAround => self.look_around(),
            TuningRequest::Profile(command) => self.profile_command(command),
            TuningRequest::Binding(command) => self.binding_command(command),
            TuningRequest::Apply(command) => self.apply_command(command),
        }
    }

    /// The apply that is not over.
    pub fn running(&self) -> Option<&Arc<ApplyRecord>> {
        self.applier.as_ref().ok()?.running()
    }

    /// Whether there is a step to do now.
    pub fn has_steps(&self) -> bool {
        self.running().is_some_and(|record| !matches!(record.phase, ApplyPhase::OnTrial { .. }))
    }

    /// How long until what is on trial goes back by itself.
    pub fn deadline(&self) -> Option<Duration> {
        self.applier.as_ref().ok()?.deadline()
    }

    /// Does the next step of what is under way, begins to take back what was not kept in time, or asks a service.
    pub fn go_on(&mut self) {
        self.go_on_unless(&mut || None);
    }

    /// The same, but a step that waits is ended, and the apply goes back, as soon as `heed` says why. A question to a service
    /// that is not to be waited for is asked later.
    pub fn go_on_unless(&mut self, heed: Heed<'_>) {
        let is_step = self.has_steps();
        let is_late = self.deadline().is_some_and(|left| left.is_zero());
        if !is_step && !is_late && self.has_questions() {
            self.ask_next(heed);
            return;
        }
        let Ok(applier) = &mut self.applier else { return };
        if is_step {
            applier.advance_unless(heed);
        } else {
            applier.tick();
        }
        self.put_applies();
        self.keep_by_itself();
        if !self.has_steps() {
            self.compare();
            self.ask_all();
        }
    }

    /// Takes back what is under way or on trial: the program ends. The next start tells of it.
    pub fn close(&mut self) {
        let Some(id) = self.running().map(|record| record.id) else { return };
        if let Ok(applier) = &mut self.applier {
            // Refused where it goes back already.
            let _ = applier.roll_back(id, PROGRAM_ENDED);
            while applier.advance().is_some() {}
        }
        self.memory.leave(id, self.world.now());
        self.remember();
    }

    /// Says something to the person.
    pub(super) fn tell(&mut self, severity: Severity, text: impl Into<String>, detail: impl Into<String>) {
        // What changed comes before what is said of it.
        self.told();
        self.events.push(TuningEvent::Told { severity, text: text.into(), detail: detail.into() });
    }

    /// Takes note that something changed that a person may wait for.
    pub(super) fn changed(&mut self) {
        self.changed = Some(false);
    }

    /// Takes note that something changed for which nobody waits.
    pub(super) fn changed_quietly(&mut self) {
        self.changed.get_or_insert(true);
    }

    fn told(&mut self) {
        if let Some(is_quiet) = self.changed.take() {
            self.events.push(TuningEvent::Now { tuning: Box::new(self.now.clone()), is_quiet });
        }
    }

    /// Keeps what was told, so that it is said once.
    pub(super) fn remember(&mut self) {
        if let Err(e) = self.memory.write(&self.folders.data) {
            self.tell(Severity::Warning, "What was told about profiles is told again at the next start", e.to_string());
        }
    }

    /// Puts the documents as they were read where everybody sees them. What is equal stays the same in memory.
    pub(super) fn put_documents(&mut self) {
        let (now, read) = (&mut self.now, &self.documents);
        put(&mut now.catalogue, &read.catalogue);
        put(&mut now.own_catalogue, &read.own_catalogue);
        put(&mut now.catalogue_problems, &read.catalogue_problems);
        let kept = |profile: &Arc<_>| now.profiles.iter().find(|old| *old == profile).unwrap_or(profile).clone();
        now.profiles = read.profiles.iter().map(kept).collect();
        if now.local != read.local {
            now.local.clone_from(&read.local);
        }
        put(&mut now.binding_problems, &read.binding_problems);
        put(&mut now.rules, &read.rules_text);
        put(&mut now.rule_problems, &read.rule_problems);
        let detection = detect::detect(&read.rules, &self.evidence, &read.names());
        put(&mut now.detection, &Arc::new(detection));
        self.put_active();
        self.changed();
    }

    /// Puts the applies and the active profile where everybody sees them.
    pub(super) fn put_applies(&mut self) {
        let Ok(applier) = &self.applier else { return };
        let records = applier.records();
        if records.len() != self.now.applies.len() || !records.iter().zip(&*self.now.applies).all(|(a, b)| a == b) {
            self.now.applies = records.into_iter().take(MAX_APPLIES).collect();
            self.changed();
        }
        self.put_active();
    }

    /// Puts the profile in force where everybody sees it.
    pub(super) fn put_active(&mut self) {
        let Ok(applier) = &self.applier else { return };
        let is_there = |name: &str| self.documents.profile(name).is_some();
        let active = self.memory.active(applier.active(), newest_staying(&self.now.applies), is_there);
        if self.now.active != active {
            self.now.active = active;
            self.changed();
        }
    }

    /// Reads documents that somebody edited, and compares bound files that somebody changed or that it is time for.
    fn look_around(&mut self) {
        let stamps = config::stamps(&self.folders.config);
        let has_edits = stamps != self.document_stamps;
        if has_edits {
            let before = self.documents.faulty();
            self.read_again();
            self.tell(Severity::Info, "Edited profile files were read again", "");
            self.tell_faults(&before);
            self.compare();
        }
        let is_due = self.compared.is_none_or(|last| self.world.monotonic().saturating_sub(last) >= COMPARE_EVERY);
        let stamps = super::bound_files::stamps(self.documents.bindings.iter());
        if is_due || stamps != self.file_stamps {
            self.compare();
        }
        if is_due || has_edits {
            self.ask_all();
        }
    }

    /// Reads all documents again.
    pub(super) fn read_again(&mut self) {
        self.document_stamps = config::stamps(&self.folders.config);
        self.documents = Documents::read(&self.folders.config);
        self.evidence = evidence::gather(self.documents.rules.variables());
        self.generation += 1;
        self.put_documents();
    }

    /// Tells of documents with errors that did not have the same before.
    fn tell_faults(&mut self, before: &[super::documents::Faulty]) {
        for faulty in self.documents.faulty().iter().filter(|faulty| !before.contains(faulty)) {
            let detail = format!("{}. The file is kept as it is", faulty.faults);
            self.tell(Severity::Warning, format!("{} has errors", faulty.file), detail);
        }
        for unread in self.documents.unread.clone() {
            self.tell(Severity::Warning, "A profile file was not read", unread);
        }
    }

    /// Tells what opening the journal put right, and what an earlier run could not tell.
    fn tell_recoveries(&mut self, recoveries: &[Recovery]) {
        let at = self.world.now();
        for recovery in recoveries {
            let id = match recovery {
                Recovery::TakenBack { id, .. } | Recovery::Finished { id, .. } | Recovery::Stuck { id, .. } => *id,
                Recovery::Unreadable { .. } => {
                    self.tell(Severity::Warning, "A past apply cannot be shown", recovery.to_string());
                    continue;
                }
            };
            self.tell_recovered(id, recovery.to_string(), at);
        }
        let untold = self.memory.take_untold();
        for left in &untold {
            // A process that was ended while it took an apply back left the rest of it to this start.
            let is_told = self
                .events
                .iter()
                .any(|event| matches!(event, TuningEvent::Recovered { record, .. } if record.id.0 == left.apply));
            if !is_told {
                self.tell_recovered(ApplyId(left.apply), String::new(), left.at);
            }
        }
        if !untold.is_empty() {
            self.remember();
        }
    }

    fn tell_recovered(&mut self, id: ApplyId, how: String, at: Timestamp) {
        if let Some(record) = self.now.applies.iter().find(|record| record.id == id) {
            self.events.push(TuningEvent::Recovered { record: record.clone(), how, at });
        }
    }

    /// The secret of this name, for a plan or a comparison.
    pub(super) fn secrets(&self) -> impl Fn(&str) -> Option<String> + use<> {
        let config = self.folders.config.clone();
        move |name| secrets::read(&config, name).ok().flatten().map(|secret| secret.0.to_string())
    }
}

/// Replaces a shared part only where it is another.
fn put<T: PartialEq + ?Sized>(place: &mut Arc<T>, with: &Arc<T>) {
    if *place != *with {
        *place = with.clone();
    }
}
