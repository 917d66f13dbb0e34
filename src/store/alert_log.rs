//! The alert log on disk: one line of JSON for each word about an alert, a later line of the same alert counting more.
//!
//! Lines are only added, so a crash costs the last line at most. The file is written anew without what was overtaken
//! when it is opened, and whenever it has grown to several times its records.

use std::collections::BTreeMap;
use std::fs::{self, File};
use std::io::{self, Read as _, Seek as _, SeekFrom, Write as _};
use std::path::{Path, PathBuf};

use serde_json::Value;

use super::atomic;
use crate::model::alert::{AlertId, AlertRecord};

/// Alerts that are kept; the oldest go first.
pub const MAX_RECORDS: usize = 10_000;
/// Lines of a file that is written anew without what was overtaken.
const MAX_LINES: usize = 3 * MAX_RECORDS;
/// Greatest size of a file that is read, bytes; a larger one is put aside.
const MAX_BYTES: u64 = 256 * 1024 * 1024;
/// Values that are no number in JSON stand as null and are read as "not a number".
const NUMBERS: [&str; 3] = ["threshold", "worst", "mean"];

/// The log's file.
#[derive(Debug)]
pub struct AlertLogFile {
    path: PathBuf,
    n_lines: usize,
}

impl AlertLogFile {
    /// The file's name in the data folder.
    pub const FILE: &'static str = "alert-log.jsonl";

    /// Opens the log of a data folder; gives its records by number, and what a person should know.
    ///
    /// # Errors
    /// What the system said; nothing was changed then.
    pub fn open(data: &Path) -> io::Result<(Self, Vec<AlertRecord>, Option<String>)> {
        let mut log = Self { path: data.join(Self::FILE), n_lines: 0 };
        let (records, n_bad) = log.read()?;
        let mut told = None;
        if n_bad > 0 {
            let aside = atomic::put_aside(&log.path)?;
            told = Some(format!("{n_bad} of its lines do not read; the file as it was is {}", aside.display()));
        }
        if n_bad > 0 || log.n_lines > records.len() {
            log.rewrite(&records)?;
        }
        Ok((log, records, told))
    }

    /// The records of a data folder, for a look alone: nothing is changed, and lines that do not read are passed over.
    ///
    /// # Errors
    /// What the system said.
    pub fn look(data: &Path) -> io::Result<Vec<AlertRecord>> {
        let mut log = Self { path: data.join(Self::FILE), n_lines: 0 };
        log.read().map(|(records, _)| records)
    }

    /// Adds these words and makes them safe.
    ///
    /// # Errors
    /// What the system said; what is there already stays whole.
    pub fn append(&mut self, records: &[AlertRecord]) -> io::Result<()> {
        if records.is_empty() {
            return Ok(());
        }
        let mut text = lines_of(records);
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
        self.n_lines += records.len();
        if self.n_lines > MAX_LINES {
            let (records, _) = self.read()?;
            self.rewrite(&records)?;
        }
        Ok(())
    }

    /// The newest word about each alert, by number, and how many lines before the last one do not read.
    fn read(&mut self) -> io::Result<(Vec<AlertRecord>, usize)> {
        match fs::metadata(&self.path) {
            Err(e) if e.kind() == io::ErrorKind::NotFound => return Ok((Vec::new(), 0)),
            Err(e) => return Err(e),
            Ok(meta) if !meta.is_file() => return Err(io::Error::other("it is not a file: move it away")),
            Ok(meta) if meta.len() > MAX_BYTES => return Ok((Vec::new(), 1)),
            Ok(_) => {}
        }
        let bytes = fs::read(&self.path)?;
        let mut found: BTreeMap<AlertId, AlertRecord> = BTreeMap::new();
        let mut n_bad = 0;
        self.n_lines = 0;
        for line in bytes.split_inclusive(|b| *b == b'\n') {
            if line.iter().all(u8::is_ascii_whitespace) {
                continue;
            }
            self.n_lines += 1;
            match read_line(line) {
                Some(record) => {
                    found.insert(record.id, record);
                }
                // A torn line: the program or the machine ended while it was written.
                None if !line.ends_with(b"\n") => {}
                None => n_bad += 1,
            }
        }
        let n_excess = found.len().saturating_sub(MAX_RECORDS);
        Ok((found.into_values().skip(n_excess).collect(), n_bad))
    }

    fn rewrite(&mut self, records: &[AlertRecord]) -> io::Result<()> {
        atomic::write(&self.path, lines_of(records).as_bytes(), false)?;
        self.n_lines = records.len();
        Ok(())
    }
}

