//! Remote-write: where samples are sent on to, and how that goes, as clients see it.
//!
//! No token and no password is in what is published: there [`Endpoint::secret`] is empty.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use serde::{Deserialize, Serialize};

use super::profile::Secret;
use super::time::Timestamp;

/// Endpoints at most.
pub const MAX_ENDPOINTS: usize = 8;
/// Further labels and patterns of one endpoint, at most, and the greatest length of each, bytes.
pub const MAX_ENTRIES: (usize, usize) = (64, 512);

/// How one proves who one is to a server.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub enum Login {
    /// Not at all.
    #[default]
    Open,
    /// By a bearer token, which is the secret.
    Bearer,
    /// By a name and a password, which is the secret.
    Basic {
        /// The name.
        user: Arc<str>,
    },
}

/// One server that samples are sent on to.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Endpoint {
    /// Its name: 1 to 64 letters, digits, `-`, `_` and `.`, the first a letter or a digit. Its queue on disk is called so.
    pub name: Arc<str>,
    /// Whether samples are kept for it and sent.
    pub is_on: bool,
    /// Where, such as `http://127.0.0.1:9090/api/v1/write`.
    pub url: Arc<str>,
    /// How it is told who sends.
    pub login: Login,
    /// The token or password; empty in what is published, and where it is to stay as it is.
    #[serde(skip_serializing)]
    pub secret: Option<Secret>,
    /// The tenant, which Mimir wants in `X-Scope-OrgID`; empty is none.
    pub tenant: Arc<str>,
    /// The label `job`.
    pub job: Arc<str>,
    /// The label `instance`; empty is the machine's name.
    pub instance: Arc<str>,
    /// Further labels; a series that has one of them keeps its own.
    pub labels: BTreeMap<Arc<str>, Arc<str>>,
    /// Patterns of the series that are sent; none is every series.
    pub only: Vec<Arc<str>>,
    /// Patterns of series that are not sent.
    pub without: Vec<Arc<str>>,
    /// Samples wait so long at most before they are sent, seconds.
    pub send_seconds: u32,
    /// Samples of one request at most.
    pub max_samples: u32,
    /// Time for one request, seconds.
    pub time_out_seconds: u32,
    /// Bytes on disk for what waits, millions; the oldest goes first.
    pub max_megabytes: u32,
}

impl Default for Endpoint {
    fn default() -> Self {
        Self {
            name: "".into(),
            is_on: true,
            url: "".into(),
            login: Login::Open,
            secret: None,
            tenant: "".into(),
            job: "perfdesk".into(),
            instance: "".into(),
            labels: BTreeMap::new(),
            only: Vec::new(),
            without: Vec::new(),
            send_seconds: 5,
            max_samples: 5_000,
            time_out_seconds: 10,
            max_megabytes: 256,
        }
    }
}

impl Endpoint {
    /// The same endpoint with every number within its bounds.
    pub fn clamped(mut self) -> Self {
        self.send_seconds = self.send_seconds.clamp(1, 300);
        self.max_samples = self.max_samples.clamp(100, 50_000);
        self.time_out_seconds = self.time_out_seconds.clamp(1, 60);
        self.max_megabytes = self.max_megabytes.clamp(4, 65_536);
        self
    }

    /// What is wrong with it, in words; `None` where nothing is. Patterns are looked at by those who read them.
    pub fn fault(&self) -> Option<String> {
        if !is_name(&self.name) {
            return Some(
                "Its name is 1 to 64 letters, digits, \"-\", \"_\" and \".\", the first a letter or digit".into(),
            );
        }
        if let Some(fault) = address_fault(&self.url) {
            return Some(fault);
        }
        let is_text = |text: &str| text.len() <= MAX_ENTRIES.1 && !text.contains(|c: char| c.is_control());
        let texts = [&self.tenant, &self.job, &self.instance];
        if !texts.into_iter().chain(self.labels.values()).all(|text| is_text(text)) {
            return Some(format!("Labels and tenant are one line of at most {} bytes", MAX_ENTRIES.1));
        }
        if self.labels.len() > MAX_ENTRIES.0 || self.only.len() + self.without.len() > MAX_ENTRIES.0 {
            return Some(format!("At most {} labels and {} patterns are kept", MAX_ENTRIES.0, MAX_ENTRIES.0));
        }
        let bad = self.labels.keys().find(|name| !is_label(name));
        bad.map(|name| format!("A label's name is letters, digits and \"_\", and not \"job\" or \"instance\": {name}"))
    }

    /// What of it may be shown: everything but the secret.
    pub fn without_secret(&self) -> Self {
        Self { secret: None, ..self.clone() }
    }
}

fn is_name(name: &str) -> bool {
    let is_letter = |b: u8| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_' | b'.');
    (1..=64).contains(&name.len()) && name.bytes().all(is_letter) && name.as_bytes()[0].is_ascii_alphanumeric()
}

fn is_label(name: &str) -> bool {
    let is_letter = |b: u8| b.is_ascii_alphanumeric() || b == b'_';
    !name.is_empty()
        && name.len() <= 128
        && name.bytes().all(is_letter)
        && !name.as_bytes()[0].is_ascii_digit()
        && !name.starts_with("__")
        && !matches!(name, "job" | "instance")
}

/// What is wrong with an address, in words; `None` where nothing is.
pub fn address_fault(url: &str) -> Option<String> {
    let rest = url.strip_prefix("http://").or_else(|| url.strip_prefix("https://"));
    let Some(rest) = rest else { return Some("Its address begins with http:// or https://".into()) };
    let host = rest.split(['/', '?', '#']).next().unwrap_or_default();
    if host.contains('@') {
        return Some("No name or password stands in its address: they have fields of their own".into());
    }
    let is_plain = url.len() <= 2048 && url.bytes().all(|b| b.is_ascii_graphic());
    (host.is_empty() || !is_plain).then(|| "Its address names a host, without spaces, in at most 2,048 letters".into())
}

