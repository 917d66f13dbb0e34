//! The table's rows as texts, made once for an answer: figures in one unit a row, changes in percent of A.

use crate::model::quantity::{THIN_SPACE, decimals, joined, scale};
use crate::model::{CompareRow, CompareVerdict, Comparison, PeriodFigures, SeriesId, Snapshot, Unit, Units};
use crate::ui::pages::charts::full_name;

/// One row as it stands in the table.
#[derive(Debug, Clone, PartialEq)]
pub struct TableRow {
    /// Place in the comparison.
    pub index: usize,
    /// Which series.
    pub series: SeriesId,
    /// Its name.
    pub name: String,
    /// The unit its figures are in.
    pub unit: String,
    /// Median, 95th percentile and greatest value, A and B in turn.
    pub figures: [String; 6],
    /// The change: in percent of A where A is not zero, otherwise in the unit.
    pub change: String,
    /// The interval of the change, as the change.
    pub interval: String,
    /// Change and interval in percent of A, for the bar.
    pub bar: Option<Bar>,
    /// What can be said.
    pub verdict: CompareVerdict,
    /// The verdict and why.
    pub sentence: String,
    /// What the numeric columns sort by.
    pub sort: [f64; 7],
}

/// A change with its interval, percent of A.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Bar {
    /// The change.
    pub at: f64,
    /// The interval's ends, lower first.
    pub interval: Option<(f64, f64)>,
}

/// How the numbers of one row are written: a factor and an offset from the base unit, and decimals.
#[derive(Debug, Clone, PartialEq)]
struct RowScale {
    factor: f64,
    offset: f64,
    n_decimals: usize,
    unit: String,
}

impl RowScale {
    /// The scale in which the greatest of the values is read well.
    fn of(values: &[f64], unit: Unit, units: &Units) -> Self {
        let greatest = values.iter().fold(0.0f64, |most, v| most.max(v.abs()));
        let (offset, at_zero) = scale(0.0, unit, units);
        let (scaled, text) = if greatest > 0.0 { scale(greatest, unit, units) } else { (0.0, at_zero) };
        let factor = if greatest > 0.0 { (scaled - offset) / greatest } else { 1.0 };
        let size = scaled.abs();
        let is_whole = matches!(unit, Unit::Count(_)) && values.iter().all(|v| v.fract() == 0.0);
        let n_decimals = match size {
            _ if is_whole || greatest == 0.0 => 0,
            s if s >= 99.95 => 0,
            s if s >= 9.995 => 1,
            _ => 2,
        };
        let text = if unit == Unit::Cores { "cores".into() } else { text };
        Self { factor, offset, n_decimals, unit: text }
    }

    /// A value's number. Something is never written as nothing: "<0.1".
    fn number(&self, value: f64) -> String {
        let shown = value * self.factor + self.offset;
        let least = 0.1f64.powi(self.n_decimals as i32);
        if shown > 0.0 && shown < least / 2.0 {
            return format!("<{}", decimals(least, self.n_decimals));
        }
        decimals(shown, self.n_decimals)
    }

    /// A difference has no offset: ten degrees more are eighteen of Fahrenheit, not fifty.
    fn difference(&self, value: f64) -> String {
        signed(&decimals(value * self.factor, self.n_decimals), value)
    }
}

/// A number with its sign in front; a zero has none.
fn signed(text: &str, value: f64) -> String {
    let is_zero = !text.bytes().any(|b| (b'1'..=b'9').contains(&b));
    if value > 0.0 && !is_zero { format!("+{text}") } else { text.to_owned() }
}

/// A percentage of A with its sign: about two figures, so that a small change that shows is not written as none.
fn percent(value: f64) -> String {
    let n_decimals = match value.abs() {
        size if size == 0.0 || size >= 9.95 => 0,
        size if size >= 0.095 => 1,
        size if size >= 0.0095 => 2,
        _ => 3,
    };
    signed(&decimals(value, n_decimals), value)
}

