//! The Summary of a PostgreSQL server: figures, charts, what takes its time, who is connected, the server itself.

use std::sync::Arc;

use eframe::egui::{Rangef, Rect, Role, ScrollArea, Sense, Ui, UiBuilder, WidgetInfo, vec2};

use super::super::chart::{Drawn, Spec};
use super::super::series::Known;
use super::super::sheet::{brief_height, brief_ui};
use super::super::summary::ground;
use super::super::words::{percent_words, rate_number, time_words};
use super::super::{ServicesPanel, placed_panel};
use super::facts::{FACT, Tile, facts_ui, tiles_ui};
use super::missing::{missing_ui, sentence};
use super::{Tab, rows};
use crate::model::database::{
    Checkpoints, Connections, DatabaseStatus, Locks, Missing, PostgresView, Replication, SessionGroup, Told,
};
use crate::model::quantity::decimals;
use crate::model::{Quantity, Unit};
use crate::ui::PanelCx;
use crate::ui::chart::time_axis::about_words;
use crate::ui::icons;
use crate::ui::theme::TextRole;
use crate::ui::widgets::{Mark, Tone, link_arrow, number_cell, panel, panel_head, row_ground, text_at};

/// Height of the charts.
const CHARTS: f32 = 176.0;
/// Statements that are shown.
const STATEMENTS: usize = 6;
/// Groups of sessions that are shown.
const GROUPS: usize = 8;

/// Draws the Summary into `rect`, `width` of it; the scroll bar stands in the margin.
pub(super) fn summary_ui(
    cx: &PanelCx<'_>,
    ui: &mut Ui,
    (rect, width): (Rect, f32),
    panel: &mut ServicesPanel,
    (status, view): (&Arc<DatabaseStatus>, &Arc<PostgresView>),
) {
    let gap = if cx.is_compact { 10.0 } else { 12.0 };
    let known = panel.index.of(&status.target.name).cloned().unwrap_or_default();
    ui.scope_builder(UiBuilder::new().max_rect(rect), |ui| {
        ScrollArea::vertical().id_salt("database summary").auto_shrink(false).show(ui, |ui| {
            ui.set_max_width(width);
            ui.spacing_mut().item_spacing = vec2(0.0, 0.0);
            tiles_ui(cx, ui, width, &tiles(cx, view));
            ui.add_space(gap);
            charts_ui(cx, ui, (width, gap), panel, &known);
            ui.add_space(gap);
            statements_ui(cx, ui, width, panel, view);
            ui.add_space(gap);
            sessions_and_server_ui(cx, ui, (width, gap), view);
            missing_parts_ui(cx, ui, (width, gap), view);
            ui.add_space(gap);
        });
    });
}

fn warning() -> Mark {
    Mark { icon: icons::fill::WARNING, tone: Tone::Warning }
}

fn untold<T>(label: &'static str, told: &Told<T>) -> Tile {
    let detail = told.missing().map_or_else(|| "not asked yet".into(), |missing| sentence(&missing.why));
    Tile { label, value: "–".into(), detail, mark: None }
}

