//! Columns of numbers: one value where all are the same, plain bytes where they are few, pco otherwise.
//!
//! How many numbers there are is not written here: whoever reads knows it, and it bounds what is reserved.

use pco::data_types::Number;
use pco::metadata::{DeltaEncoding, Mode};
use pco::wrapped::{FileCompressor, FileDecompressor};
use pco::{ChunkConfig, DeltaSpec, ModeSpec};

use super::bytes::{Malformed, Take};

/// Numbers pressed together at once; longer columns are cut.
const PIECE: usize = 1 << 16;
/// Columns up to this long are not given to pco: its own description of a column takes about as much.
const FEW: usize = 12;
/// Compression level of pco, of 0 to 12.
const LEVEL: usize = 8;

const PLAIN: u8 = 0;
const SAME: u8 = 1;
const PACKED: u8 = 2;

/// A number that pco takes and that has a fixed form in bytes.
pub(super) trait Value: Number + Copy {
    const SIZE: usize;
    fn put(self, out: &mut Vec<u8>);
    fn get(bytes: &[u8]) -> Option<Self>;
    fn is_same(self, other: Self) -> bool;
}

macro_rules! value {
    ($type:ty, $same:expr) => {
        impl Value for $type {
            const SIZE: usize = size_of::<Self>();
            fn put(self, out: &mut Vec<u8>) {
                out.extend_from_slice(&self.to_le_bytes());
            }
            fn get(bytes: &[u8]) -> Option<Self> {
                Some(Self::from_le_bytes(bytes.try_into().ok()?))
            }
            fn is_same(self, other: Self) -> bool {
                let same: fn(Self, Self) -> bool = $same;
                same(self, other)
            }
        }
    };
}

// Bits are compared: 0 and -0 are equal as numbers and yet two values.
value!(f32, |a, b| a.to_bits() == b.to_bits());
value!(u8, |a, b| a == b);
value!(u32, |a, b| a == b);
value!(i64, |a, b| a == b);
value!(u64, |a, b| a == b);

/// How numbers tend to follow each other, so that pco need not look for it.
#[derive(Debug, Clone, Copy)]
pub(super) enum Habit {
    /// Not known.
    Any,
    /// Small numbers without an order.
    Loose,
}

/// Appends `values`.
pub(super) fn put<T: Value>(out: &mut Vec<u8>, values: &[T], habit: Habit) {
    for piece in values.chunks(PIECE) {
        put_piece(out, piece, habit);
    }
}

fn put_piece<T: Value>(out: &mut Vec<u8>, values: &[T], habit: Habit) {
    let Some(&first) = values.first() else { return };
    if values.iter().all(|value| value.is_same(first)) {
        out.push(SAME);
        first.put(out);
        return;
    }
    if values.len() > FEW
        && let Some(packed) = pack_best(values, habit).filter(|packed| packed.len() <= values.len() * T::SIZE)
    {
        out.push(PACKED);
        out.extend_from_slice(&packed);
        return;
    }
    out.push(PLAIN);
    for value in values {
        value.put(out);
    }
}

/// The shortest of what pco makes of the numbers. Its own guess at what they are like rests on few of them and is not
/// always the best; packing is fast enough to try.
fn pack_best<T: Value>(values: &[T], habit: Habit) -> Option<Vec<u8>> {
    let plain = ChunkConfig::default().with_compression_level(LEVEL).with_enable_8_bit(true);
    let classic = plain.clone().with_mode_spec(ModeSpec::Classic);
    let loose = classic.clone().with_delta_spec(DeltaSpec::NoOp);
    let tries = match habit {
        Habit::Any => vec![loose, classic.with_delta_spec(DeltaSpec::TryConsecutive(1)), plain],
        Habit::Loose => vec![loose],
    };
    tries.iter().filter_map(|config| pack(values, config)).min_by_key(Vec::len)
}

fn pack<T: Value>(values: &[T], config: &ChunkConfig) -> Option<Vec<u8>> {
    let mut out = Vec::new();
    let mut chunk = FileCompressor::default().chunk_compressor(values, config).ok()?;
    chunk.write_meta(&mut out).ok()?;
    // A piece is shorter than pco's pages, so there is one.
    chunk.write_page(0, &mut out).ok()?;
    Some(out)
}

/// Reads `n` numbers, of which whoever calls knows that they are not too many to hold.
pub(super) fn take<T: Value>(from: &mut Take<'_>, n: usize) -> Result<Vec<T>, Malformed> {
    let mut values = Vec::new();
    while values.len() < n {
        let piece = (n - values.len()).min(PIECE);
        take_piece(from, &mut values, piece)?;
    }
    Ok(values)
}

fn take_piece<T: Value>(from: &mut Take<'_>, values: &mut Vec<T>, n: usize) -> Result<(), Malformed> {
    const CUT: Malformed = Malformed("a column is cut short");
    match from.byte()? {
        PLAIN => {
            let bytes = from.bytes(n * T::SIZE)?;
            values.reserve(n);
            values.extend(bytes.chunks_exact(T::SIZE).filter_map(T::get));
        }
        SAME => {
            let value = T::get(from.bytes(T::SIZE)?).ok_or(CUT)?;
            values.resize(values.len() + n, value);
        }
        PACKED => from.rest = unpack(from.rest, values, n).ok_or(Malformed("a column cannot be unpacked"))?,
        _ => return Err(Malformed("a column of an unknown form")),
    }
    Ok(())
}

/// The version of pco's format that is written, as pco's own header gives it; it is not repeated for each column.
pub(super) const PCO_FORMAT: [u8; 2] = [4, 1];

fn unpack<'a, T: Value>(bytes: &'a [u8], values: &mut Vec<T>, n: usize) -> Option<&'a [u8]> {
    let (file, _) = FileDecompressor::new(&PCO_FORMAT[..]).ok()?;
    let (mut chunk, rest) = file.chunk_decompressor::<T, _>(bytes).ok()?;
    // Forms that this program never writes; one of them reserves memory by a number it reads.
    if matches!(chunk.meta().delta_encoding, DeltaEncoding::Lookback { config, .. } if config.window_n_log > 16)
        || matches!(chunk.meta().mode, Mode::Dict(_))
    {
        return None;
    }
    let old = values.len();
    let mut page = chunk.page_decompressor(rest, n).ok()?;
    values.resize(old + n, T::get(&[0; 8][..T::SIZE])?);
    let progress = page.read(&mut values[old..]).ok()?;
    progress.finished.then(|| page.into_src())
}
