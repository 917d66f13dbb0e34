//! Tests of the six formats: tables of text before and after, whole files as services have them, and random edits.

mod bytes;
mod env;

mod formats;
mod ini;
mod json;
mod random;
mod ron;

mod toml;
mod yaml;
mod yaml_refused;

use super::{FoundKey, Written, scan, set};
use crate::model::profile::FileFormat;

fn int(n: i64) -> Written {
    Written::Int(n)
}

fn text(text: &str) -> Written {
    Written::Text(text.to_owned())
}

fn list(items: &[&str]) -> Written {
    Written::List(items.iter().map(|item| (*item).to_owned()).collect())
}

fn table(rows: &[(&str, Written)]) -> Written {
    Written::Table(rows.iter().map(|(name, value)| ((*name).to_owned(), value.clone())).collect())
}

/// The found keys as lines of `key = text`, with the line numbers before.
fn shown(format: FileFormat, before: &str) -> String {
    let found = scan(format, before.as_bytes()).unwrap_or_else(|fault| panic!("{before}\n{fault}"));
    let shown = |found: &FoundKey| match &found.value {
        Written::Text(_) => format!("{}: {} = {:?}\n", found.line, found.key, found.text),
        _ => format!("{}: {} = {}\n", found.line, found.key, found.text),
    };
    found.iter().map(shown).collect()
}

/// The file in every way an editor may have left it: line ends, a mark, no last line end.
fn variants(file: &str) -> Vec<String> {
    let windows = file.replace('\n', "\r\n");
    let open = file.strip_suffix('\n').unwrap_or(file).to_owned();
    let both = format!("\u{feff}{}", windows.strip_suffix("\r\n").unwrap_or(&windows));
    vec![file.to_owned(), windows.clone(), format!("\u{feff}{windows}"), open, both]
}

fn owned(edits: &[(&str, Written)]) -> Vec<(String, Written)> {
    edits.iter().map(|(key, value)| ((*key).to_owned(), value.clone())).collect()
}

/// The edits make `before` to `after`, in every variant; and once made, they and all that is found change nothing.
fn check(format: FileFormat, before: &str, edits: &[(&str, Written)], after: &str) {
    let edits = owned(edits);
    for (before, after) in variants(before).into_iter().zip(variants(after)) {
        // A file without any line end does not say which it uses.
        let is_new = before.trim_start_matches('\u{feff}').is_empty();
        if !before.contains('\n') && (after.contains('\r') || is_new && !after.ends_with('\n')) {
            continue;
        }
        let new = set(format, before.as_bytes(), &edits).unwrap_or_else(|fault| panic!("{before}\n{edits:?}\n{fault}"));
        assert_eq!(String::from_utf8_lossy(&new), after, "\nbefore:\n{before}");
        assert_eq!(set(format, &new, &edits).as_deref(), Ok(new.as_slice()), "made twice");
        keeps(format, &new);
        keeps(format, before.as_bytes());
    }
}

/// Setting what was found changes nothing.
fn keeps(format: FileFormat, bytes: &[u8]) {
    let found = scan(format, bytes).unwrap_or_else(|fault| panic!("{}\n{fault}", String::from_utf8_lossy(bytes)));
    let edits: Vec<(String, Written)> = found.into_iter().map(|found| (found.key, found.value)).collect();
    assert_eq!(set(format, bytes, &edits).as_deref(), Ok(bytes));
}

/// The edits are refused in these words.
fn refused(format: FileFormat, before: &str, edits: &[(&str, Written)], why: &str) {
    let fault = set(format, before.as_bytes(), &owned(edits)).expect_err("a fault").to_string();
    assert_eq!(fault, why, "\n{before}");
}
