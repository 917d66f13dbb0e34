//! Posts a message to a webhook: tried again where that may help, never longer than it is worth.

use std::sync::mpsc::{RecvTimeoutError, channel};
use std::thread;
use std::time::{Duration, Instant};

use super::stop::Stop;
use crate::apply::http::{self, host_of};
use crate::model::alert::Webhook;

/// Time between two looks at whether the program ends.
pub(super) const LOOK_EVERY: Duration = Duration::from_millis(50);

/// How patient the posting is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Patience {
    /// Time before each further try.
    pub back_off: [Duration; 3],
    /// Time for one try.
    pub try_time_out: Duration,
    /// Time for all of them, with what lies between.
    pub time_out: Duration,
}

impl Default for Patience {
    fn default() -> Self {
        Self {
            back_off: [1, 5, 25].map(Duration::from_secs),
            try_time_out: Duration::from_secs(10),
            time_out: Duration::from_secs(60),
        }
    }
}

/// Posts until it is taken, it cannot be, or patience ends.
///
/// # Errors
/// Why it was not taken, in words that name the host alone.
pub fn post(webhook: &Webhook, body: &[u8], patience: &Patience, stop: &Stop) -> Result<String, String> {
    let host = host_of(&webhook.url).unwrap_or_else(|| "the webhook".into());
    let started = Instant::now();
    let mut n_tries = 0;
    let mut pauses = patience.back_off.into_iter();
    loop {
        let left = patience.time_out.saturating_sub(started.elapsed()).min(patience.try_time_out);
        n_tries += 1;
        let (why, may_help) = match once(webhook, body, left, stop) {
            Ok(status @ 200..=299) => return Ok(format!("{host} answered {status}{}", after(n_tries))),
            Ok(status @ 300..=399) => {
                (format!("{host} answered {status}: it points elsewhere, which is not followed"), false)
            }
            Ok(status) => (format!("{host} answered {status}"), status == 408 || status == 429 || status >= 500),
            Err(why) => (format!("{host}: {why}"), true),
        };
        let pause = pauses.next().filter(|pause| started.elapsed() + *pause < patience.time_out);
        let Some(pause) = pause.filter(|_| may_help) else { return Err(format!("{why}{}", after(n_tries))) };
        if stop.wait(pause) {
            return Err(format!("{why}; the program ended before it was tried again"));
        }
    }
}

/// " at the 3rd try", where it was not the first.
fn after(n_tries: u32) -> String {
    if n_tries > 1 { format!(" ({n_tries} tries)") } else { String::new() }
}

/// One try, on a thread of its own: when the program ends, what comes of it is dropped and that thread ends with the
/// try's time.
fn once(webhook: &Webhook, body: &[u8], time_out: Duration, stop: &Stop) -> Result<u16, String> {
    let (tell, told) = channel();
    let (url, body) = (webhook.url.clone(), body.to_vec());
    let request = move || {
        let _ = tell.send(http::post_json(&url, &body, time_out));
    };
    thread::Builder::new().name("webhook-request".into()).spawn(request).map_err(|e| e.to_string())?;
    loop {
        match told.recv_timeout(LOOK_EVERY) {
            Ok(status) => return status,
            Err(RecvTimeoutError::Disconnected) => return Err("the request broke down".into()),
            Err(RecvTimeoutError::Timeout) if stop.is_said() => return Err("the program ended".into()),
            Err(RecvTimeoutError::Timeout) => {}
        }
    }
}
