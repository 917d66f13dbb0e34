//! What is wrong with bindings that can be read.

use std::collections::HashMap;
use std::path::Path;

use super::actions::{argv_fault, url_fault};
use super::read::id_fault;
use crate::model::profile::{Binding, Catalogue, ParamKey, Problem, ProblemKind, Reload, VerifyAction};
use crate::profile::convert;
use crate::profile::nearest::did_you_mean;
use crate::profile::plan::names_of;

/// What is wrong with bindings: parameters that are in no catalogue, conversions that do not fit, names and keys of a
/// file used twice, one file taken for two formats, actions that are not accepted. Each text begins with the binding's
/// name.
pub fn check(bindings: &[Binding], catalogue: &Catalogue) -> Vec<Problem> {
    let mut problems = Vec::new();
    let mut taken: HashMap<(&Path, Vec<String>), &Binding> = HashMap::new();
    for (i, binding) in bindings.iter().enumerate() {
        let mut say = |key: Option<&ParamKey>, text: String| problems.push(problem(binding, key, &text));
        if let Some(fault) = id_fault(&binding.id) {
            say(None, fault);
        }
        if bindings[..i].iter().any(|other| other.id == binding.id) {
            say(None, "another binding has this name too: give one another".to_owned());
        }
        if let Some(other) = bindings[..i].iter().find(|o| o.path == binding.path && o.format != binding.format) {
            let (a, b) = (other.format.name(), binding.format.name());
            say(None, format!("{} takes the same file for {a}, this one for {b}: they must agree", other.id));
        }
        for bound in &binding.keys {
            match catalogue.get(&bound.param) {
                None => say(Some(&bound.param), unknown(&bound.param, &bound.key, catalogue)),
                Some(def) if !convert::fits_kind(bound.conversion, &def.kind) => {
                    let (kind, fitting) = (convert::kind_name(&def.kind), convert::fitting(&def.kind));
                    let text = format!(
                        "{} is {kind} and cannot be written as {}: {fitting}",
                        def.title,
                        bound.conversion.slug()
                    );
                    say(Some(&bound.param), text);
                }
                Some(_) => {}
            }
            if let Some(other) = taken.insert((&binding.path, names_of(&bound.key)), binding) {
                let text = if other.id == binding.id {
                    format!("{} is bound twice: remove one", bound.key)
                } else {
                    format!("{} of the same file is bound in {} too: remove one", bound.key, other.id)
                };
                say(Some(&bound.param), text);
            }
        }
        let reload = match &binding.reload {
            Some(Reload::Run { argv, .. }) => argv_fault(argv),
            Some(Reload::Post { url, .. }) => url_fault(url),
            None => None,
        };
        reload.into_iter().for_each(|fault| say(None, fault));
        if let Some(VerifyAction::Get { url, fields, .. }) = &binding.verify {
            url_fault(url).into_iter().for_each(|fault| say(None, fault));
            for (param, field) in fields.iter().filter(|(param, _)| catalogue.get(param).is_none()) {
                say(Some(param), unknown(param, field, catalogue));
            }
        }
    }
    problems
}

/// There is no such parameter; the nearest names are offered where some are near.
fn unknown(param: &ParamKey, key: &str, catalogue: &Catalogue) -> String {
    let near = did_you_mean(param.as_str(), catalogue.parameters.iter().map(|def| def.key.as_str()));
    format!("{key} is bound to {param}, but there is no such parameter{near}")
}

fn problem(binding: &Binding, key: Option<&ParamKey>, text: &str) -> Problem {
    let text = format!("{}: {text}", binding.id).into();
    Problem { kind: ProblemKind::Error, key: key.cloned(), place: None, text, fix: None }
}
