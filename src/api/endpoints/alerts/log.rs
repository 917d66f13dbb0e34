//! `GET /alerts/log`: alerts of the past, newest first.

use axum::extract::State;
use axum::response::Response;
use serde::Serialize;
use utoipa::ToSchema;

use crate::api::endpoints::answer::{self, finite};
use crate::api::endpoints::params::Params;
use crate::api::endpoints::when::Moment;
use crate::api::endpoints::words;
use crate::api::{ApiState, Problem};
use crate::model::alert::{AlertRecord, Alerting};

/// Alerts of a page where nothing is said.
const LIMIT: u64 = 100;

/// Alerts of the past.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct AlertLog {
    /// They, newest first.
    pub alerts: Vec<LoggedAlert>,
    /// Alerts that are kept and are older than the 1,000 that can be listed.
    pub n_older: usize,
    /// Where the next page is; `null` on the last.
    pub next: Option<String>,
}

/// One alert: from when it fired until it ended.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct LoggedAlert {
    /// Its number.
    pub id: u64,
    /// The rule.
    pub rule: String,
    /// The rule's name then.
    pub name: String,
    /// The rule's severity then.
    pub severity: String,
    /// Which instance.
    pub instance: String,
    /// What was said.
    pub text: String,
    /// Since when the condition held.
    pub pending_from: Moment,
    /// When it fired.
    pub started_at: Moment,
    /// When it ended.
    pub ended_at: Option<Moment>,
    /// `recovered`, `without_data` or `rule_changed`.
    pub ended: Option<&'static str>,
    /// Unit of the values, in UCUM.
    pub unit: String,
    /// The threshold.
    pub threshold: Option<f64>,
    /// The value farthest over the threshold.
    pub worst: Option<f64>,
    /// The mean while it fired.
    pub mean: Option<f64>,
    /// When a person took note of it.
    pub acknowledged_at: Option<Moment>,
    /// What a person wrote to it.
    pub note: String,
    /// The busiest processes when it fired.
    pub busiest: Vec<BusyThen>,
}

/// A process that was among the busiest.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct BusyThen {
    /// Its name.
    pub name: String,
    /// Cores in use.
    pub cpu_cores: f32,
}

/// Alerts of the past, newest first.
#[utoipa::path(
    get, path = "/alerts/log", tag = "alerts",
    params(
        ("limit" = Option<u32>, Query, description = "At most so many; 100 is usual", minimum = 1, maximum = 1000),
        ("before" = Option<u64>, Query, minimum = 0, maximum = 9_223_372_036_854_775_807_i64,
            description = "Only alerts with a lower number, for the next page"),
        ("rule" = Option<String>, Query, description = "Only alerts of this rule"),
    ),
    responses((status = 200, description = "Alerts", body = AlertLog))
)]
pub async fn log(State(api): State<ApiState>, params: Params) -> Result<Response, Problem> {
    params.only(&["limit", "before", "rule"])?;
    let limit = params.whole("limit", 1..=Alerting::MAX_LOG as u64)?.unwrap_or(LIMIT);
    let before = params.whole("before", 0..=i64::MAX as u64)?;
    let rule = params.one("rule")?;
    let snapshot = api.snapshot();
    let is_meant = |record: &&AlertRecord| {
        before.is_none_or(|before| record.id.0 < before) && rule.is_none_or(|rule| &*record.rule == rule)
    };
    let mut meant = snapshot.alerts.log.iter().filter(is_meant);
    let alerts: Vec<LoggedAlert> =
        meant.by_ref().take(usize::try_from(limit).unwrap_or(usize::MAX)).map(logged).collect();
    let next = alerts.last().filter(|_| meant.next().is_some()).map(|last| {
        // A rule's name is of letters that stand in an address as they are.
        let of_rule = rule.map(|rule| format!("&rule={rule}")).unwrap_or_default();
        format!("/alerts/log?limit={limit}&before={}{of_rule}", last.id)
    });
    Ok(answer::json(&AlertLog { alerts, n_older: snapshot.alerts.n_older, next }))
}

/// An alert of the log.
pub fn logged(record: &AlertRecord) -> LoggedAlert {
    LoggedAlert {
        id: record.id.0,
        rule: record.rule.to_string(),
        name: record.name.to_string(),
        severity: record.severity.to_string(),
        instance: record.instance.to_string(),
        text: record.text.to_string(),
        pending_from: Moment(record.pending_from),
        started_at: Moment(record.start),
        ended_at: record.end.map(Moment),
        ended: record.ended.map(words::end),
        unit: record.unit.to_string(),
        threshold: finite(record.threshold),
        worst: finite(record.worst),
        mean: finite(record.mean),
        acknowledged_at: record.acknowledged.map(Moment),
        note: record.note.to_string(),
        busiest: record
            .busiest
            .iter()
            .map(|(name, cores)| BusyThen { name: name.to_string(), cpu_cores: *cores })
            .collect(),
    }
}
