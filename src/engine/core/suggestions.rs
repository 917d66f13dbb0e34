//! Suggestions as the core runs them: the trail is fed at each batch, one kind is looked at a tick in turn, and what
//! changed goes into the snapshot.

use std::sync::Arc;
use std::time::Duration;

use super::{Core, Effect};
use crate::analysis::{ProgramTotal, program_totals};
use crate::engine::jobs::Job;
use crate::engine::query_worker::Question;
use crate::engine::suggesting::draft::{Draft, taken_back};
use crate::engine::suggesting::facts::{facts, holds};
use crate::engine::tuning::TuningRequest;
use crate::model::profile::{ApplyCommand, Tuning};
use crate::model::suggest::{OutcomeVerdict, SuggestCommand};
use crate::model::{Annotation, AnnotationKind, Bucket, SeriesId, SeriesKey, Severity, Timestamp};
use crate::suggest::desk::{DeskEvent, Wanted};
use crate::suggest::put_back::PutBack;
use crate::suggest::{Desk, Evidence, Happening, Ledger, ProfileFacts, Trail, kinds};

/// Kinds looked at in a tick beside the next one, where what they look back on has just come.
const HURRIED_A_TICK: usize = 5;
/// How far back changes of settings and profiles are told to kinds.
const HAPPENED_WITHIN: Duration = Duration::from_secs(3600);

/// All about suggestions.
pub struct Advising {
    trail: Trail,
    desk: Desk,
    /// The kind that is looked at next.
    next_kind: usize,
    facts: Option<ProfileFacts>,
    programs: Vec<ProgramTotal>,
    /// Tuning as it was last looked at.
    tuning: Arc<Tuning>,
    has_asked: bool,
    /// Whether history was asked for the past that kinds look back on.
    has_asked_for_past: bool,
    /// Kinds that are looked at at once, because what they look back on has just come.
    n_hurried: usize,
    /// Whether the file was read: before that nothing is written over it.
    is_read: bool,
}

impl Default for Advising {
    fn default() -> Self {
        Self {
            trail: Trail::new(kinds::ALL.iter().flat_map(|kind| kind.wants.iter().copied())),
            desk: Desk::default(),
            next_kind: 0,
            facts: None,
            programs: Vec::new(),
            tuning: Arc::default(),
            has_asked: false,
            has_asked_for_past: false,
            n_hurried: 0,
            is_read: false,
        }
    }
}

impl Advising {
    /// The question for the past found no room: it is put again.
    pub(super) fn ask_for_past_again(&mut self) {
        self.has_asked_for_past = false;
    }
}

impl Core {
    /// Takes in what history holds of the last day, so that after a restart kinds look back as far as before. Where it could
    /// not be read they see what comes from now on.
    pub(super) fn past_found(&mut self, found: Result<Vec<(SeriesKey, Vec<Bucket>)>, String>) {
        let advising = &mut self.advising;
        for (key, buckets) in found.into_iter().flatten() {
            advising.trail.seed(&key, &buckets);
        }
        advising.n_hurried = kinds::ALL.len();
    }

    /// Asks for that past once, as soon as history is open and its series are known.
    fn ask_for_past(&mut self, at: Timestamp) -> Option<Effect> {
        let keys = self.advising.trail.keys();
        if self.advising.has_asked_for_past || keys.is_empty() {
            return None;
        }
        let asked = self.ask(Question::Trail { keys, until: at });
        self.advising.has_asked_for_past = asked.is_some();
        asked
    }

    /// Carries a command about suggestions out.
    pub(super) fn suggest_command(&mut self, command: SuggestCommand) -> Vec<Effect> {
        let active = self.next.tuning.active.as_ref();
        let title = match &command {
            SuggestCommand::TryIt(id) => self.next.advice.card(id).map(|card| card.suggestion.title.clone()),
            _ => None,
        };
        let Advising { desk, trail, .. } = &mut self.advising;
        let outcome = desk.command(command, active, trail, self.now);
        let outcome = outcome.and_then(|wanted| {
            let Some(wanted) = wanted else { return Ok(Vec::new()) };
            self.plan_of(&wanted, &title.unwrap_or_default()).map(|effect| vec![effect])
        });
        let mut effects = outcome.unwrap_or_else(|why| {
            self.tell(Severity::Warning, "Nothing was changed about the suggestion", why);
            Vec::new()
        });
        effects.extend(self.publish_advice(self.now));
        effects
    }

    /// The plan of a change of the profile in force.
    fn plan_of(&mut self, wanted: &Wanted, title: &str) -> Result<Effect, String> {
        let draft = Draft::of(&self.next.tuning, wanted, title)?;
        let plan = ApplyCommand::Plan {
            profile: draft.profile.clone(),
            bindings: Vec::new(),
            draft: Some(draft.text.clone()),
        };
        self.advising.desk.note_before(draft.put_back);
        Ok(Effect::Tuning(TuningRequest::Apply(plan)))
    }

    /// Takes the values of a batch in.
    pub(super) fn follow_for_advice(&mut self, at: Timestamp, values: &[(SeriesId, f32)]) {
        self.advising.trail.take(at, &self.next.series, values);
    }

