//! The whole history as one file, and back.

/// The first bytes of an archive.
pub(super) const MAGIC: &[u8] = b"PDARCH\r\n";
