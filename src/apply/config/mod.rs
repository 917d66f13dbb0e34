//! The person's documents of tuning in the config folder, as texts: read with bounds, written whole, one copy kept.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::time::SystemTime;

use super::files::{Files as _, Found, RealFiles, Rights, folder_of, replace, words};

/// Greatest size of a document, in bytes; a larger file is refused unread.
pub const MAX_BYTES: u64 = 1024 * 1024;
/// Most profiles that are read.
pub const MAX_PROFILES: usize = 200;

/// Which document.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum DocumentId {
    /// A profile, `profiles/NAME.ron`.
    Profile(String),
    /// The machine's own layer, `local.ron`.
    Local,
    /// The person's own parameters, `catalogue.ron`.
    Catalogue,
    /// `bindings.ron`.
    Bindings,
    /// The rules that tell the environment, `environments.ron`.
    Rules,
}

/// When and how large a file was: enough to see that somebody edited it. `None` where there is none.
pub type Stamp = Option<(SystemTime, u64)>;

/// A document as it stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Document {
    /// Which.
    pub id: DocumentId,
    /// Its text.
    pub text: String,
    /// When it was read.
    pub stamp: Stamp,
}

/// Why a document is not read or written.
#[derive(Debug, thiserror::Error)]
pub enum ConfigError {
    /// A folder, a pipe or a device stands there.
    #[error("not a file but a folder, a pipe or a device: move it away: {}", .path.display())]
    NoFile {
        /// The path.
        path: PathBuf,
    },
    /// It is too large to be one of ours.
    #[error("larger than 1 MiB, which no document of Perfdesk is: {}", .path.display())]
    TooLarge {
        /// The file.
        path: PathBuf,
    },
    /// It is not text.
    #[error("not text in UTF-8 from line {line}, column {column}: {}", .path.display())]
    NotText {
        /// The file.
        path: PathBuf,
        /// Line, from 1.
        line: usize,
        /// Column, from 1, in characters.
        column: usize,
    },
    /// There are too many profiles.
    #[error("only the first 200 profiles were read: {}", .folder.display())]
    TooMany {
        /// The folder.
        folder: PathBuf,
    },
    /// The name cannot be a file's.
    #[error("a profile's name is 1 to 64 letters, digits, \"-\" and \"_\"; this is not: {name}")]
    Name {
        /// The name.
        name: String,
    },
    /// Somebody else changed it since it was read.
    #[error("changed by someone else since it was read, so it was not written: {}", .path.display())]
    ChangedSince {
        /// The file.
        path: PathBuf,
    },
    /// The operating system would not give or take it.
    #[error("{}: {}", words(.source), .path.display())]
    Io {
        /// The file.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
}

/// Every document there is, and every one that cannot be read.
#[derive(Debug, Default)]
pub struct Documents {
    /// Profiles by name, then the rest.
    pub documents: Vec<Document>,
    /// What was not read.
    pub errors: Vec<ConfigError>,
}

impl Documents {
    /// The document, where there is one.
    pub fn get(&self, id: &DocumentId) -> Option<&Document> {
        self.documents.iter().find(|document| document.id == *id)
    }
}

/// Where a document stands.
pub fn path_of(config: &Path, id: &DocumentId) -> PathBuf {
    match id {
        DocumentId::Profile(name) => config.join("profiles").join(format!("{name}.ron")),
        DocumentId::Local => config.join("local.ron"),
        DocumentId::Catalogue => config.join("catalogue.ron"),
        DocumentId::Bindings => config.join("bindings.ron"),
        DocumentId::Rules => config.join("environments.ron"),
    }
}

/// Reads every document there is. What cannot be read is told, and left as it is.
pub fn load(config: &Path) -> Documents {
    let mut found = Documents::default();
    let (ids, errors) = present(config);
    found.errors = errors;
    for id in ids {
        match read(&path_of(config, &id)) {
            Ok(Some((text, stamp))) => found.documents.push(Document { id, text, stamp }),
            Ok(None) => {}
            Err(e) => found.errors.push(e),
        }
    }
    found
}

/// The stamps of all documents there are now, in the order of [`load`]; to be compared with those of the last time.
pub fn stamps(config: &Path) -> Vec<(DocumentId, Stamp)> {
    let stamp = |id: DocumentId| stamp_of(&path_of(config, &id)).map(|stamp| (id, Some(stamp)));
    present(config).0.into_iter().filter_map(stamp).collect()
}

/// Writes a document whole or not at all; the one before stays beside it as `NAME.ron.bak`. With `read_at` it is
/// refused where somebody changed the file since. Gives its new stamp.
///
/// # Errors
/// [`ConfigError`]; the file is then as it was.
pub fn save(config: &Path, id: &DocumentId, text: &str, read_at: Option<Stamp>) -> Result<Stamp, ConfigError> {
    let path = checked_path(config, id)?;
    if text.len() as u64 > MAX_BYTES {
        return Err(ConfigError::TooLarge { path });
    }
    if read_at.is_some_and(|read_at| read_at != stamp_of(&path)) {
        return Err(ConfigError::ChangedSince { path });
    }
    let mut files = RealFiles::default();
    let io_error = |source| ConfigError::Io { path: path.clone(), source };
    files.make_folder(folder_of(&path)).map_err(io_error)?;
    let (file, rights) = match files.look(&path).map_err(io_error)? {
        Found::Other => return Err(ConfigError::NoFile { path }),
        Found::Nothing { path } => (path, Rights::default()),
        Found::File { path: file, rights, n_bytes, .. } => {
            // What is too large to be one of ours is not copied either.
            let before = files.read(&file, n_bytes.min(MAX_BYTES)).map_err(io_error)?;
            replace(&mut files, &backup_of(&path), &before, rights).map_err(io_error)?;
            (file, rights)
        }
    };
    replace(&mut files, &file, text.as_bytes(), rights).map_err(io_error)?;
    Ok(stamp_of(&path))
}

/// Takes a document away; its text stays beside it as `NAME.ron.bak`. Fine where there is none.
///
/// # Errors
/// [`ConfigError`]; the file is then as it was.
pub fn remove(config: &Path, id: &DocumentId) -> Result<(), ConfigError> {
    let path = checked_path(config, id)?;
    match fs::metadata(&path) {
        Err(e) if e.kind() == io::ErrorKind::NotFound => return Ok(()),
        Ok(meta) if !meta.is_file() => return Err(ConfigError::NoFile { path }),
        _ => {}
    }
    let mut files = RealFiles::default();
    let moved = files.rename(&path, &backup_of(&path)).and_then(|()| files.flush_folder(folder_of(&path)));
    moved.map_err(|source| ConfigError::Io { path, source })
}

/// Where the text before the last change of a document stands.
pub fn backup_of(path: &Path) -> PathBuf {
    path.with_added_extension("bak")
}

/// Documents that are there by name, and what in the folder of profiles is none.
fn present(config: &Path) -> (Vec<DocumentId>, Vec<ConfigError>) {
    let (mut ids, mut errors) = (Vec::new(), Vec::new());
    let folder = config.join("profiles");
    match RealFiles::default().names(&folder) {
        Ok(names) => {
            for name in names.iter().filter_map(|name| name.strip_suffix(".ron")).filter(|name| !name.starts_with('.'))
            {
                match is_name(name) {
                    true => ids.push(DocumentId::Profile(name.to_owned())),
                    false => errors.push(ConfigError::Name { name: name.to_owned() }),
                }
            }
        }
        Err(source) => errors.push(ConfigError::Io { path: folder.clone(), source }),
    }
    if ids.len() > MAX_PROFILES {
        ids.truncate(MAX_PROFILES);
        errors.push(ConfigError::TooMany { folder });
    }
    ids.extend([DocumentId::Local, DocumentId::Catalogue, DocumentId::Bindings, DocumentId::Rules]);
    (ids, errors)
}

fn checked_path(config: &Path, id: &DocumentId) -> Result<PathBuf, ConfigError> {
    match id {
        DocumentId::Profile(name) if !is_name(name) => Err(ConfigError::Name { name: name.clone() }),
        id => Ok(path_of(config, id)),
    }
}

/// Whether a name can be a file's everywhere and leads nowhere else.
fn is_name(name: &str) -> bool {
    (1..=64).contains(&name.len()) && name.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_'))
}

fn stamp_of(path: &Path) -> Stamp {
    let meta = fs::metadata(path).ok()?;
    Some((meta.modified().ok()?, meta.len()))
}

/// The text of a document and its stamp; `None` where there is no such file.
fn read(path: &Path) -> Result<Option<(String, Stamp)>, ConfigError> {
    let io_error = |source| ConfigError::Io { path: path.into(), source };
    // Before the reading: what is written meanwhile is then seen as a change.
    let stamp = stamp_of(path);
    match fs::metadata(path) {
        Err(e) if e.kind() == io::ErrorKind::NotFound => return Ok(None),
        Err(e) => return Err(io_error(e)),
        Ok(meta) if !meta.is_file() => return Err(ConfigError::NoFile { path: path.into() }),
        Ok(_) => {}
    }
    let bytes = match RealFiles::default().read(path, MAX_BYTES) {
        Err(e) if e.kind() == io::ErrorKind::FileTooLarge => return Err(ConfigError::TooLarge { path: path.into() }),
        bytes => bytes.map_err(io_error)?,
    };
    let text = String::from_utf8(bytes).map_err(|e| {
        let good = String::from_utf8_lossy(&e.as_bytes()[..e.utf8_error().valid_up_to()]).into_owned();
        let last = good.rsplit('\n').next().unwrap_or_default();
        let (line, column) = (good.matches('\n').count() + 1, last.chars().count() + 1);
        ConfigError::NotText { path: path.into(), line, column }
    })?;
    Ok(Some((text, stamp)))
}

#[cfg(test)]
mod tests;
