//! Writing YAML scalars so that every reader takes them as they are meant.

use super::resolve::{is_misread, switch};
use crate::profile::formats::Written;
use crate::profile::formats::inline::stays_quoted;
use crate::profile::formats::tree::Scalar;

/// A scalar in the style of the one it replaces.
pub(super) fn scalar(value: &Written, old: Option<&Scalar>) -> String {
    let bare = match value {
        Written::Null => "null".to_owned(),
        Written::Bool(is_on) => word(*is_on, old),
        Written::Float(x) => float(*x),
        Written::Text(text) => return written_text(text, old),
        other => other.scalar_text().unwrap_or_default(),
    };
    if stays_quoted(value, old) { written_text(&bare, old) } else { bare }
}

/// A name before a colon.
pub(super) fn name(name: &str) -> String {
    if needs_quotes(name, true) { double_quoted(name) } else { name.to_owned() }
}

/// On or off, by the word the old value was of.
fn word(is_on: bool, old: Option<&Scalar>) -> String {
    let old = old.filter(|old| switch(&old.text).is_some()).map_or("", |old| old.text.as_str());
    let word = match (old.to_ascii_lowercase().as_str(), is_on) {
        ("yes" | "no", true) => "yes",
        ("yes" | "no", false) => "no",
        ("on" | "off", true) => "on",
        ("on" | "off", false) => "off",
        (_, true) => "true",
        (_, false) => "false",
    };
    let mut capitals = old.chars().map(|c| c.is_ascii_uppercase());
    match (capitals.next(), capitals.next()) {
        (Some(true), Some(true)) => word.to_ascii_uppercase(),
        (Some(true), _) => word[..1].to_ascii_uppercase() + &word[1..],
        _ => word.to_owned(),
    }
}

/// A number as YAML 1.1 and 1.2 both read it: with a point, and a sign in the exponent.
fn float(x: f64) -> String {
    if x.is_nan() {
        return ".nan".to_owned();
    }
    if x.is_infinite() {
        return if x > 0.0 { ".inf".to_owned() } else { "-.inf".to_owned() };
    }
    let text = format!("{x:?}");
    match text.split_once('e') {
        None => text,
        Some((mantissa, exponent)) => {
            let point = if mantissa.contains('.') { "" } else { ".0" };
            let sign = if exponent.starts_with('-') { "" } else { "+" };
            format!("{mantissa}{point}e{sign}{exponent}")
        }
    }
}

fn written_text(text: &str, old: Option<&Scalar>) -> String {
    let in_brackets = old.is_some_and(|old| old.in_brackets);
    let quote = old.and_then(|old| old.quote);
    let was_switch = old.is_some_and(|old| old.quote.is_none() && matches!(old.value, Written::Bool(_)));
    let has_escapes = text.contains(is_escaped);
    match quote {
        None if was_switch && switch(text).is_some() || !needs_quotes(text, in_brackets) => text.to_owned(),
        Some('\'') if !has_escapes => single_quoted(text),
        None if !has_escapes && text.contains(['"', '\\']) => single_quoted(text),
        _ => double_quoted(text),
    }
}

/// Characters that stand in double quotes alone, as escapes.
fn is_escaped(c: char) -> bool {
    c.is_control() || matches!(c, '\u{2028}' | '\u{2029}' | '\u{feff}')
}

/// Whether a text would be something else, or nothing, without quotes.
fn needs_quotes(text: &str, in_brackets: bool) -> bool {
    let first_two = &text[..text.char_indices().nth(2).map_or(text.len(), |(i, _)| i)];
    let is_marker = text.starts_with("---") || text.starts_with("...");
    // A dash, a question mark or a colon is an indicator before a blank alone; between brackets they are left out.
    let is_indicator = text
        .starts_with([',', '[', ']', '{', '}', '#', '&', '*', '!', '|', '>', '\'', '"', '%', '@', '`'])
        || text.starts_with(['-', '?', ':']) && (in_brackets || text.len() == 1 || first_two.ends_with(' '));
    text.is_empty()
        || text != text.trim()
        || is_indicator
        || is_marker
        || text.contains(": ")
        || text.ends_with(':')
        || text.contains(" #")
        || text.contains(is_escaped)
        || in_brackets && text.contains([',', '[', ']', '{', '}', ':', '?'])
        || is_misread(text)
}

fn single_quoted(text: &str) -> String {
    format!("'{}'", text.replace('\'', "''"))
}

fn double_quoted(text: &str) -> String {
    let mut written = String::with_capacity(text.len() + 2);
    written.push('"');
    for c in text.chars() {
        match c {
            '"' | '\\' => written.extend(['\\', c]),
            '\n' => written.push_str("\\n"),
            '\r' => written.push_str("\\r"),
            '\t' => written.push_str("\\t"),
            c if is_escaped(c) => written.push_str(&format!("\\u{:04x}", u32::from(c))),
            c => written.push(c),
        }
    }
    written.push('"');
    written
}
