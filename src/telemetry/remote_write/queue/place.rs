//! Places in a queue, and the file that keeps them: up to where samples were sent, and up to where they were taken out.
//!
//! The second lets a program that was ended by force send the very same samples again, which a server that had them knows.

use std::fs::File;
use std::io::{self, Read as _, Seek as _, SeekFrom, Write as _};
use std::path::Path;

/// Name of the file.
const FILE: &str = "place";
const LEN: usize = 36;

/// A place between two records.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default)]
pub struct Place {
    /// Number of the file.
    pub segment: u64,
    /// Bytes from its beginning.
    pub offset: u64,
}

/// The file of places.
#[derive(Debug)]
pub struct Places {
    file: File,
    sent: Place,
    taken: Place,
}

impl Places {
    /// Opens the file of a folder; gives up to where samples were sent, and up to where they were taken out after that.
    /// A file that does not read counts as none: samples are sent again rather than lost.
    ///
    /// # Errors
    /// What the system said.
    pub fn open(folder: &Path) -> io::Result<(Self, Place, Option<Place>)> {
        let mut file = File::options().create(true).truncate(false).read(true).write(true).open(folder.join(FILE))?;
        let mut bytes = [0; LEN];
        let is_read = file.read_exact(&mut bytes).is_ok();
        let word = |i: usize| u64::from_le_bytes(std::array::from_fn(|j| bytes[8 * i + j]));
        let crc = u32::from_le_bytes(std::array::from_fn(|j| bytes[32 + j]));
        let (sent, taken) = if is_read && crc32fast::hash(&bytes[..32]) == crc {
            (Place { segment: word(0), offset: word(1) }, Place { segment: word(2), offset: word(3) })
        } else {
            (Place::default(), Place::default())
        };
        Ok((Self { file, sent, taken }, sent, (taken > sent).then_some(taken)))
    }

    /// The newest file that was ever spoken of.
    pub fn newest(&self) -> u64 {
        self.sent.segment.max(self.taken.segment)
    }

    /// Samples up to here were taken out.
    ///
    /// # Errors
    /// What the system said.
    pub fn begin(&mut self, taken: Place) -> io::Result<()> {
        self.taken = taken;
        self.write()
    }

    /// Samples up to here are done with.
    ///
    /// # Errors
    /// What the system said.
    pub fn sent(&mut self, sent: Place) -> io::Result<()> {
        self.sent = self.sent.max(sent);
        self.write()
    }

    fn write(&mut self) -> io::Result<()> {
        let mut bytes = [0; LEN];
        let words = [self.sent.segment, self.sent.offset, self.taken.segment, self.taken.offset];
        for (part, word) in bytes.chunks_mut(8).zip(words) {
            part.copy_from_slice(&word.to_le_bytes());
        }
        let crc = crc32fast::hash(&bytes[..32]);
        bytes[32..].copy_from_slice(&crc.to_le_bytes());
        self.file.seek(SeekFrom::Start(0))?;
        self.file.write_all(&bytes)
    }
}
