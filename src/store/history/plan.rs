//! How a question for curves is cut: which tier, and how long a bucket is. It depends on the question alone, so that
//! answers from memory and from disk stand on the same steps.

use std::time::Duration;

use crate::model::Tier;

/// Round steps of one-minute and one-hour buckets: minutes, hours, days.
const MINUTES: [u64; 7] = [1, 2, 5, 10, 15, 20, 30];
const HOURS: [u64; 6] = [1, 2, 3, 4, 6, 12];
const HOUR: u64 = 3_600_000;
const DAY: u64 = 24 * HOUR;

/// The tier and the step for a drawing of `width_px` points over `span`.
///
/// The tier is the coarsest that has a bucket for each point. The step is the least round one that gives at most two
/// buckets for each point; it is zero, meaning single samples, where it is no longer than `cadence`, the shortest time
/// between samples of the series asked for.
pub fn plan(span: Duration, width_px: u32, cadence: Duration) -> (Tier, Duration) {
    let span = u64::try_from(span.as_millis()).unwrap_or(u64::MAX);
    let width = u64::from(width_px.max(1));
    let has_enough = |tier: &&Tier| tier.step().is_some_and(|step| span / millis(step) >= width);
    let tier = Tier::ALL.iter().rev().find(has_enough).copied().unwrap_or(Tier::Full);
    let step = Duration::from_millis(round_step(tier, span.div_ceil(width * 2)));
    if tier == Tier::Full && step <= cadence { (tier, Duration::ZERO) } else { (tier, step) }
}

/// The least round step of a tier that is at least `least`; both in milliseconds.
pub(super) fn round_step(tier: Tier, least: u64) -> u64 {
    match tier {
        Tier::Full => one_two_five(1, least),
        Tier::Minute => {
            let minute = MINUTES.iter().map(|n| n * 60_000).find(|step| *step >= least);
            minute.unwrap_or_else(|| round_step(Tier::Hour, least))
        }
        Tier::Hour => {
            let hour = HOURS.iter().map(|n| n * HOUR).find(|step| *step >= least);
            hour.or_else(|| [1, 2, 5, 7].iter().map(|n| n * DAY).find(|step| *step >= least))
                .unwrap_or_else(|| one_two_five(10 * DAY, least))
        }
    }
}

/// The least of 1, 2, 5, 10, 20, 50 … units that is at least `least`.
fn one_two_five(unit: u64, least: u64) -> u64 {
    let mut tens = unit;
    loop {
        for factor in [1, 2, 5] {
            let step = tens.saturating_mul(factor);
            if step >= least {
                return step;
            }
        }
        tens = tens.saturating_mul(10);
    }
}

pub(super) fn millis(span: Duration) -> u64 {
    u64::try_from(span.as_millis()).unwrap_or(u64::MAX).max(1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_tier_is_the_coarsest_with_a_bucket_a_point_and_the_step_round() {
        let minute = 60;
        let (hour, day) = (60 * minute, 24 * 60 * minute);
        let table = [
            (minute, 600, Tier::Full, 0),
            (hour, 1400, Tier::Full, 2_000),
            (20 * hour, 1400, Tier::Full, 50_000),
            (day, 1400, Tier::Minute, 60_000),
            (7 * day, 1400, Tier::Minute, 5 * 60_000),
            (30 * day, 1400, Tier::Minute, 20 * 60_000),
            (59 * day, 1400, Tier::Hour, HOUR),
            (90 * day, 1400, Tier::Hour, HOUR),
            (365 * day, 1400, Tier::Hour, 4 * HOUR),
            (731 * day, 1400, Tier::Hour, 12 * HOUR),
            (731 * day, 100, Tier::Hour, 5 * DAY),
            (7310 * day, 100, Tier::Hour, 50 * DAY),
        ];
        for (span, width, tier, step) in table {
            let found = plan(Duration::from_secs(span), width, Duration::from_secs(1));
            assert_eq!(found, (tier, Duration::from_millis(step)), "{span} s on {width}");
        }
    }

    #[test]
    fn no_drawing_gets_more_than_two_buckets_a_point() {
        for exponent in 0..44 {
            for width in [1, 7, 600, 4000] {
                let span = Duration::from_millis(1 << exponent);
                let (_, step) = plan(span, width, Duration::from_millis(1));
                let n = span.as_millis().checked_div(step.as_millis()).unwrap_or(span.as_millis());
                assert!(n <= u128::from(width) * 2, "{n} buckets on {width} for {span:?}");
            }
        }
    }
}
