//! Annotations on the page: which kinds are shown, a note being written, what can be taken back, the list.
//!
//! The annotations themselves live in the snapshot; changes leave as commands.

mod card;
mod editor;
mod list;
mod undo;

use std::collections::BTreeSet;
use std::sync::Arc;

pub use card::{NoteAsk, card_ui, look, tooltip_ui};
pub use editor::{Editor, Written, editor_ui};
pub use list::{filter_ui, list_ui, row_ui};
pub use undo::NoteUndo;

use crate::model::{Annotation, AnnotationKind, TimeRange};

/// What the page remembers of annotations.
#[derive(Debug, Default)]
pub struct NotesState {
    /// Kinds that are not drawn.
    pub hidden: BTreeSet<AnnotationKind>,
    /// The note being written.
    pub editor: Option<Editor>,
    /// What can be taken back.
    pub undo: NoteUndo,
    /// Whether the list stands at the right.
    pub is_list_open: bool,
    /// What is looked for in the list.
    pub search: String,
    shown: Option<Shown>,
}

/// Annotations of the kinds that are shown.
#[derive(Debug)]
struct Shown {
    of: Arc<[Annotation]>,
    hidden: BTreeSet<AnnotationKind>,
    notes: Arc<[Annotation]>,
}

impl NotesState {
    /// The annotations of the kinds that are shown, by time; worked out again when either changed.
    pub fn shown(&mut self, all: &Arc<[Annotation]>) -> Arc<[Annotation]> {
        if self.hidden.is_empty() {
            return all.clone();
        }
        match &self.shown {
            Some(shown) if Arc::ptr_eq(&shown.of, all) && shown.hidden == self.hidden => shown.notes.clone(),
            _ => {
                let notes: Arc<[Annotation]> =
                    all.iter().filter(|note| !self.hidden.contains(&note.text.kind)).cloned().collect();
                self.shown = Some(Shown { of: all.clone(), hidden: self.hidden.clone(), notes: notes.clone() });
                notes
            }
        }
    }
}

/// The annotations that lie in a span or reach into it.
pub fn in_range(notes: &[Annotation], range: TimeRange) -> impl Iterator<Item = &Annotation> {
    let before_end = notes.partition_point(|note| note.text.at <= range.end);
    notes[..before_end].iter().filter(move |note| note.text.until.unwrap_or(note.text.at) >= range.start)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{AnnotationId, AnnotationText, Timestamp};

    #[test]
    fn spans_reach_into_what_is_shown() {
        let at = Timestamp::from_millis;
        let note = |id, from, until: Option<i64>| Annotation {
            id: AnnotationId(id),
            text: AnnotationText { until: until.map(at), ..AnnotationText::at(at(from), AnnotationKind::Test, "x") },
        };
        let notes =
            [note(1, 0, Some(50)), note(2, 10, None), note(3, 20, Some(30)), note(4, 60, None), note(5, 90, None)];
        let found: Vec<u64> =
            in_range(&notes, TimeRange { start: at(40), end: at(60) }).map(|note| note.id.0).collect();
        assert_eq!(found, [1, 4]);
    }

    #[test]
    fn hidden_kinds_are_left_out() {
        let note =
            |id, kind| Annotation { id: AnnotationId(id), text: AnnotationText::at(Timestamp::default(), kind, "x") };
        let all: Arc<[Annotation]> = vec![note(1, AnnotationKind::Note), note(2, AnnotationKind::Start)].into();
        let mut state = NotesState::default();
        assert!(Arc::ptr_eq(&state.shown(&all), &all));
        state.hidden.insert(AnnotationKind::Start);
        let shown = state.shown(&all);
        assert_eq!(shown.iter().map(|n| n.id.0).collect::<Vec<_>>(), [1]);
        assert!(Arc::ptr_eq(&state.shown(&all), &shown), "worked out once");
    }
}
