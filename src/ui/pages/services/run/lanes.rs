//! A start as lanes on a time axis: how long until it answered, and then each step of the warm-up.
//!
//! Steps are done one after the other, so where each begins follows from how long those before it took.

use std::sync::Arc;

use crate::model::Timestamp;
use crate::model::run::{RunPhase, RunState, RunStep, RunStepState};

/// One lane.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Lane {
    pub name: Arc<str>,
    pub state: RunStepState,
    /// Seconds since the start at which it began and ended, or up to which it is; `None` before it begins.
    pub span: Option<(f64, f64)>,
    /// Repeats done and in all; both 0 where nothing is repeated.
    pub repeats: (u32, u32),
    /// Why it failed; empty where it did not.
    pub error: Arc<str>,
    /// Whether the service does not wait for it.
    pub is_lazy: bool,
}

/// A start.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Lanes {
    pub lanes: Vec<Lane>,
    /// Seconds the axis is long.
    pub length: f64,
    /// Seconds until it was ready; `None` before.
    pub ready: Option<f64>,
    /// Whether it goes on.
    pub is_live: bool,
}

impl Lanes {
    /// The lanes of the start that goes on, or of the last; `None` where it was never started.
    pub(super) fn of(run: &RunState, now: Timestamp) -> Option<Self> {
        let started = run.started_at?;
        let elapsed = now.since(started).as_secs_f64();
        let until_phase = run.since.since(started).as_secs_f64();
        let is_live = matches!(run.phase, RunPhase::Starting | RunPhase::WarmingUp);
        let answering = answering(run, started, until_phase);
        let is_over_badly = matches!(run.phase, RunPhase::Failed | RunPhase::BackingOff { .. });
        let (state, until) = match (answering, &run.phase) {
            (Some(seconds), _) => (RunStepState::Done, seconds),
            (None, RunPhase::Starting) => (RunStepState::Running, elapsed),
            (None, _) if is_over_badly => (RunStepState::Failed, until_phase),
            (None, _) => (RunStepState::Skipped, 0.0),
        };
        let mut lanes = vec![Lane {
            name: "Until it answers".into(),
            state,
            span: (state != RunStepState::Skipped).then_some((0.0, until)),
            repeats: (0, 0),
            error: "".into(),
            is_lazy: false,
        }];
        let mut at = until;
        for step in run.steps.iter().filter(|step| !step.is_lazy) {
            lanes.push(lane(step, &mut at, is_live.then_some(elapsed)));
        }
        at = run.ready_seconds.unwrap_or(at);
        for step in run.steps.iter().filter(|step| step.is_lazy) {
            lanes.push(lane(step, &mut at, None));
        }
        let end = lanes.iter().filter_map(|lane| lane.span).fold(0.0, |end: f64, (_, to)| end.max(to));
        let end = end.max(run.ready_seconds.unwrap_or_default()).max(0.001);
        // While it grows the axis grows by whole steps, so that bars do not creep.
        let length = if is_live { step_above(end) } else { end };
        Some(Self { lanes, length, ready: run.ready_seconds, is_live })
    }
}

/// Seconds until it answered, as far as that is known.
fn answering(run: &RunState, started: Timestamp, until_phase: f64) -> Option<f64> {
    match run.phase {
        RunPhase::Starting => return None,
        RunPhase::WarmingUp => return Some(until_phase),
        _ => {}
    }
    let record = run.starts.first().filter(|start| start.at == started);
    record.and_then(|start| start.answering_seconds).or_else(|| {
        let eager: f64 = run.steps.iter().filter(|step| !step.is_lazy).filter_map(|step| step.seconds).sum();
        run.ready_seconds.map(|ready| (ready - eager).max(0.0))
    })
}

