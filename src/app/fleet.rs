//! The machines behind the window: the link's, as the window sees them.

use std::sync::Arc;

use crate::engine::Handle;
use crate::link;
use crate::model::machines::{MachineCommand, MachineId, MachineList};
use crate::ui::Fleet;

/// The link's machines for the window.
pub struct Linked(pub link::Fleet);

impl Fleet for Linked {
    fn list(&self) -> Arc<MachineList> {
        self.0.list()
    }

    fn send(&self, command: MachineCommand) -> bool {
        self.0.send(command)
    }

    fn handle(&self, id: MachineId) -> Option<Handle> {
        self.0.handle(id)
    }
}
