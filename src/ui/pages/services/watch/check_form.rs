//! The dialog of a health check: what is typed, and what it means.

use std::sync::Arc;

use eframe::egui::{Align, Layout, Ui};

use super::super::ask_form::{AskForm, Way};
use super::Done;
use crate::model::service::{HealthCheck, MAX_CHECKS, ServiceCommand};
use crate::ui::cx::PanelCx;
use crate::ui::theme::TextRole;
use crate::ui::widgets::{Button, Field, modal, number, segments, toggle};

/// What is typed.
#[derive(Debug, Clone, Default)]
pub(super) struct CheckForm {
    before: Option<HealthCheck>,
    name: String,
    service: String,
    way: Way,
    ask: AskForm,
    interval: String,
    time_out: String,
    rise: String,
    fall: String,
    is_on: bool,
}

impl CheckForm {
    /// An empty form for a service; empty is one of the check's own name.
    pub(super) fn new(service: &str) -> Self {
        let check = HealthCheck { service: service.into(), ..HealthCheck::default() };
        Self { before: None, way: Way::Http, name: service.to_owned(), ..Self::of(&check) }
    }

    /// The form of a check there is.
    pub(super) fn of(check: &HealthCheck) -> Self {
        let (way, ask) = AskForm::of(&check.kind);
        Self {
            before: Some(check.clone()),
            name: check.name.to_string(),
            service: check.service.to_string(),
            way,
            ask,
            interval: check.interval_seconds.to_string(),
            time_out: check.time_out_seconds.to_string(),
            rise: check.rise.to_string(),
            fall: check.fall.to_string(),
            is_on: check.is_on,
        }
    }

    /// The check that is meant.
    fn read(&self, is_taken: impl Fn(&str) -> bool) -> Result<HealthCheck, String> {
        let name: Arc<str> = self.name.trim().into();
        let is_new = self.before.as_ref().is_none_or(|before| before.name != name);
        if is_new && is_taken(&name) {
            return Err("There is a check of this name: choose another".into());
        }
        let check = HealthCheck {
            name,
            service: self.service.trim().into(),
            kind: self.ask.read(self.way)?,
            interval_seconds: number(&self.interval, "The time between checks", (1, 3_600))?,
            time_out_seconds: number(&self.time_out, "The time for one check", (1, 60))?,
            rise: number(&self.rise, "Answers until it is healthy", (1, 20))?,
            fall: number(&self.fall, "Failures until it is unhealthy", (1, 20))?,
            is_on: self.is_on,
        };
        check.fault().map_or(Ok(check), Err)
    }
}

/// Draws the form.
pub(super) fn form_ui(cx: &PanelCx<'_>, ui: &Ui, form: &mut CheckForm) -> Done {
    let theme = cx.theme;
    let title = form.before.as_ref().map_or("New health check".to_owned(), |before| format!("Change {}", before.name));
    let services = &cx.snapshot.services;
    let is_taken = |name: &str| services.checks.iter().any(|status| &*status.check.name == name);
    let read = match form.before {
        None if services.checks.len() >= MAX_CHECKS => Err(format!("There are {MAX_CHECKS} checks already")),
        _ => form.read(is_taken),
    };
    let ((keeps, cancels), wants_close) = modal(ui.ctx(), theme, "health check", &title, |ui| {
        fields_ui(cx, ui, form);
        let why_not = read.as_ref().err().map(String::as_str);
        let is_begun = !form.name.is_empty() && form.ask.is_begun();
        if let Some(why) = why_not.filter(|_| is_begun) {
            ui.label(theme.colored(TextRole::Small, why, theme.color.critical));
        }
        ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
            let keep = Button::primary("Save").tall().name("Save the check").why_not(why_not);
            let keeps = keep.show(ui, theme).clicked();
            (keeps, Button::secondary("Cancel").tall().show(ui, theme).clicked())
        })
        .inner
    });
    match read {
        Ok(check) if keeps => Done::Keep(ServiceCommand::PutCheck(Box::new(check))),
        _ if cancels || wants_close => Done::Closed,
        _ => Done::Open,
    }
}

