//! Who owns ports and control groups, looked up now and then where a service is bound by one.

use std::collections::BTreeSet;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::time::Duration;

use super::Works;
use super::pace::Pace;
use crate::model::service::{BindBy, ProcessBinding};
use crate::telemetry::bind::{Asked, Finder};

/// Time between two looks: each walks through all processes.
pub(super) const EVERY: Duration = Duration::from_secs(10);

/// Looks until it is stopped. Reading may take a while, so it is done aside.
pub(super) async fn run(bindings: Vec<ProcessBinding>, works: Works, mut pace: Pace) {
    let ports: BTreeSet<u16> = bindings
        .iter()
        .filter_map(|binding| match binding.by {
            BindBy::Port(port) => Some(port),
            _ => None,
        })
        .collect();
    let groups = bindings.iter().any(|binding| matches!(binding.by, BindBy::ControlGroup(_)));
    let mut finder = Finder::default();
    while pace.next().await {
        let asked = Asked { ports: ports.clone(), groups, files: works.sink.bound() };
        if asked.is_empty() {
            continue;
        }
        let looked = tokio::select! {
            biased;
            () = pace.stopped() => return,
            looked = tokio::task::spawn_blocking(move || (finder.look(&asked), finder)) => looked,
        };
        finder = Finder::default();
        if let Ok((owners, same)) = looked {
            finder = same;
            let _ = catch_unwind(AssertUnwindSafe(|| works.sink.owners(owners)));
        }
    }
}
