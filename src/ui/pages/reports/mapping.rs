//! What the columns of a CSV file are taken for, as a person changes it, and what is wrong with that in words.
//!
//! Arithmetic on texts alone: it draws nothing and reads no file.

use std::sync::Arc;

use crate::model::{ImportColumn, ImportMapping, ImportPreview, ImportedRecording, TimeForm, Unit};

/// The ways times are written, with their words.
pub const TIME_FORMS: [(TimeForm, &str); 3] = [
    (TimeForm::Iso, "Date and time"),
    (TimeForm::UnixSeconds, "Seconds since 1970"),
    (TimeForm::UnixMillis, "Milliseconds since 1970"),
];

/// What may stand between columns, with its words.
pub const DELIMITERS: [(u8, &str); 5] =
    [(b',', "Comma"), (b';', "Semicolon"), (b'\t', "Tab"), (b'|', "Bar |"), (b' ', "Space")];

/// A unit, and what the numbers of the file are multiplied by to be in it.
pub type Scale = (Unit, f64);

/// What the numbers of a column can be, with the words for it.
pub const SCALES: [(Scale, &str); 24] = [
    ((Unit::Count("value"), 1.0), "A number"),
    ((Unit::Ratio, 0.01), "Percent"),
    ((Unit::Ratio, 1.0), "Share, 0 to 1"),
    ((Unit::Seconds, 1.0), "Seconds"),
    ((Unit::Seconds, 1e-3), "Milliseconds"),
    ((Unit::Seconds, 1e-6), "Microseconds"),
    ((Unit::Bytes, 1.0), "Bytes"),
    ((Unit::Bytes, 1024.0), "KiB"),
    ((Unit::Bytes, 1_048_576.0), "MiB"),
    ((Unit::Bytes, 1_073_741_824.0), "GiB"),
    ((Unit::Bytes, 1e3), "kB"),
    ((Unit::Bytes, 1e6), "MB"),
    ((Unit::Bytes, 1e9), "GB"),
    ((Unit::BytesPerSecond, 1.0), "Bytes/s"),
    ((Unit::BytesPerSecond, 1e3), "kB/s"),
    ((Unit::BytesPerSecond, 1e6), "MB/s"),
    ((Unit::BytesPerSecond, 125e3), "Mbit/s"),
    ((Unit::PerSecond("event"), 1.0), "Events/s"),
    ((Unit::Cores, 1.0), "Cores"),
    ((Unit::Celsius, 1.0), "°C"),
    ((Unit::Watts, 1.0), "Watts"),
    ((Unit::Hertz, 1.0), "Hertz"),
    ((Unit::Hertz, 1e6), "MHz"),
    ((Unit::RevolutionsPerMinute, 1.0), "rpm"),
];

/// A plain number.
const PLAIN: Scale = (Unit::Count("value"), 1.0);

/// One column of the file.
#[derive(Debug, Clone, PartialEq)]
pub struct ColumnDraft {
    /// Its heading in the file.
    pub header: String,
    /// Whether it becomes a series.
    pub is_taken: bool,
    /// The name of that series.
    pub name: String,
    /// What its numbers are.
    pub scale: Scale,
}

/// The mapping as it is changed.
#[derive(Debug, Clone)]
pub struct MappingDraft {
    /// The file as it was looked at.
    pub preview: Arc<ImportPreview>,
    /// The recording's name.
    pub recording: String,
    /// Place of the time column.
    pub time_column: usize,
    /// How its times are written.
    pub time_form: TimeForm,
    /// Every column of the file.
    pub columns: Vec<ColumnDraft>,
    /// What stands between columns.
    pub delimiter: u8,
    /// The first rows, parted by that.
    pub rows: Vec<Vec<String>>,
}

