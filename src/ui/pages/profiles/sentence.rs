//! The first line of the page: what waits, what is on trial, what has drifted; and what deserves a look.

use std::sync::Arc;

use super::drift;
use super::model::PageModel;
use super::words::{counted, number_word, number_word_first, tally};
use crate::model::profile::{ApplyPhase, ApplyRecord, Plan, Tuning};

/// The sentence of the page, made once for each change.
#[derive(Debug, Default)]
pub struct Head {
    made_of: Option<(Arc<Tuning>, u64, bool)>,
    /// What is to be looked at.
    pub strong: String,
    /// What is calm, or comes second.
    pub calm: String,
}

impl Head {
    /// Makes the sentence again where something changed. `plan` is the plan of what is on the page.
    pub fn refresh(&mut self, tuning: &Arc<Tuning>, model: &PageModel, plan: Option<&Plan>) {
        let is_fresh = self.made_of.as_ref().is_some_and(|(of, version, has_plan)| {
            Arc::ptr_eq(of, tuning) && *version == model.version && *has_plan == plan.is_some()
        });
        if is_fresh {
            return;
        }
        self.made_of = Some((tuning.clone(), model.version, plan.is_some()));
        (self.strong, self.calm) = sentence(tuning, model, plan);
    }
}

/// Both halves of the sentence.
fn sentence(tuning: &Tuning, model: &PageModel, plan: Option<&Plan>) -> (String, String) {
    if let Some(record) = tuning.running() {
        return running(record);
    }
    let (n_errors, n_warnings) = model.tally;
    let in_plan =
        plan.into_iter().flat_map(|plan| plan.problems.iter().chain(plan.files.iter().flat_map(|f| &f.problems)));
    let n_errors = n_errors + tally(in_plan).0;
    let second = match (n_errors, n_warnings) {
        (0, 0) => String::new(),
        (0, 1) => "One value deserves a second look.".into(),
        (0, n) => format!("{} values deserve a second look.", number_word_first(n)),
        (1, _) => "One fault stands in the way.".into(),
        (n, _) => format!("{} faults stand in the way.", number_word_first(n)),
    };
    let strong = standing(tuning, model, plan);
    // What cannot be applied is trouble: it comes first.
    if n_errors > 0 && model.n_changed == 0 { (second, strong) } else { (strong, second) }
}

/// How the profile stands to what is kept and to the files.
fn standing(tuning: &Tuning, model: &PageModel, plan: Option<&Plan>) -> String {
    let name = model.name();
    let has_files = !tuning.bindings.is_empty() && !model.is_machine();
    if model.n_changed > 0 {
        let n = number_word_first(model.n_changed);
        let (change, wait) = if model.n_changed == 1 { ("change", "waits") } else { ("changes", "wait") };
        return format!("{n} {change} {wait} to be {}.", if has_files { "applied" } else { "saved" });
    }
    if model.is_dirty {
        return "The text has changes that are not saved.".into();
    }
    if model.is_machine() {
        return match model.profile.entries.len() {
            0 => "Nothing is set for this machine alone.".into(),
            1 => "One value is set for this machine alone.".into(),
            n => format!("{} values are set for this machine alone.", number_word_first(n)),
        };
    }
    if tuning.bindings.is_empty() {
        return format!("{name} is not bound to any file yet.");
    }
    let is_active = tuning.active.as_ref() == Some(name);
    let n_waiting = plan.map_or(0, Plan::n_parameters);
    if !is_active {
        return match (plan, n_waiting) {
            (Some(_), 0) => format!("Every bound file already has the values of {name}."),
            (Some(plan), n) => {
                let values = if n == 1 { "value" } else { "values" };
                let files = counted(plan.files.len(), "file");
                format!("Applying {name} changes {} {values} in {files}.", number_word(n))
            }
            (None, _) => format!("{name} is not in force."),
        };
    }
    drift::sentence(&tuning.bindings).unwrap_or_else(|| match n_waiting {
        0 => format!("{name} is in force, and every file has its values."),
        1 => format!("One value of {name} waits to be applied."),
        n => format!("{} values of {name} wait to be applied.", number_word_first(n)),
    })
}

fn running(record: &ApplyRecord) -> (String, String) {
    let n: usize = record.files.iter().map(|file| file.n_changes).sum();
    let strong = match &record.phase {
        ApplyPhase::OnTrial { .. } if n == 1 => "One new value is on trial.".into(),
        ApplyPhase::OnTrial { .. } => format!("{} new values are on trial.", number_word_first(n)),
        ApplyPhase::RollingBack { .. } => format!("{} goes back.", record.profile),
        _ => format!("{} is being applied.", record.profile),
    };
    (strong, "Edits wait until you keep or roll back.".into())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::Timestamp;
    use crate::model::profile::{AppliedFile, ApplyId};

    #[test]
    fn what_runs_comes_before_everything_else() {
        let file = |n_changes| AppliedFile {
            binding: "a/.env".into(),
            path: "/srv/a/.env".into(),
            backup: None,
            n_changes,
            diff: Arc::new([]),
        };
        let record = |phase, files| ApplyRecord {
            id: ApplyId(1),
            profile: "production".into(),
            previous: None,
            at: Timestamp::from_millis(0),
            who: "ada".into(),
            phase,
            steps: Vec::new(),
            files,
        };
        let trial = ApplyPhase::OnTrial { until: Timestamp::from_millis(60_000) };
        let (strong, _) = running(&record(trial.clone(), vec![file(2), file(1)]));
        assert_eq!(strong, "Three new values are on trial.");
        assert_eq!(running(&record(trial, vec![file(1)])).0, "One new value is on trial.");
        assert_eq!(running(&record(ApplyPhase::Writing, vec![])).0, "production is being applied.");
    }
}
