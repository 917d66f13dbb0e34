//! What is done with a service before it counts as ready, so that its first user does not pay for it.

use std::sync::Arc;

use serde::{Deserialize, Serialize};

/// Steps of one service at most.
pub const MAX_STEPS: usize = 50;

/// What a step does.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum StepKind {
    /// An HTTP request.
    Http {
        /// `GET`, `POST`, `PUT`, `HEAD` or `DELETE`.
        method: Arc<str>,
        /// The address.
        url: Arc<str>,
        /// What is sent, as JSON; empty is nothing.
        body: Arc<str>,
        /// The status it must be answered with; `None` is any from 200 to 299.
        status: Option<u16>,
        /// A text the answer must contain; empty is none.
        contains: Arc<str>,
    },
    /// A statement sent to a database that is watched.
    Sql {
        /// The database's name, as it is set up.
        database: Arc<str>,
        /// The statement.
        statement: Arc<str>,
    },
    /// Connections opened side by side, so that a pool fills before it is needed: requests to the service where it is an
    /// address with `http://`, bare connections where it is a host and a port.
    PoolOpen {
        /// Where.
        address: Arc<str>,
        /// How many at once; 1 to 500.
        connections: u32,
    },
    /// A name that is looked up.
    Dns {
        /// The name.
        host: Arc<str>,
    },
    /// A model, or anything else large, that the service loads: it is asked by a POST, and then until it is done.
    Preload {
        /// Where the POST goes.
        url: Arc<str>,
        /// What is sent, as JSON; empty is nothing.
        body: Arc<str>,
        /// What is asked by GET until it answers with 200 to 299; empty where the answer to the POST tells.
        done_url: Arc<str>,
    },
    /// A command that ends with 0. It is run as it stands, by no shell.
    Command {
        /// The program and its arguments.
        argv: Vec<Arc<str>>,
    },
}

impl StepKind {
    /// What it is, for people.
    pub const fn name(&self) -> &'static str {
        match self {
            Self::Http { .. } => "HTTP request",
            Self::Sql { .. } => "SQL statement",
            Self::PoolOpen { .. } => "pool opening",
            Self::Dns { .. } => "DNS look-up",
            Self::Preload { .. } => "pre-load",
            Self::Command { .. } => "command",
        }
    }
}

/// What it means when a step fails.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Serialize, Deserialize)]
pub enum OnFailure {
    /// The start failed: the service is stopped.
    FailStart,
    /// The service is degraded, and says so.
    #[default]
    Degrade,
    /// Nothing but a line in the list of steps.
    Ignore,
}

/// One step.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct WarmUpStep {
    /// Its name, unique within the service: 1 to 64 letters, digits, `-`, `_`, `.` and spaces.
    pub name: Arc<str>,
    /// What it does.
    pub kind: StepKind,
    /// Time for each repeat, seconds; 1 to 3,600.
    pub time_out_seconds: u32,
    /// Times it is done, one after the other; 1 to 10,000.
    pub repeats: u32,
    /// Times each is tried before it has failed; 1 to 20.
    pub tries: u32,
    /// What it means when it fails.
    pub on_failure: OnFailure,
    /// Whether it is done after the service is ready, which does not wait for it.
    pub is_lazy: bool,
}

impl Default for WarmUpStep {
    fn default() -> Self {
        Self {
            name: "".into(),
            kind: StepKind::Dns { host: "".into() },
            time_out_seconds: 10,
            repeats: 1,
            tries: 1,
            on_failure: OnFailure::Degrade,
            is_lazy: false,
        }
    }
}

impl WarmUpStep {
    /// The same with every number within its bounds.
    pub fn clamped(mut self) -> Self {
        self.time_out_seconds = self.time_out_seconds.clamp(1, 3_600);
        self.repeats = self.repeats.clamp(1, 10_000);
        self.tries = self.tries.clamp(1, 20);
        if let StepKind::PoolOpen { connections, .. } = &mut self.kind {
            *connections = (*connections).clamp(1, 500);
        }
        self
    }
}
