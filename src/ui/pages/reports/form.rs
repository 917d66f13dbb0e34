//! The rows of a form: a label at the left, what is filled in at its right, a line below for what is to be known.

use eframe::egui::{Align, Color32, Label, Layout, Ui, vec2};

use crate::model::{Command, TaskCommand, TaskRequest};
use crate::ui::cx::PanelCx;
use crate::ui::period::PeriodDraft;
use crate::ui::period::presets::Preset;
use crate::ui::theme::TextRole;
use crate::ui::widgets::{Button, menu_item, popup_menu};

/// Width of the labels.
const LABEL: f32 = 104.0;

/// One row. The control is given the width that is left.
pub fn row(cx: &PanelCx<'_>, ui: &mut Ui, label: &str, control: impl FnOnce(&mut Ui, f32)) {
    let theme = cx.theme;
    ui.add_space(10.0);
    ui.horizontal_top(|ui| {
        ui.spacing_mut().item_spacing = vec2(0.0, 6.0);
        ui.add_space(16.0);
        ui.allocate_ui_with_layout(vec2(LABEL, theme.size.control), Layout::left_to_right(Align::Center), |ui| {
            ui.set_width(LABEL);
            ui.label(theme.colored(TextRole::SmallStrong, label, theme.color.t2));
        });
        let width = ui.available_width() - 16.0;
        ui.allocate_ui_with_layout(vec2(width, 0.0), Layout::top_down(Align::Min), |ui| {
            ui.set_width(width);
            ui.spacing_mut().item_spacing = vec2(8.0, 6.0);
            control(ui, width);
        });
    });
}

/// What is to be known about a control, in small below it.
pub fn note(cx: &PanelCx<'_>, ui: &mut Ui, text: &str) {
    words(cx, ui, text, cx.theme.color.t3);
}

/// Words in a colour, wrapped.
pub fn words(cx: &PanelCx<'_>, ui: &mut Ui, text: &str, color: Color32) {
    ui.add(Label::new(cx.theme.colored(TextRole::Small, text, color)).wrap());
}

/// A period with its presets; true when Enter was pressed in one of its fields.
pub fn period(cx: &PanelCx<'_>, ui: &mut Ui, draft: &mut PeriodDraft, name: &str) -> bool {
    let mut is_entered = false;
    row(cx, ui, "Period", |ui, width| {
        ui.horizontal_wrapped(|ui| {
            ui.spacing_mut().item_spacing = vec2(4.0, 4.0);
            let n_shown = if width < 420.0 { 3 } else { Preset::ALL.len() };
            for preset in &Preset::ALL[..n_shown] {
                let label = format!("{name}: {}", preset.name());
                if Button::quiet(preset.name()).name(&label).show(ui, cx.theme).clicked() {
                    draft.fill(preset.range(cx.snapshot.at.unwrap_or(cx.now)));
                }
            }
            if n_shown < Preset::ALL.len() {
                let more = Button::quiet("More…").show(ui, cx.theme);
                let chosen = popup_menu(cx.theme, &more, |ui| {
                    let rest = &Preset::ALL[n_shown..];
                    rest.iter().find(|p| menu_item(ui, cx.theme, p.name(), None, false).clicked()).copied()
                });
                if let Some(preset) = chosen.flatten() {
                    draft.fill(preset.range(cx.snapshot.at.unwrap_or(cx.now)));
                }
            }
        });
        is_entered = draft.show(cx, ui, name, width);
        draft.words_ui(cx, ui);
    });
    is_entered
}

/// The last row: the button that starts a task, and why it cannot where it cannot. True when it was clicked.
pub fn foot(cx: &PanelCx<'_>, ui: &mut Ui, act: &str, why_not: Option<&str>) -> bool {
    let mut is_clicked = false;
    row(cx, ui, "", |ui, _| {
        ui.horizontal(|ui| {
            is_clicked = Button::primary(act).tall().why_not(why_not).show(ui, cx.theme).clicked();
            if let Some(why) = why_not {
                ui.label(cx.theme.colored(TextRole::Small, why, cx.theme.color.t3));
            }
        });
    });
    ui.add_space(16.0);
    is_clicked
}

/// Starts a task.
pub fn start(cx: &PanelCx<'_>, request: TaskRequest) {
    cx.send(Command::Task(TaskCommand::Start(request)));
}
