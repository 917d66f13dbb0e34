//! What one value added, and what many added together: counts, a sum, and buckets of any form.

use std::sync::Arc;

use crate::analysis::histogram::exponential::Exponential;
use crate::analysis::histogram::{Piece, explicit};
use crate::telemetry::size;

/// Sets of bounds kept apart; more are taken together over the bounds they have in common.
const MAX_SETS: usize = 4;

/// What one value added. Kept from value to value, so that it takes no memory anew.
#[derive(Debug, Default)]
pub struct Delta {
    /// What was added, or how many.
    pub amount: f64,
    /// How many.
    pub count: u64,
    /// Their sum, in the sender's unit.
    pub sum: Option<f64>,
    /// In each explicit bucket.
    pub counts: Vec<u64>,
    /// In buckets of a growing width.
    pub exponential: Option<Exponential>,
    /// The time in which it was added, seconds.
    pub span: f64,
}

impl Delta {
    /// Nothing was added.
    pub fn clear(&mut self) {
        (self.amount, self.count, self.sum, self.span, self.exponential) = (0.0, 0, None, 0.0, None);
        self.counts.clear();
    }
}

/// Buckets of several streams.
#[derive(Debug, Default, Clone)]
pub struct Buckets {
    explicit: Vec<(Arc<[f64]>, Vec<u64>)>,
    /// Each with the factor from the sender's unit.
    exponential: Vec<(f64, Exponential)>,
    bytes: usize,
}

/// Bytes that an exponential histogram takes on the heap.
pub fn bytes_of(own: &Exponential) -> usize {
    size::room::<u64>(own.positive.counts.capacity()) + size::room::<u64>(own.negative.counts.capacity())
}

impl Buckets {
    /// Bytes it takes on the heap; the bounds alone, which others have too, are not in it.
    pub fn bytes(&self) -> usize {
        self.bytes
    }

    fn measure(&mut self) {
        let explicit = self.explicit.iter().map(|(_, counts)| size::room::<u64>(counts.capacity())).sum::<usize>();
        let exponential = self.exponential.iter().map(|(_, own)| bytes_of(own)).sum::<usize>();
        self.bytes = size::room::<(Arc<[f64]>, Vec<u64>)>(self.explicit.capacity())
            + size::room::<(f64, Exponential)>(self.exponential.capacity())
            + explicit
            + exponential;
    }

    /// Adds explicit buckets.
    pub fn add_explicit(&mut self, bounds: &Arc<[f64]>, counts: &[u64]) {
        if counts.is_empty() {
            return;
        }
        if let Some((_, own)) = self.explicit.iter_mut().find(|(own, _)| Arc::ptr_eq(own, bounds) || own == bounds) {
            for (own, more) in own.iter_mut().zip(counts) {
                *own = own.saturating_add(*more);
            }
        } else if self.explicit.len() < MAX_SETS {
            self.explicit.push((bounds.clone(), counts.to_vec()));
            self.measure();
        } else if let Some((own_bounds, own)) = self.explicit.last_mut() {
            let (common, sum) = explicit::merge((own_bounds, own), (bounds, counts));
            (*own_bounds, *own) = (common.into(), sum);
            self.measure();
        }
    }

    /// Adds buckets of a growing width, whose unit is `factor` of the kept one.
    pub fn add_exponential(&mut self, factor: f64, more: &Exponential) {
        if let Some((_, own)) = self.exponential.iter_mut().find(|(own, _)| *own == factor) {
            let before = bytes_of(own);
            own.merge(more);
            self.bytes = (self.bytes + bytes_of(own)).saturating_sub(before);
        } else if self.exponential.len() < MAX_SETS {
            let mut own = more.clone();
            own.fit();
            self.exponential.push((factor, own));
            self.measure();
        }
    }

    /// Forgets all values; keeps the memory.
    pub fn clear(&mut self) {
        for (_, counts) in &mut self.explicit {
            counts.fill(0);
        }
        if !self.exponential.is_empty() {
            self.exponential.clear();
            self.measure();
        }
    }

    /// Adds all its buckets that hold values.
    pub fn pieces(&self, out: &mut Vec<Piece>) {
        for (bounds, counts) in &self.explicit {
            out.extend(explicit::pieces(bounds, counts));
        }
        for (factor, own) in &self.exponential {
            out.extend(own.pieces().map(|piece| Piece {
                lower: piece.lower * factor,
                upper: piece.upper * factor,
                ..piece
            }));
        }
    }
}
