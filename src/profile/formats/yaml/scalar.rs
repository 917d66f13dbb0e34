//! Reading quoted scalars and scalars of several lines.

use crate::profile::formats::text::{line_end, next_line};

/// The text between quotes that begin at `at`, where they end, and whether lines end inside; `None` where they do not end.
pub(super) fn quoted(text: &str, at: usize) -> Option<(String, usize, bool)> {
    let quote = text[at..].chars().next()?;
    let mut value = String::new();
    let mut is_long = false;
    let mut pos = at + 1;
    loop {
        let rest = &text[pos..];
        let c = rest.chars().next()?;
        match c {
            '\'' if quote == '\'' && rest.starts_with("''") => {
                value.push('\'');
                pos += 2;
            }
            _ if c == quote => return Some((value, pos + 1, is_long)),
            '\\' if quote == '"' => pos = escape(text, pos, &mut value)?,
            '\r' if rest.starts_with("\r\n") => pos += 1,
            '\n' => {
                is_long = true;
                pos = fold(text, pos, &mut value);
            }
            _ => {
                value.push(c);
                pos += c.len_utf8();
            }
        }
    }
}

/// A line end inside a scalar: a blank, or as many line ends as empty lines follow. Answers where the text goes on.
fn fold(text: &str, at: usize, value: &mut String) -> usize {
    value.truncate(value.trim_end_matches([' ', '\t']).len());
    let mut pos = at;
    let mut n_empty = 0;
    loop {
        pos = next_line(text, pos);
        let end = line_end(text, pos);
        if pos >= text.len() || !text[pos..end].trim().is_empty() {
            break;
        }
        n_empty += 1;
    }
    if n_empty == 0 {
        value.push(' ');
    }
    value.extend(std::iter::repeat_n('\n', n_empty));
    text.len() - text[pos..].trim_start_matches([' ', '\t']).len()
}

/// The escape at `at`, put to the value; answers where the text goes on.
fn escape(text: &str, at: usize, value: &mut String) -> Option<usize> {
    let escaped = text[at + 1..].chars().next()?;
    let after = at + 1 + escaped.len_utf8();
    let n_digits = match escaped {
        'x' => 2,
        'u' => 4,
        'U' => 8,
        '\r' | '\n' => {
            let next = next_line(text, at + 1);
            return Some(text.len() - text[next..].trim_start_matches([' ', '\t']).len());
        }
        _ => {
            value.push(match escaped {
                '0' => '\0',
                'a' => '\u{7}',
                'b' => '\u{8}',
                't' | '\t' => '\t',
                'n' => '\n',
                'v' => '\u{b}',
                'f' => '\u{c}',
                'r' => '\r',
                'e' => '\u{1b}',
                'N' => '\u{85}',
                '_' => '\u{a0}',
                'L' => '\u{2028}',
                'P' => '\u{2029}',
                '"' | '\\' | '/' | ' ' => escaped,
                _ => return None,
            });
            return Some(after);
        }
    };
    let digits = text.get(after..after + n_digits)?;
    value.push(char::from_u32(u32::from_str_radix(digits, 16).ok()?)?);
    Some(after + n_digits)
}

/// Several lines of a plain scalar as one text; empty lines are line ends.
pub(super) fn folded_lines<'a>(lines: impl Iterator<Item = &'a str>) -> String {
    let mut value = String::new();
    let mut n_empty = 0;
    for line in lines.map(str::trim) {
        if line.is_empty() {
            n_empty += 1;
            continue;
        }
        if n_empty > 0 {
            value.extend(std::iter::repeat_n('\n', n_empty));
        } else if !value.is_empty() {
            value.push(' ');
        }
        n_empty = 0;
        value.push_str(line);
    }
    value
}

/// The text of a block scalar: its header (`|`, `>`, with `+`, `-` and an indentation) and the lines below.
pub(super) fn block(header: &str, lines: &[&str], parent_indent: usize) -> String {
    let n_blanks = |line: &str| line.len() - line.trim_start_matches(' ').len();
    let given = header.chars().find_map(|c| c.to_digit(10)).map(|n| parent_indent + n as usize);
    let first = || lines.iter().find(|line| !line.trim().is_empty()).map_or(0, |line| n_blanks(line));
    let indent = given.unwrap_or_else(first);
    let lines: Vec<&str> = lines.iter().map(|line| line.get(indent.min(n_blanks(line))..).unwrap_or("")).collect();
    let n_full = lines.iter().rposition(|line| !line.is_empty()).map_or(0, |last| last + 1);
    let mut value = if header.starts_with('>') { folded_block(&lines[..n_full]) } else { lines[..n_full].join("\n") };
    if header.contains('+') {
        value.extend(std::iter::repeat_n('\n', lines.len() - n_full + 1));
    } else if !header.contains('-') && n_full > 0 {
        value.push('\n');
    }
    value
}

/// Lines joined by blanks; lines that are indented deeper, and those around, keep their ends.
fn folded_block(lines: &[&str]) -> String {
    let mut value = String::new();
    let mut was_kept = true;
    let mut n_empty = 0;
    for (i, line) in lines.iter().enumerate() {
        let is_kept = line.starts_with([' ', '\t']);
        if line.is_empty() {
            n_empty += 1;
            continue;
        }
        if i > 0 {
            let n_ends = if was_kept || is_kept { n_empty + usize::from(!value.is_empty()) } else { n_empty };
            if n_ends == 0 {
                value.push(' ');
            }
            value.extend(std::iter::repeat_n('\n', n_ends));
        }
        value.push_str(line);
        (was_kept, n_empty) = (is_kept, 0);
    }
    value
}
