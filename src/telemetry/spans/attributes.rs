//! What a span's attributes tell, by OpenTelemetry's conventional names, today's and older ones.
//!
//! Sources: the semantic conventions for HTTP, database, RPC and messaging spans, and their migration guides.

use super::super::otlp::common::{AnyValue, KeyValue};

/// What is recognised. Texts are empty where nothing is told.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct Told<'a> {
    /// `http.request.method`.
    pub method: &'a str,
    /// `http.route`.
    pub route: &'a str,
    /// `http.response.status_code`.
    pub http_status: Option<i64>,
    /// `url.full`.
    pub url: &'a str,
    /// `db.system.name`.
    pub db_system: &'a str,
    /// `db.operation.name`.
    pub db_operation: &'a str,
    /// `db.collection.name`.
    pub db_collection: &'a str,
    /// `db.query.text`.
    pub db_statement: &'a str,
    /// `rpc.system`.
    pub rpc_system: &'a str,
    /// `rpc.service`.
    pub rpc_service: &'a str,
    /// `rpc.method`.
    pub rpc_method: &'a str,
    /// `rpc.grpc.status_code`; 0 is well.
    pub rpc_status: Option<i64>,
    /// `messaging.system`.
    pub messaging_system: &'a str,
    /// `messaging.destination.name`.
    pub destination: &'a str,
    /// `messaging.operation.name`.
    pub messaging_operation: &'a str,
    /// `server.address`.
    pub server: &'a str,
    /// `server.port`.
    pub port: Option<i64>,
    /// `peer.service`.
    pub peer: &'a str,
    /// `error.type`.
    pub error_type: &'a str,
    /// Time in a queue before it began, seconds.
    pub queue_seconds: f64,
    /// Time it waited for a connection at its beginning, seconds.
    pub wait_seconds: f64,
}

/// Attributes that tell how long a request stood in a queue, and their unit in seconds.
const QUEUE: &[(&str, f64)] = &[
    ("http.server.request.time_in_queue", 1.0),
    ("time_in_queue", 1.0),
    ("queue.wait_seconds", 1.0),
    ("queue.wait_ms", 1e-3),
];

/// Attributes that tell how long a connection was waited for, and their unit in seconds.
const WAIT: &[(&str, f64)] = &[
    ("db.client.connection.wait_time", 1.0),
    ("db.client.connection.wait", 1.0),
    ("db.client.connections.wait_time", 1e-3),
    ("pool.wait_seconds", 1.0),
    ("pool.wait_ms", 1e-3),
];

impl<'a> Told<'a> {
    /// Takes an attribute in; one that is not recognised is nothing.
    pub fn take(&mut self, pair: &KeyValue<'a>) {
        match pair.value {
            AnyValue::Text(text) => self.take_text(pair.key, text),
            AnyValue::Int(n) => self.take_number(pair.key, n, n as f64),
            AnyValue::Double(n) if n.is_finite() => self.take_number(pair.key, n as i64, n),
            _ => {}
        }
    }

    fn take_text(&mut self, key: &str, text: &'a str) {
        let place = match key {
            "http.request.method" | "http.method" => &mut self.method,
            "http.route" => &mut self.route,
            "url.full" | "http.url" => &mut self.url,
            "db.system.name" | "db.system" => &mut self.db_system,
            "db.operation.name" | "db.operation" => &mut self.db_operation,
            "db.collection.name" | "db.sql.table" | "db.mongodb.collection" | "db.cassandra.table" => {
                &mut self.db_collection
            }
            "db.query.text" | "db.statement" => &mut self.db_statement,
            "rpc.system" | "rpc.system.name" => &mut self.rpc_system,
            "rpc.service" => &mut self.rpc_service,
            "rpc.method" => &mut self.rpc_method,
            "messaging.system" => &mut self.messaging_system,
            "messaging.destination.name" | "messaging.destination" => &mut self.destination,
            "messaging.operation.name" | "messaging.operation.type" | "messaging.operation" => {
                &mut self.messaging_operation
            }
            "server.address" | "net.peer.name" | "http.host" => {
                // A name says more than the header that the client sent.
                if key == "http.host" && !self.server.is_empty() {
                    return;
                }
                &mut self.server
            }
            "peer.service" | "service.peer.name" => &mut self.peer,
            "error.type" => &mut self.error_type,
            "http.response.status_code" | "http.status_code" => {
                self.http_status = text.parse().ok();
                return;
            }
            "rpc.response.status_code" | "rpc.grpc.status_code" => {
                self.rpc_status = text.parse().ok();
                return;
            }
            _ => return,
        };
        *place = text;
    }

    fn take_number(&mut self, key: &str, whole: i64, number: f64) {
        match key {
            "http.response.status_code" | "http.status_code" => self.http_status = Some(whole),
            "rpc.grpc.status_code" => self.rpc_status = Some(whole),
            "server.port" | "net.peer.port" => self.port = Some(whole),
            _ if number > 0.0 => {
                let seconds =
                    |table: &[(&str, f64)]| table.iter().find(|(k, _)| *k == key).map(|(_, unit)| unit * number);
                if let Some(seconds) = seconds(QUEUE) {
                    self.queue_seconds = seconds;
                } else if let Some(seconds) = seconds(WAIT) {
                    self.wait_seconds = seconds;
                }
            }
            _ => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn older_names_tell_the_same() {
        let told = |pairs: &[(&'static str, AnyValue<'static>)]| {
            let mut told = Told::default();
            pairs.iter().for_each(|(key, value)| told.take(&KeyValue { key, value: *value }));
            told
        };
        use AnyValue::{Double, Int, Text};
        for (new, old) in [
            (
                vec![("http.request.method", Text("GET")), ("http.response.status_code", Int(503))],
                vec![("http.method", Text("GET")), ("http.status_code", Text("503"))],
            ),
            (
                vec![("db.system.name", Text("mysql")), ("db.query.text", Text("select 1"))],
                vec![("db.system", Text("mysql")), ("db.statement", Text("select 1"))],
            ),
            (
                vec![("server.address", Text("db")), ("server.port", Int(1))],
                vec![("net.peer.name", Text("db")), ("http.host", Text("other")), ("net.peer.port", Int(1))],
            ),
            (vec![("db.client.connection.wait_time", Double(0.5))], vec![("pool.wait_ms", Int(500))]),
            (
                vec![],
                vec![("http.target", Text("/a/1")), ("time_in_queue", Double(f64::NAN)), ("time_in_queue", Int(-1))],
            ),
        ] {
            assert_eq!(told(&new), told(&old), "{new:?}");
        }
    }
}
