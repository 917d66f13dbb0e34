//! The desk of sources: which servers there are to ask, what was found there, and the document that keeps them.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::engine::private_document;
use crate::model::profile::Secret;
use crate::model::remote_write::{Login, host_of};
use crate::model::source::{
    MAX_FOUND, MAX_SOURCES, SOURCE, Source, SourceCommand, SourceSearch, SourceState, SourceStatus, Sources, source_of,
};
use crate::model::{Layouts, ProbeId, SeriesDef, SeriesGroup, SeriesId, SeriesKey, Severity, TimeRange, Timestamp};
use crate::store::document::{self, Document};
use crate::telemetry::prometheus::{Question, key_of, unit_of};

/// Series with a value in this time are found.
const LOOK_BACK: Duration = Duration::from_secs(24 * 3600);
/// Commands that are kept until the file is read, which takes a moment at the start.
const MAX_EARLY: usize = 40;
/// A source that failed is asked nothing for a chart again before.
const ASK_AGAIN: Duration = Duration::from_secs(10);

/// A source as its file keeps it. Not to be printed.
#[derive(Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default)]
struct Kept {
    source: Source,
    secret: Option<String>,
}

/// The document `prometheus-sources.ron` of the config folder, for its owner alone.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct SourceDocument {
    version: u32,
    sources: Vec<Kept>,
}

impl Default for SourceDocument {
    fn default() -> Self {
        Self { version: Self::VERSION, sources: Vec::new() }
    }
}

impl Document for SourceDocument {
    const FILE: &'static str = "prometheus-sources.ron";
    const VERSION: u32 = 1;
    const ABOUT: &'static str = "Prometheus-compatible servers that Perfdesk charts series of.";
    fn version(&self) -> u32 {
        self.version
    }
}

/// Reads the document of a config folder; none where there is no file.
///
/// # Errors
/// Why it does not read, in words.
pub fn read(config: &Path) -> Result<Vec<Source>, String> {
    let found = document::read::<SourceDocument>(&config.join(SourceDocument::FILE)).map_err(|e| e.to_string())?;
    let whole = |kept: Kept| Source {
        secret: kept.secret.map(|text| Secret(text.into())).or(kept.source.secret.clone()),
        ..kept.source.clamped()
    };
    Ok(found.unwrap_or_default().sources.into_iter().map(whole).collect())
}

/// Writes the document, whole or not at all; one that does not read is put aside first.
///
/// # Errors
/// Why not, in words.
pub fn write(config: &Path, sources: &[Source]) -> Result<(), String> {
    let keep = |source: &Source| Kept {
        secret: source.secret.as_ref().map(|secret| secret.0.to_string()),
        source: source.without_secret(),
    };
    let document = SourceDocument { sources: sources.iter().map(keep).collect(), ..SourceDocument::default() };
    private_document::write(config, &document).map(drop)
}

/// Something to be done in the world, or told.
#[derive(Debug)]
pub enum SourceDeed {
    /// Tell the person.
    Tell(Severity, Arc<str>, Arc<str>),
    /// Have the document read.
    Read,
    /// Have it written.
    Write(Vec<Source>),
    /// Ask a source.
    Ask(Question),
}

/// What was found and is to be listed.
#[derive(Debug)]
pub struct Found {
    source: Arc<str>,
    text: Arc<str>,
    n_all: u64,
    /// The series, at most so many.
    pub defs: Vec<Arc<SeriesDef>>,
}

/// Sources and all about them.
#[derive(Debug, Default)]
pub struct SourceDesk {
    has_asked: bool,
    is_read: bool,
    /// With their secrets.
    list: Vec<Source>,
    sources: Arc<Sources>,
    /// When a source last failed, so that a chart does not ask it each second.
    failed: BTreeMap<Arc<str>, Timestamp>,
    /// Commands of the time before the file was read.
    early: Vec<SourceCommand>,
    deeds: Vec<SourceDeed>,
}

impl SourceDesk {
    /// What clients see.
    pub fn sources(&self) -> &Arc<Sources> {
        &self.sources
    }

    /// What is to be done since the last call.
    pub fn take_deeds(&mut self) -> Vec<SourceDeed> {
        std::mem::take(&mut self.deeds)
    }

