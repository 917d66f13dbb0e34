//! The thread on which services are run. Whoever asks it waits for nothing.

use std::io;
use std::path::Path;
use std::sync::Arc;
use std::sync::mpsc::{self, Receiver, RecvTimeoutError, SyncSender, TrySendError};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use super::output::Outputs;
use super::runner::{CLOSE_TIME, Message, RunSink, Runner};
use super::starts::Starts;
use super::steps::Tools;
use super::world::RealWorld;
use crate::model::Severity;

/// Messages that may wait at one time.
const CAPACITY: usize = 1024;
/// How much longer than services have to end the thread waits for them to be gone.
const CLOSE_GRACE: Duration = Duration::from_millis(700);

/// The thread.
#[derive(Debug)]
pub struct RunThread {
    messages: SyncSender<Message>,
    thread: Option<JoinHandle<()>>,
}

impl RunThread {
    /// Starts it with nothing to run, with what is kept in this data folder.
    ///
    /// # Errors
    /// The system gives no threads.
    pub fn start(data: &Path, tools: Tools, sink: Box<dyn RunSink>) -> io::Result<Self> {
        let (messages, waiting) = mpsc::sync_channel(CAPACITY);
        let outputs = Outputs::default();
        let (world, ledger) = RealWorld::new(data, outputs.clone(), tools, messages.clone())?;
        let (starts, read) = Starts::open(data);
        if let Err(why) = ledger {
            let text = "What an earlier run left running was not read".to_owned();
            sink.tell(Severity::Warning, text, why);
        }
        if let Err(why) = read {
            sink.tell(Severity::Warning, "Past starts of services were not read; the file is kept".into(), why);
        }
        let runner = Runner::new(Box::new(world), sink, outputs, starts);
        let thread = thread::Builder::new().name("run".into()).spawn(move || run(runner, &waiting))?;
        Ok(Self { messages, thread: Some(thread) })
    }

    /// Asks something; gives whether there was room.
    pub fn send(&self, message: Message) -> bool {
        self.messages.try_send(message).is_ok()
    }

    /// For whoever restarts a service and waits for it on a thread of its own.
    pub fn renewer(&self) -> Renewer {
        Renewer { messages: self.messages.clone() }
    }
}

/// Ends services that are not to outlive Perfdesk, within about three seconds.
impl Drop for RunThread {
    fn drop(&mut self) {
        let _ = self.messages.send(Message::Stop);
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}

/// Restarts services and waits for them.
#[derive(Debug, Clone)]
pub struct Renewer {
    messages: SyncSender<Message>,
}

/// Time between two looks at whether it is called off.
const CALLED_OFF_EVERY: Duration = Duration::from_millis(20);

impl Renewer {
    /// Restarts a service with the values of this profile, or of none, and waits until it is ready; one that does not run
    /// is left so. Gives what was done.
    ///
    /// # Errors
    /// Why it is not ready, in words.
    pub fn renew(
        &self,
        service: &str,
        profile: Option<&str>,
        time_out: Duration,
        is_called_off: &mut dyn FnMut() -> bool,
    ) -> Result<String, String> {
        let (reply, answer) = mpsc::channel();
        let message = Message::Renew { service: Arc::from(service), profile: profile.map(Arc::from), reply };
        let ends = || format!("Perfdesk ends, and {service} with it: it takes the values at its next start");
        match self.messages.try_send(message) {
            Ok(()) => {}
            Err(TrySendError::Full(_)) => return Err("too much is asked of services that are run".into()),
            Err(TrySendError::Disconnected(_)) => return Ok(ends()),
        }
        let until = Instant::now() + time_out;
        loop {
            match answer.recv_timeout(CALLED_OFF_EVERY) {
                Ok(answer) => return answer,
                Err(RecvTimeoutError::Disconnected) => return Ok(ends()),
                Err(RecvTimeoutError::Timeout) if is_called_off() => return Err("it was called off".into()),
                Err(RecvTimeoutError::Timeout) if Instant::now() >= until => {
                    return Err(format!("it was not ready within {} s", time_out.as_secs()));
                }
                Err(RecvTimeoutError::Timeout) => {}
            }
        }
    }
}

fn run(mut runner: Runner, messages: &Receiver<Message>) {
    let mut until: Option<Instant> = None;
    loop {
        match messages.recv_timeout(runner.pause()) {
            Ok(message) => {
                if matches!(message, Message::Stop) {
                    until.get_or_insert_with(|| Instant::now() + CLOSE_TIME + CLOSE_GRACE);
                }
                runner.take(message);
            }
            Err(RecvTimeoutError::Timeout) => runner.turn(),
            Err(RecvTimeoutError::Disconnected) => return,
        }
        if runner.is_over() || until.is_some_and(|until| Instant::now() >= until) {
            return;
        }
    }
}
