//! The table from one reading to the next: arranged anew with each, or held still while a pointer is over it.
//!
//! While it is held, lines keep their places and only their values change; processes that ended stay, marked, and
//! new ones wait. A person's own change of filter, order or form always takes effect at once.

use std::sync::Arc;

use crate::model::{ProcessKey, ProcessRow, ProcessTable};

use super::arrange::{Line, Request, arrange};

/// The table on the screen.
#[derive(Debug, Clone, Default)]
pub struct Board {
    /// The rows the lines were arranged from.
    arranged: Arc<[ProcessRow]>,
    /// The same rows with their newest values.
    rows: Arc<[ProcessRow]>,
    /// The rows of the newest reading seen.
    newest: Arc<[ProcessRow]>,
    has_ended: Vec<bool>,
    lines: Vec<Line>,
    request: Request,
    greatest_memory_bytes: u64,
    greatest_depth: u16,
    generation: u64,
}

impl Board {
    /// Takes in the newest reading and what is asked for; returns whether anything on the board changed.
    pub fn update(&mut self, table: &ProcessTable, request: &Request, is_held: bool) -> bool {
        let is_new_table = !Arc::ptr_eq(&table.rows, &self.newest) || self.generation == 0;
        let is_behind = !Arc::ptr_eq(&table.rows, &self.arranged);
        let only_folds = self.request.filter == request.filter
            && self.request.sort == request.sort
            && self.request.is_tree == request.is_tree;
        let folds_changed = self.request.folded != request.folded;
        self.newest = table.rows.clone();
        if !only_folds || self.generation == 0 || (is_behind && !is_held) {
            self.arranged = table.rows.clone();
            self.rows = table.rows.clone();
            self.has_ended = vec![false; table.rows.len()];
        } else if is_new_table && is_held {
            self.refresh(table);
            self.generation += 1;
            if !folds_changed {
                return true;
            }
        } else if !folds_changed {
            return false;
        }
        if self.request != *request {
            self.request = request.clone();
        }
        self.lines = arrange(&self.arranged, &self.request);
        // Of all, not of those the filter leaves: two small ones alone are still small.
        self.greatest_memory_bytes = self.arranged.iter().filter_map(|row| row.memory_bytes).max().unwrap_or(0);
        self.greatest_depth = self.lines.iter().map(|line| line.depth).max().unwrap_or(0);
        self.generation += 1;
        true
    }

    fn refresh(&mut self, table: &ProcessTable) {
        let newest = |row: &ProcessRow| table.get(row.key).cloned();
        let found: Vec<Option<ProcessRow>> = self.rows.iter().map(newest).collect();
        self.has_ended = found.iter().map(Option::is_none).collect();
        let rows = self.rows.iter().zip(found).map(|(old, new)| new.unwrap_or_else(|| old.clone()));
        self.rows = rows.collect();
    }

    /// The lines, top down.
    pub fn lines(&self) -> &[Line] {
        &self.lines
    }

    /// The process of a line, with its newest values.
    pub fn row(&self, line: &Line) -> &ProcessRow {
        &self.rows[line.row]
    }

    /// Whether a line's process has ended and only stays because the order is held.
    pub fn has_ended(&self, line: &Line) -> bool {
        self.has_ended.get(line.row).copied().unwrap_or(false)
    }

    /// The place of a process among the lines.
    pub fn position(&self, key: ProcessKey) -> Option<usize> {
        self.lines.iter().position(|line| self.arranged[line.row].key == key)
    }

    /// The memory of a process as a share of the greatest of all, 0 to 1.
    pub fn memory_share(&self, row: &ProcessRow) -> Option<f32> {
        let bytes = row.memory_bytes?;
        Some((bytes as f64 / self.greatest_memory_bytes.max(1) as f64).min(1.0) as f32)
    }

    /// Ancestors above the deepest line.
    pub fn greatest_depth(&self) -> u16 {
        self.greatest_depth
    }

    /// Grows with every change; what is derived from the board is kept by it.
    pub fn generation(&self) -> u64 {
        self.generation
    }
}

#[cfg(test)]
mod tests {
    use super::super::testing::row;
    use super::*;
    use crate::model::Timestamp;

    fn table(rows: Vec<ProcessRow>) -> ProcessTable {
        ProcessTable { at: Timestamp::default(), rows: rows.into() }
    }

    fn drawn(board: &Board) -> String {
        let line = |line: &Line| {
            let row = board.row(line);
            let ended = if board.has_ended(line) { " ended" } else { "" };
            format!("{} {}{ended}", row.name, row.cpu_cores.unwrap_or(0.0))
        };
        board.lines().iter().map(line).collect::<Vec<_>>().join(", ")
    }

    #[test]
    fn a_held_board_keeps_its_order_and_its_ended_rows() {
        let first = table(vec![row(1, 0, "a", 3.0), row(2, 0, "b", 2.0), row(3, 0, "c", 1.0)]);
        let second = table(vec![row(1, 0, "a", 0.5), row(3, 0, "c", 9.0), row(4, 0, "d", 7.0)]);
        let mut board = Board::default();
        let mut request = Request::default();
        assert!(board.update(&first, &request, false));
        assert!(!board.update(&first, &request, false), "nothing changed");
        assert!(!board.update(&first, &request, true), "holding alone changes nothing");
        assert_eq!(drawn(&board), "a 3, b 2, c 1");
        assert!(board.update(&second, &request, true));
        assert_eq!(drawn(&board), "a 0.5, b 2 ended, c 9");
        assert!(!board.update(&second, &request, true));
        assert_eq!(board.position(row(3, 0, "c", 0.0).key), Some(2));
        // A person's own change is carried out although the pointer is there.
        request.sort.is_descending = false;
        assert!(board.update(&second, &request, true));
        assert_eq!(drawn(&board), "a 0.5, d 7, c 9");
        request.sort.is_descending = true;
        assert!(board.update(&first, &request, false));
        assert!(board.update(&second, &request, true));
        assert!(board.update(&second, &request, false), "letting go arranges anew");
        assert_eq!(drawn(&board), "c 9, d 7, a 0.5");
    }

    #[test]
    fn folding_while_held_keeps_the_order() {
        let first = table(vec![row(1, 0, "a", 3.0), row(2, 1, "b", 2.0), row(3, 0, "c", 1.0)]);
        let second = table(vec![row(1, 0, "a", 0.0), row(2, 1, "b", 0.0), row(3, 0, "c", 9.0)]);
        let mut board = Board::default();
        let mut request = Request { is_tree: true, ..Request::default() };
        board.update(&first, &request, false);
        board.update(&second, &request, true);
        request.folded.insert(row(1, 0, "a", 0.0).key);
        assert!(board.update(&second, &request, true));
        assert_eq!((drawn(&board).as_str(), board.greatest_depth()), ("a 0, c 9", 0));
        assert!(board.update(&second, &request, false));
        assert_eq!(drawn(&board), "c 9, a 0");
    }

    #[test]
    fn memory_is_drawn_against_the_greatest_shown() {
        let rows = table(vec![row(1, 0, "a", 3.0), row(4, 0, "b", 2.0)]);
        let mut board = Board::default();
        board.update(&rows, &Request::default(), false);
        let shares: Vec<_> = rows.rows.iter().map(|row| board.memory_share(row)).collect();
        assert_eq!(shares, [Some(0.25), Some(1.0)]);
    }
}
