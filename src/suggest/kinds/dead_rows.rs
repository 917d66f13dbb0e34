//! Tables with many rows that nobody can see any more.

use crate::model::Unit;
use crate::model::database::{DatabaseStatus, Table, Tables};
use crate::model::quantity::decimals;
use crate::model::suggest::{Sureness, Topic};
use crate::suggest::evidence::{Evidence, TEN_MINUTES};
use crate::suggest::finding::{Finding, Verdict, by_hand, in_words, metric};
use crate::suggest::kind::{Kind, Want};
use crate::suggest::{database, picture};

/// The kind.
pub const KIND: Kind = Kind {
    name: "dead_rows",
    title: "Dead rows",
    topic: Topic::Statement,
    source: "PostgreSQL documentation, Routine Vacuuming: autovacuum begins at autovacuum_vacuum_scale_factor (0.2) of the rows and autovacuum_vacuum_threshold (50) more",
    wants: &[Want::all(database::ROWS)],
    look,
};

fn look(e: &Evidence<'_>) -> Verdict {
    let servers = database::servers(e);
    if servers.is_empty() {
        return Verdict::NoData(database::MISSING.into());
    }
    let seen: Vec<(&DatabaseStatus, &Tables)> =
        servers.into_iter().filter_map(|(status, view)| Some((status, &**view.tables.value()?))).collect();
    if seen.is_empty() {
        return Verdict::NoData("The servers do not tell of their tables".into());
    }
    let n: u64 = seen.iter().map(|(_, tables)| tables.n).sum();
    let cards = seen.into_iter().filter_map(|(status, tables)| card(e, status, tables)).collect();
    Verdict::of(cards, format!("none of {n} tables holds many dead rows"))
}

fn card(e: &Evidence<'_>, status: &DatabaseStatus, tables: &Tables) -> Option<Finding> {
    let full: Vec<&Table> = tables.rows.iter().filter(|table| table.needs_vacuum).collect();
    let worst = full.iter().max_by_key(|table| table.dead_rows)?;
    let name = &status.target.name;
    let ratio = worst.dead_ratio();
    let last = match worst.vacuumed_at {
        Some(at) => format!("its last vacuum was {} ago", e.text(e.now.since(at).as_secs_f64(), Unit::Seconds)),
        None => "it was not vacuumed since the statistics began".into(),
    };
    let others = match full.len() {
        1 => String::new(),
        2 => "; another table stands as it does".into(),
        n => format!("; {} other tables stand as it does", n - 1),
    };
    let track = e.one(database::ROWS, &[("service.name", name), ("state", "dead")]);
    let bars = full.iter().map(|table| (table.name.to_string(), table.dead_rows as f64)).collect();
    Some(Finding {
        seen: format!(
            "{} of the rows of {} are dead ({}), and {last}{others}",
            e.percent(ratio),
            worst.name,
            decimals(worst.dead_rows as f64, 0)
        ),
        why: "Every read walks over them, and the table grows by what they hold".into(),
        change: by_hand(
            "Vacuum it; where it comes again, let autovacuum begin earlier, and look for a transaction that stays open",
            format!("VACUUM (ANALYZE) {0};\nALTER TABLE {0} SET (autovacuum_vacuum_scale_factor = 0.05);", worst.name),
        ),
        expected: in_words(
            &format!("reads of {}", worst.name),
            "Up to as many rows fewer to walk over as are dead",
            true,
        ),
        sure: if ratio >= 0.4 { Sureness::High } else { Sureness::Medium },
        sure_why: "The server counts them; how much they cost depends on how the table is read".into(),
        stop_at: "a twentieth of the rows dead: below that vacuum costs more than it brings".into(),
        against: "Vacuum reads the whole table; it does not lock out readers or writers".into(),
        series: track.iter().map(|track| track.key().clone()).collect(),
        picture: picture::bars("Dead rows", Unit::Count("row"), bars, &worst.name),
        metric: track.and_then(|track| metric(track.key(), format!("Dead rows in {name}"), track.def.unit, true)),
        stake: 0.2 + ratio * 0.5,
        size: ratio,
        ..Finding::new(&**name, "Vacuum tables full of dead rows", TEN_MINUTES)
    })
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;
    use crate::model::database::{DatabaseState, DatabaseTarget, DatabaseView, PostgresView, Told};
    use crate::suggest::scenario::{Scenario, is_quiet, raises};

    fn server(table: Table) -> Scenario {
        let tables = Tables { rows: vec![table].into(), n: 1, ..Tables::default() };
        let view = PostgresView { tables: Told::Value(Arc::new(tables)), ..PostgresView::default() };
        Scenario::new().flat("postgresql.rows{service.name=\"shop-db\",state=\"dead\"}", 30_000.0).database(
            DatabaseStatus {
                target: DatabaseTarget { name: "shop-db".into(), ..DatabaseTarget::default() },
                state: DatabaseState::Up,
                view: Some(DatabaseView::Postgres(Arc::new(view))),
                ..DatabaseStatus::default()
            },
        )
    }

    #[test]
    fn a_table_full_of_dead_rows_raises_it_and_a_clean_one_does_not() {
        let table = || Table {
            name: "public.items".into(),
            live_rows: 70_000,
            dead_rows: 30_000,
            needs_vacuum: true,
            ..Table::default()
        };
        raises(&KIND, server(table()), &["shop-db | Vacuum it"]);
        is_quiet(&KIND, server(Table { needs_vacuum: false, ..table() }), "fine: none of 1 tables");
        is_quiet(&KIND, Scenario::new(), "no data: No PostgreSQL");
    }
}
