//! Remote-write's threads with made-up ticks, and waiting for what they tell.

use std::path::Path;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::mpsc::{SyncSender, sync_channel};
use std::sync::{Arc, Condvar, Mutex};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use perfdesk::model::remote_write::Endpoint;
use perfdesk::model::{ProbeId, SeriesDef, SeriesGroup, SeriesId, SeriesInfo, SeriesKey, Timestamp, Unit};
use perfdesk::telemetry::remote_write::{self, Event, Figures, Patience, Request, Tick, Works};

/// How long anything may take.
pub const PATIENCE: Duration = Duration::from_secs(30);

/// Now on the wall clock.
pub fn now() -> Timestamp {
    let since = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).expect("after 1970");
    Timestamp::from_millis(i64::try_from(since.as_millis()).expect("soon"))
}

/// Series of these names, in bytes.
pub fn infos(keys: &[&str]) -> Arc<[SeriesInfo]> {
    let info = |(id, key): (u32, &&str)| SeriesInfo {
        id: SeriesId(id),
        def: Arc::new(SeriesDef {
            key: key.parse::<SeriesKey>().expect("a key"),
            unit: Unit::Bytes,
            group: SeriesGroup::Disks,
            name: "x".into(),
            instance: "".into(),
            probe: ProbeId("x"),
            cadence: None,
        }),
    };
    (0..).zip(keys).map(info).collect()
}

/// An endpoint that is sent what comes at once.
pub fn endpoint(name: &str, url: &str) -> Endpoint {
    Endpoint { name: name.into(), url: url.into(), send_seconds: 1, time_out_seconds: 2, ..Endpoint::default() }
}

/// Tries again soon, so that a test takes no minute.
pub const QUICK: Patience = Patience {
    first: Duration::from_millis(20),
    most: Duration::from_millis(200),
    most_asked: Duration::from_secs(60),
    told_from: 2,
};

#[derive(Default)]
struct Told {
    events: Mutex<Vec<Event>>,
    came: Condvar,
}

/// The threads of remote-write at work.
pub struct Remote {
    requests: Option<SyncSender<Request>>,
    waiting: Arc<AtomicUsize>,
    told: Arc<Told>,
    thread: Option<JoinHandle<()>>,
    series: Arc<[SeriesInfo]>,
}

impl Remote {
    /// Begins over the queues of a folder.
    pub fn start(folder: &Path, endpoints: Vec<Endpoint>, keys: &[&str]) -> Self {
        let told = Arc::new(Told::default());
        let of_threads = told.clone();
        let report = move |event| {
            of_threads.events.lock().expect("alive").push(event);
            of_threads.came.notify_all();
        };
        let works = Works { folder: folder.into(), report: Arc::new(report), clock: Arc::new(now), patience: QUICK };
        let (requests, receiver) = sync_channel(4096);
        let waiting = Arc::new(AtomicUsize::new(0));
        let of_thread = waiting.clone();
        let thread = thread::spawn(move || remote_write::run(&works, &receiver, &of_thread));
        let remote = Self { requests: Some(requests), waiting, told, thread: Some(thread), series: infos(keys) };
        remote.ask(Request::Configure(endpoints));
        remote
    }

    pub fn ask(&self, request: Request) {
        self.waiting.fetch_add(1, Ordering::Relaxed);
        self.requests.as_ref().expect("open").send(request).expect("a thread");
    }

    /// Values of all series at a time.
    pub fn tick(&self, at: Timestamp, values: &[f64]) {
        let values = (0..).map(SeriesId).zip(values.iter().copied()).filter(|(_, value)| value.is_finite()).collect();
        let interval = Duration::from_secs(1);
        self.ask(Request::Tick(Box::new(Tick {
            at,
            interval,
            host: "box".into(),
            series: self.series.clone(),
            values,
        })));
    }

    /// Waits until an event says what is looked for.
    pub fn wait<T>(&self, what: &str, look: impl Fn(&Event) -> Option<T>) -> T {
        let deadline = Instant::now() + PATIENCE;
        let mut events = self.told.events.lock().expect("alive");
        loop {
            if let Some(found) = events.iter().find_map(&look) {
                return found;
            }
            let left = deadline.saturating_duration_since(Instant::now());
            assert!(!left.is_zero(), "{what} was not told; there are {:#?}", &events[events.len().saturating_sub(5)..]);
            events = self.told.came.wait_timeout(events, left).expect("alive").0;
        }
    }

    /// Waits until an endpoint's figures are so.
    pub fn wait_figures(&self, what: &str, name: &str, is_so: impl Fn(&Figures) -> bool) -> Figures {
        self.wait(what, |event| match event {
            Event::Figures(all) => all.iter().find(|figures| &*figures.name == name && is_so(figures)).cloned(),
            _ => None,
        })
    }

    /// What a person was told so far.
    pub fn notices(&self) -> Vec<String> {
        let events = self.told.events.lock().expect("alive");
        let text = |event: &Event| match event {
            Event::Told { text, detail, .. } => Some(format!("{text} | {detail}")),
            Event::Withdraw(text) => Some(format!("over: {text}")),
            _ => None,
        };
        events.iter().filter_map(text).collect()
    }

    /// Ends in order.
    pub fn stop(mut self) {
        self.end();
    }

    fn end(&mut self) {
        self.requests = None;
        if let Some(thread) = self.thread.take() {
            thread.join().expect("ends well");
        }
    }
}

impl Drop for Remote {
    fn drop(&mut self) {
        self.end();
    }
}