    /// Whom to ask about this series now; `None` where it is of none, its source is gone, or failed a moment ago.
    pub fn whom(&self, key: &SeriesKey, now: Timestamp) -> Option<&Source> {
        let source = self.list.iter().find(|source| Some(&*source.name) == source_of(key))?;
        let has_rest = self.failed.get(&source.name).is_some_and(|at| now.since(*at) < ASK_AGAIN && now >= *at);
        (!has_rest).then_some(source)
    }

    /// Moves on by a tick: has the document read at the first.
    pub fn tick(&mut self) {
        if !std::mem::replace(&mut self.has_asked, true) {
            self.deeds.push(SourceDeed::Read);
        }
    }

    /// Carries a command out.
    pub fn command(&mut self, command: SourceCommand, now: Timestamp) {
        if !self.is_read {
            if self.early.len() < MAX_EARLY {
                self.early.push(command);
            }
            return;
        }
        match command {
            SourceCommand::Put(source) => self.put(*source),
            SourceCommand::Remove(name) => {
                let n = self.list.len();
                self.list.retain(|source| source.name != name);
                if self.list.len() < n {
                    self.keep();
                    let detail = "What was found there stays in lists, without values, until Perfdesk ends";
                    self.tell(Severity::Success, format!("{name} is no source any more"), detail);
                }
            }
            SourceCommand::Search { source, text } => {
                let Some(whom) = self.list.iter().find(|known| known.name == source).cloned() else { return };
                let range = TimeRange::ending_at(now, LOOK_BACK);
                self.deeds.push(SourceDeed::Ask(Question::Search { source: whom, text: text.clone(), range }));
                self.change(&source, |status| {
                    status.search = SourceSearch { text, is_running: true, ..SourceSearch::default() };
                });
            }
        }
    }

    fn put(&mut self, source: Source) {
        let mut source = source.clamped();
        let place = self.list.iter().position(|other| other.name == source.name);
        let known = place.and_then(|place| self.list.get(place));
        source.secret = match (&source.login, source.secret.take().filter(|secret| !secret.0.is_empty())) {
            (Login::Open, _) => None,
            (_, Some(secret)) => Some(secret),
            // A token for one host is not sent to another unasked.
            (_, None) => {
                known.filter(|known| host_of(&known.url) == host_of(&source.url)).and_then(|known| known.secret.clone())
            }
        };
        if let Some(fault) = source.fault() {
            self.tell(Severity::Error, format!("The source {} was not kept", source.name), fault);
            return;
        }
        match place {
            Some(place) if self.list[place] == source => return,
            Some(place) => self.list[place] = source,
            None if self.list.len() >= MAX_SOURCES => {
                self.tell(Severity::Error, format!("There are {MAX_SOURCES} sources already"), "Remove one first");
                return;
            }
            None => self.list.push(source),
        }
        self.keep();
    }

    fn keep(&mut self) {
        self.deeds.push(SourceDeed::Write(self.list.clone()));
        self.put_in_force();
    }

    fn put_in_force(&mut self) {
        self.failed.clear();
        let status = |source: &Source| SourceStatus {
            has_secret: source.secret.is_some(),
            source: source.without_secret(),
            ..self.sources.source(&source.name).cloned().unwrap_or_default()
        };
        let list = self.list.iter().map(status).collect();
        Arc::make_mut(&mut self.sources).list = list;
    }

    /// Takes the document in.
    pub fn read(&mut self, read: Result<Vec<Source>, String>, now: Timestamp) {
        self.is_read = true;
        match read {
            Ok(all) => {
                let (good, bad): (Vec<_>, Vec<_>) = all.into_iter().partition(|source| source.fault().is_none());
                let faults: Vec<String> =
                    bad.iter().map(|s| format!("{} is left out: {}", s.name, s.fault().unwrap_or_default())).collect();
                self.file_error(&faults.join("; "));
                self.list = good.into_iter().take(MAX_SOURCES).collect();
                self.put_in_force();
            }
            Err(why) => {
                self.file_error(&why);
                self.tell(Severity::Error, "The sources were not read; their file is kept", why);
            }
        }
        std::mem::take(&mut self.early).into_iter().for_each(|command| self.command(command, now));
    }

