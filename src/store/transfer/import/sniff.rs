//! What kind of file this is, by its first bytes: text with columns, and what stands between them; or something else.

use super::numbers::{Field, field};
use super::source::reader;
use super::times::time_millis;
use crate::model::TimeForm;

/// What may stand between columns, in order of preference.
const DELIMITERS: [u8; 4] = [b',', b';', b'\t', b'|'];
/// Rows a guess looks at.
const ROWS: usize = 100;

/// Why a file is no CSV file, with what to do; `None` where it looks like one.
pub(super) fn refusal(head: &[u8]) -> Option<&'static str> {
    const KINDS: [(&[u8], &str); 9] = [
        (b"PK\x03\x04", "It is a workbook or a zip archive; save the sheet as CSV, or unpack it, and choose that file"),
        (b"\xd0\xcf\x11\xe0", "It is a workbook; save the sheet as CSV and choose that file"),
        (b"\x1f\x8b", "It is compressed; unpack it first"),
        (b"\x28\xb5\x2f\xfd", "It is compressed; unpack it first"),
        (b"\xfd7zXZ", "It is compressed; unpack it first"),
        (b"PAR1", "It is a Parquet file; write it as CSV with the program it comes from"),
        (super::super::archive::MAGIC, "It is an archive of Perfdesk's history; import it as an archive"),
        (b"PDHIST", "It is a file of Perfdesk's history; import it as an archive"),
        (b"%PDF", "It is a PDF document and no table"),
    ];
    let wide = || "It is text in UTF-16; save it as UTF-8 and choose that file";
    if head.iter().all(u8::is_ascii_whitespace) {
        return Some("It is empty");
    }
    if let Some((_, why)) = KINDS.iter().find(|(magic, _)| head.starts_with(magic)) {
        return Some(why);
    }
    if head.starts_with(b"\xff\xfe") || head.starts_with(b"\xfe\xff") {
        return Some(wide());
    }
    let n_zero = head.iter().filter(|byte| **byte == 0).count();
    if n_zero * 3 > head.len() && is_every_second_zero(head) {
        return Some(wide());
    }
    if n_zero > 0 {
        return Some("It is no text, so no table can be read from it");
    }
    None
}

fn is_every_second_zero(head: &[u8]) -> bool {
    let n = head.len().min(64);
    let n_zero = |from: usize| head[..n].iter().skip(from).step_by(2).filter(|byte| **byte == 0).count();
    n_zero(0) * 4 > n || n_zero(1) * 4 > n
}

/// The rows of a text, at most `most`.
pub(super) fn split(text: &[u8], delimiter: u8, most: usize) -> Vec<Vec<Vec<u8>>> {
    let mut rows = Vec::new();
    let mut reader = reader(text, delimiter);
    let mut record = csv::ByteRecord::new();
    while rows.len() < most && reader.read_byte_record(&mut record).unwrap_or(false) {
        if record.len() > 1 || !record.as_slice().trim_ascii().is_empty() {
            rows.push(record.iter().map(|bytes| bytes.strip_suffix(b"\r").unwrap_or(bytes).to_vec()).collect());
        }
    }
    rows
}

/// What stands between the columns: what splits the most rows into one and the same number of fields, of which the
/// most are times and numbers.
pub(super) fn delimiter(text: &[u8]) -> u8 {
    let mut best = (0.0, DELIMITERS[0]);
    for delimiter in DELIMITERS {
        let rows = split(text, delimiter, ROWS);
        let Some(usual) = usual_length(&rows).filter(|usual| *usual > 1) else { continue };
        let n_usual = rows.iter().filter(|row| row.len() == usual).count();
        let fields = || rows.iter().filter(|row| row.len() == usual).flatten();
        let n_read = fields().filter(|bytes| is_read(bytes, delimiter)).count();
        let score = n_usual as f64 / rows.len() as f64 + 2.0 * n_read as f64 / fields().count().max(1) as f64;
        if score > best.0 + 1e-9 {
            best = (score, delimiter);
        }
    }
    best.1
}

fn is_read(bytes: &[u8], delimiter: u8) -> bool {
    matches!(field(bytes, delimiter), Field::Number(_) | Field::Missing)
        || time_millis(bytes, TimeForm::Iso, delimiter).is_some()
}

/// The number of fields most rows have.
pub(super) fn usual_length(rows: &[Vec<Vec<u8>>]) -> Option<usize> {
    let n_of = |length: usize| rows.iter().filter(|row| row.len() == length).count();
    rows.iter().map(Vec::len).max_by_key(|length| (n_of(*length), *length))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_stands_between_columns_is_guessed() {
        for (text, expect) in [
            ("time,cpu\n2026-11-24 03:00:00,1\n2026-11-24 03:00:01,2\n", b','),
            ("time;cpu;mem\n1795489200;0,25;1,5\n1795489201;0,5;2,5\n", b';'),
            ("1795489200;0,25;1,5\n1795489201;0,5;2,5\n", b';'),
            ("time\tcpu\n2026-11-24 03:00:00\t1\n", b'\t'),
            ("time|cpu\n2026-11-24 03:00:00|1\n", b'|'),
            ("\"a, b\";c\n1;2\n", b';'),
            ("one column\n1\n", b','),
        ] {
            assert_eq!(char::from(delimiter(text.as_bytes())), char::from(expect), "{text}");
        }
    }

    #[test]
    fn what_is_no_csv_is_said_with_what_to_do() {
        for (head, expect) in [
            (&b""[..], "It is empty"),
            (b" \r\n\n", "It is empty"),
            (b"PK\x03\x04...", "workbook or a zip"),
            (b"\xff\xfet\0i\0m\0e\0", "UTF-16"),
            (b"t\0i\0m\0e\0,\0a\0\n\0", "UTF-16"),
            (b"\0t\0i\0m\0e\0,\0a\0\n", "UTF-16"),
            (b"\x7fELF\x02\x01\x01\0\0\0\0\0some text that is long enough to be more than zeros", "no text"),
            (b"PAR1\x15", "Parquet"),
        ] {
            let why = refusal(head).unwrap_or_default();
            assert!(why.contains(expect), "{head:?}: {why}");
        }
        assert_eq!(refusal("time,größe\n1,2\n".as_bytes()), None);
    }
}
