//! The endpoints, each a view of the snapshot or a command to the engine.

mod alerts;
mod annotations;
mod answer;
mod body;
mod config;
mod databases;
mod events;
mod exposition;
mod exposition_own;
mod history;
mod jobs;
mod kept;
#[cfg(test)]
pub(super) mod made_up;
mod metrics;
mod openapi;
mod outcome;
mod params;
mod pattern;
mod processes;
mod ready;
mod reports;
mod runs;
mod services;
mod status;
mod suggestions;
mod tuning_bodies;
mod when;
mod words;

use axum::Router;
use axum::extract::{DefaultBodyLimit, MatchedPath, Request};
use axum::middleware::{Next, from_fn};
use axum::response::Response;
use axum::routing::{MethodRouter, get, post, put};

pub use self::kept::Kept;
pub(super) use self::outcome::Before;
use super::state::ApiState;

/// Greatest length of a body, bytes.
pub const MAX_BODY: usize = 1024 * 1024;

/// Every endpoint behind the token, by path.
fn table() -> Vec<(&'static str, MethodRouter<ApiState>)> {
    vec![
        ("/performance/status", get(status::status)),
        ("/performance/metrics", get(metrics::metrics)),
        ("/performance/history", get(history::history)),
        ("/performance/suggestions", get(suggestions::suggestions)),
        ("/metrics", get(metrics::scrape)),
        ("/processes", get(processes::processes)),
        ("/databases", get(databases::databases)),
        ("/databases/{database}", get(databases::database)),
        ("/services", get(services::services)),
        ("/services/{service}", get(services::service)),
        ("/services/{service}/start", post(runs::start)),
        ("/services/{service}/stop", post(runs::stop)),
        ("/services/{service}/restart", post(runs::restart)),
        ("/services/{service}/output", get(runs::output)),
        ("/alerts", get(alerts::alerts)),
        ("/alerts/log", get(alerts::log)),
        ("/alerts/log/{alert}/acknowledge", post(alerts::acknowledge_logged)),
        ("/alerts/rules", get(alerts::rules)),
        ("/alerts/rules/{rule}", put(alerts::put_rule).delete(alerts::delete_rule)),
        ("/alerts/rules/{rule}/silence", post(alerts::silence).delete(alerts::unsilence)),
        ("/alerts/{rule}/{instance}/acknowledge", post(alerts::acknowledge)),
        ("/annotations", get(annotations::list).post(annotations::add)),
        ("/reports", get(reports::reports)),
        ("/runs", get(reports::runs)),
        ("/performance/optimize", post(config::optimize)),
        ("/config/performance", get(config::get).put(config::put)),
        ("/config/profiles", get(config::profiles)),
        ("/config/profile/{environment}", post(config::switch)),
        ("/jobs", get(jobs::list)),
        ("/jobs/{id}", get(jobs::get).delete(jobs::cancel)),
        ("/jobs/{id}/confirm", post(jobs::confirm)),
        ("/events", get(events::events)),
        ("/openapi.json", get(openapi::document)),
        ("/docs", get(openapi::page)),
    ]
}

/// Every endpoint that anybody may ask.
fn open_table() -> Vec<(&'static str, MethodRouter<ApiState>)> {
    vec![("/healthz", get(ready::healthz)), ("/readyz", get(ready::readyz))]
}

/// Every endpoint behind the token.
pub fn routes() -> Router<ApiState> {
    router(table())
}

/// What needs no token: whether the process works.
pub fn open_routes() -> Router<ApiState> {
    router(open_table())
}

fn router(table: Vec<(&'static str, MethodRouter<ApiState>)>) -> Router<ApiState> {
    let add =
        |router: Router<ApiState>, (path, methods): (&'static str, MethodRouter<ApiState>)| router.route(path, methods);
    let routes = table.into_iter().fold(Router::new(), add);
    routes.route_layer(from_fn(with_route)).layer(DefaultBodyLimit::max(MAX_BODY))
}

/// Says with the answer which endpoint gave it.
async fn with_route(path: MatchedPath, request: Request, next: Next) -> Response {
    let mut response = next.run(request).await;
    response.extensions_mut().insert(path);
    response
}
