//! The desk plans, applies, keeps and takes back.

use std::sync::Arc;
use std::time::Duration;

use super::desk::Desk;
use super::plans::{draw_up, newest_staying};
use super::{ASKED_FOR, bound_files, targets};
use crate::apply::ApplyError;
use crate::model::Severity;
use crate::model::profile::{ApplyCommand, ApplyId, ApplyPhase, BindingId, Plan, PlanId, ProblemKind, ProfileName};
use crate::profile::document;
use crate::profile::plan::NewContent;

/// How long an apply that is kept by itself may take to be kept.
const KEEP_BY_ITSELF_WITHIN: Duration = Duration::from_secs(60);
/// Who asked for a switch that the rules of detection turned on.
const BY_RULES: &str = "Perfdesk, by the rules of detection";

/// The plan that is looked at, with what it was made from.
pub struct Planned {
    plan: Arc<Plan>,
    contents: Vec<NewContent>,
    wanted: Wanted,
    /// The desk's generation when it was made.
    generation: u64,
}

/// What a plan is asked for.
#[derive(Debug, Clone)]
struct Wanted {
    profile: ProfileName,
    /// Which bindings; all where it is empty.
    bindings: Vec<BindingId>,
    /// The profile's text to plan with instead of the one that is kept.
    draft: Option<Arc<str>>,
}

impl Desk {
    pub(super) fn apply_command(&mut self, command: ApplyCommand) {
        let (what, outcome) = match command {
            ApplyCommand::Plan { profile, bindings, draft } => {
                (format!("{profile} was not planned"), self.plan(Wanted { profile, bindings, draft }))
            }
            ApplyCommand::Discard => {
                self.put_plan(None);
                return;
            }
            ApplyCommand::Apply { plan, keep_within } => {
                let who = self.who.clone();
                ("Nothing was applied".into(), self.apply(plan, keep_within, &who).map(drop))
            }
            ApplyCommand::Keep(id) => (format!("Apply {} was not kept", id.0), self.keep(id)),
            ApplyCommand::RollBack(id) => (format!("Apply {} stays as it is", id.0), self.roll_back(id, ASKED_FOR)),
        };
        if let Err(why) = outcome {
            self.tell(Severity::Error, what, why);
        }
    }

    fn put_plan(&mut self, planned: Option<Planned>) {
        self.now.plan = planned.as_ref().map(|planned| planned.plan.clone());
        self.planned = planned;
        self.changed();
    }

    fn plan(&mut self, wanted: Wanted) -> Result<(), String> {
        let planned = self.planned_for(wanted)?;
        self.put_plan(Some(planned));
        Ok(())
    }

    fn planned_for(&mut self, wanted: Wanted) -> Result<Planned, String> {
        let documents = &self.documents;
        let unknown = |id: &&BindingId| documents.bindings.iter().all(|binding| binding.id != **id);
        if let Some(id) = wanted.bindings.iter().find(unknown) {
            return Err(format!("There is no binding {id}"));
        }
        if documents.profile(&wanted.profile).is_none() && wanted.draft.is_none() {
            return Err(format!("There is no profile {}", wanted.profile));
        }
        let chosen =
            documents.bindings.iter().filter(|b| wanted.bindings.is_empty() || wanted.bindings.contains(&b.id));
        let files = bound_files::bound_files(&mut *self.world, chosen);
        let profiles: Arc<[_]> = match &wanted.draft {
            Some(text) => {
                let draft = Arc::new(document::read(&wanted.profile, text, &documents.catalogue, false, true));
                let others = documents.profiles.iter().filter(|profile| profile.name != wanted.profile).cloned();
                others.chain([draft]).collect()
            }
            None => documents.profiles.clone(),
        };
        let (id, secrets) = (self.next_plan, self.secrets());
        let (mut plan, contents) = draw_up(id, &wanted.profile, documents, &profiles, files, &secrets)?;
        targets::look_at(&mut *self.world, &mut plan, &contents);
        self.next_plan = PlanId(id.0 + 1);
        Ok(Planned { plan: Arc::new(plan), contents, wanted, generation: self.generation })
    }

    /// Carries out the plan that is looked at. `None` where every file has its values already. A plan that is refused stays
    /// there to be looked at, unless another takes its place.
    fn apply(&mut self, id: PlanId, keep_within: Duration, who: &str) -> Result<Option<ApplyId>, String> {
        let Some(mut planned) = self.planned.take_if(|planned| planned.plan.id == id) else {
            return Err("That plan is not the one shown any more: look at the one that is, or plan again".into());
        };
        match self.carry_out(&mut planned, keep_within, who) {
            Ok(id) => {
                self.put_plan(None);
                self.put_applies();
                Ok(id)
            }
            Err(why) => {
                self.planned.get_or_insert(planned);
                Err(why)
            }
        }
    }

