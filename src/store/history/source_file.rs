//! One file of history, read. It never changes the file, and may read while another process appends to it.

use std::borrow::Cow;
use std::collections::HashSet;
use std::fs::File;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::codec::{self, Block, Directory, Malformed, Shape};
use super::dictionary::Dictionary;
use super::frame::{FileKind, FrameEntry, FrameKind};
use super::position;
use super::read::HistoryError;
use super::scan::{Damage, FileScan, scan};
use super::segment::{Segment, SegmentColumn};
use crate::model::{SeriesDef, SeriesKey};

/// Zeros at the end of a frame that show that it was never wholly written, bytes.
const UNWRITTEN: u64 = 16;

/// A file of history, open for reading.
#[derive(Debug)]
pub struct FileReader {
    path: PathBuf,
    file: File,
    kind: FileKind,
    dictionary: Arc<Dictionary>,
}

/// Which series of a file are wanted, by their numbers in it.
#[derive(Debug, Clone)]
pub(super) enum Pick {
    All,
    Some(HashSet<u32>),
}

impl FileReader {
    /// Opens a file and reads what its series are.
    ///
    /// # Errors
    /// As [`scan`].
    pub fn open(path: &Path) -> Result<(Self, FileScan), HistoryError> {
        let found = scan(path)?;
        let mut reader = Self::with(path, found.kind, Arc::default())?;
        let mut dictionary = Dictionary::default();
        reader.describe(&found.frames, &mut dictionary, &mut Arc::new);
        reader.dictionary = Arc::new(dictionary);
        Ok((reader, found))
    }

    /// Opens a file whose series are known.
    pub(super) fn with(path: &Path, kind: FileKind, dictionary: Arc<Dictionary>) -> Result<Self, HistoryError> {
        let file = File::open(path).map_err(|source| HistoryError::Io { path: path.to_owned(), source })?;
        Ok(Self { path: path.to_owned(), file, kind, dictionary })
    }

    /// The file.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// What its series are.
    pub fn dictionary(&self) -> &Arc<Dictionary> {
        &self.dictionary
    }

    /// Adds to `dictionary` what `frames` describe. A damaged description is passed over: most are repeated.
    pub(super) fn describe(
        &self,
        frames: &[FrameEntry],
        dictionary: &mut Dictionary,
        known: &mut dyn FnMut(SeriesDef) -> Arc<SeriesDef>,
    ) -> Vec<Damage> {
        let mut damage = Vec::new();
        for entry in frames.iter().filter(|entry| entry.kind == FrameKind::Definitions) {
            let added = self
                .payload(entry)
                .map_err(|e| e.to_string())
                .and_then(|page| dictionary.add(&page, entry.n_rows as usize, known));
            if let Err(what) = added {
                damage.push(Damage { offset: entry.offset, len: entry.len, what });
            }
        }
        damage
    }

    /// The bytes of a frame of definitions or of an event.
    ///
    /// # Errors
    /// [`HistoryError::Damaged`] where its sum is wrong, and what the system says.
    pub fn payload(&self, entry: &FrameEntry) -> Result<Vec<u8>, HistoryError> {
        let bytes = self.read_at(entry.directory_len as usize, entry.directory_at())?;
        if crc32fast::hash(&bytes) == entry.directory_crc { Ok(bytes) } else { Err(self.wrong_sum(entry)) }
    }

    /// A segment; `keys` narrows it to some series, and leaves the busiest processes out. Series whose block is
    /// damaged are left out.
    ///
    /// # Errors
    /// [`HistoryError::Damaged`] where the frame cannot be read at all, and what the system says.
    pub fn read(&self, entry: &FrameEntry, keys: Option<&[SeriesKey]>) -> Result<Segment, HistoryError> {
        let pick = keys.map_or(Pick::All, |keys| self.pick(keys));
        Ok(self.read_picked(entry, &pick, keys.is_none())?.0)
    }

    /// What of a frame cannot be read: nothing where it is whole.
    ///
    /// # Errors
    /// What the system says.
    pub fn check(&self, entry: &FrameEntry) -> Result<Vec<Damage>, HistoryError> {
        let outcome = match entry.kind {
            FrameKind::Segment => self.read_picked(entry, &Pick::All, true).map(|(_, damage)| damage),
            FrameKind::Definitions => {
                Ok(self.describe(std::slice::from_ref(entry), &mut Dictionary::default(), &mut Arc::new))
            }
            FrameKind::Event => self.payload(entry).map(|_| Vec::new()),
        };
        match outcome {
            Err(HistoryError::Damaged { what, .. }) => Ok(vec![Damage { offset: entry.offset, len: entry.len, what }]),
            other => other,
        }
    }

    /// Whether a frame ends in zeros, as one does whose bytes a power failure kept from the disk and whose length not.
    ///
    /// # Errors
    /// What the system says.
    pub fn ends_unwritten(&self, entry: &FrameEntry) -> Result<bool, HistoryError> {
        let len = entry.len.min(UNWRITTEN);
        let end = self.read_at(usize::try_from(len).unwrap_or(0), entry.offset + entry.len - len)?;
        Ok(end.iter().all(|byte| *byte == 0))
    }

