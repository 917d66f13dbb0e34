//! The writer: the one that puts things into a history folder. It has no thread and no clock of its own: whoever runs
//! it calls, and says what time it is.

mod memory;

use std::path::Path;
use std::sync::{Arc, RwLock, RwLockReadGuard, RwLockWriteGuard};

use super::disk::Disk;
use super::events::EventLog;
use super::read::{HistoryError, HistoryRead};
use super::tail::{Tail, Taken};
use super::tick::StoreTick;
use crate::model::{
    Annotation, AnnotationId, AnnotationText, HistorySettings, HistoryState, HistoryStatus, SeriesDef, SeriesId,
    SeriesInfo, TimeRange, Timestamp,
};

/// Puts things into a history folder.
pub struct Writer {
    settings: HistorySettings,
    state: HistoryState,
    known: Arc<[SeriesInfo]>,
    tail: Arc<RwLock<Tail>>,
    events: EventLog,
    reader: Arc<memory::Memory>,
    /// The newest tick of any source, by the clock as it stands now.
    newest: Option<i64>,
    flushed_at: Option<Timestamp>,
    n_dropped: u64,
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
        std::fs::create_dir_all(folder).map_err(|source| HistoryError::Io { path: folder.into(), source })?;
        let settings = settings.clamped();
        let events = EventLog::open(folder, disk, now.minus(settings.span(crate::model::Tier::Hour)))?;
        let tail = Arc::new(RwLock::new(Tail::default()));
        let reader = Arc::new(memory::Memory { tail: tail.clone(), events: RwLock::new(events.events().clone()) });
        let state = if settings.is_on { HistoryState::Writing } else { HistoryState::Off };
        let writer = Self {
            settings,
            state,
            known: Arc::from([]),
            tail,
            events,
            reader,
            newest: None,
            flushed_at: None,
            n_dropped: 0,
        };
        let opened = Opened {
            series: writer.reader.series()?,
            annotations: writer.events.events().annotations(),
            status: writer.status(),
            told: Vec::new(),
            newest: None,
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
        let known = self.known.clone();
        let taken = write(&self.tail).push(tick, |id| def_of(&known, id));
        if taken == Taken::Late {
            self.n_dropped += tick.values.len() as u64;
            return;
        }
        let at = tick.at.as_millis();
        let interval = i64::from(tick.interval_millis);
        if let Some(newest) = self.newest
            && at - newest > interval * 5 / 2
        {
            self.note_gap(TimeRange { start: Timestamp::from_millis(newest + interval), end: tick.at });
        }
        self.newest = Some(if taken == Taken::AfterSetBack { at } else { self.newest.map_or(at, |n| n.max(at)) });
    }

    /// Writes what waits and makes it safe; at most every 10 s, so that a crash loses no more.
    ///
    /// # Errors
    /// [`HistoryError::Io`]: what waits stays in memory and the next call tries again; [`Self::status`] says why.
    pub fn flush(&mut self, now: Timestamp) -> Result<(), HistoryError> {
        self.events.flush()?;
        self.flushed_at = Some(now);
        Ok(())
    }

    /// Does some of what keeps the folder small: rolls finished time up into the coarser tiers, removes what is over
    /// its bounds. To be called after each flush; the work of one call is bounded.
    ///
    /// # Errors
    /// [`HistoryError::Io`]; the next call goes on.
    pub fn maintain(&mut self, _now: Timestamp) -> Result<(), HistoryError> {
        Ok(())
    }

    /// Adds an annotation.
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
        if !self.settings.is_on {
            write(&self.tail).end_all();
            self.state = HistoryState::Off;
        } else if self.state == HistoryState::Off {
            self.state = HistoryState::Writing;
        }
    }

    /// How the store does.
    pub fn status(&self) -> HistoryStatus {
        HistoryStatus {
            state: self.state.clone(),
            tiers: Vec::new(),
            bytes: self.events.bytes(),
            flushed_at: self.flushed_at,
            n_pending: read(&self.tail).n_unflushed() as u64,
            n_dropped: self.n_dropped,
            imports: Vec::new(),
        }
    }

    /// Writes what waits and ends.
    ///
    /// # Errors
    /// [`HistoryError::Io`]; what could not be written is lost.
    pub fn close(mut self, now: Timestamp) -> Result<(), HistoryError> {
        self.flush(now)
    }

    fn show_events(&self) {
        if let Ok(mut events) = self.reader.events.write() {
            *events = self.events.events().clone();
        }
    }
}

fn def_of(known: &[SeriesInfo], id: SeriesId) -> Option<Arc<SeriesDef>> {
    let guess = known.get(id.0 as usize).filter(|info| info.id == id);
    let info = guess.or_else(|| known.iter().find(|info| info.id == id))?;
    Some(info.def.clone())
}

/// A reader that fell over leaves nothing half done in the tail: the lock goes on being used.
fn write(tail: &RwLock<Tail>) -> RwLockWriteGuard<'_, Tail> {
    tail.write().unwrap_or_else(std::sync::PoisonError::into_inner)
}

fn read(tail: &RwLock<Tail>) -> RwLockReadGuard<'_, Tail> {
    tail.read().unwrap_or_else(std::sync::PoisonError::into_inner)
}
