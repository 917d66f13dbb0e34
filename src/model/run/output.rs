//! What a service prints: lines, how many there were, and how they are asked for.

use std::sync::Arc;

use serde::{Deserialize, Serialize};

use crate::model::time::Timestamp;

/// Questions that are answered at one time; the oldest goes for a newer.
pub const MAX_ANSWERS: usize = 8;

/// Where a line was printed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Serialize, Deserialize)]
pub enum OutputStream {
    /// Standard output.
    #[default]
    Out,
    /// Standard error.
    Err,
    /// Perfdesk's own words about the run, such as `started, process 4711`.
    Perfdesk,
}

/// One line.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct OutputLine {
    /// Its number, counted over the life of Perfdesk; numbers that are missing were dropped.
    pub number: u64,
    /// When it was read.
    pub at: Timestamp,
    /// Where it was printed.
    pub stream: OutputStream,
    /// Its text without control characters.
    pub text: Arc<str>,
    /// Whether it was longer and is cut here.
    pub is_cut: bool,
}

/// How much a service printed since it was first started by this Perfdesk.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct OutputFigures {
    /// Lines read.
    pub n_lines: u64,
    /// Bytes read.
    pub n_bytes: u64,
    /// Lines that had to go for newer ones.
    pub n_evicted_lines: u64,
    /// Lines that came too fast to be kept.
    pub n_dropped_lines: u64,
    /// Lines that were cut because they were too long.
    pub n_cut_lines: u64,
    /// Lines kept now.
    pub n_kept_lines: u64,
}

/// A question about a service's output.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct OutputQuestion {
    /// The service.
    pub service: Arc<str>,
    /// A text that lines must contain, whatever its case; empty is every line.
    pub text: Arc<str>,
    /// So many of the newest lines that fit; at most 1,000, and 0 ends the question about this service and text.
    pub newest: u32,
}

impl OutputQuestion {
    /// Most lines of one answer.
    pub const MAX_NEWEST: u32 = 1_000;
    /// Longest text that is looked for, bytes.
    const MAX_TEXT: usize = 256;

    /// The same within its bounds.
    pub fn bounded(mut self) -> Self {
        for text in [&mut self.service, &mut self.text] {
            let length = text.floor_char_boundary(Self::MAX_TEXT);
            if length < text.len() {
                *text = text[..length].into();
            }
        }
        self.newest = self.newest.clamp(1, Self::MAX_NEWEST);
        self
    }
}

/// The answer.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct OutputAnswer {
    /// What was asked.
    pub question: OutputQuestion,
    /// When it was answered.
    pub at: Timestamp,
    /// The lines, the oldest first.
    pub lines: Arc<[OutputLine]>,
    /// Lines kept that fit, shown or not.
    pub n_found: u64,
    /// How much was printed.
    pub figures: OutputFigures,
    /// Why there is nothing; empty where the service is run.
    pub why_empty: Arc<str>,
}