    /// Finds the numbers that some series have in this file.
    pub(super) fn pick(&self, keys: &[SeriesKey]) -> Pick {
        let wanted: HashSet<&SeriesKey> = keys.iter().collect();
        Pick::Some(self.dictionary.iter().filter(|(_, def)| wanted.contains(&def.key)).map(|(n, _)| n).collect())
    }

    /// Reads a frame's directory.
    pub(super) fn directory(&self, entry: &FrameEntry) -> Result<Directory, HistoryError> {
        if entry.kind != FrameKind::Segment {
            return Err(self.damaged("no segment stands there".to_owned()));
        }
        let bytes = self.read_at(entry.directory_len as usize, entry.directory_at())?;
        let mut sum = crc32fast::Hasher::new();
        sum.update(entry.source.0.as_bytes());
        sum.update(&bytes);
        if sum.finalize() != entry.directory_crc {
            return Err(self.wrong_sum(entry));
        }
        codec::directory(&bytes, &self.shape(entry)).map_err(|e| self.malformed(entry, e))
    }

    /// Reads the series picked, and the busiest processes where they are asked for; gives what could not be read too.
    pub(super) fn read_picked(
        &self,
        entry: &FrameEntry,
        pick: &Pick,
        with_processes: bool,
    ) -> Result<(Segment, Vec<Damage>), HistoryError> {
        let Directory { times, columns: entries, processes, form } = self.directory(entry)?;
        let all = match pick {
            Pick::All => Some(self.read_at(usize::try_from(entry.blocks_len()).unwrap_or(0), entry.blocks_at())?),
            Pick::Some(_) => None,
        };
        let mut damage = Vec::new();
        let mut columns = Vec::new();
        for column in entries {
            if let Pick::Some(numbers) = pick
                && !numbers.contains(&column.series)
            {
                continue;
            }
            let Some(def) = self.dictionary.get(column.series) else {
                damage.push(self.block_damage(entry, &column.block, "nothing says which series it is"));
                continue;
            };
            let n = column.rows.as_ref().map_or(times.len(), |rows| rows.len());
            let values = self
                .block(entry, &column.block, all.as_deref())?
                .and_then(|block| codec::values(&block, self.kind.tier(), n));
            match values {
                Ok(values) => columns.push(SegmentColumn { def: Arc::clone(def), rows: column.rows, values }),
                Err(e) => damage.push(self.block_damage(entry, &column.block, e.0)),
            }
        }
        let mut readings = Vec::new();
        if let Some(block) = processes.filter(|_| with_processes) {
            let read = self
                .block(entry, &block, all.as_deref())?
                .and_then(|bytes| codec::processes(&bytes, times.len(), form));
            match read {
                Ok(read) => readings = read,
                Err(e) => damage.push(self.block_damage(entry, &block, e.0)),
            }
        }
        let Shape { tier, source, interval_millis, .. } = self.shape(entry);
        Ok((Segment { tier, source, interval_millis, times, columns, processes: readings }, damage))
    }

    /// The bytes of a block, out of all of the frame's where they have been read.
    pub(super) fn block<'a>(
        &self,
        entry: &FrameEntry,
        block: &Block,
        all: Option<&'a [u8]>,
    ) -> Result<Result<Cow<'a, [u8]>, Malformed>, HistoryError> {
        if (block.offset + block.len) as u64 > entry.blocks_len() {
            return Ok(Err(Malformed("a block ends beyond its frame")));
        }
        let bytes: Cow<'a, [u8]> = match all {
            Some(all) => Cow::Borrowed(all.get(block.offset..block.offset + block.len).unwrap_or_default()),
            None => Cow::Owned(self.read_at(block.len, entry.blocks_at() + block.offset as u64)?),
        };
        Ok(if block.is_whole(&bytes) { Ok(bytes) } else { Err(Malformed("its sum is wrong")) })
    }

    fn shape(&self, entry: &FrameEntry) -> Shape {
        Shape {
            tier: self.kind.tier(),
            source: entry.source,
            interval_millis: entry.interval_millis,
            first: entry.first,
            n_rows: entry.n_rows as usize,
            n_values: entry.n_values as usize,
        }
    }

    /// Reads bytes that a frame's head or directory speaks of; the scan has found that the file is long enough.
    fn read_at(&self, len: usize, at: u64) -> Result<Vec<u8>, HistoryError> {
        position::read(&self.file, len, at).map_err(|source| match source.kind() {
            io::ErrorKind::UnexpectedEof => self.damaged("it has become shorter while it was read".to_owned()),
            _ => HistoryError::Io { path: self.path.clone(), source },
        })
    }

    fn block_damage(&self, entry: &FrameEntry, block: &Block, what: &str) -> Damage {
        Damage { offset: entry.blocks_at() + block.offset as u64, len: block.len as u64, what: what.to_owned() }
    }

    fn damaged(&self, what: String) -> HistoryError {
        HistoryError::Damaged { path: self.path.clone(), what }
    }

    fn wrong_sum(&self, entry: &FrameEntry) -> HistoryError {
        self.damaged(format!("the sum of the frame at byte {} is wrong", entry.offset))
    }

    fn malformed(&self, entry: &FrameEntry, e: Malformed) -> HistoryError {
        self.damaged(format!("the frame at byte {}: {e}", entry.offset))
    }
}