impl MappingDraft {
    /// The guess that came with the file.
    pub fn of(preview: &Arc<ImportPreview>) -> Self {
        let guess = &preview.mapping;
        let columns = preview.headers.iter().enumerate().map(|(i, header)| {
            let known = guess.columns.iter().find(|column| column.index == i);
            ColumnDraft {
                header: header.to_string(),
                is_taken: known.is_some(),
                name: known.map_or_else(|| header.to_string(), |column| column.name.clone()),
                scale: known.map_or(PLAIN, |column| (column.unit, column.factor)),
            }
        });
        Self {
            preview: preview.clone(),
            recording: guess.recording.clone(),
            time_column: guess.time_column,
            time_form: guess.time_form,
            columns: columns.collect(),
            delimiter: guess.delimiter,
            rows: preview.rows.iter().map(|row| row.iter().map(|cell| cell.to_string()).collect()).collect(),
        }
    }

    /// Parts the columns by something else: what was guessed of them is lost with that.
    pub fn set_delimiter(&mut self, delimiter: u8) {
        let guessed = self.preview.mapping.delimiter;
        if delimiter == guessed {
            let recording = std::mem::take(&mut self.recording);
            *self = Self { recording, ..Self::of(&self.preview) };
            return;
        }
        let part = |cells: &[Arc<str>]| {
            let line = cells.join(&char::from(guessed).to_string());
            line.split(char::from(delimiter)).map(|cell| cell.trim().to_owned()).collect::<Vec<String>>()
        };
        self.delimiter = delimiter;
        self.rows = self.preview.rows.iter().map(|row| part(row)).collect();
        let headers = part(&self.preview.headers);
        let column = |(i, header): (usize, &String)| ColumnDraft {
            header: header.clone(),
            is_taken: i != 0,
            name: header.clone(),
            scale: PLAIN,
        };
        self.columns = headers.iter().enumerate().map(column).collect();
        self.time_column = 0;
    }

    /// Makes another column the one of times. The one before is left out until it is ticked.
    pub fn set_time_column(&mut self, index: usize) {
        self.time_column = index;
        if let Some(column) = self.columns.get_mut(index) {
            column.is_taken = false;
        }
    }

    /// The columns that become series, by place.
    fn taken(&self) -> impl Iterator<Item = (usize, &ColumnDraft)> {
        self.columns.iter().enumerate().filter(|(i, column)| column.is_taken && *i != self.time_column)
    }

    /// What is wrong, in words a person can act on; `None` where it can be imported.
    pub fn problem(&self, imports: &[ImportedRecording]) -> Option<String> {
        let name = self.recording.trim();
        if self.delimiter == self.preview.mapping.delimiter
            && let Some(problem) = &self.preview.problem
        {
            return Some(problem.to_string());
        }
        if name.is_empty() {
            return Some("Give the recording a name".into());
        }
        if imports.iter().any(|import| &*import.name == name) {
            return Some(format!(
                "There is a recording called {name} already: choose another name, or remove that one"
            ));
        }
        let taken: Vec<(usize, &ColumnDraft)> = self.taken().collect();
        if taken.is_empty() {
            return Some("Tick at least one column to take".into());
        }
        for (place, (i, column)) in taken.iter().enumerate() {
            if column.name.trim().is_empty() {
                return Some(format!("Give column {} a name", i + 1));
            }
            if taken[..place].iter().any(|(_, other)| other.name.trim() == column.name.trim()) {
                return Some(format!("Two columns are called {}: give one another name", column.name.trim()));
            }
        }
        None
    }

    /// What is filled in.
    pub fn mapping(&self) -> ImportMapping {
        let column = |(index, column): (usize, &ColumnDraft)| ImportColumn {
            index,
            name: column.name.trim().into(),
            unit: column.scale.0,
            factor: column.scale.1,
        };
        ImportMapping {
            recording: self.recording.trim().to_owned(),
            time_column: self.time_column,
            time_form: self.time_form,
            columns: self.taken().map(column).collect(),
            delimiter: self.delimiter,
            has_header: self.preview.mapping.has_header,
        }
    }
}

