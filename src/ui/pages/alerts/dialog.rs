//! Dialogs of the editor: the message, quiet hours and repeats, inhibition, and what ways of telling need.
//!
//! What is set there goes into the draft at once; it is in force when the rule is saved.

use std::sync::Arc;

use eframe::egui::{Align, Layout, ScrollArea, Ui};

use super::AlertsPanel;
use super::actions::explain;
use super::deed::Deed;
use super::fields::shown;
use super::form::Form;
use super::model::EditModel;
use crate::alert::message;
use crate::model::SeriesKey;
use crate::model::alert::{AlertCommand, RuleField, RuleId, Webhook};
use crate::ui::PanelCx;
use crate::ui::icons;
use crate::ui::theme::TextRole;
use crate::ui::widgets::{Button, Field, IconButton, Problem, checkbox, modal, problem_line, text_area};

/// A dialog that is open.
#[derive(Debug, Clone)]
pub enum Dialog {
    /// What is said.
    Message,
    /// Quiet hours, repeats, the end.
    Timing,
    /// Rules that silence this one.
    Inhibition,
    /// The webhook, and those there are.
    Webhook,
    /// A webhook being written: its name and address.
    NewWebhook(String, String),
    /// The program.
    Program,
    /// The capture.
    Capture,
}

impl Dialog {
    const fn title(&self) -> &'static str {
        match self {
            Self::Message => "Message of the rule",
            Self::Timing => "Quiet hours and repeats",
            Self::Inhibition => "Inhibited by",
            Self::Webhook => "Webhook",
            Self::NewWebhook(..) => "Add a webhook",
            Self::Program => "Program",
            Self::Capture => "Detailed capture",
        }
    }
}

/// Draws the dialog that is open.
pub fn dialog_ui(cx: &PanelCx<'_>, ui: &Ui, state: &mut AlertsPanel, deeds: &mut Vec<Deed>) {
    let Some(mut dialog) = state.dialog.take() else { return };
    let Some((chosen, model)) = state.chosen.clone().zip(state.model.as_ref()) else { return };
    let Some(draft) = state.drafts.get(&chosen) else { return };
    let mut form = (**draft.form()).clone();
    let ctx = ui.ctx();
    let (next, wants_close) = modal(ctx, cx.theme, "alert dialog", dialog.title(), |ui| {
        body_ui(cx, ui, &chosen, model, &mut dialog, &mut form, deeds)
    });
    let step = ctx.memory(|memory| memory.focused()).map(|id| id.value());
    state.drafts.set(&chosen, form, step);
    state.dialog = match next {
        Next::Stay if !wants_close => Some(dialog),
        Next::Open(other) => Some(other),
        Next::Stay | Next::Close => None,
    };
}

/// What comes after this frame.
enum Next {
    Stay,
    Close,
    Open(Dialog),
}

fn body_ui(
    cx: &PanelCx<'_>,
    ui: &mut Ui,
    chosen: &RuleId,
    model: &EditModel,
    dialog: &mut Dialog,
    form: &mut Form,
    deeds: &mut Vec<Deed>,
) -> Next {
    let mut next = Next::Stay;
    match dialog {
        Dialog::Message => message_ui(cx, ui, model, form),
        Dialog::Timing => timing_ui(cx, ui, model, form),
        Dialog::Inhibition => inhibition_ui(cx, ui, chosen, form),
        Dialog::Webhook => {
            if webhook_ui(cx, ui, form, deeds) {
                next = Next::Open(Dialog::NewWebhook(String::new(), String::new()));
            }
        }
        Dialog::NewWebhook(name, url) => return new_webhook_ui(cx, ui, name, url, form, deeds),
        Dialog::Program => program_ui(cx, ui, model, form, deeds),
        Dialog::Capture => {
            field(cx, ui, model, &mut form.actions.capture, ("Length", "Length of the capture"), RuleField::Other);
            explain(cx, ui, "Every series is sampled each 250\u{2009}ms for so long when the rule fires");
        }
    }
    ui.add_space(8.0);
    ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
        if Button::secondary("Done").tall().show(ui, cx.theme).clicked() {
            next = Next::Close;
        }
        explain(cx, ui, "In force when the rule is saved");
    });
    next
}

fn field(
    cx: &PanelCx<'_>,
    ui: &mut Ui,
    model: &EditModel,
    text: &mut String,
    (label, name): (&str, &str),
    of: RuleField,
) {
    ui.label(cx.theme.colored(TextRole::SmallStrong, label, cx.theme.color.t2));
    let of = [of];
    let problem = model.reading.at(&of).next().map(shown);
    Field::new(text, name).problem(problem).show(ui, cx.theme);
}

