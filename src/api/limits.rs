//! What a client may ask for at most, and how long it may take.

use std::time::Duration;

/// The bounds of the server. A test gives shorter times.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Limits {
    /// Connections held at one time; fewer where the system allows fewer files.
    pub n_connections: usize,
    /// Connections of one address at one time, this machine's own excepted.
    pub n_connections_of_peer: usize,
    /// Answers that go on for as long as the client listens, at one time.
    pub n_streams: usize,
    /// Bodies that are being read at one time.
    pub n_bodies: usize,
    /// Bytes of a body.
    pub body_bytes: usize,
    /// Bytes of a path with its query.
    pub target_bytes: usize,
    /// Parameters of a query.
    pub n_parameters: usize,
    /// Header fields, and their bytes together.
    pub n_headers: usize,
    /// See `n_headers`.
    pub header_bytes: usize,
    /// Time for the TLS handshake, and for the head of each request, waiting for its beginning included.
    pub head: Duration,
    /// Time for a body.
    pub body: Duration,
    /// Time for which a client may take nothing of its answer.
    pub write: Duration,
    /// Time that connections have to end when the server does.
    pub stop: Duration,
    /// Time between two tries to listen on an address that is in use.
    pub retry: Duration,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            n_connections: 2048,
            n_connections_of_peer: 256,
            n_streams: 64,
            n_bodies: 32,
            body_bytes: 1024 * 1024,
            target_bytes: 4096,
            n_parameters: 64,
            n_headers: 64,
            header_bytes: 16 * 1024,
            head: Duration::from_secs(10),
            body: Duration::from_secs(15),
            write: Duration::from_secs(30),
            stop: Duration::from_secs(2),
            retry: Duration::from_secs(10),
        }
    }
}
