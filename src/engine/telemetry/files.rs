//! What the job thread does for the desk: the document of endpoints.

use std::path::{Path, PathBuf};

use super::document::{self, RemoteWriteDocument};
use crate::model::remote_write::Endpoint;
use crate::store::document::{Document as _, Stamp, stamp};

/// Something to do with the document.
#[derive(Debug, Clone, PartialEq)]
pub enum RemoteJob {
    /// Reads it.
    Read,
    /// Writes it.
    Write(Vec<Endpoint>),
}

/// What came of it.
#[derive(Debug)]
pub enum RemoteOutcome {
    /// What it holds at the start, and what is unsafe about it; or why it does not read.
    Read(Result<(Vec<Endpoint>, Option<String>), String>),
    /// Somebody edited it.
    Edited(Result<(Vec<Endpoint>, Option<String>), String>),
    /// It is written; where one that did not read was put, or why it is not.
    Written(Result<Option<PathBuf>, String>),
}

impl RemoteOutcome {
    /// Whether it can be shown with the next tick: nobody waits for it.
    pub fn is_quiet(&self) -> bool {
        match self {
            Self::Written(outcome) => matches!(outcome, Ok(None)),
            Self::Read(outcome) => matches!(outcome, Ok((endpoints, None)) if endpoints.is_empty()),
            Self::Edited(_) => false,
        }
    }
}

/// The document, as the job thread knows it.
#[derive(Debug)]
pub struct RemoteFiles {
    config: PathBuf,
    stamp: Stamp,
}

impl RemoteFiles {
    /// The document of this config folder.
    pub fn new(config: &Path) -> Self {
        let mut files = Self { config: config.into(), stamp: None };
        files.stamp = files.now();
        files
    }

    fn now(&self) -> Stamp {
        stamp(&self.config.join(RemoteWriteDocument::FILE))
    }

    /// Does something.
    pub fn carry_out(&mut self, job: RemoteJob) -> RemoteOutcome {
        match job {
            RemoteJob::Read => {
                self.stamp = self.now();
                RemoteOutcome::Read(self.read())
            }
            RemoteJob::Write(endpoints) => {
                let written = document::write(&self.config, &endpoints);
                self.stamp = self.now();
                RemoteOutcome::Written(written)
            }
        }
    }

    /// What it holds, where somebody edited it since it was last looked at. One that went away is no edit.
    pub fn edited(&mut self) -> Option<RemoteOutcome> {
        let now = self.now();
        if now == self.stamp || now.is_none() {
            return None;
        }
        self.stamp = now;
        Some(RemoteOutcome::Edited(self.read()))
    }

    fn read(&self) -> Result<(Vec<Endpoint>, Option<String>), String> {
        let endpoints = document::read(&self.config).map_err(|e| e.to_string())?;
        let warning = document::open_to_others(&self.config, &endpoints);
        Ok((endpoints, warning))
    }
}
