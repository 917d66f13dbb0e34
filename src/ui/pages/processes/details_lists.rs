//! The tabs of the side panel: command line, threads, files and sockets. What may not be read says why.

use eframe::egui::{Frame, Label, Margin, Rect, Sense, Stroke, Ui, UiBuilder, pos2, vec2};

use crate::model::quantity::decimals;
use crate::model::{OpenFile, ProcessDetail, Reading, ThreadRow};
use crate::ui::icons;
use crate::ui::theme::{TextRole, Theme};
use crate::ui::widgets::{IconButton, number_cell, text_at};
use crate::ui::{Intent, PanelCx};

/// Which list is shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) enum Tab {
    /// The command line.
    #[default]
    Command,
    /// Threads.
    Threads,
    /// Files.
    Files,
    /// Sockets.
    Sockets,
}

/// Height of an entry of a list.
const ENTRY: f32 = 22.0;
const MARGIN: f32 = 16.0;

/// Draws the chosen list.
pub(super) fn lists_ui(cx: &PanelCx<'_>, ui: &mut Ui, tab: Tab, detail: Option<&ProcessDetail>) {
    let theme = cx.theme;
    ui.add_space(10.0);
    let Some(detail) = detail else {
        reason(ui, theme, being_read(cx));
        return;
    };
    match tab {
        Tab::Command => command_ui(cx, ui, detail),
        Tab::Threads => match &detail.threads {
            Reading::Value(threads) => entries(ui, threads, |ui, rect, thread| thread_ui(ui, theme, rect, thread)),
            Reading::Unsupported { why } | Reading::Failed { why, .. } => reason(ui, theme, why),
        },
        Tab::Files | Tab::Sockets => match &detail.files {
            Reading::Value(files) => {
                let wants_sockets = tab == Tab::Sockets;
                let shown: Vec<&OpenFile> = files.iter().filter(|file| file.is_socket == wants_sockets).collect();
                if shown.is_empty() {
                    reason(ui, theme, if wants_sockets { "It has no sockets open" } else { "It has no files open" });
                }
                entries(ui, &shown, |ui, rect, file| file_ui(ui, theme, rect, file));
            }
            Reading::Unsupported { why } | Reading::Failed { why, .. } => reason(ui, theme, why),
        },
    }
}

fn command_ui(cx: &PanelCx<'_>, ui: &mut Ui, detail: &ProcessDetail) {
    let theme = cx.theme;
    let c = &theme.color;
    match &detail.arguments {
        Reading::Value(arguments) if arguments.is_empty() => reason(ui, theme, "It has no command line"),
        Reading::Value(arguments) => {
            let line = arguments.join(" ");
            let margin = Margin { left: 16, right: 16, top: 0, bottom: 8 };
            Frame::new().outer_margin(margin).show(ui, |ui| {
                Frame::new()
                    .fill(c.bg_field)
                    .stroke(Stroke::new(1.0, c.line))
                    .corner_radius(theme.radius.control)
                    .inner_margin(Margin::symmetric(10, 8))
                    .show(ui, |ui| {
                        ui.set_min_width(ui.available_width());
                        ui.add(Label::new(theme.text(TextRole::Code, &line)).wrap().selectable(true));
                    });
            });
            copy_row(cx, ui, "Copy the command", &line);
        }
        Reading::Unsupported { why } | Reading::Failed { why, .. } => reason(ui, theme, why),
    }
    for (title, reading) in [("Program", &detail.executable), ("Folder", &detail.working_dir)] {
        let (rect, _) = ui.allocate_exact_size(vec2(ui.available_width(), ENTRY), Sense::hover());
        let label = Rect::from_min_max(pos2(rect.left() + MARGIN, rect.top()), rect.max);
        text_at(ui.painter(), theme, label, title, TextRole::Small, c.t3);
        let cell = Rect::from_min_max(pos2(rect.left() + 72.0, rect.top()), pos2(rect.right() - 40.0, rect.bottom()));
        match reading {
            Reading::Value(path) => {
                text_at(ui.painter(), theme, cell, path, TextRole::Code, c.t1);
                let response = ui.interact(cell, ui.scope_id().with(title), Sense::hover());
                response.on_hover_text(&**path);
                let button = Rect::from_center_size(pos2(rect.right() - 26.0, rect.center().y), vec2(20.0, 20.0));
                let mut place = ui.new_child(UiBuilder::new().max_rect(button));
                let name = format!("Copy the {}", title.to_lowercase());
                if IconButton::new(icons::COPY, &name).side(20.0).show(&mut place, theme).clicked() {
                    cx.ask(Intent::Copy(path.to_string()));
                }
            }
            Reading::Unsupported { why } | Reading::Failed { why, .. } => {
                text_at(ui.painter(), theme, cell, why, TextRole::Small, c.t3);
            }
        }
    }
}

