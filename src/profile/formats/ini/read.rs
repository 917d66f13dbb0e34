//! Reading lines of keys and values with the place of each value.

use std::ops::Range;

use super::Dialect;
use crate::profile::formats::key;
use crate::profile::formats::text::{Lines, line_end, next_line};

/// Blanks inside a line.
const BLANKS: [char; 2] = [' ', '\t'];

/// A file's sections and entries.
pub(super) struct File {
    /// How it is read.
    pub dialect: Dialect,
    /// Names of sections with where their lines begin; one may stand there twice.
    pub sections: Vec<(String, usize)>,
    /// The entries in order.
    pub entries: Vec<Entry>,
}

/// A key with its value.
pub(super) struct Entry {
    /// The section it stands in.
    pub section: Option<String>,
    /// Its name.
    pub name: String,
    /// Its value, without quotes and with escapes resolved.
    pub value: String,
    /// Where its line begins.
    pub start: usize,
    /// What stands between name and value, one blank where there are several.
    pub sign: String,
    /// Where the value stands, with its quotes.
    pub span: Range<usize>,
    /// The quotes around it.
    pub quote: Option<char>,
    /// Whether indented lines go on with it.
    pub is_long: bool,
    /// Its line, from 1.
    pub line: usize,
}

impl Entry {
    /// Its key.
    pub fn key(&self) -> String {
        match &self.section {
            Some(section) => key::join(&[section, &self.name]),
            None => self.name.clone(),
        }
    }
}

/// Reads a text; lines that are neither are passed over.
pub(super) fn read(text: &str) -> File {
    if text.lines().any(|line| header(line).is_some()) {
        return by_lines(text, Dialect::Sections);
    }
    let goes_on = |line: &str| n_backslashes(line) % 2 == 1;
    let is_java = text.lines().any(|line| line.trim_start().starts_with('!') || !is_comment(line) && goes_on(line));
    let plain = by_lines(text, Dialect::Plain);
    // Java's keys are dotted; a `.conf` file's are not, but for some of its extensions.
    let n_dotted = plain.entries.iter().filter(|entry| entry.name.contains('.')).count();
    if is_java || n_dotted * 2 >= plain.entries.len() { properties(text) } else { plain }
}

fn is_comment(line: &str) -> bool {
    line.trim_start().starts_with(['#', ';', '!'])
}

fn n_backslashes(line: &str) -> usize {
    line.len() - line.trim_end_matches('\\').len()
}

/// The name in a section's line.
fn header(line: &str) -> Option<&str> {
    let line = line.trim();
    let inside = line.strip_prefix('[')?;
    let end = inside.rfind(']')?;
    let after = inside[end + 1..].trim_start();
    let name = if after.is_empty() {
        &inside[..end]
    } else {
        // A bracket in a comment behind does not count.
        let end = inside.find(']')?;
        let after = inside[end + 1..].trim_start();
        after.starts_with(['#', ';']).then(|| &inside[..end])?
    };
    Some(name)
}

fn by_lines(text: &str, dialect: Dialect) -> File {
    let lines = Lines::new(text);
    let mut file = File { dialect, sections: Vec::new(), entries: Vec::new() };
    // The indentation of the entry that the next line may go on with.
    let mut open: Option<usize> = None;
    let mut at = 0;
    while at < text.len() {
        let end = line_end(text, at);
        let line = &text[at..end];
        let trimmed = line.trim_start_matches(BLANKS);
        let n_blanks = line.len() - trimmed.len();
        if trimmed.is_empty() {
            open = None;
        } else if trimmed.starts_with(['#', ';']) {
        } else if let Some(entry) = file.entries.last_mut().filter(|_| open.is_some_and(|indent| indent < n_blanks)) {
            entry.is_long = true;
            entry.value.push('\n');
            entry.value.push_str(trimmed.trim_end_matches(BLANKS));
            entry.span.end = at + line.trim_end_matches(BLANKS).len();
        } else if let Some(name) = header(line).filter(|_| dialect == Dialect::Sections) {
            file.sections.push((name.to_owned(), at));
            open = None;
        } else {
            let entry = entry(line, dialect).map(|mut entry| {
                entry.section = file.sections.last().map(|(name, _)| name.clone());
                entry.span = at + entry.span.start..at + entry.span.end;
                entry.start = at;
                entry.line = lines.line(at);
                entry
            });
            open = entry.as_ref().filter(|_| dialect == Dialect::Sections).map(|_| n_blanks);
            file.entries.extend(entry);
        }
        at = next_line(text, at);
    }
    file
}

