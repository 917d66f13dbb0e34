//! Analysis: pure functions over readings. No clock, no thread, no file, no socket.

pub mod busiest;
pub mod chart_summary;
pub mod compare;
pub mod core_spread;
pub mod error_pattern;
pub mod histogram;
pub mod machine_brief;
pub mod moments;
pub mod process_filter;
pub mod process_table;
pub mod programs;
pub mod prometheus_name;
pub mod quantile;
pub mod service_words;
pub mod span;
pub mod span_text;
pub mod summary;
pub mod time_text;
pub mod value_axis;

pub use programs::{ProgramTotal, program_name, program_totals};
