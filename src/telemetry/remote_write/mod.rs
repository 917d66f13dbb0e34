//! Remote-write: samples go to a queue on disk, and from there to servers that speak Prometheus' remote-write 1.0.
//!
//! One thread takes ticks in and puts them on disk, for each endpoint the series and labels that are meant for it; each
//! endpoint has a thread that sends, so that one that hangs holds up no other and nothing is lost meanwhile.
//! Source of the protocol: "Prometheus Remote-Write Specification", version 1.0.

pub mod answer;
mod back_off;
pub mod course;
pub mod encode;
mod lane;
pub mod message;
pub mod queue;
mod sender;
mod thread;

pub use self::back_off::Patience;
pub use self::thread::{Clock, Event, Figures, REQUEST_CAPACITY, Report, Request, Tick, Works, run};

use std::sync::Arc;

/// A series' labels, sorted by name, `__name__` among them.
pub type LabelSet = Arc<[(Arc<str>, Arc<str>)]>;

/// The value that says that a series has ended: a NaN whose bits Prometheus sets apart (`value.StaleNaN`).
pub const STALE: u64 = 0x7ff0_0000_0000_0002;
