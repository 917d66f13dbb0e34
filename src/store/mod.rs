//! The store: what was sampled and what was chosen, kept.

pub mod alert_log;
pub mod announcement;
pub mod atomic;
pub mod audit_log;
pub mod document;
pub mod history;
pub mod part_file;
pub mod progress;
pub mod recent;
pub mod transfer;
