//! An exporter on loopback that answers as a test has it, and a watch whose findings are waited for.

use std::io::{BufRead as _, BufReader, Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Condvar, Mutex};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use perfdesk::model::ProcessKey;
use perfdesk::model::database::{DatabaseTarget, Plan};
use perfdesk::model::process::ProcessTable;
use perfdesk::model::service::{HealthCheck, Target};
use perfdesk::telemetry::bind::Owners;
use perfdesk::telemetry::database::Looked;
use perfdesk::telemetry::health_check::Checked;
use perfdesk::telemetry::scrape::{Scraped, Value};
use perfdesk::telemetry::watch::{Watch, WatchSink, Watched};

use super::support::{PATIENCE, now};

/// A stream of either kind.
pub trait Wire: Read + Write + Send {}
impl<T: Read + Write + Send> Wire for T {}

/// What a connection is, before HTTP.
pub type Wrap = Arc<dyn Fn(TcpStream) -> Option<Box<dyn Wire>> + Send + Sync>;
/// What is done with the n-th request, all connections together, and its head; `false` closes the connection.
pub type Serve = Arc<dyn Fn(usize, &str, &mut dyn Wire, &Life) -> bool + Send + Sync>;

/// Whether the server still lives.
#[derive(Default)]
pub struct Life {
    is_over: Mutex<bool>,
    changed: Condvar,
    heads: Mutex<Vec<String>>,
    n_connections: Mutex<usize>,
}

impl Life {
    /// Waits until the server ends, at most this long; gives whether it has ended.
    pub fn wait(&self, most: Duration) -> bool {
        let over = self.is_over.lock().expect("alive");
        *self.changed.wait_timeout_while(over, most, |is_over| !*is_over).expect("alive").0
    }
}

/// The exporter; it ends when it is dropped.
pub struct Exporter {
    pub address: SocketAddr,
    pub life: Arc<Life>,
    is_closed: Arc<AtomicBool>,
    thread: Option<JoinHandle<()>>,
}

/// An answer with this status, further head lines and a body.
pub fn answer(status: &str, lines: &str, body: &[u8]) -> Vec<u8> {
    let mut bytes = format!("HTTP/1.1 {status}\r\n{lines}Content-Length: {}\r\n\r\n", body.len()).into_bytes();
    bytes.extend_from_slice(body);
    bytes
}

impl Exporter {
    pub fn start(serve: impl Fn(usize, &str, &mut dyn Wire, &Life) -> bool + Send + Sync + 'static) -> Self {
        Self::at(SocketAddr::from(([127, 0, 0, 1], 0)), Arc::new(|tcp| Some(Box::new(tcp))), Arc::new(serve))
    }

    /// One that always says this.
    pub fn saying(body: &'static str) -> Self {
        Self::start(move |_, _, wire, _| wire.write_all(&answer("200 OK", "", body.as_bytes())).is_ok())
    }

    pub fn at(address: SocketAddr, wrap: Wrap, serve: Serve) -> Self {
        let listener = TcpListener::bind(address).expect("a port");
        let address = listener.local_addr().expect("an address");
        let (life, is_closed) = (Arc::new(Life::default()), Arc::new(AtomicBool::new(false)));
        let (of_thread, of_closing) = (life.clone(), is_closed.clone());
        let thread = thread::spawn(move || {
            for tcp in listener.incoming() {
                if of_closing.load(Ordering::Relaxed) {
                    return;
                }
                let Ok(tcp) = tcp else { continue };
                let (life, wrap, serve) = (of_thread.clone(), wrap.clone(), serve.clone());
                *life.n_connections.lock().expect("alive") += 1;
                thread::spawn(move || connection(tcp, &life, &wrap, &serve));
            }
        });
        Self { address, life, is_closed, thread: Some(thread) }
    }

    /// The heads of all requests that came.
    pub fn heads(&self) -> Vec<String> {
        self.life.heads.lock().expect("alive").clone()
    }

    pub fn n_connections(&self) -> usize {
        *self.life.n_connections.lock().expect("alive")
    }

    pub fn target(&self, name: &str) -> Target {
        target(name, &format!("http://{}/metrics", self.address))
    }
}

