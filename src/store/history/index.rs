//! Which files a history has and which frames they hold. Only heads are read for it.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, OnceLock, PoisonError};

use super::dictionary::Dictionary;
use super::frame::{FileKind, FrameEntry, FrameKind};
use super::read::HistoryError;
use super::scan::{FileScan, scan, scan_on};
use super::source_file::FileReader;
use crate::model::{ImportedRecording, SeriesDef, SeriesKey, Tier, TierStatus, TimeRange, Timestamp};

/// The files of samples end with this.
pub const EXTENSION: &str = "seg";
/// The folder of recordings of other tools, inside that of the history.
pub const IMPORTS: &str = "imports";

/// What is known of the series of all files, each held once.
type Known = Arc<Mutex<HashMap<SeriesKey, Arc<SeriesDef>>>>;

/// One file as the index knows it.
#[derive(Debug, Clone)]
pub struct IndexedFile {
    /// Where it is.
    pub path: PathBuf,
    /// The file or folder among the recordings of other tools that it belongs to.
    pub import: Option<Arc<str>>,
    /// What it holds.
    pub scan: FileScan,
    known: Known,
    dictionary: OnceLock<Arc<Dictionary>>,
}

impl IndexedFile {
    fn read(path: &Path, import: Option<Arc<str>>, known: &Known) -> Result<Self, HistoryError> {
        let scan = scan(path)?;
        Ok(Self { path: path.to_owned(), import, scan, known: Arc::clone(known), dictionary: OnceLock::new() })
    }

    /// Its segments, by place.
    pub fn segments(&self) -> impl Iterator<Item = &FrameEntry> {
        self.scan.frames.iter().filter(|entry| entry.kind == FrameKind::Segment)
    }

    /// From its first tick or bucket to the end of its last; `None` where it has none.
    pub fn covers(&self) -> Option<TimeRange> {
        let start = self.segments().map(|entry| entry.first).min()?;
        let end = self.segments().map(|entry| entry.end(self.scan.kind.tier())).max()?;
        Some(TimeRange { start: Timestamp::from_millis(start), end: Timestamp::from_millis(end) })
    }

    /// What its series are; read when first asked for.
    ///
    /// # Errors
    /// What the system says.
    pub fn dictionary(&self) -> Result<Arc<Dictionary>, HistoryError> {
        if let Some(dictionary) = self.dictionary.get() {
            return Ok(Arc::clone(dictionary));
        }
        let reader = FileReader::with(&self.path, self.scan.kind, Arc::default())?;
        let mut dictionary = Dictionary::default();
        let mut known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
        let mut shared = |def: SeriesDef| match known.get(&def.key) {
            Some(same) if **same == def => Arc::clone(same),
            _ => {
                let def = Arc::new(def);
                known.insert(def.key.clone(), Arc::clone(&def));
                def
            }
        };
        reader.describe(&self.scan.frames, &mut dictionary, &mut shared);
        drop(known);
        Ok(Arc::clone(self.dictionary.get_or_init(|| Arc::new(dictionary))))
    }

    /// Opens it for reading segments.
    ///
    /// # Errors
    /// What the system says.
    pub fn open(&self) -> Result<FileReader, HistoryError> {
        FileReader::with(&self.path, self.scan.kind, self.dictionary()?)
    }
}

impl FrameEntry {
    /// First moment after the last tick or bucket of a segment of that tier.
    pub fn end(&self, tier: Tier) -> i64 {
        self.last.saturating_add(match tier {
            Tier::Full => 1,
            Tier::Minute | Tier::Hour => i64::from(self.interval_millis),
        })
    }
}

/// The files of a history.
#[derive(Debug, Clone)]
pub struct Index {
    folder: PathBuf,
    /// Whether the journal is read too: where the writer is this process, its tail says the same.
    with_journal: bool,
    files: Vec<Arc<IndexedFile>>,
    known: Known,
}

