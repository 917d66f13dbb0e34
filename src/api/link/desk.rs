//! What the followers share: the publication in records, their sessions, their charts.

use std::collections::BTreeMap;
use std::ops::Deref;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use axum::http::StatusCode;

use super::publication::Publication;
use super::session::{Session, SharedViews};
use crate::api::{ApiState, Problem};

/// Bytes of a session's name before they are written in hexadecimal.
const NAME_BYTES: usize = 16;

/// What the followers share.
#[derive(Default)]
pub struct Desk {
    current: Mutex<Option<Arc<Publication>>>,
    sessions: Mutex<BTreeMap<String, Arc<Session>>>,
    shared: Mutex<SharedViews>,
}

impl Desk {
    /// Opens a session under a new name.
    ///
    /// # Errors
    /// The system gives no random bytes.
    pub fn open(self: &Arc<Self>, token: &Arc<str>, api: ApiState) -> Result<OpenSession, Problem> {
        let mut bytes = [0; NAME_BYTES];
        getrandom::fill(&mut bytes).map_err(|e| Problem::busy(format!("the system gives no random bytes: {e}"), 5))?;
        let name: String = bytes.iter().map(|byte| format!("{byte:02x}")).collect();
        let session = Arc::new(Session::new(name.clone(), token.clone()));
        self.sessions().insert(name, session.clone());
        Ok(OpenSession { session, desk: self.clone(), api })
    }

    /// The session of this name, for the token that opened it.
    ///
    /// # Errors
    /// There is none.
    pub fn session(&self, name: &str, token: &str) -> Result<Arc<Session>, Problem> {
        let found = self.sessions().get(name).filter(|session| &*session.token == token).cloned();
        let gone = || {
            let detail = "this session has ended, or is another token's: open a new one with GET /link/stream";
            Problem { field: Some("session".into()), ..Problem::new(StatusCode::CONFLICT, detail) }
        };
        found.ok_or_else(gone)
    }

    /// The newest publication. The first to ask for it after the engine published makes it for all.
    pub fn publication(&self, api: &ApiState) -> Arc<Publication> {
        let mut current = self.current.lock().unwrap_or_else(PoisonError::into_inner);
        let snapshot = api.snapshot();
        if let Some(newest) = current.as_ref().filter(|newest| newest.snapshot.seq == snapshot.seq) {
            return newest.clone();
        }
        let next = Arc::new(Publication::after(current.as_deref(), snapshot));
        *current = Some(next.clone());
        next
    }

    /// The charts of all sessions.
    pub fn shared(&self) -> MutexGuard<'_, SharedViews> {
        self.shared.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn sessions(&self) -> MutexGuard<'_, BTreeMap<String, Arc<Session>>> {
        self.sessions.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A session with its end: however the stream ends, its charts do.
pub struct OpenSession {
    session: Arc<Session>,
    /// What all followers share.
    pub desk: Arc<Desk>,
    api: ApiState,
}

impl Deref for OpenSession {
    type Target = Session;

    fn deref(&self) -> &Session {
        &self.session
    }
}

impl Drop for OpenSession {
    fn drop(&mut self) {
        let mut sessions = self.desk.sessions();
        sessions.remove(self.session.name());
        if sessions.is_empty() {
            // Nobody follows: nothing is kept for them.
            *self.desk.current.lock().unwrap_or_else(PoisonError::into_inner) = None;
        }
        drop(sessions);
        self.session.end(&self.api, &self.desk);
    }
}
