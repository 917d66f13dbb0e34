//! The queue of orders, and who sends them: a message for each order that was placed, taken one after the other.

use std::sync::Arc;
use std::time::Instant;

use tokio::sync::mpsc;
use tokio::task::JoinHandle;

use super::database::{Pool, Query, query};
use super::limits::Level;
use super::meter::Kind;
use super::meter::record::{ORDERS, Record};
use super::report::{SpanKind, Told, Trace};

/// Orders that may wait.
const MOST_WAITING: usize = 5_000;
/// Orders that are sent together, in one transaction: what writing costs is paid once for all of them.
const TOGETHER: usize = 64;

/// An order to be sent.
#[derive(Debug)]
pub struct Message {
    /// Its number.
    pub order: i64,
    /// Who asked for it: a trace's header.
    pub parent: String,
}

/// The queue.
#[derive(Clone)]
pub struct Orders {
    sender: mpsc::Sender<Message>,
    record: Arc<Record>,
}

impl Orders {
    /// Starts the worker. It ends when the last of these is gone and the queue is empty.
    pub fn start(pool: Arc<Pool>, record: Arc<Record>, told: Told) -> (Self, JoinHandle<()>) {
        let (sender, mut receiver) = mpsc::channel(MOST_WAITING);
        let about = "Messages that wait.";
        let depth = record.meter.family("messaging.queue.depth", "{message}", Kind::UpDown, about);
        let of = sender.downgrade();
        depth.observe(vec![("messaging.destination.name", ORDERS.into())], move || {
            of.upgrade().map_or(0.0, |sender: mpsc::Sender<Message>| (sender.max_capacity() - sender.capacity()) as f64)
        });
        let of = record.clone();
        let worker = tokio::spawn(async move {
            let mut messages = Vec::with_capacity(TOGETHER);
            while receiver.recv_many(&mut messages, TOGETHER).await > 0 {
                of.taken.add_many(messages.len() as u64);
                fulfil(&pool, &of, &told, &messages).await;
                messages.clear();
            }
        });
        (Self { sender, record }, worker)
    }

    /// Sends an order on its way; whether there was room.
    pub fn send(&self, trace: &mut Trace, order: i64) -> bool {
        let began = Instant::now();
        let id = super::clock::random();
        let is_sent = self.sender.try_send(Message { order, parent: trace.header(id) }).is_ok();
        if is_sent {
            self.record.sent.add();
        }
        let error = if is_sent { "" } else { "queue_full" };
        trace.add_with_id(
            id,
            "send orders",
            SpanKind::Producer,
            (began, Instant::now()),
            error,
            vec![
                ("messaging.system", "in_process".into()),
                ("messaging.destination.name", ORDERS.into()),
                ("messaging.operation.name", "send".into()),
            ],
        );
        is_sent
    }
}

async fn fulfil(pool: &Arc<Pool>, record: &Record, told: &Told, messages: &[Message]) {
    let began = Instant::now();
    let begin = |message: &Message| Trace::from_parent(&message.parent).unwrap_or_else(|| told.tracer.begin());
    let mut traces: Vec<Trace> = messages.iter().map(begin).collect();
    let Some(first) = traces.first_mut() else { return };
    let orders: Vec<i64> = messages.iter().map(|message| message.order).collect();
    // The work on the database stands in the trace of the first.
    let error = match pool.acquire(first).await {
        Ok(mut lease) => {
            let sent = lease.query(first, Query::Send, move |c| query::send(c, &orders)).await;
            sent.err().map_or("", |e| e.kind())
        }
        Err(e) => e.kind(),
    };
    let ended = Instant::now();
    let took = ended - began;
    let is_error = !error.is_empty();
    if is_error {
        let text = || format!("{} orders were not sent: {error}", messages.len());
        told.log.say_of((first.id, first.root), Level::Error, text);
    }
    for mut trace in traces {
        record.processed(error, took);
        if told.tracer.wants(&trace, took, is_error) {
            trace.close(
                "process orders",
                SpanKind::Consumer,
                (began, ended),
                error,
                vec![
                    ("messaging.system", "in_process".into()),
                    ("messaging.destination.name", ORDERS.into()),
                    ("messaging.operation.name", "process".into()),
                ],
            );
            told.tracer.end(trace, took, is_error);
        }
    }
}
