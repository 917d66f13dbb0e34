//! What comes in by two ways, and what one service of it becomes.

use std::sync::Arc;

use super::*;
use crate::model::service::{Flow, Identity, SpanFigures, StreamFigures};
use crate::telemetry::metrics::ServiceMetrics;
use crate::telemetry::otlp::protobuf::Broken;
use crate::telemetry::spans::ServiceSpans;

fn at(millis: i64) -> Timestamp {
    Timestamp::from_millis(millis)
}

#[test]
fn metrics_and_spans_of_a_name_are_one_service() {
    let identity = Identity { version: "2.14.0".into(), n_instances: 8, ..Identity::default() };
    let figures = Arc::new(StreamFigures { requests: Some(Flow::default()), ..StreamFigures::default() });
    let told = vec![ServiceMetrics { name: "b".into(), identity, first_at: at(5), last_at: at(9), figures }];
    let span = |name: &str, language: &str| ServiceSpans {
        name: name.into(),
        identity: Identity { language: language.into(), n_instances: 1, ..Identity::default() },
        first_at: at(2),
        last_at: at(7),
        figures: Arc::new(SpanFigures { n_traces: 3, ..SpanFigures::default() }),
    };
    let all = joined(told, vec![span("b", "python"), span("a", "go")]);
    let seen: Vec<String> = all
        .iter()
        .map(|s| {
            let Identity { version, language, n_instances, .. } = &s.identity;
            let (first, last) = (s.first_at.as_millis(), s.last_at.as_millis());
            format!("{} {version} {language} {n_instances} {first}-{last} {}", s.name, s.spans.n_traces)
        })
        .collect();
    assert_eq!(seen, ["a  go 1 2-7 3", "b 2.14.0 python 8 2-9 3"]);
    assert!(all[1].metrics.requests.is_some());
}

#[test]
fn a_body_that_cannot_be_read_is_counted_as_refused() {
    let intake = Intake::new(Bounds::default());
    for signal in [Signal::Metrics, Signal::Traces, Signal::Logs] {
        assert_eq!(intake.take(signal, &[0x0a, 0x05, 0x00], at(0)).map_err(|e| e.why), Err(Broken::Truncated));
        assert!(intake.take(signal, b"", at(0)).is_ok(), "an empty request says nothing and is none too few");
    }
    intake.refused();
    let figures = intake.figures();
    assert_eq!((figures.n_requests, figures.n_refused), (3, 4));
}
