//! A document: one small RON file with a version that a person may edit by hand.
//!
//! A file that does not parse is left where it is and named with line and column; the caller goes on with defaults.
//! Only when the program has something new to write is the rejected file put aside, never overwritten.

use std::fs;
use std::io;
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
        Ok(meta) if meta.len() > MAX_BYTES => return Err(DocumentError::TooLarge { path: path.into() }),
        Ok(_) => {}
    }
    let text = fs::read_to_string(path).map_err(io_error)?;
    parse(&text, path).map(Some)
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

/// Writes the document to `path`, whole or not at all. A present file that does not parse is put aside first.
/// Gives where it was put, if so.
///
/// # Errors
/// [`DocumentError::Io`]; the file is then unchanged.
pub fn write<T: Document>(path: &Path, document: &T) -> Result<Option<PathBuf>, DocumentError> {
    let io_error = |source| DocumentError::Io { path: path.into(), source };
    let body = ron::ser::to_string_pretty(document, PrettyConfig::default())
        .map_err(|e| io_error(io::Error::other(e.to_string())))?;
    let is_rejected = matches!(
        read::<T>(path),
        Err(DocumentError::Parse { .. } | DocumentError::Newer { .. } | DocumentError::TooLarge { .. })
    );
    let aside = if is_rejected { Some(atomic::put_aside(path).map_err(io_error)?) } else { None };
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
}
