//! The dialog of a machine: where its agent is, with which token, and whether it answers.

use eframe::egui::{Align, Layout, Ui};

use crate::model::machines::{MachineCommand, MachineEntry, MachineTestState, Token};
use crate::ui::cx::PanelCx;
use crate::ui::fleet::Fleet;
use crate::ui::icons;
use crate::ui::theme::TextRole;
use crate::ui::widgets::{Button, Field, IconButton, Problem, checkbox, modal, problem_line};

/// What is being written.
#[derive(Debug, Clone)]
pub struct Dialog {
    /// As it was; its number stays.
    before: MachineEntry,
    is_new: bool,
    name: String,
    address: String,
    token: Token,
    is_token_shown: bool,
    ca: String,
    insecure_http: bool,
    /// Forget the certificate that was trusted.
    forgets: bool,
}

impl Dialog {
    /// A dialog over what is said of a machine.
    pub fn of(entry: &MachineEntry, is_new: bool) -> Self {
        Self {
            before: entry.clone(),
            is_new,
            name: entry.name.clone(),
            address: entry.address.clone(),
            token: entry.token.clone(),
            is_token_shown: false,
            ca: entry.ca.as_ref().map(|path| path.display().to_string()).unwrap_or_default(),
            insecure_http: entry.insecure_http,
            forgets: false,
        }
    }

    fn entry(&self) -> MachineEntry {
        let ca = self.ca.trim();
        // Another address is another certificate.
        let is_kept = !self.forgets && self.address.trim() == self.before.address.trim();
        MachineEntry {
            id: self.before.id,
            name: self.name.trim().to_owned(),
            address: self.address.trim().to_owned(),
            token: Token(self.token.0.trim().to_owned()),
            fingerprint: self.before.fingerprint.clone().filter(|_| is_kept),
            ca: (!ca.is_empty()).then(|| ca.into()),
            insecure_http: self.insecure_http,
        }
    }
}

/// What to do, and the step that would take it back: what it is called, and how.
type Saved = (MachineCommand, Option<(String, MachineCommand)>);

/// Draws the dialog that is open; gives what is to be sent.
pub fn dialog_ui(cx: &PanelCx<'_>, ui: &Ui, open: &mut Option<Dialog>, fleet: &dyn Fleet) -> Option<Saved> {
    let mut dialog = open.take()?;
    let title = if dialog.is_new { "Add a machine" } else { "Edit the machine" };
    let (done, wants_close) = modal(ui.ctx(), cx.theme, "machine", title, |ui| body_ui(cx, ui, &mut dialog, fleet));
    match done {
        Done::Saved(saved) => return Some(saved),
        Done::Sent(command) => {
            *open = Some(dialog);
            return Some((command, None));
        }
        Done::Closed => return None,
        Done::Open if wants_close => {}
        Done::Open => *open = Some(dialog),
    }
    None
}

enum Done {
    Open,
    Closed,
    Sent(MachineCommand),
    Saved(Saved),
}

fn body_ui(cx: &PanelCx<'_>, ui: &mut Ui, dialog: &mut Dialog, fleet: &dyn Fleet) -> Done {
    let theme = cx.theme;
    let label = |ui: &mut Ui, text: &str| {
        ui.label(theme.colored(TextRole::SmallStrong, text, theme.color.t2));
    };
    label(ui, "Address of its agent");
    Field::new(&mut dialog.address, "Address").hint("build.example.org:7373").show(ui, theme);
    label(ui, "Token");
    token_ui(cx, ui, dialog);
    ui.label(theme.colored(TextRole::Small, "`perfdesk token show` on that machine says it", theme.color.t3));
    label(ui, "Name");
    Field::new(&mut dialog.name, "Name").hint("As it calls itself").show(ui, theme);
    label(ui, "Certificates that vouch for it");
    Field::new(&mut dialog.ca, "File of certificates")
        .hint("None: its own is kept at the first use")
        .path()
        .show(ui, theme);
    if let Some(fingerprint) = dialog.before.fingerprint.clone().filter(|_| !dialog.is_new) {
        ui.label(theme.colored(TextRole::Small, "SHA-256 of its certificate, as it was first seen", theme.color.t2));
        ui.add(eframe::egui::Label::new(theme.colored(TextRole::Code, spaced(&fingerprint), theme.color.t1)).wrap());
        checkbox(ui, theme, &mut dialog.forgets, "Trust the next certificate it shows instead");
    }
    checkbox(ui, theme, &mut dialog.insecure_http, "Allow plain HTTP: the token can be read on the network");
    let entry = dialog.entry();
    let outcome = test_ui(cx, ui, fleet, &entry);
    ui.add_space(8.0);
    let why_not = match (entry.address.is_empty(), entry.token.0.is_empty()) {
        (true, _) => Some("write where its agent listens"),
        (_, true) => Some("write the token of its agent"),
        _ => None,
    };
    ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
        let word = if dialog.is_new { "Add" } else { "Save" };
        if Button::primary(word).tall().why_not(why_not).show(ui, theme).clicked() {
            return Done::Saved(save(dialog, entry.clone(), outcome));
        }
        if Button::secondary("Test").name("Test connection").tall().why_not(why_not).show(ui, theme).clicked() {
            return Done::Sent(MachineCommand::Test(Box::new(entry.clone())));
        }
        if Button::secondary("Cancel").tall().show(ui, theme).clicked() { Done::Closed } else { Done::Open }
    })
    .inner
}

