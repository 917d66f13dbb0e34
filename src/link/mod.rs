//! The link to engines in other programs: a window looks at another machine through the same snapshots and commands.
//!
//! The client's side. A link gives an [`crate::engine::Handle`] like that of an engine here; behind it one thread follows
//! all agents (`crate::api::link` is their side, [`crate::wire`] what is said).

pub mod address;
pub mod backoff;
pub mod file;
pub mod fleet;
pub mod http;
mod life;
mod mirror;
pub mod own;
mod post;
mod roster;
mod route;
mod stream;
pub mod tls;
mod trial;
mod wanted;

pub use fleet::{Fleet, FleetOptions, Home, Links};
pub use own::OwnAgent;
