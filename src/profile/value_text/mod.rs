//! Values as people write them: "5 min", "256 MiB", "a, b, c". What is written reads back the same.
//!
//! Bounds are not looked at: `catalogue::check_value` does. Errors are sentences that say what to write.

mod class_table;
mod number;
mod size;
#[cfg(test)]
mod tests;

pub use crate::model::duration_text::{read_duration, write_duration};
pub use size::{read_size, write_size};

use std::sync::Arc;

use super::document::is_secret_name;
use crate::model::profile::{ChoiceOption, ParamKind, ParamValue};
use crate::model::quantity::{decimals, joined};
use crate::model::written::{is_gap, number_and_word, scaled, thin};

/// Reads a value of this kind; why it cannot be read, as a sentence without a final period. Bounds are not looked at.
pub fn read(kind: &ParamKind, text: &str) -> Result<ParamValue, String> {
    match kind {
        ParamKind::Switch => read_switch(text).map(ParamValue::Switch),
        ParamKind::Count { unit, .. } => number::read_count(text, unit).map(ParamValue::Count),
        ParamKind::Number { unit, .. } => number::read_number(text, unit).map(ParamValue::Number),
        ParamKind::Duration { .. } => read_duration(text).map(ParamValue::Duration),
        ParamKind::Size { .. } => read_size(text).map(ParamValue::Size),
        ParamKind::Text { .. } => Ok(ParamValue::Text(text.into())),
        ParamKind::Choice { options } => read_choice(options, text).map(ParamValue::Text),
        ParamKind::List { .. } => Ok(ParamValue::List(read_list(text))),
        ParamKind::TimeToLive { .. } => match read_duration(text) {
            Ok(lives) => Ok(ParamValue::Duration(lives)),
            Err(why) if !text.contains('*') => Err(why),
            Err(_) => class_table::read(text).map(|table| ParamValue::ByClass(Arc::new(table))),
        },
        ParamKind::Secret => {
            is_secret_name(text.trim())?;
            Ok(ParamValue::Secret(text.trim().into()))
        }
    }
}

/// A value's text, as it is written in files and fields: plain spaces.
pub fn write(value: &ParamValue) -> String {
    match value {
        ParamValue::Switch(is_on) => if *is_on { "on" } else { "off" }.to_owned(),
        ParamValue::Count(count) => count.to_string(),
        ParamValue::Number(number) => number.to_string(),
        ParamValue::Duration(duration) => write_duration(*duration),
        ParamValue::Size(bytes) => write_size(*bytes),
        ParamValue::Text(text) | ParamValue::Secret(text) => text.to_string(),
        ParamValue::List(words) => words.join(", "),
        ParamValue::ByClass(table) => class_table::write(table),
    }
}

/// A value's text for reading, with thin spaces and what it counts: "50 connections". A choice is shown by its title.
pub fn shown(kind: &ParamKind, value: &ParamValue) -> String {
    match (kind, value) {
        (ParamKind::Count { unit, .. }, ParamValue::Count(count)) => joined(&decimals(*count as f64, 0), unit),
        (ParamKind::Number { unit, .. }, ParamValue::Number(number)) => joined(&number.to_string(), unit),
        (ParamKind::Choice { options }, ParamValue::Text(text)) => {
            options.iter().find(|option| option.value == *text).map_or(text, |option| &option.title).to_string()
        }
        (_, ParamValue::List(words)) if words.is_empty() => "none".to_owned(),
        (_, ParamValue::Duration(_) | ParamValue::Size(_)) => thin(&write(value)),
        _ => write(value),
    }
}

fn read_switch(text: &str) -> Result<bool, String> {
    match text.trim().to_ascii_lowercase().as_str() {
        "on" | "true" | "yes" | "1" => Ok(true),
        "off" | "false" | "no" | "0" => Ok(false),
        _ => Err("write on or off".to_owned()),
    }
}

fn read_choice(options: &[ChoiceOption], text: &str) -> Result<Arc<str>, String> {
    let wanted = text.trim().to_lowercase();
    let is_meant = |o: &&ChoiceOption| o.value.to_lowercase() == wanted || o.title.to_lowercase() == wanted;
    let exact = options.iter().find(|option| *option.value == *text.trim());
    match exact.or_else(|| options.iter().find(is_meant)) {
        Some(option) => Ok(Arc::clone(&option.value)),
        None => Err(format!("write one of {}", options.iter().map(|o| &*o.value).collect::<Vec<_>>().join(", "))),
    }
}

fn read_list(text: &str) -> Arc<[Arc<str>]> {
    text.split(',').map(str::trim).filter(|word| !word.is_empty()).map(Arc::from).collect()
}
