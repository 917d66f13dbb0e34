//! The files of segments that are written: which one a segment goes into, and what the writer knows of all of them.

use std::collections::HashMap;
use std::fs;
use std::path::PathBuf;

use super::opening::Lengths;
use crate::model::{SourceId, Tier};
use crate::store::history::disk::{Disk, sync_folder};
use crate::store::history::file::SegmentFile;
use crate::store::history::frame::{FileKind, FrameEntry};
use crate::store::history::holdings::{self, Holding};
use crate::store::history::read::HistoryError;
use crate::store::history::segment::Segment;

/// Files of one tier for one time that are tried when earlier ones cannot be added to.
const MOST_NUMBERS: usize = 100;

/// The files of a folder.
pub struct Files {
    pub folder: PathBuf,
    pub disk: Disk,
    pub holdings: Vec<Holding>,
    /// The greatest number given to a frame.
    pub seq: u64,
    /// Files that may be replaced by shorter ones: their lengths are not noted.
    pub unsure: Vec<PathBuf>,
    open: HashMap<Tier, Open>,
}

/// A file that is added to.
struct Open {
    /// Start of the time it is for.
    start: i64,
    file: SegmentFile,
    is_safe: bool,
}

impl Files {
    /// Of a folder that was surveyed.
    pub fn new(folder: PathBuf, disk: Disk, holdings: Vec<Holding>, seq: u64) -> Self {
        Self { folder, disk, holdings, seq, unsure: Vec::new(), open: HashMap::new() }
    }

    /// Writes a segment into the file of its tier and time. It is safe after [`Self::sync`].
    ///
    /// # Errors
    /// What the system says, and [`HistoryError::Damaged`] where the segment cannot be kept.
    pub fn append(&mut self, segment: &Segment) -> Result<(), HistoryError> {
        let Some(&first) = segment.times.first() else { return Ok(()) };
        let tier = segment.tier;
        let start = holdings::file_start(tier, first);
        if self.open.get(&tier).is_none_or(|open| open.start != start) {
            self.close(tier)?;
            let file = self.file_for(tier, first)?;
            self.open.insert(tier, Open { start, file, is_safe: true });
        }
        let Some(open) = self.open.get_mut(&tier) else { return Ok(()) };
        open.is_safe = false;
        self.seq += 1;
        let entry = open.file.append(segment, self.seq)?;
        let (path, len) = (open.file.path(), open.file.len());
        if let Some(held) = self.holdings.iter_mut().find(|held| held.path == path) {
            held.segments.push(entry);
            held.len = len;
        }
        Ok(())
    }

    /// Makes safe what was appended.
    ///
    /// # Errors
    /// What the system says; what was appended is then in doubt and may be given again.
    pub fn sync(&mut self) -> Result<(), HistoryError> {
        let tiers: Vec<Tier> = self.open.keys().copied().collect();
        for tier in tiers {
            let Some(open) = self.open.get_mut(&tier).filter(|open| !open.is_safe) else { continue };
            if let Err(e) = open.file.sync() {
                // Opened again it is looked at from the disk.
                self.open.remove(&tier);
                return Err(e);
            }
            open.is_safe = true;
        }
        Ok(())
    }

    /// Ends adding to all files.
    ///
    /// # Errors
    /// What the system says.
    pub fn close_all(&mut self) -> Result<(), HistoryError> {
        self.sync()?;
        self.open.clear();
        Ok(())
    }

    /// Ends adding to the file of a tier.
    fn close(&mut self, tier: Tier) -> Result<(), HistoryError> {
        match self.open.remove(&tier) {
            Some(open) if !open.is_safe => open.file.sync(),
            _ => Ok(()),
        }
    }

    fn file_for(&mut self, tier: Tier, at: i64) -> Result<SegmentFile, HistoryError> {
        let mut last = None;
        for n in 1..=MOST_NUMBERS {
            let path = self.folder.join(holdings::file_name(tier, at, n));
            let kind = FileKind::Segments(tier);
            if !path.exists() {
                let file = SegmentFile::create(&path, kind, &self.disk)?;
                sync_folder(&self.folder).map_err(|source| HistoryError::Io { path: path.clone(), source })?;
                self.holdings.retain(|held| held.path != path);
                let held = Holding { path, tier, segments: Vec::new(), len: file.len(), n_checked: 0 };
                self.holdings.push(held);
                return Ok(file);
            }
            match SegmentFile::open(&path, kind, &self.disk) {
                Err(e) if path.is_dir() => last = Some(e),
                Ok((file, scan)) => {
                    // What stood torn at its end is gone now, and what was in doubt may be.
                    let n_checked = self.held(&path).map_or(0, |held| held.n_checked);
                    self.holdings.retain(|held| held.path != path);
                    let held = Holding::new(path, scan);
                    self.holdings.push(Holding { n_checked: n_checked.min(held.segments.len()), ..held });
                    return Ok(file);
                }
                // A damaged file that could not be put aside, or one of an older format: another goes beside it.
                Err(e @ (HistoryError::Damaged { .. } | HistoryError::Newer { .. })) => last = Some(e),
                Err(e) => return Err(e),
            }
        }
        Err(last.unwrap_or(HistoryError::Damaged {
            path: self.folder.clone(),
            what: "too many files for one time".to_owned(),
        }))
    }

    /// What is known of a file.
    fn held(&self, path: &std::path::Path) -> Option<&Holding> {
        self.holdings.iter().find(|held| held.path == path)
    }

    /// The file of a tier that is added to.
    pub fn current(&self, tier: Tier) -> Option<&std::path::Path> {
        self.open.get(&tier).map(|open| open.file.path())
    }

    /// Whether a file is added to.
    pub fn is_open(&self, path: &std::path::Path) -> bool {
        self.open.values().any(|open| open.file.path() == path)
    }

    /// Removes a file.
    ///
    /// # Errors
    /// What the system says.
    pub fn remove(&mut self, path: &std::path::Path) -> Result<(), HistoryError> {
        self.open.retain(|_, open| open.file.path() != path);
        match fs::remove_file(path) {
            Err(source) if source.kind() != std::io::ErrorKind::NotFound => {
                Err(HistoryError::Io { path: path.to_owned(), source })
            }
            _ => {
                self.holdings.retain(|held| held.path != path);
                Ok(())
            }
        }
    }

    /// Forgets a file that is no longer there under its name.
    pub fn forget(&mut self, path: &std::path::Path) {
        self.open.retain(|_, open| open.file.path() != path);
        self.holdings.retain(|held| held.path != path);
    }

    /// Every segment of a tier.
    pub fn segments(&self, tier: Tier) -> impl Iterator<Item = &FrameEntry> {
        self.holdings.iter().filter(move |held| held.tier == tier).flat_map(|held| &held.segments)
    }

    /// The segments of a tier and source that touch a time; both ends belong to it.
    pub fn touching(&self, tier: Tier, source: SourceId, first: i64, last: i64) -> impl Iterator<Item = &FrameEntry> {
        let touches =
            move |segment: &&FrameEntry| segment.source == source && segment.first <= last && segment.last >= first;
        self.segments(tier).filter(touches)
    }

    /// The lengths of the files as a journal keeps them.
    pub fn lengths(&self) -> Vec<u8> {
        let sure = self.holdings.iter().filter(|held| !self.unsure.contains(&held.path));
        let lengths: Lengths = sure.map(|held| (held.name().to_owned(), held.len)).collect();
        // Names and numbers always have a form in JSON.
        serde_json::to_vec(&lengths).unwrap_or_default()
    }
}
