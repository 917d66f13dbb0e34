//! What can stand in the way of reading or changing a configuration file, in words a person can act on.

use crate::model::profile::FileFormat;

/// Why a file cannot be read or changed. Lines and columns count from 1, columns in characters.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum FormatError {
    /// Not UTF-8, or with bytes no text has.
    #[error("line {line}: this is not text in UTF-8 ({why}); choose a text file")]
    NotText {
        /// Where the first such byte stands.
        line: usize,
        /// What was found.
        why: String,
    },
    /// A byte order mark of UTF-16 or UTF-32.
    #[error("this file is in {name}; save it as UTF-8 first")]
    OtherEncoding {
        /// The encoding's name.
        name: &'static str,
    },
    /// Larger than is read.
    #[error("the file has {n_bytes} bytes; configuration files of up to {at_most} bytes are read")]
    TooLarge {
        /// Its size.
        n_bytes: usize,
        /// The limit.
        at_most: usize,
    },
    /// The text does not follow its format's rules, or uses a part of them that is not read here.
    #[error("line {line}, column {column}: {why}")]
    Parse {
        /// Where.
        line: usize,
        /// Where in the line.
        column: usize,
        /// What is wrong.
        why: String,
    },
    /// One key, two places.
    #[error("`{key}` stands there twice{}; remove one", lines(*first, *second))]
    KeyTwice {
        /// The key.
        key: String,
        /// Line of the first.
        first: usize,
        /// Line of the second.
        second: usize,
    },
    /// More than one YAML document in the file.
    #[error("line {line}: a second YAML document begins here; only files with one document are read")]
    SeveralDocuments {
        /// Where the second begins.
        line: usize,
    },
    /// A key that cannot stand in a file of this format.
    #[error("`{key}` cannot be a key here: {why}")]
    BadKey {
        /// The key.
        key: String,
        /// Why not.
        why: String,
    },
    /// Two changes meet in one place.
    #[error("`{first}` and `{second}` would both change the same place; keep one of them")]
    Overlap {
        /// One key.
        first: String,
        /// The other.
        second: String,
    },
    /// The value stands over several lines in a way that is not rewritten.
    #[error(
        "line {line}: the value of `{key}` stands over several lines and is not replaced; write it in one line first"
    )]
    SeveralLines {
        /// The key.
        key: String,
        /// Where it begins.
        line: usize,
    },
    /// The value is tied to something else: an alias, an anchor, a tag.
    #[error("line {line}: `{key}` is not changed: {why}")]
    Tied {
        /// The key.
        key: String,
        /// Where.
        line: usize,
        /// To what.
        why: String,
    },
    /// Replacing the value would lose comments that stand inside it.
    #[error("line {line}: comments stand inside the value of `{key}` and would be lost; move them first")]
    CommentsInside {
        /// The key.
        key: String,
        /// Where the value begins.
        line: usize,
    },
    /// One value was to be put where a table with keys of its own stands, or the reverse.
    #[error("line {line}: `{key}` is {is}, not {wanted}")]
    OtherShape {
        /// The key.
        key: String,
        /// Where.
        line: usize,
        /// What it is.
        is: &'static str,
        /// What it should be.
        wanted: &'static str,
    },
    /// A place of a list that is not there.
    #[error("line {line}: the list `{key}` has {n_places} places; places are counted from 0")]
    NoPlace {
        /// The list's key.
        key: String,
        /// Where it begins.
        line: usize,
        /// How many it has.
        n_places: usize,
    },
    /// The format has no way to write this.
    #[error("`{key}`: a file of the form {} cannot hold {what} here", format.name())]
    CannotHold {
        /// The key.
        key: String,
        /// The format.
        format: FileFormat,
        /// What it cannot hold.
        what: String,
    },
    /// The changed text was read again and did not say what it should; nothing was changed.
    #[error("`{key}` could not be changed without changing something else; change it by hand")]
    NotReadBack {
        /// The key that reads otherwise.
        key: String,
    },
}

/// The lines of two places: one where they are the same.
fn lines(first: usize, second: usize) -> String {
    if first == second { format!(" in line {first}") } else { format!(": lines {first} and {second}") }
}

impl FormatError {
    /// What is wrong, without the place, for where that is told beside it.
    pub fn without_place(&self) -> String {
        let text = self.to_string();
        let Some(line) = self.line() else { return text };
        let starts =
            [self.column().map(|column| format!("line {line}, column {column}: ")), Some(format!("line {line}: "))];
        let rest = starts.into_iter().flatten().find_map(|start| text.strip_prefix(&start).map(str::to_owned));
        rest.unwrap_or(text)
    }

    /// Where in the file, from 1, if one place is meant; of a key that occurs twice the second.
    pub fn line(&self) -> Option<usize> {
        match self {
            Self::NotText { line, .. }
            | Self::Parse { line, .. }
            | Self::KeyTwice { second: line, .. }
            | Self::SeveralDocuments { line }
            | Self::SeveralLines { line, .. }
            | Self::Tied { line, .. }
            | Self::CommentsInside { line, .. }
            | Self::OtherShape { line, .. }
            | Self::NoPlace { line, .. } => Some(*line),
            Self::OtherEncoding { .. }
            | Self::TooLarge { .. }
            | Self::BadKey { .. }
            | Self::Overlap { .. }
            | Self::CannotHold { .. }
            | Self::NotReadBack { .. } => None,
        }
    }

    /// Where in the line, from 1, if that is known.
    pub fn column(&self) -> Option<usize> {
        match self {
            Self::Parse { column, .. } => Some(*column),
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_place_is_told_once_and_one_line_is_one() {
        let parse = FormatError::Parse { line: 8, column: 1, why: "a colon is missing".into() };
        let twice = |first, second| FormatError::KeyTwice { key: "A".into(), first, second };
        for (error, text, without_place) in [
            (parse, "line 8, column 1: a colon is missing", "a colon is missing"),
            (
                FormatError::SeveralDocuments { line: 3 },
                "line 3: a second YAML document begins here; only files with one document are read",
                "a second YAML document begins here; only files with one document are read",
            ),
            (
                twice(1, 2),
                "`A` stands there twice: lines 1 and 2; remove one",
                "`A` stands there twice: lines 1 and 2; remove one",
            ),
            (
                twice(1, 1),
                "`A` stands there twice in line 1; remove one",
                "`A` stands there twice in line 1; remove one",
            ),
        ] {
            assert_eq!((error.to_string().as_str(), error.without_place().as_str()), (text, without_place));
        }
    }
}
