//! The list of tasks: what waits, runs and is over, and the word that ends one early.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use super::{Core, Effect};
use crate::engine::store_worker::{StoreRequest, folder_of};
use crate::engine::tasks::{TASK_CAPACITY, TaskCx, TaskEvent, TaskStart, title};
use crate::model::{HistoryState, Severity, TaskCommand, TaskId, TaskRequest, TaskState, TaskStatus};

/// Tasks that are over and still listed.
const MAX_OVER: usize = 20;

/// All tasks, oldest first.
#[derive(Debug, Default)]
pub struct TaskBook {
    list: Vec<Listed>,
    next: u64,
}

#[derive(Debug)]
struct Listed {
    status: TaskStatus,
    cancel: Arc<AtomicBool>,
    /// What is asked, until it goes to the task thread: a task waits here for the one before and for history to open.
    request: Option<TaskRequest>,
}

impl TaskBook {
    fn n_live(&self) -> usize {
        self.list.iter().filter(|task| !task.status.state.is_over()).count()
    }

    /// Forgets the oldest of those that are over.
    fn trim(&mut self) {
        let mut n_over = self.list.len() - self.n_live();
        self.list.retain(|task| {
            let goes = n_over > MAX_OVER && task.status.state.is_over();
            n_over -= usize::from(goes);
            !goes
        });
    }

    fn statuses(&self) -> Arc<[TaskStatus]> {
        self.list.iter().map(|task| task.status.clone()).collect()
    }
}

impl Core {
    pub(super) fn task_command(&mut self, command: TaskCommand) -> Vec<Effect> {
        match command {
            TaskCommand::Start(request) => {
                if self.tasks.n_live() >= TASK_CAPACITY {
                    let text = format!("{} was not begun", title(&request));
                    self.tell(Severity::Warning, text, "Too much is waiting to be done: try again when some is over");
                    return Vec::new();
                }
                let id = TaskId(self.tasks.next);
                self.tasks.next += 1;
                let state = TaskState::Waiting;
                let status = TaskStatus { id, title: title(&request).into(), asked_at: self.now, state };
                self.tasks.list.push(Listed { status, cancel: Arc::default(), request: Some(request) });
            }
            TaskCommand::Cancel(id) => {
                let Some(task) = self.tasks.list.iter_mut().find(|task| task.status.id == id) else {
                    return Vec::new();
                };
                task.cancel.store(true, Ordering::Relaxed);
                // One that was begun says itself when nothing of it is left.
                if task.request.take().is_some() {
                    task.status.state = TaskState::Cancelled;
                }
            }
            TaskCommand::Dismiss(id) => {
                self.tasks.list.retain(|task| task.status.id != id || !task.status.state.is_over());
            }
        }
        self.send_tasks()
    }

    /// Gives the task thread the next one, once it is free and history is open or is known not to open.
    pub(super) fn send_tasks(&mut self) -> Vec<Effect> {
        let history = self.history.reader();
        let why: Arc<str> = match &self.next.history.state {
            HistoryState::Closed { why } => why.clone(),
            HistoryState::Opening if history.is_none() => "History is still being opened: try again in a moment".into(),
            _ => "History could not be opened".into(),
        };
        let is_opening = history.is_none() && self.next.history.state == HistoryState::Opening;
        let mut effects = Vec::new();
        let is_free = self.tasks.list.iter().all(|task| task.request.is_some() || task.status.state.is_over());
        for task in self.tasks.list.iter_mut().filter(|_| is_free) {
            // A look at a file and the alert log need no history.
            let needs_none = |request: &TaskRequest| {
                matches!(request, TaskRequest::PreviewImport { .. } | TaskRequest::ExportAlerts { .. })
            };
            let can_begin = !is_opening || task.request.as_ref().is_some_and(needs_none);
            let Some(request) = task.request.take_if(|_| can_begin) else { continue };
            let cx = TaskCx {
                history: history.clone().ok_or_else(|| why.clone()),
                folder: folder_of(&self.next.folders.data),
                data: self.next.folders.data.clone(),
                alerts: self.next.alerts.log.clone(),
                store: self.store.clone(),
                series: self.next.series.clone(),
                machine: self.next.machine.clone(),
                settings: self.next.settings.clone(),
                now: self.now,
            };
            let start = TaskStart { id: task.status.id, request, cancel: task.cancel.clone(), cx };
            effects.push(Effect::Task(Box::new(start)));
            break;
        }
        self.tasks.trim();
        self.next.tasks = self.tasks.statuses();
        effects
    }

    /// Takes in how a task goes.
    pub(super) fn task_event(&mut self, event: TaskEvent) -> Vec<Effect> {
        let found = self.tasks.list.iter_mut().find(|task| task.status.id == event.id);
        let Some(task) = found.filter(|task| !task.status.state.is_over()) else { return Vec::new() };
        let (title, is_preview) = (task.status.title.clone(), event.preview.is_some());
        task.status.state = event.state.clone();
        if let Some(preview) = event.preview {
            self.next.import_preview = Some(Arc::new(preview));
        }
        match event.state {
            TaskState::Done { text, .. } if !is_preview => {
                self.tell(Severity::Success, format!("{title}: done"), text);
            }
            TaskState::Failed { why } => self.tell(Severity::Error, format!("{title}: failed"), why),
            _ => {}
        }
        if is_preview {
            // What it found stands in the snapshot: nothing is left to say of it.
            self.tasks.list.retain(|task| task.status.id != event.id);
        }
        let mut effects = self.send_tasks();
        if event.has_changed_history {
            effects.push(Effect::Store(StoreRequest::Refresh));
        }
        effects
    }

    /// Says of a task that found no room in the queue that it failed.
    pub(in crate::engine) fn task_refused(&mut self, id: TaskId) {
        let why = "The task thread does not take it: restart Perfdesk".into();
        let state = TaskState::Failed { why };
        self.task_event(TaskEvent { id, state, preview: None, has_changed_history: false });
    }

    /// Ends every task early: the program ends.
    pub(in crate::engine) fn cancel_tasks(&self) {
        for task in &self.tasks.list {
            task.cancel.store(true, Ordering::Relaxed);
        }
    }
}
