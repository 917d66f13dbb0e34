//! The desk compares bound files with the active profile, and looks at secrets for weak ones.

use super::bound_files::{self, Expected};
use super::desk::Desk;
use crate::apply::secrets;
use crate::model::Severity;
use crate::model::profile::BindingState;
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
        self.look_for_weak_secrets();
    }

    /// Tells of weak secrets, each once and not at each start.
    fn look_for_weak_secrets(&mut self) {
        let config = &self.folders.config;
        let mut weak: Vec<(String, String)> = secrets::names(config)
            .into_iter()
            .filter_map(|name| {
                let secret = secrets::read(config, &name).ok().flatten()?;
                Some((format!("the secret {name}"), weakness(&secret.0)?))
            })
            .collect();
        for binding in &self.documents.bindings {
            weak.extend(bound_files::weak_secrets(&mut *self.world, binding, &self.documents.catalogue));
        }
        let mut is_news = self.memory.forget(|place| weak.iter().any(|(known, _)| known == place));
        for (place, why) in weak {
            if self.memory.is_news(&place) {
                is_news = true;
                let why = why.strip_prefix("the secret is weak: ").unwrap_or(&why);
                let detail = format!("{why}; a new one is made on the page of profiles, and put there by an apply");
                self.tell(Severity::Warning, format!("A secret is weak: {place}"), detail);
            }
        }
        if is_news {
            self.remember();
        }
    }
}

/// Whether two states differ at most in when they were looked at.
fn is_like(a: &BindingState, b: &BindingState) -> bool {
    let timeless = |state: &BindingState| BindingState { checked_at: None, verified_at: None, ..state.clone() };
    timeless(a) == timeless(b) && a.checked_at.is_some() == b.checked_at.is_some()
}
