//! One line of what an exporter says, read where it lies.
//!
//! Sources: Prometheus' "Exposition formats" (text 0.0.4) and the specification of OpenMetrics 1.0.

use std::borrow::Cow;

use memchr::memchr2;

use crate::model::Timestamp;

/// Labels of one sample at most.
const MAX_LABELS: usize = 64;

/// Which of the two formats.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Format {
    /// Prometheus' text, 0.0.4: times in milliseconds.
    #[default]
    Text,
    /// OpenMetrics 1.0: times in seconds, and `# EOF` at the end.
    OpenMetrics,
}

impl Format {
    /// The format that a `Content-Type` names; the text where it names none.
    pub fn of_content_type(content_type: &str) -> Self {
        let kind = content_type.split(';').next().unwrap_or_default().trim();
        if kind.eq_ignore_ascii_case("application/openmetrics-text") { Self::OpenMetrics } else { Self::Text }
    }
}

/// What a family of samples is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub enum Kind {
    /// It only grows, until it begins anew.
    Counter,
    /// It goes up and down.
    Gauge,
    /// Counts by bucket, which only grow.
    Histogram,
    /// Counts by bucket of what is there now.
    GaugeHistogram,
    /// Quantiles that the exporter worked out.
    Summary,
    /// Words in labels; the value is 1.
    Info,
    /// One of several states; the value is 1 or 0.
    StateSet,
    /// Nothing is said of it.
    #[default]
    Unknown,
}

impl Kind {
    fn of_word(word: &str) -> Option<Self> {
        Some(match word {
            "counter" => Self::Counter,
            "gauge" => Self::Gauge,
            "histogram" => Self::Histogram,
            "gaugehistogram" => Self::GaugeHistogram,
            "summary" => Self::Summary,
            "info" => Self::Info,
            "stateset" => Self::StateSet,
            "untyped" | "unknown" => Self::Unknown,
            _ => return None,
        })
    }
}

/// Why a line cannot be read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, thiserror::Error)]
pub enum BadLine {
    /// It is not UTF-8.
    #[error("it is not UTF-8")]
    NotText,
    /// It does not begin with a name.
    #[error("it does not begin with a metric's name")]
    NoName,
    /// A label has no name, or one that there is not.
    #[error("a label has no name")]
    BadLabel,
    /// A label has no value within quotes.
    #[error("a label has no value within quotes")]
    NoLabelValue,
    /// The labels do not end.
    #[error("its labels do not end")]
    Unclosed,
    /// More labels than are read.
    #[error("it has more than 64 labels")]
    TooManyLabels,
    /// There is no value.
    #[error("it has no value")]
    NoValue,
    /// The value is no number.
    #[error("its value is no number")]
    BadValue,
    /// The time is no number.
    #[error("its time is no number")]
    BadTime,
    /// Something stands after what is read.
    #[error("something stands after its value")]
    Trailing,
    /// A type that there is not.
    #[error("it names a type that there is not")]
    BadKind,
    /// A second type for a name.
    #[error("it gives a name a second type")]
    SecondKind,
    /// The same sample stood before.
    #[error("the same sample stood before")]
    Repeated,
    /// A bucket without `le`, or a quantile without `quantile`.
    #[error("it is a part of a histogram or summary and does not say which")]
    NoBound,
    /// The counts of a histogram fall from one bucket to the next.
    #[error("the buckets of its histogram do not grow")]
    Falling,
    /// It stands after the end.
    #[error("it stands after # EOF")]
    AfterEnd,
    /// The end is missing.
    #[error("the text ends without # EOF")]
    NoEnd,
}

/// A label: its name and its value.
pub type Label<'a> = (&'a str, Cow<'a, str>);

/// A sample; its labels stand beside it.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Sample<'a> {
    /// Its name.
    pub name: &'a str,
    /// Its labels as they are written, with braces; empty where it has none.
    pub written: &'a str,
    /// Its value; may be infinite or no number.
    pub value: f64,
    /// Its time, where it says one.
    pub at: Option<Timestamp>,
}

