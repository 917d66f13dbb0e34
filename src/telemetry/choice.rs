//! Which series are meant: `system.disk.*`, where `*` stands for anything, or `system.disk.io{device="sda"}` with `=`,
//! `!=`, `=~` and `!~` as rules have them.

use std::sync::Arc;

use crate::alert::Matches;
use crate::alert::expression::read_selector;
use crate::model::SeriesKey;

/// One pattern.
#[derive(Debug, Clone)]
enum Pattern {
    /// `*` stands for anything; compared with the metric and with the whole key.
    Glob(Arc<str>),
    /// A metric and demands on its attributes.
    Selector(Box<Matches>),
}

/// Those that are meant, and those of them that are not.
#[derive(Debug, Clone, Default)]
pub struct Choice {
    only: Vec<Pattern>,
    without: Vec<Pattern>,
}

impl Choice {
    /// The choice of these patterns; no `only` is every series.
    ///
    /// # Errors
    /// What is wrong with one of them, in words.
    pub fn new(only: &[Arc<str>], without: &[Arc<str>]) -> Result<Self, String> {
        let read = |all: &[Arc<str>]| all.iter().map(read).collect::<Result<Vec<_>, _>>();
        Ok(Self { only: read(only)?, without: read(without)? })
    }

    /// Whether a series is meant.
    pub fn means(&self, key: &SeriesKey) -> bool {
        if self.only.is_empty() && self.without.is_empty() {
            return true;
        }
        let text = key.to_string();
        let any = |patterns: &[Pattern]| {
            patterns.iter().any(|pattern| match pattern {
                Pattern::Glob(glob) => fits(glob, key.metric()) || fits(glob, &text),
                Pattern::Selector(matches) => matches.is_meant(key),
            })
        };
        (self.only.is_empty() || any(&self.only)) && !any(&self.without)
    }
}

fn read(text: &Arc<str>) -> Result<Pattern, String> {
    if text.is_empty() {
        return Err("A pattern of series has at least one letter".into());
    }
    // A key with a star in it is a pattern for keys; with demands it is a selector.
    if !text.contains('{') || text.contains('*') && !text.contains("~\"") {
        return Ok(Pattern::Glob(text.clone()));
    }
    let wrong = |why: String| format!("{text} means no series: {why}");
    let selector = read_selector(text).map_err(|e| wrong(e.to_string()))?;
    Matches::new(&selector).map(|matches| Pattern::Selector(Box::new(matches))).map_err(wrong)
}

/// Whether a text is as the pattern says, where `*` stands for any text.
fn fits(pattern: &str, text: &str) -> bool {
    let Some((head, mut pattern)) = pattern.split_once('*') else { return pattern == text };
    let Some(mut rest) = text.strip_prefix(head) else { return false };
    while let Some((part, after)) = pattern.split_once('*') {
        let Some(at) = rest.find(part) else { return false };
        rest = &rest[at + part.len()..];
        pattern = after;
    }
    rest.ends_with(pattern)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn series_are_chosen_by_name_and_attributes() {
        let key: SeriesKey = r#"system.disk.io{device="sda",direction="read"}"#.parse().expect("a key");
        for (only, without, expect) in [
            (vec![], vec![], true),
            (vec!["system.*"], vec![], true),
            (vec!["system.disk.io"], vec![], true),
            (vec!["system.cpu.*"], vec![], false),
            (vec!["*device=\"sda\"*"], vec![], true),
            (vec![r#"system.disk.io{device="sda"}"#], vec![], true),
            (vec![r#"system.disk.io{device=~"sd."}"#], vec![], true),
            (vec![r#"system.disk.io{device!="sda"}"#], vec![], false),
            (vec![], vec!["*.disk.*"], false),
            (vec!["*"], vec!["system.cpu*"], true),
        ] {
            let arcs = |texts: &[&str]| texts.iter().map(|t| Arc::from(*t)).collect::<Vec<Arc<str>>>();
            let choice = Choice::new(&arcs(&only), &arcs(&without)).expect("reads");
            assert_eq!(choice.means(&key), expect, "{only:?} without {without:?}");
        }
        let refusal = Choice::new(&["a{b=~\"(\"}".into()], &[]).expect_err("no pattern");
        assert!(refusal.starts_with("a{b=~\"(\"} means no series: "), "{refusal}");
    }
}
