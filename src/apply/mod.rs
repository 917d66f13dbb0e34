//! Applying plans to real files and services: written whole or not at all, verified, kept or taken back, also after a crash.
//!
//! [`Applier`] is the whole of it: one apply at a time, one step at a time, with a journal on disk that is always ahead
//! of the files. Everything it touches goes through [`world::World`]. Beside it stand the person's documents
//! ([`config`]), secrets ([`secrets`]) and what tells the environment ([`evidence`]).

mod applier;
mod attributes;
pub mod config;
mod error;
pub mod evidence;
#[cfg(test)]
pub mod fake;
pub mod fields;
pub mod files;
pub(crate) mod http;
pub mod journal;
pub(crate) mod program;
mod real_files;
mod real_world;
pub mod secrets;
pub mod words;
pub mod world;

pub use applier::{Applier, ApplyEvent, Heed};
pub use error::{ApplyError, FileRefusal};
pub use journal::Recovery;
pub use real_files::lock_soon;
