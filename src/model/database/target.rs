//! Databases that are asked: which, as whom, how often.

use std::sync::Arc;

use serde::{Deserialize, Serialize};

use crate::model::profile::Secret;
use crate::model::service::name_fault;

/// Databases at most.
pub const MAX_DATABASES: usize = 50;

/// What a database is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Serialize, Deserialize)]
pub enum DatabaseKind {
    /// PostgreSQL, or what speaks as it does.
    #[default]
    Postgres,
    /// Redis, or what speaks as it does: Valkey, KeyDB.
    Redis,
}

impl DatabaseKind {
    /// Its name for people.
    pub const fn title(self) -> &'static str {
        match self {
            Self::Postgres => "PostgreSQL",
            Self::Redis => "Redis",
        }
    }

    /// The port it listens on unless it is told another.
    pub const fn usual_port(self) -> u16 {
        match self {
            Self::Postgres => 5432,
            Self::Redis => 6379,
        }
    }
}

/// Whether what is said on the way can be read by others.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Serialize, Deserialize)]
pub enum TlsMode {
    /// In the open: for a database on this machine.
    #[default]
    Off,
    /// By TLS, whoever answers: what is read on the way is hidden, who stands there is not checked.
    Unverified,
    /// By TLS, with a certificate that is vouched for.
    Verified,
}

/// One database that is asked.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct DatabaseTarget {
    /// Its name, which is also that of its service: 1 to 64 letters, digits, `-`, `_` and `.`.
    pub name: Arc<str>,
    /// What it is.
    pub kind: DatabaseKind,
    /// Host or address; of PostgreSQL also the folder of its socket, such as `/var/run/postgresql`.
    pub host: Arc<str>,
    /// Its port.
    pub port: u16,
    /// The database of the server; of Redis it means nothing.
    pub database: Arc<str>,
    /// Who asks; of Redis it may be empty.
    pub user: Arc<str>,
    /// The password; empty in what is published.
    #[serde(skip_serializing)]
    pub secret: Option<Secret>,
    /// Whether by TLS.
    pub tls: TlsMode,
    /// A file of certificates (PEM) that its own is checked against; empty is the well-known authorities.
    pub ca_file: Arc<str>,
    /// Time between looks, seconds; 1 to 3,600.
    pub interval_seconds: u32,
    /// Time for one look, seconds; at most the interval and 30.
    pub time_out_seconds: u32,
    /// Whether it is asked.
    pub is_on: bool,
}

impl Default for DatabaseTarget {
    fn default() -> Self {
        Self {
            name: "".into(),
            kind: DatabaseKind::Postgres,
            host: "127.0.0.1".into(),
            port: DatabaseKind::Postgres.usual_port(),
            database: "postgres".into(),
            user: "".into(),
            secret: None,
            tls: TlsMode::Off,
            ca_file: "".into(),
            interval_seconds: 10,
            time_out_seconds: 5,
            is_on: true,
        }
    }
}

impl DatabaseTarget {
    /// The same database with every number within its bounds.
    pub fn clamped(mut self) -> Self {
        self.interval_seconds = self.interval_seconds.clamp(1, 3_600);
        self.time_out_seconds = self.time_out_seconds.clamp(1, self.interval_seconds.min(30));
        self
    }

    /// What is wrong with it, in words; `None` where nothing is.
    pub fn fault(&self) -> Option<String> {
        let is_bad = |text: &str| text.chars().any(|c| c.is_control());
        name_fault(&self.name).or_else(|| {
            let texts = [&self.host, &self.database, &self.user];
            if self.host.is_empty() || self.host.contains(char::is_whitespace) || self.host.contains("://") {
                Some("Its host is a name, an address or the folder of its socket, such as 127.0.0.1".into())
            } else if self.is_socket() && self.kind == DatabaseKind::Redis {
                Some("Redis is asked over the network: its host is a name or an address".into())
            } else if self.port == 0 {
                Some(format!("Its port is a number from 1 to 65535, often {}", self.kind.usual_port()))
            } else if self.kind == DatabaseKind::Postgres && self.user.is_empty() {
                Some("Say as whom it is asked: a role that may log in and has pg_monitor".into())
            } else if self.kind == DatabaseKind::Postgres && self.database.is_empty() {
                Some("Say which of the server's databases is looked at".into())
            } else {
                texts.into_iter().any(|text| is_bad(text)).then(|| "Its texts hold no control signs".into())
            }
        })
    }

