//! What was heard of services at one tick, before anybody judged it.

use std::sync::Arc;

use super::health_check::CheckStatus;
use super::state::{IntakeFigures, Service};
use super::target::TargetStatus;
use crate::model::database::DatabaseStatus;

/// What was heard of services up to one tick.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Heard {
    /// Services by name; how they do is not said yet.
    pub list: Vec<Service>,
    /// Targets as they stand.
    pub targets: Arc<[TargetStatus]>,
    /// Checks as they stand.
    pub checks: Arc<[CheckStatus]>,
    /// Databases as they stand.
    pub databases: Arc<[Arc<DatabaseStatus>]>,
    /// What came in and what was lost.
    pub intake: IntakeFigures,
}
