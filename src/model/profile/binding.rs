//! Bindings: which file of which service a profile goes to, and how the service learns of it.

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use serde::{Deserialize, Serialize};

use super::value::ParamKey;

/// A binding's name, unique: letters, digits, `-`, `_`, `.`, `/`, at most 128.
pub type BindingId = Arc<str>;

/// The form of a configuration file.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub enum FileFormat {
    /// `KEY=value` lines, as shells and Docker Compose read them.
    Env,
    /// TOML.
    Toml,
    /// YAML.
    Yaml,
    /// JSON.
    Json,
    /// RON.
    Ron,
    /// Sections and `key = value`, or Java's `.properties`.
    Ini,
}

impl FileFormat {
    /// Every format.
    pub const ALL: [Self; 6] = [Self::Env, Self::Toml, Self::Yaml, Self::Json, Self::Ron, Self::Ini];

    /// Its name for people.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Env => ".env",
            Self::Toml => "TOML",
            Self::Yaml => "YAML",
            Self::Json => "JSON",
            Self::Ron => "RON",
            Self::Ini => "INI or properties",
        }
    }

    /// Its name in files and on the command line.
    pub const fn slug(self) -> &'static str {
        match self {
            Self::Env => "env",
            Self::Toml => "toml",
            Self::Yaml => "yaml",
            Self::Json => "json",
            Self::Ron => "ron",
            Self::Ini => "ini",
        }
    }
}

/// How a value is written into a file that counts in another unit.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
pub enum Conversion {
    /// As the format usually has it: numbers as numbers, switches as `true` and `false`, times as whole seconds,
    /// sizes as bytes.
    #[default]
    Plain,
    /// Times as a number of milliseconds.
    Millis,
    /// Times as a number of seconds, with a fraction where needed.
    Seconds,
    /// Times as a number of minutes.
    Minutes,
    /// Times as text with their unit, such as `90s` or `250ms`.
    DurationText,
    /// Sizes as a number of KiB.
    Kibibytes,
    /// Sizes as a number of MiB.
    Mebibytes,
    /// Sizes as text, such as `256MB` where 1 MB is 1,048,576 bytes, as PostgreSQL and Java read it.
    SizeText,
    /// Switches as `1` and `0`.
    OneZero,
    /// Switches as `on` and `off`.
    OnOff,
    /// Switches as `yes` and `no`.
    YesNo,
    /// A share of 1 as a percentage.
    Percent,
}

impl Conversion {
    /// Every conversion, with its name in files.
    pub const ALL: [(Self, &'static str); 12] = [
        (Self::Plain, "plain"),
        (Self::Millis, "millis"),
        (Self::Seconds, "seconds"),
        (Self::Minutes, "minutes"),
        (Self::DurationText, "duration_text"),
        (Self::Kibibytes, "kibibytes"),
        (Self::Mebibytes, "mebibytes"),
        (Self::SizeText, "size_text"),
        (Self::OneZero, "one_zero"),
        (Self::OnOff, "on_off"),
        (Self::YesNo, "yes_no"),
        (Self::Percent, "percent"),
    ];

    /// Its name in files.
    pub fn slug(self) -> &'static str {
        Self::ALL.iter().find(|(c, _)| *c == self).map_or("plain", |(_, slug)| slug)
    }
}

/// One parameter's key in a file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct BoundKey {
    /// Which parameter.
    pub param: ParamKey,
    /// Its key in the file: a name in `.env`; names with dots between in the rest (`cache.ttl`, `servers.0.port`);
    /// a name that holds a dot itself stands in double quotes.
    pub key: Arc<str>,
    /// How the value is written.
    pub conversion: Conversion,
}

/// What makes the service take a changed file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum Reload {
    /// A program with its arguments; never a shell line.
    Run {
        /// The program and its arguments.
        argv: Vec<String>,
        /// How long it may take.
        timeout: Duration,
    },
    /// An HTTP POST without a body.
    Post {
        /// Where to.
        url: String,
        /// How long it may take.
        timeout: Duration,
    },
    /// A restart of a service that Perfdesk runs, until it is ready; one that does not run is left so.
    Restart {
        /// Which.
        service: Arc<str>,
        /// How long it may take until it is ready.
        timeout: Duration,
    },
}

/// How it is found out that the service has the new values.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum VerifyAction {
    /// The file is read again.
    ReadFile,
    /// A JSON document is fetched from the running service and values compared.
    Get {
        /// Where from.
        url: String,
        /// Parameters and the JSON field that should hold each, names with dots between.
        fields: Vec<(ParamKey, Arc<str>)>,
        /// How long the service may take until it answers with the new values.
        timeout: Duration,
    },
}

/// Where a profile goes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Binding {
    /// Its name.
    pub id: BindingId,
    /// The file.
    pub path: PathBuf,
    /// Its form.
    pub format: FileFormat,
    /// Which parameter goes to which key.
    pub keys: Vec<BoundKey>,
    /// What makes the service take it; nothing where it reads the file by itself or is started by hand.
    pub reload: Option<Reload>,
    /// How it is checked beside reading the file again, which is always done.
    pub verify: Option<VerifyAction>,
}
