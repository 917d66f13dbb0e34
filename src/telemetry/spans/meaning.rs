//! What a span counts as: a request that is served, an operation of a database, a call of something else, or a function.

use super::attributes::Told;
use super::trace_view::SpanView;
use crate::analysis::span::statement::{Dialect, without_values};
use crate::model::service::{SpanKind, TimePart};

/// Longest text of a route, an operation or a name, bytes.
pub const LONGEST_NAME: usize = 256;
/// Longest statement that is kept, bytes.
const LONGEST_STATEMENT: usize = 512;
/// More of a statement is not read, bytes.
const READ_STATEMENT: usize = 4096;

/// What a span counts as.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Role {
    /// A request that is served, or a message that is taken.
    Request,
    /// An operation of a database or cache.
    Operation,
    /// A call of another service, or a message sent.
    Call,
    /// Anything else.
    Function,
}

/// What a span counts as, in words. Kept and filled again, so that counting allocates little.
#[derive(Debug, Clone, Default)]
pub struct Meaning {
    /// What it is; `None` before the first.
    pub role: Option<Role>,
    /// The part of its request's time that it is.
    pub part: Option<TimePart>,
    /// Route (`GET /cart`), or operation (`SELECT orders`).
    pub label: String,
    /// What is called: a service, a database, a broker.
    pub dependency: String,
    /// Its kind, such as `http` or `postgresql`.
    pub system: String,
    /// The statement without its values.
    pub statement: String,
    /// The route alone, as series name it.
    pub route: String,
}

/// Names of spans that wait for a connection; letters' case does not matter.
const WAITS: &[&str] = &[
    "acquire",
    "checkout connection",
    "checkout_connection",
    "check out connection",
    "pool wait",
    "pool.wait",
    "pool.connect",
    "pool.checkout",
    "wait for connection",
    "connection wait",
    "connection.wait",
    "connections.wait",
    "getconnection",
    "get_connection",
    "get connection",
    "prisma:engine:connection",
];
/// Names that look like those and are not.
const NO_WAITS: &[&str] = &["lock", "mutex", "semaphore", "token", "lease"];
/// Names of spans that stand in a queue.
const QUEUES: &[&str] = &["queue wait", "queue.wait", "queue_wait", "wait in queue", "time in queue", "time_in_queue"];
/// Systems that are caches.
const CACHES: &[&str] = &["redis", "valkey", "memcached", "keydb", "dragonfly", "hazelcast", "ehcache"];

fn contains(name: &str, word: &str) -> bool {
    name.as_bytes().windows(word.len()).any(|part| part.eq_ignore_ascii_case(word.as_bytes()))
}

/// The part of a request's time that a span of this name is; `None` where the name does not tell.
fn part_of_name(name: &str) -> Option<TimePart> {
    let any = |words: &[&str]| words.iter().any(|word| contains(name, word));
    if any(QUEUES) {
        return Some(TimePart::Queue);
    }
    (any(WAITS) && !any(NO_WAITS)).then_some(TimePart::WaitsForConnection)
}

impl Meaning {
    /// Finds what this span counts as.
    pub fn find(&mut self, view: &SpanView<'_>) {
        for text in [&mut self.label, &mut self.dependency, &mut self.system, &mut self.statement, &mut self.route] {
            text.clear();
        }
        let told = &view.told;
        self.part = None;
        self.role = Some(match view.kind {
            SpanKind::Server => self.served(view),
            SpanKind::Consumer => self.consumed(view),
            kind => {
                self.part = part_of_name(view.name);
                let is_client = kind == SpanKind::Client;
                match () {
                    () if self.part.is_some() => Role::Function,
                    () if is_client && !told.db_system.is_empty() => self.operation(view),
                    () if is_client || kind == SpanKind::Producer => self.call(told),
                    () => Role::Function,
                }
            }
        });
        for text in [&mut self.label, &mut self.dependency, &mut self.system, &mut self.route] {
            text.truncate(text.floor_char_boundary(LONGEST_NAME));
        }
    }

    fn served(&mut self, view: &SpanView<'_>) -> Role {
        let told = &view.told;
        if !told.method.is_empty() || !told.route.is_empty() {
            self.route.push_str(told.route);
            join(&mut self.label, told.method, " ", told.route);
        } else if !told.rpc_method.is_empty() {
            join(&mut self.route, told.rpc_service, "/", told.rpc_method);
            self.label.push_str(&self.route);
        } else {
            self.route.push_str(view.name);
            self.label.push_str(view.name);
        }
        Role::Request
    }

