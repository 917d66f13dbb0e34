//! One series: sealed chunks, the open one, and the places where its line breaks. Times only grow.

use std::collections::VecDeque;
use std::mem::size_of;

use super::bucketing::{Cut, Filling};
use super::chunk::{CHUNK, Chunk, Piece, SharedTimes, Summary};
use crate::model::Bucket;

/// The samples of one series.
#[derive(Debug, Default)]
pub(super) struct Column {
    /// The series' own cadence; `None` means that of the ticks.
    pub(super) own_cadence: Option<i64>,
    /// The cadence in force at the newest sample, milliseconds.
    pub(super) cadence: i64,
    sealed: VecDeque<Chunk>,
    open_start: i64,
    open_offsets: Vec<u32>,
    open_values: Vec<f32>,
    /// Times of the samples before which the line breaks.
    breaks: VecDeque<i64>,
    /// Whether the line breaks before the next sample, however near it comes.
    break_next: bool,
}

impl Column {
    /// Time and value of the newest sample.
    pub(super) fn newest(&self) -> Option<(i64, f32)> {
        let k = self.n_pieces().checked_sub(1)?;
        let piece = self.piece(k);
        let i = piece.len() - 1;
        Some((piece.time(i), piece.summary(i, i + 1).min))
    }

    /// Adds a sample; `false` when it is not newer than the newest, which is left as it is.
    pub(super) fn append(&mut self, at: i64, value: f32, tick_interval: i64, shared: &mut SharedTimes) -> bool {
        let cadence = self.own_cadence.unwrap_or(0).max(tick_interval);
        if let Some((newest, _)) = self.newest() {
            if at <= newest {
                return false;
            }
            if self.break_next || is_gap(at - newest, self.cadence.max(cadence)) {
                self.breaks.push_back(at);
            }
        }
        self.break_next = false;
        self.cadence = cadence;
        let mut offset = u32::try_from(at - self.open_start).ok();
        if self.open_offsets.len() == CHUNK || (offset.is_none() && !self.open_offsets.is_empty()) {
            self.sealed.push_back(Chunk::seal(self.open_start, &self.open_offsets, &self.open_values, shared));
            self.open_offsets.clear();
            self.open_values.clear();
        }
        if self.open_offsets.is_empty() {
            self.open_start = at;
            offset = Some(0);
        }
        self.open_offsets.push(offset.unwrap_or(0));
        self.open_values.push(value);
        true
    }

    /// Forgets chunks that lie wholly before `cutoff`; gives the number of samples forgotten.
    pub(super) fn evict(&mut self, cutoff: i64) -> usize {
        let mut n = 0;
        while let Some(chunk) = self.sealed.pop_front_if(|chunk| chunk.last < cutoff) {
            n += chunk.len();
        }
        let is_open_old = self.open_offsets.last().is_some_and(|&offset| self.open_start + i64::from(offset) < cutoff);
        if is_open_old {
            n += self.open_offsets.len();
            // A series that has ended gives its memory back.
            (self.open_offsets, self.open_values) = (Vec::new(), Vec::new());
        }
        if n > 0 {
            let oldest = if self.n_pieces() > 0 { self.piece(0).start } else { i64::MAX };
            while self.breaks.pop_front_if(|at| *at < oldest).is_some() {}
        }
        n
    }

    /// Forgets samples at and after `at`, and breaks the line there; gives the number of samples forgotten.
    pub(super) fn cut_back(&mut self, at: i64) -> usize {
        let mut n = 0;
        if !self.open_offsets.is_empty() && self.open_start >= at {
            n += self.open_offsets.len();
            self.open_offsets.clear();
            self.open_values.clear();
            while let Some(chunk) = self.sealed.pop_back_if(|chunk| chunk.start >= at) {
                n += chunk.len();
            }
            // The newest chunk is opened again, so that what follows joins it and only full chunks are sealed.
            if let Some(chunk) = self.sealed.pop_back() {
                self.open_start = chunk.start;
                (self.open_offsets, self.open_values) = chunk.unseal();
            }
        }
        let keep = self.open_offsets.partition_point(|&offset| self.open_start + i64::from(offset) < at);
        n += self.open_offsets.len() - keep;
        self.open_offsets.truncate(keep);
        self.open_values.truncate(keep);
        while self.breaks.pop_back_if(|b| *b >= at).is_some() {}
        self.break_next = true;
        n
    }

    /// Samples in `from..to`.
    pub(super) fn count(&self, from: i64, to: i64) -> usize {
        self.pieces_in(from, to).map(|piece| piece.first_at(to) - piece.first_at(from)).sum()
    }

