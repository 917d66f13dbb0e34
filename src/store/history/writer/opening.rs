//! What is found when a history folder is opened: damaged files go aside, and what the journal holds beyond the sealed
//! segments comes back into the tail.

use std::collections::BTreeMap;
use std::fs;
use std::io;
use std::path::Path;

use crate::model::{HistorySettings, Tier, Timestamp};
use crate::store::history::disk::Disk;
use crate::store::history::events::{EVENTS_FILE, EventLog, Events};
use crate::store::history::frame::{FrameEntry, FrameKind, VERSION};
use crate::store::history::holdings::{self, Holding, Survey};
use crate::store::history::index::IMPORTS;
use crate::store::history::journal::Journal;
use crate::store::history::read::HistoryError;
use crate::store::history::rows::keep_rows;
use crate::store::history::source_file::FileReader;
use crate::store::history::tail::Tail;

/// Bytes of the newest files whose sums are looked at on opening; the others' turn comes later.
const CHECKED_AT_ONCE: u64 = 32 << 20;
/// How the names of a recording's files end until it is finished.
pub const UNFINISHED: &str = "new";

/// A folder as it was found.
pub struct Found {
    pub holdings: Vec<Holding>,
    pub tail: Tail,
    /// `None` where a new one has to begin.
    pub journal: Option<Journal>,
    pub events: EventLog,
    /// The greatest number that a frame has.
    pub seq: u64,
    /// The newest sample, by the clock as it stands now.
    pub newest: Option<i64>,
    pub told: Vec<String>,
}

/// The lengths that files had when the journal began, by name: a file that is shorter was truncated.
pub type Lengths = BTreeMap<String, u64>;

/// Opens a folder.
pub fn open(folder: &Path, disk: &Disk, settings: &HistorySettings, now: Timestamp) -> Result<Found, HistoryError> {
    let made = if folder.is_file() {
        let why = "a file stands where the folder of history belongs: move it away or give it another name";
        Err(io::Error::new(io::ErrorKind::NotADirectory, why))
    } else {
        fs::create_dir_all(folder)
    };
    made.map_err(|source| HistoryError::Io { path: folder.into(), source })?;
    // Whatever a newer version wrote is met here, before anything is changed.
    let Survey { holdings, mut journals, damaged } = holdings::survey(folder)?;
    let events_path = folder.join(EVENTS_FILE);
    let events_damage = match Events::read(&events_path) {
        Ok(events) if events.n_bad > 0 => Some((format!("{} of its lines cannot be read", events.n_bad), true)),
        Ok(_) => None,
        Err(HistoryError::Damaged { what, .. }) => Some((what, false)),
        Err(e) => return Err(e),
    };

    let mut opening = Opening { now, told: Vec::new() };
    for (path, what) in damaged {
        opening.put_aside(&path, &what);
    }
    match events_damage {
        // The lines that can be read are kept, so the damaged file is copied and not moved.
        Some((what, true)) => opening.copy_aside(&events_path, &what),
        Some((what, false)) => opening.put_aside(&events_path, &what),
        None => {}
    }

    let counting = journals.iter().rposition(|(_, _, found)| found.is_ok()).map(|i| journals.remove(i));
    let lengths = counting.as_ref().and_then(|(_, path, _)| lengths(path));
    let holdings = opening.whole(holdings, lengths.as_ref());
    let mut seq = holdings.iter().flat_map(|held| &held.segments).map(|segment| segment.seq).max().unwrap_or(0);
    let mut newest = holdings
        .iter()
        .filter(|held| held.tier == Tier::Full)
        .flat_map(|held| &held.segments)
        .max_by_key(|segment| segment.seq)
        .map(|segment| segment.last);

    let mut tail = Tail::default();
    let mut journal = None;
    for (_, path, found) in journals {
        if let Err(what) = found {
            opening.put_aside(&path, &what);
        }
    }
    if let Some((number, path, Ok(scan))) = counting {
        seq = scan.frames.iter().map(|frame| frame.seq).max().unwrap_or(0).max(seq);
        let (n_bad, is_unwritten) = take_back(&path, &holdings, &mut tail)?;
        if n_bad > 0 || !scan.damage.is_empty() {
            opening.put_aside(&path, "not all of it can be read");
        } else if scan.version == VERSION && !is_unwritten {
            // A folder that cannot be written now is told of by the first flush.
            journal = Journal::go_on(number, &path, disk).ok();
        }
        newest = tail.covers().map(|(_, end)| end - 1).or(newest);
    }
    discard_unfinished(folder);
    let events = EventLog::open(folder, disk.clone(), now.minus(settings.span(Tier::Hour)))?;
    Ok(Found { holdings, tail, journal, events, seq, newest, told: opening.told })
}

struct Opening {
    now: Timestamp,
    told: Vec<String>,
}

impl Opening {
    fn put_aside(&mut self, path: &Path, what: &str) {
        self.told.push(match holdings::put_aside(path, self.now) {
            Ok(aside) => holdings::aside_sentence(path, what, &aside),
            Err(e) => {
                format!("The history file {} is damaged ({what}) and could not be put aside: {e}", path.display())
            }
        });
    }

    fn copy_aside(&mut self, path: &Path, what: &str) {
        let ending = format!("log.damaged-{}", holdings::moment_name(self.now));
        let aside = path.with_extension(ending);
        self.told.push(match fs::copy(path, &aside) {
            Ok(_) => format!(
                "{} is damaged ({what}): what can be read of it is kept, and {} is a copy of it as it was",
                path.display(),
                aside.display()
            ),
            Err(e) => format!("{} is damaged ({what}) and could not be copied: {e}", path.display()),
        });
    }

