//! One file of the queue: read from some place on, with the labels that its numbers stand for.

use std::collections::HashMap;
use std::fs::File;
use std::io::{self, BufReader, Read as _, Seek as _, SeekFrom};
use std::path::{Path, PathBuf};

use super::super::LabelSet;
use super::record::{Damaged, HEAD, Head, Record};

/// Samples of one time, milliseconds since 1970.
pub type Samples = (i64, Vec<(LabelSet, f64)>);

/// What a file begins with: its kind and version.
pub const MAGIC: &[u8; 8] = b"PDRWQ\0\x01\n";
/// Where records begin.
pub const START: u64 = MAGIC.len() as u64;

/// What is known of a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Segment {
    /// Its number, growing.
    pub id: u64,
    /// Bytes of whole records, with what it begins with.
    pub bytes: u64,
    /// Samples in it.
    pub n_samples: u64,
    /// Samples that were taken out to be sent.
    pub n_taken: u64,
}

impl Segment {
    /// Samples that nobody has taken.
    pub fn n_left(&self) -> u64 {
        self.n_samples.saturating_sub(self.n_taken)
    }

    /// Looks at the heads of a file. What ends in the middle of a record, because the program died there, ends before it.
    /// `upto` is where the samples that were sent end.
    ///
    /// # Errors
    /// What the system said.
    pub fn scan(path: &Path, id: u64, upto: u64) -> io::Result<Self> {
        let file = File::open(path)?;
        let size = file.metadata()?.len();
        let mut reader = BufReader::new(file);
        let mut found = Self { id, bytes: 0, n_samples: 0, n_taken: 0 };
        let mut magic = [0; 8];
        if size < START || reader.read_exact(&mut magic).is_err() || magic != *MAGIC {
            return Ok(found);
        }
        found.bytes = START;
        let mut head = [0; HEAD];
        while size - found.bytes >= HEAD as u64 {
            reader.read_exact(&mut head)?;
            let Ok(read) = Head::read(&head) else { break };
            let end = found.bytes + (HEAD + read.len) as u64;
            if end > size {
                break;
            }
            reader.seek_relative(i64::try_from(read.len).unwrap_or(0))?;
            found.bytes = end;
            found.n_samples += u64::from(read.n_samples);
            if end <= upto {
                found.n_taken = found.n_samples;
            }
        }
        Ok(found)
    }
}

/// The name of a file.
pub fn path_of(folder: &Path, id: u64) -> PathBuf {
    folder.join(format!("{id:016x}.samples"))
}

/// The number of a file's name.
pub fn id_of(name: &str) -> Option<u64> {
    let digits = name.strip_suffix(".samples").filter(|digits| digits.len() == 16)?;
    u64::from_str_radix(digits, 16).ok()
}

/// A file being read.
#[derive(Debug)]
pub struct Reader {
    /// Which.
    pub id: u64,
    file: BufReader<File>,
    offset: u64,
    names: HashMap<u32, LabelSet>,
}

impl Reader {
    /// Opens a file and reads the labels that stand before `offset`.
    ///
    /// # Errors
    /// What the system said, or that it is damaged.
    pub fn open(folder: &Path, id: u64, offset: u64) -> io::Result<Self> {
        let mut file = BufReader::new(File::open(path_of(folder, id))?);
        file.seek(SeekFrom::Start(START))?;
        let mut reader = Self { id, file, offset: START, names: HashMap::new() };
        while reader.offset < offset {
            let head = reader.head()?;
            if head.is_samples() {
                reader.file.seek_relative(i64::try_from(head.len).unwrap_or(0))?;
                reader.offset += head.len as u64;
            } else {
                reader.body(&head)?;
            }
        }
        Ok(reader)
    }

    /// The next samples before `end`, and where they end; `None` where there are none. With `most`, none that are more.
    ///
    /// # Errors
    /// What the system said, or that it is damaged.
    pub fn next(&mut self, end: u64, most: Option<usize>) -> io::Result<Option<(Samples, u64)>> {
        while self.offset < end {
            let begin = self.offset;
            let head = self.head()?;
            if head.is_samples() && most.is_some_and(|most| head.n_samples as usize > most) {
                self.file.seek_relative(-(HEAD as i64))?;
                self.offset = begin;
                return Ok(None);
            }
            if let Some((at, samples)) = self.body(&head)? {
                return Ok(Some(((at, samples), self.offset)));
            }
        }
        Ok(None)
    }

    /// The time of the next samples before `end`.
    pub fn peek(&mut self, end: u64) -> io::Result<Option<i64>> {
        while self.offset < end {
            let head = self.head()?;
            if head.is_samples() {
                self.file.seek_relative(-(HEAD as i64))?;
                self.offset -= HEAD as u64;
                return Ok(Some(head.at));
            }
            self.body(&head)?;
        }
        Ok(None)
    }

    fn head(&mut self) -> io::Result<Head> {
        let mut head = [0; HEAD];
        self.file.read_exact(&mut head)?;
        self.offset += HEAD as u64;
        Head::read(&head).map_err(io::Error::other)
    }

    /// The samples of a record with their labels; `None` where it is of labels, which are kept.
    fn body(&mut self, head: &Head) -> io::Result<Option<Samples>> {
        let mut body = vec![0; head.len];
        self.file.read_exact(&mut body)?;
        self.offset += head.len as u64;
        match head.open(&body).map_err(io::Error::other)? {
            Record::Names(names) => {
                self.names.extend(names);
                Ok(None)
            }
            Record::Samples(at, samples) => {
                let named = samples.into_iter().map(|(number, v)| Some((self.names.get(&number)?.clone(), v)));
                let named = named.collect::<Option<_>>().ok_or_else(|| io::Error::other(Damaged))?;
                Ok(Some((at, named)))
            }
        }
    }
}
