//! Trouble on request: the service slows, fails, leaks, holds locks and burns CPU for a while, and stops by itself. All of it
//! is real: time is waited, connections are held, memory is kept, the database's write lock is taken.

use std::sync::atomic::{AtomicBool, AtomicU64, Ordering::Relaxed};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use serde_json::{Value, json};
use tokio::time::sleep;

use super::clock::random_share;
use super::database::{Pool, Query};
use super::limits::Level;
use super::report::{Log, Trace};

/// How long trouble lasts where that is not told, and at most.
const LASTS: (Duration, Duration) = (Duration::from_secs(30), Duration::from_secs(600));
/// Memory that is kept at most, MiB.
const MOST_MIB: u64 = 1_024;
/// Between two looks at whether it is over.
const STEP: Duration = Duration::from_millis(100);

/// What is asked for.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct Trouble {
    /// Added to each request.
    pub slow: Duration,
    /// Share of the requests that fail.
    pub fail: f64,
    /// Connections of the pool that are held.
    pub leak: u32,
    /// MiB that are kept more each second.
    pub memory: u32,
    /// How long the database's write lock is held, again and again with pauses as long.
    pub lock: Duration,
    /// Threads that do nothing but count.
    pub cpu: u32,
    /// Added to each payment by the payments service.
    pub payments: Duration,
    /// How long all this lasts.
    pub lasts: Duration,
}

impl Trouble {
    /// Reads `slow=200ms&fail=0.2&leak=5&memory=10&lock=300ms&cpu=1&payments=1s&for=30s`.
    ///
    /// # Errors
    /// What is wrong, as a sentence.
    pub fn read(query: &str) -> Result<Self, String> {
        let mut trouble = Self { lasts: LASTS.0, ..Self::default() };
        for pair in query.split('&').filter(|pair| !pair.is_empty()) {
            let (name, text) = pair.split_once('=').unwrap_or((pair, ""));
            let time = || time(text).ok_or_else(|| format!("{name} has to be a time up to 60 s, such as 200ms or 2s"));
            let count = |most: u32| {
                let fits = text.parse().ok().filter(|n| *n <= most);
                fits.ok_or_else(|| format!("{name} has to be a whole number from 0 to {most}"))
            };
            match name {
                "slow" => trouble.slow = time()?,
                "lock" => trouble.lock = time()?,
                "payments" => trouble.payments = time()?,
                "leak" => trouble.leak = count(1_000)?,
                "memory" => trouble.memory = count(256)?,
                "cpu" => trouble.cpu = count(64)?,
                "for" => {
                    let fits = seconds(text).filter(|lasts| *lasts <= LASTS.1);
                    trouble.lasts = fits.ok_or("for has to be a time up to 10 min, such as 30s")?;
                }
                "fail" => {
                    let fits = text.parse().ok().filter(|share| (0.0..=1.0).contains(share));
                    trouble.fail = fits.ok_or("fail has to be a share from 0 to 1")?;
                }
                _ => return Err("it takes slow, fail, leak, memory, lock, cpu, payments and for".into()),
            }
        }
        Ok(trouble)
    }

    fn is_any(&self) -> bool {
        *self != Self { lasts: self.lasts, ..Self::default() }
    }
}

fn time(text: &str) -> Option<Duration> {
    seconds(text).filter(|time| *time <= Duration::from_secs(60))
}

/// `200ms`, `2s`, `1.5s`, `5m`; a plain number is seconds.
fn seconds(text: &str) -> Option<Duration> {
    let end = text.find(|c: char| !c.is_ascii_digit() && c != '.').unwrap_or(text.len());
    let number: f64 = text[..end].parse().ok()?;
    let unit = match &text[end..] {
        "ms" => 0.001,
        "" | "s" => 1.0,
        "m" | "min" => 60.0,
        _ => return None,
    };
    Duration::try_from_secs_f64(number * unit).ok()
}

#[derive(Default)]
struct State {
    trouble: Trouble,
    /// Which request for trouble this is; the work of an earlier one ends.
    number: u64,
    until: Option<Instant>,
}

/// The trouble there is.
#[derive(Default)]
pub struct Chaos {
    is_on: AtomicBool,
    kept_mib: AtomicU64,
    state: Mutex<State>,
}

impl Chaos {
    /// What is on now; nothing once its time is over.
    pub fn now(&self) -> Option<Trouble> {
        if !self.is_on.load(Relaxed) {
            return None;
        }
        let state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        let is_over = state.until.is_none_or(|until| until <= Instant::now());
        if is_over {
            self.is_on.store(false, Relaxed);
        }
        (!is_over).then_some(state.trouble)
    }

    /// What is on now, for people.
    pub fn json(&self) -> Value {
        let Some(trouble) = self.now() else { return json!({ "is_on": false }) };
        let until = self.state.lock().unwrap_or_else(PoisonError::into_inner).until;
        let left = until.map_or(0.0, |until| until.saturating_duration_since(Instant::now()).as_secs_f64());
        json!({
            "is_on": true,
            "seconds_left": (left * 10.0).round() / 10.0,
            "slow_ms": millis(trouble.slow),
            "fail": trouble.fail,
            "leak_connections": trouble.leak,
            "memory_mib_per_second": trouble.memory,
            "memory_kept_mib": self.kept_mib.load(Relaxed),
            "lock_ms": millis(trouble.lock),
            "cpu_threads": trouble.cpu,
            "payments_ms": millis(trouble.payments),
        })
    }

