//! The greatest values of each window, sorted: what a high percentile is read from.
//!
//! A percentile near the top needs only the few values above it. The list of a window holds its greatest values, more of
//! them than are needed; values that leave it shorten it, and once too few are left it is made anew from the window.

use super::nearest_rank;

/// Which percentile.
const SHARE: f64 = 0.95;
/// Values that are kept beyond the needed ones, at least.
const SPARE: usize = 12;

/// The lists of all windows, each in a piece of the same size.
#[derive(Debug, Clone, PartialEq, Default)]
pub(super) struct Tops {
    values: Vec<f32>,
    lengths: Vec<u32>,
    /// Size of a piece.
    most: usize,
}

/// How many of `n` values are at or above the percentile.
fn needed(n: usize) -> usize {
    n - nearest_rank(n, SHARE)
}

impl Tops {
    /// One window more.
    pub fn add_lane(&mut self) {
        self.lengths.push(0);
        self.values.resize(self.lengths.len() * self.most, 0.0);
    }

    /// Makes room for windows of so many samples; what is there is made anew when it is needed.
    fn fit(&mut self, n: usize) {
        let needed = needed(n);
        if needed >= self.most {
            self.most = needed + needed.max(SPARE);
            self.lengths.fill(0);
            self.values = vec![0.0; self.lengths.len() * self.most];
        }
    }

    /// Takes in a value of a window that held `n_before` of them.
    #[inline]
    pub fn insert(&mut self, lane: usize, n_before: usize, value: f32) {
        let len = self.lengths[lane] as usize;
        let most = self.most;
        let list = &mut self.values[lane * most..(lane + 1) * most];
        // Below a list that does not hold all of the window there may be greater ones than this.
        if len < n_before && list[..len].first().is_none_or(|least| value <= *least) {
            return;
        }
        let place = list[..len].partition_point(|other| *other < value);
        if len < most {
            list.copy_within(place..len, place + 1);
            list[place] = value;
            self.lengths[lane] += 1;
        } else if place > 0 {
            list.copy_within(1..place, 0);
            list[place - 1] = value;
        }
    }

    /// Lets a value of the window go.
    #[inline]
    pub fn remove(&mut self, lane: usize, value: f32) {
        let len = self.lengths[lane] as usize;
        let list = &mut self.values[lane * self.most..(lane + 1) * self.most];
        if list[..len].first().is_none_or(|least| value < *least) {
            return;
        }
        let place = list[..len].partition_point(|other| *other < value);
        list.copy_within((place + 1).min(len)..len, place);
        self.lengths[lane] -= 1;
    }

    /// Forgets a window.
    pub fn clear(&mut self, lane: usize) {
        self.lengths[lane] = 0;
    }

    /// The percentile of a window of `n` samples; `all` gives them where the list has to be made anew.
    #[inline]
    pub fn percentile(&mut self, lane: usize, n: usize, all: impl FnOnce() -> Vec<f32>) -> Option<f32> {
        let needed = needed(n);
        if needed > self.lengths[lane] as usize || needed >= self.most {
            self.renew(lane, all());
        }
        let len = self.lengths[lane] as usize;
        self.values[lane * self.most..].get(len.checked_sub(needed)?).copied()
    }

    #[cold]
    fn renew(&mut self, lane: usize, mut all: Vec<f32>) {
        self.fit(all.len());
        let left_out = all.len().saturating_sub(self.most);
        if left_out > 0 {
            all.select_nth_unstable_by(left_out, f32::total_cmp);
        }
        let top = &mut all[left_out..];
        top.sort_unstable_by(f32::total_cmp);
        self.values[lane * self.most..][..top.len()].copy_from_slice(top);
        self.lengths[lane] = u32::try_from(top.len()).unwrap_or(0);
    }
}
