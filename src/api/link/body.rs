//! The body of a stream: what the follower hands over, one piece behind the other, for as long as somebody reads.

use std::convert::Infallible;
use std::pin::Pin;
use std::task::{Context, Poll};

use axum::body::Bytes;
use hyper::body::{Body, Frame};
use tokio::sync::mpsc;

/// Pieces that may wait for the socket. What comes later waits with the follower, which then skips publications.
const WAITING: usize = 2;

/// The receiving end as a body.
pub struct Records(mpsc::Receiver<Bytes>);

impl Records {
    /// A body, and where its pieces are handed over.
    pub fn new() -> (mpsc::Sender<Bytes>, Self) {
        let (sender, receiver) = mpsc::channel(WAITING);
        (sender, Self(receiver))
    }
}

impl Body for Records {
    type Data = Bytes;
    type Error = Infallible;

    fn poll_frame(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, Infallible>>> {
        self.0.poll_recv(cx).map(|piece| piece.map(|bytes| Ok(Frame::data(bytes))))
    }
}
