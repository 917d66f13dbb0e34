//! A file that is written piece by piece and appears whole or not at all. What is small enough to hold in memory is
//! written by [`super::atomic`] instead.
//!
//! Until it is finished its bytes stand beside its place as `NAME.part`; a file that is dropped unfinished goes away,
//! and what stood at its place before is as it was.

use std::fs::{self, File};
use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};

use super::atomic::{beside, sync_folder};

/// Bytes gathered before they are given to the system.
const BUFFER: usize = 256 * 1024;

/// A file under way.
#[derive(Debug)]
pub struct PartFile {
    path: PathBuf,
    /// Its temporary name; `None` for devices and pipes.
    part: Option<PathBuf>,
    /// `None` once it is finished.
    out: Option<BufWriter<File>>,
    n_bytes: u64,
}

impl PartFile {
    /// Begins the file that is to stand at `path`; its folder is made if it is missing. What a run that was cut short
    /// left under the temporary name goes.
    ///
    /// # Errors
    /// What the operating system said; a folder at `path` is an error.
    pub fn create(path: &Path) -> io::Result<Self> {
        let present = match fs::metadata(path) {
            Ok(present) if present.is_dir() => return Err(io::ErrorKind::IsADirectory.into()),
            Ok(present) if !present.is_file() => {
                return Ok(Self::over(path.into(), None, File::options().write(true).open(path)?));
            }
            Ok(present) => Some(present),
            Err(_) => None,
        };
        let path = fs::canonicalize(path).unwrap_or_else(|_| path.to_owned());
        if let Some(folder) = path.parent().filter(|p| !p.as_os_str().is_empty()) {
            fs::create_dir_all(folder)?;
        }
        let part = beside(&path, ".part");
        if let Err(e) = fs::remove_file(&part)
            && e.kind() != io::ErrorKind::NotFound
        {
            return Err(e);
        }
        // Never a link that leads to some other file.
        let file = File::options().write(true).create_new(true).open(&part)?;
        let begun = Self::over(path, Some(part), file);
        if let (Some(present), Some(out)) = (present, &begun.out) {
            out.get_ref().set_permissions(present.permissions())?;
        }
        Ok(begun)
    }

    fn over(path: PathBuf, part: Option<PathBuf>, file: File) -> Self {
        Self { path, part, out: Some(BufWriter::with_capacity(BUFFER, file)), n_bytes: 0 }
    }

    /// Bytes written so far.
    pub fn n_bytes(&self) -> u64 {
        self.n_bytes
    }

    /// Puts the file in its place, safe on the disk; gives its size in bytes.
    ///
    /// # Errors
    /// What the operating system said; nothing is then left of it.
    pub fn finish(mut self) -> io::Result<u64> {
        let Some(mut out) = self.out.take() else { return Ok(self.n_bytes) };
        let Some(part) = self.part.take() else {
            out.flush()?;
            return Ok(self.n_bytes);
        };
        let outcome = (|| {
            out.flush()?;
            out.get_ref().sync_all()?;
            fs::rename(&part, &self.path)
        })();
        if outcome.is_err() {
            // What could not be written is not tried again.
            let _ = out.into_parts();
            let _ = fs::remove_file(&part);
        }
        outcome?;
        let folder = self.path.parent().filter(|p| !p.as_os_str().is_empty()).unwrap_or(Path::new("."));
        sync_folder(folder)?;
        Ok(self.n_bytes)
    }
}

impl Write for PartFile {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let Some(out) = &mut self.out else { return Err(io::ErrorKind::WriteZero.into()) };
        let n = out.write(bytes)?;
        self.n_bytes += n as u64;
        Ok(n)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.out.as_mut().map_or(Ok(()), Write::flush)
    }
}

impl Drop for PartFile {
    fn drop(&mut self) {
        if let Some(out) = self.out.take() {
            // Nothing of it is to stay, so neither is what waits to be written.
            let _ = out.into_parts();
        }
        if let Some(part) = &self.part {
            let _ = fs::remove_file(part);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(folder: &Path) -> Vec<String> {
        let mut names: Vec<String> = fs::read_dir(folder)
            .expect("read")
            .map(|entry| entry.expect("an entry").file_name().to_string_lossy().into_owned())
            .collect();
        names.sort();
        names
    }

    #[test]
    fn a_finished_file_replaces_the_one_before_and_nothing_else_stays() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("deep/out.csv");
        for text in ["first", "second"] {
            let mut file = PartFile::create(&path).expect("begun");
            file.write_all(text.as_bytes()).expect("written");
            assert_eq!(file.finish().expect("finished"), text.len() as u64);
            assert_eq!(fs::read_to_string(&path).expect("read"), text);
        }
        assert_eq!(names(&folder.path().join("deep")), ["out.csv"]);
    }

    #[test]
    fn a_file_that_is_given_up_leaves_what_was_there() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("out.csv");
        fs::write(&path, "before").expect("written");
        fs::write(folder.path().join("out.csv.part"), "of a run that was cut short").expect("written");
        let mut file = PartFile::create(&path).expect("begun");
        file.write_all(&[b'x'; 3 * BUFFER]).expect("written");
        drop(file);
        assert_eq!(
            (names(folder.path()), fs::read_to_string(&path).expect("read")),
            (vec!["out.csv".into()], "before".into())
        );
        assert!(PartFile::create(folder.path()).is_err(), "a folder is not replaced");
    }

    #[cfg(unix)]
    #[test]
    fn a_device_stays_a_device_and_a_link_a_link() {
        use std::os::unix::fs::{FileTypeExt as _, symlink};

        let mut file = PartFile::create(Path::new("/dev/null")).expect("begun");
        file.write_all(b"gone").expect("written");
        assert_eq!(file.finish().expect("finished"), 4);
        assert!(fs::metadata("/dev/null").expect("there").file_type().is_char_device());

        let folder = tempfile::tempdir().expect("a folder");
        let (link, target) = (folder.path().join("link.csv"), folder.path().join("file.csv"));
        fs::write(&target, "before").expect("written");
        symlink(&target, &link).expect("a link");
        let mut file = PartFile::create(&link).expect("begun");
        file.write_all(b"after").expect("written");
        file.finish().expect("finished");
        assert_eq!(fs::read_to_string(&target).expect("read"), "after");
        assert_eq!(names(folder.path()), ["file.csv", "link.csv"]);
    }
}
