//! The words of the user's own services: what is set up to watch them, how they do, and what they did.
//!
//! Plain data. What comes in is read and counted in `telemetry`; the engine puts the parts together and judges them.

mod command;
mod health_check;
mod heard;
mod parts;
mod setup;
mod state;
mod target;
mod trace;

pub use command::{ServiceCommand, TraceFilter, TraceQuestion};
pub use health_check::{CheckKind, CheckState, CheckStatus, HealthCheck, Outage, Uptime};
pub use heard::Heard;
pub use parts::{
    BatchRow, CacheRow, DependencyRow, ErrorPattern, ErrorRow, Flow, FunctionRow, OperationRow, PoolRow, QueueRow,
    RouteRow, SpanFigures, StreamFigures, TimePart, TimeSplit,
};
pub use setup::{BindBy, Bounds, MAX_BINDINGS, MAX_CHECKS, MAX_TARGETS, ProcessBinding, Receivers, ServiceSetup};
pub use state::{
    BoundProcess, Identity, IntakeFigures, MAX_PIDS, ReceiverState, ReceiverStatus, Service, ServiceKind, ServiceLevel,
    Services,
};
pub(in crate::model) use target::name_fault;
pub use target::{Target, TargetState, TargetStatus};
pub use trace::{LogLevel, LogLine, SpanKind, SpanRow, Trace, TraceAnswer, TraceHead};
