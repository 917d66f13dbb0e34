//! What an exporter says, put together: numbers as they stand, histograms and summaries out of their lines.
//!
//! A line that cannot be read is counted, the first with its reason, and costs no other. What is no number is absent:
//! exporters say so of what they do not know.

use std::collections::HashMap;
use std::collections::hash_map::{Entry, RandomState};
use std::hash::BuildHasher as _;
use std::ops::Range;

use memchr::memchr_iter;

use super::histogram::Buckets;
use super::line::{BadLine, Format, Kind, Label, Line, Sample};
use crate::model::Timestamp;

/// Families whose type or unit is kept at most.
const MAX_KINDS: usize = 50_000;

/// The value of a point.
#[derive(Debug, Clone, PartialEq)]
pub enum Value {
    /// A number, finite.
    Number(f64),
    /// A histogram, its lines as they came.
    Histogram(Box<Buckets>),
    /// A summary.
    Summary(Box<Summary>),
}

/// Quantiles that the exporter worked out.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Summary {
    /// Quantiles, 0 to 1, and their values.
    pub quantiles: Vec<(f64, f64)>,
    /// The sum of all that was seen.
    pub sum: f64,
    /// How much was seen.
    pub count: u64,
}

/// One series at one moment.
#[derive(Debug, Clone, PartialEq)]
pub struct Point<'a> {
    /// Its name: of a histogram or summary that of its family, else as its line has it.
    pub name: &'a str,
    /// What it is.
    pub kind: Kind,
    /// The unit that the exporter names; empty where it names none.
    pub unit: &'a str,
    /// When it was so, where that is said.
    pub at: Option<Timestamp>,
    /// When it began to count, where that is said.
    pub created: Option<Timestamp>,
    /// Its value.
    pub value: Value,
    labels: Range<u32>,
    line: u32,
}

/// Bytes that a series takes as it is written, with its share of comments: about as exporters have it.
const BYTES_EACH: usize = 90;

/// What was read.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Families<'a> {
    points: Vec<Point<'a>>,
    labels: Vec<Label<'a>>,
    /// Samples that were read; those that are absent are among them.
    pub n_samples: u32,
    /// Samples that are no number.
    pub n_absent: u32,
    /// Lines that could not be read.
    pub n_bad_lines: u32,
    /// The first of them and why, such as `line 7: it has no value`; empty where all could.
    pub bad_line: String,
    /// Whether there were more series than asked for; the rest was not read.
    pub is_over: bool,
}

impl<'a> Families<'a> {
    /// Reads all of it, up to so many series, a histogram being one.
    pub fn read(body: &'a [u8], format: Format, max_series: usize) -> Self {
        // What grows step by step is copied at each.
        let n_likely = (body.len() / BYTES_EACH).min(max_series);
        let found =
            Self { points: Vec::with_capacity(n_likely), labels: Vec::with_capacity(n_likely * 3), ..Self::default() };
        let mut reader = Reader {
            found,
            format,
            kinds: HashMap::new(),
            units: HashMap::new(),
            places: HashMap::with_capacity(n_likely),
            hasher: RandomState::new(),
            family: ("", Kind::Unknown),
            line: 0,
        };
        let mut has_ended = false;
        let ends = memchr_iter(b'\n', body).chain([body.len()]);
        let mut start = 0;
        for end in ends {
            let line = &body[start..end];
            start = end + 1;
            reader.line += 1;
            if has_ended {
                if !line.is_empty() {
                    reader.bad(BadLine::AfterEnd);
                    break;
                }
                continue;
            }
            match reader.take(line) {
                Ok(is_end) => has_ended = is_end,
                Err(bad) => reader.bad(bad),
            }
            if reader.found.points.len() > max_series {
                reader.found.points.truncate(max_series);
                reader.found.is_over = true;
                return reader.found;
            }
        }
        if format == Format::OpenMetrics && !has_ended {
            reader.bad(BadLine::NoEnd);
        }
        reader.finish()
    }

    /// All series.
    pub fn points(&self) -> &[Point<'a>] {
        &self.points
    }

    /// The labels of one of them, in their order.
    pub fn labels(&self, point: &Point<'a>) -> &[Label<'a>] {
        &self.labels[point.labels.start as usize..point.labels.end as usize]
    }

    fn bad(&mut self, line: u32, bad: BadLine) {
        if self.n_bad_lines == 0 {
            self.bad_line = format!("line {line}: {bad}");
        }
        self.n_bad_lines += 1;
    }
}

/// What a sample is to its family.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Part {
    Value,
    Bucket,
    Quantile,
    Sum,
    Count,
    Created,
    /// Of no use.
    Ignored,
}

