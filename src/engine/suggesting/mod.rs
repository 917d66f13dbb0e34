//! Suggestions as the engine keeps them: their file, the profile as kinds see it, and the plan of a change.

pub mod draft;
pub mod facts;
pub mod file;
#[cfg(test)]
mod tests;
