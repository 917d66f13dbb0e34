//! Names that the program has as constants and the wire as text: units, probes, threads, queues.
//!
//! A name that is not known is kept for the life of the program, once. Names come from other machines too, so there is
//! a bound. No lock: a table of slots, each filled at most once.

use std::sync::OnceLock;

use serde::{Deserialize, Deserializer};

/// Slots of the table; the greatest number of names.
const SLOTS: usize = 1024;
/// Longest name, bytes.
const LONGEST: usize = 200;
/// What stands for a name when there are too many, or it is too long.
const OTHER: &str = "other";

static KEPT: Table = Table([const { OnceLock::new() }; SLOTS]);

struct Table([OnceLock<&'static str>; SLOTS]);

impl Table {
    /// Looks from the slot of the name's hash on, to the first that is empty or holds it.
    fn name(&self, text: &str) -> &'static str {
        if text.len() > LONGEST {
            return OTHER;
        }
        let first = crc32fast::hash(text.as_bytes()) as usize % SLOTS;
        let mut made = None;
        for slot in self.0[first..].iter().chain(&self.0[..first]) {
            if slot.get().is_none() {
                // Another thread may be quicker; then its name is looked at, and the next slot tried with the same copy.
                let name = *made.get_or_insert_with(|| &*text.to_owned().leak());
                let _ = slot.set(name);
            }
            if let Some(kept) = slot.get().filter(|kept| **kept == text) {
                return kept;
            }
        }
        OTHER
    }
}

/// A name that lives as long as the program. (Serde takes fields written `&'static str` for parts of its input.)
pub type Name = &'static str;

/// The name as one that lives as long as the program.
pub fn name(text: &str) -> &'static str {
    KEPT.name(text)
}

/// Reads a name, for `serde(deserialize_with)`.
///
/// # Errors
/// Where there is no text.
pub fn read<'de, D: Deserializer<'de>>(deserializer: D) -> Result<&'static str, D::Error> {
    Ok(name(&String::deserialize(deserializer)?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_kept_once_and_not_without_bound() {
        let table = Table([const { OnceLock::new() }; SLOTS]);
        assert_eq!(table.name("one").as_ptr(), table.name("one").as_ptr());
        for i in 0..2 * SLOTS {
            table.name(&i.to_string());
        }
        assert_eq!((table.name("one"), table.name("5")), ("one", "5"));
        assert_eq!((table.name(&(2 * SLOTS).to_string()), table.name(&"x".repeat(300))), (OTHER, OTHER));
        assert!(table.0.iter().all(|slot| slot.get().is_some()));
    }
}
