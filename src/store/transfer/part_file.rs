//! A file that is there whole or not at all: written as `NAME.part` in the same folder, flushed to the disk, then renamed.
//!
//! What is neither a file nor absent, such as `/dev/stdout`, is written to as it stands.

use std::ffi::OsString;
use std::fs::{self, File};
use std::io::{self, Write};
use std::path::{Path, PathBuf};

/// A file under way. Unless it is finished it leaves nothing behind.
#[derive(Debug)]
pub struct PartFile {
    file: File,
    /// Where it is written and what it is to be called; `None` for devices and pipes.
    names: Option<(PathBuf, PathBuf)>,
}

impl PartFile {
    /// Begins to write a file. An older one of that name stays until [`Self::finish`]; where a link stands, the file it
    /// leads to is replaced.
    ///
    /// # Errors
    /// What the operating system said.
    pub fn create(path: &Path) -> io::Result<Self> {
        let present = match fs::metadata(path) {
            Ok(present) if present.is_dir() => return Err(io::ErrorKind::IsADirectory.into()),
            Ok(present) if !present.is_file() => {
                return Ok(Self { file: File::options().write(true).open(path)?, names: None });
            }
            Ok(present) => Some(present),
            Err(_) => None,
        };
        let whole = fs::canonicalize(path).unwrap_or_else(|_| path.to_owned());
        let mut name = whole.file_name().map(OsString::from).ok_or(io::ErrorKind::IsADirectory)?;
        name.push(".part");
        let part = whole.with_file_name(name);
        // What a write that was cut short left behind goes first, and never is a link followed to some other file.
        match fs::remove_file(&part) {
            Err(e) if e.kind() != io::ErrorKind::NotFound => return Err(e),
            _ => {}
        }
        let file = File::options().write(true).create_new(true).open(&part)?;
        if let Some(present) = present {
            file.set_permissions(present.permissions())?;
        }
        Ok(Self { file, names: Some((part, whole)) })
    }

    /// The file is whole: it takes its name.
    ///
    /// # Errors
    /// What the operating system said; nothing of the file is left then, and an older one stays.
    pub fn finish(mut self) -> io::Result<()> {
        if let Some((part, whole)) = &self.names {
            self.file.sync_all()?;
            fs::rename(part, whole)?;
            self.names = None;
        }
        Ok(())
    }
}

impl Write for PartFile {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.file.write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.file.flush()
    }
}

impl Drop for PartFile {
    fn drop(&mut self) {
        if let Some((part, _)) = &self.names {
            let _ = fs::remove_file(part);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(folder: &Path) -> Vec<String> {
        let mut names: Vec<String> = fs::read_dir(folder)
            .expect("a folder")
            .map(|entry| entry.expect("an entry").file_name().into_string().expect("text"))
            .collect();
        names.sort();
        names
    }

    #[test]
    fn the_older_file_stays_until_the_newer_is_whole() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("a.csv");
        fs::write(&path, "old").expect("a file");
        let mut part = PartFile::create(&path).expect("begun");
        part.write_all(b"new").expect("written");
        assert_eq!(fs::read_to_string(&path).expect("read"), "old");
        assert_eq!(names(folder.path()), ["a.csv", "a.csv.part"]);
        part.finish().expect("whole");
        assert_eq!(fs::read_to_string(&path).expect("read"), "new");
        assert_eq!(names(folder.path()), ["a.csv"]);
    }

    #[test]
    fn what_is_not_finished_leaves_nothing() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("a.csv");
        fs::write(folder.path().join("a.csv.part"), "left by a crash").expect("a file");
        let mut part = PartFile::create(&path).expect("begun");
        part.write_all(b"new").expect("written");
        drop(part);
        assert!(names(folder.path()).is_empty());
        let refused = PartFile::create(folder.path()).expect_err("a folder");
        assert_eq!(refused.kind(), io::ErrorKind::IsADirectory);
        let refused = PartFile::create(&folder.path().join("none/a.csv")).expect_err("no folder");
        assert_eq!(refused.kind(), io::ErrorKind::NotFound);
    }

    #[cfg(unix)]
    #[test]
    fn a_device_is_written_to_and_stays_a_device() {
        use std::os::unix::fs::FileTypeExt as _;

        let mut part = PartFile::create(Path::new("/dev/null")).expect("begun");
        part.write_all(b"gone").expect("written");
        part.finish().expect("done");
        assert!(fs::metadata("/dev/null").expect("there").file_type().is_char_device());
    }
}
