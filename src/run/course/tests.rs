//! Tables of what happens and what comes of it.
//!
//! A script is lines such as `start shop`, `shop up 7`, `shop ready`, `+5` (seconds pass); what is expected is what is to be
//! done, in order.

use std::sync::Arc;
use std::time::Duration;

use super::*;
use crate::model::run::{
    Need, OnFailure, Readiness, Restart, RestartWhen, RunCommand, RunPhase, StartOutcome, StepKind,
};

/// A course, its clock, and what was to be done since the last look.
pub(super) struct Stage {
    pub course: Course,
    pub now: Now,
    pub kept: Vec<(Arc<str>, StartRecord)>,
    pub told: Vec<String>,
}

pub(super) fn run(service: &str, needs: &str) -> Run {
    let need = |text: &str| Need { service: text.trim_end_matches('?').into(), is_optional: text.ends_with('?') };
    Run {
        service: service.into(),
        argv: vec!["/bin/true".into()],
        needs: needs.split_whitespace().map(need).collect(),
        readiness: Some(Readiness { time_out_seconds: 30, ..Readiness::default() }),
        restart: Restart { first_millis: 1_000, longest_millis: 4_000, limit: 3, ..Restart::default() },
        ..Run::default()
    }
}

impl Stage {
    pub fn new(runs: Vec<Run>) -> Self {
        let now = Now { at: Timestamp::from_millis(1_700_000_000_000), elapsed: Duration::ZERO, offset_seconds: 0 };
        let mut course = Course::default();
        course.set(runs, now);
        Self { course, now, kept: Vec::new(), told: Vec::new() }
    }

    pub fn pass(&mut self, seconds: f64) {
        let span = Duration::from_secs_f64(seconds);
        self.now.elapsed += span;
        self.now.at = self.now.at.plus(span);
        self.course.advance(self.now);
    }

    pub fn happens(&mut self, service: &str, what: What) {
        let attempt = self.course.attempt(service).unwrap_or(0);
        self.course.take(Happening { service: service.into(), attempt, what }, self.now);
    }

    /// One line of a script.
    fn line(&mut self, line: &str) {
        let words: Vec<&str> = line.split_whitespace().collect();
        let exit = |words: &str, is_clean| Exit { words: words.into(), is_clean, last_lines: Vec::new() };
        match words.as_slice() {
            ["start", "all"] => self.course.command(&RunCommand::StartAll, self.now),
            ["stop", "all"] => self.course.command(&RunCommand::StopAll, self.now),
            ["start", name] => self.course.command(&RunCommand::Start((*name).into()), self.now),
            ["stop", name] => self.course.command(&RunCommand::Stop((*name).into()), self.now),
            ["restart", name] => self.course.command(&RunCommand::Restart((*name).into()), self.now),
            [name, "up", pid] => self.happens(name, What::Spawned { pid: pid.parse().expect("a number") }),
            [name, "ready"] => self.happens(name, What::Asked(Ok(()))),
            [name, "refused"] => self.happens(name, What::Asked(Err("nothing listens".into()))),
            [name, "missing"] => {
                self.happens(name, What::NotSpawned { why: "there is no program".into(), is_final: true });
            }
            [name, "taken"] => self.happens(name, What::NotSpawned { why: "port 80 is taken".into(), is_final: false }),
            [name, "did", step] => {
                let step = step.parse().expect("a number");
                self.happens(name, What::Stepped { step, outcome: Ok(()) });
            }
            [name, "failed", step] => {
                let step = step.parse().expect("a number");
                self.happens(name, What::Stepped { step, outcome: Err("no answer".into()) });
            }
            [name, "ends", "0"] => self.happens(name, What::Gone(exit("it ended with 0", true))),
            [name, "ends", code] => self.happens(name, What::Gone(exit(&format!("it ended with {code}"), false))),
            [name, "leaves", pid] => {
                let pid = pid.parse().expect("a number");
                self.happens(name, What::Left { exit: exit("it ended with 0", true), pid });
            }
            [name, "healthy"] => self.course.checked([((*name).into(), Some(true))], self.now),
            [name, "unhealthy"] => self.course.checked([((*name).into(), Some(false))], self.now),
            [seconds] if seconds.starts_with('+') => self.pass(seconds[1..].parse().expect("seconds")),
            other => panic!("no such line: {other:?}"),
        }
    }

