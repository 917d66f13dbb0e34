//! Times of ticks: what each is off the grid that starts at the first one.

use super::bytes::{Malformed, Take, put_varint, unzigzag, zigzag};
use super::numbers::{self, Habit};
use crate::store::history::frame::MAX_MILLIS;

/// Ticks up to this many are written one by one.
const FEW: usize = 40;

/// Appends `times` but for the first one, which the frame's head holds.
pub(super) fn put(out: &mut Vec<u8>, times: &[i64], interval_millis: u32) {
    let Some((&first, rest)) = times.split_first() else { return };
    let off = |(i, at): (usize, &i64)| at.wrapping_sub(first).wrapping_sub((i as i64 + 1) * i64::from(interval_millis));
    let off: Vec<i64> = rest.iter().enumerate().map(off).collect();
    if off.len() > FEW {
        numbers::put(out, &off, Habit::Any);
    } else {
        off.iter().for_each(|off| put_varint(out, zigzag(*off)));
    }
}

/// Reads `n` times.
pub(super) fn take(from: &mut Take<'_>, n: usize, first: i64, interval_millis: u32) -> Result<Vec<i64>, Malformed> {
    let Some(rest) = n.checked_sub(1) else { return Ok(Vec::new()) };
    let off = if rest > FEW {
        numbers::take::<i64>(from, rest)?
    } else {
        (0..rest).map(|_| from.varint().map(unzigzag)).collect::<Result<_, _>>()?
    };
    let on_grid = |i: usize| first.wrapping_add((i as i64 + 1).wrapping_mul(i64::from(interval_millis)));
    let rest = off.iter().enumerate().map(|(i, off)| on_grid(i).wrapping_add(*off));
    let times: Vec<i64> = std::iter::once(first).chain(rest).collect();
    if times.last().is_some_and(|last| *last > MAX_MILLIS) {
        return Err(Malformed("times are out of bounds"));
    }
    if times.is_sorted_by(|a, b| a < b) { Ok(times) } else { Err(Malformed("times run backwards")) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn jittered_ticks_come_back_and_take_little() {
        let ticks = |n: i64| (0..n).map(|i| 1_700_000_000_123 + i * 1000 + i * 7919 % 5 + i / 500 * 60_000);
        for n in [0, 1, 2, 30, 900] {
            let times: Vec<i64> = ticks(n).collect();
            let mut out = Vec::new();
            put(&mut out, &times, 1000);
            assert!(out.len() <= 60 + times.len() / 2, "{} bytes for {n}", out.len());
            let first = times.first().copied().unwrap_or(0);
            assert_eq!(take(&mut Take::new(&out), times.len(), first, 1000), Ok(times));
        }
    }

    #[test]
    fn times_that_run_backwards_are_refused() {
        let mut out = Vec::new();
        put(&mut out, &[0, 1000, 500], 1000);
        assert_eq!(take(&mut Take::new(&out), 3, 0, 1000), Err(Malformed("times run backwards")));
    }
}