fn message_ui(cx: &PanelCx<'_>, ui: &mut Ui, model: &EditModel, form: &mut Form) {
    text_area(ui, cx.theme, &mut form.text, "Message", "Made from the condition", 3, 400);
    for problem in model.reading.at(&[RuleField::Text]) {
        problem_line(ui, cx.theme, shown(problem), ui.available_width());
    }
    explain(cx, ui, "{value}, {threshold}, {for}, {instance}, {name} and {label.NAME} are filled in");
    let rule = &model.reading.rule;
    let status = cx.snapshot.alerts.rule(&rule.id);
    let instance = status.and_then(|status| status.instances.first());
    let metric = rule.when.first().map_or("", |first| &first.term.series.metric);
    let key = instance.map_or_else(|| SeriesKey::new(metric, &[]), |instance| instance.key.clone());
    let name = instance.map_or("", |instance| &instance.name);
    let value = instance.and_then(|instance| instance.value);
    let value = value.or(rule.when.first().map(|first| first.threshold.value)).unwrap_or_default();
    ui.label(cx.theme.colored(TextRole::SmallStrong, "As it would be said now", cx.theme.color.t2));
    ui.label(cx.theme.text(TextRole::Body, message(rule, &key, name, value)));
    ui.label(cx.theme.colored(TextRole::SmallStrong, "Why the limit is what it is", cx.theme.color.t2));
    text_area(ui, cx.theme, &mut form.why, "Why", "For those who come after you", 2, 600);
}

fn timing_ui(cx: &PanelCx<'_>, ui: &mut Ui, model: &EditModel, form: &mut Form) {
    field(cx, ui, model, &mut form.quiet, ("Tell nobody between", "Quiet hours"), RuleField::Quiet);
    explain(cx, ui, "Such as 22:00-07:00, with commas between several: nobody is told then, the window still shows it");
    field(cx, ui, model, &mut form.actions.repeat, ("Again while it fires, each", "Tell again each"), RuleField::Other);
    explain(cx, ui, "Such as 30 min; empty means once");
    checkbox(ui, cx.theme, &mut form.actions.resolved, "Tell when it ends");
}

fn inhibition_ui(cx: &PanelCx<'_>, ui: &mut Ui, chosen: &RuleId, form: &mut Form) {
    explain(cx, ui, "While one of these fires for the same instance, this rule tells nobody");
    ScrollArea::vertical().max_height(320.0).auto_shrink([false, true]).show(ui, |ui| {
        for status in cx.snapshot.alerts.rules.iter().filter(|status| status.rule.id != *chosen) {
            let id = &status.rule.id;
            let mut is_on = form.inhibited_by.contains(id);
            if checkbox(ui, cx.theme, &mut is_on, &status.rule.name).changed() {
                form.inhibited_by.retain(|other| other != id);
                if is_on {
                    form.inhibited_by.push(id.clone());
                }
            }
        }
    });
}

/// The host of an address: the rest may hold a secret.
fn host(url: &str) -> &str {
    let rest = url.split_once("://").map_or(url, |(_, rest)| rest);
    let host = rest.split(['/', '?', '#']).next().unwrap_or(rest);
    host.rsplit('@').next().unwrap_or(host)
}

/// Draws the webhooks there are; true when another one is to be added.
fn webhook_ui(cx: &PanelCx<'_>, ui: &mut Ui, form: &mut Form, deeds: &mut Vec<Deed>) -> bool {
    let theme = cx.theme;
    let webhooks = &cx.snapshot.alerts.webhooks;
    explain(cx, ui, "A webhook is told by POST of JSON, again after a while where that fails");
    for webhook in webhooks.iter() {
        ui.horizontal(|ui| {
            let mut is_on = form.actions.has_webhook && form.actions.webhook == *webhook.name;
            if checkbox(ui, theme, &mut is_on, &webhook.name).changed() {
                form.actions.has_webhook = is_on;
                form.actions.webhook = webhook.name.to_string();
            }
            ui.label(theme.colored(TextRole::Small, host(&webhook.url), theme.color.t3));
            ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
                let name = format!("Remove webhook {}", webhook.name);
                if IconButton::new(icons::TRASH, &name).show(ui, theme).clicked() {
                    let others = webhooks.iter().filter(|other| other.name != webhook.name).cloned().collect();
                    deeds.push(Deed::Send(AlertCommand::SetWebhooks(others)));
                }
                let name = format!("Test {}", webhook.name);
                if Button::quiet("Test").name(&name).show(ui, theme).clicked() {
                    deeds.push(Deed::Send(AlertCommand::TestWebhook(webhook.name.clone())));
                }
            });
        });
    }
    Button::secondary("Add a webhook…").icon(icons::PLUS).show(ui, theme).clicked()
}

