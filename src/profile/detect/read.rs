//! The text of rules (`environments.ron`), read with every fault at once.

use std::sync::Arc;

use super::{Look, Rule, Rules};
use crate::model::profile::Problem;
use crate::profile::ron_record::Reading;
use crate::profile::ron_text::{Group, Node, Value};

/// Most rules, and most words, that are read.
const MAX_RULES: usize = 500;

/// The rules that come with the program, as text with comments.
pub const fn shipped_rules_text() -> &'static str {
    include_str!("rules.ron")
}

/// The rules of a text, and all that is wrong with it, with line and column. Rules that cannot be read are left out.
pub fn read_rules(text: &str) -> (Rules, Vec<Problem>) {
    let (tree, mut reading) = Reading::new(text);
    let rules = tree.map_or_else(Rules::default, |tree| read_root(&mut reading, &tree.root));
    (rules, reading.into_problems())
}

fn read_root(reading: &mut Reading<'_>, root: &Node) -> Rules {
    let mut rules = Rules::default();
    let Some(group) = reading.record(root, "the file", &["version", "switch_by_itself", "words", "rules"]) else {
        return rules;
    };
    reading.version(group);
    rules.switch_by_itself = reading.switch(group, "switch_by_itself").unwrap_or(false);
    for (word, at, profiles) in reading.map(group, "words").into_iter().take(MAX_RULES) {
        let list = profiles.as_group().map(|list| list.members.iter().map(|member| &member.value).collect());
        let nodes: Vec<&Node> = list.unwrap_or_else(|| vec![profiles]);
        let names: Vec<Arc<str>> = nodes.into_iter().filter_map(|node| reading.text(node)).map(Arc::from).collect();
        if rules.words.insert(word.to_lowercase().into(), names).is_some() {
            reading.fault(at, format!("\"{word}\" stands here twice, large and small letters being alike: remove one"));
        }
    }
    let nodes = reading.list(group, "rules");
    if let Some(node) = nodes.get(MAX_RULES) {
        reading.fault(node.span.start, format!("more than {MAX_RULES} rules are not read"));
    }
    rules.rules = nodes.into_iter().take(MAX_RULES).filter_map(|node| read_rule(reading, node)).collect();
    rules
}

type MakeLook = fn(Arc<str>) -> Look;

/// What a rule can look at: the field, what it is made into, and whether it says its word itself.
const LOOKS: [(&str, MakeLook, bool); 5] = [
    ("variable", Look::Variable, true),
    ("present", Look::Present, false),
    ("mark", Look::Mark, false),
    ("namespace", Look::Namespace, false),
    ("host", Look::Host, false),
];

fn read_rule(reading: &mut Reading<'_>, node: &Node) -> Option<Rule> {
    let fields = ["variable", "present", "mark", "namespace", "host", "means", "weight"];
    let group = reading.record(node, "a rule", &fields)?;
    let mut looks = LOOKS.iter().filter(|(field, ..)| group.get(field).is_some());
    let Some((field, look, says_word)) = looks.next() else {
        reading.fault(node.span.start, "a rule has one of variable, present, mark, namespace and host");
        return None;
    };
    if let Some((other, ..)) = looks.next() {
        reading.fault(node.span.start, format!("a rule looks at one thing: {field} or {other}, not both"));
        return None;
    }
    let (name, _) = reading.needed_text(group, field, "a rule")?;
    let means = match (group.get("means"), says_word) {
        (None, true) => None,
        (Some(member), true) => {
            reading.fault(member.start(), "a variable says itself what it means: remove means, or ask for present");
            return None;
        }
        (_, false) => Some(Arc::from(reading.needed_text(group, "means", "a rule")?.0)),
    };
    let weight = weight(reading, group)?;
    Some(Rule { look: look(Arc::from(name)), means, weight })
}

fn weight(reading: &mut Reading<'_>, group: &Group) -> Option<u32> {
    let Some(member) = group.get("weight") else {
        reading.fault(group.open, "a rule has a weight: add weight: 10");
        return None;
    };
    match member.value.value {
        Value::Int(n @ 1..=100) => u32::try_from(n).ok(),
        Value::Broken => None,
        _ => {
            reading.fault(member.value.span.start, "weight is a whole number from 1 to 100");
            None
        }
    }
}
