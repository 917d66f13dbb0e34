//! History as the core knows it: what the store thread tells, and what goes to it.

use std::collections::VecDeque;
use std::sync::Arc;
use std::time::Duration;

use super::views::{HistoryReach, ViewWorld};
use super::workers::MAX_RESTARTS;
use super::{Core, Effect};
use crate::analysis::busiest::busiest;
use crate::engine::query_worker::{Answer, Question};
use crate::engine::store_worker::{StoreEvent, StoreRequest, StoreStart, folder_of};
use crate::model::{
    AnnotationKind, AnnotationText, Batch, HistoryState, HistoryStatus, SeriesDef, SeriesId, Severity, Timestamp,
    ViewId,
};
use crate::store::history::{HistoryRead, Opened, StoreTick};

/// Samples are made safe so often at least: a crash loses no more.
const FLUSH_EVERY: Duration = Duration::from_secs(10);
/// Requests that must not be lost and found no room in the queue; the oldest go beyond it.
const MAX_UNSENT: usize = 2000;
/// Series of history that are taken into the catalogue, so that room is left for those of now.
const MAX_SEEDED: usize = 10_000;
/// What stands in the notice where history could not answer.
pub const UNREADABLE: &str = "A part of history could not be read";
/// What stands in the notice while history cannot be written.
const STALLED: &str = "History is not being written";

/// What is known of history.
#[derive(Default)]
pub struct HistoryBook {
    reader: Option<Arc<dyn HistoryRead>>,
    /// Samples that found no room in the queue, and of those the ones the store has not been told of.
    n_dropped: u64,
    n_untold: u64,
    /// What must not be lost and found no room in the queue.
    unsent: VecDeque<StoreRequest>,
    n_given_up: u64,
    /// Monotonic time of the last flush asked for.
    flushed: Option<Duration>,
    /// Newest tick in history when it was opened.
    newest_before: Option<Timestamp>,
    was_opened: bool,
}

impl HistoryBook {
    /// History to read, once it is open.
    pub fn reader(&self) -> Option<Arc<dyn HistoryRead>> {
        self.reader.clone()
    }

    /// What found no room in the queue so far.
    pub fn n_lost(&self) -> u64 {
        self.n_dropped + self.n_given_up
    }
}

impl Core {
    /// What a start of the store thread begins with.
    pub fn store_start(&self) -> StoreStart {
        StoreStart {
            folder: folder_of(&self.next.folders.data),
            settings: self.next.settings.history,
            now: self.now,
            known: self.next.series.clone(),
        }
    }

    /// What of a batch goes to the store: its values, the busiest processes, and the word to make all safe when it is
    /// time.
    pub(super) fn store_batch(&mut self, batch: &Batch, values: Vec<(SeriesId, f32)>) -> Vec<Effect> {
        let mut effects: Vec<Effect> = self.history.unsent.drain(..).map(Effect::Store).collect();
        if self.next.settings.history.is_on {
            let n = std::mem::take(&mut self.history.n_untold);
            effects.extend((n > 0).then(|| Effect::Store(StoreRequest::Dropped(n))));
            let processes = batch.processes.as_ref().map(|table| busiest(&table.rows).into());
            let tick = StoreTick {
                source: batch.source,
                at: batch.at,
                interval_millis: u32::try_from(batch.interval.as_millis()).unwrap_or(u32::MAX),
                values,
                processes,
            };
            effects.push(Effect::Store(StoreRequest::Tick(Box::new(tick))));
        }
        // A tick that comes a little early still counts: half an interval of tolerance keeps 10 s at 10 s.
        let is_due = self
            .history
            .flushed
            .is_none_or(|at| batch.elapsed < at || batch.elapsed - at + batch.interval / 2 >= FLUSH_EVERY);
        if is_due {
            self.history.flushed = Some(batch.elapsed);
            effects.push(Effect::Store(StoreRequest::Flush(batch.at)));
        }
        effects
    }

