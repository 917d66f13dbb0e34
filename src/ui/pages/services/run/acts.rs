//! What can be done with a service that is run: the buttons of its phase, and the offer to start it anew.

use std::sync::Arc;

use eframe::egui::{Rect, Ui, UiBuilder, vec2};

use super::words::{held_by, is_up, list_words};
use super::{Question, Running};
use crate::model::Command;
use crate::model::run::{RunCommand, RunPhase, RunState};
use crate::ui::PanelCx;
use crate::ui::icons;
use crate::ui::widgets::{Button, Tone, banner};

/// Height of the offer with the room below it.
const OFFER: f32 = 40.0;

/// Stops a service; asks before that where others that run need it.
pub(super) fn stop(cx: &PanelCx<'_>, running: &mut Running, service: &Arc<str>) {
    let held = held_by(&cx.snapshot.services.runs, service);
    if held.is_empty() {
        cx.send(Command::Run(RunCommand::Stop(service.clone())));
    } else {
        running.question = Some(Question::Stop(service.clone(), held));
    }
}

/// Draws the buttons of a run, from the right.
pub(in super::super) fn acts_ui(cx: &PanelCx<'_>, ui: &mut Ui, running: &mut Running, run: &RunState) {
    let theme = cx.theme;
    let name = &run.service;
    let send = |command| cx.send(Command::Run(command));
    ui.spacing_mut().item_spacing.x = 8.0;
    if is_up(&run.phase) {
        if Button::secondary("Stop").icon(icons::STOP).name(&format!("Stop {name}")).show(ui, theme).clicked() {
            stop(cx, running, name);
        }
    } else if run.phase == RunPhase::Stopping {
        let why = Some("It was asked to end, and is killed if it does not");
        _ = Button::secondary("Stop").icon(icons::STOP).name(&format!("Stop {name}")).why_not(why).show(ui, theme);
    }
    match run.phase {
        RunPhase::Ready | RunPhase::Degraded => {
            let label = format!("Restart {name}");
            let restart = Button::secondary("Restart").icon(icons::ARROW_CLOCKWISE).name(&label).show(ui, theme);
            let held = held_by(&cx.snapshot.services.runs, name);
            let restart = if held.is_empty() {
                restart
            } else {
                restart.on_hover_text(format!("{} too, which cannot be without it", list_words(&held)))
            };
            if restart.clicked() {
                send(RunCommand::Restart(name.clone()));
            }
        }
        RunPhase::Stopped | RunPhase::Failed => {
            let label = format!("Start {name}");
            if Button::primary("Start").icon(icons::PLAY).name(&label).show(ui, theme).clicked() {
                send(RunCommand::Start(name.clone()));
            }
        }
        RunPhase::BackingOff { .. } => {
            let label = format!("Start {name} now");
            if Button::secondary("Start now").icon(icons::PLAY).name(&label).show(ui, theme).clicked() {
                send(RunCommand::Start(name.clone()));
            }
        }
        RunPhase::Waiting(_) | RunPhase::Starting | RunPhase::WarmingUp | RunPhase::Stopping => {}
    }
}

/// Draws the offer to restart it, where there is one; answers with the place below.
pub(in super::super) fn offer_ui(cx: &PanelCx<'_>, ui: &mut Ui, place: Rect, run: &RunState) -> f32 {
    if run.restart_offer.is_empty() || !is_up(&run.phase) {
        return place.top();
    }
    let rect = Rect::from_min_size(place.min + vec2(0.0, 6.0), vec2(place.width(), 32.0));
    let text = format!("Restart: {}", run.restart_offer);
    ui.scope_builder(UiBuilder::new().max_rect(rect), |ui| {
        if banner(ui, cx.theme, Tone::Info, &text, Some("Restart it now")) {
            cx.send(Command::Run(RunCommand::Restart(run.service.clone())));
        }
    });
    place.top() + OFFER
}
