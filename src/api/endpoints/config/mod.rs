//! Tuning profiles: what holds, what there is, and changes of both.

pub mod change;
pub mod effective;
pub mod profiles;
pub mod switch;
#[cfg(test)]
mod tests;

pub use self::change::put;
pub use self::effective::get;
pub use self::profiles::profiles;
pub use self::switch::{optimize, switch};
