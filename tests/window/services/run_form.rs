//! The form of how a service is run: what leaves when it is saved, and what is kept until then.

use perfdesk::model::profile::Secret;
use perfdesk::model::run::*;
use perfdesk::model::service::CheckKind;
use perfdesk::ui::Page;

use super::run_world::{definition, world};
use super::setting_up::fill;
use super::world as plain;
use crate::support::Window;

/// High enough for the whole form.
const HIGH: [f32; 2] = [1440.0, 1500.0];

const CHECKOUT: &str = "checkout, worth a look: ready, slow: p95 640\u{2009}ms";

/// The form of checkout.
fn at_form() -> Window {
    let mut window = Window::open_at(world(|_| {}), HIGH, Some(Page::Services));
    window.click(CHECKOUT);
    window.click("Run");
    window.click("Change how it is run");
    window.ran();
    window
}

#[test]
fn a_service_is_set_up_from_the_menu_and_opens_once_it_is_there() {
    let mut window = Window::open_at(plain::world(), HIGH, Some(Page::Services));
    window.click("Add a service");
    window.click("Run a service…");
    window.click("Save how it is run");
    assert!(window.ran().is_empty(), "nothing is written yet");
    fill(&mut window, "Name of the service", "shop");
    fill(&mut window, "Program and arguments", "\"/opt/my shop/bin\" --port 8080");
    for word in ["/opt/my shop/bin", "--port", "8080"] {
        assert!(window.shows(word), "{word} is shown by itself");
    }
    window.click("Add a variable");
    fill(&mut window, "Name of variable 1", "API_TOKEN");
    window.click("Variable 1 is a secret");
    assert!(window.shows("The value of API_TOKEN is missing: type it"));
    fill(&mut window, "Value of variable 1", "hunter2");
    assert!(!window.shows_part("hunter2"), "dots alone");
    window.click("Add a need");
    window.click("redis");
    window.click("redis is optional");
    window.click("Ready when: TCP");
    fill(&mut window, "Host and port that take a connection", "127.0.0.1");
    assert!(window.shows_part("a host and a port"));
    fill(&mut window, "Host and port that take a connection", "127.0.0.1:8080");
    window.click("Add a step");
    window.click("HTTP request");
    fill(&mut window, "Name of the step", "first page");
    fill(&mut window, "Address of the step", "http://127.0.0.1:8080/");
    fill(&mut window, "Done", "5");
    window.click("When it fails: The start failed");
    window.click("Starts with Perfdesk");
    fill(&mut window, "Time to end when it is asked to", "900");
    assert!(window.shows_part("The time to end is a whole number from 0 to 600"));
    fill(&mut window, "Time to end when it is asked to", "3");
    window.click("Save how it is run");
    let expect = Run {
        service: "shop".into(),
        argv: vec!["/opt/my shop/bin".into(), "--port".into(), "8080".into()],
        environment: vec![Variable {
            name: "API_TOKEN".into(),
            is_secret: true,
            secret: Some(Secret("hunter2".into())),
            ..Variable::default()
        }],
        uses_profile: true,
        needs: vec![Need { service: "redis".into(), is_optional: true }],
        readiness: Some(Readiness { ask: CheckKind::Tcp { address: "127.0.0.1:8080".into() }, ..Readiness::default() }),
        warm_up: vec![WarmUpStep {
            name: "first page".into(),
            kind: StepKind::Http {
                method: "GET".into(),
                url: "http://127.0.0.1:8080/".into(),
                body: "".into(),
                status: None,
                contains: "".into(),
            },
            repeats: 5,
            on_failure: OnFailure::FailStart,
            ..WarmUpStep::default()
        }],
        stop_seconds: 3,
        starts_with_perfdesk: true,
        ..Run::default()
    };
    assert_eq!(window.ran(), [RunCommand::Put(Box::new(expect))]);
    window.publish(world(|services| {
        let shop = RunState { service: "shop".into(), sentence: "shop does not run".into(), ..RunState::default() };
        services.runs = [std::sync::Arc::new(shop)].into();
    }));
    assert!(window.shows("shop does not run") && window.shows("Start shop"), "it opens by itself");
}

#[test]
fn a_secret_that_is_not_typed_stays_and_steps_are_ordered() {
    let mut window = at_form();
    fill(&mut window, "Time to end when it is asked to", "4");
    window.click("Move names up");
    window.click("Remove open pool");
    window.click("Save how it is run");
    let kept = definition();
    let expect = Run { stop_seconds: 4, warm_up: kept.warm_up[1..].to_vec(), ..kept };
    assert_eq!(window.ran(), [RunCommand::Put(Box::new(expect))], "its secret is left alone");
}

#[test]
fn changes_are_undone_discarded_and_kept_while_others_are_looked_at() {
    let mut window = at_form();
    window.click("Save how it is run");
    assert!(window.ran().is_empty(), "nothing was changed");
    fill(&mut window, "Program and arguments", "/bin/other");
    window.click("Undo");
    assert!(window.shows("/opt/shop/bin/checkout") && !window.shows("/bin/other"));
    window.click("Redo");
    assert!(window.shows("/bin/other"));
    window.click("db, fine: ready after 400\u{2009}ms");
    assert!(!window.shows("Save how it is run"), "another service takes its place");
    window.click(CHECKOUT);
    window.click("Change how it is run");
    assert!(window.shows("/bin/other"), "what was written stays");
    window.click("Discard");
    assert!(window.shows("/opt/shop/bin/checkout"));
    fill(&mut window, "Program and arguments", "a | b");
    window.click("Save how it is run");
    assert!(window.ran().is_empty() && window.shows_part("is a shell's"), "no shell reads it");
    window.click("Close the form");
    assert!(window.shows("Restart checkout"));
}

#[test]
fn a_run_is_given_up_after_a_question() {
    let mut window = at_form();
    window.click("Close the form");
    window.ran();
    window.click("Run it no more…");
    assert!(window.shows_part("with the values of its secrets"));
    window.click("Run it no more");
    assert_eq!(window.ran(), [RunCommand::Remove("checkout".into())]);
}

#[test]
fn a_service_that_is_not_run_may_be_run_from_its_page() {
    let mut window = Window::open_at(plain::world(), HIGH, Some(Page::Services));
    window.click("inventory, fine: fine: p95 41\u{2009}ms");
    window.click("Run");
    assert!(window.shows("Perfdesk does not run inventory"));
    window.click("Run it from here…");
    fill(&mut window, "Program and arguments", "/bin/inventory");
    window.click("Save how it is run");
    let ran = window.ran();
    let [RunCommand::Put(run)] = ran.as_slice() else { panic!("{ran:?}") };
    assert_eq!((&*run.service, run.uses_profile), ("inventory", true));
}
