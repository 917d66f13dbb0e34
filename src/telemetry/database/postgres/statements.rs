//! Statements and their times, by `pg_stat_statements`; where it is not there, what brings it.

use std::collections::BTreeMap;
use std::sync::Arc;

use tokio::time::Instant;
use tokio_postgres::{Error, Row};

use super::explain::first_word;
use super::recent::{Look, Recent, Total};
use super::sessions::{count, seconds, text};
use super::{Session, sql, words};
use crate::analysis::span::statement::{Dialect, without_values};
use crate::model::database::{Missing, Statement, StatementId, Statements, Told};

/// Statements that are shown.
const MAX_SHOWN: usize = 50;
/// Statements whose texts are looked up, so that ours may be left out.
const MAX_NAMED: usize = 70;
/// Texts that are kept.
const MAX_TEXTS: usize = 1_000;
/// Time in all statements, seconds each second, below which shares of late say nothing.
const LEAST_LOAD: f64 = 0.01;

/// Bytes of a text.
const MAX_TEXT: usize = 4_096;
/// What has a plan.
const PLANNED: [&str; 8] = ["select", "with", "insert", "update", "delete", "merge", "values", "table"];

/// The extension as it is there.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Extension {
    pub(super) version: Arc<str>,
    /// Its schema, quoted.
    pub(super) schema: Arc<str>,
}

impl Extension {
    /// Whether times are called `total_exec_time`: from 1.8 on.
    fn has_exec_time(&self) -> bool {
        let mut parts = self.version.split('.').map(|part| part.parse::<u32>().unwrap_or(0));
        (parts.next().unwrap_or(0), parts.next().unwrap_or(0)) >= (1, 8)
    }
}

/// What is remembered of statements while connections come and go.
pub(super) struct StatementBook {
    recent: Recent,
    texts: BTreeMap<i64, Arc<str>>,
    started: Instant,
}

impl Default for StatementBook {
    fn default() -> Self {
        Self { recent: Recent::default(), texts: BTreeMap::new(), started: Instant::now() }
    }
}

/// A row as the server tells it.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Raw {
    pub(super) id: i64,
    pub(super) total: Total,
}

impl Session {
    /// Whether statements are counted; where not, what makes them be.
    ///
    /// # Errors
    /// The connection broke.
    pub(super) async fn find_extension(&mut self) -> Result<Told<Extension>, Missing> {
        let read = |row: &Row| Ok(Extension { version: text(row, 0)?, schema: text(row, 1)? });
        let found = self.ask("extension", sql::EXTENSION, |rows| rows.first().map(read).transpose()).await?;
        match found {
            Told::Value(Some(extension)) => return Ok(Told::Value(extension)),
            Told::Missing(missing) => return Ok(Told::Missing(missing)),
            Told::Value(None) | Told::NotYet => {}
        }
        let loaded =
            self.ask("preloaded", sql::PRELOADED, |rows| rows.first().map(|row| text(row, 0)).transpose()).await?;
        let loaded = loaded.value().cloned().flatten();
        Ok(Told::Missing(not_created(loaded.as_deref())))
    }

    /// Statements by their time; the book is taken further.
    ///
    /// # Errors
    /// The connection broke.
    pub(super) async fn statements(&mut self, book: &mut StatementBook) -> Result<Told<Arc<Statements>>, Missing> {
        let extension = match &self.extension {
            Told::Value(extension) => extension.clone(),
            Told::Missing(missing) => return Ok(Told::Missing(missing.clone())),
            Told::NotYet => return Ok(Told::NotYet),
        };
        let sql = sql::statements(&extension.schema, extension.has_exec_time());
        let told = self.ask("statements", &sql, |rows| rows.iter().map(raw).collect::<Result<Vec<_>, Error>>()).await?;
        let rows = match told {
            Told::Value(rows) => rows,
            Told::Missing(missing) if missing.why.contains("shared_preload_libraries") => {
                return Ok(Told::Missing(not_loaded(None)));
            }
            Told::Missing(missing) => return Ok(Told::Missing(missing)),
            Told::NotYet => return Ok(Told::NotYet),
        };
        if rows.is_empty() && !self.rights.sees_others {
            return Ok(words::no_rights(&self.rights, "the statements of others").into());
        }
        let (all_seconds, n) = rows.first().map_or((0.0, 0), |(_, all, n)| (*all, *n));
        let by_id: BTreeMap<i64, Total> = rows.iter().map(|(raw, _, _)| (raw.id, raw.total)).collect();
        let look = Look { at: book.started.elapsed(), by_id, all_seconds };
        let mut statements = ranked(&mut book.recent, look);
        (statements.n, statements.version) = (n, extension.version.clone());
        let ids: Vec<i64> =
            statements.rows.iter().filter_map(id_of).filter(|id| !book.texts.contains_key(id)).collect();
        if !ids.is_empty() {
            self.learn_texts(&extension, book, &ids).await?;
        }
        statements.rows = named(&statements.rows, &book.texts);
        Ok(Told::Value(Arc::new(statements)))
    }

