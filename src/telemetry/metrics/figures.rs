//! What a service does now, in rows: routes, operations, pools, caches, batches, queues, and what it calls.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use super::names::Role;
use super::series::{Group, Series};
use super::service::Service;
use super::stream::NONE;
use super::window;
use crate::analysis::histogram::{Piece, quantile};
use crate::model::service::{
    BatchRow, CacheRow, DependencyRow, Flow, Identity, MAX_PIDS, OperationRow, PoolRow, QueueRow, RouteRow,
    StreamFigures,
};

/// What was told is told anew after so long, even where nothing came, milliseconds.
const TELL_AGAIN: i64 = 5_000;
/// Instances that reported within this time are counted, milliseconds.
const INSTANCE: i64 = 300_000;

impl Service {
    /// What it says of itself. `host` is this machine's name; where it is empty, every instance is thought to be here.
    pub fn identity(&self, now: i64, host: &str) -> Identity {
        let newest = self.instances.iter().max_by_key(|instance| instance.at);
        let of = |text: fn(&crate::telemetry::otlp::common::Sender) -> &str| -> Arc<str> {
            newest.map_or("", |instance| text(&instance.sender)).into()
        };
        let heard = || self.instances.iter().filter(|instance| now.saturating_sub(instance.at) <= INSTANCE);
        let is_here = |own: &str| own.is_empty() || host.is_empty() || own == host;
        let here = heard().rev().filter(|own| is_here(&own.sender.host));
        let mut pids: Vec<u32> = here.filter_map(|own| own.sender.pid).take(MAX_PIDS).collect();
        pids.sort_unstable();
        pids.dedup();
        Identity {
            version: of(|sender| &sender.version),
            namespace: of(|sender| &sender.namespace),
            language: of(|sender| &sender.language),
            n_instances: u32::try_from(heard().count()).unwrap_or(u32::MAX),
            pids,
        }
    }

    /// What it does. The same as before where nothing came since.
    pub fn figures(&mut self, now: i64) -> Arc<StreamFigures> {
        let newest = self.last_at.as_millis();
        if let Some((at, told)) = &self.told
            && newest <= *at
            && now.saturating_sub(*at) < TELL_AGAIN
        {
            return told.clone();
        }
        let told = Arc::new(self.figured(now));
        self.told = Some((now, told.clone()));
        told
    }

    fn groups_of(&self, role: Role, now: i64) -> impl Iterator<Item = &Group> {
        self.groups.iter().filter(move |group| {
            self.metrics.get(group.metric as usize).is_some_and(|metric| metric.role == role) && !group.is_stale(now)
        })
    }

    fn rows_of(&self, role: Role, now: i64) -> Vec<(&(String, String), Flow)> {
        let rows = self.groups_of(role, now).filter_map(|group| Some((group.row.as_ref()?, self.flow(role, group)?)));
        let mut rows: Vec<_> = rows.collect();
        rows.sort_by(|a, b| b.1.load().total_cmp(&a.1.load()).then_with(|| a.0.cmp(b.0)));
        rows
    }

    fn whole_of(&self, role: Role, now: i64) -> Option<Flow> {
        let group = self.groups_of(role, now).find(|group| group.row.is_none())?;
        self.flow(role, group)
    }

    fn flow(&self, role: Role, group: &Group) -> Option<Flow> {
        let newest = self.last_at.as_millis();
        let totals = group.window.totals(newest, group.interval)?;
        let mut pieces: Vec<Piece> = Vec::new();
        group.window.pieces(newest, group.interval, &mut pieces);
        let p95 = quantile(&mut pieces, 0.95);
        let has_any = totals.amount > 0.0;
        Some(Flow {
            per_second: totals.amount / totals.seconds,
            error_ratio: (role.tells_errors() && has_any).then(|| totals.errors / totals.amount),
            mean_seconds: has_any.then(|| totals.sum / totals.amount),
            p50_seconds: quantile(&mut pieces, 0.5).map(|estimate| estimate.value),
            p95_seconds: p95.map(|estimate| estimate.value),
            p99_seconds: quantile(&mut pieces, 0.99).map(|estimate| estimate.value),
            p95_error_ratio: p95.and_then(|estimate| estimate.error_ratio()),
        })
    }

    fn series_of(&self, role: Role, now: i64) -> impl Iterator<Item = &Series> {
        self.series.iter().flatten().filter(move |series| {
            series.first != NONE
                && self.metrics.get(series.metric as usize).is_some_and(|metric| metric.role == role)
                && !series.is_stale(now)
        })
    }

    /// What a counter added each second within the window.
    fn lately(&self, series: &Series) -> f64 {
        let totals = series.window.as_ref().and_then(|w| w.totals(self.last_at.as_millis(), series.interval));
        totals.map_or(series.value, |totals| totals.amount / totals.seconds)
    }

