//! The side panel of one process: what it is, what it uses and used, what it has open, and the way to end it.
//!
//! When the process has ended it says so and keeps the last values.

use std::sync::Arc;

use eframe::egui::{
    Align, Area, Frame, Galley, Id, Label, Layout, Margin, Order, Rect, Role, ScrollArea, Sense, Stroke, Ui, UiBuilder,
    WidgetInfo, pos2, vec2,
};

use super::ProcessesPanel;
use super::details_facts::{Facts, charts_ui, facts_ui};
use super::details_lists::{Tab, lists_ui};
use super::end::{EndState, PATIENCE};
use crate::analysis::process_table::elapsed_words;
use crate::engine::Handle;
use crate::model::{Command, ProcessCommand, ProcessDetail, ProcessHistory, ProcessKey, ProcessRow, ProcessState};
use crate::ui::chart::MeshCache;
use crate::ui::icons;
use crate::ui::theme::TextRole;
use crate::ui::widgets::{Button, IconButton, Tone, chip, tabs};
use crate::ui::{Intent, PanelCx};

/// What the side panel remembers between frames.
#[derive(Debug, Default)]
pub(super) struct Details {
    /// Whether it is open; it shows the chosen process.
    pub is_open: bool,
    /// The process the engine was asked to read in detail.
    inspecting: Option<ProcessKey>,
    tab: Tab,
    row: Option<ProcessRow>,
    detail: Option<Arc<ProcessDetail>>,
    history: Arc<ProcessHistory>,
    facts: Facts,
    meshes: MeshCache,
}

/// What a person asked for in the side panel.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Ask {
    Close,
    End { force: bool },
}

impl Details {
    /// Tells the engine which process to read in detail, when that changed.
    pub(super) fn inspect(&mut self, cx: &PanelCx<'_>, key: Option<ProcessKey>) {
        if self.inspecting != key && cx.engine.send(Command::Process(ProcessCommand::Inspect(key))) {
            self.inspecting = key;
        }
    }

    /// Ends the detailed reading while the page is not shown.
    pub(super) fn leave(&mut self, engine: &Handle) {
        if self.inspecting.is_some() && engine.send(Command::Process(ProcessCommand::Inspect(None))) {
            self.inspecting = None;
        }
    }

    /// Takes in what the snapshot has of a process and keeps it where the snapshot has no more.
    fn follow(&mut self, cx: &PanelCx<'_>, key: ProcessKey) -> bool {
        if self.row.as_ref().is_some_and(|row| row.key != key) {
            self.row = None;
        }
        if self.detail.as_ref().is_some_and(|detail| detail.key != key) {
            self.detail = None;
        }
        let row = cx.snapshot.processes.get(key);
        if let Some(row) = row
            && self.row.as_ref() != Some(row)
        {
            self.row = Some(row.clone());
        }
        if let Some(detail) = cx.snapshot.inspected.as_ref().filter(|detail| detail.key == key) {
            // A process that has gone is read as all absent; what was known of it before says more.
            if detail.is_running || self.detail.is_none() {
                self.detail = Some(detail.clone());
            }
        }
        let history = &cx.snapshot.inspected_history;
        if history.key == Some(key) {
            self.history = history.clone();
        } else if self.history.key != Some(key) {
            self.history = Arc::default();
        }
        row.is_some()
    }
}

/// Draws the side panel over `rect`; on its own layer where it lies over the table.
pub(super) fn details_ui(cx: &PanelCx<'_>, ui: &mut Ui, rect: Rect, key: ProcessKey, panel: &mut ProcessesPanel) {
    let is_running = panel.details.follow(cx, key);
    let end = panel.end.state(key, cx.now, cx.snapshot.end_refusal.as_ref());
    if let EndState::Asked(since) = end {
        ui.request_repaint_after(PATIENCE.saturating_sub(since));
    }
    let details = &mut panel.details;
    let ask = if cx.is_compact {
        let area = Area::new(Id::unique("process details")).order(Order::Middle).fixed_pos(rect.min);
        let shown = area.fade_in(false).sense(Sense::CLICK).show(ui.ctx(), |ui| {
            ui.set_min_size(rect.size());
            ui.set_max_size(rect.size());
            body_ui(cx, ui, rect, details, is_running, end)
        });
        shown.inner
    } else {
        ui.scope_builder(UiBuilder::new().max_rect(rect), |ui| body_ui(cx, ui, rect, details, is_running, end)).inner
    };
    match ask {
        None => {}
        Some(Ask::Close) => panel.close(),
        Some(Ask::End { force }) => panel.ask_to_end(cx, force),
    }
}

