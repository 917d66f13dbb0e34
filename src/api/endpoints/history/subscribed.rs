//! One question to history: a subscription under a number of the API's own, that always ends with the request.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use tokio::sync::Semaphore;

use crate::api::{ApiState, Problem};
use crate::engine::core::UNREADABLE;
use crate::model::{Command, NoticeId, Snapshot, ViewCommand, ViewData, ViewId, ViewRequest};

/// Questions to history at one time.
const MAX_AT_ONCE: usize = 24;
/// How long a request waits for its turn.
const TURN: Duration = Duration::from_secs(5);

/// Places for questions to history.
#[derive(Debug)]
pub struct ViewSlots {
    free: Semaphore,
    next: AtomicU64,
}

impl Default for ViewSlots {
    fn default() -> Self {
        Self { free: Semaphore::new(MAX_AT_ONCE), next: AtomicU64::new(0) }
    }
}

impl ViewSlots {
    /// A number that no other question has or had.
    fn id(&self) -> ViewId {
        ViewId(ViewId::FIRST_OF_API | self.next.fetch_add(1, Ordering::Relaxed))
    }
}

/// A subscription, which ends when this is dropped.
struct Subscribed<'a> {
    api: &'a ApiState,
    id: ViewId,
}

impl Drop for Subscribed<'_> {
    fn drop(&mut self) {
        let command = Command::View(ViewCommand::Unsubscribe { id: self.id });
        if self.api.send(command.clone()).is_ok() {
            return;
        }
        // The engine's queue is full: it is told as soon as it has taken something in.
        let (api, mut published) = (self.api.clone(), self.api.published());
        if let Ok(runtime) = tokio::runtime::Handle::try_current() {
            runtime
                .spawn(async move { while api.send(command.clone()).is_err() && published.changed().await.is_ok() {} });
        }
    }
}

/// The answer to a question.
///
/// # Errors
/// 503 where too many ask, where the engine does not answer in time, and where history could not be read.
pub async fn answer(api: &ApiState, request: ViewRequest, patience: Duration) -> Result<Arc<ViewData>, Problem> {
    let slots = &api.kept().views;
    let Ok(Ok(_turn)) = tokio::time::timeout(TURN, slots.free.acquire()).await else {
        return Err(Problem::busy(format!("{MAX_AT_ONCE} other questions to history are being answered"), 5));
    };
    let id = slots.id();
    let newest = api.snapshot().notices.last().map(|notice| notice.id);
    api.send(Command::View(ViewCommand::Subscribe { id, request: request.clone() }))?;
    let _subscribed = Subscribed { api, id };
    let look = |snapshot: &Snapshot| {
        if let Some(why) = failure(snapshot, newest) {
            return Some(Err(Problem::busy(format!("{UNREADABLE}: {why}"), 30)));
        }
        let data = snapshot.views.get(&id).filter(|data| !data.is_loading && data.request == request);
        data.map(|data| Ok(data.clone()))
    };
    let late = || Err(Problem::busy(format!("history gave no answer within {} s", patience.as_secs()), 5));
    api.wait_for(patience, look).await.unwrap_or_else(late)
}

/// Why history could not be read since a notice.
fn failure(snapshot: &Snapshot, since: Option<NoticeId>) -> Option<&str> {
    let newer = snapshot.notices.iter().rev().take_while(|notice| since.is_none_or(|since| notice.id > since));
    newer.into_iter().find(|notice| &*notice.text == UNREADABLE).map(|notice| &*notice.detail)
}
