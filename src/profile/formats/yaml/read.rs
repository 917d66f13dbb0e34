//! Reading the blocks of a YAML document with the place of each value.

use std::collections::HashMap;
use std::ops::Range;

use super::flow::empty;
use super::{resolve, scalar};
use crate::profile::formats::text::{Lines, line_end, line_start, next_line};
use crate::profile::formats::tree::{Layout, Member, Node, Scalar, Shape, pair};
use crate::profile::formats::{FormatError, Written};

/// Values deeper than this are not read.
const MAX_DEPTH: usize = 64;

/// The key under which Docker Compose has a list of `NAME=value` for a table.
const PAIRS_KEY: &str = "environment";

/// The tree of a text with one document; one without any value is `Nothing`.
pub(super) fn read(text: &str) -> Result<Node, FormatError> {
    let mut reader = Reader { text, at: 0, lines: Lines::new(text), anchors: HashMap::new() };
    reader.start()?;
    let root = match reader.next_content()? {
        Some((at, column)) => reader.block(at, column, None, 0)?,
        None => Node { span: text.len()..text.len(), shape: Shape::Nothing, tied: None },
    };
    reader.end()?;
    Ok(root)
}

/// Reads a text from `at` on.
pub(super) struct Reader<'a> {
    /// The text.
    pub text: &'a str,
    /// Where it is read next; the begin of a line between the values of blocks.
    pub at: usize,
    lines: Lines<'a>,
    /// Values of anchored scalars; of other anchors that they are there.
    anchors: HashMap<&'a str, Option<Scalar>>,
}

