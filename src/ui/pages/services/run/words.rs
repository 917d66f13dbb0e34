//! A service that is run in a few words: its phase by icon and word, who needs it, how its starts went.

use std::collections::BTreeSet;
use std::sync::Arc;

use super::super::words::time_words;
use crate::model::Timestamp;
use crate::model::quantity::{THIN_SPACE, decimals};
use crate::model::run::{RunPhase, RunState, RunStep, RunStepState, StartOutcome, StartRecord};
use crate::ui::chart::time_axis::about_words;
use crate::ui::icons;
use crate::ui::widgets::{Mark, Tone};

/// The icon and tone of a phase; what is as it should be is grey.
pub(in super::super) fn phase_mark(phase: &RunPhase) -> Mark {
    let (icon, tone) = match phase {
        RunPhase::Stopped => (icons::POWER, Tone::Neutral),
        RunPhase::Waiting(_) => (icons::HOURGLASS_MEDIUM, Tone::Info),
        RunPhase::Starting => (icons::CIRCLE_NOTCH, Tone::Info),
        RunPhase::WarmingUp => (icons::THERMOMETER_SIMPLE, Tone::Info),
        RunPhase::Ready => (icons::fill::CHECK_CIRCLE, Tone::Neutral),
        RunPhase::Degraded => (icons::fill::WARNING, Tone::Warning),
        RunPhase::Stopping => (icons::STOP, Tone::Neutral),
        RunPhase::BackingOff { .. } => (icons::fill::HOURGLASS_MEDIUM, Tone::Warning),
        RunPhase::Failed => (icons::fill::X_CIRCLE, Tone::Critical),
    };
    Mark { icon, tone }
}

/// How it does, in a few words; `short` is what is said of the service itself, which is told while it is ready.
pub(in super::super) fn few_words(run: &RunState, short: &str, now: Timestamp) -> String {
    match &run.phase {
        RunPhase::Stopped => "stopped".into(),
        RunPhase::Waiting(needs) if needs.is_empty() => "about to start".into(),
        RunPhase::Waiting(needs) => format!("waits for {}", needs.join(", ")),
        RunPhase::Starting => "starting".into(),
        RunPhase::WarmingUp => match warmed(&run.steps) {
            (_, 0) => "warming up".into(),
            (n, all) => format!("warming up, {n} of {all}"),
        },
        RunPhase::Ready if !short.is_empty() => format!("ready, {short}"),
        RunPhase::Ready => match run.ready_seconds {
            Some(seconds) => format!("ready after {}", start_words(seconds)),
            None => "ready".into(),
        },
        RunPhase::Degraded => {
            let parts: Vec<&str> = run.degraded.iter().map(|lost| &*lost.part).collect();
            if parts.is_empty() { "degraded".into() } else { format!("degraded: without {}", parts.join(", ")) }
        }
        RunPhase::Stopping => "stopping".into(),
        RunPhase::BackingOff { until } => format!("backing off, {}", again_words(*until, now)),
        RunPhase::Failed if run.last_exit.is_empty() => "failed".into(),
        RunPhase::Failed => format!("failed: {}", run.last_exit),
    }
}

/// When it is started again: "again in 4 s".
fn again_words(until: Timestamp, now: Timestamp) -> String {
    match until.since(now).as_secs() {
        0 => "about to start again".into(),
        _ => format!("again in {}", about_words(until.since(now))),
    }
}

/// Steps that are over, and all, of those that a start waits for.
fn warmed(steps: &[RunStep]) -> (usize, usize) {
    let eager = || steps.iter().filter(|step| !step.is_lazy);
    let is_over = |step: &&RunStep| matches!(step.state, RunStepState::Done | RunStepState::Failed);
    (eager().filter(is_over).count(), eager().count())
}

/// Whether it runs, is about to, or is started again by itself: so that it can be stopped.
pub(in super::super) const fn is_up(phase: &RunPhase) -> bool {
    !matches!(phase, RunPhase::Stopped | RunPhase::Failed | RunPhase::Stopping)
}