/// The entry in a line; its places count from the line's begin.
fn entry(line: &str, dialect: Dialect) -> Option<Entry> {
    let start = line.len() - line.trim_start_matches(BLANKS).len();
    let is_end = |c: char| matches!(c, '=' | ':') || dialect == Dialect::Plain && BLANKS.contains(&c);
    let name_len = line[start..].find(is_end)?;
    let name = line[start..start + name_len].trim_end_matches(BLANKS);
    let sign_at = start + name.len();
    let rest = &line[sign_at..];
    let before = rest.trim_start_matches(BLANKS);
    let after = before.strip_prefix(['=', ':']).unwrap_or(before);
    let sign_end = line.len() - after.len();
    let value_at = line.len() - after.trim_start_matches(BLANKS).len();
    if name.is_empty() || (value_at == line.len() && !before.starts_with(['=', ':'])) {
        return None;
    }
    let sign = one_blank(&line[sign_at..value_at]);
    let entry = |value: &str, span, quote| Entry {
        section: None,
        name: name.to_owned(),
        value: value.to_owned(),
        start: 0,
        sign: sign.clone(),
        span,
        quote,
        is_long: false,
        line: 0,
    };
    let value = &line[value_at..];
    if let Some(quote) = value.chars().next().filter(|c| matches!(c, '"' | '\''))
        && let Some(len) = value[1..].find(quote)
    {
        let after = value[len + 2..].trim_start_matches(BLANKS);
        if after.is_empty() || after.starts_with(['#', ';']) {
            return Some(entry(&value[1..=len], value_at..value_at + len + 2, Some(quote)));
        }
    }
    let is_blank = |c: Option<char>| c.is_none_or(|c| BLANKS.contains(&c));
    let comment = value.char_indices().find(|(i, c)| {
        let before = value[..*i].chars().next_back();
        let after = value[i + c.len_utf8()..].chars().next();
        // `#fff` is a value, `# a word` is none.
        matches!(c, '#' | ';') && is_blank(before) && (*i > 0 || is_blank(after))
    });
    let value = comment.map_or(value, |(i, _)| &value[..i]).trim_end_matches(BLANKS);
    let at = if value.is_empty() { place_of_empty(line, sign_end) } else { value_at };
    Some(entry(value, at..at + value.len(), None))
}

/// Where a value goes that is not there yet: behind the blank after the sign, where one is left before what follows.
pub(in crate::profile::formats) fn place_of_empty(line: &str, sign_end: usize) -> usize {
    let rest = &line[sign_end..];
    let n_blanks = rest.len() - rest.trim_start_matches(BLANKS).len();
    let has_room = n_blanks > 1 || n_blanks == 1 && rest.len() == 1;
    if has_room { sign_end + 1 } else { sign_end }
}

/// A sign with at most one blank on each side.
fn one_blank(sign: &str) -> String {
    let core = sign.trim_matches(BLANKS);
    let blank = |is_there: bool| if is_there { " " } else { "" };
    if core.is_empty() {
        return " ".to_owned();
    }
    format!("{}{core}{}", blank(sign.starts_with(BLANKS)), blank(sign.ends_with(BLANKS)))
}

fn properties(text: &str) -> File {
    let lines = Lines::new(text);
    let blanks = [' ', '\t', '\u{c}'];
    let mut file = File { dialect: Dialect::Properties, sections: Vec::new(), entries: Vec::new() };
    let mut at = 0;
    while at < text.len() {
        let first_end = line_end(text, at);
        let first = text[at..first_end].trim_start_matches(blanks);
        let name_at = first_end - first.len();
        if first.is_empty() || first.starts_with(['#', '!']) {
            at = next_line(text, at);
            continue;
        }
        let mut end = first_end;
        let mut begin = at;
        while n_backslashes(&text[begin..end]) % 2 == 1 && next_line(text, end) < text.len() {
            begin = next_line(text, end);
            end = line_end(text, begin);
        }
        let name_end = name_at + unescaped_end(&text[name_at..end]);
        let sign_rest = text[name_end..end].trim_start_matches(blanks);
        let after = sign_rest.strip_prefix(['=', ':']).unwrap_or(sign_rest);
        let value_at = end - after.trim_start_matches(blanks).len();
        file.entries.push(Entry {
            section: None,
            name: unescaped(&text[name_at..name_end]),
            value: unescaped(&text[value_at..end]),
            start: at,
            sign: one_blank(&text[name_end..value_at]),
            span: value_at..end,
            quote: None,
            is_long: false,
            line: lines.line(at),
        });
        at = next_line(text, end);
    }
    file
}

/// Where a name ends: at the first sign or blank that is not escaped.
fn unescaped_end(text: &str) -> usize {
    let mut chars = text.char_indices();
    while let Some((i, c)) = chars.next() {
        match c {
            '\\' => {
                chars.next();
            }
            '=' | ':' | ' ' | '\t' | '\u{c}' => return i,
            _ => {}
        }
    }
    text.len()
}

/// A text with its escapes resolved; a line end after `\` and the blanks behind are nothing.
fn unescaped(text: &str) -> String {
    let mut units: Vec<u16> = Vec::with_capacity(text.len());
    let mut buffer = [0; 2];
    let mut rest = text;
    while let Some(c) = rest.chars().next() {
        rest = &rest[c.len_utf8()..];
        let mut push = |c: char| units.extend_from_slice(c.encode_utf16(&mut buffer));
        if c != '\\' {
            push(c);
            continue;
        }
        let Some(escaped) = rest.chars().next() else { break };
        rest = &rest[escaped.len_utf8()..];
        match escaped {
            'n' => push('\n'),
            'r' => push('\r'),
            't' => push('\t'),
            'f' => push('\u{c}'),
            'u' => match rest.get(..4).and_then(|hex| u16::from_str_radix(hex, 16).ok()) {
                Some(unit) => {
                    units.push(unit);
                    rest = &rest[4..];
                }
                None => push('u'),
            },
            '\r' if rest.starts_with('\n') => rest = rest[1..].trim_start_matches([' ', '\t', '\u{c}']),
            '\n' => rest = rest.trim_start_matches([' ', '\t', '\u{c}']),
            other => push(other),
        }
    }
    String::from_utf16_lossy(&units)
}