fn lines_of(records: &[AlertRecord]) -> String {
    let mut text = String::new();
    for record in records {
        // Plain structures of texts and numbers always serialise.
        if let Ok(line) = serde_json::to_string(record) {
            text.push_str(&line);
            text.push('\n');
        }
    }
    text
}

fn read_line(line: &[u8]) -> Option<AlertRecord> {
    let mut value: Value = serde_json::from_slice(line).ok()?;
    let fields = value.as_object_mut()?;
    let absent = NUMBERS.map(|name| fields.get(name).is_none_or(Value::is_null));
    for (name, _) in NUMBERS.iter().zip(absent).filter(|(_, is_absent)| *is_absent) {
        fields.insert((*name).into(), 0.into());
    }
    let mut record: AlertRecord = serde_json::from_value(value).ok()?;
    for (number, is_absent) in [&mut record.threshold, &mut record.worst, &mut record.mean].into_iter().zip(absent) {
        if is_absent {
            *number = f64::NAN;
        }
    }
    Some(record)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::alert::RecordEnd;
    use crate::model::{SeriesKey, Timestamp};

    fn record(id: u64) -> AlertRecord {
        AlertRecord {
            id: AlertId(id),
            rule: "cpu".into(),
            name: "CPU".into(),
            severity: "warning".into(),
            instance: SeriesKey::new("system.disk.io_time", &[("system.device", "sd\"a\n")]),
            text: "CPU at 95 %".into(),
            pending_from: Timestamp::from_millis(1),
            start: Timestamp::from_millis(2),
            end: None,
            ended: None,
            unit: "1".into(),
            threshold: 0.8,
            worst: 0.95,
            mean: 0.9,
            n_values: 3,
            busiest: [("make".into(), 1.5)].into(),
            busiest_unit: "{cpu}".into(),
            acknowledged: None,
            note: "".into(),
        }
    }

    fn open(data: &Path) -> (AlertLogFile, Vec<AlertRecord>, Option<String>) {
        AlertLogFile::open(data).expect("opens")
    }

    #[test]
    fn later_lines_win_and_a_torn_one_costs_nothing_else() {
        let data = tempfile::tempdir().expect("a folder");
        let (mut log, records, told) = open(data.path());
        assert_eq!((records, told), (vec![], None));
        log.append(&[record(1), record(2)]).expect("added");
        let over = AlertRecord {
            end: Some(Timestamp::from_millis(9)),
            ended: Some(RecordEnd::Recovered),
            worst: f64::NAN,
            ..record(1)
        };
        log.append(std::slice::from_ref(&over)).expect("added");
        let path = data.path().join(AlertLogFile::FILE);
        let mut torn = fs::read(&path).expect("there");
        torn.extend(b"{\"id\":3,\"rule\":\"cp");
        fs::write(&path, torn).expect("torn");
        let (mut log, records, told) = open(data.path());
        assert_eq!(told, None);
        assert!(records[0].worst.is_nan());
        assert_eq!(records[1], record(2));
        assert_eq!(AlertRecord { worst: 0.0, ..records[0].clone() }, AlertRecord { worst: 0.0, ..over });
        let text = fs::read_to_string(&path).expect("there");
        assert_eq!(text.lines().count(), 2, "what was overtaken is gone: {text}");
        log.append(&[record(3)]).expect("added");
        assert_eq!(open(data.path()).1.len(), 3);
    }

    #[test]
    fn a_word_after_a_torn_line_stands_on_its_own() {
        let data = tempfile::tempdir().expect("a folder");
        let (mut log, ..) = open(data.path());
        fs::write(data.path().join(AlertLogFile::FILE), "{\"id\":1,").expect("torn");
        log.append(&[record(2)]).expect("added");
        let (_, records, told) = open(data.path());
        assert_eq!(records, [record(2)]);
        assert!(told.expect("told").starts_with("1 of its lines do not read; the file as it was is "));
    }

    #[test]
    fn the_log_is_bounded_and_is_written_anew_as_it_grows() {
        let data = tempfile::tempdir().expect("a folder");
        let (mut log, ..) = open(data.path());
        let n = u64::try_from(MAX_RECORDS).expect("small");
        let many: Vec<AlertRecord> = (0..n + 5).map(record).collect();
        for _ in 0..4 {
            log.append(&many).expect("added");
        }
        let size = fs::metadata(data.path().join(AlertLogFile::FILE)).expect("there").len();
        assert!(size < 2 * lines_of(&many).len() as u64, "{size} bytes");
        let (_, records, _) = open(data.path());
        assert_eq!((records.len(), records[0].id), (MAX_RECORDS, AlertId(5)));
    }
}
