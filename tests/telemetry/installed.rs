//! Remote-write to the real Prometheus and VictoriaMetrics: what arrives is asked of them and compared, sample by sample,
//! over an outage of theirs. Where they are not installed, this says so and passes.

use std::net::{SocketAddr, TcpListener, TcpStream};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use perfdesk::model::Timestamp;
use perfdesk::model::remote_write::{Endpoint, SendState};

use super::support::{PATIENCE, Remote, endpoint, now};

pub const PROMETHEUS: &str = "/usr/bin/prometheus";
pub const VICTORIA: &str = "/usr/bin/victoria-metrics";

/// A program that is ended when this is dropped.
pub struct Program {
    child: Child,
    address: SocketAddr,
}

impl Program {
    /// Starts it, and waits until it listens.
    fn start(command: &mut Command, address: SocketAddr) -> Self {
        let child = command.stdout(Stdio::null()).stderr(Stdio::null()).spawn().expect("it starts");
        let program = Self { child, address };
        let deadline = Instant::now() + PATIENCE;
        while program.get("/-/ready").is_none() && program.get("/health").is_none() {
            assert!(Instant::now() < deadline, "{address} does not answer");
            thread::yield_now();
        }
        program
    }

    /// The answer of this address, where it is a good one.
    fn get(&self, path: &str) -> Option<String> {
        // Fails at once where nobody listens.
        drop(TcpStream::connect(self.address).ok()?);
        let mut answer = ureq::get(format!("http://{}{path}", self.address)).call().ok()?;
        answer.body_mut().read_to_string().ok()
    }

    /// Samples of an expression, by time in milliseconds.
    fn samples(&self, query: &str, at: Timestamp) -> Vec<(i64, f64)> {
        let query =
            query.replace('{', "%7B").replace('}', "%7D").replace('"', "%22").replace('[', "%5B").replace(']', "%5D");
        let path = format!("/api/v1/query?query={query}&time={}", at.as_seconds());
        let text = self.get(&path).unwrap_or_else(|| panic!("no answer to {path}"));
        let answer: serde_json::Value = serde_json::from_str(&text).expect("JSON");
        let values = answer["data"]["result"][0]["values"].as_array().cloned().unwrap_or_default();
        let sample = |pair: serde_json::Value| {
            let at = (pair[0].as_f64().expect("a time") * 1000.0).round() as i64;
            (at, pair[1].as_str().expect("a text").parse().expect("a number"))
        };
        values.into_iter().map(sample).collect()
    }
}

