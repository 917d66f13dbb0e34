//! A connection that ends when its sender is too slow: with the head of a request, or taking its answer.
//!
//! A body has its own time, so while a request is answered reading may wait.

use std::io;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicU8, Ordering::Relaxed};
use std::task::{Context, Poll};
use std::time::Duration;

use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::time::{Instant, Sleep, sleep};

use super::limits::Limits;
use crate::telemetry::stalling::Stalling;

const IDLE: u8 = 0;
const HEAD: u8 = 1;
const BUSY: u8 = 2;

/// What a connection is at.
#[derive(Debug, Clone, Default)]
pub struct Phase(Arc<AtomicU8>);

impl Phase {
    /// A request is answered from now on, until what is given goes.
    pub fn answering(&self) -> Answering {
        self.0.store(BUSY, Relaxed);
        Answering(self.clone())
    }
}

/// A request that is answered.
#[derive(Debug)]
pub struct Answering(Phase);

impl Drop for Answering {
    fn drop(&mut self) {
        self.0.0.store(IDLE, Relaxed);
    }
}

/// A connection with patience.
#[derive(Debug)]
pub struct Patient<I> {
    /// With patience for what is written.
    inner: Stalling<I>,
    phase: Phase,
    /// Bytes after which no head is waited for any more: HTTP/2 has one preface, and its own signs of life after it.
    n_preface: u64,
    n_read: u64,
    idle: Duration,
    head: Duration,
    reading: Clock,
}

/// Runs while something is waited for; made at the first wait.
#[derive(Debug, Default)]
struct Clock {
    sleep: Option<Pin<Box<Sleep>>>,
    /// What it runs for.
    runs_for: Option<u8>,
}

impl Clock {
    fn stop(&mut self) {
        self.runs_for = None;
    }

    /// Whether waiting for this took longer than its time.
    fn is_over(&mut self, cx: &mut Context<'_>, what: u8, patience: Duration) -> bool {
        let sleep = self.sleep.get_or_insert_with(|| Box::pin(sleep(patience)));
        if self.runs_for.replace(what) != Some(what) {
            sleep.as_mut().reset(Instant::now() + patience);
        }
        sleep.as_mut().poll(cx).is_ready()
    }
}

impl<I> Patient<I> {
    /// A connection of HTTP/1.1, whose requests are told by this phase.
    pub fn http1(inner: I, limits: &Limits, phase: Phase) -> Self {
        Self::new(inner, limits, phase, u64::MAX)
    }

    /// A connection of HTTP/2, whose preface has its time.
    pub fn http2(inner: I, limits: &Limits) -> Self {
        // RFC 9113, section 3.4: 24 bytes, then settings.
        Self::new(inner, limits, Phase(Arc::new(AtomicU8::new(HEAD))), 24)
    }

    fn new(inner: I, limits: &Limits, phase: Phase, n_preface: u64) -> Self {
        let Limits { idle, head, write, .. } = *limits;
        let inner = Stalling::new(inner, write);
        Self { inner, phase, n_preface, n_read: 0, idle, head, reading: Clock::default() }
    }

    fn came(&mut self, n: usize) {
        self.n_read = self.n_read.saturating_add(n as u64);
        let phase = &self.phase.0;
        if self.n_read >= self.n_preface {
            phase.store(BUSY, Relaxed);
        } else if n > 0 && phase.compare_exchange(IDLE, HEAD, Relaxed, Relaxed).is_ok() {
            self.reading.stop();
        }
    }

    fn wait_to_read(&mut self, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        let is_over = match self.phase.0.load(Relaxed) {
            IDLE => self.reading.is_over(cx, IDLE, self.idle),
            HEAD => self.reading.is_over(cx, HEAD, self.head),
            _ => {
                self.reading.stop();
                false
            }
        };
        if is_over {
            Poll::Ready(Err(io::Error::new(io::ErrorKind::TimedOut, "the sender is too slow")))
        } else {
            Poll::Pending
        }
    }
}

