//! Time that moves only when a test says so.

use std::sync::atomic::{AtomicI64, AtomicU64, Ordering};
use std::sync::mpsc::{self, Receiver};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use perfdesk::apply::files::Files;
use perfdesk::apply::world::{Answer, ProgramEnd, RealWorld, World};
use perfdesk::engine::apply_worker::{ApplyPace, Heard, WorldFactory};
use perfdesk::engine::pace::{Pace, SampleControl, Wake};
use perfdesk::engine::tuning::TuningRequest;
use perfdesk::model::Timestamp;
use perfdesk::sampling::Moment;

/// A wall clock and a monotonic one, both moved by the ticks; the wall clock can be set, and the machine can sleep.
#[derive(Debug, Clone, Default)]
pub struct TestClock {
    /// Milliseconds that the wall clock is ahead of where it would be.
    pub set_ahead: Arc<AtomicI64>,
    /// Milliseconds slept.
    pub slept: Arc<AtomicU64>,
    elapsed: Arc<AtomicU64>,
}

impl TestClock {
    /// Wall time so many seconds after the beginning of the made-up time.
    pub fn at(seconds: i64) -> Timestamp {
        Timestamp::from_millis(1_700_000_000_000 + seconds * 1000)
    }

    fn now(&self) -> Timestamp {
        let millis = |count: &AtomicU64| i64::try_from(count.load(Ordering::SeqCst)).expect("small");
        let moved = millis(&self.elapsed) + millis(&self.slept) + self.set_ahead.load(Ordering::SeqCst);
        Timestamp::from_millis(Self::at(0).as_millis() + moved)
    }

    /// The wall clock of an engine.
    pub fn wall(&self) -> Box<dyn Fn() -> Timestamp + Send> {
        let clock = self.clone();
        Box::new(move || clock.now())
    }

    /// The sample thread's time: each number sent lets it make its next tick at that second.
    #[allow(clippy::type_complexity)]
    pub fn pace(&self, ticks: Arc<Mutex<Receiver<u64>>>) -> Box<dyn Fn() -> Box<dyn Pace> + Send> {
        let clock = self.clone();
        Box::new(move || {
            clock.elapsed.store(0, Ordering::SeqCst);
            Box::new(TestPace { clock: clock.clone(), ticks: ticks.clone(), has_ticked: false })
        })
    }

    /// Real files and services under this clock.
    pub fn world(&self) -> Box<WorldFactory> {
        let clock = self.clone();
        Box::new(move || Box::new(TestWorld { real: RealWorld::new(), clock: clock.clone() }))
    }

    /// The apply thread's waiting under this clock.
    pub fn apply_pace(&self) -> Box<dyn ApplyPace> {
        Box::new(self.clone())
    }

    /// A time in which nothing is ever due.
    pub fn stopped() -> Box<dyn Pace> {
        let (_, never) = mpsc::channel();
        Box::new(TestPace { clock: Self::default(), ticks: Arc::new(Mutex::new(never)), has_ticked: true })
    }
}

impl ApplyPace for TestClock {
    fn wait(&mut self, span: Option<Duration>, requests: &Receiver<TuningRequest>) -> Heard {
        let passed = || Duration::from_millis(self.elapsed.load(Ordering::SeqCst));
        let due = span.map(|span| passed() + span);
        loop {
            match requests.recv_timeout(Duration::from_millis(5)) {
                Ok(request) => return Heard::Request(request),
                Err(mpsc::RecvTimeoutError::Disconnected) => return Heard::Ended,
                Err(mpsc::RecvTimeoutError::Timeout) if due.is_some_and(|due| passed() >= due) => return Heard::Due,
                Err(mpsc::RecvTimeoutError::Timeout) => {}
            }
        }
    }
}

/// A program whose start breaks the thread down.
pub const BREAKS: &str = "breaks-the-thread-down";

/// This machine's files and services, under a made-up clock.
#[derive(Debug)]
struct TestWorld {
    real: RealWorld,
    clock: TestClock,
}

impl World for TestWorld {
    fn files(&mut self) -> &mut dyn Files {
        self.real.files()
    }
    fn run(&mut self, argv: &[String], timeout: Duration) -> ProgramEnd {
        assert!(argv[0] != BREAKS, "the reload breaks");
        self.real.run(argv, timeout)
    }
    fn post(&mut self, url: &str, timeout: Duration) -> Result<Answer, String> {
        self.real.post(url, timeout)
    }
    fn get(&mut self, url: &str, timeout: Duration) -> Result<Answer, String> {
        self.real.get(url, timeout)
    }
    fn now(&self) -> Timestamp {
        self.clock.now()
    }
    fn monotonic(&self) -> Duration {
        Duration::from_millis(self.clock.elapsed.load(Ordering::SeqCst))
    }
    fn pause(&mut self, _span: Duration) {}
}

struct TestPace {
    clock: TestClock,
    ticks: Arc<Mutex<Receiver<u64>>>,
    has_ticked: bool,
}

impl Pace for TestPace {
    fn now(&mut self) -> Moment {
        Moment { at: self.clock.now(), elapsed: Duration::from_millis(self.clock.elapsed.load(Ordering::SeqCst)) }
    }

    fn asleep(&mut self) -> Option<Duration> {
        Some(Duration::from_millis(self.clock.slept.load(Ordering::SeqCst)))
    }

    fn wait(&mut self, span: Duration, control: &Receiver<SampleControl>) -> Wake {
        // The first tick of a thread is due at once, whatever the test says.
        if span.is_zero() && !self.has_ticked {
            self.has_ticked = true;
            return Wake::Due;
        }
        loop {
            match control.try_recv() {
                Ok(said) => return Wake::Control(said),
                Err(mpsc::TryRecvError::Disconnected) => return Wake::Ended,
                Err(mpsc::TryRecvError::Empty) => {}
            }
            match self.ticks.lock().expect("one sampler at a time").recv_timeout(Duration::from_millis(5)) {
                Ok(second) => {
                    self.clock.elapsed.store(second * 1000, Ordering::SeqCst);
                    return Wake::Due;
                }
                Err(mpsc::RecvTimeoutError::Timeout) => {}
                Err(mpsc::RecvTimeoutError::Disconnected) => return Wake::Ended,
            }
        }
    }
}