    /// The document could not be written.
    pub fn not_written(&mut self, why: String) {
        let detail = format!("The change holds until Perfdesk ends: {why}");
        self.tell(Severity::Error, "prometheus-sources.ron could not be written", detail);
    }

    fn file_error(&mut self, why: &str) {
        if &*self.sources.file_error != why {
            Arc::make_mut(&mut self.sources).file_error = why.into();
        }
    }

    /// Takes note of whether a source answered.
    pub fn answered(&mut self, name: &Arc<str>, failure: Option<&str>, now: Timestamp) {
        match failure {
            None => drop(self.failed.remove(name)),
            Some(_) => drop(self.failed.insert(name.clone(), now)),
        }
        self.change(name, |status| match (failure, &status.state) {
            (None, _) => status.state = SourceState::Answering(now),
            // Since when it fails, and why now.
            (Some(why), SourceState::Failed(since, _)) => status.state = SourceState::Failed(*since, why.into()),
            (Some(why), _) => status.state = SourceState::Failed(now, why.into()),
        });
    }

    /// Takes in what a search found; gives what is to be listed.
    pub fn found(
        &mut self,
        source: &Arc<str>,
        text: &Arc<str>,
        found: Result<Vec<Vec<(String, String)>>, String>,
    ) -> Option<Found> {
        let is_asked = |status: &SourceStatus| status.search.text == *text && status.search.is_running;
        if !self.sources.source(source).is_some_and(is_asked) {
            return None;
        }
        match found {
            Ok(all) => {
                let defs = all.iter().take(MAX_FOUND).map(|labels| Arc::new(def_of(&key_of(source, labels)))).collect();
                Some(Found { source: source.clone(), text: text.clone(), n_all: all.len() as u64, defs })
            }
            Err(why) => {
                self.change(source, |status| (status.search.is_running, status.search.why) = (false, why.into()));
                None
            }
        }
    }

    /// Puts what was found into what clients see, under the numbers it has now.
    pub fn listed(&mut self, found: &Found, ids: Vec<SeriesId>) {
        let why = if ids.is_empty() { "No series there has such a name and a value in the past day" } else { "" };
        let search = SourceSearch {
            text: found.text.clone(),
            is_running: false,
            found: ids.into(),
            n_all: found.n_all,
            why: why.into(),
        };
        self.change(&found.source, |status| status.search = search);
    }

    /// A question found no room.
    pub fn refused(&mut self, question: &Question) {
        if let Question::Search { source, .. } = question {
            let name = source.name.clone();
            self.change(&name, |status| {
                (status.search.is_running, status.search.why) = (false, "Too much is being asked: try again".into());
            });
        }
    }

    fn change(&mut self, name: &str, body: impl FnOnce(&mut SourceStatus)) {
        if let Some(place) = self.sources.list.iter().position(|status| &*status.source.name == name) {
            let mut all = self.sources.list.to_vec();
            body(&mut all[place]);
            Arc::make_mut(&mut self.sources).list = all.into();
        }
    }

    fn tell(&mut self, severity: Severity, text: impl Into<Arc<str>>, detail: impl Into<Arc<str>>) {
        self.deeds.push(SourceDeed::Tell(severity, text.into(), detail.into()));
    }
}

/// What is said of a series of a source: its name there, and its labels in short.
pub fn def_of(key: &SeriesKey) -> SeriesDef {
    let source = source_of(key).unwrap_or_default();
    let labels: Vec<String> =
        key.attributes().filter(|(name, _)| *name != SOURCE).map(|(name, value)| format!("{name}={value}")).collect();
    let labels = if labels.is_empty() { String::new() } else { format!("{}, ", labels.join(" ")) };
    SeriesDef {
        key: key.clone(),
        unit: unit_of(key.metric()),
        group: SeriesGroup::Sources,
        name: key.metric().into(),
        instance: format!("{labels}of {source}").into(),
        probe: ProbeId("source"),
        cadence: None,
    }
}

/// Series of sources that stand on saved charts: they are listed at the start, though nobody looked for them.
pub fn charted(layouts: &Layouts) -> Vec<Arc<SeriesDef>> {
    let specs = layouts.layouts.iter().flat_map(|layout| &layout.charts);
    let keys = specs.flat_map(|chart| &chart.series).filter(|key| source_of(key).is_some());
    keys.map(|key| Arc::new(def_of(key))).collect()
}
