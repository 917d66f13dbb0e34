//! What a person set up to watch services: the document `services.ron`.

use core::net::SocketAddr;
use std::sync::Arc;

use serde::{Deserialize, Serialize};

use super::health_check::HealthCheck;
use super::target::Target;
use crate::model::database::DatabaseTarget;
use crate::model::run::Run;

/// Targets at most.
pub const MAX_TARGETS: usize = 100;
/// Health checks at most.
pub const MAX_CHECKS: usize = 100;
/// Bindings at most.
pub const MAX_BINDINGS: usize = 100;

/// Where services report to.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Receivers {
    /// Whether they may report.
    pub is_on: bool,
    /// Address for OTLP over gRPC.
    pub grpc: Arc<str>,
    /// Address for OTLP over HTTP.
    pub http: Arc<str>,
}

impl Receivers {
    /// What is wrong with the addresses, in words; `None` where nothing is. Names are not looked up: which address one
    /// stands for may change, and with it who can reach the listener.
    pub fn fault(&self) -> Option<String> {
        let read = |text: &str| text.parse::<SocketAddr>().ok().filter(|address| address.port() != 0);
        match (read(&self.grpc), read(&self.http)) {
            (Some(grpc), Some(http)) if grpc == http => {
                Some("The two addresses are the same: give each its own port".into())
            }
            (Some(_), Some(_)) => None,
            (None, _) => Some(bad(&self.grpc, "127.0.0.1:4317")),
            (_, None) => Some(bad(&self.http, "127.0.0.1:4318")),
        }
    }
}

fn bad(address: &str, example: &str) -> String {
    format!("{address} is no address: write it as {example}")
}

impl Default for Receivers {
    fn default() -> Self {
        Self { is_on: true, grpc: "127.0.0.1:4317".into(), http: "127.0.0.1:4318".into() }
    }
}

/// How much is kept of what services report.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Bounds {
    /// Series of one service; 10 to 10,000.
    pub series_per_service: u32,
    /// Series of all services; 100 to 12,000.
    pub series: u32,
    /// Bytes of metrics, kept in memory; 8 to 1,024 MiB.
    pub metric_bytes: u64,
    /// Bytes of traces, kept in memory; 1 to 1,024 MiB.
    pub trace_bytes: u64,
    /// Bytes of logs, kept in memory; 1 to 1,024 MiB.
    pub log_bytes: u64,
}

impl Default for Bounds {
    fn default() -> Self {
        Self {
            series_per_service: 10_000,
            series: 12_000,
            metric_bytes: 128 << 20,
            trace_bytes: 64 << 20,
            log_bytes: 16 << 20,
        }
    }
}

impl Bounds {
    /// The same with every number within its bounds.
    pub fn clamped(mut self) -> Self {
        self.series_per_service = self.series_per_service.clamp(10, 10_000);
        self.series = self.series.clamp(100, 12_000);
        self.metric_bytes = self.metric_bytes.clamp(8 << 20, 1 << 30);
        self.trace_bytes = self.trace_bytes.clamp(1 << 20, 1 << 30);
        self.log_bytes = self.log_bytes.clamp(1 << 20, 1 << 30);
        self
    }
}

/// By what a process is known as that of a service.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum BindBy {
    /// Its name.
    Name(Arc<str>),
    /// A TCP port it listens on.
    Port(u16),
    /// A text of its command line.
    CommandLine(Arc<str>),
    /// Its control group, or the end of it, such as `postgresql.service`.
    ControlGroup(Arc<str>),
}

/// A service and the process that serves it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ProcessBinding {
    /// The service.
    pub service: Arc<str>,
    /// By what its process is known.
    pub by: BindBy,
}

/// All that is set up.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct ServiceSetup {
    /// Where services report to.
    pub receivers: Receivers,
    /// How much is kept.
    pub bounds: Bounds,
    /// What is scraped.
    pub targets: Vec<Target>,
    /// Health checks.
    pub checks: Vec<HealthCheck>,
    /// Bindings to processes, one for each service.
    pub bindings: Vec<ProcessBinding>,
    /// Services that are run, and how.
    pub runs: Vec<Run>,
    /// Whether Perfdesk stands among the services: its API's requests, its jobs, its ticks.
    pub watches_itself: bool,
    /// Databases that are asked themselves.
    pub databases: Vec<DatabaseTarget>,
}
