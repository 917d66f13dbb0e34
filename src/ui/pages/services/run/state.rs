//! How a service runs now: its sentence, its process, since when, how its last start and its last end went.

use std::sync::Arc;

use eframe::egui::{Align, Label, Layout, Rect, ScrollArea, Ui, UiBuilder, vec2};

use super::super::ServicesPanel;
use super::super::words::moment_words;
use super::Question;
use super::words::{phase_mark, start_words};
use crate::model::process::ProcessKey;
use crate::model::quantity::decimals;
use crate::model::run::{RunPhase, RunState};
use crate::ui::theme::TextRole;
use crate::ui::widgets::{Button, IconButton, link_arrow, panel_head};
use crate::ui::{Intent, PanelCx, icons};

/// Width of the names of facts.
const NAMES: f32 = 92.0;

/// Draws the panel into `rect`.
pub(super) fn state_ui(cx: &PanelCx<'_>, ui: &mut Ui, rect: Rect, panel: &mut ServicesPanel, run: &Arc<RunState>) {
    let theme = cx.theme;
    panel_head(ui, theme, cx.is_compact, "Run", run.phase.name(), |ui| {
        ui.spacing_mut().item_spacing.x = 4.0;
        if IconButton::new(icons::TRASH, "Run it no more…").side(24.0).show(ui, theme).clicked() {
            panel.running.question = Some(Question::Remove(run.service.clone()));
        }
        if Button::quiet("Change…").icon(icons::PENCIL_SIMPLE).name("Change how it is run").show(ui, theme).clicked()
        {
            panel.begin_running(cx, &run.service);
        }
    });
    let body = Rect::from_min_max(eframe::egui::pos2(rect.left(), ui.cursor().top()), rect.max);
    ui.scope_builder(UiBuilder::new().max_rect(body.shrink2(vec2(16.0, 8.0))), |ui| {
        ScrollArea::vertical().id_salt("run state").auto_shrink(false).show(ui, |ui| {
            ui.spacing_mut().item_spacing = vec2(8.0, 3.0);
            sentence_ui(cx, ui, run);
            facts_ui(cx, ui, run);
        });
    });
}

fn sentence_ui(cx: &PanelCx<'_>, ui: &mut Ui, run: &RunState) {
    let theme = cx.theme;
    let mark = phase_mark(&run.phase);
    ui.horizontal_top(|ui| {
        ui.label(mark.icon.text(16.0, mark.tone.icon_color(theme)));
        ui.add(Label::new(theme.text(TextRole::Body, &*run.sentence)).wrap());
    });
    if run.is_adopted {
        let text = "It was found running after Perfdesk had ended: what it prints since is not read";
        ui.add(Label::new(theme.colored(TextRole::Small, text, theme.color.t2)).wrap());
    }
    // What the sentence says already is not said twice.
    let is_said = |why: &str| !why.is_empty() && run.sentence.contains(why);
    for lost in run.degraded.iter().filter(|lost| !is_said(&lost.why)) {
        ui.horizontal_top(|ui| {
            ui.label(icons::fill::WARNING.text(14.0, theme.color.warning_icon));
            let text = if lost.why.is_empty() {
                format!("without {}", lost.part)
            } else {
                format!("without {}: {}", lost.part, lost.why)
            };
            ui.add(Label::new(theme.colored(TextRole::Small, text, theme.color.warning)).wrap());
        });
    }
}

/// The process of a pid, where it is among those that are listed.
fn process(cx: &PanelCx<'_>, pid: u32) -> Option<ProcessKey> {
    cx.snapshot.processes.rows.iter().find(|row| row.key.pid == pid).map(|row| row.key)
}

fn facts_ui(cx: &PanelCx<'_>, ui: &mut Ui, run: &RunState) {
    let theme = cx.theme;
    let dash = || "–".to_owned();
    if let Some(pid) = run.pid {
        fact_ui(cx, ui, "Process", &format!("pid {pid}"), |ui| {
            if let Some(key) = process(cx, pid)
                && link_arrow(ui, theme, "Show in Processes").clicked()
            {
                cx.ask(Intent::ShowProcess(key));
            }
        });
    }
    let since = match &run.phase {
        RunPhase::BackingOff { until } => {
            format!("{}, until {}", moment_words(run.since, cx.now), moment_words(*until, cx.now))
        }
        _ => moment_words(run.since, cx.now),
    };
    fact_ui(cx, ui, "Since", &since, |_| {});
    let started = run.started_at.map_or_else(dash, |at| moment_words(at, cx.now));
    fact_ui(cx, ui, "Started", &started, |_| {});
    fact_ui(cx, ui, "Ready after", &run.ready_seconds.map_or_else(dash, start_words), |_| {});
    fact_ui(cx, ui, "Restarts", &decimals(f64::from(run.n_restarts), 0), |ui| {
        ui.label(theme.colored(TextRole::Small, "since Perfdesk started", theme.color.t3));
    });
    if !run.last_exit.is_empty() {
        fact_ui(cx, ui, "Last end", &run.last_exit, |_| {});
    }
    if !run.needs.is_empty() {
        let needs: Vec<String> = run
            .needs
            .iter()
            .map(
                |need| if need.is_optional { format!("{} (optional)", need.service) } else { need.service.to_string() },
            )
            .collect();
        fact_ui(cx, ui, "Needs", &needs.join(", "), |_| {});
    }
}

/// A name, its value, and what stands behind it.
fn fact_ui(cx: &PanelCx<'_>, ui: &mut Ui, name: &str, value: &str, behind: impl FnOnce(&mut Ui)) {
    let theme = cx.theme;
    ui.allocate_ui_with_layout(vec2(ui.available_width(), 20.0), Layout::left_to_right(Align::Min), |ui| {
        ui.spacing_mut().interact_size.y = 20.0;
        ui.allocate_ui_with_layout(vec2(NAMES, 20.0), Layout::left_to_right(Align::Center), |ui| {
            ui.set_min_width(NAMES);
            ui.label(theme.colored(TextRole::Small, name, theme.color.t2));
        });
        ui.add(Label::new(theme.text(TextRole::Body, value)).wrap());
        behind(ui);
    });
}
