//! What the job thread does for the desk: tokens in the config folder, their use and the log in the data folder.

use std::path::{Path, PathBuf};

use super::state::AccessState;
use super::tokens::{TokenError, TokenFiles, Tokens};
use crate::model::Timestamp;
use crate::model::access::{AuditEntry, Grant, MAIN_TOKEN};
use crate::model::profile::Secret;
use crate::store::audit_log::AuditLogFile;
use crate::store::document::{self, Document as _, Stamp};

/// Something to do with the files of the API.
#[derive(Debug, Clone, PartialEq)]
pub enum AccessJob {
    /// Reads all of them; makes the main token where there is none.
    Read {
        /// The data folder.
        data: PathBuf,
    },
    /// Makes a new main token.
    Rotate,
    /// Makes a further token.
    Add {
        /// Its name.
        name: String,
        /// What it may do.
        grant: Grant,
        /// Now.
        at: Timestamp,
    },
    /// Ends a further token.
    Revoke(String),
    /// Reads the main token's text.
    Reveal,
    /// Keeps last uses and warnings, and adds to the log.
    Keep {
        /// The data folder.
        data: PathBuf,
        /// Last uses and warnings, where they are to be written.
        state: Option<Box<AccessState>>,
        /// Changes that were asked for.
        entries: Vec<AuditEntry>,
    },
}

/// What came of it.
#[derive(Debug)]
pub enum AccessOutcome {
    /// All files, at the start.
    Read(Box<AccessRead>),
    /// Somebody changed the tokens' files.
    Edited(Tokens),
    /// A token was made.
    Made {
        /// Its name.
        name: String,
        /// Its text.
        secret: Secret,
        /// All tokens now.
        tokens: Tokens,
    },
    /// A token ended.
    Revoked {
        /// Its name.
        name: String,
        /// All tokens now.
        tokens: Tokens,
    },
    /// The main token's text.
    Revealed(Secret),
    /// What was asked for was not done: what, and why.
    Refused(String, String),
    /// Last uses and the log are kept, or why not.
    Kept(Result<(), String>),
}

impl AccessOutcome {
    /// Whether it can be shown with the next tick: nobody waits for it.
    pub fn is_quiet(&self) -> bool {
        matches!(self, Self::Kept(Ok(())))
    }
}

/// What the files hold.
#[derive(Debug, Default)]
pub struct AccessRead {
    /// The tokens.
    pub tokens: Tokens,
    /// Last uses and warnings.
    pub state: AccessState,
    /// The log, oldest first.
    pub entries: Vec<AuditEntry>,
    /// What a person should know: what, and the cause.
    pub told: Vec<(String, String)>,
}

/// The files, as the job thread knows them.
#[derive(Debug)]
pub struct AccessFiles {
    tokens: TokenFiles,
    stamps: [Stamp; 2],
    is_read: bool,
    log: Option<AuditLogFile>,
}

impl AccessFiles {
    /// The tokens of this config folder.
    pub fn new(config: &Path) -> Self {
        let tokens = TokenFiles::new(config);
        Self { stamps: tokens.stamps(), tokens, is_read: false, log: None }
    }

    /// Does something.
    pub fn carry_out(&mut self, job: AccessJob) -> AccessOutcome {
        match job {
            AccessJob::Read { data } => AccessOutcome::Read(Box::new(self.read(&data))),
            AccessJob::Rotate => {
                let made = self.tokens.rotate();
                self.made(MAIN_TOKEN.into(), made, "The API's token was not renewed")
            }
            AccessJob::Add { name, grant, at } => {
                let made = self.tokens.add(&name, grant, at);
                self.made(name, made, "The token was not made")
            }
            AccessJob::Revoke(name) => match self.tokens.revoke(&name) {
                Ok(()) => AccessOutcome::Revoked { name, tokens: self.read_tokens() },
                Err(e) => AccessOutcome::Refused("The token was not revoked".into(), e.to_string()),
            },
            AccessJob::Reveal => match self.tokens.main() {
                Ok(Some(secret)) => AccessOutcome::Revealed(secret),
                Ok(None) => {
                    let why = "It is not made yet: it is when the API first starts".into();
                    AccessOutcome::Refused("There is no token to copy".into(), why)
                }
                Err(e) => AccessOutcome::Refused("The token cannot be copied".into(), e.to_string()),
            },
            AccessJob::Keep { data, state, entries } => {
                AccessOutcome::Kept(self.keep(&data, state.as_deref(), &entries))
            }
        }
    }

    /// The tokens, where somebody changed their files since they were last looked at.
    pub fn edited(&mut self) -> Option<AccessOutcome> {
        if !self.is_read || self.tokens.stamps() == self.stamps {
            return None;
        }
        Some(AccessOutcome::Edited(self.read_tokens()))
    }

    fn made(&mut self, name: String, made: Result<Secret, TokenError>, refusal: &str) -> AccessOutcome {
        match made {
            Ok(secret) => AccessOutcome::Made { name, secret, tokens: self.read_tokens() },
            Err(e) => AccessOutcome::Refused(refusal.into(), e.to_string()),
        }
    }

    fn read_tokens(&mut self) -> Tokens {
        self.stamps = self.tokens.stamps();
        self.tokens.read()
    }

    fn read(&mut self, data: &Path) -> AccessRead {
        let mut read = AccessRead::default();
        // What a file holds that is no token is named by the reading below.
        if let Err(e) = self.tokens.make_missing()
            && !matches!(e, TokenError::NoToken(_))
        {
            read.told.push(("The API's token could not be made: nobody can use the API".into(), e.to_string()));
        }
        self.is_read = true;
        read.tokens = self.read_tokens();
        match document::read(&data.join(AccessState::FILE)) {
            Ok(state) => read.state = state.unwrap_or_default(),
            Err(e) => read.told.push(("The last uses of API tokens were not read".into(), e.to_string())),
        }
        match AuditLogFile::open(data) {
            Ok((log, entries, told)) => {
                self.log = Some(log);
                read.entries = entries;
                read.told.extend(told.map(|why| ("Part of the API's log of changes does not read".into(), why)));
            }
            Err(e) => read.told.push((
                "The API's log of changes was not read".into(),
                format!("{}: {e}", data.join(AuditLogFile::FILE).display()),
            )),
        }
        read
    }

    fn keep(&mut self, data: &Path, state: Option<&AccessState>, entries: &[AuditEntry]) -> Result<(), String> {
        if self.log.is_none() {
            let opened = AuditLogFile::open(data).map_err(|e| at(&data.join(AuditLogFile::FILE), &e.to_string()))?;
            self.log = Some(opened.0);
        }
        if let Some(log) = &mut self.log {
            log.append(entries).map_err(|e| at(&data.join(AuditLogFile::FILE), &e.to_string()))?;
        }
        if let Some(state) = state {
            document::write(&data.join(AccessState::FILE), state).map_err(|e| e.to_string())?;
        }
        Ok(())
    }
}

fn at(path: &Path, why: &str) -> String {
    format!("{}: {why}", path.display())
}
