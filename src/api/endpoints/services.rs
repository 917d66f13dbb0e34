//! `GET /services` and `GET /services/{service}`: the user's own services and what they do.

use axum::extract::{Path, State};
use axum::response::Response;
use serde::Serialize;
use utoipa::ToSchema;

use super::answer;
use super::params::Params;
use super::runs;
use super::when::Moment;
use super::words;
use crate::analysis::service_words::requests;
use crate::api::{ApiState, Problem};
use crate::model::service::{self as model, CheckState, TargetState};

/// All services.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct Services {
    /// Services, by name.
    pub services: Vec<Service>,
    /// Targets that are scraped.
    pub targets: Vec<Target>,
    /// Health checks.
    pub checks: Vec<Check>,
    /// What came in and what was lost since the start.
    pub intake: Intake,
}

/// One service.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct Service {
    /// Its name.
    pub name: String,
    /// `fine`, `warning`, `critical` or `silent`.
    pub level: &'static str,
    /// How it does, in a sentence.
    pub sentence: String,
    /// Its version; empty where it is not told.
    pub version: String,
    /// Instances that reported of late.
    pub n_instances: u32,
    /// When it was last heard of.
    pub last_at: Moment,
    /// Its requests; `null` where it reports none.
    pub requests: Option<Flow>,
    /// The process that serves it; `null` where it is not known.
    pub pid: Option<u32>,
    /// How far it is, where Perfdesk runs it: `stopped`, `waiting`, `starting`, `warming_up`, `ready`, `degraded`,
    /// `stopping`, `backing_off` or `failed`; `null` where Perfdesk does not run it.
    pub run: Option<&'static str>,
}

/// Calls of one kind, over the newest minute.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, ToSchema)]
pub struct Flow {
    /// Calls each second.
    pub per_second: f64,
    /// The share of them that failed, 0 to 1.
    pub error_ratio: Option<f64>,
    /// Mean duration.
    pub mean_seconds: Option<f64>,
    /// Median.
    pub p50_seconds: Option<f64>,
    /// 95th percentile.
    pub p95_seconds: Option<f64>,
    /// 99th percentile.
    pub p99_seconds: Option<f64>,
}

/// A route, an operation or a function.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct Named {
    /// Its name.
    pub name: String,
    /// Its calls.
    pub calls: Flow,
}

/// Errors of one kind.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct Errors {
    /// The kind.
    pub kind: String,
    /// What the newest said.
    pub message: String,
    /// How many were seen.
    pub n: u64,
    /// The newest.
    pub last_at: Moment,
}

/// A pool of connections.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct Pool {
    /// Its name.
    pub name: String,
    /// Connections in use.
    pub used: Option<f64>,
    /// Connections at rest.
    pub idle: Option<f64>,
    /// Connections it may open.
    pub max: Option<f64>,
    /// Requests that wait for one.
    pub pending: Option<f64>,
}

/// One service in full.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct ServiceDetail {
    /// The service.
    pub service: Service,
    /// How Perfdesk runs it; `null` where it does not.
    pub run: Option<runs::Run>,
    /// Its routes.
    pub routes: Vec<Named>,
    /// Its operations on databases.
    pub operations: Vec<Named>,
    /// What it calls.
    pub dependencies: Vec<Named>,
    /// Its functions.
    pub functions: Vec<Named>,
    /// Its pools.
    pub pools: Vec<Pool>,
    /// Its errors.
    pub errors: Vec<Errors>,
}

/// A target.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct Target {
    /// Its name.
    pub name: String,
    /// Whether it answers; `null` where that is not known yet.
    pub is_up: Option<bool>,
    /// Why it does not; empty where it does.
    pub why: String,
}

/// A health check.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct Check {
    /// Its name.
    pub name: String,
    /// The service it speaks of.
    pub service: String,
    /// Whether it is healthy; `null` where that is not known yet.
    pub is_healthy: Option<bool>,
    /// Why it is not; empty where it is.
    pub why: String,
    /// The share of the last 24 h in which it was healthy, 0 to 1.
    pub day_ratio: Option<f64>,
}

/// What came in and what was lost since the start.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, ToSchema)]
pub struct Intake {
    /// Requests taken.
    pub n_requests: u64,
    /// Requests refused.
    pub n_refused: u64,
    /// Data points taken.
    pub n_points: u64,
    /// Data points left out.
    pub n_points_left_out: u64,
    /// Spans taken.
    pub n_spans: u64,
    /// Spans left out.
    pub n_spans_left_out: u64,
    /// Series refused because there are too many.
    pub n_series_refused: u64,
}

/// The services, with what is scraped and checked.
#[utoipa::path(
    get, path = "/services", tag = "machine",
    responses((status = 200, description = "Services", body = Services))
)]
pub async fn services(State(api): State<ApiState>, params: Params) -> Result<Response, Problem> {
    params.only(&[])?;
    let all = &api.snapshot().services;
    Ok(answer::json(&Services {
        services: all.list.iter().map(|service| brief(service, all)).collect(),
        targets: all.targets.iter().map(target).collect(),
        checks: all.checks.iter().map(check).collect(),
        intake: intake(&all.intake),
    }))
}

