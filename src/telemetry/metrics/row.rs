//! By what a histogram's rows are told apart: route, operation, pool, address.

use super::names::{Role, Set};
use super::series::attribute;

/// The row that a series of a histogram is part of; `None` where none is made of it.
pub fn of(role: Role, attributes: &Set) -> Option<(String, String)> {
    let of = |name: &str| attribute(attributes, name);
    let any =
        |names: &[&str]| names.iter().map(|name| of(name)).find(|value| !value.is_empty()).unwrap_or("").to_owned();
    let row = match role {
        Role::Served => (of("http.request.method").to_owned(), of("http.route").to_owned()),
        Role::ServedCalls => (of("rpc.service").to_owned(), of("rpc.method").to_owned()),
        Role::Called | Role::CalledByRpc => {
            (any(&["server.address", "rpc.service", "peer.service"]), any(&["rpc.system", "rpc.system.name"]))
        }
        Role::Database => {
            let summary = of("db.query.summary");
            let both = format!("{} {}", of("db.operation.name"), any(&["db.collection.name", "db.namespace"]));
            let operation = if summary.is_empty() { both.trim().to_owned() } else { summary.to_owned() };
            (of("db.system.name").to_owned(), operation)
        }
        Role::PoolWait => (of("db.client.connection.pool.name").to_owned(), String::new()),
        Role::BatchSize | Role::BatchDuration | Role::BatchWait => {
            (any(&["ml.model.name", "gen_ai.request.model", "model"]), String::new())
        }
        Role::Processed => (of("messaging.destination.name").to_owned(), String::new()),
        _ => return None,
    };
    let is_empty = row.0.is_empty() && row.1.is_empty();
    let may_be_empty = matches!(role, Role::PoolWait | Role::BatchSize | Role::BatchDuration | Role::BatchWait);
    (!is_empty || may_be_empty).then_some(row)
}

/// Rows of a metric at most; what is beyond is part of the whole alone.
pub const fn most(role: Role) -> usize {
    if matches!(role, Role::Served) { 500 } else { 200 }
}

/// Values recorded of a merged series at each turn: of rows, those of routes alone.
pub fn n_values(role: Role, row: Option<&(String, String)>) -> u32 {
    let tells_errors = matches!(role, Role::Served | Role::ServedCalls);
    match row {
        None if tells_errors => 6,
        None => 5,
        Some((_, route)) if role == Role::Served && !route.is_empty() => 6,
        Some(_) => 0,
    }
}