/// The token as dots, until a person wants to see it.
fn token_ui(cx: &PanelCx<'_>, ui: &mut Ui, dialog: &mut Dialog) {
    let theme = cx.theme;
    ui.horizontal(|ui| {
        let width = ui.available_width() - theme.size.control - 8.0;
        let field = Field::new(&mut dialog.token.0, "Token").code().width(width);
        let field = if dialog.is_token_shown { field } else { field.secret() };
        field.show(ui, theme);
        let (icon, name) =
            if dialog.is_token_shown { (icons::EYE_SLASH, "Hide the token") } else { (icons::EYE, "Show the token") };
        if IconButton::new(icon, name).framed().show(ui, theme).clicked() {
            dialog.is_token_shown = !dialog.is_token_shown;
        }
    });
}

/// What came of the test of what is written now; gives the certificate it showed.
fn test_ui(cx: &PanelCx<'_>, ui: &mut Ui, fleet: &dyn Fleet, entry: &MachineEntry) -> Option<String> {
    let theme = cx.theme;
    let test = fleet.list().test.clone().filter(|test| *test.entry == *entry)?;
    let show = |ui: &mut Ui, fingerprint: &Option<std::sync::Arc<str>>| {
        let fingerprint = fingerprint.as_deref()?;
        ui.label(theme.colored(TextRole::Small, "SHA-256 of the certificate it shows", theme.color.t2));
        ui.add(eframe::egui::Label::new(theme.colored(TextRole::Code, spaced(fingerprint), theme.color.t1)).wrap());
        Some(fingerprint.to_owned())
    };
    match &test.state {
        MachineTestState::Running => {
            ui.label(theme.colored(TextRole::Small, "Asking…", theme.color.t2));
            None
        }
        MachineTestState::Works { text, fingerprint } => {
            ui.horizontal(|ui| {
                ui.label(icons::fill::CHECK_CIRCLE.text(14.0, theme.color.success));
                ui.label(theme.colored(TextRole::Small, &**text, theme.color.success));
            });
            show(ui, fingerprint)
        }
        MachineTestState::Fails { why, fingerprint } => {
            problem_line(ui, theme, Problem::Error(why), ui.available_width());
            show(ui, fingerprint);
            None
        }
    }
}

/// A certificate that was looked at in a test is the one that is trusted from then on.
fn save(dialog: &Dialog, entry: MachineEntry, tested: Option<String>) -> Saved {
    let fingerprint = entry.fingerprint.clone().or(tested.filter(|_| entry.ca.is_none()));
    let entry = MachineEntry { fingerprint, ..entry };
    let undo = (!dialog.is_new).then(|| {
        let name = if dialog.before.name.is_empty() { &dialog.before.address } else { &dialog.before.name };
        (format!("edit {name}"), MachineCommand::Save(Box::new(dialog.before.clone()), None))
    });
    (MachineCommand::Save(Box::new(entry), None), undo)
}

/// A fingerprint in groups that can be compared by eye.
fn spaced(fingerprint: &str) -> String {
    let bytes: Vec<&str> = fingerprint.as_bytes().chunks(4).filter_map(|four| str::from_utf8(four).ok()).collect();
    bytes.join(" ")
}
