//! What metrics tell of a service, and what its spans tell, as one service.

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::model::service::{Identity, Service};
use crate::telemetry::metrics::ServiceMetrics;
use crate::telemetry::spans::ServiceSpans;

/// Services by name.
pub fn joined(metrics: Vec<ServiceMetrics>, spans: Vec<ServiceSpans>) -> Vec<Service> {
    let mut all: BTreeMap<Arc<str>, Service> = BTreeMap::new();
    for ServiceMetrics { name, identity, first_at, last_at, figures } in metrics {
        let service =
            Service { name: name.clone(), identity, first_at, last_at, metrics: figures, ..Service::default() };
        all.insert(name, service);
    }
    for ServiceSpans { name, identity, first_at, last_at, figures } in spans {
        let new = || Service { name: name.clone(), first_at, last_at, ..Service::default() };
        let service = all.entry(name.clone()).or_insert_with(new);
        service.first_at = service.first_at.min(first_at);
        service.last_at = service.last_at.max(last_at);
        service.identity = together(std::mem::take(&mut service.identity), identity);
        service.spans = figures;
    }
    all.into_values().collect()
}

/// What both say; where they differ, what the first says.
fn together(one: Identity, other: Identity) -> Identity {
    let either = |one: Arc<str>, other: Arc<str>| if one.is_empty() { other } else { one };
    Identity {
        version: either(one.version, other.version),
        namespace: either(one.namespace, other.namespace),
        language: either(one.language, other.language),
        n_instances: one.n_instances.max(other.n_instances),
        pids: {
            let mut pids = [one.pids, other.pids].concat();
            pids.sort_unstable();
            pids.dedup();
            pids
        },
    }
}
