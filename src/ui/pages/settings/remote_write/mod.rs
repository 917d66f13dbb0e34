//! Remote-write: the servers that samples are sent on to, how that goes, and the dialogs that add and change one.

mod form;
mod words;

use std::sync::Arc;

use eframe::egui::{Align, Label, Layout, Rect, Role, Sense, Ui, UiBuilder, WidgetInfo, pos2, vec2};

use self::form::{Form, form_ui};
use self::words::{figures_words, mark_of, test_words};
use crate::model::Command;
use crate::model::remote_write::{Endpoint, EndpointStatus, RemoteWriteCommand, SendState};
use crate::ui::cx::PanelCx;
use crate::ui::icons;
use crate::ui::theme::TextRole;
use crate::ui::widgets::{
    Answer, Button, IconButton, Tone, banner, hairline, panel, panel_head, question, state_mark, text_at, toggle_called,
};

const ROW: f32 = 84.0;

/// What the section remembers between frames.
#[derive(Debug, Default)]
pub struct RemoteWritePanel {
    dialog: Option<Dialog>,
}

/// What is open.
#[derive(Debug)]
enum Dialog {
    Form(Box<Form>),
    Remove(Arc<str>),
}

/// Draws the section.
pub fn remote_write_ui(cx: &PanelCx<'_>, ui: &mut Ui, state: &mut RemoteWritePanel) {
    let theme = cx.theme;
    let writing = &cx.snapshot.remote_write;
    panel(ui, theme, |ui| {
        panel_head(
            ui,
            theme,
            cx.is_compact,
            "Remote-write",
            "samples go on to Prometheus, VictoriaMetrics or Mimir",
            |ui| {
                if Button::secondary("New endpoint…").icon(icons::PLUS).show(ui, theme).clicked() {
                    state.dialog = Some(Dialog::Form(Box::default()));
                }
            },
        );
        if !writing.file_error.is_empty() {
            banner(ui, theme, Tone::Warning, &writing.file_error, None);
        }
        if writing.endpoints.is_empty() {
            let text =
                "No server gets samples. With one, many machines stand side by side, for as long as it keeps them";
            line_ui(cx, ui, text);
        }
        for (i, status) in writing.endpoints.iter().enumerate() {
            if i > 0 {
                hairline(ui, theme);
            }
            endpoint_ui(cx, ui, status, &mut state.dialog);
        }
    });
    dialog_ui(cx, ui, &mut state.dialog);
}

fn send(cx: &PanelCx<'_>, command: RemoteWriteCommand) {
    cx.send(Command::RemoteWrite(command));
}

fn line_ui(cx: &PanelCx<'_>, ui: &mut Ui, text: &str) {
    let (rect, response) = ui.allocate_exact_size(vec2(ui.available_width(), 44.0), Sense::hover());
    text_at(ui.painter(), cx.theme, rect.shrink2(vec2(16.0, 0.0)), text, TextRole::Small, cx.theme.color.t3);
    response.widget_info(|| WidgetInfo::labeled(Role::Label, true, text));
}

/// One endpoint: its name and address, its state, and what was sent and waits.
fn endpoint_ui(cx: &PanelCx<'_>, ui: &mut Ui, status: &EndpointStatus, dialog: &mut Option<Dialog>) {
    let theme = cx.theme;
    let c = &theme.color;
    let endpoint = &status.endpoint;
    let (rect, response) = ui.allocate_exact_size(vec2(ui.available_width(), ROW), Sense::hover());
    let inner = rect.shrink2(vec2(16.0, 8.0));
    let (mark, word) = mark_of(status, cx.now);
    let figures = figures_words(status, cx.now);
    response.widget_info(|| WidgetInfo::labeled(Role::Label, true, format!("{}: {word}. {figures}", endpoint.name)));
    let line = |n: f32| Rect::from_min_size(pos2(inner.left(), inner.top() + n * 22.0), vec2(inner.width(), 22.0));
    let mut row = ui.new_child(UiBuilder::new().max_rect(line(0.0)).layout(Layout::right_to_left(Align::Center)));
    buttons_ui(cx, &mut row, status, dialog);
    row.with_layout(Layout::left_to_right(Align::Center), |ui| {
        ui.label(theme.text(TextRole::BodyStrong, &*endpoint.name));
        ui.add(Label::new(theme.colored(TextRole::Code, &*endpoint.url, c.t2)).truncate());
    });
    let mut row = ui.new_child(UiBuilder::new().max_rect(line(1.0)).layout(Layout::left_to_right(Align::Center)));
    state_mark(&mut row, theme, mark, &word);
    let tested = test_words(status, cx.now);
    let (text, color) = match (&status.tested, &*status.refusal) {
        (_, refusal) if !refusal.is_empty() => (format!("Refused: {refusal}"), c.warning),
        (Some(test), _) if !test.is_ok => (tested, c.warning),
        _ => (tested, c.t3),
    };
    row.add(Label::new(theme.colored(TextRole::Small, text, color)).truncate());
    text_at(ui.painter(), theme, line(2.0), &figures, TextRole::Small, c.t3);
}

fn buttons_ui(cx: &PanelCx<'_>, ui: &mut Ui, status: &EndpointStatus, dialog: &mut Option<Dialog>) {
    let theme = cx.theme;
    let endpoint = &status.endpoint;
    let name = &endpoint.name;
    if IconButton::new(icons::TRASH, &format!("Remove {name}")).show(ui, theme).clicked() {
        *dialog = Some(Dialog::Remove(name.clone()));
    }
    if IconButton::new(icons::PENCIL_SIMPLE, &format!("Change {name}")).show(ui, theme).clicked() {
        *dialog = Some(Dialog::Form(Box::new(Form::of(endpoint, status.has_secret))));
    }
    let why_not = status.is_testing.then_some("It is being tested");
    if Button::quiet("Test").name(&format!("Test {name}")).why_not(why_not).show(ui, theme).clicked() {
        send(cx, RemoteWriteCommand::Test(name.clone()));
    }
    if matches!(status.state, SendState::Waiting { .. })
        && Button::quiet("Try now").name(&format!("Try {name} now")).show(ui, theme).clicked()
    {
        send(cx, RemoteWriteCommand::Retry(name.clone()));
    }
    let mut is_on = endpoint.is_on;
    if toggle_called(ui, theme, &mut is_on, &format!("Send to {name}"), "", false).changed() {
        send(cx, RemoteWriteCommand::Put(Box::new(Endpoint { is_on, ..endpoint.clone() })));
    }
}

fn dialog_ui(cx: &PanelCx<'_>, ui: &Ui, dialog: &mut Option<Dialog>) {
    let is_over = match dialog {
        None => false,
        Some(Dialog::Form(form)) => match form_ui(cx, ui, form) {
            Some(Some(endpoint)) => {
                send(cx, RemoteWriteCommand::Put(endpoint));
                true
            }
            Some(None) => true,
            None => false,
        },
        Some(Dialog::Remove(name)) => {
            let title = format!("Send nothing more to {name}?");
            let text = "What waits for it on disk is lost. What it has already, it keeps.";
            let answer = question(ui.ctx(), cx.theme, "remove endpoint", &title, text, "Remove");
            if answer == Some(Answer::Act) {
                send(cx, RemoteWriteCommand::Remove(name.clone()));
            }
            answer.is_some()
        }
    };
    if is_over {
        *dialog = None;
    }
}
