//! The command line: what was typed, and the headless commands.

pub mod agent;
pub mod alert;
pub mod alert_args;
pub mod api_args;
pub mod args;
pub mod console;
pub mod demo;
pub mod demo_args;
pub mod demo_service;
pub mod display;
pub mod doctor;
pub mod folders;
pub mod history;
pub mod history_args;
pub mod period;
pub mod profile;
pub mod profile_args;
pub mod service;
pub mod service_args;
pub mod signals;
pub mod stats;
pub mod token;
pub mod watched;

pub use args::{Arguments, Task};
