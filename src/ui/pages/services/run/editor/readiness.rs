//! How it is found out that a service is ready: what is typed, and its fields.

use eframe::egui::Ui;

use super::fields::{Number, hint, number_ui, text_ui};
use crate::model::run::Readiness;
use crate::ui::PanelCx;
use crate::ui::pages::services::ask_form::{AskForm, Way};
use crate::ui::widgets::{Field, number, segments};

/// Bounds of numbers that are typed.
const EVERY_MILLIS: (u32, u32) = (20, 60_000);
const TIME_OUT: (u32, u32) = (1, 3_600);

/// What is typed.
#[derive(Debug, Clone, PartialEq, Default)]
pub(super) struct ReadinessForm {
    /// By what it is asked; `None` where it is ready once it ran for a second.
    pub way: Option<Way>,
    ask: AskForm,
    every: String,
    time_out: String,
}

impl ReadinessForm {
    /// The form of what is set up.
    pub(super) fn of(readiness: Option<&Readiness>) -> Self {
        let usual = Readiness::default();
        let numbers = readiness.unwrap_or(&usual);
        let (way, ask) = readiness.map(|readiness| AskForm::of(&readiness.ask)).unzip();
        Self {
            way,
            ask: ask.unwrap_or_default(),
            every: numbers.every_millis.to_string(),
            time_out: numbers.time_out_seconds.to_string(),
        }
    }

    /// What is meant.
    pub(super) fn read(&self) -> Result<Option<Readiness>, String> {
        let Some(way) = self.way else { return Ok(None) };
        Ok(Some(Readiness {
            ask: self.ask.read(way)?,
            every_millis: number(&self.every, "The time between questions", EVERY_MILLIS)?,
            time_out_seconds: number(&self.time_out, "The time to be ready", TIME_OUT)?,
        }))
    }
}

/// Draws the fields.
pub(super) fn readiness_ui(cx: &PanelCx<'_>, ui: &mut Ui, form: &mut ReadinessForm) {
    let theme = cx.theme;
    let ways = [
        (None, "Runs for 1\u{2009}s"),
        (Some(Way::Http), "HTTP"),
        (Some(Way::Tcp), "TCP"),
        (Some(Way::Process), "Process"),
        (Some(Way::Command), "Command"),
    ];
    segments(ui, theme, "Ready when", &mut form.way, &ways);
    match form.way {
        None => hint(cx, ui, "It counts as ready once its process ran for a second"),
        Some(Way::Http) => {
            text_ui(cx, ui, &mut form.ask.url, "Address that answers", "http://127.0.0.1:8080/ready");
            hint(cx, ui, "Status it must answer with, and a text its body must contain");
            ui.horizontal(|ui| {
                Field::new(&mut form.ask.status, "Ready status")
                    .hint("200 to 299")
                    .number()
                    .width(104.0)
                    .show(ui, theme);
                Field::new(&mut form.ask.body, "Ready text").hint("Any text").show(ui, theme);
            });
            hint(cx, ui, "A field of its JSON and the value it must have; longest time, ms");
            ui.horizontal(|ui| {
                let room = ((ui.available_width() - 104.0 - 16.0) / 2.0).max(60.0);
                Field::new(&mut form.ask.json_path, "Ready JSON field")
                    .hint("status.db")
                    .code()
                    .width(room)
                    .show(ui, theme);
                Field::new(&mut form.ask.json_value, "Ready JSON value").hint("ok").code().width(room).show(ui, theme);
                let longest = Field::new(&mut form.ask.max_millis, "Longest time to answer").hint("Time-out");
                longest.number().width(104.0).show(ui, theme);
            });
        }
        Some(Way::Tcp) => {
            text_ui(cx, ui, &mut form.ask.address, "Host and port that take a connection", "127.0.0.1:8080")
        }
        Some(Way::Process) => {
            text_ui(cx, ui, &mut form.ask.process, "Name of a process, or a text of its command line", "worker");
        }
        Some(Way::Command) => text_ui(cx, ui, &mut form.ask.argv, "Command that ends with 0", "pg_isready -q"),
    }
    if form.way.is_some() {
        let every = Number { name: "Asks every", unit: "ms", what: "The time between questions", bounds: EVERY_MILLIS };
        number_ui(cx, ui, &mut form.every, every);
        let within = Number { name: "Must be ready within", unit: "s", what: "The time to be ready", bounds: TIME_OUT };
        number_ui(cx, ui, &mut form.time_out, within);
    }
}