    /// What is to be done, in short words.
    pub fn deeds(&mut self) -> Vec<String> {
        let mut found = Vec::new();
        for deed in self.course.take_deeds() {
            match deed {
                Deed::Spawn { run, .. } => found.push(format!("spawn {}", run.service)),
                Deed::Ask { service, .. } => found.push(format!("ask {service}")),
                Deed::Step { service, step, .. } => found.push(format!("step {service} {step}")),
                Deed::End { service, is_forced, .. } => {
                    found.push(format!("{} {service}", if is_forced { "kill" } else { "end" }));
                }
                Deed::Keep { service, record } => self.kept.push((service, record)),
                Deed::Tell { text, detail, .. } => self.told.push(format!("{text}: {detail}")),
                Deed::Say { .. } => {}
            }
        }
        found
    }

    pub fn phases(&self) -> String {
        let of = |state: crate::model::run::RunState| format!("{}={}", state.service, state.phase.name());
        self.course.states(self.now).into_iter().map(of).collect::<Vec<_>>().join(" ")
    }

    fn sentence(&self, service: &str) -> String {
        self.course.state_of(service, self.now).expect("a service").sentence.to_string()
    }
}

/// Plays a script: of each line what follows `->` is what is to be done.
fn check(runs: Vec<Run>, script: &str) -> Stage {
    let mut stage = Stage::new(runs);
    for text in script.lines().map(str::trim).filter(|line| !line.is_empty()) {
        let (line, expect) = text.split_once("->").unwrap_or((text, ""));
        stage.line(line);
        assert_eq!(stage.deeds().join(", "), expect.trim(), "after {text:?}: {}", stage.phases());
    }
    stage
}

#[test]
fn what_is_needed_starts_first_and_stops_last() {
    let runs = || vec![run("shop", "db cache"), run("db", ""), run("cache", "db"), run("other", "")];
    let stage = check(
        runs(),
        "start shop -> spawn db
         db up 1 -> ask db
         db refused
         +0.2 -> ask db
         db ready -> spawn cache
         cache up 2 -> ask cache
         cache ready -> spawn shop
         shop up 3 -> ask shop
         shop ready
         stop db -> end shop
         shop ends 0 -> end cache
         cache ends 0 -> end db
         db ends 0",
    );
    assert_eq!(stage.phases(), "cache=stopped db=stopped other=stopped shop=stopped");
    assert_eq!(stage.kept.len(), 3);
    assert!(stage.kept.iter().all(|(_, record)| record.outcome == StartOutcome::Ready));
    let stage = check(runs(), "start all -> spawn db, spawn other\nother up 9 -> ask other\nother ready");
    assert_eq!(stage.phases(), "cache=waiting db=starting other=ready shop=waiting");
    assert_eq!(stage.sentence("shop"), "shop waits for db and cache");
}

#[test]
fn a_restart_takes_with_it_what_needs_it_and_ran() {
    let stage = check(
        vec![run("shop", "db"), run("db", ""), run("report", "db")],
        "start shop -> spawn db
         db up 1 -> ask db
         db ready -> spawn shop
         shop up 2 -> ask shop
         shop ready
         restart db -> end shop
         shop ends 0 -> end db
         db ends 0 -> spawn db
         db up 3 -> ask db
         db ready -> spawn shop",
    );
    assert_eq!(stage.phases(), "db=ready report=stopped shop=starting");
}