fn body_ui(
    cx: &PanelCx<'_>,
    ui: &mut Ui,
    rect: Rect,
    details: &mut Details,
    is_running: bool,
    end: EndState,
) -> Option<Ask> {
    let theme = cx.theme;
    let c = &theme.color;
    ui.set_clip_rect(rect.intersect(ui.clip_rect()));
    ui.painter().rect_filled(rect, 0.0, c.bg_panel);
    ui.painter().vline(rect.left().round() + 0.5, rect.y_range(), Stroke::new(1.0, c.line));
    ui.spacing_mut().item_spacing = vec2(8.0, 0.0);
    let Some(row) = details.row.clone() else {
        return gone_ui(cx, ui, rect);
    };
    let words = if is_running { end.words() } else { String::new() };
    let said = (!words.is_empty()).then(|| {
        let color = match end {
            EndState::Overdue(_) => c.warning,
            EndState::Refused(_) => c.critical,
            EndState::Untouched | EndState::Asked(_) => c.t2,
        };
        ui.painter().layout(words.clone(), theme.font(TextRole::Small), color, rect.width() - 32.0)
    });
    let footer_height = 52.0 + said.as_ref().map_or(0.0, |galley| galley.size().y.ceil() + 8.0);
    let split = rect.bottom() - footer_height;
    let top = Rect::from_min_max(pos2(rect.left() + 1.0, rect.top()), pos2(rect.right(), split));
    details.facts.refresh(cx, &row, details.detail.as_deref(), &details.history);
    let mut ask = None;
    ui.scope_builder(UiBuilder::new().max_rect(top), |ui| {
        ui.set_clip_rect(top.intersect(ui.clip_rect()));
        ScrollArea::vertical().id_salt("process details").auto_shrink(false).show(ui, |ui| {
            ui.spacing_mut().item_spacing.y = 0.0;
            if head_ui(cx, ui, &row, details, is_running) {
                ask = Some(Ask::Close);
            }
            charts_ui(cx, ui, &details.facts, &details.history, &mut details.meshes);
            facts_ui(cx, ui, &details.facts);
            ui.scope_builder(UiBuilder::new().max_rect(ui.available_rect_before_wrap()), |ui| {
                line_above(ui, c.line);
                ui.horizontal(|ui| {
                    ui.add_space(16.0);
                    let [command, threads, files, sockets] = &details.facts.tab_titles;
                    let choices = [
                        (Tab::Command, "Command"),
                        (Tab::Threads, threads.as_str()),
                        (Tab::Files, files.as_str()),
                        (Tab::Sockets, sockets.as_str()),
                    ];
                    debug_assert_eq!(command, "Command");
                    tabs(ui, theme, &mut details.tab, &choices);
                });
                lists_ui(cx, ui, details.tab, details.detail.as_deref());
            });
            ui.add_space(12.0);
        });
    });
    let footer = Rect::from_min_max(pos2(rect.left() + 1.0, split), rect.max);
    footer_ui(cx, ui, footer, details, is_running, (&end, said)).or(ask)
}

/// The process had ended before anything was read of it.
fn gone_ui(cx: &PanelCx<'_>, ui: &mut Ui, rect: Rect) -> Option<Ask> {
    let inner = rect.shrink(16.0);
    ui.scope_builder(UiBuilder::new().max_rect(inner), |ui| {
        ui.label(cx.theme.text(TextRole::Title, "This process has ended"));
        ui.add_space(8.0);
        let text = "It stopped before anything was read of it.";
        ui.label(cx.theme.colored(TextRole::Small, text, cx.theme.color.t2));
        ui.add_space(12.0);
        Button::secondary("Close").show(ui, cx.theme).clicked().then_some(Ask::Close)
    })
    .inner
}

