//! Lines and columns of a text.

use crate::model::profile::Place;

/// Where the lines of a text begin, for asking many times.
pub struct Places<'a> {
    text: &'a str,
    starts: Vec<usize>,
}

impl<'a> Places<'a> {
    /// Looks through a text once.
    pub fn of(text: &'a str) -> Self {
        let starts =
            std::iter::once(0).chain(text.bytes().enumerate().filter(|(_, b)| *b == b'\n').map(|(i, _)| i + 1));
        Self { text, starts: starts.collect() }
    }

    /// Line and column of a byte. A byte-order mark at the start is no column.
    pub fn place(&self, offset: usize) -> Place {
        let line = self.starts.partition_point(|start| *start <= offset);
        let start = self.starts.get(line.saturating_sub(1)).copied().unwrap_or(0);
        Place { line, column: column(self.text, start, offset) }
    }
}

/// Line and column of a byte of a text. A byte-order mark at the start is no column.
pub fn place(text: &str, offset: usize) -> Place {
    let before = &text.as_bytes()[..offset.min(text.len())];
    let start = before.iter().rposition(|b| *b == b'\n').map_or(0, |i| i + 1);
    Place { line: before.iter().filter(|b| **b == b'\n').count() + 1, column: column(text, start, offset) }
}

/// Characters from the start of a line to a byte, from 1.
fn column(text: &str, start: usize, offset: usize) -> usize {
    let start = if start == 0 && text.starts_with('\u{feff}') { '\u{feff}'.len_utf8() } else { start };
    let bytes = text.as_bytes().get(start..offset.min(text.len())).unwrap_or_default();
    bytes.iter().filter(|b| (**b as i8) >= -0x40).count() + 1
}
