//! `alert test`: rules against made-up samples, as a file says.

use std::path::Path;

use serde::Deserialize;

use super::{AlertCommandError, text_of};
use crate::alert::document::read_document;
use crate::alert::expression::read_line;
use crate::alert::script::{rule_of, run_rule};
use crate::cli::console::say;
use crate::model::alert::Rule;

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct TestFile {
    /// A file of rules beside this one, for tests that name a rule by its id.
    #[serde(default)]
    rules: String,
    tests: Vec<TestCase>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct TestCase {
    /// A rule's id, or a rule in one line.
    rule: String,
    /// Samples of the rule's own series.
    #[serde(default)]
    samples: String,
    /// Samples by series, where there are several.
    #[serde(default)]
    series: Vec<(String, String)>,
    expect: String,
}

/// Runs every test of a file.
///
/// # Errors
/// [`AlertCommandError::Failed`] where one fails; each was said.
pub fn run(file: &Path) -> Result<(), AlertCommandError> {
    let shown = file.display();
    let text = text_of(file)?;
    let read: TestFile = ron::from_str(&text).map_err(|e| AlertCommandError::Usage(format!("{shown}: {e}")))?;
    let rules = if read.rules.is_empty() {
        Vec::new()
    } else {
        let path = file.parent().unwrap_or(Path::new(".")).join(&read.rules);
        let (document, faults) = read_document(&text_of(&path)?)
            .map_err(|problem| AlertCommandError::Failed(format!("{}: {}", path.display(), problem.text)))?;
        if let Some(fault) = faults.first() {
            return Err(AlertCommandError::Failed(format!("{}: {}", path.display(), fault.text)));
        }
        document.rules
    };
    let mut n_failed = 0;
    for (i, test) in read.tests.iter().enumerate() {
        let found = rules.iter().find(|rule| *rule.id == *test.rule).map(|rule| Rule::clone(rule));
        let rule = match found {
            Some(rule) => Ok(rule),
            None => read_line(&test.rule).map(|line| rule_of(&line)).map_err(|e| format!("{}: {e}", test.rule)),
        };
        let told = rule.and_then(|rule| {
            let own = rule.when.first().map_or_else(String::new, |c| c.term.series.metric.to_string());
            let series: Vec<(&str, &str)> = if test.series.is_empty() {
                vec![(own.as_str(), test.samples.as_str())]
            } else {
                test.series.iter().map(|(key, samples)| (key.as_str(), samples.as_str())).collect()
            };
            run_rule(rule, &series)
        });
        let expected = test.expect.split_whitespace().collect::<Vec<_>>().join(" ");
        match told {
            Ok(told) if told == expected => say(&format!("{}: passed", i + 1)),
            Ok(told) => {
                n_failed += 1;
                say(&format!("{}: failed: {}\n  expected {expected}\n  found    {told}", i + 1, test.rule));
            }
            Err(why) => {
                n_failed += 1;
                say(&format!("{}: failed: {why}", i + 1));
            }
        }
    }
    let n = read.tests.len();
    say(&format!("{} of {n} passed", n - n_failed));
    if n_failed == 0 {
        Ok(())
    } else {
        Err(AlertCommandError::Failed(format!("{shown}: {n_failed} of {n} tests failed")))
    }
}
