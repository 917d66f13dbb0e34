//! The endpoints, each a view of the snapshot or a command to the engine.

use axum::Router;

use super::state::ApiState;

/// Every endpoint behind the token.
pub fn routes() -> Router<ApiState> {
    Router::new()
}
