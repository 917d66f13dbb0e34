//! History carried out of the program and into it: exports for other tools, the whole history as one archive and back,
//! and recordings of other tools out of CSV files.
//!
//! All of it streams: memory is bounded whatever the length of the period or the file. Files appear whole or not at all.

pub mod archive;
pub mod error;
pub mod export;
pub mod import;

#[cfg(test)]
mod fake;
#[cfg(test)]
mod real_store_tests;

pub use archive::{ArchiveSummary, ArchiveTaken, export_archive, import_archive, write_archive};
pub use error::TransferError;
pub use export::{ExportSummary, export, export_file};
pub use import::{BadRow, ImportSummary, import_csv, preview};
