//! `GET /databases` and `GET /databases/{database}`: databases that are asked themselves, and what they tell.
//!
//! What a server does not tell is `null`, and stands among `missing` with its reason and the next step.

mod bodies;

use axum::extract::{Path, State};
use axum::response::Response;

pub use self::bodies::*;
use super::answer;
use super::params::Params;
use super::when::Moment;
use crate::api::{ApiState, Problem};
use crate::model::database::{
    self as model, DatabaseKind, DatabaseState, DatabaseStatus, DatabaseView, PostgresView, RedisView, StatementId,
    Told,
};

/// The databases that are asked themselves.
#[utoipa::path(
    get, path = "/databases", tag = "machine",
    responses((status = 200, description = "Databases", body = Databases))
)]
pub async fn databases(State(api): State<ApiState>, params: Params) -> Result<Response, Problem> {
    params.only(&[])?;
    let all = &api.snapshot().services;
    Ok(answer::json(&Databases { databases: all.databases.iter().map(|status| brief(status)).collect() }))
}

/// One database: connections, locks, statements, tables and indexes, and what it does not tell.
#[utoipa::path(
    get, path = "/databases/{database}", tag = "machine",
    params(("database" = String, Path, description = "Its name", example = "shop-db")),
    responses((status = 200, description = "The database", body = DatabaseDetail))
)]
pub async fn database(
    State(api): State<ApiState>,
    Path(name): Path<String>,
    params: Params,
) -> Result<Response, Problem> {
    params.only(&[])?;
    let snapshot = api.snapshot();
    let found = snapshot
        .services
        .database(&name)
        .ok_or_else(|| Problem::not_found(format!("There is no database {name}: /databases lists them")))?;
    Ok(answer::json(&detail(found)))
}

fn brief(status: &DatabaseStatus) -> Database {
    let (is_up, why, next) = match &status.state {
        DatabaseState::Waiting => (None, String::new(), String::new()),
        DatabaseState::Up => (Some(true), String::new(), String::new()),
        DatabaseState::Down { fault, .. } => (Some(false), fault.why.to_string(), fault.next.to_string()),
    };
    let target = &status.target;
    Database {
        name: target.name.to_string(),
        kind: match target.kind {
            DatabaseKind::Postgres => "postgresql",
            DatabaseKind::Redis => "redis",
        },
        address: target.place(),
        database: if target.kind == DatabaseKind::Postgres { target.database.to_string() } else { String::new() },
        is_up,
        why,
        next,
        last_at: status.last_at.map(Moment),
        version: match &status.view {
            Some(DatabaseView::Postgres(view)) => view.server.version.to_string(),
            Some(DatabaseView::Redis(view)) => view.version.to_string(),
            None => String::new(),
        },
    }
}

fn detail(status: &DatabaseStatus) -> DatabaseDetail {
    let whole = match &status.view {
        Some(DatabaseView::Postgres(view)) => of_postgres(view),
        Some(DatabaseView::Redis(view)) => of_redis(view),
        None => DatabaseDetail::default(),
    };
    DatabaseDetail { database: Some(brief(status)), ..whole }
}

fn missing<T>(part: &'static str, told: &Told<T>) -> Option<MissingPart> {
    let model::Missing { why, next, sql } = told.missing()?;
    Some(MissingPart { part, why: why.to_string(), next: next.to_string(), sql: sql.to_string() })
}

fn of_postgres(view: &PostgresView) -> DatabaseDetail {
    let parts = [
        missing("connections", &view.connections),
        missing("traffic", &view.traffic),
        missing("locks", &view.locks),
        missing("statements", &view.statements),
        missing("tables", &view.tables),
        missing("unused_indexes", &view.indexes),
        missing("lags", &view.replication),
    ];
    DatabaseDetail {
        missing: parts.into_iter().flatten().collect(),
        connections: view.connections.value().map(|all| DatabaseConnections {
            used: all.used,
            max: Some(all.max),
            free: Some(all.free()),
            by_state: all
                .by_state
                .iter()
                .map(|(state, n)| ConnectionState { state: state.to_string(), n: *n })
                .collect(),
        }),
        traffic: view.traffic.value().map(|all| DatabaseTraffic {
            per_second: all.commits_per_second,
            rollbacks_per_second: all.rollbacks_per_second,
            hit_ratio: all.hit_ratio.or(all.total_hit_ratio),
            evicted_per_second: None,
            size_bytes: all.size_bytes,
        }),
        locks: view.locks.value().map(|locks| locks.chain.iter().map(locked).collect()),
        statements: view.statements.value().map(|all| all.rows.iter().map(statement).collect()),
        tables: view.tables.value().map(|all| all.rows.iter().map(table).collect()),
        unused_indexes: view.indexes.value().map(|all| all.rows.iter().filter(|i| i.is_unused()).map(index).collect()),
        lags: view.replication.value().map(|all| {
            let own = all.is_replica.then(|| Lag { name: String::new(), seconds: all.lag_seconds, bytes: None });
            let standby =
                |s: &model::Standby| Lag { name: s.name.to_string(), seconds: s.lag_seconds, bytes: s.lag_bytes };
            own.into_iter().chain(all.standbys.iter().map(standby)).collect()
        }),
        ..DatabaseDetail::default()
    }
}

