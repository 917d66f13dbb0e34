//! What a filter means: terms joined by and, or, not. Decides on rows and prints itself; reads no text.

use std::fmt;

use crate::model::ProcessRow;

use super::amount::Amount;

/// A meaning.
#[derive(Debug, Clone, PartialEq)]
pub enum Expr {
    /// One condition.
    Term(Term),
    /// The opposite.
    Not(Box<Expr>),
    /// All of at least two.
    And(Vec<Expr>),
    /// One or more of at least two.
    Or(Vec<Expr>),
}

/// One condition. Texts are kept in lower case.
#[derive(Debug, Clone, PartialEq)]
pub enum Term {
    /// A plain word: the name or the command contains it.
    Word(String),
    /// A field of text.
    Text {
        /// Which field.
        field: TextField,
        /// Whether the whole field must be this (`=`) or contain this (`:`).
        is_whole: bool,
        /// The text.
        value: String,
    },
    /// A field that is a number.
    Number {
        /// Which field.
        field: NumberField,
        /// How it is compared.
        comparison: Comparison,
        /// With what.
        amount: Amount,
    },
}

/// A field of text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TextField {
    /// The process' name.
    Name,
    /// Its command line.
    Command,
    /// The user it runs as.
    User,
    /// What it does, in a word.
    State,
}

/// A field that is a number.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NumberField {
    /// Process id.
    Pid,
    /// The parent's process id.
    Parent,
    /// Processor use, % of one core.
    Cpu,
    /// Waiting for a core, % of one core.
    Waits,
    /// Resident memory.
    Memory,
    /// Reads from disk.
    Read,
    /// Writes to disk.
    Write,
    /// Number of threads.
    Threads,
}

/// How a number is compared.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Comparison {
    /// Greater.
    Greater,
    /// Greater or the same.
    AtLeast,
    /// Less.
    Less,
    /// Less or the same.
    AtMost,
    /// The same, to the precision shown.
    Equal,
}

/// A field by the word that names it in a filter.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Field {
    Text(TextField),
    Number(NumberField),
}

/// The words of the fields; the first of a field is the one it is printed with.
pub(super) const FIELDS: [(&str, Field); 14] = [
    ("name", Field::Text(TextField::Name)),
    ("cmd", Field::Text(TextField::Command)),
    ("command", Field::Text(TextField::Command)),
    ("user", Field::Text(TextField::User)),
    ("state", Field::Text(TextField::State)),
    ("pid", Field::Number(NumberField::Pid)),
    ("parent", Field::Number(NumberField::Parent)),
    ("cpu", Field::Number(NumberField::Cpu)),
    ("waits", Field::Number(NumberField::Waits)),
    ("mem", Field::Number(NumberField::Memory)),
    ("memory", Field::Number(NumberField::Memory)),
    ("read", Field::Number(NumberField::Read)),
    ("write", Field::Number(NumberField::Write)),
    ("threads", Field::Number(NumberField::Threads)),
];

impl Field {
    /// The field a word names.
    pub(super) fn named(word: &str) -> Option<Self> {
        FIELDS.iter().find(|(name, _)| name.eq_ignore_ascii_case(word)).map(|(_, field)| *field)
    }

    fn word(self) -> &'static str {
        FIELDS.iter().find(|(_, field)| *field == self).map_or("", |(name, _)| name)
    }
}

impl TextField {
    pub(super) fn word(self) -> &'static str {
        Field::Text(self).word()
    }
}

impl NumberField {
    pub(super) fn word(self) -> &'static str {
        Field::Number(self).word()
    }

    pub(super) fn is_percent(self) -> bool {
        matches!(self, Self::Cpu | Self::Waits)
    }

    pub(super) fn is_bytes(self) -> bool {
        matches!(self, Self::Memory | Self::Read | Self::Write)
    }

    pub(super) fn is_whole(self) -> bool {
        matches!(self, Self::Pid | Self::Parent | Self::Threads)
    }

    pub(super) fn example(self) -> &'static str {
        match self {
            Self::Pid => "pid:123",
            Self::Parent => "parent:1",
            Self::Cpu => "cpu>5",
            Self::Waits => "waits>10",
            Self::Memory => "mem>100 or mem>1.5GiB",
            Self::Read => "read>2",
            Self::Write => "write>2",
            Self::Threads => "threads>=8",
        }
    }

    /// The row's number in the field's base; `None` where it has none.
    fn of(self, row: &ProcessRow) -> Option<f64> {
        match self {
            Self::Pid => Some(f64::from(row.key.pid)),
            Self::Parent => row.parent.map(f64::from),
            Self::Cpu => row.cpu_cores.map(|cores| f64::from(cores * 100.0)),
            Self::Waits => row.wait_cores.map(|cores| f64::from(cores * 100.0)),
            Self::Memory => row.memory_bytes.map(|bytes| bytes as f64),
            Self::Read => row.read_bytes_per_second.map(f64::from),
            Self::Write => row.write_bytes_per_second.map(f64::from),
            Self::Threads => Some(f64::from(row.n_threads)),
        }
    }

    /// Half of the last place that is shown, in the field's base: what counts as the same.
    fn tolerance(self) -> f64 {
        match self {
            Self::Pid | Self::Parent | Self::Threads => 0.0,
            Self::Cpu | Self::Waits => 0.05,
            Self::Memory => 0.5 * 1_048_576.0,
            Self::Read | Self::Write => 0.05 * 1e6,
        }
    }
}

