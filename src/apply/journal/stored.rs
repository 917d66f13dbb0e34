//! The shape of `record.ron`. Only its own user reads it; secrets are masked in it as they are in the plan.

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use serde::{Deserialize, Serialize};

use super::apply::{Apply, Target};
use crate::model::profile::{
    AppliedFile, ApplyId, ApplyPhase, ApplyRecord, ApplyStep, DiffLine, DiffSign, Reload, StepKind, StepState,
};
use crate::model::time::Timestamp;

/// The version this program writes, and the newest it reads.
pub(super) const VERSION: u32 = 1;
/// Most lines of a diff that are kept; a longer one ends with a mark that lines are left out.
const MAX_DIFF_LINES: usize = 2_000;
/// Most characters of a line of a diff that are kept.
const MAX_LINE_CHARS: usize = 400;

/// An apply on disk.
#[derive(Serialize, Deserialize)]
pub(super) struct Stored {
    pub version: u32,
    id: u64,
    profile: String,
    previous: Option<String>,
    at: Timestamp,
    who: String,
    keep_within_millis: u64,
    phase: Phase,
    was_over: bool,
    is_settled: bool,
    n_reloads_begun: usize,
    targets: Vec<Target>,
    reloads: Vec<StoredReload>,
    steps: Vec<Step>,
    files: Vec<StoredFile>,
}

#[derive(Serialize, Deserialize)]
enum Phase {
    Writing,
    Reloading,
    Verifying,
    OnTrial { until: Timestamp },
    Kept,
    RollingBack { why: String },
    RolledBack { why: String },
    Stuck { why: String },
}

#[derive(Serialize, Deserialize)]
enum StoredReload {
    Run { argv: Vec<String>, timeout_millis: u64 },
    Post { url: String, timeout_millis: u64 },
    Restart { service: String, timeout_millis: u64 },
}

#[derive(Serialize, Deserialize, Clone, Copy, PartialEq)]
enum Kind {
    Write,
    Reload,
    Verify,
    Restore,
}

#[derive(Serialize, Deserialize, Clone, Copy, PartialEq)]
enum State {
    Waiting,
    Running,
    Done,
    Failed,
}

#[derive(Serialize, Deserialize)]
struct Step {
    kind: Kind,
    state: State,
    text: String,
    output: String,
}

#[derive(Serialize, Deserialize)]
struct StoredFile {
    binding: String,
    path: PathBuf,
    backup: Option<PathBuf>,
    n_changes: usize,
    diff: Vec<Line>,
}

/// A line of a diff: its sign (` `, `+`, `-`, `…`), number, text, and the range that changed.
#[derive(Serialize, Deserialize)]
struct Line(char, usize, String, usize, usize);

const KINDS: [(StepKind, Kind); 4] = [
    (StepKind::Write, Kind::Write),
    (StepKind::Reload, Kind::Reload),
    (StepKind::Verify, Kind::Verify),
    (StepKind::Restore, Kind::Restore),
];
const STATES: [(StepState, State); 4] = [
    (StepState::Waiting, State::Waiting),
    (StepState::Running, State::Running),
    (StepState::Done, State::Done),
    (StepState::Failed, State::Failed),
];
const SIGNS: [(DiffSign, char); 4] =
    [(DiffSign::Same, ' '), (DiffSign::Added, '+'), (DiffSign::Removed, '-'), (DiffSign::Skipped, '…')];

fn to<A: PartialEq, B: Copy>(table: &[(A, B)], from: A) -> B {
    table.iter().find(|(a, _)| *a == from).map_or(table[0].1, |(_, b)| *b)
}

fn back<A: Copy, B: PartialEq>(table: &[(A, B)], from: B) -> A {
    table.iter().find(|(_, b)| *b == from).map_or(table[0].0, |(a, _)| *a)
}

fn millis(span: Duration) -> u64 {
    u64::try_from(span.as_millis()).unwrap_or(u64::MAX)
}

impl Stored {
    pub(super) fn of(apply: &Apply) -> Self {
        let record = &apply.record;
        Self {
            version: VERSION,
            id: record.id.0,
            profile: record.profile.to_string(),
            previous: record.previous.as_deref().map(str::to_owned),
            at: record.at,
            who: record.who.to_string(),
            keep_within_millis: millis(apply.keep_within),
            phase: Phase::of(&record.phase),
            was_over: apply.was_over,
            is_settled: apply.is_settled,
            n_reloads_begun: apply.n_reloads_begun,
            targets: apply.targets.clone(),
            reloads: apply.reloads.iter().map(StoredReload::of).collect(),
            steps: record.steps.iter().map(Step::of).collect(),
            files: record.files.iter().map(StoredFile::of).collect(),
        }
    }

