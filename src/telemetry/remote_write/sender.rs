//! The thread that sends what waits for one endpoint: tried again where that may help, dropped and counted where not.

use std::sync::Arc;

use ureq::Agent;

use super::answer::{Verdict, verdict};
use super::back_off::chance;
use super::encode;
use super::lane::Lane;
use super::queue::Taken;
use super::thread::{Event, Works};
use crate::model::Severity;
use crate::model::remote_write::{Endpoint, SendState, host_of};
use crate::telemetry::http::{Asked, HttpError, Reply, ask, client};

/// Bytes of an answer that are read: enough for its reason.
const MAX_ANSWER: u64 = 1024;

/// What a sender remembers.
struct Sender<'a> {
    lane: &'a Lane,
    works: &'a Works,
    agent: Option<(u32, Agent)>,
    /// Whether it was told that samples wait, and that they are refused.
    has_told_waiting: bool,
    has_told_refusal: bool,
}

/// Sends until the lane is stopped.
pub fn run(lane: &Lane, works: &Works) {
    let mut sender = Sender { lane, works, agent: None, has_told_waiting: false, has_told_refusal: false };
    while let Some((endpoint, taken)) = lane.next(&*works.clock) {
        if !sender.deliver(endpoint, &taken) {
            return;
        }
    }
}

/// What is told while samples wait for an endpoint.
pub fn waiting_text(name: &str) -> String {
    format!("Samples for {name} wait on disk")
}

/// What is told while an endpoint refuses samples.
pub fn refused_text(name: &str) -> String {
    format!("{name} refuses samples")
}

/// Asks an endpoint.
///
/// # Errors
/// [`HttpError`].
pub fn request(
    agent: &Agent,
    endpoint: &Endpoint,
    body: Vec<u8>,
    is_called_off: &mut dyn FnMut() -> bool,
) -> Result<Reply, HttpError> {
    let mut headers = vec![
        ("Content-Encoding", "snappy".to_owned()),
        ("Content-Type", "application/x-protobuf".to_owned()),
        ("X-Prometheus-Remote-Write-Version", "0.1.0".to_owned()),
    ];
    if !endpoint.tenant.is_empty() {
        headers.push(("X-Scope-OrgID", endpoint.tenant.to_string()));
    }
    let asked = Asked {
        url: endpoint.url.to_string(),
        headers,
        body: Some(body),
        max_bytes: MAX_ANSWER,
        login: endpoint.login.clone(),
        secret: endpoint.secret.clone(),
    };
    ask(agent, asked, is_called_off)
}

/// The client that an endpoint is asked with.
pub fn client_of(endpoint: &Endpoint) -> Agent {
    client(std::time::Duration::from_secs(endpoint.time_out_seconds.into()))
}

impl Sender<'_> {
    /// Sends these samples until they are taken or refused; `false` at the end of the program.
    fn deliver(&mut self, mut endpoint: Arc<Endpoint>, taken: &Taken) -> bool {
        let body = match encode::body(&taken.batch) {
            Ok(body) => body,
            Err(why) => {
                self.refused(&endpoint, taken, why);
                return true;
            }
        };
        let mut may_have_them = taken.is_again;
        let mut n_failed = 0u32;
        loop {
            let agent = self.agent(&endpoint);
            let answer = request(&agent, &endpoint, body.clone(), &mut || self.lane.state().is_stopped);
            if answer == Err(HttpError::CalledOff) {
                return false;
            }
            let now = (self.works.clock)();
            match verdict(&answer, host_of(&endpoint.url), now, may_have_them) {
                Verdict::Taken => {
                    self.taken(&endpoint, taken, body.len());
                    return true;
                }
                Verdict::Refused(why) => {
                    self.refused(&endpoint, taken, why);
                    return true;
                }
                Verdict::Later { why, after, may_have_them: may } => {
                    may_have_them = may;
                    n_failed = n_failed.saturating_add(1);
                    let until = now.plus(self.works.patience.pause(n_failed, after, chance()));
                    self.waits(&endpoint, &why, until, n_failed);
                    if !self.lane.pause(&endpoint, until, &*self.works.clock) {
                        return false;
                    }
                    endpoint = self.lane.state().endpoint.clone();
                }
            }
        }
    }

    fn agent(&mut self, endpoint: &Endpoint) -> Agent {
        let (seconds, agent) = self.agent.get_or_insert_with(|| (endpoint.time_out_seconds, client_of(endpoint)));
        if *seconds != endpoint.time_out_seconds {
            (*seconds, *agent) = (endpoint.time_out_seconds, client_of(endpoint));
        }
        agent.clone()
    }

    fn taken(&mut self, endpoint: &Endpoint, taken: &Taken, n_bytes: usize) {
        let now = (self.works.clock)();
        self.lane.change(|state| {
            state.counts.n_sent += taken.n_samples;
            state.counts.n_requests += 1;
            state.counts.sent_bytes += n_bytes as u64;
            state.counts.sent_at = Some(now);
            state.send = SendState::Sending;
            state.refusal = "".into();
        });
        self.done(taken);
        for (has_told, text) in [
            (&mut self.has_told_waiting, waiting_text(&endpoint.name)),
            (&mut self.has_told_refusal, refused_text(&endpoint.name)),
        ] {
            if std::mem::take(has_told) {
                (self.works.report)(Event::Withdraw(text));
            }
        }
    }

    fn refused(&mut self, endpoint: &Endpoint, taken: &Taken, why: String) {
        self.lane.change(|state| {
            state.counts.n_refused += taken.n_samples;
            state.send = SendState::Sending;
            state.refusal = why.as_str().into();
        });
        self.done(taken);
        if !std::mem::replace(&mut self.has_told_refusal, true) {
            let detail = format!("{why}. What it refuses is dropped and counted: see Settings, at Remote-write");
            self.tell(Severity::Warning, refused_text(&endpoint.name), detail);
        }
    }

    fn done(&self, taken: &Taken) {
        self.lane.change(|state| {
            let kept = state.queue.as_mut().map(|queue| queue.sent(taken));
            if let Some(Err(e)) = kept {
                state.disk_fault = format!("Its place in the queue cannot be kept: {e}").into();
            }
        });
    }

    fn waits(&mut self, endpoint: &Endpoint, why: &str, until: crate::model::Timestamp, n_failed: u32) {
        self.lane.change(|state| state.send = SendState::Waiting { until, why: why.into() });
        if n_failed >= self.works.patience.told_from && !std::mem::replace(&mut self.has_told_waiting, true) {
            let detail =
                format!("{why}. They are sent when it takes them again; nothing is lost until the queue is full");
            self.tell(Severity::Warning, waiting_text(&endpoint.name), detail);
        }
    }

    fn tell(&self, severity: Severity, text: String, detail: String) {
        (self.works.report)(Event::Told { severity, text, detail });
    }
}
