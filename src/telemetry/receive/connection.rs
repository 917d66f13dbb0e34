//! One connection: TLS where it is spoken, then HTTP/1.1 or HTTP/2, with a bound on every size and every wait.

use std::io;
use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;

use hyper::server::conn::{http1, http2};
use hyper::service::service_fn;
use hyper_util::rt::{TokioExecutor, TokioIo, TokioTimer};
use tokio::io::{AsyncRead, AsyncReadExt as _, AsyncWrite, AsyncWriteExt as _};
use tokio::net::TcpStream;
use tokio::sync::watch;
use tokio::time::timeout;
use tokio_rustls::TlsAcceptor;

use super::grpc::Grpc;
use super::http::Http;
use super::limits::Limits;
use super::patient::{Patient, Phase};

/// Bytes of a request's head that hyper holds, and header fields it reads, at most.
const HEAD_BYTES: usize = 64 * 1024;
const HEAD_FIELDS: usize = 100;
/// Bytes that a sender of HTTP/2 may send ahead of what was read: of one request, and of all on its connection.
const STREAM_WINDOW: u32 = 256 * 1024;
const CONNECTION_WINDOW: u32 = 512 * 1024;
/// Requests that a sender may call off before they were looked at, and that we may: beyond them the connection ends
/// (the flood of HTTP/2 that is known as rapid reset).
const MAX_RESETS: usize = 20;
const MAX_OWN_RESETS: usize = 128;
/// Time between two signs of life that a silent connection of HTTP/2 is asked for, and the time it has for them.
const ALIVE_EVERY: Duration = Duration::from_secs(60);
const ALIVE_WITHIN: Duration = Duration::from_secs(20);
/// First byte of TLS: a handshake (RFC 8446, section 5.1). No request begins with it.
const TLS_HANDSHAKE: u8 = 0x16;
/// Bytes of a request that came to the wrong door which are let go by, so that its sender reads the answer.
const STRAY_BYTES: u64 = 1024 * 1024;
/// What a sender of HTTP/1.1 is told at the door for gRPC.
const WRONG_DOOR: &[u8] = b"HTTP/1.1 505 \
OTLP over gRPC is taken here: OTLP over HTTP has another port, usually 4318\r\n\
content-type: application/json\r\ncontent-length: 99\r\nconnection: close\r\n\r\n\
{\"code\":12,\"message\":\"OTLP over gRPC is taken here: OTLP over HTTP has another port, usually 4318\"}";

/// Who answers on a door.
#[derive(Clone)]
pub enum Service {
    /// OTLP over gRPC.
    Grpc(Arc<Grpc>),
    /// OTLP over HTTP.
    Http(Arc<Http>),
}

/// How a connection is spoken on.
#[derive(Clone)]
pub enum Speech {
    /// As it comes.
    Plain,
    /// TLS or not, as its first byte tells: for this machine alone.
    Either(TlsAcceptor),
    /// TLS.
    Tls(TlsAcceptor),
}

/// Serves a connection until its sender ends it, or its door closes: then after the requests under way.
pub async fn open(stream: TcpStream, speech: Speech, service: Service, limits: Limits, close: watch::Receiver<bool>) {
    let _ = stream.set_nodelay(true);
    let (acceptor, is_open) = match speech {
        Speech::Plain => (None, true),
        Speech::Either(acceptor) => (Some(acceptor), true),
        Speech::Tls(acceptor) => (Some(acceptor), false),
    };
    let is_grpc = matches!(service, Service::Grpc(_));
    let first = match is_open && (is_grpc || acceptor.is_some()) {
        true => timeout(limits.head, first_of(&stream)).await,
        false => Ok(Ok(First::Other)),
    };
    let acceptor = match first {
        Ok(Ok(First::Http1)) if is_grpc => return turn_away(stream, &service, limits.linger).await,
        Ok(Ok(First::Tls)) => acceptor,
        Ok(Ok(_)) => acceptor.filter(|_| !is_open),
        // It said nothing, or went.
        _ => return,
    };
    let Some(acceptor) = acceptor else { return serve(stream, false, service, limits, close).await };
    // One that speaks no TLS, or does not trust the certificate, tells its own side.
    if let Ok(Ok(stream)) = timeout(limits.head, acceptor.accept(stream)).await {
        serve(stream, true, service, limits, close).await;
    }
}

