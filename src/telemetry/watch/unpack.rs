//! Bodies that come compressed, unpacked up to a bound: what claims to be small and is not ends there.

use std::io::Read as _;

use flate2::read::MultiGzDecoder;

/// What may come.
pub(super) const ACCEPTED: &str = "gzip";

/// The body as it was before it was compressed.
///
/// # Errors
/// It is longer than the bound or cannot be unpacked; in words.
pub(super) fn unpack(body: Vec<u8>, encoding: &str, most: usize) -> Result<Vec<u8>, String> {
    match encoding.trim() {
        "" | "identity" => return Ok(body),
        "gzip" | "x-gzip" => {}
        other => return Err(format!("its answer is compressed by what was not asked for: {}", other.escape_default())),
    }
    let mut bytes = Vec::new();
    let read = MultiGzDecoder::new(&body[..]).take(most as u64 + 1).read_to_end(&mut bytes);
    read.map_err(|e| format!("its answer cannot be unpacked: {e}"))?;
    if bytes.len() > most {
        return Err(format!("its answer is longer than {} MiB, unpacked", most >> 20));
    }
    Ok(bytes)
}

#[cfg(test)]
mod tests {
    use std::io::Write as _;

    use super::*;

    fn packed(bytes: &[u8]) -> Vec<u8> {
        let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
        encoder.write_all(bytes).expect("memory");
        encoder.finish().expect("memory")
    }

    #[test]
    fn a_bomb_ends_at_the_bound() {
        assert_eq!(unpack(packed(b"up 1\n"), "gzip", 100), Ok(b"up 1\n".to_vec()));
        let bomb = packed(&vec![0; 50 << 20]);
        assert!(bomb.len() < 1 << 20);
        let why = unpack(bomb, "gzip", 1 << 20).expect_err("too long");
        assert_eq!(why, "its answer is longer than 1 MiB, unpacked");
        assert!(unpack(b"up 1\n".to_vec(), "gzip", 100).expect_err("no gzip").contains("cannot be unpacked"));
        assert!(unpack(Vec::new(), "br", 100).is_err());
        assert_eq!(unpack(b"x".to_vec(), "identity", 100), Ok(b"x".to_vec()));
    }
}
