//! The columns of the page's tables and the rows that figures make.

use std::sync::Arc;

use super::sheet::{Cell, Column, Form, Row};
use crate::model::service::{Flow, FunctionRow, OperationRow, RouteRow, Service};

const fn column(title: &'static str, form: Form, width: f32, meaning: &'static str) -> Column {
    Column { title, form, width, meaning }
}

const SHARE_OF_TIME: &str = "Share of the time spent in all of them: how often times how long";

/// Routes, whole.
pub(super) const ROUTES: &[Column] = &[
    column("Route", Form::Code, 0.0, "Method and route"),
    column("req/s", Form::Rate, 64.0, "Requests each second"),
    column("Errors, %", Form::Percent, 72.0, "Share of the requests that failed"),
    column("p50, ms", Form::Millis, 68.0, "Half of the requests took less"),
    column("p95, ms", Form::Millis, 68.0, "95 of 100 requests took less"),
    column("p99, ms", Form::Millis, 68.0, "99 of 100 requests took less"),
    column("Under way", Form::Number(2), 76.0, "Mean number of requests under way (Little’s law)"),
    column("Time", Form::Bar(3), 72.0, SHARE_OF_TIME),
    column("p95 ±, %", Form::Share, 72.0, "How far p95 may be off: the width of its bucket"),
];

/// Routes on the Summary.
pub(super) const BRIEF_ROUTES: &[Column] = &[
    column("Route", Form::Code, 0.0, "Method and route"),
    column("req/s", Form::Rate, 38.0, "Requests each second"),
    column("Errors, %", Form::Percent, 54.0, "Share of the requests that failed"),
    column("p50", Form::Millis, 40.0, "Half of the requests took less, ms"),
    column("p95", Form::Millis, 42.0, "95 of 100 requests took less, ms"),
    column("p99", Form::Millis, 42.0, "99 of 100 requests took less, ms"),
    column("Time", Form::Bar(3), 40.0, SHARE_OF_TIME),
];

/// Operations on databases.
pub(super) const OPERATIONS: &[Column] = &[
    column("Operation", Form::Code, 0.0, "What is done"),
    column("System", Form::Words, 76.0, "The database"),
    column("Statement", Form::Code, 120.0, "The statement, its values left out"),
    column("calls/s", Form::Rate, 60.0, "Calls each second"),
    column("Errors, %", Form::Percent, 66.0, "Share of the calls that failed"),
    column("p50, ms", Form::Millis, 60.0, "Half of the calls took less"),
    column("p95, ms", Form::Millis, 60.0, "95 of 100 calls took less"),
    column("p99, ms", Form::Millis, 60.0, "99 of 100 calls took less"),
    column("Time", Form::Bar(3), 60.0, SHARE_OF_TIME),
];

/// Functions, whole.
pub(super) const FUNCTIONS: &[Column] = &[
    column("Function", Form::Code, 0.0, "The name of its span"),
    column("calls/s", Form::Rate, 64.0, "Calls each second"),
    column("Errors, %", Form::Percent, 72.0, "Share of the calls that failed"),
    column("p50, ms", Form::Millis, 68.0, "Half of the calls took less"),
    column("p95, ms", Form::Millis, 68.0, "95 of 100 calls took less"),
    column("p99, ms", Form::Millis, 68.0, "99 of 100 calls took less"),
    column("Slowest, ms", Form::Millis, 84.0, "The longest call seen lately; Show its traces opens it"),
    column("Total, s/s", Form::Number(2), 74.0, "Seconds spent in it each second, with what it calls"),
    column("Own, cores", Form::Number(2), 80.0, "Seconds of its own each second, without what it calls"),
    column("Own", Form::Bar(0), 64.0, "The same as a bar"),
];

/// Functions on the Summary.
pub(super) const BRIEF_FUNCTIONS: &[Column] = &[
    column("Function", Form::Code, 0.0, "The name of its span"),
    column("calls/s", Form::Rate, 44.0, "Calls each second"),
    column("p50", Form::Millis, 40.0, "Half of the calls took less, ms"),
    column("p95", Form::Millis, 40.0, "95 of 100 calls took less, ms"),
    column("Cores", Form::Number(2), 46.0, "Seconds of its own each second, without what it calls"),
    column("", Form::Bar(0), 40.0, ""),
];

fn text(text: &Arc<str>) -> Cell {
    Cell::Text(text.clone())
}

fn number(value: f64) -> Cell {
    Cell::Number(Some(value))
}

/// Rate, errors and the three quantiles, as most tables have them.
fn flow(flow: &Flow) -> [Cell; 5] {
    [
        number(flow.per_second),
        Cell::Number(flow.error_ratio),
        Cell::Number(flow.p50_seconds),
        Cell::Number(flow.p95_seconds),
        Cell::Number(flow.p99_seconds),
    ]
}

/// Rows of [`ROUTES`].
pub(super) fn routes(service: &Service) -> Vec<Row> {
    let row = |route: &RouteRow| {
        let mut cells = vec![text(&route.route)];
        cells.extend(flow(&route.flow));
        let load = route.flow.load();
        cells.extend([number(load), number(load), Cell::Number(route.flow.p95_error_ratio)]);
        Row { key: route.route.clone(), cells }
    };
    service.routes().iter().map(row).collect()
}

/// Rows of [`BRIEF_ROUTES`].
pub(super) fn brief_routes(service: &Service) -> Vec<Row> {
    let row = |route: &RouteRow| {
        let mut cells = vec![text(&route.route)];
        cells.extend(flow(&route.flow));
        cells.push(number(route.flow.load()));
        Row { key: route.route.clone(), cells }
    };
    service.routes().iter().map(row).collect()
}

/// Rows of [`OPERATIONS`].
pub(super) fn operations(service: &Service) -> Vec<Row> {
    let row = |operation: &OperationRow| {
        let mut cells = vec![text(&operation.operation), text(&operation.system), text(&operation.statement)];
        cells.extend(flow(&operation.flow));
        cells.push(number(operation.flow.load()));
        let key = format!("{} {} {}", operation.system, operation.operation, operation.statement);
        Row { key: key.into(), cells }
    };
    service.operations().iter().map(row).collect()
}

/// Rows of [`FUNCTIONS`].
pub(super) fn functions(service: &Service) -> Vec<Row> {
    let row = |function: &FunctionRow| {
        let mut cells = vec![text(&function.name)];
        cells.extend(flow(&function.flow));
        let own = function.own_seconds_per_second;
        cells.extend([number(function.slowest_seconds), number(function.flow.load()), number(own), number(own)]);
        Row { key: function.name.clone(), cells }
    };
    service.spans.functions.iter().map(row).collect()
}

/// Rows of [`BRIEF_FUNCTIONS`].
pub(super) fn brief_functions(service: &Service) -> Vec<Row> {
    let row = |function: &FunctionRow| {
        let flow = &function.flow;
        let own = function.own_seconds_per_second;
        let cells = vec![
            text(&function.name),
            number(flow.per_second),
            Cell::Number(flow.p50_seconds),
            Cell::Number(flow.p95_seconds),
            number(own),
            number(own),
        ];
        Row { key: function.name.clone(), cells }
    };
    service.spans.functions.iter().map(row).collect()
}
