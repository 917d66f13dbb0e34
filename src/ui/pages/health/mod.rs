//! The health page: what Perfdesk itself costs, and whether its parts and probes work.

mod history;
mod probes;

use eframe::egui::{ScrollArea, Sense, Ui, UiBuilder, vec2};

use crate::model::quantity::decimals;
use crate::model::{Health, ProbeState, Quantity, Snapshot, Timestamp, Unit, Units, WorkerState};
use crate::ui::cx::PanelCx;
use crate::ui::frame_figures::FrameFigures;
use crate::ui::icons;
use crate::ui::theme::TextRole;
use crate::ui::widgets::{Mark, Tone, hairline, number_cell, panel, panel_head, state_mark, text_at};
use history::history_ui;
pub use history::trouble as history_trouble;
use probes::probes_ui;

/// Share of one core below which the cost is called little.
const LITTLE: f64 = 0.05;

/// Width of a worker's name.
const WORKER_NAME: f32 = 72.0;

/// Draws the page.
pub fn health_ui(cx: &PanelCx<'_>, ui: &mut Ui, frames: &FrameFigures) {
    let sizes = cx.theme.frame(cx.is_compact);
    let place = super::page_place(ui, sizes.margin_x);
    ui.scope_builder(UiBuilder::new().max_rect(place), |ui| {
        ScrollArea::vertical().id_salt("health").auto_shrink(false).show(ui, |ui| {
            ui.set_max_width(ui.available_width() - sizes.margin_x);
            ui.spacing_mut().item_spacing = vec2(sizes.gap, sizes.gap);
            ui.add_space(sizes.margin_y);
            let (mark, sentence) = sentence(cx.snapshot, frames, cx.now);
            ui.horizontal(|ui| {
                ui.label(mark.icon.text(18.0, mark.tone.icon_color(cx.theme)));
                ui.label(cx.theme.text(TextRole::SentenceDense, sentence));
            });
            ui.columns(2, |columns| {
                figures_ui(cx, &mut columns[0], "What it costs", &costs(cx.snapshot, frames));
                figures_ui(cx, &mut columns[1], "What it holds and lost", &holdings(cx));
            });
            ui.columns(2, |columns| {
                workers_ui(cx, &mut columns[0]);
                queues_ui(cx, &mut columns[1]);
            });
            history_ui(cx, ui);
            probes_ui(cx, ui);
        });
    });
}

/// The first line of the page: whether anything needs a look.
fn sentence(snapshot: &Snapshot, frames: &FrameFigures, now: Timestamp) -> (Mark, String) {
    let health = &snapshot.health;
    let failed = snapshot.probes.iter().filter(|p| matches!(p.state, ProbeState::Failed { .. })).count();
    let stopped = health.workers.iter().filter(|w| matches!(w.state, WorkerState::Stopped { .. })).count();
    // Batches that were dropped stand among the drops of their queue.
    let lost = health.queues.iter().map(|q| q.dropped).sum::<u64>();
    let plural = |n: usize, one: &str, many: &str| if n == 1 { format!("One {one}") } else { format!("{n} {many}") };
    let warn = |text| (Mark { icon: icons::fill::WARNING, tone: Tone::Warning }, text);
    if stopped > 0 {
        let text = plural(stopped, "worker has stopped", "workers have stopped") + ": start Perfdesk again";
        return (Mark { icon: icons::fill::X_CIRCLE, tone: Tone::Critical }, text);
    }
    if let Some(text) = history_trouble(&snapshot.history, now) {
        return warn(text);
    }
    if failed > 0 {
        return warn(plural(failed, "probe fails", "probes fail") + "; the reason stands below");
    }
    if lost > 0 {
        let were_lost = if lost == 1 { "entry was" } else { "entries were" };
        return warn(format!(
            "{} {were_lost} lost because a queue was full; the queues below say which",
            decimals(lost as f64, 0)
        ));
    }
    let cost = cpu(health).map_or_else(String::new, |cpu| format!(": {cpu} of one core"));
    let frame = frames.p50_seconds.map_or_else(String::new, |s| format!(", a frame in {}", time(Some(s))));
    let is_little = health.cpu_ratio.is_none_or(|ratio| ratio < LITTLE);
    let words = if is_little { "Perfdesk costs little" } else { "Perfdesk works" };
    (Mark { icon: icons::fill::CHECK_CIRCLE, tone: Tone::Neutral }, format!("{words}{cost}{frame}"))
}

fn time(seconds: Option<f64>) -> String {
    seconds.map_or("–".into(), |s| Quantity::new(s, Unit::Seconds).text(&Units::default()))
}

fn count(n: u64) -> String {
    decimals(n as f64, 0)
}

fn cpu(health: &Health) -> Option<String> {
    health.cpu_ratio.map(|ratio| Quantity::new(ratio, Unit::Ratio).text(&Units::default()))
}

fn costs(snapshot: &Snapshot, frames: &FrameFigures) -> Vec<(&'static str, String)> {
    let (health, units) = (&snapshot.health, &snapshot.settings.units);
    let pair = |p50, p99| format!("{}, {}", time(p50), time(p99));
    vec![
        ("CPU, share of one core", cpu(health).unwrap_or("–".into())),
        (
            "Memory, resident",
            health.memory_bytes.map_or("–".into(), |b| Quantity::new(b as f64, Unit::Bytes).text(units)),
        ),
        ("Sampling pass, median and p99", pair(health.sample_p50_seconds, health.sample_p99_seconds)),
        ("Engine step, median and p99", pair(health.engine_p50_seconds, health.engine_p99_seconds)),
        ("Frame, median and p99", pair(frames.p50_seconds, frames.p99_seconds)),
        ("Start to first frame", time(frames.first_frame_seconds)),
        ("Frames drawn", count(frames.n_frames)),
    ]
}