impl<'a> Reader<'a> {
    pub(super) fn rest(&self) -> &'a str {
        &self.text[self.at..]
    }

    pub(super) fn fault(&self, why: impl Into<String>) -> FormatError {
        self.lines.fault(self.at, why)
    }

    pub(super) fn takes(&mut self, c: char) -> bool {
        let is_there = self.rest().starts_with(c);
        self.at += if is_there { c.len_utf8() } else { 0 };
        is_there
    }

    pub(super) fn check_depth(&self, depth: usize) -> Result<(), FormatError> {
        if depth > MAX_DEPTH {
            return Err(self.fault(format!("values are read up to {MAX_DEPTH} levels deep")));
        }
        Ok(())
    }

    fn line(&self, at: usize) -> &'a str {
        &self.text[at..line_end(self.text, at)]
    }

    fn is_marker(&self, at: usize, marker: &str) -> bool {
        self.line(at).strip_prefix(marker).is_some_and(|rest| rest.is_empty() || rest.starts_with([' ', '\t']))
    }

    /// Passes directives and the first `---`.
    fn start(&mut self) -> Result<(), FormatError> {
        while self.next_content()?.is_some() && self.rest().starts_with('%') {
            self.at = next_line(self.text, self.at);
        }
        if self.is_marker(self.at, "---") {
            let behind = self.at + 3;
            if !is_line_done(self.text, behind) {
                return Err(self.fault("a value right behind `---` is not read; put it in the next line"));
            }
            self.at = next_line(self.text, behind);
        }
        Ok(())
    }

    fn end(&mut self) -> Result<(), FormatError> {
        let mut has_ended = false;
        loop {
            if self.next_content()?.is_some() {
                // Behind `...` another document begins, otherwise a line that fits nowhere.
                return Err(if has_ended { self.second() } else { self.fault("this line fits to nothing above") });
            }
            if self.at >= self.text.len() {
                return Ok(());
            }
            if self.is_marker(self.at, "---") {
                return Err(self.second());
            }
            has_ended = true;
            self.at = next_line(self.text, self.at);
        }
    }

    fn second(&self) -> FormatError {
        FormatError::SeveralDocuments { line: self.lines.line(self.at) }
    }

    /// The next line that has a value, as the place and column of its first character; `None` at the document's end.
    fn next_content(&mut self) -> Result<Option<(usize, usize)>, FormatError> {
        while self.at < self.text.len() {
            let line = self.line(self.at);
            let trimmed = line.trim_start_matches(' ');
            let column = line.len() - trimmed.len();
            let content = trimmed.trim_start_matches('\t');
            if content.trim_start().is_empty() || content.starts_with('#') {
                self.at = next_line(self.text, self.at);
                continue;
            }
            if self.is_marker(self.at, "---") || self.is_marker(self.at, "...") {
                return Ok(None);
            }
            if content.len() < trimmed.len() {
                return Err(self.fault("a tab stands in the indentation; YAML is indented by blanks"));
            }
            return Ok(Some((self.at + column, column)));
        }
        Ok(None)
    }

    /// The value that begins at `at`, in a column; `parent` is the column it has to be right of.
    fn block(&mut self, at: usize, column: usize, parent: Option<usize>, depth: usize) -> Result<Node, FormatError> {
        self.at = at;
        self.check_depth(depth)?;
        if is_dash(self.text, at) {
            self.sequence(column, depth)
        } else if self.key()?.is_some() {
            self.mapping(column, depth)
        } else {
            self.behind(at, parent, false, depth)
        }
    }

    fn mapping(&mut self, column: usize, depth: usize) -> Result<Node, FormatError> {
        let start = self.at;
        let mut members: Vec<Member> = Vec::new();
        loop {
            let Some((name, name_span, behind)) = self.key()? else {
                return Err(self.fault("a key with a colon should stand here"));
            };
            let mut node = self.behind(behind, Some(column), true, depth)?;
            if name == PAIRS_KEY {
                mark_pairs(&mut node);
            }
            members.push(Member { name, name_span, node });
            match self.next_content()? {
                Some((at, next)) if next == column && !is_dash(self.text, at) => self.at = at,
                Some((at, next)) if next >= column => {
                    return Err(self.lines.fault(at, "the indentation of this line fits to nothing above"));
                }
                _ => break,
            }
        }
        let end = members.last().map_or(start, |member| member.node.span.end);
        Ok(Node { span: start..end, shape: Shape::Table(members, Layout::Block), tied: None })
    }

    fn sequence(&mut self, column: usize, depth: usize) -> Result<Node, FormatError> {
        let start = self.at;
        let mut items: Vec<Node> = Vec::new();
        loop {
            let behind = self.at + 1;
            let inside = self.text.len() - self.text[behind..].trim_start_matches(' ').len();
            let inner = inside - line_start(self.text, inside);
            self.at = inside;
            if self.rest().starts_with('\t') && !is_line_done(self.text, inside) {
                return Err(self.fault("a tab stands behind the dash; YAML is indented by blanks"));
            }
            let is_compact = is_dash(self.text, inside) || !is_line_done(self.text, behind) && self.key()?.is_some();
            items.push(if is_compact {
                self.block(inside, inner, Some(column), depth + 1)?
            } else {
                self.behind(behind, Some(column), false, depth)?
            });
            match self.next_content()? {
                Some((at, next)) if next == column && is_dash(self.text, at) => self.at = at,
                Some((at, next)) if next > column => {
                    return Err(self.lines.fault(at, "the indentation of this line fits to nothing above"));
                }
                _ => break,
            }
        }
        let end = items.last().map_or(start, |item| item.span.end);
        Ok(Node { span: start..end, shape: Shape::List(items, Layout::Block), tied: None })
    }

    /// The value behind a colon, a dash or at a line's begin, in that line or the next ones.
    fn behind(&mut self, at: usize, parent: Option<usize>, is_of_key: bool, depth: usize) -> Result<Node, FormatError> {
        self.at = at;
        let before = self.at;
        self.skip_blanks();
        let properties = self.properties();
        let end_of_properties = if properties.is_empty() { before } else { properties_end(self.text, self.at) };
        if is_line_done(self.text, self.at) {
            self.at = next_line(self.text, self.at);
            let node = match self.next_content()? {
                Some((at, column))
                    if parent.is_none_or(|parent| column > parent)
                        || is_of_key && parent == Some(column) && is_dash(self.text, at) =>
                {
                    self.block(at, column, parent, depth + 1)?
                }
                _ => empty(end_of_properties),
            };
            return Ok(self.with_properties(node, &properties));
        }
        if is_of_key && is_dash(self.text, self.at) {
            return Err(self.fault("a list begins in a line of its own"));
        }
        if !properties.is_empty() && self.key()?.is_some() {
            return Err(self.fault("an anchor or a tag right before a key is not read"));
        }
        let node = match self.rest().chars().next() {
            Some('|' | '>') => self.block_scalar(parent),
            Some('*') => self.alias()?,
            Some('[' | '{') => self.flow(depth + 1)?,
            Some(quote @ ('"' | '\'')) => {
                let start = self.at;
                let (text, end, is_long) = self.quoted()?;
                let value = Written::Text(text.clone());
                let scalar = Scalar { value, text, quote: Some(quote), is_long, in_brackets: false };
                Node { span: start..end, shape: Shape::Scalar(scalar), tied: None }
            }
            _ => self.plain(parent)?,
        };
        if !is_line_done(self.text, self.at) && self.at > line_start(self.text, self.at) {
            return Err(self.fault("nothing but a comment can stand behind this value"));
        }
        if self.at > line_start(self.text, self.at) {
            self.at = next_line(self.text, self.at);
        }
        Ok(self.with_properties(node, &properties))
    }

    fn skip_blanks(&mut self) {
        self.at += self.rest().len() - self.rest().trim_start_matches([' ', '\t']).len();
    }

    /// The key in this line, where it has one: its name, where that stands, and where the colon ends.
    fn key(&self) -> Result<Option<(String, Range<usize>, usize)>, FormatError> {
        let line = self.line(self.at);
        if line.starts_with("? ") || line == "?" {
            return Err(self.fault("keys that begin with `?` are not read"));
        }
        let is_sign = |i: usize| line[i..].starts_with(':') && line[i + 1..].chars().next().is_none_or(is_blank);
        if line.starts_with(['"', '\'']) {
            let Some((name, end, false)) = scalar::quoted(self.text, self.at) else { return Ok(None) };
            let after = end + self.text[end..].len() - self.text[end..].trim_start_matches([' ', '\t']).len();
            let is_key = after <= self.at + line.len() && is_sign(after - self.at);
            return Ok(is_key.then(|| (name, self.at..end, after + 1)));
        }
        if line.starts_with(['&', '*', '!', '|', '>', '%', '@', '`', '[', '{', ']', '}', ',', '#']) {
            return Ok(None);
        }
        let mut is_after_blank = false;
        for (i, c) in line.char_indices() {
            if c == '#' && is_after_blank {
                break;
            }
            if is_sign(i) {
                let name = line[..i].trim_end();
                return Ok(Some((name.to_owned(), self.at..self.at + name.len(), self.at + i + 1)));
            }
            is_after_blank = is_blank(c);
        }
        Ok(None)
    }

    /// A plain scalar with the lines that go on with it.
    fn plain(&mut self, parent: Option<usize>) -> Result<Node, FormatError> {
        let start = self.at;
        if self.rest().starts_with(['%', '@', '`', ']', '}', ',']) {
            return Err(self.fault("no value can begin with this character; put it in quotes"));
        }
        let mut end = start;
        let mut is_long = false;
        loop {
            let line = self.line(self.at);
            let comment = line.char_indices().find(|(i, c)| *c == '#' && line[..*i].ends_with(is_blank));
            let content = comment.map_or(line, |(i, _)| &line[..i]).trim_end();
            if let Some(i) = content.find(": ").or(content.ends_with(':').then(|| content.len() - 1)) {
                self.at += i;
                return Err(self.fault("a colon and a blank inside a value; put the value in quotes"));
            }
            end = if content.is_empty() { end } else { self.at + content.len() };
            let next = next_line(self.text, self.at);
            self.at = next;
            // Empty lines belong to the scalar where it goes on behind them.
            let mut below = next;
            while below < self.text.len() && self.line(below).trim().is_empty() {
                below = next_line(self.text, below);
            }
            let line = self.line(below);
            let content = line.trim_start_matches([' ', '\t']);
            let column = line.len() - content.len();
            let goes_on = below < self.text.len()
                && comment.is_none()
                && !content.starts_with('#')
                && parent.is_none_or(|parent| column > parent)
                && !self.is_marker(below, "---")
                && !self.is_marker(below, "...");
            if !goes_on {
                break;
            }
            is_long = true;
            self.at = below + column;
        }
        let text = scalar::folded_lines(self.text[start..end].lines());
        let value = if is_long { Written::Text(text.clone()) } else { resolve::plain(&text) };
        let scalar = Scalar { value, text, quote: None, is_long, in_brackets: false };
        Ok(Node { span: start..end, shape: Shape::Scalar(scalar), tied: None })
    }

    fn block_scalar(&mut self, parent: Option<usize>) -> Node {
        let start = self.at;
        let header = self.line(self.at);
        let mut end = self.at + header.trim_end().len();
        let mut lines = Vec::new();
        self.at = next_line(self.text, self.at);
        while self.at < self.text.len() {
            let line = self.line(self.at);
            let column = line.len() - line.trim_start_matches(' ').len();
            let is_empty = line.trim().is_empty();
            let is_inside = parent.map_or(!self.is_marker(self.at, "---"), |parent| column > parent);
            if !is_empty && !is_inside {
                break;
            }
            lines.push(line);
            end = if is_empty { end } else { self.at + line.len() };
            self.at = next_line(self.text, self.at);
        }
        let header = header.split([' ', '\t']).next().unwrap_or("|");
        let text = scalar::block(header, &lines, parent.unwrap_or(0));
        let value = Written::Text(text.clone());
        let scalar = Scalar { value, text, quote: None, is_long: true, in_brackets: false };
        Node { span: start..end, shape: Shape::Scalar(scalar), tied: None }
    }

    /// The text in the quotes that begin here; `self.at` stands behind them then.
    pub(super) fn quoted(&mut self) -> Result<(String, usize, bool), FormatError> {
        let Some((text, end, is_long)) = scalar::quoted(self.text, self.at) else {
            return Err(self.fault("this quote is not closed, or an escape in it is none of YAML's"));
        };
        self.at = end;
        Ok((text, end, is_long))
    }

    /// Anchors and tags that stand here, with their signs; `self.at` stands behind them and the blanks then.
    pub(super) fn properties(&mut self) -> Vec<&'a str> {
        let mut properties = Vec::new();
        while self.rest().starts_with(['&', '!']) {
            let rest = self.rest();
            let end = rest.find(|c: char| c.is_whitespace() || matches!(c, ',' | ']' | '}')).unwrap_or(rest.len());
            properties.push(&rest[..end.max(1)]);
            self.at += end.max(1);
            self.skip_blanks();
        }
        properties
    }

    /// The value an alias stands for, tied to it.
    pub(super) fn alias(&mut self) -> Result<Node, FormatError> {
        let rest = self.rest();
        let end =
            rest.find(|c: char| c.is_whitespace() || matches!(c, ',' | '[' | ']' | '{' | '}')).unwrap_or(rest.len());
        let name = &rest[1..end.max(1)];
        let Some(anchored) = self.anchors.get(name) else {
            return Err(self.fault(format!("there is no anchor `&{name}` above")));
        };
        let shape = anchored.clone().map_or(Shape::Nothing, Shape::Scalar);
        let span = self.at..self.at + end;
        self.at += end;
        Ok(Node { span, shape, tied: Some(format!("it is an alias; change the value at `&{name}`")) })
    }

    /// The value with its anchor and tag.
    pub(super) fn with_properties(&mut self, mut node: Node, properties: &[&'a str]) -> Node {
        for property in properties {
            if let Some(name) = property.strip_prefix('&') {
                let scalar = match &node.shape {
                    Shape::Scalar(scalar) => Some(scalar.clone()),
                    _ => None,
                };
                if scalar.is_some() {
                    node.tied = Some(format!("other places may take its value by the anchor `{property}`"));
                }
                self.anchors.insert(name, scalar);
            } else if let Shape::Scalar(scalar) = &mut node.shape {
                if *property == "!!str" || *property == "!" {
                    scalar.value = Written::Text(scalar.text.clone());
                }
                node.tied = Some(format!("it has the tag `{property}`"));
            }
        }
        node
    }
}

