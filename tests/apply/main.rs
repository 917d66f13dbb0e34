//! Applies with real files, real services on loopback, and real processes that are killed at any moment.

#![cfg(unix)]

mod denied;
mod kill;
mod real_files;
mod services;

use std::fs;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use perfdesk::apply::world::RealWorld;
use perfdesk::apply::{Applier, ApplyError, Recovery};
use perfdesk::model::profile::{ApplyId, ApplyPhase, FilePlan, Plan, PlanId};
use perfdesk::profile::plan::NewContent;

fn open(data: &Path) -> (Applier, Vec<Recovery>) {
    Applier::open(Box::new(RealWorld::new()), data).expect("opened")
}

fn sum(bytes: &[u8]) -> (u32, u64) {
    (crc32fast::hash(bytes), bytes.len() as u64)
}

/// A plan that gives each file these bytes, from what it holds now.
fn plan(files: &[(&Path, &[u8])]) -> (Plan, Vec<NewContent>) {
    let binding = |path: &Path| Arc::from(path.to_string_lossy());
    let file = |(path, bytes): &(&Path, &[u8])| FilePlan {
        binding: binding(path),
        path: path.to_path_buf(),
        changes: Vec::new(),
        diff: Arc::from([]),
        n_lines: (0, 0),
        before: sum(&fs::read(path).unwrap_or_default()),
        after: sum(bytes),
        problems: Vec::new(),
    };
    let content = |(path, bytes): &(&Path, &[u8])| NewContent {
        binding: binding(path),
        path: path.to_path_buf(),
        bytes: bytes.to_vec(),
        in_file: Vec::new(),
        in_answer: Vec::new(),
    };
    let plan = Plan {
        id: PlanId(1),
        profile: "production".into(),
        files: files.iter().map(file).collect(),
        n_unchanged: 0,
        reloads: Vec::new(),
        verifies: Vec::new(),
        problems: Vec::new(),
    };
    (plan, files.iter().map(content).collect())
}

fn begin(applier: &mut Applier, plan: (Plan, Vec<NewContent>)) -> Result<ApplyId, ApplyError> {
    applier.begin(&plan.0, plan.1, "ada", Duration::from_secs(60))
}

/// Goes on until nothing more happens by itself.
fn run(applier: &mut Applier) -> ApplyPhase {
    while applier.advance().is_some() {}
    applier.records()[0].phase.clone()
}
