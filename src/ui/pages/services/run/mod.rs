//! Services that Perfdesk runs: started and stopped from the page's head, watched on a tab of their own, set up in a form.
//!
//! The page draws what the engine tells of a run and sends commands; it starts nothing itself.

mod acts;
mod editor;
mod lanes;
mod lines;
mod listed;
mod output;
mod start;
mod starts;
mod state;
mod words;

use std::path::PathBuf;
use std::sync::Arc;

use eframe::egui::{Align, Layout, Rect, Stroke, Ui, UiBuilder, vec2};

pub(super) use self::acts::{acts_ui, offer_ui};
use self::editor::Drafts;
pub(super) use self::editor::editor_ui;
use self::lanes::Lanes;
use self::listed::Listed;
use self::output::Output;
pub(super) use self::words::{few_words, phase_mark};
use super::{ServicesPanel, Tab, placed_panel};
use crate::engine::Handle;
use crate::model::Command;
use crate::model::run::{RunCommand, RunPhase};
use crate::model::service::{Service, Services};
use crate::ui::PanelCx;
use crate::ui::file_dialog::FilePurpose;
use crate::ui::widgets::{Answer, empty_state, panel_in, question, segments};

/// Height of the row of choices and tools over the lower half.
const TOOLS: f32 = 44.0;
/// Width of the facts beside the start.
const FACTS: f32 = 332.0;
/// Least height of the upper half: of a low window, and where there is room for every fact.
const MIN_UPPER: f32 = 214.0;
const ROOMY_UPPER: f32 = 268.0;
/// From this height of the tab on there is.
const ROOMY: f32 = 580.0;

/// What stands in the lower half of the tab.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
enum Part {
    #[default]
    Output,
    Starts,
}

/// What a person is asked before it is done.
#[derive(Debug)]
enum Question {
    /// Stops a service that these need.
    Stop(Arc<str>, Vec<Arc<str>>),
    /// Runs a service no more.
    Remove(Arc<str>),
}

/// What the page remembers of running services between frames.
#[derive(Debug, Default)]
pub(super) struct Running {
    part: Part,
    output: Output,
    drafts: Drafts,
    question: Option<Question>,
    listed: Listed,
}

impl Running {
    /// Whether a question takes the keyboard.
    pub(super) fn is_asking(&self) -> bool {
        self.question.is_some()
    }

    /// Whether the form stands in the place of the service.
    pub(super) fn is_editing(&self) -> bool {
        self.drafts.is_open()
    }

    /// Closes the form; what is written in it stays until it is opened again.
    pub(super) fn close_form(&mut self) {
        self.drafts.close();
    }

    /// Ends what is asked about output.
    pub(super) fn leave(&mut self, engine: &Handle) {
        self.output.leave(engine);
    }

    /// What was chosen of the service before is given up.
    pub(super) fn forget(&mut self) {
        self.output.forget();
    }

    /// The service whose form was saved, once it stands in the list; told once.
    pub(super) fn arrived(&mut self, services: &Services) -> Option<Arc<str>> {
        self.drafts.arrived(services)
    }

    /// The list with those that are run and report nothing yet.
    pub(super) fn listed(&mut self) -> &mut Listed {
        &mut self.listed
    }

    /// Draws the question that is open.
    pub(super) fn dialogs_ui(&mut self, cx: &PanelCx<'_>, ui: &Ui) {
        let Some(asked) = &self.question else { return };
        let (id, title, text, act, command) = match asked {
            Question::Stop(name, held) => {
                let they = words::list_words(held);
                let need = if held.len() == 1 { "needs" } else { "need" };
                let text =
                    format!("{they} {need} it and {} stopped first.", if held.len() == 1 { "is" } else { "are" });
                let act = format!("Stop {}", if held.len() == 1 { "both" } else { "all of them" });
                ("stop a service", format!("Stop {name}?"), text, act, RunCommand::Stop(name.clone()))
            }
            Question::Remove(name) => {
                let text =
                    "It is stopped, and how it is run is forgotten, with the values of its secrets. Its history stays.";
                let act = "Run it no more".to_owned();
                ("run no more", format!("Run {name} no more?"), text.to_owned(), act, RunCommand::Remove(name.clone()))
            }
        };
        match question(ui.ctx(), cx.theme, id, &title, &text, &act) {
            Some(Answer::Act) => {
                cx.send(Command::Run(command));
                self.question = None;
            }
            Some(Answer::Cancel) => self.question = None,
            None => {}
        }
    }
}

impl ServicesPanel {
    /// Opens the form for a service that is to be run; empty is a new one.
    pub(super) fn begin_running(&mut self, cx: &PanelCx<'_>, service: &Arc<str>) {
        self.is_adding = false;
        self.running.drafts.open(&cx.snapshot.services, service);
    }

    /// Opens the form for a service that does not exist yet.
    pub fn begin_running_new(&mut self, cx: &PanelCx<'_>) {
        self.begin_running(cx, &"".into());
    }

