//! The list of machines a window looks at: what a person says of each, and how each does.

use std::fmt;
use std::path::PathBuf;
use std::sync::Arc;

use serde::{Deserialize, Serialize};

use super::link::LinkState;
use super::overview::Level;
use super::time::Timestamp;

/// A machine's number on the list; never reused while the list lives. 0 is one that has none yet.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Serialize, Deserialize)]
#[serde(transparent)]
pub struct MachineId(pub u64);

/// The token of an agent. It prints as dots; its file is for its owner alone.
#[derive(Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Token(pub String);

impl fmt::Debug for Token {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("••••••••")
    }
}

/// What a person says of a machine.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct MachineEntry {
    /// Its number.
    pub id: MachineId,
    /// Its name for people; empty means the name it says it has.
    pub name: String,
    /// Where its agent listens, such as `https://build.example.org:7373`.
    pub address: String,
    /// The agent's token.
    pub token: Token,
    /// SHA-256 of its certificate in hexadecimal, kept at the first use: another is refused.
    pub fingerprint: Option<String>,
    /// A file with the certificates (PEM) that vouch for it, instead.
    pub ca: Option<PathBuf>,
    /// Whether the token may travel without TLS to another machine.
    pub insecure_http: bool,
}

/// The list, as `machines.ron` keeps it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Machines {
    /// Version of the file's form.
    pub version: u32,
    /// The machines, in the order of the list.
    pub machines: Vec<MachineEntry>,
}

impl Machines {
    /// The version this program writes.
    pub const VERSION: u32 = 1;
    /// Machines on a list.
    pub const MOST: usize = 200;
}

impl Default for Machines {
    fn default() -> Self {
        Self { version: Self::VERSION, machines: Vec::new() }
    }
}

/// A machine in one line.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct MachineBrief {
    /// The name it says it has.
    pub host: Arc<str>,
    /// Its system, such as "Debian 12".
    pub system: Arc<str>,
    /// How much it needs a look.
    pub level: Level,
    /// What needs a look there, or that nothing does.
    pub sentence: Arc<str>,
    /// Processor in use, as a share of what it has.
    pub cpu_ratio: Option<f64>,
    /// Memory in use, as a share of what it has.
    pub memory_ratio: Option<f64>,
    /// Alerts that fire.
    pub n_firing: usize,
    /// The newest processor shares, oldest first, at most [`MachineBrief::PAST`].
    pub cpu_past: Arc<[f32]>,
}

impl MachineBrief {
    /// Processor shares that are kept.
    pub const PAST: usize = 120;
}

/// A machine on the list and how it does.
#[derive(Debug, Clone, PartialEq)]
pub struct MachineStatus {
    /// What a person said of it.
    pub entry: Arc<MachineEntry>,
    /// The link to it.
    pub link: Arc<LinkState>,
    /// What it said last.
    pub brief: Arc<MachineBrief>,
}

impl MachineStatus {
    /// Its name for people.
    pub fn name(&self) -> &str {
        match (self.entry.name.as_str(), &*self.brief.host) {
            ("", "") => &self.entry.address,
            ("", host) => host,
            (name, _) => name,
        }
    }
}

/// What came of a test of a connection.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MachineTest {
    /// What was tried.
    pub entry: Arc<MachineEntry>,
    /// How it stands.
    pub state: MachineTestState,
}

/// How a test stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum MachineTestState {
    /// Under way.
    Running,
    /// The agent answers: what it says of itself, and its certificate's SHA-256.
    Works {
        /// A sentence without a final period.
        text: Arc<str>,
        /// In hexadecimal; `None` without TLS.
        fingerprint: Option<Arc<str>>,
    },
    /// It does not: why, and what to do.
    Fails {
        /// A sentence without a final period.
        why: Arc<str>,
        /// In hexadecimal, where a certificate was shown.
        fingerprint: Option<Arc<str>>,
    },
}

/// The list and how all of it does.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct MachineList {
    /// The machines, in the order of the list.
    pub machines: Arc<[MachineStatus]>,
    /// The last test.
    pub test: Option<MachineTest>,
    /// What is wrong with the list's file; empty where nothing is.
    pub problem: Arc<str>,
    /// When this was made, by this machine's clock.
    pub at: Timestamp,
}

impl MachineList {
    /// The machine of this number.
    pub fn get(&self, id: MachineId) -> Option<&MachineStatus> {
        self.machines.iter().find(|machine| machine.entry.id == id)
    }
}

/// What a window may ask about the list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum MachineCommand {
    /// Keeps it, in its place; one of an unknown number comes at this place of the list, or last.
    Save(Box<MachineEntry>, Option<usize>),
    /// Takes it off the list.
    Remove(MachineId),
    /// Tries whether an agent answers as this says, and changes nothing.
    Test(Box<MachineEntry>),
    /// Tries again now.
    Retry(MachineId),
    /// Follows this one whole, all others in brief.
    Look(Option<MachineId>),
    /// Trusts the certificate it shows now.
    Trust(MachineId),
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_is_never_printed_and_a_machine_has_a_name() {
        let token = Token("hush-hush".into());
        let entry = MachineEntry { address: "a:7373".into(), token, ..MachineEntry::default() };
        assert!(!format!("{entry:?}").contains("hush"));
        let status = |name: &str, host: &str| MachineStatus {
            entry: Arc::new(MachineEntry { name: name.into(), ..entry.clone() }),
            link: Arc::default(),
            brief: Arc::new(MachineBrief { host: host.into(), ..MachineBrief::default() }),
        };
        for (name, host, expect) in [("", "", "a:7373"), ("", "web-1", "web-1"), ("Web", "web-1", "Web")] {
            assert_eq!(status(name, host).name(), expect);
        }
    }
}