/// Services that run and cannot be without this one, by name: they are stopped with it.
pub(in super::super) fn held_by(runs: &[Arc<RunState>], service: &str) -> Vec<Arc<str>> {
    let mut found: BTreeSet<&str> = BTreeSet::from([service]);
    loop {
        let n_before = found.len();
        for run in runs {
            if run.needs.iter().any(|need| !need.is_optional && found.contains(&*need.service)) {
                found.insert(&run.service);
            }
        }
        if found.len() == n_before {
            break;
        }
    }
    let is_held = |run: &&Arc<RunState>| *run.service != *service && found.contains(&*run.service) && is_up(&run.phase);
    runs.iter().filter(is_held).map(|run| run.service.clone()).collect()
}

/// Names as people list them: "a, b and c".
pub(super) fn list_words(names: &[Arc<str>]) -> String {
    match names.split_last() {
        None => String::new(),
        Some((last, [])) => last.to_string(),
        Some((last, rest)) => format!("{} and {last}", rest.join(", ")),
    }
}

/// Seconds of a start as people say them: "640 ms", "1.3 s", "2 min".
pub(super) fn start_words(seconds: f64) -> String {
    let (number, unit) = match seconds {
        s if s < 0.995 => (decimals(s * 1e3, 0), "ms"),
        s if s < 9.95 => (decimals(s, 1), "s"),
        s if s < 119.5 => (decimals(s, 0), "s"),
        s => (decimals(s / 60.0, 0), "min"),
    };
    format!("{number}{THIN_SPACE}{unit}")
}

/// The middle of the former starts' times to ready, seconds; `None` where none became ready.
pub(super) fn usual_seconds(starts: &[StartRecord]) -> Option<f64> {
    let mut former: Vec<f64> = starts.iter().skip(1).filter_map(|start| start.ready_seconds).collect();
    former.sort_by(f64::total_cmp);
    let middle = former.len() / 2;
    match former.len() {
        0 => None,
        n if n % 2 == 1 => former.get(middle).copied(),
        _ => Some((former[middle - 1] + former[middle]) / 2.0),
    }
}

/// The newest start held against the former ones: "1.3 s to ready, 0.2 s faster than usual". `None` where it is not over,
/// or there was none.
pub(super) fn comparison(starts: &[StartRecord]) -> Option<String> {
    /// Less than this is no difference: a share of the usual, and seconds.
    const SAME: (f64, f64) = (0.05, 0.05);
    let newest = starts.first()?;
    let Some(seconds) = newest.ready_seconds else {
        return Some(match &newest.outcome {
            StartOutcome::Failed(why) => format!("The newest start failed: {why}"),
            _ => "The newest start was stopped before it was ready".into(),
        });
    };
    let took = format!("{} to ready", start_words(seconds));
    Some(match usual_seconds(starts) {
        None => format!("{took}, the first that is known"),
        Some(usual) => {
            let by = seconds - usual;
            if by.abs() < (usual * SAME.0).max(SAME.1) {
                format!("{took}, as long as usual")
            } else {
                let how = if by < 0.0 { "faster" } else { "slower" };
                format!("{took}, {} {how} than usual", start_words(by.abs()))
            }
        }
    })
}

/// How a start went, with its mark.
pub(super) fn outcome_words(outcome: &StartOutcome) -> (Mark, String) {
    let mark = |icon, tone| Mark { icon, tone };
    match outcome {
        StartOutcome::Ready => (mark(icons::fill::CHECK_CIRCLE, Tone::Neutral), "ready".into()),
        StartOutcome::Degraded(parts) => {
            (mark(icons::fill::WARNING, Tone::Warning), format!("degraded: without {}", list_words(parts)))
        }
        StartOutcome::Failed(why) => (mark(icons::fill::X_CIRCLE, Tone::Critical), format!("failed: {why}")),
        StartOutcome::Stopped => (mark(icons::STOP, Tone::Neutral), "stopped before it was ready".into()),
    }
}

/// The step that took longest, with its time; a dash where there was none.
pub(super) fn slowest_words(start: &StartRecord) -> String {
    let slowest = start.steps.iter().max_by(|a, b| a.seconds.total_cmp(&b.seconds));
    slowest.map_or_else(|| "–".into(), |step| format!("{}, {}", step.name, time_words(Some(step.seconds))))
}

