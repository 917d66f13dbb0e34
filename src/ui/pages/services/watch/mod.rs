//! What a person set up to watch services: health checks, Prometheus targets, bindings to processes; and their dialogs.

mod bind_form;
mod bindings;
mod bounds_form;
mod check_form;
mod checks;
mod database_form;
mod databases;
mod receiver_form;
mod target_form;
mod targets;

use std::sync::Arc;

use eframe::egui::{Rect, ScrollArea, Ui, UiBuilder, vec2};

use self::bind_form::BindForm;
use self::bounds_form::BoundsForm;
use self::check_form::CheckForm;
use self::database_form::DatabaseForm;
use self::receiver_form::ReceiverForm;
use self::target_form::TargetForm;
use super::ServicesPanel;
use crate::model::Command;
use crate::model::service::{Service, ServiceCommand, ServiceKind};
use crate::ui::PanelCx;
use crate::ui::widgets::{Answer, question};

pub(super) use self::bindings::bindings_ui;
pub(super) use self::bounds_form::taken;
pub(super) use self::checks::checks_ui;
pub(super) use self::databases::databases_ui;
pub(super) use self::targets::targets_ui;

/// What the set-up remembers between frames.
#[derive(Debug, Default)]
pub(super) struct Watch {
    dialog: Option<Dialog>,
    /// The target that a person was asked about.
    doomed: Option<Arc<str>>,
    /// The database that a person was asked about.
    doomed_database: Option<Arc<str>>,
    /// The database that was set up last, whose page is to be opened once it is there.
    pub(super) awaited: Option<Arc<str>>,
    /// What would take the last removal back, and what that is called.
    undo: Option<(String, ServiceCommand)>,
    /// The check whose outages are listed.
    listed: Option<Arc<str>>,
}

/// What is being written.
#[derive(Debug)]
enum Dialog {
    Check(Box<CheckForm>),
    Target(Box<TargetForm>),
    Binding(BindForm),
    Receivers(ReceiverForm),
    Bounds(BoundsForm),
    Database(Box<DatabaseForm>),
}

/// What a person wants done about a database.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum DatabaseAsk {
    Add,
    Edit,
    Test,
    Remove,
}

/// What came of a dialog in a frame.
enum Done {
    Open,
    Closed,
    Keep(ServiceCommand),
}

/// What a row asked for.
enum Ask {
    AddCheck,
    EditCheck(Arc<str>),
    RunCheck(Arc<str>),
    RemoveCheck(Arc<str>),
    ListOutages(Arc<str>),
    AddTarget,
    EditTarget(Arc<str>),
    RemoveTarget(Arc<str>),
    Bind(Arc<str>),
    Unbind(Arc<str>),
    Undo,
}

impl Watch {
    /// Whether a dialog takes the keyboard.
    pub(super) fn is_open(&self) -> bool {
        self.dialog.is_some() || self.doomed.is_some() || self.doomed_database.is_some()
    }

    /// Begins to bind a service to a process; what it is bound to stands in the dialog.
    pub(super) fn begin_binding(&mut self, cx: &PanelCx<'_>, service: &Arc<str>) {
        let bound = cx.snapshot.services.setup.bindings.iter().find(|binding| binding.service == *service);
        self.dialog = Some(Dialog::Binding(BindForm::of(service, bound.map(|binding| &binding.by))));
    }

    /// Begins to change the addresses that services report to.
    pub(super) fn begin_receivers(&mut self, cx: &PanelCx<'_>) {
        self.dialog = Some(Dialog::Receivers(ReceiverForm::of(&cx.snapshot.services.setup.receivers)));
    }

    /// Begins to change how much is kept.
    pub(super) fn begin_bounds(&mut self, cx: &PanelCx<'_>) {
        self.dialog = Some(Dialog::Bounds(BoundsForm::of(&cx.snapshot.services.setup.bounds)));
    }

    /// Does what is wanted about a database.
    pub(super) fn database(&mut self, cx: &PanelCx<'_>, name: &Arc<str>, ask: DatabaseAsk) {
        match ask {
            DatabaseAsk::Add => self.dialog = Some(Dialog::Database(Box::default())),
            DatabaseAsk::Edit => {
                let status = cx.snapshot.services.database(name);
                let form = status.map(|status| DatabaseForm::of(&status.target, status.has_secret));
                self.dialog = form.map(|form| Dialog::Database(Box::new(form)));
            }
            DatabaseAsk::Test => cx.send(Command::Service(ServiceCommand::AskDatabase(name.clone()))),
            DatabaseAsk::Remove => self.doomed_database = Some(name.clone()),
        }
    }

    /// The words of the step that would be taken back.
    fn undo_words(&self) -> Option<&str> {
        self.undo.as_ref().map(|(words, _)| words.as_str())
    }

