//! RON as text: a tree with the place of every value, key, comma and comment, and edits that keep all else.
//!
//! Not a deserialiser: it says where things stand, so that one value can be changed and every other byte kept. It never
//! panics, reads at most [`MAX_BYTES`] and [`MAX_DEPTH`] levels, and reports every fault at once, [`MAX_FAULTS`] at most.

mod cursor;
mod edit;
mod find;
mod group;
mod literal;
mod place;
#[cfg(test)]
mod tests;
mod tree;

pub use edit::{Change, append, apply, insert_after, quoted, remove, replace};
pub use find::find_keys;
pub use place::{Places, place};
pub use tree::{Comment, Fault, Group, GroupKind, Member, Node, Tree, Value};

use cursor::Cursor;

/// Longest text that is read, bytes.
pub const MAX_BYTES: usize = 4 << 20;
/// Deepest nesting that is read.
pub const MAX_DEPTH: usize = 100;
/// Most faults that are reported; what follows is not read.
pub const MAX_FAULTS: usize = 100;

/// Reads a text; all its faults where there are any.
pub fn parse(text: &str) -> Result<Tree, Vec<Fault>> {
    match read(text) {
        (Some(tree), faults) if faults.is_empty() => Ok(tree),
        (_, faults) => Err(faults),
    }
}

/// Reads what can be read of a text, and all its faults: what is broken stands in the tree as [`Value::Broken`].
/// No tree where there is nothing to read at all.
pub fn read(text: &str) -> (Option<Tree>, Vec<Fault>) {
    let mut cursor = Cursor::new(text);
    if text.len() > MAX_BYTES {
        cursor.lose(0, format!("{} bytes are more than the {MAX_BYTES} that are read", text.len()));
        return (None, cursor.into_parts().1);
    }
    let root = group::document(&mut cursor);
    let (comments, faults) = cursor.into_parts();
    (root.map(|root| Tree { root, comments }), faults)
}
