//! Times to live by class of keys in one line: "product:* 3 h stale 10 min; * 1 h; jitter 0.1".

use std::time::Duration;

use super::{read_duration, write_duration};
use crate::model::profile::{ClassRow, ClassTable};

const EXAMPLE: &str = "write classes such as product:* 3 h stale 10 min; * 1 h; jitter 0.1";

/// Reads a table; what its rows must be is looked at by the catalogue.
pub(super) fn read(text: &str) -> Result<ClassTable, String> {
    let mut table = ClassTable::default();
    for part in text.split(';').map(str::trim).filter(|part| !part.is_empty()) {
        let (class, times) = part.split_once(char::is_whitespace).ok_or(EXAMPLE)?;
        let jitter = times.trim().parse::<f64>().ok().filter(|_| class == "jitter");
        if let Some(jitter) = jitter {
            table.jitter_ratio = jitter;
            continue;
        }
        let (lives, stale) = match times.split_once("stale") {
            Some((lives, stale)) if stale.trim() == "off" => (lives, Duration::ZERO),
            Some((lives, stale)) => (lives, read_duration(stale)?),
            None => (times, Duration::ZERO),
        };
        table.rows.push(ClassRow { class: class.into(), lives: read_duration(lives)?, stale });
    }
    if table.rows.is_empty() { Err(EXAMPLE.to_owned()) } else { Ok(table) }
}

/// A table in one line.
pub(super) fn write(table: &ClassTable) -> String {
    let row = |row: &ClassRow| {
        let lives = write_duration(row.lives);
        match row.stale {
            Duration::ZERO => format!("{} {lives}", row.class),
            stale => format!("{} {lives} stale {}", row.class, write_duration(stale)),
        }
    };
    let mut parts: Vec<String> = table.rows.iter().map(row).collect();
    if table.jitter_ratio != 0.0 {
        parts.push(format!("jitter {}", table.jitter_ratio));
    }
    parts.join("; ")
}
