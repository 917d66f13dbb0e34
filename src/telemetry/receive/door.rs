//! A door: opens its address, says how that went, tries again, takes connections within bounds, and closes.

use std::io;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::sync::Arc;
use std::time::Duration;

use tokio::net::{TcpListener, TcpSocket, TcpStream};
use tokio::sync::{Semaphore, watch};
use tokio::time::{sleep, timeout};
use tokio_rustls::TlsAcceptor;
use tokio_rustls::rustls::ServerConfig;

use super::connection::{Service, Speech, open};
use super::desk::Desk;
use super::grpc::Grpc;
use super::http::Http;
use super::{CheckToken, DoorKind, ReceiverEvent, Report};
use crate::model::service::{ReceiverState, ReceiverStatus};

/// Time to wait after the system would not give a connection, such as for want of file numbers.
const PAUSE: Duration = Duration::from_millis(50);
/// Connections that may wait to be taken.
const BACKLOG: u32 = 256;
/// What a connection too many is told over HTTP, as far as it reads it.
const FULL: &[u8] = b"HTTP/1.1 503 Service Unavailable\r\ncontent-type: application/json\r\ncontent-length: 57\r\n\
retry-after: 1\r\nconnection: close\r\n\r\n{\"code\":14,\"message\":\"too many connections are open now\"}";

/// What is wanted of a door.
#[derive(Clone)]
pub struct Door {
    /// Where it opens.
    pub address: SocketAddr,
    /// How tokens are checked.
    pub token: Option<CheckToken>,
    /// TLS.
    pub tls: Option<Arc<ServerConfig>>,
}

impl Door {
    /// Whether it is the very same door.
    pub fn is_same(&self, other: &Self) -> bool {
        let is_same_token = match (&self.token, &other.token) {
            (Some(one), Some(other)) => Arc::ptr_eq(one, other),
            (one, other) => one.is_none() && other.is_none(),
        };
        let is_same_tls = match (&self.tls, &other.tls) {
            (Some(one), Some(other)) => Arc::ptr_eq(one, other),
            (one, other) => one.is_none() && other.is_none(),
        };
        self.address == other.address && is_same_token && is_same_tls
    }

    fn is_loopback(&self) -> bool {
        self.address.ip().to_canonical().is_loopback()
    }

    /// Why it must not be opened; `None` where it may.
    fn fault(&self) -> Option<String> {
        let missing = match (&self.token, &self.tls) {
            _ if self.is_loopback() => return None,
            (Some(_), Some(_)) => return None,
            (None, Some(_)) => "there is no token",
            (Some(_), None) => "there is no certificate",
            (None, None) => "there is neither",
        };
        Some(format!(
            "other machines can reach {}, so it opens with a token and TLS alone, and {missing}: set them up, or listen \
             on 127.0.0.1",
            self.address
        ))
    }

    fn speech(&self, kind: DoorKind) -> Speech {
        let Some(tls) = &self.tls else { return Speech::Plain };
        let mut tls = ServerConfig::clone(tls);
        tls.alpn_protocols = vec![if kind == DoorKind::Grpc { b"h2".to_vec() } else { b"http/1.1".to_vec() }];
        let acceptor = TlsAcceptor::from(Arc::new(tls));
        if self.is_loopback() { Speech::Either(acceptor) } else { Speech::Tls(acceptor) }
    }

    fn service(&self, kind: DoorKind, desk: Arc<Desk>) -> Service {
        let is_loopback = self.is_loopback();
        // On this machine the two variables of an SDK are enough.
        let token = self.token.clone().filter(|_| !is_loopback);
        match kind {
            DoorKind::Grpc => Service::Grpc(Arc::new(Grpc { desk, token })),
            DoorKind::Http => Service::Http(Arc::new(Http { desk, token, is_loopback })),
        }
    }
}

/// Keeps a door as it is wanted, until nobody can want anything any more.
pub async fn keep(kind: DoorKind, mut wanted: watch::Receiver<Option<Door>>, desk: Arc<Desk>, report: Report) {
    let mut told = ReceiverStatus::default();
    let mut tell = |address: String, state: ReceiverState| {
        let status = ReceiverStatus { address: address.into(), state };
        if told != status {
            told = status.clone();
            report(ReceiverEvent { door: kind, status });
        }
    };
    loop {
        let door = wanted.borrow_and_update().clone();
        let Some(door) = door else {
            tell(String::new(), ReceiverState::Off);
            if wanted.changed().await.is_err() {
                return;
            }
            continue;
        };
        let failed = |why: String| ReceiverState::Failed(why.into());
        if let Some(why) = door.fault() {
            tell(door.address.to_string(), failed(why));
            if wanted.changed().await.is_err() {
                return;
            }
            continue;
        }
        let is_over = match bind(door.address) {
            Ok(listener) => {
                let address = listener.local_addr().unwrap_or(door.address);
                let service = door.service(kind, desk.clone());
                let listeners = Listeners { twin: bind_twin(address), first: listener };
                tell(address.to_string(), ReceiverState::Listening);
                accept(listeners, door.speech(kind), service, &desk, &mut wanted).await
            }
            Err(e) => {
                tell(door.address.to_string(), failed(not_bound(door.address, &e, desk.limits.retry)));
                tokio::select! {
                    changed = wanted.changed() => changed.is_err(),
                    () = sleep(desk.limits.retry) => false,
                }
            }
        };
        if is_over {
            return;
        }
    }
}

