//! Services that start, answer, flood, fall, fork away and will not stop.

use std::net::TcpListener;

use super::child::playing;
use super::*;
use crate::model::run::{OnFailure, OutputQuestion, Readiness, RunStepState, StartOutcome, StepKind, WarmUpStep};
use crate::model::service::CheckKind;

fn free_port() -> u16 {
    TcpListener::bind("127.0.0.1:0").expect("a port").local_addr().expect("an address").port()
}

fn ready_at(port: u16) -> Option<Readiness> {
    let ask = CheckKind::Tcp { address: format!("127.0.0.1:{port}").into() };
    Some(Readiness { ask, every_millis: 20, time_out_seconds: 15 })
}

#[test]
fn a_service_is_ready_warm_and_heard_and_gone_when_perfdesk_ends() {
    let data = tempfile::tempdir().expect("a folder");
    let port = free_port();
    let url = format!("http://127.0.0.1:{port}/");
    let step = |name: &str, kind| WarmUpStep { name: name.into(), kind, ..WarmUpStep::default() };
    let http = |contains: &str| StepKind::Http {
        method: "GET".into(),
        url: url.as_str().into(),
        body: "".into(),
        status: None,
        contains: contains.into(),
    };
    let mut shop = Run { readiness: ready_at(port), ..playing(&format!("listen {port}")) };
    shop.environment.push(crate::model::run::Variable {
        name: "POOL".into(),
        is_secret: true,
        secret: Some(crate::model::profile::Secret("seventeen-17".into())),
        ..Default::default()
    });
    shop.warm_up = vec![
        WarmUpStep { repeats: 3, ..step("cache", http("ok")) },
        step("pool", StepKind::PoolOpen { address: url.as_str().into(), connections: 5 }),
        step("bare", StepKind::PoolOpen { address: format!("127.0.0.1:{port}").into(), connections: 4 }),
        step("name", StepKind::Dns { host: "localhost".into() }),
        step("load", StepKind::Preload { url: url.as_str().into(), body: "{}".into(), done_url: url.as_str().into() }),
        step("tool", StepKind::Command { argv: vec!["true".into()] }),
        WarmUpStep { on_failure: OnFailure::Ignore, ..step("wrong", http("no such word")) },
        step("extra", StepKind::Command { argv: vec!["false".into()] }),
        WarmUpStep { is_lazy: true, ..step("later", http("ok")) },
    ];
    let (thread, ears) = thread(data.path(), vec![shop]);
    start(&thread);
    let state = ears.wait("all steps", |heard| {
        let state = heard.states.first()?.clone();
        (state.steps.last()?.state == RunStepState::Done).then_some(state)
    });
    assert_eq!(state.phase.name(), "degraded");
    let parts: Vec<&str> = state.degraded.iter().map(|part| &*part.part).collect();
    assert_eq!(parts, ["extra"], "{state:?}");
    let failed: Vec<String> = state
        .steps
        .iter()
        .filter(|s| s.state == RunStepState::Failed)
        .map(|s| format!("{}: {}", s.name, s.error))
        .collect();
    assert_eq!(failed.len(), 2, "{failed:?}");
    assert_eq!(failed[0], "wrong: the answer does not contain \"no such word\"");
    let record = ears.wait("a start", |heard| heard.started.first().cloned());
    assert_eq!(record.outcome, StartOutcome::Degraded(vec!["extra".into()]));
    assert!(record.ready_seconds > record.answering_seconds && record.steps.len() == 8, "{record:?}");
    let question = OutputQuestion { service: "shop".into(), text: "POOL OF".into(), newest: 5 };
    ask(&thread, RunCommand::AskOutput(question));
    let line = ears.wait("a line", |heard| heard.outputs.first()?.lines.first().cloned());
    assert_eq!(&*line.text, "pool of ••••••••", "a secret stands nowhere");
    let pid = state.pid.expect("a process");
    assert!(runs(pid));
    drop(thread);
    wait_gone(pid);
}

