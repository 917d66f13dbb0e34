//! Alerts: how they stand, their log, their rules, and what a client may do about them.

pub mod act;
pub mod log;
pub mod rules;
#[cfg(test)]
mod tests;

use axum::extract::State;
use axum::response::Response;
use serde::Serialize;
use utoipa::ToSchema;
use utoipa::openapi::schema::{ObjectBuilder, Type};
use utoipa::openapi::{RefOr, Schema};

pub use self::act::{acknowledge, acknowledge_logged, delete_rule, put_rule, silence, unsilence};
pub use self::log::{LoggedAlert, log, logged};
pub use self::rules::rules;
use super::answer::{self, finite};
use super::params::Params;
use super::when::Moment;
use super::words;
use crate::api::{ApiState, Problem};
use crate::model::Snapshot;
use crate::model::alert::{InstanceStatus, Phase, RuleStatus};

/// How alerts stand.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct Alerts {
    /// Instances that fire, over all rules that are neither paused nor silenced.
    pub n_firing: usize,
    /// Instances that are not calm, or those that were asked for.
    pub alerts: Vec<AlertInstance>,
    /// Why the rules' file is not in force; empty where it is.
    pub file_error: String,
}

/// One instance of a rule.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct AlertInstance {
    /// The rule.
    pub rule: String,
    /// The rule's name.
    pub name: String,
    /// `info`, `warning` or `critical`.
    pub severity: &'static str,
    /// Which instance: a series, or the attributes of a group.
    pub instance: String,
    /// Its name for people; may be empty.
    pub instance_name: String,
    /// `firing`, `error`, `pending`, `recovering`, `no_data` or `inactive`.
    pub phase: &'static str,
    /// The newest value of the rule's term.
    pub value: Option<f64>,
    /// The threshold.
    pub threshold: Option<f64>,
    /// Unit of both, in UCUM.
    pub unit: Option<&'static str>,
    /// How long the condition, or the recovery, was observed to hold.
    pub held_seconds: f64,
    /// Since when it is in this phase.
    pub since: Moment,
    /// Its number in `/alerts/log`, once it fired.
    pub alert: Option<u64>,
    /// Whether a person took note of it.
    pub is_acknowledged: bool,
    /// Until when its rule is silenced.
    pub silenced_until: Option<Moment>,
    /// Why it is in this phase.
    pub reason: String,
}

/// Phases, the loudest first.
const PHASES: [Phase; 6] =
    [Phase::Firing, Phase::Error, Phase::Pending, Phase::Recovering, Phase::NoData, Phase::Inactive];

/// A phase to ask for, for the document.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct WantedPhase;

impl utoipa::PartialSchema for WantedPhase {
    fn schema() -> RefOr<Schema> {
        let words = PHASES.map(words::phase).into_iter().chain(["all"]);
        ObjectBuilder::new().schema_type(Type::String).enum_values(Some(words)).into()
    }
}

impl ToSchema for WantedPhase {}

/// How alerts stand: those that are not calm, unless a phase is asked for.
#[utoipa::path(
    get, path = "/alerts", tag = "alerts",
    params(
        ("phase" = inline(Option<WantedPhase>), Query, description = "Only instances of this phase, or `all`", example = "firing"),
        ("rule" = Option<String>, Query, description = "Only instances of this rule", example = "cpu-high"),
    ),
    responses((status = 200, description = "Alerts", body = Alerts))
)]
pub async fn alerts(State(api): State<ApiState>, params: Params) -> Result<Response, Problem> {
    params.only(&["phase", "rule"])?;
    let options: Vec<(&str, Option<Phase>)> =
        PHASES.iter().map(|phase| (words::phase(*phase), Some(*phase))).chain([("all", None)]).collect();
    let phase = params.choice("phase", &options)?;
    let snapshot = api.snapshot();
    let rule = params.one("rule")?.map(|id| rule(&snapshot, id)).transpose()?;
    let is_meant = |instance: &InstanceStatus| match phase {
        None => instance.phase != Phase::Inactive,
        Some(wanted) => wanted.is_none_or(|wanted| instance.phase == wanted),
    };
    let rules = snapshot.alerts.rules.iter();
    let of_rules = rules.filter(|status| rule.is_none_or(|rule| rule.rule.id == status.rule.id));
    let alerts = of_rules.flat_map(|status| {
        let meant = status.instances.iter().filter(|instance| is_meant(instance));
        meant.map(|instance| of_instance(status, instance, &snapshot)).collect::<Vec<_>>()
    });
    Ok(answer::json(&Alerts {
        n_firing: snapshot.alerts.n_firing,
        alerts: alerts.collect(),
        file_error: snapshot.alerts.file_error.to_string(),
    }))
}

/// The rule of this name.
///
/// # Errors
/// 404.
fn rule<'a>(snapshot: &'a Snapshot, id: &str) -> Result<&'a RuleStatus, Problem> {
    snapshot.alerts.rule(id).ok_or_else(|| {
        let ids = snapshot.alerts.rules.iter().map(|status| &*status.rule.id);
        let meant = crate::model::nearest::did_you_mean(id, ids);
        Problem { field: Some("rule".into()), ..Problem::not_found(format!("there is no rule {id}{meant}")) }
    })
}

fn of_instance(status: &RuleStatus, instance: &InstanceStatus, snapshot: &Snapshot) -> AlertInstance {
    let threshold = status.rule.when.first().map(|condition| condition.threshold);
    let record = instance.alert.and_then(|id| snapshot.alerts.log.iter().find(|record| record.id == id));
    AlertInstance {
        rule: status.rule.id.to_string(),
        name: status.rule.name.to_string(),
        severity: words::rule_severity(status.rule.severity),
        instance: instance.key.to_string(),
        instance_name: instance.name.to_string(),
        phase: words::phase(instance.phase),
        value: instance.value.and_then(finite),
        threshold: threshold.and_then(|amount| finite(amount.value)),
        unit: threshold.map(|amount| amount.dimension.ucum()),
        held_seconds: instance.held.as_secs_f64(),
        since: Moment(instance.since),
        alert: instance.alert.map(|id| id.0),
        is_acknowledged: record.is_some_and(|record| record.acknowledged.is_some()),
        silenced_until: status.silence.as_ref().map(|silence| Moment(silence.until)),
        reason: instance.reason.to_string(),
    }
}
