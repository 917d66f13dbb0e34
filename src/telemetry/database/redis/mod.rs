//! A Redis server, asked by INFO and SLOWLOG: one connection that is kept. Nothing of it is ever changed.

mod info;
mod resp;
#[cfg(test)]
mod tests;
mod words;

use std::sync::Arc;

use tokio::time::Instant;
use tokio_rustls::TlsConnector;

use self::info::{Before, Info};
use self::resp::{Fault, Line, Reply};
use super::wire::{Allowance, Wire, tls_config, tls_fault, tls_name};
use crate::model::Timestamp;
use crate::model::database::{DatabaseTarget, Missing, RedisView, SlowEntry, SlowLog, TlsMode, Told};
use crate::telemetry::watch::names::Names;

/// Entries of the slow log that are asked for.
const MAX_SLOW: i64 = 32;
/// Bytes of a command that is shown.
const MAX_COMMAND: usize = 200;

/// Asks one server.
pub(super) struct RedisAsker {
    target: DatabaseTarget,
    names: Names,
    left: Allowance,
    line: Option<Line>,
    before: Option<(Instant, Before)>,
}

impl RedisAsker {
    /// An asker without a connection.
    pub(super) fn new(target: &DatabaseTarget) -> Self {
        Self { target: target.clone(), names: Names::default(), left: Allowance::default(), line: None, before: None }
    }

    /// Whether a connection came about, whatever became of it since.
    pub(super) fn is_connected(&self) -> bool {
        self.left.is_open()
    }

    /// Gives the connection up.
    pub(super) fn close(&mut self) {
        self.line = None;
    }

    /// Looks once.
    ///
    /// # Errors
    /// There is no connection, it broke, or INFO is refused: why, and what to do.
    pub(super) async fn look(&mut self, at: Timestamp) -> Result<Arc<RedisView>, Missing> {
        self.left.renew();
        let is_kept = self.line.is_some();
        if !is_kept {
            self.line = Some(self.connect().await?);
        }
        let mut read = self.ask_info().await;
        // A server may have closed a connection that rested.
        if is_kept && matches!(read, Err(Fault::Lost(_))) {
            self.line = Some(self.connect().await?);
            read = self.ask_info().await;
        }
        let text = match read.map_err(|fault| words::lost(&fault, &self.target))? {
            Reply::Text(text) => text,
            Reply::Refused(why) => return Err(words::refused(&why, &self.target, "INFO")),
            Reply::Number(_) | Reply::List(_) | Reply::Nothing => return Err(words::no_redis()),
        };
        let info = Info::read(&text);
        if info.text("redis_version").is_empty() {
            return Err(words::no_redis());
        }
        let now = Instant::now();
        let before = self.before.replace((now, info.before()));
        let before = before.map(|(then, before)| (before, (now - then).as_secs_f64()));
        let mut view = info.view(at, before);
        view.slow_log = self.slow_log().await?;
        Ok(Arc::new(view))
    }

    async fn ask_info(&mut self) -> Result<Reply, Fault> {
        match &mut self.line {
            Some(line) => line.ask(&["INFO"]).await,
            None => Err(Fault::Lost("there is no connection".into())),
        }
    }

    async fn slow_log(&mut self) -> Result<Told<SlowLog>, Missing> {
        let Some(line) = &mut self.line else { return Ok(Told::NotYet) };
        let most = MAX_SLOW.to_string();
        let entries = line.ask(&["SLOWLOG", "GET", &most]).await.map_err(|fault| words::lost(&fault, &self.target))?;
        let rows = match entries {
            Reply::List(entries) => entries.iter().filter_map(slow_entry).collect(),
            Reply::Refused(why) => return Ok(words::refused(&why, &self.target, "SLOWLOG").into()),
            Reply::Text(_) | Reply::Number(_) | Reply::Nothing => Vec::new(),
        };
        let from = line.ask(&["CONFIG", "GET", "slowlog-log-slower-than"]).await;
        let from = match from.map_err(|fault| words::lost(&fault, &self.target))? {
            Reply::List(pair) => match pair.get(1) {
                Some(Reply::Text(micros)) => micros.parse::<f64>().ok().filter(|micros| *micros >= 0.0),
                _ => None,
            },
            _ => None,
        };
        Ok(Told::Value(SlowLog { rows: rows.into(), from_seconds: from.map(|micros| micros / 1e6) }))
    }

    async fn connect(&mut self) -> Result<Line, Missing> {
        let wire = Wire::open(&self.target, &mut self.names, self.left.clone()).await?;
        let mut line = match self.target.tls {
            TlsMode::Off => Line::new(Box::new(wire)),
            TlsMode::Unverified | TlsMode::Verified => {
                let (config, name) = (tls_config(&self.target).await?, tls_name(&self.target)?);
                let secured = TlsConnector::from(config).connect(name, wire).await;
                Line::new(Box::new(secured.map_err(|e| tls_fault(&e, &self.target))?))
            }
        };
        if let Some(secret) = &self.target.secret {
            let said = if self.target.user.is_empty() {
                line.ask(&["AUTH", &secret.0]).await
            } else {
                line.ask(&["AUTH", &self.target.user, &secret.0]).await
            };
            match said.map_err(|fault| words::lost(&fault, &self.target))? {
                Reply::Refused(why) => return Err(words::refused(&why, &self.target, "AUTH")),
                Reply::Text(_) => {}
                Reply::Number(_) | Reply::List(_) | Reply::Nothing => return Err(words::no_redis()),
            }
        }
        // An old server does not know it, which does not matter.
        line.ask(&["CLIENT", "SETNAME", "perfdesk"]).await.map_err(|fault| words::lost(&fault, &self.target))?;
        Ok(line)
    }
}

/// An entry of the slow log; `None` where it is none.
fn slow_entry(reply: &Reply) -> Option<SlowEntry> {
    let Reply::List(parts) = reply else { return None };
    let number = |i: usize| match parts.get(i) {
        Some(Reply::Number(n)) => Some(*n),
        _ => None,
    };
    let Some(Reply::List(words)) = parts.get(3) else { return None };
    let client: Vec<&str> = parts.get(4..6)?.iter().filter_map(Reply::text).filter(|text| !text.is_empty()).collect();
    Some(SlowEntry {
        id: number(0)?,
        at: Timestamp::from_millis(number(1)?.saturating_mul(1_000)),
        seconds: number(2)? as f64 / 1e6,
        command: shown(words).into(),
        client: client.join(" ").into(),
    })
}

/// A command with the first thing it touches; what else it was given may be anybody's secret.
fn shown(words: &[Reply]) -> String {
    let mut texts = words.iter().filter_map(Reply::text);
    let mut shown = texts.next().unwrap_or_default().to_owned();
    let hides_all =
        ["AUTH", "HELLO", "CONFIG", "ACL", "EVAL", "MIGRATE"].iter().any(|name| shown.eq_ignore_ascii_case(name));
    if let Some(first) = texts.next().filter(|_| !hides_all) {
        shown.push(' ');
        shown.push_str(first);
    }
    let n = words.len().saturating_sub(if hides_all { 1 } else { 2 });
    shown.truncate(shown.floor_char_boundary(MAX_COMMAND));
    if n > 0 { format!("{shown} … {n} more") } else { shown }
}
