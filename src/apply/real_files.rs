//! The files of this machine.

use std::fs::{self, File, Metadata, OpenOptions, TryLockError};
use std::io::{self, Read as _, Write as _};
use std::path::Path;
use std::time::Duration;

use super::attributes;
use super::files::{FileId, Files, Found, NotKept, Rights, folder_of};

/// The files of this machine, and the locks held on some of them.
#[derive(Debug, Default)]
pub struct RealFiles {
    held: Vec<File>,
}

impl Files for RealFiles {
    fn look(&self, path: &Path) -> io::Result<Found> {
        match fs::canonicalize(path) {
            Ok(path) => {
                let meta = fs::metadata(&path)?;
                Ok(if meta.is_file() {
                    let (id, n_names) = names_of(&meta);
                    Found::File { rights: rights_of(&meta), n_bytes: meta.len(), path, id, n_names }
                } else {
                    Found::Other
                })
            }
            Err(e) if e.kind() == io::ErrorKind::NotFound => nothing_at(path),
            Err(e) => Err(e),
        }
    }

    fn read(&self, path: &Path, max_bytes: u64) -> io::Result<Vec<u8>> {
        // Opening a pipe would wait for a writer, so it is looked at first.
        if !fs::metadata(path)?.is_file() {
            return Err(io::Error::other("not a file but a folder, a pipe or a device"));
        }
        let mut bytes = Vec::new();
        File::open(path)?.take(max_bytes.saturating_add(1)).read_to_end(&mut bytes)?;
        if bytes.len() as u64 > max_bytes {
            return Err(io::Error::new(io::ErrorKind::FileTooLarge, format!("larger than {max_bytes} bytes")));
        }
        Ok(bytes)
    }

    fn check_writable(&self, path: &Path) -> io::Result<()> {
        let refused = |why: &str| Err(io::Error::new(io::ErrorKind::PermissionDenied, why.to_owned()));
        match fs::metadata(path) {
            // Replacing a file needs no right on the file itself, but who marked it read-only meant it.
            Ok(meta) if meta.permissions().readonly() => {
                return refused("it is read-only: allow writing to it, then plan again");
            }
            Ok(_) if !may_write(path) => return refused("this user may not write to it"),
            Err(e) if e.kind() != io::ErrorKind::NotFound => return Err(e),
            _ => {}
        }
        let folder = folder_of(path);
        if fs::metadata(folder)?.is_dir() && may_write(folder) {
            return Ok(());
        }
        refused("this user may not write to its folder, which replacing a file whole needs")
    }

    fn make(&mut self, path: &Path, bytes: &[u8], rights: Rights, like: Option<&Path>) -> io::Result<NotKept> {
        let mut file = create(path, rights)?;
        let outcome = file
            .write_all(bytes)
            .and_then(|()| give(&file, rights, like))
            .and_then(|not_kept| file.sync_all().map(|()| not_kept));
        if outcome.is_err() {
            drop(file);
            let _ = fs::remove_file(path);
        }
        outcome
    }

    fn rename(&mut self, from: &Path, to: &Path) -> io::Result<()> {
        fs::rename(from, to)
    }

    fn remove(&mut self, path: &Path) -> io::Result<()> {
        fine_if_gone(fs::remove_file(path))
    }

    fn flush_folder(&mut self, folder: &Path) -> io::Result<()> {
        sync_folder(folder)
    }

    fn make_folder(&mut self, folder: &Path) -> io::Result<()> {
        let mut builder = fs::DirBuilder::new();
        builder.recursive(true);
        #[cfg(unix)]
        std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
        builder.create(folder)
    }

    fn names(&self, folder: &Path) -> io::Result<Vec<String>> {
        let entries = match fs::read_dir(folder) {
            Err(e) if e.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
            entries => entries?,
        };
        let mut names = Vec::new();
        for entry in entries {
            // A name that is not text is none of ours.
            names.extend(entry?.file_name().into_string());
        }
        names.sort_unstable();
        Ok(names)
    }

    fn remove_folder(&mut self, folder: &Path) -> io::Result<()> {
        fine_if_gone(fs::remove_dir_all(folder))
    }

    fn hold(&mut self, path: &Path) -> io::Result<bool> {
        let file = File::options().create(true).truncate(false).write(true).open(path)?;
        match lock_soon(&file) {
            Ok(()) => {
                self.held.push(file);
                Ok(true)
            }
            Err(TryLockError::WouldBlock) => Ok(false),
            Err(TryLockError::Error(e)) => Err(e),
        }
    }

