//! Which series a request means: `system.disk.*`, where `*` stands for anything, or `system.disk.io{device="sda"}` with
//! `=`, `!=`, `=~` and `!~` as rules have them.

use utoipa::openapi::schema::{ArrayBuilder, ObjectBuilder, Type};
use utoipa::openapi::{RefOr, Schema};

use super::params::Params;
use crate::alert::SeriesPattern;
use crate::api::Problem;
use crate::model::SeriesKey;

/// Patterns of a request, at most.
const MAX_PATTERNS: usize = 32;

/// The patterns of a request, for the document.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PatternTexts;

impl utoipa::PartialSchema for PatternTexts {
    fn schema() -> RefOr<Schema> {
        let text = ObjectBuilder::new().schema_type(Type::String);
        ArrayBuilder::new().items(text.min_length(Some(1))).max_items(Some(MAX_PATTERNS)).into()
    }
}

impl utoipa::ToSchema for PatternTexts {}

/// The patterns of a request; none mean every series.
#[derive(Debug, Clone, Default)]
pub struct Patterns(Vec<SeriesPattern>);

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
        self.is_all() || self.0.iter().any(|pattern| pattern.means(key))
    }
}

fn read(text: &str) -> Result<SeriesPattern, Problem> {
    if text.is_empty() {
        return Err(Problem::field("match", "a pattern has at least one letter"));
    }
    SeriesPattern::read(text).map_err(|why| Problem::conflict("match", why))
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
            [("", "a pattern has at least one letter"), (r#"a{x=~"("}"#, "regular expression"), ("a{", "a{ means")]
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