fn part(name: &str, family: &str, kind: Kind) -> Option<Part> {
    let rest = name.strip_prefix(family)?;
    Some(match (kind, rest) {
        (Kind::Summary, "") => Part::Quantile,
        (Kind::Histogram | Kind::GaugeHistogram, "") => return None,
        (_, "") | (Kind::Counter, "_total") | (Kind::Info, "_info") => Part::Value,
        (Kind::Histogram, "_bucket") => Part::Bucket,
        (Kind::Histogram | Kind::Summary, "_sum") => Part::Sum,
        (Kind::Histogram | Kind::Summary, "_count") => Part::Count,
        (Kind::Counter | Kind::Histogram | Kind::Summary, "_created") => Part::Created,
        (Kind::GaugeHistogram, "_gsum" | "_gcount") => Part::Value,
        (Kind::GaugeHistogram, "_bucket") => Part::Ignored,
        _ => return None,
    })
}

/// What may follow a family's name.
const ENDS: [&str; 8] = ["_bucket", "_sum", "_count", "_total", "_created", "_info", "_gsum", "_gcount"];

struct Reader<'a> {
    found: Families<'a>,
    format: Format,
    kinds: HashMap<&'a str, Kind>,
    units: HashMap<&'a str, &'a str>,
    /// Points by a hash of name and labels: as they are written, where nothing has to be taken out of them.
    places: HashMap<u64, usize>,
    hasher: RandomState,
    /// The family of the line before.
    family: (&'a str, Kind),
    line: u32,
}

impl<'a> Reader<'a> {
    fn bad(&mut self, bad: BadLine) {
        self.found.bad(self.line, bad);
    }

    /// Takes a line; gives whether it is the end.
    fn take(&mut self, line: &'a [u8]) -> Result<bool, BadLine> {
        let first = self.found.labels.len();
        let line = std::str::from_utf8(line).map_err(|_| BadLine::NotText)?;
        let taken = match Line::read(line, self.format, &mut self.found.labels) {
            Ok(Line::Nothing) => Ok(false),
            Ok(Line::End) => Ok(true),
            Ok(Line::Kind(name, kind)) => self.set_kind(name, kind).map(|()| false),
            Ok(Line::Unit(name, unit)) => {
                if self.units.len() < MAX_KINDS {
                    self.units.insert(name, unit);
                }
                Ok(false)
            }
            Ok(Line::Sample(sample)) => return self.take_sample(&sample, first).map(|()| false),
            Err(bad) => Err(bad),
        };
        self.found.labels.truncate(first);
        taken
    }

    fn set_kind(&mut self, name: &'a str, kind: Kind) -> Result<(), BadLine> {
        self.family = (name, kind);
        if self.kinds.len() >= MAX_KINDS {
            return Ok(());
        }
        match self.kinds.entry(name) {
            Entry::Occupied(_) => Err(BadLine::SecondKind),
            Entry::Vacant(place) => {
                place.insert(kind);
                Ok(())
            }
        }
    }

    /// The family of a sample, and what it is to that.
    fn place(&mut self, name: &'a str) -> (&'a str, Kind, Part) {
        let (family, kind) = self.family;
        if !family.is_empty()
            && let Some(part) = part(name, family, kind)
        {
            return (family, kind, self.unless_start(name, part));
        }
        let ends = ENDS.into_iter().filter_map(|end| name.strip_suffix(end));
        for family in [name].into_iter().chain(ends) {
            if let Some((family, kind)) = self.kinds.get_key_value(family)
                && let Some(part) = part(name, family, *kind)
            {
                self.family = (family, *kind);
                return (family, *kind, self.unless_start(name, part));
            }
        }
        self.family = (name, Kind::Unknown);
        // Without a type its name tells.
        let kind = if name.ends_with("_total") { Kind::Counter } else { Kind::Unknown };
        (name, kind, Part::Value)
    }

    /// In the text format some clients say of each counter when it began, as a family of its own: of no use as a curve.
    fn unless_start(&self, name: &str, part: Part) -> Part {
        let base = name.strip_suffix("_created").filter(|_| part == Part::Value);
        let counts = |name: &str| matches!(self.kinds.get(name), Some(Kind::Counter | Kind::Histogram | Kind::Summary));
        match base {
            Some(base) if counts(base) || counts(&format!("{base}_total")) => Part::Ignored,
            _ => part,
        }
    }

    fn take_sample(&mut self, sample: &Sample<'a>, first: usize) -> Result<(), BadLine> {
        let (family, kind, part) = self.place(sample.name);
        let taken = match part {
            Part::Ignored => {
                self.found.labels.truncate(first);
                Ok(())
            }
            Part::Value => self.take_value(sample, family, kind, first),
            _ => self.take_part(sample, (family, kind, part), first),
        };
        if taken.is_ok() {
            self.found.n_samples += 1;
        } else {
            self.found.labels.truncate(first);
        }
        taken
    }

    fn take_value(&mut self, sample: &Sample<'a>, family: &'a str, kind: Kind, first: usize) -> Result<(), BadLine> {
        if !sample.value.is_finite() {
            self.found.labels.truncate(first);
            self.found.n_absent += 1;
            return Ok(());
        }
        // A counter is looked for again by its family, to be told when it began.
        let key = if kind == Kind::GaugeHistogram { sample.name } else { family };
        let hash = self.hasher.hash_one((key, sample.written));
        let Entry::Vacant(place) = self.places.entry(hash) else { return Err(BadLine::Repeated) };
        place.insert(self.found.points.len());
        self.push(sample, sample.name, (family, kind), first, Value::Number(sample.value));
        Ok(())
    }