/// What a line says.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Line<'a> {
    /// Nothing, or something for people.
    Nothing,
    /// The kind of a family.
    Kind(&'a str, Kind),
    /// The unit of a family.
    Unit(&'a str, &'a str),
    /// The end.
    End,
    /// A sample.
    Sample(Sample<'a>),
}

impl<'a> Line<'a> {
    /// Reads a line without its line feed, and puts the labels of a sample behind those that are there.
    ///
    /// # Errors
    /// [`BadLine`]; some labels may have been put.
    pub fn read(line: &'a str, format: Format, labels: &mut Vec<Label<'a>>) -> Result<Self, BadLine> {
        let line = trim(line.strip_suffix('\r').unwrap_or(line));
        match line.as_bytes().first() {
            None => Ok(Self::Nothing),
            Some(b'#') => comment(&line[1..], format),
            Some(_) => sample(line, format, labels).map(Self::Sample),
        }
    }
}

fn is_blank(b: u8) -> bool {
    b == b' ' || b == b'\t'
}

fn trim(text: &str) -> &str {
    let mut text = text;
    while let [b' ' | b'\t', ..] = text.as_bytes() {
        text = &text[1..];
    }
    text
}

/// The first word and what follows it.
fn word(text: &str) -> (&str, &str) {
    let text = trim(text);
    let end = text.bytes().position(is_blank).unwrap_or(text.len());
    (&text[..end], trim(&text[end..]))
}

fn comment(text: &str, format: Format) -> Result<Line<'_>, BadLine> {
    let (what, rest) = word(text);
    let (name, said) = word(rest);
    // A name of any signs stands within quotes.
    let bare = name.strip_prefix('"').and_then(|name| name.strip_suffix('"')).unwrap_or(name);
    match what {
        "EOF" if format == Format::OpenMetrics && name.is_empty() => Ok(Line::End),
        "TYPE" | "HELP" | "UNIT" if bare.is_empty() => Err(BadLine::NoName),
        "TYPE" => Kind::of_word(said.trim_end()).map(|kind| Line::Kind(bare, kind)).ok_or(BadLine::BadKind),
        "UNIT" if format == Format::OpenMetrics => Ok(Line::Unit(bare, said.trim_end())),
        _ => Ok(Line::Nothing),
    }
}

/// The length of the name that a text begins with.
fn name_len(text: &str, has_colons: bool) -> usize {
    let is_part = |b: u8| b.is_ascii_alphanumeric() || b == b'_' || has_colons && b == b':';
    match text.as_bytes().first() {
        Some(b) if b.is_ascii_digit() => 0,
        _ => text.bytes().position(|b| !is_part(b)).unwrap_or(text.len()),
    }
}

fn sample<'a>(line: &'a str, format: Format, labels: &mut Vec<Label<'a>>) -> Result<Sample<'a>, BadLine> {
    let (mut name, rest) = line.split_at(name_len(line, true));
    let mut rest = trim(rest);
    let mut written = "";
    if let Some(inner) = rest.strip_prefix('{') {
        let quoted_name;
        let after;
        (quoted_name, after) = read_labels(inner, name.is_empty(), labels)?;
        written = &rest[..rest.len() - after.len()];
        rest = after;
        name = quoted_name.unwrap_or(name);
    } else if name.len() + rest.len() == line.len() && !rest.is_empty() {
        // Neither a blank nor a brace ends the name.
        return Err(BadLine::NoName);
    }
    if name.is_empty() {
        return Err(BadLine::NoName);
    }
    let (value, rest) = word(rest);
    if value.is_empty() || value == "#" {
        return Err(BadLine::NoValue);
    }
    let value = value.parse::<f64>().map_err(|_| BadLine::BadValue)?;
    let (time, rest) = word(rest);
    // What follows a number sign is an exemplar.
    if time.is_empty() || time.starts_with('#') {
        return Ok(Sample { name, written, value, at: None });
    }
    let at = match format {
        Format::Text => time.parse::<i64>().map_err(|_| BadLine::BadTime)?,
        Format::OpenMetrics => {
            let seconds = time.parse::<f64>().ok().filter(|seconds| seconds.is_finite()).ok_or(BadLine::BadTime)?;
            (seconds * 1000.0).round() as i64
        }
    };
    if !rest.trim_end().is_empty() && !rest.starts_with('#') {
        return Err(BadLine::Trailing);
    }
    Ok(Sample { name, written, value, at: Some(Timestamp::from_millis(at)) })
}

