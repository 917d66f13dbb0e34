//! Asks a service over HTTP: with a time limit, a bounded answer, no proxy, and never on to another address.

use std::io::{self, Read as _};
use std::time::Duration;

use ureq::config::{AutoHeaderValue, Config};
use ureq::http::Response;
use ureq::{Agent, Body};

use super::world::{Answer, MAX_ANSWER_BYTES, MAX_OUTPUT_BYTES};

/// Posts nothing, and keeps the beginning of the answer.
pub(super) fn post(url: &str, timeout: Duration) -> Result<Answer, String> {
    let response = answer(url, agent(timeout).post(url).send_empty(), timeout)?;
    let status = response.status().as_u16();
    let mut body = Vec::new();
    // The answer came; what it says is only told.
    let _ = response.into_body().into_reader().take(MAX_OUTPUT_BYTES as u64).read_to_end(&mut body);
    Ok(Answer { status, body })
}

/// Posts JSON; gives the status. What is answered beside it is not read, and no other address is followed.
pub(crate) fn post_json(url: &str, body: &[u8], timeout: Duration) -> Result<u16, String> {
    check(url)?;
    let request = agent(timeout).post(url).content_type("application/json");
    request.send(body).map(|response| response.status().as_u16()).map_err(|e| words(&e, timeout))
}

/// The host of an address, with its port where that is given: what of it holds no secret.
pub(crate) fn host_of(url: &str) -> Option<String> {
    let url: ureq::http::Uri = url.parse().ok()?;
    let port = url.port().map(|port| format!(":{port}")).unwrap_or_default();
    Some(format!("{}{port}", url.host()?))
}

/// Gets a document.
pub(super) fn get(url: &str, timeout: Duration) -> Result<Answer, String> {
    let response = answer(url, agent(timeout).get(url).call(), timeout)?;
    let status = response.status().as_u16();
    let body = response.into_body().into_with_config().limit(MAX_ANSWER_BYTES).read_to_vec();
    Ok(Answer { status, body: body.map_err(|e| words(&e, timeout))? })
}

fn agent(timeout: Duration) -> Agent {
    let agent = AutoHeaderValue::from(concat!("perfdesk/", env!("CARGO_PKG_VERSION")));
    Config::builder()
        .timeout_global(Some(timeout))
        // A proxy of the environment would answer for the service, and see what it says.
        .proxy(None)
        .max_redirects(0)
        .http_status_as_error(false)
        .user_agent(agent)
        .accept("application/json")
        .build()
        .new_agent()
}

fn answer(url: &str, got: Result<Response<Body>, ureq::Error>, timeout: Duration) -> Result<Response<Body>, String> {
    check(url)?;
    let response = got.map_err(|e| words(&e, timeout))?;
    if response.status().is_redirection() {
        return Err("it points to another address, which is not followed: write that one into the binding".into());
    }
    Ok(response)
}

fn check(url: &str) -> Result<(), String> {
    if url.starts_with("http://") || url.starts_with("https://") {
        return Ok(());
    }
    Err("its address does not begin with http:// or https://".into())
}

/// Why there is no answer. Never the address, which may hold a token.
fn words(error: &ureq::Error, timeout: Duration) -> String {
    match error {
        ureq::Error::Timeout(_) => format!("no answer within {}", super::words::span(timeout)),
        ureq::Error::HostNotFound => "its host has no address".into(),
        ureq::Error::BodyExceedsLimit(_) => "its answer is larger than 1 MiB".into(),
        ureq::Error::BadUri(_) | ureq::Error::Http(_) => "its address cannot be read".into(),
        ureq::Error::Io(e) if e.kind() == io::ErrorKind::ConnectionRefused => "nothing listens there".into(),
        ureq::Error::Io(e) if e.kind() == io::ErrorKind::TimedOut => {
            format!("no answer within {}", super::words::span(timeout))
        }
        error => error.to_string(),
    }
}
