//! The body of a stream: its next piece is made when the connection can take it, out of the newest snapshot then.

use std::convert::Infallible;
use std::pin::Pin;
use std::task::{Context, Poll, ready};
use std::time::Duration;

use axum::body::{Bytes, HttpBody};
use hyper::body::Frame;

use super::follow::Follower;
use crate::api::ApiState;
use crate::api::guard::Lease;
use crate::api::shares::Place;

/// What a silent stream says so that it is seen to live.
const ALIVE: &[u8] = b": alive\n\n";

type Next = Pin<Box<dyn Future<Output = Option<(Bytes, Follower)>> + Send>>;

/// The body of a stream. It has no end but that of the engine and of the connection.
pub struct Stream {
    api: ApiState,
    heartbeat: Duration,
    next: Option<Next>,
    /// What it goes on for.
    lease: Option<Lease>,
    /// Given back when the client goes.
    _place: Place,
}

impl Stream {
    /// A stream for this client.
    pub fn new(api: ApiState, follower: Follower, place: Place, heartbeat: Duration) -> Self {
        let next: Next = Box::pin(piece(api.clone(), follower, heartbeat));
        Self { api, heartbeat, next: Some(next), lease: None, _place: place }
    }

    /// The same, which ends when its token is revoked or made anew.
    pub fn while_holds(self, lease: Option<Lease>) -> Self {
        Self { lease, ..self }
    }
}

/// What there is to say next; `None` where the engine is gone.
async fn piece(api: ApiState, mut follower: Follower, heartbeat: Duration) -> Option<(Bytes, Follower)> {
    let (mut published, mut jobs) = (api.published(), api.kept().jobs.changed());
    loop {
        // What changes from here on is seen in the next round.
        published.mark_unchanged();
        jobs.mark_unchanged();
        let news = follower.news(&api.snapshot(), &api.kept().jobs.all());
        if !news.is_empty() {
            return Some((news.into(), follower));
        }
        tokio::select! {
            changed = published.changed() => changed.ok()?,
            _ = jobs.changed() => {}
            () = tokio::time::sleep(heartbeat) => return Some((Bytes::from_static(ALIVE), follower)),
        }
    }
}

impl HttpBody for Stream {
    type Data = Bytes;
    type Error = Infallible;

    fn poll_frame(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, Infallible>>> {
        let this = self.get_mut();
        if this.lease.as_ref().is_some_and(|lease| !lease.holds(&this.api.snapshot())) {
            this.next = None;
        }
        let Some(next) = &mut this.next else { return Poll::Ready(None) };
        let Some((bytes, follower)) = ready!(next.as_mut().poll(cx)) else {
            this.next = None;
            return Poll::Ready(None);
        };
        this.next = Some(Box::pin(piece(this.api.clone(), follower, this.heartbeat)));
        Poll::Ready(Some(Ok(Frame::data(bytes))))
    }
}
