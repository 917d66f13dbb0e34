//! Suggestions as the core runs them: the trail is fed at each batch, one kind is looked at a tick in turn, and what
//! changed goes into the snapshot.

use std::sync::Arc;
use std::time::Duration;

use super::{Core, Effect};
use crate::analysis::{ProgramTotal, program_totals};
use crate::engine::jobs::Job;
use crate::engine::suggesting::draft::Draft;
use crate::engine::suggesting::facts::{facts, holds};
use crate::engine::tuning::TuningRequest;
use crate::model::profile::{ApplyCommand, ApplyId, Tuning};
use crate::model::suggest::{OutcomeVerdict, SuggestCommand};
use crate::model::{Annotation, AnnotationKind, SeriesId, Severity, Timestamp};
use crate::suggest::desk::{DeskEvent, Wanted};
use crate::suggest::{Desk, Evidence, Happening, Ledger, ProfileFacts, Trail, kinds};

/// How far back changes of settings and profiles are told to kinds.
const HAPPENED_WITHIN: Duration = Duration::from_secs(3600);
/// Drafts that are remembered in case their apply goes back.
const MAX_DRAFTS: usize = 20;

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
    drafts: Vec<Draft>,
    has_asked: bool,
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
            drafts: Vec::new(),
            has_asked: false,
            is_read: false,
        }
    }
}

impl Core {
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
        let draft = Draft::of(&self.next.tuning, wanted, &format!("suggested: {title}"))?;
        let plan = ApplyCommand::Plan {
            profile: draft.profile.clone(),
            bindings: Vec::new(),
            draft: Some(draft.text.clone()),
        };
        let drafts = &mut self.advising.drafts;
        drafts.push(draft);
        let n = drafts.len().saturating_sub(MAX_DRAFTS);
        drafts.drain(..n);
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
        if !Arc::ptr_eq(&self.advising.tuning, &self.next.tuning) {
            self.follow_tuning(at);
        }
        let happenings = happenings(&self.next.annotations, at);
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
            happenings: &happenings,
            programs: &advising.programs,
            units: &self.next.settings.units,
        };
        if let Some(about) = kinds::ALL.get(kind) {
            let verdict = (about.look)(&evidence);
            advising.desk.looked(kind, verdict, at);
        }
        advising.next_kind = (kind + 1) % kinds::ALL.len();
        advising.desk.judge(&advising.trail, at);
        effects.extend(self.publish_advice(at));
        effects
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
                DeskEvent::RolledBack { apply } => effects.extend(self.profile_taken_back(apply)),
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
    fn profile_taken_back(&mut self, apply: ApplyId) -> Option<Effect> {
        let record = self.next.tuning.applies.iter().find(|record| record.id == apply)?;
        let at = self.advising.drafts.iter().rposition(|draft| draft.profile == record.profile)?;
        let command = self.advising.drafts.remove(at).taken_back(&self.next.tuning)?;
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
