//! What the tests of the window share: a small world that looks like a real one.

mod world;

pub use world::snapshot;
