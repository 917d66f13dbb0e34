//! Perfdesk: a desktop performance workbench.
//!
//! One loop: watch, notice, tune, prove, report. The floors, from the ground up: `model` (words), `analysis` (pure),
//! `sampling` and `store` (touch the world), `engine` (the single writer), `ui` and `api` (its clients), `cli` and `app`
//! (wiring).
//! A floor uses only the floors below it; `tests/tidy` holds that.

pub mod alert;
pub mod analysis;
pub mod api;
#[cfg(feature = "gui")]
pub mod app;
pub mod apply;
pub mod cli;
pub mod demo;
pub mod engine;
pub mod link;
pub mod model;
pub mod notify;
pub mod profile;
pub mod report;
pub mod run;
pub mod sampling;
pub mod store;
pub mod suggest;
pub mod telemetry;
#[cfg(feature = "gui")]
pub mod ui;
pub mod wire;
