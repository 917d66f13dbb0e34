//! Which runs of lines two texts share, and which they do not.
//!
//! Equal starts and ends are set aside; the middle is compared with Myers' greedy algorithm ("An O(ND) Difference
//! Algorithm and Its Variations", 1986), which finds the fewest changes. Where there are too many for that, lines that
//! stand once in each text hold the texts together, and the parts between are compared the same way.

use std::collections::HashMap;
use std::ops::Range;

/// Changes up to which the fewest are looked for. The work grows with the lines times this, the memory with its square
/// (4 bytes each, 4 MB).
const MAX_CHANGES: usize = 1000;

/// A run of lines, as indices into each text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Run {
    /// In both.
    Same {
        /// In the old text.
        old: Range<usize>,
        /// In the new text; as long.
        new: Range<usize>,
    },
    /// Those of the old text give way to those of the new; one of them may be empty.
    Changed {
        /// In the old text.
        old: Range<usize>,
        /// In the new text.
        new: Range<usize>,
    },
}

/// The runs of two texts' lines, in order; runs of a kind never stand beside each other.
pub fn runs(old: &[&str], new: &[&str]) -> Vec<Run> {
    let mut ids: HashMap<&str, u32> = HashMap::new();
    let mut number = |line| {
        let next = ids.len() as u32;
        *ids.entry(line).or_insert(next)
    };
    let a: Vec<u32> = old.iter().map(|line| number(*line)).collect();
    let b: Vec<u32> = new.iter().map(|line| number(*line)).collect();
    let mut pairs = Vec::new();
    compare(&a, &b, (0, 0), MAX_CHANGES, true, &mut pairs);
    runs_between(&pairs, a.len(), b.len())
}

/// Turns pairs of equal lines, in order, into runs.
fn runs_between(pairs: &[(usize, usize)], n_old: usize, n_new: usize) -> Vec<Run> {
    let mut runs = Vec::new();
    let (mut i, mut k) = (0, 0);
    for &(old, new) in pairs.iter().chain(&[(n_old, n_new)]) {
        if old > i || new > k {
            runs.push(Run::Changed { old: i..old, new: k..new });
        }
        if old < n_old {
            match runs.last_mut() {
                Some(Run::Same { old: o, new: n }) if o.end == old && n.end == new => {
                    o.end += 1;
                    n.end += 1;
                }
                _ => runs.push(Run::Same { old: old..old + 1, new: new..new + 1 }),
            }
        }
        (i, k) = (old + 1, new + 1);
    }
    runs
}

/// Adds the pairs of equal lines of `a` and `b`, which begin at `from` in their texts.
fn compare(
    a: &[u32],
    b: &[u32],
    from: (usize, usize),
    max_changes: usize,
    may_split: bool,
    pairs: &mut Vec<(usize, usize)>,
) {
    let head = a.iter().zip(b).take_while(|(x, y)| x == y).count();
    let most = a.len().min(b.len()) - head;
    let tail = a.iter().rev().zip(b.iter().rev()).take(most).take_while(|(x, y)| x == y).count();
    pairs.extend((0..head).map(|i| (from.0 + i, from.1 + i)));
    let (inner_a, inner_b) = (&a[head..a.len() - tail], &b[head..b.len() - tail]);
    let inner_from = (from.0 + head, from.1 + head);
    if !inner_a.is_empty() && !inner_b.is_empty() {
        if let Some(found) = fewest(inner_a, inner_b, max_changes) {
            pairs.extend(found.into_iter().map(|(i, k)| (inner_from.0 + i, inner_from.1 + k)));
        } else if may_split {
            split(inner_a, inner_b, inner_from, max_changes, pairs);
        }
    }
    pairs.extend((0..tail).map(|i| (from.0 + a.len() - tail + i, from.1 + b.len() - tail + i)));
}

