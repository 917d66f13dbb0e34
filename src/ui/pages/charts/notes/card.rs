//! One annotation in full: its icon and colour, its words, its time, and what can be done with it.

use eframe::egui::{Color32, Label, Ui};

use super::super::sentence::Clock;
use crate::model::{Annotation, AnnotationKind, TimeRange, Timestamp};
use crate::ui::chart::time_axis::{range_words, span_words, stamp};
use crate::ui::icons::{self, Icon};
use crate::ui::theme::{TextRole, Theme};
use crate::ui::widgets::link;

/// What a person asks for at an annotation.
#[derive(Debug, Clone, PartialEq)]
pub enum NoteAsk {
    /// Opens the inspector there.
    Inspect(Timestamp),
    /// Shows that span.
    Show(TimeRange),
    /// Puts that moment into the middle.
    Jump(Timestamp),
    /// Opens the editor on a note.
    Edit(Annotation),
    /// Takes a note away.
    Delete(Annotation),
    /// Opens the list.
    List,
}

/// Icon and colour of a kind. Calm is grey: colour is for what needs a look, and for what a person put in force.
pub fn look(theme: &Theme, kind: AnnotationKind) -> (Icon, Color32) {
    let c = &theme.color;
    match kind {
        AnnotationKind::Note => (icons::NOTE, c.t1),
        AnnotationKind::Start => (icons::PLAY, c.t2),
        AnnotationKind::Stop => (icons::STOP, c.t2),
        AnnotationKind::Sleep => (icons::MOON, c.t2),
        AnnotationKind::Clock => (icons::CLOCK, c.t2),
        AnnotationKind::Settings => (icons::GEAR_SIX, c.t2),
        AnnotationKind::Trouble => (icons::WARNING, c.warning),
        AnnotationKind::Profile => (icons::SLIDERS_HORIZONTAL, c.accent),
        AnnotationKind::Alert => (icons::BELL, c.warning),
        AnnotationKind::Test => (icons::FLASK, c.info),
        AnnotationKind::Service => (icons::STACK, c.info),
    }
}

/// The word for one annotation of a kind.
const fn kind_word(kind: AnnotationKind) -> &'static str {
    match kind {
        AnnotationKind::Note => "Note",
        AnnotationKind::Start => "Start",
        AnnotationKind::Stop => "Stop",
        AnnotationKind::Sleep => "Sleep",
        AnnotationKind::Clock => "Clock change",
        AnnotationKind::Settings => "Settings change",
        AnnotationKind::Trouble => "Trouble",
        AnnotationKind::Profile => "Profile",
        AnnotationKind::Alert => "Alert",
        AnnotationKind::Test => "Test",
        AnnotationKind::Service => "Service",
    }
}

/// When an annotation is, and how long it lasts.
pub fn time_words(note: &Annotation, (now, zone): Clock) -> String {
    match note.text.until {
        None => stamp(note.text.at, now, zone, true),
        Some(until) => {
            let range = TimeRange { start: note.text.at, end: until };
            format!("{}, {}", range_words(range, now, zone), span_words(range.span().as_secs()))
        }
    }
}

/// Draws all of it for a tooltip.
pub fn tooltip_ui(ui: &mut Ui, theme: &Theme, note: &Annotation, clock: Clock) {
    ui.set_max_width(320.0);
    ui.spacing_mut().item_spacing.y = 4.0;
    ui.horizontal(|ui| {
        let (icon, color) = look(theme, note.text.kind);
        ui.label(icon.text(14.0, color));
        let words = format!("{}, {}", kind_word(note.text.kind), time_words(note, clock));
        ui.label(theme.colored(TextRole::Small, words, theme.color.t3));
    });
    ui.add(Label::new(theme.text(TextRole::BodyStrong, &*note.text.text)).wrap());
    if !note.text.detail.is_empty() {
        let shown: String = note.text.detail.chars().take(600).collect();
        ui.add(Label::new(theme.colored(TextRole::Small, shown, theme.color.t2)).wrap());
    }
}

/// Draws all of it with what can be done.
pub fn card_ui(ui: &mut Ui, theme: &Theme, note: &Annotation, clock: Clock) -> Option<NoteAsk> {
    let mut ask = None;
    tooltip_ui(ui, theme, note, clock);
    ui.horizontal(|ui| {
        ui.spacing_mut().item_spacing.x = 12.0;
        if link(ui, theme, "Inspect").clicked() {
            ask = Some(NoteAsk::Inspect(note.text.at));
        }
        if let Some(until) = note.text.until
            && link(ui, theme, "Show this span").clicked()
        {
            ask = Some(NoteAsk::Show(TimeRange { start: note.text.at, end: until }));
        }
        if note.text.kind.is_own() {
            if link(ui, theme, "Edit…").clicked() {
                ask = Some(NoteAsk::Edit(note.clone()));
            }
            if link(ui, theme, "Delete").clicked() {
                ask = Some(NoteAsk::Delete(note.clone()));
            }
        }
    });
    ask
}
