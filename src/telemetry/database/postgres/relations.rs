//! Tables and indexes: what was read from end to end, what nobody used, and rows that nobody can see any more.

use std::collections::BTreeMap;
use std::sync::Arc;

use tokio::time::Instant;
use tokio_postgres::{Error, Row};

use super::sessions::{count, moment, text};
use super::totals::Totals;
use super::{Session, sql};
use crate::model::database::{Index, Indexes, Missing, Table, Tables, Told};

/// A table that is read from end to end matters from so many rows each time on; below that an index is not used anyway.
const MANY_ROWS: u64 = 10_000;
/// And from so many times on.
const MANY_SCANS: u64 = 20;
/// `autovacuum_vacuum_scale_factor` and `_threshold` as they come: vacuum begins at a fifth of the rows and 50 more.
const DEAD_SHARE: f64 = 0.2;
const DEAD_LEAST: u64 = 10_000;

/// Rows read from end to end at the look before, by table.
#[derive(Debug, Default)]
pub(super) struct TablesBefore {
    at: Option<Instant>,
    seq_rows: BTreeMap<Arc<str>, u64>,
}

impl Session {
    /// Tables; what is remembered of the look before is taken further.
    ///
    /// # Errors
    /// The connection broke.
    pub(super) async fn read_tables(
        &mut self,
        before: &mut TablesBefore,
        totals: &Totals,
    ) -> Result<Told<Arc<Tables>>, Missing> {
        let told =
            self.ask("tables", sql::TABLES, |rows| rows.iter().map(table).collect::<Result<Vec<_>, Error>>()).await?;
        Ok(match told {
            Told::Value(read) => {
                let now = Instant::now();
                let elapsed = before.at.replace(now).map(|at| (now - at).as_secs_f64()).filter(|s| *s > 0.0);
                let (n, live_rows, dead_rows) = read.first().map_or((0, 0, 0), |(_, sums)| *sums);
                let mut rows: Vec<Table> = read.into_iter().map(|(table, _)| table).collect();
                for table in &mut rows {
                    let was = before.seq_rows.get(&table.name).filter(|was| **was <= table.seq_rows);
                    table.seq_rows_per_second =
                        was.zip(elapsed).map(|(was, elapsed)| (table.seq_rows - was) as f64 / elapsed);
                    judge(table);
                }
                before.seq_rows = rows.iter().map(|table| (table.name.clone(), table.seq_rows)).collect();
                let tables = Tables { rows: rows.into(), n, live_rows, dead_rows, stats_since: totals.stats_since };
                Told::Value(Arc::new(tables))
            }
            Told::Missing(missing) => Told::Missing(missing),
            Told::NotYet => Told::NotYet,
        })
    }

    /// Indexes.
    ///
    /// # Errors
    /// The connection broke.
    pub(super) async fn read_indexes(
        &mut self,
        totals: &Totals,
        has_replicas: bool,
    ) -> Result<Told<Arc<Indexes>>, Missing> {
        let told =
            self.ask("indexes", sql::INDEXES, |rows| rows.iter().map(index).collect::<Result<Vec<_>, Error>>()).await?;
        Ok(match told {
            Told::Value(read) => {
                let n = read.first().map_or(0, |(_, n)| *n);
                let rows = read.into_iter().map(|(index, _)| index).collect();
                Told::Value(Arc::new(Indexes { rows, n, stats_since: totals.stats_since, has_replicas }))
            }
            Told::Missing(missing) => Told::Missing(missing),
            Told::NotYet => Told::NotYet,
        })
    }
}

/// Says what a table's figures mean.
pub(super) fn judge(table: &mut Table) {
    let rows_each = table.seq_rows / table.seq_scans.max(1);
    // Most looks through an index leave little to gain; one that is read whole more often than by index has it all.
    let is_mostly_seq = table.index_scans.is_none_or(|by_index| by_index < table.seq_scans * 100);
    let is_of_late = table.seq_rows_per_second.is_none_or(|rows| rows > 0.0);
    table.lacks_index = table.seq_scans >= MANY_SCANS && rows_each >= MANY_ROWS && is_mostly_seq && is_of_late;
    table.needs_vacuum = table.dead_rows >= DEAD_LEAST && table.dead_ratio() >= DEAD_SHARE;
}

fn table(row: &Row) -> Result<(Table, (u64, u64, u64)), Error> {
    let table = Table {
        name: text(row, 0)?,
        seq_scans: count(row, 1)?,
        seq_rows: count(row, 2)?,
        index_scans: row.try_get::<_, Option<i64>>(3)?.map(|n| u64::try_from(n).unwrap_or(0)),
        live_rows: count(row, 4)?,
        dead_rows: count(row, 5)?,
        vacuumed_at: moment(row, 6)?,
        analyzed_at: moment(row, 7)?,
        bytes: count(row, 11)?,
        ..Table::default()
    };
    Ok((table, (count(row, 8)?, count(row, 9)?, count(row, 10)?)))
}

fn index(row: &Row) -> Result<(Index, u64), Error> {
    let index = Index {
        name: text(row, 0)?,
        table: text(row, 1)?,
        scans: count(row, 2)?,
        keeps_a_rule: row.try_get(3)?,
        is_valid: row.try_get(4)?,
        bytes: count(row, 6)?,
        definition: text(row, 7)?,
    };
    Ok((index, count(row, 5)?))
}
