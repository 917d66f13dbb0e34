//! Whatever is asked and whatever happens: what must hold in every order of things.

use std::collections::BTreeMap;
use std::sync::Arc;

use proptest::prelude::*;

use super::tests::{Stage, run};
use super::*;
use crate::model::run::{RestartWhen, RunCommand, RunPhase};

const NAMES: [&str; 4] = ["cache", "db", "shop", "web"];

#[derive(Debug, Clone)]
enum Move {
    Start(usize),
    Stop(usize),
    Restart(usize),
    StopAll,
    Pass(u16),
    /// Something that may happen to the service as it stands.
    Happen(usize, u8),
}

fn moves() -> impl Strategy<Value = Vec<Move>> {
    let service = || 0..NAMES.len();
    let one = prop_oneof![
        3 => service().prop_map(Move::Start),
        1 => service().prop_map(Move::Stop),
        1 => service().prop_map(Move::Restart),
        1 => Just(Move::StopAll),
        3 => (0_u16..400).prop_map(Move::Pass),
        12 => (service(), any::<u8>()).prop_map(|(service, what)| Move::Happen(service, what)),
    ];
    proptest::collection::vec(one, 1..120)
}

/// What the world knows: which starts have a process.
#[derive(Default)]
struct Made {
    running: BTreeMap<Arc<str>, u64>,
    asked_to_end: BTreeMap<Arc<str>, u64>,
    killed: Vec<Arc<str>>,
}

impl Made {
    /// Takes deeds in, and checks them.
    fn take(&mut self, course: &mut Course, now: Now) -> Result<(), TestCaseError> {
        for deed in course.take_deeds() {
            match deed {
                Deed::Spawn { run, attempt } => {
                    prop_assert!(!self.running.contains_key(&run.service), "{} runs twice", run.service);
                    for need in &run.needs {
                        let state = course.state_of(&need.service, now).expect("a service");
                        let is_there = self.running.contains_key(&need.service) && state.phase.is_usable();
                        prop_assert!(need.is_optional || is_there, "{} without {}", run.service, need.service);
                    }
                    self.running.insert(run.service.clone(), attempt);
                }
                Deed::End { service, attempt, is_forced } => {
                    prop_assert_eq!(self.running.get(&service), Some(&attempt), "ends what does not run");
                    if is_forced {
                        prop_assert_eq!(self.asked_to_end.get(&service), Some(&attempt), "kills without asking");
                        self.killed.push(service.clone());
                    }
                    self.asked_to_end.insert(service, attempt);
                }
                Deed::Ask { service, attempt, .. } | Deed::Step { service, attempt, .. } => {
                    prop_assert_eq!(self.running.get(&service), Some(&attempt), "asks what does not run");
                }
                Deed::Keep { record, .. } => {
                    let seconds = record.ready_seconds.unwrap_or(0.0);
                    prop_assert!(seconds >= record.answering_seconds.unwrap_or(0.0) || record.ready_seconds.is_none());
                }
                Deed::Tell { .. } | Deed::Say { .. } => {}
            }
        }
        Ok(())
    }
}

fn happening(what: u8, state: &crate::model::run::RunState) -> Option<What> {
    let exit = Exit { words: "it ended".into(), is_clean: what.is_multiple_of(2), last_lines: Vec::new() };
    let is_up = state.pid.is_some();
    Some(match (&state.phase, what % 4) {
        (RunPhase::Starting, 0) if !is_up => What::NotSpawned { why: "no".into(), is_final: what > 200 },
        (RunPhase::Starting, _) if !is_up => What::Spawned { pid: 7 },
        (RunPhase::Starting, 0) => What::Asked(Err("not yet".into())),
        (RunPhase::Starting, 1 | 2) => What::Asked(Ok(())),
        (RunPhase::WarmingUp, 0..=2) => What::Stepped {
            step: state.steps.iter().position(|step| step.state == crate::model::run::RunStepState::Running)?,
            outcome: if what > 180 { Err("no".into()) } else { Ok(()) },
        },
        (phase, 3) if is_up && !matches!(phase, RunPhase::Stopping) => What::Gone(exit),
        (RunPhase::Stopping, _) => What::Gone(exit),
        _ => return None,
    })
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 100, failure_persistence: None, ..ProptestConfig::default() })]
    #[test]
    fn no_service_runs_twice_none_without_its_needs_and_all_come_to_rest(moves in moves(), when in 0..3_u8) {
        let when = [RestartWhen::Never, RestartWhen::OnFailure, RestartWhen::Always][usize::from(when)];
        let mut runs = vec![run("cache", ""), run("db", ""), run("shop", "db cache?"), run("web", "shop")];
        for run in &mut runs {
            run.restart.when = when;
        }
        let (mut stage, mut made) = (Stage::new(runs), Made::default());
        for one in moves {
            match one {
                Move::Start(i) => stage.course.command(&RunCommand::Start(NAMES[i].into()), stage.now),
                Move::Stop(i) => stage.course.command(&RunCommand::Stop(NAMES[i].into()), stage.now),
                Move::Restart(i) => stage.course.command(&RunCommand::Restart(NAMES[i].into()), stage.now),
                Move::StopAll => stage.course.command(&RunCommand::StopAll, stage.now),
                Move::Pass(tenths) => stage.pass(f64::from(tenths) / 10.0),
                Move::Happen(i, what) => {
                    let state = stage.course.state_of(NAMES[i], stage.now).expect("a service");
                    if let Some(what) = happening(what, &state) {
                        if matches!(what, What::Gone(_) | What::NotSpawned { .. }) {
                            made.running.remove(NAMES[i]);
                        }
                        stage.happens(NAMES[i], what);
                    }
                }
            }
            made.take(&mut stage.course, stage.now)?;
            // What is killed is gone.
            while let Some(name) = made.killed.pop() {
                made.running.remove(&name);
                stage.happens(&name, What::Gone(Exit::default()));
                made.take(&mut stage.course, stage.now)?;
            }
        }
        // Whatever was, all of it can be stopped.
        stage.course.command(&RunCommand::StopAll, stage.now);
        for _ in 0..40 {
            made.take(&mut stage.course, stage.now)?;
            for name in NAMES {
                let state = stage.course.state_of(name, stage.now).expect("a service");
                let what = match (&state.phase, state.pid) {
                    (RunPhase::Starting, None) => What::Spawned { pid: 7 },
                    (RunPhase::Stopping, _) => {
                        made.running.remove(name);
                        What::Gone(Exit::default())
                    }
                    _ => continue,
                };
                stage.happens(name, what);
            }
        }
        prop_assert_eq!(stage.phases(), "cache=stopped db=stopped shop=stopped web=stopped");
        prop_assert!(made.running.is_empty());
        let due = stage.course.due();
        prop_assert!(due.is_none(), "nothing is to come: {:?}", due);
    }
}
