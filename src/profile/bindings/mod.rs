//! The text of bindings (`bindings.ron`): read with every fault at once, and changed one binding at a time.
//!
//! ```ron
//! (
//!     version: 1,
//!     bindings: [
//!         (
//!             id: "checkout/.env",
//!             path: "/srv/checkout/.env",
//!             format: "env",
//!             keys: [
//!                 (param: "database.pool_max", key: "DB_POOL_MAX"),
//!                 (param: "database.slow_query", key: "DB_SLOW_QUERY_MS", as: "millis"),
//!             ],
//!             reload: run(argv: ["systemctl", "reload", "checkout"], timeout: "10 s"),
//!             verify: get(url: "http://127.0.0.1:8080/config", fields: {"database.pool_max": "pool.max"}, timeout: "5 s"),
//!         ),
//!     ],
//! )
//! ```
//!
//! A reload may also be `post(url: "…")`. Without `timeout` it is ten seconds; `as` is the conversion.

mod actions;
mod check;
mod edit;
mod path;
mod read;
mod write;

use std::time::Duration;

pub use actions::{argv_fault, service_fault, url_fault};
pub use check::check;
pub use edit::{put, remove};
pub use path::lexical;
pub use read::{id_fault, read, read_checked};
pub use write::write;

/// How long a reload or an answer may take where nothing is said.
pub const DEFAULT_TIMEOUT: Duration = Duration::from_secs(10);
/// Shortest time that a reload or an answer may be given.
pub const MIN_TIMEOUT: Duration = Duration::from_millis(100);
/// Longest time that a reload or an answer may be given.
pub const MAX_TIMEOUT: Duration = Duration::from_secs(600);

#[cfg(test)]
mod tests;
