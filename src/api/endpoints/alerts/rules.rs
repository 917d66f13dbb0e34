//! `GET /alerts/rules`: the rules, as they stand and as they are written.

use axum::extract::State;
use axum::response::Response;
use serde::Serialize;
use utoipa::ToSchema;

use crate::alert::document::write_rule;
use crate::alert::expression::write_condition;
use crate::api::endpoints::answer;
use crate::api::endpoints::params::Params;
use crate::api::endpoints::when::Moment;
use crate::api::endpoints::words;
use crate::api::{ApiState, Problem};
use crate::model::alert::RuleStatus;

/// Alert rules.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct Rules {
    /// They, in the order of their file.
    pub rules: Vec<RuleState>,
    /// Whether rules may run programs.
    pub programs_allowed: bool,
    /// Why the rules' file is not in force; empty where it is.
    pub file_error: String,
}

/// A rule and how it stands.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct RuleState {
    /// Its name in files and addresses.
    pub id: String,
    /// Its name for people.
    pub name: String,
    /// What has to hold, all of it at once.
    pub when: Vec<String>,
    /// How long it has to hold.
    pub for_seconds: f64,
    /// `info`, `warning` or `critical`.
    pub severity: &'static str,
    /// Whether it rests.
    pub is_paused: bool,
    /// Whether it ships with the program and was not changed.
    pub is_shipped: bool,
    /// The phase that needs attention most among its instances.
    pub phase: &'static str,
    /// That phase in a sentence.
    pub reason: String,
    /// How many instances there are.
    pub n_instances: usize,
    /// How many of them fire.
    pub n_firing: usize,
    /// Until when it disturbs nobody.
    pub silenced_until: Option<Moment>,
    /// Why it is silenced.
    pub silenced_why: Option<String>,
    /// What is wrong with it.
    pub problems: Vec<String>,
    /// The rule as it is written, for `PUT /alerts/rules/{rule}`.
    pub text: String,
}

/// The alert rules: how they stand, and their texts.
#[utoipa::path(
    get, path = "/alerts/rules", tag = "alerts",
    responses((status = 200, description = "Rules", body = Rules))
)]
pub async fn rules(State(api): State<ApiState>, params: Params) -> Result<Response, Problem> {
    params.only(&[])?;
    let alerts = &api.snapshot().alerts;
    Ok(answer::json(&Rules {
        rules: alerts.rules.iter().map(state).collect(),
        programs_allowed: alerts.programs_allowed,
        file_error: alerts.file_error.to_string(),
    }))
}

/// A rule and how it stands.
pub fn state(status: &RuleStatus) -> RuleState {
    let rule = &status.rule;
    RuleState {
        id: rule.id.to_string(),
        name: rule.name.to_string(),
        when: rule.when.iter().map(write_condition).collect(),
        for_seconds: rule.hold.as_secs_f64(),
        severity: words::rule_severity(rule.severity),
        is_paused: rule.is_paused,
        is_shipped: status.is_shipped,
        phase: words::phase(status.phase),
        reason: status.reason.to_string(),
        n_instances: status.n_instances,
        n_firing: status.n_firing,
        silenced_until: status.silence.as_ref().map(|silence| Moment(silence.until)),
        silenced_why: status.silence.as_ref().map(|silence| silence.reason.to_string()),
        problems: status.problems.iter().map(|problem| problem.text.to_string()).collect(),
        text: write_rule(rule),
    }
}
