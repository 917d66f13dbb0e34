//! Values as configuration files hold them, and when two of them say the same.

use super::json;

/// A value in a configuration file. Formats that know only text (`.env`, INI) read every value as `Text`.
#[derive(Debug, Clone, PartialEq)]
pub enum Written {
    /// Nothing: `null`, `~`, `None`. Formats without such a word cannot hold it.
    Null,
    /// On or off.
    Bool(bool),
    /// A whole number.
    Int(i64),
    /// A number; whole numbers beyond 64 bits are read as the nearest one of these.
    Float(f64),
    /// Text.
    Text(String),
    /// A list of scalars, each as its text.
    List(Vec<String>),
    /// Names with values, in order.
    Table(Vec<(String, Written)>),
}

/// A key that was found in a file.
#[derive(Debug, Clone, PartialEq)]
pub struct FoundKey {
    /// Its name: names of tables joined by dots, one that holds a dot or a quote in double quotes, places of lists as numbers.
    pub key: String,
    /// Its value.
    pub value: Written,
    /// Its value as written, without the quotes around and with escapes resolved.
    pub text: String,
    /// Its line, from 1.
    pub line: usize,
}

impl Written {
    /// A scalar's text as formats without types hold it; `None` for lists and tables.
    pub fn scalar_text(&self) -> Option<String> {
        match self {
            Self::Null => Some(String::new()),
            Self::Bool(is_on) => Some(is_on.to_string()),
            Self::Int(n) => Some(n.to_string()),
            Self::Float(x) => Some(float_text(*x)),
            Self::Text(text) => Some(text.clone()),
            Self::List(_) | Self::Table(_) => None,
        }
    }
}

/// A number in its shortest form that reads back as the same number; digits alone within 1e-5 to 1e16.
pub(super) fn float_text(x: f64) -> String {
    let is_usual = x == 0.0 || (1e-5..1e16).contains(&x.abs());
    if is_usual { x.to_string() } else { format!("{x:?}") }
}

/// Whether a file that has `found` already says `wanted`: equal values, or a number or switch as the same text, since
/// a number that stands in quotes stays in quotes. A list in a format of text alone is its items with commas between.
pub fn reads_as(found: &FoundKey, wanted: &Written) -> bool {
    same(&found.value, Some(&found.text), wanted)
}

fn same(found: &Written, found_text: Option<&str>, wanted: &Written) -> bool {
    match (found, wanted) {
        (Written::Null, _) | (_, Written::Null) => found == wanted,
        (Written::Float(a), Written::Float(b)) => a == b || (a.is_nan() && b.is_nan()),
        (Written::Int(a), Written::Float(b)) | (Written::Float(b), Written::Int(a)) => is_same_number(*a, *b),
        (Written::Text(text), Written::Float(x)) => text.trim().parse::<f64>().is_ok_and(|n| n == *x),
        (Written::Table(a), Written::Table(b)) => {
            a.len() == b.len() && a.iter().zip(b).all(|((n, a), (m, b))| n == m && same(a, None, b))
        }
        (Written::Text(text), Written::List(items)) => *text == items.join(","),
        // So is a table: JSON in one line, as it is written there.
        (Written::Text(text), Written::Table(_)) => json::in_one_line("", wanted).is_ok_and(|wanted| *text == wanted),
        (Written::List(_) | Written::Table(_), _) | (_, Written::List(_) | Written::Table(_)) => found == wanted,
        _ => {
            found == wanted
                || wanted.scalar_text().is_some_and(|wanted| match found_text {
                    Some(text) => text == wanted,
                    None => found.scalar_text().is_some_and(|found| found == wanted),
                })
        }
    }
}

fn is_same_number(whole: i64, x: f64) -> bool {
    // Beyond 2^53 not every whole number is a float: only numbers that convert both ways are the same.
    whole as f64 == x && x.abs() <= 9_007_199_254_740_992.0
}
