//! A document: one small RON file with a version that a person may edit by hand.
//!
//! A file that does not parse is left where it is and named with line and column; the caller goes on with defaults.
//! Only when the program has something new to write is the rejected file put aside, never overwritten.

use std::fs::{self, File};
use std::io::{self, Read as _};
use std::path::{Path, PathBuf};
use std::time::SystemTime;

use ron::extensions::Extensions;
use ron::ser::PrettyConfig;
use serde::{Serialize, de::DeserializeOwned};

use super::atomic;

/// Greatest size of a document; a larger file is refused unread.
const MAX_BYTES: u64 = 4 * 1024 * 1024;

/// What a kind of document is called and which version of it this program knows.
pub trait Document: Serialize + DeserializeOwned + Default + Clone + PartialEq {
    /// File name in the config folder.
    const FILE: &'static str;
    /// Newest version this program reads, and the one it writes.
    const VERSION: u32;
    /// A comment for the head of the file, one line.
    const ABOUT: &'static str;
    /// The version the document says it has.
    fn version(&self) -> u32;
    /// The same document with every number within its bounds.
    fn checked(self) -> Self {
        self
    }
    /// Whether all that it says can hold. One with more in it than that is put aside before it is written over.
    fn is_whole(&self) -> bool {
        true
    }
}

