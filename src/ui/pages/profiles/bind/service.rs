//! What makes the service take a changed file, and how it is found out that it did.

use std::sync::Arc;

use eframe::egui::{Label, Ui, vec2};

use super::words_field::read_words;
use super::{BindForm, ReloadKind};
use crate::model::profile::{Catalogue, ParamKey};
use crate::ui::PanelCx;
use crate::ui::theme::TextRole;
use crate::ui::widgets::{Field, Problem, link, outline_chip, segments, toggle};

/// Width of the label of a field.
const LABEL: f32 = 128.0;

/// Draws what tells the service.
pub fn reload_ui(cx: &PanelCx<'_>, ui: &mut Ui, form: &mut BindForm) {
    let theme = cx.theme;
    let choices = [
        (ReloadKind::None, "Nothing"),
        (ReloadKind::Run, "Run a program"),
        (ReloadKind::Post, "HTTP POST"),
        (ReloadKind::Restart, "Restart"),
    ];
    segments(ui, theme, "After writing", &mut form.reload, &choices);
    match form.reload {
        ReloadKind::None => note(cx, ui, "The service reads its file by itself, or you start it again by hand"),
        ReloadKind::Run => {
            let words = read_words(&form.argv);
            let fault = words.as_ref().err().map(|why| Problem::Error(why));
            let field = Field::new(&mut form.argv, "Program and arguments").code().problem(fault);
            field.hint("systemctl reload checkout").show(ui, theme);
            if let Ok(words) = &words
                && !words.is_empty()
            {
                ui.horizontal_wrapped(|ui| {
                    ui.spacing_mut().item_spacing = vec2(4.0, 4.0);
                    for word in words {
                        outline_chip(ui, theme, if word.is_empty() { "\"\"" } else { word });
                    }
                });
            }
            note(cx, ui, "Run as these words, without a shell");
            within_ui(cx, ui, "The reload", &mut form.reload_within);
        }
        ReloadKind::Restart => {
            let known: Vec<Arc<str>> = cx.snapshot.services.setup.runs.iter().map(|run| run.service.clone()).collect();
            Field::new(&mut form.service, "Service to restart").code().hint("checkout").show(ui, theme);
            ui.horizontal_wrapped(|ui| {
                for service in &known {
                    if *form.service != **service && link(ui, theme, service).clicked() {
                        form.service = service.to_string();
                    }
                }
            });
            let text = if known.is_empty() {
                "Perfdesk runs no service yet: say on Services how one is started"
            } else {
                "Restarted and warmed up; one that does not become ready takes the profile back"
            };
            note(cx, ui, text);
            within_ui(cx, ui, "The restart", &mut form.reload_within);
        }
        ReloadKind::Post => {
            let field = Field::new(&mut form.post_url, "Address to POST to").code();
            field.hint("http://127.0.0.1:8080/reload").show(ui, theme);
            within_ui(cx, ui, "The reload", &mut form.reload_within);
        }
    }
}

/// Draws how it is checked.
pub fn verify_ui(cx: &PanelCx<'_>, ui: &mut Ui, form: &mut BindForm, catalogue: &Catalogue) {
    let theme = cx.theme;
    toggle(ui, theme, &mut form.asks, "Ask the running service");
    if !form.asks {
        note(cx, ui, "The file is read again in any case");
        return;
    }
    let field = Field::new(&mut form.get_url, "Address to ask").code();
    field.hint("http://127.0.0.1:8080/config").show(ui, theme);
    note(cx, ui, "Its answer is JSON; name the field of each value to check, with dots between: pool.max");
    let bound: Vec<ParamKey> = form.bound().map(|(_, param)| param.clone()).collect();
    form.fields.retain(|(param, field)| bound.contains(param) || !field.trim().is_empty());
    for param in &bound {
        if !form.fields.iter().any(|(of, _)| of == param) {
            form.fields.push((param.clone(), String::new()));
        }
    }
    for (param, field) in &mut form.fields {
        let title = catalogue.get(param).map_or_else(|| param.to_string(), |def| def.title.to_string());
        labelled(cx, ui, &title, |ui| {
            let name = format!("Field of {param}");
            Field::new(field, &name).code().hint("not checked").show(ui, theme);
        });
    }
    within_ui(cx, ui, "The check", &mut form.check_within);
}

fn within_ui(cx: &PanelCx<'_>, ui: &mut Ui, what: &str, text: &mut String) {
    let name = format!("{what} may take");
    labelled(cx, ui, &name, |ui| {
        Field::new(text, &name).number().width(cx.theme.size.field_value).show(ui, cx.theme);
    });
}

fn labelled(cx: &PanelCx<'_>, ui: &mut Ui, label: &str, control: impl FnOnce(&mut Ui)) {
    ui.horizontal(|ui| {
        ui.spacing_mut().item_spacing.x = 8.0;
        let (rect, _) = ui.allocate_exact_size(vec2(LABEL, cx.theme.size.control), eframe::egui::Sense::hover());
        crate::ui::widgets::text_at(ui.painter(), cx.theme, rect, label, TextRole::Small, cx.theme.color.t2);
        control(ui);
    });
}

/// What is to be known, in small.
pub fn note(cx: &PanelCx<'_>, ui: &mut Ui, text: &str) {
    ui.add(Label::new(cx.theme.colored(TextRole::Small, text, cx.theme.color.t3)).wrap());
}
