//! How it is found out that a service is ready: what is typed, and its fields.

use eframe::egui::Ui;

use super::fields::{Number, hint, number_ui, text_ui};
use super::form::{line_of, words_of};
use crate::model::run::Readiness;
use crate::model::service::CheckKind;
use crate::ui::PanelCx;
use crate::ui::widgets::{Field, number, segments};

/// Bounds of numbers that are typed.
const EVERY_MILLIS: (u32, u32) = (20, 60_000);
const TIME_OUT: (u32, u32) = (1, 3_600);

/// What is asked, as a choice.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) enum Way {
    /// Nothing: it is ready once it ran for a second.
    #[default]
    Runs,
    Http,
    Tcp,
    Process,
    Command,
}

/// What is typed.
#[derive(Debug, Clone, PartialEq, Default)]
pub(super) struct ReadinessForm {
    pub way: Way,
    url: String,
    status: String,
    body: String,
    json_path: String,
    json_value: String,
    max_millis: String,
    address: String,
    process: String,
    argv: String,
    every: String,
    time_out: String,
}

impl ReadinessForm {
    /// The form of what is set up.
    pub(super) fn of(readiness: Option<&Readiness>) -> Self {
        let usual = Readiness::default();
        let numbers = readiness.unwrap_or(&usual);
        let mut form = Self {
            every: numbers.every_millis.to_string(),
            time_out: numbers.time_out_seconds.to_string(),
            ..Self::default()
        };
        match readiness.map(|readiness| &readiness.ask) {
            None => {}
            Some(CheckKind::Http { url, status, body, json, max_millis }) => {
                form.way = Way::Http;
                form.url = url.to_string();
                form.status = status.map(|status| status.to_string()).unwrap_or_default();
                form.body = body.to_string();
                form.json_path = json.0.to_string();
                form.json_value = json.1.to_string();
                form.max_millis = if *max_millis == 0 { String::new() } else { max_millis.to_string() };
            }
            Some(CheckKind::Tcp { address }) => {
                form.way = Way::Tcp;
                form.address = address.to_string();
            }
            Some(CheckKind::Process { name }) => {
                form.way = Way::Process;
                form.process = name.to_string();
            }
            Some(CheckKind::Command { argv }) => {
                form.way = Way::Command;
                form.argv = line_of(argv);
            }
        }
        form
    }

    /// What is meant.
    pub(super) fn read(&self) -> Result<Option<Readiness>, String> {
        let ask = match self.way {
            Way::Runs => return Ok(None),
            Way::Http => CheckKind::Http {
                url: self.url.trim().into(),
                status: status(&self.status)?,
                body: self.body.as_str().into(),
                json: (self.json_path.trim().into(), self.json_value.trim().into()),
                max_millis: match self.max_millis.trim() {
                    "" => 0,
                    text => number(text, "The longest time in milliseconds", (1, 60_000))?,
                },
            },
            Way::Tcp => CheckKind::Tcp { address: self.address.trim().into() },
            Way::Process => CheckKind::Process { name: self.process.trim().into() },
            Way::Command => CheckKind::Command { argv: words_of(&self.argv)? },
        };
        Ok(Some(Readiness {
            ask,
            every_millis: number(&self.every, "The time between questions", EVERY_MILLIS)?,
            time_out_seconds: number(&self.time_out, "The time to be ready", TIME_OUT)?,
        }))
    }
}

/// A status that is typed; empty is any from 200 to 299.
pub(super) fn status(text: &str) -> Result<Option<u16>, String> {
    match text.trim() {
        "" => Ok(None),
        text => Ok(Some(number(text, "The status", (100, 599))? as u16)),
    }
}

/// Draws the fields.
pub(super) fn readiness_ui(cx: &PanelCx<'_>, ui: &mut Ui, form: &mut ReadinessForm) {
    let theme = cx.theme;
    let ways = [
        (Way::Runs, "Runs for 1\u{2009}s"),
        (Way::Http, "HTTP"),
        (Way::Tcp, "TCP"),
        (Way::Process, "Process"),
        (Way::Command, "Command"),
    ];
    segments(ui, theme, "Ready when", &mut form.way, &ways);
    match form.way {
        Way::Runs => hint(cx, ui, "It counts as ready once its process ran for a second"),
        Way::Http => {
            text_ui(cx, ui, &mut form.url, "Address that answers", "http://127.0.0.1:8080/ready");
            hint(cx, ui, "Status it must answer with, and a text its body must contain");
            ui.horizontal(|ui| {
                Field::new(&mut form.status, "Ready status").hint("200 to 299").number().width(104.0).show(ui, theme);
                Field::new(&mut form.body, "Ready text").hint("Any text").show(ui, theme);
            });
            hint(cx, ui, "A field of its JSON and the value it must have; longest time, ms");
            ui.horizontal(|ui| {
                let room = ((ui.available_width() - 104.0 - 16.0) / 2.0).max(60.0);
                Field::new(&mut form.json_path, "Ready JSON field")
                    .hint("status.db")
                    .code()
                    .width(room)
                    .show(ui, theme);
                Field::new(&mut form.json_value, "Ready JSON value").hint("ok").code().width(room).show(ui, theme);
                let longest = Field::new(&mut form.max_millis, "Longest time to answer").hint("Time-out");
                longest.number().width(104.0).show(ui, theme);
            });
        }
        Way::Tcp => text_ui(cx, ui, &mut form.address, "Host and port that take a connection", "127.0.0.1:8080"),
        Way::Process => {
            text_ui(cx, ui, &mut form.process, "Name of a process, or a text of its command line", "worker");
        }
        Way::Command => text_ui(cx, ui, &mut form.argv, "Command that ends with 0", "pg_isready -q"),
    }
    if form.way != Way::Runs {
        let every = Number { name: "Asks every", unit: "ms", what: "The time between questions", bounds: EVERY_MILLIS };
        number_ui(cx, ui, &mut form.every, every);
        let within = Number { name: "Must be ready within", unit: "s", what: "The time to be ready", bounds: TIME_OUT };
        number_ui(cx, ui, &mut form.time_out, within);
    }
}
