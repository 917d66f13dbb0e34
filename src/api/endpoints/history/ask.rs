//! What a request to history asks for.

use std::time::Duration;

use super::cut::Cut;
use crate::api::Problem;
use crate::api::endpoints::params::Params;
use crate::api::endpoints::when::{self, Moment};
use crate::model::nearest::did_you_mean;
use crate::model::{SeriesId, SeriesKey, Snapshot, TimeRange, Timestamp, ViewRange, ViewRequest};

/// Series of a request, at most.
pub const MAX_SERIES: usize = 16;
/// Buckets of a request, at least and at most.
pub const BUCKETS: (u64, u64) = (16, 5000);
/// Buckets where nothing is said.
const USUAL_BUCKETS: u32 = 600;
/// Shortest and longest step.
const STEP: (Duration, Duration) = (Duration::from_millis(10), Duration::from_secs(366 * 86_400));
/// How far back a request goes where nothing is said.
const USUAL_SPAN: Duration = Duration::from_secs(3600);
/// Longest time of a request.
const MAX_SPAN: Duration = Duration::from_secs(100 * 366 * 86_400);

/// Form of the answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, utoipa::ToSchema)]
#[schema(rename_all = "snake_case")]
pub enum Format {
    /// A page.
    Json,
    /// A table.
    Csv,
}

/// A series that was asked for.
#[derive(Debug, Clone, PartialEq)]
pub struct AskedSeries {
    /// The engine's number.
    pub id: SeriesId,
    /// Its key.
    pub key: SeriesKey,
    /// Its unit, in UCUM.
    pub unit: String,
}

/// What a request asks for.
#[derive(Debug, Clone, PartialEq)]
pub struct Asked {
    /// Which series, in the order of the request.
    pub series: Vec<AskedSeries>,
    /// All of the time.
    pub range: TimeRange,
    /// How it is cut.
    pub cut: Cut,
    /// The part of the time that this page holds.
    pub page: TimeRange,
    /// Whether the answer is CSV.
    pub is_csv: bool,
}

/// Reads a request. `now` is the time of the newest data.
///
/// # Errors
/// A problem that names what is wrong.
pub fn read(params: &Params, snapshot: &Snapshot, now: Timestamp) -> Result<Asked, Problem> {
    params.only(&["series", "from", "to", "step", "buckets", "format"])?;
    let series = series(params, snapshot)?;
    // A range excludes its end, and the newest sample stands on it.
    let to = match params.one("to")? {
        Some(text) if text != "now" => when::read("to", text, now)?,
        _ => now.plus(Duration::from_millis(1)),
    };
    let from = match params.one("from")? {
        Some(text) => when::read("from", text, now)?,
        None => to.minus(USUAL_SPAN),
    };
    let range = TimeRange { start: from, end: to };
    if from >= to {
        return Err(Problem::conflict("from", format!("{} is not before {}", Moment(from), Moment(to))));
    }
    if range.span() > MAX_SPAN {
        return Err(Problem::conflict("from", "ask for 100 years at most"));
    }
    let cut = cut(params)?;
    let page = cut.first_page(range, series.len());
    let is_csv = params.choice("format", &[("json", Format::Json), ("csv", Format::Csv)])? == Some(Format::Csv);
    Ok(Asked { series, range, cut, page, is_csv })
}

fn series(params: &Params, snapshot: &Snapshot) -> Result<Vec<AskedSeries>, Problem> {
    let texts: Vec<&str> = params.all("series").collect();
    if texts.is_empty() || texts.len() > MAX_SERIES {
        return Err(Problem::field(
            "series",
            format!("name 1 to {MAX_SERIES} series; /performance/metrics lists them"),
        ));
    }
    let mut all: Vec<AskedSeries> = Vec::with_capacity(texts.len());
    for text in texts {
        let none = |detail: String| Problem { field: Some("series".into()), ..Problem::not_found(detail) };
        let key: SeriesKey = text.parse().map_err(|e| none(format!("there is no series {text}: {e}")))?;
        let Some(info) = snapshot.series.iter().find(|info| info.def.key == key) else {
            // The metric is right and the attributes are not: the first series of it shows how they are written.
            let same = snapshot.series.iter().find(|info| info.def.key.metric() == key.metric());
            let meant = match same {
                Some(info) => format!(": did you mean {}?", info.def.key),
                None => did_you_mean(key.metric(), snapshot.series.iter().map(|info| info.def.key.metric())),
            };
            return Err(none(format!("there is no series {key}{meant}")));
        };
        if all.iter().any(|known| known.id == info.id) {
            return Err(Problem::field("series", format!("{key} is named twice")));
        }
        all.push(AskedSeries { id: info.id, key, unit: info.def.unit.ucum() });
    }
    Ok(all)
}

fn cut(params: &Params) -> Result<Cut, Problem> {
    let buckets = params.whole("buckets", BUCKETS.0..=BUCKETS.1)?;
    let step = params.one("step")?.map(|text| {
        let bounds = "give a length of time from 0.01s to 366d, such as 60s";
        let span = when::span(text).ok_or_else(|| Problem::field("step", bounds))?;
        if (STEP.0..=STEP.1).contains(&span) { Ok(span) } else { Err(Problem::conflict("step", bounds)) }
    });
    match (step.transpose()?, buckets) {
        (Some(_), Some(_)) => Err(Problem::conflict("buckets", "give step or buckets, not both")),
        (Some(step), None) => Ok(Cut::Step(step)),
        (None, n) => Ok(Cut::Buckets(n.and_then(|n| u32::try_from(n).ok()).unwrap_or(USUAL_BUCKETS))),
    }
}

impl Asked {
    /// What the engine is asked for this page.
    pub fn request(&self) -> ViewRequest {
        ViewRequest {
            series: self.series.iter().map(|series| series.id).collect(),
            range: ViewRange::Fixed(self.page),
            width_px: self.cut.width_px(self.page, self.series.len()),
        }
    }
}
