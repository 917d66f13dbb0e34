//! The catalogue of parameters: the shipped one, a person's own over it, and whether a value is within its bounds.
//!
//! A person's own has the form of the shipped one: a parameter of a known name changes that one, field by field; another
//! is added.

mod bounds;
mod kind;
mod own;
mod read;
#[cfg(test)]
mod tests;

pub use bounds::check_value;
pub use own::{new_parameter_text, new_text, put_own, remove_own};

use std::sync::{Arc, LazyLock};

use crate::model::profile::{Catalogue, Problem};

/// The version of the form that is read and written.
pub const VERSION: i128 = 1;
/// Most parameters of a text that are read.
pub const MAX_PARAMETERS: usize = 1000;

/// The text of the catalogue that comes with the program.
pub const SHIPPED_TEXT: &str = include_str!("../../../profiles/catalogue.ron");

/// The catalogue that comes with the program.
pub fn shipped() -> Arc<Catalogue> {
    // A test holds that nothing is wrong with it.
    static SHIPPED: LazyLock<Arc<Catalogue>> =
        LazyLock::new(|| Arc::new(read::read(SHIPPED_TEXT, &Catalogue::default(), false).0));
    Arc::clone(&SHIPPED)
}

/// The shipped catalogue with a person's own parameters added or put over it, and what is wrong with their text. An
/// empty text adds nothing.
pub fn with_own(own_text: &str) -> (Catalogue, Vec<Problem>) {
    if own_text.trim().is_empty() {
        return (shipped().as_ref().clone(), Vec::new());
    }
    read::read(own_text, &shipped(), true)
}
