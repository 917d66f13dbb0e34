//! The dialog that binds a service to a process, with the processes that fit now.

use std::sync::Arc;

use eframe::egui::{Align, Label, Layout, Ui};

use super::Done;
use crate::model::ProcessRow;
use crate::model::service::{BindBy, MAX_BINDINGS, ProcessBinding, ServiceCommand};
use crate::ui::cx::PanelCx;
use crate::ui::theme::TextRole;
use crate::ui::widgets::{Button, Field, modal, segments};

/// Processes that are shown of those that fit.
const MAX_SHOWN: usize = 4;

/// By what the process is known, as a choice.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
enum Way {
    #[default]
    Name,
    Port,
    CommandLine,
    ControlGroup,
}

/// What is typed.
#[derive(Debug, Clone, Default)]
pub(super) struct BindForm {
    /// Whether the service was given; else it is typed.
    is_given: bool,
    service: String,
    way: Way,
    text: String,
}

impl BindForm {
    /// The form for a service, with what it is bound to.
    pub(super) fn of(service: &str, by: Option<&BindBy>) -> Self {
        let (way, text) = match by {
            Some(BindBy::Name(name)) => (Way::Name, name.to_string()),
            Some(BindBy::Port(port)) => (Way::Port, port.to_string()),
            Some(BindBy::CommandLine(text)) => (Way::CommandLine, text.to_string()),
            Some(BindBy::ControlGroup(group)) => (Way::ControlGroup, group.to_string()),
            None => (Way::Name, service.to_owned()),
        };
        Self { is_given: !service.is_empty(), service: service.to_owned(), way, text }
    }

    fn read(&self) -> Result<ProcessBinding, String> {
        let service: Arc<str> = self.service.trim().into();
        if service.is_empty() {
            return Err("Type the name of the service".into());
        }
        let text = self.text.trim();
        if text.is_empty() {
            return Err("Type by what its process is known".into());
        }
        let by = match self.way {
            Way::Name => BindBy::Name(text.into()),
            Way::Port => {
                let port = text.parse::<u16>().ok().filter(|port| *port > 0);
                BindBy::Port(port.ok_or("A port is a whole number from 1 to 65535")?)
            }
            Way::CommandLine => BindBy::CommandLine(text.into()),
            Way::ControlGroup => BindBy::ControlGroup(text.into()),
        };
        Ok(ProcessBinding { service, by })
    }
}

/// The processes that fit now; `None` where that shows only once it is bound.
fn fitting<'a>(by: &'a BindBy, rows: &'a [ProcessRow]) -> Option<Vec<&'a ProcessRow>> {
    let fits: Box<dyn Fn(&ProcessRow) -> bool> = match by {
        BindBy::Name(name) => Box::new(move |row| row.name == *name),
        BindBy::CommandLine(text) => Box::new(move |row| row.command.contains(&**text)),
        BindBy::Port(_) | BindBy::ControlGroup(_) => return None,
    };
    Some(rows.iter().filter(|row| fits(row)).collect())
}

/// Draws the form.
pub(super) fn form_ui(cx: &PanelCx<'_>, ui: &Ui, form: &mut BindForm) -> Done {
    let theme = cx.theme;
    let title = if form.is_given { format!("Bind {} to a process", form.service) } else { "Bind a service".to_owned() };
    let setup = &cx.snapshot.services.setup;
    let is_new = !setup.bindings.iter().any(|binding| *binding.service == *form.service.trim());
    let read = match is_new && setup.bindings.len() >= MAX_BINDINGS {
        true => Err(format!("There are {MAX_BINDINGS} bindings already")),
        false => form.read(),
    };
    let ((keeps, cancels), wants_close) = modal(ui.ctx(), theme, "process binding", &title, |ui| {
        fields_ui(cx, ui, form);
        match &read {
            Ok(binding) => preview_ui(cx, ui, &binding.by),
            Err(why) if !form.text.is_empty() => {
                ui.label(theme.colored(TextRole::Small, why.as_str(), theme.color.critical));
            }
            Err(_) => {}
        }
        let why_not = read.as_ref().err().map(String::as_str);
        ui.add_space(4.0);
        ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
            let keeps = Button::primary("Bind").tall().why_not(why_not).show(ui, theme).clicked();
            (keeps, Button::secondary("Cancel").tall().show(ui, theme).clicked())
        })
        .inner
    });
    match read {
        Ok(binding) if keeps => Done::Keep(ServiceCommand::Bind(binding)),
        _ if cancels || wants_close => Done::Closed,
        _ => Done::Open,
    }
}

fn fields_ui(cx: &PanelCx<'_>, ui: &mut Ui, form: &mut BindForm) {
    let theme = cx.theme;
    let line = |ui: &mut Ui, text: &str| {
        ui.label(theme.colored(TextRole::Small, text, theme.color.t3));
    };
    if !form.is_given {
        line(ui, "Service");
        Field::new(&mut form.service, "Service to bind").hint("Such as checkout").show(ui, theme);
    }
    line(ui, "Its process is known by");
    let ways = [
        (Way::Name, "Name"),
        (Way::Port, "Port"),
        (Way::CommandLine, "Command line"),
        (Way::ControlGroup, "Control group"),
    ];
    segments(ui, theme, "Known by", &mut form.way, &ways);
    let (name, hint) = match form.way {
        Way::Name => ("Name of its process", "postgres"),
        Way::Port => ("TCP port it listens on", "8080"),
        Way::CommandLine => ("Text of its command line", "checkout.wsgi"),
        Way::ControlGroup => ("Its control group", "postgresql.service"),
    };
    Field::new(&mut form.text, name).hint(hint).path().show(ui, theme);
}

/// The processes that fit what is typed.
fn preview_ui(cx: &PanelCx<'_>, ui: &mut Ui, by: &BindBy) {
    let theme = cx.theme;
    let c = &theme.color;
    let say = |ui: &mut Ui, text: String, color| {
        ui.add(Label::new(theme.colored(TextRole::Small, text, color)).truncate());
    };
    let Some(rows) = fitting(by, &cx.snapshot.processes.rows) else {
        say(ui, "Which process that is shows once it is bound".into(), c.t3);
        return;
    };
    match rows.len() {
        0 => say(ui, "No process fits now; it is bound when one starts".into(), c.warning),
        1 => say(ui, "Fits 1 process now".into(), c.t2),
        n => say(ui, format!("Fits {n} processes now; the largest is shown"), c.t2),
    }
    for row in rows.iter().take(MAX_SHOWN) {
        let text = format!("{}  {}  {}", row.key.pid, row.name, row.command);
        ui.add(Label::new(theme.text(TextRole::Code, text)).truncate());
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_typed_is_read_and_comes_back() {
        for by in [
            BindBy::Name("postgres".into()),
            BindBy::Port(5432),
            BindBy::CommandLine("checkout.wsgi".into()),
            BindBy::ControlGroup("postgresql.service".into()),
        ] {
            let form = BindForm::of("checkout", Some(&by));
            assert_eq!(form.read(), Ok(ProcessBinding { service: "checkout".into(), by }));
        }
        let form = BindForm { way: Way::Port, text: "70000".into(), ..BindForm::of("checkout", None) };
        assert!(form.read().is_err());
        assert!(BindForm::of("", None).read().is_err());
    }
}
