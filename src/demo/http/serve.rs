//! A listener and its connections: HTTP/1.1, bounded in number and in how long a head may take.

use std::convert::Infallible;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use axum::body::Body;
use hyper::body::Incoming;
use hyper::http::{Request, Response};
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::{TokioIo, TokioTimer};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{Semaphore, watch};
use tokio::time::{sleep, timeout};

/// Connections at most; further ones wait to be taken.
const MOST_CONNECTIONS: usize = 4_096;
/// Time for a request's head.
const HEAD: Duration = Duration::from_secs(10);
/// Time to wait after the system would not give a connection.
const PAUSE: Duration = Duration::from_millis(50);

/// Who answers requests.
pub trait Handler: Send + Sync + 'static {
    /// Answers a request of this address.
    fn answer(
        self: Arc<Self>,
        peer: SocketAddr,
        request: Request<Incoming>,
    ) -> impl Future<Output = Response<Body>> + Send;
}

/// Takes connections until `stop` says so; then waits for the requests under way, at most so long.
pub async fn serve<H: Handler>(
    listener: TcpListener,
    handler: Arc<H>,
    mut stop: watch::Receiver<bool>,
    grace: Duration,
) {
    let room = Arc::new(Semaphore::new(MOST_CONNECTIONS));
    loop {
        let Ok(place) = room.clone().acquire_owned().await else { break };
        let accepted = tokio::select! {
            accepted = listener.accept() => accepted,
            () = stopped(&mut stop) => break,
        };
        let Ok((stream, peer)) = accepted else {
            sleep(PAUSE).await;
            continue;
        };
        let (handler, stop) = (handler.clone(), stop.clone());
        tokio::spawn(async move {
            let _place = place;
            connection(stream, peer, handler, stop).await;
        });
    }
    drop(listener);
    // Every place is free again when every connection has ended.
    let all = u32::try_from(MOST_CONNECTIONS).unwrap_or(u32::MAX);
    let _ = timeout(grace, room.acquire_many(all)).await;
}

async fn connection<H: Handler>(stream: TcpStream, peer: SocketAddr, handler: Arc<H>, mut stop: watch::Receiver<bool>) {
    let _ = stream.set_nodelay(true);
    let service = service_fn(move |request| {
        let handler = handler.clone();
        async move { Ok::<_, Infallible>(handler.answer(peer, request).await) }
    });
    let mut http = http1::Builder::new();
    http.timer(TokioTimer::new()).header_read_timeout(HEAD).max_buf_size(64 << 10).half_close(false);
    let mut connection = http.serve_connection(TokioIo::new(stream), service);
    // What a client breaks off is its own.
    let _ = tokio::select! {
        ended = &mut connection => ended,
        () = stopped(&mut stop) => {
            std::pin::Pin::new(&mut connection).graceful_shutdown();
            (&mut connection).await
        }
    };
}

/// Ends when the service stops, or is gone.
pub async fn stopped(stop: &mut watch::Receiver<bool>) {
    let _ = stop.wait_for(|is_over| *is_over).await;
}
