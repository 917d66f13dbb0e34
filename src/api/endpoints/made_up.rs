//! Made-up snapshots and requests, for the tests of endpoints.

use std::sync::Arc;
use std::sync::mpsc::Receiver;
use std::time::Duration;

use axum::Router;
use axum::body::Body;
use axum::http::{Method, Request};

use crate::api::ApiState;
use crate::engine::{Handle, Input};
use crate::model::{
    HistoryState, HistoryStatus, ProbeId, SeriesDef, SeriesGroup, SeriesId, SeriesInfo, SeriesKey, Snapshot, Timestamp,
    Unit,
};

/// The time of made-up snapshots: 2026-11-28T08:00:00Z.
pub const NOW: Timestamp = Timestamp::from_millis(1_795_852_800_000);

/// A series of group CPU.
pub fn series(metric: &str, attributes: &[(&str, &str)], unit: Unit, name: &str) -> Arc<SeriesDef> {
    Arc::new(SeriesDef {
        key: SeriesKey::new(metric, attributes),
        unit,
        group: SeriesGroup::Cpu,
        name: name.into(),
        instance: "".into(),
        probe: ProbeId("fake"),
        cadence: None,
    })
}

/// A snapshot of these series with these values, with history open.
pub fn of_series(series: &[(Arc<SeriesDef>, f64)]) -> Snapshot {
    let info = |(id, (def, _)): (u32, &(Arc<SeriesDef>, f64))| SeriesInfo { id: SeriesId(id), def: def.clone() };
    Snapshot {
        seq: 7,
        at: Some(NOW),
        interval: Duration::from_secs(1),
        series: (0..).zip(series).map(info).collect(),
        latest: series.iter().map(|(_, value)| *value).collect(),
        history: Arc::new(HistoryStatus { state: HistoryState::Writing, ..HistoryStatus::default() }),
        ..Snapshot::default()
    }
}

/// A state of this snapshot with nobody behind it.
pub fn state(snapshot: Snapshot) -> ApiState {
    ApiState::new(Handle::new(snapshot).0, 4)
}

/// A state of this snapshot, with the engine's end of its handle.
pub fn engine(snapshot: Snapshot) -> (ApiState, Handle, Receiver<Input>) {
    let (handle, inputs) = Handle::new(snapshot);
    (ApiState::new(handle.clone(), 4), handle, inputs)
}

/// The answer of an endpoint behind the token.
pub fn get(state: &ApiState, address: &str) -> (u16, String) {
    let (status, _, body) = ask(super::routes(), state, request(Method::GET, address, &[], ""));
    (status, body)
}

/// The answer of an open endpoint.
pub fn get_open(state: &ApiState, address: &str) -> (u16, String) {
    let (status, _, body) = ask(super::open_routes(), state, request(Method::GET, address, &[], ""));
    (status, body)
}

/// The status and the field of a refusal.
pub fn refused(state: &ApiState, address: &str) -> (u16, String) {
    let (status, body) = get(state, address);
    (status, field(&body))
}

/// The field that a problem names.
pub fn field(body: &str) -> String {
    let problem: serde_json::Value = serde_json::from_str(body).expect(body);
    problem["field"].as_str().unwrap_or_default().to_owned()
}

/// A request.
pub fn request(method: Method, address: &str, headers: &[(&str, &str)], body: &str) -> Request<Body> {
    let mut request = Request::builder().method(method).uri(address);
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    request.body(Body::from(body.to_owned())).expect("a request")
}

/// The status, the headers and the body of an answer.
pub fn ask(routes: Router<ApiState>, state: &ApiState, request: Request<Body>) -> (u16, axum::http::HeaderMap, String) {
    runtime().block_on(answered(routes, state, request))
}

/// The same, within a runtime.
pub async fn answered(
    routes: Router<ApiState>,
    state: &ApiState,
    request: Request<Body>,
) -> (u16, axum::http::HeaderMap, String) {
    use tower::ServiceExt as _;
    let response = routes.with_state(state.clone()).oneshot(request).await.expect("an answer");
    let (parts, body) = response.into_parts();
    let body = axum::body::to_bytes(body, usize::MAX).await.expect("a body");
    (parts.status.as_u16(), parts.headers, String::from_utf8(body.to_vec()).expect("text"))
}

/// A runtime with a clock.
pub fn runtime() -> tokio::runtime::Runtime {
    tokio::runtime::Builder::new_current_thread().enable_time().build().expect("a runtime")
}
