//! Health checks: what is asked, how often, and what came of it.

use std::sync::Arc;
use std::time::Duration;

use serde::{Deserialize, Serialize};

use super::target::name_fault;
use crate::model::remote_write::address_fault;
use crate::model::time::Timestamp;

/// What a check asks.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum CheckKind {
    /// An HTTP GET.
    Http {
        /// The address.
        url: Arc<str>,
        /// The status it must answer with; `None` is any from 200 to 299.
        status: Option<u16>,
        /// A text its body must contain; empty is none.
        body: Arc<str>,
        /// A field of its JSON body and the value it must have, such as `status.db` and `ok`; an empty path is none.
        json: (Arc<str>, Arc<str>),
        /// Longest time it may take, milliseconds; 0 is the time-out alone.
        max_millis: u32,
    },
    /// A TCP connection.
    Tcp {
        /// Host and port, such as `127.0.0.1:5432`.
        address: Arc<str>,
    },
    /// A process that runs.
    Process {
        /// Its name, or what its command line contains.
        name: Arc<str>,
    },
    /// A command that ends with 0. It is run as it stands, by no shell.
    Command {
        /// The program and its arguments.
        argv: Vec<Arc<str>>,
    },
}

/// One health check.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct HealthCheck {
    /// Its name: 1 to 64 letters, digits, `-`, `_` and `.`.
    pub name: Arc<str>,
    /// The service it speaks of; empty is one of the check's own name.
    pub service: Arc<str>,
    /// What it asks.
    pub kind: CheckKind,
    /// Time between checks, seconds; 1 to 3,600.
    pub interval_seconds: u32,
    /// Time for one check, seconds; at most 60.
    pub time_out_seconds: u32,
    /// Answers in a row that make it healthy again; 1 to 20.
    pub rise: u32,
    /// Failures in a row that make it unhealthy; 1 to 20.
    pub fall: u32,
    /// Whether it runs.
    pub is_on: bool,
}

impl Default for HealthCheck {
    fn default() -> Self {
        Self {
            name: "".into(),
            service: "".into(),
            kind: CheckKind::Tcp { address: "".into() },
            interval_seconds: 10,
            time_out_seconds: 5,
            rise: 2,
            fall: 3,
            is_on: true,
        }
    }
}

impl HealthCheck {
    /// The same check with every number within its bounds.
    pub fn clamped(mut self) -> Self {
        self.interval_seconds = self.interval_seconds.clamp(1, 3_600);
        self.time_out_seconds = self.time_out_seconds.clamp(1, 60);
        self.rise = self.rise.clamp(1, 20);
        self.fall = self.fall.clamp(1, 20);
        self
    }

    /// The service it speaks of.
    pub fn service(&self) -> &Arc<str> {
        if self.service.is_empty() { &self.name } else { &self.service }
    }

    /// What is wrong with it, in words; `None` where nothing is.
    pub fn fault(&self) -> Option<String> {
        name_fault(&self.name).or_else(|| match &self.kind {
            CheckKind::Http { url, .. } => address_fault(url),
            CheckKind::Tcp { address } => {
                let port = address.rsplit_once(':').filter(|(host, _)| !host.is_empty()).map(|(_, port)| port);
                let is_good = port.is_some_and(|port| port.parse::<u16>().is_ok_and(|port| port > 0));
                (!is_good).then(|| "Its address is a host and a port, such as 127.0.0.1:5432".into())
            }
            CheckKind::Process { name } => name.is_empty().then(|| "The process has a name".into()),
            CheckKind::Command { argv } => argv
                .first()
                .is_none_or(|program| program.is_empty())
                .then(|| "The command begins with a program".into()),
        })
    }
}

/// How a check stands.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub enum CheckState {
    /// Not known yet, or switched off.
    #[default]
    Waiting,
    /// Healthy since.
    Healthy(Timestamp),
    /// Unhealthy: since when, and why.
    Unhealthy {
        /// Since when.
        since: Timestamp,
        /// Why, in words.
        why: Arc<str>,
    },
}

/// A time in which a check was unhealthy.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Outage {
    /// Its first failure.
    pub start: Timestamp,
    /// Its end; `None` while it lasts.
    pub end: Option<Timestamp>,
    /// Whether it ended unseen, at some time after [`Self::end`], which is when it was last seen to last.
    #[serde(default)]
    pub is_end_unknown: bool,
    /// The part of it in which nobody watched, milliseconds.
    #[serde(default)]
    pub unwatched_millis: u64,
    /// Why, in words.
    pub why: Arc<str>,
}

impl Outage {
    /// One that begins.
    pub fn new(start: Timestamp, why: Arc<str>) -> Self {
        Self { start, end: None, is_end_unknown: false, unwatched_millis: 0, why }
    }

    /// How long it was seen to last, up to now where it goes on.
    pub fn seen(&self, now: Timestamp) -> Duration {
        let whole = self.end.unwrap_or(now).since(self.start);
        whole.saturating_sub(Duration::from_millis(self.unwatched_millis))
    }
}

/// The share of the time in which a check was healthy, 0 to 1, of the time in which it was watched; `None` where it was
/// not watched.
#[derive(Debug, Clone, Copy, PartialEq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct Uptime {
    /// Over the last 24 h.
    pub day_ratio: Option<f64>,
    /// Over the last 7 d.
    pub week_ratio: Option<f64>,
    /// Over the last 30 d.
    pub month_ratio: Option<f64>,
}

/// A check now.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct CheckStatus {
    /// What it is.
    pub check: HealthCheck,
    /// How it stands.
    pub state: CheckState,
    /// When it ran last.
    pub last_at: Option<Timestamp>,
    /// What it said then; empty where all was well.
    pub last_fault: Arc<str>,
    /// Time it took then.
    pub took: Option<Duration>,
    /// Uptime.
    pub uptime: Uptime,
    /// The outages of the last 30 d, the newest first, at most 100.
    pub outages: Arc<[Outage]>,
}