    fn push(&mut self, sample: &Sample<'a>, name: &'a str, of: (&'a str, Kind), first: usize, value: Value) {
        let unit = self.units.get(of.0).copied().unwrap_or("");
        // A body has 16 MiB at most, and a label more than one byte.
        let place = |place: usize| u32::try_from(place).unwrap_or(u32::MAX);
        let labels = place(first)..place(self.found.labels.len());
        let (kind, line) = (of.1, self.line);
        self.found.points.push(Point { name, kind, unit, at: sample.at, created: None, value, labels, line });
    }

    /// A line of a histogram or summary, or the word when something began to count.
    fn take_part(&mut self, sample: &Sample<'a>, of: (&'a str, Kind, Part), first: usize) -> Result<(), BadLine> {
        let (family, kind, part) = of;
        let bound = match part {
            Part::Bucket => Some(self.take_bound("le", first)?),
            Part::Quantile => Some(self.take_bound("quantile", first)?),
            _ => None,
        };
        let Some(place) = self.group(sample, family, kind, part, first) else { return Ok(()) };
        let Some(point) = self.found.points.get_mut(place) else { return Ok(()) };
        point.at = sample.at.or(point.at);
        let value = sample.value;
        match (part, &mut point.value) {
            (Part::Created, _) => {
                let is_time = value.is_finite() && value > 0.0;
                point.created = is_time.then(|| Timestamp::from_millis((value * 1000.0).round() as i64));
            }
            (Part::Bucket, Value::Histogram(buckets)) => {
                let is_good = buckets.add(bound.unwrap_or(f64::NAN), value);
                if !is_good {
                    return Err(BadLine::BadValue);
                }
            }
            (Part::Sum, Value::Histogram(buckets)) => buckets.sum = Some(value).filter(|value| value.is_finite()),
            (Part::Count, Value::Histogram(buckets)) => buckets.count = count_of(value),
            // What was seen of late may be nothing: then a quantile is no number.
            (Part::Quantile, Value::Summary(summary)) => match bound {
                Some(bound) if value.is_finite() => summary.quantiles.push((bound, value)),
                _ => self.found.n_absent += 1,
            },
            (Part::Sum, Value::Summary(summary)) => summary.sum = if value.is_finite() { value } else { 0.0 },
            (Part::Count, Value::Summary(summary)) => summary.count = count_of(value).unwrap_or(0),
            _ => {}
        }
        Ok(())
    }

    /// Takes the label out that says which bucket or quantile a line is.
    fn take_bound(&mut self, name: &str, first: usize) -> Result<f64, BadLine> {
        let place = self.found.labels[first..].iter().position(|(n, _)| *n == name).ok_or(BadLine::NoBound)?;
        let (_, text) = self.found.labels.remove(first + place);
        text.parse::<f64>().ok().filter(|bound| !bound.is_nan()).ok_or(BadLine::NoBound)
    }

    /// The point that a line belongs to, made where it is the first; none for the start of what is not there.
    fn group(&mut self, sample: &Sample<'a>, family: &'a str, kind: Kind, part: Part, first: usize) -> Option<usize> {
        let labels = &self.found.labels[first..];
        // Lines of one histogram mostly follow each other.
        let is_last =
            self.found.points.last().is_some_and(|point| {
                point.name == family && point.kind == kind && *self.found.labels(point) == *labels
            });
        if is_last {
            self.found.labels.truncate(first);
            return Some(self.found.points.len() - 1);
        }
        let hash = match kind {
            Kind::Counter => self.hasher.hash_one((family, sample.written)),
            _ => self.hasher.hash_one((family, labels)),
        };
        let known = self.places.get(&hash).copied();
        if known.is_some() || part == Part::Created {
            self.found.labels.truncate(first);
            return known;
        }
        let value = match kind {
            Kind::Histogram => Value::Histogram(Box::default()),
            _ => Value::Summary(Box::default()),
        };
        let place = self.found.points.len();
        self.places.insert(hash, place);
        self.push(sample, family, (family, kind), first, value);
        Some(place)
    }

    /// Looks through the histograms: those whose counts fall cannot be used.
    fn finish(self) -> Families<'a> {
        let mut found = self.found;
        let mut bad = Vec::new();
        found.points.retain_mut(|point| match &mut point.value {
            Value::Histogram(buckets) => {
                let is_good = buckets.finish();
                if !is_good {
                    bad.push(point.line);
                }
                is_good
            }
            Value::Summary(summary) => {
                summary.quantiles.sort_by(|a, b| a.0.total_cmp(&b.0));
                true
            }
            Value::Number(_) => true,
        });
        for line in bad {
            found.bad(line, BadLine::Falling);
        }
        found
    }
}

fn count_of(value: f64) -> Option<u64> {
    (value.is_finite() && value >= 0.0).then_some(value.round() as u64)
}
