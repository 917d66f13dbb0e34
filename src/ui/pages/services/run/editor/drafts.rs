//! Forms being written: as they stand, and those they came from. A form stays while other services are looked at, until it
//! is saved or discarded. Nothing here draws.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::Arc;

use super::form::Form;
use crate::model::run::Run;
use crate::model::service::Services;
use crate::ui::edits::Edits;
use crate::ui::file_dialog::FilePurpose;

/// One form.
#[derive(Debug)]
pub(super) struct Draft {
    /// The form; letters typed into one field are one step.
    edits: Edits<Form, u64>,
    /// How it is run as the engine has it; `None` where it is not run.
    kept: Option<Arc<Run>>,
    kept_form: Arc<Form>,
    /// Whether what the engine has changed under what is written.
    is_overtaken: bool,
    /// The step of the warm-up whose fields are shown.
    pub open_step: Option<u64>,
}

impl Draft {
    fn new(service: &str, kept: Option<Arc<Run>>) -> Self {
        let form = Arc::new(kept.as_ref().map_or_else(|| Form::new(service), |run| Form::of(run)));
        Self { kept_form: form.clone(), edits: Edits::new(form), kept, is_overtaken: false, open_step: None }
    }

    /// As it stands.
    pub(super) fn form(&self) -> &Arc<Form> {
        self.edits.now()
    }

    /// As the engine has it.
    pub(super) fn kept(&self) -> Option<&Arc<Run>> {
        self.kept.as_ref()
    }

    /// Whether something is written that is not saved.
    pub(super) fn is_dirty(&self) -> bool {
        *self.form() != self.kept_form
    }

    /// Whether somebody else changed how it is run since.
    pub(super) fn is_overtaken(&self) -> bool {
        self.is_overtaken && self.is_dirty()
    }

    /// Another form. Edits with the same `step` in a row are one step of undo; without one each stands alone.
    pub(super) fn set(&mut self, form: Form, step: Option<u64>) {
        self.edits.set(Arc::new(form), step);
    }

    /// Whether there is something to undo.
    pub(super) fn can_undo(&self) -> bool {
        self.edits.can_undo()
    }

    /// Whether there is something to redo.
    pub(super) fn can_redo(&self) -> bool {
        self.edits.can_redo()
    }

    /// Goes back one step.
    pub(super) fn undo(&mut self) {
        self.edits.undo();
    }

    /// Goes forward one step.
    pub(super) fn redo(&mut self) {
        self.edits.redo();
    }

    /// Takes everything back that is not saved, as a step that can be undone.
    pub(super) fn discard(&mut self) {
        self.set(Form::clone(&self.kept_form), None);
        self.is_overtaken = false;
    }

    /// Takes in what the engine has now.
    fn follow(&mut self, services: &Services, service: &str) {
        let now = services.setup.runs.iter().find(|run| *run.service == *service);
        if now == self.kept.as_deref() {
            return;
        }
        let was_dirty = self.is_dirty();
        self.kept = now.cloned().map(Arc::new);
        self.kept_form = Arc::new(now.map_or_else(|| Form::new(service), Form::of));
        if was_dirty {
            self.is_overtaken = true;
        } else {
            self.edits = Edits::new(self.kept_form.clone());
        }
    }
}

/// Every form that is being written, and the one that is open.
#[derive(Debug, Default)]
pub(in super::super) struct Drafts {
    all: BTreeMap<Arc<str>, Draft>,
    open: Option<Arc<str>>,
    /// The service that was saved and does not stand in the list yet.
    awaited: Option<Arc<str>>,
}

impl Drafts {
    /// Whether a form is open.
    pub(in super::super) fn is_open(&self) -> bool {
        self.open.is_some()
    }

    /// Opens the form of a service; empty is a new one. What was written in it before stands there still.
    pub(in super::super) fn open(&mut self, services: &Services, service: &Arc<str>) {
        // One that nobody wrote in is made anew, so only those with something in them pile up.
        self.all.retain(|_, draft| draft.is_dirty());
        let kept = services.setup.runs.iter().find(|run| run.service == *service).cloned().map(Arc::new);
        self.all.entry(service.clone()).or_insert_with(|| Draft::new(service, kept));
        self.open = Some(service.clone());
        self.awaited = None;
    }

    /// Closes the form.
    pub(in super::super) fn close(&mut self) {
        self.open = None;
        self.awaited = None;
    }

    /// The open form, after what the engine has now was taken in.
    pub(super) fn current(&mut self, services: &Services) -> Option<&mut Draft> {
        let service = self.open.clone()?;
        let draft = self.all.get_mut(&service)?;
        draft.follow(services, &service);
        Some(draft)
    }

    /// The open form is saved: it is forgotten, and its service waited for.
    pub(super) fn saved(&mut self, service: &Arc<str>) {
        if let Some(open) = self.open.take() {
            self.all.remove(&open);
        }
        self.awaited = Some(service.clone());
    }

    /// The saved service, once it stands in the list; told once.
    pub(in super::super) fn arrived(&mut self, services: &Services) -> Option<Arc<str>> {
        self.awaited.take_if(|name| services.service(name).is_some())
    }

    /// Takes the answer of the file dialog into the open form.
    pub(in super::super) fn file_answered(&mut self, purpose: FilePurpose, answer: Result<PathBuf, bool>) {
        let Some(draft) = self.open.as_ref().and_then(|open| self.all.get_mut(open)) else { return };
        let mut form = Form::clone(draft.form());
        match purpose {
            FilePurpose::RunFolder => form.directory.answered(answer),
            _ => form.environment_file.answered(answer),
        }
        draft.set(form, None);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::service::ServiceSetup;

    fn services(command: &str) -> Services {
        let run = Run { service: "shop".into(), argv: vec![command.into()], ..Run::default() };
        let setup = ServiceSetup { runs: vec![run], ..ServiceSetup::default() };
        Services { setup: Arc::new(setup), ..Services::default() }
    }

    #[test]
    fn letters_in_a_row_are_one_step_and_what_is_written_outlives_a_change_elsewhere() {
        let mut drafts = Drafts::default();
        drafts.open(&services("a"), &"shop".into());
        let draft = drafts.current(&services("a")).expect("open");
        for text in ["ab", "abc"] {
            draft.set(Form { command: text.into(), ..Form::clone(draft.form()) }, Some(7));
        }
        assert!(draft.is_dirty() && !draft.is_overtaken());
        draft.undo();
        assert_eq!((draft.form().command.as_str(), draft.can_undo(), draft.is_dirty()), ("a", false, false));
        draft.redo();
        let draft = drafts.current(&services("z")).expect("open");
        assert!(draft.is_overtaken());
        draft.discard();
        assert_eq!(draft.form().command, "z");
        draft.undo();
        assert_eq!(draft.form().command, "abc", "what was discarded is not lost");
    }

    #[test]
    fn a_form_stays_while_others_are_looked_at_and_one_nobody_wrote_in_follows() {
        let mut drafts = Drafts::default();
        drafts.open(&services("a"), &"shop".into());
        assert_eq!(drafts.current(&services("b")).expect("open").form().command, "b");
        let draft = drafts.current(&services("b")).expect("open");
        draft.set(Form { command: "mine".into(), ..Form::clone(draft.form()) }, None);
        drafts.close();
        drafts.open(&services("b"), &"".into());
        drafts.open(&services("b"), &"shop".into());
        assert_eq!(drafts.current(&services("b")).expect("open").form().command, "mine");
        drafts.saved(&"shop".into());
        assert!(!drafts.is_open());
        assert_eq!(drafts.arrived(&services("b")), None, "it is not in the list yet");
    }
}
