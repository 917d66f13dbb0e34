//! Where the API of a data folder's owner listens: `api.ron` beside its lock, so that a window that finds the folder in
//! use knows whom to ask. No secret is in it.

use std::fs;
use std::io;
use std::path::Path;

use serde::{Deserialize, Serialize};

use super::atomic;
use super::document::{self, Document, DocumentError};

/// What the file says.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct Announcement {
    /// Version of the file's form.
    pub version: u32,
    /// Address and port.
    pub address: String,
    /// SHA-256 of its certificate in hexadecimal, where it speaks TLS.
    pub fingerprint: Option<String>,
    /// The process.
    pub process: u32,
}

impl Document for Announcement {
    const FILE: &'static str = "api.ron";
    const VERSION: u32 = 1;
    const ABOUT: &'static str = "Where the API of the Perfdesk that owns this folder listens. Written by it.";
    fn version(&self) -> u32 {
        self.version
    }
}

impl Announcement {
    /// This process, listening here.
    pub fn of_this_process(address: &str, fingerprint: Option<&str>) -> Self {
        let fingerprint = fingerprint.map(str::to_owned);
        Self { version: Self::VERSION, address: address.to_owned(), fingerprint, process: std::process::id() }
    }

    /// Writes it into a data folder.
    ///
    /// # Errors
    /// What the system said.
    pub fn write(&self, data: &Path) -> io::Result<()> {
        let text = ron::to_string(self).map_err(|e| io::Error::other(e.to_string()))?;
        atomic::write(&data.join(Self::FILE), format!("// {}\n{text}\n", Self::ABOUT).as_bytes(), false)
    }

    /// Takes it away.
    pub fn remove(data: &Path) {
        let _ = fs::remove_file(data.join(Self::FILE));
    }

    /// Reads it; `None` where nothing listens.
    ///
    /// # Errors
    /// [`DocumentError`].
    pub fn read(data: &Path) -> Result<Option<Self>, DocumentError> {
        document::read(&data.join(Self::FILE))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_announced_is_read_until_it_is_taken_away() {
        let data = tempfile::tempdir().expect("a folder");
        assert_eq!(Announcement::read(data.path()).expect("read"), None);
        let said = Announcement::of_this_process("127.0.0.1:7373", Some("ab"));
        said.write(data.path()).expect("written");
        assert_eq!(Announcement::read(data.path()).expect("read"), Some(said));
        Announcement::remove(data.path());
        assert_eq!(Announcement::read(data.path()).expect("read"), None);
    }
}