impl Drop for Exporter {
    fn drop(&mut self) {
        *self.life.is_over.lock().expect("alive") = true;
        self.life.changed.notify_all();
        self.is_closed.store(true, Ordering::Relaxed);
        // The listener hears of it by one more connection.
        let _ = TcpStream::connect(self.address);
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}

fn connection(tcp: TcpStream, life: &Life, wrap: &Wrap, serve: &Serve) {
    // A connection that rests ends with the server.
    let _ = tcp.set_read_timeout(Some(PATIENCE));
    let Some(wire) = wrap(tcp) else { return };
    let mut reader = BufReader::new(wire);
    loop {
        let mut head = String::new();
        while !head.ends_with("\r\n\r\n") {
            if !matches!(reader.read_line(&mut head), Ok(1..)) {
                return;
            }
        }
        let n = {
            let mut heads = life.heads.lock().expect("alive");
            heads.push(head.clone());
            heads.len() - 1
        };
        if !serve(n, &head, reader.get_mut(), life) || life.wait(Duration::ZERO) {
            return;
        }
    }
}

/// A target that is scraped every second.
pub fn target(name: &str, url: &str) -> Target {
    Target { name: name.into(), url: url.into(), interval_seconds: 1, time_out_seconds: 1, ..Target::default() }
}

/// What was found out at one time.
#[derive(Debug, Clone)]
pub struct Seen {
    pub name: String,
    /// Series with their values, one a line, and what could not be read; or why there is nothing.
    pub found: Result<String, String>,
    pub took: Duration,
    pub at: Instant,
}

#[derive(Default)]
struct Gathered {
    seen: Mutex<Vec<Seen>>,
    table: Mutex<ProcessTable>,
    came: Condvar,
}

impl Gathered {
    fn put(&self, seen: Seen) {
        self.seen.lock().expect("alive").push(seen);
        self.came.notify_all();
    }
}

impl WatchSink for Gathered {
    fn looked(&self, _: &DatabaseTarget, _: Looked) {}

    fn planned(&self, _: &DatabaseTarget, _: Plan) {}

    fn scraped(&self, target: &Target, scraped: &Scraped<'_>) {
        let found = scraped.found.as_ref().map_err(ToString::to_string).map(|families| {
            let mut text = String::new();
            for point in families.points() {
                let value = match &point.value {
                    Value::Number(value) => value.to_string(),
                    other => format!("{other:?}"),
                };
                text += &format!("{} {value}\n", point.name);
            }
            text + &families.bad_line
        });
        self.put(Seen { name: target.name.to_string(), found, took: scraped.took, at: Instant::now() });
    }

    fn checked(&self, check: &HealthCheck, checked: &Checked) {
        let found = checked.fault.as_ref().map_or(Ok(String::new()), |fault| Err(fault.to_string()));
        self.put(Seen { name: check.name.to_string(), found, took: checked.took, at: Instant::now() });
    }

    fn processes(&self) -> ProcessTable {
        self.table.lock().expect("alive").clone()
    }

    fn bound(&self) -> Vec<ProcessKey> {
        Vec::new()
    }

    fn owners(&self, owners: Owners) {
        self.put(Seen {
            name: "owners".into(),
            found: Ok(format!("{owners:?}")),
            took: Duration::ZERO,
            at: Instant::now(),
        });
    }
}

/// A watch at work.
pub struct Watching {
    gathered: Arc<Gathered>,
    watch: Option<Watch>,
}

impl Watching {
    pub fn start(watched: Watched) -> Self {
        let gathered = Arc::new(Gathered::default());
        let watch = Watch::start(gathered.clone(), Arc::new(now)).expect("a thread");
        watch.set(watched);
        Self { gathered, watch: Some(watch) }
    }

    pub fn targets(targets: Vec<Target>) -> Self {
        Self::start(Watched { targets, ..Watched::default() })
    }

    pub fn checks(checks: Vec<HealthCheck>) -> Self {
        Self::start(Watched { checks, ..Watched::default() })
    }

    pub fn watch(&self) -> &Watch {
        self.watch.as_ref().expect("not stopped")
    }

    /// Everything that was seen of one, once it is enough.
    pub fn wait(&self, name: &str, is_enough: impl Fn(&[Seen]) -> bool) -> Vec<Seen> {
        let deadline = Instant::now() + PATIENCE;
        let mut all = self.gathered.seen.lock().expect("alive");
        loop {
            let of: Vec<Seen> = all.iter().filter(|seen| seen.name == name).cloned().collect();
            if is_enough(&of) {
                return of;
            }
            let left = deadline.saturating_duration_since(Instant::now());
            assert!(!left.is_zero(), "{name} was not seen so; there are {all:#?}");
            all = self.gathered.came.wait_timeout(all, left).expect("alive").0;
        }
    }

    /// What was found out first.
    pub fn first(&self, name: &str) -> Result<String, String> {
        self.wait(name, |seen| !seen.is_empty())[0].found.clone()
    }

    /// Ends it; gives the time that took.
    pub fn stop(mut self) -> Duration {
        let started = Instant::now();
        self.watch.take().expect("not stopped").stop();
        started.elapsed()
    }
}
