//! Recommendations: a small model that computes in batches. Its weights are kept packed in bytes and are unpacked for each
//! batch, so a batch costs the same for one visitor as for many, and the product with each visitor's tastes comes on top:
//! the fuller the batches, the less each item costs.

use std::io;
use std::sync::mpsc::{Receiver, RecvTimeoutError, SyncSender, TrySendError, sync_channel};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use tokio::sync::oneshot;

use super::limits::Limits;
use super::meter::record::Record;

/// Tastes of a visitor.
const N_TASTES: usize = 96;
/// Neurons in between.
const N_HIDDEN: usize = 384;
/// Products that are scored.
const N_SCORES: usize = 240;
/// Products that are recommended.
const N_BEST: usize = 5;
/// Items that may wait.
const MOST_WAITING: usize = 2_048;

/// Why there is no recommendation.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum NoAnswer {
    /// Too many wait.
    #[error("too many wait for the model")]
    Full,
    /// The model ended.
    #[error("the model ended")]
    Gone,
}

/// What a batch gave one of its items.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Recommended {
    /// The best products, the best first.
    pub best: Vec<u32>,
    /// When it was asked for, when its batch began, and when that ended.
    pub times: [Instant; 3],
    /// Items of the batch.
    pub n_items: usize,
}

struct Item {
    visitor: u64,
    asked: Instant,
    answer: oneshot::Sender<Recommended>,
}

/// The model's workers.
pub struct Model {
    queue: Option<SyncSender<Item>>,
    workers: Vec<JoinHandle<()>>,
}

struct Batcher {
    items: Mutex<Receiver<Item>>,
    size: usize,
    wait: Duration,
    record: Arc<Record>,
}

impl Batcher {
    /// The next batch: waits for a first item, then for more until it is full or the time is over. `None` at the end.
    fn next(&self) -> Option<Vec<Item>> {
        // One worker gathers at a time; others compute meanwhile.
        let items = self.items.lock().unwrap_or_else(PoisonError::into_inner);
        let mut batch = vec![items.recv().ok()?];
        let full_by = Instant::now() + self.wait;
        while batch.len() < self.size {
            let left = full_by.saturating_duration_since(Instant::now());
            match items.recv_timeout(left) {
                Ok(item) => batch.push(item),
                Err(RecvTimeoutError::Timeout | RecvTimeoutError::Disconnected) => break,
            }
        }
        Some(batch)
    }

    fn work(&self, weights: &Weights) {
        while let Some(batch) = self.next() {
            let began = Instant::now();
            batch.iter().for_each(|item| self.record.batch_wait.add_time(began - item.asked));
            let visitors: Vec<u64> = batch.iter().map(|item| item.visitor).collect();
            let scored = weights.compute(&visitors);
            let ended = Instant::now();
            self.record.batch_size.add(batch.len() as f64);
            self.record.batch_time.add_time(ended - began);
            let n_items = batch.len();
            for (item, best) in batch.into_iter().zip(scored) {
                // Who asked may have given up.
                let _ = item.answer.send(Recommended { best, times: [item.asked, began, ended], n_items });
            }
        }
    }
}

impl Model {
    /// Starts the workers.
    ///
    /// # Errors
    /// What the system said to a thread.
    pub fn start(limits: &Limits, record: Arc<Record>) -> io::Result<Self> {
        let (queue, items) = sync_channel(MOST_WAITING);
        let (size, wait) = (limits.batch_size, limits.batch_wait);
        let batcher = Arc::new(Batcher { items: Mutex::new(items), size, wait, record });
        let mut workers = Vec::with_capacity(limits.models);
        for _ in 0..limits.models {
            let batcher = batcher.clone();
            let body = move || batcher.work(&Weights::new());
            workers.push(std::thread::Builder::new().name("model".into()).spawn(body)?);
        }
        Ok(Self { queue: Some(queue), workers })
    }

    /// Asks for recommendations.
    ///
    /// # Errors
    /// [`NoAnswer`].
    pub async fn ask(&self, visitor: u64) -> Result<Recommended, NoAnswer> {
        let (answer, answered) = oneshot::channel();
        let item = Item { visitor, asked: Instant::now(), answer };
        let queue = self.queue.as_ref().ok_or(NoAnswer::Gone)?;
        queue.try_send(item).map_err(|e| match e {
            TrySendError::Full(_) => NoAnswer::Full,
            TrySendError::Disconnected(_) => NoAnswer::Gone,
        })?;
        answered.await.map_err(|_| NoAnswer::Gone)
    }
}

impl Drop for Model {
    fn drop(&mut self) {
        self.queue = None;
        for worker in self.workers.drain(..) {
            let _ = worker.join();
        }
    }
}

/// Weights, packed.
struct Weights {
    hidden: Vec<i8>,
    scores: Vec<i8>,
}

impl Weights {
    fn new() -> Self {
        // The same on each machine: a linear congruential generator (Knuth, MMIX).
        let mut state: u64 = 20_261_128;
        let mut next = || {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            (state >> 56) as i8
        };
        let hidden = (0..N_TASTES * N_HIDDEN).map(|_| next()).collect();
        Self { hidden, scores: (0..N_HIDDEN * N_SCORES).map(|_| next()).collect() }
    }

