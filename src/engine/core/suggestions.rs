//! Suggestions as the core runs them.

use super::{Core, Effect};
use crate::model::suggest::SuggestCommand;

impl Core {
    /// Carries a command about suggestions out.
    pub(super) fn suggest_command(&mut self, _command: SuggestCommand) -> Vec<Effect> {
        Vec::new()
    }
}
