//! Writing a file whole or not at all, with the last good copy kept beside it as `NAME.bak`.
//!
//! Only files are replaced so: a device or a pipe is written to as it stands, and a link stays a link.

use std::ffi::OsString;
use std::fs::{self, File, Metadata};
use std::io::{self, Write};
use std::path::{Path, PathBuf};

/// Writes `contents` to `path`: a temporary file in the same folder, flushed to the disk, then renamed over it.
///
/// With `keep_copy` the present file stays as `NAME.bak`. The folder is made if it is missing. A present file keeps
/// its permissions. Where a link stands, the file it leads to is replaced; what is neither file nor folder, such as
/// `/dev/stdout`, is written to and not replaced.
///
/// # Errors
/// What the operating system said; the present file is then unchanged.
pub fn write(path: &Path, contents: &[u8], keep_copy: bool) -> io::Result<()> {
    let present = match fs::metadata(path) {
        Ok(present) if present.is_dir() => return Err(io::ErrorKind::IsADirectory.into()),
        Ok(present) if !present.is_file() => return File::options().write(true).open(path)?.write_all(contents),
        Ok(present) => Some(present),
        Err(_) => None,
    };
    let path = &fs::canonicalize(path).unwrap_or_else(|_| path.to_owned());
    let folder = path.parent().filter(|p| !p.as_os_str().is_empty()).unwrap_or(Path::new("."));
    fs::create_dir_all(folder)?;
    let temporary = beside(path, ".new");
    let outcome = replace(path, &temporary, contents, present.as_ref(), keep_copy);
    if outcome.is_err() {
        let _ = fs::remove_file(&temporary);
    }
    outcome?;
    sync_folder(folder)
}

fn replace(
    path: &Path,
    temporary: &Path,
    contents: &[u8],
    present: Option<&Metadata>,
    keep_copy: bool,
) -> io::Result<()> {
    // What a write that was cut short left behind goes first, and never is a link followed to some other file.
    if let Err(e) = fs::remove_file(temporary)
        && e.kind() != io::ErrorKind::NotFound
    {
        return Err(e);
    }
    let mut file = File::options().write(true).create_new(true).open(temporary)?;
    if let Some(present) = present {
        file.set_permissions(present.permissions())?;
    }
    file.write_all(contents)?;
    file.sync_all()?;
    drop(file);
    if keep_copy && present.is_some() {
        let copy = beside(path, ".bak.new");
        fs::copy(path, &copy)?;
        fs::rename(&copy, backup_of(path))?;
    }
    fs::rename(temporary, path)
}

/// Where the last good copy of `path` stands.
pub fn backup_of(path: &Path) -> PathBuf {
    beside(path, ".bak")
}

/// Puts a file aside under the first free name `NAME.rejected`, `NAME.rejected-2`, … and gives that name.
///
/// # Errors
/// What the operating system said.
pub fn put_aside(path: &Path) -> io::Result<PathBuf> {
    let aside = free_name(path);
    fs::rename(path, &aside)?;
    Ok(aside)
}

/// The same for a file of which some holds: it stays where it is as well, until another is written in its place.
///
/// # Errors
/// What the operating system said.
pub fn keep_aside(path: &Path) -> io::Result<PathBuf> {
    let aside = free_name(path);
    fs::copy(path, &aside)?;
    Ok(aside)
}

fn free_name(path: &Path) -> PathBuf {
    let mut n = 1;
    loop {
        let aside = beside(path, &if n == 1 { ".rejected".to_owned() } else { format!(".rejected-{n}") });
        if !aside.exists() {
            return aside;
        }
        n += 1;
    }
}

pub(super) fn beside(path: &Path, ending: &str) -> PathBuf {
    let mut name = path.file_name().map(OsString::from).unwrap_or_default();
    name.push(ending);
    path.with_file_name(name)
}

/// A rename is on the disk only once its folder is; other systems than Unix need and allow no such step.
#[cfg(unix)]
pub(super) fn sync_folder(folder: &Path) -> io::Result<()> {
    File::open(folder)?.sync_all()
}

#[cfg(not(unix))]
pub(super) fn sync_folder(_folder: &Path) -> io::Result<()> {
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_copy_before_is_kept_and_no_temporary_file_stays() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("deep/settings.ron");
        write(&path, b"one", true).expect("first");
        write(&path, b"two", true).expect("second");
        write(&path, b"three", false).expect("third");
        assert_eq!(fs::read(&path).expect("file"), b"three");
        assert_eq!(fs::read(backup_of(&path)).expect("copy"), b"one");
        let mut names: Vec<_> = fs::read_dir(folder.path().join("deep"))
            .expect("folder")
            .map(|e| e.expect("entry").file_name().into_string().expect("text"))
            .collect();
        names.sort();
        assert_eq!(names, ["settings.ron", "settings.ron.bak"]);
    }

    #[cfg(unix)]
    #[test]
    fn links_devices_and_folders_are_never_replaced_by_a_file() {
        use std::os::unix::fs::{FileTypeExt as _, PermissionsExt as _, symlink};

        let folder = tempfile::tempdir().expect("a folder");
        let at = |name: &str| folder.path().join(name);
        let (device, link, target) = (at("device"), at("link"), at("elsewhere.ron"));
        symlink("/dev/null", &device).expect("a link to a device");
        write(&device, b"gone", true).expect("written");
        assert!(fs::symlink_metadata(&device).expect("there").is_symlink());
        assert!(fs::metadata("/dev/null").expect("there").file_type().is_char_device());

        fs::write(&target, b"old").expect("a file");
        fs::set_permissions(&target, fs::Permissions::from_mode(0o600)).expect("for the owner alone");
        symlink(&target, &link).expect("a link to a file");
        write(&link, b"new", true).expect("written");
        assert!(fs::symlink_metadata(&link).expect("there").is_symlink());
        assert_eq!(fs::read(&target).expect("the file"), b"new");
        assert_eq!(fs::metadata(&target).expect("there").permissions().mode() & 0o777, 0o600);

        fs::create_dir(at("folder")).expect("a folder");
        assert_eq!(write(&at("folder"), b"x", true).expect_err("a folder").kind(), io::ErrorKind::IsADirectory);
        assert!(!at("folder.new").exists(), "nothing is left behind");
    }

    #[cfg(unix)]
    #[test]
    fn what_a_cut_write_left_behind_is_in_nobodys_way() {
        let folder = tempfile::tempdir().expect("a folder");
        let (path, other) = (folder.path().join("a.ron"), folder.path().join("other"));
        fs::write(&other, b"kept").expect("a file");
        std::os::unix::fs::symlink(&other, folder.path().join("a.ron.new")).expect("a link in the way");
        write(&path, b"whole", true).expect("written");
        assert_eq!(fs::read(&path).expect("written"), b"whole");
        assert_eq!(fs::read(&other).expect("kept"), b"kept", "no link was followed");
    }

    #[test]
    fn a_rejected_file_never_replaces_an_earlier_one() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("a.ron");
        for expect in ["a.ron.rejected", "a.ron.rejected-2"] {
            fs::write(&path, expect).expect("file");
            assert_eq!(put_aside(&path).expect("aside"), folder.path().join(expect));
        }
        assert_eq!(fs::read_to_string(folder.path().join("a.ron.rejected")).expect("first"), "a.ron.rejected");
    }
}