fn fields_ui(cx: &PanelCx<'_>, ui: &mut Ui, form: &mut CheckForm) {
    let theme = cx.theme;
    let line = |ui: &mut Ui, text: &str| {
        ui.label(theme.colored(TextRole::Small, text, theme.color.t3));
    };
    if form.before.is_none() {
        line(ui, "Name");
        Field::new(&mut form.name, "Name of the check").hint("Such as login").show(ui, theme);
    }
    line(ui, "Service it speaks of; empty is one of its own name");
    Field::new(&mut form.service, "Service of the check").hint("Its own name").show(ui, theme);
    let ways = [(Way::Http, "HTTP"), (Way::Tcp, "TCP"), (Way::Process, "Process"), (Way::Command, "Command")];
    segments(ui, theme, "Asks by", &mut form.way, &ways);
    match form.way {
        Way::Http => {
            Field::new(&mut form.ask.url, "Address to get").hint("http://127.0.0.1:8080/health").path().show(ui, theme);
            line(ui, "Status it must answer with; longest time, ms");
            ui.horizontal(|ui| {
                Field::new(&mut form.ask.status, "Status").hint("200 to 299").number().width(120.0).show(ui, theme);
                Field::new(&mut form.ask.max_millis, "Longest time")
                    .hint("Time-out")
                    .number()
                    .width(120.0)
                    .show(ui, theme);
            });
            line(ui, "Text its body must contain; a field of its JSON and the value it must have");
            Field::new(&mut form.ask.body, "Text of the body").hint("Any").show(ui, theme);
            ui.horizontal(|ui| {
                Field::new(&mut form.ask.json_path, "JSON field").hint("status.db").code().width(196.0).show(ui, theme);
                Field::new(&mut form.ask.json_value, "JSON value").hint("ok").code().show(ui, theme);
            });
        }
        Way::Tcp => {
            line(ui, "Host and port that take a connection");
            Field::new(&mut form.ask.address, "Host and port").hint("127.0.0.1:5432").path().show(ui, theme);
        }
        Way::Process => {
            line(ui, "Its name, or what its command line contains");
            Field::new(&mut form.ask.process, "Name of the process").hint("postgres").code().show(ui, theme);
        }
        Way::Command => {
            line(ui, "A program and its arguments; healthy where it ends with 0. No shell reads it");
            Field::new(&mut form.ask.argv, "Command").hint("pg_isready -q -h 127.0.0.1").path().show(ui, theme);
        }
    }
    line(ui, "Seconds between checks, and for one check");
    ui.horizontal(|ui| {
        Field::new(&mut form.interval, "Seconds between checks").number().width(88.0).show(ui, theme);
        Field::new(&mut form.time_out, "Seconds for one check").number().width(88.0).show(ui, theme);
    });
    line(ui, "Answers in a row until it is healthy, failures in a row until it is not");
    ui.horizontal(|ui| {
        Field::new(&mut form.rise, "Answers until healthy").number().width(88.0).show(ui, theme);
        Field::new(&mut form.fall, "Failures until unhealthy").number().width(88.0).show(ui, theme);
    });
    toggle(ui, theme, &mut form.is_on, "Runs");
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::service::CheckKind;

    #[test]
    fn what_is_typed_is_read_and_what_there_is_comes_back_unchanged() {
        let kinds = [
            CheckKind::Http {
                url: "http://h:1/x".into(),
                status: Some(204),
                body: "ok".into(),
                json: ("a.b".into(), "c".into()),
                max_millis: 250,
            },
            CheckKind::Tcp { address: "127.0.0.1:5432".into() },
            CheckKind::Process { name: "postgres".into() },
            CheckKind::Command { argv: vec!["true".into(), "-x".into()] },
        ];
        for kind in kinds {
            let check = HealthCheck { name: "login".into(), kind, rise: 4, is_on: false, ..HealthCheck::default() };
            assert_eq!(CheckForm::of(&check).read(|_| true), Ok(check));
        }
        let form = CheckForm::new("login");
        let form = CheckForm { ask: AskForm { url: "http://h".into(), ..form.ask.clone() }, ..form };
        assert!(form.read(|_| true).expect_err("taken").contains("of this name"));
        assert_eq!(form.read(|_| false).expect("reads").service(), &Arc::from("login"));
    }
}
