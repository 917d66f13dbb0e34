//! The store thread: the only one that writes history. The engine never waits on it.
//!
//! It opens history itself, so that the first picture never waits on a large one. What comes meanwhile waits in its
//! queue. Where history cannot be opened or written it tries again at each flush; it has no clock of its own.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::mpsc::Receiver;

use super::handle::{Input, Inputs};
use super::store_queue::Farewell;
use crate::model::{
    Annotation, AnnotationId, AnnotationText, HistorySettings, HistoryState, HistoryStatus, SeriesDef, SeriesInfo,
    Timestamp,
};
use crate::store::history::{HistoryError, HistoryRead, Opened, StoreTick, Writer};

/// Something to do with the writer itself, such as putting a recording into history.
pub type WriterTask = dyn FnOnce(Result<&mut Writer, &str>) + Send;

/// What the store thread is asked.
pub enum StoreRequest {
    /// Every series by the engine's numbers; each list holds the one before.
    Know(Arc<[SeriesInfo]>),
    /// One tick.
    Tick(Box<StoreTick>),
    /// Make everything safe, and keep the folder small.
    Flush(Timestamp),
    /// Add an annotation.
    Annotate(AnnotationText),
    /// Give an annotation another text.
    Edit(AnnotationId, AnnotationText),
    /// Take an annotation away.
    Remove(AnnotationId),
    /// Other bounds from now on.
    Settings(HistorySettings),
    /// So many samples found no room in the queue.
    Dropped(u64),
    /// Tell anew what there is.
    Refresh,
    /// Let another thread use the writer.
    Write(Box<WriterTask>),
}

/// What the store thread tells the engine.
pub enum StoreEvent {
    /// History is open.
    Opened {
        /// What was found.
        opened: Box<Opened>,
        /// For readers.
        reader: Arc<dyn HistoryRead>,
    },
    /// History could not be opened, or not yet.
    Shut(HistoryStatus),
    /// How the store does.
    Status(HistoryStatus),
    /// An annotation was added.
    Annotated(Annotation),
    /// An annotation has another text.
    Edited(Annotation),
    /// An annotation is gone.
    Removed(AnnotationId),
    /// What there is now, after something was put in or taken out.
    Refreshed {
        /// Every series there is anything of.
        series: Vec<Arc<SeriesDef>>,
        /// Every annotation.
        annotations: Vec<Annotation>,
        /// How the store does.
        status: HistoryStatus,
    },
    /// Something the person should know; a sentence without a final period.
    Told(String),
}

impl StoreEvent {
    /// Whether nobody waits for this, given how history is known to be.
    pub fn is_quiet(&self, known: &HistoryState) -> bool {
        matches!(self, Self::Status(status) if status.state == *known)
    }
}

/// What a start of the store thread begins with.
#[derive(Debug, Clone)]
pub struct StoreStart {
    /// The folder of history.
    pub folder: PathBuf,
    /// Bounds in force.
    pub settings: HistorySettings,
    /// Wall time.
    pub now: Timestamp,
    /// Every series known so far.
    pub known: Arc<[SeriesInfo]>,
}

/// Runs until the queue is closed, then writes what waits. `waiting` counts what is in the queue.
pub fn run(
    start: StoreStart,
    requests: &Receiver<StoreRequest>,
    waiting: &AtomicUsize,
    farewell: &Farewell,
    inputs: &Inputs,
) {
    let mut store = Store::open(start, inputs);
    while let Ok(request) = requests.recv() {
        waiting.fetch_sub(1, Ordering::Relaxed);
        store.take(request);
    }
    store.close(farewell);
}

/// Annotations that are kept while history cannot be opened.
const MAX_KEPT: usize = 1000;
/// Numbers of annotations that no history has given one: far above any that it gives.
const FIRST_OWN_NUMBER: u64 = 1 << 62;

struct Store<'a> {
    start: StoreStart,
    place: Place,
    inputs: &'a Inputs,
}

enum Place {
    Open(Box<Writer>),
    Shut {
        status: HistoryStatus,
        /// A newer version's files: they will not open however often it is tried.
        is_final: bool,
        /// Annotations that wait for history to open.
        kept: Vec<Annotation>,
        next: u64,
    },
}

impl<'a> Store<'a> {
    fn open(start: StoreStart, inputs: &'a Inputs) -> Self {
        let shut =
            Place::Shut { status: HistoryStatus::default(), is_final: false, kept: Vec::new(), next: FIRST_OWN_NUMBER };
        let mut store = Self { start, place: shut, inputs };
        store.try_open();
        store
    }

    fn tell(&self, event: StoreEvent) {
        self.inputs.send(Input::Store(Box::new(event)));
    }

