//! From rows to lines: which processes are shown, in what order, how far in.

use std::cmp::Ordering;
use std::collections::HashSet;

use crate::analysis::process_filter::ProcessFilter;
use crate::model::{ProcessKey, ProcessRow};

use super::column::{Sort, SortKey};

/// How a table is to be arranged.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Request {
    /// Which processes.
    pub filter: ProcessFilter,
    /// In what order.
    pub sort: Sort,
    /// As a tree rather than flat.
    pub is_tree: bool,
    /// Processes whose children are put away.
    pub folded: HashSet<ProcessKey>,
}

/// Whether a line has children, and whether they are put away.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fold {
    /// No children are shown for it.
    Leaf,
    /// Its children stand below it.
    Open,
    /// Its children are put away.
    Folded,
}

/// One line of the table.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Line {
    /// Index of the process in the rows that were arranged.
    pub row: usize,
    /// Ancestors above it.
    pub depth: u16,
    /// Its children.
    pub fold: Fold,
    /// Whether it does not match itself and is shown for its descendants' sake.
    pub is_context: bool,
}

/// Arranges rows, which are sorted by pid. A tree sorted by a measured column puts a parent where the first of its
/// matching descendants belongs.
pub fn arrange(rows: &[ProcessRow], request: &Request) -> Vec<Line> {
    let matches: Vec<bool> = rows.iter().map(|row| request.filter.matches(row)).collect();
    let keys: Vec<SortKey> = rows.iter().map(|row| request.sort.column.sort_key(row)).collect();
    if request.is_tree {
        return Tree::build(rows, matches, keys, request).lines(rows, request);
    }
    let mut shown: Vec<usize> = (0..rows.len()).filter(|i| matches[*i]).collect();
    shown.sort_by(|a, b| compare(*a, *b, &keys, request.sort));
    let line = |row| Line { row, depth: 0, fold: Fold::Leaf, is_context: false };
    shown.into_iter().map(line).collect()
}

/// By key, then by pid, which is the order of the rows.
fn compare(a: usize, b: usize, keys: &[SortKey], sort: Sort) -> Ordering {
    keys[a].order(&keys[b], sort.is_descending).then(a.cmp(&b))
}

struct Tree {
    children: Vec<Vec<usize>>,
    roots: Vec<usize>,
    matches: Vec<bool>,
    /// Whether the process or one below it matches.
    is_shown: Vec<bool>,
}

impl Tree {
    fn build(rows: &[ProcessRow], matches: Vec<bool>, mut keys: Vec<SortKey>, request: &Request) -> Self {
        let mut children: Vec<Vec<usize>> = vec![Vec::new(); rows.len()];
        let mut roots = Vec::new();
        for (i, row) in rows.iter().enumerate() {
            match parent_of(rows, row) {
                Some(parent) => children[parent].push(i),
                None => roots.push(i),
            }
        }
        let mut is_shown = matches.clone();
        let order = top_down(&children, &roots);
        let takes_best = request.sort.column.is_measured();
        if takes_best {
            // A process that is only context does not decide where its tree stands.
            for (key, matches) in keys.iter_mut().zip(&matches) {
                if !matches {
                    *key = SortKey::Number(None);
                }
            }
        }
        for i in order.into_iter().rev() {
            for &child in &children[i] {
                is_shown[i] |= is_shown[child];
                if takes_best && keys[child].order(&keys[i], request.sort.is_descending) == Ordering::Less {
                    keys[i] = keys[child].clone();
                }
            }
        }
        for list in children.iter_mut().chain([&mut roots]) {
            list.retain(|i| is_shown[*i]);
            list.sort_by(|a, b| compare(*a, *b, &keys, request.sort));
        }
        Self { children, roots, matches, is_shown }
    }

    fn lines(&self, rows: &[ProcessRow], request: &Request) -> Vec<Line> {
        let mut lines = Vec::with_capacity(self.is_shown.iter().filter(|shown| **shown).count());
        let mut waiting: Vec<(usize, u16)> = self.roots.iter().rev().map(|i| (*i, 0)).collect();
        while let Some((row, depth)) = waiting.pop() {
            let children = &self.children[row];
            let fold = match () {
                () if children.is_empty() => Fold::Leaf,
                () if request.folded.contains(&rows[row].key) => Fold::Folded,
                () => Fold::Open,
            };
            lines.push(Line { row, depth, fold, is_context: !self.matches[row] });
            if fold == Fold::Open {
                waiting.extend(children.iter().rev().map(|child| (*child, depth.saturating_add(1))));
            }
        }
        lines
    }
}

