//! A question that may take long, or for ever, asked on a thread of its own; the pass sees only answers that came.

use std::sync::mpsc::{Receiver, SyncSender, TryRecvError, sync_channel};
use std::time::Duration;

use crate::sampling::ProbeError;

/// How the present question stands.
#[derive(Debug, PartialEq)]
pub enum Standing<T> {
    /// Its answer, once.
    Answered(Result<T, ProbeError>),
    /// No answer yet, after this much time.
    Waiting(Duration),
    /// Nothing is asked.
    Idle,
}

/// One question, asked again and again, never twice at a time.
///
/// The thread ends with this value, or when a question that hangs is answered after all; nothing waits for it.
#[derive(Debug)]
pub struct Aside<T> {
    questions: SyncSender<()>,
    answers: Receiver<Result<T, ProbeError>>,
    asked_at: Option<Duration>,
}

impl<T: Send + 'static> Aside<T> {
    /// Starts the thread. `make` runs on it, so what asks need not be fit to move between threads.
    ///
    /// # Errors
    /// When the system gives no thread.
    pub fn start<F>(name: &str, make: impl FnOnce() -> F + Send + 'static) -> Result<Self, ProbeError>
    where
        F: FnMut() -> Result<T, ProbeError>,
    {
        let (questions, asked) = sync_channel::<()>(1);
        let (answer, answers) = sync_channel(1);
        let work = move || {
            let mut ask = make();
            while asked.recv().is_ok() && answer.send(ask()).is_ok() {}
        };
        std::thread::Builder::new()
            .name(name.into())
            .spawn(work)
            .map_err(|why| ProbeError::failed(format!("No thread to ask on: {why}")))?;
        Ok(Self { questions, answers, asked_at: None })
    }

    /// Puts the question, unless it waits for its answer already.
    pub fn ask(&mut self, now: Duration) {
        if self.asked_at.is_none() && self.questions.try_send(()).is_ok() {
            self.asked_at = Some(now);
        }
    }

    /// Looks for the answer.
    pub fn look(&mut self, now: Duration) -> Standing<T> {
        match self.answers.try_recv() {
            Ok(answer) => {
                self.asked_at = None;
                Standing::Answered(answer)
            }
            Err(TryRecvError::Empty) => {
                self.asked_at.map_or(Standing::Idle, |at| Standing::Waiting(now.saturating_sub(at)))
            }
            Err(TryRecvError::Disconnected) => {
                self.asked_at = None;
                Standing::Answered(Err(ProbeError::failed("The thread that asks broke down")))
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Looks until the answer is there; the thread decides how often that is.
    fn answer(aside: &mut Aside<u32>) -> Result<u32, ProbeError> {
        loop {
            match aside.look(Duration::from_secs(9)) {
                Standing::Answered(answer) => return answer,
                Standing::Waiting(_) => std::thread::yield_now(),
                Standing::Idle => panic!("nothing was asked"),
            }
        }
    }

    #[test]
    fn a_question_is_answered_as_often_as_it_is_asked() {
        let make = || {
            let mut n = 0;
            move || {
                n += 1;
                if n < 3 { Ok(n) } else { Err(ProbeError::failed("no more")) }
            }
        };
        let mut aside = Aside::start("test", make).expect("a thread");
        assert_eq!(aside.look(Duration::ZERO), Standing::Idle);
        for expect in [Ok(1), Ok(2), Err(ProbeError::failed("no more"))] {
            aside.ask(Duration::from_secs(1));
            assert_eq!(answer(&mut aside), expect);
        }
    }

    #[test]
    fn a_question_that_hangs_is_not_asked_again_and_holds_nobody_up() {
        let (release, hang) = sync_channel::<()>(0);
        let mut aside = Aside::start("test", move || move || Ok(u32::from(hang.recv().is_ok()))).expect("a thread");
        for second in [1, 2, 3] {
            aside.ask(Duration::from_secs(second));
            assert_eq!(aside.look(Duration::from_secs(second)), Standing::Waiting(Duration::from_secs(second - 1)));
        }
        release.send(()).expect("it hangs there");
        assert_eq!(answer(&mut aside), Ok(1));
    }

    #[test]
    fn a_broken_thread_is_told() {
        let broken = || || -> Result<u32, ProbeError> { panic!("broken on purpose") };
        let mut aside = Aside::start("test", broken).expect("a thread");
        aside.ask(Duration::ZERO);
        assert!(answer(&mut aside).is_err());
    }
}