    async fn learn_texts(
        &mut self,
        extension: &Extension,
        book: &mut StatementBook,
        ids: &[i64],
    ) -> Result<(), Missing> {
        if book.texts.len() + ids.len() > MAX_TEXTS {
            book.texts.clear();
        }
        let sql = sql::texts(&extension.schema);
        let read = match self.line.client().query(sql.as_str(), &[&ids]).await {
            Ok(rows) => rows,
            Err(e) if self.line.is_closed() => return Err(words::broken(&e)),
            // They are asked for again with the next look.
            Err(_) => return Ok(()),
        };
        for row in &read {
            if let (Ok(id), Ok(Some(text))) = (row.try_get::<_, i64>(0), row.try_get::<_, Option<&str>>(1)) {
                book.texts.insert(id, shown(text));
            }
        }
        Ok(())
    }
}

/// A statement as it is shown. The server leaves the values out of those that have a plan; of others, such as one that sets
/// the password of a role, they stand in the text.
pub(super) fn shown(text: &str) -> Arc<str> {
    if PLANNED.contains(&first_word(text).as_str()) || text.starts_with(sql::OURS) {
        return text.into();
    }
    let mut bare = String::new();
    without_values(text, Dialect::of("postgresql"), MAX_TEXT, &mut bare);
    bare.into()
}

fn id_of(statement: &Statement) -> Option<i64> {
    match statement.id {
        StatementId::Known(id) => Some(id),
        StatementId::Running(_) => None,
    }
}

fn raw(row: &Row) -> Result<(Raw, f64, u64), Error> {
    let total = Total { calls: count(row, 1)?, seconds: seconds(row, 2)?.unwrap_or(0.0), rows: count(row, 3)? };
    Ok((Raw { id: row.try_get(0)?, total }, seconds(row, 4)?.unwrap_or(0.0), count(row, 5)?))
}

/// The statements of a look in the order of their time: of late first, then in all.
pub(super) fn ranked(recent: &mut Recent, look: Look) -> Statements {
    let (all, totals) = (look.all_seconds, look.by_id.clone());
    let lately = recent.take(look).filter(|lately| lately.seconds > 0.0);
    let load = lately.as_ref().map(|lately| lately.all_seconds / lately.seconds);
    let speaks = load.is_some_and(|load| load >= LEAST_LOAD);
    let row = |(id, total): (&i64, &Total)| {
        let calls = total.calls.max(1) as f64;
        let mut statement = Statement {
            id: StatementId::Known(*id),
            text: "".into(),
            calls: total.calls,
            total_seconds: total.seconds,
            mean_seconds: total.seconds / calls,
            rows_per_call: total.rows as f64 / calls,
            total_share: if all > 0.0 { (total.seconds / all).min(1.0) } else { 0.0 },
            calls_per_second: None,
            recent_mean_seconds: None,
            load: None,
            recent_share: None,
        };
        if let Some(lately) = &lately {
            let ran = lately.by_id.get(id).copied().unwrap_or_default();
            statement.calls_per_second = Some(ran.calls as f64 / lately.seconds);
            statement.recent_mean_seconds = (ran.calls > 0).then(|| ran.seconds / ran.calls as f64);
            statement.load = Some(ran.seconds / lately.seconds);
            statement.recent_share = speaks.then(|| (ran.seconds / lately.all_seconds).min(1.0));
        }
        statement
    };
    let mut rows: Vec<Statement> = totals.iter().map(row).collect();
    rows.sort_by(|a, b| {
        let of_late = b.load.unwrap_or(0.0).total_cmp(&a.load.unwrap_or(0.0));
        of_late.then(b.total_seconds.total_cmp(&a.total_seconds))
    });
    rows.truncate(MAX_NAMED);
    Statements {
        rows: rows.into(),
        recent_seconds: lately.as_ref().map_or(0.0, |lately| lately.seconds),
        load,
        ..Statements::default()
    }
}

/// The same with their texts; those without one, and our own, are left out.
fn named(rows: &[Statement], texts: &BTreeMap<i64, Arc<str>>) -> Arc<[Statement]> {
    let named = rows.iter().filter_map(|statement| {
        let text = texts.get(&id_of(statement)?)?;
        (!text.starts_with(sql::OURS)).then(|| Statement { text: text.clone(), ..statement.clone() })
    });
    named.take(MAX_SHOWN).collect()
}

/// What is said where the extension was not made in this database.
fn not_created(loaded: Option<&str>) -> Missing {
    match loaded {
        Some(loaded) if loaded.contains("pg_stat_statements") => Missing::new(
            "pg_stat_statements is loaded and not made in this database",
            "Make it, as a superuser",
            "CREATE EXTENSION pg_stat_statements;",
        ),
        loaded => not_loaded(loaded),
    }
}

/// What is said where the server does not load it.
fn not_loaded(loaded: Option<&str>) -> Missing {
    let mut all: Vec<&str> =
        loaded.unwrap_or_default().split(',').map(str::trim).filter(|name| !name.is_empty()).collect();
    all.push("pg_stat_statements");
    let sql = format!(
        "ALTER SYSTEM SET shared_preload_libraries = {};\n-- restart the server, then in this database:\nCREATE EXTENSION IF NOT EXISTS pg_stat_statements;",
        all.iter().map(|name| format!("'{}'", name.replace('\'', "''"))).collect::<Vec<_>>().join(", ")
    );
    let why = match loaded {
        Some(_) => "the server does not count statements: pg_stat_statements is not loaded",
        None => "the server does not count statements in this database: pg_stat_statements is not there",
    };
    Missing::new(why, "Have it loaded and restart the server; it costs about a hundredth of the server's time", sql)
}
