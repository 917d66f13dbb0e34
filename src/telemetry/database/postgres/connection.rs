//! A connection to a PostgreSQL server: how it is made, and that it may only read.

use std::future::Future;
use std::io;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};

use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::task::JoinHandle;
use tokio_postgres::config::SslMode;
use tokio_postgres::tls::{ChannelBinding, TlsConnect, TlsStream};
use tokio_postgres::{Client, Config};
use tokio_rustls::rustls::ClientConfig;
use tokio_rustls::rustls::pki_types::ServerName;
use tokio_rustls::{TlsConnector, client};

use super::super::wire::{Allowance, Wire, tls_config, tls_fault, tls_name};
use super::words;
use crate::model::database::{DatabaseTarget, Missing, TlsMode};
use crate::telemetry::watch::names::Names;

/// A connection that is driven.
pub(super) struct Line {
    client: Client,
    driver: JoinHandle<()>,
    /// What the server said its version is.
    pub(super) version: Arc<str>,
}

impl Drop for Line {
    fn drop(&mut self) {
        self.driver.abort();
    }
}

impl Line {
    /// Connects and logs in; `options` are settings of the session, as the server's own `-c` takes them.
    ///
    /// # Errors
    /// Why not, and what to do.
    pub(super) async fn open(
        target: &DatabaseTarget,
        names: &mut Names,
        left: &Allowance,
        options: &str,
    ) -> Result<Self, Missing> {
        let tls = match target.tls {
            TlsMode::Off => None,
            TlsMode::Unverified | TlsMode::Verified => Some((tls_config(target).await?, tls_name(target)?)),
        };
        let wire = Wire::open(target, names, left.clone()).await?;
        let mut config = Config::new();
        config.user(&*target.user).dbname(&*target.database).application_name("perfdesk");
        config.ssl_mode(if tls.is_some() { SslMode::Require } else { SslMode::Disable });
        if !options.is_empty() {
            config.options(options);
        }
        if let Some(secret) = &target.secret {
            config.password(secret.0.as_bytes());
        }
        let opened = config.connect_raw(wire, Tls(tls)).await;
        let (client, connection) = opened.map_err(|e| match tls_cause(&e) {
            Some(cause) => tls_fault(cause, target),
            // A server begins with a request for a login, a refusal, or a word about TLS.
            None if left.first().is_some_and(|first| !b"RENSv".contains(&first)) => words::no_postgres(),
            None => words::lost(&e, target),
        })?;
        let version = connection.parameter("server_version").unwrap_or_default().into();
        let driver = tokio::spawn(async move {
            let _ = connection.await;
        });
        Ok(Self { client, driver, version })
    }

    /// What questions are asked through.
    pub(super) const fn client(&self) -> &Client {
        &self.client
    }

    /// The same, for a transaction.
    pub(super) const fn client_mut(&mut self) -> &mut Client {
        &mut self.client
    }

    /// Whether it is over.
    pub(super) fn is_closed(&self) -> bool {
        self.client.is_closed() || self.driver.is_finished()
    }
}

/// What the handshake of TLS failed by, where it did.
fn tls_cause(error: &tokio_postgres::Error) -> Option<&io::Error> {
    std::error::Error::source(error)?.downcast_ref::<Failed>().map(|failed| &failed.0)
}

/// A handshake that failed.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
struct Failed(io::Error);

/// TLS for one connection; `None` where it goes in the open.
struct Tls(Option<(Arc<ClientConfig>, ServerName<'static>)>);

impl TlsConnect<Wire> for Tls {
    type Stream = Secured;
    type Error = Box<dyn std::error::Error + Sync + Send>;
    type Future = Pin<Box<dyn Future<Output = Result<Secured, Self::Error>> + Send>>;

    fn connect(self, stream: Wire) -> Self::Future {
        Box::pin(async move {
            let (config, name) = self.0.ok_or("no TLS was asked for")?;
            let secured = TlsConnector::from(config).connect(name, stream).await;
            secured.map(|stream| Secured(Box::new(stream))).map_err(|e| Failed(e).into())
        })
    }
}

/// A connection by TLS.
struct Secured(Box<client::TlsStream<Wire>>);

impl TlsStream for Secured {
    fn channel_binding(&self) -> ChannelBinding {
        ChannelBinding::none()
    }
}

impl AsyncRead for Secured {
    fn poll_read(mut self: Pin<&mut Self>, cx: &mut Context<'_>, buf: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.0).poll_read(cx, buf)
    }
}

impl AsyncWrite for Secured {
    fn poll_write(mut self: Pin<&mut Self>, cx: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.0).poll_write(cx, bytes)
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.0).poll_flush(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.0).poll_shutdown(cx)
    }
}
