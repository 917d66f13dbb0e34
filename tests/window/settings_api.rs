//! The API's section of the settings: its state in words, tokens made, copied and ended, the switch, the log.

use std::sync::Arc;
use std::time::Duration;

use eframe::egui::accesskit::Role;
use eframe::egui::{Key, Modifiers};
use egui_kittest::kittest::Queryable;
use perfdesk::model::access::*;
use perfdesk::model::profile::Secret;
use perfdesk::model::*;
use perfdesk::ui::Page;

use crate::support::{Window, snapshot};

fn token(name: &str, grant: Grant, used: Option<Timestamp>) -> TokenStatus {
    TokenStatus { name: name.into(), grant, made: None, used, digest: Digest([7; 32]) }
}

fn access() -> Access {
    let now = snapshot().at.expect("a world with data");
    let entry = AuditEntry {
        at: now.minus(Duration::from_secs(120)),
        token: "deploy".into(),
        peer: "127.0.0.1".into(),
        method: "POST".into(),
        path: "/config/profile/production".into(),
        summary: "switch to production".into(),
        status: 202,
    };
    let refused = AuditEntry { status: 403, summary: "".into(), token: "grafana".into(), ..entry.clone() };
    Access {
        is_read: true,
        server: ServerState::Listening(Listening { address: "127.0.0.1:7373".into(), ..Listening::default() }),
        tokens: [
            token(MAIN_TOKEN, Grant::Full, Some(now.minus(Duration::from_secs(180)))),
            token("grafana", Grant::Read, None),
        ]
        .into(),
        counts: ApiCounts { n_requests: 1200, n_connections: 7, n_open: 1, n_rate_limited: 3, ..ApiCounts::default() },
        audit: [entry, refused].into(),
        ..Access::default()
    }
}

fn world(access: Access) -> Snapshot {
    Snapshot { access: Arc::new(access), ..snapshot() }
}

fn open(access: Access) -> Window {
    Window::open_at(world(access), [1440.0, 2000.0], Some(Page::Settings))
}

fn asked(window: &mut Window) -> Vec<AccessCommand> {
    let commands = window.commands().into_iter();
    commands.filter_map(|command| if let Command::Access(command) = command { Some(command) } else { None }).collect()
}

fn api_settings(window: &mut Window) -> Option<ApiSettings> {
    window.commands().into_iter().rev().find_map(|command| match command {
        Command::Settings(SettingsCommand::Replace(settings)) => Some(settings.api),
        _ => None,
    })
}

#[test]
fn the_section_says_how_the_api_stands() {
    let mut window = open(access());
    assert!(window.shows("Serve the API It listens"));
    assert!(window.shows("http://127.0.0.1:7373"));
    assert!(window.shows_part("grafana: reads alone, Never used"));
    assert!(window.shows_part("POST /config/profile/production: switch to production, deploy, 127.0.0.1: 202 done"));
    assert!(window.shows_part("grafana, 127.0.0.1: 403 not allowed"));
    assert!(window.shows_part("1,200 requests, 7 connections, 1 open, 3 slowed down after wrong tokens"));
    window.click("Copy the address of the API");
    assert!(window.shows_part("Copied"));
    let warning = "The API listens on 0.0.0.0:7373 without TLS";
    let failed = ServerState::Failed("127.0.0.1:7373 is in use".into());
    window.publish(world(Access { warnings: [warning.into()].into(), server: failed, ..access() }));
    assert!(window.shows(warning) && window.shows("127.0.0.1:7373 is in use"));
    assert!(window.shows("Serve the API It does not listen"));
    window.publish(world(Access { server: ServerState::OffByFlag, ..access() }));
    assert!(window.shows_part("--no-api"));
}

#[test]
fn switches_and_the_address_are_settings_that_can_be_undone() {
    let mut window = open(access());
    window.click("Refuse every change");
    assert_eq!(api_settings(&mut window).map(|api| api.read_only), Some(true));
    window.click("Serve the API");
    assert_eq!(api_settings(&mut window).map(|api| api.is_on), Some(false));
    window.harness.get_by_label("Address and port").click();
    window.run();
    window.press(Modifiers::COMMAND, Key::A);
    window.type_text("nowhere");
    assert!(window.shows_part("Type an IP address and a port"));
    window.press(Modifiers::COMMAND, Key::A);
    window.type_text("0.0.0.0:8443");
    window.press(Modifiers::NONE, Key::Enter);
    assert_eq!(api_settings(&mut window).map(|api| api.place()).as_deref(), Some("0.0.0.0:8443"));
    window.click_role(Role::Button, "Undo");
    assert_eq!(api_settings(&mut window).map(|api| api.place()).as_deref(), Some("127.0.0.1:7373"));
}

#[test]
fn the_main_token_is_copied_by_a_click_and_renewed_after_a_question() {
    let mut window = open(access());
    let revealed = Revealed { name: MAIN_TOKEN.into(), secret: Secret("hush".into()), is_new: false };
    window.publish(world(Access { revealed: Some(revealed.clone()), ..access() }));
    assert!(!window.shows_part("Copied"), "nobody asked for it here");
    window.publish(world(access()));
    window.click("Copy the main token");
    assert_eq!(asked(&mut window), [AccessCommand::Reveal]);
    window.publish(world(Access { revealed: Some(revealed), ..access() }));
    assert!(window.shows_part("Copied") && !window.shows_part("hush"));
    assert_eq!(asked(&mut window), [AccessCommand::Hide]);
    window.click("Renew the main token");
    window.click_role(Role::Button, "Cancel");
    assert_eq!(asked(&mut window), []);
    window.click("Renew the main token");
    window.click_role(Role::Button, "Renew");
    assert_eq!(asked(&mut window), [AccessCommand::Rotate]);
}

#[test]
fn a_token_is_made_shown_once_and_revoked() {
    let mut window = open(access());
    window.click("New token…");
    window.harness.get_by_label("Name of the token").click();
    window.run();
    window.type_text("grafana");
    assert!(window.shows("There is one of this name"));
    window.type_text("-2");
    window.click_role(Role::Button, "Make the token");
    let name = "grafana-2";
    assert_eq!(asked(&mut window), [AccessCommand::Add { name: name.into(), read_only: true }]);
    let revealed = Revealed { name: name.into(), secret: Secret("hush-hush".into()), is_new: true };
    window.publish(world(Access { revealed: Some(revealed), ..access() }));
    assert!(window.shows("The token grafana-2") && window.shows("hush-hush"));
    assert_eq!(asked(&mut window), [AccessCommand::Hide]);
    window.publish(world(access()));
    window.click("Copy the new token");
    assert!(window.shows_part("Copied"));
    window.click_role(Role::Button, "Done");
    assert!(!window.shows("hush-hush"));
    window.click("Revoke grafana");
    window.click_role(Role::Button, "Revoke");
    assert_eq!(asked(&mut window), [AccessCommand::Revoke("grafana".into())]);
}
