//! How long frames take: the main thread's own time for each, and quantiles of the last of them.

use std::time::Instant;

use crate::ui::FrameFigures;

/// Frames whose times are kept; the quantiles are theirs.
const KEPT: usize = 4096;
/// Frames after which the quantiles shown on the screen are reckoned anew.
const RENEWED_EVERY: u64 = 16;

/// Collects the time of each frame.
pub struct FrameClock {
    started_at: Instant,
    begun_at: Option<Instant>,
    first_begun_seconds: Option<f64>,
    times: Vec<f32>,
    figures: FrameFigures,
}

impl FrameClock {
    /// A clock that counts from the start of the process.
    pub fn new(started_at: Instant) -> Self {
        let figures = FrameFigures::default();
        Self { started_at, begun_at: None, first_begun_seconds: None, times: Vec::with_capacity(KEPT), figures }
    }

    /// A frame begins; `previous_seconds` is the main thread's time for the whole frame before, painting included.
    pub fn begin(&mut self, previous_seconds: Option<f32>) {
        let now = Instant::now();
        self.begun_at = Some(now);
        let since_start = now.duration_since(self.started_at).as_secs_f64();
        let first_begun = *self.first_begun_seconds.get_or_insert(since_start);
        let Some(seconds) = previous_seconds else { return };
        if self.figures.n_frames == 1 {
            // The first frame has a figure of its own: it makes fonts and shaders ready for all others.
            self.figures.first_frame_seconds = Some(first_begun + f64::from(seconds));
            return;
        }
        let slot = (self.figures.n_frames as usize).wrapping_sub(2) % KEPT;
        match self.times.get_mut(slot) {
            Some(time) => *time = seconds,
            None => self.times.push(seconds),
        }
        if self.figures.n_frames.is_multiple_of(RENEWED_EVERY) || self.figures.p50_seconds.is_none() {
            self.renew();
        }
    }

    /// The frame's contents are drawn; painting follows.
    pub fn drawn(&mut self) {
        self.figures.n_frames += 1;
        if self.figures.n_frames == 1 {
            self.figures.first_frame_seconds = Some(self.started_at.elapsed().as_secs_f64());
        }
    }

    /// Figures of a little while ago.
    pub fn figures(&self) -> FrameFigures {
        self.figures
    }

    /// Figures up to now, for the end.
    pub fn final_figures(&mut self) -> FrameFigures {
        self.renew();
        self.figures
    }

    fn renew(&mut self) {
        let mut sorted = self.times.clone();
        sorted.sort_by(f32::total_cmp);
        self.figures.p50_seconds = quantile(&sorted, 0.5);
        self.figures.p99_seconds = quantile(&sorted, 0.99);
    }
}

/// The nearest-rank quantile of sorted values (Hyndman and Fan 1996, definition 1).
fn quantile(sorted: &[f32], q: f64) -> Option<f64> {
    let rank = (q * sorted.len() as f64).ceil().max(1.0) as usize;
    sorted.get(rank - 1).map(|v| f64::from(*v))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quantiles_are_of_frames_that_were_drawn() {
        let sorted: Vec<f32> = (1..=200).map(|i| i as f32).collect();
        for (q, expect) in [(0.5, 100.0), (0.99, 198.0), (1.0, 200.0), (0.0, 1.0)] {
            assert_eq!(quantile(&sorted, q), Some(expect), "{q}");
        }
        assert_eq!(quantile(&[], 0.5), None);
    }

    #[test]
    fn the_first_frame_is_told_apart_and_times_come_one_frame_later() {
        let mut clock = FrameClock::new(Instant::now());
        for previous in [None, Some(0.25), Some(0.002)] {
            clock.begin(previous);
            clock.drawn();
        }
        let figures = clock.final_figures();
        assert_eq!(figures.n_frames, 3);
        assert_eq!(figures.p99_seconds.map(|s| (s * 1e6).round()), Some(2000.0));
        assert!(figures.first_frame_seconds.is_some_and(|s| s >= 0.25));
    }
}
