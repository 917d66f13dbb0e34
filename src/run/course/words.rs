//! How a service that is run does, in a sentence.

use chrono::{DateTime, FixedOffset};

use super::Now;
use crate::model::Timestamp;
use crate::model::run::{RunPhase, RunState, RunStepState};

/// The time of day here; with the date where it was another day.
fn clock(at: Timestamp, now: Now) -> String {
    let local = |at: Timestamp| {
        let zone = FixedOffset::east_opt(now.offset_seconds)?;
        Some(DateTime::from_timestamp_millis(at.as_millis())?.with_timezone(&zone))
    };
    let (Some(then), Some(today)) = (local(at), local(now.at)) else { return "an unknown time".into() };
    let form = if then.date_naive() == today.date_naive() { "%H:%M:%S" } else { "%Y-%m-%d %H:%M:%S" };
    then.format(form).to_string()
}

/// Seconds as people read them.
pub fn span(seconds: f64) -> String {
    match seconds {
        s if s < 0.995 => format!("{:.0} ms", s * 1000.0),
        s if s < 9.95 => format!("{s:.1} s"),
        s if s < 119.5 => format!("{s:.0} s"),
        s => format!("{:.0} min", s / 60.0),
    }
}

/// The sentence; `why` is why the service is where it is.
pub(super) fn sentence(state: &RunState, why: &str, is_stuck: bool, now: Now) -> String {
    let name = &state.service;
    let since = clock(state.since, now);
    match &state.phase {
        RunPhase::Stopped if state.last_exit.is_empty() => format!("{name} does not run"),
        RunPhase::Stopped => format!("{name} does not run since {since}: {}", state.last_exit),
        RunPhase::Waiting(needs) if needs.is_empty() => format!("{name} is about to start"),
        RunPhase::Waiting(needs) => format!("{name} waits for {}", list(needs.iter().map(|need| &**need))),
        RunPhase::Starting => match state.pid {
            Some(pid) => format!("{name} is starting since {since}, process {pid}, and is not ready yet"),
            None => format!("{name} is being started"),
        },
        RunPhase::WarmingUp => {
            let eager = || state.steps.iter().filter(|step| !step.is_lazy);
            let n_over = eager().filter(|step| matches!(step.state, RunStepState::Done | RunStepState::Failed)).count();
            match eager().find(|step| step.state == RunStepState::Running) {
                Some(step) => {
                    format!("{name} is warming up: {}, step {} of {}", step.name, n_over + 1, eager().count())
                }
                None => format!("{name} is warming up"),
            }
        }
        RunPhase::Ready if state.is_adopted => format!("{name} is ready; it ran before Perfdesk was started"),
        RunPhase::Ready => format!("{name} is ready since {since}{}", after(state)),
        RunPhase::Degraded => {
            let parts: Vec<String> =
                state.degraded.iter().map(|lost| format!("{} ({})", lost.part, lost.why)).collect();
            let parts = list(parts.iter().map(String::as_str));
            format!("{name} is degraded since {since}{}: without {parts}", after(state))
        }
        RunPhase::Stopping if is_stuck => format!("{name} was asked to end at {since}: {why}"),
        RunPhase::Stopping => format!("{name} was asked to end at {since}"),
        RunPhase::BackingOff { until } => {
            format!("{name} is started again at {}: {why}", clock(*until, now))
        }
        RunPhase::Failed => format!("{name} failed at {since}: {why}"),
    }
}

fn after(state: &RunState) -> String {
    state.ready_seconds.map(|seconds| format!(", {} after its start", span(seconds))).unwrap_or_default()
}

fn list<'a>(all: impl Iterator<Item = &'a str>) -> String {
    let all: Vec<&str> = all.collect();
    match all.split_last() {
        None => String::new(),
        Some((last, [])) => (*last).to_owned(),
        Some((last, rest)) => format!("{} and {last}", rest.join(", ")),
    }
}
