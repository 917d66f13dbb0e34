//! What databases that are asked themselves tell, as kinds look at it.

use std::sync::Arc;

use super::evidence::{Evidence, TEN_MINUTES, Track};
use super::service;
use crate::model::database::{DatabaseKind, DatabaseState, DatabaseStatus, PostgresView, Statement, StatementId};

/// Connections that a PostgreSQL server can still give to ordinary roles.
pub const FREE: &str = "postgresql.connection.free";
/// Time in a statement, seconds each second.
pub const LOAD: &str = "postgresql.query.load";
/// Rows of the tables by `state`: `live` or `dead`.
pub const ROWS: &str = "postgresql.rows";
/// Size of the database.
pub const SIZE: &str = "postgresql.db_size";

/// What is said where no database is asked.
pub const MISSING: &str = "No PostgreSQL server is watched: add it on Services";

/// The PostgreSQL servers that answer now, with what they told.
pub fn servers<'a>(e: &Evidence<'a>) -> Vec<(&'a DatabaseStatus, &'a PostgresView)> {
    let up = e.databases.iter().filter(|status| status.state == DatabaseState::Up);
    up.filter_map(|status| Some((&**status, &**status.postgres()?))).collect()
}

/// Connections that are free at the server a service uses.
pub struct Free<'a> {
    /// The name of the database.
    pub database: &'a str,
    /// How many, in the mean of ten minutes.
    pub n: f64,
    /// Their series.
    pub track: Track<'a>,
}

/// The free connections of the server that a service uses; `None` where that is not known.
pub fn free<'a>(e: &Evidence<'a>, service: &str) -> Option<Free<'a>> {
    let uses: Vec<Track<'a>> = [service::DB_DURATION, service::POOL_COUNT]
        .into_iter()
        .flat_map(|metric| service::of_service(e, metric, service))
        .collect();
    let told = |names: [&str; 2]| {
        let value =
            |track: &Track<'a>| names.into_iter().map(|name| track.attribute(name)).find(|text| !text.is_empty());
        uses.iter().find_map(value)
    };
    // Another system than PostgreSQL has its own connections.
    if told(["db.system.name", "db.system"]).is_some_and(|system| !system.starts_with("postgres")) {
        return None;
    }
    let (port, database) = (told(["server.port", "net.peer.port"]), told(["db.namespace", "db.name"]));
    let fits = |track: &Track<'a>| {
        let target = e.databases.iter().find(|status| *status.target.name == *track.attribute("service.name"));
        let Some(target) = target.map(|status| &status.target).filter(|t| t.kind == DatabaseKind::Postgres) else {
            return true;
        };
        port.is_none_or(|port| port == target.port.to_string()) && database.is_none_or(|name| name == &*target.database)
    };
    let mut all: Vec<Track<'a>> = e.all(FREE).filter(fits).collect();
    let track = all.pop().filter(|_| all.is_empty())?;
    Some(Free { database: track.attribute("service.name"), n: track.mean(TEN_MINUTES)?, track })
}

/// The first words of a statement on one line, at most 60 bytes.
pub fn brief(statement: &Statement) -> String {
    let text = statement.text.split_whitespace().collect::<Vec<_>>().join(" ");
    if text.len() > 60 { format!("{}…", &text[..text.floor_char_boundary(60)]) } else { text }
}

/// The series of the time in a statement of a database.
pub fn load<'a>(e: &Evidence<'a>, database: &Arc<str>, statement: StatementId) -> Option<Track<'a>> {
    let StatementId::Known(id) = statement else { return None };
    let id = id.to_string();
    e.all(LOAD).find(|track| *track.attribute("service.name") == **database && track.attribute("db.query.id") == id)
}
