//! The small charts of cards.

use std::time::Duration;

use super::evidence::{Evidence, Track};
use crate::model::Unit;
use crate::model::suggest::{Bar, Picture, PictureForm};

/// Most bars of a chart.
const MAX_BARS: usize = 6;

/// A series over the last `span`, with a line across.
pub fn line(track: &Track<'_>, span: Duration, title: impl Into<String>, threshold: Option<f64>) -> Option<Picture> {
    let buckets = track.buckets(span);
    (buckets.len() > 1).then(|| Picture {
        title: title.into().into(),
        unit: track.def.unit,
        form: PictureForm::Line { buckets: buckets.into(), threshold },
    })
}

/// Bars, the longest first; what finds no room is taken together where the values may be added.
pub fn bars(title: impl Into<String>, unit: Unit, mut values: Vec<(String, f64)>, marked: &str) -> Option<Picture> {
    values.retain(|(_, value)| value.is_finite() && *value > 0.0);
    values.sort_by(|a, b| b.1.total_cmp(&a.1).then_with(|| a.0.cmp(&b.0)));
    if values.len() > MAX_BARS {
        let rest = values.split_off(MAX_BARS - 1);
        values.push((format!("other {}", rest.len()), rest.iter().map(|(_, value)| value).sum()));
    }
    let bars: Vec<Bar> =
        values.into_iter().map(|(name, value)| Bar { is_marked: name == marked, name: name.into(), value }).collect();
    (!bars.is_empty()).then(|| Picture { title: title.into().into(), unit, form: PictureForm::Bars(bars.into()) })
}

/// The greatest programs as bars.
pub fn programs(
    e: &Evidence<'_>,
    title: &str,
    unit: Unit,
    amount: fn(&crate::analysis::ProgramTotal) -> Option<f64>,
) -> Option<Picture> {
    let values: Vec<(String, f64)> =
        e.programs.iter().filter_map(|program| Some((program.name.to_string(), amount(program)?))).collect();
    let first = values.iter().max_by(|a, b| a.1.total_cmp(&b.1)).map(|(name, _)| name.clone()).unwrap_or_default();
    bars(title, unit, values, &first)
}
