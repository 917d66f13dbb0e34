//! What PostgreSQL's errors mean: why, and what to do. Never the password, which no message of a server holds.

use tokio_postgres::Error;
use tokio_postgres::error::SqlState;

use crate::model::database::{DatabaseTarget, Missing, Rights, Server, TlsMode};

/// The oldest version that is known here.
const OLDEST: u32 = 120_000;

/// The role as it stands in SQL.
pub(super) fn quoted(name: &str) -> String {
    format!("\"{}\"", name.replace('"', "\"\""))
}

/// What grants what is needed, and no more.
pub(super) fn grant(role: &str) -> String {
    format!("GRANT pg_monitor TO {};", quoted(role))
}

/// What is said where the role may not see what others do.
pub(super) fn no_rights(rights: &Rights, what: &str) -> Missing {
    let why = format!("the role {} may not see {what}", rights.role);
    Missing::new(
        why,
        "Give it pg_monitor, as a superuser; that lets it read statistics and nothing else",
        grant(&rights.role),
    )
}

/// Why no connection came about.
pub(super) fn lost(error: &Error, target: &DatabaseTarget) -> Missing {
    let Some(said) = error.as_db_error() else { return unspoken(error, target) };
    let message = said.message();
    let (why, next, sql): (String, String, String) = match *said.code() {
        SqlState::INVALID_PASSWORD => {
            (format!("it refuses the password of {}", target.user), "Type the password again".into(), String::new())
        }
        SqlState::INVALID_AUTHORIZATION_SPECIFICATION if message.contains("does not exist") => {
            let sql = format!("CREATE ROLE {} LOGIN PASSWORD '…';\n{}", quoted(&target.user), grant(&target.user));
            (format!("there is no role {}", target.user), "Create it, as a superuser".into(), sql)
        }
        SqlState::INVALID_AUTHORIZATION_SPECIFICATION if is_about_encryption(message) && target.tls == TlsMode::Off => {
            (format!("it takes no connection in the open: {message}"), "Choose TLS".into(), String::new())
        }
        SqlState::INVALID_AUTHORIZATION_SPECIFICATION => (
            format!("it does not let {} in: {message}", target.user),
            "See pg_hba.conf of the server".into(),
            String::new(),
        ),
        SqlState::INVALID_CATALOG_NAME => (
            format!("there is no database {}", target.database),
            "Give the name of one there is: \\l in psql lists them".into(),
            String::new(),
        ),
        SqlState::INSUFFICIENT_PRIVILEGE => {
            let sql = format!("GRANT CONNECT ON DATABASE {} TO {};", quoted(&target.database), quoted(&target.user));
            (
                format!("{} may not connect to {}: {message}", target.user, target.database),
                "Let it connect, as the database's owner".into(),
                sql,
            )
        }
        SqlState::TOO_MANY_CONNECTIONS => (
            "all of its connections are taken".into(),
            "Find out who holds them; a role with pg_use_reserved_connections gets in from version 16 on".into(),
            String::new(),
        ),
        SqlState::CANNOT_CONNECT_NOW => {
            (format!("it is not ready: {message}"), "It is asked again".into(), String::new())
        }
        _ if message.contains("startup parameter") => return pooler(),
        _ => (format!("it refuses: {message}"), String::new(), String::new()),
    };
    Missing::new(why, next, sql)
}

/// What is said of something in between that keeps to itself what a session asks for.
pub(super) fn pooler() -> Missing {
    let why = "a pooler, such as PgBouncer, stands in between: what makes sure that nothing is written does not reach the server";
    Missing::new(why, "Give the address and port of the server itself", "")
}

fn is_about_encryption(message: &str) -> bool {
    ["no encryption", "SSL off", "SSL"].iter().any(|part| message.contains(part))
}

/// What is said of something else that answers.
pub(super) fn no_postgres() -> Missing {
    Missing::new("what answers there is no PostgreSQL", "Is the port right?", "")
}

/// What ended a connection that said nothing of it.
fn unspoken(error: &Error, target: &DatabaseTarget) -> Missing {
    let text = with_cause(error);
    if text.contains("server does not support TLS") {
        return Missing::new(
            "it does not speak TLS",
            "Choose no TLS, or set ssl = on and a certificate on the server",
            "",
        );
    }
    if text.contains("password missing") {
        return Missing::new(format!("it asks for a password of {}", target.user), "Type the password", "");
    }
    if text.contains("unexpected message") || text.contains("invalid message") || text.contains("parsing response") {
        return no_postgres();
    }
    broken(error)
}

/// What is said of a connection that broke.
pub(super) fn broken(error: &Error) -> Missing {
    if let Some(said) = error.as_db_error() {
        return Missing::new(format!("it ended the connection: {}", said.message()), "It is asked again", "");
    }
    let text = with_cause(error);
    let why = if error.is_closed()
        || text.contains("end of file")
        || text.contains("bytes remaining")
        || text.contains("unexpected EOF")
    {
        "it closed the connection before the end of its answer".to_owned()
    } else {
        format!("the connection broke: {text}")
    };
    Missing::new(why, "It is asked again", "")
}

fn with_cause(error: &Error) -> String {
    match std::error::Error::source(error) {
        Some(cause) => format!("{error}: {cause}"),
        None => error.to_string(),
    }
}

/// Whether the server cut a question short.
pub(super) fn is_late(error: &Error) -> bool {
    error.code().is_some_and(|code| *code == SqlState::QUERY_CANCELED || *code == SqlState::LOCK_NOT_AVAILABLE)
}

/// Why one question was not answered.
pub(super) fn refused(error: &Error, server: &Server, rights: &Rights) -> Missing {
    let Some(said) = error.as_db_error() else {
        return Missing::new(format!("its answer cannot be read: {}", with_cause(error)), "", "");
    };
    let message = said.message();
    match *said.code() {
        SqlState::QUERY_CANCELED | SqlState::LOCK_NOT_AVAILABLE => Missing::new(
            format!("the server took longer than its 2 s over it: {message}"),
            "It is left alone for 5 min and then asked again",
            "",
        ),
        SqlState::INSUFFICIENT_PRIVILEGE => {
            let next = "Give the role what it needs, as a superuser";
            Missing::new(format!("the role {} may not: {message}", rights.role), next, grant(&rights.role))
        }
        SqlState::UNDEFINED_COLUMN
        | SqlState::UNDEFINED_TABLE
        | SqlState::UNDEFINED_FUNCTION
        | SqlState::UNDEFINED_OBJECT => Missing {
            why: format!("PostgreSQL {} does not tell it: {message}", server.version).into(),
            ..unknown_version(server)
        },
        _ => Missing::new(format!("it refuses: {message}"), "", ""),
    }
}

/// What is said of a server that is older or newer than what is known.
pub(super) fn unknown_version(server: &Server) -> Missing {
    let why = format!("PostgreSQL {} does not tell it", server.version);
    if server.version_number < OLDEST {
        Missing::new(why, "Version 12 is the oldest that is known here: update the server", "")
    } else {
        Missing::new(why, "Versions 12 to 17 are known here: another kind of server may lack it", "")
    }
}
