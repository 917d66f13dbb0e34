//! The list of tasks: what is asked for, how far it is, what came of it.

use std::collections::BTreeSet;
use std::path::Path;
use std::time::Duration;

use eframe::egui::{Align, Frame, Label, Layout, Margin, Rect, Role, Sense, Ui, UiBuilder, WidgetInfo, vec2};

use crate::model::quantity::{decimals, joined};
use crate::model::{Command, Snapshot, TaskCommand, TaskId, TaskState, TaskStatus, Timestamp};
use crate::ui::cx::{Intent, PanelCx};
use crate::ui::icons;
use crate::ui::period::words::ago_words;
use crate::ui::theme::TextRole;
use crate::ui::widgets::{Button, IconButton, Mark, Tone, empty_state, hairline, link, panel, panel_head};

/// Work that is done sooner shows no progress: bars that come and go say nothing.
const QUIET: Duration = Duration::from_millis(500);

/// What the list remembers between frames.
#[derive(Debug, Default)]
pub struct TaskList {
    opened: BTreeSet<TaskId>,
}

/// Whether a task is young enough to be done before anybody needs to know.
fn is_young(task: &TaskStatus, now: Timestamp) -> bool {
    !task.state.is_over() && now.since(task.asked_at) < QUIET
}

/// How far a task is, in words; `None` once it is over.
fn progress_words(state: &TaskState) -> Option<String> {
    match state {
        TaskState::Waiting => Some("Waits for the one before".into()),
        TaskState::Running { done_ratio, text } => Some(match done_ratio {
            Some(ratio) if text.is_empty() => percent(*ratio),
            Some(ratio) => format!("{}, {text}", percent(*ratio)),
            None if text.is_empty() => "Under way".into(),
            None => text.to_string(),
        }),
        TaskState::Done { .. } | TaskState::Cancelled | TaskState::Failed { .. } => None,
    }
}

fn percent(ratio: f32) -> String {
    // A task is not over before it says so.
    joined(&decimals(f64::from(ratio.clamp(0.0, 0.99) * 100.0).floor(), 0), "%")
}

/// The running task in a few words for the status bar; `None` where nothing runs, or not long enough.
pub fn running_words(snapshot: &Snapshot, now: Timestamp) -> Option<String> {
    let running = snapshot.tasks.iter().find(|task| matches!(task.state, TaskState::Running { .. }))?;
    if is_young(running, now) {
        return None;
    }
    let share = match &running.state {
        TaskState::Running { done_ratio: Some(ratio), .. } => format!(" {}", percent(*ratio)),
        _ => String::new(),
    };
    let waiting = snapshot.tasks.iter().filter(|task| task.state == TaskState::Waiting).count();
    let more = if waiting == 0 { String::new() } else { format!(", {waiting} more") };
    Some(format!("{}{share}{more}", running.title))
}

impl TaskList {
    /// Draws the list, newest first.
    pub fn show(&mut self, cx: &PanelCx<'_>, ui: &mut Ui) {
        let theme = cx.theme;
        let tasks = &cx.snapshot.tasks;
        self.opened.retain(|id| tasks.iter().any(|task| task.id == *id));
        if let Some(youngest) = tasks.iter().filter(|task| is_young(task, cx.now)).map(|task| task.asked_at).max() {
            ui.ctx().request_repaint_after(QUIET.saturating_sub(cx.now.since(youngest)));
        }
        let shown: Vec<&TaskStatus> = tasks.iter().rev().filter(|task| !is_young(task, cx.now)).collect();
        panel(ui, theme, |ui| {
            let over: Vec<TaskId> = shown.iter().filter(|task| task.state.is_over()).map(|task| task.id).collect();
            panel_head(ui, theme, cx.is_compact, "Tasks", "one after another", |ui| {
                if over.len() > 1 && link(ui, theme, "Dismiss all that are done").clicked() {
                    for id in &over {
                        cx.send(Command::Task(TaskCommand::Dismiss(*id)));
                    }
                }
            });
            if shown.is_empty() {
                let text = "Reports, exports and imports stand here: how far they are, a way to cancel them, and where \
                            their files went.";
                empty_state(ui, theme, "Nothing was asked for yet", text, None);
            }
            for (i, task) in shown.iter().enumerate() {
                if i > 0 {
                    hairline(ui, theme);
                }
                self.task_ui(cx, ui, task);
            }
        });
    }