    fn carry_out(&mut self, cx: &PanelCx<'_>, service: &str, ask: Ask) {
        let services = &cx.snapshot.services;
        let check = |name: &str| services.checks.iter().find(|status| &*status.check.name == name);
        let send = |command| cx.send(Command::Service(command));
        match ask {
            Ask::AddCheck => self.dialog = Some(Dialog::Check(Box::new(CheckForm::new(service)))),
            Ask::EditCheck(name) => {
                self.dialog = check(&name).map(|status| Dialog::Check(Box::new(CheckForm::of(&status.check))));
            }
            Ask::RunCheck(name) => send(ServiceCommand::RunCheck(name)),
            Ask::RemoveCheck(name) => {
                if let Some(status) = check(&name) {
                    let back = ServiceCommand::PutCheck(Box::new(status.check.clone()));
                    self.undo = Some((format!("Undo: remove {name}"), back));
                }
                send(ServiceCommand::RemoveCheck(name));
            }
            Ask::ListOutages(name) => {
                self.listed = if self.listed.as_ref() == Some(&name) { None } else { Some(name) };
            }
            Ask::AddTarget => self.dialog = Some(Dialog::Target(Box::default())),
            Ask::EditTarget(name) => {
                let status = services.targets.iter().find(|status| status.target.name == name);
                let form = status.map(|status| TargetForm::of(&status.target, status.has_secret));
                self.dialog = form.map(|form| Dialog::Target(Box::new(form)));
            }
            Ask::RemoveTarget(name) => self.doomed = Some(name),
            Ask::Bind(name) => self.begin_binding(cx, &name),
            Ask::Unbind(name) => {
                if let Some(binding) = services.setup.bindings.iter().find(|binding| binding.service == name) {
                    self.undo = Some((format!("Undo: unbind {name}"), ServiceCommand::Bind(binding.clone())));
                }
                send(ServiceCommand::Unbind(name));
            }
            Ask::Undo => {
                if let Some((_, back)) = self.undo.take() {
                    send(back);
                }
            }
        }
    }

    /// Draws the dialog or the question that is open.
    pub(super) fn dialogs_ui(&mut self, cx: &PanelCx<'_>, ui: &Ui) {
        if let Some(name) = &self.doomed {
            let title = format!("Remove the target {name}?");
            let text = "It is not scraped any more, and its token or password is forgotten. Its history stays.";
            match question(ui.ctx(), cx.theme, "remove target", &title, text, "Remove the target") {
                Some(Answer::Act) => {
                    cx.send(Command::Service(ServiceCommand::RemoveTarget(name.clone())));
                    self.doomed = None;
                }
                Some(Answer::Cancel) => self.doomed = None,
                None => {}
            }
        }
        if let Some(name) = &self.doomed_database {
            let title = format!("Remove the database {name}?");
            let text = "It is not asked any more, and its password is forgotten. Its history stays.";
            match question(ui.ctx(), cx.theme, "remove database", &title, text, "Remove the database") {
                Some(Answer::Act) => {
                    cx.send(Command::Service(ServiceCommand::RemoveDatabase(name.clone())));
                    self.doomed_database = None;
                }
                Some(Answer::Cancel) => self.doomed_database = None,
                None => {}
            }
        }
        let Some(dialog) = &mut self.dialog else { return };
        let done = match dialog {
            Dialog::Check(form) => check_form::form_ui(cx, ui, form),
            Dialog::Target(form) => target_form::form_ui(cx, ui, form),
            Dialog::Binding(form) => bind_form::form_ui(cx, ui, form),
            Dialog::Receivers(form) => receiver_form::form_ui(cx, ui, form),
            Dialog::Bounds(form) => bounds_form::form_ui(cx, ui, form),
            Dialog::Database(form) => database_form::form_ui(cx, ui, form),
        };
        match done {
            Done::Open => {}
            Done::Closed => self.dialog = None,
            Done::Keep(command) => {
                if let ServiceCommand::PutDatabase(target) = &command {
                    self.awaited = Some(target.name.clone()).filter(|_| target.is_on);
                }
                cx.send(Command::Service(command));
                self.dialog = None;
            }
        }
    }
}

/// Draws what is set up about one service: its checks, its target, its process.
pub(super) fn of_service_ui(
    cx: &PanelCx<'_>,
    ui: &mut Ui,
    rect: Rect,
    width: f32,
    panel: &mut ServicesPanel,
    service: &Arc<Service>,
) {
    ui.scope_builder(UiBuilder::new().max_rect(rect), |ui| {
        ScrollArea::vertical().id_salt("service checks").auto_shrink(false).show(ui, |ui| {
            ui.set_max_width(width);
            ui.spacing_mut().item_spacing = vec2(0.0, 12.0);
            let watch = &mut panel.watch;
            checks_ui(cx, ui, watch, Some(&service.name));
            let has_target = cx.snapshot.services.targets.iter().any(|status| status.target.name == service.name);
            if has_target || service.kind == ServiceKind::Scraped {
                targets_ui(cx, ui, watch, Some(&service.name));
            }
            bindings_ui(cx, ui, watch, Some(&service.name));
            ui.add_space(4.0);
        });
    });
}