fn tiles(cx: &PanelCx<'_>, view: &PostgresView) -> [Tile; 5] {
    let bytes = |n: u64| Quantity::new(n as f64, Unit::Bytes).text(&cx.snapshot.settings.units);
    let connections = match &view.connections {
        Told::Value(all) => Tile {
            label: "Connections",
            value: format!("{} of {}", all.used, all.max),
            detail: format!("{} free, {} reserved", all.free(), all.reserved),
            mark: (all.used_ratio() >= 0.9).then(|| (warning(), "nearly full")),
        },
        told => untold("Connections", told),
    };
    let (hits, transactions, size) = match &view.traffic {
        Told::Value(all) => {
            let (ratio, detail) = match (all.hit_ratio, all.total_hit_ratio) {
                (Some(now), _) => (Some(now), "of blocks wanted lately"),
                (None, Some(total)) => (Some(total), "of blocks wanted so far"),
                (None, None) => (None, "no block was wanted yet"),
            };
            let hits = Tile {
                label: "Cache hits",
                value: ratio.map_or_else(|| "–".into(), percent_words),
                detail: detail.into(),
                mark: all.hit_ratio.filter(|ratio| *ratio < 0.9).map(|_| (warning(), "low")),
            };
            let rolled = all.rollbacks_per_second.map(|r| format!("{} rolled back each second", rate_number(r)));
            let transactions = Tile {
                label: "Transactions/s",
                value: all.commits_per_second.map_or_else(|| "–".into(), rate_number),
                detail: rolled.unwrap_or_else(|| "from the next look on".into()),
                mark: None,
            };
            let freeze = all.freeze_ratio.filter(|ratio| *ratio >= 0.9);
            let size = Tile {
                label: "Database size",
                value: all.size_bytes.map_or_else(|| "–".into(), bytes),
                detail: format!("{} deadlocks so far", decimals(all.n_deadlocks as f64, 0)),
                mark: freeze.map(|_| (warning(), "vacuum is due")),
            };
            (hits, transactions, size)
        }
        told => (untold("Cache hits", told), untold("Transactions/s", told), untold("Database size", told)),
    };
    let locks = match &view.locks {
        Told::Value(Locks { n_waiting, longest_seconds, .. }) => Tile {
            label: "Waiting for a lock",
            value: n_waiting.to_string(),
            detail: if *n_waiting > 0 {
                format!("the longest {}", time_words(Some(*longest_seconds)))
            } else {
                "no session waits".into()
            },
            mark: (*longest_seconds >= 5.0).then(|| (warning(), "held up")),
        },
        told => untold("Waiting for a lock", told),
    };
    [connections, hits, transactions, locks, size]
}

fn charts_ui(cx: &PanelCx<'_>, ui: &mut Ui, (width, gap): (f32, f32), panel: &ServicesPanel, known: &Known) {
    let (row, _) = ui.allocate_exact_size(vec2(width, CHARTS), Sense::hover());
    let ground = ground(cx, panel);
    let curve = |metric, name, slot| Drawn { series: known.named(metric), name, slot, now: None };
    let connections = [curve("postgresql.backends", "open", 0), curve("postgresql.connection.free", "free", 6)];
    let transactions = [curve("postgresql.commits", "ok", 2), curve("postgresql.rollbacks", "rollback", 7)];
    let hits = [curve("postgresql.cache.hit_ratio", "", 5)];
    let missing = "From the second look on";
    let spec =
        |title, unit, curves, has_notes| Spec { title, unit, curves, alarm: None, missing, has_notes, moment: None };
    let specs = [
        spec("Connections", Unit::Count("connection"), &connections[..], false),
        spec("Transactions", Unit::PerSecond("transaction"), &transactions[..], true),
        spec("Cache hits", Unit::Ratio, &hits[..], false),
    ];
    super::redis::row_of_charts(cx, ui, row, gap, &ground, &specs);
}

fn statements_ui(cx: &PanelCx<'_>, ui: &mut Ui, width: f32, panel: &mut ServicesPanel, view: &PostgresView) {
    let theme = cx.theme;
    let Told::Value(statements) = &view.statements else {
        let missing = view.statements.missing().cloned().unwrap_or_default();
        self::panel(ui, theme, |ui| missing_ui(cx, ui, "Statements are not counted", &missing));
        return;
    };
    panel.database.brief_statements.refresh(statements, rows::brief_statements);
    let n = statements.rows.len().min(STATEMENTS);
    let head = theme.frame(cx.is_compact).panel_head;
    let (rect, _) = ui.allocate_exact_size(vec2(width, head + brief_height(cx, n.max(1)) + 6.0), Sense::hover());
    let mut opens = false;
    let mut clicked = None;
    placed_panel(ui, theme, "statements", rect, |ui| {
        let load = statements.load.map(|load| format!("{} in statements each second of late", time_words(Some(load))));
        panel_head(ui, theme, cx.is_compact, "What takes its time", &load.unwrap_or_default(), |ui| {
            opens = link_arrow(ui, theme, "All statements").clicked();
        });
        let body = rect.with_min_y(ui.cursor().top());
        clicked = brief_ui(cx, ui, body, &mut panel.database.brief_statements, (STATEMENTS, f64::MAX));
    });
    if opens || clicked.is_some() {
        panel.database.tab = Tab::Statements;
        panel.database.statements.chosen = clicked;
    }
}