    /// Looks at the next kind, at how applies went on, and at what came of what was done.
    pub(super) fn advise(&mut self, at: Timestamp) -> Vec<Effect> {
        let mut effects = Vec::new();
        if !std::mem::replace(&mut self.advising.has_asked, true) {
            effects.push(Effect::Job(Job::ReadSuggestions(self.next.folders.data.clone())));
        }
        effects.extend(self.ask_for_past(at));
        if !Arc::ptr_eq(&self.advising.tuning, &self.next.tuning) {
            self.follow_tuning(at);
        }
        let n = 1 + self.advising.n_hurried.min(HURRIED_A_TICK);
        self.advising.n_hurried = self.advising.n_hurried.saturating_sub(HURRIED_A_TICK);
        let happenings = happenings(&self.next.annotations, at);
        for _ in 0..n {
            self.look_at_next_kind(&happenings, at);
        }
        let advising = &mut self.advising;
        advising.desk.judge(&advising.trail, at);
        effects.extend(self.publish_advice(at));
        effects
    }

    fn look_at_next_kind(&mut self, happenings: &[Happening], at: Timestamp) {
        let advising = &mut self.advising;
        let kind = advising.next_kind;
        if kind == 0 {
            advising.programs = program_totals(&self.next.processes.rows);
        }
        let evidence = Evidence {
            now: at,
            machine: &self.next.machine,
            trail: &advising.trail,
            profile: advising.facts.as_ref(),
            happenings,
            programs: &advising.programs,
            databases: &self.next.services.databases,
            units: &self.next.settings.units,
        };
        if let Some(about) = kinds::ALL.get(kind) {
            let verdict = (about.look)(&evidence);
            advising.desk.looked(kind, verdict, at);
        }
        advising.next_kind = (kind + 1) % kinds::ALL.len();
    }

    /// Takes in how profiles and applies stand now.
    fn follow_tuning(&mut self, at: Timestamp) {
        let tuning = self.next.tuning.clone();
        // Before the apply thread has read its journal nothing can be said of any apply.
        if tuning.profiles.is_empty() {
            return;
        }
        let advising = &mut self.advising;
        advising.facts = facts(&tuning);
        let Advising { desk, trail, .. } = advising;
        desk.follow(&tuning.applies, |profile, key| holds(&tuning, profile, key), trail, at);
        advising.tuning = tuning;
    }

    /// Puts what changed into the snapshot and into the file, and tells what came of what was done.
    fn publish_advice(&mut self, at: Timestamp) -> Vec<Effect> {
        let mut effects = Vec::new();
        for event in self.advising.desk.take_events() {
            match event {
                DeskEvent::Judged { title, change, verdict } => self.tell_judged(&title, &change, verdict),
                DeskEvent::RolledBack { title, put_back } => {
                    effects.extend(put_back.and_then(|put_back| self.profile_taken_back(&title, &put_back)));
                }
                DeskEvent::Raised { .. } | DeskEvent::Ended { .. } => {}
            }
        }
        if self.advising.desk.take_changed() {
            let advice = self.advising.desk.advice(at, self.advising.trail.n_left_out());
            self.next.advice = Arc::new(advice);
        }
        if self.advising.is_read
            && let Some(ledger) = self.advising.desk.take_unsaved()
        {
            let folder = self.next.folders.data.clone();
            effects.push(Effect::Job(Job::WriteSuggestions { folder, ledger: Box::new(ledger) }));
        }
        effects
    }

    fn tell_judged(&mut self, title: &str, change: &str, verdict: OutcomeVerdict) {
        let (severity, words) = match verdict {
            OutcomeVerdict::Helped => (Severity::Success, "it helped"),
            OutcomeVerdict::Worse => (Severity::Warning, "it made things worse"),
            OutcomeVerdict::NoEffect => (Severity::Info, "no effect was seen"),
            OutcomeVerdict::TooEarly => return,
        };
        self.tell(severity, format!("{title}: {words}"), change.to_owned());
    }

    /// The files are as they were, so the profile has to be as well: else the next plan would make the change again.
    fn profile_taken_back(&mut self, title: &str, put_back: &PutBack) -> Option<Effect> {
        let command = taken_back(&self.next.tuning, put_back, title)?;
        let PutBack { profile, key, .. } = put_back;
        let detail = format!("{title}: its trial went back, in the files and in {profile}");
        self.tell(Severity::Info, format!("{key} of {profile} is as before the trial"), detail);
        Some(Effect::Tuning(TuningRequest::Profile(command)))
    }

    /// Takes over what an earlier run kept.
    pub(super) fn suggestions_read(&mut self, ledger: Ledger) {
        self.advising.is_read = true;
        self.advising.desk.remember(ledger);
        // What was on trial then is looked for among the applies of now.
        self.advising.tuning = Arc::default();
    }
}

/// Changes of settings and profiles within the last hour, oldest first.
fn happenings(annotations: &[Annotation], now: Timestamp) -> Vec<Happening> {
    let newest_first = annotations.iter().rev().take_while(|note| now.since(note.text.at) <= HAPPENED_WITHIN);
    let is_change = |note: &&Annotation| matches!(note.text.kind, AnnotationKind::Settings | AnnotationKind::Profile);
    let mut found: Vec<Happening> = newest_first
        .filter(is_change)
        .map(|note| Happening { at: note.text.at, text: note.text.text.clone() })
        .collect();
    found.reverse();
    found
}
