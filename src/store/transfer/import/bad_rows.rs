//! Rows that could not be taken: the first of them by line and reason, all of them counted.

/// Rows that are kept with their reason.
const KEPT: usize = 100;

/// One row that was left out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BadRow {
    /// Its line in the file, from 1.
    pub line: u64,
    /// What is wrong with it.
    pub why: String,
}

/// The rows that were left out.
#[derive(Debug, Default)]
pub(super) struct BadRows {
    pub first: Vec<BadRow>,
    pub n: u64,
}

impl BadRows {
    /// Counts one; its reason is worded only while there is room for it.
    pub fn add(&mut self, line: u64, why: impl FnOnce() -> String) {
        self.n += 1;
        if self.first.len() < KEPT {
            self.first.push(BadRow { line, why: why() });
        }
    }
}

/// A text of the file as it may stand in a sentence: on one line, and not long.
pub(super) fn quoted(text: &[u8]) -> String {
    let text = String::from_utf8_lossy(text);
    let mut short: String = text.chars().take(40).map(|c| if c.is_control() { ' ' } else { c }).collect();
    if short.len() < text.len() && text.chars().count() > 40 {
        short.push('…');
    }
    format!("“{short}”")
}
