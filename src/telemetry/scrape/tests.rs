//! What exporters say, as text, against what is made of it.

use std::fmt::Write as _;
use std::sync::Arc;
use std::time::Duration;

use proptest::prelude::*;

use super::families::{Families, Value};
use super::line::Format;
use super::put::{Put, put_each};
use super::{Scraped, TargetBook};
use crate::model::profile::Secret;
use crate::model::service::{Target, TargetState};
use crate::model::{SeriesDef, Slot, Timestamp};
use crate::telemetry::metrics::Datum;
use crate::telemetry::record::{Record, Tick};

const NOW: Timestamp = Timestamp::from_millis(1_700_000_000_000);

fn read(text: &str, format: Format) -> Families<'_> {
    Families::read(text.as_bytes(), format, 10_000)
}

/// Each series on a line, and what could not be read.
fn shown(families: &Families<'_>) -> String {
    let mut out = String::new();
    for point in families.points() {
        let labels: Vec<String> =
            families.labels(point).iter().map(|(name, value)| format!("{name}={value}")).collect();
        let _ = write!(out, "{:?} {}[{}]", point.kind, point.name, labels.join(","));
        let _ = match &point.value {
            Value::Number(value) => write!(out, " {value}"),
            Value::Histogram(b) => write!(out, " {:?} {:?} sum {:?} of {:?}", b.bounds, b.counts, b.sum, b.count),
            Value::Summary(s) => write!(out, " {:?} sum {} of {}", s.quantiles, s.sum, s.count),
        };
        if let Some(created) = point.created {
            let _ = write!(out, " since {}", created.as_millis());
        }
        out.push('\n');
    }
    if families.n_bad_lines > 0 {
        let _ = writeln!(out, "{} bad, {}", families.n_bad_lines, families.bad_line);
    }
    out
}

fn check(text: &str, format: Format, expect: &str) {
    assert_eq!(shown(&read(text, format)), expect, "{text}");
}

#[test]
fn families_of_the_text_format_become_series() {
    check(
        "# HELP http_requests_total Requests.\n# TYPE http_requests_total counter\n\
         http_requests_total{code=\"200\"} 10 1700000000000\nhttp_requests_total{code=\"500\"} NaN\n\
         # TYPE load gauge\nload 0.5\nplain 3\nseen_total 4\n",
        Format::Text,
        "Counter http_requests_total[code=200] 10\nGauge load[] 0.5\nUnknown plain[] 3\nCounter seen_total[] 4\n",
    );
    check(
        "# TYPE d_seconds histogram\nd_seconds_bucket{r=\"/\",le=\"0.1\"} 2\nd_seconds_bucket{r=\"/a\",le=\"0.1\"} 1\n\
         d_seconds_bucket{r=\"/\",le=\"+Inf\"} 3\nd_seconds_sum{r=\"/\"} 0.7\nd_seconds_count{r=\"/\"} 3\n\
         d_seconds_bucket{le=\"+Inf\",r=\"/a\"} 1\nd_seconds_sum{r=\"/a\"} NaN\nd_seconds_count{r=\"/a\"} 1\n",
        Format::Text,
        "Histogram d_seconds[r=/] [0.1] [2, 1] sum Some(0.7) of Some(3)\n\
         Histogram d_seconds[r=/a] [0.1] [1, 0] sum None of Some(1)\n",
    );
    check(
        "# TYPE gc summary\ngc{quantile=\"0.9\"} 2\ngc{quantile=\"0.5\"} 1\ngc{quantile=\"0.99\"} NaN\ngc_sum 7\ngc_count 5\n",
        Format::Text,
        "Summary gc[] [(0.5, 1.0), (0.9, 2.0)] sum 7 of 5\n",
    );
    // As the client library for Python writes it.
    check(
        "# TYPE jobs_total counter\njobs_total 5.0\n# TYPE jobs_created gauge\njobs_created 1.7e+09\n",
        Format::Text,
        "Counter jobs_total[] 5\n",
    );
}

#[test]
fn families_of_openmetrics_become_series() {
    check(
        "# TYPE jobs counter\n# UNIT jobs seconds\njobs_total{q=\"a\"} 5 # {trace_id=\"x\"} 1\njobs_created{q=\"a\"} 1600000000.5\n\
         # TYPE build info\nbuild_info{version=\"2\"} 1\n# TYPE is stateset\nis{is=\"up\"} 1\nis{is=\"down\"} 0\n\
         # TYPE size gaugehistogram\nsize_bucket{le=\"+Inf\"} 3\nsize_gcount 3\nsize_gsum 9\n# TYPE x unknown\nx 1\n# EOF\n",
        Format::OpenMetrics,
        "Counter jobs_total[q=a] 5 since 1600000000500\nInfo build_info[version=2] 1\nStateSet is[is=up] 1\n\
         StateSet is[is=down] 0\nGaugeHistogram size_gcount[] 3\nGaugeHistogram size_gsum[] 9\nUnknown x[] 1\n",
    );
}

