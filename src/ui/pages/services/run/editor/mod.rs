//! The form of how a service is run, in the place of the service: a draft with undo, saved as one command.

mod drafts;
mod fields;
mod form;
mod needs;
mod readiness;
mod step_form;
mod steps;
mod variables;

use std::path::Path;
use std::sync::Arc;

use eframe::egui::{Align, Frame, Key, KeyboardShortcut, Layout, Margin, Modifiers, Rect, ScrollArea, Ui, pos2, vec2};

use self::drafts::Draft;
pub(super) use self::drafts::Drafts;
use self::fields::{Number, caption, hint, number_ui, text_ui};
use self::form::Form;
use super::super::ask_form::words_of;
use super::super::{ServicesPanel, Tab, within};
use crate::model::Command;
use crate::model::run::{RestartWhen, RunCommand};
use crate::ui::PanelCx;
use crate::ui::file_dialog::FilePurpose;
use crate::ui::icons;
use crate::ui::theme::TextRole;
use crate::ui::widgets::{
    Button, IconButton, Problem, outline_chip, panel, panel_head, problem_line, segments, toggle,
};

/// Width from which on the parts stand in two columns.
const TWO_COLUMNS: f32 = 820.0;

/// What the row at the top asked for.
enum Ask {
    Undo,
    Redo,
    Discard,
    Save,
    Close,
}

/// Draws the form that is open into `rect`.
pub(in super::super) fn editor_ui(cx: &PanelCx<'_>, ui: &mut Ui, rect: Rect, panel: &mut ServicesPanel) {
    let services = cx.snapshot.services.clone();
    let keys = keys(ui, panel.running.is_asking());
    let Some(draft) = panel.running.drafts.current(&services) else {
        panel.running.close_form();
        return;
    };
    let read = draft.form().read(draft.kept().map(|run| &**run), &services);
    let whole =
        Rect::from_min_max(rect.min, pos2(rect.right() + cx.theme.frame(cx.is_compact).margin_x, rect.bottom()));
    let mut asked = keys;
    within(ui, "run form", whole, |ui| {
        ui.set_max_width(rect.width());
        ui.spacing_mut().item_spacing = vec2(8.0, 6.0);
        asked = head_ui(cx, ui, draft, read.as_ref().err().map(String::as_str)).or(asked.take());
        let mut form = Form::clone(draft.form());
        ScrollArea::vertical().id_salt("run form").auto_shrink(false).show(ui, |ui| {
            ui.set_max_width(rect.width());
            parts_ui(cx, ui, &mut form, draft);
            ui.add_space(12.0);
        });
        // Letters typed into one field in a row are one step of undo.
        let step = ui.memory(|memory| memory.focused()).map(|id| id.value());
        draft.set(form, step);
    });
    match asked {
        Some(Ask::Undo) => draft.undo(),
        Some(Ask::Redo) => draft.redo(),
        Some(Ask::Discard) => draft.discard(),
        Some(Ask::Close) => panel.running.close_form(),
        Some(Ask::Save) => {
            if let Ok(run) = read {
                let name = run.service.clone();
                cx.send(Command::Run(RunCommand::Put(Box::new(run))));
                panel.running.drafts.saved(&name);
                panel.tab = Tab::Run;
            }
        }
        None => {}
    }
}

/// The keys of the form; fields would take them for what is typed in them alone.
fn keys(ui: &Ui, is_asking: bool) -> Option<Ask> {
    if is_asking || ui.any_popup_open() {
        return None;
    }
    let pressed = |modifiers, key| ui.input_mut(|i| i.consume_shortcut(&KeyboardShortcut::new(modifiers, key)));
    if pressed(Modifiers::COMMAND.plus(Modifiers::SHIFT), Key::Z) {
        Some(Ask::Redo)
    } else if pressed(Modifiers::COMMAND, Key::Z) {
        Some(Ask::Undo)
    } else if pressed(Modifiers::COMMAND, Key::S) {
        Some(Ask::Save)
    } else if !ui.ctx().text_edit_focused() && pressed(Modifiers::NONE, Key::Escape) {
        Some(Ask::Close)
    } else {
        None
    }
}

