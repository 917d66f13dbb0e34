//! What a service prints: the question for its newest lines, what stands over them, and what stands in their place.

use std::sync::Arc;
use std::time::Duration;

use eframe::egui::{Align, Label, Layout, Rect, Stroke, Ui, UiBuilder, vec2};

use super::super::traces::loading_ui;
use super::super::words::counted;
use super::lines::{Place, lines_ui, stream_word, time_of_day};
use crate::engine::Handle;
use crate::model::quantity::decimals;
use crate::model::run::{OutputAnswer, OutputFigures, OutputLine, OutputQuestion, RunCommand, RunState};
use crate::model::{Command, Timestamp};
use crate::ui::theme::TextRole;
use crate::ui::widgets::{Button, Field, IconButton, empty_state, toggle};
use crate::ui::{Intent, PanelCx, icons};

/// Least time between two questions while a person types, seconds.
const MIN_SECONDS: f64 = 0.15;
/// An answer that did not come in this time is asked for again: others may have asked since, and there are few places.
const LOST: Duration = Duration::from_secs(3);
/// Height of the chosen line's place.
const DETAIL: f32 = 84.0;

/// What the output remembers between frames.
#[derive(Debug, Default)]
pub(super) struct Output {
    text: String,
    place: Place,
    chosen: Option<OutputLine>,
    sent: Option<OutputQuestion>,
    sent_at: Option<Timestamp>,
    sent_seconds: f64,
}

impl Output {
    /// The answer to what is wanted, once it is there; asks for it where it was not asked for.
    pub(super) fn answer<'a>(
        &mut self,
        cx: &'a PanelCx<'_>,
        ui: &Ui,
        service: &Arc<str>,
    ) -> Option<&'a Arc<OutputAnswer>> {
        let newest = OutputQuestion::MAX_NEWEST;
        let wanted = OutputQuestion { service: service.clone(), text: self.text.trim().into(), newest }.bounded();
        let answer = cx.snapshot.services.output(&wanted);
        let is_new = self.sent.as_ref() != Some(&wanted);
        let is_lost = answer.is_none() && self.sent_at.is_some_and(|at| cx.now.since(at) >= LOST);
        if is_new || is_lost {
            let seconds = ui.input(|i| i.time);
            let wait = MIN_SECONDS - (seconds - self.sent_seconds);
            if wait > 0.0 && self.sent.is_some() {
                ui.ctx().request_repaint_after(Duration::from_secs_f64(wait));
            } else {
                if self.sent.as_ref().is_some_and(|sent| *sent != wanted) {
                    self.leave(cx.engine);
                }
                cx.send(Command::Run(RunCommand::AskOutput(wanted.clone())));
                self.sent = Some(wanted);
                self.sent_at = Some(cx.now);
                self.sent_seconds = seconds;
            }
        }
        answer
    }

    /// Ends the question.
    pub(super) fn leave(&mut self, engine: &Handle) {
        if let Some(sent) = self.sent.take() {
            // A question that is not ended costs the engine little, and the next of another window takes its place.
            _ = engine.send(Command::Run(RunCommand::LeaveOutput(sent)));
        }
        self.sent_at = None;
    }

    /// Forgets what was looked for and where one was: it is another service's.
    pub(super) fn forget(&mut self) {
        self.text.clear();
        self.chosen = None;
        self.place = Place::default();
    }
}

/// Draws what is looked for, whether the newest line is followed, and the way to copy.
pub(super) fn tools_ui(cx: &PanelCx<'_>, ui: &mut Ui, output: &mut Output, answer: Option<&OutputAnswer>) {
    let theme = cx.theme;
    let field = Field::new(&mut output.text, "Find in the output").hint("A text that lines must contain");
    field.icon(icons::MAGNIFYING_GLASS).width(if cx.is_compact { 200.0 } else { 260.0 }).show(ui, theme);
    toggle(ui, theme, &mut output.place.is_following, "Follow").on_hover_text("Stay at the newest line");
    ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
        let lines = answer.map(|answer| &answer.lines[..]).unwrap_or_default();
        let why_not = lines.is_empty().then_some("There is nothing to copy");
        let copy = Button::secondary("Copy").icon(icons::COPY).name("Copy the output").why_not(why_not);
        if copy.show(ui, theme).clicked() {
            cx.ask(Intent::Copy(as_text(lines)));
        }
        if let Some(answer) = answer {
            let (n, of) = (answer.lines.len() as u64, answer.n_found);
            let text = if n == of { counted(of, "line") } else { format!("{n} of {}", counted(of, "line")) };
            ui.add(Label::new(theme.colored(TextRole::Small, text, theme.color.t3)));
            if let Some(lost) = lost_words(&answer.figures) {
                let said = theme.colored(TextRole::Small, lost, theme.color.t3);
                ui.add(Label::new(said).truncate()).on_hover_text(LOST_MEANING);
            }
        }
    });
}

/// What the counts of what is missing mean.
const LOST_MEANING: &str = "Dropped: they came faster than they could be kept. Cut: longer than a line may be. \
                            Older: they went for newer ones";

