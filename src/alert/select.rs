//! Which series a selector means.

use regex_lite::Regex;

use crate::model::alert::{MatchOp, Selector};
use crate::model::{SeriesInfo, SeriesKey};

/// Greatest length of a regular expression, characters.
const MAX_PATTERN: usize = 500;

/// A selector ready to match.
#[derive(Debug, Clone)]
pub struct Matches {
    selector: Selector,
    patterns: Vec<Option<Regex>>,
}

impl Matches {
    /// Prepares a selector.
    ///
    /// # Errors
    /// What is wrong with one of its regular expressions.
    pub fn new(selector: &Selector) -> Result<Self, String> {
        let patterns = selector.matchers.iter().map(|matcher| match matcher.op {
            MatchOp::Is | MatchOp::IsNot => Ok(None),
            MatchOp::Like | MatchOp::NotLike => pattern(&matcher.value).map(Some),
        });
        Ok(Self { patterns: patterns.collect::<Result<_, _>>()?, selector: selector.clone() })
    }

    /// Whether a series is meant.
    pub fn is_meant(&self, key: &SeriesKey) -> bool {
        if key.metric() != &*self.selector.metric {
            return false;
        }
        self.selector.matchers.iter().zip(&self.patterns).all(|(matcher, pattern)| {
            let value = key.attribute(&matcher.label).unwrap_or("");
            match (matcher.op, pattern) {
                (MatchOp::Is, _) => value == &*matcher.value,
                (MatchOp::IsNot, _) => value != &*matcher.value,
                (MatchOp::Like, Some(pattern)) => pattern.is_match(value),
                (MatchOp::NotLike, Some(pattern)) => !pattern.is_match(value),
                (MatchOp::Like | MatchOp::NotLike, None) => false,
            }
        })
    }
}

/// The series of a list that a selector means; none where a pattern of it does not parse.
pub fn select_series<'a>(selector: &Selector, series: &'a [SeriesInfo]) -> impl Iterator<Item = &'a SeriesInfo> {
    let matches = Matches::new(selector).ok();
    series.iter().filter(move |info| matches.as_ref().is_some_and(|matches| matches.is_meant(&info.def.key)))
}

/// A pattern that has to match the whole value.
fn pattern(text: &str) -> Result<Regex, String> {
    if text.chars().count() > MAX_PATTERN {
        return Err(format!("this pattern is longer than {MAX_PATTERN} characters"));
    }
    Regex::new(&format!("^(?:{text})$")).map_err(|e| format!("{text} is no regular expression: {e}"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::alert::expression::read_selector;

    #[test]
    fn selectors_mean_what_they_say() {
        let key: SeriesKey = r#"system.network.io{network.interface.name="eth0",network.io.direction="receive"}"#
            .parse()
            .expect("a key");
        for (selector, is_meant) in [
            ("system.network.io", true),
            ("system.network", false),
            (r#"system.network.io{network.interface.name="eth0"}"#, true),
            (r#"system.network.io{network.interface.name!="eth0"}"#, false),
            (r#"system.network.io{network.interface.name=~"eth.*"}"#, true),
            (r#"system.network.io{network.interface.name=~"eth"}"#, false),
            (r#"system.network.io{network.interface.name!~"lo|eth1"}"#, true),
            (r#"system.network.io{absent=""}"#, true),
            (r#"system.network.io{absent!=""}"#, false),
        ] {
            let matches = Matches::new(&read_selector(selector).expect(selector)).expect(selector);
            assert_eq!(matches.is_meant(&key), is_meant, "{selector}");
        }
        let broken = read_selector(r#"a{x=~"("}"#).expect("a selector");
        assert!(Matches::new(&broken).expect_err("no pattern").starts_with("( is no regular expression"));
    }
}
