//! How a service is run: what is started, what it needs, when it is ready, and what happens when it ends.

use std::path::PathBuf;
use std::sync::Arc;

use serde::{Deserialize, Serialize};

use super::warm_up::WarmUpStep;
use crate::model::profile::Secret;
use crate::model::service::CheckKind;

/// Services that are run at most.
pub const MAX_RUNS: usize = 50;

/// A variable of a service's environment.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct Variable {
    /// Its name.
    pub name: Arc<str>,
    /// Its value; empty where it is a secret.
    pub value: Arc<str>,
    /// Whether its value is shown nowhere.
    pub is_secret: bool,
    /// The value of a secret; empty in what is published, and where it is put without one it stays as it is.
    #[serde(skip_serializing)]
    pub secret: Option<Secret>,
}

/// A service that another needs.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct Need {
    /// Which. One that is run is started first; one that is only checked must be healthy.
    pub service: Arc<str>,
    /// Whether the other does without: it is degraded then, not down.
    pub is_optional: bool,
}

/// How it is found out that a service is ready.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Readiness {
    /// What is asked.
    pub ask: CheckKind,
    /// Time between two questions, milliseconds; 20 to 60,000.
    pub every_millis: u32,
    /// Time within which it must be ready, seconds; 1 to 3,600. What is not by then is stopped.
    pub time_out_seconds: u32,
}

impl Default for Readiness {
    fn default() -> Self {
        Self { ask: CheckKind::Tcp { address: "".into() }, every_millis: 200, time_out_seconds: 60 }
    }
}

/// When a service that ended by itself is started again.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Serialize, Deserialize)]
pub enum RestartWhen {
    /// Never.
    Never,
    /// When it ended with a fault, or did not become ready.
    #[default]
    OnFailure,
    /// However it ended.
    Always,
}

/// Whether, and how soon, a service that ended is started again. The wait doubles with each start that fails in a row.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Restart {
    /// When.
    pub when: RestartWhen,
    /// The first wait, milliseconds; 100 to 600,000.
    pub first_millis: u32,
    /// The longest wait, milliseconds; at least the first, at most 3,600,000.
    pub longest_millis: u32,
    /// Restarts in a row after which it counts as failed; 1 to 1,000. Once it was ready for as long as the longest wait,
    /// and for 10 s at least, they are counted anew.
    pub limit: u32,
}

impl Default for Restart {
    fn default() -> Self {
        Self { when: RestartWhen::OnFailure, first_millis: 500, longest_millis: 30_000, limit: 10 }
    }
}

/// How one service is run.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Run {
    /// The service: 1 to 64 letters, digits, `-`, `_` and `.`.
    pub service: Arc<str>,
    /// The program and its arguments. They are run as they stand, by no shell.
    pub argv: Vec<Arc<str>>,
    /// The folder it is started in; empty is Perfdesk's own.
    pub directory: PathBuf,
    /// Variables of its environment, over Perfdesk's own, the file's and the profile's.
    pub environment: Vec<Variable>,
    /// A `.env` file that is read at each start, such as the one a profile is bound to; empty is none.
    pub environment_file: PathBuf,
    /// Whether it is given the active profile's values, each under its parameter's name in capitals (`DATABASE_POOL_MAX`);
    /// what the file and the variables say goes before them.
    pub uses_profile: bool,
    /// What it needs.
    pub needs: Vec<Need>,
    /// How it is found out that it is ready; `None` where it is once it ran for a second.
    pub readiness: Option<Readiness>,
    /// What is done once it is ready to be asked, in this order.
    pub warm_up: Vec<WarmUpStep>,
    /// Time it has to end when it is asked to, seconds; then it is killed; 0 to 600.
    pub stop_seconds: u32,
    /// What happens when it ends.
    pub restart: Restart,
    /// Whether it is started only where another needs it, or by name.
    pub is_lazy: bool,
    /// Whether it is started with Perfdesk.
    pub starts_with_perfdesk: bool,
    /// Whether it goes on when Perfdesk ends. The next start of Perfdesk finds it either way.
    pub outlives_perfdesk: bool,
}

impl Default for Run {
    fn default() -> Self {
        Self {
            service: "".into(),
            argv: Vec::new(),
            directory: PathBuf::new(),
            environment: Vec::new(),
            environment_file: PathBuf::new(),
            uses_profile: false,
            needs: Vec::new(),
            readiness: None,
            warm_up: Vec::new(),
            stop_seconds: 10,
            restart: Restart::default(),
            is_lazy: false,
            starts_with_perfdesk: false,
            outlives_perfdesk: false,
        }
    }
}

impl Run {
    /// The same with every number within its bounds.
    pub fn clamped(mut self) -> Self {
        if let Some(readiness) = &mut self.readiness {
            readiness.every_millis = readiness.every_millis.clamp(20, 60_000);
            readiness.time_out_seconds = readiness.time_out_seconds.clamp(1, 3_600);
        }
        self.warm_up = self.warm_up.into_iter().map(WarmUpStep::clamped).collect();
        self.stop_seconds = self.stop_seconds.min(600);
        let restart = &mut self.restart;
        restart.first_millis = restart.first_millis.clamp(100, 600_000);
        restart.longest_millis = restart.longest_millis.clamp(restart.first_millis, 3_600_000);
        restart.limit = restart.limit.clamp(1, 1_000);
        self
    }

    /// What of it may be shown: everything but the values of secrets.
    pub fn without_secrets(&self) -> Self {
        let mut shown = self.clone();
        shown.environment.iter_mut().for_each(|variable| variable.secret = None);
        shown
    }
}
