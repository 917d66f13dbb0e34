//! All services now.

use std::sync::Arc;

use serde::{Deserialize, Serialize};

use super::health_check::CheckStatus;
use super::parts::{DependencyRow, OperationRow, RouteRow, SpanFigures, StreamFigures};
use super::setup::ServiceSetup;
use super::target::TargetStatus;
use super::trace::TraceAnswer;
use crate::model::database::DatabaseStatus;
use crate::model::process::ProcessKey;
use crate::model::run::{OutputAnswer, OutputQuestion, RunState};
use crate::model::time::Timestamp;

/// Processes of one service that are told, at most.
pub const MAX_PIDS: usize = 64;

/// What a service says of itself.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct Identity {
    /// `service.version`; empty where it is not told.
    pub version: Arc<str>,
    /// `service.namespace`.
    pub namespace: Arc<str>,
    /// `telemetry.sdk.language`.
    pub language: Arc<str>,
    /// Instances that reported within the last 5 min.
    pub n_instances: u32,
    /// `process.pid` of each instance on this machine that reported within the last 5 min, by number; 64 at most.
    pub pids: Vec<u32>,
}

/// Where what is known of a service comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Serialize, Deserialize)]
pub enum ServiceKind {
    /// It reports by OpenTelemetry.
    #[default]
    Reports,
    /// It is scraped.
    Scraped,
    /// Health checks speak of it alone.
    Checked,
    /// It is bound to a process and nothing else is known.
    Bound,
    /// Perfdesk runs it and nothing else is known.
    Run,
    /// It is a database that is asked itself.
    Database,
}

/// How a service does.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Serialize, Deserialize)]
pub enum ServiceLevel {
    /// As it should.
    #[default]
    Fine,
    /// Worth a look.
    Warning,
    /// Needs a look now.
    Critical,
    /// Nothing was heard of it for a while.
    Silent,
}

/// The process that serves a service.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct BoundProcess {
    /// Which; the largest of several.
    pub key: ProcessKey,
    /// Its name.
    pub name: Arc<str>,
    /// How many fit.
    pub n_processes: u32,
    /// When it started.
    pub started_at: Timestamp,
    /// Times it was seen to start anew.
    pub n_restarts: u32,
}

/// One service.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct Service {
    /// Its name.
    pub name: Arc<str>,
    /// Where what is known of it comes from.
    pub kind: ServiceKind,
    /// What it says of itself.
    pub identity: Identity,
    /// How it does.
    pub level: ServiceLevel,
    /// How it does, in a sentence, such as `checkout is slow: p95 640 ms, 71 % of it waiting for a connection`.
    pub sentence: Arc<str>,
    /// What else is to be said, quieter; may be empty.
    pub aside: Arc<str>,
    /// How it does in a few words, such as `slow: p95 640 ms`.
    pub short: Arc<str>,
    /// When it was first heard of, in this run.
    pub first_at: Timestamp,
    /// When it was last heard of.
    pub last_at: Timestamp,
    /// What its metrics tell.
    pub metrics: Arc<StreamFigures>,
    /// What its spans and logs tell.
    pub spans: Arc<SpanFigures>,
    /// Its process.
    pub process: Option<BoundProcess>,
    /// Why no process is shown, where it is bound to one; empty where none is missing.
    pub process_missing: Arc<str>,
}

impl Service {
    /// Its routes: of its metrics, or of its spans where the metrics tell the method alone, as older SDKs do.
    pub fn routes(&self) -> &Arc<[RouteRow]> {
        let are_told = self.metrics.routes.iter().any(|row| row.route.contains(' '));
        if are_told || self.spans.routes.is_empty() { &self.metrics.routes } else { &self.spans.routes }
    }

    /// Its operations on databases: spans know the statements, so theirs come first.
    pub fn operations(&self) -> &Arc<[OperationRow]> {
        if self.spans.operations.is_empty() { &self.metrics.operations } else { &self.spans.operations }
    }

    /// What it calls; spans know the names, so theirs come first.
    pub fn dependencies(&self) -> &Arc<[DependencyRow]> {
        if self.spans.dependencies.is_empty() { &self.metrics.dependencies } else { &self.spans.dependencies }
    }
}

/// How a listener does.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub enum ReceiverState {
    /// It does not listen.
    #[default]
    Off,
    /// It listens.
    Listening,
    /// It cannot: why, and what to do.
    Failed(Arc<str>),
}

