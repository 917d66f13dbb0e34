//! Databases on the page of services: figures, statements and plans, locks, what is not told, rights, and adding one.

use std::sync::Arc;

use eframe::egui::{Key, Modifiers};
use egui_kittest::kittest::Queryable;
use perfdesk::model::Snapshot;
use perfdesk::model::database::*;
use perfdesk::model::profile::Secret;
use perfdesk::model::service::*;

use super::world::with;
use super::{NARROW, open};
use crate::support::{NOW, Window};

fn statement(id: i64, text: &str, share: f64) -> Statement {
    Statement {
        id: StatementId::Known(id),
        text: text.into(),
        calls: 4_812,
        total_seconds: 96.2,
        mean_seconds: 0.02,
        rows_per_call: 1.0,
        total_share: share,
        calls_per_second: Some(24.0),
        recent_mean_seconds: Some(0.02),
        load: Some(share),
        recent_share: Some(share),
    }
}

fn blocked(pid: i32, depth: u32, waits_for: &[i32]) -> Blocked {
    Blocked {
        session: Session {
            pid,
            user: "shop".into(),
            application: "checkout".into(),
            state: "idle in transaction".into(),
            statement: "update items set stock = ? where id = ?".into(),
            statement_seconds: Some(12.0),
            transaction_seconds: Some(14.0),
        },
        depth,
        waits_for: waits_for.into(),
        wait_seconds: (!waits_for.is_empty()).then_some(12.0),
        lock: "ShareLock on transactionid".into(),
        n_behind: u32::from(depth == 0),
    }
}

fn view() -> PostgresView {
    let group = SessionGroup { user: "shop".into(), application: "checkout".into(), state: "active".into(), n: 30 };
    let table = Table {
        name: "public.items".into(),
        bytes: 4 << 20,
        live_rows: 26_000,
        dead_rows: 14_000,
        seq_scans: 25,
        seq_rows: 650_000,
        lacks_index: true,
        needs_vacuum: true,
        ..Table::default()
    };
    let index = Index {
        name: "public.items_name".into(),
        table: "public.items".into(),
        definition: "CREATE INDEX items_name ON public.items USING btree (name)".into(),
        bytes: 2 << 20,
        is_valid: true,
        ..Index::default()
    };
    let rows = vec![statement(7, "SELECT * FROM items WHERE name = $1", 0.48), statement(8, "SELECT 1", 0.1)];
    PostgresView {
        server: Server {
            version: "15.18 (Debian)".into(),
            version_number: 150_018,
            started_at: NOW,
            is_replica: false,
        },
        rights: Rights { role: "desk".into(), sees_others: true, sees_settings: true, is_superuser: false },
        connections: Told::Value(Connections {
            max: 100,
            reserved: 3,
            used: 37,
            by_state: vec![("active".into(), 30)],
            groups: vec![group].into(),
            ..Connections::default()
        }),
        traffic: Told::Value(Traffic { commits_per_second: Some(812.0), hit_ratio: Some(0.992), ..Traffic::default() }),
        locks: Told::Value(Locks {
            chain: vec![blocked(11, 0, &[]), blocked(12, 1, &[11]), blocked(13, 2, &[12])].into(),
            n_waiting: 1,
            longest_seconds: 12.0,
        }),
        statements: Told::Value(Arc::new(Statements {
            rows: rows.into(),
            n: 2,
            load: Some(1.2),
            ..Statements::default()
        })),
        tables: Told::Value(Arc::new(Tables { rows: vec![table].into(), n: 1, ..Tables::default() })),
        indexes: Told::Value(Arc::new(Indexes { rows: vec![index].into(), n: 1, ..Indexes::default() })),
        checkpoints: Told::Value(Checkpoints { n_timed: 3, ..Checkpoints::default() }),
        replication: Told::Value(Replication::default()),
    }
}

fn database(status: DatabaseStatus) -> Snapshot {
    with(|services| {
        let name: Arc<str> = "a-shop-db".into();
        let target = DatabaseTarget { name: name.clone(), user: "desk".into(), ..status.target.clone() };
        let service = Service {
            name,
            kind: ServiceKind::Database,
            level: ServiceLevel::Critical,
            sentence: "a-shop-db is looked at.".into(),
            short: "looked at".into(),
            last_at: NOW,
            ..Service::default()
        };
        services.list = [Arc::new(service)].into_iter().chain(services.list.iter().cloned()).collect();
        services.databases = [Arc::new(DatabaseStatus { target, ..status })].into();
    })
}

