//! Writes conditions and selectors.

use crate::alert::amount_text;
use crate::model::alert::{Condition, Selector, Term};
use crate::model::duration_text::write_duration;

/// A condition's text.
pub fn write_condition(condition: &Condition) -> String {
    let (term, sign) = (write_term(&condition.term), condition.is.sign());
    format!("{term} {sign} {}", amount_text::write(&condition.threshold))
}

/// A term's text.
pub fn write_term(term: &Term) -> String {
    let mut text = write_selector(&term.series);
    if term.reducer.has_window() || term.over.is_some() {
        if !term.window.is_zero() {
            text.push_str(&format!("[{}]", write_duration(term.window)));
        }
        if let Some(over) = &term.over {
            text.push_str(&format!(", {}", write_selector(over)));
        }
        if term.least_count > 0.0 {
            text.push_str(&format!(", min {}", term.least_count));
        }
        text = format!("{}({text})", term.reducer.word());
    }
    if let Some(labels) = &term.by {
        let labels: Vec<&str> = labels.iter().map(|label| &**label).collect();
        text.push_str(&format!(" by ({})", labels.join(", ")));
    }
    text
}

/// A selector's text.
pub fn write_selector(selector: &Selector) -> String {
    if selector.matchers.is_empty() {
        return selector.metric.to_string();
    }
    let matchers = selector.matchers.iter().map(|matcher| {
        let value = matcher.value.replace('\\', "\\\\").replace('"', "\\\"");
        format!("{}{}\"{value}\"", matcher.label, matcher.op.sign())
    });
    format!("{}{{{}}}", selector.metric, matchers.collect::<Vec<_>>().join(","))
}