/// The title, what is wrong, and what can be done with the whole.
fn head_ui(cx: &PanelCx<'_>, ui: &mut Ui, draft: &Draft, fault: Option<&str>) -> Option<Ask> {
    let theme = cx.theme;
    let mut asked = None;
    let role = if cx.is_compact { TextRole::SentenceCompact } else { TextRole::Sentence };
    ui.horizontal(|ui| {
        ui.spacing_mut().interact_size.y = theme.size.control_tall;
        let title = match draft.kept() {
            Some(run) => format!("How {} is run", run.service),
            None => "Run a service".to_owned(),
        };
        ui.label(theme.text(role, title));
        ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
            if IconButton::new(icons::X, "Close the form").show(ui, theme).clicked() {
                asked = Some(Ask::Close);
            }
            let why_not = fault.or_else(|| (!draft.is_dirty()).then_some("Nothing was changed"));
            let save = Button::primary("Save").name("Save how it is run").why_not(why_not);
            if save.show(ui, theme).clicked() {
                asked = Some(Ask::Save);
            }
            let why_not = (!draft.is_dirty()).then_some("Nothing was changed");
            if Button::secondary("Discard").why_not(why_not).show(ui, theme).clicked() {
                asked = Some(Ask::Discard);
            }
            let why_not = (!draft.can_redo()).then_some("Nothing to redo");
            if IconButton::new(icons::ARROW_U_UP_RIGHT, "Redo").why_not(why_not).show(ui, theme).clicked() {
                asked = Some(Ask::Redo);
            }
            let why_not = (!draft.can_undo()).then_some("Nothing to undo");
            if IconButton::new(icons::ARROW_U_UP_LEFT, "Undo").why_not(why_not).show(ui, theme).clicked() {
                asked = Some(Ask::Undo);
            }
        });
    });
    // The place is kept while nothing is wrong: what is written must not move.
    ui.allocate_ui_with_layout(vec2(ui.available_width(), 20.0), Layout::left_to_right(Align::Center), |ui| {
        ui.set_min_size(vec2(ui.available_width(), 20.0));
        let width = ui.available_width();
        match fault.filter(|_| draft.form().is_begun()) {
            Some(why) => problem_line(ui, theme, Problem::Error(why), width),
            None if draft.is_overtaken() => {
                let text = "It was changed elsewhere meanwhile: Save puts this in its place, Discard shows the other";
                problem_line(ui, theme, Problem::Warning(text), width);
            }
            None => {
                let text = "A service that runs takes it at its next start. The values of secrets are shown nowhere";
                hint(cx, ui, text);
            }
        }
    });
    asked
}

fn parts_ui(cx: &PanelCx<'_>, ui: &mut Ui, form: &mut Form, draft: &mut Draft) {
    let kept = draft.kept().cloned();
    let kept = kept.as_deref();
    if ui.available_width() < TWO_COLUMNS {
        ui.spacing_mut().item_spacing.y = 12.0;
        command_ui(cx, ui, form, kept.is_none());
        variables::variables_ui(cx, ui, form, kept);
        needs::needs_ui(cx, ui, form);
        ready_ui(cx, ui, form);
        steps::steps_ui(cx, ui, form, draft);
        ending_ui(cx, ui, form);
        return;
    }
    ui.spacing_mut().item_spacing.x = 12.0;
    ui.columns(2, |columns| {
        let [left, right] = columns else { return };
        left.spacing_mut().item_spacing = vec2(8.0, 12.0);
        right.spacing_mut().item_spacing = vec2(8.0, 12.0);
        command_ui(cx, left, form, kept.is_none());
        variables::variables_ui(cx, left, form, kept);
        needs::needs_ui(cx, left, form);
        ready_ui(cx, right, form);
        steps::steps_ui(cx, right, form, draft);
        ending_ui(cx, right, form);
    });
}