#[test]
fn a_service_has_the_values_of_the_profile_that_is_active_or_being_applied() {
    let data = tempfile::tempdir().expect("a folder");
    let ears = Ears::default();
    let thread = RunThread::start(data.path(), tools(), Box::new(ears.clone())).expect("a thread");
    let port = free_port();
    let shop = Run {
        uses_profile: true,
        starts_with_perfdesk: true,
        readiness: ready_at(port),
        ..playing(&format!("listen {port}"))
    };
    set(&thread, vec![shop]);
    let values = |pool: &str| -> Values { [("POOL".into(), pool.into())].into() };
    let all: Profiles = Arc::new([("small".into(), values("4")), ("large".into(), values("40"))].into());
    assert!(thread.send(Message::Profile { name: Some("small".into()), all }));
    ears.state("ready");
    ask(&thread, RunCommand::AskOutput(OutputQuestion { service: "shop".into(), text: "pool of".into(), newest: 5 }));
    let pools = |n: usize| {
        ears.wait("its pools", |heard| {
            let lines = &heard.outputs.first()?.lines;
            (lines.len() == n).then(|| lines.iter().map(|line| line.text.to_string()).collect::<Vec<_>>())
        })
    };
    assert_eq!(pools(1), ["pool of 4"], "it was not started before its profile was known");
    let renew = |profile| thread.renewer().renew("shop", profile, PATIENCE, &mut || false);
    assert!(renew(Some("large")).is_ok_and(|what| what.starts_with("restarted: shop is ready")));
    assert_eq!(pools(2)[1], "pool of 40", "the profile that is applied counts, not the one before");
    assert!(renew(Some("small")).is_ok());
    assert_eq!(pools(3)[2], "pool of 4", "and going back, the one before");
    let record = ears.wait("three starts", |heard| heard.started.get(2).cloned());
    assert_eq!(record.profile.as_deref(), Some("small"));
}

#[test]
fn a_step_that_fails_shows_no_secret_and_what_it_started_ends_with_the_service() {
    let data = tempfile::tempdir().expect("a folder");
    let mut shop = run(&["sleep", "65"]);
    shop.environment.push(crate::model::run::Variable {
        name: "TOKEN".into(),
        is_secret: true,
        secret: Some(crate::model::profile::Secret("/hush/hush-hush".into())),
        ..Default::default()
    });
    let command = |name: &str, argv: &[&str]| WarmUpStep {
        name: name.into(),
        kind: StepKind::Command { argv: argv.iter().map(|word| (*word).into()).collect() },
        time_out_seconds: 60,
        ..WarmUpStep::default()
    };
    shop.warm_up = vec![command("told", &["ls", "/hush/hush-hush"]), command("long", &["sleep", "66"])];
    let (thread, ears) = thread(data.path(), vec![shop]);
    start(&thread);
    let state = ears.wait("the long step", |heard| {
        let state = heard.states.first()?;
        (state.steps.get(1)?.state == RunStepState::Running).then(|| state.clone())
    });
    assert!(state.steps[0].error.contains("••••••••"), "{:?}", state.steps[0]);
    assert!(!format!("{state:?}").contains("hush-hush"), "{state:?}");
    let of_step = || super::super::group::marked("").iter().filter(|(one, _)| is(one.pid, "sleep\x0066\0")).count();
    let until = Instant::now() + PATIENCE;
    while of_step() == 0 {
        assert!(Instant::now() < until, "the step's command does not run");
        std::thread::yield_now();
    }
    stop(&thread);
    ears.state("stopped");
    assert_eq!(of_step(), 0, "it goes with the service");
}

fn is(pid: u32, command: &str) -> bool {
    std::fs::read(format!("/proc/{pid}/cmdline")).is_ok_and(|line| line == command.as_bytes())
}