impl Index {
    /// Reads the heads of all files in `folder`; an absent folder is an empty history. Gives the files that cannot be
    /// read too, and why.
    ///
    /// # Errors
    /// What the system says when the folder cannot be read.
    pub fn open(folder: &Path, with_journal: bool) -> Result<(Self, Vec<HistoryError>), HistoryError> {
        let folder = folder.to_owned();
        let mut index = Self { folder, with_journal, files: Vec::new(), known: Known::default() };
        let faults = index.refresh()?;
        Ok((index, faults))
    }

    /// Looks again: which files have come, grown or gone.
    ///
    /// # Errors
    /// What the system says when the folder cannot be read.
    pub fn refresh(&mut self) -> Result<Vec<HistoryError>, HistoryError> {
        let mut found = files_in(&self.folder)?;
        let imports = self.folder.join(IMPORTS);
        found.append(&mut files_in(&imports)?);
        for recording in folders_in(&imports)? {
            found.append(&mut files_in(&recording)?);
        }
        found.sort();
        self.files.retain(|file| found.binary_search(&file.path).is_ok());
        let mut faults = Vec::new();
        for path in found {
            match self.refresh_file(&path) {
                Ok(()) => {}
                // It has gone since the folder was listed.
                Err(HistoryError::Io { source, .. }) if source.kind() == io::ErrorKind::NotFound => {}
                Err(e) => faults.push(e),
            }
        }
        Ok(faults)
    }

    /// Takes in what has come to one file, or a new file.
    ///
    /// # Errors
    /// As [`scan`]; the file is then not in the index.
    pub fn refresh_file(&mut self, path: &Path) -> Result<(), HistoryError> {
        let io = |source| HistoryError::Io { path: path.to_owned(), source };
        let Some(i) = self.files.iter().position(|file| file.path == path) else {
            let inside = path.strip_prefix(self.folder.join(IMPORTS)).ok().and_then(|inside| inside.iter().next());
            let import = inside.map(|name| Path::new(name).file_stem().unwrap_or(name).to_string_lossy().into());
            let file = IndexedFile::read(path, import, &self.known)?;
            if self.with_journal || file.scan.kind != FileKind::Journal {
                let place = self.files.partition_point(|other| other.path.as_path() < path);
                self.files.insert(place, Arc::new(file));
            }
            return Ok(());
        };
        let old = Arc::clone(&self.files[i]);
        let grown = fs::File::open(path).and_then(|file| Ok((file.metadata()?.len(), file))).map_err(io);
        let outcome = match grown {
            Ok((len, _)) if len == old.scan.len => return Ok(()),
            Ok((len, file)) if len > old.scan.len => {
                let mut new = old.scan.clone();
                scan_on(&file, &mut new).map_err(io).map(|()| new)
            }
            // It has been cut, or another stands in its place.
            Ok(_) => scan(path),
            Err(e) => Err(e),
        };
        match outcome {
            Ok(scan) => {
                let file = IndexedFile { scan, dictionary: OnceLock::new(), ..(*old).clone() };
                self.files[i] = Arc::new(file);
                Ok(())
            }
            Err(e) => {
                self.files.remove(i);
                Err(e)
            }
        }
    }

    /// Forgets a file that is removed. Questions under way may still read it.
    pub fn forget(&mut self, path: &Path) {
        self.files.retain(|file| file.path != path);
    }

    /// The folder.
    pub fn folder(&self) -> &Path {
        &self.folder
    }

    /// The files, by path.
    pub fn files(&self) -> &[Arc<IndexedFile>] {
        &self.files
    }

    /// Bytes of the recordings of other tools.
    pub fn bytes_of_imports(&self) -> u64 {
        self.files.iter().filter(|file| file.import.is_some()).map(|file| file.scan.len).sum()
    }

    /// The number that the next frame gets.
    pub fn next_seq(&self) -> u64 {
        let all = self.files.iter().flat_map(|file| &file.scan.frames).map(|entry| entry.seq);
        all.max().map_or(1, |seq| seq.saturating_add(1))
    }

