//! Profiles being edited: their text as it stands, and the texts it came from. Nothing here draws.
//!
//! A draft is text and nothing else: a control edits it through `profile::document::edit`, the text tab directly, so
//! that both are one history, and comments survive. It is kept by the engine only when it is saved.

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::model::profile::ProfileName;
use crate::ui::edits::Edits;

/// Bytes of all texts that can be gone back to.
const MAX_BYTES: usize = 4 << 20;
/// Profiles with a draft. Those without unsaved changes are dropped first.
const MAX_DRAFTS: usize = 64;

/// The text of one profile.
#[derive(Debug, Clone)]
pub struct Draft {
    edits: Edits<str, String>,
    /// As the engine has it.
    kept: Arc<str>,
    /// The engine's text changed under unsaved edits.
    is_overtaken: bool,
}

impl Draft {
    /// Nothing changed yet.
    pub fn new(kept: Arc<str>) -> Self {
        Self { edits: Edits::new(kept.clone()), kept, is_overtaken: false }
    }

    /// As it stands.
    pub fn text(&self) -> &Arc<str> {
        self.edits.now()
    }

    /// As the engine has it.
    pub fn kept(&self) -> &Arc<str> {
        &self.kept
    }

    /// Whether there is something to save.
    pub fn is_dirty(&self) -> bool {
        *self.text() != self.kept
    }

    /// Whether somebody else changed the profile since the edits began.
    pub fn is_overtaken(&self) -> bool {
        self.is_overtaken && self.is_dirty()
    }

    /// Takes in what the engine has now; true where that changes what is shown.
    pub fn follow(&mut self, kept: &Arc<str>) -> bool {
        if self.kept == *kept {
            return false;
        }
        let was_dirty = self.is_dirty();
        self.kept = kept.clone();
        if !was_dirty {
            self.edits = Edits::new(kept.clone());
        }
        self.is_overtaken = self.is_dirty();
        true
    }

    /// Another text. Edits of the same `what` in a row are one step of undo.
    pub fn set(&mut self, text: Arc<str>, what: &str) {
        self.edits.set(text, Some(what.to_owned()));
        self.trim();
    }

    /// The text from before the edits of `what` that are going on; the present one where none are.
    pub fn before(&self, what: &str) -> &Arc<str> {
        self.edits.before(&what.to_owned())
    }

    /// The edits that go on are over: the next one is a step of its own.
    pub fn settle(&mut self) {
        self.edits.settle();
    }

    /// Whether there is something to undo.
    pub fn can_undo(&self) -> bool {
        self.edits.can_undo()
    }

    /// Whether there is something to redo.
    pub fn can_redo(&self) -> bool {
        self.edits.can_redo()
    }

    /// Goes back one step; false where there is none.
    pub fn undo(&mut self) -> bool {
        self.edits.undo()
    }

    /// Goes forward one step; false where there is none.
    pub fn redo(&mut self) -> bool {
        self.edits.redo()
    }

    /// The unsaved edits stay, over whatever the engine has.
    pub fn keep_mine(&mut self) {
        self.is_overtaken = false;
    }

    /// Everything unsaved is taken back, as a step that can be undone.
    pub fn discard(&mut self) {
        self.edits.set(self.kept.clone(), None);
        self.is_overtaken = false;
    }

    fn trim(&mut self) {
        let sizes: Vec<usize> = self.edits.steps().iter().map(|text| text.len()).collect();
        let mut bytes: usize = sizes.iter().sum();
        let mut n_gone = 0;
        while bytes > MAX_BYTES && sizes.len() - n_gone > 1 {
            bytes -= sizes[n_gone];
            n_gone += 1;
        }
        self.edits.forget_oldest(n_gone);
    }
}

/// Every draft, by the name of its profile.
#[derive(Debug, Default)]
pub struct Drafts {
    all: BTreeMap<ProfileName, Draft>,
    revision: u64,
}

impl Drafts {
    /// Grows with every change of any text.
    pub fn revision(&self) -> u64 {
        self.revision
    }

    /// The draft of a profile, if it was edited.
    pub fn get(&self, name: &str) -> Option<&Draft> {
        self.all.get(name)
    }

    /// The unsaved text of a profile; `None` where nothing is unsaved.
    pub fn unsaved(&self, name: &str) -> Option<&Arc<str>> {
        self.all.get(name).filter(|draft| draft.is_dirty()).map(Draft::text)
    }

