//! Profiles as texts: read with every fault at once, and edited so that all else stays byte for byte.

mod edit;
#[cfg(test)]
mod edit_tests;
mod name;
mod read;
#[cfg(test)]
mod shipped_tests;
#[cfg(test)]
mod tests;
mod value;

pub use edit::edit;
pub use name::{is_name, is_secret_name};
pub use read::{places_of, read};
pub(super) use value::{read_value, write_value};

use super::ron_text::quoted;

/// The version of the form that is read and written.
pub const VERSION: i128 = 1;

/// The profile on which the shipped ones stand.
pub const BASE: &str = "base";

/// Fields of a profile, in the order in which they are written.
const FIELDS: [&str; 5] = ["version", "base", "about", "notes", "values"];

/// The profiles that come with the program, name and text, `base` first.
pub fn shipped() -> &'static [(&'static str, &'static str)] {
    &[
        (BASE, include_str!("../../../profiles/base.ron")),
        ("development", include_str!("../../../profiles/development.ron")),
        ("testing", include_str!("../../../profiles/testing.ron")),
        ("production", include_str!("../../../profiles/production.ron")),
        ("high-load", include_str!("../../../profiles/high-load.ron")),
    ]
}

/// The text of a new profile without values.
pub fn new_text(base: Option<&str>, about: &str) -> String {
    let base = base.map_or_else(String::new, |base| format!("    base: {},\n", quoted(base)));
    format!("(\n    version: {VERSION},\n{base}    about: {},\n    values: {{\n    }},\n)\n", quoted(about))
}
