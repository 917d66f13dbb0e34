//! The catalogue: every parameter there is, with its kind, bounds, default and reasons.

use std::sync::Arc;
use std::time::Duration;

use serde::{Deserialize, Serialize};

use super::value::{ParamKey, ParamValue};

/// What values a parameter takes.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub enum ParamKind {
    /// On or off.
    Switch,
    /// A whole number, bounds included; `unit` is what it counts, such as "connections".
    Count {
        /// Least.
        min: i64,
        /// Greatest.
        max: i64,
        /// What it counts, in the plural; may be empty.
        unit: Arc<str>,
    },
    /// A number, bounds included.
    Number {
        /// Least.
        min: f64,
        /// Greatest.
        max: f64,
        /// Its unit; may be empty.
        unit: Arc<str>,
    },
    /// A time, bounds included.
    Duration {
        /// Shortest.
        min: Duration,
        /// Longest.
        max: Duration,
    },
    /// Bytes, bounds included.
    Size {
        /// Least.
        min: u64,
        /// Greatest.
        max: u64,
    },
    /// Words of at most so many characters.
    Text {
        /// Greatest length, characters.
        max_chars: usize,
    },
    /// One of these.
    Choice {
        /// What can be chosen, in order.
        options: Arc<[ChoiceOption]>,
    },
    /// Several words, at most so many.
    List {
        /// Greatest number of entries.
        max_len: usize,
    },
    /// A time to live: one for all keys, or one for each class of them. Bounds as for a time.
    TimeToLive {
        /// Shortest.
        min: Duration,
        /// Longest.
        max: Duration,
    },
    /// A secret: made by the program, kept in a file of its own, never shown.
    Secret,
}

/// Something that can be chosen.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ChoiceOption {
    /// As it is written.
    pub value: Arc<str>,
    /// As people read it.
    pub title: Arc<str>,
}

/// One parameter.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ParamDef {
    /// Its name.
    pub key: ParamKey,
    /// As people read it: "Pool, maximum".
    pub title: Arc<str>,
    /// The key of its group, such as `database`.
    pub group: Arc<str>,
    /// What values it takes.
    pub kind: ParamKind,
    /// What holds where no profile says anything; `None` leaves it to the service.
    pub default: Option<ParamValue>,
    /// What it does; a sentence.
    pub about: Arc<str>,
    /// What raising it, or turning it on, costs.
    pub raising: Arc<str>,
    /// What lowering it, or turning it off, costs.
    pub lowering: Arc<str>,
    /// Where its rule of thumb comes from.
    pub source: Arc<str>,
    /// Whether a person added it.
    pub is_own: bool,
}

/// A group of parameters.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ParamGroup {
    /// Its key, the part of a parameter's name before the dot.
    pub key: Arc<str>,
    /// As people read it.
    pub title: Arc<str>,
}

/// Every parameter, by group.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct Catalogue {
    /// Groups in the order of the editor.
    pub groups: Vec<ParamGroup>,
    /// Parameters in the order of the editor: those of a group stand together, groups in their order.
    pub parameters: Vec<ParamDef>,
}

impl Catalogue {
    /// The parameter of this name. Looks through the list: a catalogue has some hundreds at most.
    pub fn get(&self, key: &ParamKey) -> Option<&ParamDef> {
        self.parameters.iter().find(|def| def.key == *key)
    }

    /// The parameters of a group.
    pub fn of_group(&self, group: &str) -> impl Iterator<Item = &ParamDef> {
        self.parameters.iter().filter(move |def| &*def.group == group)
    }
}
