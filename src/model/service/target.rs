//! Prometheus targets: what is scraped, how, and how that goes.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::model::profile::Secret;
use crate::model::remote_write::{Login, address_fault};
use crate::model::time::Timestamp;

/// One exporter that is scraped.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Target {
    /// Its name, which is also that of its service: 1 to 64 letters, digits, `-`, `_` and `.`.
    pub name: Arc<str>,
    /// The whole address, such as `http://127.0.0.1:9100/metrics`.
    pub url: Arc<str>,
    /// Time between scrapes, seconds; 1 to 3,600.
    pub interval_seconds: u32,
    /// Time for one scrape, seconds; at most the interval.
    pub time_out_seconds: u32,
    /// How it is told who asks.
    pub login: Login,
    /// The token or password; empty in what is published.
    #[serde(skip_serializing)]
    pub secret: Option<Secret>,
    /// A file of certificates (PEM) that its own is checked against; empty is the well-known authorities.
    pub ca_file: Arc<str>,
    /// Labels put on every series of it.
    pub labels: BTreeMap<Arc<str>, Arc<str>>,
    /// Series taken at most in one scrape; one with more is refused whole.
    pub max_series: u32,
    /// Whether it is scraped.
    pub is_on: bool,
}

impl Default for Target {
    fn default() -> Self {
        Self {
            name: "".into(),
            url: "".into(),
            interval_seconds: 15,
            time_out_seconds: 10,
            login: Login::Open,
            secret: None,
            ca_file: "".into(),
            labels: BTreeMap::new(),
            max_series: 5_000,
            is_on: true,
        }
    }
}

impl Target {
    /// The same target with every number within its bounds.
    pub fn clamped(mut self) -> Self {
        self.interval_seconds = self.interval_seconds.clamp(1, 3_600);
        self.time_out_seconds = self.time_out_seconds.clamp(1, self.interval_seconds.min(60));
        self.max_series = self.max_series.clamp(1, 10_000);
        self
    }

    /// What is wrong with it, in words; `None` where nothing is.
    pub fn fault(&self) -> Option<String> {
        name_fault(&self.name).or_else(|| address_fault(&self.url)).or_else(|| {
            let is_missing = self.login != Login::Open && self.secret.as_ref().is_none_or(|s| s.0.is_empty());
            is_missing.then(|| "Its token or password is missing: type it".into())
        })
    }

    /// What of it may be shown: everything but the secret.
    pub fn without_secret(&self) -> Self {
        Self { secret: None, ..self.clone() }
    }
}

/// What is wrong with the name of a target, a check or a service; `None` where nothing is.
pub(in crate::model) fn name_fault(name: &str) -> Option<String> {
    let is_letter = |b: u8| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_' | b'.');
    let is_good = (1..=64).contains(&name.len()) && name.bytes().all(is_letter);
    (!is_good).then(|| "Its name is 1 to 64 letters, digits, \"-\", \"_\" and \".\"".into())
}

/// How scraping a target goes.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub enum TargetState {
    /// It was not asked yet, or is switched off.
    #[default]
    Waiting,
    /// It answers.
    Up,
    /// It does not: since when, and why.
    Down {
        /// Since when.
        since: Timestamp,
        /// Why, in words.
        why: Arc<str>,
    },
}

/// A target now.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct TargetStatus {
    /// What it is, without its secret.
    pub target: Target,
    /// Whether it has a secret.
    pub has_secret: bool,
    /// How scraping it goes.
    pub state: TargetState,
    /// The newest scrape that was answered.
    pub last_at: Option<Timestamp>,
    /// Time it took.
    pub took: Option<Duration>,
    /// Samples it held.
    pub n_samples: u32,
    /// Bytes it held.
    pub n_bytes: u64,
    /// Lines of it that could not be read, and the first reason.
    pub n_bad_lines: u32,
    /// Why the first of them could not be read; empty where all could.
    pub bad_line: Arc<str>,
}
