//! The queue of one endpoint on disk: files of samples, oldest first, and the place up to which they were sent.
//!
//! It survives an end by force: what was put in is found again, half a record is never read, and what was sent is not sent
//! again under other bounds. Over its size the oldest file goes, and its samples are counted. One process owns it.

mod place;
mod record;
mod segment;
#[cfg(test)]
mod tests;

use std::collections::{HashMap, HashSet, VecDeque};
use std::fs::{self, File};
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};

use self::place::{Place, Places};
use self::segment::{MAGIC, Reader, START, Samples, Segment, id_of, path_of};
use super::LabelSet;
use super::encode::Batch;

/// Length of a file, as a part of the queue's greatest size, and its bounds.
const PARTS: u64 = 32;
const SEGMENT_BYTES: (u64, u64) = (64 * 1024, 8 * 1024 * 1024);
/// Greatest length of the body of a record of labels, about.
const NAMES_AT_ONCE: usize = 10_000;

/// Samples that were taken out to be sent.
#[derive(Debug, Clone, PartialEq)]
pub struct Taken {
    /// What is sent.
    pub batch: Batch,
    /// Samples in it.
    pub n_samples: u64,
    /// Time of the oldest, milliseconds since 1970.
    pub first_at: i64,
    /// Whether it was taken out before the program ended, and may have been sent.
    pub is_again: bool,
    end: Place,
}

/// What became of samples that were put in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Dropped {
    /// Samples dropped because there was no room.
    pub n_samples: u64,
}

/// The queue.
#[derive(Debug)]
pub struct DiskQueue {
    folder: PathBuf,
    max_bytes: u64,
    segments: VecDeque<Segment>,
    writer: Option<Writer>,
    reader: Option<Reader>,
    /// The next samples to take.
    cursor: Place,
    /// Up to where samples were taken before the program ended, and may have been sent.
    again_upto: Option<Place>,
    places: Places,
    /// Samples not known to be sent: those in files, and those taken out.
    n_behind: u64,
    n_in_flight: u64,
    n_damaged: u64,
    first_at: Option<i64>,
    in_flight_at: Option<i64>,
    is_unsafe: bool,
}

/// The file that is written.
#[derive(Debug)]
struct Writer {
    file: File,
    named: HashSet<u32>,
}

impl DiskQueue {
    /// Opens the queue of a folder, which is made.
    ///
    /// # Errors
    /// What the system said.
    pub fn open(folder: &Path, max_bytes: u64) -> io::Result<Self> {
        fs::create_dir_all(folder)?;
        let (places, sent, taken) = Places::open(folder)?;
        let mut ids: Vec<u64> = Vec::new();
        for entry in fs::read_dir(folder)? {
            ids.extend(entry?.file_name().to_str().and_then(id_of));
        }
        ids.sort_unstable();
        let mut segments = VecDeque::new();
        for id in ids {
            let upto = match id.cmp(&sent.segment) {
                std::cmp::Ordering::Less => u64::MAX,
                std::cmp::Ordering::Equal => sent.offset,
                std::cmp::Ordering::Greater => 0,
            };
            let segment = Segment::scan(&path_of(folder, id), id, upto)?;
            if segment.n_left() == 0 {
                fs::remove_file(path_of(folder, id))?;
            } else {
                segments.push_back(segment);
            }
        }
        let first = segments.front().map_or(sent, |segment| Place { segment: segment.id, offset: START });
        let n_behind = segments.iter().map(Segment::n_left).sum();
        let mut queue = Self {
            folder: folder.into(),
            max_bytes,
            segments,
            writer: None,
            reader: None,
            cursor: sent.max(first),
            again_upto: taken.filter(|taken| *taken > sent),
            places,
            n_behind,
            n_in_flight: 0,
            n_damaged: 0,
            first_at: None,
            in_flight_at: None,
            is_unsafe: false,
        };
        queue.first_at = queue.peek();
        Ok(queue)
    }

