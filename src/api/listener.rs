//! The listener: takes connections within bounds, each served by a task of its own.

use std::collections::HashMap;
use std::io;
use std::net::{IpAddr, SocketAddr};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use tokio::net::{TcpListener, TcpSocket, TcpStream};
use tokio::sync::{OwnedSemaphorePermit, Semaphore, watch};
use tokio_rustls::TlsAcceptor;

use super::answer::Desk;
use super::connection::{serve, stopped};

/// Time to wait after the system would not give a connection, such as for want of file numbers.
const PAUSE: Duration = Duration::from_millis(50);
/// Connections that may wait to be taken.
const BACKLOG: u32 = 1024;
/// What a connection too many is told, as far as it reads it.
const FULL: &[u8] = b"HTTP/1.1 503 Service Unavailable\r\ncontent-type: application/problem+json\r\ncontent-length: 118\r\n\
retry-after: 1\r\nconnection: close\r\n\r\n\
{\"status\":503,\"title\":\"Service Unavailable\",\"detail\":\"too many connections are open\",\"retry_after_seconds\":1}         ";

/// Listens on an address. One that ended a moment ago does not stand in the way.
///
/// # Errors
/// What the system said.
pub fn bind(address: SocketAddr) -> io::Result<TcpListener> {
    let socket = if address.is_ipv4() { TcpSocket::new_v4()? } else { TcpSocket::new_v6()? };
    // Elsewhere than on Unix it would let two programs listen on one port.
    #[cfg(unix)]
    socket.set_reuseaddr(true)?;
    socket.bind(address)?;
    socket.listen(BACKLOG)
}

/// Takes connections until `stop` says so; gives when all of them ended.
pub async fn accept(
    listener: TcpListener,
    tls: Option<watch::Receiver<TlsAcceptor>>,
    desk: Arc<Desk>,
    stop: watch::Receiver<bool>,
) {
    let room = Arc::new(Semaphore::new(desk.limits.n_connections));
    let peers = Arc::new(Peers { n_most: desk.limits.n_connections_of_peer, open: Mutex::default() });
    let mut stopping = stop.clone();
    loop {
        let accepted = tokio::select! {
            accepted = listener.accept() => accepted,
            () = stopped(&mut stopping) => break,
        };
        let (stream, peer) = match accepted {
            Ok((stream, peer)) => (stream, peer.ip().to_canonical()),
            Err(_) => {
                tokio::time::sleep(PAUSE).await;
                continue;
            }
        };
        let place = room.clone().try_acquire_owned().ok();
        let Some(hold) = place.and_then(|place| Peers::enter(&peers, peer, place)) else {
            desk.counts.turned_away.add();
            if tls.is_none() {
                let _ = stream.try_write(FULL);
            }
            continue;
        };
        desk.counts.connections.add();
        // The certificate may be another by now.
        let tls = tls.as_ref().map(|tls| tls.borrow().clone());
        tokio::spawn(open(stream, peer, tls, desk.clone(), stop.clone(), hold));
    }
    drop(listener);
    // Every place is free again when every connection has ended.
    let all = u32::try_from(desk.limits.n_connections).unwrap_or(u32::MAX);
    let _ = tokio::time::timeout(desk.limits.stop, room.acquire_many(all)).await;
}

async fn open(
    stream: TcpStream,
    peer: IpAddr,
    tls: Option<TlsAcceptor>,
    desk: Arc<Desk>,
    stop: watch::Receiver<bool>,
    _hold: Hold,
) {
    let _open = Open::new(&desk);
    let _ = stream.set_nodelay(true);
    let Some(tls) = tls else { return serve(stream, peer, desk.clone(), stop).await };
    match tokio::time::timeout(desk.limits.head, tls.accept(stream)).await {
        Ok(Ok(stream)) => serve(stream, peer, desk.clone(), stop).await,
        // It speaks no TLS, or does not trust the certificate: its own to tell.
        Ok(Err(_)) => {}
        Err(_) => desk.counts.timed_out.add(),
    }
}

/// Counts a connection as open for as long as it lives, however it ends.
struct Open(Arc<Desk>);

impl Open {
    fn new(desk: &Arc<Desk>) -> Self {
        desk.counts.open.add();
        Self(desk.clone())
    }
}

impl Drop for Open {
    fn drop(&mut self) {
        self.0.counts.open.sub();
    }
}

/// How many connections each address has open.
#[derive(Debug)]
struct Peers {
    n_most: usize,
    open: Mutex<HashMap<IpAddr, usize>>,
}

/// A connection's place, given back when it goes.
struct Hold {
    _place: OwnedSemaphorePermit,
    peers: Arc<Peers>,
    peer: IpAddr,
}

impl Peers {
    /// A place for one more of this address; `None` where it has its share. This machine's own have no share.
    fn enter(peers: &Arc<Self>, peer: IpAddr, place: OwnedSemaphorePermit) -> Option<Hold> {
        let mut open = peers.open.lock().unwrap_or_else(PoisonError::into_inner);
        let n = open.entry(peer).or_default();
        if *n >= peers.n_most && !peer.is_loopback() {
            return None;
        }
        *n += 1;
        drop(open);
        Some(Hold { _place: place, peers: peers.clone(), peer })
    }
}

impl Drop for Hold {
    fn drop(&mut self) {
        let mut open = self.peers.open.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(n) = open.get_mut(&self.peer) {
            *n -= 1;
            if *n == 0 {
                open.remove(&self.peer);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_connection_too_many_is_told_is_whole() {
        let text = str::from_utf8(FULL).expect("text");
        let (head, body) = text.split_once("\r\n\r\n").expect("a head and a body");
        assert!(head.contains(&format!("content-length: {}", body.len())), "{}", body.len());
        serde_json::from_str::<serde_json::Value>(body).expect("JSON");
    }

    #[test]
    fn an_address_has_its_share_and_gets_it_back() {
        let peers = Arc::new(Peers { n_most: 2, open: Mutex::default() });
        let room = Arc::new(Semaphore::new(10));
        let enter = |peer: &str| {
            let place = room.clone().try_acquire_owned().expect("room");
            Peers::enter(&peers, peer.parse().expect("an address"), place)
        };
        let held = [enter("192.0.2.1"), enter("192.0.2.1")];
        assert!(held.iter().all(Option::is_some) && enter("192.0.2.1").is_none());
        assert!(enter("192.0.2.2").is_some());
        let own: Vec<_> = (0..5).map(|_| enter("127.0.0.1")).collect();
        assert!(own.iter().all(Option::is_some));
        drop((held, own));
        assert!(enter("192.0.2.1").is_some());
        assert!(peers.open.lock().expect("no thread broke down").is_empty());
        assert_eq!(room.available_permits(), 10);
    }
}
