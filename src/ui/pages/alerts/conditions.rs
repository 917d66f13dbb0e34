//! The form's rows of conditions: which series, how they become a value, and where the threshold lies.

use eframe::egui::Ui;

use super::fields::Rows;
use super::form::{ConditionForm, Form};
use super::series_field::{SeriesSearch, labels_of, series_field};
use crate::alert::check::MAX_CONDITIONS;
use crate::model::alert::{Comparison, Reducer, RuleField};
use crate::ui::icons;
use crate::ui::widgets::{IconButton, choice};

/// Widths of the controls.
const CHOICE: f32 = 124.0;
const SERIES: f32 = 208.0;
const AMOUNT: f32 = 66.0;
const DURATION: f32 = 72.0;

/// Draws the rows of every condition.
pub fn conditions_ui(rows: &Rows<'_, '_>, ui: &mut Ui, form: &mut Form, search: &mut SeriesSearch) {
    let n = form.when.len();
    let mut removed = None;
    for i in 0..n {
        ui.push_id(("condition", i), |ui| {
            if condition_ui(rows, ui, form, i, search) {
                removed = Some(i);
            }
        });
    }
    if n > 1 {
        rows.row(ui, "For", &[RuleField::For], |ui| {
            hold_ui(rows, ui, form);
            rows.word(ui, "all at once");
        });
    }
    if let Some(i) = removed {
        form.remove_condition(i);
    }
}

/// The name of a control of one condition.
fn name(text: &str, i: usize) -> String {
    if i == 0 { text.to_owned() } else { format!("{text} of condition {}", i + 1) }
}

/// Draws one condition; true when it is to go.
fn condition_ui(rows: &Rows<'_, '_>, ui: &mut Ui, form: &mut Form, i: usize, search: &mut SeriesSearch) -> bool {
    let cx = rows.cx;
    let is_faulty = |field: RuleField| rows.reading.at(&[field]).any(|problem| problem.is_error);
    let mut is_removed = false;
    let n = form.when.len();
    let condition = &mut form.when[i];
    let label = if i == 0 { "When" } else { "and when" };
    rows.row(ui, label, &[RuleField::Series(i), RuleField::Window(i)], |ui| {
        let choices = Reducer::ALL.map(|reducer| (reducer, reducer.title()));
        choice(ui, cx.theme, &name("Reducer", i), CHOICE, &mut condition.reducer, &choices);
        rows.word(ui, "of");
        let wide = if condition.reducer.has_window() { SERIES } else { SERIES + 80.0 };
        let faulty = is_faulty(RuleField::Series(i));
        series_field(cx, ui, search, (&name("Series", i), wide), &mut condition.metric, faulty);
        if condition.reducer.has_window() {
            rows.word(ui, "over");
            rows.field(ui, &mut condition.window, &name("Window", i), DURATION, &[RuleField::Window(i)]);
        }
        if n > 1 && IconButton::new(icons::TRASH, &format!("Remove condition {}", i + 1)).show(ui, cx.theme).clicked() {
            is_removed = true;
        }
    });
    if condition.reducer.has_over() {
        over_ui(rows, ui, condition, i, search);
    }
    on_ui(rows, ui, condition, i);
    is_ui(rows, ui, form, i);
    is_removed
}

/// What a ratio is divided by.
fn over_ui(rows: &Rows<'_, '_>, ui: &mut Ui, condition: &mut ConditionForm, i: usize, search: &mut SeriesSearch) {
    rows.row(ui, "divided by", &[RuleField::Over(i)], |ui| {
        let is_faulty = rows.reading.at(&[RuleField::Over(i)]).any(|problem| problem.is_error);
        series_field(rows.cx, ui, search, (&name("Divisor", i), SERIES), &mut condition.over, is_faulty);
        if condition.reducer == Reducer::Ratio {
            rows.word(ui, "of at least");
            rows.field(ui, &mut condition.least, &name("Least count", i), AMOUNT, &[]);
            rows.word(ui, "in the window");
        }
    });
}

/// Which instances, and how they are taken together.
fn on_ui(rows: &Rows<'_, '_>, ui: &mut Ui, condition: &mut ConditionForm, i: usize) {
    rows.row(ui, "On", &[], |ui| {
        let choices = [(false, "each series"), (true, "groups by label")];
        choice(ui, rows.cx.theme, &name("Instances", i), CHOICE, &mut condition.is_grouped, &choices);
        let labels = || labels_of(&rows.cx.snapshot.series, condition.metric.trim());
        let help = |response: eframe::egui::Response, labels: &str| {
            if !labels.is_empty() {
                response.on_hover_text(labels);
            }
        };
        let labels = labels();
        if condition.is_grouped {
            let field = (&*name("Group by", i), "all together");
            help(rows.words_field(ui, &mut condition.by, field, 130.0, &[], true), &labels);
        }
        rows.word(ui, "where");
        let width = if condition.is_grouped { 180.0 } else { SERIES };
        let field = (&*name("Labels", i), "any label");
        help(rows.words_field(ui, &mut condition.matching, field, width, &[], true), &labels);
    });
}

fn is_ui(rows: &Rows<'_, '_>, ui: &mut Ui, form: &mut Form, i: usize) {
    let n = form.when.len();
    let fields: &[RuleField] =
        if n == 1 { &[RuleField::Threshold(0), RuleField::For] } else { &[RuleField::Threshold(i)] };
    let mut is_added = false;
    rows.row(ui, "Is", fields, |ui| {
        let condition = &mut form.when[i];
        let choices = [(Comparison::Above, "above"), (Comparison::Below, "below")];
        choice(ui, rows.cx.theme, &name("Side", i), CHOICE, &mut condition.is, &choices);
        rows.field(ui, &mut condition.threshold, &name("Threshold", i), AMOUNT, &[RuleField::Threshold(i)]);
        let now = condition.threshold.clone();
        rows.was(ui, &now, |kept| kept.when.get(i).map(|kept| kept.threshold.clone()));
        if n == 1 {
            rows.word(ui, "for");
            hold_ui(rows, ui, form);
        }
        if i + 1 == n && n < MAX_CONDITIONS {
            is_added = IconButton::new(icons::PLUS, "Add a condition").show(ui, rows.cx.theme).clicked();
        }
    });
    if is_added {
        form.when.push(ConditionForm::empty());
    }
}

fn hold_ui(rows: &Rows<'_, '_>, ui: &mut Ui, form: &mut Form) {
    rows.field(ui, &mut form.hold, "For", DURATION, &[RuleField::For]);
    let now = form.hold.clone();
    rows.was(ui, &now, |kept| Some(kept.hold.clone()));
}
