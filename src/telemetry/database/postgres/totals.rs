//! What the database did so far, checkpoints and replication: totals of the server, and what they were at the look before.

use tokio::time::Instant;
use tokio_postgres::{Error, Row};

use super::sessions::{count, moment, seconds, small, text};
use super::{Session, sql};
use crate::model::Timestamp;
use crate::model::database::{Checkpoints, Missing, Replication, Slot, Standby, Told, Traffic};

/// Blocks wanted between two looks from which a share of them tells something.
const LEAST_BLOCKS: u64 = 100;

/// What later questions need of the totals.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Totals {
    pub(super) stats_since: Option<Timestamp>,
}

/// Totals as the server tells them.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub(super) struct Raw {
    pub(super) commits: u64,
    pub(super) rollbacks: u64,
    pub(super) blocks_read: u64,
    pub(super) blocks_hit: u64,
    pub(super) rows_read: u64,
    pub(super) rows_written: u64,
    pub(super) deadlocks: u64,
    pub(super) temp_bytes: u64,
    pub(super) stats_since: Option<Timestamp>,
    pub(super) frozen_age: f64,
}

/// Totals of the look before, and when that was.
#[derive(Debug, Clone, Copy)]
pub(super) struct TrafficBefore {
    at: Instant,
    raw: Raw,
}

impl Session {
    /// What the database does; `before` is taken further.
    ///
    /// # Errors
    /// The connection broke.
    pub(super) async fn traffic(
        &mut self,
        before: &mut Option<TrafficBefore>,
        is_dear: bool,
    ) -> Result<(Told<Traffic>, Totals), Missing> {
        if is_dear {
            let size = self.ask("size", sql::SIZE, |rows| rows.first().map(|row| count(row, 0)).transpose()).await?;
            self.size_bytes = size.value().copied().flatten();
        }
        let told = self.ask("traffic", sql::TRAFFIC, |rows| rows.first().map(raw).transpose()).await?;
        let now = Instant::now();
        Ok(match told {
            Told::Value(Some(raw)) => {
                let known = before.replace(TrafficBefore { at: now, raw });
                let known = known.map(|known| (known.raw, (now - known.at).as_secs_f64()));
                let mut traffic = rates(&raw, known);
                traffic.size_bytes = self.size_bytes;
                traffic.freeze_ratio =
                    (self.settings.freeze_age > 0.0).then(|| raw.frozen_age / self.settings.freeze_age);
                (Told::Value(traffic), Totals { stats_since: raw.stats_since })
            }
            Told::Value(None) => {
                let why = Missing::new("the server keeps no statistics of this database", "Set track_counts = on", "");
                (why.into(), Totals::default())
            }
            Told::Missing(missing) => (Told::Missing(missing), Totals::default()),
            Told::NotYet => (Told::NotYet, Totals::default()),
        })
    }

    /// Checkpoints.
    ///
    /// # Errors
    /// The connection broke.
    pub(super) async fn checkpoints(&mut self, before: &mut Option<u64>) -> Result<Told<Checkpoints>, Missing> {
        let settings = self.settings;
        let sql = sql::checkpoints(self.server.version_number);
        let read = |row: &Row| -> Result<Checkpoints, Error> {
            let (n_timed, n_requested) = (count(row, 0)?, count(row, 1)?);
            let all = n_timed + n_requested;
            Ok(Checkpoints {
                n_timed,
                n_requested,
                write_seconds: seconds(row, 2)?.unwrap_or(0.0) / 1e3,
                sync_seconds: seconds(row, 3)?.unwrap_or(0.0) / 1e3,
                written_bytes: count(row, 4)? * settings.block_bytes,
                n_recent: before.replace(all).map_or(0, |was| all.saturating_sub(was)),
                time_out_seconds: settings.checkpoint_seconds,
                max_wal_bytes: settings.max_wal_bytes,
                stats_since: moment(row, 5)?,
            })
        };
        let told = self.ask("checkpoints", sql, |rows| rows.first().map(read).transpose()).await?;
        Ok(whole(told))
    }

