//! Which series a request means: `system.disk.*`, where `*` stands for anything, or `system.disk.io{device="sda"}` with
//! `=`, `!=`, `=~` and `!~` as rules have them.

use crate::alert::Matches;
use crate::alert::expression::read_selector;
use crate::api::Problem;
use crate::model::SeriesKey;

use super::params::Params;

/// Patterns of a request, at most.
const MAX_PATTERNS: usize = 32;
/// Greatest length of a pattern, bytes.
const MAX_PATTERN: usize = 512;

/// One pattern.
#[derive(Debug, Clone)]
enum Pattern {
    /// `*` stands for anything; compared with the metric and with the whole key.
    Glob(String),
    /// A metric and demands on its attributes.
    Selector(Box<Matches>),
}

/// The patterns of a request; none mean every series.
#[derive(Debug, Clone, Default)]
pub struct Patterns(Vec<Pattern>);

impl Patterns {
    /// The patterns of the parameter `match`.
    ///
    /// # Errors
    /// A problem that says what is wrong with one of them.
    pub fn of(params: &Params) -> Result<Self, Problem> {
        let texts: Vec<&str> = params.all("match").collect();
        if texts.len() > MAX_PATTERNS {
            return Err(Problem::field("match", format!("at most {MAX_PATTERNS} patterns are read")));
        }
        texts.into_iter().map(read).collect::<Result<_, _>>().map(Self)
    }

    /// Whether every series is meant.
    pub fn is_all(&self) -> bool {
        self.0.is_empty()
    }

    /// Whether a series is meant.
    pub fn mean(&self, key: &SeriesKey) -> bool {
        self.is_all() || {
            let text = key.to_string();
            self.0.iter().any(|pattern| match pattern {
                Pattern::Glob(glob) => fits(glob, key.metric()) || fits(glob, &text),
                Pattern::Selector(matches) => matches.is_meant(key),
            })
        }
    }
}

fn read(text: &str) -> Result<Pattern, Problem> {
    if text.is_empty() || text.len() > MAX_PATTERN {
        return Err(Problem::field("match", format!("a pattern has 1 to {MAX_PATTERN} bytes")));
    }
    // A key with a star in it is a pattern for keys; with demands it is a selector.
    if !text.contains('{') || text.contains('*') && !text.contains("~\"") {
        return Ok(Pattern::Glob(text.to_owned()));
    }
    let wrong = |why: String| Problem::field("match", format!("{text} means no series: {why}"));
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
    use proptest::prelude::*;

    use super::*;

    fn patterns(texts: &[&str]) -> Result<Patterns, Problem> {
        texts.iter().map(|text| read(text)).collect::<Result<_, _>>().map(Patterns)
    }

    #[test]
    fn series_are_meant_by_metric_key_and_demands() {
        let keys: Vec<SeriesKey> =
            [r#"system.disk.io{device="sda"}"#, r#"system.disk.io{device="sdb"}"#, "system.memory.usage"]
                .map(|text| text.parse().expect("a key"))
                .into();
        for (texts, expect) in [
            (&[][..], 3),
            (&["*"], 3),
            (&["system.disk.io"], 2),
            (&["system.*"], 3),
            (&["*usage"], 1),
            (&[r#"system.disk.io{device="sda"}"#], 1),
            (&[r#"system.disk.io{device!="sda"}"#], 1),
            (&[r#"system.disk.io{device=~"sd[ab]"}"#], 2),
            (&[r#"system.disk.io{device=~"sd.*"}"#], 2),
            (&[r#"*{device="sdb"}"#], 1),
            (&["nothing"], 0),
            (&["*memory*", "*sdb*"], 2),
        ] {
            let patterns = patterns(texts).expect("patterns");
            assert_eq!(keys.iter().filter(|key| patterns.mean(key)).count(), expect, "{texts:?}");
        }
        for (text, expect) in
            [("", "a pattern has 1 to 512 bytes"), (r#"a{x=~"("}"#, "regular expression"), ("a{", "a{ means")]
        {
            let problem = patterns(&[text]).expect_err(text);
            assert_eq!(problem.field.as_deref(), Some("match"));
            assert!(problem.detail.contains(expect), "{}", problem.detail);
        }
    }

    proptest! {
        #[test]
        fn no_pattern_breaks_the_reading(text in any::<String>(), metric in "[a-z.]{1,12}") {
            if let Ok(pattern) = read(&text) {
                Patterns(vec![pattern]).mean(&SeriesKey::new(&metric, &[("a", &text)]));
            }
        }
    }
}
