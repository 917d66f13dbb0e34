//! Which part of time the charts show, and how panning and zooming change it.
//!
//! Either the last while, moving with the newest data, or a part of the past that stands still.

use std::time::Duration;

use crate::model::{TimeRange, Timestamp, ViewRange};

/// Which part of time is shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Viewport {
    /// What is asked of the engine.
    pub range: ViewRange,
}

/// The data that is there to be shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Held {
    /// The oldest moment.
    pub oldest: Timestamp,
    /// The newest moment.
    pub newest: Timestamp,
}

impl Viewport {
    /// The shortest span that may be shown.
    pub const MIN_SPAN: Duration = Duration::from_secs(10);
    /// The longest span that may be shown: two years.
    pub const MAX_SPAN: Duration = Duration::from_secs(731 * 86_400);

    /// The last `span`, following live.
    pub fn live(span: Duration) -> Self {
        Self { range: ViewRange::Live { span: span.clamp(Self::MIN_SPAN, Self::MAX_SPAN) } }
    }

    /// Whether it moves with the newest data.
    pub fn is_live(&self) -> bool {
        matches!(self.range, ViewRange::Live { .. })
    }

    /// How long a time is shown.
    pub fn span(&self) -> Duration {
        match self.range {
            ViewRange::Live { span } => span,
            ViewRange::Fixed(range) => range.span(),
        }
    }

    /// The span of wall time, where `newest` is the moment of the newest data.
    pub fn resolve(&self, newest: Timestamp) -> TimeRange {
        match self.range {
            ViewRange::Live { span } => TimeRange::ending_at(newest, span),
            ViewRange::Fixed(range) => range,
        }
    }

    /// Shows a span that stands still, kept within what is held.
    pub fn show(&mut self, start_millis: f64, end_millis: f64, held: Held) {
        let (min, max) = (millis(Self::MIN_SPAN), millis(Self::MAX_SPAN));
        let wanted = (end_millis - start_millis).clamp(min, max);
        let middle = (start_millis + end_millis) / 2.0;
        let newest = held.newest.as_millis() as f64;
        // A span longer than what is held ends at the newest data: there is nothing to pan to.
        let oldest = (held.oldest.as_millis() as f64).min(newest - wanted);
        let start = (middle - wanted / 2.0).clamp(oldest, newest - wanted);
        self.range = ViewRange::Fixed(TimeRange {
            start: Timestamp::from_millis(start.round() as i64),
            end: Timestamp::from_millis((start + wanted).round() as i64),
        });
    }

    /// Shows as much time as now around a moment, standing still.
    pub fn center(&mut self, at: Timestamp, held: Held) {
        let half = millis(self.span()) / 2.0;
        let at = at.as_millis() as f64;
        self.show(at - half, at + half, held);
    }

    /// Moves by a share of the span; negative is back in time.
    pub fn pan(&mut self, by_ratio: f64, held: Held) {
        let range = self.resolve(held.newest);
        let by = millis(range.span()) * by_ratio;
        self.show(range.start.as_millis() as f64 + by, range.end.as_millis() as f64 + by, held);
    }

    /// Multiplies the span; live stays live, anything else keeps its middle.
    pub fn zoom(&mut self, times: f64, held: Held) {
        match self.range {
            ViewRange::Live { span } => *self = Self::live(span.mul_f64(times)),
            ViewRange::Fixed(range) => {
                let (start, end) = (range.start.as_millis() as f64, range.end.as_millis() as f64);
                let (middle, half) = ((start + end) / 2.0, (end - start) / 2.0 * times);
                self.show(middle - half, middle + half, held);
            }
        }
    }
}

fn millis(span: Duration) -> f64 {
    span.as_secs_f64() * 1000.0
}

#[cfg(test)]
mod tests {
    use super::*;

    const HELD: Held = Held { oldest: Timestamp::from_millis(0), newest: Timestamp::from_millis(1_000_000) };

    fn shown(view: &Viewport) -> (i64, i64) {
        let range = view.resolve(HELD.newest);
        (range.start.as_millis(), range.end.as_millis())
    }

    #[test]
    fn panning_stands_still_and_stops_at_what_is_held() {
        let mut view = Viewport::live(Duration::from_secs(100));
        assert_eq!(shown(&view), (900_000, 1_000_000));
        view.pan(-0.5, HELD);
        assert!(!view.is_live());
        assert_eq!(shown(&view), (850_000, 950_000));
        view.pan(-100.0, HELD);
        assert_eq!(shown(&view), (0, 100_000));
        view.pan(100.0, HELD);
        assert_eq!(shown(&view), (900_000, 1_000_000));
    }

    #[test]
    fn zooming_keeps_live_and_its_bounds() {
        let mut view = Viewport::live(Duration::from_secs(100));
        view.zoom(2.0, HELD);
        assert!(view.is_live());
        assert_eq!(view.span(), Duration::from_secs(200));
        view.zoom(1e-6, HELD);
        assert_eq!(view.span(), Viewport::MIN_SPAN);
        view.show(400_000.0, 500_000.0, HELD);
        view.zoom(0.5, HELD);
        assert_eq!(shown(&view), (425_000, 475_000));
        view.zoom(1e9, HELD);
        assert_eq!(view.span(), Viewport::MAX_SPAN);
        assert_eq!(shown(&view).1, 1_000_000);
    }

    #[test]
    fn a_moment_is_put_into_the_middle_where_there_is_room() {
        let mut view = Viewport::live(Duration::from_secs(100));
        view.center(Timestamp::from_millis(500_000), HELD);
        assert_eq!(shown(&view), (450_000, 550_000));
        view.center(Timestamp::from_millis(990_000), HELD);
        assert_eq!(shown(&view), (900_000, 1_000_000));
    }

    #[test]
    fn a_span_longer_than_the_data_ends_at_the_newest() {
        let mut view = Viewport::live(Duration::from_secs(60));
        let held = Held { oldest: Timestamp::from_millis(990_000), newest: Timestamp::from_millis(1_000_000) };
        view.pan(-3.0, held);
        assert_eq!(shown(&view), (940_000, 1_000_000));
    }
}
