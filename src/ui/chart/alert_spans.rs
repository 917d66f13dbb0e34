//! Alerts on charts: the spans in which rules fired, and the lines of thresholds.

use std::collections::BTreeMap;
use std::sync::Arc;

use eframe::egui::{Color32, Rect, Shape, Stroke, pos2};

use super::geometry::Mapping;
use crate::alert::Matches;
use crate::model::alert::{AlertRecord, RuleId, RuleSeverity};
use crate::model::{SeriesId, SeriesInfo, SeriesKey, Snapshot, TimeRange, Timestamp};
use crate::ui::theme::Theme;

/// Height of the bar above a span, and its least width, points.
const BAR: f32 = 2.0;
const NARROWEST: f32 = 3.0;

/// A time in which a rule fired on a series.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct AlertSpan {
    /// When it fired.
    pub start: Timestamp,
    /// When it ended; `None` where it has not.
    pub end: Option<Timestamp>,
    /// How much the rule mattered.
    pub severity: RuleSeverity,
}

/// What the spans were found in.
type Source = (Arc<[AlertRecord]>, Arc<[SeriesInfo]>);

/// The spans of every series in the log, found out again when log or series change.
#[derive(Debug, Default)]
pub struct AlertSpans {
    of: Option<Source>,
    by_series: BTreeMap<SeriesId, Vec<AlertSpan>>,
}

impl AlertSpans {
    /// Takes in the log; cheap where nothing changed.
    pub fn refresh(&mut self, snapshot: &Snapshot) {
        let (log, series) = (&snapshot.alerts.log, &snapshot.series);
        if self.of.as_ref().is_some_and(|(a, b)| Arc::ptr_eq(a, log) && Arc::ptr_eq(b, series)) {
            return;
        }
        let mut by_key: BTreeMap<&SeriesKey, Vec<(&RuleId, AlertSpan)>> = BTreeMap::new();
        for record in log.iter() {
            let severity = match &*record.severity {
                "critical" => RuleSeverity::Critical,
                "info" => RuleSeverity::Info,
                _ => RuleSeverity::Warning,
            };
            let span = AlertSpan { start: record.start, end: record.end, severity };
            by_key.entry(&record.instance).or_default().push((&record.rule, span));
        }
        self.by_series.clear();
        if !by_key.is_empty() {
            for info in series.iter() {
                if let Some(spans) = by_key.remove(&info.def.key) {
                    self.by_series.insert(info.id, spans.into_iter().map(|(_, span)| span).collect());
                }
            }
        }
        // What is left are groups: their spans are those of each of their series that the rule looks at.
        let looks = rules_of(&by_key, snapshot);
        for (group, spans) in by_key {
            for info in series.iter().filter(|info| is_of(&info.def.key, group)) {
                let key = &info.def.key;
                let is_seen = |rule: &RuleId| looks.get(rule).is_none_or(|of| of.iter().any(|m| m.is_meant(key)));
                let seen = spans.iter().filter(|(rule, _)| is_seen(rule)).map(|(_, span)| *span);
                self.by_series.entry(info.id).or_default().extend(seen);
            }
        }
        self.by_series.retain(|_, spans| !spans.is_empty());
        self.of = Some((log.clone(), series.clone()));
    }

    /// The spans of a series, the newest first.
    pub fn of(&self, series: SeriesId) -> &[AlertSpan] {
        self.by_series.get(&series).map_or(&[], |spans| spans)
    }
}

/// What the rules of these groups look at; a rule that is gone is not among them.
fn rules_of<'a>(
    groups: &BTreeMap<&SeriesKey, Vec<(&'a RuleId, AlertSpan)>>,
    snapshot: &Snapshot,
) -> BTreeMap<&'a RuleId, Vec<Matches>> {
    let mut looks = BTreeMap::new();
    for (id, _) in groups.values().flatten() {
        let Some(status) = snapshot.alerts.rule(id).filter(|_| !looks.contains_key(*id)) else { continue };
        let terms = status.rule.when.iter().map(|condition| &condition.term);
        let selectors = terms.flat_map(|term| std::iter::once(&term.series).chain(&term.over));
        looks.insert(*id, selectors.filter_map(|selector| Matches::new(selector).ok()).collect());
    }
    looks
}

/// Whether a series belongs to a group: of its metric, with all of its attributes.
fn is_of(key: &SeriesKey, group: &SeriesKey) -> bool {
    key.metric() == group.metric() && group.attributes().all(|(name, value)| key.attribute(name) == Some(value))
}

/// The ground of a severity's span, and the colour of the bar above it.
pub fn span_colors(theme: &Theme, severity: RuleSeverity) -> (Color32, Color32) {
    let c = &theme.color;
    match severity {
        RuleSeverity::Critical => (c.span_critical, c.critical),
        RuleSeverity::Warning => (c.span_warning, c.warning_icon),
        RuleSeverity::Info => (c.span_pending, c.info),
    }
}

/// The place of a span on a chart; `None` where it is out of sight. It is never too narrow to be seen.
pub fn span_rect(rect: Rect, map: &Mapping, range: TimeRange) -> Option<Rect> {
    let (from, to) = (map.x(range.start.as_millis() as f64), map.x(range.end.as_millis() as f64));
    if to < rect.left() || from > rect.right() {
        return None;
    }
    let from = from.max(rect.left()).round();
    let to = to.min(rect.right()).round();
    let (from, to) = if to - from < NARROWEST {
        let from = (to - NARROWEST).max(rect.left());
        (from, from + NARROWEST)
    } else {
        (from, to)
    };
    Some(Rect::from_min_max(pos2(from, rect.top()), pos2(to, rect.bottom())))
}

