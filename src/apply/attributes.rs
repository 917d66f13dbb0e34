//! Extended attributes: labels, lists of who may do what, and notes of other programs that a replaced file keeps.
//!
//! Each is carried over where this user may; where one may not, its name is told. Other systems than Linux keep none.

use std::fs::File;
use std::path::Path;

/// Gives a new file the extended attributes of another, if that is there. Gives the names of those it has not.
#[cfg(target_os = "linux")]
pub(super) fn carry(from: &Path, to: &File) -> Vec<String> {
    let Some(from) = linux::open(from) else { return Vec::new() };
    let is_missing = |name: &String| {
        let Some(value) = linux::value(&from, name) else { return true };
        // One that it has by itself, such as the label that its folder gives it, needs no right.
        linux::value(to, name).as_ref() != Some(&value) && !linux::set(to, name, &value)
    };
    linux::names(&from).into_iter().filter(is_missing).collect()
}

#[cfg(not(target_os = "linux"))]
pub(super) fn carry(_from: &Path, _to: &File) -> Vec<String> {
    Vec::new()
}

#[cfg(target_os = "linux")]
mod linux {
    use std::fs::{File, OpenOptions};
    use std::os::unix::fs::OpenOptionsExt as _;
    use std::path::Path;

    use rustix::fs::{OFlags, XattrFlags, fgetxattr, flistxattr, fsetxattr};

    /// Largest value, and largest list of names, that Linux knows.
    const MAX_BYTES: usize = 64 * 1024;
    /// Sums over the content that the kernel keeps by itself: those of the old content are none of the new.
    const SUMS: [&str; 2] = ["security.ima", "security.evm"];

    /// Opens it without waiting, should a pipe stand there by now.
    pub fn open(path: &Path) -> Option<File> {
        OpenOptions::new().read(true).custom_flags(OFlags::NONBLOCK.bits().cast_signed()).open(path).ok()
    }

    /// Names of a file's attributes; none where its disk has no such thing.
    pub fn names(file: &File) -> Vec<String> {
        let mut list = vec![0; MAX_BYTES];
        let n_bytes = flistxattr(file, &mut list[..]).unwrap_or(0);
        let names = list[..n_bytes].split(|byte| *byte == 0).filter(|name| !name.is_empty());
        names.map(|name| String::from_utf8_lossy(name).into_owned()).filter(|name| !SUMS.contains(&&**name)).collect()
    }

    pub fn value(file: &File, name: &str) -> Option<Vec<u8>> {
        let mut value = vec![0; MAX_BYTES];
        let n_bytes = fgetxattr(file, name, &mut value[..]).ok()?;
        value.truncate(n_bytes);
        Some(value)
    }

    pub fn set(file: &File, name: &str, value: &[u8]) -> bool {
        fsetxattr(file, name, value, XattrFlags::empty()).is_ok()
    }
}
