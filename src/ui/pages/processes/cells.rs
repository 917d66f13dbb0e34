//! The texts of the rows that are on the screen, made once for each change of the board and then kept.

use std::collections::HashMap;

use chrono::{DateTime, Datelike, FixedOffset, TimeZone};

use crate::analysis::process_table::{Board, Column, Line};
use crate::model::quantity::decimals;
use crate::model::{ByteUnits, ProcessRow, Timestamp, Units};
use crate::ui::chart::time_axis::offset_seconds;

/// The text of one cell.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Cell {
    pub text: String,
    /// Whether it is zero or absent, which is drawn in `t3`.
    pub is_faint: bool,
}

/// The texts of one row.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct RowTexts {
    /// One for each column of the table.
    pub cells: Vec<Cell>,
    /// What a screen reader says, and tests look for.
    pub label: String,
}

/// The texts made for one state of the board.
#[derive(Debug, Default)]
pub(super) struct TextCache {
    made_for: Option<(u64, Vec<Column>, Units)>,
    rows: HashMap<usize, RowTexts>,
}

impl TextCache {
    /// Forgets everything when the board, the columns or the units changed.
    pub(super) fn refresh(&mut self, board: &Board, columns: &[Column], units: Units) {
        let is_same = self
            .made_for
            .as_ref()
            .is_some_and(|(generation, cols, u)| *generation == board.generation() && cols == columns && *u == units);
        if !is_same {
            self.rows.clear();
            self.made_for = Some((board.generation(), columns.to_vec(), units));
        }
    }

    /// The texts of a line.
    pub(super) fn row(
        &mut self,
        board: &Board,
        line: &Line,
        columns: &[Column],
        units: Units,
        now: Timestamp,
    ) -> &RowTexts {
        self.rows.entry(line.row).or_insert_with(|| {
            let row = board.row(line);
            let state = if board.has_ended(line) { ", ended" } else { "" };
            RowTexts {
                cells: columns.iter().map(|column| cell(row, *column, &units, now)).collect(),
                label: format!("{}, PID {}{state}", row.name, row.key.pid),
            }
        })
    }
}

/// The text of a cell; the head names its unit.
pub(super) fn cell(row: &ProcessRow, column: Column, units: &Units, now: Timestamp) -> Cell {
    let text = |text: String| Cell { text, is_faint: false };
    let number = |value: Option<f64>, n: usize| match value {
        Some(value) => {
            let text = decimals(value, n);
            let is_faint = !text.bytes().any(|b| (b'1'..=b'9').contains(&b));
            Cell { text, is_faint }
        }
        None => Cell { text: "–".into(), is_faint: true },
    };
    let percent = |cores: Option<f32>| number(cores.map(|cores| f64::from(cores) * 100.0), 1);
    let mega = |bytes: Option<f32>| number(bytes.map(|bytes| f64::from(bytes) / 1e6), 1);
    match column {
        Column::Name => text(row.name.to_string()),
        Column::Pid => text(row.key.pid.to_string()),
        Column::User => text(row.user.to_string()),
        Column::Cpu => percent(row.cpu_cores),
        Column::Waits => percent(row.wait_cores),
        Column::Memory => number(row.memory_bytes.map(|bytes| bytes as f64 / mebi(units)), 0),
        Column::Read => mega(row.read_bytes_per_second),
        Column::Write => mega(row.write_bytes_per_second),
        Column::Threads => text(row.n_threads.to_string()),
        Column::State => text(row.state.word().into()),
        Column::Started => text(day_or_time(row.started_at, now)),
        Column::Command if row.command.is_empty() => Cell { text: "–".into(), is_faint: true },
        Column::Command => text(row.command.to_string()),
    }
}

/// Bytes of the unit memory is counted in.
pub(super) fn mebi(units: &Units) -> f64 {
    match units.memory {
        ByteUnits::Binary => 1_048_576.0,
        ByteUnits::Decimal => 1e6,
    }
}

fn local(at: Timestamp, offset_seconds: i32) -> Option<DateTime<FixedOffset>> {
    FixedOffset::east_opt(offset_seconds)?.timestamp_millis_opt(at.as_millis()).single()
}

/// The time of a start today, the day of an earlier one.
fn day_or_time(at: Timestamp, now: Timestamp) -> String {
    moment(at, now, offset_seconds(at), "%H:%M:%S", "%b %-d", "%b %Y")
}

/// A start in words: "today 06:12:40", "Nov 21, 06:12".
pub(super) fn day_and_time(at: Timestamp, now: Timestamp) -> String {
    moment(at, now, offset_seconds(at), "today %H:%M:%S", "%b %-d, %H:%M", "%b %-d %Y, %H:%M")
}

fn moment(at: Timestamp, now: Timestamp, offset: i32, today: &str, this_year: &str, earlier: &str) -> String {
    let (Some(at), Some(now)) = (local(at, offset), local(now, offset)) else { return "–".into() };
    let form = match () {
        () if at.date_naive() == now.date_naive() => today,
        () if at.year() == now.year() => this_year,
        () => earlier,
    };
    at.format(form).to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn starts_are_told_by_time_or_day() {
        const NOW: i64 = 1_795_444_448_000; // 2026-11-23T14:34:08Z
        for (ago_seconds, expect) in
            [(3600, "today 13:34:08"), (86_400 * 2, "Nov 21, 14:34"), (86_400 * 400, "Oct 19 2025, 14:34")]
        {
            let at = Timestamp::from_millis(NOW - ago_seconds * 1000);
            let text =
                moment(at, Timestamp::from_millis(NOW), 0, "today %H:%M:%S", "%b %-d, %H:%M", "%b %-d %Y, %H:%M");
            assert_eq!(text, expect);
        }
    }
}
