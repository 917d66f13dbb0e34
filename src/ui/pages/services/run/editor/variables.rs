//! The environment of a service: the profile's values, a file, and variables of its own; those that are secret are dots.

use std::path::Path;

use eframe::egui::Ui;

use super::fields::{caption, hint};
use super::form::{Form, VariableForm, is_kept};
use super::section;
use crate::model::run::Run;
use crate::ui::PanelCx;
use crate::ui::file_dialog::FilePurpose;
use crate::ui::icons;
use crate::ui::widgets::{Button, Field, IconButton, toggle};

const FILTERS: &[(&str, &[&str])] = &[("Environment", &["env"]), ("All files", &["*"])];

/// Draws the part.
pub(super) fn variables_ui(cx: &PanelCx<'_>, ui: &mut Ui, form: &mut Form, kept: Option<&Run>) {
    let theme = cx.theme;
    let mut adds = false;
    let Form { variables, uses_profile, environment_file, .. } = form;
    let right = |ui: &mut Ui| adds = Button::secondary("Add a variable").icon(icons::PLUS).show(ui, theme).clicked();
    section(cx, ui, "Environment", "over Perfdesk's own", right, |ui| {
        toggle(ui, theme, uses_profile, "Given the active profile's values").on_hover_text(
            "Under their usual names, such as DB_POOL_MAX. The file and the variables below come over them",
        );
        caption(cx, ui, "A .env file that is read at each start");
        let folder: Option<&Path> = None;
        environment_file.show(cx, ui, "Environment file", FilePurpose::RunEnvironment, folder, FILTERS);
        if !variables.is_empty() {
            hint(cx, ui, "Variables; the key hides a value");
        }
        let mut doomed = None;
        for (i, variable) in variables.iter_mut().enumerate() {
            if variable_ui(cx, ui, variable, i + 1, is_kept(kept, &variable.name.clone())) {
                doomed = Some(i);
            }
        }
        if let Some(i) = doomed {
            variables.remove(i);
        }
    });
    if adds {
        form.variables.push(VariableForm::default());
    }
}

/// One variable; true when it is to go.
fn variable_ui(cx: &PanelCx<'_>, ui: &mut Ui, variable: &mut VariableForm, n: usize, is_kept: bool) -> bool {
    let theme = cx.theme;
    let mut goes = false;
    ui.horizontal(|ui| {
        ui.spacing_mut().item_spacing.x = 8.0;
        let room = ui.available_width() - 2.0 * (theme.size.control + 8.0) - 8.0;
        let name = format!("Name of variable {n}");
        Field::new(&mut variable.name, &name).hint("NAME").path().width(room * 0.42).show(ui, theme);
        let name = format!("Value of variable {n}");
        let hint = if variable.is_secret && is_kept { "Stays as it is" } else { "value" };
        let field = Field::new(&mut variable.value, &name).hint(hint).path().width(room * 0.58);
        let field = if variable.is_secret { field.secret() } else { field };
        field.show(ui, theme);
        let name = format!("Variable {n} is a secret");
        if IconButton::new(icons::LOCK_KEY, &name).chosen(variable.is_secret).show(ui, theme).clicked() {
            variable.is_secret = !variable.is_secret;
            // What was hidden is not shown by a click: it is typed again.
            if !variable.is_secret {
                variable.value.clear();
            }
        }
        goes = IconButton::new(icons::TRASH, &format!("Remove variable {n}")).show(ui, theme).clicked();
    });
    goes
}
