//! Binding a file: which of its keys are which parameters, what tells the service, how it is checked.
//!
//! The engine reads the file and proposes; the form keeps what a person ticks and types, until it is saved.

mod form;
mod mapping;
mod picker;
mod service;
mod standing;
mod words_field;

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

pub use self::form::bind_ui;
use self::mapping::MapRow;
pub use self::words_field::{read_words, write_words};
use super::words::short_path;
use crate::model::Timestamp;
use crate::model::profile::{
    Binding, BindingId, BoundKey, Catalogue, FileFormat, ImportProposal, ParamKey, ProblemKind, Reload, VerifyAction,
};
use crate::profile::{bindings, value_text};
use crate::ui::PanelCx;
use crate::ui::pages::reports::path_field::PathDraft;

/// How long a reload and a check may take unless something else is typed.
const RELOAD_WITHIN: Duration = Duration::from_secs(30);
const CHECK_WITHIN: Duration = Duration::from_secs(10);
/// Longest of these times.
const MAX_WITHIN: Duration = Duration::from_secs(600);

/// What tells the service.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
enum ReloadKind {
    /// Nothing.
    #[default]
    None,
    /// A program.
    Run,
    /// An address.
    Post,
    /// A service that Perfdesk runs.
    Restart,
}

/// A binding being made or changed.
#[derive(Debug, Default)]
pub struct BindForm {
    /// The binding it was, where there was one.
    was: Option<Binding>,
    path: PathDraft,
    is_chosen: bool,
    /// The file the engine was asked to look at, and what it had proposed before.
    looked: Option<(PathBuf, Option<Arc<ImportProposal>>)>,
    looked_at: Option<Timestamp>,
    /// What was taken in of what it proposed.
    proposal: Option<Arc<ImportProposal>>,
    name: String,
    is_own_name: bool,
    format: Option<FileFormat>,
    rows: Vec<MapRow>,
    search: String,
    reload: ReloadKind,
    argv: String,
    post_url: String,
    service: String,
    reload_within: String,
    asks: bool,
    get_url: String,
    fields: Vec<(ParamKey, String)>,
    check_within: String,
    wants_removal: bool,
}

impl BindForm {
    /// A new binding.
    pub fn new(_cx: &PanelCx<'_>) -> Self {
        Self {
            reload_within: value_text::write_duration(RELOAD_WITHIN),
            check_within: value_text::write_duration(CHECK_WITHIN),
            ..Self::default()
        }
    }

    /// A binding that is there.
    pub fn of(binding: &Binding) -> Self {
        let within = |text: Duration| value_text::write_duration(text);
        let mut form = Self {
            was: Some(binding.clone()),
            name: binding.id.to_string(),
            is_own_name: true,
            format: Some(binding.format),
            rows: binding.keys.iter().map(MapRow::bound).collect(),
            reload_within: within(RELOAD_WITHIN),
            check_within: within(CHECK_WITHIN),
            // It is looked at again, so that keys can be added.
            is_chosen: true,
            ..Self::default()
        };
        form.path.answered(Ok(binding.path.clone()));
        match &binding.reload {
            None => {}
            Some(Reload::Run { argv, timeout }) => {
                form.reload = ReloadKind::Run;
                form.argv = write_words(argv);
                form.reload_within = within(*timeout);
            }
            Some(Reload::Post { url, timeout }) => {
                form.reload = ReloadKind::Post;
                form.post_url = url.clone();
                form.reload_within = within(*timeout);
            }
            Some(Reload::Restart { service, timeout }) => {
                form.reload = ReloadKind::Restart;
                form.service = service.to_string();
                form.reload_within = within(*timeout);
            }
        }
        if let Some(VerifyAction::Get { url, fields, timeout }) = &binding.verify {
            form.asks = true;
            form.get_url = url.clone();
            form.fields = fields.iter().map(|(param, field)| (param.clone(), field.to_string())).collect();
            form.check_within = within(*timeout);
        }
        form
    }

    /// Takes the answer of the file dialog.
    pub fn file_answered(&mut self, answer: Result<PathBuf, bool>) {
        self.is_chosen = answer.is_ok();
        self.path.answered(answer);
    }

    /// Takes in what the engine proposes for the file that is meant.
    fn follow(&mut self, cx: &PanelCx<'_>) {
        let Some((path, before)) = &self.looked else { return };
        let Some(proposal) = &cx.snapshot.tuning.proposal else { return };
        let is_old = before.as_ref().is_some_and(|before| Arc::ptr_eq(before, proposal));
        let is_taken = self.proposal.as_ref().is_some_and(|taken| Arc::ptr_eq(taken, proposal));
        if proposal.path == *path && !is_old && !is_taken {
            let proposal = proposal.clone();
            self.take(proposal);
        }
    }

