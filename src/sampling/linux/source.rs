//! A file of the kernel that is read again and again: kept open, read from its start, into a buffer that is kept.

use std::fs::File;
use std::io::{self, ErrorKind};
use std::os::unix::fs::FileExt;
use std::path::{Path, PathBuf};

use crate::sampling::ProbeError;

/// What a buffer holds at first; it grows to what the longest file needs.
const FIRST_SIZE: usize = 4096;
/// No file of the kernel that is read here comes near this; a longer one is cut.
const GREATEST_SIZE: usize = 16 << 20;

/// One file.
#[derive(Debug)]
pub struct Source {
    path: PathBuf,
    file: Option<File>,
}

impl Source {
    /// A file by its path; it is opened at the first reading.
    pub fn new(path: impl Into<PathBuf>) -> Self {
        Self { path: path.into(), file: None }
    }

    /// Its path.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Reads the file from its start; gives what it holds now. After an error it is opened anew at the next reading.
    pub fn read<'b>(&mut self, buffer: &'b mut Vec<u8>) -> io::Result<&'b [u8]> {
        if buffer.is_empty() {
            buffer.resize(FIRST_SIZE, 0);
        }
        let file = match self.file.take() {
            Some(file) => file,
            None => File::open(&self.path)?,
        };
        let mut n = 0;
        loop {
            match file.read_at(&mut buffer[n..], n as u64) {
                Ok(0) => break,
                Ok(more) => n += more,
                Err(error) if error.kind() == ErrorKind::Interrupted => {}
                Err(error) => return Err(error),
            }
            if n == buffer.len() {
                if n >= GREATEST_SIZE {
                    break;
                }
                buffer.resize(n * 2, 0);
            }
        }
        self.file = Some(file);
        Ok(&buffer[..n])
    }

    /// Reads the file, with a refusal in words.
    ///
    /// # Errors
    /// [`refused`] says which.
    pub fn read_or_refuse<'b>(&mut self, buffer: &'b mut Vec<u8>) -> Result<&'b [u8], ProbeError> {
        self.read(buffer).map_err(|error| refused(&self.path, &error))
    }
}

/// A reading that failed, in words: what is not there is unsupported, all else has failed.
pub fn refused(path: &Path, error: &io::Error) -> ProbeError {
    let path = path.display();
    match error.kind() {
        ErrorKind::NotFound => ProbeError::unsupported(format!("This kernel has no {path}")),
        ErrorKind::PermissionDenied => ProbeError::unsupported(format!("Reading needs more rights: {path}")),
        _ => ProbeError::failed(format!("Cannot read: {error}: {path}")),
    }
}

/// Reads a small file once; `None` where it cannot be read.
pub fn read_once(path: &Path) -> Option<Vec<u8>> {
    let mut bytes = std::fs::read(path).ok()?;
    while bytes.last().is_some_and(u8::is_ascii_whitespace) {
        bytes.pop();
    }
    Some(bytes)
}

/// The names in a folder, sorted, digits by their number so that `hwmon2` comes before `hwmon10`; none where the
/// folder cannot be read.
pub fn names_in(folder: &Path) -> Vec<String> {
    let mut names: Vec<String> = std::fs::read_dir(folder)
        .into_iter()
        .flatten()
        .filter_map(|entry| entry.ok()?.file_name().into_string().ok())
        .collect();
    names.sort_by(|a, b| {
        let key = |name: &str| {
            let digits = name.trim_end_matches(|c: char| c.is_ascii_digit()).len();
            (name[..digits].to_owned(), name[digits..].parse::<u64>().unwrap_or(0))
        };
        key(a).cmp(&key(b))
    });
    names
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_is_read_anew_each_time_and_may_be_longer_than_the_buffer() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("stat");
        let (mut source, mut buffer) = (Source::new(&path), Vec::new());
        assert_eq!(source.read(&mut buffer).expect_err("absent").kind(), ErrorKind::NotFound);
        for length in [10, 20_000, 3] {
            std::fs::write(&path, vec![b'x'; length]).expect("write");
            assert_eq!(source.read(&mut buffer).expect("read").len(), length);
        }
    }

    #[test]
    fn what_is_absent_is_unsupported_and_what_breaks_has_failed() {
        let path = Path::new("/proc/x");
        for (kind, expect) in [
            (ErrorKind::NotFound, ProbeError::unsupported("This kernel has no /proc/x")),
            (ErrorKind::PermissionDenied, ProbeError::unsupported("Reading needs more rights: /proc/x")),
            (ErrorKind::TimedOut, ProbeError::failed("Cannot read: timed out: /proc/x")),
        ] {
            assert_eq!(refused(path, &io::Error::from(kind)), expect);
        }
    }

    #[test]
    fn names_are_sorted_by_their_numbers() {
        let folder = tempfile::tempdir().expect("a folder");
        for name in ["hwmon10", "hwmon2", "a"] {
            std::fs::write(folder.path().join(name), "").expect("write");
        }
        assert_eq!(names_in(folder.path()), ["a", "hwmon2", "hwmon10"]);
    }
}