    fn try_open(&mut self) {
        let Place::Shut { status, is_final, kept, .. } = &mut self.place else { return };
        if *is_final {
            return;
        }
        match Writer::open(&self.start.folder, self.start.settings, self.start.now) {
            Ok((mut writer, opened)) => {
                writer.know(self.start.known.clone());
                writer.note_dropped(status.n_dropped);
                let kept = std::mem::take(kept);
                let reader = writer.reader();
                self.place = Place::Open(Box::new(writer));
                self.tell(StoreEvent::Opened { opened: Box::new(opened), reader });
                for annotation in kept {
                    self.take(StoreRequest::Annotate(annotation.text));
                }
            }
            Err(error) => {
                let before = std::mem::take(&mut status.state);
                status.state = match (&error, before) {
                    (HistoryError::Newer { .. }, _) => {
                        *is_final = true;
                        HistoryState::Closed { why: error.to_string().into() }
                    }
                    (_, HistoryState::Stalled { since, .. }) => {
                        HistoryState::Stalled { since, why: error.to_string().into() }
                    }
                    _ => HistoryState::Stalled { since: self.start.now, why: error.to_string().into() },
                };
                let status = status.clone();
                self.tell(StoreEvent::Shut(status));
            }
        }
    }

    fn take(&mut self, request: StoreRequest) {
        if let StoreRequest::Flush(now) = request {
            self.start.now = now;
            self.try_open();
        }
        match &mut self.place {
            Place::Open(writer) => {
                let mut events = Vec::new();
                carry_out(request, writer, &mut self.start, &mut events);
                for event in events {
                    self.tell(event);
                }
            }
            Place::Shut { status, kept, next, .. } => {
                let event = keep(request, status, kept, next, &mut self.start);
                if let Some(event) = event {
                    self.tell(event);
                }
            }
        }
    }

    fn close(self, farewell: &Farewell) {
        let Place::Open(mut writer) = self.place else { return };
        let (stop, now) = farewell.take().map_or((None, self.start.now), |(stop, now)| (Some(stop), now));
        if let Some(stop) = stop {
            writer.annotate(stop);
        }
        // Nobody is left to be told. What could not be written is lost, as with a full disk.
        let _ = writer.close(now);
    }
}

/// Carries a request out on an open history.
fn carry_out(request: StoreRequest, writer: &mut Writer, start: &mut StoreStart, events: &mut Vec<StoreEvent>) {
    match request {
        StoreRequest::Know(series) => {
            start.known = series.clone();
            writer.know(series);
        }
        StoreRequest::Tick(tick) => writer.append(&tick),
        StoreRequest::Flush(now) => {
            // What fails stands in the status, in words.
            if writer.flush(now).is_ok() {
                let _ = writer.maintain(now);
            }
            events.extend(writer.take_told().into_iter().map(StoreEvent::Told));
            events.push(StoreEvent::Status(writer.status()));
        }
        StoreRequest::Annotate(text) => events.push(StoreEvent::Annotated(writer.annotate(text))),
        StoreRequest::Edit(id, text) => {
            if writer.edit(id, text.clone()) {
                events.push(StoreEvent::Edited(Annotation { id, text }));
            }
        }
        StoreRequest::Remove(id) => {
            if writer.remove(id) {
                events.push(StoreEvent::Removed(id));
            }
        }
        StoreRequest::Settings(settings) => {
            start.settings = settings;
            writer.put_settings(settings);
            events.push(StoreEvent::Status(writer.status()));
        }
        StoreRequest::Dropped(n) => writer.note_dropped(n),
        StoreRequest::Refresh => {
            let reader = writer.reader();
            match (reader.series(), reader.annotations()) {
                (Ok(series), Ok(annotations)) => {
                    events.push(StoreEvent::Refreshed { series, annotations, status: writer.status() });
                }
                (Err(e), _) | (_, Err(e)) => events.push(StoreEvent::Told(e.to_string())),
            }
        }
        StoreRequest::Write(task) => task(Ok(writer)),
    }
}

/// Does with a request what can be done while history is not open: annotations are kept, samples are counted.
fn keep(
    request: StoreRequest,
    status: &mut HistoryStatus,
    kept: &mut Vec<Annotation>,
    next: &mut u64,
    start: &mut StoreStart,
) -> Option<StoreEvent> {
    match request {
        StoreRequest::Know(series) => start.known = series,
        StoreRequest::Tick(tick) => status.n_dropped += tick.values.len() as u64,
        StoreRequest::Dropped(n) => status.n_dropped += n,
        StoreRequest::Settings(settings) => start.settings = settings,
        StoreRequest::Flush(_) | StoreRequest::Refresh => return Some(StoreEvent::Status(status.clone())),
        StoreRequest::Annotate(text) => {
            let annotation = Annotation { id: AnnotationId(*next), text };
            *next += 1;
            if kept.len() < MAX_KEPT {
                kept.push(annotation.clone());
            }
            return Some(StoreEvent::Annotated(annotation));
        }
        StoreRequest::Edit(id, text) => {
            let annotation = kept.iter_mut().find(|annotation| annotation.id == id)?;
            annotation.text = text;
            return Some(StoreEvent::Edited(annotation.clone()));
        }
        StoreRequest::Remove(id) => {
            let n = kept.len();
            kept.retain(|annotation| annotation.id != id);
            return (kept.len() < n).then_some(StoreEvent::Removed(id));
        }
        StoreRequest::Write(task) => match &status.state {
            HistoryState::Closed { why } | HistoryState::Stalled { why, .. } => task(Err(why)),
            _ => task(Err("history is still being opened")),
        },
    }
    None
}

/// The folder of history in a data folder.
pub fn folder_of(data: &Path) -> PathBuf {
    data.join("history")
}