    /// Takes in what was proposed; what is bound already stays as it is.
    fn take(&mut self, proposal: Arc<ImportProposal>) {
        let same_file = self.was.as_ref().is_some_and(|was| was.path == proposal.path);
        if !same_file {
            self.rows.clear();
        }
        if proposal.error.is_none() {
            self.format = Some(proposal.format);
            for found in &proposal.keys {
                match self.rows.iter_mut().find(|row| *row.key == *found.bound.key) {
                    Some(row) => row.found(&found.value, found.line),
                    None => {
                        // Where several keys seem to be one parameter, a person says which is meant.
                        let is_taken =
                            self.rows.iter().any(|row| row.is_on && row.param.as_ref() == Some(&found.bound.param));
                        self.rows.push(MapRow::proposed(found, !same_file && !is_taken));
                    }
                }
            }
            for (key, line) in &proposal.others {
                if !self.rows.iter().any(|row| *row.key == **key) {
                    self.rows.push(MapRow::other(key, *line));
                }
            }
        }
        if !self.is_own_name {
            self.name = short_path(&proposal.path);
        }
        self.proposal = Some(proposal);
    }

    /// The rows that are ticked and have a parameter.
    fn bound(&self) -> impl Iterator<Item = (&MapRow, &ParamKey)> {
        self.rows.iter().filter(|row| row.is_on).filter_map(|row| Some((row, row.param.as_ref()?)))
    }

    /// The binding as it is filled in.
    ///
    /// # Errors
    /// What is missing or does not fit.
    fn binding(&self, folder: Option<&Path>, catalogue: &Catalogue, others: &[Binding]) -> Result<Binding, String> {
        let path = self.path.path(folder).map_err(str::to_owned)?;
        let name = self.name.trim();
        if name.is_empty() {
            return Err("Give the binding a name".into());
        }
        let own = self.was.as_ref().map(|was| &*was.id);
        if Some(name) != own && others.iter().any(|other| &*other.id == name) {
            return Err(format!("There is a binding {name} already"));
        }
        let keys: Vec<BoundKey> = self
            .bound()
            .map(|(row, param)| BoundKey {
                param: param.clone(),
                key: row.key.as_str().into(),
                conversion: row.conversion,
            })
            .collect();
        if keys.is_empty() {
            return Err("Tick at least one key that is a parameter".into());
        }
        let binding = Binding {
            id: BindingId::from(name),
            format: self.format.ok_or("Say which form the file has")?,
            path,
            keys,
            reload: self.reload()?,
            verify: self.verify()?,
        };
        let problems = bindings::check(std::slice::from_ref(&binding), catalogue);
        match problems.iter().find(|problem| problem.kind == ProblemKind::Error) {
            Some(problem) => Err(problem.text.to_string()),
            None => Ok(binding),
        }
    }

    fn reload(&self) -> Result<Option<Reload>, String> {
        let timeout = || within(&self.reload_within, "The time for the reload");
        Ok(match self.reload {
            ReloadKind::None => None,
            ReloadKind::Run => {
                let argv = read_words(&self.argv)?;
                if argv.is_empty() {
                    return Err("Name the program that makes the service reload".into());
                }
                Some(Reload::Run { argv, timeout: timeout()? })
            }
            ReloadKind::Restart => {
                let service = self.service.trim();
                if service.is_empty() {
                    return Err("Name the service that is restarted".into());
                }
                Some(Reload::Restart { service: service.into(), timeout: timeout()? })
            }
            ReloadKind::Post => Some(Reload::Post { url: address(&self.post_url, "to POST to")?, timeout: timeout()? }),
        })
    }

    fn verify(&self) -> Result<Option<VerifyAction>, String> {
        if !self.asks {
            return Ok(None);
        }
        let url = address(&self.get_url, "to ask")?;
        let named = self.fields.iter().filter(|(_, field)| !field.trim().is_empty());
        let fields: Vec<(ParamKey, Arc<str>)> =
            named.map(|(param, field)| (param.clone(), field.trim().into())).collect();
        if fields.is_empty() {
            return Err("Name the field of at least one parameter in the answer".into());
        }
        let timeout = within(&self.check_within, "The time for the check")?;
        Ok(Some(VerifyAction::Get { url, fields, timeout }))
    }
}

fn address(text: &str, what: &str) -> Result<String, String> {
    let url = text.trim();
    let rest = url.strip_prefix("http://").or_else(|| url.strip_prefix("https://"));
    match rest {
        Some(rest) if !rest.is_empty() && !url.contains(char::is_whitespace) => Ok(url.to_owned()),
        _ => Err(format!("Give the address {what}, such as http://127.0.0.1:8080/config")),
    }
}

fn within(text: &str, what: &str) -> Result<Duration, String> {
    let time = value_text::read_duration(text).map_err(|why| format!("{what}: {why}"))?;
    if time.is_zero() || time > MAX_WITHIN {
        return Err(format!("{what} is between 1 ms and {}", value_text::write_duration(MAX_WITHIN)));
    }
    Ok(time)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_is_whole() {
        assert_eq!(address(" http://127.0.0.1:8080/config ", ""), Ok("http://127.0.0.1:8080/config".into()));
        for wrong in ["", "127.0.0.1:8080", "http://", "http://a b", "ftp://a"] {
            assert!(address(wrong, "to ask").is_err(), "{wrong}");
        }
    }
}
