//! The book of spans, told what services send, and asked.

mod figures;
mod hostile;
mod kept;
mod recorded;
mod rules;
mod series;
mod written;

use std::sync::Arc;

use self::written::{at, traces};
use super::{ServiceSpans, SpanBook};
use crate::model::Timestamp;
use crate::model::service::{Bounds, IntakeFigures, SpanFigures, TraceAnswer, TraceFilter, TraceQuestion};

fn book() -> SpanBook {
    SpanBook::new(Bounds::default())
}

/// A book that was told traces of these lines, the first numbered 1, at `T0` and a second.
fn told(all: &[&str]) -> SpanBook {
    let mut book = book();
    for (lines, trace) in all.iter().zip(1..) {
        let taken = book.take_traces(&traces(trace, lines), at(1000)).expect("a request");
        assert_eq!((taken.n_rejected, taken.why.as_str()), (0, ""));
    }
    book
}

fn figures(book: &mut SpanBook, service: &str, when: Timestamp) -> Arc<SpanFigures> {
    let found: Option<ServiceSpans> = book.figures(when).into_iter().find(|told| *told.name == *service);
    found.expect("the service").figures
}

fn ask(book: &SpanBook, filter: TraceFilter, service: &str) -> TraceAnswer {
    book.answer(&TraceQuestion { filter, service: service.into(), ..TraceQuestion::default() }, at(2000))
}

fn losses(book: &SpanBook) -> IntakeFigures {
    let mut figures = IntakeFigures::default();
    book.add_losses(&mut figures);
    figures
}

/// A checkout that waits for a connection, asks its database, its cache and another service.
const CHECKOUT: &str = "
    checkout 1 0 server POST~/pay 0 640 http.request.method=POST http.route=/pay http.response.status_code=200
    checkout 2 1 internal price 10 110
    checkout 3 1 internal pool.acquire 120 520
    checkout 4 1 client SELECT 520 560 db.system.name=postgresql db.query.text=select~*~from~orders~where~id=7 server.address=db
    checkout 5 1 client GET 560 570 db.system=redis db.statement=GET~k
    checkout 6 1 client POST 570 620 http.request.method=POST server.address=bank server.port=8443
    bank 7 6 server POST~/debit 575 615 http.request.method=POST http.route=/debit
";
