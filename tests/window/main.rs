//! The window without a display: pages are found and clicked by their accessible names.

#![allow(missing_docs)]
#![cfg(feature = "gui")]

mod alerts;
mod charts;
mod compare;
mod machines;
mod overview;
mod page;
mod processes;
mod profiles;
mod reports;
mod services;
mod settings;
mod settings_api;
mod settings_telemetry;
mod shell;
mod suggestions;
mod support;
mod tour;