    fn consumed(&mut self, view: &SpanView<'_>) -> Role {
        let Told { destination, messaging_operation, .. } = view.told;
        if destination.is_empty() {
            self.label.push_str(view.name);
        } else {
            let operation = if messaging_operation.is_empty() { "process" } else { messaging_operation };
            join(&mut self.label, operation, " ", destination);
        }
        Role::Request
    }

    fn operation(&mut self, view: &SpanView<'_>) -> Role {
        let told = &view.told;
        self.part = Some(if CACHES.contains(&told.db_system) { TimePart::Cache } else { TimePart::Database });
        self.system.push_str(told.db_system);
        let read = &told.db_statement[..told.db_statement.floor_char_boundary(READ_STATEMENT)];
        without_values(read, Dialect::of(told.db_system), LONGEST_STATEMENT, &mut self.statement);
        let (verb, table) = match Dialect::of(told.db_system) {
            Dialect::Sql | Dialect::MySql => verb_and_table(&self.statement),
            Dialect::Json | Dialect::Command => (String::new(), ""),
        };
        let table = if told.db_collection.is_empty() { table } else { told.db_collection };
        // Some libraries put the database's name behind the operation's: a statement that can be read says it better.
        let is_same = told.db_operation.get(..verb.len()).is_some_and(|begin| begin.eq_ignore_ascii_case(&verb));
        let operation = if verb.is_empty() || !is_same { told.db_operation } else { &verb };
        match operation {
            "" if verb.is_empty() => self.label.push_str(view.name),
            "" => join(&mut self.label, &verb, " ", table),
            operation => join(&mut self.label, operation, " ", table),
        }
        self.called(told);
        if self.dependency.is_empty() {
            self.dependency.push_str(told.db_system);
        }
        Role::Operation
    }

    fn call(&mut self, told: &Told<'_>) -> Role {
        self.called(told);
        self.system.push_str(match () {
            () if !told.rpc_system.is_empty() => told.rpc_system,
            () if !told.messaging_system.is_empty() => told.messaging_system,
            () if !told.method.is_empty() || !told.url.is_empty() => "http",
            () => "",
        });
        if self.dependency.is_empty() {
            self.dependency.push_str(if told.destination.is_empty() { told.rpc_service } else { told.destination });
        }
        if self.dependency.is_empty() {
            if self.system.is_empty() {
                return Role::Function;
            }
            self.dependency.push_str(&self.system);
        }
        self.part = Some(TimePart::Downstream);
        Role::Call
    }

    /// Whom it calls: a name that it has by itself, an address, or what its URL holds.
    fn called(&mut self, told: &Told<'_>) {
        if !told.peer.is_empty() {
            self.dependency.push_str(told.peer);
        } else if !told.server.is_empty() {
            self.dependency.push_str(told.server);
            if let Some(port) = told.port.filter(|port| (1..65536).contains(port) && !matches!(port, 80 | 443)) {
                use std::fmt::Write as _;
                let _ = write!(self.dependency, ":{port}");
            }
        } else {
            let behind = told.url.split_once("://").map_or("", |(_, rest)| rest);
            let authority = behind.split(['/', '?', '#']).next().unwrap_or("");
            // What stands before an @ are a name and a password.
            self.dependency.push_str(authority.rsplit('@').next().unwrap_or(""));
        }
    }
}

fn join(out: &mut String, a: &str, between: &str, b: &str) {
    out.push_str(a);
    if !a.is_empty() && !b.is_empty() {
        out.push_str(between);
    }
    out.push_str(b);
}

/// `SELECT` and `orders` out of a statement; the table is empty where it is not plain.
fn verb_and_table(statement: &str) -> (String, &str) {
    let mut words = statement.split_whitespace();
    let verb = words.next().unwrap_or("").to_ascii_uppercase();
    let after: &[&str] = match verb.as_str() {
        "SELECT" | "DELETE" => &["from"],
        "INSERT" | "REPLACE" | "MERGE" => &["into"],
        "UPDATE" => return (verb, plain(words.next())),
        _ => return (verb, ""),
    };
    while let Some(word) = words.next() {
        if after.iter().any(|a| a.eq_ignore_ascii_case(word)) {
            return (verb, plain(words.next()));
        }
    }
    (verb, "")
}

