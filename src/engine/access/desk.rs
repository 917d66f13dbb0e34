//! The desk: what was read and said of the API, and what is to be done about it.

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use super::ApiEvent;
use super::files::{AccessJob, AccessOutcome, AccessRead};
use super::keeping::Keeping;
use super::tokens::Tokens;
use crate::model::access::{Access, AccessCommand, Grant, MAIN_TOKEN, Revealed, ServerState, TokenStatus};
use crate::model::profile::Secret;
use crate::model::{Severity, Timestamp};

/// Entries of the log that clients see.
const N_SHOWN: usize = 200;
/// How long a token's text stays where a client can take it.
const REVEALED_FOR: Duration = Duration::from_secs(30);
/// What is told while the server does not listen.
const NOT_SERVED: &str = "The API does not listen";
/// What is told of tokens that are left out.
const LEFT_OUT: &str = "Not all tokens of the API are in force";

/// Something to be done in the world, or told.
#[derive(Debug, Clone, PartialEq)]
pub enum AccessDeed {
    /// Tell the person.
    Tell(Severity, Arc<str>, Arc<str>),
    /// Take what was told with this text off the list.
    Withdraw(Arc<str>),
    /// For the job thread.
    Job(AccessJob),
}

/// Who may use the API, and all about it.
#[derive(Debug, Default)]
pub struct AccessDesk {
    pub(super) data: PathBuf,
    has_asked: bool,
    pub(super) access: Arc<Access>,
    /// What the tokens' files and the server say is unsafe.
    unsafe_files: Vec<Arc<str>>,
    unsafe_server: Vec<Arc<str>>,
    /// Whether the server has said anything: before that nobody knows which warnings hold.
    has_heard: bool,
    hidden_at: Option<Timestamp>,
    pub(super) keeping: Keeping,
    pub(super) deeds: Vec<AccessDeed>,
}

impl AccessDesk {
    /// A desk that keeps its log in this folder, and has read nothing yet.
    pub fn new(data: PathBuf) -> Self {
        Self { data, ..Self::default() }
    }

    /// What clients see.
    pub fn access(&self) -> &Arc<Access> {
        &self.access
    }

    /// What is to be done since the last call.
    pub fn take_deeds(&mut self) -> Vec<AccessDeed> {
        std::mem::take(&mut self.deeds)
    }

    /// Carries a command out; the switch of changes is a setting and none of the desk's.
    pub fn command(&mut self, command: AccessCommand, at: Timestamp) {
        self.ask();
        let job = match command {
            AccessCommand::Rotate => AccessJob::Rotate,
            AccessCommand::Add { name, read_only } => {
                AccessJob::Add { name, grant: if read_only { Grant::Read } else { Grant::Full }, at }
            }
            AccessCommand::Revoke(name) => AccessJob::Revoke(name),
            AccessCommand::Reveal => AccessJob::Reveal,
            AccessCommand::Hide => return self.hide(),
            AccessCommand::SetReadOnly(_) => return,
        };
        self.deeds.push(AccessDeed::Job(job));
    }

    /// Takes in what the server says.
    pub fn event(&mut self, event: ApiEvent, at: Timestamp) {
        // Where there is no server nobody needs tokens.
        self.ask();
        match event {
            ApiEvent::Server { state, warnings } => self.server(state, warnings),
            ApiEvent::Counted(counts) => Arc::make_mut(&mut self.access).counts = counts,
            ApiEvent::Used(name) => self.used(&name, at),
            ApiEvent::Changed(mut entry) => {
                entry.at = at;
                let access = Arc::make_mut(&mut self.access);
                access.audit =
                    [(*entry).clone()].into_iter().chain(access.audit.iter().cloned()).take(N_SHOWN).collect();
                self.keeping.add(*entry);
                self.keep_now(at);
            }
        }
    }

    /// Takes in what the job thread did.
    pub fn take(&mut self, outcome: AccessOutcome, at: Timestamp) {
        match outcome {
            AccessOutcome::Read(read) => self.read(*read, at),
            AccessOutcome::Edited(tokens) => {
                self.put_tokens(tokens);
                self.tell(Severity::Info, "Edited tokens of the API are in force", "");
            }
            AccessOutcome::Made { name, secret, tokens } => {
                self.put_tokens(tokens);
                let is_main = name == MAIN_TOKEN;
                let text = if is_main { "The API has a new token" } else { "A token was made" };
                let detail = if is_main { "The one before ended at once".to_owned() } else { format!("It is {name}") };
                self.tell(Severity::Success, text, detail);
                if !is_main {
                    self.reveal(name.into(), secret, true, at);
                }
            }
            AccessOutcome::Revoked { name, tokens } => {
                self.put_tokens(tokens);
                self.keeping.forget(&name);
                self.tell(
                    Severity::Success,
                    format!("The token {name} was revoked"),
                    "Nobody gets in with it any more",
                );
            }
            AccessOutcome::Revealed(secret) => self.reveal(MAIN_TOKEN.into(), secret, false, at),
            AccessOutcome::Refused(what, why) => self.tell(Severity::Error, what, why),
            AccessOutcome::Kept(outcome) => self.kept(outcome),
        }
    }

