//! The Summary of a Redis server: figures, charts, memory and keys; and its slow log.

use std::sync::Arc;

use eframe::egui::{Rect, ScrollArea, Sense, Ui, UiBuilder, pos2, vec2};

use super::super::chart::{Drawn, Ground, Spec, chart_ui};
use super::super::sheet::{About, sheet_ui};
use super::super::summary::ground;
use super::super::words::{percent_words, rate_number, time_words};
use super::super::{ServicesPanel, placed_panel};
use super::facts::{FACT, Tile, facts_ui, tiles_ui};
use super::missing::{missing_ui, sentence};
use super::rows;
use super::tables::untold_ui;
use crate::model::database::{DatabaseStatus, RedisView, Told};
use crate::model::quantity::decimals;
use crate::model::{Quantity, Unit};
use crate::ui::PanelCx;
use crate::ui::chart::time_axis::about_words;
use crate::ui::icons;
use crate::ui::widgets::{Mark, Tone, panel, panel_in};

/// Height of the charts.
const CHARTS: f32 = 176.0;

/// Draws the Summary into `rect`, `width` of it; the scroll bar stands in the margin.
pub(super) fn summary_ui(
    cx: &PanelCx<'_>,
    ui: &mut Ui,
    (rect, width): (Rect, f32),
    panel: &mut ServicesPanel,
    (status, view): (&Arc<DatabaseStatus>, &Arc<RedisView>),
) {
    let gap = if cx.is_compact { 10.0 } else { 12.0 };
    ui.scope_builder(UiBuilder::new().max_rect(rect), |ui| {
        ScrollArea::vertical().id_salt("redis summary").auto_shrink(false).show(ui, |ui| {
            ui.set_max_width(width);
            ui.spacing_mut().item_spacing = vec2(0.0, 0.0);
            tiles_ui(cx, ui, width, &tiles(cx, view));
            ui.add_space(gap);
            charts_ui(cx, ui, (width, gap), panel, &status.target.name);
            ui.add_space(gap);
            facts_row_ui(cx, ui, (width, gap), view);
            for (title, missing) in [
                ("Memory", view.memory.missing()),
                ("Commands", view.traffic.missing()),
                ("Replication", view.replication.missing()),
                ("Slow log", view.slow_log.missing()),
            ] {
                if let Some(missing) = missing {
                    ui.add_space(gap);
                    self::panel(ui, cx.theme, |ui| missing_ui(cx, ui, title, missing));
                }
            }
            ui.add_space(gap);
        });
    });
}

/// Draws the slow log.
pub(super) fn slow_ui(cx: &PanelCx<'_>, ui: &mut Ui, rect: Rect, panel: &mut ServicesPanel, view: &Arc<RedisView>) {
    let Told::Value(log) = &view.slow_log else {
        untold_ui(cx, ui, rect, "Slow log", &view.slow_log);
        return;
    };
    let now = cx.now;
    panel.database.slow.refresh(view, |view| rows::slow(view, now));
    let from = log.from_seconds.map_or_else(
        || "No command was slow yet".to_owned(),
        |s| format!("No command took longer than {} yet, which is slowlog-log-slower-than", time_words(Some(s))),
    );
    let about = About { name: "command", notice: f64::MAX, missing: &from };
    panel_in(ui, cx.theme, rect, |ui| sheet_ui(cx, ui, rect, &mut panel.database.slow, about, &[]));
}

