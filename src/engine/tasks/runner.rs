//! The task thread: takes tasks until the engine closes the queue, and tells how each goes.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::Receiver;
use std::time::{Duration, Instant};

use super::{TaskEnd, TaskError, TaskStart, carry_out};
use crate::engine::handle::{Input, Inputs};
use crate::model::{ImportPreview, TaskId, TaskRequest, TaskState};
use crate::sampling::panic_text;
use crate::store::progress::{Cancelled, Progress};

/// Least time between two words about progress.
const TELL_EVERY: Duration = Duration::from_millis(200);

/// How a task goes, as the task thread tells it.
#[derive(Debug, Clone, PartialEq)]
pub struct TaskEvent {
    /// Which.
    pub id: TaskId,
    /// How it stands now.
    pub state: TaskState,
    /// The file it looked at for import.
    pub preview: Option<ImportPreview>,
    /// Whether history may hold something now that did not come from this machine's samples, or lack it: series and
    /// charts are looked up anew.
    pub has_changed_history: bool,
}

/// Runs until the queue is closed. A task that breaks down fails and costs no other.
pub fn run(tasks: &Receiver<TaskStart>, inputs: &Inputs) {
    while let Ok(task) = tasks.recv() {
        let mut watch = Watch { id: task.id, cancel: task.cancel, inputs, told: None };
        let body = || {
            // One that was ended while it waited is not begun.
            watch.step(None, "begins")?;
            carry_out(&task.request, &task.cx, &mut watch)
        };
        let outcome = catch_unwind(AssertUnwindSafe(body)).unwrap_or_else(|panic| {
            let why = panic_text(&*panic);
            inputs.send(Input::WorkerDied { worker: "task", probe: None, why: why.clone() });
            Err(TaskError::Failed(format!("It broke down: {why}")))
        });
        // Of an import that was ended early or failed some may have been taken in.
        let has_changed_history = matches!(
            task.request,
            TaskRequest::ImportArchive { .. } | TaskRequest::ImportCsv { .. } | TaskRequest::RemoveImport { .. }
        );
        let event = TaskEvent { has_changed_history, ..event(task.id, outcome) };
        inputs.send(Input::Task(Box::new(event)));
    }
}

/// What is told of a task that ended.
pub fn event(id: TaskId, outcome: Result<TaskEnd, TaskError>) -> TaskEvent {
    let (state, preview) = match outcome {
        Ok(TaskEnd { text, remarks, files, preview }) => {
            let remarks = remarks.into_iter().map(Arc::from).collect();
            (TaskState::Done { text: text.into(), remarks, files: files.into() }, preview)
        }
        Err(TaskError::Cancelled(_)) => (TaskState::Cancelled, None),
        Err(TaskError::Failed(why)) => (TaskState::Failed { why: why.into() }, None),
    };
    TaskEvent { id, state, preview, has_changed_history: false }
}

/// One task's progress on its way to the engine.
struct Watch<'a> {
    id: TaskId,
    cancel: Arc<AtomicBool>,
    inputs: &'a Inputs,
    told: Option<Instant>,
}

impl Progress for Watch<'_> {
    fn step(&mut self, done_ratio: Option<f32>, text: &str) -> Result<(), Cancelled> {
        if self.cancel.load(Ordering::Relaxed) {
            return Err(Cancelled);
        }
        if self.told.is_some_and(|told| told.elapsed() < TELL_EVERY) {
            return Ok(());
        }
        self.told = Some(Instant::now());
        let done_ratio = done_ratio.filter(|ratio| ratio.is_finite()).map(|ratio| ratio.clamp(0.0, 1.0));
        let state = TaskState::Running { done_ratio, text: text.into() };
        let event = TaskEvent { id: self.id, state, preview: None, has_changed_history: false };
        // The next word says more: one that finds no room is not missed.
        let _ = self.inputs.try_send(Input::Task(Box::new(event)));
        Ok(())
    }
}