fn copy_row(cx: &PanelCx<'_>, ui: &mut Ui, name: &str, text: &str) {
    ui.horizontal(|ui| {
        ui.add_space(MARGIN);
        let button = crate::ui::widgets::Button::secondary("Copy").name(name).icon(icons::COPY).show(ui, cx.theme);
        if button.clicked() {
            cx.ask(Intent::Copy(text.to_owned()));
        }
    });
    ui.add_space(8.0);
}

fn thread_ui(ui: &Ui, theme: &Theme, rect: Rect, thread: &ThreadRow) {
    let c = &theme.color;
    let painter = ui.painter();
    let part = |from: f32, to: f32| {
        let x = |share: f32| rect.left() + rect.width() * share;
        Rect::from_min_max(pos2(x(from), rect.top()), pos2(x(to) - 8.0, rect.bottom()))
    };
    text_at(painter, theme, part(0.0, 0.46), &thread.name, TextRole::SmallStrong, c.t1);
    number_cell(painter, theme, part(0.46, 0.64), &thread.tid.to_string(), TextRole::Small, c.t2);
    let (percent, color) = match thread.cpu_cores {
        Some(cores) if cores >= 0.0005 => (format!("{}\u{2009}%", decimals(f64::from(cores) * 100.0, 1)), c.t1),
        Some(_) => ("0.0\u{2009}%".into(), c.t3),
        None => ("–".into(), c.t3),
    };
    number_cell(painter, theme, part(0.64, 0.8), &percent, TextRole::Small, color);
    text_at(painter, theme, part(0.8, 1.03), thread.state.word(), TextRole::Small, c.t2);
}

fn file_ui(ui: &Ui, theme: &Theme, rect: Rect, file: &OpenFile) {
    let c = &theme.color;
    let number = Rect::from_min_max(rect.min, pos2(rect.left() + 32.0, rect.bottom()));
    number_cell(ui.painter(), theme, number, &file.descriptor.to_string(), TextRole::Small, c.t3);
    let path = Rect::from_min_max(pos2(number.right() + 10.0, rect.top()), rect.max);
    let width = text_at(ui.painter(), theme, path, &file.target, TextRole::Code, c.t1);
    if width > path.width() {
        let response = ui.interact(path, ui.scope_id().with(("file", file.descriptor)), Sense::hover());
        response.on_hover_text(&*file.target);
    }
}

/// Draws those entries of a list that are on the screen and leaves room for the rest.
fn entries<T>(ui: &mut Ui, list: &[T], draw: impl Fn(&Ui, Rect, &T)) {
    let (rect, _) = ui.allocate_exact_size(vec2(ui.available_width(), list.len() as f32 * ENTRY), Sense::hover());
    let seen = ui.clip_rect().intersect(rect);
    if !seen.is_positive() {
        return;
    }
    let first = ((seen.top() - rect.top()) / ENTRY).floor().max(0.0) as usize;
    let last = (((seen.bottom() - rect.top()) / ENTRY).ceil().max(0.0) as usize).min(list.len());
    for (i, entry) in list.iter().enumerate().take(last).skip(first) {
        let top = rect.top() + i as f32 * ENTRY;
        let line = Rect::from_min_max(pos2(rect.left() + MARGIN, top), pos2(rect.right() - MARGIN, top + ENTRY));
        draw(ui, line, entry);
    }
}

/// What stands where a detailed reading has not come yet. A frozen screen gets none.
pub(super) fn being_read(cx: &PanelCx<'_>) -> &'static str {
    if cx.is_paused { "Paused: read when live again" } else { "Being read…" }
}

/// Why there is no list.
fn reason(ui: &mut Ui, theme: &Theme, why: &str) {
    ui.horizontal_wrapped(|ui| {
        ui.add_space(MARGIN);
        ui.label(icons::PROHIBIT.text(14.0, theme.color.t3));
        ui.label(theme.colored(TextRole::Small, why, theme.color.t3));
    });
    ui.add_space(8.0);
}
