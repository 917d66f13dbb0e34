//! This machine: its files, programs, clocks, and the services it reaches.

use std::thread;
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use super::files::Files;
use super::real_files::RealFiles;
use super::world::{Answer, ProgramEnd, World};
use super::{http, program};
use crate::model::time::Timestamp;

/// This machine.
#[derive(Debug)]
pub struct RealWorld {
    files: RealFiles,
    started: Instant,
}

impl RealWorld {
    /// This machine, its monotonic clock at zero now.
    pub fn new() -> Self {
        Self { files: RealFiles::default(), started: Instant::now() }
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
        program::run(argv, timeout)
    }

    fn post(&mut self, url: &str, timeout: Duration) -> Result<Answer, String> {
        http::post(url, timeout)
    }

    fn get(&mut self, url: &str, timeout: Duration) -> Result<Answer, String> {
        http::get(url, timeout)
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
