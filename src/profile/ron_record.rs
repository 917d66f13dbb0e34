//! Lists, maps and needed fields of RON records, on top of `fields`: every fault told, what cannot be read left out.

use super::fields::{self, Faults, belongs, twice};
use super::ron_text::{self, Group, GroupKind, Node, Tree, Value};
use crate::model::profile::{ParamKey, Problem};

/// The only version of documents that is read.
const VERSION: i128 = 1;

/// A text being read, and what is wrong with it so far.
pub(super) struct Reading<'a> {
    faults: Faults<'a>,
}

impl<'a> Reading<'a> {
    /// Begins with a text: what of it is RON, and the faults of the rest.
    pub fn new(text: &'a str) -> (Option<Tree>, Self) {
        let (tree, faults) = ron_text::read(text);
        (tree, Self { faults: Faults::of(text, faults) })
    }

    /// Nothing to read, and nothing wrong with it.
    pub fn nothing() -> Self {
        Self { faults: Faults::of("", Vec::new()) }
    }

    /// All that is wrong, in the order of the text.
    pub fn into_problems(self) -> Vec<Problem> {
        self.faults.into_problems()
    }

    /// Adds what is wrong at a byte of the text.
    pub fn fault(&mut self, offset: usize, text: impl Into<String>) {
        self.faults.error(offset, None, text);
    }

    /// Adds what is wrong with a parameter at a byte of the text.
    pub fn fault_of(&mut self, offset: usize, key: Option<&ParamKey>, text: impl Into<String>) {
        self.faults.error(offset, key, text);
    }

    /// A record with no other fields than these, each once.
    pub fn record<'n>(&mut self, node: &'n Node, what: &str, known: &[&str]) -> Option<&'n Group> {
        fields::fields(&mut self.faults, node, what, known)
    }

    /// Checks the version.
    pub fn version(&mut self, group: &Group) {
        fields::version(&mut self.faults, group, VERSION);
    }

    /// The members of a list; nothing where the field is not there.
    pub fn list<'n>(&mut self, group: &'n Group, name: &str) -> Vec<&'n Node> {
        let Some(member) = group.get(name) else { return Vec::new() };
        match member.value.as_group().filter(|list| list.kind == GroupKind::List) {
            Some(list) => list.members.iter().map(|member| &member.value).collect(),
            None => {
                self.belongs(&member.value, "a list such as [a, b]");
                Vec::new()
            }
        }
    }

    /// The entries of a map whose keys are texts; nothing where the field is not there.
    pub fn map<'n>(&mut self, group: &'n Group, name: &str) -> Vec<(&'n str, usize, &'n Node)> {
        let Some(member) = group.get(name) else { return Vec::new() };
        let Some(map) = member.value.as_group().filter(|map| map.kind == GroupKind::Map) else {
            self.belongs(&member.value, "a map such as {\"a\": b}");
            return Vec::new();
        };
        let mut entries: Vec<(&str, usize, &Node)> = Vec::with_capacity(map.members.len());
        for (i, member) in map.members.iter().enumerate() {
            let Some(key) = member.key.as_ref() else { continue };
            let Some(name) = fields::text(&mut self.faults, key) else { continue };
            match map.members[..i].iter().find(|earlier| earlier.name() == Some(name)) {
                Some(first) => twice(&mut self.faults, first, member, name, None),
                None => entries.push((name, member.start(), &member.value)),
            }
        }
        entries
    }

    /// A text in quotes.
    pub fn text<'n>(&mut self, node: &'n Node) -> Option<&'n str> {
        fields::text(&mut self.faults, node)
    }

    /// A text that must be there and not be empty, with its place.
    pub fn needed_text<'n>(&mut self, group: &'n Group, name: &str, what: &str) -> Option<(&'n str, usize)> {
        let Some(member) = group.get(name) else {
            self.fault(group.open, format!("{what} has no {name}: add {name}: \"…\""));
            return None;
        };
        let text = self.text(&member.value)?;
        if text.trim().is_empty() {
            self.fault(member.value.span.start, format!("{name} is empty"));
            return None;
        }
        Some((text, member.value.span.start))
    }

    /// `true` or `false`; nothing where the field is not there.
    pub fn switch(&mut self, group: &Group, name: &str) -> Option<bool> {
        let node = &group.get(name)?.value;
        match node.value {
            Value::Bool(on) => Some(on),
            _ => {
                self.belongs(node, "true or false");
                None
            }
        }
    }

    /// Says that something else belongs here; what is broken was told already.
    pub fn belongs(&mut self, node: &Node, what: &str) {
        belongs(&mut self.faults, node, None, what);
    }
}
