//! A step of the warm-up as it is typed, and what that means. Nothing here draws.

use crate::model::run::{OnFailure, StepKind, WarmUpStep};
use crate::ui::pages::services::ask_form::{line_of, status, words_of};
use crate::ui::widgets::number;

/// Bounds of numbers that are typed.
pub(super) const TIME_OUT: (u32, u32) = (1, 3_600);
pub(super) const REPEATS: (u32, u32) = (1, 10_000);
pub(super) const TRIES: (u32, u32) = (1, 20);
pub(super) const CONNECTIONS: (u32, u32) = (1, 500);

/// What a step does, as a choice.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) enum Way {
    #[default]
    Http,
    Sql,
    PoolOpen,
    Dns,
    Preload,
    Command,
}

impl Way {
    /// Every kind, with what it is for.
    pub(super) const ALL: [(Self, &'static str); 6] = [
        (Self::Http, "HTTP request"),
        (Self::Sql, "SQL statement"),
        (Self::PoolOpen, "Pool opening"),
        (Self::Dns, "DNS look-up"),
        (Self::Preload, "Pre-load"),
        (Self::Command, "Command"),
    ];

    /// Its name.
    pub(super) fn words(self) -> &'static str {
        Self::ALL.iter().find(|(way, _)| *way == self).map_or("", |(_, words)| words)
    }
}

/// What is typed.
#[derive(Debug, Clone, PartialEq, Default)]
pub(super) struct StepForm {
    /// Tells it from the others wherever it stands.
    pub id: u64,
    pub name: String,
    pub way: Way,
    pub method: String,
    pub url: String,
    pub body: String,
    pub status: String,
    pub contains: String,
    pub database: String,
    pub statement: String,
    pub address: String,
    pub connections: String,
    pub host: String,
    pub done_url: String,
    pub argv: String,
    pub time_out: String,
    pub repeats: String,
    pub tries: String,
    pub on_failure: OnFailure,
    pub is_lazy: bool,
}

impl StepForm {
    /// A step that does nothing yet.
    pub(super) fn new(way: Way, id: u64) -> Self {
        Self { way, ..Self::of(&WarmUpStep::default(), id) }
    }

    /// The form of a step there is.
    pub(super) fn of(step: &WarmUpStep, id: u64) -> Self {
        let mut form = Self {
            id,
            name: step.name.to_string(),
            method: "GET".into(),
            connections: "10".into(),
            time_out: step.time_out_seconds.to_string(),
            repeats: step.repeats.to_string(),
            tries: step.tries.to_string(),
            on_failure: step.on_failure,
            is_lazy: step.is_lazy,
            ..Self::default()
        };
        match &step.kind {
            StepKind::Http { method, url, body, status, contains } => {
                form.way = Way::Http;
                form.method = method.to_string();
                form.url = url.to_string();
                form.body = body.to_string();
                form.status = status.map(|status| status.to_string()).unwrap_or_default();
                form.contains = contains.to_string();
            }
            StepKind::Sql { database, statement } => {
                form.way = Way::Sql;
                form.database = database.to_string();
                form.statement = statement.to_string();
            }
            StepKind::PoolOpen { address, connections } => {
                form.way = Way::PoolOpen;
                form.address = address.to_string();
                form.connections = connections.to_string();
            }
            StepKind::Dns { host } => {
                form.way = Way::Dns;
                form.host = host.to_string();
            }
            StepKind::Preload { url, body, done_url } => {
                form.way = Way::Preload;
                form.url = url.to_string();
                form.body = body.to_string();
                form.done_url = done_url.to_string();
            }
            StepKind::Command { argv } => {
                form.way = Way::Command;
                form.argv = line_of(argv);
            }
        }
        form
    }

    /// The step that is meant.
    ///
    /// # Errors
    /// A number or a command that does not read, with the step's name.
    pub(super) fn read(&self) -> Result<WarmUpStep, String> {
        self.parsed().map_err(|why| match self.name.trim() {
            "" => why,
            name => format!("The step {name}: {why}"),
        })
    }

    fn parsed(&self) -> Result<WarmUpStep, String> {
        let kind = match self.way {
            Way::Http => StepKind::Http {
                method: self.method.as_str().into(),
                url: self.url.trim().into(),
                body: self.body.as_str().into(),
                status: status(&self.status)?,
                contains: self.contains.as_str().into(),
            },
            Way::Sql => {
                StepKind::Sql { database: self.database.trim().into(), statement: self.statement.trim().into() }
            }
            Way::PoolOpen => StepKind::PoolOpen {
                address: self.address.trim().into(),
                connections: number(&self.connections, "The number of connections", CONNECTIONS)?,
            },
            Way::Dns => StepKind::Dns { host: self.host.trim().into() },
            Way::Preload => StepKind::Preload {
                url: self.url.trim().into(),
                body: self.body.as_str().into(),
                done_url: self.done_url.trim().into(),
            },
            Way::Command => StepKind::Command { argv: words_of(&self.argv)? },
        };
        Ok(WarmUpStep {
            name: self.name.trim().into(),
            kind,
            time_out_seconds: number(&self.time_out, "The time-out", TIME_OUT)?,
            repeats: number(&self.repeats, "Repeats", REPEATS)?,
            tries: number(&self.tries, "Tries", TRIES)?,
            on_failure: self.on_failure,
            is_lazy: self.is_lazy,
        })
    }

    /// What it does, in one line: the part that tells it from others.
    pub(super) fn what(&self) -> String {
        match self.way {
            Way::Http => format!("{} {}", self.method, self.url),
            Way::Sql => self.statement.clone(),
            Way::PoolOpen => format!("{} to {}", self.connections, self.address),
            Way::Dns => self.host.clone(),
            Way::Preload => self.url.clone(),
            Way::Command => self.argv.clone(),
        }
    }
}
