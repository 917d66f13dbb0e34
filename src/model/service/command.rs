//! What a client may ask about services.

use std::sync::Arc;

use serde::{Deserialize, Serialize};

use super::health_check::HealthCheck;
use super::setup::{Bounds, ProcessBinding, Receivers};
use super::target::Target;
use crate::model::database::{DatabaseTarget, StatementId};

/// About services. What is put replaces the one of its name; a secret that is left out stays as it is.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub enum ServiceCommand {
    /// Where services report to, and whether they may.
    SetReceivers(Receivers),
    /// How much is kept of what they report.
    SetBounds(Bounds),
    /// Whether Perfdesk stands among the services.
    WatchItself(bool),
    /// Adds or changes a target that is scraped.
    PutTarget(Box<Target>),
    /// Takes one away; its history stays.
    RemoveTarget(Arc<str>),
    /// Adds or changes a health check.
    PutCheck(Box<HealthCheck>),
    /// Takes one away; its history stays.
    RemoveCheck(Arc<str>),
    /// Runs one now.
    RunCheck(Arc<str>),
    /// Binds a service to a process.
    Bind(ProcessBinding),
    /// Ends a binding of the service.
    Unbind(Arc<str>),
    /// Adds or changes a database that is asked itself.
    PutDatabase(Box<DatabaseTarget>),
    /// Takes one away; its history stays.
    RemoveDatabase(Arc<str>),
    /// Asks one now, beside its interval.
    AskDatabase(Arc<str>),
    /// Has a database plan a statement that it knows, which is not run; the plan is in the snapshot until the next.
    Explain(Arc<str>, StatementId),
    /// Takes a service that reports no more off the list, until it reports again.
    Forget(Arc<str>),
    /// Looks for traces and logs; the answer is in the snapshot until the next question.
    Ask(TraceQuestion),
}

/// Which traces are meant.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Serialize, Deserialize)]
pub enum TraceFilter {
    /// The slowest first.
    #[default]
    Slowest,
    /// Those that failed, the newest first.
    Failed,
    /// The newest first.
    Newest,
}

/// A question about traces and logs.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct TraceQuestion {
    /// The service; empty is every one.
    pub service: Arc<str>,
    /// Which of them.
    pub filter: TraceFilter,
    /// Only traces with a span of this name (a route or function); empty is every one.
    pub span_name: Arc<str>,
    /// Words that log lines must contain; empty is every one.
    pub log_text: Arc<str>,
    /// The trace to be shown whole, by its id in hexadecimal; empty is none.
    pub open: Arc<str>,
}

impl TraceQuestion {
    /// Longest text that is looked for, bytes.
    const MAX_TEXT: usize = 256;

    /// The same question with every text within its bounds.
    pub fn bounded(mut self) -> Self {
        for text in [&mut self.service, &mut self.span_name, &mut self.log_text, &mut self.open] {
            let length = text.floor_char_boundary(Self::MAX_TEXT);
            if length < text.len() {
                *text = text[..length].into();
            }
        }
        self
    }
}