    /// The best products of each visitor.
    fn compute(&self, visitors: &[u64]) -> Vec<Vec<u32>> {
        let (hidden, scores) = (unpacked(&self.hidden), unpacked(&self.scores));
        let of_visitor = |visitor: &u64| {
            let tastes: Vec<f32> = (0..N_TASTES as u64).map(|i| taste(*visitor, i)).collect();
            let mut between = product(&tastes, &hidden, N_HIDDEN);
            between.iter_mut().for_each(|x| *x = x.max(0.0));
            best(&product(&between, &scores, N_SCORES))
        };
        visitors.iter().map(of_visitor).collect()
    }
}

/// Packed weights are small near zero and grow apart: what costs is the same for any batch.
fn unpacked(packed: &[i8]) -> Vec<f32> {
    packed.iter().map(|w| (f32::from(*w) / 64.0).tanh()).collect()
}

fn taste(visitor: u64, i: u64) -> f32 {
    let mixed = visitor.wrapping_add(i << 32).wrapping_mul(0x9E37_79B9_7F4A_7C15);
    (mixed >> 40) as f32 / (1u64 << 24) as f32 - 0.5
}

/// A row times a matrix of `width` columns.
fn product(row: &[f32], matrix: &[f32], width: usize) -> Vec<f32> {
    let mut sums = vec![0.0; width];
    for (x, weights) in row.iter().zip(matrix.chunks_exact(width)) {
        sums.iter_mut().zip(weights).for_each(|(sum, w)| *sum += x * w);
    }
    sums
}

fn best(scores: &[f32]) -> Vec<u32> {
    let mut order: Vec<u32> = (0..).take(scores.len()).collect();
    order.sort_by(|a, b| scores[*b as usize].total_cmp(&scores[*a as usize]));
    order.truncate(N_BEST);
    order.iter().map(|i| i + 1).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ask_many(environment: &[(&str, &str)], n: u64) -> (Vec<Recommended>, Arc<Record>) {
        let find = |key: &str| environment.iter().find(|(name, _)| *name == key).map(|(_, value)| (*value).to_owned());
        let record = Arc::new(Record::default());
        let model = Model::start(&Limits::read(&find).expect("limits"), record.clone()).expect("threads");
        let runtime = tokio::runtime::Builder::new_current_thread().build().expect("a runtime");
        let answers = runtime.block_on(async {
            let asked = (0..n).map(|visitor| Box::pin(model.ask(visitor))).collect();
            join(asked).await.into_iter().map(|answer| answer.expect("an answer")).collect()
        });
        (answers, record)
    }

    /// Polls all of them until each has ended.
    async fn join<F: Future + Unpin>(mut futures: Vec<F>) -> Vec<F::Output> {
        let mut outputs: Vec<Option<F::Output>> = futures.iter().map(|_| None).collect();
        std::future::poll_fn(move |cx| {
            for (future, output) in futures.iter_mut().zip(&mut outputs) {
                if output.is_none()
                    && let std::task::Poll::Ready(ready) = std::pin::Pin::new(future).poll(cx)
                {
                    *output = Some(ready);
                }
            }
            if outputs.iter().all(Option::is_some) {
                return std::task::Poll::Ready(outputs.drain(..).flatten().collect());
            }
            std::task::Poll::Pending
        })
        .await
    }

    #[test]
    fn a_batch_is_filled_and_gives_each_visitor_the_same_as_alone() {
        let (together, record) = ask_many(&[("ML_BATCH_SIZE", "6"), ("ML_BATCH_WAIT_MS", "2000")], 12);
        assert!(together.iter().all(|answer| answer.n_items == 6 && answer.best.len() == N_BEST));
        assert_eq!((record.batch_size.read().sum, record.batch_size.read().count()), (12.0, 2));
        assert_eq!((record.batch_wait.read().count(), record.batch_time.read().count()), (12, 2));
        let (alone, _) = ask_many(&[("ML_BATCH_SIZE", "1"), ("ML_BATCH_WAIT_MS", "0")], 12);
        assert!(alone.iter().all(|answer| answer.n_items == 1));
        let best = |answers: &[Recommended]| answers.iter().map(|a| a.best.clone()).collect::<Vec<_>>();
        assert_eq!(best(&together), best(&alone));
        assert_ne!(alone[0].best, alone[1].best, "tastes differ");
    }

    #[test]
    fn a_batch_that_stays_short_does_not_wait_for_ever() {
        let (answers, _) = ask_many(&[("ML_BATCH_SIZE", "64"), ("ML_BATCH_WAIT_MS", "5")], 1);
        assert_eq!(answers[0].n_items, 1);
    }

    #[test]
    fn a_full_batch_costs_less_for_each_item() {
        let weights = Weights::new();
        let time = |n: usize| {
            let visitors: Vec<u64> = (0..n as u64).collect();
            let times = (0..5).map(|_| {
                let began = Instant::now();
                assert_eq!(weights.compute(&visitors).len(), n);
                began.elapsed() / u32::try_from(n).expect("few")
            });
            times.min().expect("five")
        };
        let (alone, together) = (time(1), time(32));
        assert!(together < alone, "{together:?} {alone:?}");
    }
}
