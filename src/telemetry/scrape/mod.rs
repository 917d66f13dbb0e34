//! Exporters that are scraped: their text read, handed to the book of metrics, and how each target does.
//!
//! Nothing here waits or knows the time: who asks, and when, is [`super::watch`].

mod book;
mod conventions;
mod families;
mod histogram;
mod line;
mod put;
#[cfg(test)]
mod tests;

use std::sync::Arc;
use std::time::Duration;

pub use self::book::TargetBook;
pub use self::families::{Families, Point, Summary, Value};
pub use self::histogram::Buckets;
pub use self::line::{BadLine, Format, Kind, Label, Line, Sample};
pub use self::put::{Put, put_each, put_scraped};
use crate::model::Timestamp;

/// What came of one scrape.
#[derive(Debug, Clone, PartialEq)]
pub struct Scraped<'a> {
    /// When the answer was there, or it was given up.
    pub at: Timestamp,
    /// Time from the question to then.
    pub took: Duration,
    /// Bytes of the answer, uncompressed.
    pub n_bytes: u64,
    /// What it holds; or why there is nothing, in words without the address, which may hold a token.
    pub found: Result<Families<'a>, Arc<str>>,
}