/// The rows of a comparison, in its order.
pub fn table_rows(comparison: &Comparison, snapshot: &Snapshot) -> Vec<TableRow> {
    let units = &snapshot.settings.units;
    comparison.rows.iter().enumerate().map(|(index, row)| table_row(index, row, snapshot, units)).collect()
}

fn table_row(index: usize, row: &CompareRow, snapshot: &Snapshot, units: &Units) -> TableRow {
    let info = snapshot.info(row.series);
    let unit = info.map_or(Unit::Count(""), |info| info.def.unit);
    let name = info.map_or_else(|| format!("Series {}", row.series.0), full_name);
    let pairs: [fn(&PeriodFigures) -> f64; 3] = [|f| f.median, |f| f.p95, |f| f.max];
    let mut values = [f64::NAN; 6];
    for (i, pick) in pairs.iter().enumerate() {
        values[2 * i] = row.a.as_ref().map_or(f64::NAN, pick);
        values[2 * i + 1] = row.b.as_ref().map_or(f64::NAN, pick);
    }
    let known: Vec<f64> = values.iter().copied().filter(|v| v.is_finite()).collect();
    let scale = RowScale::of(&known, unit, units);
    let figures = values.map(|v| if v.is_finite() { scale.number(v) } else { "–".into() });
    let whole = row.a.as_ref().map(|a| a.median.abs()).filter(|whole| *whole > 0.0);
    let relative = |v: f64| whole.map(|whole| v / whole * 100.0);
    let change = match (row.change, row.change.and_then(relative)) {
        (_, Some(part)) => joined(&percent(part), "%"),
        (Some(change), None) => joined(&scale.difference(change), &scale.unit),
        (None, None) => "–".into(),
    };
    let interval = match row.interval {
        Some((low, high)) => match (relative(low), relative(high)) {
            (Some(low), Some(high)) => format!("{} to {}", percent(low), percent(high)),
            _ => format!("{} to {}", scale.difference(low), scale.difference(high)),
        },
        None => String::new(),
    };
    let bar = row
        .change
        .and_then(relative)
        .map(|at| Bar { at, interval: row.interval.and_then(|(low, high)| relative(low).zip(relative(high))) });
    let mut sort = [f64::NAN; 7];
    sort[..6].copy_from_slice(&values);
    sort[6] = bar.map_or(f64::NAN, |bar| bar.at);
    TableRow {
        index,
        series: row.series,
        name,
        unit: scale.unit.clone(),
        figures,
        change,
        interval,
        bar,
        verdict: row.verdict,
        sentence: row.sentence.to_string(),
        sort,
    }
}

/// What the table is sorted by.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SortBy {
    /// The name.
    Name,
    /// A column of figures, 0 to 5, or the change, 6.
    Figure(usize),
    /// The verdict: what differs first, and of that the greatest change.
    Verdict,
}

/// The rows that are shown, sorted: places in `rows`.
pub fn arrange(rows: &[TableRow], by: SortBy, is_descending: bool, only_differing: bool) -> Vec<usize> {
    let differs = |row: &TableRow| matches!(row.verdict, CompareVerdict::Higher | CompareVerdict::Lower);
    let mut places: Vec<usize> = (0..rows.len()).filter(|i| !only_differing || differs(&rows[*i])).collect();
    let size = |row: &TableRow| row.bar.map_or(0.0, |bar| bar.at.abs());
    places.sort_by(|a, b| {
        let (a, b) = (&rows[*a], &rows[*b]);
        let order = match by {
            SortBy::Name => a.name.to_lowercase().cmp(&b.name.to_lowercase()),
            SortBy::Verdict => a.verdict.cmp(&b.verdict).then(size(b).total_cmp(&size(a))),
            SortBy::Figure(i) => {
                let (a, b) = (a.sort[i.min(6)], b.sort[i.min(6)]);
                // What is not known stands last in either direction.
                return match (a.is_nan(), b.is_nan()) {
                    (true, true) => std::cmp::Ordering::Equal,
                    (true, false) => std::cmp::Ordering::Greater,
                    (false, true) => std::cmp::Ordering::Less,
                    _ if is_descending => b.total_cmp(&a),
                    _ => a.total_cmp(&b),
                };
            }
        };
        if is_descending { order.reverse() } else { order }
    });
    places
}

