//! Logs of a service: by level and by words, with the way to the trace that a line belongs to.

use std::sync::Arc;

use eframe::egui::{
    Align, Key, Label, Layout, Modifiers, Rangef, Rect, Role, ScrollArea, Sense, Stroke, Ui, UiBuilder, WidgetInfo,
    pos2, vec2,
};

use super::ServicesPanel;
use super::traces::loading_ui;
use super::words::{counted, log_mark, log_words, moment_words};
use crate::model::service::{LogLevel, LogLine, Service};
use crate::ui::theme::TextRole;
use crate::ui::widgets::{
    Button, Field, IconButton, Tone, choice, empty_state, link_arrow, panel_in, row_ground, text_at,
};
use crate::ui::{Intent, PanelCx, icons};

/// Height of the chosen line's place.
const DETAIL: f32 = 132.0;

/// What the logs remember between frames.
#[derive(Debug, Default)]
pub(super) struct Logs {
    /// The least level that is shown.
    least: LogLevelChoice,
    /// The chosen line: by when and what, since lines carry no number.
    chosen: Option<LogLine>,
    scroll_to: Option<usize>,
}

/// The least level as a choice.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
enum LogLevelChoice {
    #[default]
    All,
    Info,
    Warn,
    Error,
}

impl LogLevelChoice {
    const CHOICES: [(Self, &'static str); 4] = [
        (Self::All, "Every level"),
        (Self::Info, "Info and above"),
        (Self::Warn, "Warnings and errors"),
        (Self::Error, "Errors"),
    ];

    fn lets(self, level: LogLevel) -> bool {
        match self {
            Self::All => true,
            Self::Info => level >= LogLevel::Info,
            Self::Warn => level >= LogLevel::Warn,
            Self::Error => level >= LogLevel::Error,
        }
    }
}

impl Logs {
    /// Forgets the chosen line: it is another service's.
    pub(super) fn forget(&mut self) {
        self.chosen = None;
    }

    /// Whether a line takes the arrow keys.
    pub(super) fn is_chosen(&self) -> bool {
        self.chosen.is_some()
    }
}

/// Draws the tab.
pub(super) fn logs_ui(cx: &PanelCx<'_>, ui: &mut Ui, rect: Rect, panel: &mut ServicesPanel, service: &Arc<Service>) {
    let answer = panel.asking.answer(cx, ui, &service.name, &"".into()).cloned();
    let theme = cx.theme;
    panel_in(ui, theme, rect, |ui| {
        let tools = Rect::from_min_size(rect.min, vec2(rect.width(), 44.0));
        let least = panel.logs.least;
        let lines: Vec<&LogLine> = match &answer {
            Some(answer) => answer.logs.iter().filter(|line| least.lets(line.level)).collect(),
            None => Vec::new(),
        };
        let said = answer.as_ref().map(|answer| (lines.len(), answer.n_logs));
        tools_ui(cx, ui, tools, panel, said, &lines);
        ui.painter().hline(rect.x_range(), tools.bottom().round() - 0.5, Stroke::new(1.0, theme.color.line));
        let mut body = rect.with_min_y(tools.bottom());
        if answer.is_none() {
            loading_ui(cx, ui, body, "Looking for log lines…");
            return;
        }
        if lines.is_empty() {
            empty_ui(cx, ui, body, panel, service);
            return;
        }
        keys(ui, &mut panel.logs, &lines);
        if let Some(chosen) = panel.logs.chosen.clone() {
            let detail = body.with_min_y(body.bottom() - DETAIL);
            body.max.y = detail.top();
            super::within(ui, "log line", detail, |ui| detail_ui(cx, ui, detail, panel, &chosen));
        }
        lines_ui(cx, ui, body, panel, &lines);
    });
}

fn tools_ui(
    cx: &PanelCx<'_>,
    ui: &mut Ui,
    rect: Rect,
    panel: &mut ServicesPanel,
    said: Option<(usize, u64)>,
    lines: &[&LogLine],
) {
    let theme = cx.theme;
    let inner = rect.shrink2(vec2(16.0, 0.0));
    ui.scope_builder(UiBuilder::new().max_rect(inner).layout(Layout::left_to_right(Align::Center)), |ui| {
        ui.spacing_mut().item_spacing.x = 8.0;
        choice(ui, theme, "Level", 168.0, &mut panel.logs.least, &LogLevelChoice::CHOICES);
        let field = Field::new(&mut panel.asking.log_text, "Find in the logs").hint("Words that a line must contain");
        field.icon(icons::MAGNIFYING_GLASS).width(if cx.is_compact { 220.0 } else { 300.0 }).show(ui, theme);
        ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
            if IconButton::new(icons::ARROW_CLOCKWISE, "Look again").show(ui, theme).clicked() {
                panel.asking.again();
            }
            let why_not = lines.is_empty().then_some("There is nothing to copy");
            if Button::secondary("Copy")
                .icon(icons::COPY)
                .name("Copy the lines")
                .why_not(why_not)
                .show(ui, theme)
                .clicked()
            {
                let text = lines
                    .iter()
                    .map(|line| format!("{} {} {}\n", moment_words(line.at, cx.now), log_words(line.level), line.text));
                cx.ask(Intent::Copy(text.collect()));
            }
            if let Some((n, of)) = said {
                let text = if n as u64 == of { counted(of, "line") } else { format!("{n} of {}", counted(of, "line")) };
                ui.label(theme.colored(TextRole::Small, text, theme.color.t3));
            }
        });
    });
}

