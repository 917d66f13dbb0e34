//! Changes of layouts: which charts there are and which series stand on them. Pure: a layout in, a layout out.
//!
//! A chart holds one unit. A series whose unit does not fit goes to a chart that has it, or to one of its own.

use crate::model::{ChartSpec, Layout, Layouts, SeriesKey, Unit};

/// One change a person asked for.
#[derive(Debug, Clone, PartialEq)]
pub enum Edit {
    /// An empty chart at the end.
    AddChart,
    /// Takes a chart away.
    RemoveChart(usize),
    /// Exchanges a chart with the one above (-1) or below (1).
    MoveChart(usize, isize),
    /// Gives a chart another heading.
    RenameChart(usize, String),
    /// Hides a series of a chart, or shows it again.
    ToggleHidden(usize, SeriesKey),
    /// Puts a series on a chart: the selected one where its unit fits.
    AddSeries(SeriesKey),
    /// Puts these on one new chart.
    AddChartOf(String, Vec<SeriesKey>),
    /// Takes a series off every chart.
    RemoveSeries(SeriesKey),
    /// Takes a series off one chart.
    RemoveSeriesFrom(usize, SeriesKey),
    /// Puts another layout on the page.
    ChooseLayout(String),
    /// An empty layout with this name, and puts it on the page.
    NewLayout(String),
    /// Gives the layout on the page another name.
    RenameLayout(String),
    /// A copy of the layout on the page, and puts it there.
    DuplicateLayout,
    /// Takes the layout on the page away.
    DeleteLayout,
}

impl Edit {
    /// What to say after it, where it takes something away that a person may want back.
    pub fn undo_text(&self, before: &Layouts) -> Option<String> {
        let layout = before.current()?;
        match self {
            Self::RemoveChart(i) => layout.charts.get(*i).map(|c| format!("Removed chart “{}”", c.title)),
            Self::DeleteLayout => Some(format!("Deleted layout “{}”", layout.name)),
            _ => None,
        }
    }
}

/// What an edit must know of a series.
#[derive(Debug, Clone, PartialEq)]
pub struct SeriesFacts {
    /// Its unit.
    pub unit: Unit,
    /// Its name for people.
    pub name: String,
}

/// Carries out an edit. `selected` is the chart a person chose and follows it.
pub fn apply(
    layouts: &mut Layouts,
    edit: &Edit,
    selected: &mut Option<usize>,
    facts: impl Fn(&SeriesKey) -> Option<SeriesFacts>,
) {
    match edit {
        Edit::ChooseLayout(name) => {
            layouts.current.clone_from(name);
            *selected = None;
        }
        Edit::NewLayout(name) => put_layout(layouts, Layout { name: name.clone(), charts: Vec::new() }, selected),
        Edit::DuplicateLayout => {
            if let Some(layout) = layouts.current().cloned() {
                put_layout(layouts, layout, selected);
            }
        }
        Edit::RenameLayout(name) => rename_layout(layouts, name),
        Edit::DeleteLayout => delete_layout(layouts, selected),
        _ => {
            let Some(i) = current_index(layouts) else { return };
            edit_charts(&mut layouts.layouts[i].charts, edit, selected, facts);
        }
    }
}

fn edit_charts(
    charts: &mut Vec<ChartSpec>,
    edit: &Edit,
    selected: &mut Option<usize>,
    facts: impl Fn(&SeriesKey) -> Option<SeriesFacts>,
) {
    match edit {
        Edit::AddChart => {
            charts.push(chart("New chart", Vec::new()));
            *selected = Some(charts.len() - 1);
        }
        Edit::AddChartOf(title, series) => {
            charts.push(chart(title, series.clone()));
            *selected = Some(charts.len() - 1);
        }
        Edit::RemoveChart(i) if *i < charts.len() => remove_chart(charts, *i, selected),
        Edit::MoveChart(i, by) => {
            let to = i.saturating_add_signed(*by);
            if *i < charts.len() && to < charts.len() {
                charts.swap(*i, to);
                if *selected == Some(*i) {
                    *selected = Some(to);
                }
            }
        }
        Edit::RenameChart(i, title) => {
            if let Some(chart) = charts.get_mut(*i).filter(|_| !title.trim().is_empty()) {
                chart.title = title.trim().to_owned();
            }
        }
        Edit::ToggleHidden(i, key) => {
            if let Some(chart) = charts.get_mut(*i) {
                match chart.hidden.iter().position(|k| k == key) {
                    Some(at) => drop(chart.hidden.remove(at)),
                    None => chart.hidden.push(key.clone()),
                }
            }
        }
        Edit::AddSeries(key) => add_series(charts, key, selected, facts),
        Edit::RemoveSeriesFrom(i, key) => {
            if let Some(chart) = charts.get_mut(*i) {
                take_off(chart, key);
            }
        }
        Edit::RemoveSeries(key) => {
            for i in (0..charts.len()).rev() {
                // A chart that this leaves without a curve has nothing left to say.
                if take_off(&mut charts[i], key) && charts[i].series.is_empty() && charts.len() > 1 {
                    remove_chart(charts, i, selected);
                }
            }
        }
        _ => {}
    }
}

