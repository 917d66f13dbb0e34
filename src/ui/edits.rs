//! What is being edited, and the steps by which it can be undone. Nothing here draws.

use std::sync::Arc;

/// Steps that can be gone back.
const MAX_STEPS: usize = 200;

/// One thing being edited: `T` is how it stands, `S` tells which edits in a row are one step.
#[derive(Debug)]
pub struct Edits<T: ?Sized, S> {
    now: Arc<T>,
    undo: Vec<Arc<T>>,
    redo: Vec<Arc<T>>,
    /// What the newest step is made of: further edits of the same belong to it.
    step: Option<S>,
}

impl<T: ?Sized, S: Clone> Clone for Edits<T, S> {
    fn clone(&self) -> Self {
        Self { now: self.now.clone(), undo: self.undo.clone(), redo: self.redo.clone(), step: self.step.clone() }
    }
}

impl<T: ?Sized + PartialEq, S: PartialEq> Edits<T, S> {
    /// Nothing edited yet.
    pub fn new(now: Arc<T>) -> Self {
        Self { now, undo: Vec::new(), redo: Vec::new(), step: None }
    }

    /// As it stands.
    pub fn now(&self) -> &Arc<T> {
        &self.now
    }

    /// Another. Edits with the same `step` in a row are one step of undo; without one each stands alone.
    pub fn set(&mut self, next: Arc<T>, step: Option<S>) {
        if next == self.now {
            return;
        }
        let is_same = step.is_some() && self.step == step && !self.undo.is_empty();
        let before = std::mem::replace(&mut self.now, next);
        if !is_same {
            self.undo.push(before);
            self.forget_oldest(self.undo.len().saturating_sub(MAX_STEPS));
        }
        self.step = step;
        self.redo.clear();
        // What was typed and taken back by typing is no step.
        if is_same && self.undo.last() == Some(&self.now) {
            self.undo.pop();
            self.step = None;
        }
    }

    /// As it stood before the edits of `step` that are going on; as it stands where none are.
    pub fn before(&self, step: &S) -> &Arc<T> {
        let is_going_on = self.step.as_ref() == Some(step);
        self.undo.last().filter(|_| is_going_on).unwrap_or(&self.now)
    }

    /// The edits that go on are over: the next one is a step of its own.
    pub fn settle(&mut self) {
        self.step = None;
    }

    /// Whether there is something to undo.
    pub fn can_undo(&self) -> bool {
        !self.undo.is_empty()
    }

    /// Whether there is something to redo.
    pub fn can_redo(&self) -> bool {
        !self.redo.is_empty()
    }

    /// Goes back one step; false where there is none.
    pub fn undo(&mut self) -> bool {
        let Some(before) = self.undo.pop() else { return false };
        self.redo.push(std::mem::replace(&mut self.now, before));
        self.step = None;
        true
    }

    /// Goes forward one step; false where there is none.
    pub fn redo(&mut self) -> bool {
        let Some(after) = self.redo.pop() else { return false };
        self.undo.push(std::mem::replace(&mut self.now, after));
        self.step = None;
        true
    }

    /// What can be gone back to, the oldest first.
    pub fn steps(&self) -> &[Arc<T>] {
        &self.undo
    }

    /// The oldest so many steps can be gone back to no more.
    pub fn forget_oldest(&mut self, n: usize) {
        self.undo.drain(..n.min(self.undo.len()));
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn edits_of_one_kind_in_a_row_are_one_step() {
        let mut edits: Edits<str, u8> = Edits::new("a".into());
        for (text, step) in [("ab", Some(1)), ("abc", Some(1)), ("x", Some(2)), ("y", None), ("z", None)] {
            edits.set(text.into(), step);
        }
        let mut seen = Vec::new();
        while edits.undo() {
            seen.push(edits.now().to_string());
        }
        assert_eq!(seen, ["y", "x", "abc", "a"]);
        edits.set("b".into(), Some(1));
        assert!(!edits.can_redo(), "another edit ends what could be redone");
        edits.set("a".into(), Some(1));
        assert!(!edits.can_undo(), "what was typed and taken back by typing is no step");
    }

    proptest! {
        #[test]
        fn all_that_was_undone_comes_back(texts in prop::collection::vec((0u8..5, prop::option::of(0u8..3)), 0..300)) {
            let mut edits: Edits<u8, u8> = Edits::new(Arc::new(9));
            for (value, step) in texts {
                edits.set(Arc::new(value), step);
            }
            let (last, n) = (*edits.now().clone(), edits.steps().len());
            prop_assert!(n <= MAX_STEPS);
            while edits.undo() {}
            while edits.redo() {}
            prop_assert_eq!((**edits.now(), edits.steps().len()), (last, n));
        }
    }
}