/// The host of an address, with its port where that is given: what of it holds no secret.
pub fn host_of(url: &str) -> &str {
    let rest = url.split_once("://").map_or(url, |(_, rest)| rest);
    let host = rest.split(['/', '?', '#']).next().unwrap_or(rest);
    host.rsplit('@').next().unwrap_or(host)
}

/// About remote-write.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub enum RemoteWriteCommand {
    /// Adds an endpoint, or puts this in the place of the one of its name. Without a secret it keeps the one it has.
    Put(Box<Endpoint>),
    /// Takes one away, with what waits for it.
    Remove(Arc<str>),
    /// Sends it an empty request, and shows what it says.
    Test(Arc<str>),
    /// Tries at once what waits for its time.
    Retry(Arc<str>),
}

/// How sending goes.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub enum SendState {
    /// It is switched off: what waits stays, nothing is added.
    #[default]
    Off,
    /// Samples are sent as they come.
    Sending,
    /// The server does not take them now; they wait on disk.
    Waiting {
        /// When it is tried again.
        until: Timestamp,
        /// Why.
        why: Arc<str>,
    },
    /// Nothing can be kept for it.
    Failed(Arc<str>),
}

/// What was counted and what waits, of one endpoint.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct SendCounts {
    /// Samples sent and taken since the start.
    pub n_sent: u64,
    /// Requests that were taken.
    pub n_requests: u64,
    /// Bytes of those, as they were sent.
    pub sent_bytes: u64,
    /// Samples dropped because the queue was full or could not be written.
    pub n_dropped: u64,
    /// Samples dropped because the server refused them.
    pub n_refused: u64,
    /// Samples that wait.
    pub n_behind: u64,
    /// When the oldest of those was taken.
    pub behind_since: Option<Timestamp>,
    /// Bytes on disk of what waits.
    pub queue_bytes: u64,
    /// Series sent so far.
    pub n_series: u64,
    /// When a request was last taken.
    pub sent_at: Option<Timestamp>,
}

/// What came of a test.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct TestOutcome {
    /// When.
    pub at: Timestamp,
    /// Whether the server takes samples.
    pub is_ok: bool,
    /// What it said.
    pub text: Arc<str>,
}

/// One endpoint now.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct EndpointStatus {
    /// What it is, without its secret.
    pub endpoint: Endpoint,
    /// Whether it has a secret.
    pub has_secret: bool,
    /// How sending goes.
    pub state: SendState,
    /// What was counted.
    pub counts: SendCounts,
    /// What the server said when it last refused samples; empty where it did not.
    pub refusal: Arc<str>,
    /// What came of the last test; `None` while none was made or one is under way.
    pub tested: Option<TestOutcome>,
    /// Whether a test is under way.
    pub is_testing: bool,
}

impl EndpointStatus {
    /// How far behind it is at this time.
    pub fn behind(&self, at: Timestamp) -> Option<Duration> {
        self.counts.behind_since.map(|since| at.since(since))
    }
}

/// All endpoints now.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct RemoteWriting {
    /// Endpoints, in the order of their file.
    pub endpoints: Arc<[EndpointStatus]>,
    /// What is wrong with their file; empty where nothing is.
    pub file_error: Arc<str>,
    /// Samples that found no room before they were put on disk.
    pub n_lost: u64,
}

impl RemoteWriting {
    /// The endpoint of this name.
    pub fn endpoint(&self, name: &str) -> Option<&EndpointStatus> {
        self.endpoints.iter().find(|status| &*status.endpoint.name == name)
    }

    /// Samples dropped of all endpoints, for whatever reason.
    pub fn n_dropped(&self) -> u64 {
        self.n_lost + self.endpoints.iter().map(|status| status.counts.n_dropped + status.counts.n_refused).sum::<u64>()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_wrong_with_an_endpoint_is_named() {
        let good =
            Endpoint { name: "home".into(), url: "http://127.0.0.1:9090/api/v1/write".into(), ..Endpoint::default() };
        assert_eq!(good.fault(), None);
        let label = |name: &str| BTreeMap::from([(name.into(), "x".into())]);
        for (endpoint, part) in [
            (Endpoint { name: "../up".into(), ..good.clone() }, "Its name"),
            (Endpoint { name: "".into(), ..good.clone() }, "Its name"),
            (Endpoint { url: "127.0.0.1".into(), ..good.clone() }, "http://"),
            (Endpoint { url: "http://".into(), ..good.clone() }, "names a host"),
            (Endpoint { url: "http://a b/".into(), ..good.clone() }, "without spaces"),
            (Endpoint { url: "https://me:pw@host/".into(), ..good.clone() }, "No name or password"),
            (Endpoint { labels: label("job"), ..good.clone() }, "label's name"),
            (Endpoint { labels: label("__x"), ..good.clone() }, "label's name"),
            (Endpoint { job: "a\nb".into(), ..good.clone() }, "one line"),
        ] {
            let fault = endpoint.fault().unwrap_or_default();
            assert!(fault.contains(part), "{fault} for {endpoint:?}");
        }
    }

    #[test]
    fn no_secret_is_printed_or_serialised() {
        let endpoint = Endpoint { secret: Some(Secret("hush".into())), ..Endpoint::default() };
        let printed = format!("{endpoint:?} {}", serde_json::to_string(&endpoint).expect("written"));
        assert!(!printed.contains("hush"), "{printed}");
        assert_eq!(endpoint.without_secret().secret, None);
        assert_eq!(host_of("https://a.example:8428/api?x=1"), "a.example:8428");
    }
}
