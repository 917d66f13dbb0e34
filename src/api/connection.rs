//! One connection: HTTP/1.1 over what was accepted, with a bound on every size and every wait.

use std::net::IpAddr;
use std::sync::Arc;

use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::{TokioIo, TokioTimer};
use tokio::io::{AsyncRead, AsyncWrite, AsyncWriteExt as _};
use tokio::sync::watch;
use tokio::time::timeout;

use super::answer::{Desk, answer};
use crate::telemetry::stalling::Stalling;

/// Bytes of a request's head that hyper holds, and header fields it reads, at most: beyond them it refuses by itself,
/// below them the guard does in a problem document.
const HEAD_BYTES: usize = 64 * 1024;
const HEAD_FIELDS: usize = 128;

/// What a client is told whose head began and did not come to its end in time.
const SLOW: &[u8] = b"HTTP/1.1 408 Request Timeout\r\ncontent-type: application/problem+json\r\ncontent-length: 96\r\n\
connection: close\r\n\r\n\
{\"status\":408,\"title\":\"Request Timeout\",\"detail\":\"the head of the request did not come in time\"}";

/// Serves a connection until its client ends it, or the server stops: then after the request under way.
pub async fn serve<I>(io: I, peer: IpAddr, desk: Arc<Desk>, mut stop: watch::Receiver<bool>)
where
    I: AsyncRead + AsyncWrite + Unpin + Send + 'static,
{
    let limits = desk.limits;
    let of_requests = desk.clone();
    let service = service_fn(move |request| answer(of_requests.clone(), peer, request));
    let io = TokioIo::new(Stalling::new(io, limits.write));
    let mut http = http1::Builder::new();
    http.timer(TokioTimer::new())
        .header_read_timeout(limits.head)
        .max_headers(HEAD_FIELDS)
        .max_buf_size(HEAD_BYTES)
        .half_close(false)
        .keep_alive(true);
    let mut connection = http.serve_connection(io, service);
    let ended = tokio::select! {
        ended = &mut connection => ended,
        () = stopped(&mut stop) => {
            std::pin::Pin::new(&mut connection).graceful_shutdown();
            // An answer without an end would go on for as long as the client listens.
            timeout(limits.stop, &mut connection).await.unwrap_or(Ok(()))
        }
    };
    if let Err(e) = ended
        && (e.is_timeout() || is_stalled(&e))
    {
        desk.counts.timed_out.add();
        let parts = connection.into_parts();
        if e.is_timeout() && !parts.read_buf.is_empty() {
            let mut io = parts.io.into_inner();
            // The client waits for nothing else, and who reads nothing is not waited for.
            let _ = timeout(limits.stop, async { io.write_all(SLOW).await.and(io.shutdown().await) }).await;
        }
    }
}

/// Ends when the server stops, or is gone.
pub async fn stopped(stop: &mut watch::Receiver<bool>) {
    let _ = stop.wait_for(|is_stopped| *is_stopped).await;
}

/// Whether a client took nothing of its answer for too long.
fn is_stalled(error: &hyper::Error) -> bool {
    let mut cause = std::error::Error::source(error);
    while let Some(inner) = cause {
        if inner.downcast_ref::<std::io::Error>().is_some_and(|e| e.kind() == std::io::ErrorKind::TimedOut) {
            return true;
        }
        cause = inner.source();
    }
    false
}