fn keys(ui: &Ui, logs: &mut Logs, lines: &[&LogLine]) {
    if ui.ctx().text_edit_focused() || ui.any_popup_open() {
        return;
    }
    let Some(chosen) = &logs.chosen else { return };
    let take = |key| ui.input_mut(|i| i.consume_key(Modifiers::NONE, key));
    if take(Key::Escape) {
        logs.chosen = None;
        return;
    }
    let to = match lines.iter().position(|line| *line == chosen) {
        Some(at) if take(Key::ArrowDown) => (at + 1).min(lines.len() - 1),
        Some(at) if take(Key::ArrowUp) => at.saturating_sub(1),
        _ => return,
    };
    logs.chosen = Some(lines[to].clone());
    logs.scroll_to = Some(to);
}

fn lines_ui(cx: &PanelCx<'_>, ui: &mut Ui, rect: Rect, panel: &mut ServicesPanel, lines: &[&LogLine]) {
    let height = cx.theme.size.row_dense;
    let mut area = ScrollArea::vertical().id_salt("logs").auto_shrink(false);
    if let Some(i) = panel.logs.scroll_to.take() {
        let middle = (i as f32 + 0.5) * height - rect.height() / 2.0;
        area = area.vertical_scroll_offset(middle.clamp(0.0, (lines.len() as f32 * height - rect.height()).max(0.0)));
    }
    let mut clicked = None;
    ui.scope_builder(UiBuilder::new().max_rect(rect), |ui| {
        ui.set_clip_rect(rect.intersect(ui.clip_rect()));
        area.show_viewport(ui, |ui, viewport| {
            ui.set_width(rect.width());
            ui.set_height(lines.len() as f32 * height);
            let top = ui.max_rect().top();
            let first = (viewport.min.y / height).floor().max(0.0) as usize;
            let last = ((viewport.max.y / height).ceil().max(0.0) as usize).min(lines.len());
            for (i, line) in lines.iter().enumerate().take(last).skip(first) {
                let row = Rect::from_min_size(pos2(rect.left(), top + i as f32 * height), vec2(rect.width(), height));
                if line_ui(cx, ui, row, i, line, panel.logs.chosen.as_ref() == Some(*line)) {
                    clicked = Some((*line).clone());
                }
            }
        });
    });
    if let Some(line) = clicked {
        panel.logs.chosen = if panel.logs.chosen.as_ref() == Some(&line) { None } else { Some(line) };
    }
}

