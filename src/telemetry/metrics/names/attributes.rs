//! Attributes: today's names for older ones, what is left out of a series' key, and failures in one form.

use std::borrow::Cow;

use super::Role;

/// Longest name and value that is kept, bytes.
const MAX_NAME: usize = 128;
/// Longest value that is kept, bytes.
const MAX_VALUE: usize = 256;
/// Attributes of one series at most.
const MAX_ATTRIBUTES: usize = 24;

/// An attribute, its value as a text.
pub type Attribute<'a> = (&'a str, Cow<'a, str>);

/// What tells a series from others: attributes under today's names, sorted, each once.
pub type Set = Vec<(String, String)>;

/// Other names of attributes, whatever the metric.
const TODAY: &[(&str, &str)] = &[
    ("http.method", "http.request.method"),
    ("http.status_code", "http.response.status_code"),
    ("http.scheme", "url.scheme"),
    ("http.flavor", "network.protocol.version"),
    ("net.host.name", "server.address"),
    ("net.host.port", "server.port"),
    ("net.peer.name", "server.address"),
    ("net.peer.port", "server.port"),
    ("db.system", "db.system.name"),
    ("db.operation", "db.operation.name"),
    ("db.name", "db.namespace"),
    ("db.sql.table", "db.collection.name"),
    ("pool.name", "db.client.connection.pool.name"),
    ("messaging.destination", "messaging.destination.name"),
    ("grpc.method", "rpc.method"),
    ("http_request_method", "http.request.method"),
    ("http_method", "http.request.method"),
    ("http_route", "http.route"),
    ("http_response_status_code", "http.response.status_code"),
    ("http_status_code", "http.response.status_code"),
    ("error_type", "error.type"),
    ("db_client_connection_state", "db.client.connection.state"),
    ("db_client_connection_pool_name", "db.client.connection.pool.name"),
    ("cache_result", "cache.result"),
];

/// Short names that mean something for one metric alone, as exporters have them.
fn short(role: Role, name: &str) -> Option<&'static str> {
    let is_pool =
        matches!(role, Role::PoolCount | Role::PoolMax | Role::PoolPending | Role::PoolWait | Role::PoolTimeOuts);
    Some(match (role, name) {
        (Role::Served | Role::Called, "method") => "http.request.method",
        (Role::Served, "route" | "handler" | "uri" | "path" | "path_template" | "endpoint") => "http.route",
        (Role::Served | Role::Called, "status" | "code" | "status_code") => "http.response.status_code",
        (Role::ServedCalls | Role::CalledByRpc, "grpc_method") => "rpc.method",
        (Role::ServedCalls | Role::CalledByRpc, "grpc_service") => "rpc.service",
        (Role::PoolCount, "state") => "db.client.connection.state",
        (_, "pool" | "name") if is_pool => "db.client.connection.pool.name",
        (Role::CacheRequests, "result") => "cache.result",
        (Role::CacheRequests | Role::CacheEvictions, "cache") => "cache.name",
        (Role::QueueDepth, "queue" | "queue_name" | "topic") => "messaging.destination.name",
        _ => return None,
    })
}

/// Attributes that take a new value for each client, request or thread: no series is kept by them.
const LEFT_OUT: &[&str] = &[
    "client.address",
    "client.port",
    "code.lineno",
    "code.line.number",
    "db.query.text",
    "db.statement",
    "enduser.id",
    "http.client_ip",
    "http.host",
    "http.server_name",
    "http.target",
    "http.url",
    "http.user_agent",
    "messaging.client_id",
    "messaging.client.id",
    "messaging.message.id",
    "net.host.ip",
    "net.peer.ip",
    "net.sock.family",
    "net.sock.host.addr",
    "net.sock.host.port",
    "net.sock.peer.addr",
    "net.sock.peer.name",
    "net.sock.peer.port",
    "network.local.address",
    "network.local.port",
    "network.peer.address",
    "network.peer.port",
    "process.pid",
    "session.id",
    "thread.id",
    "thread.name",
    "url.full",
    "url.path",
    "url.query",
    "user.id",
    "user_agent.original",
];

/// What of HTTP's own attributes multiplies series and tells nothing of how a service does.
const OF_HTTP: &[&str] =
    &["network.protocol.name", "network.protocol.version", "network.transport", "url.scheme", "outcome", "exception"];

/// The attributes that tell a series from others.
pub fn canonical(role: Role, attributes: &[Attribute<'_>], adds: Option<(&str, &str)>) -> Set {
    let is_http = matches!(role, Role::Served | Role::Called);
    let is_served = matches!(role, Role::Served | Role::ServedCalls);
    let mut set: Set = Vec::with_capacity(attributes.len() + 1);
    for (name, value) in attributes {
        let today = || TODAY.iter().find(|row| row.0 == *name).map(|row| row.1);
        let today = short(role, name).or_else(today).unwrap_or(name);
        let is_own_address = is_served && matches!(today, "server.address" | "server.port");
        let is_out = name.is_empty()
            || value.is_empty()
            || name.len() > MAX_NAME
            || LEFT_OUT.contains(name)
            || LEFT_OUT.contains(&today)
            || is_own_address
            || today == "service.name"
            || (is_http && OF_HTTP.contains(&today));
        if !is_out {
            set.push((today.to_owned(), crate::telemetry::otlp::common::cut(value, MAX_VALUE).to_owned()));
        }
    }
    set.extend(adds.map(|(name, value)| (name.to_owned(), value.to_owned())));
    set.sort();
    set.dedup_by(|later, former| later.0 == former.0);
    if set.iter().any(|(name, _)| name == "server.address") {
        set.retain(|(name, _)| name != "server.port");
    }
    if let Some(kind) = failure(role, &set) {
        set.push(("error.type".into(), kind));
        set.sort();
    }
    if role == Role::PoolCount
        && let Some(state) = set.iter_mut().find(|(name, _)| name == "db.client.connection.state")
        && state.1 == "active"
    {
        state.1 = "used".into();
    }
    set.truncate(MAX_ATTRIBUTES);
    set
}

/// What it fails with, where the sender tells it by a status alone.
///
/// HTTP: 500 and above (semantic conventions, "HTTP server"). gRPC: the codes that are the server's fault there; any code
/// but 0 for a client.
fn failure(role: Role, set: &Set) -> Option<String> {
    let of = |name: &str| set.iter().find(|(n, _)| n == name).map(|(_, value)| value.as_str());
    if of("error.type").is_some() {
        return None;
    }
    match role {
        Role::Served | Role::Called => {
            let status = of("http.response.status_code")?;
            status.starts_with('5').then(|| status.to_owned())
        }
        Role::ServedCalls | Role::CalledByRpc => {
            let code = of("rpc.grpc.status_code")
                .or_else(|| of("rpc.response.status_code"))
                .or_else(|| of("grpc.status"))
                .or_else(|| of("grpc_code"))?;
            let is_well = matches!(code, "0" | "OK");
            let is_fault = matches!(
                code,
                "2" | "4"
                    | "12"
                    | "13"
                    | "14"
                    | "15"
                    | "UNKNOWN"
                    | "DEADLINE_EXCEEDED"
                    | "UNIMPLEMENTED"
                    | "INTERNAL"
                    | "UNAVAILABLE"
                    | "DATA_LOSS"
                    | "Unknown"
                    | "DeadlineExceeded"
                    | "Unimplemented"
                    | "Internal"
                    | "Unavailable"
                    | "DataLoss"
            );
            (is_fault || (role == Role::CalledByRpc && !is_well)).then(|| code.to_owned())
        }
        _ => None,
    }
}
