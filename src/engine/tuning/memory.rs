//! What a person was told and must not be told again, and what they have yet to be told: kept over restarts.

use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use crate::model::Timestamp;
use crate::model::profile::{ApplyId, ProfileName};
use crate::store::document::{self, Document, DocumentError};

/// Weak values that are remembered; the oldest go first.
const MAX_WEAK: usize = 1000;
/// Applies that wait to be told of.
const MAX_UNTOLD: usize = 20;
/// Names of the past that are remembered.
const MAX_RENAMED: usize = 200;

/// The document in the data folder.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Memory {
    version: u32,
    /// Places of secrets that were called weak: a secret's name, or a binding's and a key. Never a secret.
    weak: Vec<String>,
    /// Applies that were over when nobody could be told any more, and when that was.
    untold: Vec<Untold>,
    /// Profiles that got another name, from and to: journals of applies hold the name of their time.
    renamed: Vec<(String, String)>,
    /// The profile taken as in force without an apply, because every bound file had its values.
    adopted: Option<Adopted>,
}

/// A profile in force without an apply of its own.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
struct Adopted {
    profile: String,
    /// The newest apply that stayed then; a later one that stays counts for more.
    after: Option<u64>,
}

/// An apply that ended while the program did.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Untold {
    /// Its number.
    pub apply: u64,
    /// When it was over.
    pub at: Timestamp,
}

impl Default for Memory {
    fn default() -> Self {
        Self { version: Self::VERSION, weak: Vec::new(), untold: Vec::new(), renamed: Vec::new(), adopted: None }
    }
}

impl Document for Memory {
    const FILE: &'static str = "tuning.ron";
    const VERSION: u32 = 1;
    const ABOUT: &'static str = "What Perfdesk has told about profiles, so that it is said once.";
    fn version(&self) -> u32 {
        self.version
    }
    fn checked(mut self) -> Self {
        let n_weak = self.weak.len().saturating_sub(MAX_WEAK);
        self.weak.drain(..n_weak);
        self.untold.truncate(MAX_UNTOLD);
        let n_renamed = self.renamed.len().saturating_sub(MAX_RENAMED);
        self.renamed.drain(..n_renamed);
        self
    }
}

impl Memory {
    fn path(data: &Path) -> PathBuf {
        data.join(Self::FILE)
    }

    /// What is remembered in a data folder; nothing where the file is missing or does not read.
    pub fn read(data: &Path) -> Self {
        document::read(&Self::path(data)).ok().flatten().unwrap_or_default()
    }

    /// Keeps it.
    ///
    /// # Errors
    /// Where it cannot be written.
    pub fn write(&self, data: &Path) -> Result<(), DocumentError> {
        document::write(&Self::path(data), &self.clone().checked()).map(drop)
    }

    /// Takes note that a value was called weak; tells whether that is new.
    pub fn is_news(&mut self, place: &str) -> bool {
        let is_new = !self.weak.iter().any(|known| known == place);
        if is_new {
            self.weak.push(place.to_owned());
        }
        is_new
    }

    /// Forgets values that are weak no longer, so that a later weak one is told of; tells whether any was known.
    pub fn forget(&mut self, is_weak: impl Fn(&str) -> bool) -> bool {
        let n = self.weak.len();
        self.weak.retain(|place| is_weak(place));
        self.weak.len() != n
    }

    /// Takes note of an apply that nobody could be told of.
    pub fn leave(&mut self, apply: ApplyId, at: Timestamp) {
        self.untold.push(Untold { apply: apply.0, at });
    }

    /// Takes note that a profile got another name.
    pub fn rename(&mut self, from: &str, to: &str) {
        self.renamed.push((from.to_owned(), to.to_owned()));
    }

    /// Takes a profile as the one in force without an apply; `newest` is the newest apply that stays.
    pub fn adopt(&mut self, profile: &str, newest: Option<ApplyId>) {
        self.adopted = Some(Adopted { profile: profile.to_owned(), after: newest.map(|id| id.0) });
    }

    /// The profile in force under its present name, given what the journal has and its newest apply that stays.
    pub fn active(
        &self,
        applied: Option<ProfileName>,
        newest: Option<ApplyId>,
        is_there: impl Fn(&str) -> bool,
    ) -> Option<ProfileName> {
        let adopted = self.adopted.as_ref().filter(|adopted| adopted.after == newest.map(|id| id.0));
        let name = adopted.map(|adopted| adopted.profile.as_str()).or(applied.as_deref())?;
        let mut name = name.to_owned();
        // Each step goes to a later name, so there is no circle.
        for (from, to) in &self.renamed {
            if *from == name && !is_there(&name) {
                name.clone_from(to);
            }
        }
        Some(name.into())
    }

    /// Applies that nobody was told of; they count as told from now on.
    pub fn take_untold(&mut self) -> Vec<Untold> {
        std::mem::take(&mut self.untold)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_told_stays_told_over_a_restart_until_it_is_true_no_more() {
        let data = tempfile::tempdir().expect("a folder");
        let mut memory = Memory::read(data.path());
        assert!(memory.is_news("session") && memory.is_news("checkout SECRET_KEY") && !memory.is_news("session"));
        memory.leave(ApplyId(7), Timestamp::from_millis(5));
        memory.write(data.path()).expect("written");
        let mut memory = Memory::read(data.path());
        assert!(!memory.is_news("session"));
        assert_eq!(memory.take_untold(), [Untold { apply: 7, at: Timestamp::from_millis(5) }]);
        assert!(memory.take_untold().is_empty(), "told once");
        assert!(memory.forget(|place| place != "session") && memory.is_news("session"));
        std::fs::write(data.path().join(Memory::FILE), "(").expect("written");
        assert_eq!(Memory::read(data.path()), Memory::default());
    }

    #[test]
    fn the_active_profile_is_the_last_applied_or_adopted_under_its_present_name() {
        let mut memory = Memory::default();
        let active = |memory: &Memory, newest: Option<u64>, there: &[&str]| {
            let there: Vec<String> = there.iter().map(|name| (*name).to_owned()).collect();
            let applied = newest.map(|_| ProfileName::from("mine"));
            memory.active(applied, newest.map(ApplyId), |name| there.iter().any(|t| t == name)).map(|n| n.to_string())
        };
        assert_eq!(active(&memory, None, &[]), None);
        assert_eq!(active(&memory, Some(1), &["mine"]).as_deref(), Some("mine"));
        memory.rename("mine", "ours");
        memory.rename("ours", "theirs");
        assert_eq!(active(&memory, Some(1), &["theirs"]).as_deref(), Some("theirs"));
        assert_eq!(active(&memory, Some(1), &["mine", "theirs"]).as_deref(), Some("mine"), "made anew");
        memory.adopt("testing", Some(ApplyId(1)));
        assert_eq!(active(&memory, Some(1), &["testing"]).as_deref(), Some("testing"));
        assert_eq!(active(&memory, Some(2), &["theirs"]).as_deref(), Some("theirs"), "a later apply counts for more");
    }
}
