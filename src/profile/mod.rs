//! Tuning profiles, pure: reading and editing their texts, checking them, inheritance, and planning what files get.
//!
//! No file, clock, thread or socket: texts and bytes come in as arguments, and texts, bytes and words come out.

pub mod bindings;
pub mod catalogue;
pub mod check;
pub mod compare;
pub mod convert;
pub mod detect;
pub mod document;
pub mod drift;
pub mod environment;
mod fields;
pub mod formats;
pub mod line_diff;
pub mod mapping;
use crate::model::nearest;
pub mod plan;
mod positions;
pub mod resolve;
mod ron_record;
pub mod ron_text;
pub mod secret;
pub mod value_text;