/// The words of a scale; the unit's UCUM name and the factor where a column brought one of its own.
pub fn scale_words((unit, factor): Scale) -> String {
    match SCALES.iter().find(|(known, _)| *known == (unit, factor)) {
        Some((_, words)) => (*words).to_owned(),
        None if factor == 1.0 => unit.ucum(),
        None => format!("{factor}\u{2009}×\u{2009}{}", unit.ucum()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{TimeRange, Timestamp};

    pub fn preview(lines: &[&str]) -> Arc<ImportPreview> {
        let cells = |line: &str| line.split(',').map(Arc::from).collect::<Arc<[Arc<str>]>>();
        let headers = cells(lines[0]);
        let columns = headers.iter().enumerate().skip(1).map(|(index, name)| ImportColumn {
            index,
            name: name.to_string(),
            unit: Unit::Count("value"),
            factor: 1.0,
        });
        let mapping = ImportMapping {
            recording: "bench".into(),
            time_column: 0,
            time_form: TimeForm::Iso,
            columns: columns.collect(),
            delimiter: b',',
            has_header: true,
        };
        Arc::new(ImportPreview {
            path: "/tmp/bench.csv".into(),
            bytes: 1000,
            headers,
            rows: lines[1..].iter().map(|line| cells(line)).collect(),
            mapping,
            problem: None,
        })
    }

    #[test]
    fn columns_are_left_renamed_and_given_units() {
        let mut draft = MappingDraft::of(&preview(&["time,cpu,io", "2026-11-23 14:00,1,2"]));
        draft.columns[1].name = " CPU ".into();
        draft.columns[1].scale = (Unit::Ratio, 0.01);
        draft.columns[2].is_taken = false;
        let expect = [ImportColumn { index: 1, name: "CPU".into(), unit: Unit::Ratio, factor: 0.01 }];
        assert_eq!(draft.mapping().columns, expect);
        assert_eq!(draft.problem(&[]), None);
        draft.set_time_column(1);
        assert_eq!(draft.problem(&[]).as_deref(), Some("Tick at least one column to take"));
        draft.columns[0].is_taken = true;
        assert_eq!(
            draft.mapping().columns.first().map(|c| c.index),
            Some(0),
            "the column that held times can be taken"
        );
    }

    #[test]
    fn a_line_that_was_parted_wrongly_is_parted_anew_and_back() {
        let mut draft = MappingDraft::of(&preview(&["time;cpu;io", "2026-11-23 14:00;12,5;3"]));
        draft.recording = "mine".into();
        draft.set_delimiter(b';');
        assert_eq!(draft.rows, [["2026-11-23 14:00", "12,5", "3"]]);
        let names: Vec<&str> = draft.columns.iter().map(|c| c.header.as_str()).collect();
        assert_eq!(names, ["time", "cpu", "io"]);
        assert_eq!((draft.mapping().delimiter, draft.mapping().columns.len()), (b';', 2));
        draft.set_delimiter(b',');
        assert_eq!((draft.columns.len(), draft.recording.as_str()), (1, "mine"));
    }

    #[test]
    fn a_scale_of_its_own_has_words_too() {
        for (scale, expect) in [
            ((Unit::Ratio, 0.01), "Percent"),
            ((Unit::PerSecond("packet"), 1.0), "{packet}/s"),
            ((Unit::Seconds, 60.0), "60 × s"),
        ] {
            assert_eq!(scale_words(scale).replace('\u{2009}', " "), expect);
        }
    }

    #[test]
    fn what_is_wrong_is_said() {
        let mut draft = MappingDraft::of(&preview(&["time,cpu,io", "1,2,3"]));
        let there = ImportedRecording {
            name: "bench".into(),
            covers: TimeRange { start: Timestamp::from_millis(0), end: Timestamp::from_millis(1) },
            n_series: 1,
            bytes: 1,
        };
        let problem = |draft: &MappingDraft| draft.problem(std::slice::from_ref(&there)).unwrap_or_default();
        assert!(problem(&draft).starts_with("There is a recording called bench"));
        draft.recording = " ".into();
        assert_eq!(problem(&draft), "Give the recording a name");
        draft.recording = "other".into();
        draft.columns[2].name = "cpu".into();
        assert_eq!(problem(&draft), "Two columns are called cpu: give one another name");
        draft.columns[2].name.clear();
        assert_eq!(problem(&draft), "Give column 3 a name");
        let mut broken = (*draft.preview).clone();
        broken.problem = Some("no column holds times".into());
        draft.preview = Arc::new(broken);
        assert_eq!(problem(&draft), "no column holds times");
    }
}
