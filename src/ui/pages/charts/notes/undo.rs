//! What was done to notes, and how it is taken back. Nothing here draws.
//!
//! A note that comes back gets a new number, so that notes are found again by what they say.

use std::time::Duration;

use super::editor::Written;
use crate::model::{Annotation, AnnotationCommand, AnnotationId, AnnotationText, Command, Timestamp};
use crate::ui::PanelCx;

/// How long the line stands that offers to undo.
const OFFER: Duration = Duration::from_secs(8);
const MAX_UNDO: usize = 50;

/// One change.
#[derive(Debug, Clone, PartialEq)]
enum Deed {
    Added(AnnotationText),
    Changed { before: AnnotationText, after: AnnotationText, id: AnnotationId },
    Removed { text: AnnotationText, id: AnnotationId },
}

/// Changes of notes that can be taken back.
#[derive(Debug, Default)]
pub struct NoteUndo {
    done: Vec<Deed>,
    undone: Vec<Deed>,
    offer: Option<(String, Timestamp)>,
}

impl NoteUndo {
    /// Carries out what was written; true where that changes something.
    pub fn carry_out(&mut self, cx: &PanelCx<'_>, written: Written) -> bool {
        let (deed, command, offer) = match written {
            Written::Nothing => return false,
            Written::New(text) => {
                let offer = format!("Added note “{}”", text.text);
                (Deed::Added(text.clone()), AnnotationCommand::Add(text), offer)
            }
            Written::Changed(note, text) if note.text == text => return false,
            Written::Changed(note, text) => {
                let offer = format!("Changed note “{}”", text.text);
                let deed = Deed::Changed { before: note.text, after: text.clone(), id: note.id };
                (deed, AnnotationCommand::Edit(Annotation { id: note.id, text }), offer)
            }
            Written::Deleted(note) => {
                let offer = format!("Deleted note “{}”", note.text.text);
                (Deed::Removed { text: note.text, id: note.id }, AnnotationCommand::Remove(note.id), offer)
            }
        };
        cx.send(Command::Annotation(command));
        self.offer = Some((offer, cx.now.plus(OFFER)));
        self.done.push(deed);
        if self.done.len() > MAX_UNDO {
            self.done.remove(0);
        }
        self.undone.clear();
        true
    }

    /// Takes the last change back; false where there is none, or where the note is not in the snapshot yet.
    pub fn undo(&mut self, cx: &PanelCx<'_>, notes: &[Annotation]) -> bool {
        let Some(command) = self.done.last().and_then(|deed| back(deed, notes)) else { return false };
        cx.send(Command::Annotation(command));
        self.undone.extend(self.done.pop());
        self.offer = None;
        true
    }

    /// Carries out again what was taken back.
    pub fn redo(&mut self, cx: &PanelCx<'_>, notes: &[Annotation]) -> bool {
        let Some(command) = self.undone.last().and_then(|deed| again(deed, notes)) else { return false };
        cx.send(Command::Annotation(command));
        self.done.extend(self.undone.pop());
        true
    }

    /// What may be undone, in words, and how long the offer still stands.
    pub fn offer(&self, now: Timestamp) -> Option<(&str, Duration)> {
        self.offer.as_ref().filter(|(_, until)| now < *until).map(|(text, until)| (text.as_str(), until.since(now)))
    }
}

fn back(deed: &Deed, notes: &[Annotation]) -> Option<AnnotationCommand> {
    match deed {
        Deed::Added(text) => find(notes, None, text).map(AnnotationCommand::Remove),
        Deed::Changed { before, after, id } => {
            let id = find(notes, Some(*id), after)?;
            Some(AnnotationCommand::Edit(Annotation { id, text: before.clone() }))
        }
        Deed::Removed { text, .. } => Some(AnnotationCommand::Add(text.clone())),
    }
}

fn again(deed: &Deed, notes: &[Annotation]) -> Option<AnnotationCommand> {
    match deed {
        Deed::Added(text) => Some(AnnotationCommand::Add(text.clone())),
        Deed::Changed { before, after, id } => {
            let id = find(notes, Some(*id), before)?;
            Some(AnnotationCommand::Edit(Annotation { id, text: after.clone() }))
        }
        Deed::Removed { text, id } => find(notes, Some(*id), text).map(AnnotationCommand::Remove),
    }
}

/// The number of the note that says this: the one it had, or the newest with the same words and times.
fn find(notes: &[Annotation], id: Option<AnnotationId>, text: &AnnotationText) -> Option<AnnotationId> {
    let alike = notes.iter().filter(|note| note.text == *text);
    let by_words = alike.map(|note| note.id).max();
    id.filter(|id| notes.iter().any(|note| note.id == *id)).or(by_words)
}
