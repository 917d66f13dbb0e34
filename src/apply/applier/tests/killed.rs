//! A process that ends at any step: the files are old or new, never half, and the next start says which.

use super::*;
use crate::apply::world::ProgramOutcome;

/// What a process was doing when it ended.
#[derive(Debug, Clone, Copy, PartialEq)]
enum Doing {
    /// Applying, and the person keeps it.
    Keeping,
    /// Applying, and the reload fails.
    Failing,
    /// Taking back what was kept before.
    TakingBack,
}

/// Does it in a world that may stop at some step; gives how many steps there were.
fn act(world: &FakeWorld, doing: Doing) -> usize {
    let Ok((mut applier, _)) = Applier::open(Box::new(world.clone()), "/data".as_ref()) else {
        return world.state().log.len();
    };
    if doing == Doing::TakingBack {
        if applier.roll_back(ApplyId(1), "ada asked").is_ok() {
            run(&mut applier);
        }
    } else if let Ok(id) = begin(&mut applier, full_plan()) {
        run(&mut applier);
        let _ = applier.keep(id);
    }
    world.state().log.len()
}

fn prepared(doing: Doing) -> FakeWorld {
    let world = world();
    match doing {
        Doing::Keeping => {}
        Doing::Failing => world.state().ends.push_back(ProgramOutcome::Ended(1)),
        Doing::TakingBack => {
            let (mut applier, _) = open(&world);
            apply_and_keep(&mut applier, full_plan());
        }
    }
    world.restarted(false)
}

/// Opens after the end of a process and checks all that must hold; gives whether the new content is there.
fn check_opened(world: &FakeWorld, context: &str) -> bool {
    let record = world.state().text("/data/applies/000001/record.ron");
    let was_over = record.is_empty() || record.contains("is_settled: true");
    let (applier, told) = open(world);
    let phase = applier.records().first().map(|record| record.phase.clone());
    let is_new = matches!(phase, Some(ApplyPhase::Kept));
    assert_eq!(contents(world), if is_new { new() } else { old() }, "{context}: {phase:?}");
    match (was_over, &told[..], is_new) {
        (true, [], _) => {}
        (false, [Recovery::Finished { is_kept, .. }], is_new) if *is_kept == is_new => {}
        (false, [Recovery::TakenBack { .. }], false) => {}
        (was_over, told, is_new) => panic!("{context}: {told:?}, over before: {was_over}, new: {is_new}"),
    }
    assert!(phase.is_none_or(|phase| phase.is_over()), "{context}");
    assert_eq!(applier.active().as_deref(), is_new.then_some("production"), "{context}");
    let state = world.state();
    let is_left =
        |path: &std::path::PathBuf| path.to_string_lossy().contains("perfdesk-new") && !path.starts_with("/data");
    assert_eq!(state.files.keys().filter(|path| is_left(path)).count(), 0, "{context}: no draft is left");
    for path in [A, B] {
        let path: &std::path::Path = path.as_ref();
        assert_eq!(state.files[path].1.mode, prepared(Doing::Keeping).state().files[path].1.mode, "{context}");
        if let Some(loaded) = state.loaded.get(path) {
            assert_eq!(loaded.0, state.files[path].0, "{context}: the service has what the file has");
        }
    }
    is_new
}

fn kill_at_every_step(doing: Doing, expect_new: (bool, bool)) -> usize {
    let n_steps = act(&prepared(doing), doing);
    assert!(n_steps > 15, "there is something to kill: {n_steps}");
    let mut seen = Vec::new();
    for stop_at in 0..=n_steps {
        for (is_torn, is_power_cut) in [(false, false), (true, false), (false, true), (true, true)] {
            let context =
                format!("{doing:?} stopped at {stop_at} of {n_steps}, torn {is_torn}, power cut {is_power_cut}");
            let world = prepared(doing);
            (world.state().stop_at, world.state().is_torn) = (Some(stop_at), is_torn);
            act(&world, doing);
            let world = world.restarted(is_power_cut);
            seen.push(check_opened(&world, &context));
            let (_, told) = open(&world.restarted(is_power_cut));
            assert_eq!(told, [], "{context}: it is told once");
        }
    }
    assert_eq!((seen[0], seen[seen.len() - 1]), expect_new, "{doing:?}");
    n_steps
}

#[test]
fn killed_at_any_step_of_an_apply_that_is_kept() {
    kill_at_every_step(Doing::Keeping, (false, true));
}

#[test]
fn killed_at_any_step_of_an_apply_whose_reload_fails() {
    kill_at_every_step(Doing::Failing, (false, false));
}

#[test]
fn killed_at_any_step_while_a_past_apply_goes_back() {
    kill_at_every_step(Doing::TakingBack, (true, false));
}

#[test]
fn killed_again_at_any_step_of_the_recovery() {
    let n_steps = act(&prepared(Doing::Keeping), Doing::Keeping);
    let mut n_killed = 0;
    for first in (0..n_steps).step_by(3) {
        for second in 0.. {
            let world = prepared(Doing::Keeping);
            world.state().stop_at = Some(first);
            act(&world, Doing::Keeping);
            let world = world.restarted(false);
            (world.state().stop_at, world.state().is_torn) = (Some(second), second % 2 == 0);
            drop(Applier::open(Box::new(world.clone()), "/data".as_ref()));
            let is_done = world.state().log.len() <= second;
            let world = world.restarted(second % 4 < 2);
            check_opened(&world, &format!("stopped at {first}, then at {second}"));
            if is_done {
                break;
            }
            n_killed += 1;
        }
    }
    assert!(n_killed > 100, "{n_killed}");
}