/// Reads what stands between braces; gives the metric's name, where it stands there, and what follows the brace.
fn read_labels<'a>(
    text: &'a str,
    may_name: bool,
    labels: &mut Vec<Label<'a>>,
) -> Result<(Option<&'a str>, &'a str), BadLine> {
    let mut rest = trim(text);
    let mut metric = None;
    let first = labels.len();
    loop {
        if let Some(after) = rest.strip_prefix('}') {
            return Ok((metric, after));
        }
        let name;
        if let Some(inner) = rest.strip_prefix('"') {
            let end = inner.find('"').ok_or(BadLine::Unclosed)?;
            name = &inner[..end];
            rest = trim(&inner[end + 1..]);
            if name.is_empty() || name.contains('\\') {
                return Err(BadLine::BadLabel);
            }
            if !rest.starts_with('=') {
                if !may_name || metric.replace(name).is_some() {
                    return Err(BadLine::BadLabel);
                }
                rest = after_comma(rest)?;
                continue;
            }
        } else {
            let (bare, after) = rest.split_at(name_len(rest, false));
            (name, rest) = (bare, trim(after));
            if rest.is_empty() {
                return Err(BadLine::Unclosed);
            }
        }
        let is_named = !name.is_empty();
        let after = rest.strip_prefix('=').filter(|_| is_named).ok_or(BadLine::BadLabel)?;
        let after = trim(after).strip_prefix('"').ok_or(BadLine::NoLabelValue)?;
        let (value, after) = quoted(after).ok_or(BadLine::Unclosed)?;
        if labels.len() - first >= MAX_LABELS {
            return Err(BadLine::TooManyLabels);
        }
        labels.push((name, value));
        rest = after_comma(trim(after))?;
    }
}

/// What follows a comma, which may also be the closing brace.
fn after_comma(text: &str) -> Result<&str, BadLine> {
    match text.as_bytes().first() {
        Some(b',') => Ok(trim(&text[1..])),
        Some(b'}') => Ok(text),
        Some(_) => Err(BadLine::BadLabel),
        None => Err(BadLine::Unclosed),
    }
}

