//! What spans cost: requests of 500 spans of 20 services, told as fast as they are taken, with ticks every second.
//!
//! `cargo bench --bench otlp_spans`. The goal is 50,000 spans/s on one core with memory inside the cap; the figure is the
//! time of this thread on its core (wall time where the system does not tell). Not in it: HTTP, gzip and JSON. Traces of
//! ten spans with ten attributes each; "many names" makes each span's name and route another one. Simulated time runs at
//! 50,000 spans each second, so that windows, closing and eviction work as they would.

#![allow(clippy::print_stdout)]

use std::time::Duration;
#[cfg(not(target_os = "linux"))]
use std::time::Instant;

use perfdesk::model::service::{Bounds, IntakeFigures, TraceFilter, TraceQuestion};
use perfdesk::model::{SeriesDef, Slot, Timestamp};
use perfdesk::telemetry::record::{Record, Tick};
use perfdesk::telemetry::spans::SpanBook;

const N_SERVICES: usize = 20;
const SPANS_OF_TRACE: u64 = 10;
const TRACES_OF_REQUEST: u64 = 50;
const PER_SECOND: u64 = 50_000;
const SECONDS: u64 = 60;
const T0: i64 = 1_800_000_000_000;

/// Time that this thread has computed for; wall time where the system does not tell.
fn computed() -> Duration {
    #[cfg(target_os = "linux")]
    {
        let time = rustix::time::clock_gettime(rustix::time::ClockId::ThreadCPUTime);
        Duration::new(time.tv_sec.unsigned_abs(), u32::try_from(time.tv_nsec).unwrap_or(0))
    }
    #[cfg(not(target_os = "linux"))]
    {
        static FIRST: std::sync::LazyLock<Instant> = std::sync::LazyLock::new(Instant::now);
        FIRST.elapsed()
    }
}

/// Bytes of this process in memory; 0 where the system does not tell.
fn resident() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:")).unwrap_or_default();
    line.trim().trim_end_matches("kB").trim().parse::<u64>().unwrap_or(0) * 1024
}

fn varint(mut n: u64, out: &mut Vec<u8>) {
    while n >= 0x80 {
        out.push(n as u8 | 0x80);
        n >>= 7;
    }
    out.push(n as u8);
}

fn bytes(field: u64, bytes: &[u8], out: &mut Vec<u8>) {
    varint(field << 3 | 2, out);
    varint(bytes.len() as u64, out);
    out.extend(bytes);
}

fn fixed(field: u64, n: u64, out: &mut Vec<u8>) {
    varint(field << 3 | 1, out);
    out.extend(n.to_le_bytes());
}

fn message(field: u64, out: &mut Vec<u8>, write: impl FnOnce(&mut Vec<u8>)) {
    let mut inner = Vec::new();
    write(&mut inner);
    bytes(field, &inner, out);
}

fn attribute(field: u64, key: &str, value: &str, out: &mut Vec<u8>) {
    message(field, out, |pair| {
        bytes(1, key.as_bytes(), pair);
        message(2, pair, |any| bytes(1, value.as_bytes(), any));
    });
}

/// A span of a trace: a server's, then functions, a database's and another service's.
fn span(trace: u64, i: u64, start: u64, random: u64, has_many_names: bool, out: &mut Vec<u8>) {
    bytes(1, &(u128::from(trace) << 64 | 7).to_be_bytes(), out);
    bytes(2, &(i + 1).to_be_bytes(), out);
    if i > 0 {
        bytes(4, &(i / 2 + 1).to_be_bytes(), out);
    }
    let tail = if has_many_names { format!("{trace}_{i}") } else { format!("{}", trace % 25) };
    bytes(5, format!("function_{i}_{tail}").as_bytes(), out);
    let kind = [2, 1, 1, 3, 1, 3, 1, 1, 3, 1][i as usize % 10];
    varint(6 << 3, out);
    varint(kind, out);
    let duration = (10 - i) * 1_000_000 + random % 5_000_000;
    fixed(7, start, out);
    fixed(8, start + duration, out);
    for (key, value) in [
        ("thread.name", "worker-17"),
        ("code.function.name", "shop.checkout.pricing.compute_total"),
        ("code.file.path", "/srv/shop/checkout/pricing.py"),
        ("user_agent.original", "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36"),
        ("network.protocol.version", "1.1"),
    ] {
        attribute(9, key, value, out);
    }
    let own: &[(&str, &str)] = match kind {
        2 => &[("http.request.method", "GET"), ("url.scheme", "https"), ("server.address", "shop.example")],
        3 if i == 3 => &[
            ("db.system.name", "postgresql"),
            (
                "db.query.text",
                "SELECT id, name, price FROM items WHERE basket = 815 AND state IN ('a', 'b', 'c') LIMIT 20",
            ),
            ("server.address", "db.example"),
        ],
        3 => &[
            ("http.request.method", "POST"),
            ("server.address", "bank.example"),
            ("url.full", "https://bank.example/x"),
        ],
        _ => &[("a", "first"), ("b", "second"), ("c", "third")],
    };
    own.iter().for_each(|(key, value)| attribute(9, key, value, out));
    if kind == 2 {
        attribute(9, "http.route", &format!("/shop/{tail}"), out);
        attribute(9, "http.response.status_code", "200", out);
    }
    if random.is_multiple_of(97) {
        message(15, out, |status| status.extend([3 << 3, 2]));
    }
}