/// Name, state, sentence; true when the cross was clicked.
fn head_ui(cx: &PanelCx<'_>, ui: &mut Ui, row: &ProcessRow, details: &Details, is_running: bool) -> bool {
    let theme = cx.theme;
    let mut closes = false;
    ui.add_space(14.0);
    let width = ui.available_width();
    let (line, _) = ui.allocate_exact_size(vec2(width, 28.0), Sense::hover());
    let inner = line.shrink2(vec2(16.0, 0.0));
    let layout = Layout::right_to_left(Align::Center);
    ui.scope_builder(UiBuilder::new().max_rect(inner).layout(layout), |ui| {
        closes = IconButton::new(icons::X, "Close the details").show(ui, theme).clicked();
        ui.with_layout(Layout::left_to_right(Align::Center), |ui| {
            let (tone, icon, word) = match (is_running, row.state) {
                (false, _) => (Tone::Neutral, icons::fill::MINUS_CIRCLE, "ended"),
                (true, ProcessState::Running) => (Tone::Success, icons::fill::PLAY, row.state.word()),
                (true, ProcessState::DiskWait | ProcessState::Zombie) => {
                    (Tone::Warning, icons::fill::HOURGLASS_MEDIUM, row.state.word())
                }
                (true, _) => (Tone::Neutral, icons::CIRCLE, row.state.word()),
            };
            let chip_width = 40.0 + 7.0 * word.len() as f32;
            let name_width = (ui.available_width() - chip_width).max(60.0);
            ui.scope(|ui| {
                ui.set_max_width(name_width);
                let name = Label::new(theme.text(TextRole::Title, &*row.name)).truncate();
                ui.add(name).on_hover_text(&*row.name);
            });
            chip(ui, theme, tone, Some(icon), word);
        });
    });
    ui.add_space(2.0);
    let sentence = if is_running {
        details.facts.sentence.clone()
    } else {
        let ago = elapsed_words(cx.now.since(details.facts.seen_at));
        format!("It ended {ago} ago. These are its last values.")
    };
    Frame::new().inner_margin(Margin::symmetric(16, 0)).show(ui, |ui| {
        ui.label(theme.colored(TextRole::Small, sentence, theme.color.t2));
    });
    ui.add_space(12.0);
    closes
}

fn footer_ui(
    cx: &PanelCx<'_>,
    ui: &mut Ui,
    rect: Rect,
    details: &Details,
    is_running: bool,
    (end, said): (&EndState, Option<Arc<Galley>>),
) -> Option<Ask> {
    let theme = cx.theme;
    let c = &theme.color;
    ui.painter().hline(rect.x_range(), rect.top().round() + 0.5, Stroke::new(1.0, c.line));
    let buttons = Rect::from_min_max(pos2(rect.left() + 16.0, rect.bottom() - 40.0), rect.max - vec2(16.0, 12.0));
    if let Some(galley) = said {
        let place = Rect::from_min_size(pos2(buttons.left(), rect.top() + 12.0), galley.size());
        let response = ui.interact(place, ui.scope_id().with("end state"), Sense::hover());
        response.widget_info(|| WidgetInfo::labeled(Role::Status, true, galley.text()));
        ui.painter().galley(place.min, galley, c.t2);
    }
    let mut ask = None;
    let layout = Layout::right_to_left(Align::Center);
    ui.scope_builder(UiBuilder::new().max_rect(buttons).layout(layout), |ui| {
        if !is_running {
            if Button::secondary("Close").show(ui, theme).clicked() {
                ask = Some(Ask::Close);
            }
        } else if let EndState::Overdue(_) = end {
            let button = Button::danger("Force to end…").icon(icons::X_CIRCLE).show(ui, theme);
            if button.clicked() {
                ask = Some(Ask::End { force: true });
            }
        } else {
            let why_not = matches!(end, EndState::Asked(_)).then_some("It was asked to stop: wait a moment");
            let button = Button::danger("End process…").icon(icons::X_CIRCLE).why_not(why_not).show(ui, theme);
            if button.clicked() {
                ask = Some(Ask::End { force: false });
            }
        }
        ui.with_layout(Layout::left_to_right(Align::Center), |ui| {
            if let Some(series) = details.facts.series {
                let button = Button::secondary("Show on charts").icon(icons::CHART_LINE).show(ui, theme);
                if button.on_hover_text("Its program's processor use over time").clicked() {
                    cx.ask(Intent::ShowOnCharts(vec![series]));
                }
            }
        });
    });
    ask
}

/// A line across the top of what is left.
pub(super) fn line_above(ui: &mut Ui, color: eframe::egui::Color32) {
    let rect = ui.available_rect_before_wrap();
    ui.painter().hline(rect.x_range(), rect.top().round() + 0.5, Stroke::new(1.0, color));
}
