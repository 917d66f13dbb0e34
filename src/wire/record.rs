//! Records: what one MessagePack value on the wire is, and how a stream of bytes is cut into them.

use std::borrow::Cow;
use std::fmt;
use std::time::Duration;

use serde::de::{Error, SeqAccess, Visitor};
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use super::curves::ViewMove;
use super::{MAX_COMMAND, PROTOCOL};
use crate::model::{Command, Timestamp};

/// Greatest length of a record, bytes.
pub const MAX_RECORD: usize = 16 << 20;
/// Bytes of a length.
const HEAD: usize = 4;

/// Something that cannot be written.
#[derive(Debug, thiserror::Error)]
pub enum WriteError {
    /// A value with no form on the wire, such as a path that is no text.
    #[error("it cannot be sent to another machine: {0}")]
    Form(#[from] rmp_serde::encode::Error),
    /// It is longer than a reader takes.
    #[error("it is too long to be sent to another machine: {length} bytes, {most} at most")]
    Long {
        /// Its length.
        length: usize,
        /// The greatest.
        most: usize,
    },
}

/// Something that cannot be read.
#[derive(Debug, thiserror::Error)]
pub enum ReadError {
    /// It is none of what this program knows.
    #[error("what came cannot be read: {0}")]
    Form(#[from] rmp_serde::decode::Error),
    /// A length beyond the bound.
    #[error("what came is too long: {length} bytes, {most} at most")]
    Long {
        /// Its length.
        length: usize,
        /// The greatest.
        most: usize,
    },
}

/// A run of bytes that is not looked into.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Blob(pub Vec<u8>);

/// Who speaks.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Hello {
    /// [`PROTOCOL`] of the one who speaks.
    pub protocol: u32,
    /// Version of its program.
    pub program: Cow<'static, str>,
    /// Its process.
    #[serde(default)]
    pub process: u32,
    /// Whether the other side may change anything.
    #[serde(default)]
    pub may_change: bool,
    /// Name of the session; of an agent alone.
    #[serde(default)]
    pub session: String,
}

impl Hello {
    /// This program's.
    pub fn ours(process: u32, may_change: bool) -> Self {
        Self {
            protocol: PROTOCOL,
            program: env!("CARGO_PKG_VERSION").into(),
            process,
            may_change,
            session: String::new(),
        }
    }

    /// Why these two cannot talk, in words; `None` where they can. `they` is such as "the agent".
    pub fn why_not(&self, they: &str) -> Option<String> {
        let ours = env!("CARGO_PKG_VERSION");
        let theirs = &*self.program;
        let which = match self.protocol.cmp(&PROTOCOL) {
            std::cmp::Ordering::Equal => return None,
            std::cmp::Ordering::Less => format!("update {they}"),
            std::cmp::Ordering::Greater => "update this one".to_owned(),
        };
        Some(format!(
            "{they} is Perfdesk {theirs} and speaks protocol {}, this is {ours} and speaks {PROTOCOL}: {which}",
            self.protocol
        ))
    }
}

/// The end of a publication: what was sent since the last one holds from here on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct Tick {
    /// The publication's number.
    pub seq: u64,
    /// Wall time there of the newest data.
    pub at: Option<Timestamp>,
    /// Time between samples there.
    pub interval: Duration,
    /// Alerts that fire there.
    pub n_firing: usize,
}

/// One value on the wire.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub enum Record {
    /// The first: who speaks.
    Hello(Hello),
    /// A part of the snapshot that changed.
    Part {
        /// Which of [`super::PARTS`].
        name: Cow<'static, str>,
        /// The part.
        body: Blob,
    },
    /// A part that has no form on the wire: what was sent of it before is old.
    LeftOut {
        /// Which.
        name: Cow<'static, str>,
        /// Why.
        why: String,
    },
    /// A view, whole.
    View {
        /// The window's own number.
        id: u64,
        /// A `ViewData`.
        body: Blob,
    },
    /// A view that only moved on.
    Moved {
        /// The window's own number.
        id: u64,
        /// What is new in it.
        moved: ViewMove,
    },
    /// A view that is there no more.
    NoView {
        /// The window's own number.
        id: u64,
    },
    /// The end of a publication.
    Tick(Tick),
    /// Nothing is new.
    Beat,
    /// The agent ends the stream.
    Bye {
        /// Why; a sentence without a final period.
        why: String,
    },
}

