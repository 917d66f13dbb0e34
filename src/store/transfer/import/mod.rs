//! Recordings of other tools out of CSV files: first a look at the file and a guess at its columns, then the whole of it,
//! streamed. A file our own export wrote is recognised whole: its series get their keys and units back.

mod bad_rows;
mod cells;
mod columns;
mod csv;
mod heading;
mod numbers;
mod preview;
mod sniff;
mod source;
mod times;
mod units;
mod window;

pub use self::bad_rows::BadRow;
pub use self::columns::IMPORT_ATTRIBUTE;
pub use self::csv::{ImportSummary, import_csv};
pub use self::preview::preview;
pub(super) use self::source::open;
pub use self::times::time_millis;
pub use self::units::unit_of_heading;

#[cfg(test)]
mod tests;
