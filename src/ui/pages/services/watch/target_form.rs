//! The dialog of a Prometheus target: what is typed, and what it means. Its secret is typed and never shown.

use std::sync::Arc;

use eframe::egui::{Align, Layout, Ui};

use super::Done;
use crate::model::profile::Secret;
use crate::model::service::{MAX_TARGETS, ServiceCommand, Target};
use crate::ui::cx::PanelCx;
use crate::ui::theme::TextRole;
use crate::ui::widgets::{Button, Field, LoginFields, labels, labels_text, modal, number, toggle};

/// What is typed.
#[derive(Debug)]
pub(super) struct TargetForm {
    before: Option<Target>,
    has_secret: bool,
    name: String,
    url: String,
    interval: String,
    time_out: String,
    login: LoginFields,
    ca_file: String,
    labels: String,
    max_series: String,
    is_on: bool,
}

#[expect(clippy::derivable_impls, reason = "a target's own defaults stand in the fields")]
impl Default for TargetForm {
    fn default() -> Self {
        Self { before: None, ..Self::of(&Target::default(), false) }
    }
}

impl TargetForm {
    /// The form of a target there is.
    pub(super) fn of(target: &Target, has_secret: bool) -> Self {
        Self {
            before: Some(target.clone()),
            has_secret,
            name: target.name.to_string(),
            url: target.url.to_string(),
            interval: target.interval_seconds.to_string(),
            time_out: target.time_out_seconds.to_string(),
            login: LoginFields::of(&target.login, has_secret),
            ca_file: target.ca_file.to_string(),
            labels: labels_text(&target.labels),
            max_series: target.max_series.to_string(),
            is_on: target.is_on,
        }
    }

    /// The target that is meant; without a secret where the one that is kept is to stay.
    fn read(&self, is_taken: impl Fn(&str) -> bool) -> Result<Target, String> {
        let name: Arc<str> = self.name.trim().into();
        if self.before.is_none() && is_taken(&name) {
            return Err("There is a target of this name: choose another".into());
        }
        let interval_seconds = number(&self.interval, "The time between scrapes", (1, 3_600))?;
        let target = Target {
            name,
            url: self.url.trim().into(),
            interval_seconds,
            time_out_seconds: number(&self.time_out, "The time for one scrape", (1, interval_seconds.min(60)))?,
            login: self.login.login(),
            secret: self.login.secret(),
            ca_file: self.ca_file.trim().into(),
            labels: labels(&self.labels)?,
            max_series: number(&self.max_series, "The most series", (1, 10_000))?,
            is_on: self.is_on,
        };
        // A secret that is kept already is not missing.
        let stands_in = Secret("kept".into());
        let judged = match (&target.secret, self.has_secret) {
            (None, true) => Target { secret: Some(stands_in), ..target.clone() },
            _ => target.clone(),
        };
        judged.fault().map_or(Ok(target), Err)
    }
}

/// Draws the form.
pub(super) fn form_ui(cx: &PanelCx<'_>, ui: &Ui, form: &mut TargetForm) -> Done {
    let theme = cx.theme;
    let title = form.before.as_ref().map_or("New target".to_owned(), |before| format!("Change {}", before.name));
    let services = &cx.snapshot.services;
    let read = match form.before {
        None if services.targets.len() >= MAX_TARGETS => Err(format!("There are {MAX_TARGETS} targets already")),
        _ => form.read(|name| services.targets.iter().any(|status| &*status.target.name == name)),
    };
    let ((keeps, cancels), wants_close) = modal(ui.ctx(), theme, "prometheus target", &title, |ui| {
        fields_ui(cx, ui, form);
        let why_not = read.as_ref().err().map(String::as_str);
        if let Some(why) = why_not.filter(|_| !form.name.is_empty() && !form.url.is_empty()) {
            ui.label(theme.colored(TextRole::Small, why, theme.color.critical));
        }
        ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
            let keep = Button::primary("Save").tall().name("Save the target").why_not(why_not);
            let keeps = keep.show(ui, theme).clicked();
            (keeps, Button::secondary("Cancel").tall().show(ui, theme).clicked())
        })
        .inner
    });
    match read {
        Ok(target) if keeps => Done::Keep(ServiceCommand::PutTarget(Box::new(target))),
        _ if cancels || wants_close => Done::Closed,
        _ => Done::Open,
    }
}

fn fields_ui(cx: &PanelCx<'_>, ui: &mut Ui, form: &mut TargetForm) {
    let theme = cx.theme;
    let line = |ui: &mut Ui, text: &str| {
        ui.label(theme.colored(TextRole::Small, text, theme.color.t3));
    };
    if form.before.is_none() {
        line(ui, "Name, which is also that of its service");
        Field::new(&mut form.name, "Name of the target").hint("Such as node").show(ui, theme);
    }
    line(ui, "Address of its metrics");
    Field::new(&mut form.url, "Address of the target").hint("http://127.0.0.1:9100/metrics").path().show(ui, theme);
    line(ui, "Seconds between scrapes, and for one scrape; most series in one");
    ui.horizontal(|ui| {
        Field::new(&mut form.interval, "Seconds between scrapes").number().width(88.0).show(ui, theme);
        Field::new(&mut form.time_out, "Seconds for one scrape").number().width(88.0).show(ui, theme);
        Field::new(&mut form.max_series, "Most series").number().width(88.0).show(ui, theme);
    });
    line(ui, "Login");
    form.login.show(ui, theme);
    line(ui, "File of certificates (PEM) that its own is checked against");
    Field::new(&mut form.ca_file, "File of certificates").hint("The well-known authorities").path().show(ui, theme);
    line(ui, "Labels put on every series of it");
    Field::new(&mut form.labels, "Labels").hint("env=prod; zone=a").path().show(ui, theme);
    toggle(ui, theme, &mut form.is_on, "Scraped");
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;
    use crate::model::remote_write::Login;

    fn good() -> TargetForm {
        TargetForm { name: "node".into(), url: "http://h:9100/metrics".into(), ..TargetForm::default() }
    }

    #[test]
    fn what_is_typed_is_read_and_a_kept_secret_stays() {
        let form = TargetForm { labels: "env=prod; zone = a".into(), ..good() };
        let target = form.read(|_| false).expect("reads");
        assert_eq!(target.labels, BTreeMap::from([("env".into(), "prod".into()), ("zone".into(), "a".into())]));
        let kept = Target { login: Login::Bearer, secret: None, is_on: false, ..target };
        assert_eq!(TargetForm::of(&kept, true).read(|_| true), Ok(kept.clone()), "no secret is asked for again");
        assert!(TargetForm::of(&kept, false).read(|_| true).is_err());
    }

    #[test]
    fn what_cannot_be_is_named() {
        let cases = [
            (TargetForm { url: "h".into(), ..good() }, "http://"),
            (TargetForm { login: LoginFields::of(&Login::Bearer, false), ..good() }, "missing"),
            (TargetForm { labels: "env".into(), ..good() }, "name=value"),
            (TargetForm { time_out: "20".into(), ..good() }, "from 1 to 15"),
        ];
        for (form, part) in cases {
            let why = form.read(|_| false).expect_err(part);
            assert!(why.contains(part), "{why}");
        }
        assert!(good().read(|name| name == "node").is_err());
    }
}
