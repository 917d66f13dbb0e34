//! Rules being edited: their forms as they stand, and the rules they came from. Nothing here draws.
//!
//! A draft is the page's own until it is saved; it lives while other pages are on the screen.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::form::Form;
use crate::model::alert::{Alerting, Rule, RuleId};
use crate::ui::edits::Edits;

/// The key of the rule that is new and has no name in files yet.
pub const NEW: &str = "";

/// One rule being edited.
#[derive(Debug, Clone)]
pub struct Draft {
    edits: Edits<Form, u64>,
    /// As the engine has it; `None` where it is new.
    kept: Option<Arc<Rule>>,
    /// The same as a form.
    kept_form: Arc<Form>,
    is_overtaken: bool,
}

impl Draft {
    fn of(kept: Arc<Rule>) -> Self {
        let form = Arc::new(Form::of(&kept));
        Self { kept: Some(kept), ..Self::new(form) }
    }

    fn new(form: Arc<Form>) -> Self {
        Self { kept_form: form.clone(), edits: Edits::new(form), kept: None, is_overtaken: false }
    }

    /// As it stands.
    pub fn form(&self) -> &Arc<Form> {
        self.edits.now()
    }

    /// As the engine has it.
    pub fn kept(&self) -> Option<&Arc<Rule>> {
        self.kept.as_ref()
    }

    /// The same as a form; of a new rule the empty one.
    pub fn kept_form(&self) -> &Arc<Form> {
        &self.kept_form
    }

    /// Whether there is something to save.
    pub fn is_dirty(&self) -> bool {
        self.kept.is_none() || *self.form() != self.kept_form
    }

    /// Whether somebody else changed the rule since the edits began.
    pub fn is_overtaken(&self) -> bool {
        self.is_overtaken && self.is_dirty()
    }

    /// Another form. Edits with the same `step` in a row are one step of undo; without one each stands alone.
    pub fn set(&mut self, form: Form, step: Option<u64>) {
        self.edits.set(Arc::new(form), step);
    }

    /// Whether there is something to undo.
    pub fn can_undo(&self) -> bool {
        self.edits.can_undo()
    }

    /// Whether there is something to redo.
    pub fn can_redo(&self) -> bool {
        self.edits.can_redo()
    }

    /// Takes in what the engine has now; true where that changes what is shown.
    fn follow(&mut self, kept: &Arc<Rule>) -> bool {
        if self.kept.as_ref().is_some_and(|mine| Arc::ptr_eq(mine, kept) || **mine == **kept) {
            return false;
        }
        let was_dirty = self.is_dirty();
        let form = Arc::new(Form::of(kept));
        let is_other = *form != *self.kept_form;
        self.kept = Some(kept.clone());
        self.kept_form = form.clone();
        if !was_dirty && is_other {
            *self = Self::of(kept.clone());
        }
        self.is_overtaken = (self.is_overtaken || is_other) && *self.form() != form;
        true
    }
}

/// Every draft, by the name its rule has in files.
#[derive(Debug, Default)]
pub struct Drafts {
    all: BTreeMap<RuleId, Draft>,
    revision: u64,
}

impl Drafts {
    /// Grows with every change of any draft.
    pub fn revision(&self) -> u64 {
        self.revision
    }

    /// The draft of a rule, if it is there.
    pub fn get(&self, id: &str) -> Option<&Draft> {
        self.all.get(id)
    }

    /// Whether a rule has unsaved changes.
    pub fn is_dirty(&self, id: &str) -> bool {
        self.get(id).is_some_and(Draft::is_dirty)
    }

    /// Begins to edit a rule, or goes on with it.
    pub fn open(&mut self, rule: &Arc<Rule>) {
        if !self.all.contains_key(&rule.id) {
            // What was only looked at needs no place.
            self.all.retain(|_, draft| draft.is_dirty() || draft.can_undo());
            self.all.insert(rule.id.clone(), Draft::of(rule.clone()));
            self.revision += 1;
        }
    }

    /// Begins a new rule.
    pub fn begin(&mut self, form: Form) {
        self.revision += 1;
        self.all.insert(NEW.into(), Draft::new(Arc::new(form)));
    }

    /// Takes a draft away.
    pub fn drop(&mut self, id: &str) {
        self.revision += 1;
        self.all.remove(id);
    }