fn line_ui(cx: &PanelCx<'_>, ui: &Ui, rect: Rect, i: usize, line: &LogLine, is_chosen: bool) -> bool {
    let theme = cx.theme;
    let c = &theme.color;
    let response = ui.interact(rect, ui.scope_id().with(("line", i)), Sense::CLICK);
    let label = format!("{}: {}", log_words(line.level), line.text);
    response.widget_info(|| WidgetInfo::selected(Role::Row, true, is_chosen, &label));
    row_ground(ui.painter(), theme, rect, response.hovered(), is_chosen);
    let mark = log_mark(line.level);
    let color = if mark.tone == Tone::Neutral { c.t2 } else { mark.tone.colors(theme).0 };
    let cell =
        |from: f32, to: f32| Rect::from_x_y_ranges(Rangef::new(rect.left() + from, rect.left() + to), rect.y_range());
    text_at(ui.painter(), theme, cell(16.0, 108.0), &moment_words(line.at, cx.now), TextRole::Small, c.t3);
    mark.icon.paint(ui.painter(), pos2(rect.left() + 120.0, rect.center().y), 12.0, mark.tone.icon_color(theme));
    text_at(ui.painter(), theme, cell(132.0, 188.0), log_words(line.level), TextRole::Small, color);
    let right = if line.trace.is_empty() { 16.0 } else { 36.0 };
    let text = Rect::from_min_max(pos2(rect.left() + 196.0, rect.top()), pos2(rect.right() - right, rect.bottom()));
    // Only the first line stands here; the whole is shown below once it is chosen.
    let first = line.text.lines().next().unwrap_or_default();
    text_at(ui.painter(), theme, text, first, TextRole::Code, c.t1);
    if !line.trace.is_empty() {
        icons::TREE_VIEW.paint(ui.painter(), pos2(rect.right() - 22.0, rect.center().y), 12.0, c.t3);
    }
    response.clicked()
}

/// The whole of the chosen line, and the way to its trace.
fn detail_ui(cx: &PanelCx<'_>, ui: &mut Ui, rect: Rect, panel: &mut ServicesPanel, line: &LogLine) {
    let theme = cx.theme;
    ui.painter().hline(rect.x_range(), rect.top().round() + 0.5, Stroke::new(1.0, theme.color.line));
    let inner = rect.shrink2(vec2(16.0, 8.0));
    ui.scope_builder(UiBuilder::new().max_rect(inner), |ui| {
        ui.horizontal(|ui| {
            ui.spacing_mut().item_spacing.x = 12.0;
            ui.label(theme.text(TextRole::Heading, moment_words(line.at, cx.now)));
            ui.label(theme.colored(TextRole::Small, log_words(line.level), theme.color.t2));
            ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
                if IconButton::new(icons::X, "Close the line").side(24.0).show(ui, theme).clicked() {
                    panel.logs.chosen = None;
                }
                if IconButton::new(icons::COPY, "Copy the line").side(24.0).show(ui, theme).clicked() {
                    cx.ask(Intent::Copy(line.text.to_string()));
                }
                if !line.trace.is_empty() && link_arrow(ui, theme, "Open its trace").clicked() {
                    panel.open_trace(line.trace.clone());
                }
            });
        });
        ScrollArea::vertical().id_salt("log line text").auto_shrink(false).show(ui, |ui| {
            ui.add(Label::new(theme.text(TextRole::Code, &*line.text)).wrap().selectable(true));
        });
    });
}

fn empty_ui(cx: &PanelCx<'_>, ui: &mut Ui, body: Rect, panel: &mut ServicesPanel, service: &Service) {
    let is_filtered = panel.logs.least != LogLevelChoice::All || !panel.asking.log_text.trim().is_empty();
    ui.scope_builder(UiBuilder::new().max_rect(body), |ui| {
        if is_filtered {
            if empty_state(ui, cx.theme, "No line matches", "Change the level or the words", Some("Show all lines")) {
                panel.logs.least = LogLevelChoice::All;
                panel.asking.log_text.clear();
            }
        } else {
            let text =
                format!("{} sends no log lines yet: its SDK sends them once a logs exporter is set", service.name);
            if empty_state(ui, cx.theme, "No logs yet", &text, Some("Show how")) {
                panel.begin_adding();
            }
        }
    });
}
