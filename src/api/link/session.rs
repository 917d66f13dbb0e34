//! A window that follows: its charts under numbers of ours, so that several windows do not meet.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use axum::http::StatusCode;

use super::desk::Desk;
use crate::api::{ApiState, Problem};
use crate::model::{Command, ViewCommand, ViewId, ViewRequest};
use crate::wire::MAX_VIEWS;

/// A window that follows, for as long as its stream lives.
pub struct Session {
    name: String,
    /// The token it was opened with.
    pub(super) token: Arc<str>,
    /// By the window's number: ours.
    views: Mutex<BTreeMap<u64, ViewId>>,
}

impl Session {
    /// A session without charts.
    pub fn new(name: String, token: Arc<str>) -> Self {
        Self { name, token, views: Mutex::default() }
    }

    /// Its name, which nobody guesses.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Its charts: the window's numbers and ours.
    pub fn views(&self) -> Vec<(u64, ViewId)> {
        self.lock().iter().map(|(theirs, ours)| (*theirs, *ours)).collect()
    }

    fn lock(&self) -> MutexGuard<'_, BTreeMap<u64, ViewId>> {
        self.views.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Carries out a command about charts.
    ///
    /// # Errors
    /// Too many charts are open, or the engine is busy.
    pub fn view(&self, api: &ApiState, desk: &Desk, command: ViewCommand) -> Result<(), Problem> {
        let mut views = self.lock();
        match command {
            ViewCommand::Subscribe { id, request } => {
                if views.len() >= MAX_VIEWS && !views.contains_key(&id.0) {
                    let detail = format!("too many charts are open in one window: {MAX_VIEWS} at most");
                    return Err(Problem::new(StatusCode::TOO_MANY_REQUESTS, detail));
                }
                let ours = desk.shared().subscribe(api, views.get(&id.0).copied(), request)?;
                views.insert(id.0, ours);
            }
            ViewCommand::Unsubscribe { id } => {
                if let Some(ours) = views.remove(&id.0) {
                    desk.shared().release(api, ours);
                }
            }
        }
        Ok(())
    }

    /// Ends all its charts.
    pub fn end(&self, api: &ApiState, desk: &Desk) {
        for ours in std::mem::take(&mut *self.lock()).into_values() {
            desk.shared().release(api, ours);
        }
    }
}

/// Charts that windows asked for, by what was asked: those who ask the same share the answer.
#[derive(Debug, Default)]
pub struct SharedViews {
    views: BTreeMap<ViewId, Shared>,
    n_made: u64,
    /// Ended here, and not yet at the engine, which was busy.
    ending: Vec<ViewId>,
}

#[derive(Debug)]
struct Shared {
    request: ViewRequest,
    n_users: usize,
}

impl SharedViews {
    /// One more wants this, in the place of what it had; gives our number.
    fn subscribe(&mut self, api: &ApiState, had: Option<ViewId>, request: ViewRequest) -> Result<ViewId, Problem> {
        self.settle(api);
        let same = self.views.iter().find(|(_, shared)| shared.request == request).map(|(id, _)| *id);
        if let Some(id) = same {
            if had == Some(id) {
                return Ok(id);
            }
            if let Some(shared) = self.views.get_mut(&id) {
                shared.n_users += 1;
            }
            if let Some(had) = had {
                self.release(api, had);
            }
            return Ok(id);
        }
        // Whoever has a chart alone keeps its number: the engine then keeps what it read for it.
        let own = had.filter(|id| self.views.get(id).is_some_and(|shared| shared.n_users == 1));
        let id = own.unwrap_or(ViewId(ViewId::FIRST_OF_LINK + self.n_made));
        api.send(Command::View(ViewCommand::Subscribe { id, request: request.clone() }))?;
        self.views.insert(id, Shared { request, n_users: 1 });
        if own.is_none() {
            self.n_made += 1;
            if let Some(had) = had {
                self.release(api, had);
            }
        }
        Ok(id)
    }

    /// One less wants it.
    fn release(&mut self, api: &ApiState, id: ViewId) {
        let Some(shared) = self.views.get_mut(&id) else { return };
        shared.n_users -= 1;
        if shared.n_users == 0 {
            self.views.remove(&id);
            self.ending.push(id);
        }
        self.settle(api);
    }

    /// Tells the engine what ended.
    pub fn settle(&mut self, api: &ApiState) {
        self.ending.retain(|id| api.send(Command::View(ViewCommand::Unsubscribe { id: *id })).is_err());
    }
}

#[cfg(test)]
mod tests {
    use std::sync::mpsc::Receiver;
    use std::time::Duration;

    use super::*;
    use crate::engine::handle::{Handle, Input};
    use crate::model::{SeriesId, Snapshot, ViewRange};

    fn request(series: u32) -> ViewRequest {
        let range = ViewRange::Live { span: Duration::from_secs(60) };
        ViewRequest { series: [SeriesId(series)].into(), range, width_px: 300 }
    }

    fn sent(inputs: &Receiver<Input>) -> Vec<String> {
        let word = |input| match input {
            Input::Command(Command::View(ViewCommand::Subscribe { id, request })) => {
                format!("+{}:{}", id.0 - ViewId::FIRST_OF_LINK, request.series[0].0)
            }
            Input::Command(Command::View(ViewCommand::Unsubscribe { id })) => {
                format!("-{}", id.0 - ViewId::FIRST_OF_LINK)
            }
            _ => "?".into(),
        };
        inputs.try_iter().map(word).collect()
    }

    #[test]
    fn windows_share_what_they_ask_alike_and_the_last_to_go_ends_it() {
        let (engine, inputs) = Handle::new(Snapshot::default());
        let api = ApiState::new(engine, 4);
        let desk = Desk::default();
        let [a, b] = ["a", "b"].map(|name| Session::new(name.into(), "main".into()));
        let subscribe = |session: &Session, id, series| {
            let command = ViewCommand::Subscribe { id: ViewId(id), request: request(series) };
            session.view(&api, &desk, command).expect("room");
        };
        subscribe(&a, 7, 1);
        subscribe(&b, 7, 1);
        subscribe(&b, 8, 2);
        assert_eq!(sent(&inputs), ["+0:1", "+1:2"]);
        // A chart that somebody else has too gets a new number; one's own is asked for anew under the same.
        subscribe(&a, 7, 3);
        subscribe(&b, 8, 4);
        assert_eq!(sent(&inputs), ["+2:3", "+1:4"]);
        a.end(&api, &desk);
        assert_eq!(sent(&inputs), ["-2"]);
        b.end(&api, &desk);
        assert_eq!(sent(&inputs), ["-0", "-1"]);
        for id in 0..MAX_VIEWS as u64 {
            subscribe(&a, id, 1);
        }
        let command = ViewCommand::Subscribe { id: ViewId(999), request: request(1) };
        a.view(&api, &desk, command).expect_err("too many");
    }
}
