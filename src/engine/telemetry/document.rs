//! The document `remote-write.ron` of the config folder: endpoints with their secrets, for its owner alone.

use std::fmt;
use std::io;
use std::path::{Path, PathBuf};

use ron::ser::PrettyConfig;
use serde::{Deserialize, Serialize};

use crate::apply::files::{RealFiles, Rights, replace, words};
use crate::model::profile::Secret;
use crate::model::remote_write::Endpoint;
use crate::store::atomic;
use crate::store::document::{self, Document, DocumentError};

/// An endpoint as its file keeps it.
#[derive(Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default)]
struct Kept {
    endpoint: Endpoint,
    secret: Option<String>,
}

/// The secret is not printed.
impl fmt::Debug for Kept {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.endpoint.fmt(f)
    }
}

/// The document.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct RemoteWriteDocument {
    version: u32,
    endpoints: Vec<Kept>,
}

impl Default for RemoteWriteDocument {
    fn default() -> Self {
        Self { version: Self::VERSION, endpoints: Vec::new() }
    }
}

impl Document for RemoteWriteDocument {
    const FILE: &'static str = "remote-write.ron";
    const VERSION: u32 = 1;
    const ABOUT: &'static str =
        "Servers that Perfdesk sends samples on to. Edit freely: the running program reads it again.";
    fn version(&self) -> u32 {
        self.version
    }
    fn checked(mut self) -> Self {
        for kept in &mut self.endpoints {
            kept.endpoint = std::mem::take(&mut kept.endpoint).clamped();
        }
        self
    }
}

impl RemoteWriteDocument {
    /// The document of these endpoints.
    pub fn new(endpoints: &[Endpoint]) -> Self {
        let keep = |endpoint: &Endpoint| Kept {
            secret: endpoint.secret.as_ref().map(|secret| secret.0.to_string()),
            endpoint: endpoint.without_secret(),
        };
        Self { endpoints: endpoints.iter().map(keep).collect(), ..Self::default() }
    }

    /// Its endpoints, with their secrets.
    pub fn endpoints(self) -> Vec<Endpoint> {
        let whole = |kept: Kept| Endpoint {
            // One who edits the file may write the secret among the rest.
            secret: kept.secret.map(|text| Secret(text.into())).or(kept.endpoint.secret.clone()),
            ..kept.endpoint
        };
        self.endpoints.into_iter().map(whole).collect()
    }
}

/// Reads the document of a config folder.
///
/// # Errors
/// [`DocumentError`].
pub fn read(config: &Path) -> Result<Vec<Endpoint>, DocumentError> {
    let found = document::read::<RemoteWriteDocument>(&config.join(RemoteWriteDocument::FILE))?;
    Ok(found.unwrap_or_default().endpoints())
}

/// Writes the document, whole or not at all, for its owner alone. A present one that does not read is put aside; gives
/// where.
///
/// # Errors
/// Why not, in words; what is there is then unchanged.
pub fn write(config: &Path, endpoints: &[Endpoint]) -> Result<Option<PathBuf>, String> {
    let path = config.join(RemoteWriteDocument::FILE);
    let fail = |e: io::Error| format!("{}: {}", path.display(), words(&e));
    let aside = match document::read::<RemoteWriteDocument>(&path) {
        Ok(_) | Err(DocumentError::Io { .. }) => None,
        Err(refusal @ DocumentError::NoFile { .. }) => return Err(refusal.to_string()),
        Err(_) => Some(atomic::put_aside(&path).map_err(fail)?),
    };
    let body = ron::ser::to_string_pretty(&RemoteWriteDocument::new(endpoints), PrettyConfig::default());
    let body = body.map_err(|e| fail(io::Error::other(e.to_string())))?;
    let text = format!("// {}\n{body}\n", RemoteWriteDocument::ABOUT);
    replace(&mut RealFiles::default(), &path, text.as_bytes(), Rights::PRIVATE).map_err(fail)?;
    Ok(aside)
}

/// What is unsafe about the file: others may read it, and it holds a secret.
pub fn open_to_others(config: &Path, endpoints: &[Endpoint]) -> Option<String> {
    if endpoints.iter().all(|endpoint| endpoint.secret.is_none()) {
        return None;
    }
    let path = config.join(RemoteWriteDocument::FILE);
    mode_open_to_others(&path).map(|mode| {
        format!("Other users may read {}, which holds a secret: its mode is {mode:o}, 600 is enough", path.display())
    })
}

#[cfg(unix)]
fn mode_open_to_others(path: &Path) -> Option<u32> {
    use std::os::unix::fs::PermissionsExt as _;
    let mode = std::fs::metadata(path).ok()?.permissions().mode() & 0o777;
    (mode & 0o077 != 0).then_some(mode)
}

#[cfg(not(unix))]
fn mode_open_to_others(_path: &Path) -> Option<u32> {
    None
}
