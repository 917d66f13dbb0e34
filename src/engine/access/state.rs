//! What outlives the program about the API's use, as a document of the data folder.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

use crate::model::Timestamp;
use crate::store::document::Document;

/// Tokens whose use is kept, and warnings that are known to be said; more than there can be of either.
const MAX_KEPT: usize = 1000;

/// The document `api-state.ron`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct AccessState {
    version: u32,
    /// When each token was last used, by its name.
    pub used: BTreeMap<String, Timestamp>,
    /// Warnings that were said and still hold: they are not said again.
    pub said: BTreeSet<String>,
}

impl Default for AccessState {
    fn default() -> Self {
        Self { version: Self::VERSION, used: BTreeMap::new(), said: BTreeSet::new() }
    }
}

impl Document for AccessState {
    const FILE: &'static str = "api-state.ron";
    const VERSION: u32 = 1;
    const ABOUT: &'static str = "When the tokens of Perfdesk's API were last used, and what was warned of.";
    fn version(&self) -> u32 {
        self.version
    }
    fn checked(mut self) -> Self {
        if self.used.len() > MAX_KEPT || self.said.len() > MAX_KEPT {
            self = Self::default();
        }
        self
    }
}
