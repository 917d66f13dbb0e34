//! A text of the settings folder in a dialog: the person's own parameters, or the rules that tell the environment.

use std::sync::Arc;

use eframe::egui::{Frame, Margin, ScrollArea, TextEdit, Ui};

use super::{Deed, end_ui};
use crate::model::Command;
use crate::model::profile::{Problem, ProblemKind, ProfileCommand};
use crate::profile::{catalogue, detect};
use crate::ui::PanelCx;
use crate::ui::theme::TextRole;
use crate::ui::widgets::modal;

/// Longest text, characters.
const MAX_CHARS: usize = 400_000;
/// What the person's own parameters begin with.
const NEW_CATALOGUE: &str = "// Parameters of your own; the catalogue that comes with the program shows how.\n(\n    version: 1,\n    parameters: [\n    ],\n)\n";

/// A text being edited.
#[derive(Debug)]
pub struct TextDraft {
    kind: Kind,
    text: String,
    read: Option<(String, Vec<Problem>)>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    Catalogue,
    Rules,
}

impl TextDraft {
    /// The person's own parameters.
    pub fn catalogue(text: &str) -> Self {
        let text = if text.trim().is_empty() { NEW_CATALOGUE } else { text };
        Self { kind: Kind::Catalogue, text: text.to_owned(), read: None }
    }

    /// The rules that tell the environment.
    pub fn rules(text: &str) -> Self {
        let text = if text.trim().is_empty() { detect::shipped_rules_text() } else { text };
        Self { kind: Kind::Rules, text: text.to_owned(), read: None }
    }

    /// What is wrong with the text; read again only when it changed.
    fn problems(&mut self) -> &[Problem] {
        if self.read.as_ref().is_none_or(|(of, _)| *of != self.text) {
            let problems = match self.kind {
                Kind::Catalogue => catalogue::with_own(&self.text).1,
                Kind::Rules => detect::read_rules(&self.text).1,
            };
            self.read = Some((self.text.clone(), problems));
        }
        self.read.as_ref().map_or(&[], |(_, problems)| problems)
    }
}

/// Draws the dialog.
pub fn text_ui(cx: &PanelCx<'_>, ui: &Ui, draft: &mut TextDraft) -> Option<Vec<Deed>> {
    let theme = cx.theme;
    let (title, name, about) = match draft.kind {
        Kind::Catalogue => (
            "Own parameters",
            "Own parameters as text",
            "Parameters that the catalogue does not have; one of the same name as a shipped one takes its place.",
        ),
        Kind::Rules => (
            "Rules that detect the environment",
            "Rules as text",
            "What is found out of variables, container marks and the host's name. Nothing is switched by itself unless \
             the rules say so.",
        ),
    };
    let ((acts, cancels), wants_close) = modal(ui.ctx(), theme, "profiles-text", title, |ui| {
        ui.label(theme.colored(TextRole::Small, about, theme.color.t2));
        let frame = Frame::new().fill(theme.color.bg_field).inner_margin(Margin::symmetric(10, 6));
        frame.corner_radius(theme.radius.control).show(ui, |ui| {
            ScrollArea::both().max_height(320.0).min_scrolled_height(320.0).show(ui, |ui| {
                let edit = TextEdit::multiline(&mut draft.text)
                    .char_limit(MAX_CHARS)
                    .font(theme.font(TextRole::Code))
                    .text_color(theme.color.t1)
                    .frame(Frame::NONE)
                    .desired_rows(16)
                    .code_editor()
                    .font(theme.font(TextRole::Code))
                    .desired_width(f32::INFINITY);
                ui.add(edit).accessible_name(name);
            });
        });
        let problems = draft.problems();
        for problem in problems.iter().take(4) {
            let is_error = problem.kind == ProblemKind::Error;
            let color = if is_error { theme.color.critical } else { theme.color.warning };
            let place = problem.place.map_or_else(String::new, |p| format!("Line {}, column {}: ", p.line, p.column));
            ui.label(theme.colored(TextRole::Small, format!("{place}{}", problem.text), color));
        }
        if problems.len() > 4 {
            let more = format!("and {} more", problems.len() - 4);
            ui.label(theme.colored(TextRole::Small, more, theme.color.t3));
        }
        let has_errors = problems.iter().any(|problem| problem.kind == ProblemKind::Error);
        end_ui(cx, ui, "Save", has_errors.then_some("The text has faults"))
    });
    if acts {
        let text: Arc<str> = draft.text.as_str().into();
        cx.send(Command::Profile(match draft.kind {
            Kind::Catalogue => ProfileCommand::SaveCatalogue(text),
            Kind::Rules => ProfileCommand::SaveRules(text),
        }));
    }
    (acts || cancels || wants_close).then(Vec::new)
}