    pub(super) fn into_apply(self) -> Apply {
        let record = ApplyRecord {
            id: ApplyId(self.id),
            profile: self.profile.into(),
            previous: self.previous.map(Arc::from),
            at: self.at,
            who: self.who.into(),
            phase: self.phase.into_model(),
            steps: self.steps.into_iter().map(Step::into_model).collect(),
            files: self.files.into_iter().map(StoredFile::into_model).collect(),
        };
        Apply {
            record: Arc::new(record),
            targets: self.targets,
            reloads: self.reloads.into_iter().map(StoredReload::into_model).collect(),
            n_reloads_begun: self.n_reloads_begun,
            keep_within: Duration::from_millis(self.keep_within_millis),
            was_over: self.was_over,
            is_settled: self.is_settled,
            is_saved: true,
        }
    }
}

impl Phase {
    fn of(phase: &ApplyPhase) -> Self {
        match phase {
            ApplyPhase::Writing => Self::Writing,
            ApplyPhase::Reloading => Self::Reloading,
            ApplyPhase::Verifying => Self::Verifying,
            ApplyPhase::OnTrial { until } => Self::OnTrial { until: *until },
            ApplyPhase::Kept => Self::Kept,
            ApplyPhase::RollingBack { why } => Self::RollingBack { why: why.to_string() },
            ApplyPhase::RolledBack { why } => Self::RolledBack { why: why.to_string() },
            ApplyPhase::Stuck { why } => Self::Stuck { why: why.to_string() },
        }
    }

    fn into_model(self) -> ApplyPhase {
        match self {
            Self::Writing => ApplyPhase::Writing,
            Self::Reloading => ApplyPhase::Reloading,
            Self::Verifying => ApplyPhase::Verifying,
            Self::OnTrial { until } => ApplyPhase::OnTrial { until },
            Self::Kept => ApplyPhase::Kept,
            Self::RollingBack { why } => ApplyPhase::RollingBack { why: why.into() },
            Self::RolledBack { why } => ApplyPhase::RolledBack { why: why.into() },
            Self::Stuck { why } => ApplyPhase::Stuck { why: why.into() },
        }
    }
}

impl StoredReload {
    fn of(reload: &Reload) -> Self {
        match reload {
            Reload::Run { argv, timeout } => Self::Run { argv: argv.clone(), timeout_millis: millis(*timeout) },
            Reload::Post { url, timeout } => Self::Post { url: url.clone(), timeout_millis: millis(*timeout) },
            Reload::Restart { service, timeout } => {
                Self::Restart { service: service.to_string(), timeout_millis: millis(*timeout) }
            }
        }
    }

    fn into_model(self) -> Reload {
        match self {
            Self::Run { argv, timeout_millis } => Reload::Run { argv, timeout: Duration::from_millis(timeout_millis) },
            Self::Post { url, timeout_millis } => Reload::Post { url, timeout: Duration::from_millis(timeout_millis) },
            Self::Restart { service, timeout_millis } => {
                Reload::Restart { service: service.into(), timeout: Duration::from_millis(timeout_millis) }
            }
        }
    }
}

impl Step {
    fn of(step: &ApplyStep) -> Self {
        Self {
            kind: to(&KINDS, step.kind),
            state: to(&STATES, step.state),
            text: step.text.to_string(),
            output: step.output.to_string(),
        }
    }

    fn into_model(self) -> ApplyStep {
        ApplyStep {
            kind: back(&KINDS, self.kind),
            state: back(&STATES, self.state),
            text: self.text.into(),
            output: self.output.into(),
        }
    }
}

impl StoredFile {
    fn of(file: &AppliedFile) -> Self {
        let mut diff: Vec<Line> = file.diff.iter().take(MAX_DIFF_LINES).map(Line::of).collect();
        if let Some(left_out) = file.diff.get(MAX_DIFF_LINES) {
            diff.push(Line(to(&SIGNS, DiffSign::Skipped), left_out.number, String::new(), 0, 0));
        }
        Self {
            binding: file.binding.to_string(),
            path: file.path.clone(),
            backup: file.backup.clone(),
            n_changes: file.n_changes,
            diff,
        }
    }

    fn into_model(self) -> AppliedFile {
        AppliedFile {
            binding: self.binding.into(),
            path: self.path,
            backup: self.backup,
            n_changes: self.n_changes,
            diff: self.diff.into_iter().map(Line::into_model).collect(),
        }
    }
}

impl Line {
    fn of(line: &DiffLine) -> Self {
        let text: String = line.text.chars().take(MAX_LINE_CHARS).collect();
        let end = |i: usize| i.min(MAX_LINE_CHARS);
        Self(to(&SIGNS, line.sign), line.number, text, end(line.changed.start), end(line.changed.end))
    }

    fn into_model(self) -> DiffLine {
        DiffLine { sign: back(&SIGNS, self.0), number: self.1, text: self.2.into(), changed: self.3..self.4 }
    }
}
