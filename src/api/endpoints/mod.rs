//! The endpoints, each a view of the snapshot or a command to the engine.

mod answer;
mod exposition;
mod exposition_own;
mod history;
mod kept;
#[cfg(test)]
mod made_up;
mod metrics;
mod params;
mod pattern;
mod ready;
mod status;
mod when;
mod words;

use axum::Router;
use axum::extract::DefaultBodyLimit;
use axum::routing::{MethodRouter, get};

pub use self::kept::Kept;
use super::state::ApiState;

/// Greatest length of a body, bytes.
pub const MAX_BODY: usize = 1024 * 1024;

/// Every endpoint behind the token, by path.
fn table() -> Vec<(&'static str, MethodRouter<ApiState>)> {
    vec![
        ("/performance/status", get(status::status)),
        ("/performance/metrics", get(metrics::metrics)),
        ("/performance/history", get(history::history)),
        ("/metrics", get(metrics::scrape)),
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
    table.into_iter().fold(Router::new(), add).layer(DefaultBodyLimit::max(MAX_BODY))
}
