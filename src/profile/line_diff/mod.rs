//! The lines in which two texts differ, as a person wants to read them.
//!
//! The fewest lines that can differ, for texts with up to a thousand changed lines; beyond that it is bounded in time and
//! may show more. Line ends are not shown, and lines that differ in them alone differ all the same.

mod changed_part;
mod script;

use std::ops::Range;
use std::sync::Arc;

use crate::model::profile::{DiffLine, DiffSign};
use changed_part::changed_part;
use script::{Run, runs};

/// Unchanged lines around a change, as a plan shows it.
pub const CONTEXT: usize = 3;

/// The lines that differ, with at most `context` unchanged ones before and after each change, and a marker where lines
/// between two changes are left out. Nothing where the texts are equal.
pub fn diff(before: &str, after: &str, context: usize) -> Vec<DiffLine> {
    diff_shown(before, after, context, &shown_lines(before), &shown_lines(after))
}

/// As [`diff`], but the texts shown are these: one for each line, such as those with secrets hidden. What differs is
/// still found in the texts themselves.
pub fn diff_shown(
    before: &str,
    after: &str,
    context: usize,
    shown_before: &[String],
    shown_after: &[String],
) -> Vec<DiffLine> {
    let old: Vec<&str> = before.split_inclusive('\n').collect();
    let new: Vec<&str> = after.split_inclusive('\n').collect();
    let page = Page { shown_before, shown_after };
    let runs = runs(&old, &new);
    let mut lines = Vec::new();
    for (i, run) in runs.iter().enumerate() {
        match run {
            Run::Same { new, .. } => {
                let head = if i == 0 { 0 } else { context };
                let tail = if i + 1 == runs.len() { 0 } else { context };
                page.push_same(&mut lines, new.clone(), head, tail, i > 0 && i + 1 < runs.len());
            }
            Run::Changed { old, new } => page.push_changed(&mut lines, old.clone(), new.clone()),
        }
    }
    if runs.iter().all(|run| matches!(run, Run::Same { .. })) {
        lines.clear();
    }
    lines
}

/// How many lines are added and removed.
pub fn counts(lines: &[DiffLine]) -> (usize, usize) {
    let count = |sign| lines.iter().filter(|line| line.sign == sign).count();
    (count(DiffSign::Added), count(DiffSign::Removed))
}

/// The lines of a text without their ends.
fn shown_lines(text: &str) -> Vec<String> {
    text.split_inclusive('\n')
        .map(|line| {
            let line = line.strip_suffix('\n').unwrap_or(line);
            line.strip_suffix('\r').unwrap_or(line).to_owned()
        })
        .collect()
}

/// The texts that are shown, and the writing of lines from them.
struct Page<'a> {
    shown_before: &'a [String],
    shown_after: &'a [String],
}

impl Page<'_> {
    /// Unchanged lines: the first `head`, the last `tail`, and a marker for what is between where it stands between two
    /// changes. One line alone is shown rather than a marker in its place.
    fn push_same(&self, lines: &mut Vec<DiffLine>, new: Range<usize>, head: usize, tail: usize, is_between: bool) {
        let left_out = new.len().saturating_sub(head.saturating_add(tail));
        if left_out == 0 || (left_out == 1 && is_between) {
            lines.extend(new.map(|i| line(DiffSign::Same, i, text(self.shown_after, i))));
            return;
        }
        let (first, last) = (new.start + head, new.end - tail);
        lines.extend((new.start..first).map(|i| line(DiffSign::Same, i, text(self.shown_after, i))));
        if is_between {
            lines.push(line(DiffSign::Skipped, first, &format!("{left_out} unchanged lines")));
        }
        lines.extend((last..new.end).map(|i| line(DiffSign::Same, i, text(self.shown_after, i))));
    }

    /// Lines gone and lines that stand there instead; the first with the first and so on are pairs.
    fn push_changed(&self, lines: &mut Vec<DiffLine>, old: Range<usize>, new: Range<usize>) {
        let parts: Vec<(Range<usize>, Range<usize>)> = old
            .clone()
            .zip(new.clone())
            .map(|(i, k)| changed_part(text(self.shown_before, i), text(self.shown_after, k)))
            .collect();
        for (n, i) in old.enumerate() {
            let changed = parts.get(n).map_or(0..0, |part| part.0.clone());
            lines.push(DiffLine { changed, ..line(DiffSign::Removed, i, text(self.shown_before, i)) });
        }
        for (n, i) in new.enumerate() {
            let changed = parts.get(n).map_or(0..0, |part| part.1.clone());
            lines.push(DiffLine { changed, ..line(DiffSign::Added, i, text(self.shown_after, i)) });
        }
    }
}

fn text(shown: &[String], i: usize) -> &str {
    shown.get(i).map_or("", String::as_str)
}

fn line(sign: DiffSign, index: usize, text: &str) -> DiffLine {
    DiffLine { sign, number: index + 1, text: Arc::from(text), changed: 0..0 }
}

#[cfg(test)]
mod tests;