    fn task_ui(&mut self, cx: &PanelCx<'_>, ui: &mut Ui, task: &TaskStatus) {
        let theme = cx.theme;
        Frame::new().inner_margin(Margin::symmetric(16, 10)).show(ui, |ui| {
            ui.set_width(ui.available_width());
            ui.spacing_mut().item_spacing = vec2(8.0, 4.0);
            let mark = mark(&task.state);
            ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
                ui.set_height(24.0);
                if task.state.is_over() {
                    let name = format!("Dismiss {}", task.title);
                    if IconButton::new(icons::X, &name).side(20.0).show(ui, theme).clicked() {
                        cx.send(Command::Task(TaskCommand::Dismiss(task.id)));
                    }
                } else {
                    let name = format!("Cancel {}", task.title);
                    if Button::quiet("Cancel").name(&name).show(ui, theme).clicked() {
                        cx.send(Command::Task(TaskCommand::Cancel(task.id)));
                    }
                }
                let asked = ago_words(task.asked_at, cx.now);
                ui.label(theme.colored(TextRole::Micro, asked, theme.color.t3));
                ui.with_layout(Layout::left_to_right(Align::Center), |ui| {
                    ui.label(mark.icon.text(16.0, mark.tone.icon_color(theme)));
                    ui.add(Label::new(theme.text(TextRole::BodyStrong, &*task.title)).truncate());
                });
            });
            match &task.state {
                TaskState::Waiting | TaskState::Running { .. } => progress_ui(cx, ui, task),
                TaskState::Cancelled => words(cx, ui, "Cancelled; nothing of it is left", theme.color.t2),
                TaskState::Failed { why } => words(cx, ui, why, theme.color.critical),
                TaskState::Done { text, remarks, files } => {
                    words(cx, ui, text, theme.color.t2);
                    self.remarks_ui(cx, ui, task, remarks);
                    for file in files.iter() {
                        file_ui(cx, ui, file);
                    }
                }
            }
        });
    }

    fn remarks_ui(&mut self, cx: &PanelCx<'_>, ui: &mut Ui, task: &TaskStatus, remarks: &[std::sync::Arc<str>]) {
        if remarks.is_empty() {
            return;
        }
        let is_open = self.opened.contains(&task.id);
        let n = remarks.len();
        let count = if n == 1 { "1 remark".to_owned() } else { format!("{n} remarks") };
        let icon = if is_open { icons::CARET_DOWN } else { icons::CARET_RIGHT };
        if Button::quiet(&count).icon(icon).show(ui, cx.theme).clicked() {
            if is_open {
                self.opened.remove(&task.id);
            } else {
                self.opened.insert(task.id);
            }
        }
        if is_open {
            const MOST: usize = 100;
            for remark in remarks.iter().take(MOST) {
                words(cx, ui, remark, cx.theme.color.t2);
            }
            if n > MOST {
                words(cx, ui, &format!("and {} more", n - MOST), cx.theme.color.t3);
            }
        }
    }
}

fn mark(state: &TaskState) -> Mark {
    match state {
        TaskState::Waiting => Mark { icon: icons::HOURGLASS_MEDIUM, tone: Tone::Neutral },
        TaskState::Running { .. } => Mark { icon: icons::CIRCLE_NOTCH, tone: Tone::Accent },
        TaskState::Done { .. } => Mark { icon: icons::fill::CHECK_CIRCLE, tone: Tone::Success },
        TaskState::Cancelled => Mark { icon: icons::PROHIBIT, tone: Tone::Neutral },
        TaskState::Failed { .. } => Mark { icon: icons::fill::X_CIRCLE, tone: Tone::Critical },
    }
}

fn words(cx: &PanelCx<'_>, ui: &mut Ui, text: &str, color: eframe::egui::Color32) {
    ui.add(Label::new(cx.theme.colored(TextRole::Small, text, color)).wrap());
}

