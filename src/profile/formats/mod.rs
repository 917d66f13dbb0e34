//! Configuration files of six forms: the keys and values in them, and new bytes with some values changed and all else kept.
//!
//! Keys are names joined by dots; a name that holds a dot or a quote stands in double quotes (`cache."product:*".ttl`),
//! places of lists are numbers. In `.env` a key is the name; in INI `section.key`, and keys before any section bare; in
//! files without sections, such as `.properties`, the whole dotted name is one bare key.
//!
//! Invariant: outside of the values that change and the lines that are added, every byte stays: comments, order, quoting,
//! spacing, line ends, a byte order mark, a missing last line end. What was written is read again before it is handed out.

mod brackets;
mod change;
mod detect;
mod env;
mod error;
mod ini;
mod inline;
mod json;
mod key;
mod ron;
#[cfg(test)]
mod tests;
mod text;
mod toml;
mod tree;
mod written;
mod yaml;

use crate::model::profile::FileFormat;

pub use detect::format_of;
pub use error::FormatError;
pub use written::{FoundKey, Written, reads_as};

/// All keys of a file with their values, in the order of the file. A list of scalars is one key; a table that is written
/// in one piece (a JSON object, an inline table) is a key itself, and so is each of its own. A list of `NAME=value` under
/// `environment` in YAML, as Docker Compose has it, is one key and each name is another.
///
/// # Errors
/// Not text, does not parse, or a key that occurs twice.
pub fn scan(format: FileFormat, bytes: &[u8]) -> Result<Vec<FoundKey>, FormatError> {
    let (_, text) = text::decode(bytes)?;
    scan_text(format, text)
}

/// The file with these values. A key that already reads as its value (see `reads_as`) stays as it is; a missing key is
/// added at the end of its table or section, in the file's own style; an empty file is fine.
///
/// A value in quotes stays in quotes where it was text, and where a number or switch takes the place of a number or
/// switch in quotes. A list's items are written like those that are there: numbers as numbers where all are.
///
/// # Errors
/// Those of `scan`, and a value that cannot stand where it should; then nothing is changed.
pub fn set(format: FileFormat, bytes: &[u8], edits: &[(String, Written)]) -> Result<Vec<u8>, FormatError> {
    let (has_mark, text) = text::decode(bytes)?;
    let before = scan_text(format, text)?;
    let changes = change::needed(format, &before, edits)?;
    if changes.is_empty() {
        return Ok(bytes.to_vec());
    }
    let new = match format {
        FileFormat::Env => env::set(text, &changes),
        FileFormat::Toml => tree::set::<toml::Toml>(text, &changes),
        FileFormat::Yaml => tree::set::<yaml::Yaml>(text, &changes),
        FileFormat::Json => tree::set::<json::Json>(text, &changes),
        FileFormat::Ron => tree::set::<ron::Ron>(text, &changes),
        FileFormat::Ini => ini::set(text, &changes),
    }?;
    let not_read =
        |_| FormatError::NotReadBack { key: changes.first().map(|(key, _)| key.clone()).unwrap_or_default() };
    change::read_back(&before, &scan_text(format, &new).map_err(not_read)?, &changes)?;
    let mark = if has_mark { text::MARK } else { "" };
    Ok([mark.as_bytes(), new.as_bytes()].concat())
}

fn scan_text(format: FileFormat, text: &str) -> Result<Vec<FoundKey>, FormatError> {
    match format {
        FileFormat::Env => env::scan(text),
        FileFormat::Toml => tree::scan::<toml::Toml>(text),
        FileFormat::Yaml => tree::scan::<yaml::Yaml>(text),
        FileFormat::Json => tree::scan::<json::Json>(text),
        FileFormat::Ron => tree::scan::<ron::Ron>(text),
        FileFormat::Ini => ini::scan(text),
    }
}
