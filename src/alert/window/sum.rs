//! A running sum that numbers enter and leave for ever without its drifting.

/// A sum in two parts: what rounding takes from the first is kept in the second (Knuth's two-sum, TAOCP 4.2.2), so that
/// a great number that came and went leaves the small ones as they were.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub(super) struct Sum {
    high: f64,
    low: f64,
}

impl Sum {
    #[inline]
    pub fn add(&mut self, value: f64) {
        let high = self.high + value;
        let part = high - self.high;
        self.low += (self.high - (high - part)) + (value - part);
        self.high = high;
    }

    /// What it comes to; once a number without bounds has come in, that, until the sum is made anew.
    #[inline]
    pub fn value(&self) -> f64 {
        if self.high.is_finite() { self.high + self.low } else { self.high }
    }
}
