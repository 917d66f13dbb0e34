//! The line that offers to take a deletion back, for some seconds after it. Nothing here draws.

use std::sync::Arc;
use std::time::Duration;

use crate::model::profile::{ProfileCommand, ProfileName};
use crate::model::{Command, Timestamp};

/// How long the line stands.
const STANDS: Duration = Duration::from_secs(10);

/// Something that can be taken back.
#[derive(Debug)]
pub struct Offer {
    words: String,
    name: ProfileName,
    text: Arc<str>,
    until: Timestamp,
}

impl Offer {
    /// The text of a profile that is gone now.
    pub fn new(words: String, name: ProfileName, text: Arc<str>, now: Timestamp) -> Self {
        Self { words, name, text, until: now.plus(STANDS) }
    }

    /// What was done, and how long the offer still stands; `None` once it is over.
    pub fn stands(&self, now: Timestamp) -> Option<(&str, Duration)> {
        (now < self.until).then(|| (self.words.as_str(), self.until.since(now)))
    }

    /// The command that takes it back, and the profile that is there again.
    pub fn take_back(self) -> (Command, ProfileName) {
        let command = ProfileCommand::Save { name: self.name.clone(), text: self.text };
        (Command::Profile(command), self.name)
    }
}
