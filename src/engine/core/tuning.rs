//! Tuning as the core knows it: the newest of it in the snapshot, and the notices and notes that come of its changes.

use std::sync::Arc;

use super::{Core, Effect};
use crate::engine::tuning::{ASKED_FOR, TuningEvent, TuningRequest};
use crate::model::profile::{
    ApplyPhase, ApplyRecord, BindingState, BoundValue, ProfileName, SeenIn, StepState, Tuning,
};
use crate::model::{Annotation, AnnotationKind, AnnotationText, Command, Severity, Timestamp};

/// How a note begins the line that says which profile is in force from then on.
const IN_FORCE: &str = "In force: ";
/// What stands there where none is.
const NONE: &str = "no profile";
/// Values that a notice about drift names.
const MAX_NAMED: usize = 3;

/// The profile in force at a moment, by the last note up to then that says so.
pub fn profile_at(annotations: &[Annotation], at: Timestamp) -> Option<ProfileName> {
    let upto = annotations.partition_point(|annotation| annotation.text.at <= at);
    let told = annotations[..upto].iter().rev().filter(|a| a.text.kind == AnnotationKind::Profile);
    let name = told.filter_map(|a| a.text.detail.lines().find_map(|line| line.strip_prefix(IN_FORCE))).next()?;
    (name != NONE).then(|| name.into())
}

/// The note of an apply that went this far; `None` while it is under way.
pub fn note_of(record: &ApplyRecord, active: Option<&ProfileName>, at: Timestamp) -> Option<AnnotationText> {
    let name = &record.profile;
    let text = match &record.phase {
        ApplyPhase::OnTrial { .. } => format!("{name} applied to {}", files_text(record)),
        ApplyPhase::Kept => format!("{name} kept"),
        ApplyPhase::RolledBack { why } => format!("{name} rolled back: {why}"),
        ApplyPhase::Stuck { why } => format!("{name} could not be rolled back wholly: {why}"),
        ApplyPhase::Writing | ApplyPhase::Reloading | ApplyPhase::Verifying | ApplyPhase::RollingBack { .. } => {
            return None;
        }
    };
    let active = active.map_or(NONE, |active| active);
    let files: String = record.files.iter().map(|file| format!("\n{}", file.path.display())).collect();
    let detail = format!("{IN_FORCE}{active}\nBy {}{files}", record.who);
    let note = AnnotationText { detail: detail.into(), ..AnnotationText::at(at, AnnotationKind::Profile, text) };
    Some(note.bounded())
}

/// "2 files".
fn files_text(record: &ApplyRecord) -> String {
    match record.files.len() {
        1 => "1 file".into(),
        n => format!("{n} files"),
    }
}

/// What stands in the notice while an apply waits to be kept.
fn on_trial_text(record: &ApplyRecord) -> String {
    format!("{} is on trial", record.profile)
}

impl Core {
    /// Passes on what a client asks about tuning.
    pub(super) fn tuning_command(&self, command: Command) -> Vec<Effect> {
        let request = match command {
            Command::Profile(command) => TuningRequest::Profile(command),
            Command::Binding(command) => TuningRequest::Binding(command),
            Command::Apply(command) => TuningRequest::Apply(command),
            _ => return Vec::new(),
        };
        vec![Effect::Tuning(request)]
    }

    /// Takes in what the apply thread tells.
    pub(super) fn tuning_event(&mut self, event: TuningEvent) {
        match event {
            TuningEvent::Now { tuning, .. } => {
                let before = std::mem::replace(&mut self.next.tuning, Arc::new(*tuning));
                let after = self.next.tuning.clone();
                self.tell_applies(&before, &after);
                self.tell_bindings(&before, &after);
            }
            TuningEvent::Recovered { record, how, at } => self.tell_recovered(&record, how, at),
            TuningEvent::Revealed { name, secret } => {
                self.next.tuning =
                    Arc::new(Tuning { revealed: Some((name, secret)), ..Tuning::clone(&self.next.tuning) });
            }
            TuningEvent::Told { severity, text, detail } => self.tell(severity, text, detail),
        }
    }

    /// Takes a secret out that was published once.
    pub(super) fn hide_secret(&mut self) {
        if self.next.tuning.revealed.is_some() {
            self.next.tuning = Arc::new(Tuning { revealed: None, ..Tuning::clone(&self.next.tuning) });
        }
    }

    /// Tells how applies went on. What was over when the apply thread opened its journal is no news.
    fn tell_applies(&mut self, before: &Tuning, after: &Tuning) {
        if before.profiles.is_empty() {
            return;
        }
        let mut is_explained = false;
        for record in after.applies.iter().rev() {
            let was = before.applies.iter().find(|old| old.id == record.id);
            if was.is_none_or(|was| !is_same_phase(&was.phase, &record.phase)) {
                self.tell_apply(record);
                let note = note_of(record, after.active.as_ref(), self.now);
                is_explained |= note.is_some();
                self.noted.extend(note);
            }
        }
        if let Some(active) = after.active.as_ref().filter(|_| !is_explained && before.active != after.active) {
            let text = format!("{active} in force; no file had to change");
            let note = AnnotationText::at(self.now, AnnotationKind::Profile, text);
            self.noted.push(AnnotationText { detail: format!("{IN_FORCE}{active}").into(), ..note }.bounded());
        }
    }

