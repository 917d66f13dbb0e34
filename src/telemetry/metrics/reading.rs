//! A request as it is read: value by value, so that whoever counts it may stop in between and go on later.

use super::tally::Tally;
use super::view::{Messages, Metric, message};
use crate::model::Timestamp;
use crate::telemetry::otlp::protobuf::Broken;

/// A request that is being read.
#[derive(Debug)]
pub struct Reading<'b> {
    /// When it arrived.
    pub(super) at: Timestamp,
    /// What was taken of it, and what was not.
    pub(super) tally: Tally,
    resources: Messages<'b>,
    resource: &'b [u8],
    scopes: Messages<'b>,
    scope: &'b [u8],
    metrics: Messages<'b>,
    metric: Option<Metric<'b>>,
    points: Messages<'b>,
    /// Counts the metrics met.
    n_metrics: u32,
}

/// A value as it stands in a request.
#[derive(Debug, Clone, Copy)]
pub(super) struct Item<'b> {
    /// Who sends it.
    pub resource: &'b [u8],
    /// Which instrumentation writes it.
    pub scope: &'b [u8],
    /// Its metric.
    pub metric: Metric<'b>,
    /// Which metric of the request that is.
    pub number: u32,
    /// The value, unread.
    pub point: &'b [u8],
}

impl<'b> Reading<'b> {
    /// The beginning of an `ExportMetricsServiceRequest` that arrived at this time.
    pub fn new(body: &'b [u8], at: Timestamp) -> Self {
        let none = || Messages::new(&[], 1);
        Self {
            at,
            tally: Tally::default(),
            resources: Messages::new(body, 1),
            resource: &[],
            scopes: none(),
            scope: &[],
            metrics: none(),
            metric: None,
            points: none(),
            n_metrics: 0,
        }
    }

    /// The next value; `None` at the end.
    pub(super) fn next(&mut self) -> Result<Option<Item<'b>>, Broken> {
        loop {
            if let (Some(metric), Some(point)) = (self.metric, self.points.next()) {
                let (resource, scope, number) = (self.resource, self.scope, self.n_metrics);
                return Ok(Some(Item { resource, scope, metric, number, point: point? }));
            }
            if let Some(metric) = self.metrics.next() {
                let metric = Metric::read(metric?)?;
                (self.points, self.metric) = (metric.points(), Some(metric));
                self.n_metrics = self.n_metrics.wrapping_add(1);
            } else if let Some(of_scope) = self.scopes.next() {
                let of_scope = of_scope?;
                self.scope = message(of_scope, 1)?;
                self.metrics = Messages::new(of_scope, 2);
            } else if let Some(of_resource) = self.resources.next() {
                let of_resource = of_resource?;
                self.resource = message(of_resource, 1)?;
                self.scopes = Messages::new(of_resource, 2);
            } else {
                return Ok(None);
            }
        }
    }
}