/// Listens on an address. One that ended a moment ago does not stand in the way.
fn bind(address: SocketAddr) -> io::Result<TcpListener> {
    let socket = if address.is_ipv4() { TcpSocket::new_v4()? } else { TcpSocket::new_v6()? };
    // Elsewhere than on Unix it would let two programs listen on one port.
    #[cfg(unix)]
    socket.set_reuseaddr(true)?;
    socket.bind(address)?;
    socket.listen(BACKLOG)
}

/// What listens for a door.
struct Listeners {
    first: TcpListener,
    /// The same port of `::1`: what `localhost` leads to first for some clients.
    twin: Option<TcpListener>,
}

impl Listeners {
    async fn accept(&self) -> io::Result<(TcpStream, SocketAddr)> {
        match &self.twin {
            None => self.first.accept().await,
            Some(twin) => tokio::select! {
                accepted = self.first.accept() => accepted,
                accepted = twin.accept() => accepted,
            },
        }
    }
}

/// Listens on `::1` beside 127.0.0.1, where that is possible; where not, nothing is lost but the convenience.
fn bind_twin(address: SocketAddr) -> Option<TcpListener> {
    let is_it = address.ip() == IpAddr::V4(Ipv4Addr::LOCALHOST);
    is_it.then(|| bind(SocketAddr::from((Ipv6Addr::LOCALHOST, address.port()))).ok())?
}

fn not_bound(address: SocketAddr, error: &io::Error, retry: Duration) -> String {
    match error.kind() {
        io::ErrorKind::AddrInUse => format!(
            "{address} is in use, perhaps by an OpenTelemetry Collector or another Perfdesk: end that, or choose another \
             port; it is tried again every {} s",
            retry.as_secs_f64()
        ),
        io::ErrorKind::AddrNotAvailable => format!("{} is no address of this machine: choose another", address.ip()),
        io::ErrorKind::PermissionDenied => {
            format!("port {} is not this user's to open: choose one from 1024 on", address.port())
        }
        _ => format!("{address} cannot be opened: {error}"),
    }
}

/// Takes connections until another door is wanted; gives whether nobody can want one any more. When it gives, all
/// connections have ended, or had their time to.
async fn accept(
    listeners: Listeners,
    speech: Speech,
    service: Service,
    desk: &Arc<Desk>,
    wanted: &mut watch::Receiver<Option<Door>>,
) -> bool {
    let limits = desk.limits;
    let room = Arc::new(Semaphore::new(limits.n_connections));
    let (close, closing) = watch::channel(false);
    let is_over = loop {
        let accepted = tokio::select! {
            accepted = listeners.accept() => accepted,
            changed = wanted.changed() => break changed.is_err(),
        };
        let Ok((stream, _)) = accepted else {
            sleep(PAUSE).await;
            continue;
        };
        let Ok(place) = room.clone().try_acquire_owned() else {
            desk.refused();
            if matches!((&speech, &service), (Speech::Plain | Speech::Either(_), Service::Http(_))) {
                let _ = stream.try_write(FULL);
            }
            continue;
        };
        let serving = open(stream, speech.clone(), service.clone(), limits, closing.clone());
        tokio::spawn(async move {
            serving.await;
            drop(place);
        });
    };
    drop(listeners);
    let _ = close.send(true);
    // Every place is free again when every connection has ended.
    let all = u32::try_from(limits.n_connections).unwrap_or(u32::MAX);
    let _ = timeout(limits.stop, room.acquire_many(all)).await;
    is_over
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_connection_too_many_is_told_is_whole() {
        let (head, body) = str::from_utf8(FULL).expect("text").split_once("\r\n\r\n").expect("a head and a body");
        assert!(head.contains(&format!("content-length: {}", body.len())), "{}", body.len());
        serde_json::from_str::<serde_json::Value>(body).expect("JSON");
    }

    #[test]
    fn beyond_this_machine_a_door_opens_with_token_and_tls_alone() {
        let check: CheckToken = Arc::new(|_| true);
        for (address, token, expect) in [
            ("127.0.0.1:4318", None, None),
            ("[::1]:4318", None, None),
            ("0.0.0.0:4318", None, Some("there is neither")),
            ("192.0.2.1:4318", Some(check), Some("there is no certificate")),
        ] {
            let door = Door { address: address.parse().expect("an address"), token, tls: None };
            let fault = door.fault();
            assert_eq!(fault.is_some(), expect.is_some(), "{address}");
            assert!(fault.unwrap_or_default().contains(expect.unwrap_or_default()), "{address}");
        }
    }
}
