//! What the server is, what may be seen of it, and who is connected.

use std::collections::BTreeMap;
use std::sync::Arc;

use tokio_postgres::{Error, Row, SimpleQueryMessage};

use super::{Session, sql, words};
use crate::model::Timestamp;
use crate::model::database::{Connections, DatabaseTarget, Missing, Rights, Server, SessionGroup, Told};

/// Groups of sessions at most.
const MAX_GROUPS: usize = 50;

/// Settings that figures are held against.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Settings {
    pub(super) max_connections: u32,
    pub(super) reserved: u32,
    pub(super) block_bytes: u64,
    pub(super) checkpoint_seconds: u32,
    pub(super) max_wal_bytes: u64,
    pub(super) freeze_age: f64,
}

/// A text of a row.
pub(super) fn text(row: &Row, i: usize) -> Result<Arc<str>, Error> {
    row.try_get::<_, &str>(i).map(Arc::from)
}

/// A number of a row that counts something.
pub(super) fn count(row: &Row, i: usize) -> Result<u64, Error> {
    row.try_get::<_, Option<i64>>(i).map(|n| u64::try_from(n.unwrap_or(0)).unwrap_or(0))
}

/// A small number of a row that counts something.
pub(super) fn small(row: &Row, i: usize) -> Result<u32, Error> {
    row.try_get::<_, i32>(i).map(|n| u32::try_from(n).unwrap_or(0))
}

/// A span or share of a row; `None` where there is none.
pub(super) fn seconds(row: &Row, i: usize) -> Result<Option<f64>, Error> {
    let value = row.try_get::<_, Option<f64>>(i)?;
    Ok(value.filter(|seconds| seconds.is_finite()).map(|seconds| seconds.max(0.0)))
}

/// A moment of a row, which the server tells as seconds.
pub(super) fn moment(row: &Row, i: usize) -> Result<Option<Timestamp>, Error> {
    let seconds = row.try_get::<_, Option<f64>>(i)?;
    Ok(seconds.filter(|s| s.is_finite()).map(|s| Timestamp::from_millis((s * 1e3) as i64)))
}

impl Session {
    /// Begins: that nothing can be written is made sure of.
    ///
    /// # Errors
    /// Something may be written, or the connection broke.
    pub(super) async fn begin(&mut self, target: &DatabaseTarget) -> Result<(), Missing> {
        self.server.version = self.line.version.clone();
        self.server.version_number = number_of(&self.server.version);
        let told = self.line.client().simple_query(sql::HOLDS).await.map_err(|e| words::lost(&e, target))?;
        let is_on = |message: &SimpleQueryMessage| match message {
            SimpleQueryMessage::Row(row) => row.get(0) == Some("on"),
            _ => false,
        };
        if told.iter().any(is_on) { Ok(()) } else { Err(words::pooler()) }
    }

    /// Learns what the server is and what the role may see.
    ///
    /// # Errors
    /// The connection broke.
    pub(super) async fn know(&mut self, target: &DatabaseTarget) -> Result<(), Missing> {
        self.rights.role = target.user.clone();
        let told = self.ask("server", sql::SERVER, |rows| rows.first().map(server).transpose()).await?;
        if let Told::Value(Some((mut server, rights, settings))) = told {
            server.version = self.server.version.clone();
            (self.server, self.rights, self.settings) = (server, rights, settings);
        }
        self.extension = self.find_extension().await?;
        Ok(())
    }

    /// Connections against the limit.
    ///
    /// # Errors
    /// The connection broke.
    pub(super) async fn connections(&mut self) -> Result<Told<Connections>, Missing> {
        let settings = self.settings;
        let told = self.ask("sessions", sql::SESSIONS, |rows| connections(rows, &settings)).await?;
        Ok(match told {
            Told::Value(_) if settings.max_connections == 0 => words::unknown_version(&self.server).into(),
            told => told,
        })
    }
}

fn server(row: &Row) -> Result<(Server, Rights, Settings), Error> {
    let server = Server {
        version: "".into(),
        version_number: small(row, 0)?,
        started_at: moment(row, 1)?.unwrap_or_default(),
        is_replica: row.try_get(2)?,
    };
    let is_superuser = row.try_get(4)?;
    let rights = Rights {
        role: text(row, 3)?,
        is_superuser,
        sees_others: is_superuser || row.try_get(5)?,
        sees_settings: is_superuser || row.try_get(6)?,
    };
    let settings = Settings {
        max_connections: small(row, 7)?,
        reserved: small(row, 8)? + small(row, 9)?,
        block_bytes: small(row, 10)?.into(),
        checkpoint_seconds: seconds(row, 11)?.unwrap_or(0.0) as u32,
        max_wal_bytes: count(row, 12)?,
        freeze_age: row.try_get(13)?,
    };
    Ok((server, rights, settings))
}

fn connections(rows: &[Row], settings: &Settings) -> Result<Connections, Error> {
    let mut all = Connections { max: settings.max_connections, reserved: settings.reserved, ..Connections::default() };
    let mut by_state: BTreeMap<Arc<str>, u32> = BTreeMap::new();
    let mut groups = Vec::new();
    let greater = |a: Option<f64>, b: Option<f64>| a.zip(b).map(|(a, b)| a.max(b)).or(a).or(b);
    for row in rows {
        let group =
            SessionGroup { user: text(row, 0)?, application: text(row, 1)?, state: text(row, 2)?, n: small(row, 3)? };
        // Of all sessions, those of groups that were left out too.
        all.used = u32::try_from(count(row, 4)?).unwrap_or(u32::MAX);
        by_state.insert(group.state.clone(), u32::try_from(count(row, 5)?).unwrap_or(u32::MAX));
        all.oldest_transaction_seconds = greater(all.oldest_transaction_seconds, seconds(row, 6)?);
        all.oldest_idle_in_transaction_seconds = greater(all.oldest_idle_in_transaction_seconds, seconds(row, 7)?);
        groups.push(group);
    }
    groups.truncate(MAX_GROUPS);
    all.groups = groups.into();
    all.by_state = by_state.into_iter().collect();
    all.by_state.sort_by(|a, b| b.1.cmp(&a.1).then_with(|| a.0.cmp(&b.0)));
    Ok(all)
}

/// The number of a version as `server_version_num` has it: 15.18 is 150018, 9.6.24 is 90624.
pub(super) fn number_of(version: &str) -> u32 {
    let digits = version.split(|c: char| !c.is_ascii_digit() && c != '.').next().unwrap_or_default();
    let mut parts = digits.split('.').map(|part| part.parse::<u32>().unwrap_or(0).min(9_999));
    let (first, second, third) = (parts.next().unwrap_or(0), parts.next().unwrap_or(0), parts.next().unwrap_or(0));
    if first >= 10 { first * 10_000 + second } else { first * 10_000 + second * 100 + third }
}
