//! Services: made to reload, and asked for their new values.

use std::time::Duration;

use super::Running;
use super::steps::{StepEnd, done, failed};
use crate::apply::fields;
use crate::apply::program::printable;
use crate::apply::words::{host, reload, span};
use crate::apply::world::{Limit, MAX_OUTPUT_BYTES, ProgramOutcome, World};
use crate::model::profile::Reload;

/// Between two questions to a service that has not the new values yet.
const ASK_EVERY: Duration = Duration::from_millis(250);
/// Least and most that a reload or a question may take, whatever the binding says.
const TIMEOUTS: (Duration, Duration) = (Duration::from_millis(50), Duration::from_secs(600));
/// Most differences of an answer that are told.
const MAX_TOLD: usize = 3;

fn bounded(timeout: Duration) -> Duration {
    timeout.clamp(TIMEOUTS.0, TIMEOUTS.1)
}

/// Makes a service take its files, and the values of this profile where Perfdesk runs it, unless that is called off.
pub(super) fn run_reload(
    world: &mut dyn World,
    what: &Reload,
    profile: Option<&str>,
    is_called_off: &mut dyn FnMut() -> bool,
) -> StepEnd {
    let name = reload(what);
    match what {
        Reload::Run { argv, timeout } => {
            let timeout = bounded(*timeout);
            let end = world.run_until(argv, Limit { timeout, is_called_off });
            let took = span(end.took);
            match end.outcome {
                ProgramOutcome::Ended(0) => StepEnd::Done(format!("{name} in {took}"), end.output),
                ProgramOutcome::Ended(code) => {
                    StepEnd::Failed(format!("{name} ended with {code} after {took}"), end.output)
                }
                ProgramOutcome::Signalled => {
                    StepEnd::Failed(format!("{name} was ended by a signal after {took}"), end.output)
                }
                ProgramOutcome::TimedOut => {
                    StepEnd::Failed(format!("{name} took longer than {} and was ended", span(timeout)), end.output)
                }
                ProgramOutcome::CalledOff => {
                    StepEnd::Failed(format!("{name} was called off after {took} and ended"), end.output)
                }
                ProgramOutcome::NotStarted(why) => {
                    StepEnd::Failed(format!("{name} could not be started: {why}"), end.output)
                }
            }
        }
        Reload::Restart { service, timeout } => {
            let begun = world.monotonic();
            match world.renew_until(service, profile, Limit { timeout: bounded(*timeout), is_called_off }) {
                Ok(what) => done(what),
                Err(why) => {
                    let took = span(world.monotonic().saturating_sub(begun));
                    failed(format!("{name} failed after {took}: {why}"))
                }
            }
        }
        Reload::Post { url, timeout } => {
            let begun = world.monotonic();
            match world.post_until(url, Limit { timeout: bounded(*timeout), is_called_off }) {
                Ok(answer) => {
                    let output = printable(&answer.body[..answer.body.len().min(MAX_OUTPUT_BYTES)]);
                    let took = span(world.monotonic().saturating_sub(begun));
                    match answer.status {
                        200..=299 => StepEnd::Done(format!("{name} in {took}"), output),
                        status => StepEnd::Failed(format!("{name} was answered with {status}"), output),
                    }
                }
                Err(why) => failed(format!("{name} failed: {why}")),
            }
        }
    }
}

/// Asks a service once whether it has the new values, unless that is called off.
pub(super) fn ask(
    world: &mut dyn World,
    running: &mut Running,
    i: usize,
    is_called_off: &mut dyn FnMut() -> bool,
) -> StepEnd {
    let Some(get) = running.gets.get(i) else { return done(String::new()) };
    let timeout = bounded(get.timeout);
    let begun = *running.asked_at.get_or_insert(world.monotonic());
    let left = timeout.saturating_sub(world.monotonic().saturating_sub(begun));
    let n = get.wanted.len();
    let from = host(&get.url);
    let amiss = match world.get_until(&get.url, Limit { timeout: left.max(TIMEOUTS.0), is_called_off }) {
        Ok(answer) if !(200..300).contains(&answer.status) => format!("{from} answers with {}", answer.status),
        Ok(answer) => match fields::differences(&answer.body, &get.wanted) {
            Ok(differences) if differences.is_empty() => {
                running.asked_at = None;
                return done(match n {
                    0 => format!("{from} answers"),
                    1 => format!("1 of 1 value read back from {from}"),
                    _ => format!("{n} of {n} values read back from {from}"),
                });
            }
            Ok(differences) => {
                let told = differences.iter().take(MAX_TOLD).cloned().collect::<Vec<_>>().join(", ");
                format!("{} of {n} values read back from {from}: {told}", n - differences.len())
            }
            Err(why) => format!("{from}: {why}"),
        },
        Err(why) => format!("{from}: {why}"),
    };
    if world.monotonic().saturating_sub(begun) + ASK_EVERY >= timeout {
        running.asked_at = None;
        return failed(format!("{amiss}, after {}", span(timeout)));
    }
    world.pause(ASK_EVERY);
    StepEnd::Again(amiss)
}
