//! One request: past the guard, its body read within bounds, to its endpoint, and every refusal a problem document.

use std::any::Any;
use std::convert::Infallible;
use std::future::poll_fn;
use std::net::IpAddr;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::pin::pin;
use std::sync::Arc;
use std::task::Poll;
use std::time::Instant;

use axum::Router;
use axum::body::{Body, Bytes, to_bytes};
use axum::extract::MatchedPath;
use axum::http::{HeaderValue, Request, StatusCode, header, request::Parts};
use axum::response::{IntoResponse as _, Response};
use hyper::body::{Body as _, Incoming};
use hyper::service::Service as _;
use hyper_util::service::TowerToHyperService;

use super::counts::Counts;
use super::guard::{Caller, Guard, is_change, is_reading};
use super::limits::Limits;
use super::problem::Problem;
use super::shares::Shares;
use super::state::ApiState;
use super::teller::{Promise, Teller};
use crate::engine::own_work::{What, Work};
use crate::engine::pace::wall_time;
use crate::model::access::AuditEntry;
use crate::model::{Snapshot, Timestamp};

/// Bytes of a refusal in plain words that are taken over into a problem document.
const MAX_WORDS: usize = 4096;
/// Characters of a summary in the log.
const MAX_SUMMARY: usize = 200;

/// What an endpoint did, in a few words without secrets: put among the extensions of its answer, it stands in the log
/// of changes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Summary(pub String);

/// What all connections of one listener share.
pub struct Desk {
    /// For endpoints.
    pub state: ApiState,
    /// The endpoints.
    pub router: TowerToHyperService<Router>,
    /// Who may ask what.
    pub guard: Guard,
    /// Bounds.
    pub limits: Limits,
    /// Counters.
    pub counts: Arc<Counts>,
    /// The way to the engine.
    pub teller: Teller,
    /// Room for bodies.
    pub bodies: Arc<Shares>,
}