    /// Its greatest size from now on.
    pub fn set_max_bytes(&mut self, max_bytes: u64) {
        self.max_bytes = max_bytes;
    }

    /// Bytes of its files.
    pub fn bytes(&self) -> u64 {
        self.segments.iter().map(|segment| segment.bytes).sum()
    }

    /// Samples that are not known to be sent.
    pub fn n_behind(&self) -> u64 {
        self.n_behind
    }

    /// Samples that nobody has taken out.
    pub fn n_waiting(&self) -> u64 {
        self.n_behind - self.n_in_flight
    }

    /// Samples that could not be read any more, because their file was damaged.
    pub fn n_damaged(&self) -> u64 {
        self.n_damaged
    }

    /// Time of the oldest samples that are not known to be sent, milliseconds since 1970.
    pub fn oldest_at(&self) -> Option<i64> {
        self.in_flight_at.or(self.first_at)
    }

    /// Time of the oldest samples that nobody has taken out, milliseconds since 1970.
    pub fn first_at(&self) -> Option<i64> {
        self.first_at
    }

    /// Puts the samples of a tick in; `labels` tells what their numbers stand for.
    ///
    /// # Errors
    /// What the system said; the samples are then not in it.
    pub fn put<'a>(
        &mut self,
        at: i64,
        samples: &[(u32, f64)],
        labels: impl Fn(u32) -> Option<&'a LabelSet>,
    ) -> io::Result<Dropped> {
        let samples: Vec<(u32, f64)> =
            samples.iter().filter(|(number, _)| labels(*number).is_some()).copied().collect();
        if samples.is_empty() {
            return Ok(Dropped::default());
        }
        let mut bytes = Vec::new();
        let named = self.writer.as_ref().map(|writer| &writer.named);
        let is_new = |number: &u32| named.is_none_or(|named| !named.contains(number));
        let new: Vec<(u32, &LabelSet)> = samples
            .iter()
            .map(|(number, _)| *number)
            .filter(is_new)
            .filter_map(|number| Some((number, labels(number)?)))
            .collect();
        for some in new.chunks(NAMES_AT_ONCE) {
            bytes.extend(record::names(some));
        }
        bytes.extend(record::samples(at, &samples));
        let dropped = self.make_room(bytes.len() as u64);
        let written = self.write(&bytes, new.iter().map(|(number, _)| *number));
        if let Err(e) = written {
            // What stands there of the record is behind the end of what is read; the next one goes into a new file.
            self.writer = None;
            return Err(e);
        }
        let n = samples.len() as u64;
        if let Some(segment) = self.segments.back_mut() {
            segment.bytes += bytes.len() as u64;
            segment.n_samples += n;
        }
        self.n_behind += n;
        self.first_at = self.first_at.or(Some(at));
        self.is_unsafe = true;
        let is_full = self.segments.back().is_some_and(|segment| segment.bytes >= self.segment_bytes());
        if is_full {
            self.end_file();
        }
        Ok(dropped)
    }

    fn segment_bytes(&self) -> u64 {
        (self.max_bytes / PARTS).clamp(SEGMENT_BYTES.0, SEGMENT_BYTES.1)
    }

    fn write(&mut self, bytes: &[u8], new: impl Iterator<Item = u32>) -> io::Result<()> {
        let writer = match &mut self.writer {
            Some(writer) => writer,
            place => {
                let last = self.segments.back().map_or(0, |segment| segment.id);
                let id = last.max(self.cursor.segment).max(self.places.newest()) + 1;
                let path = path_of(&self.folder, id);
                let mut file = File::options().append(true).create_new(true).open(&path)?;
                if let Err(e) = file.write_all(MAGIC) {
                    let _ = fs::remove_file(&path);
                    return Err(e);
                }
                self.segments.push_back(Segment { id, bytes: START, n_samples: 0, n_taken: 0 });
                place.insert(Writer { file, named: HashSet::new() })
            }
        };
        writer.file.write_all(bytes)?;
        writer.named.extend(new);
        Ok(())
    }

    /// Has the next samples go into a new file: numbers stand for other labels from here on.
    pub fn begin_file(&mut self) {
        self.end_file();
    }

    /// Has the file that is written end; the next samples go into a new one.
    fn end_file(&mut self) {
        if let Some(writer) = self.writer.take() {
            // A file that cannot be made safe now may still be read.
            let _ = writer.file.sync_data();
        }
    }

    /// Makes what was put in so far outlast a loss of power.
    ///
    /// # Errors
    /// What the system said.
    pub fn sync(&mut self) -> io::Result<()> {
        if std::mem::take(&mut self.is_unsafe)
            && self.n_behind > 0
            && let Some(writer) = &self.writer
        {
            writer.file.sync_data()?;
        }
        Ok(())
    }

    /// Drops the oldest files until there is room for so many bytes.
    fn make_room(&mut self, n_bytes: u64) -> Dropped {
        let mut dropped = Dropped::default();
        while self.bytes() + n_bytes > self.max_bytes && !self.segments.is_empty() {
            if self.segments.len() == 1 {
                self.end_file();
            }
            let Some(oldest) = self.segments.pop_front() else { break };
            dropped.n_samples += oldest.n_left();
            self.n_behind -= oldest.n_left();
            let _ = fs::remove_file(path_of(&self.folder, oldest.id));
            let next = self.segments.front().map_or(oldest.id + 1, |next| next.id);
            self.go_to(Place { segment: next, offset: START });
        }
        if dropped.n_samples > 0 {
            self.first_at = self.peek();
        }
        dropped
    }

    /// Moves on to a place that is further on.
    fn go_to(&mut self, place: Place) {
        if place > self.cursor {
            self.cursor = place;
        }
        if self.reader.as_ref().is_some_and(|reader| reader.id != self.cursor.segment) {
            self.reader = None;
        }
    }

    /// Takes the oldest samples out, so many at most, or those of one time where they are more. They stay on disk until
    /// [`Self::sent`]. Nobody takes more before that.
    ///
    /// # Errors
    /// What the system said. A damaged file is passed over.
    pub fn take(&mut self, most: usize) -> io::Result<Option<Taken>> {
        let again_upto = self.again_upto.take_if(|upto| *upto > self.cursor);
        let mut order: HashMap<*const (), usize> = HashMap::new();
        let mut batch: Batch = Vec::new();
        let mut first_at = None;
        let mut n_samples = 0;
        while let Some(end) = self.end_of_cursor() {
            let end =
                again_upto.filter(|upto| upto.segment == self.cursor.segment).map_or(end, |upto| upto.offset.min(end));
            let bound = (again_upto.is_none() && n_samples > 0).then(|| most.saturating_sub(n_samples));
            if again_upto.is_some_and(|upto| self.cursor >= upto) || bound == Some(0) {
                break;
            }
            match self.read(end, bound) {
                Ok(Some(((at, samples), offset))) => {
                    self.cursor.offset = offset;
                    first_at = first_at.or(Some(at));
                    n_samples += samples.len();
                    if let Some(segment) = self.segment_mut(self.cursor.segment) {
                        segment.n_taken += samples.len() as u64;
                    }
                    for (labels, value) in samples {
                        // One set of labels is one allocation within a file; two files hold it twice.
                        let place = *order.entry(labels.as_ptr().cast()).or_insert(batch.len());
                        match batch.get_mut(place) {
                            Some((_, all)) => all.push((at, value)),
                            None => batch.push((labels, vec![(at, value)])),
                        }
                    }
                }
                Ok(None) if bound.is_some() && self.has_more(end) => break,
                Ok(None) => {
                    if !self.next_file() {
                        break;
                    }
                }
                Err(e) => self.pass_over(&e)?,
            }
        }
        let Some(first_at) = first_at else {
            self.first_at = self.peek();
            return Ok(None);
        };
        let n_samples = n_samples as u64;
        self.n_in_flight = n_samples;
        self.in_flight_at = Some(first_at);
        self.first_at = self.peek();
        // Without this mark they are sent again under other bounds after an end by force: more is lost by not sending.
        let _ = self.places.begin(self.cursor);
        Ok(Some(Taken { batch, n_samples, first_at, is_again: again_upto.is_some(), end: self.cursor }))
    }

    /// These samples are done with.
    ///
    /// # Errors
    /// What the system said.
    pub fn sent(&mut self, taken: &Taken) -> io::Result<()> {
        self.n_behind = self.n_behind.saturating_sub(taken.n_samples);
        self.n_in_flight = 0;
        self.in_flight_at = None;
        self.places.sent(taken.end)?;
        while let Some(oldest) = self.segments.front().copied() {
            let is_written = self.writer.is_some() && self.segments.len() == 1;
            let is_done = oldest.id < taken.end.segment || (oldest.id == taken.end.segment && oldest.n_left() == 0);
            if is_written || !is_done {
                break;
            }
            self.segments.pop_front();
            self.go_to(Place { segment: oldest.id + 1, offset: START });
            fs::remove_file(path_of(&self.folder, oldest.id))?;
        }
        Ok(())
    }

    fn segment_mut(&mut self, id: u64) -> Option<&mut Segment> {
        self.segments.iter_mut().find(|segment| segment.id == id)
    }

    /// The end of what can be read of the file the cursor stands in.
    fn end_of_cursor(&mut self) -> Option<u64> {
        if self.segments.iter().all(|segment| segment.id != self.cursor.segment) {
            let next = self.segments.iter().find(|segment| segment.id > self.cursor.segment)?.id;
            self.go_to(Place { segment: next, offset: START });
        }
        self.segments.iter().find(|segment| segment.id == self.cursor.segment).map(|segment| segment.bytes)
    }

    fn next_file(&mut self) -> bool {
        let next = self.segments.iter().find(|segment| segment.id > self.cursor.segment).map(|segment| segment.id);
        if let Some(next) = next {
            self.go_to(Place { segment: next, offset: START });
        }
        next.is_some()
    }

    fn reader(&mut self) -> io::Result<&mut Reader> {
        if self.reader.as_ref().is_none_or(|reader| reader.id != self.cursor.segment) {
            self.reader = Some(Reader::open(&self.folder, self.cursor.segment, self.cursor.offset)?);
        }
        self.reader.as_mut().ok_or_else(|| io::Error::other("no file is open"))
    }

    fn read(&mut self, end: u64, most: Option<usize>) -> io::Result<Option<(Samples, u64)>> {
        self.reader()?.next(end, most)
    }

    fn has_more(&mut self, end: u64) -> bool {
        self.reader().and_then(|reader| reader.peek(end)).is_ok_and(|at| at.is_some())
    }

    /// The time of the next samples.
    fn peek(&mut self) -> Option<i64> {
        let mut end = self.end_of_cursor()?;
        loop {
            match self.reader().and_then(|reader| reader.peek(end)) {
                Ok(Some(at)) => return Some(at),
                Ok(None) => {
                    let later =
                        self.segments.iter().find(|segment| segment.id > self.cursor.segment && segment.n_left() > 0);
                    let next = later.map(|segment| segment.id)?;
                    self.go_to(Place { segment: next, offset: START });
                    end = self.end_of_cursor()?;
                }
                // It is passed over when samples are taken.
                Err(_) => return None,
            }
        }
    }

    /// Leaves the rest of a file that does not read, and counts what it held.
    fn pass_over(&mut self, why: &io::Error) -> io::Result<()> {
        self.reader = None;
        let id = self.cursor.segment;
        if self.segments.back().is_some_and(|segment| segment.id == id) {
            self.end_file();
        }
        let Some(segment) = self.segment_mut(id) else { return Err(io::Error::other(why.to_string())) };
        let n = segment.n_left();
        segment.n_taken = segment.n_samples;
        self.n_damaged += n;
        self.n_behind -= n;
        self.cursor = Place { segment: id + 1, offset: START };
        Ok(())
    }
}
