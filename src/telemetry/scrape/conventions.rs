//! Names of exporters that mean what OpenTelemetry's conventions have a name for.
//!
//! Sources: OpenTelemetry's "Prometheus and OpenMetrics Compatibility" and its semantic conventions; Micrometer's metrics
//! of Spring MVC and HikariCP; Prometheus' "Metric and label naming".

/// What a metric is by the conventions.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Convention {
    /// Its name there.
    pub(super) metric: &'static str,
    /// What the exporter says by the name and the conventions by an attribute.
    pub(super) attribute: Option<Attribute>,
}

/// A name and a value.
type Attribute = (&'static str, &'static str);

const STATE: &str = "db.client.connection.state";

const METRICS: &[(&str, &str, Option<Attribute>)] = &[
    ("db_client_connection_count", "db.client.connection.count", None),
    ("db_client_connection_idle_max", "db.client.connection.idle.max", None),
    ("db_client_connection_idle_min", "db.client.connection.idle.min", None),
    ("db_client_connection_max", "db.client.connection.max", None),
    ("db_client_connection_pending_requests", "db.client.connection.pending_requests", None),
    ("db_client_connection_timeouts_total", "db.client.connection.timeouts", None),
    ("db_client_connection_use_time_seconds", "db.client.connection.use_time", None),
    ("db_client_connection_wait_time_seconds", "db.client.connection.wait_time", None),
    ("db_client_operation_duration_seconds", "db.client.operation.duration", None),
    ("gen_ai_client_operation_duration_seconds", "gen_ai.client.operation.duration", None),
    ("gen_ai_server_request_duration_seconds", "gen_ai.server.request.duration", None),
    ("hikaricp_connections_acquire_seconds", "db.client.connection.wait_time", None),
    ("hikaricp_connections_active", "db.client.connection.count", Some((STATE, "used"))),
    ("hikaricp_connections_idle", "db.client.connection.count", Some((STATE, "idle"))),
    ("hikaricp_connections_max", "db.client.connection.max", None),
    ("hikaricp_connections_pending", "db.client.connection.pending_requests", None),
    ("hikaricp_connections_timeout_total", "db.client.connection.timeouts", None),
    ("http_client_request_duration_seconds", "http.client.request.duration", None),
    ("http_client_requests_seconds", "http.client.request.duration", None),
    ("http_request_duration_seconds", "http.server.request.duration", None),
    ("http_server_active_requests", "http.server.active_requests", None),
    ("http_server_request_duration_seconds", "http.server.request.duration", None),
    ("http_server_requests_seconds", "http.server.request.duration", None),
    ("messaging_client_consumed_messages_total", "messaging.client.consumed.messages", None),
    ("messaging_client_operation_duration_seconds", "messaging.client.operation.duration", None),
    ("messaging_client_sent_messages_total", "messaging.client.sent.messages", None),
    ("messaging_process_duration_seconds", "messaging.process.duration", None),
    ("rpc_client_duration_seconds", "rpc.client.duration", None),
    ("rpc_server_duration_seconds", "rpc.server.duration", None),
];

/// Labels, with what the names of the metrics that have them begin with.
const LABELS: &[(&str, &str, &str)] = &[
    ("code", "http.", "http.response.status_code"),
    ("db_client_connection_pool_name", "db.", "db.client.connection.pool.name"),
    ("db_client_connection_state", "db.", STATE),
    ("db_collection_name", "db.", "db.collection.name"),
    ("db_namespace", "db.", "db.namespace"),
    ("db_operation_name", "db.", "db.operation.name"),
    ("db_query_summary", "db.", "db.query.summary"),
    ("db_system", "db.", "db.system.name"),
    ("db_system_name", "db.", "db.system.name"),
    ("error_type", "", "error.type"),
    ("gen_ai_operation_name", "gen_ai.", "gen_ai.operation.name"),
    ("gen_ai_request_model", "gen_ai.", "gen_ai.request.model"),
    ("handler", "http.server.", "http.route"),
    ("http_method", "http.", "http.request.method"),
    ("http_request_method", "http.", "http.request.method"),
    ("http_response_status_code", "http.", "http.response.status_code"),
    ("http_route", "http.", "http.route"),
    ("http_status_code", "http.", "http.response.status_code"),
    ("messaging_consumer_group_name", "messaging.", "messaging.consumer.group.name"),
    ("messaging_destination_name", "messaging.", "messaging.destination.name"),
    ("messaging_operation_name", "messaging.", "messaging.operation.name"),
    ("messaging_system", "messaging.", "messaging.system"),
    ("method", "http.", "http.request.method"),
    ("pool", "db.", "db.client.connection.pool.name"),
    ("route", "http.server.", "http.route"),
    ("rpc_grpc_status_code", "rpc.", "rpc.grpc.status_code"),
    ("rpc_method", "rpc.", "rpc.method"),
    ("rpc_service", "rpc.", "rpc.service"),
    ("rpc_system", "rpc.", "rpc.system"),
    ("server_address", "", "server.address"),
    ("server_port", "", "server.port"),
    ("status", "http.", "http.response.status_code"),
    ("status_code", "http.", "http.response.status_code"),
    ("uri", "http.server.", "http.route"),
];

/// What the conventions call a metric.
pub(super) fn convention(name: &str) -> Option<Convention> {
    let i = METRICS.binary_search_by(|(exported, ..)| (*exported).cmp(name)).ok()?;
    METRICS.get(i).map(|(_, metric, attribute)| Convention { metric, attribute: *attribute })
}

/// What the conventions call a label of a metric that they know.
pub(super) fn attribute(metric: &str, label: &str) -> Option<&'static str> {
    let i = LABELS.binary_search_by(|(exported, ..)| (*exported).cmp(label)).ok()?;
    let (_, begins, attribute) = LABELS.get(i)?;
    metric.starts_with(begins).then_some(attribute)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_tables_are_sorted_so_that_everything_in_them_is_found() {
        for (name, metric, _) in METRICS {
            assert_eq!(convention(name).map(|c| c.metric), Some(*metric), "{name}");
        }
        for (label, begins, expect) in LABELS {
            assert_eq!(attribute(&format!("{begins}x"), label), Some(*expect), "{label}");
        }
        assert_eq!(convention("node_load1"), None);
        assert_eq!(attribute("db.client.connection.max", "method"), None);
    }
}
