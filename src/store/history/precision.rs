//! How exactly a sample is kept on disk. Bytes and counts are kept as they are in memory; what was measured over a
//! span of time (rates, shares, seconds) to five significant digits, since the clock that measured it is no better and
//! its last digits are noise that would take half of the disk.

use crate::model::Unit;

/// Bits of a measured number's mantissa, of 23: an error of at most 8 parts in a million.
const BITS: u32 = 16;

/// The value as it is kept. Every bucket made of kept values is exact for them.
pub(super) fn kept(value: f32, unit: Unit) -> f32 {
    const CUT: u32 = 23 - BITS;
    const REST: u32 = (1 << CUT) - 1;
    if matches!(unit, Unit::Bytes | Unit::Count(_) | Unit::Celsius | Unit::RevolutionsPerMinute) {
        return value;
    }
    // Half of the last kept bit is added and the rest cut off: rounding to the nearest, which may carry into the
    // exponent as it should.
    let rounded = f32::from_bits(value.to_bits().wrapping_add(1 << (CUT - 1)) & !REST);
    if rounded.is_finite() { rounded } else { value }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn counts_and_round_shares_are_kept_as_they_are() {
        for (value, unit) in
            [(16_777_215.0, Unit::Bytes), (123_457.0, Unit::Count("inode")), (1.0, Unit::Ratio), (0.5, Unit::Ratio)]
        {
            assert_eq!(kept(value, unit), value);
        }
        assert_eq!(kept(0.0, Unit::BytesPerSecond), 0.0);
        assert_eq!(kept(f32::MAX, Unit::Ratio), f32::MAX);
    }

    proptest! {
        #[test]
        fn what_was_measured_is_kept_to_five_digits(value in any::<f32>().prop_filter("finite", |v| v.is_normal())) {
            let error = (f64::from(kept(value, Unit::PerSecond("packet"))) - f64::from(value)).abs();
            prop_assert!(error <= f64::from(value.abs()) * 8e-6);
        }
    }
}
