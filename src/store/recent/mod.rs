//! The recent window: the newest samples of every series and process, in memory, at full resolution.
//!
//! Not a file and not a history: what is older than the retention is forgotten. A question costs about as much as the
//! buckets it asks for, and no sample is ever lost between a bucket's least and greatest value.

mod bucketing;
mod chunk;
mod column;
mod presence;
mod process;
mod window;

#[cfg(test)]
mod reference;

pub use process::ProcessHistories;
pub use window::{Losses, Retention, Stats, Window};
