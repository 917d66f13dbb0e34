//! Which series are meant: `system.disk.*`, where `*` stands for anything, or `system.disk.io{device="sda"}` with `=`,
//! `!=`, `=~` and `!~` as rules have them.

use std::sync::Arc;

use crate::alert::SeriesPattern;
use crate::model::SeriesKey;

/// Those that are meant, and those of them that are not.
#[derive(Debug, Clone, Default)]
pub struct Choice {
    only: Vec<SeriesPattern>,
    without: Vec<SeriesPattern>,
}

impl Choice {
    /// The choice of these patterns; no `only` is every series.
    ///
    /// # Errors
    /// What is wrong with one of them, in words.
    pub fn new(only: &[Arc<str>], without: &[Arc<str>]) -> Result<Self, String> {
        let read = |all: &[Arc<str>]| all.iter().map(|text| SeriesPattern::read(text)).collect::<Result<Vec<_>, _>>();
        Ok(Self { only: read(only)?, without: read(without)? })
    }

    /// Whether a series is meant.
    pub fn means(&self, key: &SeriesKey) -> bool {
        if self.only.is_empty() && self.without.is_empty() {
            return true;
        }
        let any = |patterns: &[SeriesPattern]| patterns.iter().any(|pattern| pattern.means(key));
        (self.only.is_empty() || any(&self.only)) && !any(&self.without)
    }
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
