//! The folder /proc, held open: its numbers, and small files read into one buffer that is used again and again.

use std::io::{self, Write as _};
use std::os::fd::OwnedFd;
use std::path::Path;

use rustix::fs::{AtFlags, Mode, OFlags, RawDir, SeekFrom, openat, readlinkat, seek, statat};
use rustix::io::{pread, read};

/// Bytes of a file that are read at most. Command lines alone are sometimes longer; their rest is left out.
const LONGEST_FILE: usize = 4096;
/// Room for names while a folder is listed.
const LISTING: usize = 32 * 1024;

/// An open /proc.
#[derive(Debug)]
pub struct ProcDir {
    folder: OwnedFd,
    listing: Vec<u8>,
    path: Vec<u8>,
    text: Vec<u8>,
}

impl ProcDir {
    /// Opens the folder.
    pub fn open(folder: &Path) -> io::Result<Self> {
        let flags = OFlags::RDONLY | OFlags::DIRECTORY | OFlags::CLOEXEC;
        let folder = rustix::fs::open(folder, flags, Mode::empty())?;
        Ok(Self { folder, listing: Vec::with_capacity(LISTING), path: Vec::new(), text: vec![0; LONGEST_FILE] })
    }

    /// The pids, ascending, into `pids`.
    pub fn pids(&mut self, pids: &mut Vec<u32>) -> io::Result<()> {
        seek(&self.folder, SeekFrom::Start(0))?;
        numbers(&self.folder, &mut self.listing, pids)
    }

    /// The numbers that name entries of a folder of one process, ascending, such as `task` and `fd`.
    pub fn numbers(&mut self, pid: u32, name: &str, into: &mut Vec<u32>) -> io::Result<()> {
        self.set_path(pid, name);
        let flags = OFlags::RDONLY | OFlags::DIRECTORY | OFlags::CLOEXEC;
        let folder = openat(&self.folder, self.path.as_slice(), flags, Mode::empty())?;
        numbers(&folder, &mut self.listing, into)
    }

    /// Opens a file of one process and keeps it open: reading it again costs half as much.
    pub fn open_file(&mut self, pid: u32, name: &str) -> io::Result<OwnedFd> {
        self.set_path(pid, name);
        Ok(openat(&self.folder, self.path.as_slice(), OFlags::RDONLY | OFlags::CLOEXEC, Mode::empty())?)
    }

    /// Reads an open file from its start.
    pub fn read_again(&mut self, file: &OwnedFd) -> io::Result<&[u8]> {
        let n = pread(file, self.text.as_mut_slice(), 0)?;
        Ok(&self.text[..n])
    }

    /// The first `n` bytes of what was read last.
    pub fn text(&self, n: usize) -> &[u8] {
        &self.text[..n.min(self.text.len())]
    }

    /// Reads a file of one process.
    pub fn read(&mut self, pid: u32, name: &str) -> io::Result<&[u8]> {
        let file = self.open_file(pid, name)?;
        let n = read(&file, self.text.as_mut_slice())?;
        Ok(&self.text[..n])
    }

    /// Reads a file of one of a process's threads.
    pub fn read_of_thread(&mut self, pid: u32, tid: u32, name: &str) -> io::Result<&[u8]> {
        self.path.clear();
        write!(self.path, "{pid}/task/{tid}/{name}")?;
        let file = openat(&self.folder, self.path.as_slice(), OFlags::RDONLY | OFlags::CLOEXEC, Mode::empty())?;
        let n = read(&file, self.text.as_mut_slice())?;
        Ok(&self.text[..n])
    }

    /// Where a link of one process leads.
    pub fn link(&mut self, pid: u32, name: &str) -> io::Result<String> {
        self.set_path(pid, name);
        let target = readlinkat(&self.folder, self.path.as_slice(), Vec::new())?;
        Ok(target.to_string_lossy().into_owned())
    }

    /// The user a process runs as: who owns its folder.
    pub fn owner(&mut self, pid: u32) -> io::Result<u32> {
        self.set_path(pid, "");
        Ok(statat(&self.folder, self.path.as_slice(), AtFlags::empty())?.st_uid)
    }

    fn set_path(&mut self, pid: u32, name: &str) {
        self.path.clear();
        // Writing into a vector does not fail.
        let _ = write!(self.path, "{pid}/{name}");
    }
}

fn numbers(folder: &OwnedFd, listing: &mut Vec<u8>, into: &mut Vec<u32>) -> io::Result<()> {
    into.clear();
    let mut entries = RawDir::new(folder, listing.spare_capacity_mut());
    while let Some(entry) = entries.next() {
        let number = super::stat::number(entry?.file_name().to_bytes());
        into.extend(number.and_then(|number| u32::try_from(number).ok()));
    }
    into.sort_unstable();
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_come_sorted_and_files_as_they_are_now() {
        let folder = tempfile::tempdir().expect("a folder");
        for name in ["30", "4", "self", "4/fd", "4/fd/1", "4/fd/0"] {
            std::fs::create_dir(folder.path().join(name)).expect("made");
        }
        let file = folder.path().join("4/stat");
        std::fs::write(&file, "one").expect("written");
        std::os::unix::fs::symlink("socket:[8]", folder.path().join("4/exe")).expect("linked");
        let mut proc = ProcDir::open(folder.path()).expect("opens");
        let mut found = vec![9];
        proc.pids(&mut found).expect("lists");
        assert_eq!(found, [4, 30]);
        std::fs::create_dir(folder.path().join("5")).expect("made");
        proc.pids(&mut found).expect("lists again");
        assert_eq!(found, [4, 5, 30]);
        proc.numbers(4, "fd", &mut found).expect("lists");
        assert_eq!(found, [0, 1]);

        let kept = proc.open_file(4, "stat").expect("opens");
        assert_eq!(proc.read_again(&kept).expect("reads"), b"one");
        std::fs::write(&file, "two!").expect("written");
        assert_eq!(proc.read_again(&kept).expect("reads"), b"two!");
        assert_eq!(proc.read(4, "stat").expect("reads"), b"two!");
        assert_eq!(proc.link(4, "exe").expect("a link"), "socket:[8]");
        assert_eq!(proc.read(5, "stat").expect_err("no file").kind(), io::ErrorKind::NotFound);
    }
}
