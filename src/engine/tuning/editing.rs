//! The desk keeps documents: profiles, the catalogue, rules, bindings, and secrets.

use std::sync::Arc;

use super::desk::Desk;
use super::documents::problem_text;
use super::{TuningEvent, bound_files};
use crate::apply::config::{self, DocumentId};
use crate::apply::secrets;
use crate::model::Severity;
use crate::model::profile::{
    Binding, BindingCommand, FileFormat, ImportProposal, LOCAL_LAYER, Problem, ProblemKind, ProfileCommand, ProfileEdit,
};
use crate::profile::{bindings, document, mapping};

/// Why something was not done, as a sentence without a final period.
type Refusal = String;

impl Desk {
    pub(super) fn profile_command(&mut self, command: ProfileCommand) {
        let (what, outcome) = match command {
            ProfileCommand::Save { name, text } => (format!("{name} was not saved"), self.save_profile(&name, &text)),
            ProfileCommand::Rename { from, to } => (format!("{from} was not renamed"), self.rename(&from, &to)),
            ProfileCommand::Delete(name) => (format!("{name} was not deleted"), self.delete(&name)),
            ProfileCommand::SaveCatalogue(text) => {
                ("The catalogue was not saved".into(), self.save_or_remove(&DocumentId::Catalogue, &text))
            }
            ProfileCommand::SaveRules(text) => {
                ("The rules were not saved".into(), self.save_or_remove(&DocumentId::Rules, &text))
            }
            ProfileCommand::MakeSecret(name) => (format!("No secret {name} was made"), self.make_secret(&name)),
            ProfileCommand::RevealSecret(name) => {
                (format!("The secret {name} was not copied"), self.reveal_secret(name.clone()))
            }
        };
        if let Err(why) = outcome {
            self.tell(Severity::Error, what, why);
        }
    }

    pub(super) fn binding_command(&mut self, command: BindingCommand) {
        match command {
            BindingCommand::Save(binding) => {
                let what = format!("The binding {} was not saved", binding.id);
                if let Err(why) = self.save_binding(binding) {
                    self.tell(Severity::Error, what, why);
                }
            }
            BindingCommand::Remove(id) => {
                if let Err(why) = self.edit_bindings(|text| bindings::remove(text, &id)) {
                    self.tell(Severity::Error, format!("The binding {id} was not removed"), why);
                }
            }
            BindingCommand::Look(path) => {
                let proposal = match bound_files::read(&mut *self.world, &path) {
                    Ok(Some(bytes)) => mapping::propose(&path, &bytes, &self.documents.catalogue),
                    Ok(None) => unbindable(path, "there is no such file"),
                    Err(why) => unbindable(path, why),
                };
                self.now.proposal = Some(Arc::new(proposal));
                self.changed();
            }
            BindingCommand::Check => {
                self.compare();
                self.ask_all();
            }
        }
    }

    /// Keeps a document as long as nobody else changed it since it was read.
    fn save(&mut self, id: &DocumentId, text: &str) -> Result<(), Refusal> {
        let read_at = self.document_stamps.iter().find(|(known, _)| known == id).and_then(|(_, stamp)| *stamp);
        config::save(&self.folders.config, id, text, Some(read_at)).map(drop).map_err(|e| e.to_string())
    }

    fn save_or_remove(&mut self, id: &DocumentId, text: &str) -> Result<(), Refusal> {
        let outcome = if text.trim().is_empty() {
            config::remove(&self.folders.config, id).map_err(|e| e.to_string())
        } else {
            self.save(id, text)
        };
        self.after_change();
        outcome
    }

    /// What is on disk is what counts, also where only a part of a change was kept.
    fn after_change(&mut self) {
        self.read_again();
        self.compare();
        self.ask_all();
    }

    pub(super) fn save_profile(&mut self, name: &str, text: &str) -> Result<(), Refusal> {
        if name == LOCAL_LAYER {
            return self.save_or_remove(&DocumentId::Local, text);
        }
        document::is_name(name)?;
        let id = DocumentId::Profile(name.into());
        let is_as_shipped = document::shipped().iter().any(|(shipped, own)| *shipped == name && *own == text);
        let outcome = if is_as_shipped {
            config::remove(&self.folders.config, &id).map_err(|e| e.to_string())
        } else {
            self.save(&id, text)
        };
        self.after_change();
        outcome
    }

