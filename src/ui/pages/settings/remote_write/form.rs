//! The dialog of one endpoint: what is typed, and what it means.

use std::sync::Arc;

use eframe::egui::{Align, Layout, Ui};

use crate::model::remote_write::Endpoint;
use crate::telemetry::choice::Choice;
use crate::ui::cx::PanelCx;
use crate::ui::theme::TextRole;
use crate::ui::widgets::{Button, Field, LoginFields, labels, labels_text, modal, number};

/// What is typed.
#[derive(Debug)]
pub struct Form {
    /// The one that is changed; `None` is a new one.
    before: Option<Endpoint>,
    name: String,
    url: String,
    login: LoginFields,
    labels: String,
    only: String,
    without: String,
    seconds: String,
    megabytes: String,
    tenant: String,
}

#[expect(clippy::derivable_impls, reason = "an endpoint's own defaults stand in the fields")]
impl Default for Form {
    fn default() -> Self {
        Self { before: None, ..Self::of(&Endpoint::default(), false) }
    }
}

impl Form {
    /// The form of an endpoint there is.
    pub fn of(endpoint: &Endpoint, has_secret: bool) -> Self {
        Self {
            before: Some(endpoint.clone()),
            name: endpoint.name.to_string(),
            url: endpoint.url.to_string(),
            login: LoginFields::of(&endpoint.login, has_secret),
            labels: labels_text(&endpoint.labels),
            only: endpoint.only.join("; "),
            without: endpoint.without.join("; "),
            seconds: endpoint.send_seconds.to_string(),
            megabytes: endpoint.max_megabytes.to_string(),
            tenant: endpoint.tenant.to_string(),
        }
    }

    /// The endpoint that is meant.
    ///
    /// # Errors
    /// What is wrong, in words.
    fn read(&self, is_taken: impl Fn(&str) -> bool) -> Result<Endpoint, String> {
        let name = self.name.trim();
        if self.before.is_none() && is_taken(name) {
            return Err("There is one of this name: choose another".into());
        }
        if self.login.lacks_secret() {
            return Err("Type the token or password".into());
        }
        let endpoint = Endpoint {
            name: name.into(),
            url: self.url.trim().into(),
            login: self.login.login(),
            secret: self.login.secret(),
            labels: labels(&self.labels)?,
            only: patterns(&self.only),
            without: patterns(&self.without),
            send_seconds: number(&self.seconds, "The time between requests", (1, 300))?,
            max_megabytes: number(&self.megabytes, "The size of the queue", (4, 65_536))?,
            tenant: self.tenant.trim().into(),
            ..self.before.clone().unwrap_or_default()
        };
        if let Some(fault) = endpoint.fault() {
            return Err(fault);
        }
        Choice::new(&endpoint.only, &endpoint.without)?;
        Ok(endpoint)
    }
}

fn patterns(text: &str) -> Vec<Arc<str>> {
    text.split(';').map(str::trim).filter(|part| !part.is_empty()).map(Arc::from).collect()
}

/// Draws the form; gives the endpoint once it is to be kept, and nothing where it is called off.
pub fn form_ui(cx: &PanelCx<'_>, ui: &Ui, form: &mut Form) -> Option<Option<Box<Endpoint>>> {
    let theme = cx.theme;
    let title = form.before.as_ref().map_or("New endpoint".to_owned(), |before| format!("Change {}", before.name));
    let read = form.read(|name| cx.snapshot.remote_write.endpoint(name).is_some());
    let ((keeps, cancels), wants_close) = modal(ui.ctx(), theme, "remote-write endpoint", &title, |ui| {
        fields_ui(cx, ui, form);
        let why_not = read.as_ref().err().map(String::as_str);
        if let Some(why) = why_not.filter(|_| !form.name.is_empty() && !form.url.is_empty()) {
            ui.label(theme.colored(TextRole::Small, why, theme.color.critical));
        }
        ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
            let keep = Button::primary("Save").tall().name("Save the endpoint").why_not(why_not);
            let keeps = keep.show(ui, theme).clicked();
            (keeps, Button::secondary("Cancel").tall().show(ui, theme).clicked())
        })
        .inner
    });
    match read {
        Ok(endpoint) if keeps => Some(Some(Box::new(endpoint))),
        _ if cancels || wants_close => Some(None),
        _ => None,
    }
}

