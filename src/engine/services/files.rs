//! What the job thread does for services: the document of what is set up, and what is kept of health checks.

use std::path::{Path, PathBuf};

use super::document::{self, ServiceDocument};
use crate::model::service::ServiceSetup;
use crate::store::document::{Document as _, Stamp, stamp};

/// Something to do with a file.
#[derive(Debug, Clone, PartialEq)]
pub enum ServiceJob {
    /// Reads what is set up.
    Read,
    /// Writes it.
    Write(Box<ServiceSetup>),
}

/// What came of it.
#[derive(Debug)]
pub enum ServiceOutcome {
    /// What is set up at the start, and what is unsafe about the file; or why it does not read.
    Read(Result<(Box<ServiceSetup>, Option<String>), String>),
    /// Somebody edited it.
    Edited(Result<(Box<ServiceSetup>, Option<String>), String>),
    /// It is written; where one that did not read was put, or why it is not.
    Written(Result<Option<PathBuf>, String>),
}

impl ServiceOutcome {
    /// Whether it can be shown with the next tick: nobody waits for it.
    pub fn is_quiet(&self) -> bool {
        match self {
            Self::Written(outcome) => matches!(outcome, Ok(None)),
            Self::Read(outcome) => matches!(outcome, Ok((_, None))),
            Self::Edited(_) => false,
        }
    }
}

/// The document, as the job thread knows it.
#[derive(Debug)]
pub struct ServiceFiles {
    config: PathBuf,
    stamp: Stamp,
}

impl ServiceFiles {
    /// The document of this config folder.
    pub fn new(config: &Path) -> Self {
        let mut files = Self { config: config.into(), stamp: None };
        files.stamp = files.now();
        files
    }

    fn now(&self) -> Stamp {
        stamp(&self.config.join(ServiceDocument::FILE))
    }

    /// Does something.
    pub fn carry_out(&mut self, job: ServiceJob) -> ServiceOutcome {
        match job {
            ServiceJob::Read => {
                self.stamp = self.now();
                ServiceOutcome::Read(self.read())
            }
            ServiceJob::Write(setup) => {
                let written = document::write(&self.config, &setup);
                self.stamp = self.now();
                ServiceOutcome::Written(written)
            }
        }
    }

    /// What it holds, where somebody edited it since it was last looked at. One that went away is no edit.
    pub fn edited(&mut self) -> Option<ServiceOutcome> {
        let now = self.now();
        if now == self.stamp || now.is_none() {
            return None;
        }
        self.stamp = now;
        Some(ServiceOutcome::Edited(self.read()))
    }

    fn read(&self) -> Result<(Box<ServiceSetup>, Option<String>), String> {
        document::read(&self.config).map(|(setup, warning)| (Box::new(setup), warning))
    }
}
