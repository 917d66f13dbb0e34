//! The log of changes asked for through the API, on disk: one line of JSON each, oldest first.
//!
//! Lines are only added, so a crash costs the last line at most. The file is written anew with its newest lines
//! whenever it has grown to twice as many as are kept.

use std::fs::{self, File};
use std::io::{self, Read as _, Seek as _, SeekFrom, Write as _};
use std::path::{Path, PathBuf};

use super::atomic;
use crate::model::access::AuditEntry;

/// Entries that are kept; the oldest go first.
pub const MAX_ENTRIES: usize = 10_000;
/// Greatest size of a file that is read, bytes; a larger one is put aside.
const MAX_BYTES: u64 = 64 * 1024 * 1024;

/// The log's file.
#[derive(Debug)]
pub struct AuditLogFile {
    path: PathBuf,
    n_lines: usize,
}

impl AuditLogFile {
    /// The file's name in the data folder.
    pub const FILE: &'static str = "api-audit.jsonl";

    /// Opens the log of a data folder; gives its entries, oldest first, and what a person should know.
    ///
    /// # Errors
    /// What the system said; nothing was changed then.
    pub fn open(data: &Path) -> io::Result<(Self, Vec<AuditEntry>, Option<String>)> {
        let mut log = Self { path: data.join(Self::FILE), n_lines: 0 };
        let (entries, n_bad) = log.read()?;
        let mut told = None;
        if n_bad > 0 {
            let aside = atomic::put_aside(&log.path)?;
            told = Some(format!("{n_bad} of its lines do not read; the file as it was is {}", aside.display()));
            log.rewrite(&entries)?;
        }
        Ok((log, entries, told))
    }

    /// Adds these entries and makes them safe.
    ///
    /// # Errors
    /// What the system said; what is there already stays whole.
    pub fn append(&mut self, entries: &[AuditEntry]) -> io::Result<()> {
        if entries.is_empty() {
            return Ok(());
        }
        let mut text = lines_of(entries);
        let mut file = File::options().create(true).read(true).append(true).open(&self.path)?;
        // What a write that was cut short left behind ends here, so that it spoils no further line.
        let length = file.metadata()?.len();
        if length > 0 {
            let mut last = [0];
            file.seek(SeekFrom::Start(length - 1))?;
            file.read_exact(&mut last)?;
            if last != *b"\n" {
                text.insert(0, '\n');
            }
        }
        file.write_all(text.as_bytes())?;
        file.sync_data()?;
        self.n_lines += entries.len();
        if self.n_lines > 2 * MAX_ENTRIES {
            let (entries, _) = self.read()?;
            self.rewrite(&entries)?;
        }
        Ok(())
    }

    /// The newest entries, oldest first, and how many lines before the last one do not read.
    fn read(&mut self) -> io::Result<(Vec<AuditEntry>, usize)> {
        match fs::metadata(&self.path) {
            Err(e) if e.kind() == io::ErrorKind::NotFound => return Ok((Vec::new(), 0)),
            Err(e) => return Err(e),
            Ok(meta) if !meta.is_file() => return Err(io::Error::other("it is not a file: move it away")),
            Ok(meta) if meta.len() > MAX_BYTES => return Ok((Vec::new(), 1)),
            Ok(_) => {}
        }
        let bytes = fs::read(&self.path)?;
        let (mut entries, mut n_bad) = (Vec::new(), 0);
        self.n_lines = 0;
        for line in bytes.split_inclusive(|b| *b == b'\n').filter(|line| !line.iter().all(u8::is_ascii_whitespace)) {
            self.n_lines += 1;
            match serde_json::from_slice(line) {
                Ok(entry) => entries.push(entry),
                // A torn line: the program or the machine ended while it was written.
                Err(_) if !line.ends_with(b"\n") => {}
                Err(_) => n_bad += 1,
            }
        }
        entries.drain(..entries.len().saturating_sub(MAX_ENTRIES));
        Ok((entries, n_bad))
    }

    fn rewrite(&mut self, entries: &[AuditEntry]) -> io::Result<()> {
        atomic::write(&self.path, lines_of(entries).as_bytes(), false)?;
        self.n_lines = entries.len();
        Ok(())
    }
}

fn lines_of(entries: &[AuditEntry]) -> String {
    let mut text = String::new();
    for entry in entries {
        // Plain structures of texts and numbers always serialise.
        if let Ok(line) = serde_json::to_string(entry) {
            text.push_str(&line);
            text.push('\n');
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::Timestamp;

    fn entry(n: i64) -> AuditEntry {
        AuditEntry {
            at: Timestamp::from_millis(n),
            token: "ci".into(),
            peer: "127.0.0.1".into(),
            method: "POST".into(),
            path: "/config/profile/production".into(),
            summary: "switch to \"production\"\n".into(),
            status: 202,
        }
    }

    #[test]
    fn entries_outlive_the_program_and_a_torn_line_costs_nothing_else() {
        let data = tempfile::tempdir().expect("a folder");
        let (mut log, entries, told) = AuditLogFile::open(data.path()).expect("opens");
        assert_eq!((entries, told), (vec![], None));
        log.append(&[entry(1), AuditEntry { summary: "".into(), ..entry(2) }]).expect("added");
        let path = data.path().join(AuditLogFile::FILE);
        fs::write(&path, [&fs::read(&path).expect("there")[..], b"{\"at\":3,"].concat()).expect("torn");
        let (mut log, entries, told) = AuditLogFile::open(data.path()).expect("opens");
        assert_eq!((entries.len(), told), (2, None));
        log.append(&[entry(4)]).expect("added");
        let (_, entries, told) = AuditLogFile::open(data.path()).expect("opens");
        assert_eq!(entries.iter().map(|e| e.at.as_millis()).collect::<Vec<_>>(), [1, 2, 4]);
        assert!(told.expect("told").starts_with("1 of its lines do not read"));
    }

    #[test]
    fn the_log_is_bounded() {
        let data = tempfile::tempdir().expect("a folder");
        let (mut log, ..) = AuditLogFile::open(data.path()).expect("opens");
        let many: Vec<AuditEntry> = (0..7000).map(entry).collect();
        for _ in 0..3 {
            log.append(&many).expect("added");
        }
        assert_eq!(log.n_lines, MAX_ENTRIES);
        let (_, entries, _) = AuditLogFile::open(data.path()).expect("opens");
        assert_eq!((entries.len(), entries[0].at.as_millis()), (MAX_ENTRIES, 4000));
    }
}
