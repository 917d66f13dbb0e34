//! When something is done that is done again and again: each at its own interval, at once when asked, until it is stopped.

use std::sync::Arc;
use std::time::Duration;

use tokio::sync::{Notify, watch};
use tokio::time::{Instant, sleep_until};

/// Tells something to end, by being dropped.
pub(crate) type Stop = watch::Sender<()>;

/// The pace of one.
pub(crate) struct Pace {
    due: Instant,
    every: Duration,
    asked: Arc<Notify>,
    stop: watch::Receiver<()>,
}

impl Pace {
    /// A pace that begins so much later, with what ends it and what asks for a turn at once.
    pub(crate) fn new(later: Duration, every: Duration) -> (Self, Stop, Arc<Notify>) {
        let (stop, stopped) = watch::channel(());
        let asked = Arc::new(Notify::new());
        (Self { due: Instant::now() + later, every, asked: asked.clone(), stop: stopped }, stop, asked)
    }

    /// Waits for the next turn; gives whether there is one. Turns that were missed are not made up for.
    pub(crate) async fn next(&mut self) -> bool {
        tokio::select! {
            biased;
            () = stopped(&mut self.stop) => return false,
            () = self.asked.notified() => return true,
            () = sleep_until(self.due) => {}
        }
        let late = self.due.elapsed().as_nanos() / self.every.as_nanos().max(1);
        self.due += self.every * u32::try_from(late + 1).unwrap_or(u32::MAX);
        true
    }

    /// Waits for the end.
    pub(crate) async fn stopped(&mut self) {
        stopped(&mut self.stop).await;
    }
}

async fn stopped(stop: &mut watch::Receiver<()>) {
    // Nothing is ever sent: a change is the end.
    while stop.changed().await.is_ok() {}
}

/// When the n-th of several that begin together begins, so that they do not all ask at one moment.
pub(super) fn spread(n: usize, of: usize, every: Duration) -> Duration {
    const MOST: Duration = Duration::from_secs(3);
    every.min(MOST).mul_f64(n as f64 / of.max(1) as f64)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn those_that_begin_together_are_spread_and_one_alone_begins_at_once() {
        let second = Duration::from_secs(1);
        assert_eq!(spread(0, 1, second), Duration::ZERO);
        assert_eq!(spread(1, 2, second), Duration::from_millis(500));
        assert_eq!(spread(99, 100, 15 * second), Duration::from_millis(2_970));
    }

    #[tokio::test(start_paused = true)]
    async fn turns_that_were_missed_are_not_made_up_for() {
        let second = Duration::from_secs(1);
        let (mut pace, stop, asked) = Pace::new(Duration::ZERO, second);
        let start = Instant::now();
        assert!(pace.next().await);
        tokio::time::advance(second * 5 + second / 2).await;
        assert!(pace.next().await, "the one that was due, at once");
        assert_eq!(start.elapsed(), second * 5 + second / 2);
        assert!(pace.next().await, "the next in step");
        assert_eq!(start.elapsed(), second * 6);
        asked.notify_one();
        assert!(pace.next().await);
        assert_eq!(start.elapsed(), second * 6, "at once when asked");
        drop(stop);
        assert!(!pace.next().await);
    }
}