    fn carry_out(
        &mut self,
        planned: &mut Planned,
        keep_within: Duration,
        who: &str,
    ) -> Result<Option<ApplyId>, String> {
        if let Some(draft) = planned.wanted.draft.clone() {
            let name = planned.wanted.profile.clone();
            if self.documents.profile(&name).is_none_or(|kept| kept.text != draft) {
                self.save_profile(&name, &draft)?;
            }
            planned.wanted.draft = None;
        }
        if planned.generation != self.generation {
            let again = self.planned_for(planned.wanted.clone())?;
            if again.contents != planned.contents {
                self.put_plan(Some(again));
                return Err(
                    "A profile, a binding or a file changed since the plan was made: look at the new one".into()
                );
            }
            planned.generation = self.generation;
        }
        if planned.plan.files.is_empty() && planned.plan.n_unchanged > 0 && !has_errors(&planned.plan) {
            self.adopt(&planned.wanted.profile);
            return Ok(None);
        }
        let applier = self.applier.as_mut().map_err(|why| why.clone())?;
        let begun = applier.begin(&planned.plan, planned.contents.clone(), who, keep_within);
        if let Err(ApplyError::ChangedSincePlan { .. }) = &begun {
            // What there is to see now is a plan of the files as they are.
            self.plan(planned.wanted.clone())?;
        }
        begun.map(Some).map_err(|e| e.to_string())
    }

    /// Takes a profile as the one in force whose values all bound files have already.
    fn adopt(&mut self, name: &ProfileName) {
        self.memory.adopt(name, newest_staying(&self.now.applies));
        self.remember();
        self.put_active();
        self.tell(Severity::Success, format!("{name} is in force"), "Every bound file had its values already");
        self.compare();
        self.ask_all();
    }

    fn keep(&mut self, id: ApplyId) -> Result<(), String> {
        let applier = self.applier.as_mut().map_err(|why| why.clone())?;
        applier.keep(id).map_err(|e| e.to_string())?;
        self.put_applies();
        self.compare();
        Ok(())
    }

    /// Begins to take an apply back, for this reason.
    ///
    /// # Errors
    /// Why it stays as it is.
    pub fn roll_back(&mut self, id: ApplyId, why: &str) -> Result<(), String> {
        let applier = self.applier.as_mut().map_err(|why| why.clone())?;
        applier.roll_back(id, why).map_err(|e| e.to_string())?;
        self.put_applies();
        Ok(())
    }

    /// Keeps what was put in force by the rules once it is verified.
    pub(super) fn keep_by_itself(&mut self) {
        let Some(id) = self.kept_by_itself else { return };
        let record = self.now.applies.iter().find(|record| record.id == id);
        match record.map(|record| &record.phase) {
            Some(ApplyPhase::OnTrial { .. }) => {
                self.kept_by_itself = None;
                if let Err(why) = self.keep(id) {
                    self.tell(Severity::Error, "It was not kept", why);
                }
            }
            Some(phase) if phase.is_over() => self.kept_by_itself = None,
            _ => {}
        }
    }

    /// Applies the profile of the environment that this seems to be, where the rules turn that on.
    pub(super) fn switch_by_itself(&mut self) {
        let Some(profile) = self.now.detection.profile.clone().filter(|_| self.documents.rules.switch_by_itself) else {
            return;
        };
        if self.now.active.as_ref() == Some(&profile) || self.documents.bindings.is_empty() || self.running().is_some()
        {
            return;
        }
        let outcome = self.plan(Wanted { profile: profile.clone(), bindings: Vec::new(), draft: None });
        let outcome = outcome.and_then(|()| {
            let id = self.planned.as_ref().map_or(PlanId(0), |planned| planned.plan.id);
            self.apply(id, KEEP_BY_ITSELF_WITHIN, BY_RULES)
        });
        match outcome {
            Ok(id) => self.kept_by_itself = id,
            Err(why) => {
                self.tell(Severity::Warning, format!("{profile} was not put in force by the rules of detection"), why);
            }
        }
    }
}

fn has_errors(plan: &Plan) -> bool {
    plan.problems.iter().any(|problem| problem.kind == ProblemKind::Error)
}
