//! What a client may do about alerts: take note of one, silence a rule, write and delete rules.

use std::sync::Arc;
use std::time::Duration;

use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::Response;
use serde::Deserialize;
use utoipa::ToSchema;

use super::log::{LoggedAlert, logged};
use super::rules::{RuleState, state};
use crate::alert::document::read_rule;
use crate::api::endpoints::answer;
use crate::api::endpoints::body::{Body, whole_or_none};
use crate::api::endpoints::history::now;
use crate::api::endpoints::outcome::carry_out;
use crate::api::endpoints::params::Params;
use crate::api::endpoints::when::{self, When};
use crate::api::{ApiState, Problem};
use crate::model::alert::{AlertCommand, AlertId};
use crate::model::{Command, Snapshot};

/// What the engine tells where it does not do what was asked.
const REFUSALS: [&str; 2] = ["Nothing was changed about alerts", "Alert rules are still being read"];
/// Usual silence.
const USUAL_SILENCE: u64 = 3600;
/// Longest silence.
const MAX_SILENCE: Duration = Duration::from_secs(366 * 86_400);

/// Takes note of the alert of an instance that fires.
#[utoipa::path(
    post, path = "/alerts/{rule}/{instance}/acknowledge", tag = "alerts",
    params(
        ("rule" = String, Path, description = "The rule"),
        ("instance" = String, Path, description = "The instance, as `/alerts` lists it (escaped), or its name for people"),
    ),
    responses((status = 200, description = "The alert", body = LoggedAlert))
)]
pub async fn acknowledge(
    State(api): State<ApiState>,
    params: Params,
    Path((rule, instance)): Path<(String, String)>,
) -> Result<Response, Problem> {
    params.only(&[])?;
    let snapshot = api.snapshot();
    let status = super::rule(&snapshot, &rule)?;
    let is_meant = |key: &str, name: &str| key == instance || !name.is_empty() && name == instance;
    let found = status.instances.iter().find(|known| is_meant(&known.key.to_string(), &known.name));
    let none = |detail: String| Problem { field: Some("instance".into()), ..Problem::not_found(detail) };
    let found = found.ok_or_else(|| none(format!("{rule} has no instance {instance}")))?;
    let id = found.alert.ok_or_else(|| none(format!("{rule} does not fire for {instance}")))?;
    take_note(&api, id).await
}

/// Takes note of an alert of the log.
#[utoipa::path(
    post, path = "/alerts/log/{alert}/acknowledge", tag = "alerts",
    params(("alert" = u64, Path, description = "Its number")),
    responses((status = 200, description = "The alert", body = LoggedAlert))
)]
pub async fn acknowledge_logged(
    State(api): State<ApiState>,
    params: Params,
    Path(alert): Path<String>,
) -> Result<Response, Problem> {
    params.only(&[])?;
    let none =
        || Problem { field: Some("alert".into()), ..Problem::not_found(format!("the log has no alert {alert}")) };
    let id = alert.parse().map(AlertId).map_err(|_| none())?;
    if !api.snapshot().alerts.log.iter().any(|record| record.id == id) {
        return Err(none());
    }
    take_note(&api, id).await
}

async fn take_note(api: &ApiState, id: AlertId) -> Result<Response, Problem> {
    let is_done = |snapshot: &Snapshot| {
        let mut noted = snapshot.alerts.log.iter().filter(|record| record.acknowledged.is_some());
        noted.find(|record| record.id == id).map(logged)
    };
    let record = carry_out(api, Command::Alert(AlertCommand::Acknowledge(id)), &REFUSALS, is_done).await?;
    let done = format!("alert {} of {} acknowledged", record.id, record.rule);
    Ok(answer::noted(answer::json(&record), done))
}

/// What a silence may be.
const BOUNDS: &str = "a silence lasts from 1 s to 366 days";

/// How long a rule is to disturb nobody.
#[derive(Debug, Clone, PartialEq, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewSilence {
    /// For so long from now, at most 366 days; an hour is usual.
    #[serde(default, deserialize_with = "whole_or_none")]
    #[schema(example = 3600, minimum = 1, maximum = 31_622_400)]
    pub for_seconds: Option<u64>,
    /// Instead: until then.
    #[schema(value_type = Option<When>, inline)]
    pub until: Option<String>,
    /// Why; at most 500 characters.
    #[serde(default)]
    #[schema(max_length = 500)]
    pub reason: String,
}

