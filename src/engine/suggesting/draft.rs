//! The text of the profile in force with a suggestion's change filled in. Nothing is kept before the plan is applied.

use std::sync::Arc;

use crate::model::profile::{ProfileCommand, ProfileEdit, ProfileName, Tuning};
use crate::profile::document::edit;
use crate::suggest::desk::Wanted;

/// A profile's text before and with the change.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Draft {
    /// Which profile.
    pub profile: ProfileName,
    /// Its text before.
    pub before: Arc<str>,
    /// Whether that was the shipped one's, of which no file is kept.
    pub was_shipped: bool,
    /// Its text with the change.
    pub text: Arc<str>,
}

impl Draft {
    /// The profile in force with a change.
    ///
    /// # Errors
    /// Why it cannot be planned, as a sentence without a final period.
    pub fn of(tuning: &Tuning, wanted: &Wanted, why: &str) -> Result<Self, String> {
        let name = tuning.active.as_ref().ok_or("No profile is in force: apply one first")?;
        if tuning.bindings.is_empty() {
            return Err("No file is bound to a profile: bind one on the Profiles page".into());
        }
        let profile = tuning.profile(name).ok_or_else(|| format!("There is no profile {name}"))?;
        if tuning.local.as_ref().is_some_and(|local| local.get(&wanted.key).is_some()) {
            return Err(format!("This machine's own layer holds {}: change it there", wanted.key));
        }
        let set = ProfileEdit::Set(wanted.key.clone(), wanted.to.clone());
        let fault = |problem: crate::model::profile::Problem| format!("{name} cannot be edited: {}", problem.text);
        let text = edit(&profile.text, &set).map_err(fault)?;
        // The reason given for the value before would be wrong for the new one.
        let text = edit(&text, &ProfileEdit::SetWhy(wanted.key.clone(), why.into())).map_err(fault)?;
        let was_shipped = profile.is_shipped && !profile.is_edited;
        Ok(Self { profile: name.clone(), before: profile.text.clone(), was_shipped, text: text.into() })
    }

    /// What puts the profile back as it was; `None` where somebody edited it since.
    pub fn taken_back(&self, tuning: &Tuning) -> Option<ProfileCommand> {
        let profile = tuning.profile(&self.profile).filter(|profile| profile.text == self.text)?;
        Some(if self.was_shipped {
            ProfileCommand::Delete(profile.name.clone())
        } else {
            ProfileCommand::Save { name: profile.name.clone(), text: self.before.clone() }
        })
    }
}
