//! Prometheus-compatible servers as sources: whom to ask, what was found there, and how it answers, as clients see it.
//!
//! What is found is listed among the other series, in the group `Sources` and with the attribute [`SOURCE`], and is
//! charted like them. It is never written: not there, and not into history here.

use std::sync::Arc;

use serde::{Deserialize, Serialize};

use super::profile::Secret;
use super::remote_write::{Login, address_fault};
use super::series::{SeriesId, SeriesKey};
use super::time::Timestamp;

/// The attribute that names the source of a series.
pub const SOURCE: &str = "perfdesk.source";
/// Sources at most.
pub const MAX_SOURCES: usize = 8;
/// Series that one search finds at most.
pub const MAX_FOUND: usize = 200;

/// One server that can be asked.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Source {
    /// Its name: 1 to 64 letters, digits, `-`, `_` and `.`.
    pub name: Arc<str>,
    /// The address before `/api/v1`, such as `http://127.0.0.1:9090`.
    pub url: Arc<str>,
    /// How it is told who asks.
    pub login: Login,
    /// The token or password; empty in what is published, and where it is to stay as it is.
    #[serde(skip_serializing)]
    pub secret: Option<Secret>,
    /// The tenant, which Mimir wants in `X-Scope-OrgID`; empty is none.
    pub tenant: Arc<str>,
    /// Time for one question, seconds.
    pub time_out_seconds: u32,
}

impl Default for Source {
    fn default() -> Self {
        Self {
            name: "".into(),
            url: "".into(),
            login: Login::Open,
            secret: None,
            tenant: "".into(),
            time_out_seconds: 10,
        }
    }
}

impl Source {
    /// The same source with every number within its bounds.
    pub fn clamped(mut self) -> Self {
        self.time_out_seconds = self.time_out_seconds.clamp(1, 60);
        self
    }

    /// What is wrong with it, in words; `None` where nothing is.
    pub fn fault(&self) -> Option<String> {
        let is_letter = |b: u8| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_' | b'.');
        if !(1..=64).contains(&self.name.len()) || !self.name.bytes().all(is_letter) {
            return Some("Its name is 1 to 64 letters, digits, \"-\", \"_\" and \".\"".into());
        }
        if let Some(fault) = address_fault(&self.url) {
            return Some(fault);
        }
        if self.url.contains(['?', '#']) {
            return Some("Its address is that before /api/v1, without a question mark".into());
        }
        if self.login != Login::Open && self.secret.as_ref().is_none_or(|secret| secret.0.is_empty()) {
            return Some("Its token or password is missing: type it".into());
        }
        None
    }

    /// What of it may be shown: everything but the secret.
    pub fn without_secret(&self) -> Self {
        Self { secret: None, ..self.clone() }
    }
}

/// The name of the source of a series; `None` where it is one of this machine.
pub fn source_of(key: &SeriesKey) -> Option<&str> {
    key.attribute(SOURCE)
}

/// About sources.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub enum SourceCommand {
    /// Adds a source, or puts this in the place of the one of its name. Without a secret it keeps the one it has.
    Put(Box<Source>),
    /// Takes one away; what was found there stays in lists without values until the program ends.
    Remove(Arc<str>),
    /// Looks for series there, by words of their names or by a selector such as `up{job="node"}`.
    Search {
        /// Where.
        source: Arc<str>,
        /// What was typed.
        text: Arc<str>,
    },
}

/// How a source answers.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub enum SourceState {
    /// It was asked nothing yet.
    #[default]
    Unasked,
    /// It answered.
    Answering(Timestamp),
    /// It did not: since when, and why.
    Failed(Timestamp, Arc<str>),
}

/// What a search found.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct SourceSearch {
    /// What was looked for.
    pub text: Arc<str>,
    /// Whether the answer is awaited.
    pub is_running: bool,
    /// The series found, by name.
    pub found: Arc<[SeriesId]>,
    /// Series there that fit, also those beyond the bound.
    pub n_all: u64,
    /// Why nothing was found; empty where something was.
    pub why: Arc<str>,
}

/// One source now.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct SourceStatus {
    /// What it is, without its secret.
    pub source: Source,
    /// Whether it has a secret.
    pub has_secret: bool,
    /// How it answers.
    pub state: SourceState,
    /// The newest search.
    pub search: SourceSearch,
}

/// All sources now.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct Sources {
    /// Sources, in the order of their file.
    pub list: Arc<[SourceStatus]>,
    /// What is wrong with their file; empty where nothing is.
    pub file_error: Arc<str>,
}

impl Sources {
    /// The source of this name.
    pub fn source(&self, name: &str) -> Option<&SourceStatus> {
        self.list.iter().find(|status| &*status.source.name == name)
    }
}
