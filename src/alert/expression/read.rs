//! Reads conditions and selectors.

use std::sync::Arc;
use std::time::Duration;

use crate::alert::amount_text;
use crate::model::alert::{Amount, Comparison, Condition, MatchOp, Matcher, MissingPolicy, Reducer, Selector, Term};
use crate::model::duration_text::read_duration;

/// Why a text is no expression.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{what} at character {}", at + 1)]
pub struct ExpressionError {
    /// What is wrong or was expected.
    pub what: String,
    /// Zero-based byte where reading stopped.
    pub at: usize,
}

/// A rule's meaning in one line.
#[derive(Debug, Clone, PartialEq)]
pub struct Line {
    /// Its conditions.
    pub when: Vec<Condition>,
    /// `for`.
    pub hold: Duration,
    /// `recover`.
    pub recover: Option<(Comparison, Amount)>,
    /// `keep`.
    pub keep_firing: Duration,
    /// `missing`.
    pub missing: MissingPolicy,
}

/// Reads a condition such as `p95(http.server.request.duration[5m]) > 200 ms`.
///
/// # Errors
/// The first thing that is wrong, with its place.
pub fn read_condition(text: &str) -> Result<Condition, ExpressionError> {
    let mut cursor = Cursor { text, at: 0 };
    let condition = cursor.condition()?;
    cursor.end()?;
    Ok(condition)
}

/// Reads a selector such as `system.network.io{network.interface.name=~"eth.*"}`.
///
/// # Errors
/// The first thing that is wrong, with its place.
pub fn read_selector(text: &str) -> Result<Selector, ExpressionError> {
    let mut cursor = Cursor { text, at: 0 };
    let selector = cursor.selector()?;
    cursor.end()?;
    Ok(selector)
}

/// Reads a rule's meaning such as `system.cpu.utilization > 80% for 5m recover < 70% keep 1m missing alert`.
///
/// # Errors
/// The first thing that is wrong, with its place.
pub fn read_line(text: &str) -> Result<Line, ExpressionError> {
    let mut cursor = Cursor { text, at: 0 };
    let mut line = Line {
        when: vec![cursor.condition()?],
        hold: Duration::ZERO,
        recover: None,
        keep_firing: Duration::ZERO,
        missing: MissingPolicy::Keep,
    };
    loop {
        cursor.skip_spaces();
        let at = cursor.at;
        match cursor.word() {
            "" => break,
            "and" => line.when.push(cursor.condition()?),
            "for" => line.hold = cursor.duration()?,
            "keep" => line.keep_firing = cursor.duration()?,
            "recover" => line.recover = Some((cursor.comparison()?, cursor.amount()?)),
            "missing" => {
                let at = cursor.skip_spaces();
                line.missing = match cursor.word() {
                    "keep" => MissingPolicy::Keep,
                    "alert" => MissingPolicy::Alert,
                    "ok" => MissingPolicy::Ok,
                    _ => return Err(ExpressionError { what: "expected keep, alert or ok".into(), at }),
                };
            }
            _ => {
                let what = "expected and, for, recover, keep or missing".into();
                return Err(ExpressionError { what, at });
            }
        }
    }
    cursor.end()?;
    Ok(line)
}

/// Words that end an amount or a duration.
const KEYWORDS: [&str; 5] = [" and ", " for ", " recover ", " keep ", " missing "];

struct Cursor<'a> {
    text: &'a str,
    at: usize,
}