impl Record {
    /// The record with its length before it.
    ///
    /// # Errors
    /// [`WriteError`].
    pub fn write(&self) -> Result<Vec<u8>, WriteError> {
        let mut bytes = vec![0; HEAD];
        self.serialize(&mut rmp_serde::Serializer::new(&mut bytes).with_struct_map())?;
        let length = bytes.len() - HEAD;
        if length > MAX_RECORD {
            return Err(WriteError::Long { length, most: MAX_RECORD });
        }
        bytes[..HEAD].copy_from_slice(&(length as u32).to_be_bytes());
        Ok(bytes)
    }
}

/// Cuts a stream of bytes into records.
#[derive(Debug, Default)]
pub struct RecordReader {
    waiting: Vec<u8>,
    /// Bytes of `waiting` that were taken out already.
    taken: usize,
}

impl RecordReader {
    /// Takes bytes in as they come.
    pub fn feed(&mut self, bytes: &[u8]) {
        if self.taken > 0 {
            self.waiting.drain(..self.taken);
            self.taken = 0;
        }
        self.waiting.extend_from_slice(bytes);
    }

    /// The next whole record; `None` where more bytes have to come first. A record of a kind this program does not know is
    /// passed over.
    ///
    /// # Errors
    /// [`ReadError::Long`], before any byte of it is waited for; [`ReadError::Form`] where it is no record at all.
    pub fn take(&mut self) -> Result<Option<Record>, ReadError> {
        loop {
            let rest = &self.waiting[self.taken..];
            let Some((head, body)) = rest.split_first_chunk::<HEAD>() else { return Ok(None) };
            let length = u32::from_be_bytes(*head) as usize;
            if length > MAX_RECORD {
                return Err(ReadError::Long { length, most: MAX_RECORD });
            }
            let Some(body) = body.get(..length) else { return Ok(None) };
            let read = rmp_serde::from_slice(body);
            self.taken += HEAD + length;
            match read {
                Ok(record) => return Ok(Some(record)),
                Err(rmp_serde::decode::Error::Syntax(said)) if said.starts_with("unknown variant") => {}
                Err(e) => return Err(e.into()),
            }
        }
    }
}

/// A command as bytes.
///
/// # Errors
/// [`WriteError`].
pub fn write_command(command: &Command) -> Result<Vec<u8>, WriteError> {
    let bytes = rmp_serde::to_vec_named(command)?;
    let length = bytes.len();
    if length > MAX_COMMAND { Err(WriteError::Long { length, most: MAX_COMMAND }) } else { Ok(bytes) }
}

/// The command of these bytes.
///
/// # Errors
/// [`ReadError`].
pub fn read_command(bytes: &[u8]) -> Result<Command, ReadError> {
    let length = bytes.len();
    if length > MAX_COMMAND {
        return Err(ReadError::Long { length, most: MAX_COMMAND });
    }
    Ok(rmp_serde::from_slice(bytes)?)
}

impl Serialize for Blob {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_bytes(&self.0)
    }
}

impl<'de> Deserialize<'de> for Blob {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_byte_buf(Bytes)
    }
}

struct Bytes;

impl<'de> Visitor<'de> for Bytes {
    type Value = Blob;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("bytes")
    }

    fn visit_bytes<E: Error>(self, bytes: &[u8]) -> Result<Blob, E> {
        Ok(Blob(bytes.into()))
    }

    fn visit_byte_buf<E: Error>(self, bytes: Vec<u8>) -> Result<Blob, E> {
        Ok(Blob(bytes))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<Blob, A::Error> {
        let mut bytes = Vec::new();
        while let Some(byte) = seq.next_element()? {
            bytes.push(byte);
        }
        Ok(Blob(bytes))
    }
}