    /// A request found no room before the store thread. Samples are counted; everything else waits for the next tick.
    pub(in crate::engine) fn store_refused(&mut self, request: StoreRequest) {
        match request {
            StoreRequest::Tick(tick) => {
                let n = tick.values.len() as u64;
                self.history.n_dropped += n;
                self.history.n_untold += n;
            }
            StoreRequest::Dropped(n) => self.history.n_untold += n,
            StoreRequest::Flush(_) => self.history.flushed = None,
            other => {
                self.history.unsent.push_back(other);
                if self.history.unsent.len() > MAX_UNSENT {
                    self.history.unsent.pop_front();
                    self.history.n_given_up += 1;
                }
            }
        }
    }

    /// A question found no room before the query thread.
    pub(in crate::engine) fn query_refused(&mut self, question: &Question) {
        match question {
            Question::Chart { view, ticket, .. } => self.views.not_asked(*view, *ticket),
            Question::Trail { .. } => self.advising.ask_for_past_again(),
            _ => self.tell(Severity::Warning, "History is busy", "Ask again in a moment"),
        }
    }

    /// Tells that the store thread broke down, and starts it again unless that was done too often.
    pub(super) fn store_broke_down(&mut self, why: &str) -> Vec<Effect> {
        let next_start = self.workers.died("store", self.now, why);
        let detail = match next_start {
            Some(n) => format!("It said: {why}. It was started again ({n} of {MAX_RESTARTS}); charts may show a gap"),
            None => format!("It said: {why}. It broke down too often and stays stopped: restart Perfdesk"),
        };
        self.tell(Severity::Error, "The store thread broke down", detail);
        self.note(self.now, AnnotationKind::Trouble, format!("The store thread broke down: {why}"));
        self.next.health = Arc::new(self.health.with_workers(&self.next.health, &self.workers));
        self.history.reader = None;
        self.views.forget_parts();
        let state = match next_start {
            Some(_) => HistoryState::Opening,
            None => HistoryState::Closed { why: format!("the store thread broke down: {why}").into() },
        };
        self.next.history = Arc::new(HistoryStatus { state, ..HistoryStatus::clone(&self.next.history) });
        let mut effects: Vec<Effect> =
            next_start.map(|_| Effect::RestartStore(self.store_start())).into_iter().collect();
        effects.extend(self.send_tasks());
        effects
    }

    /// Takes in what the store thread tells.
    pub(super) fn store_event(&mut self, event: StoreEvent) -> Vec<Effect> {
        match event {
            StoreEvent::Opened { opened, reader } => return self.history_opened(*opened, reader),
            StoreEvent::Shut(status) | StoreEvent::Status(status) => {
                self.put_status(status);
                return self.send_tasks();
            }
            StoreEvent::Annotated(annotation) | StoreEvent::Edited(annotation) => {
                self.annotations.put(annotation);
                self.annotations_changed();
            }
            StoreEvent::Removed(id) => {
                self.annotations.remove(id);
                self.annotations_changed();
            }
            StoreEvent::Refreshed { series, annotations, status } => {
                self.annotations.replace(annotations);
                self.annotations_changed();
                self.put_status(status);
                let mut effects = self.seed(&series);
                self.views.forget_parts();
                effects.extend(self.refresh_views());
                return effects;
            }
            StoreEvent::Told(text) => self.tell(Severity::Warning, text, ""),
        }
        Vec::new()
    }

    fn history_opened(&mut self, opened: Opened, reader: Arc<dyn HistoryRead>) -> Vec<Effect> {
        for text in &opened.told {
            self.tell(Severity::Warning, text.as_str(), "");
        }
        self.history.reader = Some(reader);
        self.annotations.replace(opened.annotations);
        if !std::mem::replace(&mut self.history.was_opened, true) {
            self.history.newest_before = opened.newest;
            self.note_run_before();
        }
        self.annotations_changed();
        self.put_status(opened.status);
        let mut effects = self.seed(&opened.series);
        effects.extend(self.take_notes());
        self.views.forget_parts();
        effects.extend(self.refresh_views());
        effects.extend(self.ask_again());
        effects.extend(self.send_tasks());
        effects
    }

    /// A run that began and did not end in order: what follows its last tick is no sleep and no setting.
    fn note_run_before(&mut self) {
        let Some(started) = self.annotations.unfinished_start() else { return };
        let at = self.history.newest_before.map_or(started, |newest| newest.max(started));
        let text = AnnotationText {
            detail: "The run before this one did not end in order: it broke down, was ended by force, or the machine lost power"
                .into(),
            ..AnnotationText::at(at, AnnotationKind::Stop, format!("Perfdesk ended without a word at about {}", clock_text(at)))
        };
        // Before the note of this start, so that their numbers have the order of time.
        self.noted.insert(0, text.bounded());
    }