#[test]
fn one_that_exits_at_once_says_what_it_printed_and_one_that_is_not_there_is_named() {
    let data = tempfile::tempdir().expect("a folder");
    let (thread, ears) = thread(data.path(), vec![playing("fall 3")]);
    start(&thread);
    let sentence = ears.state("failed").sentence.to_string();
    assert!(sentence.contains("it ended with 3 before it was ready"), "{sentence}");
    assert!(sentence.contains("cannot open the shop"), "{sentence}");
    let missing = Run { restart: Restart::default(), ..run(&["/no/such/program"]) };
    set(&thread, vec![missing]);
    start(&thread);
    ears.wait("the name", |heard| {
        heard.states.first()?.sentence.ends_with("there is no program /no/such/program").then_some(())
    });
    let nowhere = Run { directory: "/no/such/folder".into(), ..run(&["true"]) };
    set(&thread, vec![nowhere]);
    start(&thread);
    ears.wait("the folder", |heard| {
        heard.states.first()?.sentence.ends_with("no folder /no/such/folder").then_some(())
    });
}

#[test]
fn one_that_ignores_the_signal_is_killed() {
    let data = tempfile::tempdir().expect("a folder");
    let (thread, ears) = thread(data.path(), vec![playing("stubborn")]);
    start(&thread);
    let question = OutputQuestion { service: "shop".into(), text: "no signal".into(), newest: 1 };
    ask(&thread, RunCommand::AskOutput(question));
    ears.wait("it runs", |heard| heard.outputs.first()?.lines.first().cloned());
    let pid = ears.state("ready").pid.expect("a process");
    stop(&thread);
    let state = ears.state("stopped");
    assert_eq!(&*state.last_exit, "it did not end when asked and was killed");
    assert!(!runs(pid));
}

#[test]
fn one_that_forks_away_is_followed_and_ended() {
    let data = tempfile::tempdir().expect("a folder");
    // Into a session, and so a group, of its own.
    let (thread, ears) = thread(data.path(), vec![run(&["setsid", "--fork", "sleep", "62"])]);
    start(&thread);
    let state = ears.state("ready");
    let pid = ears.wait("the one that is left", |heard| {
        let pid = heard.states.first()?.pid?;
        let command = std::fs::read_to_string(format!("/proc/{pid}/cmdline")).unwrap_or_default();
        command.starts_with("sleep").then_some(pid)
    });
    assert!(state.sentence.contains("is ready"), "{}", state.sentence);
    stop(&thread);
    ears.state("stopped");
    assert!(!runs(pid));
}

#[test]
fn a_flood_is_bounded_counted_and_stopped() {
    let data = tempfile::tempdir().expect("a folder");
    let (thread, ears) = thread(data.path(), vec![run(&["yes", "shop"])]);
    start(&thread);
    ears.wait("a flood", |heard| {
        let output = heard.states.first()?.output;
        (output.n_dropped_lines > 100_000 && output.n_kept_lines > 0 && output.n_kept_lines <= 5_000).then_some(())
    });
    stop(&thread);
    let state = ears.state("stopped");
    assert!(state.last_exit.contains("SIGTERM"), "{}", state.last_exit);
}

#[test]
fn a_port_that_is_taken_is_told_with_who_has_it() {
    let data = tempfile::tempdir().expect("a folder");
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
    let port = listener.local_addr().expect("an address").port();
    let (thread, ears) = thread(data.path(), vec![Run { readiness: ready_at(port), ..run(&["sleep", "63"]) }]);
    start(&thread);
    let sentence = ears.state("failed").sentence.to_string();
    assert!(sentence.contains(&format!("port {port} is taken by ")), "{sentence}");
    assert!(sentence.contains(&format!("(process {})", std::process::id())), "{sentence}");
}

#[test]
fn one_that_never_answers_is_stopped_and_says_why() {
    let data = tempfile::tempdir().expect("a folder");
    let readiness = ready_at(free_port()).map(|ready| Readiness { time_out_seconds: 1, ..ready });
    let (thread, ears) = thread(data.path(), vec![Run { readiness, ..run(&["sleep", "64"]) }]);
    start(&thread);
    let sentence = ears.state("failed").sentence.to_string();
    assert!(sentence.contains("it was not ready within 1 s: nothing listens at 127.0.0.1:"), "{sentence}");
}