    /// Moves on by a tick: what waits to be written is, where it is time, and a shown text goes.
    pub fn tick(&mut self, at: Timestamp) {
        if self.hidden_at.is_some_and(|hidden_at| at >= hidden_at) {
            self.hide();
        }
        self.keep(at);
    }

    /// Has the files read, once.
    fn ask(&mut self) {
        if !std::mem::replace(&mut self.has_asked, true) {
            self.deeds.push(AccessDeed::Job(AccessJob::Read { data: self.data.clone() }));
        }
    }

    fn read(&mut self, read: AccessRead, at: Timestamp) {
        for (text, detail) in read.told {
            self.tell(Severity::Warning, text, detail);
        }
        self.keeping.begin(read.state);
        // What was asked for since the start is newer than what the file holds.
        let access = Arc::make_mut(&mut self.access);
        let older = read.entries.into_iter().rev();
        access.audit = access.audit.iter().cloned().chain(older).take(N_SHOWN).collect();
        access.is_read = true;
        self.put_tokens(read.tokens);
        self.keep_now(at);
    }

    fn put_tokens(&mut self, tokens: Tokens) {
        let status = |token: super::tokens::KeptToken| TokenStatus {
            used: self.keeping.used(&token.name),
            name: token.name.into(),
            grant: token.grant,
            made: token.made,
            digest: token.digest,
        };
        let list = tokens.list.into_iter().map(status).collect();
        let error: Arc<str> = tokens.problems.join("; ").into();
        let access = Arc::make_mut(&mut self.access);
        access.tokens = list;
        let is_news = access.file_error != error;
        access.file_error = error.clone();
        if is_news {
            self.deeds.push(AccessDeed::Withdraw(LEFT_OUT.into()));
            if !error.is_empty() {
                self.tell(Severity::Warning, LEFT_OUT, error);
            }
        }
        self.unsafe_files = tokens.warnings.into_iter().map(Into::into).collect();
        self.put_warnings();
    }

    fn server(&mut self, state: ServerState, warnings: Vec<Arc<str>>) {
        let access = Arc::make_mut(&mut self.access);
        let is_news = access.server != state;
        access.server = state.clone();
        if is_news {
            self.deeds.push(AccessDeed::Withdraw(NOT_SERVED.into()));
            if let ServerState::Failed(why) = state {
                self.tell(Severity::Warning, NOT_SERVED, why);
            }
        }
        self.unsafe_server = warnings;
        self.has_heard = true;
        self.put_warnings();
    }

    /// A warning is said when it comes up, and not again at each start while it holds.
    fn put_warnings(&mut self) {
        let now: Vec<Arc<str>> = self.unsafe_server.iter().chain(&self.unsafe_files).cloned().collect();
        let before = std::mem::replace(&mut Arc::make_mut(&mut self.access).warnings, now.as_slice().into());
        for gone in before.iter().filter(|old| !now.contains(old)) {
            self.deeds.push(AccessDeed::Withdraw(gone.clone()));
        }
        if self.access.is_read && self.has_heard {
            for text in self.keeping.unsaid(&now) {
                self.tell(Severity::Warning, text, "It stands in Settings, at API, for as long as it is so");
            }
        }
    }

    fn used(&mut self, name: &str, at: Timestamp) {
        self.keeping.use_of(name, at);
        let access = Arc::make_mut(&mut self.access);
        access.tokens = access
            .tokens
            .iter()
            .map(|token| match &*token.name == name {
                true => TokenStatus { used: Some(at), ..token.clone() },
                false => token.clone(),
            })
            .collect();
    }

    fn reveal(&mut self, name: Arc<str>, secret: Secret, is_new: bool, at: Timestamp) {
        Arc::make_mut(&mut self.access).revealed = Some(Revealed { name, secret, is_new });
        self.hidden_at = Some(at.plus(REVEALED_FOR));
    }

    fn hide(&mut self) {
        self.hidden_at = None;
        if self.access.revealed.is_some() {
            Arc::make_mut(&mut self.access).revealed = None;
        }
    }

    /// Tells the person.
    pub(super) fn tell(&mut self, severity: Severity, text: impl Into<Arc<str>>, detail: impl Into<Arc<str>>) {
        self.deeds.push(AccessDeed::Tell(severity, text.into(), detail.into()));
    }
}
