//! The members of an archive: heads, checksums, and their bytes from and to streams.

use std::io::{self, Read, Write};

/// Length of a member's head, bytes.
const HEAD: usize = 24;
const MAGIC: [u8; 4] = *b"PDam";

/// What a member holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum MemberKind {
    /// Annotations and gaps.
    Notes,
    /// A file of history.
    Segments,
    /// The last one.
    Total,
}

impl MemberKind {
    const ALL: [(Self, u32); 3] = [(Self::Notes, 1), (Self::Segments, 2), (Self::Total, 3)];

    fn code(self) -> u32 {
        Self::ALL.iter().find(|(kind, _)| *kind == self).map_or(0, |(_, code)| *code)
    }
}

/// A member by its head.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct MemberHead {
    /// `None` for one of a kind that is not known here; its bytes can be passed over.
    pub kind: Option<MemberKind>,
    /// Bytes after the head.
    pub len: u64,
    /// The sum of those.
    pub crc: u32,
}

/// Writes a member.
pub(super) fn write(out: &mut dyn Write, kind: MemberKind, bytes: &[u8]) -> io::Result<()> {
    write_head(out, kind, bytes.len() as u64, crc32fast::hash(bytes))?;
    out.write_all(bytes)
}

/// Writes the head of a member whose bytes follow.
pub(super) fn write_head(out: &mut dyn Write, kind: MemberKind, len: u64, crc: u32) -> io::Result<()> {
    let mut head = Vec::with_capacity(HEAD);
    head.extend(MAGIC);
    head.extend(kind.code().to_le_bytes());
    head.extend(len.to_le_bytes());
    head.extend(crc.to_le_bytes());
    let sum = crc32fast::hash(&head);
    head.extend(sum.to_le_bytes());
    out.write_all(&head)
}

/// Reads the next head; `None` where the file ends, is cut short or is damaged there.
pub(super) fn read_head(source: &mut dyn Read) -> io::Result<Option<MemberHead>> {
    let mut head = [0; HEAD];
    match source.read_exact(&mut head) {
        Err(e) if e.kind() == io::ErrorKind::UnexpectedEof => return Ok(None),
        other => other?,
    }
    let number = |at: usize| head.get(at..at + 4).and_then(|b| b.try_into().ok()).map_or(0, u32::from_le_bytes);
    if head[..4] != MAGIC || number(20) != crc32fast::hash(&head[..20]) {
        return Ok(None);
    }
    let kind = MemberKind::ALL.iter().find(|(_, code)| *code == number(4)).map(|(kind, _)| *kind);
    let len = u64::from(number(8)) | u64::from(number(12)) << 32;
    Ok(Some(MemberHead { kind, len, crc: number(16) }))
}

/// Copies a member's bytes; gives how many there were and their sum.
pub(super) fn copy(source: &mut dyn Read, len: u64, out: &mut dyn Write) -> io::Result<(u64, u32)> {
    let mut sum = crc32fast::Hasher::new();
    let mut buffer = vec![0; 1 << 16];
    let mut n = 0;
    while n < len {
        let most = usize::try_from(len - n).unwrap_or(usize::MAX).min(buffer.len());
        match source.read(&mut buffer[..most]) {
            Ok(0) => break,
            Ok(more) => {
                sum.update(&buffer[..more]);
                out.write_all(&buffer[..more])?;
                n += more as u64;
            }
            Err(e) if e.kind() == io::ErrorKind::Interrupted => {}
            Err(e) => return Err(e),
        }
    }
    Ok((n, sum.finalize()))
}