    /// Ends all trouble.
    pub fn end(&self) {
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        *state = State { number: state.number + 1, ..State::default() };
        self.is_on.store(false, Relaxed);
    }

    /// Makes this trouble from now on, in place of what there was.
    pub fn begin(self: &Arc<Self>, trouble: Trouble, pool: &Arc<Pool>, log: &Arc<Log>) {
        self.end();
        if !trouble.is_any() {
            return;
        }
        let number = {
            let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
            (state.trouble, state.until) = (trouble, Some(Instant::now() + trouble.lasts));
            state.number
        };
        self.is_on.store(true, Relaxed);
        log.say(Level::Warn, || format!("trouble was asked for: {}", self.json()));
        if trouble.leak > 0 {
            tokio::spawn(leak(self.clone(), number, pool.clone(), trouble.leak));
        }
        if trouble.memory > 0 {
            tokio::spawn(keep(self.clone(), number, trouble.memory));
        }
        if !trouble.lock.is_zero() {
            tokio::spawn(lock(self.clone(), number, pool.clone(), trouble.lock));
        }
        for _ in 0..trouble.cpu {
            let chaos = self.clone();
            let body = move || {
                let mut n = 0u64;
                while chaos.goes_on(number) {
                    (0..2_000_000u64).for_each(|i| n = std::hint::black_box(n.wrapping_mul(31) ^ i));
                }
            };
            // Without a thread there is less trouble.
            let _ = std::thread::Builder::new().name("chaos".into()).spawn(body);
        }
    }

    fn goes_on(&self, number: u64) -> bool {
        let state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        state.number == number && state.until.is_some_and(|until| until > Instant::now())
    }

    /// Waits as long as a request is slowed; whether it has to fail.
    pub async fn meet(&self) -> bool {
        let Some(trouble) = self.now() else { return false };
        if !trouble.slow.is_zero() {
            sleep(trouble.slow).await;
        }
        trouble.fail > 0.0 && random_share() < trouble.fail
    }
}

fn millis(time: Duration) -> u64 {
    u64::try_from(time.as_millis()).unwrap_or(u64::MAX)
}

async fn leak(chaos: Arc<Chaos>, number: u64, pool: Arc<Pool>, n: u32) {
    let mut held = Vec::new();
    let mut trace = Trace::new(false);
    while chaos.goes_on(number) {
        if held.len() < n as usize
            && let Ok(lease) = pool.acquire(&mut trace).await
        {
            held.push(lease);
            trace.spans.clear();
        } else {
            sleep(STEP).await;
        }
    }
}

async fn keep(chaos: Arc<Chaos>, number: u64, mib_a_second: u32) {
    let mut kept: Vec<Vec<u8>> = Vec::new();
    while chaos.goes_on(number) {
        if (kept.len() as u64) < MOST_MIB {
            // Bytes that are not zero are really taken.
            (0..mib_a_second).for_each(|_| kept.push(vec![1; 1 << 20]));
            chaos.kept_mib.store(kept.len() as u64, Relaxed);
        }
        for _ in 0..10 {
            if chaos.goes_on(number) {
                sleep(STEP).await;
            }
        }
    }
    chaos.kept_mib.store(0, Relaxed);
}

async fn lock(chaos: Arc<Chaos>, number: u64, pool: Arc<Pool>, time: Duration) {
    let mut trace = Trace::new(false);
    while chaos.goes_on(number) {
        if let Ok(mut lease) = pool.acquire(&mut trace).await {
            let hold = lease.query(&mut trace, Query::Hold, move |connection| {
                connection.execute_batch("BEGIN IMMEDIATE")?;
                std::thread::sleep(time);
                connection.execute_batch("COMMIT")
            });
            // One that another holds already is tried again.
            let _ = hold.await;
        }
        trace.spans.clear();
        sleep(time.max(STEP)).await;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn trouble_is_read_and_refused_in_words() {
        let read =
            Trouble::read("slow=200ms&fail=0.25&leak=5&memory=2&lock=0.3s&cpu=1&payments=1s&for=2m").expect("sound");
        let expect = Trouble {
            slow: Duration::from_millis(200),
            fail: 0.25,
            leak: 5,
            memory: 2,
            lock: Duration::from_millis(300),
            cpu: 1,
            payments: Duration::from_secs(1),
            lasts: Duration::from_secs(120),
        };
        assert_eq!(read, expect);
        assert!(!Trouble::read("for=5s").expect("sound").is_any());
        for (text, why) in [
            ("slow=soon", "slow has to be a time up to 60 s, such as 200ms or 2s"),
            ("slow=2h", "slow has to be a time up to 60 s, such as 200ms or 2s"),
            ("for=11m", "for has to be a time up to 10 min, such as 30s"),
            ("fail=2", "fail has to be a share from 0 to 1"),
            ("leak=-1", "leak has to be a whole number from 0 to 1000"),
            ("burn=1", "it takes slow, fail, leak, memory, lock, cpu, payments and for"),
        ] {
            assert_eq!(Trouble::read(text).expect_err(text), why);
        }
    }
}