fn of_redis(view: &RedisView) -> DatabaseDetail {
    let parts = [
        missing("connections", &view.clients),
        missing("traffic", &view.traffic),
        missing("memory_bytes", &view.memory),
        missing("lags", &view.replication),
        missing("slow_commands", &view.slow_log),
    ];
    let memory = view.memory.value().map(|memory| memory.used_bytes);
    DatabaseDetail {
        missing: parts.into_iter().flatten().collect(),
        connections: view.clients.value().map(|all| DatabaseConnections {
            used: all.connected,
            max: all.max,
            free: all.max.map(|max| max.saturating_sub(all.connected)),
            by_state: Vec::new(),
        }),
        traffic: view.traffic.value().map(|all| DatabaseTraffic {
            per_second: all.commands_per_second,
            rollbacks_per_second: None,
            hit_ratio: all.hit_ratio.or(all.total_hit_ratio),
            evicted_per_second: all.evicted_per_second,
            size_bytes: memory,
        }),
        lags: view.replication.value().map(|all| {
            let is_told = all.is_replica || all.n_replicas > 0;
            let lag = Lag { name: String::new(), seconds: all.silent_seconds, bytes: all.lag_bytes };
            is_told.then_some(lag).into_iter().collect()
        }),
        memory_bytes: memory,
        slow_commands: view.slow_log.value().map(|log| {
            let slow = |e: &model::SlowEntry| SlowCommand {
                at: Moment(e.at),
                seconds: e.seconds,
                command: e.command.to_string(),
            };
            log.rows.iter().map(slow).collect()
        }),
        ..DatabaseDetail::default()
    }
}

fn locked(blocked: &model::Blocked) -> LockedSession {
    let session = &blocked.session;
    LockedSession {
        pid: session.pid,
        depth: blocked.depth,
        user: session.user.to_string(),
        state: session.state.to_string(),
        statement: session.statement.to_string(),
        waits_for: blocked.waits_for.clone(),
        wait_seconds: blocked.wait_seconds,
        transaction_seconds: session.transaction_seconds,
        lock: blocked.lock.to_string(),
    }
}

fn statement(statement: &model::Statement) -> DatabaseStatement {
    DatabaseStatement {
        // As text: not every reader of JSON holds 64 bits.
        id: match statement.id {
            StatementId::Known(id) => id.to_string(),
            StatementId::Running(pid) => format!("pid {pid}"),
        },
        text: statement.text.to_string(),
        calls: statement.calls,
        total_seconds: statement.total_seconds,
        mean_seconds: statement.mean_seconds,
        rows_per_call: statement.rows_per_call,
        time_ratio: statement.share(),
        calls_per_second: statement.calls_per_second,
    }
}

fn table(table: &model::Table) -> DatabaseTable {
    DatabaseTable {
        name: table.name.to_string(),
        bytes: table.bytes,
        live_rows: table.live_rows,
        dead_rows: table.dead_rows,
        seq_scans: table.seq_scans,
        seq_rows: table.seq_rows,
        vacuumed_at: table.vacuumed_at.map(Moment),
        lacks_index: table.lacks_index,
        needs_vacuum: table.needs_vacuum,
    }
}

fn index(index: &model::Index) -> DatabaseIndex {
    DatabaseIndex {
        name: index.name.to_string(),
        table: index.table.to_string(),
        bytes: index.bytes,
        definition: index.definition.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;
    use crate::api::endpoints::made_up::{self, get, refused};
    use crate::model::database::{Connections, DatabaseTarget, Missing};
    use crate::model::profile::Secret;
    use crate::model::service::Services;
    use crate::model::{Snapshot, Timestamp};

    fn services() -> Arc<Services> {
        let connections = Connections { max: 100, reserved: 3, used: 37, ..Connections::default() };
        let view = PostgresView {
            connections: Told::Value(connections),
            statements: Missing::new("not counted", "make it", "CREATE EXTENSION pg_stat_statements;").into(),
            ..PostgresView::default()
        };
        let up = DatabaseStatus {
            target: DatabaseTarget {
                name: "shop-db".into(),
                secret: Some(Secret("hush".into())),
                ..DatabaseTarget::default()
            },
            state: DatabaseState::Up,
            view: Some(DatabaseView::Postgres(Arc::new(view))),
            ..DatabaseStatus::default()
        };
        let fault = Missing::new("it refuses the password of me", "Type the password again", "");
        let down = DatabaseStatus {
            target: DatabaseTarget {
                name: "cache".into(),
                kind: DatabaseKind::Redis,
                port: 6379,
                ..DatabaseTarget::default()
            },
            state: DatabaseState::Down { since: Timestamp::from_millis(0), fault },
            ..DatabaseStatus::default()
        };
        Arc::new(Services { databases: [up, down].map(Arc::new).into(), ..Services::default() })
    }

    #[test]
    fn databases_are_listed_and_one_is_shown_in_full() {
        let state = made_up::state(Snapshot { services: services(), ..made_up::of_series(&[]) });
        let json = |address: &str| -> serde_json::Value {
            let (status, body) = get(&state, address);
            assert_eq!(status, 200, "{body}");
            assert!(!body.contains("hush"), "{body}");
            serde_json::from_str(&body).expect("JSON")
        };
        let listed = &json("/databases")["databases"];
        assert_eq!((&listed[0]["kind"], &listed[0]["is_up"]), (&"postgresql".into(), &true.into()));
        assert_eq!((&listed[1]["address"], &listed[1]["is_up"]), (&"127.0.0.1:6379".into(), &false.into()));
        assert_eq!(listed[1]["why"], "it refuses the password of me");
        let whole = json("/databases/shop-db");
        assert_eq!((&whole["connections"]["free"], &whole["statements"]), (&60.into(), &serde_json::Value::Null));
        assert_eq!(
            (&whole["missing"][0]["part"], &whole["missing"][0]["next"]),
            (&"statements".into(), &"make it".into())
        );
        assert_eq!(get(&state, "/databases/none").0, 404);
        assert_eq!(refused(&state, "/databases?limit=1"), (400, "limit".into()));
    }
}
