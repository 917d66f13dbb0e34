//! Chains of locks, rates, ranks of statements and words, on made-up figures.

use std::collections::BTreeMap;
use std::time::Duration;

use super::explain::first_word;
use super::locks::{Seen, chains};
use super::recent::{Look, Recent, Total};
use super::relations::judge;
use super::sessions::number_of;
use super::statements;
use super::statements::ranked;
use super::totals::{Raw, rates};
use crate::model::database::{Session, StatementId, Table};

fn seen(pid: i32, waits_for: &[i32], wait: f64) -> Seen {
    Seen {
        session: Session { pid, ..Session::default() },
        waits_for: waits_for.into(),
        is_waiting: !waits_for.is_empty(),
        wait_seconds: Some(wait),
        ..Seen::default()
    }
}

fn shown(seen: Vec<Seen>) -> Vec<(i32, u32, u32)> {
    chains(seen).chain.iter().map(|blocked| (blocked.session.pid, blocked.depth, blocked.n_behind)).collect()
}

#[test]
fn who_holds_up_most_comes_first_and_below_it_who_waits_longest() {
    let all = vec![
        seen(1, &[], 0.0),
        seen(2, &[1], 4.0),
        seen(3, &[1], 9.0),
        seen(4, &[2], 3.0),
        seen(8, &[9], 1.0),
        seen(9, &[], 0.0),
    ];
    assert_eq!(shown(all.clone()), [(1, 0, 3), (3, 1, 0), (2, 1, 1), (4, 2, 0), (9, 0, 1), (8, 1, 0)]);
    let locks = chains(all);
    assert_eq!((locks.n_waiting, locks.longest_seconds), (4, 9.0));
    assert_eq!(locks.chain[0].wait_seconds, None, "it holds and does not wait");
}

#[test]
fn rings_holders_that_are_gone_and_those_of_two_locks_end() {
    assert_eq!(shown(vec![seen(1, &[2], 1.0), seen(2, &[1], 2.0)]), [(1, 0, 1), (2, 1, 0)], "a deadlock");
    assert_eq!(shown(vec![seen(5, &[77], 1.0)]), [(5, 0, 0)], "whom it waits for is gone");
    assert_eq!(shown(vec![seen(5, &[0], 1.0), seen(6, &[], 0.0)]), [(5, 0, 0)], "a prepared transaction");
    assert_eq!(shown(vec![seen(1, &[], 0.0), seen(2, &[1, 1], 1.0), seen(2, &[1], 1.0)]), [(1, 0, 1), (2, 1, 0)]);
    assert!(chains(Vec::new()).chain.is_empty());
}

#[test]
fn rates_are_told_between_two_looks_and_not_where_totals_began_anew() {
    let was = Raw { commits: 100, rollbacks: 1, blocks_hit: 1_000, blocks_read: 100, ..Raw::default() };
    let now = Raw { commits: 300, rollbacks: 11, blocks_hit: 1_900, blocks_read: 200, ..was };
    let traffic = rates(&now, Some((was, 10.0)));
    assert_eq!((traffic.commits_per_second, traffic.rollbacks_per_second), (Some(20.0), Some(1.0)));
    assert_eq!(traffic.hit_ratio, Some(0.9));
    assert_eq!(rates(&was, Some((now, 10.0))).commits_per_second, None);
    assert_eq!(rates(&was, None).total_hit_ratio, Some(1_000.0 / 1_100.0));
    let few = Raw { blocks_hit: 1_003, ..was };
    assert_eq!(rates(&few, Some((was, 10.0))).hit_ratio, None, "three blocks are no share");
    assert_eq!(rates(&Raw::default(), None).total_hit_ratio, None);
}

#[test]
fn statements_are_ranked_by_what_they_took_of_late() {
    let look = |at: u64, first: f64, second: f64| {
        let total = |seconds: f64| Total { calls: (seconds * 10.0) as u64, seconds, rows: 0 };
        let by_id = BTreeMap::from([(1, total(first)), (2, total(second))]);
        Look { at: Duration::from_secs(at), by_id, all_seconds: first + second }
    };
    let mut recent = Recent::default();
    let first = ranked(&mut recent, look(0, 90.0, 10.0));
    assert_eq!((first.rows[0].id, first.rows[0].share(), first.load), (StatementId::Known(1), 0.9, None));
    let second = ranked(&mut recent, look(10, 91.0, 13.0));
    assert_eq!((second.rows[0].id, second.rows[0].share(), second.load), (StatementId::Known(2), 0.75, Some(0.4)));
    assert_eq!(second.rows[0].calls_per_second, Some(3.0));
    let mut idle = Recent::default();
    ranked(&mut idle, look(0, 90.0, 10.0));
    let still = ranked(&mut idle, look(10, 90.0, 10.001));
    assert_eq!((still.rows[0].recent_share, still.rows[0].share()), (None, 90.0 / 100.001), "too little went on");
}

#[test]
fn tables_that_lack_an_index_or_a_vacuum_are_told_by_their_figures() {
    let base =
        Table { seq_scans: 100, seq_rows: 100 * 50_000, index_scans: Some(10), live_rows: 50_000, ..Table::default() };
    let judged = |mut table: Table| {
        judge(&mut table);
        (table.lacks_index, table.needs_vacuum)
    };
    assert_eq!(judged(base.clone()), (true, false));
    assert_eq!(judged(Table { index_scans: Some(1_000_000), ..base.clone() }), (false, false), "mostly by index");
    assert_eq!(judged(Table { seq_rows: 100 * 500, ..base.clone() }), (false, false), "small");
    assert_eq!(judged(Table { seq_scans: 2, seq_rows: 100_000, ..base.clone() }), (false, false), "twice");
    assert_eq!(judged(Table { seq_rows_per_second: Some(0.0), ..base.clone() }), (false, false), "long ago");
    assert_eq!(judged(Table { seq_scans: 0, dead_rows: 20_000, ..base }), (false, true));
}

#[test]
fn versions_and_first_words_are_read() {
    assert_eq!(
        ["15.18 (Debian 15.18-0)", "9.6.24", "17beta1", "", "16.1"].map(number_of),
        [150_018, 90_624, 170_000, 0, 160_001]
    );
    for (text, expect) in [
        ("SELECT 1", "select"),
        ("  -- a\n/* b /* c */ d */ (With x as", "with"),
        ("delete from t", "delete"),
        ("/* never ends", ""),
        ("", ""),
    ] {
        assert_eq!(first_word(text), expect, "{text}");
    }
}

#[test]
fn passwords_in_statements_of_others_are_left_out() {
    assert_eq!(&*statements::shown("CREATE ROLE me LOGIN PASSWORD 'hunter2'"), "CREATE ROLE me LOGIN PASSWORD ?");
    assert!(!statements::shown("-- x\nalter user me password $$hunter2$$").contains("hunter2"));
    assert_eq!(&*statements::shown("SELECT * FROM t WHERE a = $1"), "SELECT * FROM t WHERE a = $1");
}