    fn rename(&mut self, from: &str, to: &str) -> Result<(), Refusal> {
        let profile = self.documents.profile(from).cloned().ok_or_else(|| format!("There is no profile {from}"))?;
        if profile.is_shipped || from == LOCAL_LAYER {
            return Err(format!("{from} came with Perfdesk and keeps its name; duplicate it under another"));
        }
        document::is_name(to)?;
        if to == LOCAL_LAYER || self.documents.profile(to).is_some() {
            return Err(format!("There is a profile {to} already"));
        }
        self.save(&DocumentId::Profile(to.into()), &profile.text)?;
        // The old one goes last: whatever fails before, nothing is lost.
        let based = self.documents.profiles.clone();
        for follower in based.iter().filter(|other| other.base.as_deref() == Some(from)) {
            let edited = document::edit(&follower.text, &ProfileEdit::SetBase(Some(to.into())));
            let text = edited.map_err(|problem| format!("{}: {}", follower.name, problem.text))?;
            self.save(&DocumentId::Profile(follower.name.to_string()), &text)?;
        }
        let outcome = config::remove(&self.folders.config, &DocumentId::Profile(from.into()));
        self.memory.rename(from, to);
        self.remember();
        self.after_change();
        outcome.map_err(|e| e.to_string())
    }

    fn delete(&mut self, name: &str) -> Result<(), Refusal> {
        let profile = self.documents.profile(name).cloned().ok_or_else(|| format!("There is no profile {name}"))?;
        if !profile.is_edited {
            return Err(format!("{name} came with Perfdesk and has no changes to take away"));
        }
        let based: Vec<&str> = self
            .documents
            .profiles
            .iter()
            .filter(|other| other.base.as_deref() == Some(name) && !profile.is_shipped)
            .map(|other| &*other.name)
            .collect();
        if !based.is_empty() {
            return Err(format!("{} is based on it: give it another base first", based.join(", ")));
        }
        let id = if name == LOCAL_LAYER { DocumentId::Local } else { DocumentId::Profile(name.into()) };
        let outcome = config::remove(&self.folders.config, &id);
        self.after_change();
        outcome.map_err(|e| e.to_string())
    }

    fn make_secret(&mut self, name: &str) -> Result<(), Refusal> {
        let made = secrets::make(&self.folders.config, name).map_err(|e| e.to_string())?;
        self.generation += 1;
        let former = made.former.map(|path| format!("; the former one is kept in {}", path.display()));
        let detail = format!("Apply the profile to put it in force{}", former.unwrap_or_default());
        self.tell(Severity::Success, format!("The secret {name} was made"), detail);
        self.compare();
        Ok(())
    }

    fn reveal_secret(&mut self, name: Arc<str>) -> Result<(), Refusal> {
        let found = secrets::read(&self.folders.config, &name).map_err(|e| e.to_string())?;
        let secret = found.ok_or("It was not made yet")?;
        self.events.push(TuningEvent::Revealed { name, secret });
        Ok(())
    }

    fn save_binding(&mut self, binding: Binding) -> Result<(), Refusal> {
        let mut all = self.documents.bindings.clone();
        match all.iter_mut().find(|known| known.id == binding.id) {
            Some(known) => known.clone_from(&binding),
            None => all.push(binding.clone()),
        }
        let known = bindings::check(&self.documents.bindings, &self.documents.catalogue);
        let problems = bindings::check(&all, &self.documents.catalogue);
        let is_new = |problem: &&Problem| problem.kind == ProblemKind::Error && !known.contains(problem);
        if let Some(problem) = problems.iter().find(is_new) {
            return Err(problem_text(problem));
        }
        self.edit_bindings(|text| {
            if text.is_empty() { Ok(bindings::write(&[binding])) } else { bindings::put(text, &binding) }
        })
    }

    /// Edits the text of the bindings; every comment around stays.
    fn edit_bindings(&mut self, edit: impl FnOnce(&str) -> Result<String, Problem>) -> Result<(), Refusal> {
        let edited = edit(&self.documents.bindings_text)
            .map_err(|problem| format!("bindings.ron has errors; mend it first: {}", problem_text(&problem)))?;
        let outcome = self.save(&DocumentId::Bindings, &edited);
        self.after_change();
        outcome
    }
}

/// A file that offers nothing to bind.
fn unbindable(path: std::path::PathBuf, why: impl Into<Arc<str>>) -> ImportProposal {
    let format = FileFormat::Env;
    ImportProposal { path, format, keys: Vec::new(), others: Vec::new(), error: Some(why.into()) }
}
