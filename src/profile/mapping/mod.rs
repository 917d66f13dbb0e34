//! Which keys of an existing file seem to be which parameters, so that binding it is a matter of looking.
//!
//! It proposes and never decides: a key that fits two parameters goes to the better one, and a parameter that two keys
//! fit stands at both, with a note.

mod conversion;
mod known;
mod words;

use std::path::Path;
use std::sync::Arc;

use crate::model::profile::{
    BoundKey, Catalogue, Conversion, FileFormat, ImportProposal, ParamDef, ParamKey, ParamKind, ProposedKey,
};
use crate::profile::convert;
use crate::profile::formats::{self, FoundKey, Written};
use crate::profile::plan::names_of;
use crate::profile::secret::{self, MASK};
use conversion::conversion_of;
use known::{AREA_WORDS, Area, KNOWN, SYNONYMS, UNIT_WORDS};

pub use words::words_of;

/// Most keys of a file that are looked at.
pub const MAX_KEYS: usize = 5000;

/// What a file offers to bind: keys with the parameter each seems to be, and the rest. Secrets are masked. A file that
/// cannot be read says why.
pub fn propose(path: &Path, bytes: &[u8], catalogue: &Catalogue) -> ImportProposal {
    let format = formats::format_of(path, bytes);
    let mut proposal = ImportProposal {
        path: path.to_owned(),
        format: format.unwrap_or(FileFormat::Env),
        keys: Vec::new(),
        others: Vec::new(),
        error: None,
    };
    let found = match format {
        Some(format) => formats::scan(format, bytes).map_err(|fault| fault.to_string()),
        None => {
            Err("what kind of file this is cannot be told: .env, TOML, YAML, JSON, RON, INI and .properties can be \
                     bound"
                .to_owned())
        }
    };
    let found = match found {
        Ok(found) => found,
        Err(why) => {
            proposal.error = Some(why.into());
            return proposal;
        }
    };
    let file = FileWords::new(path);
    let names = OwnNames::of(catalogue);
    for key in found.iter().take(MAX_KEYS) {
        match parameter_of(key, &file, catalogue, &names) {
            Some((def, conversion)) => proposal.keys.push(proposed(key, def, conversion)),
            // Tables are named by their keys.
            None if matches!(key.value, Written::Table(_)) => {}
            None => proposal.others.push((key.key.as_str().into(), key.line)),
        }
    }
    say_what_is_proposed_twice(&mut proposal.keys);
    if found.len() > MAX_KEYS {
        say_what_was_left_out(&mut proposal, found.len());
    }
    proposal
}

fn proposed(found: &FoundKey, def: &ParamDef, conversion: Conversion) -> ProposedKey {
    let names = names_of(&found.key);
    let is_secret = matches!(def.kind, ParamKind::Secret) || names.iter().any(|name| secret::is_secret_name(name));
    let value = match &found.value {
        _ if is_secret => MASK.to_owned(),
        Written::List(_) | Written::Table(_) => convert::shown(&found.value),
        _ => secret::conceal(&found.text, &[], &[]).join(" "),
    };
    ProposedKey {
        bound: BoundKey { param: def.key.clone(), key: found.key.as_str().into(), conversion },
        value: value.into(),
        line: found.line,
        note: guessed_unit(found, def, conversion),
    }
}

/// A word about a unit that neither the key nor the value tells.
fn guessed_unit(found: &FoundKey, def: &ParamDef, conversion: Conversion) -> Option<Arc<str>> {
    let unit = match (&def.kind, conversion) {
        (ParamKind::Duration { .. } | ParamKind::TimeToLive { .. }, Conversion::Seconds) => "seconds",
        (ParamKind::Duration { .. } | ParamKind::TimeToLive { .. }, Conversion::Millis) => "milliseconds",
        (ParamKind::Duration { .. } | ParamKind::TimeToLive { .. }, Conversion::Minutes) => "minutes",
        _ => return None,
    };
    let words = normal_words(&found.key);
    let is_told = without_unit(&words).1.is_some();
    let is_usual = KNOWN.iter().any(|known| known.param == def.key.as_str() && known.unit == Some(conversion));
    (!is_told && !is_usual)
        .then(|| format!("the key does not say its unit: {unit}, it seems; choose another if it is not").into())
}

/// Says at the first key, or where there is none in place of a proposal, that not all keys were looked at.
fn say_what_was_left_out(proposal: &mut ImportProposal, n_found: usize) {
    let words = format!("the first {MAX_KEYS} of the file's {n_found} keys were looked at: bind others by hand");
    match proposal.keys.first_mut() {
        Some(key) => {
            let note = key.note.as_ref().map_or_else(|| words.clone(), |note| format!("{note}; {words}"));
            key.note = Some(note.into());
        }
        None => proposal.error = Some(format!("no key seems to be a parameter; {words}").into()),
    }
}

fn say_what_is_proposed_twice(keys: &mut [ProposedKey]) {
    let all: Vec<(ParamKey, Arc<str>, usize)> =
        keys.iter().map(|key| (key.bound.param.clone(), Arc::clone(&key.bound.key), key.line)).collect();
    for key in keys {
        let mut others = all.iter().filter(|(param, name, _)| *param == key.bound.param && *name != key.bound.key);
        let Some((_, name, line)) = others.next() else { continue };
        let more = match others.count() {
            0 => String::new(),
            n => format!(" and {n} more"),
        };
        let param = &key.bound.param;
        key.note = Some(format!("{name} on line {line}{more} may be {param} too: keep the one that is meant").into());
    }
}