/// The value up to its closing quote, and what follows that.
fn quoted(text: &str) -> Option<(Cow<'_, str>, &str)> {
    let bytes = text.as_bytes();
    let stop = memchr2(b'"', b'\\', bytes)?;
    if bytes[stop] == b'"' {
        return Some((Cow::Borrowed(&text[..stop]), &text[stop + 1..]));
    }
    let mut value = text[..stop].to_owned();
    let mut chars = text[stop..].char_indices();
    while let Some((i, c)) = chars.next() {
        match c {
            '"' => return Some((Cow::Owned(value), &text[stop + i + 1..])),
            '\\' => match chars.next()?.1 {
                'n' => value.push('\n'),
                c @ ('"' | '\\') => value.push(c),
                // Not an escape of the format; both signs are meant.
                other => value.extend(['\\', other]),
            },
            other => value.push(other),
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(line: &str, format: Format) -> String {
        let mut labels = Vec::new();
        match Line::read(line, format, &mut labels) {
            Ok(Line::Sample(sample)) => {
                let labels: Vec<String> = labels.iter().map(|(name, value)| format!("{name}={value:?}")).collect();
                let at = sample.at.map(|at| format!(" at {}", at.as_millis())).unwrap_or_default();
                format!("{}[{}] {}{at}", sample.name, labels.join(","), sample.value)
            }
            Ok(other) => format!("{other:?}"),
            Err(bad) => bad.to_string(),
        }
    }

    #[test]
    fn lines_of_the_text_format_are_read() {
        for (line, expect) in [
            ("up 1", "up[] 1"),
            ("  up\t1.5e3  ", "up[] 1500"),
            ("up 1\r", "up[] 1"),
            ("a:b{x=\"1\",y=\"two words\"} -3 1700000000000", "a:b[x=\"1\",y=\"two words\"] -3 at 1700000000000"),
            ("a { x = \"1\" , } 2", "a[x=\"1\"] 2"),
            ("a{} 2", "a[] 2"),
            (r#"a{p="C:\\d\n\"q\"\x"} +Inf"#, r#"a[p="C:\\d\n\"q\"\\x"] inf"#),
            ("a NaN", "a[] NaN"),
            ("a -inf -5", "a[] -inf at -5"),
            (r#"{"a.b", "c.d"="e"} 1"#, r#"a.b[c.d="e"] 1"#),
            ("a{x=\"ü}\"} 1", "a[x=\"ü}\"] 1"),
            ("# anything", "Nothing"),
            ("# HELP a What it \\n is", "Nothing"),
            ("# TYPE a counter", "Kind(\"a\", Counter)"),
            ("# TYPE a untyped  ", "Kind(\"a\", Unknown)"),
            ("# EOF", "Nothing"),
            ("", "Nothing"),
            ("   ", "Nothing"),
        ] {
            assert_eq!(read(line, Format::Text), expect, "{line}");
        }
    }

    #[test]
    fn lines_of_openmetrics_are_read() {
        for (line, expect) in [
            ("a_total 1 1700000000.5", "a_total[] 1 at 1700000000500"),
            ("a_bucket{le=\"1\"} 2 # {trace_id=\"7\"} 0.5 17", "a_bucket[le=\"1\"] 2"),
            ("a_bucket{le=\"1\"} 2 3 # {} 0.5", "a_bucket[le=\"1\"] 2 at 3000"),
            ("# UNIT a seconds", "Unit(\"a\", \"seconds\")"),
            ("# TYPE a stateset", "Kind(\"a\", StateSet)"),
            ("# EOF", "End"),
        ] {
            assert_eq!(read(line, Format::OpenMetrics), expect, "{line}");
        }
        let kind = Format::of_content_type("application/openmetrics-text; version=1.0.0; charset=utf-8");
        assert_eq!(kind, Format::OpenMetrics);
        assert_eq!(Format::of_content_type("text/plain; version=0.0.4"), Format::Text);
    }

    #[test]
    fn what_cannot_be_read_says_why() {
        for (line, expect) in [
            ("1a 1", BadLine::NoName),
            ("a-b 1", BadLine::NoName),
            ("{x=\"1\"} 1", BadLine::NoName),
            ("a", BadLine::NoValue),
            ("a{x=\"1\"}", BadLine::NoValue),
            ("a # {} 1", BadLine::NoValue),
            ("a one", BadLine::BadValue),
            ("a 1 soon", BadLine::BadTime),
            ("a 1 2 3", BadLine::Trailing),
            ("a{x=\"1\"", BadLine::Unclosed),
            ("a{x=\"1", BadLine::Unclosed),
            ("a{x", BadLine::Unclosed),
            ("a{x=1} 1", BadLine::NoLabelValue),
            ("a{=\"1\"} 1", BadLine::BadLabel),
            ("a{x=\"1\" y=\"2\"} 1", BadLine::BadLabel),
            ("a{\"b\"} 1", BadLine::BadLabel),
            ("a{,} 1", BadLine::BadLabel),
            ("# TYPE a speed", BadLine::BadKind),
            ("# TYPE", BadLine::NoName),
        ] {
            assert_eq!(Line::read(line, Format::Text, &mut Vec::new()), Err(expect), "{line}");
        }
        let many = format!("a{{{}}} 1", "x=\"1\",".repeat(65));
        assert_eq!(Line::read(&many, Format::Text, &mut Vec::new()), Err(BadLine::TooManyLabels));
    }
}
