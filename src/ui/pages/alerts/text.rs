//! The whole rule as RON text, edited as text: what can be read is in the form at once, what cannot says why.

use std::sync::Arc;

use eframe::egui::{Frame, Id, Margin, Stroke, StrokeKind, TextEdit, Ui};

use super::fields::shown;
use super::form::Form;
use crate::alert::document::write_rule;
use crate::model::alert::Rule;
use crate::ui::theme::TextRole;
use crate::ui::widgets::{Button, panel, panel_head, problem_line};
use crate::ui::{Intent, PanelCx};

/// Longest text, characters.
const MAX_CHARS: usize = 64 << 10;
/// Lines that are seen at least.
const MIN_ROWS: usize = 12;

/// What the view remembers between frames.
#[derive(Debug, Default)]
pub struct TextView {
    /// Whether it stands in the place of the form.
    pub is_shown: bool,
    buffer: String,
    /// The revision of the drafts that the buffer says.
    of: Option<u64>,
    /// The buffer was changed in this frame: what comes of it needs no new text.
    is_own: bool,
}

impl TextView {
    /// Another rule is in the editor.
    pub fn forget(&mut self) {
        self.of = None;
        self.buffer.clear();
    }

    /// The draft has a new revision, which this frame's edits have made.
    pub fn follow(&mut self, revision: u64) {
        if std::mem::take(&mut self.is_own) {
            self.of = Some(revision);
        }
    }
}

/// Draws the text in a panel.
pub fn text_ui(cx: &PanelCx<'_>, ui: &mut Ui, view: &mut TextView, form: &mut Form, rule: &Arc<Rule>, revision: u64) {
    let theme = cx.theme;
    let c = &theme.color;
    if view.of != Some(revision) {
        let text = form.raw.as_ref().map_or_else(|| write_rule(rule), |raw| raw.text.clone());
        if view.buffer != text {
            view.buffer = text;
        }
        view.of = Some(revision);
    }
    panel(ui, theme, |ui| {
        let hint = "as it stands in alerts.ron; what is written here is in the form at once";
        panel_head(ui, theme, cx.is_compact, "Text", hint, |ui| {
            if Button::quiet("Copy").name("Copy the text of the rule").show(ui, theme).clicked() {
                cx.ask(Intent::Copy(view.buffer.clone()));
            }
        });
        let frame = Frame::new().inner_margin(Margin::symmetric(16, 12));
        let edited = frame.show(ui, |ui| {
            let edit = TextEdit::multiline(&mut view.buffer)
                .id(Id::unique("alert rule text"))
                .char_limit(MAX_CHARS)
                .code_editor()
                .font(theme.font(TextRole::Code))
                .text_color(c.t1)
                .frame(Frame::NONE)
                .margin(Margin::ZERO)
                .desired_width(f32::INFINITY)
                .desired_rows(MIN_ROWS);
            ui.add(edit).accessible_name("Text of the rule")
        });
        if edited.inner.has_focus() {
            let rect = edited.response.rect;
            ui.painter().rect_stroke(rect, 0.0, Stroke::new(2.0, c.accent), StrokeKind::Inside);
        }
        if edited.inner.changed() {
            form.write(&view.buffer);
            view.is_own = true;
        }
        let problems: &[_] = form.raw.as_ref().map_or(&[], |raw| &raw.problems);
        if !problems.is_empty() {
            Frame::new().inner_margin(Margin::symmetric(16, 8)).show(ui, |ui| {
                ui.spacing_mut().item_spacing.y = 4.0;
                for problem in problems {
                    problem_line(ui, theme, shown(problem), ui.available_width());
                }
            });
        }
    });
}