impl<'a> Cursor<'a> {
    fn rest(&self) -> &'a str {
        &self.text[self.at..]
    }

    fn fail<T>(&self, what: impl Into<String>) -> Result<T, ExpressionError> {
        Err(ExpressionError { what: what.into(), at: self.at })
    }

    fn skip_spaces(&mut self) -> usize {
        self.at += self.rest().len() - self.rest().trim_start().len();
        self.at
    }

    fn end(&mut self) -> Result<(), ExpressionError> {
        self.skip_spaces();
        if self.rest().is_empty() { Ok(()) } else { self.fail(format!("{} is too much", self.rest())) }
    }

    /// Takes a sign, if it is next.
    fn takes(&mut self, sign: &str) -> bool {
        self.skip_spaces();
        let is_next = self.rest().starts_with(sign);
        if is_next {
            self.at += sign.len();
        }
        is_next
    }

    fn expect(&mut self, sign: &str) -> Result<(), ExpressionError> {
        if self.takes(sign) { Ok(()) } else { self.fail(format!("expected {sign}")) }
    }

    /// A name: letters, digits, `_`, `.`, `-`, `/`, `:`.
    fn word(&mut self) -> &'a str {
        self.skip_spaces();
        let is_part = |c: char| c.is_alphanumeric() || matches!(c, '_' | '.' | '-' | '/' | ':');
        let rest = self.rest();
        let end = rest.find(|c| !is_part(c)).unwrap_or(rest.len());
        self.at += end;
        &rest[..end]
    }

    fn condition(&mut self) -> Result<Condition, ExpressionError> {
        let term = self.term()?;
        let is = self.comparison()?;
        let threshold = self.amount()?;
        Ok(Condition { term, is, threshold })
    }

    fn comparison(&mut self) -> Result<Comparison, ExpressionError> {
        if self.takes(">") {
            Ok(Comparison::Above)
        } else if self.takes("<") {
            Ok(Comparison::Below)
        } else {
            self.fail("expected > or <")
        }
    }

    /// The text up to the next keyword, read by `read`.
    fn up_to_keyword(&mut self) -> (&'a str, usize) {
        let at = self.skip_spaces();
        let rest = self.rest();
        let end = KEYWORDS.iter().filter_map(|keyword| rest.find(keyword)).min().unwrap_or(rest.len());
        self.at += end;
        (&rest[..end], at)
    }

    fn amount(&mut self) -> Result<Amount, ExpressionError> {
        let (text, at) = self.up_to_keyword();
        amount_text::read(text, None).map_err(|what| ExpressionError { what, at })
    }

    fn duration(&mut self) -> Result<Duration, ExpressionError> {
        let (text, at) = self.up_to_keyword();
        read_duration(text).map_err(|what| ExpressionError { what, at })
    }

    fn term(&mut self) -> Result<Term, ExpressionError> {
        let start = self.skip_spaces();
        let word = self.word();
        if !self.rest().starts_with('(') {
            self.at = start;
            let series = self.selector()?;
            let mut term = plain(series);
            term.by = self.by()?;
            return Ok(term);
        }
        let Some(reducer) = Reducer::ALL.into_iter().find(|reducer| reducer.word() == word) else {
            let names: Vec<&str> = Reducer::ALL.iter().map(|reducer| reducer.word()).collect();
            self.at = start;
            return self.fail(format!("{word} is no reducer: write one of {}", names.join(", ")));
        };
        self.expect("(")?;
        let mut term = Term { reducer, ..plain(self.selector()?) };
        if self.takes("[") {
            let (rest, at) = (self.rest(), self.at);
            let end = rest.find(']').map_or_else(|| self.fail("expected ]"), Ok)?;
            term.window = read_duration(&rest[..end]).map_err(|what| ExpressionError { what, at })?;
            self.at += end + 1;
        }
        if reducer.has_over() {
            self.expect(",")?;
            term.over = Some(self.selector()?);
        }
        if self.takes(",") {
            term.least_count = self.least_count()?;
        }
        self.expect(")")?;
        term.by = self.by()?;
        Ok(term)
    }

    /// `min 50`.
    fn least_count(&mut self) -> Result<f64, ExpressionError> {
        if self.word() != "min" {
            return self.fail("expected min and a count");
        }
        let at = self.skip_spaces();
        let number = self.word().parse::<f64>().ok().filter(|n| n.is_finite() && *n >= 0.0);
        number.ok_or(ExpressionError { what: "expected a count such as min 50".into(), at })
    }

    /// `by (service.name, url.path)`; an empty list takes all series together.
    fn by(&mut self) -> Result<Option<Vec<Arc<str>>>, ExpressionError> {
        self.skip_spaces();
        let is_by = self.rest().strip_prefix("by").is_some_and(|rest| rest.trim_start().starts_with('('));
        if !is_by {
            return Ok(None);
        }
        self.at += 2;
        self.expect("(")?;
        let mut labels = Vec::new();
        while !self.takes(")") {
            if !labels.is_empty() {
                self.expect(",")?;
            }
            match self.word() {
                "" => return self.fail("expected an attribute's name or )"),
                label => labels.push(Arc::from(label)),
            }
        }
        Ok(Some(labels))
    }

    fn selector(&mut self) -> Result<Selector, ExpressionError> {
        let metric = self.word();
        if metric.is_empty() {
            return self.fail("expected a metric such as system.cpu.utilization");
        }
        let mut matchers = Vec::new();
        if self.rest().starts_with('{') {
            self.expect("{")?;
            while !self.takes("}") {
                if !matchers.is_empty() {
                    self.expect(",")?;
                }
                matchers.push(self.matcher()?);
            }
        }
        Ok(Selector { metric: metric.into(), matchers })
    }

    fn matcher(&mut self) -> Result<Matcher, ExpressionError> {
        let label = self.word();
        if label.is_empty() {
            return self.fail("expected an attribute's name");
        }
        let op = [MatchOp::Like, MatchOp::NotLike, MatchOp::IsNot, MatchOp::Is].into_iter();
        let Some(op) = op.into_iter().find(|op| self.takes(op.sign())) else {
            return self.fail("expected =, !=, =~ or !~");
        };
        self.expect("\"")?;
        let mut value = String::new();
        let mut chars = self.rest().char_indices();
        while let Some((i, c)) = chars.next() {
            match c {
                '"' => {
                    self.at += i + 1;
                    return Ok(Matcher { label: label.into(), op, value: value.into() });
                }
                '\\' => match chars.next() {
                    Some((_, next @ ('"' | '\\'))) => value.push(next),
                    // Left as it stands: regular expressions are full of it.
                    Some((_, next)) => value.extend(['\\', next]),
                    None => break,
                },
                other => value.push(other),
            }
        }
        self.fail("expected a closing quote")
    }
}

fn plain(series: Selector) -> Term {
    Term { reducer: Reducer::Every, series, over: None, window: Duration::ZERO, by: None, least_count: 0.0 }
}
