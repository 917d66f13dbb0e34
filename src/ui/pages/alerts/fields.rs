//! Rows of the editor's form: a label, controls, "was …" beside what is changed, and what is wrong below.

use std::sync::Arc;

use eframe::egui::{Align, Id, Layout, Rect, Response, Ui, UiBuilder, pos2, vec2};

use super::form::Form;
use super::reading::Reading;
use super::words::thin;
use crate::model::alert::{RuleField, RuleProblem};
use crate::ui::PanelCx;
use crate::ui::theme::TextRole;
use crate::ui::widgets::{Field, Problem, problem_line};

/// Width of the labels at the left.
const LABEL: f32 = 92.0;
/// Room between rows.
const GAP: f32 = 8.0;

/// What the rows are drawn with.
pub struct Rows<'a, 'c> {
    /// The page's.
    pub cx: &'a PanelCx<'c>,
    /// What the form means.
    pub reading: &'a Reading,
    /// The form as it is kept; `None` where the rule is new.
    pub kept: Option<&'a Arc<Form>>,
}

/// A problem as a field shows it.
pub fn shown(problem: &RuleProblem) -> Problem<'_> {
    if problem.is_error { Problem::Error(&problem.text) } else { Problem::Warning(&problem.text) }
}

impl Rows<'_, '_> {
    /// A row, with what is wrong with `fields` below it.
    pub fn row(&self, ui: &mut Ui, label: &str, fields: &[RuleField], draw: impl FnOnce(&mut Ui)) {
        let theme = self.cx.theme;
        let whole = ui.available_rect_before_wrap();
        let height = theme.size.control;
        let at = Rect::from_min_size(whole.min, vec2(LABEL, height));
        ui.painter().text(
            pos2(at.left(), at.center().y),
            eframe::egui::Align2::LEFT_CENTER,
            label,
            theme.font(TextRole::Body),
            theme.color.t2,
        );
        let place =
            Rect::from_min_max(pos2(whole.left() + LABEL, whole.top()), pos2(whole.right(), whole.top() + height));
        let layout = Layout::left_to_right(Align::Center).with_main_wrap(true);
        let shown_row =
            ui.scope_builder(UiBuilder::new().id_salt(("row", label)).max_rect(place).layout(layout), |ui| {
                ui.spacing_mut().item_spacing = vec2(8.0, GAP);
                ui.spacing_mut().interact_size.y = height;
                draw(ui);
            });
        let bottom = shown_row.response.rect.bottom().max(place.bottom());
        let problems: Vec<&RuleProblem> = self.reading.at(fields).collect();
        let mut y = bottom;
        if !problems.is_empty() {
            let below = Rect::from_min_max(pos2(place.left(), bottom + 4.0), pos2(whole.right(), bottom + 20.0));
            let lines = ui.scope_builder(UiBuilder::new().id_salt(("problems", label)).max_rect(below), |ui| {
                ui.spacing_mut().item_spacing.y = 4.0;
                for problem in problems {
                    problem_line(ui, theme, shown(problem), place.width());
                }
            });
            y = lines.response.rect.bottom();
        }
        ui.advance_cursor_after_rect(Rect::from_min_max(whole.min, pos2(whole.right(), y + GAP)));
    }

    /// A word between controls.
    pub fn word(&self, ui: &mut Ui, word: &str) {
        ui.label(self.cx.theme.colored(TextRole::Body, word, self.cx.theme.color.t2));
    }

    /// A field of the form. Its fault is told by its row.
    pub fn field(&self, ui: &mut Ui, text: &mut String, name: &str, width: f32, of: &[RuleField]) -> Response {
        self.show(ui, Field::new(text, name).number(), name, width, of)
    }

    /// A field for words or for code.
    pub fn words_field(
        &self,
        ui: &mut Ui,
        text: &mut String,
        (name, hint): (&str, &str),
        width: f32,
        of: &[RuleField],
        is_code: bool,
    ) -> Response {
        let field = Field::new(text, name).hint(hint);
        self.show(ui, if is_code { field.code() } else { field }, name, width, of)
    }

    fn show(&self, ui: &mut Ui, field: Field<'_>, name: &str, width: f32, of: &[RuleField]) -> Response {
        let problem = self.reading.at(of).next().map(shown);
        // Its name alone: a problem that appears above must not take the keyboard away.
        field
            .width(width.min(ui.available_width().max(80.0)))
            .problem(problem)
            .edge_alone()
            .id(Id::unique(("alert rule", name)))
            .show(ui, self.cx.theme)
    }

    /// "was 2 min" where the kept form has another text.
    pub fn was(&self, ui: &mut Ui, now: &str, kept: impl FnOnce(&Form) -> Option<String>) {
        let Some(before) = self.kept.and_then(|form| kept(form)).filter(|before| before != now) else { return };
        let text = if before.is_empty() { "was empty".to_owned() } else { format!("was {}", thin(&before)) };
        ui.label(self.cx.theme.colored(TextRole::Small, text, self.cx.theme.color.accent));
    }
}
