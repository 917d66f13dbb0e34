//! The store: what was sampled, kept.

pub mod recent;
