//! Tables and indexes: what reads as one that lacks an index, what nobody used, what is full of dead rows.

use std::sync::Arc;

use eframe::egui::{Rect, Ui};

use super::super::ServicesPanel;
use super::super::sheet::{About, sheet_ui};
use super::hints::{Hint, hints_ui};
use super::missing::missing_ui;
use super::rows;
use crate::model::database::{Index, Indexes, PostgresView, Table, Tables, Told};
use crate::model::quantity::{decimals, joined};
use crate::model::{Quantity, Timestamp, Unit, Units};
use crate::ui::PanelCx;
use crate::ui::chart::time_axis::about_words;
use crate::ui::widgets::panel_in;

/// Indexes whose names are put together for one hint.
const MAX_NAMED: usize = 20;

fn gap(cx: &PanelCx<'_>) -> f32 {
    if cx.is_compact { 10.0 } else { 12.0 }
}

/// How long the server has counted, in words.
fn counted_for(view: &PostgresView, since: Option<Timestamp>, now: Timestamp) -> String {
    match since {
        Some(at) => format!("in {}", about_words(now.since(at))),
        None => format!(
            "since the statistics began; the server started {} ago",
            about_words(now.since(view.server.started_at))
        ),
    }
}

/// Draws the tables.
pub(super) fn tables_ui(cx: &PanelCx<'_>, ui: &mut Ui, rect: Rect, panel: &mut ServicesPanel, view: &PostgresView) {
    match &view.tables {
        Told::Value(tables) => {
            let rect = hints_ui(cx, ui, rect, gap(cx), &table_hints(view, tables, cx.now));
            let now = cx.now;
            panel.database.tables.refresh(tables, |all| rows::tables(all, now));
            let about = About { name: "table", notice: f64::MAX, missing: "The database has no tables of its own yet" };
            panel_in(ui, cx.theme, rect, |ui| sheet_ui(cx, ui, rect, &mut panel.database.tables, about, &[]));
        }
        told => untold_ui(cx, ui, rect, "Tables", told),
    }
}

/// Draws the indexes.
pub(super) fn indexes_ui(cx: &PanelCx<'_>, ui: &mut Ui, rect: Rect, panel: &mut ServicesPanel, view: &PostgresView) {
    match &view.indexes {
        Told::Value(indexes) => {
            let mut hints = index_hints(view, indexes, cx.now, &cx.snapshot.settings.units);
            hints.extend(view.tables.value().into_iter().flat_map(|tables| lacking(view, tables, cx.now)));
            let rect = hints_ui(cx, ui, rect, gap(cx), &hints);
            panel.database.indexes.refresh(indexes, rows::indexes);
            let about =
                About { name: "index", notice: f64::MAX, missing: "The database has no indexes of its own yet" };
            panel_in(ui, cx.theme, rect, |ui| sheet_ui(cx, ui, rect, &mut panel.database.indexes, about, &[]));
        }
        told => untold_ui(cx, ui, rect, "Indexes", told),
    }
}

/// Draws why there is nothing.
pub(super) fn untold_ui<T>(cx: &PanelCx<'_>, ui: &mut Ui, rect: Rect, title: &str, told: &Told<T>) {
    panel_in(ui, cx.theme, rect, |ui| match told.missing() {
        Some(missing) => missing_ui(cx, ui, title, missing),
        None => super::loading_ui(cx, ui),
    });
}

fn table_hints(view: &PostgresView, tables: &Arc<Tables>, now: Timestamp) -> Vec<Hint> {
    let dead = |table: &Table| Hint {
        text: format!(
            "{}: {} of its rows are dead ({}); last vacuum {}",
            table.name,
            joined(&decimals(table.dead_ratio() * 100.0, 0), "%"),
            decimals(table.dead_rows as f64, 0),
            table.vacuumed_at.map_or_else(|| "never".into(), |at| format!("{} ago", about_words(now.since(at)))),
        ),
        sql: format!("VACUUM (ANALYZE) {};", table.name),
    };
    let mut hints: Vec<Hint> = tables.rows.iter().filter(|table| table.needs_vacuum).take(2).map(dead).collect();
    hints.extend(lacking(view, tables, now).into_iter().take(2));
    hints
}

/// Tables that read as ones that lack an index, those with most rows read first.
fn lacking(view: &PostgresView, tables: &Tables, now: Timestamp) -> Vec<Hint> {
    let mut all: Vec<&Table> = tables.rows.iter().filter(|table| table.lacks_index).collect();
    all.sort_by_key(|table| std::cmp::Reverse(table.seq_rows));
    let hint = |table: &&Table| {
        let by_index = match table.index_scans {
            Some(n) => format!("by index {} times", decimals(n as f64, 0)),
            None => "it has no index".into(),
        };
        Hint {
            text: format!(
                "{} was read from end to end {} times, {} rows each, {by_index}, {}: an index may be missing; the plans of its statements tell which",
                table.name,
                decimals(table.seq_scans as f64, 0),
                decimals(table.seq_rows as f64 / table.seq_scans.max(1) as f64, 0),
                counted_for(view, tables.stats_since, now),
            ),
            sql: String::new(),
        }
    };
    all.iter().take(3).map(hint).collect()
}

fn index_hints(view: &PostgresView, indexes: &Indexes, now: Timestamp, units: &Units) -> Vec<Hint> {
    let unused: Vec<&Index> = indexes.rows.iter().filter(|index| index.is_unused()).collect();
    let mut hints = Vec::new();
    if !unused.is_empty() {
        let bytes: u64 = unused.iter().map(|index| index.bytes).sum();
        let size = Quantity::new(bytes as f64, Unit::Bytes).text(units);
        let replicas = if indexes.has_replicas { "; replicas count their own use" } else { "" };
        let what = if unused.len() == 1 { "index was" } else { "indexes were" };
        let drops = unused.iter().take(MAX_NAMED).map(|index| format!("DROP INDEX CONCURRENTLY {};", index.name));
        hints.push(Hint {
            text: format!(
                "{} {what} not used once {}, together {size}{replicas}",
                unused.len(),
                counted_for(view, indexes.stats_since, now)
            ),
            sql: drops.collect::<Vec<_>>().join("\n"),
        });
    }
    for index in indexes.rows.iter().filter(|index| !index.is_valid).take(2) {
        hints.push(Hint {
            text: format!("{} cannot be used: its making broke off, and every write still pays for it", index.name),
            sql: format!("REINDEX INDEX CONCURRENTLY {};", index.name),
        });
    }
    hints
}
