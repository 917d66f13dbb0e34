//! What is told of a request that was answered: its errors to the log, its span to the tracer.

use std::time::Instant;

use super::{Answer, Route};
use crate::demo::limits::Level;
use crate::demo::report::{SpanKind, Told, Trace, Value as Attribute};

impl Told {
    /// Tells of an answer that took from `began` to `ended`; of a request that is not traced its error alone.
    pub(super) fn answered(
        &self,
        mut trace: Trace,
        (route, is_traced): (Route, bool),
        answer: &Answer,
        (began, ended): (Instant, Instant),
    ) {
        let is_error = !answer.error.is_empty();
        if is_error {
            let text = || format!("{} answered with {}: {}", route.name(), answer.status, answer.error);
            self.log.say_of((trace.id, trace.root), Level::Error, text);
        }
        let took = ended - began;
        if is_traced && self.tracer.wants(&trace, took, is_error) {
            trace.close(
                route.name(),
                SpanKind::Server,
                (began, ended),
                answer.error,
                vec![
                    ("http.request.method", route.method().into()),
                    ("http.route", route.path().into()),
                    ("http.response.status_code", Attribute::Int(i64::from(answer.status))),
                ],
            );
            self.tracer.end(trace, took, is_error);
        }
    }
}
