//! The value axis: round ticks, their labels in one unit, and a top that does not jump at every tick.
//!
//! It starts at 0, or below where a value is negative.

use crate::model::Unit;
use crate::model::quantity::{decimals, scale};
use crate::model::settings::Units;

/// An axis as it is drawn: bounds and ticks in the series' base unit, labels in a person's.
#[derive(Debug, Clone, PartialEq)]
pub struct ValueAxis {
    /// Value at the lower edge.
    pub bottom: f64,
    /// Value at the upper edge.
    pub top: f64,
    /// Values that carry a grid line, with their labels, from below.
    pub ticks: Vec<(f64, String)>,
    /// The unit the labels are in, such as "MB/s".
    pub unit: String,
    factor: f64,
    offset: f64,
    n_decimals: usize,
}

impl ValueAxis {
    /// An axis that holds `low` to `high` with at most `n_intervals` steps between ticks.
    pub fn new(low: f64, high: f64, n_intervals: usize, unit: Unit, units: &Units) -> Self {
        let low = low.min(0.0);
        let high = high.max(least_top(unit)).max(low);
        let (factor, offset, unit_text) = display(high.max(-low), unit, units);
        let (from, to) =
            (if offset == 0.0 { low * factor } else { (low * factor + offset).min(0.0) }, high * factor + offset);
        let is_whole = matches!(unit, Unit::Count(_));
        let step = nice_step((to - from).max(f64::MIN_POSITIVE), n_intervals.max(1), from, to, is_whole);
        let first = (from / step + 1e-9).floor() as i64;
        let last = ((to / step - 1e-9).ceil() as i64).max(first + 1);
        let n_decimals = n_decimals(step);
        let ticks = (first..=last).map(|i| {
            let shown = i as f64 * step;
            ((shown - offset) / factor, decimals(shown, n_decimals))
        });
        let ticks: Vec<_> = ticks.collect();
        Self {
            bottom: (first as f64 * step - offset) / factor,
            top: (last as f64 * step - offset) / factor,
            ticks,
            unit: unit_text,
            factor,
            offset,
            n_decimals,
        }
    }

    /// A value's number in the unit of the labels, one figure finer than theirs.
    pub fn number(&self, value: f64) -> String {
        decimals(value * self.factor + self.offset, (self.n_decimals + 1).min(3))
    }
}

/// The factor and offset from a base unit to the one a person reads, judged by the greatest value.
fn display(high: f64, unit: Unit, units: &Units) -> (f64, f64, String) {
    let (at_zero, _) = scale(0.0, unit, units);
    let (scaled, text) = scale(high, unit, units);
    let text = if unit == Unit::Cores { "cores".into() } else { text };
    let factor = if high > 0.0 { (scaled - at_zero) / high } else { 1.0 };
    (factor, at_zero, text)
}

/// The least top of an axis: below it a flat line of nothing would look like a storm.
fn least_top(unit: Unit) -> f64 {
    match unit {
        Unit::Ratio => 0.1,
        Unit::Bytes => 1024.0 * 1024.0,
        Unit::BytesPerSecond => 10_000.0,
        Unit::Seconds => 0.001,
        Unit::Hertz => 1.0,
        Unit::Celsius | Unit::Watts => 10.0,
        Unit::RevolutionsPerMinute => 100.0,
        Unit::Count(_) | Unit::PerSecond(_) => 4.0,
        Unit::Cores => 0.1,
    }
}

/// The least of 1, 2, 2.5 and 5 times a power of ten that covers the span in so many steps.
fn nice_step(span: f64, n_intervals: usize, from: f64, to: f64, is_whole: bool) -> f64 {
    let mut power = 10f64.powf((span / n_intervals as f64).log10().floor() - 1.0);
    if is_whole {
        power = power.max(1.0);
    }
    loop {
        for times in [1.0, 2.0, 2.5, 5.0] {
            let step = times * power;
            if is_whole && step.fract() != 0.0 {
                continue;
            }
            let n = (to / step - 1e-9).ceil() - (from / step + 1e-9).floor();
            if n <= n_intervals as f64 {
                return step;
            }
        }
        power *= 10.0;
    }
}

