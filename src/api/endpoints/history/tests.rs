//! Questions to history, answered by a made-up engine.

use std::sync::mpsc::Receiver;
use std::thread;

use axum::http::Method;
use proptest::prelude::*;

use super::*;
use crate::api::endpoints::made_up::{self, NOW, ask, refused, request, series};
use crate::api::endpoints::routes;
use crate::engine::{Handle, Input};
use crate::model::{
    Bucket, Command, Curve, HistoryStatus, Notice, NoticeId, Severity, Tier, TimeRange, Unit, ViewCommand, ViewData,
    ViewId, ViewRange,
};

fn snapshot() -> Snapshot {
    made_up::of_series(&[
        (series("system.cpu.utilization", &[], Unit::Ratio, "CPU"), 0.5),
        (series("system.disk.io", &[("device", "sda")], Unit::BytesPerSecond, "Disk"), 1.0),
    ])
}

/// Answers questions with one sample a second, whose value is the second of its minute; gives what was asked.
fn serve(handle: Handle, inputs: Receiver<Input>) -> thread::JoinHandle<Vec<Command>> {
    thread::spawn(move || {
        let mut asked = Vec::new();
        while let Ok(Input::Command(command)) = inputs.recv() {
            if let Command::View(ViewCommand::Subscribe { id, request }) = &command {
                let ViewRange::Fixed(range) = request.range else { panic!("a part of the past") };
                let first = range.start.as_millis().div_euclid(1000) * 1000 - 1000;
                let at = (first..range.end.as_millis() + 1000).step_by(1000).map(Timestamp::from_millis);
                let bucket = |at: Timestamp| {
                    let value = (at.as_millis() / 1000 % 60) as f32;
                    Bucket { at, min: value, max: value, mean: value, count: 1, gap_before: false }
                };
                let buckets: Arc<[Bucket]> = at.map(bucket).collect();
                let curve = |series: &_| Curve { series: *series, buckets: buckets.clone() };
                let mut data = ViewData {
                    request: request.clone(),
                    range,
                    step: Duration::ZERO,
                    curves: request.series.iter().map(curve).collect(),
                    gaps: [TimeRange::ending_at(range.start.plus(Duration::from_secs(2)), Duration::from_secs(60))]
                        .into(),
                    is_loading: true,
                    tier: Tier::Minute,
                };
                for is_loading in [true, false] {
                    data.is_loading = is_loading;
                    let views = Arc::new([(*id, Arc::new(data.clone()))].into());
                    handle.publish(Snapshot { views, ..snapshot() });
                }
            }
            let is_last = matches!(command, Command::View(ViewCommand::Unsubscribe { .. }));
            asked.push(command);
            if is_last {
                break;
            }
        }
        asked
    })
}

fn answered(query: &str) -> (u16, axum::http::HeaderMap, String, Vec<Command>) {
    let (state, handle, inputs) = made_up::engine(snapshot());
    let engine = serve(handle, inputs);
    let address = format!("/performance/history?{query}");
    let (status, headers, body) = ask(routes(), &state, request(Method::GET, &address, &[], ""));
    drop(state);
    (status, headers, body, engine.join().expect("an engine"))
}

#[test]
fn buckets_of_a_step_come_out_of_samples_and_the_subscription_ends() {
    let query = "series=system.cpu.utilization&from=2026-11-28T07:58:30Z&to=2026-11-28T08:00:00Z&step=1min";
    let (status, headers, body, asked) = answered(query);
    let expect = concat!(
        r#"{"from":"2026-11-28T07:58:30.000Z","to":"2026-11-28T08:00:00.000Z","step_seconds":60.0,"#,
        r#""source_step_seconds":0.0,"tier":"minute","series":[{"series":"system.cpu.utilization","unit":"1","buckets":["#,
        r#"{"at":"2026-11-28T07:58:00.000Z","min":30.0,"max":59.0,"mean":44.5,"count":30},"#,
        r#"{"at":"2026-11-28T07:59:00.000Z","min":0.0,"max":59.0,"mean":29.5,"count":60}]}],"#,
        r#""gaps":[{"from":"2026-11-28T07:58:30.000Z","to":"2026-11-28T07:58:32.000Z"}],"next":null}"#,
    );
    assert_eq!((status, body.as_str(), headers.get("link")), (200, expect, None));
    let ids: Vec<ViewId> = asked
        .iter()
        .map(|command| match command {
            Command::View(ViewCommand::Subscribe { id, .. } | ViewCommand::Unsubscribe { id }) => *id,
            other => panic!("{other:?}"),
        })
        .collect();
    assert!(ids.len() == 2 && ids[0] == ids[1] && ids[0].is_of_api(), "{ids:?}");
}