/// A listener.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct ReceiverStatus {
    /// Its address.
    pub address: Arc<str>,
    /// How it does.
    pub state: ReceiverState,
}

/// What came in, and what was lost, since the start.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct IntakeFigures {
    /// Requests taken.
    pub n_requests: u64,
    /// Requests refused: malformed, oversized, without a token.
    pub n_refused: u64,
    /// Data points taken.
    pub n_points: u64,
    /// Data points left out: of a wrong type, not finite, from the future, repeated.
    pub n_bad_points: u64,
    /// Data points left out because there are too many series.
    pub n_over_points: u64,
    /// Series refused because there are too many.
    pub n_over_series: u64,
    /// Spans taken.
    pub n_spans: u64,
    /// Spans left out.
    pub n_bad_spans: u64,
    /// Spans that had to go for newer ones.
    pub n_evicted_spans: u64,
    /// Log lines taken.
    pub n_logs: u64,
    /// Log lines left out: wrong, from the future, too old.
    pub n_bad_logs: u64,
    /// Log lines that had to go for newer ones.
    pub n_evicted_logs: u64,
    /// Bytes that metrics take in memory now.
    pub metric_bytes: u64,
    /// Bytes that traces take in memory now.
    pub trace_bytes: u64,
    /// Bytes that logs take in memory now.
    pub log_bytes: u64,
    /// Series kept now.
    pub n_series: u32,
    /// Services left out because there are too many.
    pub n_over_services: u64,
}

/// All services now.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct Services {
    /// Services, by name.
    pub list: Arc<[Arc<Service>]>,
    /// The listener for gRPC.
    pub grpc: ReceiverStatus,
    /// The listener for HTTP.
    pub http: ReceiverStatus,
    /// Targets, in the order of their file.
    pub targets: Arc<[TargetStatus]>,
    /// Checks, in the order of their file.
    pub checks: Arc<[CheckStatus]>,
    /// Databases that are asked, in the order of their file.
    pub databases: Arc<[Arc<DatabaseStatus>]>,
    /// What is set up, without secrets.
    pub setup: Arc<ServiceSetup>,
    /// What is wrong with `services.ron`; empty where nothing is.
    pub file_error: Arc<str>,
    /// What came in and what was lost.
    pub intake: IntakeFigures,
    /// The newest answer about traces and logs.
    pub answer: Option<Arc<TraceAnswer>>,
    /// Services that Perfdesk runs, by name.
    pub runs: Arc<[Arc<RunState>]>,
    /// Answers about what they print, the newest question first.
    pub outputs: Arc<[Arc<OutputAnswer>]>,
}

impl Services {
    /// The service of this name.
    pub fn service(&self, name: &str) -> Option<&Arc<Service>> {
        let i = self.list.binary_search_by(|service| (*service.name).cmp(name)).ok()?;
        self.list.get(i)
    }

    /// How the service of this name is run; `None` where Perfdesk does not run it.
    pub fn run(&self, name: &str) -> Option<&Arc<RunState>> {
        let i = self.runs.binary_search_by(|run| (*run.service).cmp(name)).ok()?;
        self.runs.get(i)
    }

    /// The answer to a question about output; `None` where there is none yet.
    pub fn output(&self, question: &OutputQuestion) -> Option<&Arc<OutputAnswer>> {
        self.outputs.iter().find(|answer| answer.question == *question)
    }

    /// The database of this name, which is asked itself.
    pub fn database(&self, name: &str) -> Option<&Arc<DatabaseStatus>> {
        self.databases.iter().find(|status| &*status.target.name == name)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn routes_are_those_of_the_metrics_unless_they_tell_the_method_alone() {
        let rows = |routes: &[&str]| -> Arc<[RouteRow]> {
            routes.iter().map(|route| RouteRow { route: (*route).into(), ..RouteRow::default() }).collect()
        };
        for (metrics, spans, expect) in [
            (vec!["GET /a", "GET"], vec!["GET /b"], "GET /a"),
            (vec!["GET"], vec!["GET /b"], "GET /b"),
            (vec!["GET"], vec![], "GET"),
            (vec![], vec!["GET /b"], "GET /b"),
        ] {
            let service = Service {
                metrics: Arc::new(StreamFigures { routes: rows(&metrics), ..StreamFigures::default() }),
                spans: Arc::new(SpanFigures { routes: rows(&spans), ..SpanFigures::default() }),
                ..Service::default()
            };
            assert_eq!(&*service.routes()[0].route, expect);
        }
    }
}
