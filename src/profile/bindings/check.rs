//! What is wrong with bindings beside their text: with each other, and with the catalogue.

use std::collections::HashMap;
use std::path::PathBuf;

use super::actions::{argv_fault, service_fault, url_fault};
use super::path::lexical;
use super::read::{Draft, id_fault};
use crate::model::profile::{
    Binding, Catalogue, Conversion, FileFormat, ParamKey, Problem, ProblemKind, Reload, VerifyAction,
};
use crate::profile::convert;
use crate::profile::nearest::did_you_mean;
use crate::profile::plan::names_of;
use crate::profile::ron_record::Reading;

/// What is wrong with bindings: parameters that are in no catalogue, conversions that do not fit, names and keys of a
/// file used twice, one file taken for two formats, actions that are not accepted. Each text begins with the binding's
/// name. Paths that are the same file as they are written, such as `/a/../b` and `/b`, are one.
pub fn check(bindings: &[Binding], catalogue: &Catalogue) -> Vec<Problem> {
    let mut problems = Vec::new();
    let mut known = Known::default();
    for (i, binding) in bindings.iter().enumerate() {
        let mut say = |key: Option<&ParamKey>, text: String| problems.push(problem(binding, key, &text));
        if let Some(fault) = id_fault(&binding.id) {
            say(None, fault);
        }
        if bindings[..i].iter().any(|other| other.id == binding.id) {
            say(None, "another binding has this name too: give one another".to_owned());
        }
        known.look(&Looked::of(binding), catalogue, &mut |key, _, text| say(key, text));
        let reload = match &binding.reload {
            Some(Reload::Run { argv, .. }) => argv_fault(argv),
            Some(Reload::Post { url, .. }) => url_fault(url),
            Some(Reload::Restart { service, .. }) => service_fault(service),
            None => None,
        };
        reload.into_iter().for_each(|fault| say(None, fault));
        if let Some(VerifyAction::Get { url, .. }) = &binding.verify {
            url_fault(url).into_iter().for_each(|fault| say(None, fault));
        }
    }
    problems
}

/// The same of a text's bindings, as far as they can be read, with their places. What the reading tells is not told again.
pub(super) fn check_drafts(reading: &mut Reading<'_>, drafts: &[Draft], catalogue: &Catalogue) {
    let mut known = Known::default();
    for draft in drafts {
        let name = draft.id.as_deref().unwrap_or("a binding");
        known.look(&Looked::of_draft(draft, name), catalogue, &mut |key, at, text| {
            reading.fault_of(at.unwrap_or(draft.at), key, format!("{name}: {text}"));
        });
    }
}

/// What is looked at of a binding; what could not be read of it is absent.
struct Looked<'a> {
    id: &'a str,
    path: Option<PathBuf>,
    format: Option<FileFormat>,
    keys: Vec<LookedKey<'a>>,
    verify: Option<&'a VerifyAction>,
}

struct LookedKey<'a> {
    param: Option<&'a ParamKey>,
    key: Option<&'a str>,
    conversion: Option<Conversion>,
    /// Its byte of the text.
    at: Option<usize>,
}

impl<'a> Looked<'a> {
    fn of(binding: &'a Binding) -> Self {
        let key = |bound: &'a crate::model::profile::BoundKey| LookedKey {
            param: Some(&bound.param),
            key: Some(&bound.key),
            conversion: Some(bound.conversion),
            at: None,
        };
        Self {
            id: &binding.id,
            path: Some(lexical(&binding.path)),
            format: Some(binding.format),
            keys: binding.keys.iter().map(key).collect(),
            verify: binding.verify.as_ref(),
        }
    }

    fn of_draft(draft: &'a Draft, name: &'a str) -> Self {
        let key = |key: &'a super::read::DraftKey| LookedKey {
            param: key.param.as_ref(),
            key: key.key.as_deref(),
            conversion: key.conversion,
            at: Some(key.at),
        };
        Self {
            id: name,
            path: draft.path.as_deref().map(lexical),
            format: draft.format,
            keys: draft.keys.iter().map(key).collect(),
            verify: draft.verify.as_ref().and_then(Option::as_ref),
        }
    }
}

/// What earlier bindings have of each file.
#[derive(Default)]
struct Known {
    /// The file's format, and whose.
    formats: HashMap<PathBuf, Vec<(FileFormat, String)>>,
    /// Whose each key is, and which of all bindings that is.
    keys: HashMap<(PathBuf, Vec<String>), (usize, String)>,
    n_looked: usize,
}

type Say<'s> = &'s mut dyn FnMut(Option<&ParamKey>, Option<usize>, String);

impl Known {
    fn look(&mut self, binding: &Looked<'_>, catalogue: &Catalogue, say: Say<'_>) {
        self.n_looked += 1;
        if let (Some(path), Some(format)) = (&binding.path, binding.format) {
            let known = self.formats.entry(path.clone()).or_default();
            if let Some((other, whose)) = known.iter().find(|(other, _)| *other != format) {
                let (a, b) = (other.name(), format.name());
                say(None, None, format!("{whose} takes the same file for {a}, this one for {b}: they must agree"));
            }
            known.push((format, binding.id.to_owned()));
        }
        for key in &binding.keys {
            if let Some(fault) = parameter_fault(key, catalogue) {
                say(key.param, key.at, fault);
            }
            let (Some(path), Some(name)) = (&binding.path, key.key) else { continue };
            let mine = (self.n_looked, binding.id.to_owned());
            if let Some((whose, other)) = self.keys.insert((path.clone(), names_of(name)), mine) {
                let text = if whose == self.n_looked {
                    format!("{name} is bound twice: remove one")
                } else {
                    format!("{name} of the same file is bound in {other} too: remove one")
                };
                say(key.param, key.at, text);
            }
        }
        if let Some(VerifyAction::Get { fields, .. }) = binding.verify {
            for (param, field) in fields.iter().filter(|(param, _)| catalogue.get(param).is_none()) {
                say(Some(param), None, unknown(param, field, catalogue));
            }
        }
    }
}

/// Why a key cannot be bound to its parameter.
fn parameter_fault(key: &LookedKey<'_>, catalogue: &Catalogue) -> Option<String> {
    let param = key.param?;
    let Some(def) = catalogue.get(param) else {
        return Some(unknown(param, key.key.unwrap_or("a key"), catalogue));
    };
    let conversion = key.conversion.filter(|conversion| !convert::fits_kind(*conversion, &def.kind))?;
    let (kind, fitting) = (convert::kind_name(&def.kind), convert::fitting(&def.kind));
    Some(format!("{} is {kind} and cannot be written as {}: {fitting}", def.title, conversion.slug()))
}

/// There is no such parameter; the nearest names are offered where some are near.
fn unknown(param: &ParamKey, key: &str, catalogue: &Catalogue) -> String {
    let near = did_you_mean(param.as_str(), catalogue.parameters.iter().map(|def| def.key.as_str()));
    format!("{key} is bound to {param}, but there is no such parameter{near}")
}

fn problem(binding: &Binding, key: Option<&ParamKey>, text: &str) -> Problem {
    let text = format!("{}: {text}", binding.id).into();
    Problem { kind: ProblemKind::Error, key: key.cloned(), place: None, text, fix: None, source: None }
}
