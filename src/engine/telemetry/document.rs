//! The document `remote-write.ron` of the config folder: endpoints with their secrets, for its owner alone.

use std::fmt;
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use crate::engine::private_document;
use crate::model::profile::Secret;
use crate::model::remote_write::Endpoint;
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
    private_document::write(config, &RemoteWriteDocument::new(endpoints))
}

/// What is unsafe about the file: others may read it, and it holds a secret.
pub fn open_to_others(config: &Path, endpoints: &[Endpoint]) -> Option<String> {
    let has_secret = endpoints.iter().any(|endpoint| endpoint.secret.is_some());
    has_secret.then(|| private_document::open_to_others(&config.join(RemoteWriteDocument::FILE))).flatten()
}
