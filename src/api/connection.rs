//! One connection: HTTP/1.1 over what was accepted, with a bound on every size and every wait.

use std::net::IpAddr;
use std::pin::pin;
use std::sync::Arc;

use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::{TokioIo, TokioTimer};
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::sync::watch;
use tokio::time::timeout;

use super::answer::{Desk, answer};
use super::stalling::Stalling;

/// Bytes of a request's head that hyper holds, and header fields it reads, at most: beyond them it refuses by itself,
/// below them the guard does in a problem document.
const HEAD_BYTES: usize = 64 * 1024;
const HEAD_FIELDS: usize = 128;

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
    let mut connection = pin!(http.serve_connection(io, service));
    let ended = tokio::select! {
        ended = connection.as_mut() => ended,
        () = stopped(&mut stop) => {
            connection.as_mut().graceful_shutdown();
            // An answer without an end would go on for as long as the client listens.
            timeout(limits.stop, connection).await.unwrap_or(Ok(()))
        }
    };
    if let Err(e) = ended
        && (e.is_timeout() || is_stalled(&e))
    {
        desk.counts.timed_out.add();
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
