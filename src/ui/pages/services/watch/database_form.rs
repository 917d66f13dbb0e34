//! The dialog of a database: what is typed, and what it means. Its password is typed and never shown.

use std::sync::Arc;

use eframe::egui::{Align, Layout, Ui};

use super::Done;
use crate::model::database::{DatabaseKind, DatabaseTarget, MAX_DATABASES, TlsMode};
use crate::model::profile::Secret;
use crate::model::service::ServiceCommand;
use crate::ui::cx::PanelCx;
use crate::ui::theme::TextRole;
use crate::ui::widgets::{Button, Field, modal, number, segments, toggle};

/// What is typed.
pub(super) struct DatabaseForm {
    before: Option<DatabaseTarget>,
    has_secret: bool,
    name: String,
    kind: DatabaseKind,
    host: String,
    port: String,
    database: String,
    user: String,
    secret: String,
    tls: TlsMode,
    ca_file: String,
    interval: String,
    time_out: String,
    is_on: bool,
}

/// Without what is typed as its password.
impl std::fmt::Debug for DatabaseForm {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("DatabaseForm").field("name", &self.name).field("host", &self.host).finish_non_exhaustive()
    }
}

impl Default for DatabaseForm {
    fn default() -> Self {
        let user = "perfdesk".into();
        Self { before: None, ..Self::of(&DatabaseTarget { user, ..DatabaseTarget::default() }, false) }
    }
}

impl DatabaseForm {
    /// The form of a database there is.
    pub(super) fn of(target: &DatabaseTarget, has_secret: bool) -> Self {
        Self {
            before: Some(target.clone()),
            has_secret,
            name: target.name.to_string(),
            kind: target.kind,
            host: target.host.to_string(),
            port: target.port.to_string(),
            database: target.database.to_string(),
            user: target.user.to_string(),
            secret: String::new(),
            tls: target.tls,
            ca_file: target.ca_file.to_string(),
            interval: target.interval_seconds.to_string(),
            time_out: target.time_out_seconds.to_string(),
            is_on: target.is_on,
        }
    }

    /// Takes over what is usual for another kind, where what is there is what was usual.
    fn turn(&mut self, was: DatabaseKind) {
        if self.kind == was {
            return;
        }
        if self.port == was.usual_port().to_string() {
            self.port = self.kind.usual_port().to_string();
        }
        match self.kind {
            DatabaseKind::Redis if self.user == "perfdesk" => self.user.clear(),
            DatabaseKind::Postgres if self.user.is_empty() => self.user = "perfdesk".into(),
            DatabaseKind::Redis | DatabaseKind::Postgres => {}
        }
    }

    /// The database that is meant; without a password where the one that is kept is to stay.
    fn read(&self, is_taken: impl Fn(&str) -> bool) -> Result<DatabaseTarget, String> {
        let name: Arc<str> = self.name.trim().into();
        if self.before.is_none() && is_taken(&name) {
            return Err("There is a service of this name: choose another".into());
        }
        let interval_seconds = number(&self.interval, "The time between looks", (1, 3_600))?;
        let port = number(&self.port, "Its port", (1, 65_535))?;
        let target = DatabaseTarget {
            name,
            kind: self.kind,
            host: self.host.trim().into(),
            port: u16::try_from(port).unwrap_or(0),
            database: self.database.trim().into(),
            user: self.user.trim().into(),
            // Spaces belong to a password.
            secret: Some(self.secret.as_str()).filter(|text| !text.is_empty()).map(|text| Secret(text.into())),
            tls: self.tls,
            ca_file: self.ca_file.trim().into(),
            interval_seconds,
            time_out_seconds: number(&self.time_out, "The time for one look", (1, interval_seconds.min(30)))?,
            is_on: self.is_on,
        };
        target.fault().map_or(Ok(target), Err)
    }
}

/// Draws the form.
pub(super) fn form_ui(cx: &PanelCx<'_>, ui: &Ui, form: &mut DatabaseForm) -> Done {
    let theme = cx.theme;
    let title = form.before.as_ref().map_or("New database".to_owned(), |before| format!("Change {}", before.name));
    let services = &cx.snapshot.services;
    let read = match form.before {
        None if services.databases.len() >= MAX_DATABASES => {
            Err(format!("There are {MAX_DATABASES} databases already"))
        }
        _ => form.read(|name| services.service(name).is_some() || services.database(name).is_some()),
    };
    let ((keeps, cancels), wants_close) = modal(ui.ctx(), theme, "database", &title, |ui| {
        fields_ui(cx, ui, form);
        let why_not = read.as_ref().err().map(String::as_str);
        if let Some(why) = why_not.filter(|_| !form.name.is_empty()) {
            ui.label(theme.colored(TextRole::Small, why, theme.color.critical));
        }
        ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
            let keep = Button::primary("Save and test").tall().name("Save the database").why_not(why_not);
            let keeps = keep.show(ui, theme).clicked();
            (keeps, Button::secondary("Cancel").tall().show(ui, theme).clicked())
        })
        .inner
    });
    match read {
        Ok(target) if keeps => Done::Keep(ServiceCommand::PutDatabase(Box::new(target))),
        _ if cancels || wants_close => Done::Closed,
        _ => Done::Open,
    }
}