fn fields_ui(cx: &PanelCx<'_>, ui: &mut Ui, form: &mut Form) {
    let theme = cx.theme;
    let line = |ui: &mut Ui, text: &str| {
        ui.add_space(4.0);
        ui.label(theme.colored(TextRole::Small, text, theme.color.t3));
    };
    if form.before.is_none() {
        line(ui, "Name");
        Field::new(&mut form.name, "Name of the endpoint").hint("Such as home").show(ui, theme);
    }
    line(ui, "Address that takes remote-write");
    let hint = "http://127.0.0.1:9090/api/v1/write";
    Field::new(&mut form.url, "Address of the endpoint").hint(hint).path().show(ui, theme);
    line(ui, "Login");
    form.login.show(ui, theme);
    line(
        ui,
        "Only these series; empty is all. Patterns as system.disk.* or system.disk.io{device=\"sda\"}, with ; between",
    );
    Field::new(&mut form.only, "Only these series").hint("Every series").path().show(ui, theme);
    line(ui, "And not these");
    Field::new(&mut form.without, "Not these series").hint("None").path().show(ui, theme);
    line(ui, "Further labels");
    Field::new(&mut form.labels, "Further labels").hint("site=home; rack=3").path().show(ui, theme);
    line(ui, "Seconds that samples wait at most; millions of bytes on disk for what waits; tenant (Mimir)");
    ui.horizontal(|ui| {
        Field::new(&mut form.seconds, "Seconds between requests").number().width(80.0).show(ui, theme);
        Field::new(&mut form.megabytes, "Size of the queue in MB").number().width(80.0).show(ui, theme);
        Field::new(&mut form.tenant, "Tenant").hint("No tenant").show(ui, theme);
    });
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;
    use crate::model::remote_write::Login;

    #[test]
    fn what_is_typed_is_read_and_a_change_keeps_what_it_does_not_show() {
        let mut form = Form { name: "home".into(), url: "http://h/write".into(), ..Form::default() };
        form.labels = "site=home; rack = 3".into();
        form.only = "system.*; perfdesk.*;".into();
        let endpoint = form.read(|_| false).expect("reads");
        assert_eq!(endpoint.labels, BTreeMap::from([("site".into(), "home".into()), ("rack".into(), "3".into())]));
        assert_eq!(endpoint.only, [Arc::from("system.*"), Arc::from("perfdesk.*")]);
        let known = Endpoint { job: "other".into(), time_out_seconds: 33, is_on: false, ..endpoint };
        assert_eq!(Form::of(&known, false).read(|_| true), Ok(known));
        assert!(form.read(|name| name == "home").is_err());
    }

    #[test]
    fn what_cannot_be_is_named() {
        let good = || Form { name: "home".into(), url: "http://h/write".into(), ..Form::default() };
        for (form, part) in [
            (Form { url: "h".into(), ..good() }, "http://"),
            (Form { login: LoginFields::of(&Login::Bearer, false), ..good() }, "Type the token"),
            (Form { labels: "site".into(), ..good() }, "name=value"),
            (Form { only: "a{b=~\"(\"}".into(), ..good() }, "means no series"),
            (Form { seconds: "0".into(), ..good() }, "from 1 to 300"),
            (Form { megabytes: "much".into(), ..good() }, "from 4 to 65536"),
        ] {
            let why = form.read(|_| false).expect_err(part);
            assert!(why.contains(part), "{why}");
        }
    }
}