fn up(view: PostgresView) -> DatabaseStatus {
    DatabaseStatus {
        state: DatabaseState::Up,
        last_at: Some(NOW),
        view: Some(DatabaseView::Postgres(Arc::new(view))),
        has_secret: true,
        ..DatabaseStatus::default()
    }
}

fn fill(window: &mut Window, field: &str, text: &str) {
    window.harness.get_by_label(field).focus();
    window.run();
    window.press(Modifiers::COMMAND, Key::A);
    window.type_text(text);
}

#[test]
fn a_database_tells_its_figures_and_what_takes_its_time() {
    let mut window = open(database(up(view())));
    for text in [
        "Connections: 37 of 100, 60 free, 3 reserved",
        "Waiting for a lock: 1, the longest 12.0\u{2009}s, held up",
        "30 sessions of shop, checkout: active",
        "Replication: nobody follows it",
    ] {
        assert!(window.shows(text), "{text}");
    }
    for tab in ["Statements 2", "Locks 1", "Indexes 1", "Tables 1", "Set-up and rights"] {
        assert!(window.shows(tab), "{tab}");
    }
    assert!(window.shows_part("SELECT * FROM items WHERE name = $1, Time, % 48.0"));
    window.click("Look now");
    assert_eq!(window.asked(), [ServiceCommand::AskDatabase("a-shop-db".into())]);
}

#[test]
fn a_statement_is_explained_on_a_click_and_its_plan_is_shown() {
    let mut window = open(database(up(view())));
    window.click("Statements 2");
    window.harness.get_by_label_contains("SELECT * FROM items WHERE name = $1").click();
    window.run();
    window.click("Explain");
    assert_eq!(window.asked(), [ServiceCommand::Explain("a-shop-db".into(), StatementId::Known(7))]);
    assert!(window.shows("The server plans it…"));
    let lines: Arc<[Arc<str>]> = [Arc::from("Seq Scan on items  (cost=0.00..694.00 rows=1 width=18)")].into();
    let plan = Plan {
        statement: StatementId::Known(7),
        text: "SELECT".into(),
        outcome: PlanOutcome::Lines(lines),
        is_generic: true,
        at: NOW,
    };
    window.publish(database(DatabaseStatus { plan: Some(Arc::new(plan.clone())), ..up(view()) }));
    assert!(window.shows("Seq Scan on items  (cost=0.00..694.00 rows=1 width=18)"));
    assert!(window.copies("Copy the statement and its plan").ends_with("width=18)"));
    let outcome =
        PlanOutcome::Missing(Missing::new("the role desk may not", "", "GRANT pg_read_all_data TO \"desk\";"));
    window.publish(database(DatabaseStatus { plan: Some(Arc::new(Plan { outcome, ..plan })), ..up(view()) }));
    assert_eq!(window.copies("Copy: GRANT pg_read_all_data TO \"desk\";"), "GRANT pg_read_all_data TO \"desk\";");
}

#[test]
fn locks_indexes_and_tables_tell_their_evidence() {
    let mut window = open(database(up(view())));
    window.click("Locks 1");
    assert!(window.shows_part("Process 12, shop, checkout: waits for 11 for ShareLock on transactionid"));
    let row = |part: &str| window.harness.get_by_label_contains(part).rect();
    assert!(row("Process 12, shop").top() >= row("Process 11, shop").bottom(), "rows stand below each other");
    assert!(row("Process 13, shop").top() >= row("Process 12, shop").bottom());
    assert_eq!(window.copies("Copy the SQL that ends process 11"), "SELECT pg_terminate_backend(11);");
    window.click("Indexes 1");
    assert!(window.shows_part("1 index was not used once since the statistics began"));
    assert!(window.shows_part("public.items was read from end to end 25 times, 26,000 rows each"));
    window.click("Tables 1");
    assert!(window.shows_part("public.items: 35\u{2009}% of its rows are dead (14,000); last vacuum never"));
}

