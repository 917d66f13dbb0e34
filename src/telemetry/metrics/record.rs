//! From what came in since the tick before to series and their values.

use std::time::Duration;

use super::names::Role;
use super::row;
use super::series::Shown;
use super::service::Service;
use super::stream::{Kind, Stream};
use super::units::{added_of, rate_of};
use crate::analysis::histogram::{Piece, quantile};
use crate::model::{ProbeId, SeriesDef, SeriesGroup, SeriesKey, Unit};
use crate::telemetry::otlp::common::cut;
use crate::telemetry::record::Record;

/// The probe that answers for series of services.
pub const PROBE: ProbeId = ProbeId("services");
/// Quantiles recorded of merged histograms.
const QUANTILES: [(&str, f64); 3] = [("p50", 0.5), ("p95", 0.95), ("p99", 0.99)];
/// Quantiles of a summary that are recorded.
const MAX_QUANTILES: usize = 4;

/// One value of a series: its key's parts, its unit, and what it is now.
struct Value {
    metric: String,
    more: Option<(&'static str, String)>,
    unit: Unit,
    title: String,
    value: f64,
}

impl Service {
    /// Records everything that is complete.
    pub fn record(&mut self, now: i64, out: &mut dyn Record) {
        let waiting = std::mem::take(&mut self.waiting);
        for i in waiting {
            let is_ready =
                self.series.get(i as usize).and_then(Option::as_ref).map(|own| own.is_complete(&self.streams, now));
            match is_ready {
                Some(true) => self.record_series(i, now, out),
                Some(false) => self.waiting.push(i),
                None => {}
            }
        }
        let waiting = std::mem::take(&mut self.waiting_groups);
        for i in waiting {
            match self.groups.get(i as usize).map(|group| group.is_complete(&self.series, now)) {
                Some(true) => self.record_group(i, now, out),
                Some(false) => self.waiting_groups.push(i),
                None => {}
            }
        }
    }

    fn record_series(&mut self, i: u32, now: i64, out: &mut dyn Record) {
        let Some(series) = self.series[i as usize].as_mut() else { return };
        series.waits_since = None;
        let Some(metric) = self.metrics.get(series.metric as usize) else { return };
        let is_now = matches!(metric.kind, Kind::Gauge | Kind::UpDown);
        let mut next = series.first;
        let (mut sum, mut sum_of_sums, mut n) = (0.0, 0.0, 0u32);
        while let Some(stream) = self.streams.get_mut(next as usize).and_then(Option::as_mut) {
            next = stream.next;
            if is_now {
                stream.is_new = false
            } else {
                stream.settle()
            }
            if stream.is_stale(now) || !stream.value.is_finite() {
                continue;
            }
            let scale = self.sources[stream.source as usize].scale;
            let own = if is_now || metric.kind == Kind::Counter { scale } else { 1.0 };
            sum += stream.value * own;
            sum_of_sums += stream.sum_value * scale;
            n += 1;
        }
        if n == 0 {
            return;
        }
        let is_mean = is_now && !is_added(&metric.name, metric.kind, metric.unit);
        series.value = if is_mean { sum / f64::from(n) } else { sum };
        series.sum_value = sum_of_sums;
        series.recorded_at = now;
        let members: Vec<&Stream> = series.members(&self.streams).filter(|stream| !stream.is_stale(now)).collect();
        let title = metric.role.title().map_or_else(|| metric.name.to_string(), str::to_owned);
        let name = &metric.name;
        let mut values = Vec::with_capacity(2);
        match metric.kind {
            Kind::Gauge | Kind::UpDown => values.push(Value {
                metric: name.to_string(),
                more: None,
                unit: metric.unit,
                title,
                value: series.value,
            }),
            Kind::Counter => values.push(Value {
                metric: name.to_string(),
                more: None,
                unit: rate_of(metric.unit, name),
                title,
                value: series.value,
            }),
            Kind::Histogram | Kind::Summary => {
                let event = metric.role.event();
                values.push(Value {
                    metric: format!("{name}.count"),
                    more: None,
                    unit: Unit::PerSecond(event),
                    title: format!("{title}, count"),
                    value: series.value,
                });
                values.push(Value {
                    metric: format!("{name}.sum"),
                    more: None,
                    unit: added_of(metric.unit, event),
                    title: format!("{title}, sum"),
                    value: series.sum_value,
                });
                if let Some(stream) = members.first() {
                    let scale = self.sources[stream.source as usize].scale;
                    values.extend(stream.quantiles().iter().take(MAX_QUANTILES).map(|(p, _)| {
                        let all = members.iter().filter_map(|m| m.quantiles().iter().find(|(own, _)| own == p));
                        let (n, sum) = all.fold((0.0, 0.0), |(n, sum), (_, value)| (n + 1.0, sum + value * scale));
                        Value {
                            metric: name.to_string(),
                            more: Some(("quantile", p.to_string())),
                            unit: metric.unit,
                            title: format!("{title}, quantile {p}"),
                            value: sum / n,
                        }
                    }));
                }
            }
        }
        let attributes: Vec<(&str, &str)> = series.attributes.iter().map(|(n, v)| (n.as_str(), v.as_str())).collect();
        put(&self.name, &attributes, series.interval, &values, &mut series.shown, out);
    }