fn request(first_trace: u64, at_nanos: u64, random: &mut u64, has_many_names: bool) -> Vec<u8> {
    let service = format!("service-{}", first_trace / TRACES_OF_REQUEST % N_SERVICES as u64);
    let mut out = Vec::new();
    message(1, &mut out, |group| {
        message(1, group, |resource| attribute(1, "service.name", &service, resource));
        message(2, group, |scope| {
            for trace in first_trace..first_trace + TRACES_OF_REQUEST {
                for i in 0..SPANS_OF_TRACE {
                    *random = random.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
                    message(2, scope, |one| span(trace, i, at_nanos, *random >> 20, has_many_names, one));
                }
            }
        });
    });
    out
}

#[derive(Default)]
struct Counted {
    n_series: u32,
    n_values: u64,
}

impl Record for Counted {
    fn define(&mut self, _: SeriesDef) -> Slot {
        self.n_series += 1;
        Slot(self.n_series - 1)
    }

    fn put(&mut self, _: Slot, _: f64) {
        self.n_values += 1;
    }
}

fn run(name: &str, has_many_names: bool) {
    let bounds = Bounds::default();
    let mut book = SpanBook::new(bounds);
    let mut out = Counted::default();
    let before = resident();
    let (mut took, mut ticks, mut longest_tick) = (Duration::ZERO, Duration::ZERO, Duration::ZERO);
    let (mut trace, mut random, mut n_bytes, mut most_resident) = (1, 1, 0, 0);
    let mut most_kept = 0;
    for second in 0..SECONDS {
        let of_request = SPANS_OF_TRACE * TRACES_OF_REQUEST;
        let n_requests = PER_SECOND / of_request;
        for i in 0..n_requests {
            let millis = T0 + (second * 1000 + i * 1000 / n_requests) as i64;
            let body = request(trace, millis as u64 * 1_000_000, &mut random, has_many_names);
            trace += TRACES_OF_REQUEST;
            n_bytes += body.len() as u64;
            let started = computed();
            book.take_traces(&body, Timestamp::from_millis(millis)).expect("a request");
            took += computed().saturating_sub(started);
        }
        let started = computed();
        let at = Timestamp::from_millis(T0 + second as i64 * 1000 + 999);
        book.record(Tick { at, elapsed: Duration::from_secs(second), generation: 1 }, &|_| false, &mut out);
        let figures = book.figures(at);
        let tick = computed().saturating_sub(started);
        (ticks, longest_tick) = (ticks + tick, longest_tick.max(tick));
        assert_eq!(figures.len(), N_SERVICES);
        let mut losses = IntakeFigures::default();
        book.add_losses(&mut losses);
        most_kept = most_kept.max(losses.trace_bytes);
        most_resident = most_resident.max(resident());
    }
    let mut losses = IntakeFigures::default();
    book.add_losses(&mut losses);
    assert_eq!((losses.n_spans, losses.n_bad_spans), (PER_SECOND * SECONDS, 0));
    assert!(most_kept <= bounds.trace_bytes, "{most_kept} bytes were kept");
    let started = computed();
    let question =
        TraceQuestion { filter: TraceFilter::Slowest, span_name: "function_3_7".into(), ..Default::default() };
    let answer = book.answer(&question, Timestamp::from_millis(T0));
    let asked = computed().saturating_sub(started);
    let n = losses.n_spans as f64;
    println!(
        "{name}: {:.0} spans/s on one core ({:.2} µs a span, {:.0} bytes each as sent), ticks {:.1} ms (longest {:.1} ms)",
        n / took.as_secs_f64(),
        took.as_secs_f64() * 1e6 / n,
        n_bytes as f64 / n,
        ticks.as_secs_f64() * 1e3 / SECONDS as f64,
        longest_tick.as_secs_f64() * 1e3,
    );
    println!(
        "  kept at most {:.1} of {:.0} MiB, resident {:.0} MiB more than before; {} spans evicted, {} series, {} traces found in {:.1} ms",
        most_kept as f64 / 1048576.0,
        bounds.trace_bytes as f64 / 1048576.0,
        most_resident.saturating_sub(before) as f64 / 1048576.0,
        losses.n_evicted_spans,
        out.n_series,
        answer.n_traces,
        asked.as_secs_f64() * 1e3,
    );
}

fn main() {
    run("few names", false);
    run("many names", true);
}
