//! Alerts as the core runs them.

use super::{Core, Effect};
use crate::model::alert::AlertCommand;

impl Core {
    /// Carries a command about alerts out.
    pub(super) fn alert_command(&mut self, _command: AlertCommand) -> Vec<Effect> {
        Vec::new()
    }
}