    /// Takes series that history knows into the catalogue: they can be charted though nothing sends them now.
    pub(super) fn seed(&mut self, series: &[Arc<SeriesDef>]) -> Vec<Effect> {
        let n_before = self.catalogue.len();
        if !self.catalogue.seed(series, MAX_SEEDED) {
            return Vec::new();
        }
        self.catalogue_grew(n_before, self.next.at.unwrap_or(self.now));
        vec![Effect::Store(StoreRequest::Know(self.next.series.clone()))]
    }

    /// Puts a status into the snapshot; tells when writing stalls and when it goes on.
    fn put_status(&mut self, status: HistoryStatus) {
        let before = std::mem::replace(&mut self.next.history, Arc::new(status)).state.clone();
        let now = self.next.history.state.clone();
        match (&before, &now) {
            (HistoryState::Stalled { .. }, HistoryState::Stalled { .. }) => {}
            (_, HistoryState::Stalled { why, .. }) => {
                let detail = format!(
                    "{why}. Sampling and the screen go on; it is tried again every {} s",
                    FLUSH_EVERY.as_secs()
                );
                self.tell(Severity::Error, STALLED, detail);
                self.note(self.now, AnnotationKind::Trouble, format!("{STALLED}: {why}"));
            }
            (HistoryState::Stalled { .. }, HistoryState::Writing | HistoryState::Off) => {
                self.notices.withdraw(STALLED);
                self.tell(Severity::Success, "History is written again", "");
                self.note(self.now, AnnotationKind::Trouble, "History is written again");
            }
            (was, HistoryState::Closed { why }) if was != &now => {
                self.notices.withdraw(STALLED);
                self.tell(Severity::Error, "History cannot be used", why.clone());
            }
            _ => {}
        }
    }

    /// How far history reaches, for charts.
    fn reach(&self) -> HistoryReach {
        let from = self.next.history.covers().map(|range| range.start);
        HistoryReach {
            is_opening: self.history.reader.is_none() && self.next.history.state == HistoryState::Opening,
            is_open: self.history.reader.is_some(),
            is_written: self.next.history.state == HistoryState::Writing,
            from: from.into_iter().chain(self.history.newest_before).min(),
        }
    }

    /// Does something with the views and the world they are answered from.
    pub(super) fn with_views<T>(&mut self, body: impl FnOnce(&mut super::Views, ViewWorld<'_>) -> T) -> T {
        let history = self.reach();
        let world = ViewWorld {
            window: &self.window,
            series: &self.next.series,
            now: self.next.at.unwrap_or(self.now),
            interval: self.next.interval,
            history,
        };
        body(&mut self.views, world)
    }

    pub(super) fn refresh_views(&mut self) -> Vec<Effect> {
        let questions = self.with_views(|views, world| views.refresh(world));
        questions.into_iter().filter_map(|question| self.ask(question)).collect()
    }

    pub(super) fn ask(&self, question: Question) -> Option<Effect> {
        Some(Effect::Query(self.history.reader()?, question))
    }

    /// Takes in an answer of history.
    pub(super) fn answer(&mut self, answer: Answer) {
        match answer {
            Answer::Chart { view, ticket, found } => self.chart_found(view, ticket, found),
            Answer::Moment(found) => self.moment_found(found),
            Answer::Comparison { request, found } => self.comparison_found(&request, found),
            Answer::Backtest(found) => self.backtest_found(*found),
            Answer::Trail(found) => self.past_found(found),
        }
    }

    fn chart_found(&mut self, view: ViewId, ticket: u64, found: Result<crate::store::history::StoredCurves, String>) {
        if let Some(why) = self.with_views(|views, world| views.answered(view, ticket, found, world)) {
            self.tell(Severity::Error, UNREADABLE, why);
        }
    }
}

/// A moment in UTC, such as "14:03 UTC on 2026-11-23".
fn clock_text(at: Timestamp) -> String {
    let time = chrono::DateTime::from_timestamp_millis(at.as_millis()).unwrap_or_default();
    time.format("%H:%M UTC on %Y-%m-%d").to_string()
}
