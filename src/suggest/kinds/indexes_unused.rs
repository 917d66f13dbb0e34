//! Indexes that nobody used since the server's statistics began.

use std::time::Duration;

use crate::model::Unit;
use crate::model::database::{DatabaseStatus, Index, Indexes};
use crate::model::suggest::{Sureness, Topic};
use crate::suggest::evidence::{DAY, Evidence};
use crate::suggest::finding::{Finding, Resource, Verdict, by_hand, in_words, metric};
use crate::suggest::kind::{Kind, Want};
use crate::suggest::{database, picture};

/// Size from which an index is worth a look, bytes.
const LEAST_BYTES: u64 = 1 << 20;
/// Time over which it was not used before anything is said.
const LEAST_SPAN: Duration = DAY;
/// Indexes whose names are listed.
const MAX_NAMED: usize = 10;

/// The kind.
pub const KIND: Kind = Kind {
    name: "indexes_unused",
    title: "Indexes that nobody uses",
    topic: Topic::Statement,
    source: "PostgreSQL documentation, pg_stat_user_indexes and Examining Index Usage: each index is kept up to date by every write",
    wants: &[Want::all(database::SIZE)],
    look,
};

fn look(e: &Evidence<'_>) -> Verdict {
    let servers = database::servers(e);
    if servers.is_empty() {
        return Verdict::NoData(database::MISSING.into());
    }
    let mut n = 0;
    let mut why_not = None;
    let mut cards = Vec::new();
    for (status, view) in servers {
        let Some(indexes) = view.indexes.value() else { continue };
        // Where the statistics never began anew they are as old as the server's run at least.
        let since = indexes.stats_since.unwrap_or(view.server.started_at);
        let span = e.now.since(since);
        if span < LEAST_SPAN {
            why_not = Some(format!("The statistics of {} are younger than a day", status.target.name));
            continue;
        }
        n += indexes.n;
        cards.extend(card(e, status, indexes, span));
    }
    match why_not {
        Some(why) if cards.is_empty() && n == 0 => Verdict::NoData(why),
        _ => Verdict::of(cards, format!("each of {n} indexes of some size was used or keeps a rule")),
    }
}

fn card(e: &Evidence<'_>, status: &DatabaseStatus, indexes: &Indexes, span: Duration) -> Option<Finding> {
    let mut unused: Vec<&Index> =
        indexes.rows.iter().filter(|index| index.is_unused() && index.bytes >= LEAST_BYTES).collect();
    unused.sort_by_key(|index| std::cmp::Reverse(index.bytes));
    let largest = unused.first()?;
    let name = &status.target.name;
    let bytes: u64 = unused.iter().map(|index| index.bytes).sum();
    let days = span.as_secs() / 86_400;
    let size = e.text(bytes as f64, Unit::Bytes);
    let track = e.all(database::SIZE).find(|track| track.attribute("service.name") == &**name);
    let drops = unused.iter().take(MAX_NAMED).map(|index| format!("DROP INDEX CONCURRENTLY {};", index.name));
    let bars = unused.iter().map(|index| (index.name.to_string(), index.bytes as f64)).collect();
    let what = if unused.len() == 1 { "index was" } else { "indexes were" };
    Some(Finding {
        seen: format!(
            "{} {what} not used once since made, or in {days} d, together {size}; the largest is {} on {}",
            unused.len(),
            largest.name,
            largest.table
        ),
        why: "Every write to the table writes to the index too, and it takes memory and disk from others".into(),
        change: by_hand(
            "Drop it, unless it is new, after a look at its definition; keep that, to make it again",
            drops.collect::<Vec<_>>().join("\n"),
        ),
        expected: in_words(&format!("size of {name}"), format!("{size} less, and quicker writes"), true),
        sure: match (days, indexes.has_replicas) {
            // The server does not tell when an index was made, so it never is quite sure.
            (30.., false) => Sureness::Medium,
            _ => Sureness::Low,
        },
        sure_why: if indexes.has_replicas {
            "Replicas count their own use, which is not seen here".into()
        } else {
            format!("The server counted {days} d, and does not tell when an index was made: is it an old one?")
        },
        stop_at: "indexes that keep keys unlike each other; those are not in the list".into(),
        against: "A report that runs seldom, or a replica, may use it".into(),
        series: track.iter().map(|track| track.key().clone()).collect(),
        picture: picture::bars("Unused indexes", Unit::Bytes, bars, &largest.name),
        metric: track.and_then(|track| metric(track.key(), format!("Size of {name}"), track.def.unit, true)),
        stake: 0.2 + (bytes as f64 / (1_u64 << 34) as f64).min(0.4),
        size: bytes as f64,
        takes: &[],
        short_of: &[Resource::DiskSpace],
        ..Finding::new(&**name, "Drop indexes that nobody uses", span)
    })
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;
    use crate::model::database::{DatabaseState, DatabaseTarget, DatabaseView, PostgresView, Told};
    use crate::suggest::scenario::{Scenario, at, is_quiet, raises};

    fn server(days: i64, index: Index) -> Scenario {
        let stats_since = Some(at(1_800 - days * 86_400));
        let indexes = Indexes { rows: vec![index].into(), n: 1, stats_since, has_replicas: false };
        let view = PostgresView { indexes: Told::Value(Arc::new(indexes)), ..PostgresView::default() };
        Scenario::new().database(DatabaseStatus {
            target: DatabaseTarget { name: "shop-db".into(), ..DatabaseTarget::default() },
            state: DatabaseState::Up,
            view: Some(DatabaseView::Postgres(Arc::new(view))),
            ..DatabaseStatus::default()
        })
    }

    #[test]
    fn a_large_index_that_nobody_used_in_a_week_raises_it() {
        let index = || Index {
            name: "public.items_name".into(),
            table: "public.items".into(),
            bytes: 200 << 20,
            is_valid: true,
            ..Index::default()
        };
        raises(&KIND, server(8, index()), &["shop-db | Drop it"]);
        is_quiet(&KIND, server(0, index()), "no data: The statistics of shop-db are younger");
        is_quiet(&KIND, server(8, Index { keeps_a_rule: true, ..index() }), "fine");
        is_quiet(&KIND, server(8, Index { scans: 1, ..index() }), "fine");
        is_quiet(&KIND, server(8, Index { bytes: 8_192, ..index() }), "fine");
        is_quiet(&KIND, Scenario::new(), "no data: No PostgreSQL");
    }
}
