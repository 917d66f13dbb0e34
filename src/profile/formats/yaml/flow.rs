//! Reading flow lists and mappings: `[a, b]` and `{a: 1}`.

use super::read::{Reader, is_comment_start};
use super::resolve;
use crate::profile::formats::FormatError;
use crate::profile::formats::tree::{Layout, Member, Node, Scalar, Shape};

/// A scalar's text and quotes, where it stands, and whether it stands over several lines.
type Token = (String, Option<char>, std::ops::Range<usize>, bool);

impl Reader<'_> {
    /// The list or mapping that begins here; `self.at` stands behind it then.
    pub(super) fn flow(&mut self, depth: usize) -> Result<Node, FormatError> {
        self.check_depth(depth)?;
        let start = self.at;
        let shape = if self.rest().starts_with('[') {
            Shape::List(self.flow_items(depth)?, Layout::Brackets)
        } else {
            Shape::Table(self.flow_members(depth)?, Layout::Brackets)
        };
        Ok(Node { span: start..self.at, shape, tied: None })
    }

    fn flow_items(&mut self, depth: usize) -> Result<Vec<Node>, FormatError> {
        let mut items = Vec::new();
        self.at += 1;
        loop {
            self.skip_in_flow();
            if self.takes(']') {
                return Ok(items);
            }
            items.push(self.flow_value(depth)?);
            self.skip_in_flow();
            if self.rest().starts_with(':') {
                return Err(self.fault("pairs in a list are not read; write `{name: value}`"));
            }
            if !self.takes(',') && !self.rest().starts_with(']') {
                return Err(self.fault("a comma or `]` should stand here"));
            }
        }
    }

    fn flow_members(&mut self, depth: usize) -> Result<Vec<Member>, FormatError> {
        let mut members = Vec::new();
        self.at += 1;
        loop {
            self.skip_in_flow();
            if self.takes('}') {
                return Ok(members);
            }
            if self.rest().starts_with(['[', '{', '&', '*', '!']) || self.rest().starts_with("? ") {
                return Err(self.fault("only plain names and names in quotes are read here"));
            }
            let (name, quote, name_span, is_long) = self.flow_token()?;
            if is_long {
                return Err(self.fault("names of several lines are not read"));
            }
            let after_name = self.at;
            self.skip_in_flow();
            // Right behind a name in quotes a colon needs no blank.
            let colon = self.rest().strip_prefix(':');
            let is_colon =
                colon.is_some_and(|after| quote.is_some() || after.starts_with(ends_plain) || after.is_empty());
            let node = if is_colon {
                self.at += 1;
                let after_colon = self.at;
                self.skip_in_flow();
                if self.rest().starts_with([',', '}']) { empty(after_colon) } else { self.flow_value(depth)? }
            } else {
                empty(after_name)
            };
            members.push(Member { name, name_span, node });
            self.skip_in_flow();
            if !self.takes(',') && !self.rest().starts_with('}') {
                return Err(self.fault("a comma or `}` should stand here"));
            }
        }
    }

    fn flow_value(&mut self, depth: usize) -> Result<Node, FormatError> {
        let properties = self.properties();
        if !properties.is_empty() {
            self.skip_in_flow();
        }
        let rest = self.rest();
        let node = if rest.starts_with(['[', '{']) {
            self.flow(depth + 1)?
        } else if rest.starts_with('*') {
            self.alias()?
        } else if rest.starts_with([',', ']', '}']) {
            if properties.is_empty() {
                return Err(self.fault("a value is missing here"));
            }
            empty(self.at)
        } else {
            let (text, quote, span, is_long) = self.flow_token()?;
            let value = if quote.is_some() { super::Written::Text(text.clone()) } else { resolve::plain(&text) };
            let scalar = Scalar { value, text, quote, is_long, in_brackets: true };
            Node { span, shape: Shape::Scalar(scalar), tied: None }
        };
        Ok(self.with_properties(node, &properties))
    }

    /// A scalar in quotes or plain.
    fn flow_token(&mut self) -> Result<Token, FormatError> {
        let start = self.at;
        if let Some(quote) = self.rest().chars().next().filter(|c| matches!(c, '"' | '\'')) {
            let (text, end, is_long) = self.quoted()?;
            return Ok((text, Some(quote), start..end, is_long));
        }
        let rest = self.rest();
        if rest.starts_with(['#', '|', '>', '%', '@', '`', ',', ']', '}']) || rest.is_empty() {
            return Err(self.fault("no value can begin here"));
        }
        let mut end = start;
        let mut chars = rest.char_indices().peekable();
        let mut is_blank = false;
        while let Some((i, c)) = chars.next() {
            let is_sign = c == ':' && chars.peek().is_none_or(|(_, next)| ends_plain(*next));
            if matches!(c, ',' | '[' | ']' | '{' | '}') || is_sign || c == '#' && is_blank {
                break;
            }
            is_blank = c.is_whitespace();
            if !is_blank {
                end = start + i + c.len_utf8();
            }
        }
        if end == start {
            return Err(self.fault("a value is missing here"));
        }
        self.at = end;
        let text = &self.text[start..end];
        Ok((super::scalar::folded_lines(text.lines()), None, start..end, text.contains('\n')))
    }

    /// Passes blanks, line ends and comments.
    fn skip_in_flow(&mut self) {
        loop {
            let rest = self.rest();
            let n = rest.len() - rest.trim_start_matches([' ', '\t', '\r', '\n']).len();
            let is_comment = is_comment_start(self.text, self.at + n);
            self.at += n;
            if is_comment {
                self.at = crate::profile::formats::text::line_end(self.text, self.at);
            } else {
                return;
            }
        }
    }
}

/// Nothing at a place that may have a value.
pub(super) fn empty(at: usize) -> Node {
    let value = super::Written::Null;
    let scalar = Scalar { value, text: String::new(), quote: None, is_long: false, in_brackets: false };
    Node { span: at..at, shape: Shape::Scalar(scalar), tied: None }
}

fn ends_plain(c: char) -> bool {
    matches!(c, ' ' | '\t' | '\r' | '\n' | ',' | '[' | ']' | '{' | '}')
}
