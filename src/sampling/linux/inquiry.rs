//! Questions that may never be answered, asked on a thread of their own.
//!
//! The pass sees only the answers that came. A question that hangs keeps one detached thread, which ends when the
//! answer comes after all; nothing ever waits for it.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{self, Receiver, TryRecvError};
use std::time::Duration;

/// Questions asked one after the other.
pub struct Inquiry<Q, A> {
    questions: Arc<[Q]>,
    answers: Receiver<A>,
    n_answered: usize,
    /// When the last answer was seen, or the first question put.
    since: Duration,
    is_given_up: Arc<AtomicBool>,
}

/// How an inquiry stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Standing {
    /// Answers may still come.
    Open,
    /// Every question is answered, or the thread broke down.
    Done,
}

impl<Q: Send + Sync + 'static, A: Send + 'static> Inquiry<Q, A> {
    /// Starts asking, at `now` on the monotonic clock.
    ///
    /// # Errors
    /// The system's, when it gives no thread.
    pub fn start(
        name: &str,
        questions: Vec<Q>,
        ask: Arc<dyn Fn(&Q) -> A + Send + Sync>,
        now: Duration,
    ) -> std::io::Result<Self> {
        let questions: Arc<[Q]> = questions.into();
        let is_given_up = Arc::new(AtomicBool::new(false));
        // One place for each answer: the thread never waits for the pass.
        let (sender, answers) = mpsc::sync_channel(questions.len());
        let (asked, is_over) = (questions.clone(), is_given_up.clone());
        std::thread::Builder::new().name(name.into()).stack_size(256 * 1024).spawn(move || {
            for question in asked.iter() {
                if is_over.load(Ordering::Relaxed) || sender.try_send(ask(question)).is_err() {
                    break;
                }
            }
        })?;
        Ok(Self { questions, answers, n_answered: 0, since: now, is_given_up })
    }

    /// Takes the answers that came since the last look.
    pub fn look(&mut self, now: Duration, mut take: impl FnMut(&Q, A)) -> Standing {
        loop {
            match self.answers.try_recv() {
                Ok(answer) => {
                    take(&self.questions[self.n_answered], answer);
                    self.n_answered += 1;
                    self.since = now;
                }
                Err(TryRecvError::Empty) => return Standing::Open,
                Err(TryRecvError::Disconnected) => return Standing::Done,
            }
        }
    }

    /// How long the present question has waited, as far as the pass has seen.
    pub fn waited(&self, now: Duration) -> Duration {
        now.saturating_sub(self.since)
    }

    /// The question that waits for its answer.
    pub fn pending(&self) -> Option<&Q> {
        self.questions.get(self.n_answered)
    }

    /// Questions after the one that waits.
    pub fn rest(&self) -> &[Q] {
        self.questions.get(self.n_answered + 1..).unwrap_or_default()
    }

    /// Asks no further question after the one that waits.
    pub fn give_up(&self) {
        self.is_given_up.store(true, Ordering::Relaxed);
    }
}

impl<Q, A> Drop for Inquiry<Q, A> {
    fn drop(&mut self) {
        self.is_given_up.store(true, Ordering::Relaxed);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Looks until the inquiry has given `n` answers or is done; the thread decides how often that is.
    fn answers(inquiry: &mut Inquiry<u32, u32>, n: usize) -> (Vec<(u32, u32)>, Standing) {
        let mut got = Vec::new();
        loop {
            let standing = inquiry.look(Duration::from_secs(1), |question, answer| got.push((*question, answer)));
            if got.len() >= n || standing == Standing::Done {
                return (got, standing);
            }
            std::thread::yield_now();
        }
    }

    #[test]
    fn every_question_gets_its_answer() {
        let ask = Arc::new(|question: &u32| question * 10);
        let mut inquiry = Inquiry::start("test", vec![1, 2], ask, Duration::ZERO).expect("a thread");
        assert_eq!(answers(&mut inquiry, 3), (vec![(1, 10), (2, 20)], Standing::Done));
        assert_eq!(inquiry.pending(), None);
    }

    #[test]
    fn a_question_that_hangs_is_known_and_ends_the_asking_when_given_up() {
        let (release, hang) = mpsc::channel::<()>();
        let hang = std::sync::Mutex::new(hang);
        let ask = Arc::new(move |question: &u32| {
            if *question == 2 {
                let _ = hang.lock().map(|hang| hang.recv());
            }
            *question
        });
        let mut inquiry = Inquiry::start("test", vec![1, 2, 3], ask, Duration::ZERO).expect("a thread");
        assert_eq!(answers(&mut inquiry, 1).0, [(1, 1)]);
        assert_eq!((inquiry.pending(), inquiry.rest()), (Some(&2), [3].as_slice()));
        assert_eq!(inquiry.waited(Duration::from_secs(7)), Duration::from_secs(6));
        inquiry.give_up();
        release.send(()).expect("it listens");
        assert_eq!(answers(&mut inquiry, 2), (vec![(2, 2)], Standing::Done), "3 is not asked");
    }
}