/// What the first bytes of a connection tell.
enum First {
    Tls,
    Http1,
    Other,
}

async fn first_of(stream: &TcpStream) -> io::Result<First> {
    let mut bytes = [0; 4];
    let n = stream.peek(&mut bytes).await?;
    Ok(match &bytes[..n] {
        [TLS_HANDSHAKE, ..] => First::Tls,
        b"POST" | b"GET " => First::Http1,
        _ => First::Other,
    })
}

/// Tells a sender that it came to the wrong door.
async fn turn_away(mut stream: TcpStream, service: &Service, linger: Duration) {
    if let Service::Grpc(grpc) = service {
        grpc.desk.refused();
    }
    let telling = async {
        stream.write_all(WRONG_DOOR).await?;
        stream.shutdown().await?;
        tokio::io::copy(&mut stream.take(STRAY_BYTES), &mut tokio::io::sink()).await
    };
    let _ = timeout(linger, telling).await;
}

async fn serve<I>(io: I, is_tls: bool, service: Service, limits: Limits, mut close: watch::Receiver<bool>)
where
    I: AsyncRead + AsyncWrite + Unpin + Send + 'static,
{
    match service {
        Service::Http(http) => {
            let phase = Phase::default();
            let io = TokioIo::new(Patient::http1(io, &limits, phase.clone()));
            let service = service_fn(move |request| {
                let (http, answering) = (http.clone(), phase.answering());
                async move {
                    let _until_answered = answering;
                    http.answer(request, is_tls).await
                }
            });
            let mut builder = http1::Builder::new();
            builder
                .timer(TokioTimer::new())
                // Patience is that of the connection, which knows idle from slow.
                .header_read_timeout(None)
                .max_headers(HEAD_FIELDS)
                .max_buf_size(HEAD_BYTES)
                .half_close(false);
            let mut connection = pin!(builder.serve_connection(io, service));
            tokio::select! {
                _ = connection.as_mut() => {}
                () = closed(&mut close) => {
                    connection.as_mut().graceful_shutdown();
                    let _ = timeout(limits.stop, connection).await;
                }
            }
        }
        Service::Grpc(grpc) => {
            let io = TokioIo::new(Patient::http2(io, &limits));
            let service = service_fn(move |request| {
                let grpc = grpc.clone();
                async move { grpc.answer(request).await }
            });
            let mut builder = http2::Builder::new(TokioExecutor::new());
            builder
                .timer(TokioTimer::new())
                .max_concurrent_streams(limits.n_streams)
                .max_header_list_size(limits.header_bytes)
                .initial_stream_window_size(STREAM_WINDOW)
                .initial_connection_window_size(CONNECTION_WINDOW)
                .max_pending_accept_reset_streams(MAX_RESETS)
                .max_local_error_reset_streams(MAX_OWN_RESETS)
                .keep_alive_interval(ALIVE_EVERY)
                .keep_alive_timeout(ALIVE_WITHIN);
            let mut connection = pin!(builder.serve_connection(io, service));
            tokio::select! {
                _ = connection.as_mut() => {}
                () = closed(&mut close) => {
                    connection.as_mut().graceful_shutdown();
                    let _ = timeout(limits.stop, connection).await;
                }
            }
        }
    }
}

/// Ends when the door closes, or is gone.
async fn closed(close: &mut watch::Receiver<bool>) {
    let _ = close.wait_for(|is_closed| *is_closed).await;
}
