//! Streams over made-up publications: what is told, what is skipped, and how many may listen.

use std::sync::Arc;
use std::time::Duration;

use axum::body::{Body, BodyDataStream};
use axum::http::Method;
use tower::ServiceExt as _;

use crate::api::ApiState;
use crate::api::endpoints::made_up::{self, NOW, request, runtime};
use crate::api::endpoints::routes;
use crate::engine::Handle;
use crate::model::alert::{AlertId, AlertRecord, Alerting};
use crate::model::{Notice, NoticeId, SeriesKey, Severity, Snapshot};

fn at(seconds: u64, notices: u64, alerts: &[AlertRecord]) -> Snapshot {
    let notice = |id| Notice {
        id: NoticeId(id),
        at: NOW,
        severity: Severity::Warning,
        text: format!("n{id}").into(),
        detail: "".into(),
    };
    Snapshot {
        seq: seconds,
        at: Some(NOW.plus(Duration::from_secs(seconds))),
        notices: (1..=notices).map(notice).collect(),
        alerts: Arc::new(Alerting { log: alerts.into(), ..Alerting::default() }),
        ..made_up::of_series(&[])
    }
}

fn alert(id: u64, has_ended: bool) -> AlertRecord {
    AlertRecord {
        id: AlertId(id),
        rule: "cpu".into(),
        name: "CPU".into(),
        severity: "warning".into(),
        instance: SeriesKey::new("a", &[]),
        text: "".into(),
        pending_from: NOW,
        start: NOW,
        end: has_ended.then_some(NOW),
        ended: None,
        unit: "1".into(),
        threshold: 1.0,
        worst: 2.0,
        mean: 2.0,
        n_values: 1,
        busiest: [].into(),
        busiest_unit: "{cpu}".into(),
        acknowledged: None,
        note: "".into(),
    }
}

async fn open(state: &ApiState, headers: &[(&str, &str)]) -> (u16, BodyDataStream) {
    let request = request(Method::GET, "/events", headers, "");
    let response = routes().with_state(state.clone()).oneshot(request).await.expect("an answer");
    let status = response.status().as_u16();
    (status, Body::into_data_stream(response.into_body()))
}

/// The next piece of a stream: each event as its name and what of its data tells it apart.
async fn told(stream: &mut BodyDataStream) -> Vec<String> {
    use std::future::poll_fn;
    use std::pin::Pin;
    let next = poll_fn(|cx| axum::body::HttpBody::poll_frame(Pin::new(stream), cx));
    let piece = tokio::time::timeout(Duration::from_secs(10), next).await.expect("in time");
    let Some(Ok(frame)) = piece else { return vec!["end".into()] };
    let text = String::from_utf8(frame.into_data().expect("data").to_vec()).expect("text");
    let events = text.split("\n\n").filter(|event| !event.is_empty());
    events
        .map(|event| {
            let field =
                |name: &str| event.lines().find_map(|line| line.strip_prefix(name)).unwrap_or_default().to_owned();
            let data: serde_json::Value = serde_json::from_str(&field("data: ")).unwrap_or_default();
            match field("event: ").as_str() {
                "tick" => format!("tick {}", data["seq"]),
                "notice" => format!("{} notice {}", field("id: "), data["text"]),
                "alert" => format!("alert {} {}", data["event"], data["alert"]["id"]),
                _ => event.to_owned(),
            }
        })
        .collect()
}

fn publish(handle: &Handle, snapshot: Snapshot) {
    handle.publish(snapshot);
}

#[test]
fn a_client_is_told_of_what_happens_and_skips_what_it_missed() {
    runtime().block_on(async {
        let (state, handle, _inputs) = made_up::engine(at(0, 2, &[alert(1, false)]));
        let (status, mut stream) = open(&state, &[]).await;
        assert_eq!(status, 200);
        assert_eq!(told(&mut stream).await, ["retry: 2000", "tick 0"]);
        publish(&handle, at(1, 3, &[alert(1, false)]));
        assert_eq!(told(&mut stream).await, ["0-3 notice \"n3\"", "tick 1"]);
        // Three publications while the client does not listen are one piece.
        publish(&handle, at(2, 3, &[alert(2, false), alert(1, true)]));
        publish(&handle, at(3, 4, &[alert(2, false), alert(1, true)]));
        publish(&handle, at(4, 4, &[alert(3, true), alert(2, false), alert(1, true)]));
        let expect = [
            "0-4 notice \"n4\"",
            "alert \"ended\" 1",
            "alert \"fired\" 2",
            "alert \"fired\" 3",
            "alert \"ended\" 3",
            "tick 4",
        ];
        assert_eq!(told(&mut stream).await, expect);
    });
}

#[test]
fn a_client_that_comes_again_is_told_of_the_notices_in_between() {
    runtime().block_on(async {
        let state = made_up::state(at(0, 4, &[]));
        for (last, expect) in [
            ("0-2", &["retry: 2000", "0-3 notice \"n3\"", "0-4 notice \"n4\"", "tick 0"][..]),
            ("0-4", &["retry: 2000", "tick 0"]),
            (
                "99-4",
                &[
                    "retry: 2000",
                    "0-1 notice \"n1\"",
                    "0-2 notice \"n2\"",
                    "0-3 notice \"n3\"",
                    "0-4 notice \"n4\"",
                    "tick 0",
                ],
            ),
        ] {
            let (_, mut stream) = open(&state, &[("last-event-id", last)]).await;
            assert_eq!(told(&mut stream).await, expect, "{last}");
        }
    });
}

#[test]
fn a_silent_stream_says_that_it_lives() {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_time().build().expect("a runtime");
    runtime.block_on(async {
        let (state, _handle, _inputs) = made_up::engine(at(0, 0, &[]));
        let follower = super::Follower::new(&state, None);
        let place = state.stream(&"ci".into()).expect("a place");
        let stream = super::Stream::new(state.clone(), follower, place, Duration::from_millis(1));
        let mut stream = Body::new(stream).into_data_stream();
        assert_eq!(told(&mut stream).await, ["retry: 2000", "tick 0"]);
        assert_eq!(told(&mut stream).await, [": alive"]);
    });
}

#[test]
fn only_so_many_may_listen_and_a_place_is_given_back() {
    runtime().block_on(async {
        let state = made_up::state(at(0, 0, &[]));
        let mut open_streams = Vec::new();
        // No token has more than half of the places.
        for _ in 0..2 {
            open_streams.push(open(&state, &[]).await);
        }
        assert!(open_streams.iter().all(|(status, _)| *status == 200));
        assert_eq!(open(&state, &[]).await.0, 503);
        assert!(state.stream(&"another".into()).is_ok(), "another token has its own share");
        open_streams.pop();
        assert_eq!(open(&state, &[]).await.0, 200);
    });
}