#[test]
fn long_answers_come_in_pages_that_lead_on() {
    let mut query =
        "series=system.disk.io%7Bdevice%3D%22sda%22%7D&from=2026-11-28T00:00:00Z&to=2026-11-28T02:00:00Z&step=1&format=csv"
            .to_owned();
    let mut times = Vec::new();
    loop {
        let (status, headers, body, _) = answered(&query);
        assert_eq!(
            (status, &headers["content-type"]),
            (200, &"text/csv; charset=utf-8; header=present".parse().expect("a type"))
        );
        assert!(body.starts_with("at,series,unit,min,max,mean,count\n"), "{body}");
        times.extend(body.lines().skip(1).map(|line| line.split(',').next().unwrap_or_default().to_owned()));
        let Some(link) = headers.get("link") else { break };
        let link = link.to_str().expect("text");
        query = link.split(['?', '>']).nth(1).expect("a query").to_owned();
    }
    assert_eq!(
        (times.len(), times[0].as_str(), times[7199].as_str()),
        (7200, "2026-11-28T00:00:00.000Z", "2026-11-28T01:59:59.000Z")
    );
    assert!(times.windows(2).all(|pair| pair[0] < pair[1]));
    let (_, _, body, _) = answered(&query);
    assert!(body.contains(r#","system.disk.io{device=""sda""}",By/s,"#), "{body}");
}

#[test]
fn what_is_wrong_is_named() {
    let state = made_up::state(snapshot());
    let good = "series=system.cpu.utilization";
    for (query, status, field) in [
        ("", 400, "series"),
        ("series=a%7B", 404, "series"),
        ("series=system.cpu", 404, "series"),
        ("series=system.cpu.utilization&series=system.cpu.utilization", 400, "series"),
        ("GOOD&from=yesterday", 400, "from"),
        ("GOOD&from=now&to=-1h", 409, "from"),
        ("GOOD&from=-101000d", 409, "from"),
        ("GOOD&from=0001-01-01T00:00:00Z", 409, "from"),
        ("GOOD&to=soon", 400, "to"),
        ("GOOD&step=0", 409, "step"),
        ("GOOD&step=x", 400, "step"),
        ("GOOD&step=1&buckets=20", 409, "buckets"),
        ("GOOD&buckets=15", 400, "buckets"),
        ("GOOD&buckets=5001", 400, "buckets"),
        ("GOOD&format=xml", 400, "format"),
        ("GOOD&limit=1", 400, "limit"),
    ] {
        let address = format!("/performance/history?{}", query.replace("GOOD", good));
        assert_eq!(refused(&state, &address), (status, field.to_owned()), "{query}");
    }
}

#[test]
fn a_series_without_its_attributes_is_offered_with_them() {
    let state = made_up::state(snapshot());
    let (status, body) = made_up::get(&state, "/performance/history?series=system.disk.io");
    assert_eq!(status, 404);
    assert!(
        body.contains(r#"there is no series system.disk.io: did you mean system.disk.io{device=\"sda\"}?"#),
        "{body}"
    );
}

#[test]
fn history_that_cannot_be_read_answers_503_with_the_reason() {
    let address = "/performance/history?series=system.cpu.utilization";
    let closed =
        HistoryStatus { state: HistoryState::Closed { why: "its files are newer".into() }, ..HistoryStatus::default() };
    let state = made_up::state(Snapshot { history: Arc::new(closed), ..snapshot() });
    let (status, body) = made_up::get(&state, address);
    assert!(status == 503 && body.contains("history cannot be read: its files are newer"), "{body}");

    // The engine says in a notice why it could not read.
    let (state, handle, inputs) = made_up::engine(snapshot());
    let engine = thread::spawn(move || {
        let first = inputs.recv();
        let text = crate::engine::core::UNREADABLE.into();
        let notice = Notice { id: NoticeId(0), at: NOW, severity: Severity::Error, text, detail: "disk error".into() };
        handle.publish(Snapshot { notices: [notice].into(), ..snapshot() });
        (first.is_ok(), inputs.recv().is_ok())
    });
    let (status, body) = made_up::get(&state, address);
    assert!(status == 503 && body.contains("A part of history could not be read: disk error"), "{body}");
    assert_eq!(engine.join().expect("an engine"), (true, true), "asked, and ended");

    // Nobody takes the question in.
    let state = made_up::state(snapshot());
    assert_eq!(made_up::get(&state, address).0, 503);
}

proptest! {
    #[test]
    fn no_request_breaks_the_reading(
        from in "[-+:TZ0-9dhmsw. ]{0,24}", to in "[-+:TZ0-9dhmsw. ]{0,24}", step in "[0-9a-z.]{0,8}", n in any::<u64>(),
    ) {
        let snapshot = snapshot();
        let escaped = |text: &str| text.bytes().map(|b| format!("%{b:02x}")).collect::<String>();
        let cut = if n % 2 == 0 { format!("step={}", escaped(&step)) } else { format!("buckets={n}") };
        let query = format!("/x?series=system.cpu.utilization&from={}&to={}&{cut}", escaped(&from), escaped(&to));
        let params = Params::of(&query.parse().expect("an address")).expect("parameters");
        if let Ok(asked) = ask::read(&params, &snapshot, NOW) {
            prop_assert!(asked.page.start < asked.page.end && asked.page.end <= asked.range.end);
            prop_assert!((1..=20_000).contains(&asked.request().width_px));
        }
    }
}
