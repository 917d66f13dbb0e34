//! Prometheus as a source: what is found and charted is compared with what was put there; and what fails.

use std::io::{Read as _, Write as _};
use std::net::{SocketAddr, TcpListener};
use std::path::Path;
use std::sync::mpsc::{Receiver, channel};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use perfdesk::model::source::Source;
use perfdesk::model::{TimeRange, Timestamp, ViewId};
use perfdesk::telemetry::prometheus::{Answer, Point, Question, QuestionQueue, key_of, run};

use super::installed::{PROMETHEUS, VICTORIA, free_address, is_installed, prometheus, victoria};
use super::support::{PATIENCE, Remote, endpoint, now};

/// The thread that asks.
struct Asking {
    queue: QuestionQueue,
    answers: Receiver<Answer>,
    thread: Option<JoinHandle<()>>,
}

impl Asking {
    fn start() -> Self {
        let queue = QuestionQueue::default();
        let (tell, answers) = channel();
        let of_thread = queue.clone();
        let thread = thread::spawn(move || run(&of_thread, &|answer| drop(tell.send(answer))));
        Self { queue, answers, thread: Some(thread) }
    }

    fn search(&self, source: &Source, text: &str, range: TimeRange) -> Result<Vec<Vec<(String, String)>>, String> {
        self.queue.put(Question::Search { source: source.clone(), text: text.into(), range }).expect("room");
        match self.answers.recv_timeout(PATIENCE).expect("an answer") {
            Answer::Search { found, .. } => found,
            other => panic!("{other:?}"),
        }
    }

    fn chart(
        &self,
        source: &Source,
        labels: &[(String, String)],
        range: TimeRange,
        step_millis: i64,
    ) -> Result<Vec<Point>, String> {
        let keys = vec![key_of(&source.name, labels)];
        let question = Question::Chart { view: ViewId(1), ticket: 1, source: source.clone(), keys, range, step_millis };
        self.queue.put(question).expect("room");
        match self.answers.recv_timeout(PATIENCE).expect("an answer") {
            Answer::Chart { found, .. } => found.map(|mut curves| curves.remove(0)),
            other => panic!("{other:?}"),
        }
    }
}

impl Drop for Asking {
    fn drop(&mut self) {
        self.queue.close();
        if let Some(thread) = self.thread.take() {
            thread.join().expect("ends well");
        }
    }
}

fn source(url: String) -> Source {
    Source { name: "home".into(), url: url.into(), time_out_seconds: 1, ..Source::default() }
}

