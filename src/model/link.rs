//! The link to an engine in another program: how it stands, and how old what it brought is.

use std::sync::Arc;
use std::time::Duration;

use super::machines::MachineId;
use super::time::Timestamp;

/// How a link stands.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub enum LinkPhase {
    /// It is being made for the first time.
    #[default]
    Connecting,
    /// What is shown is as it is there.
    Live,
    /// It is lost; what is shown is old. It is made again by itself.
    Lost {
        /// Since when.
        since: Timestamp,
        /// Why: a sentence without a final period.
        why: Arc<str>,
        /// When the next try begins.
        again_at: Timestamp,
    },
    /// The other side will not have it: a wrong token, another certificate, another version. It is tried again seldom.
    Refused {
        /// Since when.
        since: Timestamp,
        /// Why, and what to do: a sentence without a final period.
        why: Arc<str>,
    },
}

/// A link.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct LinkState {
    /// The machine on the list; `None` for the agent of this machine.
    pub machine: Option<MachineId>,
    /// Its name on the list.
    pub name: Arc<str>,
    /// Where it is.
    pub address: Arc<str>,
    /// How it stands.
    pub phase: LinkPhase,
    /// When data last came, by this machine's clock.
    pub data_at: Option<Timestamp>,
    /// Version of the program there.
    pub program: Arc<str>,
    /// Its process there.
    pub process: u32,
    /// Whether the token lets this window change anything.
    pub may_change: bool,
    /// SHA-256 of the certificate there, in hexadecimal; `None` without TLS.
    pub fingerprint: Option<Arc<str>>,
    /// Parts that do not come through, each with its reason.
    pub left_out: Arc<[Arc<str>]>,
    /// The last command that was not carried out, with a number that grows: what, and why.
    pub refusal: Option<(u64, Arc<str>)>,
}

impl LinkState {
    /// Whether what is shown is as it is there.
    pub const fn is_live(&self) -> bool {
        matches!(self.phase, LinkPhase::Live)
    }

    /// How old what is shown is; `None` where nothing came yet.
    pub fn age(&self, now: Timestamp) -> Option<Duration> {
        Some(now.since(self.data_at?))
    }

    /// Why it is not live; `None` where it is, or is being made.
    pub fn why(&self) -> Option<&str> {
        match &self.phase {
            LinkPhase::Connecting | LinkPhase::Live => None,
            LinkPhase::Lost { why, .. } | LinkPhase::Refused { why, .. } => Some(why),
        }
    }
}