impl Comparison {
    fn symbol(self) -> &'static str {
        match self {
            Self::Greater => ">",
            Self::AtLeast => ">=",
            Self::Less => "<",
            Self::AtMost => "<=",
            Self::Equal => "=",
        }
    }

    fn holds(self, value: f64, with: f64, tolerance: f64) -> bool {
        match self {
            Self::Greater => value > with,
            Self::AtLeast => value >= with,
            Self::Less => value < with,
            Self::AtMost => value <= with,
            Self::Equal => (value - with).abs() <= tolerance,
        }
    }
}

impl Expr {
    /// Whether a process meets it.
    pub fn matches(&self, row: &ProcessRow) -> bool {
        match self {
            Self::Term(term) => term.matches(row),
            Self::Not(inner) => !inner.matches(row),
            Self::And(all) => all.iter().all(|expr| expr.matches(row)),
            Self::Or(any) => any.iter().any(|expr| expr.matches(row)),
        }
    }
}

impl Term {
    /// A condition on a text.
    pub(super) fn text(field: TextField, is_whole: bool, value: &str) -> Self {
        Self::Text { field, is_whole, value: value.to_lowercase() }
    }

    /// Whether a process meets it. A number that is absent meets no comparison.
    pub fn matches(&self, row: &ProcessRow) -> bool {
        match self {
            Self::Word(word) => contains(&row.name, word) || contains(&row.command, word),
            Self::Text { field, is_whole, value } => {
                let text = match field {
                    TextField::Name => &*row.name,
                    TextField::Command => &*row.command,
                    TextField::User => &*row.user,
                    TextField::State => row.state.word(),
                };
                if *is_whole { text.to_lowercase() == *value } else { contains(text, value) }
            }
            Self::Number { field, comparison, amount } => {
                field.of(row).is_some_and(|value| comparison.holds(value, amount.in_base(*field), field.tolerance()))
            }
        }
    }
}

/// Whether `text` contains `lower`, which is in lower case, whatever the case of `text`.
fn contains(text: &str, lower: &str) -> bool {
    if text.is_ascii() {
        let needle = lower.as_bytes();
        needle.is_empty() || text.as_bytes().windows(needle.len()).any(|part| part.eq_ignore_ascii_case(needle))
    } else {
        text.to_lowercase().contains(lower)
    }
}

impl fmt::Display for Expr {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let grouped = |f: &mut fmt::Formatter<'_>, expr: &Self, needs_parentheses: bool| {
            if needs_parentheses { write!(f, "({expr})") } else { write!(f, "{expr}") }
        };
        match self {
            Self::Term(term) => term.fmt(f),
            Self::Not(inner) => {
                f.write_str("not ")?;
                grouped(f, inner, matches!(**inner, Self::And(_) | Self::Or(_)))
            }
            Self::And(all) => {
                for (i, expr) in all.iter().enumerate() {
                    f.write_str(if i > 0 { " " } else { "" })?;
                    grouped(f, expr, matches!(expr, Self::Or(_)))?;
                }
                Ok(())
            }
            Self::Or(any) => {
                for (i, expr) in any.iter().enumerate() {
                    f.write_str(if i > 0 { " or " } else { "" })?;
                    grouped(f, expr, false)?;
                }
                Ok(())
            }
        }
    }
}

impl fmt::Display for Term {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Word(word) => f.write_str(&quoted(word)),
            Self::Text { field, is_whole, value } => {
                write!(f, "{}{}{}", field.word(), if *is_whole { "=" } else { ":" }, quoted(value))
            }
            Self::Number { field, comparison, amount } => {
                write!(f, "{}{}{amount}", field.word(), comparison.symbol())
            }
        }
    }
}

/// The text in quotes where it would be read as something else without them.
fn quoted(text: &str) -> String {
    let is_plain = !text.is_empty()
        && !text.starts_with('-')
        && !["and", "or", "not"].contains(&text)
        && !text.contains(|c: char| c.is_whitespace() || "()\"<>=:".contains(c));
    if is_plain { text.to_owned() } else { format!("\"{}\"", text.replace('\\', "\\\\").replace('"', "\\\"")) }
}
