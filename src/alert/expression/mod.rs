//! Conditions as text, in the manner of PromQL: `mean(system.cpu.utilization{cpu="0"}[5m]) > 80 %`.
//!
//! What is written reads back the same. A whole rule's meaning in one line, `… > 80 % for 5m recover < 70 % keep 1m`,
//! serves tests and rule tests.

mod read;
#[cfg(test)]
mod tests;
mod write;

pub use read::{ExpressionError, Line, read_condition, read_line, read_selector};
pub use write::{write_condition, write_selector, write_term};
