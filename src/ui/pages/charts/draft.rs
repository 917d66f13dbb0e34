//! The layouts as the page shows them: what was just changed holds until the engine's snapshot says the same.
//!
//! Also what can be undone. Nothing here draws.

use std::sync::Arc;
use std::time::Duration;

use super::edit::{Edit, SeriesFacts, apply};
use crate::model::{Command, LayoutCommand, Layouts, SeriesKey, Timestamp};
use crate::ui::PanelCx;

/// How long a change is shown that the engine has not taken up.
const PATIENCE: Duration = Duration::from_secs(3);
/// How long the line stands that offers to undo.
const OFFER: Duration = Duration::from_secs(8);
const MAX_UNDO: usize = 50;

/// Layouts with what is on its way.
#[derive(Debug, Default)]
pub struct LayoutDraft {
    pending: Option<Pending>,
    undo: Vec<Arc<Layouts>>,
    redo: Vec<Arc<Layouts>>,
    offer: Option<(String, Timestamp)>,
}

#[derive(Debug)]
struct Pending {
    layouts: Arc<Layouts>,
    over: Arc<Layouts>,
    since: Timestamp,
}

impl LayoutDraft {
    /// The layouts to show.
    pub fn now(&mut self, published: &Arc<Layouts>, now: Timestamp) -> Arc<Layouts> {
        if let Some(pending) = &self.pending {
            let is_answered = !Arc::ptr_eq(published, &pending.over);
            if !is_answered && now.since(pending.since) < PATIENCE {
                return pending.layouts.clone();
            }
            self.pending = None;
        }
        published.clone()
    }

    /// Carries out edits and sends the outcome; true where that changed something.
    pub fn edit(
        &mut self,
        cx: &PanelCx<'_>,
        edits: &[Edit],
        selected: &mut Option<usize>,
        facts: impl Fn(&SeriesKey) -> Option<SeriesFacts>,
    ) -> bool {
        if edits.is_empty() {
            return false;
        }
        let before = self.now(&cx.snapshot.layouts, cx.now);
        let mut after = Layouts::clone(&before);
        for edit in edits {
            apply(&mut after, edit, selected, &facts);
        }
        if after == *before {
            return false;
        }
        self.offer = edits.iter().find_map(|e| e.undo_text(&before)).map(|text| (text, cx.now.plus(OFFER)));
        self.undo.push(before);
        if self.undo.len() > MAX_UNDO {
            self.undo.remove(0);
        }
        self.redo.clear();
        self.send(cx, Arc::new(after));
        true
    }

    /// Takes the last change back; false where there is none.
    pub fn undo(&mut self, cx: &PanelCx<'_>) -> bool {
        let Some(before) = self.undo.pop() else { return false };
        let now = self.now(&cx.snapshot.layouts, cx.now);
        self.redo.push(now);
        self.offer = None;
        self.send(cx, before);
        true
    }

    /// Carries out again what was taken back.
    pub fn redo(&mut self, cx: &PanelCx<'_>) -> bool {
        let Some(after) = self.redo.pop() else { return false };
        let now = self.now(&cx.snapshot.layouts, cx.now);
        self.undo.push(now);
        self.send(cx, after);
        true
    }

    /// What may be undone, in words, and how long the offer still stands.
    pub fn offer(&self, now: Timestamp) -> Option<(&str, Duration)> {
        self.offer.as_ref().filter(|(_, until)| now < *until).map(|(text, until)| (text.as_str(), until.since(now)))
    }

    fn send(&mut self, cx: &PanelCx<'_>, layouts: Arc<Layouts>) {
        cx.send(Command::Layout(LayoutCommand::Replace(Layouts::clone(&layouts))));
        self.pending = Some(Pending { layouts, over: cx.snapshot.layouts.clone(), since: cx.now });
    }
}
