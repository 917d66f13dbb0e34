//! Bound files as they stand: read for plans, compared with the active profile, looked at for weak secrets.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::service;
use crate::apply::files::{FileId, Found};
use crate::apply::journal::MAX_FILE_BYTES;
use crate::apply::world::World;
use crate::model::Timestamp;
use crate::model::profile::{Binding, BindingState, Catalogue, ParamKind, SeenIn};
use crate::profile::drift;
use crate::profile::formats;
use crate::profile::plan::BoundFile;
use crate::profile::resolve::Effective;
use crate::profile::secret::weakness;
use crate::store::document::{Stamp, stamp};

/// A file's bytes; `None` where there is none.
///
/// # Errors
/// Why it is not read, as a sentence without a final period.
pub fn read(world: &mut dyn World, path: &Path) -> Result<Option<Vec<u8>>, String> {
    let files = world.files();
    match files.look(path).map_err(|e| e.to_string())? {
        Found::Nothing { .. } => Ok(None),
        Found::Other => Err("it is not a file: a folder, a pipe or a device stands there".into()),
        Found::File { path, n_bytes, .. } if n_bytes <= MAX_FILE_BYTES => {
            files.read(&path, MAX_FILE_BYTES).map(Some).map_err(|e| e.to_string())
        }
        Found::File { .. } => Err("it is larger than 16 MiB".into()),
    }
}

/// Bindings with what their files hold. A file that is bound under two paths, through a link, `..` or a hard link, stands
/// under the first of them, so that it is planned as the one file it is.
pub fn bound_files<'a>(world: &mut dyn World, bindings: impl Iterator<Item = &'a Binding>) -> Vec<BoundFile> {
    let mut known: Vec<(PathBuf, Option<FileId>, PathBuf)> = Vec::new();
    let mut files = Vec::new();
    for binding in bindings {
        let mut binding = binding.clone();
        let found = match world.files().look(&binding.path) {
            Ok(Found::File { path, id, .. }) => Some((path, id)),
            Ok(Found::Nothing { path }) => Some((path, None)),
            _ => None,
        };
        if let Some((real, id)) = found {
            match known.iter().find(|(other, other_id, _)| *other == real || (id.is_some() && id == *other_id)) {
                Some((_, _, first)) => binding.path.clone_from(first),
                None => known.push((real, id, binding.path.clone())),
            }
        }
        let bytes = read(world, &binding.path);
        files.push(BoundFile { binding, bytes });
    }
    files
}

/// When and how large each bound file was.
pub fn stamps<'a>(bindings: impl Iterator<Item = &'a Binding>) -> Vec<Stamp> {
    bindings.map(|binding| stamp(&binding.path)).collect()
}

/// What bound files are compared with.
pub struct Expected<'a> {
    /// What the active profile says; `None` where none is active; why it says nothing.
    pub effective: Option<Result<&'a Effective, String>>,
    /// Every parameter.
    pub catalogue: &'a Catalogue,
    /// Secrets by name.
    pub secrets: &'a dyn Fn(&str) -> Option<String>,
    /// Wall time.
    pub now: Timestamp,
}

/// How a bound file stands. What differed before keeps the time it was first seen, and what its service answered stays as
/// far as the same is still expected of it.
pub fn compare(
    world: &mut dyn World,
    binding: &Binding,
    before: Option<&BindingState>,
    expected: &Expected<'_>,
) -> BindingState {
    let mut state = BindingState {
        binding: binding.clone(),
        checked_at: before.and_then(|before| before.checked_at),
        verified_at: before.and_then(|before| before.verified_at),
        drift: Arc::from([]),
        unanswered: None,
        error: None,
    };
    let Some(effective) = &expected.effective else { return state };
    let found = effective.clone().and_then(|effective| {
        let bytes = read(world, &binding.path)?.ok_or("the file is not there")?;
        drift::differs(binding, &bytes, effective, expected.catalogue, expected.secrets)
    });
    state.checked_at = Some(expected.now);
    let (differing, error) = found.map_or_else(|why| (Vec::new(), Some(why)), |differing| (differing, None));
    state.error = error.map(Into::into);
    if differing.is_empty() && state.error.is_none() {
        state.verified_at = Some(expected.now);
    }
    let mut drift = service::bound_values(SeenIn::File, differing, before, expected.now);
    if let Some(before) = before.filter(|before| before.binding.verify == binding.verify) {
        state.unanswered.clone_from(&before.unanswered);
        drift.extend(service::still_expected(before, expected));
    }
    state.drift = drift.into();
    state
}

/// Secrets in bound files that are weak: the place of each, which names no secret, and why.
pub fn weak_secrets(world: &mut dyn World, binding: &Binding, catalogue: &Catalogue) -> Vec<(String, String)> {
    let is_secret = |key: &&crate::model::profile::BoundKey| {
        catalogue.get(&key.param).is_some_and(|def| def.kind == ParamKind::Secret)
    };
    let keys: Vec<_> = binding.keys.iter().filter(is_secret).collect();
    if keys.is_empty() {
        return Vec::new();
    }
    let Ok(Some(bytes)) = read(world, &binding.path) else { return Vec::new() };
    let Ok(found) = formats::scan(binding.format, &bytes) else { return Vec::new() };
    keys.iter()
        .filter_map(|key| {
            let text = &found.iter().find(|found| found.key == *key.key)?.text;
            Some((format!("{} in {}", key.key, binding.path.display()), weakness(text)?))
        })
        .collect()
}
