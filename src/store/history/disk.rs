//! Appending to files so that a failed write leaves nothing torn behind. Not the form of what is written.

use std::fs::File;
use std::io::{self, Write as _};
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

/// The disk as the writer sees it. Tests give it little room, so that a full disk needs no real one.
#[derive(Debug, Clone, Default)]
pub struct Disk {
    room: Option<Arc<AtomicI64>>,
}

impl Disk {
    /// A disk that takes as many bytes as `room` says, which may be changed meanwhile, and then is full. Below zero it
    /// refuses everything, as without the right to write.
    pub fn with_room(room: Arc<AtomicI64>) -> Self {
        Self { room: Some(room) }
    }

    /// Appends `bytes` to a file that is `length` bytes long. When that fails, whatever part of it was written is taken
    /// away again where the system lets it, so that the file ends as before.
    ///
    /// # Errors
    /// What the operating system said.
    pub fn append(&self, file: &mut File, length: u64, bytes: &[u8]) -> io::Result<()> {
        self.write(file, bytes).inspect_err(|_| {
            // Readers skip a torn end as well; this only gives its room back.
            let _ = file.set_len(length);
        })
    }

    fn write(&self, file: &mut File, bytes: &[u8]) -> io::Result<()> {
        let Some(room) = &self.room else { return file.write_all(bytes) };
        let left = usize::try_from(room.load(Ordering::Relaxed)).unwrap_or(0).min(bytes.len());
        file.write_all(&bytes[..left])?;
        self.check()?;
        room.fetch_sub(left as i64, Ordering::Relaxed);
        if left < bytes.len() { Err(io::ErrorKind::StorageFull.into()) } else { Ok(()) }
    }

    /// Makes what was appended safe.
    ///
    /// # Errors
    /// What the operating system said.
    pub fn sync(&self, file: &File) -> io::Result<()> {
        self.check()?;
        file.sync_data()
    }

    /// Fails where no file could be made now.
    ///
    /// # Errors
    /// [`io::ErrorKind::PermissionDenied`] in tests alone.
    pub fn check(&self) -> io::Result<()> {
        match &self.room {
            Some(room) if room.load(Ordering::Relaxed) < 0 => Err(io::ErrorKind::PermissionDenied.into()),
            _ => Ok(()),
        }
    }
}

/// Bytes of the files in a folder, whatever they are, and not of those in folders inside it.
pub fn bytes_in(folder: &Path) -> u64 {
    let Ok(entries) = std::fs::read_dir(folder) else { return 0 };
    let files = entries.filter_map(Result::ok).filter_map(|entry| entry.metadata().ok()).filter(|meta| meta.is_file());
    files.map(|meta| meta.len()).sum()
}

/// Makes the making, renaming and removing of files in a folder safe; other systems than Unix need and allow no such
/// step.
///
/// # Errors
/// What the operating system said.
#[cfg(unix)]
pub fn sync_folder(folder: &Path) -> io::Result<()> {
    File::open(folder)?.sync_all()
}

/// See above.
///
/// # Errors
/// None.
#[cfg(not(unix))]
pub fn sync_folder(_folder: &Path) -> io::Result<()> {
    Ok(())
}
