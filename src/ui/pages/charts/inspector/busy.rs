//! The busiest processes of a moment: ordered by what a person asks about, with a bar for each one's share.

use eframe::egui::{Rect, Role, Sense, Ui, WidgetInfo, pos2, vec2};

use crate::model::quantity::decimals;
use crate::model::settings::Units;
use crate::model::{BusyProcess, Quantity, Unit};
use crate::ui::theme::TextRole;
use crate::ui::widgets::{focus_ring, number_cell, row_ground, text_at};
use crate::ui::{Intent, PanelCx, icons};

/// What processes are ordered by.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Busy {
    /// Processor time.
    #[default]
    Cpu,
    /// Resident memory.
    Memory,
    /// Bytes read and written.
    Disk,
}

impl Busy {
    /// The choices, with their words.
    pub const CHOICES: [(Self, &'static str); 3] = [(Self::Cpu, "CPU"), (Self::Memory, "Memory"), (Self::Disk, "Disk")];

    /// The number a process is ordered by.
    pub fn value(self, process: &BusyProcess) -> Option<f64> {
        match self {
            Self::Cpu => process.cpu_cores.map(f64::from),
            Self::Memory => process.memory_bytes.map(|bytes| bytes as f64),
            Self::Disk => {
                let (read, written) = (process.read_bytes_per_second, process.write_bytes_per_second);
                read.or(written).map(|_| (read.unwrap_or(0) + written.unwrap_or(0)) as f64)
            }
        }
    }

    /// That number in words; processor time in percent of one core.
    pub fn text(self, value: f64, units: &Units) -> String {
        match self {
            Self::Cpu => format!("{}\u{2009}%", decimals(value * 100.0, 1)),
            Self::Memory => Quantity::new(value, Unit::Bytes).text(units),
            Self::Disk => Quantity::new(value, Unit::BytesPerSecond).text(units),
        }
    }

    /// What the number is.
    pub const fn measure(self) -> &'static str {
        match self {
            Self::Cpu => "% of one core",
            Self::Memory => "resident",
            Self::Disk => "read and written",
        }
    }
}

/// Most rows that are shown.
const MAX_ROWS: usize = 12;

/// A row: which process, its value in words, and its share of the greatest.
#[derive(Debug, Clone, PartialEq)]
pub struct BusyRow {
    /// Its place among the moment's processes.
    pub process: usize,
    /// The value in words.
    pub text: String,
    /// Share of the greatest value, 0 to 1.
    pub share: f64,
    measure: &'static str,
}

/// The busiest first; those that did nothing are left out.
pub fn busy_rows(processes: &[BusyProcess], by: Busy, units: &Units) -> Vec<BusyRow> {
    let mut found: Vec<(usize, f64)> = processes
        .iter()
        .enumerate()
        .filter_map(|(i, process)| by.value(process).filter(|value| *value > 0.0).map(|value| (i, value)))
        .collect();
    found.sort_by(|a, b| b.1.total_cmp(&a.1).then(a.0.cmp(&b.0)));
    let greatest = found.first().map_or(1.0, |(_, value)| *value);
    let row = |(process, value): (usize, f64)| BusyRow {
        process,
        text: by.text(value, units),
        share: value / greatest,
        measure: by.measure(),
    };
    found.into_iter().take(MAX_ROWS).map(row).collect()
}

/// Draws the rows. A process that still runs opens in Processes.
pub fn busy_ui(cx: &PanelCx<'_>, ui: &mut Ui, rows: &[BusyRow], processes: &[BusyProcess]) {
    let theme = cx.theme;
    let c = &theme.color;
    if rows.is_empty() {
        ui.horizontal(|ui| {
            ui.add_space(16.0);
            ui.label(theme.colored(TextRole::Small, "None of them did anything of this kind", c.t2));
        });
    }
    for row in rows {
        let Some(process) = processes.get(row.process) else { continue };
        let is_running = cx.snapshot.processes.get(process.key).is_some();
        let height = theme.size.row_dense;
        let (rect, response) = ui.allocate_exact_size(vec2(ui.available_width(), height), Sense::click());
        row_ground(ui.painter(), theme, rect, response.hovered() && is_running, false);
        let inner = rect.shrink2(vec2(16.0, 0.0));
        let bar = Rect::from_min_size(
            pos2(inner.right() - 128.0, inner.center().y - theme.size.mini_bar / 2.0),
            vec2(48.0, theme.size.mini_bar),
        );
        let radius = f32::from(theme.radius.bar);
        ui.painter().rect_filled(bar, radius, c.track);
        let filled = Rect::from_min_size(bar.min, vec2((bar.width() * row.share as f32).max(1.5), bar.height()));
        ui.painter().rect_filled(filled, radius, c.t2);
        number_cell(ui.painter(), theme, inner, &row.text, TextRole::SmallStrong, c.t1);
        let words = inner.with_max_x(bar.left() - 8.0);
        let pid = process.key.pid.to_string();
        let pid_width = 8.0 * pid.len() as f32;
        let name = words.with_max_x(words.right() - pid_width - 6.0);
        let width = text_at(ui.painter(), theme, name, &process.name, TextRole::SmallStrong, c.t1).min(name.width());
        let after = words.with_min_x(name.left() + width + 6.0);
        text_at(ui.painter(), theme, after, &pid, TextRole::Micro, c.t3);
        focus_ring(ui, theme, &response, theme.radius.bar);
        let state = if is_running { "still running" } else { "ended since" };
        let told = format!("{} {pid}, {}, {state}", process.name, row.text);
        response.widget_info(|| WidgetInfo::labeled(Role::Button, is_running, &told));
        if response.clicked() && is_running {
            cx.ask(Intent::ShowProcess(process.key));
        }
        response.on_hover_ui(|ui| tooltip_ui(cx, ui, process, (row, is_running)));
    }
}

fn tooltip_ui(cx: &PanelCx<'_>, ui: &mut Ui, process: &BusyProcess, (row, is_running): (&BusyRow, bool)) {
    let theme = cx.theme;
    let c = &theme.color;
    let units = &cx.snapshot.settings.units;
    ui.set_max_width(360.0);
    ui.spacing_mut().item_spacing.y = 4.0;
    ui.label(theme.text(TextRole::BodyStrong, format!("{}, pid {}", process.name, process.key.pid)));
    ui.label(theme.colored(TextRole::Small, format!("User {}, {} {}", process.user, row.text, row.measure), c.t2));
    for (name, by) in [("CPU", Busy::Cpu), ("Memory", Busy::Memory), ("Disk", Busy::Disk)] {
        let text = by.value(process).map_or_else(|| "not told".into(), |value| by.text(value, units));
        ui.label(theme.colored(TextRole::Small, format!("{name} {text}"), c.t2));
    }
    if !process.command.is_empty() {
        ui.add(eframe::egui::Label::new(theme.colored(TextRole::Code, &*process.command, c.t2)).wrap());
    }
    ui.horizontal(|ui| {
        let (icon, text) = if is_running {
            (icons::ARROW_RIGHT, "Still running: a click opens it in Processes")
        } else {
            (icons::MINUS_CIRCLE, "It has ended since")
        };
        ui.label(icon.text(12.0, c.t3));
        ui.label(theme.colored(TextRole::Small, text, c.t3));
    });
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::ProcessKey;

    #[test]
    fn the_busiest_come_first_by_what_is_asked_about() {
        let process = |pid, cpu, memory: Option<u64>, disk: Option<(u64, u64)>| BusyProcess {
            key: ProcessKey { pid, start_mark: 1 },
            name: "x".into(),
            command: "".into(),
            user: "ada".into(),
            cpu_cores: cpu,
            memory_bytes: memory,
            read_bytes_per_second: disk.map(|d| d.0),
            write_bytes_per_second: disk.map(|d| d.1),
        };
        let all = [
            process(1, Some(0.5), Some(1 << 30), None),
            process(2, Some(1.25), Some(1 << 20), Some((1_000_000, 500_000))),
            process(3, None, Some(3 << 30), Some((0, 0))),
        ];
        let rows = |by| -> Vec<(u32, String, f64)> {
            let rows = busy_rows(&all, by, &Units::default());
            let row = |row: BusyRow| (all[row.process].key.pid, row.text.replace('\u{2009}', " "), row.share);
            rows.into_iter().map(row).collect()
        };
        assert_eq!(rows(Busy::Cpu), [(2, "125.0 %".to_owned(), 1.0), (1, "50.0 %".to_owned(), 0.4)]);
        let memory: Vec<u32> = rows(Busy::Memory).into_iter().map(|row| row.0).collect();
        assert_eq!(memory, [3, 1, 2]);
        assert_eq!(rows(Busy::Disk), [(2, "1.50 MB/s".to_owned(), 1.0)]);
        assert_eq!(busy_rows(&[], Busy::Cpu, &Units::default()), []);
    }
}