/// The lane of a step that begins at `at`, which it moves on; one that goes on reaches up to `elapsed`.
fn lane(step: &RunStep, at: &mut f64, elapsed: Option<f64>) -> Lane {
    let is_begun = !matches!(step.state, RunStepState::Waiting | RunStepState::Skipped);
    let span = is_begun.then(|| {
        let by_its_own = *at + step.seconds.unwrap_or_default();
        let to = match (step.state, elapsed) {
            (RunStepState::Running, Some(elapsed)) => by_its_own.max(elapsed),
            _ => by_its_own,
        };
        let span = (*at, to);
        *at = to;
        span
    });
    let repeats = if step.n_all > 1 { (step.n_done, step.n_all) } else { (0, 0) };
    let (name, error) = (step.name.clone(), step.error.clone());
    Lane { name, state: step.state, span, repeats, error, is_lazy: step.is_lazy }
}

/// The next of 1, 2 and 5 times a power of ten that is above.
fn step_above(seconds: f64) -> f64 {
    let power = 10f64.powf(seconds.max(1e-3).log10().floor());
    [1.0, 2.0, 5.0, 10.0].into_iter().map(|n| n * power).find(|step| *step > seconds * 1.02).unwrap_or(seconds * 2.0)
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;
    use crate::model::run::StartRecord;

    const START: Timestamp = Timestamp::from_millis(1_000_000);

    fn after(millis: u64) -> Timestamp {
        START.plus(Duration::from_millis(millis))
    }

    fn step(name: &str, state: RunStepState, seconds: Option<f64>, is_lazy: bool) -> RunStep {
        RunStep { name: name.into(), state, seconds, is_lazy, n_all: 1, ..RunStep::default() }
    }

    fn run(phase: RunPhase, since: u64, steps: Vec<RunStep>) -> RunState {
        RunState { phase, since: after(since), started_at: Some(START), steps, ..RunState::default() }
    }

    fn spans(lanes: &Lanes) -> Vec<Option<(f64, f64)>> {
        let round = |x: f64| (x * 100.0).round() / 100.0;
        lanes.lanes.iter().map(|lane| lane.span.map(|(from, to)| (round(from), round(to)))).collect()
    }

    #[test]
    fn a_start_that_goes_on_grows_and_what_comes_later_has_no_place_yet() {
        let starting = Lanes::of(&run(RunPhase::Starting, 0, vec![]), after(700)).expect("started");
        assert_eq!(spans(&starting), [Some((0.0, 0.7))]);
        assert_eq!((starting.is_live, starting.length), (true, 1.0));
        let steps = vec![
            step("pool", RunStepState::Done, Some(0.3), false),
            step("routes", RunStepState::Running, Some(0.1), false),
            step("model", RunStepState::Waiting, None, false),
        ];
        let warming = Lanes::of(&run(RunPhase::WarmingUp, 500, steps), after(1400)).expect("started");
        assert_eq!(spans(&warming), [Some((0.0, 0.5)), Some((0.5, 0.8)), Some((0.8, 1.4)), None]);
        assert_eq!(warming.length, 2.0);
    }

    #[test]
    fn a_start_that_is_over_knows_when_it_answered_and_lazy_steps_come_after_it_was_ready() {
        let steps =
            vec![step("lazy", RunStepState::Done, Some(0.5), true), step("pool", RunStepState::Done, Some(0.3), false)];
        let mut ready = run(RunPhase::Ready, 1300, steps);
        ready.ready_seconds = Some(1.3);
        let derived = Lanes::of(&ready, after(9000)).expect("started");
        assert_eq!(spans(&derived), [Some((0.0, 1.0)), Some((1.0, 1.3)), Some((1.3, 1.8))]);
        assert_eq!((derived.ready, derived.is_live), (Some(1.3), false));
        let record = StartRecord { at: START, answering_seconds: Some(0.9), ..StartRecord::default() };
        ready.starts = [record].into();
        assert_eq!(spans(&Lanes::of(&ready, after(9000)).expect("started"))[0], Some((0.0, 0.9)));
        let failed = Lanes::of(&run(RunPhase::Failed, 2500, vec![]), after(9000)).expect("started");
        assert_eq!((failed.lanes[0].state, spans(&failed)), (RunStepState::Failed, vec![Some((0.0, 2.5))]));
        assert_eq!(Lanes::of(&RunState::default(), after(0)), None);
    }
}
