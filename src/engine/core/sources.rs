//! Sources as the core knows them: commands and answers go to the desk, what is found is listed, charts are completed.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::{Core, Effect};
use crate::engine::jobs::Job;
use crate::engine::telemetry::sources::{SourceDeed, SourceDesk, charted};
use crate::model::source::{Source, SourceCommand};
use crate::model::{SeriesId, Timestamp, ViewData, ViewId};
use crate::telemetry::prometheus::{Answer, Question};

impl Core {
    /// Carries a command about sources out.
    pub(super) fn source_command(&mut self, command: SourceCommand) -> Vec<Effect> {
        self.with_sources(|desk, at| desk.command(command, at))
    }

    /// Takes in the document of sources; series of theirs that stand on charts are listed.
    pub(super) fn sources_read(&mut self, read: Result<Vec<Source>, String>) -> Vec<Effect> {
        let mut effects = self.with_sources(|desk, at| desk.read(read, at));
        let defs = charted(&self.next.layouts);
        if !self.next.sources.list.is_empty() {
            effects.extend(self.seed(&defs));
        }
        effects
    }

    /// The document of sources could not be written.
    pub(super) fn sources_not_written(&mut self, why: String) -> Vec<Effect> {
        self.with_sources(|desk, _| desk.not_written(why))
    }

    /// Takes in what a source answered.
    pub(super) fn source_answered(&mut self, answer: Answer) -> Vec<Effect> {
        match answer {
            Answer::Chart { view, ticket, source, found } => {
                let failure = found.as_ref().err().cloned();
                self.source_views.answered(view, ticket, &source, found);
                self.with_sources(|desk, at| desk.answered(&source, failure.as_deref(), at))
            }
            Answer::Search { source, text, found } => {
                let failure = found.as_ref().err().cloned();
                let mut effects = self.with_sources(|desk, at| desk.answered(&source, failure.as_deref(), at));
                if let Some(found) = self.source_desk.found(&source, &text, found) {
                    effects.extend(self.seed(&found.defs));
                    let ids: Vec<SeriesId> =
                        found.defs.iter().filter_map(|def| self.catalogue.find(&def.key)).collect();
                    self.source_desk.listed(&found, ids);
                }
                effects.extend(self.with_sources(|_, _| {}));
                effects
            }
        }
    }

    /// The thread that asks had no room for this.
    pub(in crate::engine) fn source_refused(&mut self, question: &Question) {
        if let Question::Chart { view, source, .. } = question {
            self.source_views.not_asked(*view, &source.name);
        }
        // What comes of it is shown alone: there is nothing to do in the world.
        let _ = self.with_sources(|desk, _| desk.refused(question));
    }

    /// Asks sources for what charts show of theirs.
    pub(super) fn ask_sources(&mut self) -> Vec<Effect> {
        if self.next.sources.list.is_empty() && self.source_views.is_empty() {
            return Vec::new();
        }
        let views = self.views.answers();
        let questions = self.source_views.questions(&views, &self.next.series, &self.source_desk, self.now);
        questions.into_iter().map(Effect::AskSource).collect()
    }

    /// Moves the desk of sources on by a tick.
    pub(super) fn keep_sources(&mut self) -> Vec<Effect> {
        self.with_sources(|desk, _| desk.tick())
    }

    /// The answers to charts, with what sources gave.
    pub(super) fn all_views(&mut self) -> Arc<BTreeMap<ViewId, Arc<ViewData>>> {
        self.source_views.joined(self.views.answers())
    }

    fn with_sources(&mut self, body: impl FnOnce(&mut SourceDesk, Timestamp)) -> Vec<Effect> {
        body(&mut self.source_desk, self.now);
        if !Arc::ptr_eq(&self.next.sources, self.source_desk.sources()) {
            self.next.sources = self.source_desk.sources().clone();
        }
        let mut effects = Vec::new();
        for deed in self.source_desk.take_deeds() {
            match deed {
                SourceDeed::Tell(severity, text, detail) => self.tell(severity, text, detail),
                SourceDeed::Read => effects.push(Effect::Job(Job::ReadSources)),
                SourceDeed::Write(sources) => effects.push(Effect::Job(Job::WriteSources(sources))),
                SourceDeed::Ask(question) => effects.push(Effect::AskSource(question)),
            }
        }
        effects
    }
}
