//! Requests to servers that keep telemetry: with a time limit, a bounded answer, no proxy, and never on to another
//! address. A request runs on a thread of its own, so that the one who asked can be told to stop meanwhile.

use std::io::{self, Read as _};
use std::sync::mpsc::{RecvTimeoutError, channel};
use std::thread;
use std::time::Duration;

use ureq::Agent;
use ureq::config::{AutoHeaderValue, Config};
use ureq::http::{HeaderMap, header};

use crate::model::profile::Secret;
use crate::model::remote_write::Login;

/// Time between two looks at whether the answer is still wanted.
const LOOK_EVERY: Duration = Duration::from_millis(50);

/// Why there is no answer.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum HttpError {
    /// None came. The server may have taken what was sent, or not.
    #[error("{0}")]
    NoAnswer(String),
    /// It is not wanted any more.
    #[error("it was called off")]
    CalledOff,
}

/// What a server answered.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Reply {
    /// The status.
    pub status: u16,
    /// The header `Retry-After`.
    pub retry_after: Option<String>,
    /// The body, or its beginning.
    pub body: Vec<u8>,
    /// Whether the body was longer than what was read of it.
    pub is_cut: bool,
}

/// A client of one server: keeps its connection.
pub fn client(time_out: Duration) -> Agent {
    let agent = AutoHeaderValue::from(concat!("perfdesk/", env!("CARGO_PKG_VERSION")));
    Config::builder()
        .timeout_global(Some(time_out))
        // A proxy of the environment would see what is sent.
        .proxy(None)
        .max_redirects(0)
        .http_status_as_error(false)
        .user_agent(agent)
        .build()
        .new_agent()
}

/// What is asked.
#[derive(Debug, Clone)]
pub struct Asked {
    /// The address.
    pub url: String,
    /// Headers beside those of every request.
    pub headers: Vec<(&'static str, String)>,
    /// The body of a POST; `None` is a GET.
    pub body: Option<Vec<u8>>,
    /// Bytes of the answer that are read.
    pub max_bytes: u64,
    /// How it is told who asks.
    pub login: Login,
    /// The token or password.
    pub secret: Option<Secret>,
}

/// Asks, for as long as the answer is wanted.
///
/// # Errors
/// [`HttpError`], in words without the address, which may hold a token.
pub fn ask(agent: &Agent, asked: Asked, is_called_off: &mut dyn FnMut() -> bool) -> Result<Reply, HttpError> {
    let (tell, told) = channel();
    let agent = agent.clone();
    let request = move || {
        let _ = tell.send(once(&agent, asked));
    };
    let started = thread::Builder::new().name("telemetry-request".into()).stack_size(512 * 1024).spawn(request);
    started.map_err(|e| HttpError::NoAnswer(format!("the request could not be started: {e}")))?;
    loop {
        match told.recv_timeout(LOOK_EVERY) {
            Ok(reply) => return reply.map_err(HttpError::NoAnswer),
            Err(RecvTimeoutError::Disconnected) => return Err(HttpError::NoAnswer("the request broke down".into())),
            Err(RecvTimeoutError::Timeout) if is_called_off() => return Err(HttpError::CalledOff),
            Err(RecvTimeoutError::Timeout) => {}
        }
    }
}

fn once(agent: &Agent, asked: Asked) -> Result<Reply, String> {
    let Asked { url, headers, body, max_bytes, login, secret } = asked;
    let login = authorization(&login, secret.as_ref());
    let all = headers.into_iter().chain(login.map(|value| ("Authorization", value)));
    let answer = match body {
        Some(body) => all.fold(agent.post(url), |request, (name, value)| request.header(name, value)).send(&body[..]),
        None => all.fold(agent.get(url), |request, (name, value)| request.header(name, value)).call(),
    };
    let response = answer.map_err(|e| words(&e))?;
    let status = response.status().as_u16();
    let retry_after = text_of(response.headers());
    let mut body = Vec::new();
    let read = response.into_body().into_reader().take(max_bytes.saturating_add(1)).read_to_end(&mut body);
    // Of a refusal the status says enough; of what was asked for, half is nothing.
    if let Err(e) = read
        && status < 300
    {
        return Err(format!("its answer broke off: {e}"));
    }
    let is_cut = body.len() as u64 > max_bytes;
    body.truncate(usize::try_from(max_bytes).unwrap_or(usize::MAX));
    Ok(Reply { status, retry_after, body, is_cut })
}

fn text_of(headers: &HeaderMap) -> Option<String> {
    headers.get(header::RETRY_AFTER)?.to_str().ok().map(ToOwned::to_owned)
}

pub(crate) fn authorization(login: &Login, secret: Option<&Secret>) -> Option<String> {
    let secret = secret.map_or("", |secret| &*secret.0);
    match login {
        Login::Open => None,
        Login::Bearer => Some(format!("Bearer {secret}")),
        Login::Basic { user } => Some(format!("Basic {}", base64(format!("{user}:{secret}").as_bytes()))),
    }
}

/// Base64 with padding (RFC 4648, section 4).
fn base64(bytes: &[u8]) -> String {
    const SIGNS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let mut text = String::with_capacity(bytes.len().div_ceil(3) * 4);
    for three in bytes.chunks(3) {
        let bits = three.iter().fold(0u32, |bits, b| bits << 8 | u32::from(*b)) << (8 * (3 - three.len()));
        for i in 0..4 {
            let sign = SIGNS[(bits >> (18 - 6 * i) & 63) as usize];
            text.push(if i <= three.len() { char::from(sign) } else { '=' });
        }
    }
    text
}

/// Why there is no answer. Never the address, which may hold a token.
fn words(error: &ureq::Error) -> String {
    match error {
        ureq::Error::Timeout(_) => "it gave no answer in time".into(),
        ureq::Error::HostNotFound => "its host has no address".into(),
        ureq::Error::BadUri(_) | ureq::Error::Http(_) => "its address cannot be read".into(),
        ureq::Error::Io(e) if e.kind() == io::ErrorKind::ConnectionRefused => "nothing listens there".into(),
        ureq::Error::Io(e) if e.kind() == io::ErrorKind::TimedOut => "it gave no answer in time".into(),
        error => error.to_string(),
    }
}

/// The beginning of an answer as one line of text.
pub fn line_of(body: &[u8]) -> String {
    const MOST: usize = 200;
    let text = String::from_utf8_lossy(&body[..body.len().min(4 * MOST)]);
    let words = text.split(|c: char| c.is_whitespace() || c.is_control()).filter(|word| !word.is_empty());
    let line = words.collect::<Vec<_>>().join(" ");
    let mut short: String = line.chars().take(MOST).collect();
    if short.len() < line.len() {
        short.push('…');
    }
    short
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_and_passwords_are_written_as_base64() {
        for (text, expect) in [("", ""), ("f", "Zg=="), ("fo", "Zm8="), ("foo", "Zm9v"), ("foobar", "Zm9vYmFy")] {
            assert_eq!(base64(text.as_bytes()), expect, "RFC 4648, section 10");
        }
        let login = Login::Basic { user: "Aladdin".into() };
        let header = authorization(&login, Some(&Secret("open sesame".into())));
        assert_eq!(header.as_deref(), Some("Basic QWxhZGRpbjpvcGVuIHNlc2FtZQ=="), "RFC 7617, section 2");
    }

    #[test]
    fn an_answer_is_told_as_one_short_line() {
        assert_eq!(line_of(b"out of\n  order\x00 sample\r\n"), "out of order sample");
        assert_eq!(line_of(&[b'x'; 1000]).chars().count(), 201);
    }
}
