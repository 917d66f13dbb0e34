//! At which ticks series have values. Few patterns serve all series of a segment, so each is written once.

use std::sync::Arc;

use super::bytes::{Malformed, Take, put_varint};

const EVERY_NTH: u8 = 0;
const RUNS: u8 = 1;
const BITS: u8 = 2;

/// The patterns of a segment as they are gathered; number 0 means every tick.
#[derive(Debug, Default)]
pub(super) struct Patterns {
    seen: Vec<Arc<[u32]>>,
    /// Where the last one was found: neighbours mostly share theirs.
    last: usize,
}

impl Patterns {
    /// The number of a pattern.
    pub(super) fn number(&mut self, rows: Option<&Arc<[u32]>>, n_rows: usize) -> usize {
        let Some(rows) = rows.filter(|rows| rows.len() < n_rows) else { return 0 };
        let is_same = |seen: &Arc<[u32]>| Arc::ptr_eq(seen, rows) || **seen == **rows;
        if self.seen.get(self.last).is_some_and(is_same) {
            return self.last + 1;
        }
        self.last = self.seen.iter().position(is_same).unwrap_or_else(|| {
            self.seen.push(Arc::clone(rows));
            self.seen.len() - 1
        });
        self.last + 1
    }

    /// Appends all of them.
    pub(super) fn put(&self, out: &mut Vec<u8>, n_rows: usize) {
        put_varint(out, self.seen.len() as u64);
        for rows in &self.seen {
            put_pattern(out, rows, n_rows);
        }
    }
}

fn put_pattern(out: &mut Vec<u8>, rows: &[u32], n_rows: usize) {
    let step = rows.get(1).map_or(1, |second| second - rows[0]);
    if rows.windows(2).all(|pair| pair[1] - pair[0] == step) {
        out.push(EVERY_NTH);
        put_varint(out, rows.len() as u64);
        put_varint(out, rows.first().copied().unwrap_or(0).into());
        put_varint(out, step.into());
        return;
    }
    let runs = rows.chunk_by(|a, b| a + 1 == *b);
    let mut pressed = Vec::new();
    put_varint(&mut pressed, runs.clone().count() as u64);
    let mut end = 0;
    for run in runs {
        put_varint(&mut pressed, u64::from(run[0] - end));
        put_varint(&mut pressed, run.len() as u64);
        end = run[run.len() - 1] + 1;
    }
    if pressed.len() <= n_rows.div_ceil(8) {
        out.push(RUNS);
        out.append(&mut pressed);
        return;
    }
    out.push(BITS);
    let start = out.len();
    out.resize(start + n_rows.div_ceil(8), 0);
    for row in rows {
        out[start + *row as usize / 8] |= 1 << (row % 8);
    }
}

/// Reads the patterns of a segment: for each its number, 0 standing for every tick, gives its rows. Each pattern is
/// that of some series, so that all together have at most as many rows as the segment has values.
pub(super) fn take(from: &mut Take<'_>, n_rows: usize, n_values: usize) -> Result<Vec<Option<Arc<[u32]>>>, Malformed> {
    let n = from.count(from.rest.len() / 2)?;
    let mut left = n_values;
    let mut patterns = vec![None];
    for _ in 0..n {
        let rows = take_pattern(from, n_rows, left)?;
        left -= rows.len();
        patterns.push(Some(rows.into()));
    }
    Ok(patterns)
}

fn take_pattern(from: &mut Take<'_>, n_rows: usize, most: usize) -> Result<Vec<u32>, Malformed> {
    const MANY: Malformed = Malformed("more places than values");
    const BEYOND: Malformed = Malformed("a value stands beyond the last tick");
    let row = |at: usize| u32::try_from(at).map_err(|_| BEYOND);
    let mut rows = Vec::new();
    match from.byte()? {
        EVERY_NTH => {
            let (n, start, step) = (from.count(n_rows.min(most))?, from.count(n_rows)?, from.count(n_rows)?.max(1));
            let last = n.saturating_sub(1).saturating_mul(step).saturating_add(start);
            if n > 0 && last >= n_rows {
                return Err(BEYOND);
            }
            for i in 0..n {
                rows.push(row(start + i * step)?);
            }
        }
        RUNS => {
            let mut end = 0;
            for _ in 0..from.count(n_rows)? {
                let start = end + from.count(n_rows)?;
                end = start + from.count(n_rows)?;
                if end > n_rows {
                    return Err(BEYOND);
                }
                if rows.len() + end - start > most {
                    return Err(MANY);
                }
                rows.extend(row(start)?..row(end)?);
            }
        }
        BITS => {
            for (i, byte) in from.bytes(n_rows.div_ceil(8))?.iter().enumerate() {
                for bit in (0..8).filter(|bit| byte >> bit & 1 == 1) {
                    rows.push(row(i * 8 + bit)?);
                }
            }
            if rows.last().is_some_and(|last| *last as usize >= n_rows) {
                return Err(BEYOND);
            }
        }
        _ => return Err(Malformed("a pattern of an unknown form")),
    }
    if rows.len() > most { Err(MANY) } else { Ok(rows) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn patterns_come_back_and_are_shared() {
        let n_rows = 900;
        let made: [Vec<u32>; 6] = [
            (0..90).map(|i| i * 10 + 3).collect(),
            (100..500).collect(),
            (0..300).chain(310..900).collect(),
            (0..900).filter(|i| i * 7919 % 13 < 5).collect(),
            vec![],
            vec![899],
        ];
        let mut patterns = Patterns::default();
        let mut numbers = Vec::new();
        for rows in made.iter().chain(&made) {
            numbers.push(patterns.number(Some(&rows.clone().into()), n_rows));
        }
        assert_eq!(numbers, [1, 2, 3, 4, 5, 6, 1, 2, 3, 4, 5, 6]);
        assert_eq!((patterns.number(None, 900), patterns.number(Some(&(0..900).collect()), 900)), (0, 0));
        let mut out = Vec::new();
        patterns.put(&mut out, n_rows);
        let read = take(&mut Take::new(&out), n_rows, 9000).expect("the patterns");
        for (read, made) in read[1..].iter().zip(&made) {
            assert_eq!(read.as_deref(), Some(&made[..]));
        }
        assert!(take(&mut Take::new(&out), 400, 9000).is_err(), "rows beyond the last tick");
        assert!(take(&mut Take::new(&out), n_rows, 100).is_err(), "more rows than values");
    }
}
