//! What a sender may ask for at most, and how long it may take.

use std::time::Duration;

/// Bounds of the receivers. Sizes are bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// Connections open at one door at one time.
    pub n_connections: usize,
    /// Requests read or taken at one time, over all doors.
    pub n_requests: usize,
    /// Requests under way on one connection of HTTP/2.
    pub n_streams: u32,
    /// A request's header fields.
    pub header_bytes: u32,
    /// A request's body as it is sent.
    pub wire_bytes: usize,
    /// A request's body as it is read: without compression, as protobuf.
    pub body_bytes: usize,
    /// All bodies held at one time, in every form.
    pub memory_bytes: usize,
    /// Time for a request's head, or for the handshake of TLS.
    pub head: Duration,
    /// Time for a whole body.
    pub body: Duration,
    /// Time that a connection of HTTP/1.1 may stand idle. SDKs report every 60 s.
    pub idle: Duration,
    /// Time that a sender may take nothing of its answer.
    pub write: Duration,
    /// Time in which the body of a request that is refused is still taken, so that the sender reads the answer.
    pub linger: Duration,
    /// Time that connections have to end when their door closes.
    pub stop: Duration,
    /// Time between two tries to listen on an address.
    pub retry: Duration,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            n_connections: 128,
            n_requests: 64,
            n_streams: 64,
            header_bytes: 16 * 1024,
            wire_bytes: 16 * 1024 * 1024,
            body_bytes: 32 * 1024 * 1024,
            memory_bytes: 96 * 1024 * 1024,
            head: Duration::from_secs(10),
            body: Duration::from_secs(30),
            idle: Duration::from_secs(90),
            write: Duration::from_secs(30),
            linger: Duration::from_secs(2),
            stop: Duration::from_secs(2),
            retry: Duration::from_secs(10),
        }
    }
}
