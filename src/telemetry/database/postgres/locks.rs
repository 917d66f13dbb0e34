//! Who waits for whom: sessions put into chains, each below the one that holds it up.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use tokio_postgres::{Error, Row};

use super::sessions::{seconds, text};
use super::{sql, words};
use crate::analysis::span::statement::{Dialect, without_values};
use crate::model::database::{Blocked, Locks, Missing, Session, Told};

/// Bytes of a statement, its values left out.
const MAX_TEXT: usize = 1_000;

/// A session as the server tells it.
#[derive(Debug, Clone, PartialEq, Default)]
pub(super) struct Seen {
    pub(super) session: Session,
    /// Processes it waits for.
    pub(super) waits_for: Vec<i32>,
    pub(super) is_waiting: bool,
    pub(super) wait_seconds: Option<f64>,
    pub(super) lock: Arc<str>,
}

impl super::Session {
    /// Who waits for whom.
    ///
    /// # Errors
    /// The connection broke.
    pub(super) async fn locks(&mut self) -> Result<Told<Locks>, Missing> {
        // Without the right to see others nobody would seem to wait.
        if self.server.version_number > 0 && !self.rights.sees_others {
            return Ok(words::no_rights(&self.rights, "what other sessions wait for").into());
        }
        let sql = sql::locks(self.server.version_number);
        let told = self.ask("locks", &sql, |rows| rows.iter().map(seen).collect::<Result<Vec<Seen>, Error>>()).await?;
        Ok(match told {
            Told::Value(seen) => Told::Value(chains(seen)),
            Told::Missing(missing) => Told::Missing(missing),
            Told::NotYet => Told::NotYet,
        })
    }
}

fn seen(row: &Row) -> Result<Seen, Error> {
    let mut statement = String::new();
    without_values(row.try_get(4)?, Dialect::of("postgresql"), MAX_TEXT, &mut statement);
    let session = Session {
        pid: row.try_get(0)?,
        user: text(row, 1)?,
        application: text(row, 2)?,
        state: text(row, 3)?,
        statement: statement.into(),
        statement_seconds: seconds(row, 5)?,
        transaction_seconds: seconds(row, 6)?,
    };
    let (mode, kind, relation): (&str, &str, &str) = (row.try_get(10)?, row.try_get(11)?, row.try_get(12)?);
    let lock = match (mode.is_empty(), relation.is_empty()) {
        (true, _) => String::new(),
        (false, true) => format!("{mode} on {kind}"),
        (false, false) => format!("{mode} on {kind} {relation}"),
    };
    Ok(Seen {
        session,
        waits_for: row.try_get(7)?,
        is_waiting: row.try_get(8)?,
        wait_seconds: seconds(row, 9)?,
        lock: lock.into(),
    })
}

/// Puts sessions into chains: first who holds up most, below it who waits for it, the longest wait first. A session that
/// waits for several stands below the first of them; where all wait for each other, as before a deadlock is found, one of
/// them begins.
pub(super) fn chains(seen: Vec<Seen>) -> Locks {
    let mut by_pid: BTreeMap<i32, Seen> = BTreeMap::new();
    for mut one in seen {
        // The same process may hold several locks; 0 is a prepared transaction, which has none.
        one.waits_for.sort_unstable();
        one.waits_for.dedup();
        by_pid.entry(one.session.pid).or_insert(one);
    }
    let waiting = || by_pid.values().filter(|one| one.is_waiting);
    let n_waiting = u32::try_from(waiting().count()).unwrap_or(u32::MAX);
    let longest_seconds = waiting().filter_map(|one| one.wait_seconds).fold(0.0, f64::max);
    let mut below: BTreeMap<i32, Vec<i32>> = BTreeMap::new();
    for one in waiting() {
        if let Some(first) = one.waits_for.iter().find(|pid| by_pid.contains_key(pid)) {
            below.entry(*first).or_default().push(one.session.pid);
        }
    }
    for pids in below.values_mut() {
        let wait = |pid: &i32| by_pid.get(pid).and_then(|one| one.wait_seconds).unwrap_or(0.0);
        pids.sort_by(|a, b| wait(b).total_cmp(&wait(a)).then(a.cmp(b)));
    }
    let is_root = |one: &Seen| !one.waits_for.iter().any(|pid| by_pid.contains_key(pid));
    let mut roots: Vec<i32> = by_pid.values().filter(|one| is_root(one)).map(|one| one.session.pid).collect();
    let mut done = BTreeSet::new();
    let mut chains: Vec<Vec<Blocked>> = Vec::new();
    roots.extend(by_pid.keys());
    for root in roots {
        if !done.contains(&root) {
            let mut chain = Vec::new();
            hang(root, 0, &by_pid, &below, &mut done, &mut chain);
            chains.push(chain);
        }
    }
    chains.retain(|chain| chain.len() > 1 || chain.iter().any(|blocked| !blocked.waits_for.is_empty()));
    chains.sort_by_key(|chain| std::cmp::Reverse(chain.len()));
    Locks { chain: chains.into_iter().flatten().collect(), n_waiting, longest_seconds }
}

/// Hangs a session and all below it into a chain; gives how many stand below it.
fn hang(
    pid: i32,
    depth: u32,
    by_pid: &BTreeMap<i32, Seen>,
    below: &BTreeMap<i32, Vec<i32>>,
    done: &mut BTreeSet<i32>,
    chain: &mut Vec<Blocked>,
) -> u32 {
    let Some(one) = by_pid.get(&pid).filter(|_| done.insert(pid)) else { return 0 };
    let place = chain.len();
    chain.push(Blocked {
        session: one.session.clone(),
        depth,
        waits_for: one.waits_for.clone(),
        wait_seconds: one.wait_seconds.filter(|_| one.is_waiting),
        lock: one.lock.clone(),
        n_behind: 0,
    });
    let mut n = 0;
    for next in below.get(&pid).into_iter().flatten() {
        if !done.contains(next) {
            n += 1 + hang(*next, depth + 1, by_pid, below, done, chain);
        }
    }
    if let Some(blocked) = chain.get_mut(place) {
        blocked.n_behind = n;
    }
    n
}
