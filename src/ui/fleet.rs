//! The machines a window can look at, as the window sees them: nothing here waits, locks or connects.

use std::sync::Arc;

use crate::engine::Handle;
use crate::model::machines::{MachineCommand, MachineId, MachineList};

/// The machines. Whoever opens the window brings what stands behind it.
pub trait Fleet {
    /// The list as it stands. Never waits.
    fn list(&self) -> Arc<MachineList>;

    /// Sends a command; `false` where too much waits already.
    fn send(&self, command: MachineCommand) -> bool;

    /// A machine of the list as an engine; `None` where it is not on it any more.
    fn handle(&self, id: MachineId) -> Option<Handle>;
}

/// No machine but this one, and none can be added.
#[derive(Debug, Default)]
pub struct NoFleet(Arc<MachineList>);

impl Fleet for NoFleet {
    fn list(&self) -> Arc<MachineList> {
        self.0.clone()
    }

    fn send(&self, _command: MachineCommand) -> bool {
        false
    }

    fn handle(&self, _id: MachineId) -> Option<Handle> {
        None
    }
}
