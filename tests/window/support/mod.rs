//! What the tests of the window share: a small world that looks like a real one, and the window over it.

// Each module of tests uses its own part of this.
#![allow(dead_code, unused_imports)]

pub mod alerting;
pub mod tuning;
mod window;
mod world;

pub use window::Window;
pub use world::{NOW, snapshot};
