//! Reading a file at a place, by any number of threads at once.

use std::fs::File;
use std::io;

#[cfg(unix)]
fn read_some(file: &File, into: &mut [u8], at: u64) -> io::Result<usize> {
    std::os::unix::fs::FileExt::read_at(file, into, at)
}

#[cfg(windows)]
fn read_some(file: &File, into: &mut [u8], at: u64) -> io::Result<usize> {
    std::os::windows::fs::FileExt::seek_read(file, into, at)
}

/// Fills `into` from place `at` on as far as the file goes; gives how much that was.
pub(super) fn read_up_to(file: &File, into: &mut [u8], at: u64) -> io::Result<usize> {
    let mut n = 0;
    while n < into.len() {
        match read_some(file, &mut into[n..], at + n as u64) {
            Ok(0) => break,
            Ok(more) => n += more,
            Err(e) if e.kind() == io::ErrorKind::Interrupted => {}
            Err(e) => return Err(e),
        }
    }
    Ok(n)
}

/// The `len` bytes from place `at` on. `len` must be known to be no more than the file has.
pub(super) fn read(file: &File, len: usize, at: u64) -> io::Result<Vec<u8>> {
    let mut bytes = vec![0; len];
    if read_up_to(file, &mut bytes, at)? < len { Err(io::ErrorKind::UnexpectedEof.into()) } else { Ok(bytes) }
}
