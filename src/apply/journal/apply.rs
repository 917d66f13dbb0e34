//! An apply as the journal keeps it: the record that is shown, and what taking it back needs.

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::apply::files::Rights;
use crate::model::profile::{ApplyId, ApplyPhase, ApplyRecord, ProfileName, Reload};

/// A checksum (CRC-32) and a length in bytes.
pub(in crate::apply) type Sum = (u32, u64);

/// The checksum and length of these bytes.
pub(in crate::apply) fn sum_of(bytes: &[u8]) -> Sum {
    (crc32fast::hash(bytes), bytes.len() as u64)
}

/// Whether a target holds its new content.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(in crate::apply) enum Written {
    /// It was not written.
    No,
    /// It may have been: the process ended while targets were written.
    Maybe,
    /// It was written.
    Yes,
}

/// A file that an apply writes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(in crate::apply) struct Target {
    /// As it is bound; a link maybe.
    pub path: PathBuf,
    /// The file itself, links followed.
    pub file: PathBuf,
    /// Who might do what with it.
    pub rights: Rights,
    /// What it held; `None` where there was no file.
    pub before: Option<Sum>,
    /// What it gets.
    pub after: Sum,
    /// Whether it holds that.
    pub written: Written,
}

/// An apply.
#[derive(Debug, Clone, PartialEq)]
pub(in crate::apply) struct Apply {
    /// What is shown of it. Its files stand in the order of `targets`.
    pub record: Arc<ApplyRecord>,
    /// Its files.
    pub targets: Vec<Target>,
    /// What makes the services take them, in order.
    pub reloads: Vec<Reload>,
    /// How many of these were begun.
    pub n_reloads_begun: usize,
    /// How long it waits to be kept.
    pub keep_within: Duration,
    /// Whether it was over once: what others did to its files since is theirs.
    pub was_over: bool,
    /// Whether nothing remains to do for its phase.
    pub is_settled: bool,
    /// Whether this is on disk as it stands here.
    pub is_saved: bool,
}

impl Apply {
    /// Its number.
    pub fn id(&self) -> ApplyId {
        self.record.id
    }

    /// Its profile.
    pub fn profile(&self) -> ProfileName {
        Arc::clone(&self.record.profile)
    }

    /// The record, to be changed; it is then to be saved.
    pub fn edit(&mut self) -> &mut ApplyRecord {
        self.is_saved = false;
        Arc::make_mut(&mut self.record)
    }

    /// Another phase; to be saved.
    pub fn enter(&mut self, phase: ApplyPhase) {
        self.edit().phase = phase;
    }
}
