//! What forms have in common: how one logs in, and numbers and labels as they are typed. A secret is typed and never shown.

use std::collections::BTreeMap;
use std::fmt;
use std::sync::Arc;

use eframe::egui::Ui;

use super::{Field, segments};
use crate::model::profile::Secret;
use crate::model::remote_write::Login;
use crate::ui::theme::Theme;

/// How one proves who one is, as a choice.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
enum Way {
    #[default]
    Open,
    Token,
    Password,
}

/// The fields of a login.
#[derive(Clone, Default)]
pub struct LoginFields {
    has_secret: bool,
    way: Way,
    user: String,
    secret: String,
}

/// Without what is typed as its secret.
impl fmt::Debug for LoginFields {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("LoginFields").field("way", &self.way).field("user", &self.user).finish_non_exhaustive()
    }
}

impl LoginFields {
    /// The fields of a login; `has_secret` where its secret is kept, which need not be typed again.
    pub fn of(login: &Login, has_secret: bool) -> Self {
        let (way, user) = match login {
            Login::Open => (Way::Open, String::new()),
            Login::Bearer => (Way::Token, String::new()),
            Login::Basic { user } => (Way::Password, user.to_string()),
        };
        Self { has_secret, way, user, secret: String::new() }
    }

    /// The login that is meant.
    pub fn login(&self) -> Login {
        match self.way {
            Way::Open => Login::Open,
            Way::Token => Login::Bearer,
            Way::Password => Login::Basic { user: self.user.trim().into() },
        }
    }

    /// The secret that was typed; `None` where the one that is kept is to stay.
    pub fn secret(&self) -> Option<Secret> {
        Some(self.secret.trim()).filter(|text| !text.is_empty()).map(|text| Secret(text.into()))
    }

    /// Whether a secret is needed, and there is none.
    pub fn lacks_secret(&self) -> bool {
        self.way != Way::Open && !self.has_secret && self.secret().is_none()
    }

    /// Draws them.
    pub fn show(&mut self, ui: &mut Ui, theme: &Theme) {
        let ways = [(Way::Open, "None"), (Way::Token, "Token"), (Way::Password, "Name and password")];
        segments(ui, theme, "Login", &mut self.way, &ways);
        if self.way == Way::Password {
            Field::new(&mut self.user, "User name").hint("Name").show(ui, theme);
        }
        if self.way != Way::Open {
            let hint = if self.has_secret { "Stays as it is" } else { "Token or password" };
            Field::new(&mut self.secret, "Token or password").hint(hint).secret().show(ui, theme);
        }
    }
}

/// A number that is typed.
///
/// # Errors
/// What it has to be, in words.
pub fn number(text: &str, what: &str, (least, most): (u32, u32)) -> Result<u32, String> {
    let number = text.trim().parse::<u32>().ok().filter(|n| (least..=most).contains(n));
    number.ok_or_else(|| format!("{what} is a whole number from {least} to {most}"))
}

/// Labels that are typed, as `name=value; …`.
///
/// # Errors
/// The part that is none, in words.
pub fn labels(text: &str) -> Result<BTreeMap<Arc<str>, Arc<str>>, String> {
    let parts = text.split(';').map(str::trim).filter(|part| !part.is_empty());
    parts
        .map(|part| {
            let (name, value) =
                part.split_once('=').ok_or_else(|| format!("Labels are written name=value; …: {part}"))?;
            Ok((name.trim().into(), value.trim().into()))
        })
        .collect()
}

/// Labels as they are typed.
pub fn labels_text(labels: &BTreeMap<Arc<str>, Arc<str>>) -> String {
    labels.iter().map(|(name, value)| format!("{name}={value}")).collect::<Vec<_>>().join("; ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_login_is_read_as_it_was_and_its_secret_is_never_written_out() {
        for login in [Login::Open, Login::Bearer, Login::Basic { user: "ada".into() }] {
            let fields = LoginFields::of(&login, true);
            assert_eq!((fields.login(), fields.secret(), fields.lacks_secret()), (login.clone(), None, false));
            assert_eq!(LoginFields::of(&login, false).lacks_secret(), login != Login::Open);
        }
        let fields = LoginFields { way: Way::Token, secret: " hunter2 ".into(), ..LoginFields::default() };
        assert_eq!((fields.secret(), fields.lacks_secret()), (Some(Secret("hunter2".into())), false));
        assert!(!format!("{fields:?}").contains("hunter2"));
    }

    #[test]
    fn labels_are_read_as_they_are_written() {
        let read = labels("env=prod; zone = a;").expect("labels");
        assert_eq!(labels_text(&read), "env=prod; zone=a");
        assert!(labels("env").is_err_and(|why| why.contains("name=value")));
    }
}
