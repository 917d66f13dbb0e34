//! Changes to how services are run, each whole or not at all.

use super::set_up::{Refusal, full, put as put_one};
use crate::model::run::{MAX_RUNS, Run, cycle};
use crate::profile::secret::{is_secret_name, looks_like_secret};

/// Keeps how a service is run, in place of the one of its name. A value that looks like a secret becomes one.
///
/// # Errors
/// [`Refusal`]; nothing changed then.
pub fn put(runs: &mut Vec<Run>, run: Run) -> Result<(), Refusal> {
    let mut run = run.clamped();
    let place = runs.iter().position(|other| other.service == run.service);
    let known = place.and_then(|place| runs.get(place));
    for variable in &mut run.environment {
        let is_telling = is_secret_name(&variable.name) || looks_like_secret(&variable.value);
        variable.is_secret |= is_telling && !variable.value.is_empty();
        if !variable.is_secret {
            variable.secret = None;
            continue;
        }
        let typed = std::mem::take(&mut variable.value);
        let typed = (!typed.is_empty()).then_some(crate::model::profile::Secret(typed));
        variable.secret = typed.or_else(|| variable.secret.take()).or_else(|| {
            let same = known?.environment.iter().find(|other| other.name == variable.name)?;
            same.secret.clone()
        });
    }
    let fault = run.fault().or_else(|| full(place, runs.len(), MAX_RUNS, "services that are run")).or_else(|| {
        let others = runs.iter().filter(|other| other.service != run.service);
        let all: Vec<Run> = others.chain([&run]).cloned().collect();
        let way = cycle(&all)?;
        Some(format!("They would wait for each other: {}", way.join(" needs ")))
    });
    put_one(runs, place, run, |run| format!("How {} is run was not kept", run.service), fault)
}
