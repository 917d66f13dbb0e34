//! The bytes around what is kept: the head of a file and the heads of the frames in it.
//!
//! Heads alone tell when, whose and how much: an index is made without reading what they stand before. Numbers are
//! little-endian.
//!
//! A file: `PDHIST\r\n`, version u32, kind u8, seven zeros, CRC-32 of these; then frames.
//! A frame: `F5 P D f`, kind u8, zero u8, length of the source's name u16, sequence u64, first i64, last i64, interval
//! u32, rows u32, values u32, CRC-32 of the name, length of the directory u32, length of all that follows u32, CRC-32 of
//! name and directory, CRC-32 of these 60 bytes; then the name, the directory and the blocks, each of which has its
//! CRC-32 in the directory.

use super::names;
use super::read::HistoryError;
use crate::model::{SourceId, Tier};
use std::path::Path;

/// The version of the format that is written; every older one is read.
///
/// 1: descriptions of series and texts of processes as they are, each block written out.
/// 2: those pressed, and blocks that are the same as another written once.
pub const VERSION: u32 = 2;
/// Length of a file's head.
pub const FILE_HEAD: usize = 24;
/// Length of a frame's head.
pub const FRAME_HEAD: usize = 64;
/// Longest frame after its head.
pub(super) const MAX_BODY: usize = 1 << 28;
/// Longest name of a source, bytes.
pub(super) const MAX_SOURCE: usize = 1024;

/// Greatest distance of a time from 1970, milliseconds: some 140 million years.
pub(super) const MAX_MILLIS: i64 = 1 << 62;

/// The line ends show whether a transfer as text has spoilt the file.
const FILE_MAGIC: [u8; 8] = *b"PDHIST\r\n";
pub(super) const FRAME_MAGIC: [u8; 4] = [0xf5, b'P', b'D', b'f'];

/// What a file is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum FileKind {
    /// Sealed segments of one tier.
    Segments(Tier),
    /// The newest samples, as they come.
    Journal,
}

impl FileKind {
    const ALL: [(Self, u8); 4] = [
        (Self::Segments(Tier::Full), 1),
        (Self::Segments(Tier::Minute), 2),
        (Self::Segments(Tier::Hour), 3),
        (Self::Journal, 4),
    ];

    fn code(self) -> u8 {
        Self::ALL.iter().find(|(kind, _)| *kind == self).map_or(0, |(_, code)| *code)
    }

    /// How finely its segments are.
    pub const fn tier(self) -> Tier {
        match self {
            Self::Segments(tier) => tier,
            Self::Journal => Tier::Full,
        }
    }
}

/// What a frame holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum FrameKind {
    /// Some time of some series.
    Segment,
    /// What series are.
    Definitions,
    /// Bytes of the writer's own.
    Event,
}

/// A frame by its head.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct FrameEntry {
    /// What it holds.
    pub kind: FrameKind,
    /// Where its head begins in the file.
    pub offset: u64,
    /// Bytes of it with its head.
    pub len: u64,
    /// Grows with each frame that is written into a history: of two for one time the greater counts.
    pub seq: u64,
    /// Whose segment.
    pub source: SourceId,
    /// Time of the first tick or start of the first bucket, milliseconds since 1970.
    pub first: i64,
    /// Time of the last tick or start of the last bucket.
    pub last: i64,
    /// Time between ticks, or a bucket's length.
    pub interval_millis: u32,
    /// Ticks or buckets' starts; series in a frame of definitions.
    pub n_rows: u32,
    /// Values in all.
    pub n_values: u32,
    pub(super) source_len: u16,
    pub(super) directory_len: u32,
    pub(super) directory_crc: u32,
}

impl FrameEntry {
    /// Where the directory begins in the file.
    pub(super) fn directory_at(&self) -> u64 {
        self.offset + FRAME_HEAD as u64 + u64::from(self.source_len)
    }

    /// Where the blocks begin in the file.
    pub(super) fn blocks_at(&self) -> u64 {
        self.directory_at() + u64::from(self.directory_len)
    }

    /// Bytes of blocks.
    pub(super) fn blocks_len(&self) -> u64 {
        (self.offset + self.len).saturating_sub(self.blocks_at())
    }
}

/// Writes the head of a file.
pub(super) fn file_head(kind: FileKind) -> [u8; FILE_HEAD] {
    let mut head = [0; FILE_HEAD];
    head[..8].copy_from_slice(&FILE_MAGIC);
    head[8..12].copy_from_slice(&VERSION.to_le_bytes());
    head[12] = kind.code();
    let crc = crc32fast::hash(&head[..20]);
    head[20..].copy_from_slice(&crc.to_le_bytes());
    head
}

/// Reads the head of a file: its version and what it is for.
pub(super) fn read_file_head(path: &Path, head: &[u8]) -> Result<(u32, FileKind), HistoryError> {
    let damaged = |what: &str| HistoryError::Damaged { path: path.to_owned(), what: what.to_owned() };
    if head.len() < FILE_HEAD && head.starts_with(&FILE_MAGIC[..head.len().min(8)]) {
        return Err(damaged("it is cut short at its beginning"));
    }
    if !head.starts_with(&FILE_MAGIC) {
        return Err(damaged("not a file of Perfdesk's history"));
    }
    let version = number(&head[8..12]);
    if version > VERSION {
        return Err(HistoryError::Newer { path: path.to_owned(), found: version, known: VERSION });
    }
    let kind = FileKind::ALL.iter().find(|(_, code)| *code == head[12]).map(|(kind, _)| *kind);
    match kind {
        Some(kind) if number(&head[20..24]) == crc32fast::hash(&head[..20]) && version > 0 => Ok((version, kind)),
        _ => Err(damaged("its beginning is damaged")),
    }
}

