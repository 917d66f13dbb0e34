//! Random edits of random files: what was written reads back, and every other byte stays.
//!
//! A file is made of fixed pieces with values between; after an edit the pieces stand where they stood.

mod documents;

use proptest::prelude::*;

use crate::model::profile::FileFormat;
use crate::profile::formats::{FormatError, FoundKey, Written, scan, set};

/// Values changed in each file, and keys added to it: with `N_FILES` files of seven kinds more than 10,000 edits.
const N_EDITS: usize = 9;
const N_FILES: u32 = 80;

/// Numbers that decide what a file and its edits are; small ones make plain files, so that failures shrink.
struct Tape {
    numbers: Vec<u16>,
    at: usize,
}

impl Tape {
    fn pick(&mut self, n: usize) -> usize {
        let number = self.numbers.get(self.at).copied().unwrap_or(0);
        self.at += 1;
        usize::from(number) % n.max(1)
    }

    fn one<'a>(&mut self, of: &[&'a str]) -> &'a str {
        of[self.pick(of.len())]
    }

    fn is(&mut self, one_in: usize) -> bool {
        self.pick(one_in) + 1 == one_in
    }

    fn text(&mut self) -> String {
        const PIECES: &[&str] = &[
            "a", "word", "x y", "1", "#", " #", ": ", ":", "'", "\"", "\\", "$", "${x}", "é", "=", ";", "on", "1e3",
            "~", "*", "- ", "{", "}", "[", "]", ",", "\n", "\t", "%", "&", "<", "!", "//", "/*", "null", "0x1f", " ",
            "@", "`", "?", "😀",
        ];
        (0..self.pick(4)).map(|_| self.one(PIECES)).collect()
    }

    fn value(&mut self) -> Written {
        match self.pick(8) {
            0 => Written::Int(i64::from(self.pick(60_000) as u16) - 5000),
            1 => Written::Bool(self.is(2)),
            2 => Written::Float([0.5, 1.0, -2.25, 1e300, 1e-9][self.pick(5)]),
            3 => Written::List((0..self.pick(4)).map(|_| self.text()).collect()),
            _ => Written::Text(self.text()),
        }
    }
}

/// A part of a file.
enum Piece {
    Fixed(String),
    Value { key: String, raw: String },
}

struct File {
    pieces: Vec<Piece>,
}

impl File {
    fn text(&self) -> String {
        self.pieces
            .iter()
            .map(|piece| match piece {
                Piece::Fixed(text) | Piece::Value { raw: text, .. } => text.as_str(),
            })
            .collect()
    }

    /// What stands before and behind a piece.
    fn around(&self, place: usize) -> (String, String) {
        let text = |pieces: &[Piece]| {
            pieces
                .iter()
                .map(|piece| match piece {
                    Piece::Fixed(text) | Piece::Value { raw: text, .. } => text.as_str(),
                })
                .collect::<String>()
        };
        (text(&self.pieces[..place]), text(&self.pieces[place + 1..]))
    }
}

fn read(format: FileFormat, text: &str) -> Vec<FoundKey> {
    scan(format, text.as_bytes()).unwrap_or_else(|fault| panic!("{fault}\n{text}"))
}

/// Whether the file says what was wanted: the value itself, or the same text where texts are all there is.
fn says(found: &FoundKey, wanted: &Written) -> bool {
    match wanted {
        Written::List(items) if !matches!(found.value, Written::List(_)) => found.text == items.join(","),
        Written::List(_) | Written::Table(_) => found.value == *wanted,
        Written::Float(x) => found.text.parse() == Ok(*x),
        _ => found.value == *wanted || wanted.scalar_text().as_ref() == Some(&found.text),
    }
}

/// All keys but these and those above and below them.
fn others(found: Vec<FoundKey>, key: &str) -> Vec<(String, String)> {
    let is_near = |other: &str| {
        let is_in = |a: &str, b: &str| a == b || a.strip_prefix(b).is_some_and(|rest| rest.starts_with('.'));
        is_in(other, key) || is_in(key, other)
    };
    found.into_iter().filter(|found| !is_near(&found.key)).map(|found| (found.key, found.text)).collect()
}

