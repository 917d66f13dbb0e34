//! The rules that ship with the program.

use super::document::{RuleDocument, read_document};

/// What is built in.
const TEXT: &str = include_str!("../../assets/alerts.ron");

/// The shipped rules. What is built in reads: a test holds it.
pub fn shipped() -> RuleDocument {
    read_document(TEXT).map(|(document, _)| document).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::alert::check::{Known, problems};

    #[test]
    fn shipped_rules_read_and_have_no_fault() {
        let (document, faults) = read_document(TEXT).expect("reads");
        assert_eq!(faults, Vec::new());
        assert_eq!(document.rules.len(), 16);
        let ids: Vec<_> = document.rules.iter().map(|rule| rule.id.clone()).collect();
        let known = Known { series: &[], rules: &ids, webhooks: &[], programs_allowed: false, history: None };
        for rule in &document.rules {
            let errors: Vec<_> = problems(rule, &known).into_iter().filter(|problem| problem.is_error).collect();
            assert_eq!(errors, Vec::new(), "{}", rule.id);
            assert!(!rule.why.is_empty() && !rule.text.is_empty(), "{}", rule.id);
        }
    }
}
