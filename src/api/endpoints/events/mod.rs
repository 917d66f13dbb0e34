//! `GET /events`: what happens, as server-sent events (WHATWG HTML, section 9.2): ticks with the key figures, notices,
//! alerts and jobs. A client that does not keep up is told of the newest state: nothing is queued for it.

mod follow;
mod schema;
mod stream;
#[cfg(test)]
mod tests;

use std::time::Duration;

use axum::extract::State;
use axum::http::request::Parts;
use axum::http::{HeaderValue, header};
use axum::response::Response;

use self::follow::Follower;
pub use self::schema::Event;
use self::stream::Stream;
use super::params::Params;
use crate::api::guard::{Caller, Lease};
use crate::api::{ApiState, Problem};

/// Time after which a silent stream says that it lives.
const HEARTBEAT: Duration = Duration::from_secs(15);

/// What happens: `tick` with the key figures, `notice`, `alert` (fired, ended, acknowledged) and `job`. The header
/// `Last-Event-ID` brings the notices that came meanwhile.
#[utoipa::path(
    get, path = "/events", tag = "events",
    params(("Last-Event-ID" = Option<String>, Header, description = "The last id that was seen")),
    responses((status = 200, description = "Events, for as long as the client listens", body = Event,
        content_type = "text/event-stream"))
)]
pub async fn events(State(api): State<ApiState>, params: Params, parts: Parts) -> Result<Response, Problem> {
    params.only(&[])?;
    let caller = parts.extensions.get::<Caller>();
    let place = api.stream(&caller.map(|caller| caller.token.clone()).unwrap_or_default())?;
    let last = parts.headers.get("last-event-id").and_then(|id| id.to_str().ok());
    let follower = Follower::new(&api, last);
    let lease = caller.map(|caller| Lease::of(caller, &api.snapshot()));
    let stream = Stream::new(api, follower, place, HEARTBEAT).while_holds(lease);
    let mut response = Response::new(axum::body::Body::new(stream));
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("text/event-stream"));
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    Ok(response)
}