/// The table as text: a line for each row, columns parted by tabs.
pub fn as_text(rows: &[TableRow], places: &[usize]) -> String {
    let mut text = String::from(
        "Series\tUnit\tMedian A\tMedian B\tp95 A\tp95 B\tMax A\tMax B\tChange\tInterval of the change\tVerdict\n",
    );
    for row in places.iter().map(|i| &rows[*i]) {
        let figures = row.figures.join("\t");
        let cells = [&row.name, &row.unit, &figures, &row.change, &row.interval].map(String::as_str);
        text.push_str(&cells.join("\t").replace(THIN_SPACE, " "));
        text.push('\t');
        text.push_str(row.verdict.words());
        text.push('\n');
    }
    text
}

/// The axis of the bars: percent to either side of zero, and its step.
pub fn bar_axis(rows: &[TableRow]) -> (f64, f64) {
    /// Beyond this an interval is cut and ends in an arrow: one row must not make points of all others.
    const MOST: f64 = 100.0;
    let ends = rows.iter().filter_map(|row| row.bar).flat_map(|bar| {
        let (low, high) = bar.interval.unwrap_or((bar.at, bar.at));
        [bar.at.abs(), low.abs(), high.abs()]
    });
    let most = ends.filter(|v| v.is_finite()).fold(1.0f64, f64::max).min(MOST);
    let steps = [1.0, 2.0, 5.0, 10.0, 20.0, 25.0, 50.0];
    let step = steps.into_iter().find(|step| most / step <= 2.0).unwrap_or(50.0);
    ((most / step).ceil() * step, step)
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;
    use crate::model::{CompareRequest, ProbeId, SeriesDef, SeriesGroup, SeriesInfo, SeriesKey, Tier, TimeRange};

    fn world() -> Snapshot {
        let info = |i: u32, name: &str, unit| SeriesInfo {
            id: SeriesId(i),
            def: Arc::new(SeriesDef {
                key: SeriesKey::new(name, &[]),
                unit,
                group: SeriesGroup::Cpu,
                name: name.into(),
                instance: "".into(),
                probe: ProbeId("p"),
                cadence: None,
            }),
        };
        let series = [("CPU", Unit::Ratio), ("Disk read", Unit::BytesPerSecond), ("Inlet", Unit::Celsius)];
        let series = series.into_iter().enumerate().map(|(i, (name, unit))| info(i as u32, name, unit));
        Snapshot { series: series.collect(), ..Snapshot::default() }
    }

    fn row(series: u32, a: Option<f64>, b: Option<f64>, width: f64, verdict: CompareVerdict) -> CompareRow {
        let figures = |median: f64| PeriodFigures {
            n: 100,
            n_effective: 40.0,
            median,
            p95: median * 2.0,
            max: median * 3.0,
            mean: median,
        };
        let change = a.zip(b).map(|(a, b)| b - a);
        CompareRow {
            series: SeriesId(series),
            a: a.map(figures),
            b: b.map(figures),
            change,
            interval: change.filter(|_| width > 0.0).map(|c| (c - width, c + width)),
            verdict,
            sentence: "why".into(),
            curve_a: Vec::new().into(),
            curve_b: Vec::new().into(),
        }
    }

    fn comparison(rows: Vec<CompareRow>) -> Comparison {
        let range = TimeRange { start: Default::default(), end: Default::default() };
        Comparison {
            request: CompareRequest { a: range, b: range, series: Vec::new().into(), width_px: 1 },
            tiers: (Tier::Full, Tier::Full),
            level: 0.95,
            rows: rows.into(),
            method: "".into(),
        }
    }

    fn rows() -> Vec<TableRow> {
        let all = comparison(vec![
            row(0, Some(0.30), Some(0.33), 0.012, CompareVerdict::Higher),
            row(1, Some(0.0), Some(2.4e6), 0.2e6, CompareVerdict::Higher),
            row(2, Some(40.0), None, 0.0, CompareVerdict::TooLittleData),
            row(0, Some(0.5), Some(0.4), 0.01, CompareVerdict::Lower),
            row(0, Some(0.5), Some(0.5), 0.01, CompareVerdict::NoDifferenceShown),
        ]);
        table_rows(&all, &world())
    }

    #[test]
    fn figures_of_a_row_share_one_unit_and_changes_are_percent_of_a() {
        let rows = rows();
        let line = |i: usize| {
            let row: &TableRow = &rows[i];
            let text = format!("{} {} | {} | {}", row.figures.join(" "), row.unit, row.change, row.interval);
            text.replace(THIN_SPACE, " ")
        };
        assert_eq!(line(0), "30.0 33.0 60.0 66.0 90.0 99.0 % | +10 % | +6.0 to +14");
        assert_eq!(line(1), "0.00 2.40 0.00 4.80 0.00 7.20 MB/s | +2.40 MB/s | +2.20 to +2.60");
        assert_eq!(line(2), "40 – 80 – 120 – °C | – | ");
        assert_eq!(rows[1].bar, None, "no percentage of zero");
    }

    #[test]
    fn a_small_change_is_not_written_as_none() {
        let written = [-0.009, -0.016, 0.0, 0.4, -7.43, 306.2].map(percent);
        assert_eq!(written, ["\u{2212}0.009", "\u{2212}0.02", "0", "+0.4", "\u{2212}7.4", "+306"]);
    }

    #[test]
    fn something_is_never_written_as_nothing_and_nothing_is_a_plain_zero() {
        let scale = RowScale::of(&[0.004, 13.3], Unit::Watts, &Units::default());
        assert_eq!([0.004, 0.0, 13.3].map(|v| scale.number(v)), ["<0.1", "0.0", "13.3"]);
        assert_eq!(RowScale::of(&[0.0, 0.0], Unit::Watts, &Units::default()).number(0.0), "0");
    }

    #[test]
    fn a_difference_of_temperatures_has_no_offset() {
        let mut world = world();
        let units = Units { temperature: crate::model::TemperatureUnit::Fahrenheit, ..Units::default() };
        world.settings = Arc::new(crate::model::Settings { units, ..Default::default() });
        let all = comparison(vec![row(2, Some(0.0), Some(10.0), 0.0, CompareVerdict::Higher)]);
        let rows = table_rows(&all, &world);
        assert_eq!(rows[0].change.replace(THIN_SPACE, " "), "+18.0 °F");
    }

    #[test]
    fn the_table_sorts_filters_and_is_copied() {
        let rows = rows();
        assert_eq!(arrange(&rows, SortBy::Verdict, false, false), [0, 1, 3, 4, 2]);
        assert_eq!(arrange(&rows, SortBy::Verdict, false, true), [0, 1, 3]);
        assert_eq!(arrange(&rows, SortBy::Figure(6), true, false), [0, 4, 3, 1, 2], "the unknown last");
        assert_eq!(arrange(&rows, SortBy::Figure(6), false, false), [3, 4, 0, 1, 2]);
        assert_eq!(arrange(&rows, SortBy::Name, false, true), [0, 3, 1]);
        let text = as_text(&rows, &[3]);
        let line = text.lines().nth(1).expect("one row");
        assert!(line.starts_with("CPU\t%\t50") && line.ends_with("\tlower"), "{line}");
    }

    #[test]
    fn one_axis_holds_all_bars_and_one_row_does_not_squash_the_rest() {
        assert_eq!(bar_axis(&rows()), (40.0, 20.0));
        assert_eq!(bar_axis(&[]), (1.0, 1.0));
        let wild = comparison(vec![row(0, Some(0.001), Some(0.9), 0.001, CompareVerdict::Higher)]);
        assert_eq!(bar_axis(&table_rows(&wild, &world())), (100.0, 50.0));
    }
}
