//! How a binding stands: why its file cannot be read, what differs there and in the running service, and a service that did
//! not answer; each with what can be done.

use eframe::egui::{Label, Ui, vec2};

use super::BindForm;
use super::form::section;
use super::service::note;
use crate::model::Command;
use crate::model::profile::{BindingCommand, BindingState, SeenIn};
use crate::ui::PanelCx;
use crate::ui::icons;
use crate::ui::pages::profiles::drift::{MEND_FILE, MEND_SERVICE, MEND_UNANSWERED, value_line};
use crate::ui::theme::TextRole;
use crate::ui::widgets::{Button, Tone, banner};

/// Values that are listed of one place.
const MAX_DRIFT: usize = 8;

/// Draws how the binding of the form stands, where something is to be told.
pub fn standing_ui(cx: &PanelCx<'_>, ui: &mut Ui, form: &BindForm) {
    let Some(was) = &form.was else { return };
    let Some(state) = cx.snapshot.tuning.bindings.iter().find(|state| state.binding.id == was.id) else { return };
    if let Some(error) = &state.error {
        section(cx, ui, "The file", |ui| {
            banner(ui, cx.theme, Tone::Critical, error, None);
        });
    }
    drift_ui(cx, ui, state, SeenIn::File, "Drifted in the file", MEND_FILE);
    drift_ui(cx, ui, state, SeenIn::Service, "Drifted in the running service", MEND_SERVICE);
    if let Some(why) = &state.unanswered {
        section(cx, ui, "The running service did not answer", |ui| {
            let text = cx.theme.colored(TextRole::Small, why.as_ref(), cx.theme.color.warning);
            ui.add(Label::new(text).wrap());
            note(cx, ui, MEND_UNANSWERED);
            if Button::secondary("Ask again").icon(icons::ARROWS_CLOCKWISE).show(ui, cx.theme).clicked() {
                cx.send(Command::Binding(BindingCommand::Check));
            }
        });
    }
}

/// The values that differ in one place.
fn drift_ui(cx: &PanelCx<'_>, ui: &mut Ui, state: &BindingState, seen_in: SeenIn, title: &str, mend: &str) {
    let mut values = state.drift.iter().filter(|value| value.seen_in == seen_in);
    let n = values.clone().count();
    if n == 0 {
        return;
    }
    section(cx, ui, title, |ui| {
        ui.spacing_mut().item_spacing = vec2(8.0, 2.0);
        for value in values.by_ref().take(MAX_DRIFT) {
            let text = cx.theme.colored(TextRole::Small, value_line(value, cx.now), cx.theme.color.warning);
            ui.add(Label::new(text).wrap());
        }
        if n > MAX_DRIFT {
            note(cx, ui, &format!("and {} more", n - MAX_DRIFT));
        }
        note(cx, ui, mend);
    });
}