/// A list of `NAME=value` stands for a table.
fn mark_pairs(node: &mut Node) {
    if let Shape::List(items, layout) = &mut node.shape
        && items.iter().all(|item| pair(item).is_some())
        && items.iter().any(|item| pair(item).is_some_and(|(_, value)| value.is_some()))
    {
        *layout = Layout::Pairs;
    }
}

fn is_blank(c: char) -> bool {
    matches!(c, ' ' | '\t')
}

/// Whether a list's item begins here.
fn is_dash(text: &str, at: usize) -> bool {
    text[at..].strip_prefix('-').is_some_and(|rest| rest.is_empty() || rest.starts_with([' ', '\t', '\r', '\n']))
}

/// Whether a comment begins here: a `#` behind a blank or at a line's begin.
pub(super) fn is_comment_start(text: &str, at: usize) -> bool {
    text[at..].starts_with('#') && (at == 0 || text[..at].ends_with([' ', '\t', '\n']))
}

/// Whether nothing but blanks and a comment stands behind this place in its line.
fn is_line_done(text: &str, at: usize) -> bool {
    let end = line_end(text, at);
    let content = text[at..end].trim_start_matches([' ', '\t']);
    content.is_empty() || is_comment_start(text, end - content.len())
}

/// Where anchors and tags that end before this place end, without the blanks behind.
fn properties_end(text: &str, at: usize) -> usize {
    text[..at].trim_end_matches([' ', '\t']).len()
}
