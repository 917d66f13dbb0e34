//! Many cores at a glance: how many of them are how busy. For machines with more cores than cells.

/// Number of steps, each a tenth of a core.
pub const N_STEPS: usize = 10;

/// How many cores lie in each tenth of busy share, the idle ones first. Cores without a value count nowhere.
pub fn core_spread(shares: impl IntoIterator<Item = f64>) -> [usize; N_STEPS] {
    let mut counts = [0; N_STEPS];
    for share in shares.into_iter().filter(|share| share.is_finite()) {
        let step = (share * N_STEPS as f64).floor().clamp(0.0, (N_STEPS - 1) as f64) as usize;
        counts[step] += 1;
    }
    counts
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cores_are_counted_by_tenths() {
        let counts = core_spread([0.0, 0.05, 0.1, 0.95, 1.0, 1.02, -0.1, f64::NAN]);
        assert_eq!(counts, [3, 1, 0, 0, 0, 0, 0, 0, 0, 3]);
    }
}