#[test]
fn what_ends_is_started_again_with_a_doubled_wait_until_the_limit() {
    let stage = check(
        vec![run("shop", "")],
        "start shop -> spawn shop
         shop up 1 -> ask shop
         shop ends 1
         +0.9
         +0.1 -> spawn shop
         shop up 2 -> ask shop
         shop ends 1
         +1.9
         +0.1 -> spawn shop
         shop taken
         +3.9
         +0.1 -> spawn shop
         shop up 3 -> ask shop
         shop ends 1
         +3600",
    );
    assert_eq!(stage.phases(), "shop=failed");
    let why = "it ended with 1 before it was ready; it was started 4 times in a row";
    assert!(stage.sentence("shop").ends_with(why), "{}", stage.sentence("shop"));
    assert_eq!(stage.told, [format!("shop failed: {why}")]);
    assert_eq!(stage.course.state_of("shop", stage.now).expect("it").n_restarts, 3);
    assert_eq!(stage.kept.len(), 4);
}

#[test]
fn one_that_stays_up_is_counted_anew_and_one_that_cannot_start_is_not_tried_again() {
    let up = "start shop -> spawn shop\nshop up 1 -> ask shop\nshop ready\n";
    let again = format!("{up}shop ends 1\n+1 -> spawn shop\nshop up 2 -> ask shop\nshop ready\n");
    let stage = check(vec![run("shop", "")], &format!("{again}+9\nshop ends 1\n+1\n+1 -> spawn shop"));
    assert_eq!(stage.phases(), "shop=starting");
    let stage = check(vec![run("shop", "")], &format!("{again}+10\nshop ends 1\n+1 -> spawn shop"));
    assert_eq!(stage.phases(), "shop=starting");
    let stage = check(vec![run("shop", "")], "start shop -> spawn shop\nshop missing\n+100");
    assert_eq!(stage.told, ["shop failed: there is no program"]);
    for (when, code, expect) in [
        (RestartWhen::Never, "1", "failed"),
        (RestartWhen::Never, "0", "stopped"),
        (RestartWhen::OnFailure, "0", "stopped"),
        (RestartWhen::OnFailure, "1", "backing off"),
        (RestartWhen::Always, "0", "backing off"),
    ] {
        let mut shop = run("shop", "");
        shop.restart.when = when;
        let stage = check(vec![shop], &format!("{up}shop ends {code}"));
        assert_eq!(stage.phases(), format!("shop={expect}"), "{when:?} {code}");
    }
}

#[test]
fn one_that_does_not_become_ready_is_stopped_and_one_that_does_not_stop_is_killed() {
    let stage = check(
        vec![Run {
            stop_seconds: 4,
            restart: Restart { when: RestartWhen::Never, ..Restart::default() },
            ..run("shop", "")
        }],
        "start shop -> spawn shop
         shop up 1 -> ask shop
         shop refused
         +29.9 -> ask shop
         shop refused
         +0.1 -> end shop
         +3.9
         +0.1 -> kill shop
         shop ends 9",
    );
    let expect = "it was not ready within 30 s: nothing listens";
    assert_eq!(stage.told, [format!("shop failed: {expect}")]);
    assert_eq!(stage.kept[0].1.outcome, StartOutcome::Failed(expect.into()));
    assert_eq!(
        &*stage.course.state_of("shop", stage.now).expect("it").last_exit,
        "it did not end when asked and was killed"
    );
}

fn step(name: &str, on_failure: OnFailure) -> WarmUpStep {
    let kind = StepKind::Dns { host: "localhost".into() };
    WarmUpStep { name: name.into(), kind, on_failure, ..WarmUpStep::default() }
}

