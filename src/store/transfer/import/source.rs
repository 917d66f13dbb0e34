//! The file under an import: read once from its beginning, with its byte order mark left out and no row without end.

use std::cell::Cell;
use std::fs::File;
use std::io::{self, Read};
use std::path::Path;
use std::rc::Rc;

use super::super::error::TransferError;

/// Longest row, bytes. A quote that is never closed makes the rest of a file one row.
pub(super) const MAX_ROW: u64 = 16 << 20;

/// Where the row under way begins in the file, told by the one who reads rows.
#[derive(Debug, Clone, Default)]
pub(super) struct RowStart(Rc<Cell<u64>>);

impl RowStart {
    pub fn put(&self, byte: u64) {
        self.0.set(byte);
    }
}

/// The bytes of a file after its byte order mark.
pub(super) struct Source {
    file: File,
    n_given: u64,
    last: u8,
    row_start: RowStart,
}

/// The line a row begins at, from 1; `reader` has just read it.
pub(super) fn line_of(reader: &csv::Reader<Source>, row: &csv::ByteRecord) -> u64 {
    let (end, source) = (reader.position(), reader.get_ref());
    let is_unended = end.byte() == source.n_given && source.last != b'\n';
    let n_inside = row.as_slice().iter().filter(|byte| **byte == b'\n').count() as u64;
    end.line().saturating_sub(n_inside + u64::from(!is_unended)).max(1)
}

/// Opens a file and gives its length. What has no end or waits for another program is refused before it is opened.
pub(in super::super) fn open(path: &Path) -> Result<(File, u64), TransferError> {
    let failed = |source| TransferError::Read { path: path.to_owned(), source };
    let found = std::fs::metadata(path).map_err(failed)?;
    if found.is_dir() {
        return Err(failed(io::ErrorKind::IsADirectory.into()));
    }
    if !found.is_file() {
        let what = "It is a pipe or a device and no file; save what comes out of it as a file and choose that";
        return Err(TransferError::Unfit { path: path.to_owned(), what: what.to_owned() });
    }
    Ok((File::open(path).map_err(failed)?, found.len()))
}

/// Reads a CSV file row by row; every row has its own number of fields.
pub(super) fn rows(path: &Path, delimiter: u8) -> Result<(csv::Reader<Source>, RowStart, u64), TransferError> {
    let failed = |source| TransferError::Read { path: path.to_owned(), source };
    let (mut file, bytes) = open(path)?;
    let mut mark = [0; 3];
    let n = read_up_to(&mut file, &mut mark).map_err(failed)?;
    if mark[..n] != [0xef, 0xbb, 0xbf] {
        io::Seek::rewind(&mut file).map_err(failed)?;
    }
    let row_start = RowStart::default();
    let source = Source { file, n_given: 0, last: b'\n', row_start: row_start.clone() };
    Ok((reader(source, delimiter), row_start, bytes))
}

/// Rows out of anything that is read. They end at line feeds alone, so that lines can be counted: a carriage return
/// before one stands at the end of the last field.
pub(super) fn reader<R: Read>(source: R, delimiter: u8) -> csv::Reader<R> {
    csv::ReaderBuilder::new()
        .has_headers(false)
        .flexible(true)
        .delimiter(delimiter)
        .terminator(csv::Terminator::Any(b'\n'))
        .buffer_capacity(1 << 18)
        .from_reader(source)
}

/// Fills `into` as far as there is anything.
pub(super) fn read_up_to(source: &mut impl Read, into: &mut [u8]) -> io::Result<usize> {
    let mut n = 0;
    while n < into.len() {
        match source.read(&mut into[n..]) {
            Ok(0) => break,
            Ok(more) => n += more,
            Err(e) if e.kind() == io::ErrorKind::Interrupted => {}
            Err(e) => return Err(e),
        }
    }
    Ok(n)
}

impl Read for Source {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        if self.n_given.saturating_sub(self.row_start.0.get()) > MAX_ROW {
            return Err(io::Error::new(io::ErrorKind::InvalidData, "a row without end"));
        }
        let n = self.file.read(into)?;
        self.n_given += n as u64;
        self.last = n.checked_sub(1).map_or(self.last, |last| into[last]);
        Ok(n)
    }
}
