//! What is wrong with a profile: its document's own faults, and values that do not go together.
//!
//! Values are judged as they hold on this machine, wherever they come from. Each rule is one [`Rule`] with its source,
//! says what happens and, where one value would mend it, offers that.

mod cache;
mod facts;
mod pools;
mod service;
#[cfg(test)]
mod tests;
mod timeouts;

use std::sync::Arc;

use super::document::places_of;
use super::fields::problem;
use super::resolve::{effective, layers};
use crate::model::profile::{Catalogue, LOCAL_LAYER, ParamKey, Problem, ProblemKind, Profile};
use facts::{Facts, Finding};

/// A rule about values that do not go together.
pub struct Rule {
    /// The parameter under which it is told.
    pub key: &'static str,
    /// What it watches, in a few words.
    pub about: &'static str,
    /// Where it comes from.
    pub source: &'static str,
    find: fn(&Facts<'_>) -> Option<Finding>,
}

/// Every rule.
pub fn rules() -> impl Iterator<Item = &'static Rule> {
    [pools::RULES, timeouts::RULES, cache::RULES, service::RULES].into_iter().flatten()
}

/// The rules that may be told under a parameter.
pub fn rules_of(key: &ParamKey) -> impl Iterator<Item = &'static Rule> {
    rules().filter(|rule| rule.key == key.as_str())
}

/// What is wrong with a profile on this machine, errors first: its document's problems, whether the layers under and over
/// it have errors, and values that do not go together. For the machine's own layer its document's alone.
pub fn check(catalogue: &Catalogue, profiles: &[Arc<Profile>], local: Option<&Profile>, name: &str) -> Vec<Problem> {
    if name == LOCAL_LAYER {
        return local.map_or_else(Vec::new, |local| sorted(local.problems.to_vec()));
    }
    let own = profiles.iter().find(|profile| &*profile.name == name);
    let mut problems = own.map_or_else(Vec::new, |profile| profile.problems.to_vec());
    match layers(profiles, name) {
        Err(problem) => problems.push(problem),
        Ok(layers) => {
            let below = layers.iter().map(|layer| layer.as_ref()).filter(|layer| &*layer.name != name);
            problems.extend(below.chain(local).filter_map(layer_errors));
        }
    }
    if let Ok(effective) = effective(catalogue, profiles, local, name) {
        let facts = Facts { catalogue, effective: &effective };
        let mut found: Vec<Problem> =
            rules().filter_map(|rule| Some(facts.problem((rule.find)(&facts)?, rule.source))).collect();
        if let Some(own) = own.filter(|_| !found.is_empty()) {
            let keys: Vec<_> = found.iter().filter_map(|problem| problem.key.as_ref()).collect();
            let places = places_of(&own.text, &keys);
            found.iter_mut().zip(places).for_each(|(problem, place)| problem.place = place);
        }
        problems.extend(found);
    }
    sorted(problems)
}

/// That a layer has errors: values of it that are not well do not hold, and others hold in their place.
fn layer_errors(layer: &Profile) -> Option<Problem> {
    let n = layer.problems.iter().filter(|problem| problem.kind == ProblemKind::Error).count();
    let errors = match n {
        0 => return None,
        1 => "an error".to_owned(),
        n => format!("{n} errors"),
    };
    let text = format!("{}, whose values hold here too, has {errors}: mend it first", layer.name);
    Some(problem(ProblemKind::Error, None, None, text))
}

fn sorted(mut problems: Vec<Problem>) -> Vec<Problem> {
    problems.sort_by_key(|problem| problem.kind);
    problems
}
