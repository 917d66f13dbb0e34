//! The figures of the side panel: four small charts and the facts below them. Texts are made once a snapshot.

use std::sync::Arc;
use std::time::Duration;

use eframe::egui::{Align2, Label, Rect, Sense, Ui, UiBuilder, pos2, vec2};

use super::cells::day_and_time;
use super::details::line_above;
use super::details_lists::being_read;
use crate::analysis::process_table::{elapsed_words, portrait};
use crate::analysis::program_name;
use crate::model::quantity::{decimals, joined};
use crate::model::{
    Bucket, ProcessDetail, ProcessHistory, ProcessKey, ProcessRow, Quantity, Reading, SeriesId, Snapshot, TimeRange,
    Timestamp, Unit, ViewId,
};
use crate::ui::PanelCx;
use crate::ui::chart::{MeshCache, SparkData, SparkStyle, spark_ui};
use crate::ui::theme::TextRole;

/// The texts of the side panel.
#[derive(Debug, Default)]
pub(super) struct Facts {
    made_for: Option<(u64, ProcessKey)>,
    /// When the process was last seen.
    pub seen_at: Timestamp,
    pub sentence: String,
    /// Number and unit of CPU, waiting, memory and disk.
    values: [(String, String); 4],
    facts: Vec<(&'static str, String)>,
    /// Titles of the tabs, with their counts.
    pub tab_titles: [String; 4],
    /// The series of the process's program.
    pub series: Option<SeriesId>,
    range: Option<TimeRange>,
}

/// Shortest span the small charts show.
const MIN_SPAN: Duration = Duration::from_secs(60);

impl Facts {
    pub(super) fn refresh(
        &mut self,
        cx: &PanelCx<'_>,
        row: &ProcessRow,
        detail: Option<&ProcessDetail>,
        history: &ProcessHistory,
    ) {
        let snapshot = cx.snapshot;
        if self.made_for == Some((snapshot.seq, row.key)) {
            return;
        }
        let is_running = snapshot.processes.get(row.key).is_some();
        if is_running || self.made_for.is_none_or(|(_, key)| key != row.key) {
            self.seen_at = snapshot.processes.at;
        }
        self.made_for = Some((snapshot.seq, row.key));
        self.sentence = portrait(row, history);
        let units = snapshot.settings.units;
        let percent = |cores: Option<f32>| match cores {
            Some(cores) => (decimals(f64::from(cores) * 100.0, 1), "%".to_owned()),
            None => absent(),
        };
        let disk = match (row.read_bytes_per_second, row.write_bytes_per_second) {
            (None, None) => None,
            (read, write) => Some(read.unwrap_or(0.0) + write.unwrap_or(0.0)),
        };
        let quantity =
            |value: Option<f64>, unit| value.map_or_else(absent, |value| Quantity::new(value, unit).parts(&units));
        self.values = [
            percent(row.cpu_cores),
            percent(row.wait_cores),
            quantity(row.memory_bytes.map(|bytes| bytes as f64), Unit::Bytes),
            quantity(disk.map(f64::from), Unit::BytesPerSecond),
        ];
        self.facts = facts(cx, row, detail);
        let count = |title: &str, n: Option<usize>| {
            n.map_or_else(|| title.to_owned(), |n| format!("{title} {}", decimals(n as f64, 0)))
        };
        let n_threads = detail.and_then(|d| d.threads.value().map(|list| list.len()));
        let files = detail.and_then(|d| d.files.value());
        let n_sockets = files.map(|list| list.iter().filter(|file| file.is_socket).count());
        let n_files = files.zip(n_sockets).map(|(list, sockets)| list.len() - sockets);
        self.tab_titles = [
            "Command".into(),
            count("Threads", Some(n_threads.unwrap_or(row.n_threads as usize))),
            count("Files", n_files),
            count("Sockets", n_sockets),
        ];
        self.series = program_series(snapshot, program_name(row));
        let end = history.cpu_cores.last().map_or(self.seen_at, |bucket| bucket.at.max(self.seen_at));
        let known = history.cpu_cores.first().map_or(MIN_SPAN, |bucket| end.since(bucket.at));
        self.range = Some(TimeRange::ending_at(end, known.clamp(MIN_SPAN, cx.range.max(MIN_SPAN))));
    }
}

fn absent() -> (String, String) {
    ("–".into(), String::new())
}

/// The series of a program's processor use.
fn program_series(snapshot: &Snapshot, name: &str) -> Option<SeriesId> {
    let listed = snapshot.overview.programs.iter().find(|program| *program.name == *name);
    listed.and_then(|program| program.series).or_else(|| {
        let is_it =
            |def: &crate::model::SeriesDef| def.key.metric() == "process.cpu.utilization" && *def.instance == *name;
        snapshot.series.iter().find(|info| is_it(&info.def)).map(|info| info.id)
    })
}

fn facts(cx: &PanelCx<'_>, row: &ProcessRow, detail: Option<&ProcessDetail>) -> Vec<(&'static str, String)> {
    let snapshot = cx.snapshot;
    let ids = match row.parent {
        Some(parent) => format!("{}, child of {parent}", row.key.pid),
        None => row.key.pid.to_string(),
    };
    let ago = elapsed_words(cx.now.since(row.started_at));
    let mut started = day_and_time(row.started_at, cx.now);
    if let Some(first) = started.get_mut(..1) {
        first.make_ascii_uppercase();
    }
    let mut facts =
        vec![("PID, parent", ids), ("Started", format!("{started}, {ago} ago")), ("User", row.user.to_string())];
    if let Some(limits) = &snapshot.machine.limits {
        let units = &snapshot.settings.units;
        let memory = limits.memory_bytes.map(|bytes| Quantity::new(bytes as f64, Unit::Bytes).text(units));
        let cores = limits.cpu_cores.map(|cores| joined(&decimals(cores, 1), "cores"));
        let none = || "none".to_owned();
        let text = format!("CPU {}, memory {}", cores.unwrap_or_else(none), memory.unwrap_or_else(none));
        facts.push(("Limits", text));
    }
    let Some(detail) = detail else {
        facts.push(("Control group", being_read(cx).into()));
        facts.push(("Open files", being_read(cx).into()));
        return facts;
    };
    facts.push(("Control group", told(&detail.control_group, |group| group.to_string())));
    let limit = match &detail.file_limit {
        Reading::Value(limit) => format!(" of {}", decimals(*limit as f64, 0)),
        Reading::Unsupported { .. } | Reading::Failed { .. } => String::new(),
    };
    let open = told(&detail.n_files, |n| format!("{}{limit}", decimals(*n as f64, 0)));
    facts.push(("Open files", open));
    facts
}

/// A reading in words: its value, or the reason why there is none.
pub(super) fn told<T>(reading: &Reading<T>, words: impl FnOnce(&T) -> String) -> String {
    match reading {
        Reading::Value(value) => words(value),
        Reading::Unsupported { why } | Reading::Failed { why, .. } => why.to_string(),
    }
}

/// The number of the small charts in the cache of triangles.
const HISTORY: ViewId = ViewId(11_001);

/// Four small charts with their present values.
pub(super) fn charts_ui(
    cx: &PanelCx<'_>,
    ui: &mut Ui,
    facts: &Facts,
    history: &ProcessHistory,
    meshes: &mut MeshCache,
) {
    let theme = cx.theme;
    let c = &theme.color;
    let Some(range) = facts.range else { return };
    let charts: [(&str, &Arc<[Bucket]>, usize); 4] = [
        ("CPU", &history.cpu_cores, 0),
        ("Waits for a core", &history.wait_cores, 1),
        ("Memory", &history.memory_bytes, 5),
        ("Disk", &history.disk_bytes_per_second, 7),
    ];
    for ((title, buckets, color), (number, unit)) in charts.into_iter().zip(&facts.values) {
        line_above(ui, c.line_subtle);
        let (rect, _) = ui.allocate_exact_size(vec2(ui.available_width(), 64.0), Sense::hover());
        let left = rect.left() + 16.0;
        ui.painter().text(pos2(left, rect.top() + 20.0), Align2::LEFT_CENTER, title, theme.font(TextRole::Small), c.t2);
        let drawn = ui.painter().text(
            pos2(left, rect.top() + 40.0),
            Align2::LEFT_CENTER,
            number,
            theme.font(TextRole::Title),
            c.t1,
        );
        ui.painter().text(
            pos2(drawn.right() + 3.0, drawn.bottom() - 2.0),
            Align2::LEFT_BOTTOM,
            unit,
            theme.font(TextRole::Small),
            c.t2,
        );
        let chart =
            Rect::from_min_max(pos2(left + 104.0, rect.top() + 12.0), pos2(rect.right() - 16.0, rect.bottom() - 10.0));
        let name = format!("{title}, now {}", joined(number, unit));
        let mut place = ui.new_child(UiBuilder::new().max_rect(chart));
        let style = SparkStyle::line(theme.series_color(color));
        let data = SparkData { id: (HISTORY, SeriesId(color as u32)), buckets, range };
        spark_ui(&mut place, theme, chart.size(), meshes, data, style, &name);
    }
    meshes.end_frame();
}

/// The facts, a line each; what does not fit is cut and stands in a tooltip.
pub(super) fn facts_ui(cx: &PanelCx<'_>, ui: &mut Ui, facts: &Facts) {
    let theme = cx.theme;
    let c = &theme.color;
    line_above(ui, c.line_subtle);
    ui.add_space(10.0);
    for (title, text) in &facts.facts {
        let (rect, _) = ui.allocate_exact_size(vec2(ui.available_width(), 20.0), Sense::hover());
        let left = pos2(rect.left() + 16.0, rect.center().y);
        ui.painter().text(left, Align2::LEFT_CENTER, *title, theme.font(TextRole::Small), c.t3);
        let cell =
            Rect::from_min_max(pos2(rect.left() + 120.0, rect.top() + 2.0), pos2(rect.right() - 16.0, rect.bottom()));
        let mut place = ui.new_child(UiBuilder::new().max_rect(cell));
        place.add(Label::new(theme.text(TextRole::Small, text)).truncate());
    }
    ui.add_space(10.0);
}
