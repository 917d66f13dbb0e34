//! The tables of a database: their columns, and their rows.

use std::sync::Arc;

use super::super::sheet::{Cell, Column, Form, Row};
use super::super::words::moment_words;
use crate::model::Timestamp;
use crate::model::database::{Index, Indexes, RedisView, SlowEntry, Statement, StatementId, Statements, Table, Tables};

const fn column(title: &'static str, form: Form, width: f32, meaning: &'static str) -> Column {
    Column { title, form, width, meaning }
}

/// Statements.
pub(super) const STATEMENTS: &[Column] = &[
    column("Statement", Form::Code, 0.0, "Its text, values left out; choose it for its plan"),
    column("Time, %", Form::Share, 58.0, "Its share of the time in all statements of the database, of late"),
    column("", Form::Bar(0), 64.0, "The same as a bar"),
    column("Calls/s", Form::Rate, 62.0, "Calls each second of late"),
    column("Mean, ms", Form::Number(2), 76.0, "Mean time of a call of late; in all, where there was none of late"),
    column("Rows/call", Form::Number(1), 72.0, "Rows that a call gives or changes, in the mean"),
    column("Calls", Form::Number(0), 84.0, "Calls since the statistics began"),
    column("Total, s", Form::Number(1), 84.0, "Time in all calls since the statistics began"),
];

/// Statements on the Summary.
pub(super) const BRIEF_STATEMENTS: &[Column] = &[
    column("Statement", Form::Code, 0.0, "Its text, values left out"),
    column("Time, %", Form::Share, 54.0, "Its share of the time in all statements, of late"),
    column("Calls/s", Form::Rate, 56.0, "Calls each second of late"),
    column("Mean, ms", Form::Number(2), 72.0, "Mean time of a call"),
    column("", Form::Bar(0), 40.0, ""),
];

/// Indexes.
pub(super) const INDEXES: &[Column] = &[
    column("Index", Form::Code, 0.0, "Schema and name"),
    column("Table", Form::Code, 150.0, "What it belongs to"),
    column("Size, MiB", Form::Number(1), 74.0, "Its size on disk"),
    column("Scans", Form::Number(0), 76.0, "Times it was used since the statistics began"),
    column("State", Form::Words, 108.0, "Unused: nobody used it and it keeps no rule, such as a key"),
    column("Definition", Form::Code, 250.0, "How it is made"),
];

/// Tables.
pub(super) const TABLES: &[Column] = &[
    column("Table", Form::Code, 0.0, "Schema and name"),
    column("Size, MiB", Form::Number(1), 74.0, "Its size on disk, without its indexes"),
    column("Rows", Form::Number(0), 88.0, "Rows, estimated"),
    column("Dead rows", Form::Number(0), 80.0, "Rows that nobody can see any more and vacuum did not take away yet"),
    column("Dead, %", Form::Share, 58.0, "The share of its rows that are dead"),
    column("Whole reads", Form::Number(0), 84.0, "Times it was read from end to end since the statistics began"),
    column("Rows each", Form::Number(0), 76.0, "Rows read each time, in the mean"),
    column("By index", Form::Number(0), 76.0, "Times an index of it was used"),
    column("Last vacuum", Form::Words, 118.0, "By a person or by itself"),
];

/// The slow log of Redis.
pub(super) const SLOW: &[Column] = &[
    column("Command", Form::Code, 0.0, "The command and what it touches first; what else it was given is left out"),
    column("Took, ms", Form::Millis, 74.0, "Time it took in the server, without waiting"),
    column("When", Form::Words, 140.0, "When it ran"),
    column("Client", Form::Code, 180.0, "Who sent it"),
];

const MIB: f64 = (1 << 20) as f64;

fn text(text: &Arc<str>) -> Cell {
    Cell::Text(text.clone())
}

fn number(value: f64) -> Cell {
    Cell::Number(Some(value))
}

/// The key of a statement's row.
pub(super) fn key(statement: &Statement) -> Arc<str> {
    match statement.id {
        StatementId::Known(id) => id.to_string().into(),
        StatementId::Running(pid) => format!("pid {pid}").into(),
    }
}

fn on_one_line(statement: &Statement) -> Cell {
    Cell::Text(statement.text.split_whitespace().collect::<Vec<_>>().join(" ").into())
}

/// Rows of [`STATEMENTS`].
pub(super) fn statements(all: &Statements) -> Vec<Row> {
    let row = |statement: &Statement| Row {
        key: key(statement),
        cells: vec![
            on_one_line(statement),
            number(statement.share()),
            number(statement.share()),
            Cell::Number(statement.calls_per_second),
            number(1e3 * statement.recent_mean_seconds.unwrap_or(statement.mean_seconds)),
            number(statement.rows_per_call),
            number(statement.calls as f64),
            number(statement.total_seconds),
        ],
    };
    all.rows.iter().map(row).collect()
}

/// Rows of [`BRIEF_STATEMENTS`].
pub(super) fn brief_statements(all: &Statements) -> Vec<Row> {
    let row = |statement: &Statement| Row {
        key: key(statement),
        cells: vec![
            on_one_line(statement),
            number(statement.share()),
            Cell::Number(statement.calls_per_second),
            number(1e3 * statement.recent_mean_seconds.unwrap_or(statement.mean_seconds)),
            number(statement.share()),
        ],
    };
    all.rows.iter().map(row).collect()
}

/// Rows of [`INDEXES`].
pub(super) fn indexes(all: &Indexes) -> Vec<Row> {
    let state = |index: &Index| match (index.is_valid, index.is_unused(), index.keeps_a_rule) {
        (false, _, _) => "cannot be used",
        (true, true, _) => "unused",
        (true, false, true) => "keeps a rule",
        (true, false, false) => "used",
    };
    let row = |index: &Index| Row {
        key: index.name.clone(),
        cells: vec![
            text(&index.name),
            text(&index.table),
            number(index.bytes as f64 / MIB),
            number(index.scans as f64),
            Cell::Text(state(index).into()),
            text(&index.definition),
        ],
    };
    all.rows.iter().map(row).collect()
}

/// Rows of [`TABLES`].
pub(super) fn tables(all: &Tables, now: Timestamp) -> Vec<Row> {
    let row = |table: &Table| Row {
        key: table.name.clone(),
        cells: vec![
            text(&table.name),
            number(table.bytes as f64 / MIB),
            number(table.live_rows as f64),
            number(table.dead_rows as f64),
            number(table.dead_ratio()),
            number(table.seq_scans as f64),
            Cell::Number((table.seq_scans > 0).then(|| table.seq_rows as f64 / table.seq_scans as f64)),
            Cell::Number(table.index_scans.map(|n| n as f64)),
            Cell::Text(table.vacuumed_at.map_or_else(|| "never".into(), |at| moment_words(at, now).into())),
        ],
    };
    all.rows.iter().map(row).collect()
}

/// Rows of [`SLOW`].
pub(super) fn slow(view: &RedisView, now: Timestamp) -> Vec<Row> {
    let row = |entry: &SlowEntry| Row {
        key: entry.id.to_string().into(),
        cells: vec![
            text(&entry.command),
            number(entry.seconds),
            Cell::Text(moment_words(entry.at, now).into()),
            text(&entry.client),
        ],
    };
    view.slow_log.value().map(|log| log.rows.iter().map(row).collect()).unwrap_or_default()
}
