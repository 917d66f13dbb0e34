//! YAML, one document a file: block and flow mappings and lists, quoted and plain scalars, comments, Compose's lists of
//! `NAME=value`.
//!
//! Aliases, anchored and tagged scalars and scalars of several lines are read and kept, and refused where they would
//! change; what an alias or a merge (`<<`) brings in is no key of its own. Keys of several lines (`? `) are not read.

mod add;
mod flow;
mod items;
mod read;
mod resolve;
mod scalar;
mod write;

use super::brackets::hash_comment;
use super::inline::{Inline, replace};
use super::text::Splices;
use super::tree::{Grammar, Layout, Missing, Node, Scalar, Shape};
use super::{FormatError, Written};

/// YAML.
pub(super) struct Yaml;

impl Grammar for Yaml {
    fn read(text: &str) -> Result<Node, FormatError> {
        read::read(text)
    }

    fn replace(text: &str, node: &Node, key: &str, value: &Written) -> Result<Splices, FormatError> {
        let is_block = text[node.span.clone()].starts_with('-');
        match (&node.shape, value) {
            (Shape::List(old, Layout::Block | Layout::Pairs), Written::List(new)) if is_block => {
                items::rewritten(text, node, old, key, new)
            }
            (Shape::List(old, Layout::Pairs), Written::List(_)) => {
                let shape = Shape::List(old.clone(), Layout::Brackets);
                replace::<Self>(text, &Node { shape, ..node.clone() }, key, value)
            }
            _ => {
                let mut splices = replace::<Self>(text, node, key, value)?;
                if node.span.is_empty()
                    && let [(_, new)] = splices.as_mut_slice()
                {
                    new.insert_str(0, before_first(text, node.span.start));
                }
                Ok(splices)
            }
        }
    }

    fn insert(text: &str, at: &Missing<'_>, key: &str, value: &Written) -> Result<Splices, FormatError> {
        add::add(text, at, key, value)
    }
}

/// What stands between a key, a dash, an anchor and the first value that is put behind it.
fn before_first(text: &str, at: usize) -> &'static str {
    let before = &text[..at];
    if before.ends_with([' ', '\t', '\n']) {
        ""
    } else if before.ends_with([':', '-']) {
        " "
    } else {
        ": "
    }
}

impl Inline for Yaml {
    const COMMENT: fn(&str) -> usize = hash_comment;

    fn scalar(_key: &str, value: &Written, old: Option<&Scalar>) -> Result<String, FormatError> {
        Ok(write::scalar(value, old))
    }

    fn name(name: &str) -> String {
        format!("{}: ", write::name(name))
    }
}
