//! Who may use the HTTP API, how its server does, and what was changed through it, as clients see it.
//!
//! No token's text is in here but for one that a person asked to copy, which prints as dots.

use core::net::{IpAddr, SocketAddr};
use std::fmt;
use std::path::PathBuf;
use std::sync::Arc;

use serde::{Deserialize, Serialize};

use super::profile::Secret;
use super::time::Timestamp;

/// How the API is served, as `settings.ron` keeps it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct ApiSettings {
    /// Whether it is served at all.
    pub is_on: bool,
    /// The address it listens on: an IP address. Any but a loopback one is served with TLS.
    pub address: String,
    /// The port.
    pub port: u16,
    /// Refuses every change.
    pub read_only: bool,
    /// Further names this machine is called by in requests, such as `build.example.org`.
    pub names: Vec<String>,
    /// A TLS certificate (PEM, with its chain); with it and `key` every address is served with TLS.
    pub certificate: Option<PathBuf>,
    /// Its private key (PEM).
    pub key: Option<PathBuf>,
}

impl ApiSettings {
    /// The port unless another is chosen.
    pub const PORT: u16 = 7373;

    /// Address and port as they are written.
    pub fn place(&self) -> String {
        match self.address.contains(':') {
            true => format!("[{}]:{}", self.address, self.port),
            false => format!("{}:{}", self.address, self.port),
        }
    }

    /// The same settings at a place as it is typed: an IP address, a port, or both.
    ///
    /// # Errors
    /// What may be typed.
    pub fn at(&self, text: &str) -> Result<Self, String> {
        let text = text.trim();
        let wrong = || "Type an IP address and a port, such as 127.0.0.1:7373".to_owned();
        let (address, port) = match text.parse::<SocketAddr>() {
            Ok(place) => (place.ip().to_string(), place.port()),
            Err(_) => match (text.parse::<IpAddr>(), text.parse::<u16>()) {
                (Ok(address), _) => (address.to_string(), self.port),
                (_, Ok(port)) => (self.address.clone(), port),
                _ => return Err(wrong()),
            },
        };
        if port == 0 {
            return Err("A port is a number from 1 to 65535".into());
        }
        Ok(Self { address, port, ..self.clone() })
    }
}

impl Default for ApiSettings {
    fn default() -> Self {
        Self {
            is_on: true,
            address: "127.0.0.1".into(),
            port: Self::PORT,
            read_only: false,
            names: Vec::new(),
            certificate: None,
            key: None,
        }
    }
}

/// Name of the token that is made at the first start.
pub const MAIN_TOKEN: &str = "main";

/// About who may use the API.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum AccessCommand {
    /// Makes a new main token; the present one ends.
    Rotate,
    /// Makes a further token under this name; its text is shown once.
    Add {
        /// The name: 1 to 64 letters, digits, `-`, `_` and `.`.
        name: String,
        /// Whether it may read alone.
        read_only: bool,
    },
    /// Ends a further token.
    Revoke(String),
    /// Shows the main token's text, for the clipboard.
    Reveal,
    /// Takes a shown text out again.
    Hide,
    /// Refuses every change through the API, or no longer.
    SetReadOnly(bool),
}

/// What a token may do.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Grant {
    /// Read alone.
    Read,
    /// Everything.
    Full,
}

/// SHA-256 of a token. It prints as dots.
#[derive(Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Digest(pub [u8; 32]);

impl fmt::Debug for Digest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("••••••••")
    }
}

/// A token, without its text.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct TokenStatus {
    /// Its name; the main one is [`MAIN_TOKEN`].
    pub name: Arc<str>,
    /// What it may do.
    pub grant: Grant,
    /// When it was made, where that is known.
    pub made: Option<Timestamp>,
    /// When it was last used, to the minute.
    pub used: Option<Timestamp>,
    /// What a presented token is compared with.
    pub digest: Digest,
}

/// How the server does.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub enum ServerState {
    /// There is none in this program, or it is switched off.
    #[default]
    Off,
    /// It was kept off when the program was started.
    OffByFlag,
    /// It listens.
    Listening(Listening),
    /// It does not: why, and what to do.
    Failed(Arc<str>),
}

/// Where and how a server listens.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct Listening {
    /// Address and port.
    pub address: Arc<str>,
    /// SHA-256 of its certificate in hexadecimal, where it speaks TLS.
    pub fingerprint: Option<Arc<str>>,
    /// Whether changes are refused, because the program was started so.
    pub is_read_only: bool,
}

