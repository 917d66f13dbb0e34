//! Which form a configuration file has.

use std::path::Path;

use super::{scan, text};
use crate::model::profile::FileFormat;

/// Endings of names, in lower case.
const ENDINGS: &[(&str, FileFormat)] = &[
    ("toml", FileFormat::Toml),
    ("yaml", FileFormat::Yaml),
    ("yml", FileFormat::Yaml),
    ("json", FileFormat::Json),
    ("jsonc", FileFormat::Json),
    ("ron", FileFormat::Ron),
    ("ini", FileFormat::Ini),
    ("cfg", FileFormat::Ini),
    ("cnf", FileFormat::Ini),
    ("conf", FileFormat::Ini),
    ("properties", FileFormat::Ini),
    ("env", FileFormat::Env),
];

/// The form of a file: by its name, and where that says nothing by what stands in it.
pub fn format_of(path: &Path, bytes: &[u8]) -> Option<FileFormat> {
    let name = path.file_name().map(|name| name.to_string_lossy().to_lowercase()).unwrap_or_default();
    let ending = name.rsplit_once('.').map_or("", |(_, ending)| ending);
    let by_ending = ENDINGS.iter().find(|(known, _)| *known == ending).map(|(_, format)| *format);
    // `.env.production`, where the ending is a name.
    let is_env = name == "env" || name.starts_with(".env") || name.starts_with("env.");
    by_ending.or(is_env.then_some(FileFormat::Env)).or_else(|| by_content(bytes))
}

fn by_content(bytes: &[u8]) -> Option<FileFormat> {
    let (_, text) = text::decode(bytes).ok()?;
    let lines = || text.lines().map(str::trim).filter(|line| !line.is_empty() && !line.starts_with(['#', ';', '!']));
    let reads = |format| scan(format, bytes).is_ok_and(|found| !found.is_empty());
    let first = lines().next()?;
    let is_variable = |line: &str| {
        let name = line.strip_prefix("export ").unwrap_or(line).split_once('=').map(|(name, _)| name);
        name.is_some_and(|name| {
            !name.is_empty() && name.chars().all(|c| c.is_ascii_uppercase() || c.is_ascii_digit() || c == '_')
        })
    };
    let is_section = |line: &str| line.starts_with('[') && line.ends_with(']');
    let is_pair = |line: &str| line.contains('=') || is_section(line);
    let is_tree = |format| (first.starts_with(['{', '(', '[', '/']) && reads(format)).then_some(format);
    is_tree(FileFormat::Json)
        .or_else(|| is_tree(FileFormat::Ron))
        .or_else(|| (lines().all(is_variable) && reads(FileFormat::Env)).then_some(FileFormat::Env))
        .or_else(|| (lines().any(|line| line.contains('=')) && reads(FileFormat::Toml)).then_some(FileFormat::Toml))
        .or_else(|| (lines().all(is_pair) && reads(FileFormat::Ini)).then_some(FileFormat::Ini))
        .or_else(|| reads(FileFormat::Yaml).then_some(FileFormat::Yaml))
}
