//! Lists and tables in brackets: writing one anew in the layout of the old, and putting another item at the end.

use std::ops::Range;

use super::text::{Splices, indent, indent_unit, line_end, line_start, newline};

/// A pair of brackets in a text, with the items between.
pub(super) struct Brackets<'a> {
    /// The text.
    pub text: &'a str,
    /// Both brackets and all between.
    pub span: Range<usize>,
    /// Where each item stands; of a table with its name.
    pub items: Vec<Range<usize>>,
    /// The length of the comment this text begins with, 0 where it does not begin with one.
    pub comment: fn(&str) -> usize,
}

impl Brackets<'_> {
    fn open_end(&self) -> usize {
        self.span.start + 1
    }

    fn close(&self) -> usize {
        self.span.end.saturating_sub(1).max(self.open_end())
    }

    /// Whether each item has a line of its own.
    pub fn is_by_lines(&self) -> bool {
        let first = self.items.first().map_or(self.close(), |item| item.start);
        self.text.get(self.open_end()..first).is_some_and(|gap| gap.contains('\n'))
    }

    /// The blanks after the opening bracket, where all stands in one line.
    fn pad(&self) -> &str {
        let inside = self.text.get(self.open_end()..self.close()).unwrap_or_default();
        if self.items.is_empty() { "" } else { indent(inside) }
    }

    /// The indentation of the items, where each has its line.
    pub fn item_indent(&self) -> String {
        let of = |at: usize| indent(&self.text[line_start(self.text, at)..]);
        match self.items.last() {
            Some(last) => of(last.start).to_owned(),
            None => format!("{}{}", of(self.span.start), indent_unit(self.text)),
        }
    }

    /// What stands between two items.
    fn separator(&self) -> &str {
        let between = match self.items.as_slice() {
            [.., a, b] => self.text.get(a.end..b.start),
            _ => None,
        };
        between.filter(|between| *between == ",").unwrap_or(", ")
    }

    /// Where a comma after the last item ends.
    fn last_comma(&self) -> Option<usize> {
        let last = self.items.last()?.end;
        let at = self.skip(last, true);
        self.text[at..].starts_with(',').then_some(at + 1)
    }

    /// The first place from here that is neither blank nor comment.
    fn skip(&self, mut at: usize, with_lines: bool) -> usize {
        while at < self.close() {
            let rest = &self.text[at..];
            let blank = |c: char| matches!(c, ' ' | '\t') || with_lines && matches!(c, '\r' | '\n');
            let n = rest.len() - rest.trim_start_matches(blank).len();
            let n = if n > 0 { n } else { (self.comment)(rest) };
            if n == 0 {
                break;
            }
            at += n;
        }
        at
    }

    /// Other items in place of these.
    pub fn rewritten(&self, items: &[String]) -> Splices {
        let inside = self.open_end()..self.close();
        if items.is_empty() {
            return vec![(inside, String::new())];
        }
        if !self.is_by_lines() {
            let pad = self.pad();
            return vec![(inside, format!("{pad}{}{pad}", items.join(self.separator())))];
        }
        let newline = newline(self.text);
        let indent_text = self.item_indent();
        let comma = if self.last_comma().is_some() { "," } else { "" };
        let items = items.join(&format!(",{newline}{indent_text}"));
        // The closing bracket stays where it is.
        let outer = indent(&self.text[line_start(self.text, self.close())..]);
        vec![(inside, format!("{newline}{indent_text}{items}{comma}{newline}{outer}"))]
    }

    /// One more item at the end; `by_lines` says how it is laid out where there is none yet.
    pub fn with_item(&self, item: &str, by_lines: bool) -> Splices {
        let newline = newline(self.text);
        let Some(last) = self.items.last() else { return self.with_first_item(item, by_lines) };
        let comma = self.last_comma();
        if !self.is_by_lines() {
            let separator = self.separator();
            return match comma {
                Some(at) => vec![(at..at, format!("{}{item},", separator.trim_start_matches(',')))],
                None => vec![(last.end..last.end, format!("{separator}{item}"))],
            };
        }
        let mut splices = Splices::new();
        if comma.is_none() {
            splices.push((last.end..last.end, ",".to_owned()));
        }
        // A comment in the same line belongs to the item before.
        let at = self.skip(comma.unwrap_or(last.end), false);
        let at = if self.text[at..].starts_with(['\r', '\n']) { at } else { comma.unwrap_or(last.end) };
        let end = if comma.is_some() { "," } else { "" };
        splices.push((at..at, format!("{newline}{}{item}{end}", self.item_indent())));
        splices
    }

    fn with_first_item(&self, item: &str, by_lines: bool) -> Splices {
        let newline = newline(self.text);
        let (open, close) = (self.open_end(), self.close());
        let inside = self.text.get(open..close).unwrap_or_default();
        let item_indent = self.item_indent();
        let close_line = line_start(self.text, close);
        if inside.contains('\n') && self.text[close_line..close].trim().is_empty() {
            return vec![(close_line..close_line, format!("{item_indent}{item}{newline}"))];
        }
        let has_comment = !inside.trim().is_empty();
        if has_comment {
            return vec![(close..close, format!("{newline}{item_indent}{item}{newline}"))];
        }
        if by_lines {
            let outer = indent(&self.text[line_start(self.text, open)..]);
            return vec![(open..close, format!("{newline}{item_indent}{item}{newline}{outer}"))];
        }
        vec![(open..close, item.to_owned())]
    }
}

/// A block comment's length, or that of a line comment up to its line end; for formats with `//` and `/* */`.
pub(super) fn slash_comment(text: &str) -> usize {
    if text.starts_with("//") {
        line_end(text, 0)
    } else if text.starts_with("/*") {
        text.find("*/").map_or(text.len(), |end| end + 2)
    } else {
        0
    }
}

/// A line comment's length; for formats with `#`.
pub(super) fn hash_comment(text: &str) -> usize {
    if text.starts_with('#') { line_end(text, 0) } else { 0 }
}
