//! A file's bytes as text, places in it, and new text made by replacing some places.

use std::ops::Range;

use super::FormatError;

/// Larger configuration files are not read, in bytes.
const MAX_BYTES: usize = 8 << 20;

/// The UTF-8 byte order mark.
pub(super) const MARK: &str = "\u{feff}";

/// Replacements of parts of a text by others.
pub(super) type Splices = Vec<(Range<usize>, String)>;

/// The text of a file without its byte order mark, and whether it had one.
pub(super) fn decode(bytes: &[u8]) -> Result<(bool, &str), FormatError> {
    if bytes.len() > MAX_BYTES {
        return Err(FormatError::TooLarge { n_bytes: bytes.len(), at_most: MAX_BYTES });
    }
    let other_marks: [(&[u8], &str); 4] = [
        (&[0xff, 0xfe, 0, 0], "UTF-32"),
        (&[0, 0, 0xfe, 0xff], "UTF-32"),
        (&[0xff, 0xfe], "UTF-16"),
        (&[0xfe, 0xff], "UTF-16"),
    ];
    if let Some((_, name)) = other_marks.iter().find(|(mark, _)| bytes.starts_with(mark)) {
        return Err(FormatError::OtherEncoding { name });
    }
    let line = |offset: usize| 1 + bytes.iter().take(offset).filter(|b| **b == b'\n').count();
    let text = std::str::from_utf8(bytes).map_err(|fault| {
        let offset = fault.valid_up_to();
        let byte = bytes.get(offset).copied().unwrap_or_default();
        FormatError::NotText { line: line(offset), why: format!("byte {byte:#04x}") }
    })?;
    // A tab, line ends, form feeds and the escape of terminal colours are all that text files have of these.
    let is_foreign = |c: char| c.is_ascii_control() && !matches!(c, '\t' | '\n' | '\r' | '\u{c}' | '\u{1b}');
    if let Some((offset, c)) = text.char_indices().find(|(_, c)| is_foreign(*c)) {
        return Err(FormatError::NotText { line: line(offset), why: format!("byte {:#04x}", u32::from(c)) });
    }
    Ok(match text.strip_prefix(MARK) {
        Some(rest) => (true, rest),
        None => (false, text),
    })
}

/// Where the lines of a text begin.
pub(super) struct Lines<'a> {
    text: &'a str,
    starts: Vec<usize>,
}

impl<'a> Lines<'a> {
    /// The lines of this text.
    pub fn new(text: &'a str) -> Self {
        let starts = std::iter::once(0).chain(text.match_indices('\n').map(|(i, _)| i + 1)).collect();
        Self { text, starts }
    }

    /// The line of this byte, from 1.
    pub fn line(&self, offset: usize) -> usize {
        self.starts.partition_point(|start| *start <= offset)
    }

    /// A fault at this byte.
    pub fn fault(&self, offset: usize, why: impl Into<String>) -> FormatError {
        let offset = offset.min(self.text.len());
        let line = self.line(offset);
        let start = line.checked_sub(1).and_then(|i| self.starts.get(i)).copied().unwrap_or(0);
        let column = 1 + self.text.get(start..offset).map_or(0, |before| before.chars().count());
        FormatError::Parse { line, column, why: why.into() }
    }
}

/// The line end a text uses: that of its first line.
pub(super) fn newline(text: &str) -> &'static str {
    match text.find('\n') {
        Some(at) if text[..at].ends_with('\r') => "\r\n",
        _ => "\n",
    }
}

/// Where the line of this byte begins.
pub(super) fn line_start(text: &str, offset: usize) -> usize {
    text[..offset].rfind('\n').map_or(0, |i| i + 1)
}

/// Where the line of this byte ends, before its line end.
pub(super) fn line_end(text: &str, offset: usize) -> usize {
    let end = text[offset..].find('\n').map_or(text.len(), |i| offset + i);
    if end < text.len() && text[offset..end].ends_with('\r') { end - 1 } else { end }
}

/// Where the line after this byte's begins; the text's end for the last.
pub(super) fn next_line(text: &str, offset: usize) -> usize {
    text[offset..].find('\n').map_or(text.len(), |i| offset + i + 1)
}

/// The blanks a line begins with.
pub(super) fn indent(line: &str) -> &str {
    &line[..line.len() - line.trim_start_matches([' ', '\t']).len()]
}

/// What a text indents by: the shortest indentation in it, two spaces where there is none.
pub(super) fn indent_unit(text: &str) -> &str {
    let indents =
        text.lines().filter(|line| !line.trim().is_empty() && !line.trim_start().starts_with(['*', '#', '/']));
    indents.map(indent).filter(|indent| !indent.is_empty()).min_by_key(|indent| indent.len()).unwrap_or("  ")
}

/// Adds a line after the line of `offset`, or at the text's end, minding a missing last line end.
pub(super) fn add_line(text: &str, offset: usize, line: &str) -> (Range<usize>, String) {
    let newline = newline(text);
    let at = next_line(text, offset);
    if at == text.len() && !text.is_empty() && !text.ends_with('\n') {
        (at..at, format!("{newline}{line}"))
    } else {
        (at..at, format!("{line}{newline}"))
    }
}

/// Adds lines of their own at the text's end, a blank line before them.
pub(super) fn add_block(text: &str, block: &str) -> (Range<usize>, String) {
    let newline = newline(text);
    let end = text.len();
    let is_open = !text.is_empty() && !text.ends_with('\n');
    let before = if is_open { newline } else { "" };
    let after = if is_open { "" } else { newline };
    let gap = if text.trim().is_empty() { "" } else { newline };
    (end..end, format!("{before}{gap}{block}{after}"))
}

/// Where the comments right above a line begin; the line itself where there are none.
pub(super) fn before_comments(text: &str, mut line_start_at: usize) -> usize {
    while line_start_at > 0 {
        let above = line_start(text, line_start_at - 1);
        if !text[above..line_start_at].trim_start().starts_with(['#', ';']) {
            break;
        }
        line_start_at = above;
    }
    line_start_at
}

/// The text with these parts replaced; `None` where two of them meet.
pub(super) fn splice(text: &str, mut splices: Splices) -> Option<String> {
    splices.sort_by_key(|(range, _)| (range.start, range.end));
    let mut new = String::with_capacity(text.len() + splices.iter().map(|(_, s)| s.len()).sum::<usize>());
    let mut done = 0;
    for (range, replacement) in splices {
        new.push_str(text.get(done..range.start)?);
        new.push_str(&replacement);
        done = range.end;
    }
    new.push_str(text.get(done..)?);
    Some(new)
}