impl Drop for Program {
    fn drop(&mut self) {
        #[cfg(unix)]
        let _ =
            rustix::process::kill_process(rustix::process::Pid::from_child(&self.child), rustix::process::Signal::TERM);
        #[cfg(not(unix))]
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

pub fn free_address() -> SocketAddr {
    TcpListener::bind("127.0.0.1:0").and_then(|listener| listener.local_addr()).expect("a port")
}

/// Prometheus over this folder, listening here.
pub fn prometheus(address: SocketAddr, data: &Path) -> Program {
    let config = data.join("empty.yml");
    std::fs::write(&config, "").expect("written");
    let mut command = Command::new(PROMETHEUS);
    command
        .arg("--web.enable-remote-write-receiver")
        .arg(format!("--config.file={}", config.display()))
        .arg(format!("--storage.tsdb.path={}", data.join("data").display()))
        .arg(format!("--web.listen-address={address}"));
    Program::start(&mut command, address)
}

/// VictoriaMetrics over this folder, listening here.
pub fn victoria(address: SocketAddr, data: &Path) -> Program {
    let mut command = Command::new(VICTORIA);
    command
        .arg(format!("-storageDataPath={}", data.join("data").display()))
        .arg(format!("-httpListenAddr={address}"))
        // What was just taken is shown.
        .arg("-search.latencyOffset=0s");
    Program::start(&mut command, address)
}

/// Sends, has the server go and come back, and compares all samples that it has with all that were put in.
fn over_an_outage(start: impl Fn(SocketAddr, &Path) -> Program, write: &str) {
    let (queue, data) = (tempfile::tempdir().expect("a folder"), tempfile::tempdir().expect("a folder"));
    let address = free_address();
    let program = start(address, data.path());
    let endpoint = Endpoint { max_samples: 300, ..endpoint("home", &format!("http://{address}{write}")) };
    let keys = [r#"system.disk.io{device="sda"}"#, "a.b"];
    let begun = Remote::start(queue.path(), vec![endpoint.clone()], &keys);
    let first = now().as_millis() - 120_000;
    let mut expect = Vec::new();
    let mut feed = |remote: &Remote, seconds: std::ops::Range<i64>| {
        for n in seconds {
            let at = first + n * 1000;
            let value = (n * n) as f64 + 0.125;
            // The second series ends in the middle.
            remote.tick(Timestamp::from_millis(at), &[value, if n < 30 { 1.0 } else { f64::NAN }]);
            expect.push((at, value));
        }
    };
    feed(&begun, 0..40);
    begun.wait_figures("that it is sent", "home", |f| f.counts.n_sent == 71 && f.counts.n_behind == 0);
    drop(program);
    feed(&begun, 40..60);
    begun.wait_figures("that it waits", "home", |f| {
        matches!(f.state, SendState::Waiting { .. }) && f.counts.n_behind >= 20
    });
    // Perfdesk itself ends and begins again in the meantime.
    begun.stop();
    let again = Remote::start(queue.path(), vec![endpoint], &keys);
    feed(&again, 60..90);
    let program = start(address, data.path());
    again.wait_figures("that all is sent", "home", |f| f.counts.n_sent == 50 && f.counts.n_behind == 0);
    let range = "system_disk_io_bytes{device=\"sda\",instance=\"box\",job=\"perfdesk\"}[200s]";
    let until = Timestamp::from_millis(first + 100_000);
    let deadline = Instant::now() + PATIENCE;
    // VictoriaMetrics shows what it took after a moment.
    let mut found = program.samples(range, until);
    while found.len() < expect.len() && Instant::now() < deadline {
        found = program.samples(range, until);
    }
    assert_eq!(found, expect);
    // A mark says that the second has ended: five minutes of looking back find it no more.
    let ended = |seconds: i64| {
        let at = Timestamp::from_millis(first + seconds * 1000);
        let answer =
            program.get(&format!("/api/v1/query?query=a_b_bytes&time={}", at.as_seconds())).expect("an answer");
        answer.contains("\"result\":[]")
    };
    assert_eq!((ended(29), ended(34)), (false, true));
}

#[expect(clippy::print_stdout, reason = "a test that was not run says so")]
pub fn is_installed(program: &str) -> bool {
    let is = Path::new(program).is_file();
    if !is {
        // Said where tests are run by hand.
        println!("{program} is not installed: skipped");
    }
    is
}

#[test]
fn prometheus_has_every_sample_over_an_outage() {
    if !is_installed(PROMETHEUS) {
        return;
    }
    over_an_outage(prometheus, "/api/v1/write");
}

#[test]
fn victoria_metrics_has_every_sample_over_an_outage() {
    if !is_installed(VICTORIA) {
        return;
    }
    over_an_outage(victoria, "/api/v1/write");
}

/// The wait of a series that nobody sends any more is not for ever.
#[test]
fn an_address_where_nobody_listens_is_said_within_the_time_of_a_request() {
    let folder = tempfile::tempdir().expect("a folder");
    let remote = Remote::start(folder.path(), vec![endpoint("home", &format!("http://{}/w", free_address()))], &["a"]);
    remote.tick(Timestamp::from_millis(now().as_millis() - Duration::from_secs(5).as_millis() as i64), &[1.0]);
    let figures = remote.wait_figures("that it waits", "home", |f| matches!(f.state, SendState::Waiting { .. }));
    let SendState::Waiting { why, .. } = figures.state else { unreachable!() };
    assert!(why.ends_with("nothing listens there"), "{why}");
}