    /// Changes a profile's draft, which begins with `kept` where there is none yet. Answers with what `change` says.
    pub fn change<R>(&mut self, name: &ProfileName, kept: &Arc<str>, change: impl FnOnce(&mut Draft) -> R) -> R {
        if !self.all.contains_key(name) && self.all.len() >= MAX_DRAFTS {
            let idle = self.all.iter().find(|(_, draft)| !draft.is_dirty()).map(|(name, _)| name.clone());
            if let Some(idle) = idle {
                self.all.remove(&idle);
            }
        }
        self.revision += 1;
        change(self.all.entry(name.clone()).or_insert_with(|| Draft::new(kept.clone())))
    }

    /// Takes in what the engine has of each profile: `kept` answers with a profile's text, `None` where it is gone.
    pub fn follow(&mut self, kept: impl Fn(&str) -> Option<Arc<str>>) {
        let mut is_changed = false;
        self.all.retain(|name, draft| match kept(name) {
            Some(text) => {
                is_changed |= draft.follow(&text);
                true
            }
            None => {
                is_changed = true;
                false
            }
        });
        self.revision += u64::from(is_changed);
    }

    /// A profile got another name: its draft goes along.
    pub fn rename(&mut self, from: &str, to: &ProfileName) {
        if let Some(draft) = self.all.remove(from) {
            self.all.insert(to.clone(), draft);
            self.revision += 1;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(text: &str) -> Arc<str> {
        text.into()
    }

    #[test]
    fn edits_of_one_field_in_a_row_are_one_step() {
        let mut draft = Draft::new(text("50"));
        for (typed, what) in [("5", "pool"), ("24", "pool"), ("24, 10", "queue")] {
            draft.set(text(typed), what);
        }
        assert_eq!(&**draft.before("queue"), "24");
        assert!(draft.undo());
        assert_eq!(&**draft.text(), "24");
        assert!(draft.undo());
        assert_eq!((&**draft.text(), draft.is_dirty(), draft.can_undo()), ("50", false, false));
        assert!(draft.redo() && draft.redo() && !draft.redo());
        assert_eq!(&**draft.text(), "24, 10");
        draft.settle();
        draft.set(text("24, 11"), "queue");
        assert!(draft.undo());
        assert_eq!(&**draft.text(), "24, 10", "a field that was left begins a step of its own");
    }

    #[test]
    fn what_is_typed_and_taken_back_by_typing_leaves_no_step() {
        let mut draft = Draft::new(text("50"));
        draft.set(text("5"), "pool");
        draft.set(text("50"), "pool");
        assert!(!draft.can_undo() && !draft.is_dirty());
    }

    #[test]
    fn a_change_from_elsewhere_is_taken_over_unless_there_are_edits() {
        let mut draft = Draft::new(text("50"));
        assert!(draft.follow(&text("60")));
        assert_eq!((&**draft.text(), draft.is_overtaken()), ("60", false));
        draft.set(text("24"), "pool");
        draft.follow(&text("70"));
        assert_eq!((&**draft.text(), draft.is_overtaken()), ("24", true));
        draft.keep_mine();
        assert!(!draft.is_overtaken() && draft.is_dirty());
        draft.follow(&text("24"));
        assert!(!draft.is_dirty(), "what was saved is what the engine has");
        draft.set(text("1"), "pool");
        draft.discard();
        assert_eq!(&**draft.text(), "24");
        assert!(draft.undo());
        assert_eq!(&**draft.text(), "1", "a discard can be undone");
    }

    #[test]
    fn steps_and_their_bytes_are_bounded() {
        let mut draft = Draft::new(text("x"));
        for i in 0..1000 {
            draft.set(i.to_string().into(), &i.to_string());
        }
        assert!(draft.edits.steps().len() < 1000);
        for i in 0..20 {
            draft.set("x".repeat(MAX_BYTES / 4 + i).into(), &format!("long {i}"));
        }
        assert!(draft.edits.steps().iter().map(|t| t.len()).sum::<usize>() <= MAX_BYTES);
    }

    #[test]
    fn drafts_go_with_their_profile() {
        let mut drafts = Drafts::default();
        let name: ProfileName = "production".into();
        drafts.change(&name, &text("50"), |draft| draft.set(text("24"), "pool"));
        assert_eq!(drafts.unsaved("production").map(|t| &**t), Some("24"));
        drafts.rename("production", &"prod".into());
        assert!(drafts.get("production").is_none() && drafts.unsaved("prod").is_some());
        let revision = drafts.revision();
        drafts.follow(|_| None);
        assert!(drafts.get("prod").is_none() && drafts.revision() > revision);
    }
}