    /// Whether it is reached through a socket in a folder of this machine.
    pub fn is_socket(&self) -> bool {
        self.host.starts_with('/')
    }

    /// Where it is, as people write it: `127.0.0.1:5432`.
    pub fn place(&self) -> String {
        if self.host.contains(':') && !self.is_socket() {
            format!("[{}]:{}", self.host, self.port)
        } else {
            format!("{}:{}", self.host, self.port)
        }
    }

    /// Whether it is on this very machine, so that nobody reads on the way.
    pub fn is_near(&self) -> bool {
        self.is_socket() || matches!(&*self.host, "localhost" | "::1") || self.host.starts_with("127.")
    }

    /// What of it may be shown: everything but the secret.
    pub fn without_secret(&self) -> Self {
        Self { secret: None, ..self.clone() }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shop() -> DatabaseTarget {
        DatabaseTarget { name: "shop".into(), user: "perfdesk".into(), ..DatabaseTarget::default() }
    }

    #[test]
    fn what_cannot_be_asked_is_said_and_what_can_is_not() {
        assert_eq!(shop().fault(), None);
        let redis = DatabaseTarget { kind: DatabaseKind::Redis, user: "".into(), database: "".into(), ..shop() };
        assert_eq!(redis.fault(), None);
        for (target, part) in [
            (DatabaseTarget { name: "a b".into(), ..shop() }, "letters"),
            (DatabaseTarget { host: "".into(), ..shop() }, "host"),
            (DatabaseTarget { host: "postgres://h".into(), ..shop() }, "host"),
            (DatabaseTarget { host: "/tmp".into(), ..redis }, "over the network"),
            (DatabaseTarget { port: 0, ..shop() }, "often 5432"),
            (DatabaseTarget { user: "".into(), ..shop() }, "pg_monitor"),
            (DatabaseTarget { database: "".into(), ..shop() }, "databases"),
            (DatabaseTarget { database: "a\0b".into(), ..shop() }, "control"),
        ] {
            let why = target.fault().expect(part);
            assert!(why.contains(part), "{why}");
        }
    }

    #[test]
    fn numbers_keep_their_bounds_and_places_read_as_people_write_them() {
        let wild = DatabaseTarget { interval_seconds: 0, time_out_seconds: 900, ..shop() }.clamped();
        assert_eq!((wild.interval_seconds, wild.time_out_seconds), (1, 1));
        let slow = DatabaseTarget { interval_seconds: 600, time_out_seconds: 900, ..shop() }.clamped();
        assert_eq!(slow.time_out_seconds, 30);
        assert_eq!(shop().place(), "127.0.0.1:5432");
        assert_eq!(DatabaseTarget { host: "::1".into(), ..shop() }.place(), "[::1]:5432");
        assert!(shop().is_near() && !DatabaseTarget { host: "10.0.0.9".into(), ..shop() }.is_near());
    }

    #[test]
    fn the_password_is_in_no_print_and_no_bytes() {
        let target = DatabaseTarget { secret: Some(Secret("hunter2".into())), ..shop() };
        assert!(!format!("{target:?}").contains("hunter2"));
        let bytes = rmp_serde::to_vec_named(&target).expect("bytes");
        assert!(!bytes.windows(7).any(|part| part == b"hunter2"));
        assert_eq!(target.without_secret().secret, None);
    }
}
