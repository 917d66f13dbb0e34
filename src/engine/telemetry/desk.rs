//! The desk: which endpoints there are, how they do, and what is to be done about them.

use std::sync::Arc;

use super::files::{RemoteJob, RemoteOutcome};
use crate::model::remote_write::{
    Endpoint, EndpointStatus, Login, MAX_ENDPOINTS, RemoteWriteCommand, RemoteWriting, SendState, TestOutcome, host_of,
};
use crate::model::{ProbeId, SeriesDef, SeriesGroup, SeriesKey, Severity, Timestamp, Unit};
use crate::telemetry::choice::Choice;
use crate::telemetry::remote_write::{Event, Request, Tick};

/// Ticks and commands that are kept until the file is read, which takes a moment at the start.
const MAX_EARLY: usize = 40;
/// What is told of endpoints that are left out.
const LEFT_OUT: &str = "Not all endpoints of remote-write are in force";

/// Something to be done in the world, or told.
#[derive(Debug, Clone)]
pub enum RemoteDeed {
    /// Tell the person.
    Tell(Severity, Arc<str>, Arc<str>),
    /// Take what was told with this text off the list.
    Withdraw(Arc<str>),
    /// For the job thread.
    Job(RemoteJob),
    /// For the thread of remote-write.
    Send(Request),
}

/// Remote-write and all about it.
#[derive(Debug, Default)]
pub struct RemoteDesk {
    has_asked: bool,
    is_read: bool,
    /// With their secrets.
    endpoints: Vec<Endpoint>,
    writing: Arc<RemoteWriting>,
    /// Whether the thread has yet to be told of a change.
    wants_configure: bool,
    /// Ticks of the time before the file was read.
    early: Vec<Tick>,
    early_commands: Vec<RemoteWriteCommand>,
    deeds: Vec<RemoteDeed>,
}

impl RemoteDesk {
    /// What clients see.
    pub fn writing(&self) -> &Arc<RemoteWriting> {
        &self.writing
    }

    /// What is to be done since the last call.
    pub fn take_deeds(&mut self) -> Vec<RemoteDeed> {
        std::mem::take(&mut self.deeds)
    }

    /// Whether anybody wants samples, as far as is known.
    pub fn is_wanted(&self) -> bool {
        !self.is_read || self.endpoints.iter().any(|endpoint| endpoint.is_on)
    }

    /// Gives a tick to those who want it.
    pub fn send(&mut self, tick: Tick) {
        if self.is_read {
            self.deeds.push(RemoteDeed::Send(Request::Tick(Box::new(tick))));
        } else if self.early.len() < MAX_EARLY {
            self.early.push(tick);
        }
    }

    /// Series of its own and their values now: what was dropped, and how far behind each endpoint is.
    pub fn own_series(&self, at: Timestamp) -> Vec<(SeriesDef, f64)> {
        if self.writing.endpoints.is_empty() {
            return Vec::new();
        }
        let def = |metric: &str, attribute: (&str, &str), unit, name: &str, instance: &str| SeriesDef {
            key: SeriesKey::new(metric, &[attribute]),
            unit,
            group: SeriesGroup::Own,
            name: name.into(),
            instance: instance.into(),
            probe: ProbeId("perfdesk"),
            cadence: None,
        };
        let part = ("part", "remote-write");
        let dropped = def("perfdesk.dropped", part, Unit::Count("drop"), "Perfdesk drops", "remote-write");
        let mut all = vec![(dropped, self.writing.n_dropped() as f64)];
        for status in self.writing.endpoints.iter().filter(|status| status.endpoint.is_on) {
            let name = &*status.endpoint.name;
            let attribute = ("endpoint", name);
            let behind = def("perfdesk.remote_write.behind", attribute, Unit::Seconds, "Remote-write behind", name);
            all.push((behind, status.behind(at).unwrap_or_default().as_secs_f64()));
        }
        all
    }

