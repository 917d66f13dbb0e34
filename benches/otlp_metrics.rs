//! What OTLP metrics cost: data points each second that one thread takes, and the share of a core that 10,000 series
//! each second take with their recording and figures.
//!
//! `cargo bench --bench otlp_metrics`. The goals are 500,000 points each second, half a core and 250 MB. On Linux the
//! time is that of this thread on its core; elsewhere it is wall time. What carries the bodies (HTTP, gRPC, gzip) and what
//! keeps the values (history, alerts) are not in these figures.

#![allow(clippy::print_stdout)]

use std::time::Duration;
#[cfg(not(target_os = "linux"))]
use std::time::Instant;

use perfdesk::model::service::{Bounds, IntakeFigures};
use perfdesk::model::{SeriesDef, Slot, Timestamp};
use perfdesk::telemetry::metrics::MetricBook;
use perfdesk::telemetry::record::{Record, Tick};

const START: i64 = 1_700_000_000_000;
/// The bounds that the semantic conventions advise for durations, s.
const BOUNDS: [f64; 14] = [0.005, 0.01, 0.025, 0.05, 0.075, 0.1, 0.25, 0.5, 0.75, 1.0, 2.5, 5.0, 7.5, 10.0];

/// A message that is being written.
#[derive(Default)]
struct Message(Vec<u8>);

impl Message {
    fn varint(&mut self, mut n: u64) {
        while n >= 0x80 {
            self.0.push((n as u8 & 0x7f) | 0x80);
            n >>= 7;
        }
        self.0.push(n as u8);
    }

    fn number(mut self, field: u64, n: u64) -> Self {
        self.varint(field << 3);
        self.varint(n);
        self
    }

    fn fixed(mut self, field: u64, n: u64) -> Self {
        self.varint(field << 3 | 1);
        self.0.extend(n.to_le_bytes());
        self
    }

    fn bytes(mut self, field: u64, bytes: &[u8]) -> Self {
        self.varint(field << 3 | 2);
        self.varint(bytes.len() as u64);
        self.0.extend(bytes);
        self
    }

    fn pairs(mut self, field: u64, pairs: &[(&str, String)]) -> Self {
        for (name, value) in pairs {
            let value = Self::default().bytes(1, value.as_bytes());
            self = self.bytes(field, &Self::default().bytes(1, name.as_bytes()).bytes(2, &value.0).0);
        }
        self
    }
}

#[derive(Clone, Copy, PartialEq)]
enum Form {
    Gauges,
    Sums,
    Histograms,
}

/// A request of 1,000 points of each of so many metrics, each point with five attributes.
fn body(form: Form, n_metrics: usize, second: i64) -> Vec<u8> {
    let nanos = |second: i64| (START + second * 1000) as u64 * 1_000_000;
    let resource = Message::default().pairs(1, &[("service.name", "bench".into()), ("host.name", "here".into())]);
    let mut scope = Message::default();
    for m in 0..n_metrics {
        let mut data = Message::default();
        for i in 0..1000 {
            let attributes = [
                ("http.request.method", "GET".to_owned()),
                ("http.route", format!("/api/v1/things/{}/of/{m}", i / 10)),
                ("http.response.status_code", format!("{}", 200 + i % 10)),
                ("deployment.environment.name", "production".to_owned()),
                ("cloud.region", "eu-central-1".to_owned()),
            ];
            let point = Message::default().fixed(2, nanos(-100_000)).fixed(3, nanos(second));
            let point = if form == Form::Histograms {
                let counts: Vec<u64> = (0..15).map(|bucket| (second as u64 + 1) * (bucket % 4 + i % 3)).collect();
                let packed: Vec<u8> = counts.iter().flat_map(|n| n.to_le_bytes()).collect();
                let bounds: Vec<u8> = BOUNDS.iter().flat_map(|bound| bound.to_le_bytes()).collect();
                let point = point.fixed(4, counts.iter().sum()).fixed(5, (second as f64 * 1.5).to_bits());
                point.bytes(6, &packed).bytes(7, &bounds).pairs(9, &attributes)
            } else {
                point.fixed(4, (second as f64 * 10.0 + m as f64).to_bits()).pairs(7, &attributes)
            };
            data = data.bytes(1, &point.0);
        }
        let (field, data) = match form {
            Form::Gauges => (5, data),
            Form::Sums => (7, data.number(2, 2).number(3, 1)),
            Form::Histograms => (9, data.number(2, 2)),
        };
        let metric = Message::default().bytes(1, format!("bench.metric.{m}").as_bytes()).bytes(3, b"s");
        scope = scope.bytes(2, &metric.bytes(field, &data.0).0);
    }
    let of_resource = Message::default().bytes(1, &resource.0).bytes(2, &scope.0);
    Message::default().bytes(1, &of_resource.0).0
}