/// One service: its routes, operations, dependencies, functions, pools and errors.
#[utoipa::path(
    get, path = "/services/{service}", tag = "machine",
    params(("service" = String, Path, description = "Its name", example = "checkout")),
    responses((status = 200, description = "The service", body = ServiceDetail))
)]
pub async fn service(
    State(api): State<ApiState>,
    Path(name): Path<String>,
    params: Params,
) -> Result<Response, Problem> {
    params.only(&[])?;
    let snapshot = api.snapshot();
    let found = snapshot
        .services
        .service(&name)
        .ok_or_else(|| Problem::not_found(format!("There is no service {name}: /services lists them")))?;
    Ok(answer::json(&detail(found, &snapshot.services)))
}

fn brief(service: &model::Service, all: &model::Services) -> Service {
    Service {
        name: service.name.to_string(),
        level: words::service_level(service.level),
        sentence: service.sentence.to_string(),
        version: service.identity.version.to_string(),
        n_instances: service.identity.n_instances,
        last_at: Moment(service.last_at),
        requests: requests(service).map(flow),
        pid: service.process.as_ref().map(|process| process.key.pid),
        run: all.run(&service.name).map(|run| runs::phase(&run.phase)),
    }
}

fn detail(found: &model::Service, all: &model::Services) -> ServiceDetail {
    let (metrics, spans) = (&found.metrics, &found.spans);
    let named = |name: &str, calls: &model::Flow| Named { name: name.to_owned(), calls: flow(calls) };
    ServiceDetail {
        service: brief(found, all),
        run: all.run(&found.name).map(|run| runs::run(run)),
        routes: found.routes().iter().map(|row| named(&row.route, &row.flow)).collect(),
        operations: found.operations().iter().map(|row| named(&row.operation, &row.flow)).collect(),
        dependencies: found.dependencies().iter().map(|row| named(&row.name, &row.flow)).collect(),
        functions: spans.functions.iter().map(|row| named(&row.name, &row.flow)).collect(),
        pools: metrics.pools.iter().map(pool).collect(),
        errors: spans.errors.iter().map(errors).collect(),
    }
}

fn flow(flow: &model::Flow) -> Flow {
    let model::Flow { per_second, error_ratio, mean_seconds, p50_seconds, p95_seconds, p99_seconds, .. } = *flow;
    Flow { per_second, error_ratio, mean_seconds, p50_seconds, p95_seconds, p99_seconds }
}

fn pool(row: &model::PoolRow) -> Pool {
    Pool { name: row.name.to_string(), used: row.used, idle: row.idle, max: row.max, pending: row.pending }
}

fn errors(row: &model::ErrorRow) -> Errors {
    Errors { kind: row.kind.to_string(), message: row.message.to_string(), n: row.n, last_at: Moment(row.last_at) }
}

fn target(status: &model::TargetStatus) -> Target {
    let (is_up, why) = match &status.state {
        TargetState::Waiting => (None, String::new()),
        TargetState::Up => (Some(true), String::new()),
        TargetState::Down { why, .. } => (Some(false), why.to_string()),
    };
    Target { name: status.target.name.to_string(), is_up, why }
}

fn check(status: &model::CheckStatus) -> Check {
    let (is_healthy, why) = match &status.state {
        CheckState::Waiting => (None, String::new()),
        CheckState::Healthy(_) => (Some(true), String::new()),
        CheckState::Unhealthy { why, .. } => (Some(false), why.to_string()),
    };
    Check {
        name: status.check.name.to_string(),
        service: status.check.service().to_string(),
        is_healthy,
        why,
        day_ratio: status.uptime.day_ratio,
    }
}

fn intake(figures: &model::IntakeFigures) -> Intake {
    Intake {
        n_requests: figures.n_requests,
        n_refused: figures.n_refused,
        n_points: figures.n_points,
        n_points_left_out: figures.n_bad_points + figures.n_over_points,
        n_spans: figures.n_spans,
        n_spans_left_out: figures.n_bad_spans,
        n_series_refused: figures.n_over_series,
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;
    use crate::api::endpoints::made_up::{self, get, refused};
    use crate::model::{Snapshot, Timestamp};

    fn shop() -> Arc<model::Services> {
        let flow = model::Flow { per_second: 12.5, p95_seconds: Some(0.2), ..model::Flow::default() };
        let figures = model::StreamFigures {
            requests: Some(flow),
            routes: vec![model::RouteRow { route: "GET /cart".into(), flow }].into(),
            ..model::StreamFigures::default()
        };
        let checkout = model::Service {
            name: "checkout".into(),
            sentence: "checkout is fine: 12.5 req/s, p95 200 ms.".into(),
            last_at: Timestamp::from_millis(1_000),
            metrics: Arc::new(figures),
            ..model::Service::default()
        };
        let services = model::Services { list: vec![Arc::new(checkout)].into(), ..model::Services::default() };
        Arc::new(services)
    }

    #[test]
    fn services_are_listed_and_one_is_shown_in_full() {
        let state = made_up::state(Snapshot { services: shop(), ..made_up::of_series(&[]) });
        let json = |address: &str| -> serde_json::Value {
            let (status, body) = get(&state, address);
            assert_eq!(status, 200, "{body}");
            serde_json::from_str(&body).expect("JSON")
        };
        let listed = &json("/services")["services"][0];
        assert_eq!((&listed["name"], &listed["level"]), (&"checkout".into(), &"fine".into()));
        assert_eq!(listed["requests"]["p95_seconds"], 0.2);
        assert_eq!(listed["pid"], serde_json::Value::Null);
        let whole = json("/services/checkout");
        assert_eq!(whole["routes"][0]["name"], "GET /cart");
        assert_eq!(get(&state, "/services/none").0, 404);
        assert_eq!(refused(&state, "/services?limit=1"), (400, "limit".into()));
    }
}
