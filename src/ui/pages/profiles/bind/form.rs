//! The form of a binding in the right panel: the file, its keys, the service; and the buttons that keep or remove it.

use std::path::Path;
use std::time::Duration;

use eframe::egui::{Align, Frame, Label, Layout, Margin, Rect, ScrollArea, Stroke, Ui, UiBuilder, pos2, vec2};

use super::BindForm;
use super::mapping::mapping_ui;
use super::service::{note, reload_ui, verify_ui};
use super::standing::standing_ui;
use crate::model::Command;
use crate::model::profile::{Binding, BindingCommand, FileFormat};
use crate::ui::PanelCx;
use crate::ui::file_dialog::FilePurpose;
use crate::ui::icons;
use crate::ui::theme::TextRole;
use crate::ui::widgets::{Answer, Button, Field, IconButton, Tone, banner, choice, hairline, loading_bars, question};

const FOOT: f32 = 56.0;
/// How long a look may take before the form says that it waits.
const LONG: Duration = Duration::from_secs(5);
const FILTERS: &[(&str, &[&str])] = &[
    ("Settings", &["env", "toml", "yaml", "yml", "json", "ron", "ini", "conf", "cfg", "properties"]),
    ("All files", &["*"]),
];

/// Draws the form into `ui`, whose whole place it takes; true when it is over.
pub fn bind_ui(cx: &PanelCx<'_>, ui: &mut Ui, form: &mut BindForm, folder: Option<&Path>) -> bool {
    form.follow(cx);
    look_when_chosen(cx, form, folder);
    let place = ui.max_rect();
    let is_closed = head_ui(cx, ui, form);
    let top = ui.cursor().top();
    let foot = Rect::from_min_max(pos2(place.left(), place.bottom() - FOOT), place.max);
    let body = Rect::from_min_max(pos2(place.left(), top), pos2(place.right(), foot.top()));
    ui.scope_builder(UiBuilder::new().max_rect(body), |ui| {
        ScrollArea::vertical().id_salt("binding").auto_shrink(false).show(ui, |ui| {
            ui.spacing_mut().item_spacing = vec2(8.0, 6.0);
            standing_ui(cx, ui, form);
            file_ui(cx, ui, form, folder);
            keys_ui(cx, ui, form);
            if form.bound().next().is_some() {
                section(cx, ui, "After writing", |ui| reload_ui(cx, ui, form));
                let catalogue = cx.snapshot.tuning.catalogue.clone();
                section(cx, ui, "Verify", |ui| verify_ui(cx, ui, form, &catalogue));
            }
            ui.add_space(12.0);
        });
    });
    let is_over = foot_ui(cx, ui, form, foot, folder);
    is_closed || is_over || removal_ui(cx, ui, form)
}

fn head_ui(cx: &PanelCx<'_>, ui: &mut Ui, form: &BindForm) -> bool {
    let theme = cx.theme;
    let mut is_closed = false;
    ui.add_space(14.0);
    Frame::new().inner_margin(Margin::symmetric(16, 0)).show(ui, |ui| {
        ui.set_min_width(ui.available_width());
        ui.spacing_mut().item_spacing.y = 2.0;
        ui.horizontal(|ui| {
            ui.spacing_mut().interact_size.y = 24.0;
            ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
                is_closed = IconButton::new(icons::X, "Close the binding").side(24.0).show(ui, theme).clicked();
                ui.with_layout(Layout::left_to_right(Align::Center), |ui| {
                    let title = form.was.as_ref().map_or("Bind a file", |was| &was.id);
                    ui.add(Label::new(theme.text(TextRole::Title, title)).truncate());
                });
            });
        });
        let line = if form.was.is_some() {
            "Which of its keys are written, and what the service is told."
        } else {
            "Choose a settings file of a service. Nothing is written to it until a plan is applied."
        };
        ui.add(Label::new(theme.colored(TextRole::Small, line, theme.color.t2)).wrap());
    });
    ui.add_space(12.0);
    hairline(ui, theme);
    is_closed
}

/// A part of the form with its heading.
pub fn section(cx: &PanelCx<'_>, ui: &mut Ui, title: &str, contents: impl FnOnce(&mut Ui)) {
    ui.add_space(10.0);
    Frame::new().inner_margin(Margin::symmetric(16, 0)).show(ui, |ui| {
        ui.set_min_width(ui.available_width());
        ui.spacing_mut().item_spacing = vec2(8.0, 6.0);
        ui.label(cx.theme.colored(TextRole::SmallStrong, title, cx.theme.color.t2));
        contents(ui);
    });
}

fn file_ui(cx: &PanelCx<'_>, ui: &mut Ui, form: &mut BindForm, folder: Option<&Path>) {
    let theme = cx.theme;
    section(cx, ui, "File", |ui| {
        let is_entered = form.path.show(cx, ui, "File to bind", FilePurpose::BoundFile, folder, FILTERS);
        let path = form.path.path(folder).ok();
        let is_looked = path.is_some() && form.looked.as_ref().map(|(of, _)| of) == path.as_ref();
        let why_not = path.is_none().then_some("Name a file first");
        if !is_looked {
            let look = Button::secondary("Look at the file").icon(icons::MAGNIFYING_GLASS).why_not(why_not);
            if look.show(ui, theme).clicked() || (is_entered && path.is_some()) {
                form.is_chosen = true;
            }
        }
    });
    if form.proposal.is_none() && form.was.is_none() {
        return;
    }
    section(cx, ui, "Name", |ui| {
        let width = ui.available_width();
        ui.horizontal(|ui| {
            ui.spacing_mut().item_spacing.x = 8.0;
            let field = Field::new(&mut form.name, "Name of the binding").hint("checkout/.env");
            if field.width(width - 156.0).show(ui, theme).changed() {
                form.is_own_name = true;
            }
            let choices = FileFormat::ALL.map(|format| (Some(format), format.name()));
            choice(ui, theme, "Form of the file", 148.0, &mut form.format, &choices);
        });
    });
}