    /// Carries a command out.
    pub fn command(&mut self, command: RemoteWriteCommand) {
        if !self.is_read {
            if self.early_commands.len() < MAX_EARLY {
                self.early_commands.push(command);
            }
            return;
        }
        match command {
            RemoteWriteCommand::Put(endpoint) => self.put(*endpoint),
            RemoteWriteCommand::Remove(name) => {
                let n = self.endpoints.len();
                self.endpoints.retain(|endpoint| endpoint.name != name);
                if self.endpoints.len() < n {
                    self.keep();
                    self.tell(Severity::Success, format!("{name} gets no more samples"), "What waited for it is gone");
                }
            }
            RemoteWriteCommand::Test(name) => {
                if self.change(&name, |status| (status.is_testing, status.tested) = (true, None)) {
                    self.deeds.push(RemoteDeed::Send(Request::Test(name)));
                }
            }
            RemoteWriteCommand::Retry(name) => self.deeds.push(RemoteDeed::Send(Request::Retry(name))),
        }
    }

    fn put(&mut self, endpoint: Endpoint) {
        let mut endpoint = endpoint.clamped();
        let place = self.endpoints.iter().position(|other| other.name == endpoint.name);
        let known = place.and_then(|place| self.endpoints.get(place));
        endpoint.secret = match (&endpoint.login, endpoint.secret.take().filter(|secret| !secret.0.is_empty())) {
            (Login::Open, _) => None,
            (_, Some(secret)) => Some(secret),
            // What was sent to another host is not sent to this one unasked: it is typed again.
            (_, None) => known
                .filter(|known| host_of(&known.url) == host_of(&endpoint.url))
                .and_then(|known| known.secret.clone()),
        };
        if let Some(fault) = fault_of(&endpoint) {
            self.tell(Severity::Error, format!("The endpoint {} was not kept", endpoint.name), fault);
            return;
        }
        match place {
            Some(place) if self.endpoints[place] == endpoint => return,
            Some(place) => self.endpoints[place] = endpoint,
            None if self.endpoints.len() >= MAX_ENDPOINTS => {
                let text = format!("There are {MAX_ENDPOINTS} endpoints already");
                self.tell(Severity::Error, text, "Remove one first");
                return;
            }
            None => self.endpoints.push(endpoint),
        }
        self.keep();
    }

    /// Puts the endpoints in force and into their file.
    fn keep(&mut self) {
        self.deeds.push(RemoteDeed::Job(RemoteJob::Write(self.endpoints.clone())));
        self.put_in_force();
    }

    fn put_in_force(&mut self) {
        let status = |endpoint: &Endpoint| {
            let before = self.writing.endpoint(&endpoint.name).cloned().unwrap_or_default();
            let state = if endpoint.is_on { before.state.clone() } else { SendState::Off };
            EndpointStatus {
                has_secret: endpoint.secret.is_some(),
                endpoint: endpoint.without_secret(),
                state: if endpoint.is_on && state == SendState::Off { SendState::Sending } else { state },
                ..before
            }
        };
        let endpoints = self.endpoints.iter().map(status).collect();
        Arc::make_mut(&mut self.writing).endpoints = endpoints;
        self.wants_configure = false;
        self.deeds.push(RemoteDeed::Send(Request::Configure(self.endpoints.clone())));
    }

    /// Takes in what the job thread did with the file.
    pub fn take(&mut self, outcome: RemoteOutcome) {
        match outcome {
            RemoteOutcome::Read(read) => {
                self.is_read = true;
                self.read(read, false);
                std::mem::take(&mut self.early_commands).into_iter().for_each(|command| self.command(command));
                let early = std::mem::take(&mut self.early);
                if self.is_wanted() {
                    self.deeds.extend(early.into_iter().map(|tick| RemoteDeed::Send(Request::Tick(Box::new(tick)))));
                }
            }
            RemoteOutcome::Edited(read) => self.read(read, true),
            RemoteOutcome::Written(Ok(None)) => self.file_error(""),
            RemoteOutcome::Written(Ok(Some(aside))) => {
                self.file_error("");
                let detail = format!("It is kept as {}", aside.display());
                self.tell(Severity::Warning, "The remote-write.ron that did not parse was put aside", detail);
            }
            RemoteOutcome::Written(Err(why)) => {
                let detail = format!("The change holds until Perfdesk ends: {why}");
                self.tell(Severity::Error, "remote-write.ron could not be written", detail);
            }
        }
    }