/// A span in which a rule fires: its ground, and a bar above.
pub fn firing_shapes(theme: &Theme, rect: Rect, map: &Mapping, range: TimeRange, severity: RuleSeverity) -> Vec<Shape> {
    let Some(span) = span_rect(rect, map, range) else { return Vec::new() };
    let (ground, bar) = span_colors(theme, severity);
    let top = Rect::from_min_max(span.min, pos2(span.right(), span.top() + BAR));
    vec![Shape::rect_filled(span, 0.0, ground), Shape::rect_filled(top, 0.0, bar)]
}

/// The spans of a series within what a chart shows.
pub fn series_shapes(theme: &Theme, rect: Rect, map: &Mapping, spans: &[AlertSpan]) -> Vec<Shape> {
    let now = Timestamp::from_millis(map.end_millis as i64);
    let range = |span: &AlertSpan| TimeRange { start: span.start, end: span.end.unwrap_or(now).max(span.start) };
    spans.iter().flat_map(|span| firing_shapes(theme, rect, map, range(span), span.severity)).collect()
}

/// A span in which the condition holds, not yet for long enough.
pub fn pending_shape(theme: &Theme, rect: Rect, map: &Mapping, range: TimeRange) -> Option<Shape> {
    span_rect(rect, map, range).map(|span| Shape::rect_filled(span, 0.0, theme.color.span_pending))
}

/// A level across a chart in dashes; none where it lies out of sight.
pub fn level_shapes(rect: Rect, map: &Mapping, value: f64, color: Color32, (dash, gap): (f32, f32)) -> Vec<Shape> {
    if !(map.bottom..=map.top).contains(&value) {
        return Vec::new();
    }
    let y = map.y(value).round() + 0.5;
    Shape::dashed_line(&[pos2(rect.left(), y), pos2(rect.right(), y)], Stroke::new(1.0, color), dash, gap)
}

#[cfg(test)]
mod tests {
    use eframe::egui::vec2;

    use super::*;
    use crate::model::alert::{AlertId, Alerting};
    use crate::model::{ProbeId, SeriesDef, SeriesGroup, Unit};

    #[test]
    fn the_spans_of_a_group_are_those_of_each_of_its_series() {
        let info = |id: u32, attributes: &[(&str, &str)]| SeriesInfo {
            id: SeriesId(id),
            def: Arc::new(SeriesDef {
                key: SeriesKey::new("system.disk.io", attributes),
                unit: Unit::BytesPerSecond,
                group: SeriesGroup::Disks,
                name: "Disk".into(),
                instance: "".into(),
                probe: ProbeId("disk"),
                cadence: None,
            }),
        };
        let record = |id: u64, attributes: &[(&str, &str)]| AlertRecord {
            id: AlertId(id),
            rule: "disk".into(),
            name: "Disk".into(),
            severity: "warning".into(),
            instance: SeriesKey::new("system.disk.io", attributes),
            text: "".into(),
            pending_from: Timestamp::from_millis(0),
            start: Timestamp::from_millis(id as i64),
            end: None,
            ended: None,
            unit: "By/s".into(),
            threshold: 1.0,
            worst: 2.0,
            mean: 1.5,
            n_values: 3,
            busiest: Arc::default(),
            busiest_unit: "{cpu}".into(),
            acknowledged: None,
            note: "".into(),
        };
        let series = [
            info(0, &[("device", "sda"), ("direction", "read")]),
            info(1, &[("device", "sda"), ("direction", "write")]),
            info(2, &[("device", "sdb"), ("direction", "read")]),
        ];
        let log = [
            record(1, &[("device", "sda")]),
            record(2, &[("device", "sdb"), ("direction", "read")]),
            record(3, &[("device", "gone")]),
        ];
        let mut snapshot = Snapshot { series: Arc::new(series), ..Snapshot::default() };
        snapshot.alerts = Arc::new(Alerting { log: Arc::new(log), ..Alerting::default() });
        let mut spans = AlertSpans::default();
        spans.refresh(&snapshot);
        let starts = |id: u32| spans.of(SeriesId(id)).iter().map(|span| span.start.as_millis()).collect::<Vec<_>>();
        assert_eq!((starts(0), starts(1), starts(2)), (vec![1], vec![1], vec![2]));
        snapshot.alerts = Arc::new(Alerting { log: Arc::new([record(4, &[])]), ..Alerting::default() });
        spans.refresh(&snapshot);
        let starts = |id: u32| spans.of(SeriesId(id)).iter().map(|span| span.start.as_millis()).collect::<Vec<_>>();
        assert_eq!((starts(0), starts(1), starts(2)), (vec![4], vec![4], vec![4]), "one group of all");
    }

    #[test]
    fn a_short_span_is_still_seen_and_one_out_of_sight_is_not_drawn() {
        let at = Timestamp::from_millis;
        let rect = Rect::from_min_size(pos2(0.0, 0.0), vec2(100.0, 50.0));
        let map = Mapping::new(rect, TimeRange { start: at(0), end: at(100_000) }, 0.0, 1.0);
        let width = |from: i64, to: i64| {
            span_rect(rect, &map, TimeRange { start: at(from), end: at(to) }).map(|span| (span.left(), span.width()))
        };
        assert_eq!(width(10_000, 30_000), Some((10.0, 20.0)));
        assert_eq!(width(50_000, 50_010), Some((47.0, 3.0)));
        assert_eq!(width(-5_000, 500), Some((0.0, 3.0)));
        assert_eq!(width(-5_000, -1_000), None);
        assert_eq!(width(90_000, 900_000), Some((90.0, 10.0)));
        assert!(level_shapes(rect, &map, 2.0, Color32::RED, (4.0, 3.0)).is_empty());
    }
}