    /// The files that are whole; the others go aside. `lengths` tells a file that was truncated from one whose last
    /// frame was being written when the program ended.
    fn whole(&mut self, holdings: Vec<(Holding, u64)>, lengths: Option<&Lengths>) -> Vec<Holding> {
        let mut whole = Vec::new();
        for (held, torn) in holdings {
            match lengths {
                Some(lengths) => match lengths.get(held.name()) {
                    Some(length) if held.len < *length => {
                        let what = format!("it is cut short: {} of {length} bytes are there", held.len);
                        self.put_aside(&held.path, &what);
                    }
                    _ => whole.push(held),
                },
                None if torn > 0 => self.put_aside(&held.path, "it ends in the midst of a part"),
                None => whole.push(held),
            }
        }
        let mut left = CHECKED_AT_ONCE;
        whole.sort_by_key(|held| (held.tier, std::cmp::Reverse(held.end())));
        whole.retain_mut(|held| {
            if held.len > left {
                return true;
            }
            left -= held.len;
            let known = lengths.and_then(|lengths| lengths.get(held.name())).copied().unwrap_or(0);
            match scratched(held, known) {
                Ok(None) => {
                    held.n_checked = held.segments.len();
                    true
                }
                Ok(Some(at)) => {
                    self.put_aside(&held.path, &format!("its part at byte {at} was overwritten"));
                    false
                }
                // What cannot be read now is no damage.
                Err(_) => true,
            }
        });
        whole.sort_by(|a, b| a.path.cmp(&b.path));
        whole
    }
}

/// Where the first segment stands whose sum is wrong. The last one may have been in the making when the program ended,
/// unless it lies within the `known` length that was safe on disk.
fn scratched(held: &Holding, known: u64) -> Result<Option<u64>, HistoryError> {
    let (reader, scan) = FileReader::open(&held.path)?;
    if let Some(at) = holdings::undescribed(&reader, &scan)? {
        return Ok(Some(at));
    }
    let last = held.segments.last().map(|segment| segment.offset);
    for segment in &held.segments {
        let was_safe = Some(segment.offset) != last || segment.offset + segment.len <= known;
        if was_safe && !holdings::is_whole(&reader, segment)? {
            return Ok(Some(segment.offset));
        }
    }
    Ok(None)
}

/// What a journal says of the lengths of the other files.
fn lengths(journal: &Path) -> Option<Lengths> {
    let (reader, scan) = FileReader::open(journal).ok()?;
    let entry = scan.frames.iter().rfind(|frame| frame.kind == FrameKind::Event)?;
    serde_json::from_slice(&reader.payload(entry).ok()?).ok()
}

/// Takes what a journal holds beyond the sealed segments back into the tail; gives the number of frames of which some
/// cannot be read, and whether its last one was never wholly written, so that nothing may be added behind it.
fn take_back(journal: &Path, holdings: &[Holding], tail: &mut Tail) -> Result<(usize, bool), HistoryError> {
    let (reader, scan) = FileReader::open(journal)?;
    let (mut n_bad, mut is_unwritten) = (0, false);
    let last = scan.frames.last().map(|frame| frame.offset);
    for entry in &scan.frames {
        if !reader.check(entry)?.is_empty() {
            // The last frame may have its length and not yet its bytes after a power failure; that is no damage.
            is_unwritten = Some(entry.offset) == last && reader.ends_unwritten(entry)?;
            n_bad += usize::from(!is_unwritten);
        }
        let Some(segment) = reader.read(entry, None).ok().filter(|_| entry.kind == FrameKind::Segment) else {
            continue;
        };
        let sealed = sealed_times(entry, holdings)?;
        let rest = keep_rows(segment, |at| sealed.binary_search(&at).is_err());
        if !rest.times.is_empty() {
            tail.take_back(&rest);
        }
    }
    Ok((n_bad, is_unwritten))
}

/// The times of sealed segments that were written after this one of the journal and touch it, sorted.
fn sealed_times(entry: &FrameEntry, holdings: &[Holding]) -> Result<Vec<i64>, HistoryError> {
    let mut times = Vec::new();
    for held in holdings.iter().filter(|held| held.tier == Tier::Full) {
        let covers = |segment: &&FrameEntry| {
            segment.seq > entry.seq
                && segment.source == entry.source
                && segment.first <= entry.last
                && segment.last >= entry.first
        };
        for segment in held.segments.iter().filter(covers) {
            let (reader, _) = FileReader::open(&held.path)?;
            if holdings::is_whole(&reader, segment)? {
                times.extend(reader.read(segment, Some(&[]))?.times);
            }
        }
    }
    times.sort_unstable();
    Ok(times)
}

/// Removes files that were never finished: of a journal, of a recording, of a file written anew.
fn discard_unfinished(folder: &Path) {
    let Ok(entries) = fs::read_dir(folder) else { return };
    for path in entries.filter_map(Result::ok).map(|entry| entry.path()) {
        if path.extension().is_some_and(|ending| ending == UNFINISHED) && path.is_file() {
            let _ = fs::remove_file(path);
        }
    }
    let Ok(recordings) = fs::read_dir(folder.join(IMPORTS)) else { return };
    for recording in recordings.filter_map(Result::ok) {
        let Ok(files) = fs::read_dir(recording.path()) else { continue };
        for file in files.filter_map(Result::ok) {
            if file.path().extension().is_some_and(|ending| ending == UNFINISHED) {
                let _ = fs::remove_file(file.path());
            }
        }
        // It goes where nothing is left in it, and stays otherwise.
        let _ = fs::remove_dir(recording.path());
    }
}
