//! Names of metrics: today's by older and other ones.

use super::Role;

/// What is known of a metric by its name.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Known<'a> {
    /// Its name today.
    pub name: &'a str,
    /// What it tells.
    pub role: Role,
    /// Its unit, where today's name has a fixed one and the sender told none.
    pub unit: &'static str,
    /// Whether it came under another name.
    pub is_old: bool,
    /// An attribute that the other name stood for.
    pub adds: Option<(&'static str, &'static str)>,
}

type Row = (&'static str, Role, &'static str, &'static [&'static str]);

/// Today's name, what it tells, its unit, and other names for it.
const TODAY: &[Row] = &[
    (
        "http.server.request.duration",
        Role::Served,
        "s",
        &[
            "http.server.duration",
            "http_server_request_duration_seconds",
            "http_server_duration_milliseconds",
            "http_request_duration_seconds",
            "http_requests_duration_seconds",
            "http_server_requests_seconds",
            "http.server.requests",
            "starlette_request_duration_seconds",
            "flask_http_request_duration_seconds",
            "http_request_duration_milliseconds",
        ],
    ),
    (
        "http.client.request.duration",
        Role::Called,
        "s",
        &[
            "http.client.duration",
            "http_client_request_duration_seconds",
            "http_client_duration_milliseconds",
            "http.client.requests",
            "http_client_requests_seconds",
        ],
    ),
    ("http.server.request.body.size", Role::Other, "By", &["http.server.request.size"]),
    ("http.server.response.body.size", Role::Other, "By", &["http.server.response.size"]),
    ("http.client.request.body.size", Role::Other, "By", &["http.client.request.size"]),
    ("http.client.response.body.size", Role::Other, "By", &["http.client.response.size"]),
    (
        "rpc.server.call.duration",
        Role::ServedCalls,
        "s",
        &[
            "rpc.server.duration",
            "grpc.server.call.duration",
            "grpc_server_handling_seconds",
            "rpc_server_duration_milliseconds",
        ],
    ),
    (
        "rpc.client.call.duration",
        Role::CalledByRpc,
        "s",
        &[
            "rpc.client.duration",
            "grpc.client.call.duration",
            "grpc_client_handling_seconds",
            "rpc_client_duration_milliseconds",
        ],
    ),
    (
        "db.client.operation.duration",
        Role::Database,
        "s",
        &["db.client.duration", "db_client_operation_duration_seconds"],
    ),
    (
        "db.client.connection.count",
        Role::PoolCount,
        "{connection}",
        &["db.client.connections.usage", "db_client_connection_count", "db_client_connections_usage"],
    ),
    (
        "db.client.connection.max",
        Role::PoolMax,
        "{connection}",
        &[
            "db.client.connections.max",
            "db_client_connection_max",
            "db_client_connections_max",
            "hikaricp.connections.max",
            "hikaricp_connections_max",
        ],
    ),
    ("db.client.connection.idle.max", Role::Other, "{connection}", &["db.client.connections.idle.max"]),
    (
        "db.client.connection.idle.min",
        Role::Other,
        "{connection}",
        &["db.client.connections.idle.min", "hikaricp.connections.min", "hikaricp_connections_min"],
    ),
    (
        "db.client.connection.pending_requests",
        Role::PoolPending,
        "{request}",
        &[
            "db.client.connections.pending_requests",
            "db_client_connection_pending_requests",
            "db_client_connections_pending_requests",
            "hikaricp.connections.pending",
            "hikaricp_connections_pending",
        ],
    ),
    (
        "db.client.connection.timeouts",
        Role::PoolTimeOuts,
        "{timeout}",
        &[
            "db.client.connections.timeouts",
            "db_client_connection_timeouts_total",
            "hikaricp.connections.timeout",
            "hikaricp_connections_timeout_total",
        ],
    ),
    (
        "db.client.connection.wait_time",
        Role::PoolWait,
        "s",
        &[
            "db.client.connections.wait_time",
            "db_client_connection_wait_time_seconds",
            "hikaricp.connections.acquire",
            "hikaricp_connections_acquire_seconds",
        ],
    ),
    ("db.client.connection.create_time", Role::Other, "s", &["db.client.connections.create_time"]),
    ("db.client.connection.use_time", Role::Other, "s", &["db.client.connections.use_time"]),
    ("cache.requests", Role::CacheRequests, "{request}", &["cache.gets", "cache_gets_total", "cache_requests_total"]),
    (
        "cache.evictions",
        Role::CacheEvictions,
        "{item}",
        &["redis.keys.evicted", "redis_evicted_keys_total", "memcached.evictions", "cache_evictions_total"],
    ),
    ("ml.batch.size", Role::BatchSize, "{item}", &["ml_batch_size"]),
    ("ml.batch.duration", Role::BatchDuration, "s", &["ml_batch_duration_seconds"]),
    ("ml.batch.wait_time", Role::BatchWait, "s", &["ml_batch_wait_time_seconds"]),
    (
        "messaging.client.sent.messages",
        Role::Sent,
        "{message}",
        &["messaging.publish.messages", "messaging.client.published.messages"],
    ),
    ("messaging.client.consumed.messages", Role::Taken, "{message}", &["messaging.receive.messages"]),
    ("messaging.process.duration", Role::Processed, "s", &["messaging.process.latency"]),
    (
        "messaging.client.operation.duration",
        Role::Other,
        "s",
        &["messaging.publish.duration", "messaging.receive.duration"],
    ),
    (
        "messaging.queue.depth",
        Role::QueueDepth,
        "{message}",
        &[
            "rabbitmq.message.current",
            "rabbitmq_queue_messages",
            "kafka.consumer_group.lag",
            "kafka_consumergroup_lag",
            "celery_queue_length",
        ],
    ),
    ("jvm.memory.used", Role::Other, "By", &["process.runtime.jvm.memory.usage"]),
    ("jvm.thread.count", Role::Other, "{thread}", &["process.runtime.jvm.threads.count"]),
    ("jvm.cpu.recent_utilization", Role::Other, "1", &["process.runtime.jvm.cpu.utilization"]),
    ("go.goroutine.count", Role::Other, "{goroutine}", &["process.runtime.go.goroutines"]),
];