/// A part of the form.
fn section(
    cx: &PanelCx<'_>,
    ui: &mut Ui,
    title: &str,
    about: &str,
    right: impl FnOnce(&mut Ui),
    draw: impl FnOnce(&mut Ui),
) {
    panel(ui, cx.theme, |ui| {
        panel_head(ui, cx.theme, cx.is_compact, title, about, right);
        Frame::new().inner_margin(Margin::symmetric(16, 12)).show(ui, |ui| {
            ui.spacing_mut().item_spacing = vec2(8.0, 8.0);
            ui.set_min_width(ui.available_width());
            draw(ui);
        });
    });
}

fn command_ui(cx: &PanelCx<'_>, ui: &mut Ui, form: &mut Form, is_new: bool) {
    let theme = cx.theme;
    section(
        cx,
        ui,
        "Command",
        "what is started, by no shell",
        |_| {},
        |ui| {
            if is_new {
                text_ui(cx, ui, &mut form.service, "Name of the service", "shop");
            }
            text_ui(cx, ui, &mut form.command, "Program and arguments", "/opt/shop/bin/shop --port 8080");
            match words_of(&form.command) {
                Ok(words) if words.is_empty() => hint(cx, ui, "Quotation marks keep words with spaces together"),
                Ok(words) => words_ui(cx, ui, &words),
                Err(why) => problem_line(ui, theme, Problem::Error(&why), ui.available_width()),
            }
            caption(cx, ui, "Folder it is started in");
            let folder: Option<&Path> = None;
            form.directory.show(cx, ui, "Folder it is started in", FilePurpose::RunFolder, folder, &[]);
        },
    );
}

/// The words that are handed to the program, each by itself.
fn words_ui(cx: &PanelCx<'_>, ui: &mut Ui, words: &[Arc<str>]) {
    ui.horizontal_wrapped(|ui| {
        ui.spacing_mut().item_spacing = vec2(6.0, 4.0);
        for (i, word) in words.iter().enumerate() {
            let shown = if word.is_empty() { "(empty)" } else { word };
            let what = if i == 0 { "The program".to_owned() } else { format!("Argument {i}") };
            outline_chip(ui, cx.theme, shown).on_hover_text(what);
        }
    });
}

fn ready_ui(cx: &PanelCx<'_>, ui: &mut Ui, form: &mut Form) {
    section(
        cx,
        ui,
        "Ready",
        "when the warm-up begins",
        |_| {},
        |ui| {
            readiness::readiness_ui(cx, ui, &mut form.readiness);
        },
    );
}

fn ending_ui(cx: &PanelCx<'_>, ui: &mut Ui, form: &mut Form) {
    let theme = cx.theme;
    section(
        cx,
        ui,
        "Start and end",
        "when it is started, and started again",
        |_| {},
        |ui| {
            toggle(ui, theme, &mut form.starts_with_perfdesk, "Starts with Perfdesk");
            toggle(ui, theme, &mut form.is_lazy, "Starts only where another needs it, or by name");
            toggle(ui, theme, &mut form.outlives_perfdesk, "Goes on when Perfdesk ends");
            let stop = Number {
                name: "Time to end when it is asked to",
                unit: "s, then it is killed",
                what: "The time to end",
                bounds: form::STOP_SECONDS,
            };
            number_ui(cx, ui, &mut form.stop_seconds, stop);
            let choices = [
                (RestartWhen::Never, "Never"),
                (RestartWhen::OnFailure, "After a failure"),
                (RestartWhen::Always, "However it ends"),
            ];
            hint(cx, ui, "Started again when it ended by itself");
            segments(ui, theme, "Started again", &mut form.restart, &choices);
            if form.restart != RestartWhen::Never {
                let first = Number {
                    name: "First wait before that",
                    unit: "ms, doubled each time",
                    what: "The first wait",
                    bounds: form::FIRST_MILLIS,
                };
                number_ui(cx, ui, &mut form.first_millis, first);
                let longest =
                    Number { name: "Longest wait", unit: "ms", what: "The longest wait", bounds: form::LONGEST_MILLIS };
                number_ui(cx, ui, &mut form.longest_millis, longest);
                let limit = Number {
                    name: "Counts as failed after",
                    unit: "restarts in a row",
                    what: "Restarts in a row",
                    bounds: form::LIMIT,
                };
                number_ui(cx, ui, &mut form.limit, limit);
            }
        },
    );
}