    /// Breaks of the line in `from..to`.
    pub(super) fn n_breaks(&self, from: i64, to: i64) -> usize {
        self.breaks.partition_point(|&b| b < to).saturating_sub(self.breaks.partition_point(|&b| b < from))
    }

    /// The summary of the samples in `from..to`; its count is 0 where there are none.
    pub(super) fn summary(&self, from: i64, to: i64) -> Summary {
        let mut all = Summary::EMPTY;
        for piece in self.pieces_in(from, to) {
            all.add(&piece.summary(piece.first_at(from), piece.first_at(to)));
        }
        all
    }

    /// The samples as buckets: those of the cut's span widened to whole buckets, and one bucket more at either side,
    /// so that a line reaches both edges of the chart.
    pub(super) fn buckets(&self, cut: &Cut) -> Vec<Bucket> {
        let from = self.newest_before(cut.floor(cut.from)).map_or(i64::MIN, |at| {
            let b = self.breaks.partition_point(|&b| b <= at);
            let broken_at = b.checked_sub(1).and_then(|b| self.breaks.get(b)).copied().unwrap_or(i64::MIN);
            if cut.joins { cut.floor(at) } else { cut.floor(at).max(broken_at) }
        });
        let to = self.oldest_from(cut.ceil(cut.to)).map_or(i64::MAX, |at| {
            let b = self.breaks.partition_point(|&b| b <= at);
            let broken_at = self.breaks.get(b).copied().unwrap_or(i64::MAX);
            if cut.joins { cut.end_of(at) } else { cut.end_of(at).min(broken_at) }
        });
        let mut filling = Filling::with_capacity(cut.expected_buckets());
        let mut b = self.breaks.partition_point(|&at| at < from);
        for piece in self.pieces_in(from, to) {
            let (mut i, end) = (piece.first_at(from), piece.first_at(to));
            while i < end {
                let at = piece.time(i);
                while self.breaks.get(b).is_some_and(|&next| next < at) {
                    b += 1;
                }
                let is_break = self.breaks.get(b) == Some(&at);
                let next_break = self.breaks.get(b + usize::from(is_break)).copied().unwrap_or(i64::MAX);
                let until = if cut.joins { cut.end_of(at) } else { cut.end_of(at).min(next_break) };
                let j = piece.first_at_from(i, until).min(end);
                filling.add(cut, at, &piece.summary(i, j), is_break);
                i = j;
            }
        }
        filling.finish()
    }

    /// Bytes held.
    pub(super) fn bytes(&self) -> usize {
        let spare = self.sealed.capacity() - self.sealed.len();
        size_of::<Self>()
            + self.sealed.iter().map(Chunk::bytes).sum::<usize>()
            + spare * size_of::<Chunk>()
            + (self.open_offsets.capacity() + self.open_values.capacity()) * 4
            + self.breaks.capacity() * size_of::<i64>()
    }

    fn n_pieces(&self) -> usize {
        self.sealed.len() + usize::from(!self.open_offsets.is_empty())
    }

    fn piece(&self, k: usize) -> Piece<'_> {
        self.sealed
            .get(k)
            .map_or_else(|| Piece::open(self.open_start, &self.open_offsets, &self.open_values), Chunk::piece)
    }

    fn pieces_in(&self, from: i64, to: i64) -> impl Iterator<Item = Piece<'_>> {
        let first = self.sealed.partition_point(|chunk| chunk.last < from);
        (first..self.n_pieces()).map(|k| self.piece(k)).take_while(move |piece| piece.start < to && from < to)
    }

    fn newest_before(&self, at: i64) -> Option<i64> {
        let n = self.sealed.partition_point(|chunk| chunk.start < at);
        let is_open_before = n == self.sealed.len() && !self.open_offsets.is_empty() && self.open_start < at;
        let piece = self.piece((n + usize::from(is_open_before)).checked_sub(1)?);
        Some(piece.time(piece.first_at(at) - 1))
    }

    fn oldest_from(&self, at: i64) -> Option<i64> {
        let piece = self.pieces_in(at, i64::MAX).find(|piece| piece.first_at(at) < piece.len())?;
        Some(piece.time(piece.first_at(at)))
    }
}

/// Whether two samples this far apart have something missing between them: more than 2.5 cadences.
pub(super) fn is_gap(apart: i64, cadence: i64) -> bool {
    apart.saturating_mul(2) > cadence.saturating_mul(5)
}
