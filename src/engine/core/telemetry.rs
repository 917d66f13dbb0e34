//! Remote-write as the core knows it: ticks and commands go to the desk, its deeds become effects and notices.

use std::sync::Arc;
use std::time::Duration;

use super::{Core, Effect};
use crate::engine::jobs::Job;
use crate::engine::telemetry::{RemoteDeed, RemoteDesk, RemoteOutcome};
use crate::model::remote_write::RemoteWriteCommand;
use crate::model::{SeriesId, Timestamp};
use crate::telemetry::remote_write::{Event, Request, Tick};

impl Core {
    /// Carries a command about remote-write out.
    pub(super) fn remote_command(&mut self, command: RemoteWriteCommand) -> Vec<Effect> {
        self.with_remote(|desk, _| desk.command(command))
    }

    /// Takes in what the threads of remote-write tell.
    pub(super) fn remote_event(&mut self, event: Event) -> Vec<Effect> {
        self.with_remote(|desk, at| desk.event(event, at))
    }

    /// Takes in what the job thread did with the file of remote-write.
    pub(super) fn remote_files(&mut self, outcome: RemoteOutcome) -> Vec<Effect> {
        self.with_remote(|desk, _| desk.take(outcome))
    }

    /// The thread of remote-write had no room for this.
    pub(in crate::engine) fn remote_refused(&mut self, request: Request) {
        // What comes of it waits for the next tick.
        let _ = self.with_remote(|desk, _| desk.refused(request));
    }

    /// Values of series that tell how remote-write does, in the batch of this time; new ones become known.
    pub(super) fn remote_values(&mut self, at: Timestamp) -> (Vec<(SeriesId, f64)>, Vec<Effect>) {
        let own = self.remote.own_series(at);
        let mut effects = Vec::new();
        if own.iter().any(|(def, _)| self.catalogue.find(&def.key).is_none()) {
            let defs: Vec<_> = own.iter().map(|(def, _)| Arc::new(def.clone())).collect();
            effects = self.seed(&defs);
        }
        let values = own.iter().filter_map(|(def, value)| Some((self.catalogue.find(&def.key)?, *value)));
        (values.collect(), effects)
    }

    /// Moves the desk on by a tick, and gives its values to remote-write.
    pub(super) fn send_on(&mut self, at: Timestamp, interval: Duration, values: Vec<(SeriesId, f64)>) -> Vec<Effect> {
        let mut effects = self.keep_sources();
        effects.extend(self.with_remote(|desk, _| desk.tick()));
        if self.remote.is_wanted() {
            let tick = Tick {
                at,
                interval,
                host: self.next.machine.host.clone(),
                series: self.next.series.clone(),
                values: values.into(),
            };
            effects.extend(self.with_remote(|desk, _| desk.send(tick)));
        }
        effects
    }

    fn with_remote(&mut self, body: impl FnOnce(&mut RemoteDesk, Timestamp)) -> Vec<Effect> {
        body(&mut self.remote, self.now);
        self.next.remote_write = self.remote.writing().clone();
        let mut effects = Vec::new();
        for deed in self.remote.take_deeds() {
            match deed {
                RemoteDeed::Tell(severity, text, detail) => self.tell(severity, text, detail),
                RemoteDeed::Withdraw(text) => self.notices.withdraw(&text),
                RemoteDeed::Job(job) => effects.push(Effect::Job(Job::Remote(job))),
                RemoteDeed::Send(request) => effects.push(Effect::Remote(request)),
            }
        }
        effects
    }
}