    fn is_held(&self, path: &Path) -> bool {
        // A lock that is shared and let go at once: who holds it alone keeps this one from it, and a start waits it out.
        File::open(path).is_ok_and(|file| matches!(file.try_lock_shared(), Err(TryLockError::WouldBlock)))
    }
}

/// Locks a file. A lock that is let go is for a moment still held by a program that is just being started, which has a
/// copy of every open file until it runs; so it is tried for a quarter of a second.
///
/// # Errors
/// As [`File::try_lock`].
pub fn lock_soon(file: &File) -> Result<(), TryLockError> {
    for _ in 0..25 {
        match file.try_lock() {
            Err(TryLockError::WouldBlock) => std::thread::sleep(Duration::from_millis(10)),
            outcome => return outcome,
        }
    }
    file.try_lock()
}

fn nothing_at(path: &Path) -> io::Result<Found> {
    let not_found = |why: String| io::Error::new(io::ErrorKind::NotFound, why);
    if let Ok(target) = fs::read_link(path) {
        return Err(not_found(format!("it is a link to {}, which is not there", target.display())));
    }
    let Some(name) = path.file_name() else { return Err(not_found("it has no file name".into())) };
    let folder = fs::canonicalize(folder_of(path)).map_err(|e| match e.kind() {
        io::ErrorKind::NotFound => not_found("its folder is not there: make it first".into()),
        _ => e,
    })?;
    Ok(Found::Nothing { path: folder.join(name) })
}

fn fine_if_gone(outcome: io::Result<()>) -> io::Result<()> {
    match outcome {
        Err(e) if e.kind() == io::ErrorKind::NotFound => Ok(()),
        outcome => outcome,
    }
}

fn create(path: &Path, rights: Rights) -> io::Result<File> {
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    if rights.mode.is_some() {
        // Nobody else sees its content before it has its own rights.
        std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    }
    #[cfg(not(unix))]
    let _ = rights;
    options.open(path)
}

#[cfg(unix)]
fn rights_of(meta: &Metadata) -> Rights {
    use std::os::unix::fs::MetadataExt as _;
    Rights { mode: Some(meta.mode() & 0o7777), owner: Some((meta.uid(), meta.gid())) }
}

#[cfg(not(unix))]
fn rights_of(_meta: &Metadata) -> Rights {
    Rights::default()
}

#[cfg(unix)]
fn names_of(meta: &Metadata) -> (Option<FileId>, u64) {
    use std::os::unix::fs::MetadataExt as _;
    (Some((meta.dev(), meta.ino())), meta.nlink())
}

#[cfg(not(unix))]
fn names_of(_meta: &Metadata) -> (Option<FileId>, u64) {
    (None, 1)
}

/// Gives a new file its owner, its attributes, and at last its bits: a change of owner may clear some of them, and a
/// list of who may do what is in force before anybody else is let in.
#[cfg(unix)]
fn give(file: &File, rights: Rights, like: Option<&Path>) -> io::Result<NotKept> {
    use std::os::unix::fs::{MetadataExt as _, PermissionsExt as _, fchown};

    let mut not_kept = NotKept::default();
    if let Some((user, group)) = rights.owner {
        let own = file.metadata()?;
        if (own.uid(), own.gid()) != (user, group) && fchown(file, Some(user), Some(group)).is_err() {
            // Only the administrator gives files away; a group one belongs to can be given by anybody.
            not_kept.owner = !(own.uid() == user && fchown(file, None, Some(group)).is_ok());
        }
    }
    not_kept.attributes = like.map(|like| attributes::carry(like, file)).unwrap_or_default();
    if let Some(mode) = rights.mode {
        file.set_permissions(fs::Permissions::from_mode(mode))?;
    }
    Ok(not_kept)
}

#[cfg(not(unix))]
fn give(file: &File, _rights: Rights, like: Option<&Path>) -> io::Result<NotKept> {
    let attributes = like.map(|like| attributes::carry(like, file)).unwrap_or_default();
    Ok(NotKept { attributes, ..NotKept::default() })
}

#[cfg(unix)]
fn may_write(path: &Path) -> bool {
    rustix::fs::access(path, rustix::fs::Access::WRITE_OK).is_ok()
}

#[cfg(not(unix))]
fn may_write(path: &Path) -> bool {
    // A folder's mark of read-only says nothing about the files in it there.
    path.is_dir() || File::options().append(true).open(path).is_ok()
}

/// A rename is on the disk only once its folder is; other systems than Unix need and allow no such step.
#[cfg(unix)]
fn sync_folder(folder: &Path) -> io::Result<()> {
    File::open(folder)?.sync_all()
}

#[cfg(not(unix))]
fn sync_folder(_folder: &Path) -> io::Result<()> {
    Ok(())
}