/// Why a document could not be read.
#[derive(Debug, thiserror::Error)]
pub enum DocumentError {
    /// It is not RON of the right shape.
    #[error("{} does not parse: line {line}, column {column}: {what}", .path.display())]
    Parse {
        /// The file.
        path: PathBuf,
        /// Line, from 1.
        line: usize,
        /// Column, from 1.
        column: usize,
        /// What is wrong there.
        what: String,
    },
    /// A newer program wrote it.
    #[error("{} has version {found}; this program knows versions up to {known}", .path.display())]
    Newer {
        /// The file.
        path: PathBuf,
        /// Its version.
        found: u32,
        /// The newest known.
        known: u32,
    },
    /// It is too large to be one of ours.
    #[error("{} is larger than 4 MiB and was not read", .path.display())]
    TooLarge {
        /// The file.
        path: PathBuf,
    },
    /// Something else than a file stands there.
    #[error("{} is not a file: move it away", .path.display())]
    NoFile {
        /// The folder, pipe or device.
        path: PathBuf,
    },
    /// The operating system would not give or take it.
    #[error("{}: {source}", .path.display())]
    Io {
        /// The file.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
}

/// When and how large a file was: enough to see that somebody edited it.
pub type Stamp = Option<(SystemTime, u64)>;

/// The stamp of a file; `None` where there is none.
pub fn stamp(path: &Path) -> Stamp {
    let meta = fs::metadata(path).ok()?;
    Some((meta.modified().ok()?, meta.len()))
}

/// Reads the document at `path`; `None` where there is no such file.
///
/// # Errors
/// [`DocumentError`]; the file is left as it is.
pub fn read<T: Document>(path: &Path) -> Result<Option<T>, DocumentError> {
    let io_error = |source| DocumentError::Io { path: path.into(), source };
    match fs::metadata(path) {
        Err(e) if e.kind() == io::ErrorKind::NotFound => return Ok(None),
        Err(e) => return Err(io_error(e)),
        // A pipe would keep the program waiting, and a device may never end.
        Ok(meta) if !meta.is_file() => return Err(DocumentError::NoFile { path: path.into() }),
        Ok(meta) if meta.len() > MAX_BYTES => return Err(DocumentError::TooLarge { path: path.into() }),
        Ok(_) => {}
    }
    let mut bytes = Vec::new();
    // The file may have grown since its size was asked for.
    File::open(path).and_then(|file| file.take(MAX_BYTES + 1).read_to_end(&mut bytes)).map_err(io_error)?;
    if bytes.len() as u64 > MAX_BYTES {
        return Err(DocumentError::TooLarge { path: path.into() });
    }
    let text = str::from_utf8(&bytes).map_err(|e| not_text(path, &bytes[..e.valid_up_to()]))?;
    parse(text, path).map(Some)
}

/// The refusal of a file that stops being text after `good`.
fn not_text(path: &Path, good: &[u8]) -> DocumentError {
    let good = String::from_utf8_lossy(good);
    let last = good.rsplit('\n').next().unwrap_or_default();
    DocumentError::Parse {
        path: path.into(),
        line: good.matches('\n').count() + 1,
        column: last.chars().count() + 1,
        what: "it is not text in UTF-8".into(),
    }
}

fn parse<T: Document>(text: &str, path: &Path) -> Result<T, DocumentError> {
    let options = ron::Options::default().with_default_extension(Extensions::IMPLICIT_SOME);
    let document: T = options.from_str(text).map_err(|e| DocumentError::Parse {
        path: path.into(),
        line: e.span.start.line,
        column: e.span.start.col,
        what: e.code.to_string(),
    })?;
    let found = document.version();
    if found > T::VERSION {
        return Err(DocumentError::Newer { path: path.into(), found, known: T::VERSION });
    }
    Ok(document.checked())
}

/// Spares what a person wrote and a new document would lose: a present file that does not parse is put aside, one of which
/// not all can hold is kept aside too. Gives where.
///
/// # Errors
/// [`DocumentError::Io`], or [`DocumentError::NoFile`]; what is there is then unchanged.
pub fn spare<T: Document>(path: &Path) -> Result<Option<PathBuf>, DocumentError> {
    let aside = match read::<T>(path) {
        Ok(Some(present)) if !present.is_whole() => Some(atomic::keep_aside(path)),
        Ok(_) | Err(DocumentError::Io { .. }) => None,
        Err(DocumentError::Parse { .. } | DocumentError::Newer { .. } | DocumentError::TooLarge { .. }) => {
            Some(atomic::put_aside(path))
        }
        Err(refusal @ DocumentError::NoFile { .. }) => return Err(refusal),
    };
    aside.transpose().map_err(|source| DocumentError::Io { path: path.into(), source })
}

/// Writes the document to `path`, whole or not at all. A present file that does not parse, or of which not all can hold, is
/// put aside first. Gives where it was put, if so.
///
/// # Errors
/// [`DocumentError::Io`], or [`DocumentError::NoFile`]; what is there is then unchanged.
pub fn write<T: Document>(path: &Path, document: &T) -> Result<Option<PathBuf>, DocumentError> {
    let io_error = |source| DocumentError::Io { path: path.into(), source };
    let body = ron::ser::to_string_pretty(document, PrettyConfig::default())
        .map_err(|e| io_error(io::Error::other(e.to_string())))?;
    let aside = spare::<T>(path)?;
    atomic::write(path, format!("// {}\n{body}\n", T::ABOUT).as_bytes(), true).map_err(io_error)?;
    Ok(aside)
}

impl Document for crate::model::Settings {
    const FILE: &'static str = "settings.ron";
    const VERSION: u32 = Self::VERSION;
    const ABOUT: &'static str = "Perfdesk's settings. Edit freely: the running program reads them again.";
    fn version(&self) -> u32 {
        self.version
    }
    fn checked(self) -> Self {
        self.clamped()
    }
}

impl Document for crate::model::Layouts {
    const FILE: &'static str = "layouts.ron";
    const VERSION: u32 = Self::VERSION;
    const ABOUT: &'static str = "Perfdesk's chart layouts. Edit freely: the running program reads them again.";
    fn version(&self) -> u32 {
        self.version
    }
    fn checked(mut self) -> Self {
        if self.layouts.is_empty() {
            self.layouts = Self::default().layouts;
        }
        self
    }
}

impl Document for crate::model::WindowMemory {
    const FILE: &'static str = "window.ron";
    const VERSION: u32 = Self::VERSION;
    const ABOUT: &'static str = "What Perfdesk's window remembers between runs.";
    fn version(&self) -> u32 {
        self.version
    }
    fn checked(self) -> Self {
        self.clamped()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{Layouts, Settings, WindowMemory};

    #[test]
    fn what_is_written_is_read_back() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join(Settings::FILE);
        assert!(read::<Settings>(&path).expect("no file is no error").is_none());
        let settings = Settings { interval_millis: 250, hint_dismissed: true, ..Settings::default() };
        assert!(write(&path, &settings).expect("written").is_none());
        assert_eq!(read(&path).expect("read"), Some(settings));
        let path = folder.path().join(Layouts::FILE);
        write(&path, &Layouts::default()).expect("written");
        assert_eq!(read(&path).expect("read"), Some(Layouts::default()));
        let memory = WindowMemory { position: Some((1.0, 2.0)), ..WindowMemory::default() };
        let path = folder.path().join(WindowMemory::FILE);
        write(&path, &memory).expect("written");
        assert_eq!(read(&path).expect("read"), Some(memory));
    }

