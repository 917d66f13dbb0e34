//! Snapshots and commands as bytes: what a window and an agent on another machine say to each other.
//!
//! A stream is a run of records, each a length (4 bytes, big-endian) and a MessagePack value with named fields. The first
//! is [`Record::Hello`]; then come the parts of the snapshot that changed, the views that changed, and a
//! [`Record::Tick`] that closes a publication. A field a program does not know is ignored, a part it cannot read leaves
//! the rest whole. Pure: no socket, no thread, no clock.

mod curves;
mod mask;
mod mask_services;
mod parts;
mod record;

pub use curves::{CurveMove, ViewMove};
pub use mask::{masked_url, unmask};
pub use parts::{Held, PARTS, Part};
pub use record::{
    Blob, Hello, MAX_RECORD, ReadError, Record, RecordReader, Tick, WriteError, read_command, write_command,
};

/// Version of what is said. Another one is refused in words; fields and parts may be added without a new one.
pub const PROTOCOL: u32 = 1;

/// Greatest length of a command, bytes.
pub const MAX_COMMAND: usize = 1 << 20;

/// Charts one window may have open at one agent.
pub const MAX_VIEWS: usize = 64;
