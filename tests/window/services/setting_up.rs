//! What a person sets up: the way for a service to report, health checks, targets, bindings.

use std::sync::Arc;

use eframe::egui::{Key, Modifiers};
use egui_kittest::kittest::Queryable;
use perfdesk::model::profile::Secret;
use perfdesk::model::service::*;

use super::open;
use super::world::{with, world};
use crate::support::Window;

pub fn fill(window: &mut Window, field: &str, text: &str) {
    window.harness.get_by_label(field).focus();
    window.run();
    window.press(Modifiers::COMMAND, Key::A);
    window.type_text(text);
}

#[test]
fn without_services_the_set_up_waits_and_becomes_the_service() {
    let none = with(|services| {
        *services = Services { grpc: services.grpc.clone(), http: services.http.clone(), ..Services::default() };
    });
    let mut window = open(none);
    assert!(window.shows("Waiting for the first data…") && window.shows("HTTP on 127.0.0.1:4318"));
    let two = "export OTEL_EXPORTER_OTLP_ENDPOINT=http://127.0.0.1:4317\nexport OTEL_SERVICE_NAME=checkout";
    assert!(window.shows(two), "Python sends by gRPC");
    fill(&mut window, "Name of the service", "shop");
    window.click("Language: Node");
    let two = "export OTEL_EXPORTER_OTLP_ENDPOINT=http://127.0.0.1:4318\nexport OTEL_SERVICE_NAME=shop";
    assert!(window.shows(two));
    for language in ["Python", "Java", "Go", ".NET", "Rust"] {
        window.click(&format!("Language: {language}"));
    }
    assert_eq!(window.copies("Copy the variables"), two);
    window.publish(world());
    assert!(window.shows_part("checkout is slow"), "the first data opens the service");
    assert!(!window.shows("Waiting for the first data…"));
}

#[test]
fn adding_a_service_waits_for_one_that_was_not_there() {
    let mut window = open(world());
    window.click("Add a service");
    window.click("One that reports…");
    assert!(window.shows("Waiting for the first data…"));
    window.publish(world());
    assert!(window.shows("Waiting for the first data…"), "those that were there are not new");
    window.publish(with(|services| {
        let new = Service { name: "billing".into(), sentence: "billing is fine".into(), ..Service::default() };
        let mut list: Vec<_> = services.list.iter().cloned().chain([Arc::new(new)]).collect();
        list.sort_by(|a, b| a.name.cmp(&b.name));
        services.list = list.into();
    }));
    assert!(window.shows("billing is fine"));
}

#[test]
fn how_much_is_kept_is_shown_and_can_be_changed() {
    let mut window = open(with(|services| {
        services.intake = IntakeFigures { n_series: 840, trace_bytes: 40 << 20, ..IntakeFigures::default() };
    }));
    window.click("Add a service");
    window.click("One that reports…");
    assert!(window.shows_part("840 of 12000 series") && window.shows_part("traces 40 of 64"));
    window.click("Change the limits…");
    fill(&mut window, "MiB for traces", "0");
    assert!(window.shows_part("is a whole number from 1 to 1024"));
    fill(&mut window, "MiB for traces", "256");
    window.click("Save the limits");
    let bounds = Bounds { trace_bytes: 256 << 20, ..Bounds::default() };
    assert_eq!(window.asked(), [ServiceCommand::SetBounds(bounds)]);
}

#[test]
fn perfdesk_itself_is_put_among_the_services() {
    let mut window = open(world());
    window.click("Add a service");
    window.click("One that reports…");
    window.click("Perfdesk among the services: its API's requests, its jobs, its ticks");
    assert_eq!(window.asked(), [ServiceCommand::WatchItself(true)]);
}

