//! Undo over the whole page: changes of the layout and of notes, taken back in the order in which they were made.

use super::ChartsPanel;
use super::notes::Written;
use crate::model::Annotation;
use crate::ui::PanelCx;

/// Changes remembered; the two kinds themselves keep fewer.
const MAX: usize = 100;

/// What was changed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Change {
    /// The layout.
    Layout,
    /// A note.
    Note,
}

/// The order of changes.
#[derive(Debug, Default)]
pub struct Journal {
    done: Vec<Change>,
    undone: Vec<Change>,
}

impl Journal {
    /// Notes that something was changed.
    pub fn add(&mut self, change: Change) {
        self.done.push(change);
        if self.done.len() > MAX {
            self.done.remove(0);
        }
        self.undone.clear();
    }

    /// The last change of a kind, taken off the end.
    fn take_back(&mut self, change: Change) {
        if let Some(i) = self.done.iter().rposition(|done| *done == change) {
            self.done.remove(i);
            self.undone.push(change);
        }
    }
}

impl ChartsPanel {
    /// Takes the last change back.
    pub(super) fn undo(&mut self, cx: &PanelCx<'_>, notes: &[Annotation]) {
        if let Some(change) = self.journal.done.last().copied() {
            self.undo_change(cx, change, notes);
        }
    }

    /// Takes the last change of a kind back.
    pub(super) fn undo_change(&mut self, cx: &PanelCx<'_>, change: Change, notes: &[Annotation]) {
        let is_undone = match change {
            Change::Layout => self.layouts.undo(cx),
            Change::Note => self.notes.undo.undo(cx, notes),
        };
        if is_undone {
            self.journal.take_back(change);
            self.sync_model(cx);
        }
    }

    /// Carries out again what was taken back.
    pub(super) fn redo(&mut self, cx: &PanelCx<'_>, notes: &[Annotation]) {
        let Some(change) = self.journal.undone.last().copied() else { return };
        let is_redone = match change {
            Change::Layout => self.layouts.redo(cx),
            Change::Note => self.notes.undo.redo(cx, notes),
        };
        if is_redone {
            self.journal.undone.pop();
            self.journal.done.push(change);
            self.sync_model(cx);
        }
    }

    /// Carries out what was written into a note.
    pub(super) fn write_note(&mut self, cx: &PanelCx<'_>, written: Written) {
        if self.notes.undo.carry_out(cx, written) {
            self.journal.add(Change::Note);
        }
    }
}
