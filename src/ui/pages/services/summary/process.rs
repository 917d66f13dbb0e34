//! The process that serves a service: CPU and memory on the page's time axis, files, restarts, and the way to bind it.

use std::sync::Arc;

use eframe::egui::{Rect, Sense, Ui, pos2, vec2};

use super::super::chart::{Drawn, Spec, chart_ui};
use super::super::series::Known;
use super::super::words::moment_words;
use super::super::{ServicesPanel, placed_panel};
use super::{ground, missing_ui};
use crate::model::quantity::decimals;
use crate::model::service::Service;
use crate::model::{Quantity, Unit};
use crate::ui::theme::TextRole;
use crate::ui::widgets::{link, link_arrow, panel_head};
use crate::ui::{Intent, PanelCx};

/// Height of the charts.
const CHARTS: f32 = 148.0;

/// Draws the panel, or one line with the way to bind a process.
pub(super) fn process_ui(
    cx: &PanelCx<'_>,
    ui: &mut Ui,
    width: f32,
    panel: &mut ServicesPanel,
    service: &Arc<Service>,
    known: &Known,
) {
    let head = cx.theme.frame(cx.is_compact).panel_head;
    let has_series = known.cpu.is_some() || known.memory.is_some();
    let height = match (&service.process, has_series) {
        (None, false) => head + 42.0,
        (_, false) => head + 46.0,
        (_, true) => head + CHARTS,
    };
    let (rect, _) = ui.allocate_exact_size(vec2(width, height), Sense::hover());
    let mut binds = false;
    placed_panel(ui, cx.theme, "process", rect, |ui| {
        let hint = match &service.process {
            Some(process) => {
                let n = process.n_processes;
                let of = if n > 1 { format!(", the largest of {n}") } else { String::new() };
                format!("{}, pid {}{of}", process.name, process.key.pid)
            }
            None => service.process_missing.to_string(),
        };
        panel_head(ui, cx.theme, cx.is_compact, "Process", &hint, |ui| {
            if let Some(process) = &service.process
                && link_arrow(ui, cx.theme, "Show in Processes").clicked()
            {
                cx.ask(Intent::ShowProcess(process.key));
            }
            binds = link(ui, cx.theme, "Bind to a process…").clicked();
        });
        if service.process.is_none() && !has_series {
            missing_ui(cx, ui, "Bound to a process, its CPU and memory stand here and go on across restarts");
            return;
        }
        let body = rect.with_min_y(ui.cursor().top());
        let facts = 212.0f32.min(body.width() * 0.26);
        let (left, rest) = body.split_left_right_at_x(body.left() + facts);
        facts_ui(cx, ui, left, service, known);
        if !has_series {
            return;
        }
        let ground = ground(cx, panel);
        let now = |value: Option<f32>| value.map(f64::from);
        let row = service.process.as_ref().and_then(|process| cx.snapshot.processes.get(process.key));
        let cpu = [Drawn { series: known.cpu, name: "", slot: 0, now: now(row.and_then(|row| row.cpu_cores)) }];
        let memory_now = row.and_then(|row| row.memory_bytes).map(|bytes| bytes as f64);
        let memory = [Drawn { series: known.memory, name: "", slot: 5, now: memory_now }];
        let restarted = service.process.as_ref().filter(|process| process.n_restarts > 0);
        let moment = restarted.map(|process| (process.started_at, "restart"));
        let middle = (rest.left() + rest.width() / 2.0).round();
        let missing = "Not told by this system";
        let halves = [
            (rest.with_max_x(middle), "CPU", Unit::Cores, &cpu[..]),
            (rest.with_min_x(middle), "Memory", Unit::Bytes, &memory[..]),
        ];
        for (place, title, unit, curves) in halves {
            let spec = Spec { title, unit, curves, alarm: None, missing, has_notes: moment.is_some(), moment };
            chart_ui(cx, ui, place, &ground, &spec);
        }
    });
    if binds {
        panel.watch.begin_binding(cx, &service.name);
    }
}

/// When it started, how often anew, and its open files.
fn facts_ui(cx: &PanelCx<'_>, ui: &Ui, rect: Rect, service: &Service, known: &Known) {
    let theme = cx.theme;
    let c = &theme.color;
    let Some(process) = &service.process else { return };
    let files = known.files.and_then(|id| cx.snapshot.value(id));
    let units = &cx.snapshot.settings.units;
    let mut facts = vec![
        ("Started", moment_words(process.started_at, cx.now)),
        ("Restarts seen", decimals(f64::from(process.n_restarts), 0)),
    ];
    if let Some(files) = files {
        facts.push(("Open files", decimals(files, 0)));
    }
    if known.cpu.is_none()
        && let Some(row) = cx.snapshot.processes.get(process.key)
    {
        let memory = row.memory_bytes.map(|bytes| Quantity::new(bytes as f64, Unit::Bytes).text(units));
        facts.push(("Memory", memory.unwrap_or_else(|| "–".into())));
    }
    let is_row = rect.height() < 60.0;
    let mut at = pos2(rect.left() + 16.0, rect.top() + if is_row { 4.0 } else { 14.0 });
    for (name, value) in facts {
        ui.painter().text(at, eframe::egui::Align2::LEFT_TOP, name, theme.font(TextRole::Small), c.t2);
        let below = at + vec2(0.0, 16.0);
        ui.painter().text(below, eframe::egui::Align2::LEFT_TOP, value, theme.font(TextRole::BodyStrong), c.t1);
        at += if is_row { vec2(132.0, 0.0) } else { vec2(0.0, 44.0) };
    }
}
