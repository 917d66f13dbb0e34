//! `profile verify` and `profile import`: bound files against profiles, and files that are to be bound.

use std::time::Duration;

use serde_json::json;

use super::apply::say_events;
use super::books::{Books, take_desk};
use super::{ProfileCommandError, counted, json, say_json};
use crate::apply::world::{RealWorld, World as _};
use crate::cli::console::say;
use crate::cli::profile_args::ImportArguments;
use crate::engine::tuning::TuningRequest;
use crate::engine::tuning::bound_files::{self, Expected};
use crate::engine::tuning::service;
use crate::model::Folders;
use crate::model::profile::{Binding, BindingCommand, BindingState, BoundKey, ImportProposal, SeenIn};
use crate::profile::mapping;

/// Compares every bound file, and what the service behind it says, with the profile in force, or with another.
///
/// # Errors
/// [`ProfileCommandError::Failed`] where one differs or cannot be read; all of it was said.
pub fn verify(folders: &Folders, name: Option<&str>, as_json: bool) -> Result<(), ProfileCommandError> {
    let books = Books::read_aloud(folders)?;
    let Some(name) = name.or(books.active.as_deref()) else {
        return Err(ProfileCommandError::Failed(
            "no profile is in force: apply one, or name one to compare with".into(),
        ));
    };
    let effective = books.effective(name)?;
    let mut world = RealWorld::new();
    let secrets = books.secrets();
    let expected = Expected {
        effective: Some(Ok(&effective)),
        catalogue: &books.documents.catalogue,
        secrets: &secrets,
        now: world.now(),
    };
    let mut states = Vec::new();
    for binding in &books.documents.bindings {
        let mut state = bound_files::compare(&mut world, binding, None, &expected);
        service::ask(&mut world, &mut state, &expected, Duration::MAX, &mut || false);
        states.push(state);
    }
    let count = |is_it: fn(&BindingState) -> bool| states.iter().filter(|state| is_it(state)).count();
    let n_differing: usize = states.iter().map(|state| state.drift.len()).sum();
    let (n_unread, n_unanswered) = (count(|state| state.error.is_some()), count(|state| state.unanswered.is_some()));
    if as_json {
        let bindings: Vec<_> = states.iter().map(json::binding).collect();
        let holds = n_differing + n_unread + n_unanswered == 0;
        say_json(&json!({ "profile": name, "holds": holds, "bindings": bindings }));
    } else {
        states.iter().for_each(print_state);
        let files = counted(states.len(), "file", "files");
        say(&format!("{files} compared with {name}: {}", counted(n_differing, "value differs", "values differ")));
    }
    let amiss = [
        (n_differing, format!("is not that of {name}"), format!("are not those of {name}"), ["value", "values"]),
        (n_unread, "was not compared".into(), "were not compared".into(), ["file", "files"]),
        (n_unanswered, "could not be asked".into(), "could not be asked".into(), ["service", "services"]),
    ];
    let told: Vec<String> = amiss
        .into_iter()
        .filter(|(n, ..)| *n > 0)
        .map(|(n, is, are, [one, many])| counted(n, &format!("{one} {is}"), &format!("{many} {are}")))
        .collect();
    if told.is_empty() { Ok(()) } else { Err(ProfileCommandError::Failed(told.join("; "))) }
}

fn print_state(state: &BindingState) {
    let path = state.binding.path.display();
    if let Some(error) = &state.error {
        say(&format!("{} ({path}): {error}", state.binding.id));
    }
    for value in state.drift.iter() {
        let found = value.found.as_deref().unwrap_or("not there");
        let place = match value.seen_in {
            SeenIn::File => path.to_string(),
            SeenIn::Service => "the running service".into(),
        };
        say(&format!("{} ({place}): {} is {found}, expected {}", state.binding.id, value.key, value.expected));
    }
    if let Some(why) = &state.unanswered {
        say(&format!("{} (the running service) could not be asked: {why}", state.binding.id));
    }
}

/// Looks at a file and proposes what is bound to what; keeps that as a binding where a name was given.
///
/// # Errors
/// [`ProfileCommandError::Failed`] where nothing can be bound.
pub fn import(folders: &Folders, typed: &ImportArguments) -> Result<(), ProfileCommandError> {
    let books = Books::read(folders)?;
    let path = std::path::absolute(&typed.file).unwrap_or_else(|_| typed.file.clone());
    let failed = |why: String| ProfileCommandError::Failed(format!("{why}: {}", path.display()));
    let bytes = bound_files::read(&mut RealWorld::new(), &path)
        .map_err(failed)?
        .ok_or_else(|| failed("there is no such file".into()))?;
    let proposal = mapping::propose(&path, &bytes, &books.documents.catalogue);
    if typed.json {
        say_json(&json::proposal(&proposal));
    } else {
        print_proposal(&proposal);
    }
    if let Some(error) = &proposal.error {
        return Err(failed(error.to_string()));
    }
    match &typed.save {
        Some(name) => save(folders, name, &proposal),
        None => Ok(()),
    }
}

fn print_proposal(proposal: &ImportProposal) {
    say(&format!("{} ({})", proposal.path.display(), proposal.format.name()));
    let width = proposal.keys.iter().map(|key| key.bound.key.chars().count()).max().unwrap_or(0);
    for key in &proposal.keys {
        let BoundKey { param, key: name, conversion } = &key.bound;
        let note = key.note.as_deref().map(|note| format!("; {note}")).unwrap_or_default();
        let conversion = conversion.slug();
        say(&format!("  {name:<width$}  {} = {param}, as {conversion} (line {}{note})", key.value, key.line));
    }
    let others = counted(proposal.others.len(), "key is", "keys are");
    let ours = counted(proposal.keys.len(), "key seems to be a parameter", "keys seem to be parameters");
    say(&format!("{ours}; {others} none"));
}

fn save(folders: &Folders, name: &str, proposal: &ImportProposal) -> Result<(), ProfileCommandError> {
    if proposal.keys.is_empty() {
        return Err(ProfileCommandError::Failed("nothing was saved: no key seems to be a parameter".into()));
    }
    let binding = Binding {
        id: name.into(),
        path: proposal.path.clone(),
        format: proposal.format,
        keys: proposal.keys.iter().map(|key| key.bound.clone()).collect(),
        reload: None,
        verify: None,
    };
    let (mut desk, _lock) = take_desk(folders)?;
    say_events(&mut desk)?;
    desk.take(TuningRequest::Binding(BindingCommand::Save(binding)));
    say_events(&mut desk)?;
    say(&format!("saved as the binding {name}; `perfdesk profile plan PROFILE` shows what a profile would change"));
    Ok(())
}