    /// How far the shown service is; `None` where none is shown or Perfdesk does not run it.
    pub fn shown_phase<'a>(&self, services: &'a Services) -> Option<&'a RunPhase> {
        let name = self.chosen.as_ref().filter(|_| !self.is_adding)?;
        services.run(name).map(|run| &run.phase)
    }

    /// Starts the shown service.
    pub fn start_shown(&mut self, cx: &PanelCx<'_>) {
        if let Some(name) = &self.chosen {
            cx.send(Command::Run(RunCommand::Start(name.clone())));
        }
    }

    /// Stops the shown service, after a question where others need it.
    pub fn stop_shown(&mut self, cx: &PanelCx<'_>) {
        if let Some(name) = self.chosen.clone() {
            acts::stop(cx, &mut self.running, &name);
        }
    }

    /// Restarts the shown service.
    pub fn restart_shown(&mut self, cx: &PanelCx<'_>) {
        if let Some(name) = &self.chosen {
            cx.send(Command::Run(RunCommand::Restart(name.clone())));
        }
    }

    /// Takes the answer of a file dialog. A file that was not chosen is `Err(true)` where no dialog could be opened.
    pub fn file_answered(&mut self, purpose: FilePurpose, answer: Result<PathBuf, bool>) {
        self.running.drafts.file_answered(purpose, answer);
    }

    /// Ends what is asked of the output while it is not on the screen.
    pub(super) fn settle_output(&mut self, cx: &PanelCx<'_>) {
        let is_shown = self.tab == Tab::Run && self.running.part == Part::Output && !self.is_adding;
        if !is_shown || self.running.is_editing() {
            self.running.leave(cx.engine);
        }
    }
}

/// Draws the tab of a service: how it runs, its start, its output and past starts.
pub(super) fn run_ui(cx: &PanelCx<'_>, ui: &mut Ui, rect: Rect, panel: &mut ServicesPanel, service: &Arc<Service>) {
    let Some(run) = cx.snapshot.services.run(&service.name).cloned() else {
        missing_ui(cx, ui, rect, panel, service);
        return;
    };
    let gap = if cx.is_compact { 10.0 } else { 12.0 };
    let lanes = Lanes::of(&run, cx.now);
    let head = cx.theme.frame(cx.is_compact).panel_head;
    let wanted = head + lanes.as_ref().map_or(96.0, start::height);
    let least = if rect.height() >= ROOMY { ROOMY_UPPER } else { MIN_UPPER };
    let upper = wanted.clamp(least, (rect.height() * 0.44).max(least));
    let (above, below) = rect.split_top_bottom_at_y((rect.top() + upper).round());
    let facts = FACTS.min(rect.width() * 0.38);
    let (left, right) = above.split_left_right_at_x((above.left() + facts).round());
    placed_panel(ui, cx.theme, "run state", left, |ui| state::state_ui(cx, ui, left, panel, &run));
    let right = right.with_min_x(right.left() + gap);
    placed_panel(ui, cx.theme, "run start", right, |ui| start::start_ui(cx, ui, right, &run, lanes.as_ref()));
    let below = below.with_min_y(below.top() + gap);
    placed_panel(ui, cx.theme, "run lower", below, |ui| {
        let tools = Rect::from_min_size(below.min, vec2(below.width(), TOOLS));
        let body = below.with_min_y(tools.bottom());
        let answer = match panel.running.part {
            Part::Output => panel.running.output.answer(cx, ui, &service.name).cloned(),
            Part::Starts => None,
        };
        let inner = tools.shrink2(vec2(16.0, 0.0));
        ui.scope_builder(UiBuilder::new().max_rect(inner).layout(Layout::left_to_right(Align::Center)), |ui| {
            ui.spacing_mut().item_spacing.x = 8.0;
            let past = format!("Past starts {}", run.starts.len());
            let parts = [(Part::Output, "Output"), (Part::Starts, past.as_str())];
            segments(ui, cx.theme, "Show", &mut panel.running.part, &parts);
            match panel.running.part {
                Part::Output => output::tools_ui(cx, ui, &mut panel.running.output, answer.as_deref()),
                Part::Starts => starts::tools_ui(cx, ui, panel, &run),
            }
        });
        ui.painter().hline(below.x_range(), tools.bottom().round() - 0.5, Stroke::new(1.0, cx.theme.color.line));
        match panel.running.part {
            Part::Output => output::body_ui(cx, ui, body, &mut panel.running.output, answer.as_deref(), &run),
            Part::Starts => starts::starts_ui(cx, ui, body, &run),
        }
    });
}

/// What stands there for a service that Perfdesk does not run, or not yet.
fn missing_ui(cx: &PanelCx<'_>, ui: &mut Ui, rect: Rect, panel: &mut ServicesPanel, service: &Arc<Service>) {
    let is_set_up = cx.snapshot.services.setup.runs.iter().any(|run| run.service == service.name);
    panel_in(ui, cx.theme, rect, |ui| {
        if is_set_up {
            let text = "How it is run is set up; it appears here once the engine has read that.";
            if empty_state(ui, cx.theme, "It is not run yet", text, Some("Change how it is run")) {
                panel.begin_running(cx, &service.name);
            }
            return;
        }
        let title = format!("Perfdesk does not run {}", service.name);
        let text = "Say how it is started, and it is started, warmed up, stopped and started again from here: with the active \
                    profile's values, after what it needs, with its output and the time of each start kept.";
        if empty_state(ui, cx.theme, &title, text, Some("Run it from here…")) {
            panel.begin_running(cx, &service.name);
        }
    });
}