/// Answers a request. A handler that breaks down costs this answer alone.
///
/// # Errors
/// None.
pub async fn answer(desk: Arc<Desk>, peer: IpAddr, request: Request<Incoming>) -> Result<Response, Infallible> {
    desk.counts.requests.add();
    let own = desk.state.own_work();
    let noted = own.is_on().then(|| (Instant::now(), request.method().to_string()));
    let mut response = match whole(handle(&desk, peer, request)).await {
        Ok(response) => response,
        Err(_) => {
            desk.counts.panics.add();
            let detail = "the request could not be handled: that is a fault of Perfdesk and not of the request";
            Problem::new(StatusCode::INTERNAL_SERVER_ERROR, detail).into_response()
        }
    };
    if let Some((started, method)) = noted {
        let route = response.extensions().get::<MatchedPath>().map(|path| path.as_str().to_owned()).unwrap_or_default();
        let what = What::Request { method, route, status: response.status().as_u16() };
        own.note(Work { what, end: wall_time(), took: started.elapsed() });
    }
    let headers = response.headers_mut();
    // What is shown changes each second, and is nobody else's.
    headers.entry(header::CACHE_CONTROL).or_insert(HeaderValue::from_static("no-store"));
    headers.insert(header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    Ok(response)
}

async fn handle(desk: &Desk, peer: IpAddr, request: Request<Incoming>) -> Response {
    let (mut parts, body) = request.into_parts();
    let snapshot = desk.state.snapshot();
    let caller = match desk.guard.check(&parts, peer, &snapshot, &desk.counts) {
        Ok(caller) => caller,
        Err(problem) => return challenged(problem),
    };
    let Some(caller) = caller else { return ask(desk, parts, Body::empty()).await };
    desk.teller.used(&caller.token);
    parts.extensions.insert(caller.clone());
    if is_change(&parts) {
        return change(desk, peer, caller, &snapshot, parts, body).await;
    }
    drop(snapshot);
    if is_reading(&parts.method) {
        return ask(desk, parts, Body::empty()).await;
    }
    match read_body(desk, &caller.token, &parts, body).await {
        Ok(bytes) => ask(desk, parts, bytes.into()).await,
        Err(problem) => problem.into_response(),
    }
}

/// A change: none is made that does not come to stand in the log.
async fn change(
    desk: &Desk,
    peer: IpAddr,
    caller: Caller,
    snapshot: &Snapshot,
    parts: Parts,
    body: Incoming,
) -> Response {
    let promise = match desk.teller.promise() {
        Ok(promise) => promise,
        Err(problem) => return problem.into_response(),
    };
    let mut entry = Entry::new(promise, &caller, peer, &parts);
    let response = match desk.guard.check_change(&caller, snapshot) {
        Ok(()) => match read_body(desk, &caller.token, &parts, body).await {
            Ok(bytes) => ask(desk, parts, bytes.into()).await,
            Err(problem) => problem.into_response(),
        },
        Err(problem) => {
            desk.counts.refused.add();
            problem.into_response()
        }
    };
    entry.answered(&response);
    response
}

/// The entry of a change in the log. It is written when this goes: also where the handler broke down, or the client
/// went away, which is then answered by nobody.
struct Entry {
    promise: Option<Promise>,
    entry: AuditEntry,
}

impl Entry {
    fn new(promise: Promise, caller: &Caller, peer: IpAddr, parts: &Parts) -> Self {
        let entry = AuditEntry {
            at: Timestamp::default(),
            token: caller.token.clone(),
            peer: peer.to_canonical().to_string().into(),
            method: parts.method.as_str().into(),
            path: parts.uri.path().into(),
            summary: "".into(),
            status: StatusCode::INTERNAL_SERVER_ERROR.as_u16(),
        };
        Self { promise: Some(promise), entry }
    }

    fn answered(&mut self, response: &Response) {
        self.entry.status = response.status().as_u16();
        if let Some(Summary(text)) = response.extensions().get() {
            self.entry.summary = text.chars().take(MAX_SUMMARY).collect::<String>().into();
        }
    }
}

impl Drop for Entry {
    fn drop(&mut self) {
        if let Some(promise) = self.promise.take() {
            promise.keep(self.entry.clone());
        }
    }
}

/// Reads a body within its bounds.
async fn read_body(desk: &Desk, token: &Arc<str>, parts: &Parts, body: Incoming) -> Result<Bytes, Problem> {
    let limit = desk.limits.body_bytes;
    let too_large =
        || Problem::new(StatusCode::PAYLOAD_TOO_LARGE, format!("the body is too large: {limit} bytes at most"));
    // What says beforehand that it is too large is not read at all.
    let stated = parts.headers.get(header::CONTENT_LENGTH).and_then(|field| field.to_str().ok()?.parse::<u64>().ok());
    if stated.is_some_and(|n| n > limit as u64) || body.size_hint().lower() > limit as u64 {
        return Err(too_large());
    }
    if body.is_end_stream() {
        return Ok(Bytes::new());
    }
    let Some(_room) = desk.bodies.take(token) else {
        return Err(Problem::busy("too many bodies of this token are being read; nothing was changed", 1));
    };
    match tokio::time::timeout(desk.limits.body, to_bytes(Body::new(body), limit)).await {
        Ok(Ok(bytes)) => Ok(bytes),
        // Either it went on beyond the limit, or the client broke off and reads no answer.
        Ok(Err(_)) => Err(too_large()),
        Err(_) => {
            desk.counts.timed_out.add();
            let detail = format!("the body did not come within {} s", desk.limits.body.as_secs_f64());
            Err(Problem::new(StatusCode::REQUEST_TIMEOUT, detail))
        }
    }
}

/// Asks the endpoint; what it refuses in plain words becomes a problem document.
async fn ask(desk: &Desk, parts: Parts, body: Body) -> Response {
    let path_of_request = parts.uri.path().to_owned();
    let method = parts.method.clone();
    let response = match desk.router.call(Request::from_parts(parts, body)).await {
        Ok(response) => response,
        Err(never) => match never {},
    };
    if !(response.status().is_client_error() || response.status().is_server_error()) || is_problem(&response) {
        return response;
    }
    let (parts, body) = response.into_parts();
    let words = to_bytes(body, MAX_WORDS).await.unwrap_or_default();
    let said = String::from_utf8_lossy(&words).trim().to_owned();
    let detail = match parts.status {
        StatusCode::NOT_FOUND if said.is_empty() => {
            format!("there is no {path_of_request}: /openapi.json lists what there is")
        }
        StatusCode::METHOD_NOT_ALLOWED => {
            format!("{path_of_request} has no {method}: the header Allow names what it has")
        }
        _ if said.is_empty() => parts.status.canonical_reason().unwrap_or("the request was refused").to_lowercase(),
        _ => said,
    };
    let mut problem = Problem::new(parts.status, detail).into_response();
    if let Some(allow) = parts.headers.get(header::ALLOW) {
        problem.headers_mut().insert(header::ALLOW, allow.clone());
    }
    problem
}

fn is_problem(response: &Response) -> bool {
    response.headers().get(header::CONTENT_TYPE).is_some_and(|kind| kind == "application/problem+json")
}

/// A refusal; one for want of a token says how to give one.
fn challenged(problem: Problem) -> Response {
    let mut response = problem.into_response();
    if response.status() == StatusCode::UNAUTHORIZED {
        let how = HeaderValue::from_static("Bearer realm=\"perfdesk\"");
        response.headers_mut().insert(header::WWW_AUTHENTICATE, how);
    }
    response
}

/// A future's end, or what it broke down with.
async fn whole<T>(future: impl Future<Output = T>) -> Result<T, Box<dyn Any + Send>> {
    let mut future = pin!(future);
    poll_fn(|cx| match catch_unwind(AssertUnwindSafe(|| future.as_mut().poll(cx))) {
        Ok(Poll::Ready(value)) => Poll::Ready(Ok(value)),
        Ok(Poll::Pending) => Poll::Pending,
        Err(panic) => Poll::Ready(Err(panic)),
    })
    .await
}

#[cfg(test)]
mod tests {
    use axum::routing::get;
    use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
    use tokio::sync::watch;

    use super::*;
    use crate::api::connection::serve;
    use crate::api::endpoints::made_up;
    use crate::api::guard::Hosts;

    async fn breaks_down() -> &'static str {
        panic!("made up")
    }

    /// A desk whose `/healthz` breaks down.
    fn desk(limits: Limits) -> Arc<Desk> {
        let state = made_up::state(made_up::of_series(&[]));
        let routes = Router::new().route("/healthz", get(breaks_down));
        let own = IpAddr::from([127, 0, 0, 1]);
        Arc::new(Desk {
            state: state.clone(),
            router: TowerToHyperService::new(routes.with_state(state)),
            guard: Guard::new(limits, Hosts { address: own, names: Vec::new(), is_tls: false }, false),
            limits,
            counts: Arc::default(),
            teller: Teller::new().0,
            bodies: Shares::new(limits.n_bodies),
        })
    }

    /// What a desk says on one connection to this, until it closes it.
    fn said(desk: &Arc<Desk>, sent: &str) -> String {
        made_up::runtime().block_on(async {
            let (near, mut far) = tokio::io::duplex(64 * 1024);
            let (_stop, stopping) = watch::channel(false);
            let serving = serve(near, [127, 0, 0, 1].into(), desk.clone(), stopping);
            let mut answers = String::new();
            let asking = async {
                far.write_all(sent.as_bytes()).await.expect("sent");
                far.read_to_string(&mut answers).await.expect("text");
            };
            tokio::join!(serving, asking);
            answers
        })
    }

    #[test]
    fn a_handler_that_breaks_down_costs_its_answer_alone() {
        let desk = desk(Limits::default());
        let get = |path: &str, more: &str| format!("GET {path} HTTP/1.1\r\nHost: localhost\r\n{more}\r\n");
        let answers = said(&desk, &(get("/healthz", "") + &get("/readyz", "Connection: close\r\n")));
        let (first, second) = answers.split_at(answers.rfind("HTTP/1.1 ").expect("two answers"));
        assert!(first.starts_with("HTTP/1.1 500 Internal Server Error\r\n"), "{first}");
        assert!(first.contains("content-type: application/problem+json\r\n"), "{first}");
        assert!(first.contains("a fault of Perfdesk") && !first.contains("made up"), "{first}");
        assert!(second.starts_with("HTTP/1.1 404 Not Found\r\n"), "the same connection goes on: {second}");
        assert!(said(&desk, &get("/readyz", "Connection: close\r\n")).starts_with("HTTP/1.1 404"), "and new ones");
        assert_eq!((desk.counts.panics.get(), desk.counts.requests.get()), (1, 3));
    }

    #[test]
    fn a_slow_head_is_told_so_and_a_silent_client_is_not() {
        let desk = desk(Limits { head: std::time::Duration::from_millis(20), ..Limits::default() });
        let answer = said(&desk, "GET /healthz HTTP/1.1\r\nHost: local");
        assert!(answer.starts_with("HTTP/1.1 408 Request Timeout\r\n"), "{answer}");
        let (head, body) = answer.split_once("\r\n\r\n").expect("a head and a body");
        assert!(head.contains(&format!("content-length: {}", body.len())) && head.contains("connection: close"));
        let problem: serde_json::Value = serde_json::from_str(body).expect("JSON");
        assert_eq!(problem["status"], 408);
        assert_eq!(said(&desk, ""), "");
        assert_eq!(desk.counts.timed_out.get(), 2);
    }
}