fn fields_ui(cx: &PanelCx<'_>, ui: &mut Ui, form: &mut DatabaseForm) {
    let theme = cx.theme;
    let line = |ui: &mut Ui, text: &str| {
        ui.label(theme.colored(TextRole::Small, text, theme.color.t3));
    };
    let was = form.kind;
    let kinds = [(DatabaseKind::Postgres, "PostgreSQL"), (DatabaseKind::Redis, "Redis")];
    segments(ui, theme, "Kind of database", &mut form.kind, &kinds);
    form.turn(was);
    if form.before.is_none() {
        line(ui, "Name, which is also that of its service");
        Field::new(&mut form.name, "Name of the database").hint("Such as shop-db").show(ui, theme);
    }
    line(ui, "Host, or the folder of its socket; and port");
    ui.horizontal(|ui| {
        Field::new(&mut form.host, "Host of the database").hint("127.0.0.1").path().width(296.0).show(ui, theme);
        Field::new(&mut form.port, "Port of the database").number().width(88.0).show(ui, theme);
    });
    if form.kind == DatabaseKind::Postgres {
        line(ui, "Database, and the role that asks: a member of pg_monitor");
    } else {
        line(ui, "User; empty is the default one");
    }
    ui.horizontal(|ui| {
        if form.kind == DatabaseKind::Postgres {
            Field::new(&mut form.database, "Database of the server").hint("postgres").width(192.0).show(ui, theme);
        }
        Field::new(&mut form.user, "User name").hint("perfdesk").width(192.0).show(ui, theme);
    });
    line(ui, "Password");
    let hint = if form.has_secret { "Stays as it is" } else { "None" };
    Field::new(&mut form.secret, "Password of the role").hint(hint).secret().show(ui, theme);
    line(ui, "Way");
    let ways =
        [(TlsMode::Off, "In the open"), (TlsMode::Unverified, "TLS"), (TlsMode::Verified, "TLS, certificate checked")];
    segments(ui, theme, "Way", &mut form.tls, &ways);
    let is_near = DatabaseTarget { host: form.host.trim().into(), ..DatabaseTarget::default() }.is_near();
    match form.tls {
        TlsMode::Off if !is_near => line(ui, "Others on the way can read what is said; a password of Redis too"),
        TlsMode::Unverified => line(ui, "Others cannot read along; who answers is not checked"),
        TlsMode::Verified => {
            line(ui, "File of certificates (PEM) that its own is checked against");
            let field = Field::new(&mut form.ca_file, "File of certificates").hint("The well-known authorities");
            field.path().show(ui, theme);
        }
        TlsMode::Off => {}
    }
    line(ui, "Seconds between looks, and for one look");
    ui.horizontal(|ui| {
        Field::new(&mut form.interval, "Seconds between looks").number().width(88.0).show(ui, theme);
        Field::new(&mut form.time_out, "Seconds for one look").number().width(88.0).show(ui, theme);
    });
    toggle(ui, theme, &mut form.is_on, "Asked");
}

#[cfg(test)]
mod tests {
    use super::*;

    fn good() -> DatabaseForm {
        DatabaseForm { name: "shop-db".into(), ..DatabaseForm::default() }
    }

    #[test]
    fn what_is_typed_is_read_and_a_kept_password_stays() {
        let form = DatabaseForm { secret: " hunter2 ".into(), port: "5433".into(), ..good() };
        let target = form.read(|_| false).expect("reads");
        assert_eq!((target.port, &*target.user), (5433, "perfdesk"));
        assert_eq!(target.secret, Some(Secret(" hunter2 ".into())), "spaces belong to it");
        let kept = target.without_secret();
        assert_eq!(DatabaseForm::of(&kept, true).read(|_| true), Ok(kept));
        assert!(!format!("{form:?}").contains("hunter2"));
    }

    #[test]
    fn another_kind_brings_its_usual_port_and_what_cannot_be_is_named() {
        let mut form = good();
        form.kind = DatabaseKind::Redis;
        form.turn(DatabaseKind::Postgres);
        assert_eq!((form.port.as_str(), form.user.as_str()), ("6379", ""));
        for (form, part) in [
            (DatabaseForm { host: "".into(), ..good() }, "host"),
            (DatabaseForm { port: "70000".into(), ..good() }, "65535"),
            (DatabaseForm { time_out: "20".into(), ..good() }, "from 1 to 10"),
            (DatabaseForm { user: "".into(), ..good() }, "pg_monitor"),
        ] {
            let why = form.read(|_| false).expect_err(part);
            assert!(why.contains(part), "{why}");
        }
        assert!(good().read(|name| name == "shop-db").is_err());
    }
}
