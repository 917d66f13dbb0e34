//! The dialog in which a note is written: its time, an end where it lasts, its words, more words.
//!
//! What is typed is a draft until it is saved.

use eframe::egui::{Align, Id, Key, Layout, TextEdit, Ui};

use super::super::sentence::Clock;
use crate::model::{Annotation, AnnotationKind, AnnotationText, TimeRange, Timestamp};
use crate::ui::chart::Zone;
use crate::ui::theme::{TextRole, Theme};
use crate::ui::widgets::dates::{moment_field, moment_text};
use crate::ui::widgets::{Button, Field, modal};

/// A note being written.
#[derive(Debug)]
pub struct Editor {
    of: Option<Annotation>,
    at: String,
    until: String,
    text: String,
    detail: String,
    is_new: bool,
}

/// What came of it.
#[derive(Debug, Clone, PartialEq)]
pub enum Written {
    /// A new note.
    New(AnnotationText),
    /// Another wording of a note: before, after.
    Changed(Annotation, AnnotationText),
    /// The note is to go.
    Deleted(Annotation),
    /// Nothing.
    Nothing,
}

impl Editor {
    /// A new note at a moment, or over a span.
    pub fn new(at: Timestamp, until: Option<Timestamp>, zone: Zone) -> Self {
        Self {
            of: None,
            at: moment_text(at, zone),
            until: until.map_or_else(String::new, |until| moment_text(until, zone)),
            text: String::new(),
            detail: String::new(),
            is_new: true,
        }
    }

    /// A note that is there.
    pub fn of(note: Annotation, zone: Zone) -> Self {
        Self {
            at: moment_text(note.text.at, zone),
            until: note.text.until.map_or_else(String::new, |until| moment_text(until, zone)),
            text: note.text.text.to_string(),
            detail: note.text.detail.to_string(),
            of: Some(note),
            is_new: true,
        }
    }

    /// What it says once it is saved. A time that was not touched stays as exact as it was.
    fn text(&self, at: Timestamp, until: Option<Timestamp>, zone: Zone) -> AnnotationText {
        let before = self.of.as_ref().map(|note| &note.text);
        let exact = |typed: Timestamp, was: Option<Timestamp>| match was {
            Some(was) if moment_text(was, zone) == moment_text(typed, zone) => was,
            _ => typed,
        };
        let text = AnnotationText {
            at: exact(at, before.map(|text| text.at)),
            until: until.map(|until| exact(until, before.and_then(|text| text.until))),
            kind: AnnotationKind::Note,
            text: self.text.trim().into(),
            detail: self.detail.trim().into(),
        };
        text.bounded()
    }
}

/// Draws the dialog; answers once it is over.
pub fn editor_ui(ui: &Ui, theme: &Theme, editor: &mut Editor, clock: Clock) -> Option<Written> {
    let title = if editor.of.is_some() { "Edit note" } else { "Add note" };
    let (written, wants_close) = modal(ui.ctx(), theme, "charts-note", title, |ui| body_ui(ui, theme, editor, clock));
    written.or_else(|| wants_close.then_some(Written::Nothing))
}

fn body_ui(ui: &mut Ui, theme: &Theme, editor: &mut Editor, clock: Clock) -> Option<Written> {
    let label = |ui: &mut Ui, text: &str| {
        ui.label(theme.colored(TextRole::SmallStrong, text, theme.color.t2));
    };
    ui.spacing_mut().item_spacing.y = 6.0;
    label(ui, "Note");
    let text = Field::new(&mut editor.text, "Text of the note")
        .hint("What happened, in a few words")
        .id(Id::unique("charts-note-text"))
        .show(ui, theme);
    if std::mem::take(&mut editor.is_new) {
        text.request_focus();
    }
    let enters = text.lost_focus() && ui.input(|i| i.key_pressed(Key::Enter));
    let half = (ui.available_width() - 12.0) / 2.0;
    let (mut at, mut until) = (None, None);
    ui.horizontal_top(|ui| {
        ui.spacing_mut().item_spacing.x = 12.0;
        ui.vertical(|ui| {
            ui.set_width(half);
            label(ui, "When");
            at = moment_field(ui, theme, "When", &mut editor.at, half, clock).1;
        });
        ui.vertical(|ui| {
            ui.set_width(half);
            label(ui, "Until, for a span");
            until = moment_field(ui, theme, "Until", &mut editor.until, half, clock).1;
        });
    });
    label(ui, "Details");
    let detail = TextEdit::multiline(&mut editor.detail)
        .char_limit(AnnotationText::MAX_DETAIL)
        .font(theme.font(TextRole::Body))
        .text_color(theme.color.t1)
        .background_color(theme.color.bg_field)
        .desired_rows(3)
        .desired_width(f32::INFINITY);
    ui.add(detail).accessible_name("Details of the note");
    let has_end = !editor.until.trim().is_empty();
    let span = at.zip(until).map(|(start, end)| TimeRange { start, end });
    let why_not = match (at, until) {
        _ if editor.text.trim().is_empty() => Some("A note needs a few words"),
        (None, _) => Some("The time cannot be read"),
        (_, None) if has_end => Some("The end cannot be read"),
        _ if span.is_some_and(|span| span.end <= span.start) => Some("The end is not after the beginning"),
        _ => None,
    };
    ui.add_space(2.0);
    ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
        let act = if editor.of.is_some() { "Save note" } else { "Add the note" };
        let saves = Button::primary(act).tall().why_not(why_not).show(ui, theme).clicked();
        if Button::secondary("Cancel").tall().show(ui, theme).clicked() {
            return Some(Written::Nothing);
        }
        if let Some(note) = &editor.of {
            let deletes = ui.with_layout(Layout::left_to_right(Align::Center), |ui| {
                Button::quiet("Delete note").show(ui, theme).clicked()
            });
            if deletes.inner {
                return Some(Written::Deleted(note.clone()));
            }
        }
        let at = at.filter(|_| (saves || enters) && why_not.is_none())?;
        let text = editor.text(at, until, clock.1);
        Some(match &editor.of {
            Some(note) => Written::Changed(note.clone(), text),
            None => Written::New(text),
        })
    })
    .inner
}
