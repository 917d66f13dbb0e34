//! What is asked before a token is made or ends, and the one look at the text of a new one.

use std::sync::Arc;

use eframe::egui::{Align, Label, Layout, Ui};

use crate::model::Command;
use crate::model::access::{AccessCommand, MAIN_TOKEN};
use crate::model::profile::Secret;
use crate::ui::cx::{Intent, PanelCx};
use crate::ui::icons;
use crate::ui::theme::TextRole;
use crate::ui::widgets::{Answer, Button, Field, Problem, checkbox, modal, question};

/// What is open.
#[derive(Debug)]
pub enum Dialog {
    /// Whether the main token is to be renewed.
    Rotate,
    /// Whether a token is to end.
    Revoke(Arc<str>),
    /// The name of a new one, and whether it may read alone.
    Add {
        /// As it is typed.
        name: String,
        /// What it may do.
        read_only: bool,
    },
    /// A new one is under way: nothing is drawn.
    Making(String),
    /// Its text, this once.
    Made {
        /// Its name.
        name: Arc<str>,
        /// Its text.
        secret: Secret,
    },
}

impl Dialog {
    /// An empty form.
    pub const fn add() -> Self {
        Self::Add { name: String::new(), read_only: true }
    }
}

/// Draws what is open.
pub fn dialog_ui(cx: &PanelCx<'_>, ui: &Ui, dialog: &mut Option<Dialog>) {
    match dialog {
        Some(Dialog::Rotate) => {
            let text = "Every program that uses the present one is shut out at once, until it is given the new one.";
            let answer = question(ui.ctx(), cx.theme, "renew token", "Renew the main token?", text, "Renew");
            acted(cx, dialog, answer, AccessCommand::Rotate);
        }
        Some(Dialog::Revoke(name)) => {
            let title = format!("Revoke {name}?");
            let text = "The program that uses it is shut out at once. A revoked token does not come back.";
            let command = AccessCommand::Revoke(name.to_string());
            let answer = question(ui.ctx(), cx.theme, "revoke token", &title, text, "Revoke");
            acted(cx, dialog, answer, command);
        }
        Some(Dialog::Add { .. }) => add_ui(cx, ui, dialog),
        Some(Dialog::Made { .. }) => made_ui(cx, ui, dialog),
        Some(Dialog::Making(_)) | None => {}
    }
}

fn acted(cx: &PanelCx<'_>, dialog: &mut Option<Dialog>, answer: Option<Answer>, command: AccessCommand) {
    if answer == Some(Answer::Act) {
        cx.send(Command::Access(command));
    }
    if answer.is_some() {
        *dialog = None;
    }
}

/// Why a name cannot be a new token's.
fn fault(cx: &PanelCx<'_>, name: &str) -> Option<&'static str> {
    let is_letter = |b: u8| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_' | b'.');
    match name {
        "" => Some("Give it a name"),
        MAIN_TOKEN => Some("This is the main token's name"),
        _ if name.len() > 64 || !name.bytes().all(is_letter) => Some("64 letters, digits, “-”, “_” and “.” at most"),
        _ if cx.snapshot.access.token(name).is_some() => Some("There is one of this name"),
        _ => None,
    }
}

fn add_ui(cx: &PanelCx<'_>, ui: &Ui, dialog: &mut Option<Dialog>) {
    let Some(Dialog::Add { name, read_only }) = dialog else { return };
    let theme = cx.theme;
    let ((makes, cancels), wants_close) = modal(ui.ctx(), theme, "new token", "New token", |ui| {
        let why_not = fault(cx, name);
        let shown = why_not.filter(|_| !name.is_empty()).map(Problem::Error);
        Field::new(name, "Name of the token").hint("Such as prometheus or deploy").problem(shown).show(ui, theme);
        checkbox(ui, theme, read_only, "It may read alone");
        ui.add_space(4.0);
        ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
            let makes =
                Button::primary("Make").tall().name("Make the token").why_not(why_not).show(ui, theme).clicked();
            (makes, Button::secondary("Cancel").tall().show(ui, theme).clicked())
        })
        .inner
    });
    if makes {
        let (name, read_only) = (name.clone(), *read_only);
        cx.send(Command::Access(AccessCommand::Add { name: name.clone(), read_only }));
        *dialog = Some(Dialog::Making(name));
    } else if cancels || wants_close {
        *dialog = None;
    }
}

fn made_ui(cx: &PanelCx<'_>, ui: &Ui, dialog: &mut Option<Dialog>) {
    let Some(Dialog::Made { name, secret }) = dialog else { return };
    let theme = cx.theme;
    let title = format!("The token {name}");
    let (is_done, wants_close) = modal(ui.ctx(), theme, "made token", &title, |ui| {
        let text = "This is the one time it is shown: copy it to where it is used. It is kept as a digest alone.";
        ui.label(theme.colored(TextRole::Body, text, theme.color.t2));
        ui.add(Label::new(theme.text(TextRole::Code, &*secret.0)).wrap().selectable(true));
        ui.add_space(4.0);
        ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
            let is_done = Button::primary("Done").tall().show(ui, theme).clicked();
            let copy = Button::secondary("Copy").icon(icons::COPY).tall().name("Copy the new token");
            if copy.show(ui, theme).clicked() {
                cx.ask(Intent::Copy(secret.0.to_string()));
            }
            is_done
        })
        .inner
    });
    if is_done || wants_close {
        *dialog = None;
    }
}
