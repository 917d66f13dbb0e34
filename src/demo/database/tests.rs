//! A real database in a folder of its own: queries, locks, time-outs, and a pool that is used up.

use std::sync::Arc;

use super::*;
use crate::demo::limits::{Level, Limits};
use crate::demo::meter::record::Record;
use crate::demo::report::{Log, Trace};

struct Desk {
    pool: Arc<Pool>,
    record: Arc<Record>,
    _folder: tempfile::TempDir,
}

fn desk(environment: &[(&str, &str)]) -> Desk {
    let find = |key: &str| environment.iter().find(|(name, _)| *name == key).map(|(_, value)| (*value).to_owned());
    let limits = Limits::read(&find).expect("limits");
    let folder = tempfile::tempdir().expect("a folder");
    let database = Database::new(folder.path(), limits.statement, limits.statement_cache);
    fill(&mut database.open().expect("opens"), 120).expect("fills");
    let record = Arc::new(Record::default());
    let pool = Pool::new(database, &limits, record.clone(), Arc::new(Log::new("shop", Level::Error, false)));
    Desk { pool, record, _folder: folder }
}

fn runtime() -> tokio::runtime::Runtime {
    tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().expect("a runtime")
}

#[test]
fn the_tables_are_filled_once_and_queries_find_what_is_there() {
    let desk = desk(&[]);
    let mut connection = desk.pool.database.open().expect("opens");
    let count = |connection: &Connection, table| {
        connection.query_row(&format!("SELECT count(*) FROM {table}"), [], |row| row.get::<_, u64>(0)).expect("a count")
    };
    assert_eq!((count(&connection, "products"), count(&connection, "orders")), (120, 480));
    let order = query::place_order(&mut connection, 7, 3, 2).expect("asked").expect("there is enough");
    fill(&mut connection, 120).expect("nothing to do");
    assert_eq!(count(&connection, "orders"), 481, "it is not filled again");
    assert_eq!(query::place_order(&mut connection, 7, 999, 1).expect("asked"), None);
    assert_eq!(query::place_order(&mut connection, 7, 3, 9_000_000).expect("asked"), None);
    assert!(query::unpaid(&connection, order).expect("asked").is_some_and(|cents| cents >= 1_000));
    query::mark(&connection, Query::Pay, order).expect("paid");
    let cart = query::cart(&connection, 7).expect("asked");
    assert_eq!((cart["lines"][0]["order"].as_i64(), cart["lines"][0]["state"].as_str()), (Some(order), Some("paid")));
    let product = query::product(&connection, 3).expect("asked").expect("there is one");
    assert_eq!(product["stock"].as_i64(), Some(999_998));
    let name = product["name"].as_str().expect("a name");
    let found = query::search(&connection, name).expect("asked");
    assert_eq!(found["products"][0]["id"].as_i64(), Some(3));
    let category = product["category"].as_str().expect("a category");
    let most_sold = query::products(&connection, category, 0).expect("asked");
    assert_eq!(most_sold["products"][0]["id"].as_i64(), Some(3), "it alone was sold");
    assert_eq!(query::report(&connection).expect("asked")["categories"].as_array().map(Vec::len), Some(6));
}

#[test]
fn a_pool_that_is_used_up_says_so_in_time_and_gives_again() {
    let desk = desk(&[("DB_POOL_MAX", "2"), ("DB_POOL_MIN", "1"), ("DB_ACQUIRE_TIMEOUT_MS", "20")]);
    runtime().block_on(async {
        let mut trace = Trace::new(true);
        let mut first = desk.pool.acquire(&mut trace).await.expect("one");
        let second = desk.pool.acquire(&mut trace).await.expect("two");
        assert_eq!((desk.pool.n_used(), desk.pool.n_resting()), (2, 0));
        let none = desk.pool.acquire(&mut trace).await.err().expect("there are two alone");
        assert_eq!(none.to_string(), "no connection was free within 20 ms: the pool is used up");
        assert_eq!((desk.record.pool_timeouts.get(), desk.record.pool_wait.read().count()), (1, 3));
        drop(second);
        let _third = desk.pool.acquire(&mut trace).await.expect("one came back");
        let found = first.query(&mut trace, Query::Product, |c| query::product(c, 1)).await.expect("asked");
        assert!(found.is_some());
    });
    assert_eq!((desk.pool.n_used(), desk.pool.n_resting()), (0, 2));
}

#[test]
fn the_pool_keeps_the_least_open_and_closes_the_rest() {
    let desk = desk(&[("DB_POOL_MAX", "4"), ("DB_POOL_MIN", "2"), ("DB_IDLE_TIMEOUT_MS", "0")]);
    assert!(!desk.pool.has_min());
    desk.pool.tend();
    assert_eq!((desk.pool.has_min(), desk.pool.n_resting()), (true, 2));
    runtime().block_on(async {
        let mut trace = Trace::new(false);
        let mut held = Vec::new();
        for _ in 0..4 {
            held.push(desk.pool.acquire(&mut trace).await.expect("one"));
        }
    });
    assert_eq!(desk.pool.n_resting(), 4);
    desk.pool.tend();
    assert_eq!(desk.pool.n_resting(), 2);
}

#[test]
fn writers_wait_for_each_other_and_give_up() {
    let desk = desk(&[("DB_STATEMENT_TIMEOUT_MS", "40")]);
    let holder = desk.pool.database.open().expect("opens");
    holder.execute_batch("BEGIN IMMEDIATE").expect("the lock");
    let mut other = desk.pool.database.open().expect("opens");
    let run = |connection: &mut Connection| desk.pool.database.run(connection, |c| query::place_order(c, 1, 1, 1));
    let locked = run(&mut other).expect_err("it is locked");
    assert!(matches!(locked, QueryError::Locked(_)), "{locked}");
    let read = desk.pool.database.run(&mut other, |c| query::product(c, 1)).expect("readers go on");
    assert!(read.is_some());
    holder.execute_batch("COMMIT").expect("given back");
    assert!(run(&mut other).expect("the lock is free").is_some());
}

#[test]
fn a_statement_that_takes_too_long_is_ended() {
    let desk = desk(&[("DB_STATEMENT_TIMEOUT_MS", "30")]);
    let mut connection = desk.pool.database.open().expect("opens");
    let endless = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT count(*) FROM n";
    let ended = desk.pool.database.run(&mut connection, |c| c.query_row(endless, [], |row| row.get::<_, i64>(0)));
    assert!(matches!(ended, Err(QueryError::TimeOut(_))), "{ended:?}");
    let read = desk.pool.database.run(&mut connection, |c| query::product(c, 1)).expect("the connection goes on");
    assert!(read.is_some());
}
