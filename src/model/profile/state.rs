//! Everything about tuning that is in a snapshot.

use std::path::PathBuf;
use std::sync::Arc;

use serde::{Deserialize, Deserializer, Serialize, Serializer};

use super::apply::ApplyRecord;
use super::binding::{Binding, BoundKey, FileFormat};
use super::catalogue::Catalogue;
use super::document::{Profile, ProfileName};
use super::plan::Plan;
use super::problem::Problem;
use super::value::ParamKey;
use crate::model::time::Timestamp;

/// Where a value was found.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Serialize, Deserialize)]
pub enum SeenIn {
    /// In the bound file.
    #[default]
    File,
    /// In the answer of the running service.
    Service,
}

/// A bound key whose value is not that of the active profile.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct BoundValue {
    /// The parameter.
    pub param: ParamKey,
    /// Where it differs.
    pub seen_in: SeenIn,
    /// Its key there.
    pub key: Arc<str>,
    /// What is there; `None` where the key is not. Secrets are masked.
    pub found: Option<Arc<str>>,
    /// What the active profile has.
    pub expected: Arc<str>,
    /// When the difference was first seen.
    pub since: Timestamp,
}

/// A binding, and how its file stands.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct BindingState {
    /// The binding.
    pub binding: Binding,
    /// When the file was last compared with the active profile; `None` where it never was.
    pub checked_at: Option<Timestamp>,
    /// When the file last held all values.
    pub verified_at: Option<Timestamp>,
    /// What differs: in the file first, then in the service, where its binding asks that.
    pub drift: Arc<[BoundValue]>,
    /// Why the service could not be asked, which is no drift: "127.0.0.1:8080: nothing listens there".
    pub unanswered: Option<Arc<str>>,
    /// Why it cannot be read; a sentence without a final period.
    pub error: Option<Arc<str>>,
}

/// Which environment this seems to be, and why.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct Detection {
    /// The profile that fits; `None` where nothing says.
    pub profile: Option<ProfileName>,
    /// What says so, the strongest first: "APP_ENV is production".
    pub reasons: Vec<Arc<str>>,
    /// What speaks for another, if anything does.
    pub against: Vec<Arc<str>>,
}

/// A key found in a file, and the parameter it seems to be.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ProposedKey {
    /// The key and, where one fits, the parameter; the conversion that reads the value present.
    pub bound: BoundKey,
    /// The value in the file, secrets masked.
    pub value: Arc<str>,
    /// Its line, from 1.
    pub line: usize,
    /// What deserves a look before it is bound, such as another key that seems to be the same parameter; a sentence
    /// without a final period.
    pub note: Option<Arc<str>>,
}

/// What a file looked at offers to bind.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ImportProposal {
    /// The file.
    pub path: PathBuf,
    /// Its form.
    pub format: FileFormat,
    /// Keys that seem to be parameters.
    pub keys: Vec<ProposedKey>,
    /// Keys that are none, with their line.
    pub others: Vec<(Arc<str>, usize)>,
    /// Why it cannot be bound; a sentence without a final period.
    pub error: Option<Arc<str>>,
}

/// Everything about tuning. Each part is shared, and replaced only when it changed.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct Tuning {
    /// Every parameter, the person's own included.
    pub catalogue: Arc<Catalogue>,
    /// The text of the person's own catalogue; empty where there is none.
    pub own_catalogue: Arc<str>,
    /// What is wrong with it.
    pub catalogue_problems: Arc<[Problem]>,
    /// Profiles: `base`, the shipped, then the person's own by name. Never the machine's own layer.
    pub profiles: Arc<[Arc<Profile>]>,
    /// The machine's own layer.
    pub local: Option<Arc<Profile>>,
    /// The profile in force: the last one applied and kept, or on trial.
    pub active: Option<ProfileName>,
    /// Bindings, by name.
    pub bindings: Arc<[BindingState]>,
    /// What is wrong with the text of the bindings.
    pub binding_problems: Arc<[Problem]>,
    /// The plan that is looked at.
    pub plan: Option<Arc<Plan>>,
    /// Applies, newest first, at most 200.
    pub applies: Arc<[Arc<ApplyRecord>]>,
    /// Which environment this seems to be.
    pub detection: Arc<Detection>,
    /// The text of the rules that tell the environment: the person's own, or the shipped.
    pub rules: Arc<str>,
    /// What is wrong with it.
    pub rule_problems: Arc<[Problem]>,
    /// The file that was last looked at.
    pub proposal: Option<Arc<ImportProposal>>,
    /// Names of the secrets that were made, sorted; never a secret itself.
    pub secrets: Arc<[Arc<str>]>,
    /// A secret on its way to the clipboard: its name and itself. In one publication alone, and never written anywhere.
    #[serde(skip)]
    pub revealed: Option<(Arc<str>, Secret)>,
}

/// A secret's text. It prints as dots, so that no log ever holds it.
#[derive(Clone, PartialEq, Eq)]
pub struct Secret(pub Arc<str>);

impl std::fmt::Debug for Secret {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("••••••••")
    }
}

/// It is written as dots too, so that no file and no wire ever holds it.
impl Serialize for Secret {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str("••••••••")
    }
}

impl<'de> Deserialize<'de> for Secret {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Arc::deserialize(deserializer).map(Self)
    }
}

impl Tuning {
    /// The apply that is under way or on trial.
    pub fn running(&self) -> Option<&Arc<ApplyRecord>> {
        self.applies.iter().find(|record| !record.phase.is_over())
    }

    /// The profile of this name, the machine's own layer under its.
    pub fn profile(&self, name: &str) -> Option<&Arc<Profile>> {
        self.profiles.iter().chain(&self.local).find(|profile| &*profile.name == name)
    }
}