/// What a file's name tells of its keys: in `database.yml` a bare `pool` is the database's.
struct FileWords {
    areas: Vec<Area>,
}

impl FileWords {
    fn new(path: &Path) -> Self {
        let name = path.file_stem().map(|stem| stem.to_string_lossy().into_owned()).unwrap_or_default();
        Self { areas: areas_of(&words_of(&name)) }
    }
}

/// The words of every parameter's own name, in the catalogue's order: made once for all keys of a file.
struct OwnNames(Vec<Vec<String>>);

impl OwnNames {
    fn of(catalogue: &Catalogue) -> Self {
        Self(catalogue.parameters.iter().map(|def| normal_words(def.key.as_str())).collect())
    }
}

/// The parameter that a key seems to be, and how its value is read.
fn parameter_of<'a>(
    found: &FoundKey,
    file: &FileWords,
    catalogue: &'a Catalogue,
    names: &OwnNames,
) -> Option<(&'a ParamDef, Conversion)> {
    let text = match &found.value {
        Written::Null | Written::Table(_) => return None,
        Written::List(words) => words.join(","),
        _ => found.text.clone(),
    };
    let words = normal_words(&found.key);
    let (bare, asked) = without_unit(&words);
    let areas = areas_of(&words);
    let mut best: Option<(usize, &ParamDef, Conversion)> = None;
    let mut offer = |score: usize, def: &'a ParamDef, usual: Option<Conversion>| {
        let is_list = matches!(found.value, Written::List(_));
        if is_list != matches!(def.kind, ParamKind::List { .. }) && is_list {
            return;
        }
        if best.is_none_or(|(known, ..)| score > known)
            && let Some(conversion) = conversion_of(&text, def, asked, usual)
        {
            best = Some((score, def, conversion));
        }
    };
    for known in KNOWN {
        let Some(def) = catalogue.get(&ParamKey::new(known.param)) else { continue };
        let score = known.ends.iter().filter_map(|end| known_score(known, end, bare, &areas, file)).max();
        if let Some(score) = score {
            offer(score, def, known.unit);
        }
    }
    // A parameter's own name, however it is spelt, says it best.
    for (def, own) in catalogue.parameters.iter().zip(&names.0) {
        if [bare, &words].iter().any(|words| words.ends_with(own)) {
            let usual = KNOWN.iter().filter(|known| known.param == def.key.as_str()).find_map(|known| known.unit);
            offer(OWN_NAME + own.len(), def, usual);
        }
    }
    best.map(|(_, def, conversion)| (def, conversion))
}

/// Above what any row of the table reaches.
const OWN_NAME: usize = 100;
/// For the area being named, which is worth more than any number of words.
const AREA_NAMED: usize = 20;

/// How well a key fits a row: the words of the end, and the area where it is named. Nothing where it does not.
fn known_score(known: &known::Known, end: &str, words: &[String], areas: &[Area], file: &FileWords) -> Option<usize> {
    let end: Vec<&str> = end.split(' ').collect();
    let start = words.len().checked_sub(end.len())?;
    if !words[start..].iter().zip(&end).all(|(word, wanted)| word == wanted) {
        return None;
    }
    let named_by_key = areas.contains(&known.area);
    // `app` and `server` stand before anything; another area's word makes it that area's.
    let is_others = areas.iter().any(|area| *area != Area::Service);
    if !named_by_key && (is_others || (known.needs_area && !file.areas.contains(&known.area))) {
        return None;
    }
    // One word alone says little: `db.max` is the pool's, `db.retry.max` is not.
    let is_beside_area = || start.checked_sub(1).is_none_or(|before| is_word_of(known.area, &words[before]));
    if named_by_key && end.len() == 1 && !is_beside_area() {
        return None;
    }
    Some(end.len() + if named_by_key { AREA_NAMED } else { 0 })
}

fn is_word_of(area: Area, word: &str) -> bool {
    AREA_WORDS.iter().any(|(known, words)| *known == area && words.contains(&word))
}

fn areas_of(words: &[String]) -> Vec<Area> {
    let area =
        |(area, known): &(Area, &[&str])| words.iter().any(|word| known.contains(&word.as_str())).then_some(*area);
    let mut areas: Vec<Area> = AREA_WORDS.iter().filter_map(area).collect();
    // `server.tomcat.*` of Redis is Redis'; but a service's name before a database's word is still the database's.
    if areas.len() > 1 {
        areas.retain(|area| *area != Area::Service);
    }
    areas
}

fn normal_words(key: &str) -> Vec<String> {
    let words = words_of(key);
    let plain = words.into_iter().flat_map(|word| {
        let known = SYNONYMS.iter().find(|(spelling, _)| *spelling == word).map(|(_, meaning)| *meaning);
        known.unwrap_or(&word).split(' ').map(str::to_owned).collect::<Vec<_>>()
    });
    plain.collect()
}

/// The words without a unit at their end, and the conversion the unit asks for.
fn without_unit(words: &[String]) -> (&[String], Option<Conversion>) {
    if let [first @ .., last] = words
        && let Some((_, conversion)) = UNIT_WORDS.iter().find(|(unit, _)| unit == last)
    {
        // `in ms`.
        let first = first.strip_suffix(&["in".to_owned()]).unwrap_or(first);
        return (first, Some(*conversion));
    }
    (words, None)
}

#[cfg(test)]
mod tests;
