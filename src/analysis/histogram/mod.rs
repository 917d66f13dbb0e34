//! Quantiles out of buckets, with the bounds that the buckets allow, and histograms taken together.
//!
//! A histogram is a set of [`Piece`]s: so many values between two bounds. Several histograms are the pieces of all of
//! them, whatever their bounds. Where in a piece its values lie is not known, so each quantile comes with the bounds
//! between which it truly lies; the value between them is the usual guess: evenly spread in explicit buckets
//! (Prometheus, `histogram_quantile`), evenly over the logarithm in exponential ones (Prometheus, native histograms).
//!
//! The quantile `p` of `n` values is the value of rank `ceil(p n)`: type 1 of Hyndman and Fan, "Sample Quantiles in
//! Statistical Packages", The American Statistician 50 (1996).

pub mod explicit;
pub mod exponential;
#[cfg(test)]
mod tests;

/// How the values of a piece are thought to lie in it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Spread {
    /// Evenly.
    Even,
    /// Evenly over the logarithm; both bounds have the same sign and neither is zero.
    Geometric,
}

/// So many values above one bound, up to and with another.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Piece {
    /// Below all values; `-∞` where it is open.
    pub lower: f64,
    /// The greatest value may reach it; `∞` where it is open.
    pub upper: f64,
    /// How many values.
    pub count: u64,
    /// How they are thought to lie.
    pub spread: Spread,
}

impl Piece {
    /// The share of its values that are thought to be at most `x`.
    fn share_below(&self, x: f64) -> f64 {
        let share = match self.spread {
            _ if x >= self.upper => 1.0,
            _ if x <= self.lower => 0.0,
            Spread::Geometric if self.lower > 0.0 => (x / self.lower).ln() / (self.upper / self.lower).ln(),
            Spread::Geometric if self.upper < 0.0 => 1.0 - (x / self.upper).ln() / (self.lower / self.upper).ln(),
            Spread::Even | Spread::Geometric => (x - self.lower) / (self.upper - self.lower),
        };
        // Bounds at the ends of what a number can be leave no share: then all may be below.
        if share.is_finite() { share.clamp(0.0, 1.0) } else { 1.0 }
    }

    /// The value below which this share of its values is thought to be.
    fn at_share(&self, share: f64) -> f64 {
        let value = match self.spread {
            Spread::Geometric if self.lower > 0.0 => self.lower * (self.upper / self.lower).powf(share),
            Spread::Geometric if self.upper < 0.0 => self.lower * (self.upper / self.lower).powf(share),
            Spread::Even | Spread::Geometric => self.lower + share * (self.upper - self.lower),
        };
        if value.is_finite() { value.clamp(self.lower, self.upper) } else { self.upper }
    }
}

/// A quantile as near as buckets tell it.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Estimate {
    /// The guess; where a side is open, the bound on the other.
    pub value: f64,
    /// It lies above this, or at it.
    pub lower: f64,
    /// It lies at most here.
    pub upper: f64,
}

impl Estimate {
    /// Whether one of its bounds is not known: the value is then a bound, not a guess.
    pub fn is_open(&self) -> bool {
        self.lower.is_infinite() || self.upper.is_infinite()
    }

    /// How far the true quantile may lie from the value, as a share of the value; `None` where a side is open or the
    /// value is zero.
    pub fn error_ratio(&self) -> Option<f64> {
        let furthest = (self.upper - self.value).max(self.value - self.lower);
        let ratio = furthest / self.value.abs();
        ratio.is_finite().then_some(ratio)
    }
}

/// The quantile `p` (0 to 1, brought within) of these pieces, which are sorted in place; `None` where they hold no
/// values.
pub fn quantile(pieces: &mut [Piece], p: f64) -> Option<Estimate> {
    let n: f64 = pieces.iter().map(|piece| piece.count as f64).sum();
    if n <= 0.0 {
        return None;
    }
    let rank = (p.clamp(0.0, 1.0) * n).max(f64::MIN_POSITIVE);
    // Rounding of a product must not ask for more values than there are.
    let rank = rank.min(n);
    pieces.sort_unstable_by(|a, b| a.upper.total_cmp(&b.upper));
    let upper = reach(pieces, rank)?.upper;
    pieces.sort_unstable_by(|a, b| a.lower.total_cmp(&b.lower));
    let lower = reach(pieces, rank)?.lower;
    let value = if upper.is_infinite() {
        if lower.is_infinite() { 0.0 } else { lower }
    } else if lower.is_infinite() {
        upper
    } else {
        between(pieces, rank, lower, upper)
    };
    Some(Estimate { value, lower, upper })
}

/// The first piece in this order with which so many values are reached.
fn reach(pieces: &[Piece], rank: f64) -> Option<&Piece> {
    let mut sum = 0.0;
    let held = || pieces.iter().filter(|piece| piece.count > 0);
    held()
        .find(|piece| {
            sum += piece.count as f64;
            sum >= rank
        })
        .or_else(|| held().next_back())
}

/// The value of this rank, which lies between these bounds.
fn between(pieces: &[Piece], rank: f64, lower: f64, upper: f64) -> f64 {
    let mut below = 0.0;
    let mut within = Vec::new();
    for piece in pieces.iter().filter(|piece| piece.count > 0) {
        if piece.upper <= lower {
            below += piece.count as f64;
        } else if piece.lower < upper {
            within.push(piece);
        }
    }
    if let [only] = within[..] {
        return only.at_share((rank - below) / only.count as f64);
    }
    let (mut low, mut high) = (lower, upper);
    for _ in 0..64 {
        let middle = low + (high - low) / 2.0;
        let sum: f64 = within.iter().map(|piece| piece.count as f64 * piece.share_below(middle)).sum();
        if below + sum < rank { low = middle } else { high = middle }
    }
    high
}
