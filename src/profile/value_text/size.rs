//! Sizes: "256 MiB" counts in powers of 1,024, "10 MB" in powers of 1,000.

use super::{is_gap, number_and_word, scaled};

const EXAMPLE: &str = "write a size such as 256 MiB, 1 GiB or 10 MB";

/// Units, the greatest first: bytes, name.
const BINARY: [(u64, &str); 4] = [(1 << 40, "TiB"), (1 << 30, "GiB"), (1 << 20, "MiB"), (1 << 10, "KiB")];
const DECIMAL: [(u64, &str); 4] = [(1_000_000_000_000, "TB"), (1_000_000_000, "GB"), (1_000_000, "MB"), (1000, "kB")];

/// Reads a size such as "256 MiB" (1,024 × 1,024 bytes each) or "10 MB" (1,000 × 1,000); a plain number is bytes.
pub fn read_size(text: &str) -> Result<u64, String> {
    let (number, word, rest) = number_and_word(text).ok_or(EXAMPLE)?;
    if !rest.trim_matches(is_gap).is_empty() {
        return Err(EXAMPLE.to_owned());
    }
    let unit = match &*word.to_lowercase() {
        "" | "b" | "byte" | "bytes" => 1,
        letter @ ("k" | "m" | "g" | "t") => {
            let letter = letter.to_uppercase();
            return Err(format!(
                "{number}{letter} could mean two sizes: write {number} {letter}iB (powers of 1,024) or {number} {letter}B (powers of 1,000)"
            ));
        }
        word => {
            let is_unit = |(_, name): &&(u64, &str)| name.to_lowercase() == word;
            BINARY.iter().chain(&DECIMAL).find(is_unit).ok_or(EXAMPLE)?.0
        }
    };
    scaled(number, unit).ok_or_else(|| "sizes count whole bytes, up to 16 EiB".to_owned())
}

/// A size's text: "256 MiB". The greatest unit of which it is a whole number.
pub fn write_size(bytes: u64) -> String {
    let fits = |(unit, _): &&(u64, &str)| bytes > 0 && bytes.is_multiple_of(*unit);
    match BINARY.iter().find(fits).or_else(|| DECIMAL.iter().find(fits)) {
        Some((unit, name)) => format!("{} {name}", bytes / unit),
        None => format!("{bytes} B"),
    }
}
