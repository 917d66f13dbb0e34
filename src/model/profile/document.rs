//! Profiles as they stand in their files.

use std::sync::Arc;

use serde::{Deserialize, Serialize};

use super::problem::Problem;
use super::value::{ParamKey, ParamValue};

/// A profile's name, which is its file's without the ending: letters, digits, `-`, `_`, 1 to 64 of them.
pub type ProfileName = Arc<str>;

/// The layer above all profiles that holds for this machine alone, kept as `local.ron`.
pub const LOCAL_LAYER: &str = "local";

/// One value of a profile.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Entry {
    /// Of which parameter.
    pub key: ParamKey,
    /// The value, typed as the catalogue says.
    pub value: ParamValue,
    /// Why this value; may be empty.
    pub why: Arc<str>,
}

/// One profile, or the machine's own layer.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Profile {
    /// Its name.
    pub name: ProfileName,
    /// The profile whose values hold where this one has none.
    pub base: Option<ProfileName>,
    /// What it is for; one line.
    pub about: Arc<str>,
    /// A person's notes; may be empty.
    pub notes: Arc<str>,
    /// Its own values, in the order of its text. One out of its bounds is here and in `problems`; one of the wrong kind, or
    /// of an unknown parameter, is in `problems` alone.
    pub entries: Arc<[Entry]>,
    /// The text it was read from, comments and all.
    pub text: Arc<str>,
    /// What is wrong with it by itself: syntax, unknown parameters, wrong kinds, out of bounds.
    pub problems: Arc<[Problem]>,
    /// Whether it came with the program.
    pub is_shipped: bool,
    /// Whether a person changed it, or made it: its text is a file of the config folder.
    pub is_edited: bool,
}

impl Profile {
    /// Its own value of a parameter.
    pub fn get(&self, key: &ParamKey) -> Option<&Entry> {
        self.entries.iter().find(|entry| entry.key == *key)
    }
}
