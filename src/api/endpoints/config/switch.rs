//! `POST /config/profile/{environment}` and `POST /performance/optimize`: changes that go through plan, apply and verify,
//! and wait to be kept. Both begin a job.

use std::time::Duration;

use axum::Extension;
use axum::extract::{Path, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::Response;
use serde::Deserialize;
use utoipa::ToSchema;

use super::effective::known;
use crate::api::endpoints::body::{Body, whole};
use crate::api::endpoints::jobs::{JobBody, begin};
use crate::api::endpoints::params::Params;
use crate::api::endpoints::suggestions::id_text;
use crate::api::jobs::{Aim, Asked, Key};
use crate::api::{ApiState, Caller, Problem};
use crate::model::Snapshot;
use crate::model::profile::BindingId;
use crate::model::suggest::{Card, Change};

/// Least and greatest time to keep what is on trial, seconds.
const CONFIRM_WITHIN: (u64, u64) = (5, 3600);

const fn a_minute() -> u64 {
    60
}

/// How a profile is put in force.
#[derive(Debug, Clone, PartialEq, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct SwitchRequest {
    /// Only makes the plan; nothing is written.
    #[serde(default)]
    pub dry_run: bool,
    /// It goes back by itself unless `/jobs/{id}/confirm` comes within this time after it is verified: 5 to 3,600 seconds.
    #[serde(default = "a_minute", deserialize_with = "whole")]
    #[schema(minimum = 5, maximum = 3600, default = 60)]
    pub confirm_within_seconds: u64,
    /// Keeps it as soon as it is verified, without waiting for a word.
    #[serde(default)]
    pub keep: bool,
    /// Only these bindings; all where it is empty.
    #[serde(default)]
    pub bindings: Vec<String>,
}

/// Which suggestion is applied, and how.
#[derive(Debug, Clone, PartialEq, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct OptimizeRequest {
    /// The suggestion, as `/performance/suggestions` names it. A dry run may leave it out: the most valuable is planned.
    #[schema(example = "pool_large/checkout")]
    pub suggestion: Option<String>,
    /// Only makes the plan; nothing is written.
    #[serde(default)]
    pub dry_run: bool,
    /// As for a profile.
    #[serde(default = "a_minute", deserialize_with = "whole")]
    #[schema(minimum = 5, maximum = 3600, default = 60)]
    pub confirm_within_seconds: u64,
    /// Keeps it as soon as it is verified, without waiting for a word.
    #[serde(default)]
    pub keep: bool,
}

/// Puts a profile in force: plan, apply, verify; it goes back by itself unless it is kept.
#[utoipa::path(
    post, path = "/config/profile/{environment}", tag = "config", request_body = SwitchRequest,
    params(
        ("environment" = String, Path, description = "The profile", example = "production"),
        ("Idempotency-Key" = inline(Option<Key>), Header, description = "Makes a repeat of this request harmless: it \
            finds the job that was begun"),
    ),
    responses((status = 202, description = "A job to follow", body = JobBody,
        headers(("Location" = String, description = "Where the job is"))))
)]
pub async fn switch(
    State(api): State<ApiState>,
    params: Params,
    Path(environment): Path<String>,
    caller: Option<Extension<Caller>>,
    headers: HeaderMap,
    Body(wanted): Body<SwitchRequest>,
) -> Result<Response, Problem> {
    params.only(&[])?;
    let snapshot = api.snapshot();
    let name = known(&snapshot.tuning, &environment)?.into();
    let confirm_within = confirm_within(wanted.confirm_within_seconds)?;
    let bindings: Vec<BindingId> = wanted.bindings.iter().map(|id| id.as_str().into()).collect();
    let is_unknown = |id: &&BindingId| !snapshot.tuning.bindings.iter().any(|state| state.binding.id == **id);
    if let Some(id) = bindings.iter().find(is_unknown) {
        let none = Problem::not_found(format!("there is no binding {id}"));
        return Err(Problem { field: Some("bindings".into()), ..none });
    }
    let SwitchRequest { dry_run, keep, .. } = wanted;
    begin(&api, caller, &headers, Asked { aim: Aim::Profile { name, bindings }, dry_run, confirm_within, keep })
}

/// Applies the change of a suggestion to the profile in force: plan, apply, verify; it goes back by itself unless it is
/// kept.
#[utoipa::path(
    post, path = "/performance/optimize", tag = "performance", request_body = OptimizeRequest,
    params(("Idempotency-Key" = inline(Option<Key>), Header, description = "Makes a repeat of this request harmless: it \
        finds the job that was begun")),
    responses((status = 202, description = "A job to follow", body = JobBody,
        headers(("Location" = String, description = "Where the job is"))))
)]
pub async fn optimize(
    State(api): State<ApiState>,
    params: Params,
    caller: Option<Extension<Caller>>,
    headers: HeaderMap,
    Body(wanted): Body<OptimizeRequest>,
) -> Result<Response, Problem> {
    params.only(&[])?;
    let snapshot = api.snapshot();
    let confirm_within = confirm_within(wanted.confirm_within_seconds)?;
    let card = chosen(&snapshot, &wanted)?;
    check_bound(&snapshot, card)?;
    let aim = Aim::Suggestion(card.suggestion.id.clone());
    begin(&api, caller, &headers, Asked { aim, dry_run: wanted.dry_run, confirm_within, keep: wanted.keep })
}

fn confirm_within(seconds: u64) -> Result<Duration, Problem> {
    if (CONFIRM_WITHIN.0..=CONFIRM_WITHIN.1).contains(&seconds) {
        return Ok(Duration::from_secs(seconds));
    }
    let detail = format!("give {} to {} seconds", CONFIRM_WITHIN.0, CONFIRM_WITHIN.1);
    Err(Problem::field("confirm_within_seconds", detail))
}

/// The card that is meant.
fn chosen<'a>(snapshot: &'a Snapshot, wanted: &OptimizeRequest) -> Result<&'a Card, Problem> {
    let is_parameter = |card: &&Card| matches!(card.suggestion.change, Change::Parameter { .. });
    let Some(text) = &wanted.suggestion else {
        if !wanted.dry_run {
            let detail = "name a suggestion, or ask for a dry run; /performance/suggestions lists them";
            return Err(Problem::conflict("suggestion", detail));
        }
        let none = || Problem::not_found("no open suggestion changes a parameter");
        return snapshot.advice.open().find(is_parameter).ok_or_else(none);
    };
    let named = |detail: String, status| Problem { field: Some("suggestion".into()), ..Problem::new(status, detail) };
    let found = snapshot.advice.cards.iter().find(|card| id_text(&card.suggestion.id) == *text);
    let card = found.ok_or_else(|| named(format!("there is no suggestion {text}"), StatusCode::NOT_FOUND))?;
    if is_parameter(&card) {
        return Ok(card);
    }
    let detail = format!("{text} changes no parameter: {}", card.suggestion.change.line());
    Err(named(detail, StatusCode::CONFLICT))
}

/// Whether a file would get the changed value.
fn check_bound(snapshot: &Snapshot, card: &Card) -> Result<(), Problem> {
    let Some(key) = card.suggestion.change.key() else { return Ok(()) };
    let mut bound = snapshot.tuning.bindings.iter().flat_map(|state| &state.binding.keys);
    if bound.any(|bound| bound.param == *key) {
        return Ok(());
    }
    Err(Problem::new(StatusCode::CONFLICT, format!("no file is bound that gets {key}: bind one first")))
}
