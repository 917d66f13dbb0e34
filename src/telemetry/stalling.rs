//! A connection that ends when the other side takes nothing of what is written for too long.

use std::io;
use std::pin::Pin;
use std::task::{Context, Poll, ready};
use std::time::Duration;

use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::time::{Instant, Sleep, sleep};

/// A connection whose writing may stand still for so long.
#[derive(Debug)]
pub struct Stalling<I> {
    inner: I,
    patience: Duration,
    /// Made at the first wait; writing rarely waits.
    clock: Option<Pin<Box<Sleep>>>,
    is_waiting: bool,
}

impl<I> Stalling<I> {
    /// A connection with this patience.
    pub fn new(inner: I, patience: Duration) -> Self {
        Self { inner, patience, clock: None, is_waiting: false }
    }

    /// The connection itself.
    pub fn inner_mut(&mut self) -> &mut I {
        &mut self.inner
    }

    /// What became of a try to write: one that waits too long fails.
    fn watch<T>(&mut self, cx: &mut Context<'_>, tried: Poll<io::Result<T>>) -> Poll<io::Result<T>> {
        if tried.is_ready() {
            self.is_waiting = false;
            return tried;
        }
        let patience = self.patience;
        let clock = self.clock.get_or_insert_with(|| Box::pin(sleep(patience)));
        if !std::mem::replace(&mut self.is_waiting, true) {
            clock.as_mut().reset(Instant::now() + patience);
        }
        ready!(clock.as_mut().poll(cx));
        Poll::Ready(Err(io::Error::new(io::ErrorKind::TimedOut, "the other side takes nothing of its answer")))
    }
}

impl<I: AsyncRead + Unpin> AsyncRead for Stalling<I> {
    fn poll_read(mut self: Pin<&mut Self>, cx: &mut Context<'_>, buf: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.inner).poll_read(cx, buf)
    }
}

impl<I: AsyncWrite + Unpin> AsyncWrite for Stalling<I> {
    fn poll_write(mut self: Pin<&mut Self>, cx: &mut Context<'_>, buf: &[u8]) -> Poll<io::Result<usize>> {
        let tried = Pin::new(&mut self.inner).poll_write(cx, buf);
        self.watch(cx, tried)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        bufs: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        let tried = Pin::new(&mut self.inner).poll_write_vectored(cx, bufs);
        self.watch(cx, tried)
    }

    fn is_write_vectored(&self) -> bool {
        self.inner.is_write_vectored()
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        let tried = Pin::new(&mut self.inner).poll_flush(cx);
        self.watch(cx, tried)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        let tried = Pin::new(&mut self.inner).poll_shutdown(cx);
        self.watch(cx, tried)
    }
}

#[cfg(test)]
mod tests {
    use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};

    use super::*;

    fn run<T>(body: impl Future<Output = T>) -> T {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_time().build().expect("a runtime");
        runtime.block_on(body)
    }

    #[test]
    fn a_client_that_takes_nothing_is_let_go_and_one_that_takes_its_time_is_not() {
        run(async {
            let (near, mut far) = tokio::io::duplex(4);
            let mut near = Stalling::new(near, Duration::from_millis(20));
            let failed = near.write_all(b"12345").await.expect_err("nobody reads");
            assert_eq!(failed.kind(), io::ErrorKind::TimedOut);
            let mut near = Stalling::new(near.inner, Duration::from_secs(60));
            let (written, ()) = tokio::join!(near.write_all(b"12345678"), async {
                let mut byte = [0];
                for _ in 0..12 {
                    far.read_exact(&mut byte).await.expect("read");
                    tokio::task::yield_now().await;
                }
            });
            written.expect("each byte was taken in time");
        });
    }
}