/// Lets a rule disturb nobody for a while. It goes on to fire in the window and in the log.
#[utoipa::path(
    post, path = "/alerts/rules/{rule}/silence", tag = "alerts", request_body = NewSilence,
    params(("rule" = String, Path, description = "The rule")),
    responses((status = 200, description = "The rule", body = RuleState))
)]
pub async fn silence(
    State(api): State<ApiState>,
    params: Params,
    Path(rule): Path<String>,
    Body(new): Body<NewSilence>,
) -> Result<Response, Problem> {
    params.only(&[])?;
    let snapshot = api.snapshot();
    super::rule(&snapshot, &rule)?;
    if new.reason.chars().count() > 500 {
        return Err(Problem::field("reason", "write at most 500 characters"));
    }
    let now = now(&snapshot);
    let until = match (new.for_seconds, new.until.as_deref()) {
        (Some(_), Some(_)) => return Err(Problem::conflict("until", "give for_seconds or until, not both")),
        (seconds, None) => {
            let seconds = seconds.unwrap_or(USUAL_SILENCE);
            if !(1..=MAX_SILENCE.as_secs()).contains(&seconds) {
                return Err(Problem::field("for_seconds", BOUNDS));
            }
            now.plus(Duration::from_secs(seconds))
        }
        (None, Some(text)) => when::read("until", text, now)?,
    };
    if until <= now || until.since(now) > MAX_SILENCE {
        return Err(Problem::conflict("until", BOUNDS));
    }
    let reason: Arc<str> = new.reason.trim().into();
    let command = AlertCommand::Silence(rule.as_str().into(), Some(until), reason);
    let is_done = |snapshot: &Snapshot| {
        let status = snapshot.alerts.rule(&rule)?;
        status.silence.as_ref().filter(|silence| silence.until == until).map(|_| state(status))
    };
    let silenced = carry_out(&api, Command::Alert(command), &REFUSALS, is_done).await?;
    Ok(answer::noted(answer::json(&silenced), format!("{rule} silenced")))
}

/// Ends a rule's silence.
#[utoipa::path(
    delete, path = "/alerts/rules/{rule}/silence", tag = "alerts",
    params(("rule" = String, Path, description = "The rule")),
    responses((status = 200, description = "The rule", body = RuleState))
)]
pub async fn unsilence(
    State(api): State<ApiState>,
    params: Params,
    Path(rule): Path<String>,
) -> Result<Response, Problem> {
    params.only(&[])?;
    super::rule(&api.snapshot(), &rule)?;
    let command = AlertCommand::Silence(rule.as_str().into(), None, "".into());
    let is_done =
        |snapshot: &Snapshot| snapshot.alerts.rule(&rule).filter(|status| status.silence.is_none()).map(state);
    let status = carry_out(&api, Command::Alert(command), &REFUSALS, is_done).await?;
    Ok(answer::noted(answer::json(&status), format!("silence of {rule} ended")))
}

/// A rule's text.
#[derive(Debug, Clone, PartialEq, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewRule {
    /// The rule, as `/alerts/rules` lists it.
    #[schema(
        example = "(id: \"cpu-high\", name: \"CPU above 90 %\", when: [\"system.cpu.utilization > 90 %\"], for: \"5 min\")"
    )]
    pub text: String,
}

/// Writes a rule: a new one, or in the place of the one of that name.
#[utoipa::path(
    put, path = "/alerts/rules/{rule}", tag = "alerts", request_body = NewRule,
    params(("rule" = String, Path, description = "The rule's name, which stands in its text too")),
    responses(
        (status = 200, description = "The rule, changed", body = RuleState),
        (status = 201, description = "The rule, new", body = RuleState),
    )
)]
pub async fn put_rule(
    State(api): State<ApiState>,
    params: Params,
    Path(id): Path<String>,
    Body(new): Body<NewRule>,
) -> Result<Response, Problem> {
    params.only(&[])?;
    let rule = read_rule(&new.text).map_err(|problems| {
        let faults: Vec<&str> = problems.iter().map(|problem| &*problem.text).collect();
        // The document cannot say what a rule's text is like: what does not suit its place is a conflict (RFC 9110,
        // section 9.3.4).
        Problem::conflict("text", faults.join("; "))
    })?;
    if *rule.id != *id {
        return Err(Problem::conflict("text", format!("the text is of the rule {}, the address of {id}", rule.id)));
    }
    let before = api.snapshot().alerts.rule(&id).map(|status| status.rule.clone());
    let wanted = rule.clone();
    let command =
        AlertCommand::SaveRule { rule: Box::new(rule), replaces: before.as_ref().map(|rule| rule.id.clone()) };
    let is_done = |snapshot: &Snapshot| snapshot.alerts.rule(&id).filter(|status| *status.rule == wanted).map(state);
    let written = carry_out(&api, Command::Alert(command), &REFUSALS, is_done).await?;
    let status = if before.is_some() { StatusCode::OK } else { StatusCode::CREATED };
    Ok(answer::noted(answer::json_with(status, &written), format!("rule {id} written")))
}

/// Deletes a rule.
#[utoipa::path(
    delete, path = "/alerts/rules/{rule}", tag = "alerts",
    params(("rule" = String, Path, description = "The rule")),
    responses((status = 204, description = "It is gone"))
)]
pub async fn delete_rule(
    State(api): State<ApiState>,
    params: Params,
    Path(id): Path<String>,
) -> Result<Response, Problem> {
    params.only(&[])?;
    super::rule(&api.snapshot(), &id)?;
    let command = Command::Alert(AlertCommand::DeleteRule(id.as_str().into()));
    carry_out(&api, command, &REFUSALS, |snapshot| snapshot.alerts.rule(&id).is_none().then_some(())).await?;
    Ok(answer::noted(answer::empty(), format!("rule {id} deleted")))
}