/// Takes series and counts values.
#[derive(Default)]
struct Counted {
    n_series: u32,
    n_values: u64,
}

impl Record for Counted {
    fn define(&mut self, _def: SeriesDef) -> Slot {
        self.n_series += 1;
        Slot(self.n_series - 1)
    }

    fn put(&mut self, _slot: Slot, _value: f64) {
        self.n_values += 1;
    }
}

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

/// The most memory this process ever held, MB; `None` where the system does not tell.
fn most_resident() -> Option<f64> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find(|line| line.starts_with("VmHWM:"))?;
    Some(line.split_whitespace().nth(1)?.parse::<f64>().ok()? * 1024.0 / 1e6)
}

fn at(second: i64) -> Timestamp {
    Timestamp::from_millis(START + second * 1000)
}

/// One second after another; gives the median time of taking a body and that of recording it with its figures.
fn run(form: Form, n_metrics: usize, n_seconds: i64) -> (Duration, Duration, Counted) {
    let mut book = MetricBook::new(Bounds::default());
    let mut out = Counted::default();
    let (mut taking, mut recording) = (Vec::new(), Vec::new());
    for second in 0..n_seconds {
        let body = body(form, n_metrics, second);
        let started = computed();
        let taken = book.take(&body, at(second)).expect("a sound request");
        taking.push(computed().saturating_sub(started));
        assert_eq!(taken.n_rejected, 0, "{}", taken.why);
        let started = computed();
        let tick = Tick { at: at(second), elapsed: Duration::from_secs(second.unsigned_abs()), generation: 1 };
        book.record(tick, &mut out);
        let told = book.figures(at(second));
        recording.push(computed().saturating_sub(started));
        assert_eq!(told.len(), 1);
    }
    let mut losses = IntakeFigures::default();
    book.add_losses(&mut losses);
    assert_eq!((losses.n_bad_points, losses.n_over_points), (0, 0));
    taking.sort();
    recording.sort();
    (taking[taking.len() / 2], recording[recording.len() / 2], out)
}

fn main() {
    // A histogram is two series, so half as many make 10,000.
    for (name, form, n_metrics) in [
        ("gauges", Form::Gauges, 10),
        ("cumulative sums", Form::Sums, 10),
        ("explicit histograms of 15 buckets", Form::Histograms, 4),
    ] {
        let (take, record, out) = run(form, n_metrics, 40);
        let n = n_metrics as f64 * 1000.0;
        println!(
            "{n:.0} {name}, 5 attributes each: {:.0} points/s taken; each second {:.1} ms to take and {:.1} ms to record \
             {} values and tell figures: {:.1} % of a core",
            n / take.as_secs_f64(),
            take.as_secs_f64() * 1e3,
            record.as_secs_f64() * 1e3,
            out.n_values / 40,
            (take + record).as_secs_f64() * 100.0,
        );
    }
    if let Some(most) = most_resident() {
        println!("most resident, bodies and all of the above one after another included: {most:.0} MB");
    }
}
