//! A moment as plain text, for the clipboard.

use std::fmt::Write;

use super::busy::{Busy, busy_rows};
use super::values::{ValueRow, value_rows};
use crate::model::{PastMoment, Snapshot};
use crate::ui::chart::Zone;
use crate::ui::chart::time_axis::full_stamp;

/// Everything the inspector shows, as lines.
pub fn moment_text(moment: &PastMoment, snapshot: &Snapshot, zone: Zone) -> String {
    let units = &snapshot.settings.units;
    let mut text = format!("{} on {}\n", full_stamp(moment.at.unwrap_or(moment.asked), zone), snapshot.machine.host);
    if moment.at.is_none() {
        text.push_str("Nothing was recorded then\n");
        return text;
    }
    for (by, name) in Busy::CHOICES {
        let rows = busy_rows(&moment.processes, by, units);
        if !rows.is_empty() {
            let _ = writeln!(text, "\nBusiest by {name}");
        }
        for row in rows {
            let process = &moment.processes[row.process];
            let _ = writeln!(text, "  {} ({}, {}): {}", process.name, process.key.pid, process.user, row.text);
        }
    }
    for row in value_rows(moment, snapshot, "", units) {
        let _ = match row {
            ValueRow::Heading(title) => writeln!(text, "\n{title}"),
            ValueRow::Value { name, text: value, extent, .. } if extent.is_empty() => {
                writeln!(text, "  {name}: {value}")
            }
            ValueRow::Value { name, text: value, extent, .. } => writeln!(text, "  {name}: {value} ({extent})"),
        };
    }
    if !moment.annotations.is_empty() {
        text.push_str("\nAnnotations\n");
    }
    for note in moment.annotations.iter() {
        let _ = writeln!(text, "  {}: {}", full_stamp(note.text.at, zone), note.text.text);
    }
    text
}