    fn tell_apply(&mut self, record: &ApplyRecord) {
        let name = &record.profile;
        let files = files_text(record);
        match &record.phase {
            ApplyPhase::OnTrial { until } => {
                let within = super::annotations::span_text(until.since(self.now));
                let go_back =
                    if record.files.len() == 1 { "it goes back by itself" } else { "they go back by themselves" };
                let detail = format!("{files} written; {go_back} unless it is kept within {within}");
                self.tell(Severity::Info, on_trial_text(record), detail);
            }
            ApplyPhase::Kept => {
                self.notices.withdraw(&on_trial_text(record));
                self.tell(Severity::Success, format!("{name} is in force"), format!("{files} written and kept"));
            }
            ApplyPhase::RolledBack { why } => {
                self.notices.withdraw(&on_trial_text(record));
                self.tell(rolled_back_severity(record, why), format!("{name} was rolled back"), why.clone());
            }
            ApplyPhase::Stuck { why } => {
                self.notices.withdraw(&on_trial_text(record));
                self.tell(Severity::Error, format!("{name} could not be rolled back wholly"), why.clone());
            }
            ApplyPhase::Writing | ApplyPhase::Reloading | ApplyPhase::Verifying | ApplyPhase::RollingBack { .. } => {}
        }
    }

    /// Tells which way an apply went that an earlier run left unfinished.
    fn tell_recovered(&mut self, record: &ApplyRecord, how: String, at: Timestamp) {
        let name = &record.profile;
        let (severity, text, why) = match &record.phase {
            ApplyPhase::RolledBack { why } => (Severity::Warning, format!("{name} was rolled back"), why.clone()),
            ApplyPhase::Kept => (Severity::Success, format!("{name} is in force"), "It had been kept".into()),
            ApplyPhase::Stuck { why } => {
                (Severity::Error, format!("{name} could not be rolled back wholly"), why.clone())
            }
            _ => (Severity::Warning, format!("{name} is not over"), "Its apply goes on".into()),
        };
        let detail = if how.is_empty() { why } else { how.into() };
        self.tell(severity, text, detail);
        let active = self.next.tuning.active.clone();
        self.noted.extend(note_of(record, active.as_ref(), at));
    }

    /// Tells of bound files that differ from the active profile or cannot be read, while that is so.
    fn tell_bindings(&mut self, before: &Tuning, after: &Tuning) {
        let all = |tuning: &Tuning| -> Vec<(String, String)> {
            tuning.bindings.iter().flat_map(|state| troubles(state, tuning)).collect()
        };
        let (was, now) = (all(before), all(after));
        for (text, _) in was.iter().filter(|told| !now.contains(told)) {
            self.notices.withdraw(text);
        }
        for (text, detail) in now.into_iter().filter(|told| !was.contains(told)) {
            self.tell(Severity::Warning, text, detail);
        }
    }
}

/// How much it matters that an apply went back: it was asked for, it failed, or nobody kept it.
fn rolled_back_severity(record: &ApplyRecord, why: &str) -> Severity {
    if why == ASKED_FOR {
        Severity::Success
    } else if record.steps.iter().any(|step| step.state == StepState::Failed) {
        Severity::Error
    } else {
        Severity::Warning
    }
}

fn is_same_phase(a: &ApplyPhase, b: &ApplyPhase) -> bool {
    std::mem::discriminant(a) == std::mem::discriminant(b)
}

/// What is the matter with a binding, each as a notice's text and detail.
fn troubles(state: &BindingState, tuning: &Tuning) -> Vec<(String, String)> {
    let path = state.binding.path.display();
    let active = tuning.active.as_deref().unwrap_or("the active profile");
    let mut told = Vec::new();
    if let Some(error) = &state.error {
        told.push((format!("{path} cannot be compared with the active profile"), error.to_string()));
    }
    for (seen_in, of) in [(SeenIn::File, ""), (SeenIn::Service, "The service of ")] {
        let values: Vec<&BoundValue> = state.drift.iter().filter(|value| value.seen_in == seen_in).collect();
        if !values.is_empty() {
            told.push((format!("{of}{path} differs from {active}"), drift_text(&values)));
        }
    }
    if let Some(why) = &state.unanswered {
        let detail = format!("{why}; whether it has the values of {active} is not known");
        told.push((format!("The service of {path} could not be asked"), detail));
    }
    told
}

/// "DB_POOL_MAX is 20 instead of 50; and 3 more".
fn drift_text(values: &[&BoundValue]) -> String {
    let named = values.iter().take(MAX_NAMED).map(|value| match &value.found {
        Some(found) => format!("{} is {found} instead of {}", value.key, value.expected),
        None => format!("{} is not there; {} is expected", value.key, value.expected),
    });
    let mut text = named.collect::<Vec<_>>().join("; ");
    if let Some(n) = values.len().checked_sub(MAX_NAMED).filter(|n| *n > 0) {
        text.push_str(&format!("; and {n} more"));
    }
    text
}
