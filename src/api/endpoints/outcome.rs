//! What came of a command: commands have no answer, so it is looked for in the snapshots that follow, and among notices.

use std::time::Duration;

use axum::http::StatusCode;

use crate::api::{ApiState, Problem};
use crate::model::{Command, Notice, NoticeId, Snapshot};

/// How long a command may take to be seen.
pub const PATIENCE: Duration = Duration::from_secs(5);

/// The newest notice there is before something is asked.
#[derive(Debug, Clone, Copy)]
pub struct Before(Option<NoticeId>);

impl Before {
    /// As things stand now.
    pub fn of(snapshot: &Snapshot) -> Self {
        Self(snapshot.notices.last().map(|notice| notice.id))
    }

    /// What was told since then with one of these texts.
    pub fn told<'a>(self, snapshot: &'a Snapshot, texts: &[&str]) -> Option<&'a Notice> {
        let newer = snapshot.notices.iter().rev().take_while(|notice| self.0.is_none_or(|last| notice.id > last));
        newer.into_iter().find(|notice| texts.contains(&&*notice.text))
    }
}

/// A refusal that the engine told: 409, in its words.
pub fn refusal(notice: &Notice) -> Problem {
    let colon = if notice.detail.is_empty() { "" } else { ": " };
    Problem::new(StatusCode::CONFLICT, format!("{}{colon}{}", notice.text, notice.detail))
}

/// Sends a command and waits until `is_done` sees what comes of it. A notice with one of the texts `refusals` is a refusal.
///
/// # Errors
/// 409 with the engine's words, 503 where the engine does not take the command in or nothing is seen in time.
pub async fn carry_out<T>(
    api: &ApiState,
    command: Command,
    refusals: &[&str],
    is_done: impl Fn(&Snapshot) -> Option<T>,
) -> Result<T, Problem> {
    let before = Before::of(&api.snapshot());
    api.send(command)?;
    let look = |snapshot: &Snapshot| match is_done(snapshot) {
        Some(done) => Some(Ok(done)),
        None => before.told(snapshot, refusals).map(|notice| Err(refusal(notice))),
    };
    let late = || {
        let detail = format!("nothing was seen of it within {} s: look whether it was done", PATIENCE.as_secs());
        Err(Problem::busy(detail, 5))
    };
    api.wait_for(PATIENCE, look).await.unwrap_or_else(late)
}