/// A step's state by icon and word.
pub(super) const fn step_words(state: RunStepState) -> (Mark, &'static str) {
    let (icon, tone, word) = match state {
        RunStepState::Waiting => (icons::CIRCLE, Tone::Neutral, "waiting"),
        RunStepState::Running => (icons::CIRCLE_NOTCH, Tone::Info, "under way"),
        RunStepState::Done => (icons::fill::CHECK_CIRCLE, Tone::Neutral, "done"),
        RunStepState::Failed => (icons::fill::X_CIRCLE, Tone::Critical, "failed"),
        RunStepState::Skipped => (icons::SKIP_FORWARD, Tone::Neutral, "not done"),
    };
    (Mark { icon, tone }, word)
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;
    use crate::model::run::{DegradedPart, Need};

    fn start(seconds: Option<f64>) -> StartRecord {
        StartRecord { ready_seconds: seconds, ..StartRecord::default() }
    }

    #[test]
    fn the_newest_start_is_held_against_the_middle_of_the_former_ones() {
        for (seconds, expect) in [
            (&[1.3, 1.5, 1.4, 9.0][..], "1.3\u{2009}s to ready, 200\u{2009}ms faster than usual"),
            (&[4.0, 1.5, 1.5], "4.0\u{2009}s to ready, 2.5\u{2009}s slower than usual"),
            (&[1.52, 1.5, 1.4, 1.6], "1.5\u{2009}s to ready, as long as usual"),
            (&[0.64], "640\u{2009}ms to ready, the first that is known"),
        ] {
            let starts: Vec<StartRecord> = seconds.iter().map(|s| start(Some(*s))).collect();
            assert_eq!(comparison(&starts).as_deref(), Some(expect));
        }
        assert_eq!(comparison(&[]), None);
        let failed = StartRecord { outcome: StartOutcome::Failed("exit code 3".into()), ..start(None) };
        assert_eq!(comparison(&[failed, start(Some(1.0))]).as_deref(), Some("The newest start failed: exit code 3"));
    }

    #[test]
    fn each_phase_is_told_in_a_few_words() {
        let now = Timestamp::from_millis(1_000_000);
        let until = now.plus(Duration::from_secs(4));
        let step = |state, is_lazy| RunStep { state, is_lazy, ..RunStep::default() };
        for (phase, expect) in [
            (RunPhase::Stopped, "stopped"),
            (RunPhase::Waiting(vec!["db".into(), "cache".into()]), "waits for db, cache"),
            (RunPhase::WarmingUp, "warming up, 1 of 2"),
            (RunPhase::Ready, "ready, fine"),
            (RunPhase::Degraded, "degraded: without recommendations"),
            (RunPhase::BackingOff { until }, "backing off, again in 4\u{2009}s"),
            (RunPhase::BackingOff { until: now }, "backing off, about to start again"),
            (RunPhase::Failed, "failed: exit code 3"),
        ] {
            let run = RunState {
                phase,
                steps: vec![
                    step(RunStepState::Done, false),
                    step(RunStepState::Running, false),
                    step(RunStepState::Waiting, true),
                ],
                degraded: vec![DegradedPart { part: "recommendations".into(), why: "".into() }],
                last_exit: "exit code 3".into(),
                ..RunState::default()
            };
            assert_eq!(few_words(&run, "fine", now), expect);
        }
        let silent = RunState { phase: RunPhase::Ready, ready_seconds: Some(1.26), ..RunState::default() };
        assert_eq!(few_words(&silent, "", now), "ready after 1.3\u{2009}s");
    }

    #[test]
    fn those_that_run_and_need_it_are_named_and_not_those_that_do_without() {
        let run = |name: &str, phase, needs: &[(&str, bool)]| {
            let needs = needs
                .iter()
                .map(|(service, is_optional)| Need { service: (*service).into(), is_optional: *is_optional });
            Arc::new(RunState { service: name.into(), phase, needs: needs.collect(), ..RunState::default() })
        };
        let runs = [
            run("db", RunPhase::Ready, &[]),
            run("shop", RunPhase::Ready, &[("db", false)]),
            run("web", RunPhase::Starting, &[("shop", false)]),
            run("old", RunPhase::Stopped, &[("db", false)]),
            run("mail", RunPhase::Ready, &[("db", true)]),
        ];
        assert_eq!(held_by(&runs, "db"), ["shop".into(), "web".into()]);
        assert!(held_by(&runs, "web").is_empty());
        assert_eq!(list_words(&["a".into(), "b".into(), "c".into()]), "a, b and c");
    }
}