/// Myers' algorithm: the pairs of equal lines with the fewest changes, or nothing where there are more than `max`.
fn fewest(a: &[u32], b: &[u32], max: usize) -> Option<Vec<(usize, usize)>> {
    let max = max.min(a.len() + b.len());
    // The furthest place in `a` on each diagonal k = x - y, at index k + max + 1; and what it was before each step.
    let mut furthest = vec![0usize; 2 * max + 3];
    let mut steps: Vec<Vec<u32>> = Vec::new();
    let at = |k: isize| (k + max as isize + 1) as usize;
    for d in 0..=max as isize {
        steps.push((-d..=d).map(|k| furthest[at(k)] as u32).collect());
        for k in (-d..=d).step_by(2) {
            let goes_down = k == -d || (k != d && furthest[at(k - 1)] < furthest[at(k + 1)]);
            let mut x = if goes_down { furthest[at(k + 1)] } else { furthest[at(k - 1)] + 1 };
            // Beyond the edge of either text there is nothing to find.
            let Some(mut y) = x.checked_add_signed(-k).filter(|y| *y <= b.len() && x <= a.len()) else {
                furthest[at(k)] = x;
                continue;
            };
            while x < a.len() && y < b.len() && a[x] == b[y] {
                x += 1;
                y += 1;
            }
            furthest[at(k)] = x;
            if x == a.len() && y == b.len() {
                return Some(way_back(&steps, a.len(), b.len()));
            }
        }
    }
    None
}

/// The pairs along the way that was found, from its end.
fn way_back(steps: &[Vec<u32>], n_a: usize, n_b: usize) -> Vec<(usize, usize)> {
    let mut pairs = Vec::new();
    let (mut x, mut y) = (n_a as isize, n_b as isize);
    for (d, step) in steps.iter().enumerate().rev() {
        let d = d as isize;
        let k = x - y;
        let value = |k: isize| step.get((k + d) as usize).map_or(0, |x| *x as isize);
        let (from_x, from_y) = if d == 0 {
            (0, 0)
        } else {
            let goes_down = k == -d || (k != d && value(k - 1) < value(k + 1));
            let from_k = if goes_down { k + 1 } else { k - 1 };
            (value(from_k), value(from_k) - from_k)
        };
        while x > from_x && y > from_y {
            x -= 1;
            y -= 1;
            pairs.push((x as usize, y as usize));
        }
        (x, y) = (from_x, from_y);
    }
    pairs.reverse();
    pairs
}

/// Compares part by part, between the lines that stand once in each text and in the same order in both.
fn split(a: &[u32], b: &[u32], from: (usize, usize), max_changes: usize, pairs: &mut Vec<(usize, usize)>) {
    let (mut i, mut k) = (0, 0);
    let anchors = in_order(&once_in_both(a, b));
    // Many parts may share the work that one was allowed.
    let max_each = (max_changes / (anchors.len() + 1)).max(32);
    for (old, new) in anchors.into_iter().chain([(a.len(), b.len())]) {
        compare(&a[i..old], &b[k..new], (from.0 + i, from.1 + k), max_each, false, pairs);
        if old < a.len() {
            pairs.push((from.0 + old, from.1 + new));
        }
        (i, k) = (old + 1, new + 1);
    }
}

/// Places of the lines that stand once in each, by their place in the first.
fn once_in_both(a: &[u32], b: &[u32]) -> Vec<(usize, usize)> {
    let mut places: HashMap<u32, (Option<usize>, Option<usize>, bool)> = HashMap::new();
    for (i, id) in a.iter().enumerate() {
        let place = places.entry(*id).or_default();
        place.2 |= place.0.replace(i).is_some();
    }
    for (k, id) in b.iter().enumerate() {
        let place = places.entry(*id).or_default();
        place.2 |= place.1.replace(k).is_some();
    }
    let mut once: Vec<(usize, usize)> =
        places.into_values().filter(|place| !place.2).filter_map(|(i, k, _)| Some((i?, k?))).collect();
    once.sort_unstable();
    once
}

/// The longest part of the pairs whose second places grow too (patience sorting).
fn in_order(pairs: &[(usize, usize)]) -> Vec<(usize, usize)> {
    let mut piles: Vec<usize> = Vec::new();
    let mut below: Vec<Option<usize>> = Vec::with_capacity(pairs.len());
    for (n, pair) in pairs.iter().enumerate() {
        let pile = piles.partition_point(|top| pairs[*top].1 < pair.1);
        below.push(pile.checked_sub(1).map(|p| piles[p]));
        if pile == piles.len() { piles.push(n) } else { piles[pile] = n }
    }
    let mut longest = Vec::with_capacity(piles.len());
    let mut next = piles.last().copied();
    while let Some(n) = next {
        longest.push(pairs[n]);
        next = below[n];
    }
    longest.reverse();
    longest
}