    fn read(&mut self, read: Result<(Vec<Endpoint>, Option<String>), String>, is_edit: bool) {
        let (endpoints, warning) = match read {
            Ok(read) => read,
            Err(why) => {
                self.file_error(&why);
                let text = "Remote-write was not read; the file is kept, and what was in force stays so";
                self.tell(Severity::Error, text, why);
                return;
            }
        };
        let mut faults = Vec::new();
        let mut good: Vec<Endpoint> = Vec::new();
        for endpoint in endpoints {
            let fault = match fault_of(&endpoint) {
                Some(fault) => Some(fault),
                None if good.len() >= MAX_ENDPOINTS => Some(format!("there are {MAX_ENDPOINTS} before it")),
                None if good.iter().any(|other| other.name == endpoint.name) => Some("another has its name".into()),
                None => None,
            };
            match fault {
                Some(fault) => faults.push(format!("{} is left out: {fault}", endpoint.name)),
                None => good.push(endpoint),
            }
        }
        self.deeds.push(RemoteDeed::Withdraw(LEFT_OUT.into()));
        self.file_error(&faults.join("; "));
        if !faults.is_empty() {
            self.tell(Severity::Warning, LEFT_OUT, faults.join("; "));
        }
        if let Some(warning) = warning {
            self.tell(Severity::Warning, warning, "");
        }
        if is_edit {
            self.tell(Severity::Info, "Edited endpoints of remote-write are in force", "");
        }
        // Also with none: the queues of endpoints that were taken out of the file go.
        self.endpoints = good;
        self.put_in_force();
    }

    fn file_error(&mut self, why: &str) {
        if &*self.writing.file_error != why {
            Arc::make_mut(&mut self.writing).file_error = why.into();
        }
    }

    /// Takes in what the threads tell.
    pub fn event(&mut self, event: Event, at: Timestamp) {
        match event {
            Event::Figures(all) => {
                for figures in all {
                    self.change(&figures.name, |status| {
                        status.state = figures.state;
                        status.counts = figures.counts;
                        status.refusal = figures.refusal;
                    });
                }
            }
            Event::Told { severity, text, detail } => self.tell(severity, text, detail),
            Event::Withdraw(text) => self.deeds.push(RemoteDeed::Withdraw(text.into())),
            Event::Tested { name, is_ok, text } => {
                let outcome = TestOutcome { at, is_ok, text: text.into() };
                self.change(&name, |status| (status.is_testing, status.tested) = (false, Some(outcome)));
            }
        }
    }

    /// The thread had no room for this.
    pub fn refused(&mut self, request: Request) {
        match request {
            Request::Tick(tick) => Arc::make_mut(&mut self.writing).n_lost += tick.values.len() as u64,
            Request::Configure(_) => self.wants_configure = true,
            Request::Test(name) => {
                self.change(&name, |status| status.is_testing = false);
            }
            Request::Retry(_) => {}
        }
    }

    /// Moves on by a tick: has the file read at the first, and the thread told of what it could not take.
    pub fn tick(&mut self) {
        if !std::mem::replace(&mut self.has_asked, true) {
            self.deeds.push(RemoteDeed::Job(RemoteJob::Read));
        }
        if std::mem::take(&mut self.wants_configure) {
            self.deeds.push(RemoteDeed::Send(Request::Configure(self.endpoints.clone())));
        }
    }

    fn change(&mut self, name: &str, body: impl FnOnce(&mut EndpointStatus)) -> bool {
        let Some(place) = self.writing.endpoints.iter().position(|status| &*status.endpoint.name == name) else {
            return false;
        };
        let mut all = self.writing.endpoints.to_vec();
        body(&mut all[place]);
        Arc::make_mut(&mut self.writing).endpoints = all.into();
        true
    }

    fn tell(&mut self, severity: Severity, text: impl Into<Arc<str>>, detail: impl Into<Arc<str>>) {
        self.deeds.push(RemoteDeed::Tell(severity, text.into(), detail.into()));
    }
}

/// What is wrong with an endpoint, in words.
fn fault_of(endpoint: &Endpoint) -> Option<String> {
    if let Some(fault) = endpoint.fault() {
        return Some(fault);
    }
    if endpoint.login != Login::Open && endpoint.secret.as_ref().is_none_or(|secret| secret.0.is_empty()) {
        return Some("Its token or password is missing: type it".into());
    }
    Choice::new(&endpoint.only, &endpoint.without).err()
}
