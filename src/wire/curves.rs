//! What is new in a chart that moved on: a live chart gains a bucket or two and loses as many each second, and only those
//! cross the wire.

use std::sync::Arc;
use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::model::{Bucket, Curve, Tier, TimeRange, ViewData};

/// What is new in a chart since its last answer: the same request, series and step.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ViewMove {
    /// The span it covers now.
    pub range: TimeRange,
    /// Length of a bucket.
    pub step: Duration,
    /// For each curve, in order.
    pub curves: Vec<CurveMove>,
    /// Spans in which nothing was sent; `None` where they are the same.
    pub gaps: Option<Arc<[TimeRange]>>,
    /// Whether older parts are still being read.
    pub is_loading: bool,
    /// The coarsest tier any of it comes from.
    pub tier: Tier,
}

/// What is new in a curve.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct CurveMove {
    /// Buckets that left at the front.
    pub left: usize,
    /// Buckets that come before those that stay: the first of a chart may be cut anew each time.
    #[serde(with = "crate::model::packed")]
    pub head: Arc<[Bucket]>,
    /// Buckets after those that stay as they were.
    pub kept: usize,
    /// Buckets that come behind them.
    #[serde(with = "crate::model::packed")]
    pub new: Arc<[Bucket]>,
}

impl ViewMove {
    /// What is new between two answers; `None` where it is not less than the whole.
    pub fn between(old: &ViewData, new: &ViewData) -> Option<Self> {
        if old.request != new.request || old.curves.len() != new.curves.len() {
            return None;
        }
        let mut curves = Vec::with_capacity(new.curves.len());
        for (old, new) in old.curves.iter().zip(new.curves.iter()) {
            let moved = CurveMove::between(&old.buckets, &new.buckets);
            if old.series != new.series || moved.new.len() * 2 > new.buckets.len() {
                return None;
            }
            curves.push(moved);
        }
        let gaps = (old.gaps != new.gaps).then(|| new.gaps.clone());
        let &ViewData { range, step, is_loading, tier, .. } = new;
        Some(Self { range, step, curves, gaps, is_loading, tier })
    }

    /// The new answer; `None` where this is not about that old one.
    pub fn onto(&self, old: &ViewData) -> Option<ViewData> {
        if old.curves.len() != self.curves.len() {
            return None;
        }
        let curves: Option<Vec<Curve>> =
            old.curves.iter().zip(&self.curves).map(|(old, moved)| moved.onto(old)).collect();
        let gaps = self.gaps.clone().unwrap_or_else(|| old.gaps.clone());
        let Self { range, step, is_loading, tier, .. } = *self;
        let request = old.request.clone();
        Some(ViewData { request, range, step, curves: curves?.into(), gaps, is_loading, tier })
    }
}

/// Buckets at the front of a chart that may be cut anew.
const MAX_HEAD: usize = 2;

impl CurveMove {
    fn between(old: &[Bucket], new: &[Bucket]) -> Self {
        let from = |n_head: usize| {
            let new = new.get(n_head..)?;
            let first = new.first()?;
            let left = old.partition_point(|bucket| bucket.at < first.at);
            let kept = old[left..].iter().zip(new).take_while(|(a, b)| is_same(a, b)).count();
            Some((kept, left, n_head))
        };
        let best = (0..=MAX_HEAD).filter_map(from).max_by_key(|(kept, _, n_head)| (*kept, MAX_HEAD - n_head));
        let (kept, left, n_head) = best.unwrap_or((0, old.len(), 0));
        Self { left, head: new[..n_head].into(), kept, new: new[n_head + kept..].into() }
    }

    fn onto(&self, old: &Curve) -> Option<Curve> {
        let stays = old.buckets.get(self.left..self.left.checked_add(self.kept)?)?;
        Some(Curve {
            series: old.series,
            buckets: self.head.iter().chain(stays).chain(self.new.iter()).copied().collect(),
        })
    }
}

/// Bit by bit: a number that is none is the same as itself.
fn is_same(a: &Bucket, b: &Bucket) -> bool {
    let bits = |bucket: &Bucket| [bucket.min, bucket.max, bucket.mean].map(f32::to_bits);
    (a.at, a.count, a.gap_before) == (b.at, b.count, b.gap_before) && bits(a) == bits(b)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{SeriesId, Timestamp, ViewRange, ViewRequest};

    fn view(from: i64, until: i64) -> ViewData {
        let bucket = |i: i64| Bucket {
            at: Timestamp::from_millis(i * 1000),
            min: i as f32,
            max: f32::NAN,
            mean: i as f32,
            count: 1,
            gap_before: i == 3,
        };
        let series = SeriesId(4);
        let range = TimeRange { start: Timestamp::from_millis(from * 1000), end: Timestamp::from_millis(until * 1000) };
        let request = ViewRequest {
            series: [series].into(),
            range: ViewRange::Live { span: Duration::from_secs(60) },
            width_px: 300,
        };
        let curves = [Curve { series, buckets: (from..until).map(bucket).collect() }].into();
        ViewData { request, range, step: Duration::ZERO, curves, gaps: [].into(), is_loading: false, tier: Tier::Full }
    }

    #[test]
    fn a_chart_that_moved_on_is_its_old_self_with_what_is_new() {
        for (old, new, sent) in [
            (view(0, 60), view(1, 61), Some((1, 59, 1))),
            (view(0, 60), view(0, 60), Some((0, 60, 0))),
            (view(0, 60), view(5, 20), Some((5, 15, 0))),
            (view(0, 60), view(100, 160), None),
            (view(0, 0), view(0, 5), None),
        ] {
            let moved = ViewMove::between(&old, &new);
            assert_eq!(moved.as_ref().map(|m| (m.curves[0].left, m.curves[0].kept, m.curves[0].new.len())), sent);
            if let Some(moved) = moved {
                assert_eq!(format!("{:?}", moved.onto(&old)), format!("{:?}", Some(new)));
            }
        }
        let mut changed = view(1, 61);
        let mut buckets = changed.curves[0].buckets.to_vec();
        buckets[58].count = 9;
        changed.curves = [Curve { series: SeriesId(4), buckets: buckets.into() }].into();
        let moved = ViewMove::between(&view(0, 60), &changed).expect("mostly the same");
        assert_eq!((moved.curves[0].kept, moved.curves[0].new.len()), (58, 2));
        assert_eq!(format!("{:?}", moved.onto(&view(0, 60))), format!("{:?}", Some(changed)));
    }

    #[test]
    fn what_is_about_another_chart_is_refused() {
        let mut moved = ViewMove::between(&view(0, 60), &view(1, 61)).expect("moved");
        moved.curves[0].kept = usize::MAX;
        assert_eq!(moved.onto(&view(0, 60)), None);
        moved.curves.clear();
        assert_eq!(moved.onto(&view(0, 60)), None);
    }
}
