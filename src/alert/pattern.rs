//! Which series are meant: `system.disk.*`, where `*` stands for anything, or `system.disk.io{device="sda"}` with `=`,
//! `!=`, `=~` and `!~` as rules have them.

use super::expression::read_selector;
use super::select::Matches;
use crate::model::SeriesKey;
use crate::model::wildcard::is_like;

/// One pattern of series.
#[derive(Debug, Clone)]
pub struct SeriesPattern(Pattern);

#[derive(Debug, Clone)]
enum Pattern {
    /// `*` stands for anything; compared with the metric and with the whole key.
    Wildcard(Box<str>),
    /// A metric and demands on its attributes.
    Selector(Box<Matches>),
}

impl SeriesPattern {
    /// Reads one.
    ///
    /// # Errors
    /// What is wrong with it, in words.
    pub fn read(text: &str) -> Result<Self, String> {
        if text.is_empty() {
            return Err("A pattern of series has at least one letter".into());
        }
        // A key with a star in it is a pattern for keys; with demands it is a selector.
        if !text.contains('{') || text.contains('*') && !text.contains("~\"") {
            return Ok(Self(Pattern::Wildcard(text.into())));
        }
        let wrong = |why: String| format!("{text} means no series: {why}");
        let selector = read_selector(text).map_err(|e| wrong(e.to_string()))?;
        let matches = Matches::new(&selector).map_err(wrong)?;
        Ok(Self(Pattern::Selector(Box::new(matches))))
    }

    /// Whether it means a series.
    pub fn means(&self, key: &SeriesKey) -> bool {
        match &self.0 {
            Pattern::Wildcard(pattern) => is_like(pattern, key.metric()) || is_like(pattern, &key.to_string()),
            Pattern::Selector(matches) => matches.is_meant(key),
        }
    }
}
