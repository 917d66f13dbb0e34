//! The HTTP API: a client of the engine like the window, for programs and for other machines.
//!
//! It reads snapshots and sends commands, and nothing else: what cannot be shown in the window cannot be done here.

mod answer;
mod connection;
mod counts;
pub mod endpoints;
mod guard;
pub mod limits;
mod listener;
pub mod plan;
pub mod problem;
pub mod state;
pub mod server;
mod stalling;

mod teller;
mod tls;
pub use problem::Problem;
pub use answer::Summary;
pub use guard::Caller;
pub use limits::Limits;
pub use state::ApiState;
pub use server::{Server, ServerOptions};