/// A bar as wide as the list, and its words.
fn progress_ui(cx: &PanelCx<'_>, ui: &mut Ui, task: &TaskStatus) {
    let theme = cx.theme;
    let words = progress_words(&task.state).unwrap_or_default();
    let (rect, response) = ui.allocate_exact_size(vec2(ui.available_width(), 6.0), Sense::hover());
    let radius = f32::from(theme.radius.bar);
    ui.painter().rect_filled(rect, radius, theme.color.track);
    if let TaskState::Running { done_ratio: Some(ratio), .. } = &task.state {
        let filled = vec2((rect.width() * ratio.clamp(0.0, 1.0)).max(2.0), rect.height());
        ui.painter().rect_filled(Rect::from_min_size(rect.min, filled), radius, theme.color.accent);
    }
    response.widget_info(|| WidgetInfo::labeled(Role::ProgressIndicator, true, format!("{}: {words}", task.title)));
    self::words(cx, ui, &words, theme.color.t2);
}

/// A file that was written, and the way to its path.
fn file_ui(cx: &PanelCx<'_>, ui: &mut Ui, file: &Path) {
    let theme = cx.theme;
    let text = file.display().to_string();
    let (rect, _) = ui.allocate_exact_size(vec2(ui.available_width(), 20.0), Sense::hover());
    let mut row = ui.new_child(UiBuilder::new().max_rect(rect).layout(Layout::right_to_left(Align::Center)));
    let name = format!("Copy the path {text}");
    if IconButton::new(icons::COPY, &name).side(20.0).show(&mut row, theme).clicked() {
        cx.ask(Intent::Copy(text.clone()));
    }
    row.with_layout(Layout::left_to_right(Align::Center), |ui| {
        // The end of a path tells more than its beginning.
        let short = file.file_name().map_or_else(|| text.clone(), |name| name.to_string_lossy().into_owned());
        ui.label(icons::FILE_TEXT.text(14.0, theme.color.t3));
        let label = Label::new(theme.text(TextRole::Code, short)).truncate().selectable(true);
        ui.add(label).on_hover_text(text.as_str());
    });
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: Timestamp = Timestamp::from_millis(1_000_000);

    fn task(id: u64, age_millis: u64, state: TaskState) -> TaskStatus {
        let asked_at = NOW.minus(Duration::from_millis(age_millis));
        TaskStatus { id: TaskId(id), title: format!("Export to {id}.csv").into(), asked_at, state }
    }

    fn running(done_ratio: Option<f32>, text: &str) -> TaskState {
        TaskState::Running { done_ratio, text: text.into() }
    }

    #[test]
    fn progress_is_told_in_words() {
        for (state, expect) in [
            (TaskState::Waiting, Some("Waits for the one before")),
            (running(Some(0.456), "12,400,000 samples"), Some("45 %, 12,400,000 samples")),
            (running(Some(1.0), ""), Some("99 %")),
            (running(None, "reading"), Some("reading")),
            (running(None, ""), Some("Under way")),
            (TaskState::Cancelled, None),
        ] {
            let words = progress_words(&state).map(|words| words.replace('\u{2009}', " "));
            assert_eq!(words.as_deref(), expect);
        }
    }

    #[test]
    fn work_that_is_done_at_once_shows_no_progress() {
        let mut snapshot = Snapshot::default();
        let words = |snapshot: &Snapshot| running_words(snapshot, NOW).map(|words| words.replace('\u{2009}', " "));
        assert_eq!(words(&snapshot), None);
        snapshot.tasks = vec![task(1, 300, running(Some(0.4), ""))].into();
        assert_eq!(words(&snapshot), None);
        snapshot.tasks = vec![task(1, 600, running(Some(0.4), "")), task(2, 100, TaskState::Waiting)].into();
        assert_eq!(words(&snapshot).as_deref(), Some("Export to 1.csv 40 %, 1 more"));
        assert!(!is_young(&task(3, 10, TaskState::Cancelled), NOW), "what came of it is told at once");
    }
}
