//! Services as the core knows them.

use super::{Core, Effect};
use crate::model::service::ServiceCommand;

impl Core {
    /// Carries a command about services out.
    pub(super) fn service_command(&mut self, _command: ServiceCommand) -> Vec<Effect> {
        Vec::new()
    }
}