    /// How servers follow each other.
    ///
    /// # Errors
    /// The connection broke.
    pub(super) async fn replication(&mut self) -> Result<Told<Replication>, Missing> {
        let behind = |row: &Row| Ok((row.try_get::<_, bool>(0)?, seconds(row, 1)?, small(row, 2)?));
        let told = self.ask("behind", sql::BEHIND, |rows| rows.first().map(behind).transpose()).await?;
        let (is_replica, lag, n_receivers) = match whole(told) {
            Told::Value(behind) => behind,
            Told::Missing(missing) => return Ok(Told::Missing(missing)),
            Told::NotYet => return Ok(Told::NotYet),
        };
        self.server.is_replica = is_replica;
        let sees = self.rights.sees_others;
        let standbys = self.ask("standbys", sql::STANDBYS, |rows| rows.iter().map(standby).collect()).await?;
        let slots = self.ask("slots", sql::SLOTS, |rows| rows.iter().map(slot).collect()).await?;
        Ok(Told::Value(Replication {
            is_replica,
            lag_seconds: lag.filter(|_| is_replica),
            is_receiving: (is_replica && sees).then_some(n_receivers > 0),
            standbys: standbys.value().cloned().unwrap_or_default(),
            slots: slots.value().cloned().unwrap_or_default(),
        }))
    }
}

/// A question that has one row as its answer.
fn whole<T>(told: Told<Option<T>>) -> Told<T> {
    match told {
        Told::Value(Some(value)) => Told::Value(value),
        Told::Value(None) => Missing::new("the server gave no row", "", "").into(),
        Told::Missing(missing) => Told::Missing(missing),
        Told::NotYet => Told::NotYet,
    }
}

fn raw(row: &Row) -> Result<Raw, Error> {
    Ok(Raw {
        commits: count(row, 0)?,
        rollbacks: count(row, 1)?,
        blocks_read: count(row, 2)?,
        blocks_hit: count(row, 3)?,
        rows_read: count(row, 4)?,
        rows_written: count(row, 5)?,
        deadlocks: count(row, 6)?,
        temp_bytes: count(row, 7)?,
        stats_since: moment(row, 8)?,
        frozen_age: seconds(row, 9)?.unwrap_or(0.0),
    })
}

fn standby(row: &Row) -> Result<Standby, Error> {
    Ok(Standby {
        name: text(row, 0)?,
        address: text(row, 1)?,
        state: text(row, 2)?,
        is_sync: row.try_get(3)?,
        lag_seconds: seconds(row, 4)?,
        lag_bytes: seconds(row, 5)?.map(|bytes| bytes as u64),
    })
}

fn slot(row: &Row) -> Result<Slot, Error> {
    Ok(Slot { name: text(row, 0)?, is_active: row.try_get(1)?, kept_bytes: seconds(row, 2)?.map(|bytes| bytes as u64) })
}

fn share(part: u64, rest: u64) -> Option<f64> {
    (part + rest > 0).then(|| part as f64 / (part + rest) as f64)
}

/// What went on since the look before, so many seconds ago. Totals that fell began anew: then nothing is said until the
/// next look.
pub(super) fn rates(now: &Raw, before: Option<(Raw, f64)>) -> Traffic {
    let mut traffic = Traffic {
        total_hit_ratio: share(now.blocks_hit, now.blocks_read),
        n_deadlocks: now.deadlocks,
        stats_since: now.stats_since,
        ..Traffic::default()
    };
    let Some((was, elapsed)) = before.filter(|(was, elapsed)| {
        *elapsed > 0.0
            && now.stats_since == was.stats_since
            && now.commits >= was.commits
            && now.blocks_hit >= was.blocks_hit
    }) else {
        return traffic;
    };
    let rate = |now: u64, was: u64| Some(now.saturating_sub(was) as f64 / elapsed);
    traffic.commits_per_second = rate(now.commits, was.commits);
    traffic.rollbacks_per_second = rate(now.rollbacks, was.rollbacks);
    traffic.blocks_read_per_second = rate(now.blocks_read, was.blocks_read);
    traffic.rows_read_per_second = rate(now.rows_read, was.rows_read);
    traffic.rows_written_per_second = rate(now.rows_written, was.rows_written);
    traffic.temp_bytes_per_second = rate(now.temp_bytes, was.temp_bytes);
    let (hit, read) = (now.blocks_hit - was.blocks_hit, now.blocks_read.saturating_sub(was.blocks_read));
    traffic.hit_ratio = share(hit, read).filter(|_| hit + read >= LEAST_BLOCKS);
    traffic
}
