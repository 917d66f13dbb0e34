//! Documents that hold secrets: written whole or not at all, for their owner alone.

use std::io;
use std::path::{Path, PathBuf};

use ron::ser::PrettyConfig;

use crate::apply::files::{RealFiles, Rights, replace, words};
use crate::store::document::{self, Document};

/// Writes a document of a config folder. A present one that does not read, or of which not all can hold, is put aside; gives
/// where.
///
/// # Errors
/// Why not, in words; what is there is then unchanged.
pub fn write<T: Document>(config: &Path, document: &T) -> Result<Option<PathBuf>, String> {
    let path = config.join(T::FILE);
    let fail = |e: io::Error| format!("{}: {}", path.display(), words(&e));
    let aside = document::spare::<T>(&path).map_err(|e| e.to_string())?;
    let body = ron::ser::to_string_pretty(document, PrettyConfig::default());
    let body = body.map_err(|e| fail(io::Error::other(e.to_string())))?;
    let text = format!("// {}\n{body}\n", T::ABOUT);
    replace(&mut RealFiles::default(), &path, text.as_bytes(), Rights::PRIVATE).map_err(fail)?;
    Ok(aside)
}

/// What is unsafe about a file that holds a secret: others may read it.
pub fn open_to_others(path: &Path) -> Option<String> {
    mode_open_to_others(path).map(|mode| {
        format!("Other users may read {}, which holds a secret: its mode is {mode:o}, 600 is enough", path.display())
    })
}

#[cfg(unix)]
fn mode_open_to_others(path: &Path) -> Option<u32> {
    use std::os::unix::fs::PermissionsExt as _;
    let mode = std::fs::metadata(path).ok()?.permissions().mode() & 0o777;
    (mode & 0o077 != 0).then_some(mode)
}

#[cfg(not(unix))]
fn mode_open_to_others(_path: &Path) -> Option<u32> {
    None
}
