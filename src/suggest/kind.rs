//! A kind of suggestion: what it looks at and what it says.

use super::evidence::Evidence;
use super::finding::Verdict;
use crate::model::SeriesKey;
use crate::model::suggest::Topic;

/// Series that a kind wants the trail to follow.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Want {
    /// The metric's name.
    pub metric: &'static str,
    /// Series that have one of these attributes are not wanted: those of single cores, say.
    pub without: &'static [&'static str],
}

impl Want {
    /// Every series of a metric.
    pub const fn all(metric: &'static str) -> Self {
        Self { metric, without: &[] }
    }

    /// Every series of a metric that has none of these attributes.
    pub const fn without(metric: &'static str, without: &'static [&'static str]) -> Self {
        Self { metric, without }
    }

    /// Whether a series is wanted.
    pub fn fits(&self, key: &SeriesKey) -> bool {
        key.metric() == self.metric && self.without.iter().all(|name| key.attribute(name).is_none())
    }
}

/// One kind of suggestion.
#[derive(Debug)]
pub struct Kind {
    /// Its name in files; never changes.
    pub name: &'static str,
    /// Its name for people.
    pub title: &'static str,
    /// What it is about.
    pub topic: Topic,
    /// Where its rule of thumb comes from.
    pub source: &'static str,
    /// The series it looks at.
    pub wants: &'static [Want],
    /// Looks.
    pub look: fn(&Evidence<'_>) -> Verdict,
}