/// Other names that stand for a metric and for one of its attributes.
const WITH_ATTRIBUTE: &[(&str, &str, (&str, &str))] = &[
    ("redis.keyspace.hits", "cache.requests", ("cache.result", "hit")),
    ("redis.keyspace.misses", "cache.requests", ("cache.result", "miss")),
    ("redis_keyspace_hits_total", "cache.requests", ("cache.result", "hit")),
    ("redis_keyspace_misses_total", "cache.requests", ("cache.result", "miss")),
    ("cache.hits", "cache.requests", ("cache.result", "hit")),
    ("cache.misses", "cache.requests", ("cache.result", "miss")),
    ("cache_hits_total", "cache.requests", ("cache.result", "hit")),
    ("cache_misses_total", "cache.requests", ("cache.result", "miss")),
    ("hikaricp.connections.active", "db.client.connection.count", ("db.client.connection.state", "used")),
    ("hikaricp.connections.idle", "db.client.connection.count", ("db.client.connection.state", "idle")),
    ("hikaricp_connections_active", "db.client.connection.count", ("db.client.connection.state", "used")),
    ("hikaricp_connections_idle", "db.client.connection.count", ("db.client.connection.state", "idle")),
];

/// What is known of a metric of this name.
pub fn known(name: &str) -> Known<'_> {
    let row = |today: &str| TODAY.iter().find(|row| row.0 == today);
    if let Some((today, role, unit, _)) = row(name) {
        return Known { name: today, role: *role, unit, is_old: false, adds: None };
    }
    if let Some((today, role, unit, _)) = TODAY.iter().find(|row| row.3.contains(&name)) {
        let is_millis = name.ends_with("_milliseconds");
        return Known { name: today, role: *role, unit: if is_millis { "ms" } else { unit }, is_old: true, adds: None };
    }
    if let Some((_, today, adds)) = WITH_ATTRIBUTE.iter().find(|row| row.0 == name)
        && let Some((today, role, unit, _)) = row(today)
    {
        return Known { name: today, role: *role, unit, is_old: true, adds: Some(*adds) };
    }
    Known { name, role: Role::Other, unit: "", is_old: false, adds: None }
}