fn holdings(cx: &PanelCx<'_>) -> Vec<(&'static str, String)> {
    let (health, units) = (&cx.snapshot.health, &cx.snapshot.settings.units);
    vec![
        ("Series", count(health.n_series as u64)),
        ("Samples in memory", count(health.n_samples as u64)),
        ("Memory for them", Quantity::new(health.window_bytes as f64, Unit::Bytes).text(units)),
        ("Sampling passes", count(health.n_passes)),
        ("Ticks skipped because a pass was late", count(health.skipped_ticks)),
        ("Batches dropped because the engine was busy", count(health.dropped_batches)),
        ("Commands the engine could not take", count(cx.engine.n_rejected())),
    ]
}

fn figures_ui(cx: &PanelCx<'_>, ui: &mut Ui, title: &str, figures: &[(&str, String)]) {
    let theme = cx.theme;
    panel(ui, theme, |ui| {
        panel_head(ui, theme, cx.is_compact, title, "", |_| {});
        for (i, (label, value)) in figures.iter().enumerate() {
            if i > 0 {
                hairline(ui, theme);
            }
            let (rect, response) = ui.allocate_exact_size(vec2(ui.available_width(), theme.size.row), Sense::hover());
            let row = rect.shrink2(vec2(16.0, 0.0));
            text_at(ui.painter(), theme, row, label, TextRole::Small, theme.color.t2);
            let color = if value == "0" || value == "–" { theme.color.t3 } else { theme.color.t1 };
            number_cell(ui.painter(), theme, row, value, TextRole::BodyStrong, color);
            named(&response, format!("{label}: {value}"));
        }
    });
}

/// Says a painted row to screen readers.
fn named(response: &eframe::egui::Response, text: String) {
    response.widget_info(|| eframe::egui::WidgetInfo::labeled(eframe::egui::Role::Label, true, text.as_str()));
}

fn workers_ui(cx: &PanelCx<'_>, ui: &mut Ui) {
    let theme = cx.theme;
    panel(ui, theme, |ui| {
        panel_head(ui, theme, cx.is_compact, "Workers", "threads", |_| {});
        for (i, worker) in cx.snapshot.health.workers.iter().enumerate() {
            if i > 0 {
                hairline(ui, theme);
            }
            let (mark, word, why) = match &worker.state {
                WorkerState::Running => (Mark { icon: icons::fill::CHECK_CIRCLE, tone: Tone::Neutral }, "works", None),
                WorkerState::Restarted { why, .. } => {
                    (Mark { icon: icons::fill::WARNING, tone: Tone::Warning }, "started again", Some(why))
                }
                WorkerState::Stopped { why, .. } => {
                    (Mark { icon: icons::fill::X_CIRCLE, tone: Tone::Critical }, "stopped", Some(why))
                }
            };
            ui.horizontal(|ui| {
                ui.set_min_height(theme.size.row);
                ui.add_space(16.0);
                // The states stand below each other, however long the names are.
                let left = ui.cursor().left();
                ui.label(theme.text(TextRole::Code, worker.name));
                ui.add_space((left + WORKER_NAME - ui.cursor().left()).max(0.0));
                state_mark(ui, theme, mark, word);
                if worker.n_restarts > 0 {
                    let times = format!("{} times", worker.n_restarts);
                    ui.label(theme.colored(TextRole::Small, times, theme.color.t3));
                }
                if let Some(why) = why {
                    ui.add(eframe::egui::Label::new(theme.colored(TextRole::Small, &**why, theme.color.t2)).truncate());
                }
            });
        }
    });
}

fn queues_ui(cx: &PanelCx<'_>, ui: &mut Ui) {
    let words = |q: &crate::model::QueueStatus| {
        let dropped = if q.dropped == 0 { String::new() } else { format!(", {} dropped", count(q.dropped)) };
        format!("{} of {}{dropped}", count(q.length as u64), count(q.capacity as u64))
    };
    let rows: Vec<(&str, String)> = cx.snapshot.health.queues.iter().map(|q| (q.name, words(q))).collect();
    figures_ui(cx, ui, "Queues", &rows);
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;
    use crate::model::{ProbeId, ProbeStatus, QueueStatus, SeriesGroup};

    #[test]
    fn the_first_line_names_the_worst() {
        let frames = FrameFigures::default();
        let now = Timestamp::from_millis(0);
        let mut snapshot = Snapshot::default();
        assert_eq!(sentence(&snapshot, &frames, now).1, "Perfdesk costs little");
        let probe = ProbeStatus {
            id: ProbeId("power"),
            title: "Power".into(),
            group: SeriesGroup::Sensors,
            state: ProbeState::Failed { since: Timestamp::from_millis(0), why: "permission denied".into() },
            cost: std::time::Duration::ZERO,
            cadence: None,
            n_series: 0,
        };
        let queue = QueueStatus { name: "engine inputs", length: 0, capacity: 256, dropped: 3 };
        snapshot.health = Arc::new(Health { dropped_batches: 3, queues: vec![queue], ..Health::default() });
        let expect = "3 entries were lost because a queue was full; the queues below say which";
        assert_eq!(sentence(&snapshot, &frames, now).1, expect);
        snapshot.probes = vec![probe].into();
        assert_eq!(sentence(&snapshot, &frames, now).1, "One probe fails; the reason stands below");
    }
}