/// Puts samples there by remote-write, and asks for them again.
fn what_was_sent_is_found_and_charted(start: impl Fn(SocketAddr, &Path) -> super::installed::Program) {
    let (queue, data) = (tempfile::tempdir().expect("a folder"), tempfile::tempdir().expect("a folder"));
    let address = free_address();
    let program = start(address, data.path());
    let write = endpoint("home", &format!("http://{address}/api/v1/write"));
    let remote = Remote::start(queue.path(), vec![write], &[r#"system.disk.io{device="sd\"a"}"#, "other"]);
    // On a whole minute, so that steps of 10 s begin with it.
    let first = (now().as_millis() - 300_000) / 60_000 * 60_000;
    let value = |n: i64| (n % 7) as f64 - 2.5;
    // Silent from the 60th second to the 100th.
    let sent: Vec<i64> = (0..120).filter(|n| !(60..100).contains(n)).collect();
    for n in &sent {
        remote.tick(Timestamp::from_millis(first + n * 1000), &[value(*n), 1.0]);
    }
    remote.wait_figures("that it is sent", "home", |f| f.counts.n_sent >= 160 && f.counts.n_behind == 0);
    let asking = Asking::start();
    let source = Source { time_out_seconds: 10, ..source(format!("http://{address}/")) };
    let range = TimeRange { start: Timestamp::from_millis(first), end: Timestamp::from_millis(first + 120_000) };
    let deadline = Instant::now() + PATIENCE;
    let mut found = asking.search(&source, "disk io", range).expect("an answer");
    while found.is_empty() && Instant::now() < deadline {
        found = asking.search(&source, "disk io", range).expect("an answer");
    }
    assert_eq!(found.len(), 1, "{found:?}");
    // VictoriaMetrics shows the samples of what it has found a moment later.
    while asking.chart(&source, &found[0], range, 60_000).is_ok_and(|curve| curve.len() < 2)
        && Instant::now() < deadline
    {}
    let device = found[0].iter().find(|(name, _)| name == "device").map(|(_, value)| value.as_str());
    assert_eq!(device, Some("sd\"a"));
    assert_eq!(asking.search(&source, "no such thing", range), Ok(Vec::new()));
    let why = asking.search(&source, "up{", range).expect_err("no selector");
    assert!(why.starts_with(&format!("{address}: it answered 4")), "{why}");
    let expect = |step: i64| -> Vec<Point> {
        let bucket = |k: i64| {
            let all: Vec<f64> = sent.iter().filter(|n| **n / step == k).map(|n| value(*n)).collect();
            (!all.is_empty()).then(|| Point {
                at: first + k * step * 1000,
                min: all.iter().copied().fold(f64::INFINITY, f64::min),
                max: all.iter().copied().fold(f64::NEG_INFINITY, f64::max),
                mean: all.iter().sum::<f64>() / all.len() as f64,
                count: u32::try_from(all.len()).expect("few"),
            })
        };
        (0..120 / step).filter_map(bucket).collect()
    };
    for step in [1, 10, 60] {
        let curve = asking.chart(&source, &found[0], range, step * 1000).expect("an answer");
        let near = |a: &Point, b: &Point| {
            (a.at, a.min, a.max, a.count) == (b.at, b.min, b.max, b.count) && (a.mean - b.mean).abs() < 1e-9
        };
        let expect = expect(step);
        let is_same = curve.len() == expect.len() && curve.iter().zip(&expect).all(|(a, b)| near(a, b));
        let far = curve.iter().zip(&expect).find(|(a, b)| !near(a, b));
        assert!(is_same, "step {step}: {} of {}, {far:?}", curve.len(), expect.len());
    }
    drop(program);
    let why = asking.chart(&source, &found[0], range, 1000).expect_err("nobody is there");
    assert_eq!(why, format!("{address}: nothing listens there"));
}

#[test]
fn prometheus_is_searched_and_charted() {
    if is_installed(PROMETHEUS) {
        what_was_sent_is_found_and_charted(prometheus);
    }
}

#[test]
fn victoria_metrics_is_searched_and_charted() {
    if is_installed(VICTORIA) {
        what_was_sent_is_found_and_charted(victoria);
    }
}

/// A server that answers one request so, and then another; `None` hangs for as long as the test.
fn answering(answers: Vec<Option<Vec<u8>>>) -> SocketAddr {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
    let address = listener.local_addr().expect("an address");
    thread::spawn(move || {
        let mut held = Vec::new();
        for answer in answers {
            let Ok((mut stream, _)) = listener.accept() else { return };
            let _ = stream.read(&mut [0; 4096]);
            match answer {
                Some(bytes) => drop(stream.write_all(&bytes)),
                None => held.push(stream),
            }
        }
    });
    address
}

#[test]
fn what_hangs_is_too_large_or_makes_no_sense_is_said_and_the_next_is_asked() {
    let head = |status: &str, len: usize| {
        format!("HTTP/1.1 {status}\r\nContent-Length: {len}\r\nConnection: close\r\n\r\n").into_bytes()
    };
    let large = [head("200 OK", 9 << 20), vec![b' '; 9 << 20]].concat();
    let html = [head("200 OK", 6), b"<html>".to_vec()].concat();
    let elsewhere = b"HTTP/1.1 302 Found\r\nLocation: http://127.0.0.1:1/\r\nContent-Length: 0\r\n\r\n".to_vec();
    let cut = [head("200 OK", 100), b"{".to_vec()].concat();
    let address = answering(vec![None, Some(large), Some(html), Some(elsewhere), Some(cut)]);
    let asking = Asking::start();
    let source = source(format!("http://{address}"));
    let range = TimeRange::ending_at(now(), Duration::from_secs(60));
    for expect in ["no answer in time", "larger than 8 MiB", "does not read", "answered 302", "answer broke off"] {
        let why = asking.search(&source, "x", range).expect_err(expect);
        assert!(why.contains(expect), "{expect}: {why}");
    }
}

#[test]
fn the_end_waits_for_no_answer() {
    let address = answering(vec![None]);
    let asking = Asking::start();
    let source = Source { time_out_seconds: 60, ..source(format!("http://{address}")) };
    let range = TimeRange::ending_at(now(), Duration::from_secs(60));
    asking.queue.put(Question::Search { source, text: "x".into(), range }).expect("room");
    let begun = Instant::now();
    drop(asking);
    assert!(begun.elapsed() < Duration::from_secs(5));
}