impl Listening {
    /// Where a browser or a program finds it.
    pub fn url(&self) -> String {
        let scheme = if self.fingerprint.is_some() { "https" } else { "http" };
        format!("{scheme}://{}", self.address)
    }
}

/// What the server counted since the start.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct ApiCounts {
    /// Connections open now.
    pub n_open: u64,
    /// Connections taken.
    pub n_connections: u64,
    /// Connections refused because too many were open.
    pub n_turned_away: u64,
    /// Requests answered.
    pub n_requests: u64,
    /// Requests refused for want of a right token, Host or Origin, or because changes are not allowed.
    pub n_refused: u64,
    /// Requests refused because too many wrong tokens came from their address.
    pub n_rate_limited: u64,
    /// Clients that were too slow.
    pub n_timed_out: u64,
    /// Requests whose handling broke down.
    pub n_panics: u64,
}

/// A change that was asked for through the API.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AuditEntry {
    /// When.
    pub at: Timestamp,
    /// The token's name.
    pub token: Arc<str>,
    /// From where: an IP address.
    pub peer: Arc<str>,
    /// The method, such as POST.
    pub method: Arc<str>,
    /// The path, without its query.
    pub path: Arc<str>,
    /// What was asked for, in a few words without secrets.
    #[serde(default, skip_serializing_if = "str::is_empty")]
    pub summary: Arc<str>,
    /// The HTTP status it was answered with.
    pub status: u16,
}

impl AuditEntry {
    /// Whether it was done, or is being done.
    pub fn is_done(&self) -> bool {
        (200..400).contains(&self.status)
    }
}

/// A token's text on its way to the clipboard.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Revealed {
    /// The token's name.
    pub name: Arc<str>,
    /// Its text.
    pub secret: Secret,
    /// Whether it was just made: of a further token the text is nowhere else.
    pub is_new: bool,
}

/// Who may use the API and how it does.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct Access {
    /// Whether tokens and log were read; before that nobody is let in.
    pub is_read: bool,
    /// The server.
    pub server: ServerState,
    /// Tokens, the main one first, the others by name.
    pub tokens: Arc<[TokenStatus]>,
    /// What the server counted.
    pub counts: ApiCounts,
    /// What stays unsafe as long as it is so, one sentence each.
    pub warnings: Arc<[Arc<str>]>,
    /// The newest changes, newest first.
    pub audit: Arc<[AuditEntry]>,
    /// A token's text, for a short while.
    pub revealed: Option<Revealed>,
    /// What is wrong with the tokens' files; empty where nothing is.
    pub file_error: Arc<str>,
}

impl Access {
    /// Where the server listens.
    pub fn listening(&self) -> Option<&Listening> {
        match &self.server {
            ServerState::Listening(listening) => Some(listening),
            _ => None,
        }
    }

    /// The token of this name.
    pub fn token(&self, name: &str) -> Option<&TokenStatus> {
        self.tokens.iter().find(|token| &*token.name == name)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_place_is_typed_whole_or_in_part() {
        let settings = ApiSettings::default();
        for (text, expect) in [
            ("0.0.0.0:80", Some("0.0.0.0:80")),
            ("[::1]:81", Some("[::1]:81")),
            ("::1", Some("[::1]:7373")),
            ("192.0.2.1", Some("192.0.2.1:7373")),
            (" 8080 ", Some("127.0.0.1:8080")),
            ("0", None),
            ("127.0.0.1:0", None),
            ("localhost:80", None),
            ("", None),
        ] {
            assert_eq!(settings.at(text).ok().map(|api| api.place()).as_deref(), expect, "{text}");
        }
    }

    #[test]
    fn no_text_of_a_token_is_printed() {
        let token = TokenStatus {
            name: MAIN_TOKEN.into(),
            grant: Grant::Full,
            made: None,
            used: None,
            digest: Digest([0xab; 32]),
        };
        let revealed = Revealed { name: "ci".into(), secret: Secret("hush-hush".into()), is_new: true };
        let access = Access { tokens: [token].into(), revealed: Some(revealed), ..Access::default() };
        let printed = format!("{access:?}");
        assert!(!printed.contains("hush") && !printed.contains("171") && printed.contains("main"), "{printed}");
    }
}
