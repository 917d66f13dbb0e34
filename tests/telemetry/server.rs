//! A server on loopback that takes remote-write and answers as it is told.

use std::collections::{BTreeMap, VecDeque};
use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Condvar, Mutex};
use std::thread::{self, JoinHandle};
use std::time::Instant;

use perfdesk::telemetry::remote_write::message::WriteRequest;
use prost::Message as _;

use super::support::PATIENCE;

/// How a request is answered.
#[derive(Debug, Clone)]
pub enum Answer {
    /// With this status, further head lines, and a body.
    Status(u16, &'static str, &'static str),
    /// Not at all, for as long as the server lives.
    Hang,
    /// By closing, after it was taken in.
    TakeAndClose,
}

/// A request that came.
#[derive(Debug, Clone)]
pub struct Got {
    pub head: BTreeMap<String, String>,
    pub message: WriteRequest,
    pub n_bytes: usize,
    pub at: Instant,
    /// Whether the server said that it has it.
    pub is_taken: bool,
}

#[derive(Default)]
struct Shared {
    script: Mutex<VecDeque<Answer>>,
    got: Mutex<Vec<Got>>,
    came: Condvar,
    is_ended: AtomicBool,
}

/// The server; it ends when it is dropped.
pub struct Server {
    pub address: SocketAddr,
    shared: Arc<Shared>,
    thread: Option<JoinHandle<()>>,
}

impl Server {
    /// One that answers the first requests so, and all others with 204.
    pub fn start(script: impl IntoIterator<Item = Answer>) -> Self {
        Self::at(SocketAddr::from(([127, 0, 0, 1], 0)), script)
    }

    /// One at this address.
    pub fn at(address: SocketAddr, script: impl IntoIterator<Item = Answer>) -> Self {
        let listener = TcpListener::bind(address).expect("a port");
        let address = listener.local_addr().expect("an address");
        let shared = Arc::new(Shared { script: Mutex::new(script.into_iter().collect()), ..Shared::default() });
        let of_thread = shared.clone();
        let thread = thread::spawn(move || {
            for stream in listener.incoming() {
                if of_thread.is_ended.load(Ordering::Relaxed) {
                    return;
                }
                let (shared, Ok(stream)) = (of_thread.clone(), stream) else { continue };
                thread::spawn(move || serve(&shared, stream));
            }
        });
        Self { address, shared, thread: Some(thread) }
    }

    pub fn url(&self) -> String {
        format!("http://{}/api/v1/write?secret=no", self.address)
    }

    /// Everything that came, once `is_enough` says so.
    pub fn wait(&self, what: &str, is_enough: impl Fn(&[Got]) -> bool) -> Vec<Got> {
        let deadline = Instant::now() + PATIENCE;
        let mut got = self.shared.got.lock().expect("alive");
        while !is_enough(&got) {
            let left = deadline.saturating_duration_since(Instant::now());
            assert!(
                !left.is_zero(),
                "{what} did not come; there are {:?}",
                got.iter().map(|g| g.n_bytes).collect::<Vec<_>>()
            );
            got = self.shared.came.wait_timeout(got, left).expect("alive").0;
        }
        got.clone()
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.shared.is_ended.store(true, Ordering::Relaxed);
        // The listener hears of it by one more connection.
        let _ = TcpStream::connect(self.address);
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
        self.shared.came.notify_all();
    }
}

fn serve(shared: &Shared, stream: TcpStream) {
    let mut writer = stream.try_clone().expect("a stream");
    let mut reader = BufReader::new(stream);
    while let Some((head, body)) = request(&mut reader) {
        if shared.is_ended.load(Ordering::Relaxed) {
            return;
        }
        let answer = shared.script.lock().expect("alive").pop_front().unwrap_or(Answer::Status(204, "", ""));
        let bytes = snap::raw::Decoder::new().decompress_vec(&body).expect("snappy");
        let message = WriteRequest::decode(&bytes[..]).expect("protobuf");
        let is_taken = matches!(answer, Answer::TakeAndClose | Answer::Status(200..300, ..));
        let got = Got { head, message, n_bytes: body.len(), at: Instant::now(), is_taken };
        shared.got.lock().expect("alive").push(got);
        shared.came.notify_all();
        match answer {
            Answer::Status(status, lines, body) => {
                let length = if status == 204 { String::new() } else { format!("Content-Length: {}\r\n", body.len()) };
                let answer = format!("HTTP/1.1 {status} Said\r\n{lines}{length}\r\n{body}");
                if writer.write_all(answer.as_bytes()).is_err() {
                    return;
                }
            }
            Answer::TakeAndClose => return,
            Answer::Hang => {
                let mut got = shared.got.lock().expect("alive");
                while !shared.is_ended.load(Ordering::Relaxed) {
                    got = shared.came.wait(got).expect("alive");
                }
                return;
            }
        }
    }
}

fn request(reader: &mut BufReader<TcpStream>) -> Option<(BTreeMap<String, String>, Vec<u8>)> {
    let mut head = BTreeMap::new();
    let mut line = String::new();
    loop {
        line.clear();
        if reader.read_line(&mut line).ok()? == 0 {
            return None;
        }
        match line.trim_end().split_once(": ") {
            Some((name, value)) => drop(head.insert(name.to_lowercase(), value.to_owned())),
            None if line.trim_end().is_empty() => break,
            None => drop(head.insert(String::new(), line.trim_end().to_owned())),
        }
    }
    let mut body = vec![0; head.get("content-length")?.parse().ok()?];
    reader.read_exact(&mut body).ok()?;
    Some((head, body))
}

/// Samples by series name and time, in the order they came; those the server said it has alone.
pub fn samples(got: &[Got]) -> Vec<(String, i64, u64)> {
    let of = |message: &WriteRequest| {
        let of_series = message.timeseries.iter().flat_map(|series| {
            let name = series.labels.iter().find(|l| l.name == "__name__").map(|l| l.value.clone()).unwrap_or_default();
            series.samples.iter().map(move |s| (name.clone(), s.timestamp, s.value.to_bits()))
        });
        of_series.collect::<Vec<_>>()
    };
    got.iter().filter(|got| got.is_taken).flat_map(|got| of(&got.message)).collect()
}