fn new_webhook_ui(
    cx: &PanelCx<'_>,
    ui: &mut Ui,
    name: &mut String,
    url: &mut String,
    form: &mut Form,
    deeds: &mut Vec<Deed>,
) -> Next {
    let theme = cx.theme;
    let webhooks = &cx.snapshot.alerts.webhooks;
    ui.label(theme.colored(TextRole::SmallStrong, "Name", theme.color.t2));
    let is_taken = webhooks.iter().any(|webhook| &*webhook.name == name.trim());
    let problem = is_taken.then_some(Problem::Error("There is a webhook of that name"));
    Field::new(name, "Name of the webhook").hint("ops-chat").problem(problem).show(ui, theme);
    ui.label(theme.colored(TextRole::SmallStrong, "Address", theme.color.t2));
    let is_address =
        ["http://", "https://"].iter().any(|scheme| url.trim().starts_with(scheme)) && !host(url).is_empty();
    let problem =
        (!url.trim().is_empty() && !is_address).then_some(Problem::Error("An address begins with https:// or http://"));
    Field::new(url, "Address of the webhook").path().hint("https://…").problem(problem).show(ui, theme);
    explain(cx, ui, "Only its host is shown later: the rest may hold a secret");
    let why_not = match (name.trim().is_empty(), is_taken, is_address) {
        (true, ..) => Some("Give it a name"),
        (_, true, _) => Some("There is a webhook of that name"),
        (.., false) => Some("Give its address"),
        _ => None,
    };
    ui.add_space(8.0);
    let mut next = Next::Stay;
    ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
        if Button::secondary("Add webhook").tall().why_not(why_not).show(ui, theme).clicked() {
            let new = Webhook { name: Arc::from(name.trim()), url: Arc::from(url.trim()) };
            (form.actions.has_webhook, form.actions.webhook) = (true, new.name.to_string());
            let all = webhooks.iter().cloned().chain([new]).collect();
            deeds.push(Deed::Send(AlertCommand::SetWebhooks(all)));
            next = Next::Open(Dialog::Webhook);
        }
        if Button::quiet("Cancel").tall().show(ui, theme).clicked() {
            next = Next::Open(Dialog::Webhook);
        }
    });
    next
}

fn program_ui(cx: &PanelCx<'_>, ui: &mut Ui, model: &EditModel, form: &mut Form, deeds: &mut Vec<Deed>) {
    let theme = cx.theme;
    let mut is_allowed = cx.snapshot.alerts.programs_allowed;
    if checkbox(ui, theme, &mut is_allowed, "Rules may run programs on this machine").changed() {
        deeds.push(Deed::Send(AlertCommand::AllowPrograms(is_allowed)));
    }
    explain(cx, ui, "Takes effect at once, for every rule that has a program");
    ui.label(theme.colored(TextRole::SmallStrong, "Program and arguments, one a line", theme.color.t2));
    let before = form.actions.program.clone();
    text_area(ui, theme, &mut form.actions.program, "Program and arguments", "/usr/local/bin/page-me", 3, 2000);
    // Whoever names a program means to run it.
    form.actions.has_program |= form.actions.program != before && before.trim().is_empty();
    for problem in model.reading.at(&[RuleField::Program]) {
        problem_line(ui, theme, shown(problem), ui.available_width());
    }
    explain(cx, ui, "No shell reads it. Values come as environment variables PERFDESK_NAME, PERFDESK_VALUE and so on");
    ui.label(theme.colored(TextRole::SmallStrong, "Ended after", theme.color.t2));
    Field::new(&mut form.actions.time_out, "Time-out of the program").width(88.0).number().show(ui, theme);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_host_of_an_address_is_shown() {
        for (url, shown) in [
            ("https://hooks.example.org/T0/secret?x=1", "hooks.example.org"),
            ("http://user:pass@10.0.0.1:8080", "10.0.0.1:8080"),
            ("nonsense", "nonsense"),
        ] {
            assert_eq!(host(url), shown);
        }
    }
}