    #[test]
    fn faults_name_line_and_column_and_bounds_hold() {
        for (text, expect) in [
            ("(interval_millis: 1, zoom: 9)", Ok((250, 2.0))),
            ("(interval_millis: 99999999)", Ok((10_000, 1.0))),
            ("()", Ok((1000, 1.0))),
            ("(\n  interval_millis: fast)", Err("settings.ron does not parse: line 2, column 20: ")),
            ("(version: 7)", Err("settings.ron has version 7; this program knows versions up to 1")),
        ] {
            match (parse::<Settings>(text, Path::new("settings.ron")), expect) {
                (Ok(settings), Ok(expect)) => assert_eq!((settings.interval_millis, settings.zoom), expect, "{text}"),
                (Err(e), Err(start)) => assert!(e.to_string().starts_with(start), "{e}"),
                (got, _) => unreachable!("{text}: {got:?}"),
            }
        }
    }

    #[test]
    fn a_file_that_does_not_parse_is_kept_when_new_settings_are_written() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join(Settings::FILE);
        fs::write(&path, "(broken").expect("file");
        read::<Settings>(&path).expect_err("does not parse");
        assert_eq!(fs::read_to_string(&path).expect("left as it is"), "(broken");
        let aside = write(&path, &Settings::default()).expect("written").expect("put aside");
        assert_eq!(fs::read_to_string(aside).expect("kept"), "(broken");
        assert_eq!(read(&path).expect("read"), Some(Settings::default()));
    }

    #[test]
    fn what_is_no_text_is_refused_at_its_place_and_put_aside_before_new_settings() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join(Settings::FILE);
        let bytes = b"(\n  zoom: \xff\xfe)";
        fs::write(&path, bytes).expect("file");
        let refusal = read::<Settings>(&path).expect_err("no text").to_string();
        assert!(refusal.ends_with("line 2, column 9: it is not text in UTF-8"), "{refusal}");
        let aside = write(&path, &Settings::default()).expect("written").expect("put aside");
        write(&path, &Settings { zoom: 1.5, ..Settings::default() }).expect("written again");
        assert_eq!(fs::read(aside).expect("kept"), bytes);
    }

    #[test]
    fn what_is_no_file_is_neither_read_nor_replaced() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join(Settings::FILE);
        fs::create_dir(&path).expect("a folder in the file's place");
        assert!(matches!(read::<Settings>(&path), Err(DocumentError::NoFile { .. })));
        assert!(matches!(write(&path, &Settings::default()), Err(DocumentError::NoFile { .. })));
        assert!(path.is_dir());
        #[cfg(unix)]
        {
            // Without an end, and a pipe nobody writes to would never even begin.
            let endless = folder.path().join("endless.ron");
            std::os::unix::fs::symlink("/dev/zero", &endless).expect("a link");
            assert!(matches!(read::<Settings>(&endless), Err(DocumentError::NoFile { .. })));
        }
    }

    #[test]
    fn a_window_that_no_screen_could_hold_is_brought_within_bounds() {
        for (text, size) in [
            ("(size: (1e30, 1))", (16_384.0, 200.0)),
            ("(size: (NaN, inf))", (1440.0, 900.0)),
            ("(size: (-5, 700))", (200.0, 700.0)),
        ] {
            assert_eq!(parse::<WindowMemory>(text, Path::new("window.ron")).expect(text).size, size, "{text}");
        }
        let memory: WindowMemory = parse("(position: Some((inf, 0)))", Path::new("window.ron")).expect("reads");
        assert_eq!(memory.position, None);
    }
}
