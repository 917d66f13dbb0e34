//! Hides what is secret in a configuration file's text before any of it is shown.
//!
//! Line by line, whatever the file's form: a value under a name that sounds like a secret's, a password within a URL, the
//! lines of a private key, and what is a key or a token by its form. Comments too: people comment out what was there
//! before. It rather hides too much.

use super::MASK;
use super::likeness::looks_like_secret;
use super::names::is_secret_name;
use super::tokens::token_spans;

/// Whether the line under the present one goes on with something secret.
#[derive(Clone, Copy, PartialEq)]
enum Inside {
    Nothing,
    /// A private key, to its end mark.
    KeyBlock,
    /// A value of deeper lines under a name of this depth, or of a list's lines just as deep.
    Deeper(usize),
    /// A text in quotes, to the closing ones.
    Quotes(&'static str),
    /// A value whose line ended with a backslash.
    Continued,
}

/// Shortest secret that is hidden wherever it stands, bytes: dots for each `1` would tell more than they hide. A shorter
/// one is hidden where its name says so.
const MIN_KNOWN: usize = 4;

/// The lines of a text, without their ends, with everything secret in them replaced by dots. `known` are secrets by
/// themselves, hidden wherever they stand; `names` are names whose values are secret although they do not sound so. The
/// lines are as many as `split_inclusive('\n')` gives.
pub fn conceal(text: &str, known: &[String], names: &[String]) -> Vec<String> {
    let mut inside = Inside::Nothing;
    let secrets = Secrets { known, names };
    text.split_inclusive('\n')
        .map(|line| {
            let line = line.strip_suffix('\n').unwrap_or(line);
            let line = line.strip_suffix('\r').unwrap_or(line);
            let (shown, next) = conceal_line(line, secrets, inside);
            inside = next;
            shown
        })
        .collect()
}

/// A text with dots where it holds one of these secrets.
pub fn hide_known(text: &str, known: &[String]) -> String {
    with_spans_hidden(text, known_spans(text, known))
}

/// What is secret beside what sounds so.
#[derive(Clone, Copy)]
struct Secrets<'a> {
    known: &'a [String],
    names: &'a [String],
}

impl Secrets<'_> {
    fn is_name(self, name: &str) -> bool {
        let is_it =
            |secret: &String| name.strip_suffix(secret.as_str()).is_some_and(|b| b.is_empty() || b.ends_with('.'));
        is_secret_name(name) || self.names.iter().any(is_it)
    }
}

fn conceal_line(line: &str, secrets: Secrets<'_>, inside: Inside) -> (String, Inside) {
    let indent = line.len() - line.trim_start().len();
    let hidden = || format!("{}{MASK}", &line[..indent]);
    match inside {
        Inside::KeyBlock => {
            return (hidden(), if line.contains("-----END ") { Inside::Nothing } else { inside });
        }
        Inside::Quotes(close) => {
            return (hidden(), if line.contains(close) { Inside::Nothing } else { inside });
        }
        Inside::Continued => return (hidden(), if line.ends_with('\\') { inside } else { Inside::Nothing }),
        Inside::Deeper(_) if line.trim().is_empty() => return (line.to_owned(), inside),
        Inside::Deeper(least) if indent > least || (indent == least && line.trim_start().starts_with("- ")) => {
            return (hidden(), inside);
        }
        Inside::Deeper(_) | Inside::Nothing => {}
    }

    let mut spans: Vec<(usize, usize)> = url_passwords(line);
    spans.extend(token_spans(line));
    spans.extend(known_spans(line, secrets.known));
    let mut next = Inside::Nothing;
    for (name, start) in named_values(line) {
        if secrets.is_name(name) {
            let (span, goes_on) = value_span(line, start, indent);
            spans.extend(span);
            if next == Inside::Nothing {
                next = goes_on;
            }
        }
    }
    if line.contains("-----BEGIN ") && line.contains("PRIVATE KEY") && !line.contains("-----END ") {
        next = Inside::KeyBlock;
    }
    (with_spans_hidden(line, spans), next)
}

fn known_spans(text: &str, known: &[String]) -> Vec<(usize, usize)> {
    let long = known.iter().filter(|secret| secret.len() >= MIN_KNOWN);
    long.flat_map(|secret| text.match_indices(secret.as_str()).map(|(at, _)| (at, at + secret.len()))).collect()
}

/// The line with dots in place of the spans; those that touch or overlap are one.
fn with_spans_hidden(line: &str, mut spans: Vec<(usize, usize)>) -> String {
    spans.sort_unstable();
    spans.dedup_by(|later, earlier| {
        let is_one = later.0 <= earlier.1;
        if is_one {
            earlier.1 = earlier.1.max(later.1);
        }
        is_one
    });
    let mut shown = String::with_capacity(line.len());
    let mut at = 0;
    for (start, end) in spans {
        shown.push_str(&line[at..start]);
        shown.push_str(MASK);
        at = end;
    }
    shown.push_str(&line[at..]);
    shown
}