fn chart(title: &str, series: Vec<SeriesKey>) -> ChartSpec {
    ChartSpec { title: title.to_owned(), series, hidden: Vec::new() }
}

fn take_off(chart: &mut ChartSpec, key: &SeriesKey) -> bool {
    chart.hidden.retain(|k| k != key);
    let n_before = chart.series.len();
    chart.series.retain(|k| k != key);
    chart.series.len() < n_before
}

fn remove_chart(charts: &mut Vec<ChartSpec>, i: usize, selected: &mut Option<usize>) {
    charts.remove(i);
    *selected = match *selected {
        Some(s) if s == i => None,
        Some(s) if s > i => Some(s - 1),
        other => other,
    };
}

fn add_series(
    charts: &mut Vec<ChartSpec>,
    key: &SeriesKey,
    selected: &mut Option<usize>,
    facts: impl Fn(&SeriesKey) -> Option<SeriesFacts>,
) {
    let new = facts(key);
    let unit_of = |chart: &ChartSpec| chart.series.iter().find_map(&facts).map(|f| f.unit);
    let fits = |chart: &ChartSpec| match (&new, unit_of(chart)) {
        (Some(new), Some(unit)) => new.unit == unit,
        (_, None) => chart.series.is_empty(),
        (None, Some(_)) => false,
    };
    let has_unit = |chart: &ChartSpec| !chart.series.is_empty() && fits(chart);
    let place = selected
        .filter(|i| charts.get(*i).is_some_and(fits))
        .or_else(|| if selected.is_some() { None } else { charts.iter().position(has_unit) });
    let name = new.as_ref().map_or_else(|| key.metric().to_owned(), |f| f.name.clone());
    match place.and_then(|i| charts.get_mut(i)) {
        Some(place) => {
            if place.series.is_empty() && place.title == "New chart" {
                place.title = name;
            }
            if !place.series.contains(key) {
                place.series.push(key.clone());
            }
        }
        None => {
            let at = selected.map_or(charts.len(), |i| (i + 1).min(charts.len()));
            charts.insert(at, chart(&name, vec![key.clone()]));
        }
    }
}

fn current_index(layouts: &Layouts) -> Option<usize> {
    let at = layouts.layouts.iter().position(|l| l.name == layouts.current);
    at.or(if layouts.layouts.is_empty() { None } else { Some(0) })
}

fn put_layout(layouts: &mut Layouts, mut layout: Layout, selected: &mut Option<usize>) {
    layout.name = free_name(layouts, &layout.name, None);
    layouts.current.clone_from(&layout.name);
    layouts.layouts.push(layout);
    *selected = None;
}

fn rename_layout(layouts: &mut Layouts, name: &str) {
    let Some(i) = current_index(layouts).filter(|_| !name.trim().is_empty()) else { return };
    let name = free_name(layouts, name, Some(i));
    layouts.layouts[i].name.clone_from(&name);
    layouts.current = name;
}

fn delete_layout(layouts: &mut Layouts, selected: &mut Option<usize>) {
    if let Some(i) = current_index(layouts) {
        layouts.layouts.remove(i);
        if layouts.layouts.is_empty() {
            layouts.layouts = Layouts::default().layouts;
        }
        let next = i.min(layouts.layouts.len() - 1);
        layouts.current.clone_from(&layouts.layouts[next].name);
        *selected = None;
    }
}

