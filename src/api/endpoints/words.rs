//! The model's words as they stand in answers: stable, in snake case.

use crate::model::alert::{Phase, RecordEnd, RuleSeverity};
use crate::model::service::ServiceLevel;
use crate::model::{AnnotationKind, HistoryState, Level, ProcessState, Severity, Tier, TileKind};

/// How much something needs a look.
pub const fn level(level: Level) -> &'static str {
    match level {
        Level::Unknown => "unknown",
        Level::Calm => "calm",
        Level::Busy => "busy",
        Level::Critical => "critical",
    }
}

/// How a service does.
pub const fn service_level(level: ServiceLevel) -> &'static str {
    match level {
        ServiceLevel::Fine => "fine",
        ServiceLevel::Warning => "warning",
        ServiceLevel::Critical => "critical",
        ServiceLevel::Silent => "silent",
    }
}

/// What a tile is about.
pub const fn tile(kind: TileKind) -> &'static str {
    match kind {
        TileKind::Cpu => "cpu",
        TileKind::Memory => "memory",
        TileKind::Pressure => "pressure",
        TileKind::Disks => "disks",
        TileKind::Network => "network",
    }
}

/// How much a notice matters.
pub const fn severity(severity: Severity) -> &'static str {
    match severity {
        Severity::Info => "info",
        Severity::Success => "success",
        Severity::Warning => "warning",
        Severity::Error => "error",
    }
}

/// How much a rule matters.
pub const fn rule_severity(severity: RuleSeverity) -> &'static str {
    match severity {
        RuleSeverity::Info => "info",
        RuleSeverity::Warning => "warning",
        RuleSeverity::Critical => "critical",
    }
}

/// The state of an alert.
pub const fn phase(phase: Phase) -> &'static str {
    match phase {
        Phase::Inactive => "inactive",
        Phase::NoData => "no_data",
        Phase::Recovering => "recovering",
        Phase::Pending => "pending",
        Phase::Error => "error",
        Phase::Firing => "firing",
    }
}

/// How an alert ended.
pub const fn end(end: RecordEnd) -> &'static str {
    match end {
        RecordEnd::Recovered => "recovered",
        RecordEnd::WithoutData => "without_data",
        RecordEnd::RuleChanged => "rule_changed",
    }
}

/// How finely a part of history is kept.
pub const fn tier(tier: Tier) -> &'static str {
    match tier {
        Tier::Full => "full",
        Tier::Minute => "minute",
        Tier::Hour => "hour",
    }
}

/// Whether history is read and written, and why not.
pub fn history(state: &HistoryState) -> (&'static str, Option<&str>) {
    match state {
        HistoryState::Opening => ("opening", None),
        HistoryState::Writing => ("writing", None),
        HistoryState::Off => ("off", None),
        HistoryState::Stalled { why, .. } => ("stalled", Some(why)),
        HistoryState::Closed { why } => ("closed", Some(why)),
    }
}

/// What an annotation is about.
pub const fn annotation(kind: AnnotationKind) -> &'static str {
    match kind {
        AnnotationKind::Note => "note",
        AnnotationKind::Start => "start",
        AnnotationKind::Stop => "stop",
        AnnotationKind::Sleep => "sleep",
        AnnotationKind::Clock => "clock",
        AnnotationKind::Settings => "settings",
        AnnotationKind::Trouble => "trouble",
        AnnotationKind::Profile => "profile",
        AnnotationKind::Alert => "alert",
        AnnotationKind::Test => "test",
        AnnotationKind::Service => "service",
    }
}

/// What a process does.
pub const fn process(state: ProcessState) -> &'static str {
    match state {
        ProcessState::Running => "running",
        ProcessState::Sleeping => "sleeping",
        ProcessState::DiskWait => "disk_wait",
        ProcessState::Stopped => "stopped",
        ProcessState::Zombie => "zombie",
        ProcessState::Idle => "idle",
        ProcessState::Unknown => "unknown",
    }
}
