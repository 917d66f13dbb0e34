//! The demo service, until it is told to end: Ctrl-C or SIGTERM stop it in order.

use std::sync::mpsc::{self, RecvTimeoutError};
use std::time::{Duration, Instant};

use super::console;
use super::demo_args::DemoArguments;
use super::signals::{self, Signal};
use crate::demo::{DemoError, Limits, Options, Refused, Service};

/// Exit code where the environment holds a value that the service does not start with.
const EXIT_REFUSED: u8 = 2;
/// Between two looks at whether it goes on.
const LOOK: Duration = Duration::from_millis(200);

/// Why it ended badly.
#[derive(Debug, thiserror::Error)]
pub enum RunError {
    /// A value of the environment.
    #[error(transparent)]
    Refused(#[from] Refused),
    /// It does not run.
    #[error(transparent)]
    Demo(#[from] DemoError),
}

impl RunError {
    /// The exit code for it.
    pub const fn exit_code(&self) -> u8 {
        match self {
            Self::Refused(_) => EXIT_REFUSED,
            Self::Demo(_) => 1,
        }
    }
}

/// Runs the service.
///
/// # Errors
/// [`RunError`], in words a person can act on.
pub fn run(wanted: &DemoArguments, exit_after: Option<Duration>) -> Result<(), RunError> {
    let limits = Limits::read(&|key| std::env::var(key).ok())?;
    let (says, said) = mpsc::channel();
    signals::listen(move |signal| {
        if signal == Signal::End {
            // Who is gone has ended already.
            let _ = says.send(());
        }
    });
    let options = Options {
        listen: wanted.listen,
        otlp: (!wanted.no_otlp).then(|| wanted.otlp.clone()),
        folder: wanted.folder.clone(),
        n_products: wanted.products,
        n_visitors: wanted.visitors,
        prints: true,
    };
    let began = Instant::now();
    let mut service = Service::start(options, limits)?;
    console::say(&format!("shop on http://{}, payments on http://{}", service.address, service.payments));
    loop {
        let is_told = said.recv_timeout(LOOK);
        if let Some(failure) = service.failure() {
            service.stop();
            return Err(failure.into());
        }
        let is_over = exit_after.is_some_and(|after| began.elapsed() >= after);
        if is_over || matches!(is_told, Ok(()) | Err(RecvTimeoutError::Disconnected)) {
            service.stop();
            return Ok(());
        }
    }
}
