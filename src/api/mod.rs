//! The HTTP API: a client of the engine like the window, for programs and for other machines.
//!
//! It reads snapshots and sends commands, and nothing else: what cannot be shown in the window cannot be done here.

pub mod endpoints;
pub mod problem;
pub mod state;

pub use problem::Problem;
pub use state::ApiState;
