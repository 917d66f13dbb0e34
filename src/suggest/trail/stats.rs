//! Figures of a series over a span: mean, least, greatest, 95th percentile, slope, and how much of the span was seen.

use super::cells::Roll;
use crate::analysis::quantile::quantile_unsorted;
use crate::model::TimeRange;

/// Figures over a span, in the series' unit.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Stats {
    /// Cells with a value: minutes, or tens of minutes where the span is over an hour.
    pub n_cells: usize,
    /// Share of the span's cells that have a value, 0 to 1.
    pub coverage: f64,
    /// Mean of the samples.
    pub mean: f64,
    /// Least sample.
    pub min: f64,
    /// Greatest sample.
    pub max: f64,
    /// Least mean of a cell.
    pub min_mean: f64,
    /// 95th percentile of the cells' means.
    pub p95: f64,
    /// Slope of the line through the cells' means, by least squares, per second.
    pub slope: f64,
    /// Share of the means' variance that the line explains, 0 to 1.
    pub r2: f64,
}

impl Stats {
    /// The figures of a range; `None` where it has no value.
    pub fn of(roll: &Roll, range: TimeRange) -> Option<Self> {
        let (step, cells) = roll.cells(range);
        let cells: Vec<_> = cells.collect();
        let first = cells.first()?.number();
        let mut means: Vec<f64> = cells.iter().map(|cell| cell.mean()).collect();
        let count: f64 = cells.iter().map(|cell| f64::from(cell.count())).sum();
        let sum: f64 = cells.iter().map(|cell| cell.mean() * f64::from(cell.count())).sum();
        let times: Vec<f64> = cells.iter().map(|cell| (cell.number() - first) as f64 * step as f64 / 1000.0).collect();
        let (slope, r2) = line(&times, &means);
        let n_expected = (range.span().as_millis() as f64 / step as f64).max(1.0);
        Some(Self {
            n_cells: cells.len(),
            coverage: (cells.len() as f64 / n_expected).min(1.0),
            mean: sum / count,
            min: cells.iter().map(|cell| f64::from(cell.min)).fold(f64::INFINITY, f64::min),
            max: cells.iter().map(|cell| f64::from(cell.max)).fold(f64::NEG_INFINITY, f64::max),
            min_mean: means.iter().copied().fold(f64::INFINITY, f64::min),
            p95: quantile_unsorted(&mut means, 0.95)?,
            slope,
            r2,
        })
    }
}

/// Slope and share of variance explained of the least-squares line; zeros where there is no line.
fn line(x: &[f64], y: &[f64]) -> (f64, f64) {
    let n = x.len() as f64;
    let (mx, my) = (x.iter().sum::<f64>() / n, y.iter().sum::<f64>() / n);
    let (mut xx, mut xy, mut yy) = (0.0, 0.0, 0.0);
    for (x, y) in x.iter().zip(y) {
        xx += (x - mx) * (x - mx);
        xy += (x - mx) * (y - my);
        yy += (y - my) * (y - my);
    }
    if xx <= 0.0 || yy <= 0.0 { (0.0, 0.0) } else { (xy / xx, xy * xy / (xx * yy)) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::suggest::scenario::at;

    #[test]
    fn figures_of_a_ramp_are_those_worked_out_by_hand() {
        let mut roll = Roll::default();
        // Two samples a minute: n and n + 0.5, over 20 minutes; minute m has the mean m + 0.25.
        for n in 0..40 {
            roll.push(at(n * 30), n as f32 / 2.0);
        }
        let stats = Stats::of(&roll, TimeRange { start: at(-30), end: at(1190) }).expect("some");
        assert_eq!((stats.n_cells, stats.min, stats.max, stats.mean), (20, 0.0, 19.5, 9.75));
        assert!((stats.slope - 1.0 / 60.0).abs() < 1e-12 && (stats.r2 - 1.0).abs() < 1e-12);
        assert!((stats.p95 - (0.25 + 0.95 * 19.0)).abs() < 1e-9);
        assert!((stats.coverage - 20.0 / (1220.0 / 60.0)).abs() < 1e-9);
    }

    #[test]
    fn a_flat_series_and_one_of_a_single_cell_have_no_slope() {
        for (x, y) in [(vec![0.0], vec![1.0]), (vec![0.0, 1.0, 2.0], vec![5.0; 3])] {
            assert_eq!(line(&x, &y), (0.0, 0.0));
        }
    }
}
