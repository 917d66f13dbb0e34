//! `GET /config/performance`: what holds under a profile, and where each value comes from.

use axum::extract::State;
use axum::http::{HeaderValue, header};
use axum::response::Response;
use serde::Serialize;
use sha2::{Digest as _, Sha256};
use utoipa::ToSchema;

use crate::api::endpoints::answer;
use crate::api::endpoints::params::Params;
use crate::api::endpoints::tuning_bodies::{FaultBody, faults, value};
use crate::api::{ApiState, Problem};
use crate::model::nearest::did_you_mean;
use crate::model::profile::{LOCAL_LAYER, ParamDef, ParamKind, ParamValue, Tuning};
use crate::profile::check::check;
use crate::profile::resolve::{Effective, EffectiveValue, Origin, effective};

/// What holds under a profile.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct Configuration {
    /// The profile.
    pub profile: String,
    /// Whether it is the one in force.
    pub is_active: bool,
    /// Every parameter, by group.
    pub values: Vec<HoldingValue>,
    /// What is wrong with the profile on this machine.
    pub problems: Vec<FaultBody>,
}

/// What holds for one parameter.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct HoldingValue {
    /// The parameter.
    pub key: String,
    /// Its name for people.
    pub title: String,
    /// Its group.
    pub group: String,
    /// `switch`, `count`, `number`, `duration`, `size`, `text`, `choice`, `list`, `time_to_live` or `secret`.
    pub kind: &'static str,
    /// What a number counts; may be empty.
    pub unit: String,
    /// Its value as it is written; `null` leaves it to the service, a secret is dots.
    pub value: Option<String>,
    /// The layer it comes from: `default`, a profile's name, or `local`, which is this machine's own.
    pub from: String,
    /// The reason given there; may be empty.
    pub why: String,
    /// What it does.
    pub about: String,
}

/// What holds under the profile in force, or under another, with the layer each value comes from. The header `ETag`
/// names this state for `PUT`.
#[utoipa::path(
    get, path = "/config/performance", tag = "config",
    params(("profile" = Option<String>, Query, description = "Another profile than the one in force",
        example = "production")),
    responses(
        (status = 200, description = "What holds", body = Configuration,
            headers(("ETag" = String, description = "Names this state, for `If-Match`"))),
        (status = 409, description = "Nothing can be said of the profile, and why", body = Problem),
    )
)]
pub async fn get(State(api): State<ApiState>, params: Params) -> Result<Response, Problem> {
    params.only(&["profile"])?;
    let snapshot = api.snapshot();
    let tuning = &snapshot.tuning;
    let name = match params.one("profile")? {
        Some(name) => known(tuning, name)?,
        None => active(tuning)?,
    };
    response(tuning, name)
}

/// The answer that shows a profile.
///
/// # Errors
/// 409 where nothing can be said of it, such as a circle of bases.
pub fn response(tuning: &Tuning, name: &str) -> Result<Response, Problem> {
    let body = configuration(tuning, name)?;
    let tag = etag(&body);
    let mut response = answer::json(&body);
    if let Ok(tag) = HeaderValue::from_str(&tag) {
        response.headers_mut().insert(header::ETAG, tag);
    }
    Ok(response)
}

/// A name for a state: the same for equal states, another for others.
pub fn etag(body: &Configuration) -> String {
    let digest = Sha256::digest(serde_json::to_vec(body).unwrap_or_default());
    let hex: String = digest.iter().take(16).map(|byte| format!("{byte:02x}")).collect();
    format!("\"{hex}\"")
}

/// The profile in force.
///
/// # Errors
/// 404 where none is.
pub fn active(tuning: &Tuning) -> Result<&str, Problem> {
    let none =
        || Problem::not_found("no profile is in force: put one in force with POST /config/profile/{environment}");
    if tuning.profiles.is_empty() {
        return Err(Problem::busy("profiles are being read; try again in a moment", 1));
    }
    tuning.active.as_deref().ok_or_else(none)
}

/// The profile of this name, as it is called.
///
/// # Errors
/// 404.
pub fn known<'a>(tuning: &'a Tuning, name: &str) -> Result<&'a str, Problem> {
    if tuning.profiles.is_empty() {
        return Err(Problem::busy("profiles are being read; try again in a moment", 1));
    }
    let found = tuning.profiles.iter().find(|profile| &*profile.name == name);
    let none = || {
        let meant = did_you_mean(name, tuning.profiles.iter().map(|profile| &*profile.name));
        Problem { field: Some("profile".into()), ..Problem::not_found(format!("there is no profile {name}{meant}")) }
    };
    found.map(|profile| &*profile.name).ok_or_else(none)
}

/// What holds under a profile.
///
/// # Errors
/// 409 where nothing can be said of it.
pub fn configuration(tuning: &Tuning, name: &str) -> Result<Configuration, Problem> {
    let holds = holding(tuning, name)?;
    let rows = tuning.catalogue.parameters.iter().zip(&holds.rows);
    Ok(Configuration {
        profile: name.to_owned(),
        is_active: tuning.active.as_deref() == Some(name),
        values: rows.map(|(def, row)| holding_value(def, row)).collect(),
        problems: faults(&check(&tuning.catalogue, &tuning.profiles, tuning.local.as_deref(), name)),
    })
}

fn holding(tuning: &Tuning, name: &str) -> Result<Effective, Problem> {
    let found = effective(&tuning.catalogue, &tuning.profiles, tuning.local.as_deref(), name);
    found.map_err(|fault| Problem::new(axum::http::StatusCode::CONFLICT, fault.text.to_string()))
}

fn holding_value(def: &ParamDef, row: &EffectiveValue) -> HoldingValue {
    let (kind, unit) = kind(&def.kind);
    HoldingValue {
        key: def.key.to_string(),
        title: def.title.to_string(),
        group: def.group.to_string(),
        kind,
        unit,
        value: row.value.as_ref().map(|held: &ParamValue| value(held)),
        from: match &row.origin {
            Origin::Default => "default".into(),
            Origin::Profile(name) => name.to_string(),
            Origin::Local => LOCAL_LAYER.into(),
        },
        why: row.why.to_string(),
        about: def.about.to_string(),
    }
}

fn kind(kind: &ParamKind) -> (&'static str, String) {
    match kind {
        ParamKind::Switch => ("switch", String::new()),
        ParamKind::Count { unit, .. } => ("count", unit.to_string()),
        ParamKind::Number { unit, .. } => ("number", unit.to_string()),
        ParamKind::Duration { .. } => ("duration", String::new()),
        ParamKind::Size { .. } => ("size", String::new()),
        ParamKind::Text { .. } => ("text", String::new()),
        ParamKind::Choice { .. } => ("choice", String::new()),
        ParamKind::List { .. } => ("list", String::new()),
        ParamKind::TimeToLive { .. } => ("time_to_live", String::new()),
        ParamKind::Secret => ("secret", String::new()),
    }
}
