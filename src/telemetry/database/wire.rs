//! The way to a database: a connection over the network or through a socket, by TLS or in the open, that gives only so many
//! bytes at each look: no size that a server claims is trusted.

use std::io;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU8, AtomicUsize, Ordering};
use std::task::{Context, Poll, ready};

use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio_rustls::rustls::pki_types::ServerName;
use tokio_rustls::rustls::{ClientConfig, Error as TlsError};

use crate::model::database::{DatabaseKind, DatabaseTarget, Missing, TlsMode};
use crate::telemetry::watch::names::Names;
use crate::telemetry::watch::tls;

/// Bytes that one look may bring.
pub(super) const MAX_LOOK: usize = 16 << 20;
/// What is said when there are more.
const TOO_MUCH: &str = "it sends more than 16 MiB";

/// Anything that bytes go through both ways.
pub(super) trait Duplex: AsyncRead + AsyncWrite + Unpin + Send {}

impl<T: AsyncRead + AsyncWrite + Unpin + Send> Duplex for T {}

/// How many bytes may still come, and whether the newest connection came about.
#[derive(Debug, Clone, Default)]
pub(super) struct Allowance {
    left: Arc<AtomicUsize>,
    is_open: Arc<AtomicBool>,
    /// The first byte of the newest connection; 0 before it came.
    first: Arc<AtomicU8>,
}

impl Allowance {
    /// Allows a look's worth from now on.
    pub(super) fn renew(&self) {
        self.left.store(MAX_LOOK, Ordering::Relaxed);
    }

    /// The first byte that came over the newest connection.
    pub(super) fn first(&self) -> Option<u8> {
        Some(self.first.load(Ordering::Relaxed)).filter(|first| *first != 0)
    }

    /// Whether the newest connection came about, whatever became of it since.
    pub(super) fn is_open(&self) -> bool {
        self.is_open.load(Ordering::Relaxed)
    }
}

/// A connection.
pub(super) struct Wire {
    stream: Box<dyn Duplex>,
    left: Allowance,
}

impl Wire {
    /// Connects, in the open.
    ///
    /// # Errors
    /// Why not, and what to do.
    pub(super) async fn open(target: &DatabaseTarget, names: &mut Names, left: Allowance) -> Result<Self, Missing> {
        left.renew();
        left.is_open.store(false, Ordering::Relaxed);
        left.first.store(0, Ordering::Relaxed);
        let stream = if target.is_socket() { socket(target).await? } else { network(target, names).await? };
        left.is_open.store(true, Ordering::Relaxed);
        Ok(Self { stream, left })
    }
}

async fn network(target: &DatabaseTarget, names: &mut Names) -> Result<Box<dyn Duplex>, Missing> {
    let tcp = names.connect(&target.host, target.port, &target.place()).await.map_err(|why| {
        let setting = if target.kind == DatabaseKind::Redis { "bind" } else { "listen_addresses" };
        let kind = target.kind.title();
        let next = format!(
            "Is {kind} running, is this its address, and does it listen there? See {setting} and port of its settings"
        );
        Missing::new(why, next, "")
    })?;
    let _ = tcp.set_nodelay(true);
    Ok(Box::new(tcp))
}

#[cfg(unix)]
async fn socket(target: &DatabaseTarget) -> Result<Box<dyn Duplex>, Missing> {
    let path = format!("{}/.s.PGSQL.{}", target.host, target.port);
    let stream = tokio::net::UnixStream::connect(&path).await.map_err(|e| {
        let next = "The folder is unix_socket_directories of its settings, and the port is part of the socket's name";
        Missing::new(format!("its socket {path} is not reached: {e}"), next, "")
    })?;
    Ok(Box::new(stream))
}

#[cfg(not(unix))]
async fn socket(_: &DatabaseTarget) -> Result<Box<dyn Duplex>, Missing> {
    Err(Missing::new("sockets in folders are not on this system", "Give a host or an address", ""))
}

/// How TLS is made for a database.
///
/// # Errors
/// Its certificates cannot be used.
pub(super) async fn tls_config(target: &DatabaseTarget) -> Result<Arc<ClientConfig>, Missing> {
    let protocols: &'static [&'static [u8]] =
        if target.kind == DatabaseKind::Postgres { &[b"postgresql"] } else { &[] };
    let made = match target.tls {
        TlsMode::Verified => tls::config(target.ca_file.clone(), protocols).await,
        TlsMode::Off | TlsMode::Unverified => tls::trusting(protocols),
    };
    made.map_err(|why| Missing::new(why, "", ""))
}

/// The name that its certificate must have.
///
/// # Errors
/// No certificate can have such a name.
pub(super) fn tls_name(target: &DatabaseTarget) -> Result<ServerName<'static>, Missing> {
    let name = if target.is_socket() { "localhost".to_owned() } else { target.host.to_string() };
    ServerName::try_from(name).map_err(|_| {
        Missing::new("no certificate can have such a host as its name", "Give its name in the network", "")
    })
}

/// Why no TLS came about.
pub(super) fn tls_fault(error: &io::Error, target: &DatabaseTarget) -> Missing {
    let cause = error.get_ref().and_then(|inner| inner.downcast_ref::<TlsError>());
    match cause {
        Some(TlsError::InvalidCertificate(what)) => {
            let by = if target.ca_file.is_empty() { "a well-known authority" } else { "the file of certificates" };
            let next = "Give the file of the authority that made it, or choose TLS without a check of who answers";
            Missing::new(format!("its certificate is not vouched for by {by}: {what}"), next, "")
        }
        _ => Missing::new(format!("no TLS came about: {error}"), "Does it speak TLS on this port?", ""),
    }
}

impl AsyncRead for Wire {
    fn poll_read(mut self: Pin<&mut Self>, cx: &mut Context<'_>, buf: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        let before = buf.filled().len();
        ready!(Pin::new(&mut self.stream).poll_read(cx, buf))?;
        let came = buf.filled().len() - before;
        if let Some(first) = buf.filled().get(before) {
            let _ = self.left.first.compare_exchange(0, *first, Ordering::Relaxed, Ordering::Relaxed);
        }
        let had = self.left.left.fetch_update(Ordering::Relaxed, Ordering::Relaxed, |left| left.checked_sub(came));
        Poll::Ready(had.map(|_| ()).map_err(|_| io::Error::other(TOO_MUCH)))
    }
}

impl AsyncWrite for Wire {
    fn poll_write(mut self: Pin<&mut Self>, cx: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.stream).poll_write(cx, bytes)
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_flush(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(cx)
    }
}

#[cfg(test)]
mod tests {
    use tokio::io::AsyncReadExt as _;

    use super::*;

    #[tokio::test]
    async fn a_server_that_does_not_stop_is_cut_off() {
        let left = Allowance::default();
        left.renew();
        let mut wire =
            Wire { stream: Box::new(tokio::io::join(tokio::io::repeat(7), tokio::io::sink())), left: left.clone() };
        let mut taken = 0;
        let mut buffer = vec![0; 1 << 20];
        let why = loop {
            match wire.read(&mut buffer).await {
                Ok(n) => taken += n,
                Err(e) => break e.to_string(),
            }
        };
        assert_eq!((taken, why.as_str()), (MAX_LOOK, TOO_MUCH));
        left.renew();
        assert!(wire.read(&mut buffer).await.is_ok(), "the next look has its own");
    }
}
