//! The HTTP API over a real engine and real sockets on loopback, with made-up probes and made-up time.

mod agent;
mod bounds;
mod doors;
mod endpoints;
mod support;
mod tokens;