/// Asks the engine to look, once a file was chosen or its path entered.
fn look_when_chosen(cx: &PanelCx<'_>, form: &mut BindForm, folder: Option<&Path>) {
    if !form.is_chosen {
        return;
    }
    if let Ok(path) = form.path.path(folder)
        && cx.engine.send(Command::Binding(BindingCommand::Look(path.clone())))
    {
        form.looked = Some((path, cx.snapshot.tuning.proposal.clone()));
        form.proposal = None;
        form.looked_at = Some(cx.now);
    }
    form.is_chosen = false;
}

/// The keys, or what stands in their place.
fn keys_ui(cx: &PanelCx<'_>, ui: &mut Ui, form: &mut BindForm) {
    let theme = cx.theme;
    let error = form.proposal.as_ref().and_then(|proposal| proposal.error.clone());
    if let Some(error) = &error {
        section(cx, ui, "Keys", |ui| {
            banner(ui, theme, Tone::Critical, error, None);
        });
    }
    let is_waiting = form.looked.is_some() && form.proposal.is_none();
    if is_waiting && form.rows.is_empty() {
        let waited = form.looked_at.map_or(Duration::ZERO, |at| cx.now.since(at));
        section(cx, ui, "Keys", |ui| {
            if waited > LONG {
                note(cx, ui, "The file was not looked at. Messages at the lower right say why");
                if Button::quiet("Look again").show(ui, theme).clicked() {
                    form.is_chosen = true;
                }
            } else {
                ui.ctx().request_repaint_after(LONG);
                loading_bars(ui, theme, 4);
            }
        });
        return;
    }
    if form.rows.is_empty() {
        return;
    }
    let n_on = form.bound().count();
    let n = form.rows.len();
    let words = match n_on {
        0 => format!("None of {n} keys is bound"),
        _ => format!("{n_on} of {n} keys are bound"),
    };
    section(cx, ui, &words, |ui| {
        note(cx, ui, "Tick what is a parameter, and say how its value is written");
    });
    let catalogue = cx.snapshot.tuning.catalogue.clone();
    ui.spacing_mut().item_spacing.y = 0.0;
    mapping_ui(cx, ui, form, &catalogue);
    ui.spacing_mut().item_spacing.y = 6.0;
}

/// The buttons at the bottom; true when the binding was sent or given up.
fn foot_ui(cx: &PanelCx<'_>, ui: &mut Ui, form: &mut BindForm, place: Rect, folder: Option<&Path>) -> bool {
    let theme = cx.theme;
    ui.painter().hline(place.x_range(), place.top() + 0.5, Stroke::new(1.0, theme.color.line));
    let others: Vec<Binding> = cx.snapshot.tuning.bindings.iter().map(|state| state.binding.clone()).collect();
    let binding = form.binding(folder, &cx.snapshot.tuning.catalogue, &others);
    let mut is_over = false;
    let row = place.shrink2(vec2(16.0, 12.0));
    let builder = UiBuilder::new().max_rect(row).layout(Layout::left_to_right(Align::Center));
    ui.scope_builder(builder, |ui| {
        ui.spacing_mut().item_spacing.x = 8.0;
        let act = if form.was.is_some() { "Save binding" } else { "Bind" };
        let why_not = binding.as_ref().err().map(String::as_str);
        if Button::primary(act).tall().why_not(why_not).show(ui, theme).clicked()
            && let Ok(binding) = &binding
        {
            // Another name is another binding: the one of the old name goes.
            if let Some(was) = form.was.as_ref().filter(|was| was.id != binding.id) {
                cx.send(Command::Binding(BindingCommand::Remove(was.id.clone())));
            }
            cx.send(Command::Binding(BindingCommand::Save(binding.clone())));
            is_over = true;
        }
        if Button::secondary("Cancel").tall().show(ui, theme).clicked() {
            is_over = true;
        }
        if form.was.is_some() {
            ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
                form.wants_removal |= Button::quiet("Remove…").tall().show(ui, theme).clicked();
            });
        }
    });
    is_over
}

/// Asks before a binding goes; true when it is gone.
fn removal_ui(cx: &PanelCx<'_>, ui: &Ui, form: &mut BindForm) -> bool {
    let Some(was) = form.was.as_ref().filter(|_| form.wants_removal) else { return false };
    let title = format!("Remove the binding {}?", was.id);
    let text = format!("Profiles are no longer written to {}. The file stays as it is.", was.path.display());
    match question(ui.ctx(), cx.theme, "profiles-unbind", &title, &text, "Remove binding") {
        Some(Answer::Act) => {
            cx.send(Command::Binding(BindingCommand::Remove(was.id.clone())));
            true
        }
        Some(Answer::Cancel) => {
            form.wants_removal = false;
            false
        }
        None => false,
    }
}
