//! This machine: its files, programs, clocks, and the services it reaches.

use std::sync::Arc;
use std::sync::mpsc::{RecvTimeoutError, channel};
use std::thread;
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use super::files::Files;
use super::real_files::RealFiles;
use super::world::{Answer, Limit, ProgramEnd, Renew, World};
use super::{http, program};
use crate::model::time::Timestamp;

/// Between two looks at whether a request is called off.
const LOOK_EVERY: Duration = Duration::from_millis(10);

/// This machine.
#[derive(Debug)]
pub struct RealWorld {
    files: RealFiles,
    started: Instant,
    renew: Option<Arc<dyn Renew>>,
}

impl RealWorld {
    /// This machine, its monotonic clock at zero now.
    pub fn new() -> Self {
        Self { files: RealFiles::default(), started: Instant::now(), renew: None }
    }
}

impl Default for RealWorld {
    fn default() -> Self {
        Self::new()
    }
}

impl World for RealWorld {
    fn files(&mut self) -> &mut dyn Files {
        &mut self.files
    }

    fn run(&mut self, argv: &[String], timeout: Duration) -> ProgramEnd {
        program::run(argv, Limit { timeout, is_called_off: &mut || false })
    }

    fn post(&mut self, url: &str, timeout: Duration) -> Result<Answer, String> {
        http::post(url, timeout)
    }

    fn get(&mut self, url: &str, timeout: Duration) -> Result<Answer, String> {
        http::get(url, timeout)
    }

    fn run_until(&mut self, argv: &[String], limit: Limit<'_>) -> ProgramEnd {
        program::run(argv, limit)
    }

    fn post_until(&mut self, url: &str, limit: Limit<'_>) -> Result<Answer, String> {
        apart(url, limit, http::post)
    }

    fn get_until(&mut self, url: &str, limit: Limit<'_>) -> Result<Answer, String> {
        apart(url, limit, http::get)
    }

    fn set_renew(&mut self, renew: Arc<dyn Renew>) {
        self.renew = Some(renew);
    }

    fn renew_until(&mut self, service: &str, profile: Option<&str>, limit: Limit<'_>) -> Result<String, String> {
        match &self.renew {
            Some(renew) => renew.renew(service, profile, limit),
            None => Ok(format!("{service} is not run here: it takes the new values when Perfdesk starts it")),
        }
    }

    fn now(&self) -> Timestamp {
        let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
        Timestamp::from_millis(i64::try_from(since.as_millis()).unwrap_or(i64::MAX))
    }

    fn monotonic(&self) -> Duration {
        self.started.elapsed()
    }

    fn pause(&mut self, span: Duration) {
        thread::sleep(span);
    }
}

/// Makes a request on a thread of its own, so that it can be given up: what comes of it then is dropped, and the thread
/// ends with the request's time.
fn apart(url: &str, limit: Limit<'_>, request: fn(&str, Duration) -> Result<Answer, String>) -> Result<Answer, String> {
    let Limit { timeout, is_called_off } = limit;
    let (tell, told) = channel();
    let url = url.to_owned();
    let body = move || {
        let _ = tell.send(request(&url, timeout));
    };
    thread::Builder::new().name("service-request".into()).spawn(body).map_err(|e| e.to_string())?;
    loop {
        match told.recv_timeout(LOOK_EVERY) {
            Ok(answer) => return answer,
            Err(RecvTimeoutError::Disconnected) => return Err("the request broke down".into()),
            Err(RecvTimeoutError::Timeout) if is_called_off() => return Err("it was called off".into()),
            Err(RecvTimeoutError::Timeout) => {}
        }
    }
}
