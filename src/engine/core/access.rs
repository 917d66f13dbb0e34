//! The API as the core knows it: commands and the server's words go to the desk, its deeds become effects and notices.

use super::{Core, Effect};
use crate::engine::access::{AccessDeed, AccessDesk, AccessJob, AccessOutcome, ApiEvent};
use crate::engine::jobs::Job;
use crate::model::access::{AccessCommand, ApiSettings};
use crate::model::{Command, Settings, SettingsCommand, Timestamp};

impl Core {
    /// Carries a command about the API out.
    pub(super) fn access_command(&mut self, command: AccessCommand) -> Vec<Effect> {
        if let AccessCommand::SetReadOnly(read_only) = command {
            let api = ApiSettings { read_only, ..self.next.settings.api.clone() };
            let settings = Settings { api, ..Settings::clone(&self.next.settings) };
            return self.command(Command::Settings(SettingsCommand::Replace(settings)));
        }
        self.with_access(|desk, at| desk.command(command, at))
    }

    /// Takes in what the API's server says.
    pub(super) fn api_event(&mut self, event: ApiEvent) -> Vec<Effect> {
        self.with_access(|desk, at| desk.event(event, at))
    }

    /// Takes in what the job thread did with the files of the API.
    pub(super) fn access_files(&mut self, outcome: AccessOutcome) -> Vec<Effect> {
        self.with_access(|desk, at| desk.take(outcome, at))
    }

    /// Moves the desk on by a tick.
    pub(super) fn keep_access(&mut self) -> Vec<Effect> {
        self.with_access(AccessDesk::tick)
    }

    /// What is written of the API's use last, when the program ends in order.
    pub(in crate::engine) fn access_farewell(&mut self) -> Option<AccessJob> {
        self.access.farewell(self.now)
    }

    fn with_access(&mut self, body: impl FnOnce(&mut AccessDesk, Timestamp)) -> Vec<Effect> {
        body(&mut self.access, self.now);
        self.next.access = self.access.access().clone();
        let mut effects = Vec::new();
        for deed in self.access.take_deeds() {
            match deed {
                AccessDeed::Tell(severity, text, detail) => self.tell(severity, text, detail),
                AccessDeed::Withdraw(text) => self.notices.withdraw(&text),
                AccessDeed::Job(job) => effects.push(Effect::Job(Job::Access(job))),
            }
        }
        effects
    }
}
