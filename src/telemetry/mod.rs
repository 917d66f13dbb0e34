//! Telemetry beyond this machine: samples sent on to servers that keep those of many machines, and such servers asked.
//!
//! It touches sockets and its own queue on disk. It knows no engine: requests come in by a queue, events go out by a
//! function, and nobody waits for it.

pub mod bind;
pub mod choice;
pub mod database;
pub mod health_check;
pub mod http;
pub mod intake;
pub mod metrics;
pub mod otlp;
pub mod prometheus;
pub mod receive;
pub mod record;
pub mod remote_write;
pub mod scrape;
pub mod size;
pub mod spans;
pub mod stalling;
pub mod stream;
pub mod watch;
