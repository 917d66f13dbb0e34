//! The folder of the database: one that was named, or one of the service's own that goes with it.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use super::clock::random;

/// A folder in use.
#[derive(Debug)]
pub struct Folder {
    path: PathBuf,
    is_own: bool,
}

impl Folder {
    /// Opens the named folder, which is made where it is not there, or makes one.
    ///
    /// # Errors
    /// The folder, and what the system said.
    pub fn open(named: Option<PathBuf>) -> Result<Self, (PathBuf, io::Error)> {
        let (path, is_own) = match named {
            Some(path) => (path, false),
            None => (std::env::temp_dir().join(format!("perfdesk-demo-{:016x}", random())), true),
        };
        let made = if is_own { private(&path) } else { fs::create_dir_all(&path) };
        made.map_err(|e| (path.clone(), e))?;
        Ok(Self { path, is_own })
    }

    /// Where it is.
    pub fn path(&self) -> &Path {
        &self.path
    }
}

/// Makes a folder that nobody else looks into; one that is there already is somebody else's.
#[cfg(unix)]
fn private(path: &Path) -> io::Result<()> {
    let mut builder = fs::DirBuilder::new();
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(path)
}

/// The same where a new folder has the rights of its parent, which is the user's own.
#[cfg(not(unix))]
fn private(path: &Path) -> io::Result<()> {
    fs::create_dir(path)
}

impl Drop for Folder {
    fn drop(&mut self) {
        if self.is_own {
            // What stays behind is in the system's folder for such.
            let _ = fs::remove_dir_all(&self.path);
        }
    }
}
