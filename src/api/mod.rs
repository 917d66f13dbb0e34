//! The HTTP API: a client of the engine like the window, for programs and for other machines.
//!
//! It reads snapshots and sends commands, and nothing else: what cannot be shown in the window cannot be done here.

mod answer;
mod connection;
mod counts;
pub mod endpoints;
mod guard;
mod jobs;
pub mod limits;
pub mod link;
mod listener;
pub mod plan;
pub mod problem;
pub mod server;
mod shares;
pub mod state;
mod teller;

pub use answer::Summary;
pub use guard::Caller;
pub use limits::Limits;
pub use problem::Problem;
pub use server::{Reread, Server, ServerOptions};
pub use state::ApiState;
