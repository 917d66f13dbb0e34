//! A real PostgreSQL server: what it tells, who waits for whom, what a slow statement is, rights, passwords and TLS.

use std::time::Duration;

use perfdesk::model::database::{DatabaseTarget, PlanOutcome, Statement, StatementId, TlsMode};
use perfdesk::telemetry::database::warm;

use crate::database_support::{Databases, Server, free_port, target};

const SET_UP: &str = "create extension pg_stat_statements; \
    create table items (id int primary key, name text, stock int); \
    insert into items select n, 'item ' || n, n % 100 from generate_series(1, 40000) n; \
    create index items_name on items (name); delete from items where id > 26000; analyze items; \
    create role desk login password 'hunter2-desk'; grant pg_monitor to desk; grant select on items to desk; \
    create schema depot; create table depot.bins (place text); \
    grant usage on schema depot to desk; grant select on depot.bins to desk; \
    alter role desk in database shop set search_path = depot, public; \
    create function depot.array_length(regtype[], integer) returns integer language sql as 'select 1 / 0'; \
    create role weak login password 'hunter2-weak'; \
    create role tls_only login password 'hunter2-tls'; grant pg_monitor to tls_only;";

fn statement<'a>(rows: &'a [Statement], part: &str) -> Option<&'a Statement> {
    rows.iter().find(|row| row.text.contains(part))
}

fn id(rows: &[Statement], part: &str) -> StatementId {
    statement(rows, part).unwrap_or_else(|| panic!("no {part} in {rows:#?}")).id
}

fn warm_up_statements_only_read(port: u16) {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
    let sent = |password: &str, statement: &str, millis| {
        runtime.block_on(warm(&target("shop", port, "desk", password), statement, Duration::from_millis(millis)))
    };
    assert_eq!(sent("hunter2-desk", "select * from items", 5_000), Ok(()), "more rows than are fetched at a time");
    for (password, statement, millis, expect) in [
        ("hunter2-desk", "update items set stock = 1", 5_000, "read-only"),
        ("hunter2-desk", "commit; delete from items", 5_000, "multiple commands"),
        ("hunter2-desk", "select pg_sleep(20)", 50, "timeout"),
        ("hunter2-desk", "select * from nothing", 5_000, "nothing"),
        ("hunter2-wrong", "select 1", 5_000, "password"),
    ] {
        let why = sent(password, statement, millis).expect_err(statement);
        assert!(why.contains(expect) && !why.contains("hunter2"), "{statement}: {why}");
    }
}

