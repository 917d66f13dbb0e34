//! What a profile held before a suggestion's change was tried, so that it holds that again where the trial goes back. It is
//! kept with what was done, so that the next start can put it back too.

use std::sync::Arc;

use serde::{Deserialize, Serialize};

use crate::model::profile::{ParamKey, ParamValue, Profile, ProfileEdit, ProfileName};

/// Longest text of a profile that is kept whole, bytes; of a longer one only the value goes back.
const MAX_TEXT: usize = 64 << 10;

/// A profile's value before a trial.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct PutBack {
    /// Which profile.
    pub profile: ProfileName,
    /// Which parameter.
    pub key: ParamKey,
    /// The value that is tried.
    pub tried: ParamValue,
    /// The profile's own value before, and why; `None` where it had none.
    pub before: Option<(ParamValue, Arc<str>)>,
    /// Its whole text before; `None` where that is too long or too long ago.
    #[serde(default)]
    pub text: Option<Arc<str>>,
}

impl PutBack {
    /// What this profile holds now, before `tried` is.
    pub fn of(profile: &Profile, key: &ParamKey, tried: &ParamValue) -> Self {
        Self {
            profile: profile.name.clone(),
            key: key.clone(),
            tried: tried.clone(),
            before: profile.get(key).map(|entry| (entry.value.clone(), entry.why.clone())),
            text: (profile.text.len() <= MAX_TEXT).then(|| profile.text.clone()),
        }
    }

    /// Whether the profile still holds what was tried: where somebody edited it since, that stays.
    pub fn is_due(&self, profile: &Profile) -> bool {
        profile.name == self.profile && profile.get(&self.key).is_some_and(|entry| entry.value == self.tried)
    }

    /// The edits that put the value back and leave the rest of the text as it is now.
    pub fn edits(&self) -> Vec<ProfileEdit> {
        match &self.before {
            None => vec![ProfileEdit::Reset(self.key.clone())],
            Some((value, why)) => vec![
                ProfileEdit::Set(self.key.clone(), value.clone()),
                ProfileEdit::SetWhy(self.key.clone(), why.clone()),
            ],
        }
    }
}

/// The edits that fill in a change that is tried: the reason given for the value before would be wrong for the new one.
pub fn trial_edits(key: &ParamKey, to: &ParamValue, title: &str) -> [ProfileEdit; 2] {
    [ProfileEdit::Set(key.clone(), to.clone()), ProfileEdit::SetWhy(key.clone(), format!("suggested: {title}").into())]
}
