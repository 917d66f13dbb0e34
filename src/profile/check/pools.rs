//! Pools: of the database, of connections to other services, and of what waits for them.

use super::Rule;
use super::facts::{Facts, Finding};
use crate::model::profile::ParamValue;

/// Connections that PostgreSQL keeps back for superusers; `superuser_reserved_connections` is 3 by default.
const RESERVED: i64 = 3;

pub(super) const RULES: &[Rule] = &[
    Rule {
        key: "database.pool_min",
        about: "the database pool's minimum is not over its maximum",
        source: "HikariCP, README: minimumIdle and maximumPoolSize",
        find: minimum_over_maximum,
    },
    Rule {
        key: "database.pool_max",
        about: "the pools of all workers fit into the database's limit",
        source: "PostgreSQL documentation, Connections and Authentication: max_connections, superuser_reserved_connections",
        find: pools_over_limit,
    },
    Rule {
        key: "http.pool_max_per_host",
        about: "connections to one host are not more than to all",
        source: "Arithmetic: the lesser limit holds",
        find: host_over_total,
    },
    Rule {
        key: "ml.batch_size",
        about: "as many requests may wait as make a batch",
        source: "NVIDIA Triton Inference Server documentation, Dynamic Batcher",
        find: batch_over_queue,
    },
];

fn minimum_over_maximum(facts: &Facts<'_>) -> Option<Finding> {
    let (min, max) = (facts.count("database.pool_min")?, facts.count("database.pool_max")?);
    let text = || format!("Over the pool's maximum of {max}: the pool cannot keep more connections than it may open");
    (min > max).then(|| Finding::error("database.pool_min", text()).or_use(ParamValue::Count(max)))
}

fn pools_over_limit(facts: &Facts<'_>) -> Option<Finding> {
    let pool = facts.count("database.pool_max")?;
    let workers = facts.count("service.workers")?.max(1);
    let limit = facts.count("database.server_max_connections")?;
    let all = workers.checked_mul(pool)?;
    let left = limit - RESERVED;
    if all <= left {
        return None;
    }
    let share = left / workers;
    let pools = match workers {
        1 => format!("The pool of {pool}"),
        _ => format!("{workers} workers with {pool} each make {all} connections, which"),
    };
    let finding = if all > limit {
        let text = format!("{pools} is over the database's limit of {limit}: the last to connect are refused");
        Finding::error("database.pool_max", text)
    } else {
        let text = format!(
            "{pools} leaves less than {RESERVED} of the database's {limit} connections: it keeps {RESERVED} for its administrators"
        );
        Finding::warning("database.pool_max", text)
    };
    let is_room = share >= facts.count("database.pool_min").unwrap_or(1).max(1);
    Some(if is_room { finding.or_use(ParamValue::Count(share)) } else { finding })
}

fn host_over_total(facts: &Facts<'_>) -> Option<Finding> {
    let (host, total) = (facts.count("http.pool_max_per_host")?, facts.count("http.pool_max")?);
    let text = || format!("Over the {total} connections there are in total: this limit is never reached");
    (host > total).then(|| Finding::warning("http.pool_max_per_host", text()).or_use(ParamValue::Count(total)))
}

fn batch_over_queue(facts: &Facts<'_>) -> Option<Finding> {
    let (batch, queue) = (facts.count("ml.batch_size")?, facts.count("service.queue_length")?);
    let text = || format!("Larger than the queue of {queue}: a batch never fills, and each one waits its full time");
    (batch > queue && queue > 0).then(|| Finding::warning("ml.batch_size", text()).or_use(ParamValue::Count(queue)))
}