/// Names with the place where the value behind their `=` or `:` begins. Several on a line, as in `{a: 1, b: 2}`; and a
/// name and a value with a blank between that are alone on their line.
fn named_values(line: &str) -> Vec<(&str, usize)> {
    let mut found = Vec::new();
    for (at, sign) in line.char_indices().filter(|(_, c)| matches!(c, '=' | ':')) {
        let before = line[..at].trim_end().trim_end_matches(['"', '\'']);
        let is_name = |c: char| c.is_alphanumeric() || matches!(c, '_' | '-' | '.' | '/');
        let start =
            before.char_indices().rev().take_while(|(_, c)| is_name(*c)).last().map_or(before.len(), |(i, _)| i);
        if start < before.len() {
            found.push((&before[start..], at + sign.len_utf8()));
        }
    }
    if found.is_empty() {
        let line_start = line.len() - line.trim_start().len();
        let words: Vec<&str> = line.split_whitespace().collect();
        if let [name, _] = words[..] {
            found.push((name, line_start + name.len()));
        }
    }
    found
}

/// The span of a secret value from behind its sign, and whether it goes on below: within its quotes, else to the end
/// of the line, or of its place in a map such as `{a: 1, b: 2}`.
fn value_span(line: &str, start: usize, indent: usize) -> (Option<(usize, usize)>, Inside) {
    let from = line.len() - line[start..].trim_start().len();
    let end = line.trim_end().len().max(from);
    let value = &line[from..end];
    let below = if line.ends_with('\\') { Inside::Continued } else { Inside::Nothing };
    if is_reference(value) {
        return (None, Inside::Nothing);
    }
    if matches!(value, "" | "|" | ">" | "|-" | ">-" | "|+" | ">+" | "{" | "[" | "(") {
        return (None, Inside::Deeper(indent));
    }
    if let Some(length) = length_in_flow_map(line, start, value) {
        return (
            Some((from, from + length)).filter(|_| length > 0 && !is_reference(&value[..length])),
            Inside::Nothing,
        );
    }
    let Some(quotes) = ["\"\"\"", "'''", "\"", "'"].into_iter().find(|quotes| value.starts_with(quotes)) else {
        return (Some((from, end)), below);
    };
    let inner = from + quotes.len();
    match closing(&line[inner..end], quotes) {
        Some(0) => (None, Inside::Nothing),
        Some(length) => (Some((inner, inner + length)), Inside::Nothing),
        None => (Some((inner, end)).filter(|_| inner < end), Inside::Quotes(quotes)),
    }
}

/// How long a value without quotes is that stands in a map of one line, whose `{` is open before it and closed behind it.
/// What begins with a bracket of its own is left to the end of the line.
fn length_in_flow_map(line: &str, start: usize, value: &str) -> Option<usize> {
    if value.starts_with(['"', '\'', '{', '[', '(']) || !line[..start].ends_with(':') || open_maps(&line[..start]) == 0
    {
        return None;
    }
    let variable = value.strip_prefix("${").and_then(|rest| rest.find('}')).map_or(0, |end| "${".len() + end + 1);
    let length = variable + value[variable..].find([',', '}'])?;
    value[length..].contains('}').then(|| value[..length].trim_end().len())
}

/// Maps that are open at the end of a text; `${` opens none, and neither does what stands in quotes.
fn open_maps(text: &str) -> usize {
    let (mut n_open, mut n_variables, mut quote, mut before) = (0usize, 0usize, None, ' ');
    for c in text.chars() {
        match c {
            _ if quote == Some(c) => quote = None,
            _ if quote.is_some() => {}
            '"' | '\'' if !before.is_alphanumeric() => quote = Some(c),
            '{' if before == '$' => n_variables += 1,
            '{' => n_open += 1,
            '}' if n_variables > 0 => n_variables -= 1,
            '}' => n_open = n_open.saturating_sub(1),
            _ => {}
        }
        before = c;
    }
    // Within a variable's default nothing ends at a comma.
    if n_variables > 0 { 0 } else { n_open }
}

/// Whether it only names a variable, as `${DB_PASSWORD}` does.
fn is_reference(value: &str) -> bool {
    let value = value.trim_end_matches([',', ';']).trim_matches(['"', '\'']);
    let name = value.strip_prefix("${").and_then(|rest| rest.strip_suffix('}'));
    name.is_some_and(|name| !name.is_empty() && name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_'))
}

/// Where the closing quotes stand. Quotes behind a backslash, doubled ones and those within a word close nothing.
fn closing(text: &str, quotes: &str) -> Option<usize> {
    let mut at = 0;
    while let Some(c) = text[at..].chars().next() {
        if c == '\\' {
            at += 1 + text[at + 1..].chars().next().map_or(0, char::len_utf8);
            continue;
        }
        if text[at..].starts_with(quotes) {
            let behind = text[at + quotes.len()..].chars().next();
            if behind.is_none_or(|c| c.is_whitespace() || matches!(c, ',' | ';' | ')' | ']' | '}')) {
                return Some(at);
            }
        }
        at += c.len_utf8();
    }
    None
}

/// The spans of passwords in URLs such as `postgres://user:password@host`, and of a user that is a secret itself.
fn url_passwords(line: &str) -> Vec<(usize, usize)> {
    line.match_indices("://")
        .filter_map(|(at, sign)| {
            let start = at + sign.len();
            let rest = &line[start..];
            let whole = &rest[..rest.find([' ', '"', '\'', '\t']).unwrap_or(rest.len())];
            // A comma ends it in a list, unless the password holds one.
            let first = &whole[..whole.find(',').unwrap_or(whole.len())];
            let user_info = &whole[..first.rfind('@').or_else(|| whole.find('@'))?];
            match user_info.find(':') {
                Some(colon) => (colon + 1 < user_info.len()).then_some((start + colon + 1, start + user_info.len())),
                None => looks_like_secret(user_info).then_some((start, start + user_info.len())),
            }
        })
        .collect()
}
