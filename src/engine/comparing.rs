//! Two periods of history side by side: reads them, and lets `analysis::compare` judge.

use std::sync::Arc;

use super::period::{Period, read_periods};
use crate::analysis::compare::{self, LEVEL, Side, Subject};
use crate::model::{
    CompareRequest, CompareRow, CompareVerdict, Comparison, SeriesDef, SeriesId, SeriesInfo, SeriesKey, TimeRange,
    Units,
};
use crate::store::history::{CurveCut, HistoryError, HistoryRead};
use crate::store::progress::Progress;

/// Series one comparison may name; the rest is left out.
pub const MAX_SERIES: usize = 128;

/// Answers a comparison out of history. `infos` are all series by id, as the snapshot lists them; an id that is not
/// among them is left out.
///
/// # Errors
/// What history says, and [`HistoryError::Cancelled`] when `progress` says so.
pub fn compare_periods(
    history: &dyn HistoryRead,
    request: &CompareRequest,
    infos: &[SeriesInfo],
    units: &Units,
    progress: &mut dyn Progress,
) -> Result<Comparison, HistoryError> {
    let known = |id: &SeriesId| infos.get(id.0 as usize).map(|info| (*id, &*info.def));
    let wanted: Vec<(SeriesId, &SeriesDef)> = request.series.iter().filter_map(known).take(MAX_SERIES).collect();
    let keys: Vec<SeriesKey> = wanted.iter().map(|(_, def)| def.key.clone()).collect();
    let mut periods = read_periods(history, &keys, &[request.a, request.b], progress)?.into_iter();
    let (a, b) = (periods.next().unwrap_or_else(Period::empty), periods.next().unwrap_or_else(Period::empty));
    let curves = |range: TimeRange| history.curves(&keys, &CurveCut { range, width_px: request.width_px });
    let mut curves_a = curves(request.a)?.curves.into_iter();
    let mut curves_b = curves(request.b)?.curves.into_iter();
    let mut rows = Vec::with_capacity(wanted.len());
    for (i, (id, def)) in wanted.iter().enumerate() {
        progress.step(Some(i as f32 / wanted.len() as f32), &def.name)?;
        let name = name_of(def);
        let subject = Subject { name: &name, unit: def.unit, units };
        let found = compare::compare(&subject, side(&a, i), side(&b, i), LEVEL);
        rows.push(CompareRow {
            series: *id,
            a: found.a,
            b: found.b,
            change: found.change,
            interval: found.interval,
            verdict: found.verdict,
            sentence: found.sentence.into(),
            curve_a: curves_a.next().unwrap_or_default().into(),
            curve_b: curves_b.next().unwrap_or_default().into(),
        });
    }
    let n_judged = rows.iter().filter(|row| row.verdict != CompareVerdict::TooLittleData).count();
    let tiers = (a.tier, b.tier);
    let method: Arc<str> = compare::method(LEVEL, tiers, n_judged).into();
    Ok(Comparison { request: request.clone(), tiers, level: LEVEL, rows: rows.into(), method })
}

fn side(period: &Period, i: usize) -> Side<'_> {
    let Some(series) = period.series.get(i) else { return Side::of_samples(&[]) };
    Side {
        values: &series.values,
        greatest: Some(series.max).filter(|_| !series.values.is_empty()),
        mean: series.mean(),
    }
}

/// What a series is called in a sentence: its name, and which one of several.
pub(super) fn name_of(def: &SeriesDef) -> String {
    if def.instance.is_empty() { def.name.to_string() } else { format!("{} {}", def.name, def.instance) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::engine::fake_history::{FakeHistory, series};
    use crate::model::quantity::THIN_SPACE;
    use crate::model::{Tier, Timestamp, Unit};
    use crate::store::progress::Unwatched;

    #[test]
    fn two_hours_are_held_against_one_another_row_by_row() {
        let defs = ["cpu", "idle"].map(|name| series(&SeriesKey::new(name, &[]), Unit::Ratio, name));
        let mut history = FakeHistory::default();
        let values = |level: f32| (0..60).map(|i| level + (i * 37 % 60) as f32 / 1000.0).collect::<Vec<f32>>();
        history.add(0, &[(&defs[0], values(0.1)), (&defs[1], vec![0.0; 60])]);
        history.add(100, &[(&defs[0], values(0.5))]);
        let range = |start: i64| TimeRange {
            start: Timestamp::from_millis(start * 1000),
            end: Timestamp::from_millis((start + 60) * 1000),
        };
        let infos: Vec<SeriesInfo> = (0..).map(SeriesId).zip(defs).map(|(id, def)| SeriesInfo { id, def }).collect();
        let series: Arc<[SeriesId]> = [SeriesId(1), SeriesId(0), SeriesId(9)].into();
        let request = CompareRequest { a: range(0), b: range(100), series, width_px: 400 };
        let found = compare_periods(&history, &request, &infos, &Units::default(), &mut Unwatched).expect("compared");
        let said: Vec<String> = found.rows.iter().map(|row| row.sentence.replace(THIN_SPACE, " ")).collect();
        assert_eq!(said.len(), 2, "{said:?}");
        assert_eq!(said[0], "idle: too little data: nothing was recorded in B");
        assert!(
            said[1].starts_with("cpu is higher: median 13.0 % → 53 %, +40.0 points (95 % interval "),
            "{}",
            said[1]
        );
        assert_eq!(found.tiers, (Tier::Full, Tier::Full));
        assert_eq!((found.rows[1].curve_a.len(), found.rows[0].curve_b.len()), (60, 0));
        assert!(found.method.contains("One row was judged"), "{}", found.method);
    }
}