#[test]
fn a_real_server_tells_all_of_itself() {
    let Some(mut server) = Server::start() else { return };
    server.run("postgres", "create database shop");
    server.run("shop", SET_UP);
    let scan = "select count(*) from items where stock = 7; ".repeat(25);
    server.run("shop", &scan);
    server.run("shop", "set search_path = depot; select place from bins where place = 'under the roof'");
    server
        .run("shop", "select count(*), pg_sleep(0.4) from items where id = 7; update items set stock = 1 where id = 2");
    let port = server.port;
    warm_up_statements_only_read(port);
    let tls = |name: &str, tls, ca_file: &str| DatabaseTarget {
        tls,
        ca_file: ca_file.into(),
        ..target(name, port, "tls_only", "hunter2-tls")
    };
    let databases = Databases::watch(vec![
        target("shop", port, "desk", "hunter2-desk"),
        DatabaseTarget { host: server.socket().into(), ..target("socket", port, "desk", "") },
        target("weak", port, "weak", "hunter2-weak"),
        target("wrong", port, "desk", "hunter2-wrong"),
        target("no-password", port, "desk", ""),
        target("no-role", port, "nobody", "hunter2-nobody"),
        DatabaseTarget { database: "absent".into(), ..target("no-database", port, "desk", "hunter2-desk") },
        target("closed", free_port(), "desk", "hunter2-desk"),
        tls("in-the-open", TlsMode::Off, ""),
        tls("hidden", TlsMode::Unverified, ""),
        tls("vouched", TlsMode::Verified, &server.ca_file()),
        tls("not-vouched", TlsMode::Verified, ""),
    ]);

    // All of it, by a role that may see it.
    let view = databases.postgres("shop", |view| view.traffic.value().is_some_and(|t| t.commits_per_second.is_some()));
    assert!(view.server.version_number >= 120_000 && view.rights.sees_others && !view.rights.is_superuser);
    let connections = view.connections.value().expect("connections");
    assert_eq!((connections.max, connections.reserved), (60, 3));
    assert!(connections.used >= 1 && connections.groups.iter().any(|group| &*group.application == "perfdesk"));
    let traffic = view.traffic.value().expect("traffic");
    assert!(
        traffic.size_bytes.is_some_and(|bytes| bytes > 1 << 20) && traffic.total_hit_ratio.is_some_and(|r| r > 0.5)
    );
    assert!(traffic.freeze_ratio.is_some_and(|ratio| ratio < 0.01));
    let tables = view.tables.value().expect("tables");
    let items = tables.rows.iter().find(|table| &*table.name == "public.items").expect("items");
    assert!(items.lacks_index && items.needs_vacuum, "{items:?}");
    assert!(items.seq_scans >= 25 && items.dead_rows == 14_000 + 1, "{items:?}");
    let indexes = view.indexes.value().expect("indexes");
    let unused: Vec<&str> = indexes.rows.iter().filter(|index| index.is_unused()).map(|index| &*index.name).collect();
    assert_eq!(unused, ["public.items_name"]);
    assert!(indexes.rows[0].definition.contains("btree (name)") && indexes.rows[0].bytes > 100_000);
    assert!(view.checkpoints.value().is_some_and(|c| c.time_out_seconds == 300 && c.max_wal_bytes == 1 << 30));
    assert!(view.replication.value().is_some_and(|r| !r.is_replica && r.standbys.is_empty()));
    let statements = view.statements.value().expect("statements");
    let slow = statement(&statements.rows, "pg_sleep").expect("the slow statement");
    assert!(slow.mean_seconds >= 0.4 && slow.calls == 1 && slow.total_share > 0.2, "{slow:?}");
    assert!(!slow.text.contains("0.4"), "its values are left out: {}", slow.text);
    assert!(
        statements.rows.iter().all(|row| !row.text.contains("perfdesk */")),
        "our own questions are not among them"
    );
    assert_eq!(databases.postgres("socket", |_| true).rights.role.as_ref(), "desk");

    // Plans: of what only reads, and of nothing else.
    let plan = databases.plan("shop", id(&statements.rows, "where stock ="));
    let PlanOutcome::Lines(lines) = &plan.outcome else { panic!("{plan:?}") };
    assert!(plan.is_generic && lines.iter().any(|line| line.contains("Seq Scan on items")), "{lines:?}");
    let plan = databases.plan("shop", id(&statements.rows, "from bins"));
    assert!(matches!(&plan.outcome, PlanOutcome::Lines(lines) if !lines.is_empty()), "by the role's path: {plan:?}");
    let why = |plan: perfdesk::model::database::Plan| match plan.outcome {
        PlanOutcome::Missing(missing) => missing,
        PlanOutcome::Lines(lines) => panic!("{lines:?}"),
    };
    let refused = why(databases.plan("shop", id(&statements.rows, "update items")));
    assert!(refused.why.contains("begins with UPDATE"), "{refused:?}");
    assert!(why(databases.plan("shop", StatementId::Known(42))).why.contains("does not know"));
    let forbidden = why(databases.plan("hidden", id(&statements.rows, "where stock =")));
    assert!(forbidden.sql.starts_with("GRANT "), "{forbidden:?}");

    // Who waits for whom.
    let holder = server.session("begin; update items set stock = 5 where id = 1;");
    databases.postgres("shop", |view| {
        let groups = view.connections.value().map(|connections| connections.groups.clone()).unwrap_or_default();
        groups.iter().any(|group| &*group.state == "idle in transaction")
    });
    let waiter = server.session("update items set stock = 6 where id = 1;");
    let view = databases.postgres("shop", |view| view.locks.value().is_some_and(|locks| locks.n_waiting == 1));
    let locks = view.locks.value().expect("locks");
    let [first, second] = &*locks.chain else { panic!("{locks:?}") };
    assert_eq!((first.depth, first.n_behind, second.depth), (0, 1, 1));
    assert_eq!(second.waits_for, [first.session.pid]);
    assert_eq!(&*first.session.statement, "update items set stock = ? where id = ?;");
    assert_eq!(&*first.session.state, "idle in transaction");
    assert!(second.lock.contains("Lock on transactionid"), "{second:?}");
    let running = why(databases.plan("shop", StatementId::Running(second.session.pid)));
    assert!(running.why.contains("begins with UPDATE"), "{running:?}");
    drop((holder, waiter));
    databases.postgres("shop", |view| view.locks.value().is_some_and(|locks| locks.n_waiting == 0));

    // What a role may not see has its reason, and the rest is there.
    let view = databases.postgres("weak", |_| true);
    assert!(view.connections.value().is_some_and(|connections| connections.used >= 2));
    let missing = view.locks.missing().expect("a reason");
    assert_eq!((&*missing.sql, missing.why.contains("weak")), ("GRANT pg_monitor TO \"weak\";", true));
    assert!(view.tables.value().is_some() && view.traffic.value().is_some());

    // What lets nobody in, and what is to be done.
    for (name, part, next) in [
        ("wrong", "refuses the password of desk", "Type the password"),
        ("no-password", "asks for a password", "Type the password"),
        ("no-database", "no database absent", "psql"),
        ("closed", "nothing listens at 127.0.0.1", "listen_addresses"),
        ("in-the-open", "takes no connection in the open", "Choose TLS"),
        ("not-vouched", "not vouched for by a well-known authority", "the file of the authority"),
    ] {
        let fault = databases.fault(name);
        assert!(fault.why.contains(part) && fault.next.contains(next), "{name}: {fault:?}");
    }
    // By a password the server does not say whether the role is there.
    assert!(databases.fault("no-role").why.contains("nobody"));
    assert!(databases.postgres("hidden", |_| true).connections.value().is_some());
    assert!(databases.postgres("vouched", |_| true).connections.value().is_some());
    assert!(!databases.printed().contains("hunter2"), "no password stands anywhere");

    server.kill();
    let fault = databases.fault("shop");
    assert!(
        fault.why.contains("closed") || fault.why.contains("ended") || fault.why.contains("nothing listens"),
        "{fault:?}"
    );
}