#[test]
fn a_listener_that_cannot_listen_says_why_and_it_can_be_switched_off() {
    let mut window = open(with(|services| {
        services.grpc.state =
            ReceiverState::Failed("port 4317 is in use: stop what holds it, or choose another".into());
    }));
    window.click("Add a service");
    window.click("One that reports…");
    assert!(
        window
            .shows("gRPC cannot listen on 127.0.0.1:4317: port 4317 is in use: stop what holds it, or choose another")
    );
    window.click("Change the addresses…");
    fill(&mut window, "Address for gRPC", "127.0.0.1:5317");
    window.click("Save the addresses");
    let other = Receivers { grpc: "127.0.0.1:5317".into(), ..Receivers::default() };
    assert_eq!(window.asked(), [ServiceCommand::SetReceivers(other)]);
    window.click("Stop listening");
    let off = Receivers { is_on: false, ..Receivers::default() };
    assert_eq!(window.asked(), [ServiceCommand::SetReceivers(off)]);
}

#[test]
fn a_check_is_added_run_and_removed_with_a_way_back() {
    let mut window = open(world());
    window.click("Health checks 1");
    assert!(window.shows("Check login: healthy for 86\u{2009}min"));
    window.click("1 outage");
    assert!(window.shows_part("for 4\u{2009}min: answered 503"));
    window.click("Run login now");
    assert_eq!(window.asked(), [ServiceCommand::RunCheck("login".into())]);
    window.click("Add a check");
    fill(&mut window, "Name of the check", "db");
    window.click("Asks by: TCP");
    fill(&mut window, "Host and port", "127.0.0.1");
    window.click("Save the check");
    assert!(window.asked().is_empty() && window.shows_part("a host and a port"), "a port is missing");
    fill(&mut window, "Host and port", "127.0.0.1:5432");
    fill(&mut window, "Seconds between checks", "30");
    window.click("Save the check");
    let check = HealthCheck {
        name: "db".into(),
        service: "checkout".into(),
        kind: CheckKind::Tcp { address: "127.0.0.1:5432".into() },
        interval_seconds: 30,
        ..HealthCheck::default()
    };
    assert_eq!(window.asked(), [ServiceCommand::PutCheck(Box::new(check))]);
    window.click("Remove login");
    assert_eq!(window.asked(), [ServiceCommand::RemoveCheck("login".into())]);
    window.click("Undo: remove login");
    assert!(matches!(window.asked().as_slice(), [ServiceCommand::PutCheck(check)] if &*check.name == "login"));
}

#[test]
fn a_target_is_changed_and_its_secret_is_never_shown() {
    let mut window = open(world());
    window.click("Add a service");
    window.click("One that reports…");
    window.click("Prometheus targets 1");
    assert!(window.shows("Target postgres: down for 3\u{2009}min: nothing listens on 127.0.0.1:9187"));
    window.click("Edit the target postgres");
    fill(&mut window, "Token or password", "hunter2");
    assert!(!window.shows_part("hunter2"), "dots alone");
    fill(&mut window, "Seconds between scrapes", "30");
    fill(&mut window, "Labels", "env=prod");
    window.click("Save the target");
    let asked = window.asked();
    let [ServiceCommand::PutTarget(target)] = asked.as_slice() else { panic!("{asked:?}") };
    assert_eq!((target.interval_seconds, target.labels.get("env").map(|v| &**v)), (30, Some("prod")));
    assert_eq!(target.secret, Some(Secret("hunter2".into())));
    assert!(!format!("{target:?}").contains("hunter2"));
    window.click("Remove the target postgres");
    assert!(window.asked().is_empty(), "its secret would be gone: that is asked first");
    window.click("Remove the target");
    assert_eq!(window.asked(), [ServiceCommand::RemoveTarget("postgres".into())]);
}

#[test]
fn a_binding_shows_what_fits_before_it_is_kept() {
    let mut window = open(world());
    window.click("Health checks 1");
    window.click("Bind to a process");
    assert!(window.shows_part("No process fits now"), "none is called checkout");
    fill(&mut window, "Name of its process", "postgres");
    assert!(window.shows("Fits 1 process now") && window.shows_part("2234  postgres"));
    window.click("Known by: Port");
    assert!(window.shows("A port is a whole number from 1 to 65535"));
    fill(&mut window, "TCP port it listens on", "5432");
    window.click("Bind");
    let binding = ProcessBinding { service: "checkout".into(), by: BindBy::Port(5432) };
    assert_eq!(window.asked(), [ServiceCommand::Bind(binding)]);
}