/// Draws charts beside each other into a row.
pub(super) fn row_of_charts(
    cx: &PanelCx<'_>,
    ui: &mut Ui,
    row: Rect,
    gap: f32,
    ground: &Ground<'_>,
    specs: &[Spec<'_>],
) {
    let n = specs.len().max(1) as f32;
    let width = (row.width() - gap * (n - 1.0)) / n;
    for (i, spec) in specs.iter().enumerate() {
        let left = (row.left() + (width + gap) * i as f32).round();
        let place = Rect::from_min_size(pos2(left, row.top()), vec2(width.round(), row.height()));
        placed_panel(ui, cx.theme, spec.title, place, |ui| chart_ui(cx, ui, place, ground, spec));
    }
}

fn tiles(cx: &PanelCx<'_>, view: &RedisView) -> [Tile; 5] {
    let bytes = |n: u64| Quantity::new(n as f64, Unit::Bytes).text(&cx.snapshot.settings.units);
    let warning = Mark { icon: icons::fill::WARNING, tone: Tone::Warning };
    let tile = |label, value: Option<String>, detail: String, mark| Tile {
        label,
        value: value.unwrap_or_else(|| "–".into()),
        detail,
        mark,
    };
    let clients = view.clients.value();
    let memory = view.memory.value();
    let traffic = view.traffic.value();
    let untold = |missing: Option<&crate::model::database::Missing>| {
        missing.map_or_else(|| "not told yet".to_owned(), |missing| sentence(&missing.why))
    };
    let hit = traffic.and_then(|t| t.hit_ratio.or(t.total_hit_ratio));
    let of = if traffic.is_some_and(|t| t.hit_ratio.is_some()) {
        "of the look-ups of late"
    } else {
        "of all look-ups so far"
    };
    let evicts = traffic.and_then(|t| t.evicted_per_second);
    [
        tile(
            "Hits",
            hit.map(percent_words),
            if traffic.is_some() { of.to_owned() } else { untold(view.traffic.missing()) },
            None,
        ),
        tile(
            "Commands/s",
            traffic.and_then(|t| t.commands_per_second).map(rate_number),
            traffic.map_or_else(
                || untold(view.traffic.missing()),
                |t| format!("{} refused for want of room", decimals(t.n_rejected as f64, 0)),
            ),
            None,
        ),
        tile(
            "Memory",
            memory.map(|m| bytes(m.used_bytes)),
            memory.map_or_else(
                || untold(view.memory.missing()),
                |m| {
                    m.max_bytes.map_or_else(
                        || "without a limit".to_owned(),
                        |max| format!("of {}, then {}", bytes(max), m.policy),
                    )
                },
            ),
            memory
                .and_then(|m| m.max_bytes.map(|max| (m.used_bytes, max)))
                .filter(|(used, max)| *used as f64 >= *max as f64 * 0.95)
                .map(|_| (warning, "full")),
        ),
        tile(
            "Evicted/s",
            evicts.map(rate_number),
            traffic.map_or_else(
                || untold(view.traffic.missing()),
                |t| format!("{} since the start", decimals(t.n_evicted as f64, 0)),
            ),
            evicts.filter(|rate| *rate > 0.0).map(|_| (warning, "memory is short")),
        ),
        tile(
            "Connections",
            clients.map(|c| c.connected.to_string()),
            clients.map_or_else(
                || untold(view.clients.missing()),
                |c| {
                    c.max.map_or_else(
                        || format!("{} blocked", c.blocked),
                        |max| format!("of {}, {} blocked", decimals(max.into(), 0), c.blocked),
                    )
                },
            ),
            None,
        ),
    ]
}

fn charts_ui(cx: &PanelCx<'_>, ui: &mut Ui, (width, gap): (f32, f32), panel: &ServicesPanel, name: &str) {
    let known = panel.index.of(name).cloned().unwrap_or_default();
    let (row, _) = ui.allocate_exact_size(vec2(width, CHARTS), Sense::hover());
    let ground = ground(cx, panel);
    let curve = |metric, name, slot| Drawn { series: known.named(metric), name, slot, now: None };
    let commands = [curve("redis.commands", "", 2)];
    let hits = [curve("redis.cache.hit_ratio", "", 5)];
    let memory = [curve("redis.memory.used", "used", 0), curve("redis.maxmemory", "allowed", 6)];
    let missing = "From the second look on";
    let spec =
        |title, unit, curves, has_notes| Spec { title, unit, curves, alarm: None, missing, has_notes, moment: None };
    let specs = [
        spec("Commands", Unit::PerSecond("command"), &commands[..], false),
        spec("Hits", Unit::Ratio, &hits[..], true),
        spec("Memory", Unit::Bytes, &memory[..], false),
    ];
    row_of_charts(cx, ui, row, gap, &ground, &specs);
}

fn facts_row_ui(cx: &PanelCx<'_>, ui: &mut Ui, (width, gap): (f32, f32), view: &RedisView) {
    let units = &cx.snapshot.settings.units;
    let bytes = |n: u64| Quantity::new(n as f64, Unit::Bytes).text(units);
    let mut server = vec![("Started", format!("{} ago", about_words(cx.now.since(view.started_at))))];
    if let Some(memory) = view.memory.value() {
        server.push(("Most memory so far", bytes(memory.peak_bytes)));
        if let Some(ratio) = memory.fragmentation_ratio {
            server.push(("Memory given over memory used", decimals(ratio, 2)));
        }
    }
    if let Some(replication) = view.replication.value() {
        let words = match (replication.is_replica, replication.is_linked) {
            (true, Some(false)) => "replica, its link is down".to_owned(),
            (true, _) => replication.silent_seconds.map_or_else(
                || "replica".into(),
                |s| format!("replica, heard of the other {} ago", time_words(Some(s))),
            ),
            (false, _) if replication.n_replicas == 0 => "nobody follows it".to_owned(),
            (false, _) => {
                let lag =
                    replication.lag_bytes.map_or_else(String::new, |lag| format!(", the last {} behind", bytes(lag)));
                format!("{} follow it{lag}", replication.n_replicas)
            }
        };
        server.push(("Replication", words));
    }
    let keys: Vec<(&str, String)> = view
        .keyspace
        .iter()
        .take(8)
        .map(|space| {
            let words = format!(
                "{} keys, {} end by themselves",
                decimals(space.keys as f64, 0),
                decimals(space.expires as f64, 0)
            );
            (&*space.name, words)
        })
        .collect();
    let keys = if keys.is_empty() { vec![("Keys", "none".to_owned())] } else { keys };
    let head = cx.theme.frame(cx.is_compact).panel_head;
    let height = head + server.len().max(keys.len()) as f32 * FACT + 10.0;
    let (place, _) = ui.allocate_exact_size(vec2(width, height), Sense::hover());
    let half = place.left() + ((width - gap) / 2.0).round();
    facts_ui(cx, ui, place.with_max_x(half), ("Server", &format!("Redis {}", view.version)), &server);
    facts_ui(cx, ui, place.with_min_x(half + gap), ("Keys", ""), &keys);
}
