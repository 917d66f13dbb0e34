//! A Prometheus-compatible server, asked by its query API: which series it has, and their curves in buckets.
//!
//! One thread asks, of each chart the newest question alone; answers are bounded in time and size.
//! Source: Prometheus' "HTTP API", version 1.

mod ask;
mod expression;
mod read;
mod thread;

pub use self::expression::{key_of, selector_of, unit_of};
pub use self::read::{Curves, Point};
pub use self::thread::{Answer, Question, QuestionQueue, run};