impl<I: AsyncRead + Unpin> AsyncRead for Patient<I> {
    fn poll_read(mut self: Pin<&mut Self>, cx: &mut Context<'_>, buf: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        let n_before = buf.filled().len();
        match Pin::new(self.inner.inner_mut()).poll_read(cx, buf) {
            Poll::Ready(Ok(())) => {
                self.came(buf.filled().len() - n_before);
                Poll::Ready(Ok(()))
            }
            Poll::Pending => self.wait_to_read(cx),
            failed => failed,
        }
    }
}

impl<I: AsyncWrite + Unpin> AsyncWrite for Patient<I> {
    fn poll_write(mut self: Pin<&mut Self>, cx: &mut Context<'_>, buf: &[u8]) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.inner).poll_write(cx, buf)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        bufs: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.inner).poll_write_vectored(cx, bufs)
    }

    fn is_write_vectored(&self) -> bool {
        self.inner.is_write_vectored()
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.inner).poll_flush(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.inner).poll_shutdown(cx)
    }
}

#[cfg(test)]
mod tests {
    use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _, duplex};

    use super::*;

    const SHORT: Duration = Duration::from_millis(20);
    const LONG: Duration = Duration::from_secs(60);

    fn run<T>(body: impl Future<Output = T>) -> T {
        tokio::runtime::Builder::new_current_thread().enable_time().build().expect("a runtime").block_on(body)
    }

    async fn ends(patient: &mut Patient<impl AsyncRead + Unpin>) -> io::ErrorKind {
        let mut buf = [0; 100];
        loop {
            match patient.read(&mut buf).await {
                Ok(n) => assert!(n > 0, "it ended by itself"),
                Err(e) => return e.kind(),
            }
        }
    }

    #[test]
    fn a_head_that_does_not_come_whole_ends_the_connection() {
        run(async {
            let limits = Limits { idle: LONG, head: SHORT, ..Limits::default() };
            let (near, mut far) = duplex(100);
            let mut patient = Patient::http1(near, &limits, Phase::default());
            far.write_all(b"POST").await.expect("room");
            assert_eq!(ends(&mut patient).await, io::ErrorKind::TimedOut);
        });
    }

    #[test]
    fn one_that_stands_idle_is_ended_and_one_that_is_answered_is_not() {
        run(async {
            let limits = Limits { idle: SHORT, head: LONG, ..Limits::default() };
            let (near, mut far) = duplex(100);
            let phase = Phase::default();
            let mut patient = Patient::http1(near, &limits, phase.clone());
            let answering = phase.answering();
            let waited = tokio::time::timeout(3 * SHORT, patient.read_u8()).await;
            assert!(waited.is_err(), "its body has its own time");
            far.write_all(b"x").await.expect("room");
            assert_eq!(patient.read_u8().await.expect("a byte"), b'x');
            drop(answering);
            assert_eq!(ends(&mut patient).await, io::ErrorKind::TimedOut);
        });
    }

    #[test]
    fn http2_owes_its_preface_alone() {
        run(async {
            let limits = Limits { idle: SHORT, head: SHORT, ..Limits::default() };
            let (near, _far) = duplex(100);
            assert_eq!(ends(&mut Patient::http2(near, &limits)).await, io::ErrorKind::TimedOut);
            let (near, mut far) = duplex(100);
            let mut patient = Patient::http2(near, &limits);
            far.write_all(&[b'x'; 24]).await.expect("room");
            patient.read_exact(&mut [0; 24]).await.expect("all of it");
            assert!(tokio::time::timeout(3 * SHORT, patient.read_u8()).await.is_err());
        });
    }

    #[test]
    fn a_sender_that_takes_nothing_is_let_go() {
        run(async {
            let limits = Limits { write: SHORT, ..Limits::default() };
            let (near, _far) = duplex(4);
            let mut patient = Patient::http1(near, &limits, Phase::default());
            let failed = patient.write_all(b"12345").await.expect_err("nobody reads");
            assert_eq!(failed.kind(), io::ErrorKind::TimedOut);
        });
    }
}