fn n_decimals(step: f64) -> usize {
    (0..=6).find(|n| ((step * 10f64.powi(*n)).round() / 10f64.powi(*n) - step).abs() < step * 1e-6).unwrap_or(6)
        as usize
}

/// What an axis holds on to between frames, so that it grows at once and shrinks only when there is much room.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct AxisMemory {
    held: Option<(f64, f64)>,
}

impl AxisMemory {
    /// Share of the held height below which an axis shrinks.
    const SHRINK_BELOW_RATIO: f64 = 0.45;

    /// The bounds to draw for values from `low` to `high`.
    pub fn hold(&mut self, low: f64, high: f64) -> (f64, f64) {
        let (low, high) = (low.min(0.0), high.max(0.0));
        let bounds = match self.held {
            Some((held_low, held_high))
                if low >= held_low
                    && high <= held_high
                    && high - low >= (held_high - held_low) * Self::SHRINK_BELOW_RATIO =>
            {
                (held_low, held_high)
            }
            _ => (low, high),
        };
        self.held = Some(bounds);
        bounds
    }

    /// Takes over the bounds of the axis that was drawn, so that values up to its top ask for no new one.
    pub fn settle(&mut self, axis: &ValueAxis) {
        self.held = Some((axis.bottom, axis.top));
    }

    /// Forgets what was held, such as when the series on the chart change.
    pub fn forget(&mut self) {
        self.held = None;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn labels(high: f64, unit: Unit, n: usize) -> String {
        let axis = ValueAxis::new(0.0, high, n, unit, &Units::default());
        let labels: Vec<&str> = axis.ticks.iter().map(|(_, label)| label.as_str()).collect();
        format!("{} {}", labels.join(" "), axis.unit)
    }

    #[test]
    fn ticks_are_round_in_the_unit_a_person_reads() {
        for (high, unit, n, expect) in [
            (0.83, Unit::Ratio, 4, "0 25 50 75 100 %"),
            (1.0, Unit::Ratio, 4, "0 25 50 75 100 %"),
            (0.0, Unit::Ratio, 4, "0.0 2.5 5.0 7.5 10.0 %"),
            (0.83, Unit::Ratio, 2, "0 50 100 %"),
            (47.0, Unit::Count("connection"), 4, "0 20 40 60 "),
            (3.0, Unit::Count("process"), 4, "0 1 2 3 4 "),
            (18.4e6, Unit::BytesPerSecond, 4, "0 5 10 15 20 MB/s"),
            (0.64, Unit::Seconds, 4, "0 200 400 600 800 ms"),
            (3.0 * 1024.0 * 1024.0 * 1024.0, Unit::Bytes, 4, "0 1 2 3 GiB"),
            (1_200.0, Unit::PerSecond("operation"), 4, "0.0 0.5 1.0 1.5 k/s"),
        ] {
            assert_eq!(labels(high, unit, n), expect, "{high} {unit:?}");
        }
    }

    #[test]
    fn a_negative_value_lowers_the_axis_and_fahrenheit_shifts_it() {
        let axis = ValueAxis::new(-12.0, 30.0, 4, Unit::Celsius, &Units::default());
        assert_eq!((axis.bottom, axis.top), (-20.0, 40.0));
        let units = Units { temperature: crate::model::TemperatureUnit::Fahrenheit, ..Units::default() };
        let axis = ValueAxis::new(0.0, 90.0, 4, Unit::Celsius, &units);
        assert_eq!(axis.ticks.last().map(|(_, label)| label.as_str()), Some("200"));
        assert!((axis.top - 93.333).abs() < 0.01, "{}", axis.top);
    }

    #[test]
    fn the_axis_grows_at_once_and_shrinks_only_with_much_room() {
        let units = Units::default();
        let mut memory = AxisMemory::default();
        let mut top = |high: f64| {
            let (low, high) = memory.hold(0.0, high);
            let axis = ValueAxis::new(low, high, 4, Unit::Ratio, &units);
            memory.settle(&axis);
            (axis.top * 100.0).round()
        };
        assert_eq!([0.37, 0.39, 0.41, 0.38, 0.30, 0.20].map(&mut top), [40.0, 40.0, 60.0, 60.0, 60.0, 20.0]);
    }
}