/// What is missing of the output, in words; `None` where nothing is.
fn lost_words(figures: &OutputFigures) -> Option<String> {
    let counts =
        [(figures.n_dropped_lines, "dropped"), (figures.n_cut_lines, "cut"), (figures.n_evicted_lines, "older gone")];
    let told: Vec<String> = counts
        .into_iter()
        .filter(|(n, _)| *n > 0)
        .map(|(n, word)| format!("{}\u{2009}{word}", decimals(n as f64, 0)))
        .collect();
    (!told.is_empty()).then(|| told.join(", "))
}

/// Lines for the clipboard.
fn as_text(lines: &[OutputLine]) -> String {
    let line = |line: &OutputLine| {
        let cut = if line.is_cut { " […]" } else { "" };
        format!("{} {} {}{cut}\n", time_of_day(line.at), stream_word(line.stream), line.text)
    };
    lines.iter().map(line).collect()
}

/// Draws the lines, or what stands in their place.
pub(super) fn body_ui(
    cx: &PanelCx<'_>,
    ui: &mut Ui,
    mut body: Rect,
    output: &mut Output,
    answer: Option<&OutputAnswer>,
    run: &RunState,
) {
    let Some(answer) = answer else {
        loading_ui(cx, ui, body, "Looking for its output…");
        return;
    };
    if answer.lines.is_empty() {
        empty_ui(cx, ui, body, output, answer, run);
        return;
    }
    if let Some(line) = output.chosen.clone() {
        let detail = body.with_min_y(body.bottom() - DETAIL);
        body.max.y = detail.top();
        super::super::within(ui, "output line", detail, |ui| detail_ui(cx, ui, detail, output, &line));
    }
    let chosen = output.chosen.as_ref().map(|line| line.number);
    if let Some(line) = lines_ui(cx, ui, body, &mut output.place, &answer.lines, chosen) {
        output.chosen = if chosen == Some(line.number) { None } else { Some(line) };
    }
}

fn empty_ui(cx: &PanelCx<'_>, ui: &mut Ui, body: Rect, output: &mut Output, answer: &OutputAnswer, run: &RunState) {
    ui.scope_builder(UiBuilder::new().max_rect(body), |ui| {
        if !answer.question.text.is_empty() {
            let text = format!("None of the {} contains it", counted(answer.figures.n_kept_lines, "line"));
            if empty_state(ui, cx.theme, "No line matches", &text, Some("Show all lines")) {
                output.text.clear();
            }
            return;
        }
        let text = if !answer.why_empty.is_empty() {
            answer.why_empty.to_string()
        } else if run.is_adopted {
            "It was found running after Perfdesk had ended: what it prints is read again from its next start".to_owned()
        } else {
            "What it prints to its standard output and error stands here as it comes".to_owned()
        };
        empty_state(ui, cx.theme, "It has printed nothing yet", &text, None);
    });
}

/// The whole of the chosen line.
fn detail_ui(cx: &PanelCx<'_>, ui: &mut Ui, rect: Rect, output: &mut Output, line: &OutputLine) {
    let theme = cx.theme;
    ui.painter().hline(rect.x_range(), rect.top().round() + 0.5, Stroke::new(1.0, theme.color.line));
    ui.scope_builder(UiBuilder::new().max_rect(rect.shrink2(vec2(16.0, 8.0))), |ui| {
        ui.horizontal(|ui| {
            ui.spacing_mut().item_spacing.x = 12.0;
            ui.label(theme.text(TextRole::Heading, time_of_day(line.at)));
            let cut = if line.is_cut { ", cut here because it was too long" } else { "" };
            let text = format!("{}, line {}{cut}", stream_word(line.stream), line.number);
            ui.label(theme.colored(TextRole::Small, text, theme.color.t2));
            ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
                if IconButton::new(icons::X, "Close the line").side(24.0).show(ui, theme).clicked() {
                    output.chosen = None;
                }
                if IconButton::new(icons::COPY, "Copy the line").side(24.0).show(ui, theme).clicked() {
                    cx.ask(Intent::Copy(line.text.to_string()));
                }
            });
        });
        eframe::egui::ScrollArea::vertical().id_salt("output line text").auto_shrink(false).show(ui, |ui| {
            ui.add(Label::new(theme.text(TextRole::Code, &*line.text)).wrap().selectable(true));
        });
    });
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::run::OutputStream;

    #[test]
    fn what_is_missing_is_counted_and_lines_are_copied_with_their_stream() {
        let figures = OutputFigures { n_dropped_lines: 1204, n_cut_lines: 2, ..OutputFigures::default() };
        assert_eq!(lost_words(&figures).as_deref(), Some("1,204\u{2009}dropped, 2\u{2009}cut"));
        assert_eq!(lost_words(&OutputFigures::default()), None);
        let line = OutputLine { stream: OutputStream::Err, text: "boom".into(), is_cut: true, ..OutputLine::default() };
        assert!(as_text(&[line]).ends_with(" err boom […]\n"));
    }
}
