//! Names of keys in trees: names joined by dots, those that hold a dot or a quote in double quotes.

use super::FormatError;

/// The names a key is made of.
pub(super) fn split(key: &str) -> Result<Vec<String>, FormatError> {
    let bad = |why: &str| FormatError::BadKey { key: key.to_owned(), why: why.to_owned() };
    let mut names = Vec::new();
    let mut rest = key;
    loop {
        if let Some(quoted) = rest.strip_prefix('"') {
            let (name, after) = unquote(quoted).ok_or_else(|| bad("a double quote is not closed"))?;
            names.push(name);
            rest = after;
        } else {
            let end = rest.find('.').unwrap_or(rest.len());
            let (name, after) = rest.split_at(end);
            if name.is_empty() {
                return Err(bad("a name between the dots is empty"));
            }
            names.push(name.to_owned());
            rest = after;
        }
        match rest.strip_prefix('.') {
            Some(after) => rest = after,
            None if rest.is_empty() => return Ok(names),
            None => return Err(bad("after a name in quotes stands a dot or nothing")),
        }
    }
}

/// The text up to the closing quote, with escapes resolved, and what stands after it.
fn unquote(text: &str) -> Option<(String, &str)> {
    let mut name = String::new();
    let mut chars = text.char_indices();
    while let Some((i, c)) = chars.next() {
        match c {
            '"' => return Some((name, &text[i + 1..])),
            '\\' => name.push(chars.next()?.1),
            _ => name.push(c),
        }
    }
    None
}

/// Adds a name to a key.
pub(super) fn push(key: &mut String, name: &str) {
    if !key.is_empty() {
        key.push('.');
    }
    if name.is_empty() || name.contains(['.', '"']) {
        key.push('"');
        for c in name.chars() {
            if matches!(c, '"' | '\\') {
                key.push('\\');
            }
            key.push(c);
        }
        key.push('"');
    } else {
        key.push_str(name);
    }
}

/// The key of these names.
pub(super) fn join<S: AsRef<str>>(names: &[S]) -> String {
    let mut key = String::new();
    for name in names {
        push(&mut key, name.as_ref());
    }
    key
}

/// Whether one key is the other or stands in it.
pub(super) fn is_within(key: &str, outer: &str) -> bool {
    key.strip_prefix(outer).is_some_and(|rest| rest.is_empty() || rest.starts_with('.'))
}
