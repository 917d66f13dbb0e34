//! What goes into a plan and what comes out for each file. Both may hold secrets, and neither prints any.

use std::fmt;
use std::path::PathBuf;

use super::wanted::WantedKey;
use crate::model::profile::{Binding, BindingId};

/// A binding and what its file holds.
#[derive(Clone, PartialEq)]
pub struct BoundFile {
    /// The binding.
    pub binding: Binding,
    /// The file's bytes; `None` where there is no such file; else why it cannot be read.
    pub bytes: Result<Option<Vec<u8>>, String>,
}

impl fmt::Debug for BoundFile {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let n_bytes = self.bytes.as_ref().map(|bytes| bytes.as_ref().map(Vec::len));
        f.debug_struct("BoundFile").field("binding", &self.binding).field("n_bytes", &n_bytes).finish()
    }
}

/// What one file gets, and what must be found when it is verified.
#[derive(Clone, PartialEq)]
pub struct NewContent {
    /// The binding its `FilePlan` names. Other bindings of the same file are in it too.
    pub binding: BindingId,
    /// The file.
    pub path: PathBuf,
    /// Its whole new content.
    pub bytes: Vec<u8>,
    /// What the file must say when it is read again.
    pub in_file: Vec<WantedKey>,
    /// What the service must answer, for each binding that asks one; keys are fields of the JSON it answers with.
    pub in_answer: Vec<(BindingId, Vec<WantedKey>)>,
}

impl fmt::Debug for NewContent {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("NewContent")
            .field("binding", &self.binding)
            .field("path", &self.path)
            .field("n_bytes", &self.bytes.len())
            .field("in_file", &self.in_file)
            .field("in_answer", &self.in_answer)
            .finish()
    }
}