    /// Changes a draft.
    pub fn set(&mut self, id: &str, form: Form, step: Option<u64>) {
        if let Some(draft) = self.all.get_mut(id)
            && **draft.form() != form
        {
            draft.set(form, step);
            self.revision += 1;
        }
    }

    /// Goes back or forward one step.
    pub fn step(&mut self, id: &str, is_back: bool) {
        if let Some(draft) = self.all.get_mut(id) {
            if is_back {
                draft.edits.undo();
            } else {
                draft.edits.redo();
            }
            self.revision += 1;
        }
    }

    /// Everything unsaved of a rule is taken back, as a step that can be undone.
    pub fn discard(&mut self, id: &str) {
        if let Some(draft) = self.all.get_mut(id) {
            draft.set((*draft.kept_form).clone(), None);
            draft.is_overtaken = false;
            self.revision += 1;
        }
    }

    /// The unsaved edits stay, over whatever the engine has.
    pub fn keep_mine(&mut self, id: &str) {
        if let Some(draft) = self.all.get_mut(id) {
            draft.is_overtaken = false;
        }
    }

    /// Takes in the rules there are; drafts of rules that are gone go with them.
    pub fn follow(&mut self, alerts: &Alerting) {
        let mut is_changed = false;
        self.all.retain(|id, draft| {
            if &**id == NEW {
                return true;
            }
            let kept = alerts.rule(id);
            is_changed |= kept.is_none_or(|status| draft.follow(&status.rule));
            kept.is_some()
        });
        self.revision += u64::from(is_changed);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::alert::document::read_rule;
    use crate::model::alert::RuleStatus;

    fn rule(hold: &str, is_paused: bool) -> Arc<Rule> {
        let text = format!(r#"(id: "cpu", name: "CPU", when: ["a.b > 5"], for: "{hold}", paused: {is_paused})"#);
        Arc::new(read_rule(&text).expect("a rule"))
    }

    fn alerts(rule: Arc<Rule>) -> Alerting {
        let status = RuleStatus {
            rule,
            is_shipped: false,
            problems: Arc::new([]),
            phase: Default::default(),
            reason: "".into(),
            instances: Arc::new([]),
            n_instances: 0,
            n_firing: 0,
            n_left_out: 0,
            silence: None,
            deliveries: Arc::new([]),
        };
        Alerting { rules: vec![status].into(), ..Alerting::default() }
    }

    fn typed(drafts: &mut Drafts, hold: &str, step: Option<u64>) {
        let mut form = (**drafts.get("cpu").expect("open").form()).clone();
        form.hold = hold.into();
        drafts.set("cpu", form, step);
    }

    #[test]
    fn letters_typed_in_a_row_are_one_step_and_can_be_taken_back() {
        let mut drafts = Drafts::default();
        drafts.open(&rule("5 min", false));
        for text in ["1", "10", "10 m"] {
            typed(&mut drafts, text, Some(7));
        }
        typed(&mut drafts, "30 min", None);
        let hold = |drafts: &Drafts| drafts.get("cpu").expect("open").form().hold.clone();
        drafts.step("cpu", true);
        assert_eq!(hold(&drafts), "10 m");
        drafts.step("cpu", true);
        assert_eq!((hold(&drafts).as_str(), drafts.is_dirty("cpu")), ("5 min", false));
        drafts.step("cpu", false);
        assert_eq!(hold(&drafts), "10 m");
        drafts.discard("cpu");
        assert!(!drafts.is_dirty("cpu"));
        drafts.step("cpu", true);
        assert_eq!(hold(&drafts), "10 m");
    }

    #[test]
    fn what_is_saved_is_clean_and_what_others_change_is_told() {
        let mut drafts = Drafts::default();
        drafts.open(&rule("5 min", false));
        typed(&mut drafts, "2 min", None);
        drafts.follow(&alerts(rule("5 min", true)));
        assert!(!drafts.get("cpu").expect("open").is_overtaken(), "pausing is no change of the rule's text");
        drafts.follow(&alerts(rule("9 min", false)));
        assert!(drafts.get("cpu").expect("open").is_overtaken());
        drafts.keep_mine("cpu");
        assert!(!drafts.get("cpu").expect("open").is_overtaken());
        drafts.follow(&alerts(rule("2 min", false)));
        assert!(!drafts.is_dirty("cpu"));
        drafts.follow(&Alerting::default());
        assert!(drafts.get("cpu").is_none());
    }
}
