//! `GET /config/profiles`: the profiles with their own values, and where they go.

use axum::extract::State;
use axum::response::Response;
use serde::Serialize;
use utoipa::ToSchema;

use crate::api::endpoints::answer;
use crate::api::endpoints::params::Params;
use crate::api::endpoints::tuning_bodies::{FaultBody, faults, value};
use crate::api::endpoints::when::Moment;
use crate::api::{ApiState, Problem};
use crate::model::profile::{BindingState, BoundValue, Entry, Profile, SeenIn, Tuning};

/// Profiles.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct Profiles {
    /// The one in force; `null` where none is.
    pub active: Option<String>,
    /// Which environment this seems to be.
    pub detected: Option<String>,
    /// What says so.
    pub detected_why: Vec<String>,
    /// All of them; this machine's own layer, which stands over all, is the last and is called `local`.
    pub profiles: Vec<ProfileBody>,
    /// The files they go to.
    pub bindings: Vec<BindingBody>,
}

/// One profile.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct ProfileBody {
    /// Its name.
    pub name: String,
    /// The profile whose values hold where this one has none.
    pub base: Option<String>,
    /// What it is for.
    pub about: String,
    /// Whether it came with the program.
    pub is_shipped: bool,
    /// Whether a person changed or made it.
    pub is_edited: bool,
    /// Whether it is in force.
    pub is_active: bool,
    /// Its own values.
    pub values: Vec<OwnValue>,
    /// What is wrong with it.
    pub problems: Vec<FaultBody>,
}

/// One value of a profile.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct OwnValue {
    /// The parameter.
    pub key: String,
    /// Its value as it is written; a secret is dots.
    pub value: String,
    /// Why; may be empty.
    pub why: String,
}

/// A file that profiles go to.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct BindingBody {
    /// The binding's name.
    pub id: String,
    /// The file.
    pub path: String,
    /// Its form.
    pub format: &'static str,
    /// How many parameters go there.
    pub n_keys: usize,
    /// When it was last compared with the profile in force.
    pub checked_at: Option<Moment>,
    /// When it last held all values.
    pub verified_at: Option<Moment>,
    /// Values that differ.
    pub drift: Vec<DriftedValue>,
    /// Why it cannot be read, or its service could not be asked.
    pub error: Option<String>,
}

/// A value that is not that of the profile in force.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct DriftedValue {
    /// The parameter.
    pub parameter: String,
    /// `file` or `service`.
    pub seen_in: &'static str,
    /// Its key there.
    pub key: String,
    /// What is there; `null` where the key is not.
    pub found: Option<String>,
    /// What the profile has.
    pub expected: String,
    /// Since when.
    pub since: Moment,
}

/// The profiles with their own values, and the files they go to. Secrets are masked.
#[utoipa::path(
    get, path = "/config/profiles", tag = "config",
    responses((status = 200, description = "Profiles", body = Profiles))
)]
pub async fn profiles(State(api): State<ApiState>, params: Params) -> Result<Response, Problem> {
    params.only(&[])?;
    Ok(answer::json(&of(&api.snapshot().tuning)))
}

fn of(tuning: &Tuning) -> Profiles {
    let active = tuning.active.as_deref();
    Profiles {
        active: active.map(ToOwned::to_owned),
        detected: tuning.detection.profile.as_ref().map(ToString::to_string),
        detected_why: tuning.detection.reasons.iter().map(ToString::to_string).collect(),
        profiles: tuning.profiles.iter().chain(&tuning.local).map(|one| profile(one, active)).collect(),
        bindings: tuning.bindings.iter().map(binding).collect(),
    }
}

fn profile(profile: &Profile, active: Option<&str>) -> ProfileBody {
    let own =
        |entry: &Entry| OwnValue { key: entry.key.to_string(), value: value(&entry.value), why: entry.why.to_string() };
    ProfileBody {
        name: profile.name.to_string(),
        base: profile.base.as_ref().map(ToString::to_string),
        about: profile.about.to_string(),
        is_shipped: profile.is_shipped,
        is_edited: profile.is_edited,
        is_active: active == Some(&*profile.name),
        values: profile.entries.iter().map(own).collect(),
        problems: faults(&profile.problems),
    }
}

fn binding(state: &BindingState) -> BindingBody {
    let drifted = |value: &BoundValue| DriftedValue {
        parameter: value.param.to_string(),
        seen_in: match value.seen_in {
            SeenIn::File => "file",
            SeenIn::Service => "service",
        },
        key: value.key.to_string(),
        found: value.found.as_ref().map(ToString::to_string),
        expected: value.expected.to_string(),
        since: Moment(value.since),
    };
    BindingBody {
        id: state.binding.id.to_string(),
        path: state.binding.path.display().to_string(),
        format: state.binding.format.slug(),
        n_keys: state.binding.keys.len(),
        checked_at: state.checked_at.map(Moment),
        verified_at: state.verified_at.map(Moment),
        drift: state.drift.iter().map(drifted).collect(),
        error: state.error.as_ref().or(state.unanswered.as_ref()).map(ToString::to_string),
    }
}
