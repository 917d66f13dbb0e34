//! The parts of a snapshot, each written when it changed and read by itself.
//!
//! Large things that change seldom stand beside what changes each second, even where the snapshot keeps them together: the
//! log of alerts, the catalogue, the profiles. Not here are the views, which go to who asked for them, and the link, which
//! is the reader's own.

use std::any::Any;
use std::sync::Arc;

use serde::Serialize;
use serde::de::DeserializeOwned;

use super::mask::masked_url;
use super::mask_services::masked_services;
use super::record::{Blob, ReadError, Record, WriteError};
use crate::model::access::{Access, Digest, TokenStatus};
use crate::model::alert::{Alerting, Webhook};
use crate::model::profile::Tuning;
use crate::model::service::Services;
use crate::model::{Settings, Snapshot};

/// One part.
pub struct Part {
    /// Its name on the wire.
    pub name: &'static str,
    /// Whether a reader that only lists machines needs it.
    pub is_brief: bool,
    hold: fn(&Snapshot) -> Held,
    write: fn(&Snapshot) -> Result<Vec<u8>, WriteError>,
    read: fn(&mut Snapshot, &[u8]) -> Result<(), ReadError>,
}

/// Keeps a part alive, so that another that is made later cannot be taken for it.
pub struct Held {
    address: usize,
    _part: Box<dyn Any + Send + Sync>,
}

impl Held {
    fn of<T: ?Sized + Send + Sync + 'static>(part: &Arc<T>) -> Self {
        Self { address: Arc::as_ptr(part).cast::<()>() as usize, _part: Box::new(part.clone()) }
    }

    fn of_some<T: ?Sized + Send + Sync + 'static>(part: &Option<Arc<T>>) -> Self {
        part.as_ref().map_or(Self { address: 0, _part: Box::new(()) }, Self::of)
    }

    /// Whether it is the very same part.
    pub fn is(&self, other: &Self) -> bool {
        self.address == other.address
    }
}

impl Part {
    /// Keeps the part as it is now.
    pub fn hold(&self, snapshot: &Snapshot) -> Held {
        (self.hold)(snapshot)
    }

    /// The part as a record.
    ///
    /// # Errors
    /// [`WriteError`].
    pub fn write(&self, snapshot: &Snapshot) -> Result<Vec<u8>, WriteError> {
        let body = Blob((self.write)(snapshot)?);
        Record::Part { name: self.name.into(), body }.write()
    }

    /// Puts the part that was read into a snapshot.
    ///
    /// # Errors
    /// [`ReadError`]; the snapshot is then as it was.
    pub fn read(&self, snapshot: &mut Snapshot, body: &[u8]) -> Result<(), ReadError> {
        (self.read)(snapshot, body)
    }

    /// The part of this name.
    pub fn by_name(name: &str) -> Option<&'static Self> {
        PARTS.iter().find(|part| part.name == name)
    }
}

fn write<T: Serialize + ?Sized>(part: &T) -> Result<Vec<u8>, WriteError> {
    Ok(rmp_serde::to_vec_named(part)?)
}

fn read<T: DeserializeOwned>(body: &[u8]) -> Result<T, ReadError> {
    Ok(rmp_serde::from_slice(body)?)
}

/// A part that is a field of the snapshot: `hold` is how its `Arc` is kept.
macro_rules! field {
    ($field:ident, $hold:ident, $is_brief:expr) => {
        Part {
            name: stringify!($field),
            is_brief: $is_brief,
            hold: |s| Held::$hold(&s.$field),
            write: |s| write(&s.$field),
            read: |s, body| {
                s.$field = read(body)?;
                Ok(())
            },
        }
    };
}

/// A part that is a field of a part.
macro_rules! inner {
    ($outer:ident . $field:ident, $hold:ident) => {
        Part {
            name: concat!(stringify!($outer), ".", stringify!($field)),
            is_brief: false,
            hold: |s| Held::$hold(&s.$outer.$field),
            write: |s| write(&s.$outer.$field),
            read: |s, body| {
                Arc::make_mut(&mut s.$outer).$field = read(body)?;
                Ok(())
            },
        }
    };
}

