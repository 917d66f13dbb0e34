//! The threads that tell, and their queues.

use std::collections::BTreeMap;
use std::io;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::sync::mpsc::{self, Receiver, RecvTimeoutError, SyncSender};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use super::order::{Order, Outcome};
use super::payload;
use super::post::{LOOK_EVERY, Patience, post};
use super::stop::Stop;
use super::{desktop, program};

/// Messages that may wait for one way.
pub const WAY_CAPACITY: usize = 16;
/// Webhooks that may have a thread of their own; further ones share the last.
const MAX_WEBHOOK_THREADS: usize = 8;
/// A notification service that has not answered by then will not.
const DESKTOP_TIME_OUT: Duration = Duration::from_secs(5);
/// What is said of a thread that broke down over a message.
const BROKE_DOWN: &str = "Telling broke down";

/// Where outcomes go; called on the threads that tell.
pub type Report = Arc<dyn Fn(Outcome) + Send + Sync>;

/// A thread and its queue.
#[derive(Debug)]
struct Way {
    queue: SyncSender<Order>,
    thread: JoinHandle<()>,
}

/// The ways of telling. Threads begin with their first message; dropping this ends them, and does not wait.
pub struct Ways {
    report: Report,
    patience: Patience,
    stop: Stop,
    desktop: Option<Way>,
    program: Option<Way>,
    webhooks: BTreeMap<Arc<str>, Way>,
}

impl Ways {
    /// Ways that report what comes of each message.
    pub fn new(report: Report, patience: Patience) -> Self {
        let stop = Stop::default();
        Self { report, patience, stop, desktop: None, program: None, webhooks: BTreeMap::new() }
    }

    /// Gives a message to its way.
    ///
    /// # Errors
    /// The message, where too many wait or the thread could not be started.
    pub fn send(&mut self, order: Order) -> Result<(), Box<Order>> {
        let way = match &order {
            Order::Desktop(_) => {
                begun(&mut self.desktop, "notify-desktop", &self.report, &self.stop, tell_desktop(&self.stop))
            }
            Order::Program { .. } => {
                begun(&mut self.program, "notify-program", &self.report, &self.stop, tell_program(&self.stop))
            }
            Order::Webhook { webhook, .. } | Order::TestWebhook { webhook, .. } => self.webhook(&webhook.name.clone()),
        };
        let Ok(way) = way else { return Err(Box::new(order)) };
        way.queue.try_send(order).map_err(|e| match e {
            mpsc::TrySendError::Full(order) | mpsc::TrySendError::Disconnected(order) => Box::new(order),
        })
    }

    /// The thread of a webhook: one that hangs holds up no other.
    fn webhook(&mut self, name: &Arc<str>) -> io::Result<&Way> {
        let is_full = self.webhooks.len() >= MAX_WEBHOOK_THREADS && !self.webhooks.contains_key(name);
        let name = match self.webhooks.keys().next_back().filter(|_| is_full) {
            Some(shared) => shared.clone(),
            None => name.clone(),
        };
        if !self.webhooks.contains_key(&name) {
            let (stop, patience) = (self.stop.clone(), self.patience);
            let tell = move |order: &Order| match order {
                Order::Webhook { webhook, message, host } => {
                    post(webhook, &payload::body(message, host), &patience, &stop)
                }
                Order::TestWebhook { webhook, host } => post(webhook, &payload::test_body(host), &patience, &stop),
                Order::Desktop(_) | Order::Program { .. } => Err("It went the wrong way".into()),
            };
            let way = start("notify-webhook", &self.report, &self.stop, Box::new(tell))?;
            self.webhooks.insert(name.clone(), way);
        }
        self.webhooks.get(&name).ok_or_else(|| io::Error::other("no thread"))
    }

    /// Ends the threads; gives those to join.
    pub fn close(&mut self) -> Vec<JoinHandle<()>> {
        self.stop.say();
        let webhooks = std::mem::take(&mut self.webhooks).into_values();
        self.desktop.take().into_iter().chain(self.program.take()).chain(webhooks).map(|way| way.thread).collect()
    }
}

impl Drop for Ways {
    fn drop(&mut self) {
        self.close();
    }
}

type Tell = Box<dyn FnMut(&Order) -> Result<String, String> + Send>;

fn begun<'a>(
    place: &'a mut Option<Way>,
    name: &'static str,
    report: &Report,
    stop: &Stop,
    tell: Tell,
) -> io::Result<&'a Way> {
    match place {
        Some(way) => Ok(way),
        None => Ok(place.insert(start(name, report, stop, tell)?)),
    }
}

fn start(name: &'static str, report: &Report, stop: &Stop, tell: Tell) -> io::Result<Way> {
    let (queue, orders) = mpsc::sync_channel(WAY_CAPACITY);
    let (report, stop) = (report.clone(), stop.clone());
    let body = move || run(&orders, tell, &report, &stop);
    let thread = thread::Builder::new().name(name.into()).stack_size(512 * 1024).spawn(body)?;
    Ok(Way { queue, thread })
}

/// Tells until the queue is closed or the program ends; what breaks down costs no other message.
fn run(orders: &Receiver<Order>, mut tell: Tell, report: &Report, stop: &Stop) {
    while let Ok(order) = orders.recv() {
        if stop.is_said() {
            return;
        }
        let result = catch_unwind(AssertUnwindSafe(|| tell(&order))).unwrap_or_else(|_| Err(BROKE_DOWN.into()));
        if stop.is_said() {
            return;
        }
        report(Outcome::of(&order, result));
    }
}

fn tell_program(stop: &Stop) -> Tell {
    let stop = stop.clone();
    Box::new(move |order| match order {
        Order::Program { action, message, host } => program::run(action, message, host, &stop),
        _ => Err("It went the wrong way".into()),
    })
}

/// Shows notifications on a thread of their own: a service that hangs is given up, and asked no more until it is free.
fn tell_desktop(stop: &Stop) -> Tell {
    let stop = stop.clone();
    let mut hanging: Option<Receiver<Result<String, String>>> = None;
    Box::new(move |order| {
        let Order::Desktop(message) = order else { return Err("It went the wrong way".into()) };
        if let Some(told) = &hanging {
            if told.try_recv() == Err(mpsc::TryRecvError::Empty) {
                return Err("The notification service still hangs".into());
            }
            hanging = None;
        }
        let (answer, told) = mpsc::channel();
        let message = message.clone();
        let show = move || {
            let _ = answer.send(desktop::show(&message));
        };
        thread::Builder::new().name("notification".into()).spawn(show).map_err(|e| e.to_string())?;
        let started = Instant::now();
        loop {
            match told.recv_timeout(LOOK_EVERY) {
                Ok(result) => return result,
                Err(RecvTimeoutError::Disconnected) => return Err(BROKE_DOWN.into()),
                Err(RecvTimeoutError::Timeout) if stop.is_said() || started.elapsed() >= DESKTOP_TIME_OUT => {
                    hanging = Some(told);
                    return Err("The notification service gave no answer within 5 s".into());
                }
                Err(RecvTimeoutError::Timeout) => {}
            }
        }
    })
}