fn sessions_and_server_ui(cx: &PanelCx<'_>, ui: &mut Ui, (width, gap): (f32, f32), view: &PostgresView) {
    let theme = cx.theme;
    let head = theme.frame(cx.is_compact).panel_head;
    let row = theme.frame(cx.is_compact).row;
    let facts = server_facts(cx, view);
    let groups = view.connections.value().map(|all| all.groups.clone()).unwrap_or_default();
    let table = theme.size.table_head + groups.len().clamp(1, GROUPS) as f32 * row + 6.0;
    let is_stacked = cx.is_compact;
    let facts_height = head + facts.len() as f32 * FACT + 10.0;
    let height = if is_stacked { head + table } else { (head + table).max(facts_height) };
    let (place, _) = ui.allocate_exact_size(vec2(width, height), Sense::hover());
    let left = if is_stacked { place } else { place.with_max_x(place.left() + ((width - gap) * 0.56).round()) };
    placed_panel(ui, theme, "sessions", left, |ui| {
        let hint = view.connections.value().map(sessions_hint).unwrap_or_default();
        panel_head(ui, theme, cx.is_compact, "Who is connected", &hint, |_| {});
        groups_ui(cx, ui, left.with_min_y(ui.cursor().top()), &groups);
    });
    let right = if is_stacked {
        ui.add_space(gap);
        ui.allocate_exact_size(vec2(width, facts_height), Sense::hover()).0
    } else {
        place.with_min_x(left.right() + gap)
    };
    facts_ui(cx, ui, right, ("Server", &format!("PostgreSQL {}", view.server.version)), &facts);
}

fn sessions_hint(all: &Connections) -> String {
    let oldest = all.oldest_transaction_seconds.filter(|s| *s >= 1.0);
    oldest.map_or_else(String::new, |s| format!("the oldest transaction is {} old", time_words(Some(s))))
}

fn groups_ui(cx: &PanelCx<'_>, ui: &Ui, rect: Rect, groups: &[SessionGroup]) {
    let theme = cx.theme;
    let c = &theme.color;
    let row = theme.frame(cx.is_compact).row;
    let n = Rangef::new(rect.right() - 76.0, rect.right() - 16.0);
    let state = Rangef::new(rect.right() - 236.0, n.min - 12.0);
    let middle = rect.left() + (state.min - rect.left()) * 0.45;
    let (user, program) = (Rangef::new(rect.left() + 16.0, middle - 12.0), Rangef::new(middle, state.min - 12.0));
    let line = |i: usize| {
        let top = rect.top() + theme.size.table_head + row * i as f32;
        Rangef::new(top, top + row)
    };
    let head = Rangef::new(rect.top(), rect.top() + theme.size.table_head);
    for (x, text) in [(user, "User"), (program, "Program"), (state, "State")] {
        text_at(ui.painter(), theme, Rect::from_x_y_ranges(x, head), text, TextRole::SmallStrong, c.t2);
    }
    number_cell(ui.painter(), theme, Rect::from_x_y_ranges(n, head), "Sessions", TextRole::SmallStrong, c.t2);
    for (i, group) in groups.iter().take(GROUPS).enumerate() {
        let y = line(i);
        let whole = Rect::from_x_y_ranges(rect.x_range().shrink(1.0), y);
        let words = if group.state.is_empty() { "may not be seen" } else { &*group.state };
        let response = ui.interact(whole, ui.scope_id().with(("group", i)), Sense::hover());
        let told = format!("{} sessions of {}, {}: {words}", group.n, group.user, group.application);
        response.widget_info(|| WidgetInfo::labeled(Role::Row, true, &told));
        row_ground(ui.painter(), theme, whole, response.hovered(), false);
        text_at(ui.painter(), theme, Rect::from_x_y_ranges(user, y), &group.user, TextRole::BodyStrong, c.t1);
        let program_words = if group.application.is_empty() { "–" } else { &*group.application };
        text_at(ui.painter(), theme, Rect::from_x_y_ranges(program, y), program_words, TextRole::Body, c.t2);
        let color = if group.state.starts_with("idle in transaction") { c.warning } else { c.t2 };
        text_at(ui.painter(), theme, Rect::from_x_y_ranges(state, y), words, TextRole::Body, color);
        number_cell(ui.painter(), theme, Rect::from_x_y_ranges(n, y), &group.n.to_string(), TextRole::Body, c.t1);
    }
}

