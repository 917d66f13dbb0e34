//! Rules as RON text: what stands in `alerts.ron`, and one rule in the editor. What is written reads back the same.

mod text;

use std::sync::Arc;

use self::text::{DocumentText, RuleText, WebhookText};
pub use self::text::{read_quiet, write_quiet};
use crate::model::alert::{Rule, RuleField, RuleProblem, Webhook};

/// The version this program reads and writes.
pub const VERSION: u32 = 1;
/// Rules of a document, at most.
pub const MAX_RULES: usize = 2000;

/// All that `alerts.ron` says.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct RuleDocument {
    /// Rules, in order.
    pub rules: Vec<Arc<Rule>>,
    /// Webhooks.
    pub webhooks: Vec<Webhook>,
    /// Whether rules may run programs.
    pub programs_allowed: bool,
}

/// Reads a document: every rule that can be read, and all faults of the others.
///
/// # Errors
/// The fault of a text that is not RON, or of another version, with line and column.
pub fn read_document(text: &str) -> Result<(RuleDocument, Vec<RuleProblem>), RuleProblem> {
    let read: DocumentText = ron::from_str(text).map_err(|e| document_problem(&e.to_string()))?;
    if read.version != VERSION {
        let text = format!(
            "these rules are of version {}, which this Perfdesk cannot read: install a newer one",
            read.version
        );
        return Err(document_problem(&text));
    }
    let mut problems = Vec::new();
    let mut rules: Vec<Arc<Rule>> = Vec::new();
    for rule in read.rules {
        let id = rule.id.clone();
        match rule.into_rule() {
            Ok(rule) if rules.iter().any(|other| other.id == rule.id) => {
                problems.push(error(RuleField::Id, format!("two rules are called {id}: give one another id")));
            }
            Ok(_) if rules.len() >= MAX_RULES => {
                problems.push(error(RuleField::Document, format!("only {MAX_RULES} rules are read: {id} is left out")));
            }
            Ok(rule) => rules.push(Arc::new(rule)),
            Err(faults) => {
                problems
                    .extend(faults.into_iter().map(|p| RuleProblem { text: format!("{id}: {}", p.text).into(), ..p }));
            }
        }
    }
    let webhooks = read.webhooks.into_iter().map(|hook| Webhook { name: hook.name.into(), url: hook.url.into() });
    let document = RuleDocument { rules, webhooks: webhooks.collect(), programs_allowed: read.programs_allowed };
    Ok((document, problems))
}

/// Writes a document.
pub fn write_document(document: &RuleDocument) -> String {
    let text = DocumentText {
        version: VERSION,
        programs_allowed: document.programs_allowed,
        webhooks: document
            .webhooks
            .iter()
            .map(|hook| WebhookText { name: hook.name.to_string(), url: hook.url.to_string() })
            .collect(),
        rules: document.rules.iter().map(|rule| RuleText::of(rule)).collect(),
    };
    pretty(&text)
}

/// Reads one rule, as the editor's text shows it.
///
/// # Errors
/// All faults.
pub fn read_rule(text: &str) -> Result<Rule, Vec<RuleProblem>> {
    let read: RuleText = ron::from_str(text).map_err(|e| vec![document_problem(&e.to_string())])?;
    read.into_rule()
}

/// Writes one rule.
pub fn write_rule(rule: &Rule) -> String {
    pretty(&RuleText::of(rule))
}

fn pretty<T: serde::Serialize>(value: &T) -> String {
    let config = ron::ser::PrettyConfig::new().new_line("\n").indentor("    ");
    // Plain structures of texts always serialise; an empty text would be refused when it is read.
    ron::ser::to_string_pretty(value, config).map(|text| text + "\n").unwrap_or_default()
}

fn document_problem(text: &str) -> RuleProblem {
    // "3:14: …" in the words of this program.
    let worded = text.split_once(": ").and_then(|(place, what)| {
        let (line, column) = place.split('-').next()?.split_once(':')?;
        let (line, column) = (line.parse::<u32>().ok()?, column.parse::<u32>().ok()?);
        Some(format!("line {line}, column {column}: {what}"))
    });
    error(RuleField::Document, worded.unwrap_or_else(|| text.to_owned()))
}

fn error(field: RuleField, text: impl Into<Arc<str>>) -> RuleProblem {
    RuleProblem { field, text: text.into(), is_error: true }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_rule_reads_back_as_it_was_written() {
        let text = r#"(
    id: "cpu",
    name: "CPU above 80 %",
    when: ["system.cpu.utilization > 80%", "a < 3"],
    for: "5 min",
    recover: "< 70 %",
    keep_firing_for: "1 min",
    missing: "alert",
    severity: "critical",
    quiet: ["22:00-07:00"],
    webhook: "ops",
    program: ["/bin/x", "y z"],
    inhibited_by: ["down"],
)"#;
        let rule = read_rule(text).expect("a rule");
        assert_eq!(rule.hold.as_secs(), 300);
        assert_eq!(read_rule(&write_rule(&rule)), Ok(rule.clone()), "{}", write_rule(&rule));
        let document = RuleDocument { rules: vec![Arc::new(rule)], ..RuleDocument::default() };
        let (again, problems) = read_document(&write_document(&document)).expect("a document");
        assert_eq!((again, problems), (document, Vec::new()));
    }

    #[test]
    fn all_faults_of_a_rule_are_told_at_once() {
        let text = r#"(id: "A b", name: "", when: ["x >"], for: "soon", recover: "~ 3", missing: "guess",
            severity: "loud", quiet: ["25:00-1"], text: "")"#;
        let told: Vec<(RuleField, String)> =
            read_rule(text).expect_err("faults").into_iter().map(|p| (p.field, p.text.to_string())).collect();
        let fields: Vec<RuleField> = told.iter().map(|(field, _)| *field).collect();
        use RuleField::{For, Id, Name, Other, Quiet, Recover, Series};
        assert_eq!(fields, [Id, Name, Series(0), For, Recover, Other, Other, Quiet], "{told:?}");
        assert_eq!(told[0].1, "id is made of small letters, digits and hyphens");
        assert_eq!(told[3].1, "write a time such as 5 min, 30 s or 250 ms");
    }

    #[test]
    fn a_text_that_is_no_ron_is_refused_with_line_and_column() {
        let problem = read_document("(version: 1,\n rules: [(id: 3)])").expect_err("a fault");
        assert!(problem.text.starts_with("line 2, column "), "{}", problem.text);
        let problem = read_document("(version: 9)").expect_err("newer");
        assert!(problem.text.contains("version 9"), "{}", problem.text);
    }
}
