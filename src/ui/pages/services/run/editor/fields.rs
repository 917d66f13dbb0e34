//! Rows of the form: a text with its name above, a number with its name before and its unit behind.

use eframe::egui::{Label, Sense, Ui, vec2};

use crate::ui::PanelCx;
use crate::ui::theme::TextRole;
use crate::ui::widgets::{Field, Problem, number, problem_line, text_at};

/// Width of the names of numbers.
const NAMES: f32 = 196.0;

/// A number of the form.
#[derive(Clone, Copy)]
pub(super) struct Number<'a> {
    /// What stands before it, and its accessible name.
    pub name: &'a str,
    /// What stands behind it.
    pub unit: &'a str,
    /// How its fault begins.
    pub what: &'a str,
    pub bounds: (u32, u32),
}

/// A quiet line.
pub(super) fn hint(cx: &PanelCx<'_>, ui: &mut Ui, text: &str) {
    ui.add(Label::new(cx.theme.colored(TextRole::Small, text, cx.theme.color.t3)).truncate());
}

/// The name above a field. It is painted alone: the field itself says it to those who do not see it.
pub(super) fn caption(cx: &PanelCx<'_>, ui: &mut Ui, text: &str) {
    let (rect, _) = ui.allocate_exact_size(vec2(ui.available_width(), 16.0), Sense::hover());
    text_at(ui.painter(), cx.theme, rect, text, TextRole::Small, cx.theme.color.t3);
}

/// A text with its name above.
pub(super) fn text_ui(cx: &PanelCx<'_>, ui: &mut Ui, text: &mut String, name: &str, example: &str) {
    caption(cx, ui, name);
    Field::new(text, name).hint(example).path().show(ui, cx.theme);
}

/// A number: its name, its field, its unit; what is wrong with it stands below.
pub(super) fn number_ui(cx: &PanelCx<'_>, ui: &mut Ui, text: &mut String, of: Number<'_>) {
    let theme = cx.theme;
    let fault = number(text, of.what, of.bounds).err();
    ui.horizontal(|ui| {
        ui.spacing_mut().item_spacing.x = 8.0;
        let (rect, _) = ui.allocate_exact_size(vec2(NAMES, theme.size.control), Sense::hover());
        text_at(ui.painter(), theme, rect, of.name, TextRole::Small, theme.color.t2);
        let problem = fault.as_deref().map(Problem::Error);
        Field::new(text, of.name).number().width(theme.size.field_value).problem(problem).edge_alone().show(ui, theme);
        ui.add(Label::new(theme.colored(TextRole::Small, of.unit, theme.color.t3)).truncate());
    });
    if let Some(why) = fault {
        problem_line(ui, theme, Problem::Error(&why), ui.available_width());
    }
}