#[test]
fn bad_lines_are_counted_and_cost_no_other() {
    check(
        "a 1\nb\nc{x=\"1} 2\nd 4\nd 5\n# TYPE a gauge\n# TYPE a gauge\n",
        Format::Text,
        "Unknown a[] 1\nUnknown d[] 4\n4 bad, line 2: it has no value\n",
    );
    check(
        "# TYPE h histogram\nh_bucket{le=\"1\"} 5\nh_bucket{le=\"2\"} 3\nh_bucket 3\n",
        Format::Text,
        "2 bad, line 4: it is a part of a histogram or summary and does not say which\n",
    );
    check("a 1\n# EOF\nb 2\nc 3\n", Format::OpenMetrics, "Unknown a[] 1\n1 bad, line 3: it stands after # EOF\n");
    check("a 1\n", Format::OpenMetrics, "Unknown a[] 1\n1 bad, line 2: the text ends without # EOF\n");
    let families = Families::read(b"a 1\nb\xff 2\nc 3\n", Format::Text, 10);
    assert_eq!((families.n_samples, families.bad_line.as_str()), (2, "line 2: it is not UTF-8"));
}

#[test]
fn more_series_than_asked_for_are_not_read() {
    let text: String = (0..100).map(|i| format!("a{{i=\"{i}\"}} 1\n")).collect();
    assert!(!Families::read(text.as_bytes(), Format::Text, 100).is_over);
    let families = Families::read(text.as_bytes(), Format::Text, 99);
    assert!(families.is_over);
    assert_eq!(families.points().len(), 99);
}

fn put(target: &Target, text: &str) -> (String, Put) {
    let mut out = String::new();
    let families = read(text, Format::Text);
    let put = put_each(target, &families, NOW, &mut |stream, datum| {
        assert_eq!((stream.sender.service.as_str(), stream.interval), ("node", Some(Duration::from_secs(15))));
        let attributes: Vec<String> = stream.attributes.iter().map(|(name, value)| format!("{name}={value}")).collect();
        let value = match datum {
            Datum::Gauge(value) => format!("gauge {value}"),
            Datum::Sum { value, is_monotonic: true, is_delta: false, .. } => format!("sum {value}"),
            other => format!("{other:?}"),
        };
        let _ = writeln!(out, "{}[{}] {value} {}", stream.metric, attributes.join(","), stream.unit);
        true
    });
    (out, put)
}

#[test]
fn series_go_to_the_book_with_the_labels_of_their_target() {
    let labels = [("env".into(), "prod".into())].into();
    let target = Target { name: "node".into(), labels, ..Target::default() };
    let (out, _) = put(
        &target,
        "# TYPE cpu_seconds_total counter\ncpu_seconds_total{cpu=\"0\",env=\"x\"} 5\nmem_bytes 7\nload 1\nbytes 2\n",
    );
    let expect = "cpu_seconds_total[env=prod,cpu=0,exported_env=x] sum 5 s\nmem_bytes[env=prod] gauge 7 By\n\
                  load[env=prod] gauge 1 \nbytes[env=prod] gauge 2 \n";
    assert_eq!(out, expect);
}

#[test]
fn names_that_the_conventions_know_are_theirs() {
    let target = Target { name: "node".into(), ..Target::default() };
    let (out, _) = put(
        &target,
        "# TYPE hikaricp_connections_active gauge\nhikaricp_connections_active{pool=\"main\"} 3\n\
         # TYPE http_server_active_requests gauge\nhttp_server_active_requests{http_request_method=\"GET\",zone=\"b\"} 2\n",
    );
    let expect = "db.client.connection.count[db.client.connection.state=used,db.client.connection.pool.name=main] gauge 3 \n\
                  http.server.active_requests[http.request.method=GET,zone=b] gauge 2 \n";
    assert_eq!(out, expect);
}

#[test]
fn samples_from_another_time_are_left_out() {
    let target = Target { name: "node".into(), ..Target::default() };
    let at = NOW.as_millis();
    let text = format!("a 1 {}\nb 1 {}\nc 1 {}\nd 1 {}\n", at - 3_599_000, at - 3_601_000, at + 299_000, at + 301_000);
    let (out, put) = put(&target, &text);
    assert_eq!((out.as_str(), put.n_taken, put.n_dated), ("a[] gauge 1 \nc[] gauge 1 \n", 2, 2));
}

#[derive(Default)]
struct Recorded(Vec<SeriesDef>, String);

impl Record for Recorded {
    fn define(&mut self, def: SeriesDef) -> Slot {
        self.0.push(def);
        Slot(u32::try_from(self.0.len() - 1).expect("few"))
    }

    fn put(&mut self, slot: Slot, value: f64) {
        let _ = write!(self.1, "{} {value}; ", self.0[slot.0 as usize].key);
    }
}

