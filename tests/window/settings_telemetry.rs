//! The sections of the settings about other servers: endpoints that samples are sent on to, and sources that are asked.

use std::sync::Arc;
use std::time::Duration;

use eframe::egui::accesskit::Role;
use perfdesk::model::profile::Secret;
use perfdesk::model::remote_write::*;
use perfdesk::model::source::*;
use perfdesk::model::*;
use perfdesk::ui::Page;

use crate::support::{Window, snapshot};

fn endpoint(name: &str) -> Endpoint {
    Endpoint { name: name.into(), url: "http://127.0.0.1:9090/api/v1/write".into(), ..Endpoint::default() }
}

/// A world with one endpoint that waits.
fn waiting() -> Snapshot {
    let world = snapshot();
    let now = world.at.expect("a world with data");
    let counts = SendCounts {
        n_sent: 12_000,
        n_series: 40,
        n_behind: 900,
        behind_since: Some(now.minus(Duration::from_secs(120))),
        queue_bytes: 3_000_000,
        ..SendCounts::default()
    };
    let state =
        SendState::Waiting { until: now.plus(Duration::from_secs(30)), why: "127.0.0.1:9090 answered 503".into() };
    let status =
        EndpointStatus { endpoint: endpoint("home"), state, counts, has_secret: true, ..EndpointStatus::default() };
    Snapshot {
        remote_write: Arc::new(RemoteWriting { endpoints: [status].into(), ..RemoteWriting::default() }),
        ..world
    }
}

fn open(world: Snapshot) -> Window {
    Window::open_at(world, [1440.0, 2600.0], Some(Page::Settings))
}

fn asked(window: &mut Window) -> Vec<RemoteWriteCommand> {
    let commands = window.commands().into_iter();
    commands
        .filter_map(|command| if let Command::RemoteWrite(command) = command { Some(command) } else { None })
        .collect()
}

#[test]
fn an_endpoint_that_waits_says_why_and_can_be_tested_hurried_and_switched_off() {
    let mut window = open(waiting());
    assert!(window.shows_part("home: Waiting: 127.0.0.1:9090 answered 503. Tried again in"));
    assert!(window.shows_part("900 wait (2\u{2009}min behind)"));
    window.click("Test home");
    window.click("Try home now");
    window.click("Send to home");
    let off = RemoteWriteCommand::Put(Box::new(Endpoint { is_on: false, ..endpoint("home") }));
    let expect = [RemoteWriteCommand::Test("home".into()), RemoteWriteCommand::Retry("home".into()), off];
    assert_eq!(asked(&mut window), expect);
    window.click("Remove home");
    window.click_role(Role::Button, "Remove");
    assert_eq!(asked(&mut window), [RemoteWriteCommand::Remove("home".into())]);
}

#[test]
fn a_new_endpoint_is_typed_and_a_token_is_not_shown() {
    let mut window = open(snapshot());
    assert!(window.shows_part("No server gets samples"));
    window.click("New endpoint…");
    window.click("Name of the endpoint");
    window.type_text("lab");
    window.click("Address of the endpoint");
    window.type_text("http://lab:9009/api/v1/push");
    window.click("Login: Token");
    window.click("Token or password");
    window.type_text("hush");
    assert!(!window.shows_part("hush"), "it is shown as dots");
    window.click("Save the endpoint");
    let Some(RemoteWriteCommand::Put(put)) = asked(&mut window).pop() else { panic!("nothing was sent") };
    assert_eq!((&*put.name, &*put.url, &put.login), ("lab", "http://lab:9009/api/v1/push", &Login::Bearer));
    assert_eq!(put.secret, Some(Secret("hush".into())));
}

#[test]
fn a_source_is_searched_and_what_is_found_is_charted() {
    let mut world = snapshot();
    let now = world.at.expect("a world with data");
    let source = Source { name: "prom".into(), url: "http://127.0.0.1:9090".into(), ..Source::default() };
    let id = world.series[0].id;
    let search = SourceSearch { text: "up".into(), found: [id].into(), n_all: 1, ..SourceSearch::default() };
    let status = SourceStatus { source, search, state: SourceState::Answering(now), ..SourceStatus::default() };
    let name = format!("Chart {} {}", world.series[0].def.name, world.series[0].def.instance);
    world.sources = Arc::new(Sources { list: [status].into(), ..Sources::default() });
    let mut window = open(world);
    assert!(window.shows_part("prom: Answered"));
    window.click("Series of prom");
    window.type_text("node cpu");
    window.click("Search prom");
    let search = SourceCommand::Search { source: "prom".into(), text: "node cpu".into() };
    assert!(window.commands().contains(&Command::Source(search)));
    window.click(&name);
    assert_eq!(window.page(), Page::Charts);
}
