//! Which processes serve which service: found by name, command line, port or control group, and followed over restarts.

mod book;
mod fits;
mod owners;
#[cfg(target_os = "linux")]
mod proc;
#[cfg(test)]
mod tests;

pub use self::book::{BindBook, Restart};
pub use self::owners::{Asked, Finder, Owners, listener_of};