/// The wanted name, or the first of "name 2", "name 3" that no other layout has.
fn free_name(layouts: &Layouts, wanted: &str, except: Option<usize>) -> String {
    let wanted = if wanted.trim().is_empty() { "Layout" } else { wanted.trim() };
    let is_free = |name: &str| !layouts.layouts.iter().enumerate().any(|(i, l)| Some(i) != except && l.name == name);
    if is_free(wanted) {
        return wanted.to_owned();
    }
    (2..).map(|n| format!("{wanted} {n}")).find(|name| is_free(name)).unwrap_or_else(|| wanted.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn key(name: &str) -> SeriesKey {
        SeriesKey::new(name, &[])
    }

    /// Series that begin with `b` count bytes, all others are shares.
    fn facts(key: &SeriesKey) -> Option<SeriesFacts> {
        let unit = if key.metric().starts_with('b') { Unit::Bytes } else { Unit::Ratio };
        Some(SeriesFacts { unit, name: key.metric().to_uppercase() })
    }

    /// `a c | b1` is two charts; `*` marks the selected one, `-` a hidden series.
    fn check(before: &str, edit: Edit, expect: &str) {
        let mut selected = None;
        let charts = before.split('|').filter(|c| !c.is_empty()).enumerate().map(|(i, text)| {
            if text.contains('*') {
                selected = Some(i);
            }
            let names: Vec<&str> =
                text.split_whitespace().map(|n| n.trim_matches('*')).filter(|n| !n.is_empty()).collect();
            let mut made = chart("T", names.iter().map(|n| key(n.trim_matches('-'))).collect());
            made.hidden = names.iter().filter(|n| n.starts_with('-')).map(|n| key(n.trim_matches('-'))).collect();
            made
        });
        let layout = Layout { name: "Host".into(), charts: charts.collect() };
        let mut layouts = Layouts { version: 1, current: "Host".into(), layouts: vec![layout] };
        apply(&mut layouts, &edit, &mut selected, facts);
        let charts = layouts.current().expect("a layout").charts.iter().enumerate().map(|(i, chart)| {
            let star = if selected == Some(i) { "*" } else { "" };
            let name = |k: &SeriesKey| format!("{}{}", if chart.hidden.contains(k) { "-" } else { "" }, k.metric());
            format!("{star}{}", chart.series.iter().map(name).collect::<Vec<_>>().join(" "))
        });
        assert_eq!(charts.collect::<Vec<_>>().join("|"), expect, "{before} {edit:?}");
    }

    #[test]
    fn charts_are_added_moved_and_taken_away() {
        check("a|b", Edit::AddChart, "a|b|*");
        check("a|*b|c", Edit::RemoveChart(0), "*b|c");
        check("a|*b|c", Edit::RemoveChart(1), "a|c");
        check("a|*b|c", Edit::MoveChart(1, -1), "*b|a|c");
        check("a|b", Edit::MoveChart(1, 1), "a|b");
        check("a|b", Edit::MoveChart(0, -1), "a|b");
        check("a|b", Edit::AddChartOf("X".into(), vec![key("c"), key("d")]), "a|b|*c d");
    }

    #[test]
    fn a_series_goes_where_its_unit_is() {
        check("a|b1", Edit::AddSeries(key("c")), "a c|b1");
        check("a|b1", Edit::AddSeries(key("b2")), "a|b1 b2");
        check("a", Edit::AddSeries(key("b1")), "a|b1");
        check("a|*d|b1", Edit::AddSeries(key("c")), "a|*d c|b1");
        check("a|*b1|d", Edit::AddSeries(key("c")), "a|*b1|c|d");
        check("a|*", Edit::AddSeries(key("b1")), "a|*b1");
        check("", Edit::AddSeries(key("a")), "a");
        check("a c", Edit::AddSeries(key("c")), "a c");
    }

    #[test]
    fn series_are_hidden_shown_and_taken_off() {
        check("a c", Edit::ToggleHidden(0, key("c")), "a -c");
        check("a -c", Edit::ToggleHidden(0, key("c")), "a c");
        check("a -c|c", Edit::RemoveSeries(key("c")), "a");
        check("a", Edit::RemoveSeries(key("a")), "");
        check("a c|c", Edit::RemoveSeriesFrom(0, key("c")), "a|c");
    }

    #[test]
    fn layouts_keep_their_names_apart_and_one_is_always_left() {
        let mut layouts = Layouts::default();
        let mut run = |edit: Edit| {
            apply(&mut layouts, &edit, &mut None, facts);
            let names: Vec<&str> = layouts.layouts.iter().map(|l| l.name.as_str()).collect();
            format!("{} of {}", layouts.current, names.join(", "))
        };
        assert_eq!(run(Edit::NewLayout(" Disk ".into())), "Disk of Host, Disk");
        assert_eq!(run(Edit::NewLayout("Disk".into())), "Disk 2 of Host, Disk, Disk 2");
        assert_eq!(run(Edit::RenameLayout("Host".into())), "Host 2 of Host, Disk, Host 2");
        assert_eq!(run(Edit::RenameLayout("  ".into())), "Host 2 of Host, Disk, Host 2");
        assert_eq!(run(Edit::ChooseLayout("Host".into())), "Host of Host, Disk, Host 2");
        assert_eq!(run(Edit::DuplicateLayout), "Host 3 of Host, Disk, Host 2, Host 3");
        for _ in 0..5 {
            run(Edit::DeleteLayout);
        }
        assert_eq!(layouts.layouts.len(), 1);
        assert!(!layouts.layouts[0].charts.is_empty());
    }
}
