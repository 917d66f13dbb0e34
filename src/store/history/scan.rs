//! Which frames a file holds, found by reading heads alone. What stands behind the heads is not looked at.

use std::fs::File;
use std::io;
use std::path::Path;

use super::frame::{self, FILE_HEAD, FRAME_HEAD, FRAME_MAGIC, FileKind, FrameEntry};
use super::position;
use super::read::HistoryError;

/// A part of a file that cannot be read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Damage {
    /// Where it begins.
    pub offset: u64,
    /// How long it is.
    pub len: u64,
    /// What is wrong there.
    pub what: String,
}

/// What a file holds.
#[derive(Debug, Clone, PartialEq)]
pub struct FileScan {
    /// The version of its format.
    pub version: u32,
    /// What it is for.
    pub kind: FileKind,
    /// Its frames, by place.
    pub frames: Vec<FrameEntry>,
    /// Where its last whole frame ends. What follows is one whose writing was cut short.
    pub valid_bytes: u64,
    /// Its length.
    pub len: u64,
    /// What lies between whole frames and is none.
    pub damage: Vec<Damage>,
}

impl FileScan {
    /// Bytes at the end that are no whole frame.
    pub fn torn_bytes(&self) -> u64 {
        self.len.saturating_sub(self.valid_bytes)
    }
}

/// Reads the heads of a file.
///
/// # Errors
/// [`HistoryError::Newer`], [`HistoryError::Damaged`] where its beginning is no history file's, and what the system says.
pub fn scan(path: &Path) -> Result<FileScan, HistoryError> {
    let io = |source: io::Error| HistoryError::Io { path: path.to_owned(), source };
    let file = File::open(path).map_err(io)?;
    let mut head = [0; FILE_HEAD];
    let n = position::read_up_to(&file, &mut head, 0).map_err(io)?;
    let (version, kind) = frame::read_file_head(path, &head[..n])?;
    let mut scan =
        FileScan { version, kind, frames: Vec::new(), valid_bytes: FILE_HEAD as u64, len: 0, damage: Vec::new() };
    scan_on(&file, &mut scan).map_err(io)?;
    Ok(scan)
}

/// Reads the heads of the frames that have come to a file since it was scanned.
pub(super) fn scan_on(file: &File, scan: &mut FileScan) -> io::Result<()> {
    scan.len = file.metadata()?.len();
    let mut at = scan.valid_bytes;
    while at < scan.len {
        if let Some(entry) = head_at(file, at)?
            && at + entry.len <= scan.len
        {
            if at > scan.valid_bytes {
                let len = at - scan.valid_bytes;
                scan.damage.push(Damage { offset: scan.valid_bytes, len, what: "no frame stands here".to_owned() });
            }
            at += entry.len;
            scan.valid_bytes = at;
            scan.frames.push(entry);
        } else {
            match next_magic(file, at + 1, scan.len)? {
                Some(next) => at = next,
                None => break,
            }
        }
    }
    Ok(())
}

fn head_at(file: &File, at: u64) -> io::Result<Option<FrameEntry>> {
    let mut bytes = [0; FRAME_HEAD + 64];
    let n = position::read_up_to(file, &mut bytes, at)?;
    if !frame::is_frame_head(&bytes[..n]) {
        return Ok(None);
    }
    let needed = frame::head_len(&bytes);
    if needed <= n {
        return Ok(frame::read_frame_head(&bytes[..n], at));
    }
    let mut bytes = vec![0; needed];
    let n = position::read_up_to(file, &mut bytes, at)?;
    Ok(frame::read_frame_head(&bytes[..n], at))
}

/// Where the next frame may begin, looked for from `at` on.
fn next_magic(file: &File, mut at: u64, end: u64) -> io::Result<Option<u64>> {
    let mut bytes = vec![0; 1 << 16];
    while at < end {
        let n = position::read_up_to(file, &mut bytes, at)?;
        if n < FRAME_MAGIC.len() {
            return Ok(None);
        }
        if let Some(found) = bytes[..n].windows(FRAME_MAGIC.len()).position(|window| window == FRAME_MAGIC) {
            return Ok(Some(at + found as u64));
        }
        // The magic may lie across two of these blocks.
        at += (n - FRAME_MAGIC.len() + 1) as u64;
    }
    Ok(None)
}
