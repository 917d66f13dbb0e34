//! The writer: the one that puts things into a history folder. It has no thread and no clock of its own: whoever runs
//! it calls, and says what time it is.

mod compacting;
mod files;
mod flushing;
mod opening;
mod showing;
mod taking;
mod upkeep;

use std::collections::HashMap;
use std::path::Path;
use std::sync::Arc;

pub use self::compacting::{CompactReport, compact};
use self::files::Files;
use self::opening::Found;
use self::taking::Recording;
use self::upkeep::Block;
use super::disk::Disk;
use super::events::EventLog;
use super::index::Index;
use super::journal::Journal;
use super::read::{HistoryError, HistoryRead};
use super::reader::Reader;
use super::shared::{Shared, State};
use super::tail::Taken;
use super::tick::StoreTick;
use crate::model::{
    Annotation, AnnotationId, AnnotationText, HistorySettings, HistoryState, HistoryStatus, SeriesDef, SeriesId,
    SeriesInfo, TimeRange, Timestamp,
};

/// A step of the clock that may well be a mistake, milliseconds: nothing grows too old by it for a while.
const LEAP_MILLIS: i64 = 24 * 3_600_000;

/// Puts things into a history folder. One process at a time has one for a folder.
pub struct Writer {
    settings: HistorySettings,
    state: HistoryState,
    known: Arc<[SeriesInfo]>,
    shared: Arc<Shared>,
    reader: Arc<Reader>,
    files: Files,
    /// `None` until there is something to write.
    journal: Option<Journal>,
    /// Whether the journal holds what a sealed segment holds as well.
    is_journal_old: bool,
    events: EventLog,
    /// The newest tick of any source, by the clock as it stands now.
    newest: Option<i64>,
    /// Since when the clock went on without a great leap.
    steady_since: Timestamp,
    flushed_at: Option<Timestamp>,
    n_dropped: u64,
    told: Vec<String>,
    maintained_at: Option<Timestamp>,
    is_rollup_pending: bool,
    /// Blocks that were rolled up since the start, and the greatest number of what they were made of.
    settled: HashMap<Block, u64>,
    recording: Option<Recording>,
}

/// What was found when a history was opened.
#[derive(Debug, Clone, Default)]
pub struct Opened {
    /// Every series there is anything of.
    pub series: Vec<Arc<SeriesDef>>,
    /// Every annotation, by time.
    pub annotations: Vec<Annotation>,
    /// How the store does.
    pub status: HistoryStatus,
    /// What a person should be told, such as where a damaged file was put; sentences without a final period.
    pub told: Vec<String>,
    /// The newest sample there is; what follows it is a gap.
    pub newest: Option<Timestamp>,
}

impl Writer {
    /// Opens the history in `folder`, which is made where it is missing. Damaged files are set aside and told of.
    ///
    /// # Errors
    /// [`HistoryError::Newer`] where a newer version wrote any of it: everything is left untouched then.
    /// [`HistoryError::Io`] where the folder cannot be read or made.
    pub fn open(folder: &Path, settings: HistorySettings, now: Timestamp) -> Result<(Self, Opened), HistoryError> {
        Self::open_on(Disk::default(), folder, settings, now)
    }

    /// The same on a disk that tests can fill.
    ///
    /// # Errors
    /// See [`Self::open`].
    pub fn open_on(
        disk: Disk,
        folder: &Path,
        settings: HistorySettings,
        now: Timestamp,
    ) -> Result<(Self, Opened), HistoryError> {
        let settings = settings.clamped();
        let Found { holdings, tail, journal, events, seq, newest, told } =
            opening::open(folder, &disk, &settings, now)?;
        // Files that cannot be read were told of above.
        let (index, _) = Index::open(folder, false)?;
        let is_journal_old = !told.is_empty() || journal.is_none() && tail.n_values() > 0;
        let shared = Arc::new(Shared::new(State {
            index,
            tail,
            events: events.events().clone(),
            status: HistoryStatus::default(),
        }));
        let mut writer = Self {
            settings,
            state: if settings.is_on { HistoryState::Writing } else { HistoryState::Off },
            known: Arc::from([]),
            reader: Arc::new(Reader::shared(shared.clone())),
            shared,
            files: Files::new(folder.to_owned(), disk, holdings, seq),
            journal,
            is_journal_old,
            events,
            newest,
            steady_since: now,
            flushed_at: None,
            n_dropped: 0,
            told: Vec::new(),
            maintained_at: None,
            is_rollup_pending: true,
            settled: HashMap::new(),
            recording: None,
        };
        if !told.is_empty() {
            // What the journal says of files that are aside now must not be held against those that take their places.
            // Where nothing can be written now, the first flush does it.
            let _ = writer.begin_journal();
        }
        writer.show_status();
        let opened = Opened {
            series: writer.reader.series()?,
            annotations: writer.events.events().annotations(),
            status: writer.status(),
            told,
            newest: newest.map(Timestamp::from_millis),
        };
        Ok((writer, opened))
    }

