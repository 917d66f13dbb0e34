//! Gzip, taken apart within a bound: what is inside may claim any size.

use std::io::Read as _;

use flate2::read::MultiGzDecoder;

use super::budget::{Held, TooMuch};

/// Bytes inflated at a time.
const STEP: usize = 16 * 1024;

/// Why a body cannot be inflated.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum InflateError {
    /// It is broken or cut off.
    #[error("it is no gzip, or is broken or cut off")]
    Broken,
    /// It grows too large.
    #[error(transparent)]
    TooMuch(#[from] TooMuch),
}

/// What was compressed, at most so many bytes of it.
///
/// # Errors
/// [`InflateError`]; no more than the bound is inflated before it is found too large.
pub fn inflate(packed: &Held, n_most: usize) -> Result<Held, InflateError> {
    let mut whole = packed.beside(n_most);
    let mut decoder = MultiGzDecoder::new(packed.bytes());
    let mut step = [0; STEP];
    loop {
        match decoder.read(&mut step).map_err(|_| InflateError::Broken)? {
            0 => return Ok(whole),
            n => whole.push(&step[..n])?,
        }
    }
}

#[cfg(test)]
mod tests {
    use std::io::Write as _;
    use std::sync::Arc;

    use flate2::Compression;
    use flate2::write::GzEncoder;
    use proptest::prelude::*;

    use super::super::budget::Budget;
    use super::*;

    fn held(bytes: &[u8]) -> Held {
        let mut held = Held::new(Arc::new(Budget::new(1 << 20)), 1 << 20);
        held.push(bytes).expect("room");
        held
    }

    fn packed(bytes: &[u8]) -> Vec<u8> {
        let mut encoder = GzEncoder::new(Vec::new(), Compression::fast());
        encoder.write_all(bytes).expect("into memory");
        encoder.finish().expect("into memory")
    }

    #[test]
    fn what_is_too_large_or_cut_off_is_refused() {
        let bomb = packed(&vec![0; 4 << 20]);
        assert!(bomb.len() < 20_000);
        assert_eq!(inflate(&held(&bomb), 1000).expect_err("a bomb"), InflateError::TooMuch(TooMuch::Large(1000)));
        assert_eq!(inflate(&held(&bomb), 4 << 20).expect_err("no room"), InflateError::TooMuch(TooMuch::Busy));
        let whole = packed(b"a body");
        assert_eq!(inflate(&held(&whole), 100).expect("whole").bytes(), b"a body");
        for n in 0..whole.len() {
            assert_eq!(inflate(&held(&whole[..n]), 100).expect_err("cut off"), InflateError::Broken, "{n}");
        }
        let twice = [whole.clone(), whole].concat();
        assert_eq!(inflate(&held(&twice), 100).expect("two members").bytes(), b"a bodya body");
    }

    proptest! {
        #[test]
        fn what_was_packed_comes_out(bytes in prop::collection::vec(any::<u8>(), 0..50_000)) {
            let out = inflate(&held(&packed(&bytes)), 1 << 20).expect("whole");
            prop_assert_eq!(out.bytes(), &bytes[..]);
        }

        #[test]
        fn any_bytes_come_to_an_end(bytes in prop::collection::vec(any::<u8>(), 0..300), keeps_head in any::<bool>()) {
            let mut all = if keeps_head { packed(b"")[..10].to_vec() } else { Vec::new() };
            all.extend(bytes);
            if let Ok(out) = inflate(&held(&all), 10_000) {
                prop_assert!(out.bytes().len() <= 10_000);
            }
        }
    }
}
