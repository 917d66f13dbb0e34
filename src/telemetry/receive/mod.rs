//! Receivers: the listeners to which services report, OTLP over gRPC and over HTTP.
//!
//! They trust nothing that comes in: every size, every wait and the memory of all bodies are bounded, and nobody waits for
//! them. What they read they hand to a [`Sink`] as protobuf without compression. They know no engine, and count nothing
//! themselves.

mod answer;
mod body;
mod budget;
mod connection;
mod desk;
mod door;
mod grpc;
mod http;
mod inflate;
mod json;
mod limits;
mod message;
mod patient;
mod refusal;

use std::net::SocketAddr;
use std::sync::Arc;

use tokio::runtime::{Builder, Runtime};
use tokio::sync::watch;
use tokio::task::JoinHandle;
use tokio_rustls::rustls::ServerConfig;

use self::desk::Desk;
use self::door::{Door, keep};
pub use self::limits::Limits;
use super::otlp::Sink;
use crate::model::Timestamp;
use crate::model::service::{ReceiverState, ReceiverStatus};

/// Whether a token is one that may report.
pub type CheckToken = Arc<dyn Fn(&str) -> bool + Send + Sync>;

/// What time it is.
pub type Clock = Arc<dyn Fn() -> Timestamp + Send + Sync>;

/// Told whenever a listener does differently. Called on the receivers' own threads.
pub type Report = Arc<dyn Fn(ReceiverEvent) + Send + Sync>;

/// Threads that wait for the network, and threads that read what came.
const N_THREADS: usize = 2;

/// Where services may report.
///
/// On a loopback address neither token nor TLS is asked for (TLS is spoken with those who begin it). Elsewhere both are
/// needed, or the door does not open.
#[derive(Clone, Default)]
pub struct Doors {
    /// For gRPC.
    pub grpc: Option<SocketAddr>,
    /// For HTTP.
    pub http: Option<SocketAddr>,
    /// How tokens are checked.
    pub token: Option<CheckToken>,
    /// Certificate and key; its application protocols are set here.
    pub tls: Option<Arc<ServerConfig>>,
}

/// Which listener.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum DoorKind {
    /// OTLP over gRPC.
    Grpc,
    /// OTLP over HTTP.
    Http,
}

/// A listener does differently.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReceiverEvent {
    /// Which.
    pub door: DoorKind,
    /// How it does now.
    pub status: ReceiverStatus,
}

/// The receivers at work. They end when this goes.
pub struct Receivers {
    limits: Limits,
    report: Report,
    work: Option<Work>,
    why_none: String,
}

struct Work {
    runtime: Runtime,
    grpc: watch::Sender<Option<Door>>,
    http: watch::Sender<Option<Door>>,
    keepers: [JoinHandle<()>; 2],
}

impl Receivers {
    /// Starts them. Where the system gives no threads, both doors are told to have failed.
    pub fn start(doors: Doors, limits: Limits, sink: Arc<dyn Sink>, clock: Clock, report: Report) -> Self {
        let built = Builder::new_multi_thread()
            .worker_threads(N_THREADS)
            .max_blocking_threads(N_THREADS)
            .thread_name("ingest")
            .enable_io()
            .enable_time()
            .build();
        let mut why_none = String::new();
        let work = built.map_err(|e| why_none = format!("no thread could be started to listen: {e}")).ok();
        let work = work.map(|runtime| {
            let desk = Desk::new(limits, sink, clock);
            let (grpc, wanted_grpc) = watch::channel(None);
            let (http, wanted_http) = watch::channel(None);
            let keepers = [
                runtime.spawn(keep(DoorKind::Grpc, wanted_grpc, desk.clone(), report.clone())),
                runtime.spawn(keep(DoorKind::Http, wanted_http, desk, report.clone())),
            ];
            Work { runtime, grpc, http, keepers }
        });
        let receivers = Self { limits, report, work, why_none };
        receivers.set(doors);
        receivers
    }

    /// Opens, moves and closes doors. One that is the same stays as it is; the connections of others are let finish.
    pub fn set(&self, doors: Doors) {
        let Doors { grpc, http, token, tls } = doors;
        let door = |address| Door { address, token: token.clone(), tls: tls.clone() };
        for (kind, wanted) in [(DoorKind::Grpc, grpc.map(door)), (DoorKind::Http, http.map(door))] {
            let Some(work) = &self.work else {
                self.say_failed(kind, wanted);
                continue;
            };
            let sender = if kind == DoorKind::Grpc { &work.grpc } else { &work.http };
            sender.send_if_modified(|now| {
                let is_same = match (&*now, &wanted) {
                    (Some(now), Some(wanted)) => now.is_same(wanted),
                    (now, wanted) => now.is_none() && wanted.is_none(),
                };
                *now = wanted;
                !is_same
            });
        }
    }

    fn say_failed(&self, door: DoorKind, wanted: Option<Door>) {
        let state = if wanted.is_some() { ReceiverState::Failed((*self.why_none).into()) } else { ReceiverState::Off };
        let address = wanted.map(|door| door.address.to_string()).unwrap_or_default();
        (self.report)(ReceiverEvent { door, status: ReceiverStatus { address: address.into(), state } });
    }

    /// Closes the doors, lets requests under way end for a while, and ends the threads.
    pub fn stop(mut self) {
        self.end();
    }

    fn end(&mut self) {
        let Some(Work { runtime, grpc, http, keepers }) = self.work.take() else { return };
        drop((grpc, http));
        runtime.block_on(async {
            let [grpc, http] = keepers;
            let _ = tokio::time::timeout(2 * self.limits.stop, async { tokio::join!(grpc, http) }).await;
        });
        runtime.shutdown_timeout(self.limits.stop);
    }
}

impl Drop for Receivers {
    fn drop(&mut self) {
        self.end();
    }
}
