//! One database, looked at at its pace, and at once when a person asks.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::time::Instant;

use tokio::sync::mpsc;

use super::Works;
use super::pace::Pace;
use crate::model::database::{DatabaseTarget, StatementId};
use crate::telemetry::database::{Asker, Looked};

/// Questions that may wait at one database.
pub(super) const MAX_QUESTIONS: usize = 4;

/// What a person asks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Question {
    /// Look now.
    Look,
    /// Plan a statement.
    Plan(StatementId),
}

/// Looks again and again until it is stopped.
pub(super) async fn run(target: DatabaseTarget, works: Works, mut pace: Pace, mut questions: mpsc::Receiver<Question>) {
    let mut asker = Asker::new(&target);
    loop {
        let question = tokio::select! {
            biased;
            Some(question) = questions.recv() => question,
            goes_on = pace.next() => {
                if !goes_on {
                    return;
                }
                if asker.rests() {
                    continue;
                }
                Question::Look
            }
        };
        let now = (works.clock)();
        match question {
            Question::Look => {
                let started = Instant::now();
                let found = tokio::select! {
                    biased;
                    () = pace.stopped() => return,
                    found = asker.look(now) => found,
                };
                let looked = Looked { at: (works.clock)(), took: started.elapsed(), found };
                let _ = catch_unwind(AssertUnwindSafe(|| works.sink.looked(&target, looked)));
            }
            Question::Plan(statement) => {
                let plan = tokio::select! {
                    biased;
                    () = pace.stopped() => return,
                    plan = asker.explain(statement, now) => plan,
                };
                let _ = catch_unwind(AssertUnwindSafe(|| works.sink.planned(&target, plan)));
            }
        }
    }
}
