//! The text of the profile in force with a suggestion's change filled in, and back again. Nothing is kept before the plan is
//! applied.

use std::sync::Arc;

use crate::model::profile::{Problem, ProfileCommand, ProfileEdit, ProfileName, Tuning};
use crate::profile::document::edit;
use crate::suggest::desk::Wanted;
use crate::suggest::put_back::{PutBack, trial_edits};

/// A profile's text with the change.
#[derive(Debug, Clone, PartialEq)]
pub struct Draft {
    /// Which profile.
    pub profile: ProfileName,
    /// Its text with the change.
    pub text: Arc<str>,
    /// What it held before.
    pub put_back: PutBack,
}

impl Draft {
    /// The profile in force with a change, for the suggestion of this title.
    ///
    /// # Errors
    /// Why it cannot be planned, as a sentence without a final period.
    pub fn of(tuning: &Tuning, wanted: &Wanted, title: &str) -> Result<Self, String> {
        let name = tuning.active.as_ref().ok_or("No profile is in force: apply one first")?;
        if tuning.bindings.is_empty() {
            return Err("No file is bound to a profile: bind one on the Profiles page".into());
        }
        let profile = tuning.profile(name).ok_or_else(|| format!("There is no profile {name}"))?;
        if tuning.local.as_ref().is_some_and(|local| local.get(&wanted.key).is_some()) {
            return Err(format!("This machine's own layer holds {}: change it there", wanted.key));
        }
        let text = with_edits(&profile.text, &trial_edits(&wanted.key, &wanted.to, title))
            .map_err(|problem| format!("{name} cannot be edited: {}", problem.text))?;
        let put_back = PutBack::of(profile, &wanted.key, &wanted.to);
        Ok(Self { profile: name.clone(), text: text.into(), put_back })
    }
}

/// What lets a profile hold again what it held before a trial that went back; `None` where somebody edited the value since,
/// or the text cannot be edited any more. `title` is the suggestion's.
pub fn taken_back(tuning: &Tuning, put_back: &PutBack, title: &str) -> Option<ProfileCommand> {
    let profile = tuning.profile(&put_back.profile).filter(|profile| put_back.is_due(profile))?;
    // Where nothing but the change was made since, every byte goes back; else the value alone.
    let is_nothing_else = |before: &&Arc<str>| {
        let tried = with_edits(before, &trial_edits(&put_back.key, &put_back.tried, title));
        tried.is_ok_and(|tried| *tried == *profile.text)
    };
    let text = match put_back.text.as_ref().filter(is_nothing_else) {
        Some(before) => before.clone(),
        None => with_edits(&profile.text, &put_back.edits()).ok()?.into(),
    };
    Some(ProfileCommand::Save { name: profile.name.clone(), text })
}

fn with_edits(text: &str, edits: &[ProfileEdit]) -> Result<String, Problem> {
    edits.iter().try_fold(text.to_owned(), |text, next| edit(&text, next))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::profile::{ParamKey, ParamValue, Profile};
    use crate::profile::{catalogue, document};

    fn tuning(text: &str) -> Tuning {
        let profile: Profile = document::read("production", text, &catalogue::shipped(), true, true);
        Tuning { profiles: [Arc::new(profile)].into(), active: Some("production".into()), ..Tuning::default() }
    }

    /// What goes back of this text after the workers were tried as 3, where `since` is the text then.
    fn check(before: &str, since: impl Fn(String) -> String, expect: Option<&str>) {
        let key = ParamKey::new("service.workers");
        let tried = ParamValue::Count(3);
        let at_first = tuning(before);
        let put_back = PutBack::of(&at_first.profiles[0], &key, &tried);
        let with = with_edits(before, &trial_edits(&key, &tried, "Run fewer workers")).expect("edited");
        let text = match taken_back(&tuning(&since(with)), &put_back, "Run fewer workers") {
            Some(ProfileCommand::Save { text, .. }) => Some(text),
            None => None,
            Some(other) => panic!("{other:?}"),
        };
        assert_eq!(text.as_deref(), expect, "{before}");
    }

    #[test]
    fn what_was_tried_goes_back_byte_for_byte_or_value_for_value_and_edits_stay() {
        let bare = "(version: 1, values: { \"service.workers\": 4, /* all */ })";
        let unset = "(version: 1, values: { // nothing\n })";
        let said = "(version: 1, values: {\"service.workers\": (value: 4, why: \"four cores\")})";
        for text in [bare, unset, said] {
            check(text, |with| with, Some(text));
        }
        let noted = |with: String| with.replacen("version: 1", "version: 1, about: \"new\"", 1);
        check(said, noted, Some(&noted(said.to_owned())));
        check(unset, noted, Some(&noted(unset.to_owned())));
        check(
            bare,
            noted,
            Some("(version: 1, about: \"new\", values: { \"service.workers\": (value: 4), /* all */ })"),
        );
        check(said, |with| with.replace("value: 3", "value: 2"), None);
        check(said, |_| "no profile at all".into(), None);
    }
}
