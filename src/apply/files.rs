//! Files as an apply needs them: small steps that each happen wholly or not at all, behind a trait.

use std::ffi::OsString;
use std::fmt::Debug;
use std::io;
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

pub use super::real_files::RealFiles;

/// What stands at a path, links followed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Found {
    /// Nothing, in a folder that is there.
    Nothing {
        /// Where a file would be made: the folder's links are followed.
        path: PathBuf,
    },
    /// A file.
    File {
        /// The file itself, links followed.
        path: PathBuf,
        /// Its length in bytes.
        n_bytes: u64,
        /// Who may do what with it.
        rights: Rights,
        /// Which file it is, whatever it is called: its device and its number there, where the system has such.
        id: Option<FileId>,
        /// How many names it has: those beyond the first are hard links.
        n_names: u64,
    },
    /// A folder, a pipe or a device.
    Other,
}

/// A file, whatever it is called: its device and its number there.
pub type FileId = (u64, u64);

/// Who may do what with a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Rights {
    /// Permission bits, such as 0o640; `None` is as the system makes a new file.
    pub mode: Option<u32>,
    /// User and group by number; `None` is the user this runs as.
    pub owner: Option<(u32, u32)>,
}

impl Rights {
    /// For this user alone.
    pub const PRIVATE: Self = Self { mode: Some(0o600), owner: None };

    /// The permission bits, where they let others than the file's owner do anything.
    pub fn open_to_others(self) -> Option<u32> {
        self.mode.map(|mode| mode & 0o777).filter(|mode| mode & 0o077 != 0)
    }
}

/// What of the file that it replaces a new file has not.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct NotKept {
    /// Whether it belongs to the user this runs as instead.
    pub owner: bool,
    /// Names of extended attributes.
    pub attributes: Vec<String>,
}

/// Where the new content of a file is prepared: beside it, hidden, and under an ending that no service reads.
pub fn draft_of(path: &Path) -> PathBuf {
    let mut name = OsString::from(".");
    name.push(path.file_name().unwrap_or_default());
    name.push(".perfdesk-new");
    path.with_file_name(name)
}

/// Prepares new content beside a file, on the disk, with the extended attributes of the file. Gives what could not be
/// kept of it.
///
/// # Errors
/// What the system said; nothing is left behind.
pub fn prepare(files: &mut dyn Files, path: &Path, bytes: &[u8], rights: Rights) -> io::Result<NotKept> {
    let draft = draft_of(path);
    // What a process that died left behind goes first, and is never a link followed to some other file.
    files.remove(&draft)?;
    files.make(&draft, bytes, rights, Some(path))
}

/// Puts prepared content in the file's place, on the disk.
///
/// # Errors
/// What the system said; where it was not put in place, the draft is removed.
pub fn commit(files: &mut dyn Files, path: &Path) -> io::Result<()> {
    let draft = draft_of(path);
    if let Err(e) = files.rename(&draft, path) {
        let _ = files.remove(&draft);
        return Err(e);
    }
    files.flush_folder(folder_of(path))
}

/// Writes a file whole or not at all.
///
/// # Errors
/// What the system said.
pub fn replace(files: &mut dyn Files, path: &Path, bytes: &[u8], rights: Rights) -> io::Result<()> {
    prepare(files, path, bytes, rights)?;
    commit(files, path)
}

/// The folder a file stands in.
pub fn folder_of(path: &Path) -> &Path {
    path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."))
}

/// What the system said, in words for people.
pub fn words(error: &io::Error) -> String {
    match error.kind() {
        _ if error.get_ref().is_some() => error.to_string(),
        io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded => "the disk is full".into(),
        io::ErrorKind::ReadOnlyFilesystem => "its disk is mounted read-only".into(),
        io::ErrorKind::PermissionDenied => "this user has no permission".into(),
        io::ErrorKind::NotFound => "it is not there".into(),
        io::ErrorKind::NotADirectory => "what should be a folder on its path is a file".into(),
        io::ErrorKind::ResourceBusy => "it is in use, or mounted by itself, and cannot be replaced".into(),
        _ => error.to_string(),
    }
}

/// Files. Every call is one step: a process that dies leaves each done or not done.
pub trait Files: Debug {
    /// What stands at a path, links followed.
    ///
    /// # Errors
    /// The folder is not there, a link leads nowhere, or it may not be looked at.
    fn look(&self, path: &Path) -> io::Result<Found>;

    /// A file's bytes.
    ///
    /// # Errors
    /// It is not there, is no file, may not be read, or is larger than `max_bytes`.
    fn read(&self, path: &Path, max_bytes: u64) -> io::Result<Vec<u8>>;

    /// Whether a file at this place could be replaced or made: it and its folder may be written to.
    ///
    /// # Errors
    /// Why not.
    fn check_writable(&self, path: &Path) -> io::Result<()>;

    /// Makes a file that was not there, with these rights and the extended attributes of `like`, where that is there,
    /// flushed to the disk. Gives what of that could not be.
    ///
    /// # Errors
    /// Something stands there, or the system would not. What was begun is removed.
    fn make(&mut self, path: &Path, bytes: &[u8], rights: Rights, like: Option<&Path>) -> io::Result<NotKept>;

    /// Puts a file in the place of another, which may be there or not, in the same folder.
    ///
    /// # Errors
    /// What the system said; both are then as they were.
    fn rename(&mut self, from: &Path, to: &Path) -> io::Result<()>;

    /// Removes a file or a link; fine where there is none.
    ///
    /// # Errors
    /// What the system said.
    fn remove(&mut self, path: &Path) -> io::Result<()>;

    /// Flushes a folder to the disk, so that what was made, renamed and removed in it stays so.
    ///
    /// # Errors
    /// What the system said.
    fn flush_folder(&mut self, folder: &Path) -> io::Result<()>;

    /// Makes a folder, and those above it, for this user alone; fine where it is there.
    ///
    /// # Errors
    /// What the system said.
    fn make_folder(&mut self, folder: &Path) -> io::Result<()>;

    /// Names in a folder, sorted; none where there is no such folder.
    ///
    /// # Errors
    /// What the system said.
    fn names(&self, folder: &Path) -> io::Result<Vec<String>>;

    /// Removes a folder with everything in it; fine where there is none.
    ///
    /// # Errors
    /// What the system said.
    fn remove_folder(&mut self, folder: &Path) -> io::Result<()>;

    /// Holds this file as long as `self` lives, so that no other process can; `false` where another holds it.
    ///
    /// # Errors
    /// What the system said.
    fn hold(&mut self, path: &Path) -> io::Result<bool>;

    /// Whether somebody holds this file, this process included. Changes nothing.
    fn is_held(&self, path: &Path) -> bool;
}
