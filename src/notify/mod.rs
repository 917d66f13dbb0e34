//! Telling outside the window: the desktop's notification, webhooks, programs. Each has a thread and a bounded queue of
//! its own, so that one that hangs holds up no other, and nobody waits for any of them.

mod desktop;
mod order;
mod payload;
mod post;
mod program;
mod stop;
#[cfg(test)]
mod tests;
mod ways;

pub use self::order::{Order, Outcome};
pub use self::post::Patience;
pub use self::ways::{Report, WAY_CAPACITY, Ways};
