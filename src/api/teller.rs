//! What the server tells the engine, over a queue with bounds: the engine is never waited for by a request.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use tokio::sync::mpsc::{self, OwnedPermit};

use super::counts::Counts;
use super::problem::Problem;
use crate::engine::access::ApiEvent;
use crate::engine::handle::{Input, Inputs};
use crate::model::Timestamp;
use crate::model::access::AuditEntry;

/// Words that may wait.
const CAPACITY: usize = 256;
/// Time between two words about the use of one token.
const USE_EVERY: Duration = Duration::from_secs(60);
/// Time between two tries while the engine has no room.
const RETRY: Duration = Duration::from_millis(20);
/// Time between two readings of the counters.
const COUNT_EVERY: Duration = Duration::from_secs(1);

/// The near end: what requests leave word with.
#[derive(Debug)]
pub struct Teller {
    sender: mpsc::Sender<ApiEvent>,
    used: Mutex<HashMap<Arc<str>, Instant>>,
}

/// Room for the word about one change, taken before it is made: none is made that could not be told of.
#[derive(Debug)]
pub struct Promise(OwnedPermit<ApiEvent>);

impl Teller {
    /// A teller, and the far end to [`carry`].
    pub fn new() -> (Self, mpsc::Receiver<ApiEvent>) {
        let (sender, receiver) = mpsc::channel(CAPACITY);
        (Self { sender, used: Mutex::default() }, receiver)
    }

    /// Takes room for the word about a change.
    ///
    /// # Errors
    /// [`Problem::busy`] where there is none.
    pub fn promise(&self) -> Result<Promise, Problem> {
        let busy = |_| Problem::busy("the log of changes is behind; nothing was changed", 1);
        self.sender.clone().try_reserve_owned().map(Promise).map_err(busy)
    }

    /// A token was used. Said once a minute.
    pub fn used(&self, token: &Arc<str>) {
        let now = Instant::now();
        let mut used = self.used.lock().unwrap_or_else(PoisonError::into_inner);
        if used.get(token).is_some_and(|at| now.duration_since(*at) < USE_EVERY) {
            return;
        }
        // Tokens that were revoked are forgotten with the others, which are said once too often.
        if used.len() > 2 * crate::engine::access::tokens::MAX_TOKENS {
            used.clear();
        }
        if self.sender.try_send(ApiEvent::Used(token.clone())).is_ok() {
            used.insert(token.clone(), now);
        }
    }
}

impl Promise {
    /// Says how the change was answered.
    pub fn keep(self, entry: AuditEntry) {
        self.0.send(ApiEvent::Changed(Box::new(AuditEntry { at: Timestamp::default(), ..entry })));
    }
}

/// Carries words to the engine, and the counters each second in which they changed, until the near end is gone.
pub async fn carry(mut words: mpsc::Receiver<ApiEvent>, counts: Arc<Counts>, inputs: Inputs) {
    let mut told = counts.reading();
    let mut seconds = tokio::time::interval(COUNT_EVERY);
    seconds.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
    loop {
        let event = tokio::select! {
            word = words.recv() => match word {
                Some(event) => event,
                None => return,
            },
            _ = seconds.tick() => {
                let now = counts.reading();
                if now == told {
                    continue;
                }
                told = now;
                ApiEvent::Counted(now)
            }
        };
        tell(&inputs, event).await;
    }
}

/// Tells the engine, as soon as it has room.
pub async fn tell(inputs: &Inputs, event: ApiEvent) {
    let mut input = Input::Api(Box::new(event));
    while let Err(refused) = inputs.try_send(input) {
        input = *refused;
        tokio::time::sleep(RETRY).await;
    }
}