    fn record_group(&mut self, i: u32, now: i64, out: &mut dyn Record) {
        let Some(group) = self.groups.get_mut(i as usize) else { return };
        group.waits_since = None;
        group.recorded_at = now;
        let Some(metric) = self.metrics.get(group.metric as usize).filter(|_| group.n_values > 0) else {
            self.bytes = self.bytes.saturating_sub(group.forget_counted());
            return;
        };
        let members = group.members.iter().filter_map(|i| self.series.get(*i as usize)?.as_ref());
        let (mut rate, mut sum) = (0.0, 0.0);
        for series in members.filter(|series| !series.is_stale(now)) {
            rate += series.value;
            sum += series.sum_value;
        }
        let mut pieces: Vec<Piece> = Vec::new();
        group.buckets.pieces(&mut pieces);
        let event = metric.role.event();
        let title = metric.role.title().map_or_else(|| metric.name.to_string(), str::to_owned);
        let value = |statistic: &str, unit, value: Option<f64>| Value {
            metric: metric.name.to_string(),
            more: Some(("statistic", statistic.to_owned())),
            unit,
            title: format!("{title}, {}", statistic.replace('_', " ")),
            value: value.unwrap_or(f64::NAN),
        };
        let mean = (rate > 0.0).then(|| sum / rate);
        let mut values = vec![value("rate", Unit::PerSecond(event), Some(rate)), value("mean", metric.unit, mean)];
        for (name, p) in QUANTILES {
            values.push(value(name, metric.unit, quantile(&mut pieces, p).map(|estimate| estimate.value)));
        }
        if row::n_values(metric.role, group.row.as_ref()) == 6 {
            let share = (group.count > 0.0).then(|| group.errors / group.count);
            values.push(value("error_ratio", Unit::Ratio, share));
        }
        self.bytes = self.bytes.saturating_sub(group.forget_counted());
        let attributes: Vec<(&str, &str)> = match &group.row {
            Some((method, route)) if metric.role == Role::Served => {
                let all = [("http.request.method", method.as_str()), ("http.route", route.as_str())];
                all.into_iter().filter(|(_, value)| !value.is_empty()).collect()
            }
            _ => Vec::new(),
        };
        put(&self.name, &attributes, group.interval, &values, &mut group.shown, out);
    }
}

/// Whether what instances tell of now is added up: counts of things, not levels and shares.
fn is_added(name: &str, kind: Kind, unit: Unit) -> bool {
    let is_named =
        [".count", ".usage", ".max", ".limit", "_count", "_usage", "_max", ".active_requests", ".depth", ".used"]
            .iter()
            .any(|end| name.ends_with(end))
            || name.contains("pending");
    unit != Unit::Ratio && (is_named || kind == Kind::UpDown)
}

fn put(
    service: &str,
    attributes: &[(&str, &str)],
    interval: u32,
    values: &[Value],
    shown: &mut Shown,
    out: &mut dyn Record,
) {
    if shown.is_due(values.len(), interval) {
        shown.slots.clear();
        for value in values {
            let mut all = attributes.to_vec();
            all.push(("service.name", service));
            if let Some((name, text)) = &value.more {
                all.push((name, text));
            }
            let slot = out.define(SeriesDef {
                key: SeriesKey::new(&value.metric, &all),
                unit: value.unit,
                group: SeriesGroup::Services,
                name: value.title.as_str().into(),
                instance: instance(service, attributes).into(),
                probe: PROBE,
                cadence: Some(Duration::from_millis(u64::from(interval).div_ceil(1000) * 1000)),
            });
            shown.slots.push(slot);
        }
        (shown.cadence, shown.n_defined) = (interval, shown.n_defined.saturating_add(1));
    }
    for (slot, value) in shown.slots.iter().zip(values) {
        if value.value.is_finite() {
            out.put(*slot, value.value);
        }
    }
}

/// The service, then what tells the series from its others, such as `checkout, GET /cart`.
fn instance(service: &str, attributes: &[(&str, &str)]) -> String {
    let of = |name: &str| attributes.iter().find(|(own, _)| *own == name).map(|(_, value)| *value);
    let mut text = service.to_owned();
    let route = [of("http.request.method"), of("http.route")];
    let route: Vec<&str> = route.into_iter().flatten().collect();
    if !route.is_empty() {
        text = format!("{text}, {}", route.join(" "));
    }
    for (name, value) in attributes.iter().filter(|(name, _)| !matches!(*name, "http.request.method" | "http.route")) {
        // A failure has its kind and its status, which are often the same.
        if *name != "error.type" || of("http.response.status_code") != Some(value) {
            text = format!("{text}, {value}");
        }
    }
    cut(&text, 160).to_owned()
}