    /// For any number of readers on any thread.
    pub fn reader(&self) -> Arc<dyn HistoryRead> {
        self.reader.clone()
    }

    /// The series by the engine's numbers; each call's list holds the one before.
    pub fn know(&mut self, series: Arc<[SeriesInfo]>) {
        self.known = series;
    }

    /// Takes one tick. It is in memory then, and seen by readers; [`Self::flush`] makes it safe.
    pub fn append(&mut self, tick: &StoreTick) {
        if !self.settings.is_on {
            return;
        }
        let taken = self.shared.write().tail.push(tick, |id| def_of(&self.known, id));
        if taken == Taken::Late {
            self.n_dropped += tick.values.len() as u64;
            return;
        }
        let at = tick.at.as_millis();
        let interval = i64::from(tick.interval_millis);
        if taken == Taken::AfterSetBack || self.newest.is_some_and(|newest| at - newest > LEAP_MILLIS) {
            self.steady_since = tick.at;
        }
        if let Some(newest) = self.newest
            && at - newest > interval * 5 / 2
        {
            self.note_gap(TimeRange { start: Timestamp::from_millis(newest + interval), end: tick.at });
        }
        self.newest = Some(if taken == Taken::AfterSetBack { at } else { self.newest.map_or(at, |n| n.max(at)) });
    }

    /// Adds an annotation; it is safe with the next flush.
    pub fn annotate(&mut self, text: AnnotationText) -> Annotation {
        let annotation = self.events.add(text);
        self.show_events();
        annotation
    }

    /// Gives an annotation another text; false where there is none of this number.
    pub fn edit(&mut self, id: AnnotationId, text: AnnotationText) -> bool {
        let is_there = self.events.edit(id, text);
        self.show_events();
        is_there
    }

    /// Removes an annotation; false where there is none of this number.
    pub fn remove(&mut self, id: AnnotationId) -> bool {
        let is_there = self.events.remove(id);
        self.show_events();
        is_there
    }

    /// Notes that nothing was recorded for a while, such as while the machine slept.
    pub fn note_gap(&mut self, gap: TimeRange) {
        self.events.note_gap(gap);
        self.show_events();
    }

    /// Counts samples that never came here, such as when the queue before the writer was full.
    pub fn note_dropped(&mut self, n_samples: u64) {
        self.n_dropped += n_samples;
    }

    /// Other bounds from now on.
    pub fn put_settings(&mut self, settings: HistorySettings) {
        self.settings = settings.clamped();
        self.maintained_at = None;
        if !self.settings.is_on {
            self.shared.write().tail.end_all();
            self.state = HistoryState::Off;
        } else if self.state == HistoryState::Off {
            self.state = HistoryState::Writing;
        }
        self.show_status();
    }

    /// How the store does.
    pub fn status(&self) -> HistoryStatus {
        self.show_status();
        self.reader.status().unwrap_or_default()
    }

    /// What a person should be told since the last call, such as where a damaged file was put; sentences without a
    /// final period.
    pub fn take_told(&mut self) -> Vec<String> {
        std::mem::take(&mut self.told)
    }
}

fn def_of(known: &[SeriesInfo], id: SeriesId) -> Option<Arc<SeriesDef>> {
    let guess = known.get(id.0 as usize).filter(|info| info.id == id);
    let info = guess.or_else(|| known.iter().find(|info| info.id == id))?;
    Some(info.def.clone())
}

#[cfg(test)]
mod tests;
