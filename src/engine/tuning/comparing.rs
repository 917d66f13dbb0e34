//! The desk compares bound files with the active profile, and looks at secrets for weak ones.

use std::sync::Arc;

use super::bound_files::{self, Expected};
use super::desk::Desk;
use crate::apply::secrets;
use crate::apply::world::World;
use crate::model::Severity;
use crate::model::profile::{ApplyId, ApplyPhase, ApplyRecord, Binding, BindingState, BoundKey, Catalogue, ParamKind};
use crate::profile::formats;
use crate::profile::resolve::{Effective, effective};
use crate::profile::secret::weakness;

impl Desk {
    /// What holds under a profile now.
    ///
    /// # Errors
    /// Why that cannot be said.
    pub(super) fn effective(&self, name: &str) -> Result<Effective, String> {
        let documents = &self.documents;
        effective(&documents.catalogue, &documents.profiles, documents.local.as_deref(), name)
            .map_err(|problem| problem.text.to_string())
    }

    /// Compares every bound file with the active profile, unless files are being written just now.
    pub(super) fn compare(&mut self) {
        if self.has_steps() {
            return;
        }
        let active = self.now.active.clone();
        let found = active.map(|name| self.effective(&name).map_err(|why| format!("{name}: {why}")));
        let secrets = self.secrets();
        let expected = Expected {
            effective: found.as_ref().map(|found| found.as_ref().map_err(Clone::clone)),
            catalogue: &self.documents.catalogue,
            secrets: &secrets,
            now: self.world.now(),
        };
        let before = self.now.bindings.clone();
        let world = &mut *self.world;
        let states: Vec<BindingState> = self
            .documents
            .bindings
            .iter()
            .map(|binding| {
                let was = before.iter().find(|state| state.binding.id == binding.id);
                bound_files::compare(world, binding, was, &expected)
            })
            .collect();
        self.compared = Some(self.world.monotonic());
        self.file_stamps = bound_files::stamps(self.documents.bindings.iter());
        // That it was looked at again is no news by itself.
        let is_same = states.len() == before.len() && states.iter().zip(&*before).all(|(a, b)| is_like(a, b));
        if states[..] != before[..] {
            self.now.bindings = states.into();
            if is_same {
                self.changed_quietly();
            } else {
                self.changed();
            }
        }
        self.list_secrets();
        self.look_for_weak_secrets();
    }

    /// Puts the names of the secrets there are where everybody sees them.
    fn list_secrets(&mut self) {
        let names: Vec<Arc<str>> = secrets::names(&self.folders.config).into_iter().map(Arc::from).collect();
        if names[..] != self.now.secrets[..] {
            self.now.secrets = names.into();
            self.changed();
        }
    }

    /// Tells of weak secrets, each once: not again at each start, and not again after a roll back.
    fn look_for_weak_secrets(&mut self) {
        let config = &self.folders.config;
        let mut weak: Vec<(String, String)> = secrets::names(config)
            .into_iter()
            .filter_map(|name| {
                let secret = secrets::read(config, &name).ok().flatten()?;
                Some((place_of_secret(&name), weakness(&secret.0)?))
            })
            .collect();
        for binding in &self.documents.bindings {
            weak.extend(bound_files::weak_secrets(&mut *self.world, binding, &self.documents.catalogue));
        }
        let mut is_news = self.forget_what_is_strong(&weak);
        for (place, why) in weak {
            let came_back = self.came_back(&place);
            if self.memory.is_news(&place) {
                is_news = true;
                if came_back {
                    continue;
                }
                let why = why.strip_prefix("the secret is weak: ").unwrap_or(&why);
                let detail = format!("{why}; a new one is made on the page of profiles, and put there by an apply");
                self.tell(Severity::Warning, format!("A secret is weak: {place}"), detail);
            }
        }
        if is_news {
            self.remember();
        }
    }

    /// Forgets places whose secret became strong and stays so; tells whether there was one. Nothing is forgotten while an
    /// apply may still go back. Of a secret that an apply made strong that apply is remembered instead: where it is taken
    /// back later, the weak one that returns is the one that was told of.
    fn forget_what_is_strong(&mut self, weak: &[(String, String)]) -> bool {
        if self.running().is_some() {
            return false;
        }
        let is_weak = |place: &str| weak.iter().any(|(known, _)| known == place);
        let mut strong: Vec<(String, Option<ApplyId>)> = secrets::names(&self.folders.config)
            .into_iter()
            .filter(|name| matches!(secrets::read(&self.folders.config, name), Ok(Some(_))))
            .map(|name| (place_of_secret(&name), None))
            .collect();
        for binding in &self.documents.bindings {
            let newest = self.now.applies.iter().find(|record| is_in(record, binding));
            if newest.is_some_and(|record| record.phase != ApplyPhase::Kept) {
                continue;
            }
            let places = secret_places(&mut *self.world, binding, &self.documents.catalogue);
            strong.extend(places.into_iter().map(|place| (place, newest.map(|record| record.id))));
        }
        let mut has_forgotten = false;
        for (place, apply) in strong.into_iter().filter(|(place, _)| !is_weak(place)) {
            if self.memory.forget(|known| known != place) {
                has_forgotten = true;
                if let Some(apply) = apply {
                    self.memory.is_news(&made_strong_by(&place, apply));
                }
            }
        }
        has_forgotten
    }

    /// Whether this secret, which is weak now, had been made strong by an apply that was taken back since.
    fn came_back(&mut self, place: &str) -> bool {
        let records = self.now.applies.clone();
        let is_made_strong = |known: &str, record: &ApplyRecord| known == made_strong_by(place, record.id);
        let went_back = records.iter().filter(|record| matches!(record.phase, ApplyPhase::RolledBack { .. }));
        let is_back = went_back.filter(|record| self.memory.forget(|known| !is_made_strong(known, record))).count() > 0;
        self.memory.forget(|known| !records.iter().any(|record| is_made_strong(known, record)));
        is_back
    }
}

fn place_of_secret(name: &str) -> String {
    format!("the secret {name}")
}

/// How it is remembered that an apply made a secret strong.
fn made_strong_by(place: &str, apply: ApplyId) -> String {
    format!("{place}, until apply {}", apply.0)
}

/// Whether an apply wrote the file of a binding.
fn is_in(record: &ApplyRecord, binding: &Binding) -> bool {
    record.files.iter().any(|file| file.binding == binding.id || file.path == binding.path)
}

/// The places of secrets that are in a bound file, as they are told of.
fn secret_places(world: &mut dyn World, binding: &Binding, catalogue: &Catalogue) -> Vec<String> {
    let is_secret = |key: &&BoundKey| catalogue.get(&key.param).is_some_and(|def| def.kind == ParamKind::Secret);
    let keys: Vec<&BoundKey> = binding.keys.iter().filter(is_secret).collect();
    if keys.is_empty() {
        return Vec::new();
    }
    let Ok(Some(bytes)) = bound_files::read(world, &binding.path) else { return Vec::new() };
    let Ok(found) = formats::scan(binding.format, &bytes) else { return Vec::new() };
    let is_there = |key: &&&BoundKey| found.iter().any(|found| found.key == *key.key);
    keys.iter().filter(is_there).map(|key| format!("{} in {}", key.key, binding.path.display())).collect()
}

/// Whether two states differ at most in when they were looked at.
fn is_like(a: &BindingState, b: &BindingState) -> bool {
    let timeless = |state: &BindingState| BindingState { checked_at: None, verified_at: None, ..state.clone() };
    timeless(a) == timeless(b) && a.checked_at.is_some() == b.checked_at.is_some()
}

#[cfg(test)]
mod tests;