    /// What each tier holds, finest first, recordings of other tools left out.
    pub fn tiers(&self) -> Vec<TierStatus> {
        let of = |tier: Tier| {
            let files = || self.files.iter().filter(move |file| file.import.is_none() && file.scan.kind.tier() == tier);
            let start = files().filter_map(|file| file.covers()).map(|covers| covers.start).min();
            let end = files().filter_map(|file| file.covers()).map(|covers| covers.end).max();
            TierStatus {
                tier,
                covers: start.zip(end).map(|(start, end)| TimeRange { start, end }),
                bytes: files().map(|file| file.scan.len).sum(),
                n_rows: files().flat_map(|file| file.segments()).map(|entry| u64::from(entry.n_values)).sum(),
            }
        };
        Tier::ALL.map(of).into()
    }

    /// Recordings of other tools, by name.
    ///
    /// # Errors
    /// What the system says.
    pub fn imports(&self) -> Result<Vec<ImportedRecording>, HistoryError> {
        let mut imports: BTreeMap<&str, (ImportedRecording, BTreeSet<SeriesKey>)> = BTreeMap::new();
        // The finest file says exactly from when to when; buckets reach beyond that.
        let mut files: Vec<&Arc<IndexedFile>> = self.files.iter().collect();
        files.sort_by_key(|file| file.scan.kind.tier());
        let mut finest: BTreeMap<&str, Tier> = BTreeMap::new();
        for file in files {
            let (Some(place), Some(covers)) = (&file.import, file.covers()) else { continue };
            let dictionary = file.dictionary()?;
            let (recording, keys) = imports.entry(place).or_insert_with(|| {
                let said = dictionary.iter().find_map(|(_, def)| def.key.attribute("import").map(Arc::from));
                let name = said.unwrap_or_else(|| Arc::clone(place));
                (ImportedRecording { name, covers, n_series: 0, bytes: 0 }, BTreeSet::new())
            });
            let tier = file.scan.kind.tier();
            if *finest.entry(place).or_insert(tier) == tier {
                recording.covers.start = recording.covers.start.min(covers.start);
                recording.covers.end = recording.covers.end.max(covers.end);
            }
            recording.bytes += file.scan.len;
            keys.extend(dictionary.iter().map(|(_, def)| def.key.clone()));
            recording.n_series = keys.len();
        }
        let mut imports: Vec<ImportedRecording> = imports.into_values().map(|(recording, _)| recording).collect();
        imports.sort_by(|a, b| a.name.cmp(&b.name));
        Ok(imports)
    }

    /// The files that count: of the journals the newest alone, which holds everything that has no segment yet.
    pub(super) fn counting(&self) -> impl Iterator<Item = &Arc<IndexedFile>> {
        let journal = self.files.iter().rposition(|file| file.scan.kind == FileKind::Journal);
        let all = self.files.iter().enumerate();
        all.filter(move |(i, file)| file.scan.kind != FileKind::Journal || Some(*i) == journal).map(|(_, file)| file)
    }
}

/// The files of samples in a folder; none where there is no folder.
fn files_in(folder: &Path) -> Result<Vec<PathBuf>, HistoryError> {
    let mut paths = paths_in(folder)?;
    paths.retain(|path| path.extension().is_some_and(|extension| extension == EXTENSION) && path.is_file());
    Ok(paths)
}

/// The finished recordings in a folder; one that is still being made has an ending.
fn folders_in(folder: &Path) -> Result<Vec<PathBuf>, HistoryError> {
    let mut paths = paths_in(folder)?;
    paths.retain(|path| path.extension().is_none_or(|extension| extension != "new") && path.is_dir());
    Ok(paths)
}

fn paths_in(folder: &Path) -> Result<Vec<PathBuf>, HistoryError> {
    let io = |source| HistoryError::Io { path: folder.to_owned(), source };
    match fs::read_dir(folder) {
        Ok(entries) => entries.map(|entry| entry.map(|entry| entry.path()).map_err(io)).collect(),
        Err(e) if e.kind() == io::ErrorKind::NotFound => Ok(Vec::new()),
        Err(e) => Err(io(e)),
    }
}
