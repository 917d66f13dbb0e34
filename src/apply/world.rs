//! The world an apply acts on: files, programs, services over HTTP, and clocks. Real here, faked in tests.

use std::fmt::Debug;
use std::sync::Arc;
use std::time::Duration;

use super::files::Files;
use crate::model::time::Timestamp;

pub use super::real_world::RealWorld;

/// Most that is kept of what a program prints or a service answers to a POST: the last, in bytes.
pub const MAX_OUTPUT_BYTES: usize = 4 * 1024;
/// Largest document a service may answer with, in bytes.
pub const MAX_ANSWER_BYTES: u64 = 1024 * 1024;

/// What came of a program.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ProgramEnd {
    /// How it ended.
    pub outcome: ProgramOutcome,
    /// The last of what it printed, both streams together, at most 4 KiB.
    pub output: String,
    /// How long it took.
    pub took: Duration,
}

/// How a program ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ProgramOutcome {
    /// By itself, with this code; fine where it is 0.
    Ended(i32),
    /// By a signal, where the system says so.
    Signalled,
    /// It took too long and was ended, with everything it had started.
    TimedOut,
    /// It was called off and ended, with everything it had started.
    CalledOff,
    /// It could not be started: why.
    NotStarted(String),
}

/// What a service answered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Answer {
    /// The HTTP status.
    pub status: u16,
    /// The body, at most 1 MiB.
    pub body: Vec<u8>,
}

/// How long something outside may take.
pub struct Limit<'a> {
    /// So long at most.
    pub timeout: Duration,
    /// Whether it is called off before; asked every few milliseconds.
    pub is_called_off: &'a mut dyn FnMut() -> bool,
}

/// Restarts services that Perfdesk runs.
pub trait Renew: Debug + Send + Sync {
    /// Restarts a service with the values of this profile, or of none, and waits until it is ready; one that does not run
    /// is left so. Gives what was done.
    ///
    /// # Errors
    /// Why it is not ready, in words.
    fn renew(&self, service: &str, profile: Option<&str>, limit: Limit<'_>) -> Result<String, String>;
}

/// Everything outside.
pub trait World: Debug + Send {
    /// Its files.
    fn files(&mut self) -> &mut dyn Files;

    /// Runs a program without a shell, in a process group of its own and with nothing to read; ends the group when it
    /// takes longer than `timeout`.
    fn run(&mut self, argv: &[String], timeout: Duration) -> ProgramEnd;

    /// An HTTP POST without a body.
    ///
    /// # Errors
    /// Why there is no answer, in words without the address.
    fn post(&mut self, url: &str, timeout: Duration) -> Result<Answer, String>;

    /// An HTTP GET.
    ///
    /// # Errors
    /// Why there is no answer, in words without the address.
    fn get(&mut self, url: &str, timeout: Duration) -> Result<Answer, String>;

    /// As [`Self::run`], but ended as well when it is called off. A world in which nothing is waited for need not do that.
    fn run_until(&mut self, argv: &[String], limit: Limit<'_>) -> ProgramEnd {
        self.run(argv, limit.timeout)
    }

    /// As [`Self::post`], but given up as well when it is called off.
    ///
    /// # Errors
    /// As [`Self::post`].
    fn post_until(&mut self, url: &str, limit: Limit<'_>) -> Result<Answer, String> {
        self.post(url, limit.timeout)
    }

    /// As [`Self::get`], but given up as well when it is called off.
    ///
    /// # Errors
    /// As [`Self::get`].
    fn get_until(&mut self, url: &str, limit: Limit<'_>) -> Result<Answer, String> {
        self.get(url, limit.timeout)
    }

    /// Gives the way to services that are run. A world without any need not have it.
    fn set_renew(&mut self, _renew: Arc<dyn Renew>) {}

    /// Restarts a service that Perfdesk runs with the values of this profile, or of none, and waits until it is ready; one
    /// that does not run is left so. Gives what was done.
    ///
    /// # Errors
    /// Why it is not ready, in words.
    fn renew_until(&mut self, service: &str, _profile: Option<&str>, _limit: Limit<'_>) -> Result<String, String> {
        // On the command line no service is run.
        Ok(format!("{service} is not run here: it takes the new values when Perfdesk starts it"))
    }

    /// The wall clock.
    fn now(&self) -> Timestamp;

    /// Time since some moment in the past; never goes back.
    fn monotonic(&self) -> Duration;

    /// Waits.
    fn pause(&mut self, span: Duration);
}
