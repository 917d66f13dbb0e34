//! What is asked of a service, as it is typed: by a health check, and by what starts it.

use std::sync::Arc;

use crate::model::service::CheckKind;
use crate::ui::pages::profiles::{read_words, write_words};
use crate::ui::widgets::number;

/// By what it is asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) enum Way {
    #[default]
    Http,
    Tcp,
    Process,
    Command,
}

/// What is typed. The fields of every way stay, so that a look at another loses nothing.
#[derive(Debug, Clone, PartialEq, Default)]
pub(super) struct AskForm {
    pub url: String,
    pub status: String,
    pub body: String,
    pub json_path: String,
    pub json_value: String,
    pub max_millis: String,
    pub address: String,
    pub process: String,
    pub argv: String,
}

impl AskForm {
    /// The form of what is set up, and by what it asks.
    pub(super) fn of(kind: &CheckKind) -> (Way, Self) {
        let none = Self::default();
        match kind {
            CheckKind::Http { url, status, body, json, max_millis } => {
                let form = Self {
                    url: url.to_string(),
                    status: status.map(|status| status.to_string()).unwrap_or_default(),
                    body: body.to_string(),
                    json_path: json.0.to_string(),
                    json_value: json.1.to_string(),
                    max_millis: if *max_millis == 0 { String::new() } else { max_millis.to_string() },
                    ..none
                };
                (Way::Http, form)
            }
            CheckKind::Tcp { address } => (Way::Tcp, Self { address: address.to_string(), ..none }),
            CheckKind::Process { name } => (Way::Process, Self { process: name.to_string(), ..none }),
            CheckKind::Command { argv } => (Way::Command, Self { argv: line_of(argv), ..none }),
        }
    }

    /// What is meant.
    pub(super) fn read(&self, way: Way) -> Result<CheckKind, String> {
        Ok(match way {
            Way::Http => CheckKind::Http {
                url: self.url.trim().into(),
                status: status(&self.status)?,
                body: self.body.as_str().into(),
                json: (self.json_path.trim().into(), self.json_value.trim().into()),
                max_millis: match self.max_millis.trim() {
                    "" => 0,
                    text => number(text, "The longest time in milliseconds", (1, 60_000))?,
                },
            },
            Way::Tcp => CheckKind::Tcp { address: self.address.trim().into() },
            Way::Process => CheckKind::Process { name: self.process.trim().into() },
            Way::Command => CheckKind::Command { argv: words_of(&self.argv)? },
        })
    }

    /// Whether it is said what is to be asked.
    pub(super) fn is_begun(&self) -> bool {
        [&self.url, &self.address, &self.process, &self.argv].iter().any(|text| !text.is_empty())
    }
}

/// A status that is typed; empty is any from 200 to 299.
pub(super) fn status(text: &str) -> Result<Option<u16>, String> {
    match text.trim() {
        "" => Ok(None),
        text => Ok(Some(number(text, "The status", (100, 599))? as u16)),
    }
}

/// A command's words: set apart by spaces, kept together by double quotes. No shell reads them.
pub(super) fn words_of(line: &str) -> Result<Vec<Arc<str>>, String> {
    read_words(line).map(|words| words.into_iter().map(Arc::from).collect())
}

/// The line of a command's words.
pub(super) fn line_of(words: &[Arc<str>]) -> String {
    write_words(&words.iter().map(ToString::to_string).collect::<Vec<_>>())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_set_up_comes_back_as_it_was() {
        let http = |status, max_millis| CheckKind::Http {
            url: "http://h:1/x".into(),
            status,
            body: " ok".into(),
            json: ("a.b".into(), "c".into()),
            max_millis,
        };
        for kind in [
            http(Some(204), 250),
            http(None, 0),
            CheckKind::Tcp { address: "127.0.0.1:5432".into() },
            CheckKind::Process { name: "postgres".into() },
            CheckKind::Command { argv: vec!["sh".into(), "-c".into(), "echo a b".into(), "".into()] },
        ] {
            let (way, form) = AskForm::of(&kind);
            assert_eq!(form.read(way), Ok(kind));
        }
        let wrong = AskForm { status: "20".into(), ..AskForm::default() };
        assert!(wrong.read(Way::Http).is_err_and(|why| why.contains("status")));
        let open = AskForm { argv: "a \"b".into(), ..AskForm::default() };
        assert!(open.read(Way::Command).is_err());
    }
}