    fn figured(&self, now: i64) -> StreamFigures {
        let interval = self.groups.iter().map(|group| group.interval).filter(|_| !self.groups.is_empty()).min();
        let routes = self
            .rows_of(Role::Served, now)
            .into_iter()
            .map(|((method, route), flow)| RouteRow { route: format!("{method} {route}").trim().into(), flow });
        let calls = self.rows_of(Role::ServedCalls, now).into_iter().map(|((service, method), flow)| RouteRow {
            route: format!("{service}/{method}").trim_matches('/').into(),
            flow,
        });
        let operations =
            self.rows_of(Role::Database, now).into_iter().map(|((system, operation), flow)| OperationRow {
                system: system.as_str().into(),
                operation: operation.as_str().into(),
                statement: "".into(),
                flow,
            });
        let called = self.rows_of(Role::Called, now).into_iter().map(|(row, flow)| (row, "http", flow));
        let by_rpc = self.rows_of(Role::CalledByRpc, now).into_iter().map(|(row, flow)| (row, "rpc", flow));
        let dependencies = called.chain(by_rpc).map(|((name, system), kind, flow)| DependencyRow {
            name: name.as_str().into(),
            kind: if system.is_empty() { kind.into() } else { system.as_str().into() },
            flow,
        });
        StreamFigures {
            window: Duration::from_millis(window::length(interval.unwrap_or(0)).unsigned_abs()),
            requests: self.whole_of(Role::Served, now).or_else(|| self.whole_of(Role::ServedCalls, now)),
            routes: routes.chain(calls).collect(),
            operations: operations.collect(),
            pools: self.pools(now),
            caches: self.caches(now),
            batches: self.batches(now),
            queues: self.queues(now),
            dependencies: dependencies.collect(),
            n_series: self.n_values,
        }
    }

    fn pools(&self, now: i64) -> Arc<[PoolRow]> {
        let mut rows: BTreeMap<&str, PoolRow> = BTreeMap::new();
        const POOL: &str = "db.client.connection.pool.name";
        for role in [Role::PoolCount, Role::PoolMax, Role::PoolPending, Role::PoolTimeOuts] {
            for series in self.series_of(role, now) {
                let row = rows.entry(series.attribute(POOL)).or_default();
                let into = match (role, series.attribute("db.client.connection.state")) {
                    (Role::PoolCount, "used") => &mut row.used,
                    (Role::PoolCount, "idle") => &mut row.idle,
                    (Role::PoolMax, _) => &mut row.max,
                    (Role::PoolPending, _) => &mut row.pending,
                    (Role::PoolTimeOuts, _) => &mut row.time_outs_per_second,
                    _ => continue,
                };
                let value = if role == Role::PoolTimeOuts { self.lately(series) } else { series.value };
                *into = Some(into.unwrap_or(0.0) + value);
            }
        }
        for ((name, _), flow) in self.rows_of(Role::PoolWait, now) {
            let row = rows.entry(name).or_default();
            (row.wait_p95_seconds, row.wait_mean_seconds) = (flow.p95_seconds, flow.mean_seconds);
        }
        rows.into_iter().map(|(name, row)| PoolRow { name: name.into(), ..row }).collect()
    }

    fn caches(&self, now: i64) -> Arc<[CacheRow]> {
        let mut rows: BTreeMap<&str, (f64, f64, Option<f64>)> = BTreeMap::new();
        for series in self.series_of(Role::CacheRequests, now) {
            let row = rows.entry(series.attribute("cache.name")).or_default();
            match series.attribute("cache.result") {
                "hit" => row.0 += self.lately(series),
                "miss" => row.1 += self.lately(series),
                _ => {}
            }
        }
        for series in self.series_of(Role::CacheEvictions, now) {
            let row = rows.entry(series.attribute("cache.name")).or_default();
            row.2 = Some(row.2.unwrap_or(0.0) + self.lately(series));
        }
        let row = |(name, (hits, misses, evictions)): (&str, (f64, f64, Option<f64>))| CacheRow {
            name: name.into(),
            hit_ratio: (hits + misses > 0.0).then(|| hits / (hits + misses)),
            per_second: hits + misses,
            evictions_per_second: evictions,
        };
        rows.into_iter().map(row).collect()
    }

    fn batches(&self, now: i64) -> Arc<[BatchRow]> {
        let mut rows: BTreeMap<&str, BatchRow> = BTreeMap::new();
        for ((model, _), flow) in self.rows_of(Role::BatchSize, now) {
            let row = rows.entry(model).or_default();
            row.size_mean = flow.mean_seconds;
            row.items_per_second = flow.mean_seconds.map(|items| items * flow.per_second);
        }
        for ((model, _), flow) in self.rows_of(Role::BatchDuration, now) {
            rows.entry(model).or_default().duration_mean_seconds = flow.mean_seconds;
        }
        for ((model, _), flow) in self.rows_of(Role::BatchWait, now) {
            rows.entry(model).or_default().wait_mean_seconds = flow.mean_seconds;
        }
        rows.into_iter().map(|(name, row)| BatchRow { name: name.into(), ..row }).collect()
    }

    fn queues(&self, now: i64) -> Arc<[QueueRow]> {
        let mut rows: BTreeMap<&str, QueueRow> = BTreeMap::new();
        for role in [Role::QueueDepth, Role::Sent, Role::Taken] {
            for series in self.series_of(role, now) {
                let row = rows.entry(series.attribute("messaging.destination.name")).or_default();
                let (into, value) = match role {
                    Role::QueueDepth => (&mut row.depth, series.value),
                    Role::Sent => (&mut row.sent_per_second, self.lately(series)),
                    _ => (&mut row.taken_per_second, self.lately(series)),
                };
                *into = Some(into.unwrap_or(0.0) + value);
            }
        }
        for ((name, _), flow) in self.rows_of(Role::Processed, now) {
            rows.entry(name).or_default().flow = Some(flow);
        }
        rows.into_iter().map(|(name, row)| QueueRow { name: name.into(), ..row }).collect()
    }

    /// Whether metrics tell now how long its requests take.
    pub fn reports_requests(&self, now: i64) -> bool {
        self.groups_of(Role::Served, now).any(|group| group.row.is_none())
    }
}