fn plain(word: Option<&str>) -> &str {
    let word = word.unwrap_or("");
    let end = word.find(['(', ',', ';', ')']).unwrap_or(word.len());
    word[..end].trim_matches(['"', '`'])
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::telemetry::otlp::protobuf::Fields;

    fn view(kind: u8, name: &str) -> SpanView<'_> {
        let mut raw = Vec::new();
        // Ids alone, in bytes that live as long as the program.
        let bytes = b"\x0a\x10\x01\x01\x01\x01\x01\x01\x01\x01\x01\x01\x01\x01\x01\x01\x01\x01\x12\x08\x01\x01\x01\x01\x01\x01\x01\x01";
        assert_eq!(Fields::new(bytes).count(), 2);
        let mut view = SpanView::read(bytes, &mut raw).expect("a span");
        view.kind = [SpanKind::Internal, SpanKind::Server, SpanKind::Client, SpanKind::Producer, SpanKind::Consumer]
            [usize::from(kind)];
        view.name = name;
        view
    }

    /// Role, part, label, dependency, system, statement, as one text.
    fn meant(kind: u8, name: &str, told: Told<'_>) -> String {
        let mut meaning = Meaning::default();
        meaning.find(&SpanView { told, ..view(kind, name) });
        let Meaning { role, part, label, dependency, system, statement, .. } = meaning;
        let part = part.map_or(String::from("-"), |p| format!("{p:?}"));
        format!("{:?} {part} [{label}] [{dependency}] [{system}] [{statement}]", role.expect("found"))
    }

    #[test]
    fn spans_count_as_what_they_say() {
        let none = Told::default();
        for (kind, name, told, expect) in [
            (1, "x", Told { method: "GET", route: "/cart", ..none }, "Request - [GET /cart] [] [] []"),
            (1, "x", Told { method: "GET", ..none }, "Request - [GET] [] [] []"),
            (1, "x", Told { rpc_service: "a.B", rpc_method: "C", ..none }, "Request - [a.B/C] [] [] []"),
            (1, "serve", none, "Request - [serve] [] [] []"),
            (4, "x", Told { destination: "orders", ..none }, "Request - [process orders] [] [] []"),
            (
                2,
                "q",
                Told {
                    db_system: "postgresql",
                    db_statement: "select a from orders where b = 7",
                    server: "db",
                    port: Some(5432),
                    ..none
                },
                "Operation Database [SELECT orders] [db:5432] [postgresql] [select a from orders where b = ?]",
            ),
            (
                2,
                "q",
                Told { db_system: "redis", db_operation: "GET", db_statement: "GET k", ..none },
                "Operation Cache [GET] [redis] [redis] [GET ?]",
            ),
            (
                2,
                "GET",
                Told { method: "GET", url: "https://u:p@pay.example:8443/x?y", ..none },
                "Call Downstream [] [pay.example:8443] [http] []",
            ),
            (
                2,
                "GET",
                Told { method: "GET", server: "pay", port: Some(443), ..none },
                "Call Downstream [] [pay] [http] []",
            ),
            (2, "C", Told { rpc_system: "grpc", rpc_service: "a.B", ..none }, "Call Downstream [] [a.B] [grpc] []"),
            (
                3,
                "send",
                Told { messaging_system: "kafka", destination: "orders", ..none },
                "Call Downstream [] [orders] [kafka] []",
            ),
            (2, "plain", none, "Function - [] [] [] []"),
            (0, "price", none, "Function - [] [] [] []"),
            (0, "Pool.Acquire", none, "Function WaitsForConnection [] [] [] []"),
            (2, "pg-pool.connect", Told { db_system: "postgresql", ..none }, "Function WaitsForConnection [] [] [] []"),
            (0, "HikariDataSource.getConnection", none, "Function WaitsForConnection [] [] [] []"),
            (0, "acquire_lock", none, "Function - [] [] [] []"),
            (0, "queue.wait", none, "Function Queue [] [] [] []"),
        ] {
            assert_eq!(meant(kind, name, told), expect, "{kind} {name}");
        }
    }

    #[test]
    fn tables_are_found() {
        for (statement, expect) in [
            ("insert into \"Orders\"(a) values (?)", ("INSERT", "Orders")),
            ("UPDATE `t` SET a = ?", ("UPDATE", "t")),
            ("DELETE FROM s.t;", ("DELETE", "s.t")),
            ("SELECT ?", ("SELECT", "")),
            ("SELECT * FROM (select ?)", ("SELECT", "")),
            ("COMMIT", ("COMMIT", "")),
        ] {
            let (verb, table) = verb_and_table(statement);
            assert_eq!((verb.as_str(), table), expect, "{statement}");
        }
    }
}