/// Every part, in the order they are sent.
pub static PARTS: [Part; 40] = [
    field!(machine, of, true),
    field!(overview, of, true),
    field!(series, of, false),
    field!(latest, of, false),
    field!(processes, of, false),
    field!(inspected, of_some, false),
    field!(inspected_history, of, false),
    field!(end_refusal, of_some, false),
    field!(probes, of, false),
    field!(health, of, false),
    Part {
        name: "settings",
        is_brief: false,
        hold: |s| Held::of(&s.settings),
        write: |s| write(&s.settings),
        read: |s, body| {
            s.settings = Arc::new(read::<Settings>(body)?.clamped());
            Ok(())
        },
    },
    field!(layouts, of, false),
    field!(window, of, false),
    field!(folders, of, false),
    field!(history, of, false),
    field!(annotations, of, false),
    field!(moment, of_some, false),
    field!(comparison, of_some, false),
    field!(tasks, of, false),
    field!(import_preview, of_some, false),
    field!(advice, of, false),
    field!(notices, of, false),
    field!(remote_write, of, false),
    field!(sources, of, false),
    Part {
        name: "services",
        is_brief: false,
        hold: |s| Held::of(&s.services),
        write: |s| write(&Services { databases: Arc::default(), ..masked_services(&s.services) }),
        read: |s, body| {
            let rest: Services = read(body)?;
            s.services = Arc::new(Services { databases: s.services.databases.clone(), ..rest });
            Ok(())
        },
    },
    inner!(services.databases, of),
    Part {
        name: "access",
        is_brief: false,
        hold: |s| Held::of(&s.access),
        write: |s| write(&without_secrets(&s.access)),
        read: |s, body| {
            s.access = read(body)?;
            Ok(())
        },
    },
    inner!(tuning.catalogue, of),
    inner!(tuning.own_catalogue, of),
    inner!(tuning.profiles, of),
    inner!(tuning.local, of_some),
    inner!(tuning.plan, of_some),
    inner!(tuning.applies, of),
    inner!(tuning.rules, of),
    inner!(tuning.proposal, of_some),
    Part {
        name: "tuning",
        is_brief: false,
        hold: |s| Held::of(&s.tuning),
        write: |s| write(&rest_of_tuning(&s.tuning)),
        read: |s, body| {
            let rest: Tuning = read(body)?;
            let Tuning { catalogue, own_catalogue, profiles, local, plan, applies, rules, proposal, .. } =
                Tuning::clone(&s.tuning);
            s.tuning =
                Arc::new(Tuning { catalogue, own_catalogue, profiles, local, plan, applies, rules, proposal, ..rest });
            Ok(())
        },
    },
    inner!(alerts.log, of),
    inner!(alerts.backtest, of_some),
    Part {
        name: "alerts.webhooks",
        is_brief: false,
        hold: |s| Held::of(&s.alerts.webhooks),
        write: |s| write(&s.alerts.webhooks.iter().map(masked).collect::<Vec<_>>()),
        read: |s, body| {
            Arc::make_mut(&mut s.alerts).webhooks = read(body)?;
            Ok(())
        },
    },
    Part {
        name: "alerts",
        is_brief: false,
        hold: |s| Held::of(&s.alerts),
        write: |s| write(&rest_of_alerts(&s.alerts)),
        read: |s, body| {
            let rest: Alerting = read(body)?;
            let Alerting { log, backtest, webhooks, .. } = Alerting::clone(&s.alerts);
            s.alerts = Arc::new(Alerting { log, backtest, webhooks, ..rest });
            Ok(())
        },
    },
];

fn rest_of_tuning(tuning: &Tuning) -> Tuning {
    Tuning {
        catalogue: Arc::default(),
        own_catalogue: Arc::default(),
        profiles: Arc::default(),
        local: None,
        plan: None,
        applies: Arc::default(),
        rules: Arc::default(),
        proposal: None,
        revealed: None,
        ..tuning.clone()
    }
}

fn rest_of_alerts(alerts: &Alerting) -> Alerting {
    Alerting { log: Arc::default(), backtest: None, webhooks: Arc::default(), ..alerts.clone() }
}

fn masked(webhook: &Webhook) -> Webhook {
    Webhook { name: webhook.name.clone(), url: masked_url(&webhook.url).into() }
}

/// What stands for a token is for the server that compares it alone.
fn without_secrets(access: &Access) -> Access {
    let bare = |token: &TokenStatus| TokenStatus { digest: Digest([0; 32]), ..token.clone() };
    Access { tokens: access.tokens.iter().map(bare).collect(), revealed: None, ..access.clone() }
}