#[test]
fn what_is_not_told_has_its_reason_and_what_brings_it() {
    let missing = Missing::new("the server does not count statements", "Have it loaded", "CREATE EXTENSION x;");
    let rights = Rights { sees_others: false, ..view().rights };
    let locks = Missing::new("the role desk may not see it", "Give it pg_monitor", "GRANT pg_monitor TO \"desk\";");
    let view = PostgresView { statements: missing.into(), locks: locks.into(), rights, ..view() };
    let mut window = open(database(up(view)));
    assert!(window.shows("The server does not count statements. Have it loaded"));
    assert_eq!(window.copies("Copy: CREATE EXTENSION x;"), "CREATE EXTENSION x;");
    window.click("Set-up and rights");
    assert!(window.shows("desk does not see what other sessions do: it lacks pg_monitor"));
    assert!(window.shows_part("CREATE ROLE \"desk\" LOGIN"));
    window.click("Remove…");
    window.click("Remove the database");
    assert_eq!(window.asked(), [ServiceCommand::RemoveDatabase("a-shop-db".into())]);
}

#[test]
fn one_that_is_down_says_why_and_what_is_old() {
    let fault = Missing::new("it refuses the password of desk", "Type the password again", "");
    let state = DatabaseState::Down { since: NOW.minus(std::time::Duration::from_secs(240)), fault };
    let mut window = open(database(DatabaseStatus { state: state.clone(), ..up(view()) }));
    assert!(window.shows_part("it refuses the password of desk. Type the password again"));
    assert!(window.shows("Connections: 37 of 100, 60 free, 3 reserved"), "what was read is still shown");
    window.click("Try now");
    assert_eq!(window.asked(), [ServiceCommand::AskDatabase("a-shop-db".into())]);
    let never = DatabaseStatus { state, ..DatabaseStatus::default() };
    window.publish(database(never));
    assert!(window.shows("Nothing was read yet"));
    assert!(window.shows("It refuses the password of desk. Type the password again"));
    window.click("Edit…");
    assert!(window.shows("Change a-shop-db"));
}

#[test]
fn a_database_is_added_and_opened_once_it_is_there() {
    let mut window = open(with(|_| {}));
    window.click("Add a service");
    window.click("One that reports…");
    window.click("Databases");
    window.click("Add a database");
    window.click("Cancel");
    window.click("Close the set-up");
    // The shorter way.
    window.click("Add a service");
    window.click("Ask a database…");
    fill(&mut window, "Name of the database", "a-shop-db");
    fill(&mut window, "Database of the server", "shop");
    fill(&mut window, "User name", "desk");
    fill(&mut window, "Password of the role", "hunter2");
    window.click("Save the database");
    let target = DatabaseTarget {
        name: "a-shop-db".into(),
        database: "shop".into(),
        user: "desk".into(),
        secret: Some(Secret("hunter2".into())),
        ..DatabaseTarget::default()
    };
    assert_eq!(window.asked(), [ServiceCommand::PutDatabase(Box::new(target))]);
    window.publish(database(up(view())));
    assert!(window.shows("a-shop-db is looked at."));
}

#[test]
fn redis_tells_hits_memory_and_its_slow_log() {
    let slow =
        SlowEntry { id: 1, at: NOW, seconds: 0.015, command: "SORT basket:7 … 1 more".into(), client: "".into() };
    let view = RedisView {
        version: "7.0.15".into(),
        started_at: NOW,
        memory: Told::Value(RedisMemory { used_bytes: 64 << 20, ..RedisMemory::default() }),
        traffic: Told::Value(RedisTraffic { hit_ratio: Some(0.97), n_evicted: 7, ..RedisTraffic::default() }),
        slow_log: Told::Value(SlowLog { rows: vec![slow].into(), from_seconds: Some(0.01) }),
        ..RedisView::default()
    };
    let target = DatabaseTarget { kind: DatabaseKind::Redis, port: 6379, ..DatabaseTarget::default() };
    let status = DatabaseStatus {
        target,
        state: DatabaseState::Up,
        view: Some(DatabaseView::Redis(Arc::new(view))),
        ..DatabaseStatus::default()
    };
    let mut window = Window::open_at(database(status), NARROW, Some(perfdesk::ui::Page::Services));
    assert!(window.shows("Hits: 97.0\u{2009}%, of the look-ups of late"));
    assert!(window.shows_part("Memory: 64.0\u{2009}MiB, without a limit"));
    window.click("Slow log 1");
    assert!(window.shows_part("SORT basket:7 … 1 more"));
}
