//! Writing a file whole or not at all, with the last good copy kept beside it as `NAME.bak`.

use std::ffi::OsString;
use std::fs::{self, File};
use std::io::{self, Write};
use std::path::{Path, PathBuf};

/// Writes `contents` to `path`: a temporary file in the same folder, flushed to the disk, then renamed over it.
///
/// With `keep_copy` the present file stays as `NAME.bak`. The folder is made if it is missing.
///
/// # Errors
/// What the operating system said; the present file is then unchanged.
pub fn write(path: &Path, contents: &[u8], keep_copy: bool) -> io::Result<()> {
    let folder = path.parent().filter(|p| !p.as_os_str().is_empty()).unwrap_or(Path::new("."));
    fs::create_dir_all(folder)?;
    let temporary = beside(path, ".new");
    let mut file = File::create(&temporary)?;
    file.write_all(contents)?;
    file.sync_all()?;
    drop(file);
    if keep_copy && path.exists() {
        let copy = beside(path, ".bak.new");
        fs::copy(path, &copy)?;
        fs::rename(&copy, backup_of(path))?;
    }
    fs::rename(&temporary, path)?;
    sync_folder(folder)
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
    let mut n = 1;
    loop {
        let aside = beside(path, &if n == 1 { ".rejected".to_owned() } else { format!(".rejected-{n}") });
        if !aside.exists() {
            fs::rename(path, &aside)?;
            return Ok(aside);
        }
        n += 1;
    }
}

fn beside(path: &Path, ending: &str) -> PathBuf {
    let mut name = path.file_name().map(OsString::from).unwrap_or_default();
    name.push(ending);
    path.with_file_name(name)
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