/// The index of a row's parent. One that started after its child, or with a greater pid at the same mark, only has a
/// pid that was used again; so that no two processes are each other's ancestors.
fn parent_of(rows: &[ProcessRow], row: &ProcessRow) -> Option<usize> {
    let parent = row.parent?;
    let i = rows.binary_search_by_key(&parent, |row| row.key.pid).ok()?;
    let age = |key: ProcessKey| (key.start_mark, key.pid);
    (age(rows[i].key) < age(row.key)).then_some(i)
}

/// Every process after its parent.
fn top_down(children: &[Vec<usize>], roots: &[usize]) -> Vec<usize> {
    let mut order = roots.to_vec();
    let mut next = 0;
    while let Some(&i) = order.get(next) {
        order.extend(&children[i]);
        next += 1;
    }
    order
}

#[cfg(test)]
mod tests {
    use super::super::column::Column;
    use super::super::testing::row;
    use super::*;

    fn world() -> Vec<ProcessRow> {
        vec![
            row(1, 0, "systemd", 0.001),
            row(2, 0, "kthreadd", 0.0),
            row(10, 1, "cron", 0.02),
            row(11, 1, "shim", 0.002),
            row(12, 11, "worker b", 0.3),
            row(13, 11, "worker a", 0.5),
            row(20, 2, "ksoftirqd", 0.06),
        ]
    }

    fn drawn(rows: &[ProcessRow], request: &Request) -> String {
        arrange(rows, request)
            .iter()
            .map(|line| {
                let fold = match line.fold {
                    Fold::Leaf => "",
                    Fold::Open => "v ",
                    Fold::Folded => "> ",
                };
                let context = if line.is_context { "~" } else { "" };
                format!("{}{fold}{context}{}\n", "  ".repeat(line.depth.into()), rows[line.row].name)
            })
            .collect()
    }

    fn request(filter: &str, column: Column, is_descending: bool, is_tree: bool) -> Request {
        let filter = ProcessFilter::parse(filter).expect(filter);
        Request { filter, sort: Sort { column, is_descending }, is_tree, folded: HashSet::new() }
    }

    #[test]
    fn flat_rows_are_filtered_and_sorted() {
        let mut rows = world();
        rows[1].cpu_cores = None;
        for (filter, column, is_descending, expect) in [
            ("", Column::Cpu, true, "worker a\nworker b\nksoftirqd\ncron\nshim\nsystemd\nkthreadd\n"),
            ("", Column::Cpu, false, "systemd\nshim\ncron\nksoftirqd\nworker b\nworker a\nkthreadd\n"),
            ("k", Column::Name, false, "ksoftirqd\nkthreadd\nworker a\nworker b\n"),
            ("k", Column::User, false, "kthreadd\nworker b\nworker a\nksoftirqd\n"),
            ("nothing", Column::Pid, false, ""),
        ] {
            assert_eq!(drawn(&rows, &request(filter, column, is_descending, false)), expect, "{filter} {column:?}");
        }
    }

    #[test]
    fn a_tree_stands_where_its_busiest_match_belongs_and_shows_ancestors() {
        let rows = world();
        let by_cpu = request("", Column::Cpu, true, true);
        assert_eq!(
            drawn(&rows, &by_cpu),
            "v systemd\n  v shim\n    worker a\n    worker b\n  cron\nv kthreadd\n  ksoftirqd\n"
        );
        let filtered = request("\"worker b\" or ksoft", Column::Cpu, false, true);
        assert_eq!(drawn(&rows, &filtered), "v ~kthreadd\n  ksoftirqd\nv ~systemd\n  v ~shim\n    worker b\n");
        let mut folded = request("", Column::Name, false, true);
        folded.folded.insert(rows[0].key);
        assert_eq!(drawn(&rows, &folded), "v kthreadd\n  ksoftirqd\n> systemd\n");
    }

    #[test]
    fn a_reused_parent_pid_and_a_circle_lose_nobody() {
        let mut rows = vec![row(5, 9, "a", 0.0), row(9, 5, "b", 0.0), row(12, 77, "orphan", 0.0)];
        rows[0].key.start_mark = 1;
        rows[1].key.start_mark = 1;
        assert_eq!(drawn(&rows, &request("", Column::Pid, false, true)), "v a\n  b\norphan\n");
        rows[1].key.start_mark = 0;
        assert_eq!(drawn(&rows, &request("", Column::Pid, false, true)), "v b\n  a\norphan\n");
    }
}
