//! What a client may ask about profiles.

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use serde::{Deserialize, Serialize};

use super::apply::ApplyId;
use super::binding::{Binding, BindingId};
use super::document::ProfileName;
use super::plan::PlanId;
use super::value::{ParamKey, ParamValue};

/// A visual edit of a profile's text: everything else in it stays as it is.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub enum ProfileEdit {
    /// Gives a parameter a value of its own; its reason stays.
    Set(ParamKey, ParamValue),
    /// Says why.
    SetWhy(ParamKey, Arc<str>),
    /// Takes its own value away: the base's holds again.
    Reset(ParamKey),
    /// Another base.
    SetBase(Option<ProfileName>),
    /// What it is for.
    SetAbout(Arc<str>),
    /// Notes.
    SetNotes(Arc<str>),
}

/// About profiles.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub enum ProfileCommand {
    /// Keeps this text under this name; makes the profile where there is none. `local` is the machine's own layer.
    Save {
        /// Which.
        name: ProfileName,
        /// Its whole text.
        text: Arc<str>,
    },
    /// Gives a profile another name; those based on it follow.
    Rename {
        /// Which.
        from: ProfileName,
        /// To what.
        to: ProfileName,
    },
    /// Takes a profile away, or a shipped one's changes. The text before is kept as a `.bak`.
    Delete(ProfileName),
    /// Keeps the text of the person's own catalogue.
    SaveCatalogue(Arc<str>),
    /// Keeps the text of the rules that tell the environment.
    SaveRules(Arc<str>),
    /// Makes a new secret and keeps it under this name in a file for this user alone.
    MakeSecret(Arc<str>),
    /// Puts the secret of this name on the clipboard's way: into the next snapshot for one publication.
    RevealSecret(Arc<str>),
}

/// About bindings.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub enum BindingCommand {
    /// Keeps it; makes it where there is none of its name.
    Save(Binding),
    /// Takes it away. The file stays as it is.
    Remove(BindingId),
    /// Reads a file and proposes what is bound to what.
    Look(PathBuf),
    /// Checks all bound files against the active profile now.
    Check,
}

/// About applying.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub enum ApplyCommand {
    /// Plans a profile for all bindings, or for these; the answer is `Tuning::plan`.
    Plan {
        /// Which profile.
        profile: ProfileName,
        /// Which bindings; all where it is empty.
        bindings: Vec<BindingId>,
        /// The profile's text to plan with instead of the one that is kept: what is being edited.
        draft: Option<Arc<str>>,
    },
    /// Puts the plan away.
    Discard,
    /// Carries the plan out, if it is still the one shown and no file changed since.
    Apply {
        /// The plan as it was looked at.
        plan: PlanId,
        /// How long it waits to be kept.
        keep_within: Duration,
    },
    /// Keeps what is on trial.
    Keep(ApplyId),
    /// Takes an apply back: the one on trial, or one of the past.
    RollBack(ApplyId),
}