fn server_facts(cx: &PanelCx<'_>, view: &PostgresView) -> Vec<(&'static str, String)> {
    let units = &cx.snapshot.settings.units;
    let mut facts = vec![("Started", format!("{} ago", about_words(cx.now.since(view.server.started_at))))];
    if let Some(checkpoints) = view.checkpoints.value() {
        facts.push(("Checkpoints", checkpoint_words(checkpoints)));
        let written = Quantity::new(checkpoints.written_bytes as f64, Unit::Bytes).text(units);
        let times = format!("{written}, {} writing", time_words(Some(checkpoints.write_seconds)));
        facts.push(("Written by them", times));
    }
    if let Some(replication) = view.replication.value() {
        facts.push(("Replication", replication_words(replication)));
    }
    if let Some(tables) = view.tables.value() {
        let all = tables.live_rows + tables.dead_rows;
        let ratio = if all == 0 { 0.0 } else { tables.dead_rows as f64 / all as f64 };
        facts.push(("Dead rows", format!("{}, {}", decimals(tables.dead_rows as f64, 0), percent_words(ratio))));
    }
    if let Some(ratio) = view.traffic.value().and_then(|traffic| traffic.freeze_ratio) {
        facts.push(("Until vacuum is forced", format!("{} of the way", percent_words(ratio))));
    }
    if let Some(since) = view.traffic.value().and_then(|traffic| traffic.stats_since) {
        facts.push(("Counted for", about_words(cx.now.since(since))));
    }
    facts
}

fn checkpoint_words(checkpoints: &Checkpoints) -> String {
    let Checkpoints { n_timed, n_requested, .. } = checkpoints;
    let before = checkpoints.requested_ratio().filter(|ratio| *ratio >= 0.5);
    let hint = before.map_or("", |_| ": max_wal_size is small");
    format!("{} by time, {} before it{hint}", decimals(*n_timed as f64, 0), decimals(*n_requested as f64, 0))
}

fn replication_words(replication: &Replication) -> String {
    if replication.is_replica {
        let lag = replication
            .lag_seconds
            .map_or_else(|| "nothing came yet".into(), |s| format!("{} behind", time_words(Some(s))));
        let link = if replication.is_receiving == Some(false) { ", receives nothing" } else { "" };
        return format!("replica, {lag}{link}");
    }
    let idle = replication.slots.iter().filter(|slot| !slot.is_active).count();
    let slots = if idle > 0 { format!("; {idle} slots nobody reads") } else { String::new() };
    let worst = replication.standbys.iter().filter_map(|standby| standby.lag_seconds).reduce(f64::max);
    match replication.standbys.len() {
        0 => format!("nobody follows it{slots}"),
        n => {
            let lag = worst.map_or_else(String::new, |s| format!(", the last {} behind", time_words(Some(s))));
            format!("{n} follow it{lag}{slots}")
        }
    }
}

/// What else is not told, each with its reason.
fn missing_parts_ui(cx: &PanelCx<'_>, ui: &mut Ui, (width, gap): (f32, f32), view: &PostgresView) {
    let parts: [(&str, Option<&Missing>); 6] = [
        ("Connections", view.connections.missing()),
        ("Transactions and cache", view.traffic.missing()),
        ("Locks", view.locks.missing()),
        ("Tables", view.tables.missing()),
        ("Checkpoints", view.checkpoints.missing()),
        ("Replication", view.replication.missing()),
    ];
    for (title, missing) in parts {
        let Some(missing) = missing else { continue };
        ui.add_space(gap);
        ui.scope(|ui| {
            ui.set_max_width(width);
            panel(ui, cx.theme, |ui| missing_ui(cx, ui, title, missing));
        });
    }
}
