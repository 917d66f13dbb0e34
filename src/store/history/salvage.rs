//! Reading what can be read of a damaged file, also where its very beginning is gone. Changes nothing.

use std::fs::File;
use std::path::Path;
use std::sync::Arc;

use super::dictionary::Dictionary;
use super::frame::{FILE_HEAD, FileKind, VERSION};
use super::read::HistoryError;
use super::scan::{Damage, FileScan, scan_on};
use super::source_file::FileReader;
use crate::model::Tier;

/// Opens a history file, or one that was put aside, with all frames that can still be found in it. Where its beginning
/// is damaged, its name says what kind it is.
///
/// # Errors
/// [`HistoryError::Newer`], [`HistoryError::Damaged`] where neither its beginning nor its name tells that it is a
/// history file or no frame can be found, and what the system says.
pub fn open_damaged(path: &Path) -> Result<(FileReader, FileScan), HistoryError> {
    let refusal = match FileReader::open(path) {
        Err(refusal @ HistoryError::Damaged { .. }) => refusal,
        other => return other,
    };
    let Some(kind) = kind_by_name(path) else { return Err(refusal) };
    let io = |source| HistoryError::Io { path: path.to_owned(), source };
    let file = File::open(path).map_err(io)?;
    let mut found = FileScan { version: VERSION, kind, frames: Vec::new(), valid_bytes: 0, len: 0, damage: Vec::new() };
    scan_on(&file, &mut found).map_err(io)?;
    if found.frames.is_empty() {
        return Err(refusal);
    }
    if found.damage.is_empty() {
        let what = "its beginning is damaged".to_owned();
        found.damage.push(Damage { offset: 0, len: FILE_HEAD as u64, what });
    }
    let mut dictionary = Dictionary::default();
    FileReader::with(path, kind, Arc::default())?.describe(&found.frames, &mut dictionary, &mut Arc::new);
    Ok((FileReader::with(path, kind, Arc::new(dictionary))?, found))
}

fn kind_by_name(path: &Path) -> Option<FileKind> {
    let name = path.file_name()?.to_str()?;
    let kinds = [
        ("full", FileKind::Segments(Tier::Full)),
        ("minute", FileKind::Segments(Tier::Minute)),
        ("hour", FileKind::Segments(Tier::Hour)),
        ("journal", FileKind::Journal),
    ];
    kinds.into_iter().find(|(start, _)| name.starts_with(start)).map(|(_, kind)| kind)
}