#[test]
fn steps_are_repeated_tried_and_timed_and_what_their_failure_means_is_said() {
    let shop = |steps: Vec<WarmUpStep>| vec![Run { warm_up: steps, ..run("shop", "") }];
    let twice = WarmUpStep { repeats: 2, tries: 2, ..step("cache", OnFailure::Degrade) };
    let lazy = WarmUpStep { is_lazy: true, ..step("model", OnFailure::FailStart) };
    let begin = "start shop -> spawn shop\nshop up 1 -> ask shop\n+0.5\n";
    let stage = check(
        shop(vec![twice.clone(), lazy]),
        &format!(
            "{begin}shop ready -> step shop 0
             shop failed 0 -> step shop 0
             +0.2
             shop did 0 -> step shop 0
             shop failed 0 -> step shop 0
             +0.3
             shop did 0 -> step shop 1
             shop failed 1"
        ),
    );
    assert_eq!(stage.phases(), "shop=degraded", "a lazy step fails no start any more");
    let record = &stage.kept[0].1;
    assert_eq!((record.answering_seconds, record.ready_seconds), (Some(0.5), Some(1.0)));
    assert_eq!(record.steps.len(), 1);
    assert!((record.steps[0].seconds - 0.5).abs() < 1e-9 && record.outcome == StartOutcome::Ready);
    assert_eq!(stage.told, ["shop is degraded: model: no answer"]);

    let script = format!("{begin}shop ready -> step shop 0\nshop failed 0 -> step shop 0\nshop failed 0");
    let stage = check(shop(vec![twice]), &script);
    let state = stage.course.state_of("shop", stage.now).expect("it");
    assert_eq!((&state.phase, &*state.degraded[0].part), (&RunPhase::Degraded, "cache"));
    assert_eq!(stage.kept[0].1.outcome, StartOutcome::Degraded(vec!["cache".into()]));
    assert!(state.sentence.ends_with("500 ms after its start: without cache (no answer)"), "{}", state.sentence);

    let script = format!("{begin}shop ready -> step shop 0\nshop failed 0 -> end shop\nshop ends 0");
    let stage = check(shop(vec![step("schema", OnFailure::FailStart)]), &script);
    assert!(stage.sentence("shop").contains("is started again"), "{}", stage.sentence("shop"));
    assert_eq!(stage.kept[0].1.outcome, StartOutcome::Failed("the step schema failed: no answer".into()));

    let script = format!("{begin}shop ready -> step shop 0\nshop failed 0");
    assert_eq!(check(shop(vec![step("names", OnFailure::Ignore)]), &script).phases(), "shop=ready");
}

#[test]
fn an_optional_need_degrades_and_a_required_one_that_failed_fails_until_it_is_back() {
    let mut db = run("db", "");
    db.restart.when = RestartWhen::Never;
    let stage = check(
        vec![run("shop", "db?"), db.clone()],
        "start shop -> spawn db
         db up 1 -> ask db
         db ends 1 -> spawn shop
         shop up 2 -> ask shop
         shop ready",
    );
    assert_eq!(stage.phases(), "db=failed shop=degraded");
    assert!(stage.sentence("shop").contains("without db (db failed: it ended with 1 before it was ready)"));
    let mut stage = check(
        vec![run("shop", "db"), db],
        "start shop -> spawn db
         db missing
         start db -> spawn db
         db up 1 -> ask db
         db ready -> spawn shop
         shop up 2 -> ask shop
         shop ready",
    );
    assert!(stage.told[1].starts_with("shop failed: it needs db: db failed"), "{:?}", stage.told);
    stage.line("db ends 1");
    assert_eq!(stage.phases(), "db=failed shop=degraded", "one that runs goes on");
}

#[test]
fn a_service_that_is_only_checked_is_waited_for() {
    let mut stage = check(vec![run("shop", "pg")], "start shop");
    assert!(stage.sentence("shop").contains("pg is neither run nor checked"), "{}", stage.sentence("shop"));
    for (line, expect) in [("pg unhealthy", ""), ("start shop", ""), ("pg healthy", "spawn shop")] {
        stage.line(line);
        assert_eq!(stage.deeds().join(" "), expect, "{line}");
    }
    let stage = check(vec![run("shop", "pg?")], "start shop -> spawn shop");
    assert_eq!(stage.phases(), "shop=starting");
}