/// Writes a whole frame after `out`; `entry` gives all but the lengths and the sum, which are set in it.
pub(super) fn put_frame(out: &mut Vec<u8>, entry: &mut FrameEntry, directory: &[u8], blocks: &[u8]) {
    let source = match entry.kind {
        FrameKind::Segment => entry.source.0.as_bytes(),
        FrameKind::Definitions | FrameKind::Event => &[],
    };
    entry.source_len = u16::try_from(source.len()).unwrap_or(u16::MAX);
    entry.directory_len = u32::try_from(directory.len()).unwrap_or(u32::MAX);
    let mut sum = crc32fast::Hasher::new();
    sum.update(source);
    sum.update(directory);
    entry.directory_crc = sum.finalize();
    let body = source.len() + directory.len() + blocks.len();
    entry.len = (FRAME_HEAD + body) as u64;
    let start = out.len();
    out.extend_from_slice(&FRAME_MAGIC);
    out.extend_from_slice(&[
        match entry.kind {
            FrameKind::Segment => 1,
            FrameKind::Definitions => 2,
            FrameKind::Event => 3,
        },
        0,
    ]);
    out.extend_from_slice(&entry.source_len.to_le_bytes());
    out.extend_from_slice(&entry.seq.to_le_bytes());
    out.extend_from_slice(&entry.first.to_le_bytes());
    out.extend_from_slice(&entry.last.to_le_bytes());
    let name_crc = crc32fast::hash(source);
    for part in [entry.interval_millis, entry.n_rows, entry.n_values, name_crc, entry.directory_len] {
        out.extend_from_slice(&part.to_le_bytes());
    }
    out.extend_from_slice(&u32::try_from(body).unwrap_or(u32::MAX).to_le_bytes());
    out.extend_from_slice(&entry.directory_crc.to_le_bytes());
    let crc = crc32fast::hash(&out[start..]);
    out.extend_from_slice(&crc.to_le_bytes());
    for part in [source, directory, blocks] {
        out.extend_from_slice(part);
    }
}

fn number(bytes: &[u8]) -> u32 {
    bytes.try_into().map_or(0, u32::from_le_bytes)
}

fn long(bytes: &[u8]) -> u64 {
    bytes.try_into().map_or(0, u64::from_le_bytes)
}

/// Whether a whole and undamaged head of a frame stands here.
pub(super) fn is_frame_head(bytes: &[u8]) -> bool {
    bytes.len() >= FRAME_HEAD
        && bytes.starts_with(&FRAME_MAGIC)
        && number(&bytes[60..64]) == crc32fast::hash(&bytes[..60])
}

/// Bytes from a frame's start on that [`read_frame_head`] needs: the head and the source's name.
pub(super) fn head_len(bytes: &[u8]) -> usize {
    FRAME_HEAD + bytes.get(6..8).map_or(0, |len| usize::from(u16::from_le_bytes([len[0], len[1]])))
}

/// Reads the head of a frame at `offset`; `bytes` begins there and has at least [`head_len`]. `None` where no head
/// stands there.
pub(super) fn read_frame_head(bytes: &[u8], offset: u64) -> Option<FrameEntry> {
    if !is_frame_head(bytes) {
        return None;
    }
    let kind = match bytes[4] {
        1 => FrameKind::Segment,
        2 => FrameKind::Definitions,
        3 => FrameKind::Event,
        _ => return None,
    };
    let source_len = u16::from_le_bytes([bytes[6], bytes[7]]);
    let name = bytes.get(FRAME_HEAD..FRAME_HEAD + source_len as usize)?;
    let is_named = crc32fast::hash(name) == number(&bytes[44..48]);
    let (directory_len, body) = (number(&bytes[48..52]), number(&bytes[52..56]));
    let (first, last) = (long(&bytes[16..24]) as i64, long(&bytes[24..32]) as i64);
    // Arithmetic on times never ends beyond what a number holds.
    let is_time = |at: i64| (-MAX_MILLIS..=MAX_MILLIS).contains(&at);
    let is_possible = is_time(first)
        && is_time(last)
        && is_named
        && body as usize <= MAX_BODY
        && u64::from(source_len) + u64::from(directory_len) <= u64::from(body);
    is_possible.then(|| FrameEntry {
        kind,
        offset,
        len: FRAME_HEAD as u64 + u64::from(body),
        seq: long(&bytes[8..16]),
        source: names::source(std::str::from_utf8(name).unwrap_or_default()),
        first,
        last,
        interval_millis: number(&bytes[32..36]),
        n_rows: number(&bytes[36..40]),
        n_values: number(&bytes[40..44]),
        source_len,
        directory_len,
        directory_crc: number(&bytes[56..60]),
    })
}