/// Edits a value, and answers whether the format could hold it.
fn edit(format: FileFormat, file: &mut File, tape: &mut Tape) -> bool {
    let places: Vec<usize> =
        (0..file.pieces.len()).filter(|i| matches!(file.pieces[*i], Piece::Value { .. })).collect();
    let place = places[tape.pick(places.len())];
    let Piece::Value { key, raw } = &file.pieces[place] else { return false };
    let key = key.clone();
    let before = file.text();
    let was_list = raw.starts_with('[');
    let old_is_empty = raw.is_empty();
    let value = match tape.value() {
        // A list gets a list; a scalar gets any.
        value @ Written::List(_) => value,
        _ if was_list => Written::List((0..tape.pick(4)).map(|_| tape.text()).collect()),
        value => value,
    };
    let after = match set(format, before.as_bytes(), &[(key.clone(), value.clone())]) {
        Ok(after) => String::from_utf8(after).expect("text"),
        Err(FormatError::CannotHold { .. }) => return false,
        Err(fault) => panic!("{key} = {value:?}: {fault}\n{before}"),
    };
    let (mut start, end) = file.around(place);
    if old_is_empty {
        // Among the blanks before nothing, a value may stand anywhere.
        start.truncate(start.trim_end_matches([' ', '\t']).len());
    }
    let is_kept = after.len() >= start.len() + end.len() && after.starts_with(&start) && after.ends_with(&end);
    assert!(is_kept, "{key} = {value:?}\n{before}\n{after}");
    let (old, new) = (read(format, &before), read(format, &after));
    let found = new.iter().find(|found| found.key == key).expect("the key");
    assert!(says(found, &value), "{key} = {value:?}: {found:?}\n{after}");
    assert_eq!(others(old, &key), others(new, &key), "{key} = {value:?}\n{before}\n{after}");
    let raw = after[start.len()..after.len() - end.len()].to_owned();
    if let Some(Piece::Fixed(before)) = place.checked_sub(1).and_then(|i| file.pieces.get_mut(i))
        && old_is_empty
    {
        before.truncate(before.trim_end_matches([' ', '\t']).len());
    }
    file.pieces[place] = Piece::Value { key, raw };
    true
}

/// Adds a key beside another one, and takes nothing away.
fn add(format: FileFormat, file: &File, tape: &mut Tape, n: usize) {
    let keys: Vec<&str> = file
        .pieces
        .iter()
        .filter_map(|piece| match piece {
            Piece::Value { key, .. } => Some(key.as_str()),
            Piece::Fixed(_) => None,
        })
        .collect();
    let beside = keys[tape.pick(keys.len())];
    let key = match beside.rsplit_once('.') {
        Some((table, _)) if !beside.ends_with('"') && !matches!(format, FileFormat::Env) => format!("{table}.added{n}"),
        _ => format!("added{n}"),
    };
    let before = file.text();
    let value = Written::Int(n as i64);
    let after = set(format, before.as_bytes(), &[(key.clone(), value.clone())]);
    let after = after.unwrap_or_else(|fault| panic!("{key}: {fault}\n{before}"));
    let after = String::from_utf8(after).expect("text");
    let mut left = after.chars();
    assert!(before.chars().all(|c| left.any(|other| other == c)), "{key}\n{before}\n{after}");
    let is_windows = before.contains("\r\n");
    let n_bare = after.matches('\n').count() - after.matches("\r\n").count();
    assert!(!is_windows || n_bare == 0, "{key}\n{after:?}");
    let (old, new) = (read(format, &before), read(format, &after));
    assert!(new.iter().any(|found| found.key == key && says(found, &value)), "{key}\n{after}");
    assert_eq!(others(old, &key), others(new, &key), "{key}\n{before}\n{after}");
}

fn check(format: FileFormat, make: fn(&mut Tape) -> File, numbers: Vec<u16>) {
    let mut tape = Tape { numbers, at: 0 };
    let mut file = make(&mut tape);
    let text = file.text();
    let same: Vec<_> = read(format, &text).into_iter().map(|found| (found.key, found.value)).collect();
    assert_eq!(set(format, text.as_bytes(), &same).as_deref(), Ok(text.as_bytes()), "nothing changes\n{text}");
    for n in 0..N_EDITS {
        // What a format cannot hold is tried again as something that all can.
        if !edit(format, &mut file, &mut tape) {
            tape.numbers.push(0);
        }
        add(format, &file, &mut tape, n);
    }
}

macro_rules! formats {
    ($($name:ident: $format:ident, $make:path;)*) => {
        proptest! {
            #![proptest_config(ProptestConfig { cases: N_FILES, failure_persistence: None, ..ProptestConfig::default() })]
            $(
                #[test]
                fn $name(numbers in prop::collection::vec(any::<u16>(), 200)) {
                    check(FileFormat::$format, $make, numbers);
                }
            )*
        }
    };
}

formats! {
    env_files: Env, documents::env;
    ini_files: Ini, documents::ini;
    properties_files: Ini, documents::properties;
    json_files: Json, documents::json;
    toml_files: Toml, documents::toml;
    yaml_files: Yaml, documents::yaml;
    ron_files: Ron, documents::ron;
}