#[test]
fn one_that_forks_away_is_followed_and_one_that_was_found_is_not_warmed_up_again() {
    let stage = check(
        vec![run("shop", "")],
        "start shop -> spawn shop\nshop up 1 -> ask shop\nshop leaves 8\nshop ready\nstop shop -> end shop\nshop ends 0",
    );
    assert_eq!(stage.phases(), "shop=stopped");
    let warm = Run { warm_up: vec![step("cache", OnFailure::Degrade)], ..run("shop", "") };
    let mut stage = Stage::new(vec![warm]);
    let started_at = stage.now.at.minus(Duration::from_secs(60));
    stage.happens("shop", What::Found { pid: 42, started_at });
    assert_eq!(stage.deeds(), ["ask shop"]);
    stage.line("shop ready");
    let state = stage.course.state_of("shop", stage.now).expect("it");
    assert_eq!((state.phase, state.pid, state.is_adopted), (RunPhase::Ready, Some(42), true));
    assert!(stage.deeds().is_empty() && stage.kept.is_empty(), "no start of this Perfdesk");
}

#[test]
fn what_comes_late_of_an_earlier_start_changes_nothing() {
    let mut stage = check(
        vec![run("shop", "")],
        "start shop -> spawn shop\nshop up 1 -> ask shop\nshop ends 1\n+1 -> spawn shop\nshop up 2 -> ask shop",
    );
    let late = Happening { service: "shop".into(), attempt: 1, what: What::Asked(Ok(())) };
    stage.course.take(late, stage.now);
    assert_eq!(stage.phases(), "shop=starting");
}

#[test]
fn at_the_end_all_but_what_outlives_is_ended_in_time() {
    let outlives = Run { outlives_perfdesk: true, ..run("db", "") };
    let mut stage = check(
        vec![run("shop", "db"), outlives],
        "start shop -> spawn db\ndb up 1 -> ask db\ndb ready -> spawn shop\nshop up 2 -> ask shop\nshop ready",
    );
    stage.course.close(Duration::from_secs(2), stage.now);
    assert_eq!(stage.deeds(), ["end shop"]);
    assert!(!stage.course.is_closed());
    stage.pass(2.0);
    assert_eq!(stage.deeds(), ["kill shop"], "not after its own ten seconds");
    stage.line("shop ends 9");
    assert!(stage.course.is_closed());
    assert_eq!(stage.phases(), "db=ready shop=stopped");
}

#[test]
fn one_that_is_taken_away_is_stopped_and_forgotten() {
    let mut stage = check(vec![run("shop", "")], "start shop -> spawn shop\nshop up 1 -> ask shop\nshop ready");
    stage.course.set(Vec::new(), stage.now);
    assert_eq!(stage.deeds(), ["end shop"]);
    stage.line("shop ends 0");
    assert_eq!(stage.phases(), "");
    stage.line("start shop");
    stage.deeds();
    assert_eq!(stage.told, ["shop is not run by Perfdesk: Say on the Services page how it is started"]);
}

#[test]
fn one_that_cannot_be_killed_is_never_started_beside_itself() {
    let mut stage = Stage::new(vec![run("shop", "")]);
    for line in ["start shop", "shop up 7", "shop ready", "stop shop"] {
        stage.line(line);
    }
    stage.pass(11.0);
    stage.pass(6.0);
    let state = stage.course.state_of("shop", stage.now).expect("a state");
    assert_eq!((state.phase, state.pid), (RunPhase::Stopping, Some(7)));
    assert!(state.sentence.ends_with("it was killed and is still there"), "{}", state.sentence);
    assert_eq!(stage.course.due(), None, "nothing more is to be done");
    stage.course.take_deeds();
    stage.line("start shop");
    stage.pass(600.0);
    let spawns = |deeds: Vec<Deed>| deeds.iter().filter(|deed| matches!(deed, Deed::Spawn { .. })).count();
    assert_eq!(spawns(stage.course.take_deeds()), 0);
    stage.line("shop ends 1");
    assert_eq!(spawns(stage.course.take_deeds()), 1, "once it is gone it is");
}