fn recorded(book: &mut TargetBook, out: &mut Recorded, generation: u32) -> String {
    book.record(Tick { at: NOW, elapsed: Duration::ZERO, generation }, out);
    std::mem::take(&mut out.1)
}

#[test]
fn a_target_is_up_or_down_at_the_tick_after_its_scrape_alone() {
    let target = Target { name: "node".into(), secret: Some(Secret("s".into())), ..Target::default() };
    let mut book = TargetBook::new();
    book.set(std::slice::from_ref(&target));
    assert_eq!(book.statuses()[0].state, TargetState::Waiting);
    let took = Duration::from_millis(250);
    let good = Scraped { at: NOW, took, n_bytes: 9, found: Ok(read("a 1\nb\n", Format::Text)) };
    book.take("node", &good);
    let mut out = Recorded::default();
    let of = r#"{service.name="node",target="node"}"#;
    let expect = format!(
        "perfdesk.target.up{of} 1; perfdesk.target.scrape.duration{of} 0.25; perfdesk.target.scrape.samples{of} 1; "
    );
    assert_eq!(recorded(&mut book, &mut out, 1), expect);
    assert_eq!(recorded(&mut book, &mut out, 1), "");
    let status = &book.statuses()[0];
    assert_eq!((status.n_samples, status.n_bad_lines, &*status.bad_line), (1, 1, "line 2: it has no value"));
    assert!(status.has_secret && status.target.secret.is_none());

    for (seconds, why) in [(15, "it answered 401"), (30, "it gave no answer")] {
        let at = NOW.plus(Duration::from_secs(seconds));
        book.take("node", &Scraped { at, took, n_bytes: 0, found: Err(why.into()) });
    }
    let expect = format!("perfdesk.target.up{of} 0; perfdesk.target.scrape.duration{of} 0.25; ");
    assert_eq!(recorded(&mut book, &mut out, 2), expect);
    assert_eq!(out.0.len(), 6, "a new generation defines its series anew");
    let since = NOW.plus(Duration::from_secs(15));
    let why: Arc<str> = "it gave no answer".into();
    assert_eq!(book.statuses()[0].state, TargetState::Down { since, why }, "the newest reason, since the first");

    book.set(&[Target { is_on: false, ..target }]);
    book.take("node", &good);
    assert_eq!(book.statuses()[0].state, TargetState::Waiting, "what was under way at the end is nothing");
    assert_eq!(recorded(&mut book, &mut out, 2), "");
}

proptest! {
    #[test]
    fn any_text_can_be_read(bytes in prop::collection::vec(any::<u8>(), 0..400), text in "[a-c_{}\",=\\\\ \n#0-9.TYPEh]{0,300}") {
        for format in [Format::Text, Format::OpenMetrics] {
            for body in [&bytes[..], text.as_bytes()] {
                let families = Families::read(body, format, 5);
                prop_assert!(families.points().len() <= 5);
                for point in families.points() {
                    prop_assert!(!point.name.is_empty());
                    let _ = families.labels(point).len();
                }
            }
        }
    }

    #[test]
    fn what_is_written_is_read_back(
        rows in prop::collection::btree_map("[a-z_]{1,8}", ("[^\r]{0,12}", any::<i32>()), 1..20)
    ) {
        let escaped = |text: &str| text.replace('\\', "\\\\").replace('"', "\\\"").replace('\n', "\\n");
        let text: String =
            rows.iter().map(|(name, (label, value))| format!("m{{{name}=\"{}\"}} {value}\n", escaped(label))).collect();
        let families = read(&text, Format::Text);
        prop_assert_eq!(families.n_bad_lines, 0, "{}", families.bad_line);
        let found: Vec<(&str, &str, f64)> = families.points().iter().map(|point| {
            let (name, value) = &families.labels(point)[0];
            let Value::Number(number) = point.value else { panic!("a number") };
            (*name, &**value, number)
        }).collect();
        let expect: Vec<(&str, &str, f64)> =
            rows.iter().map(|(name, (label, value))| (name.as_str(), label.as_str(), f64::from(*value))).collect();
        prop_assert_eq!(found, expect);
    }

    #[test]
    fn counts_of_a_histogram_add_up(counts in prop::collection::vec(0u64..1_000, 1..20)) {
        let mut up_to = 0;
        let mut text = String::from("# TYPE h histogram\n");
        for (i, count) in counts.iter().enumerate() {
            up_to += count;
            let le = if i + 1 == counts.len() { "+Inf".into() } else { format!("{i}") };
            let _ = writeln!(text, "h_bucket{{le=\"{le}\"}} {up_to}");
        }
        let families = read(&text, Format::Text);
        let Value::Histogram(buckets) = &families.points()[0].value else { panic!("a histogram") };
        prop_assert_eq!(&buckets.counts, &counts);
        prop_assert_eq!(buckets.count, Some(up_to));
    }
}
