//! One statement takes a large part of the time that a database server spends on statements.

use std::time::Duration;

use crate::model::Unit;
use crate::model::database::{DatabaseStatus, Statement, Statements};
use crate::model::quantity::decimals;
use crate::model::suggest::{Sureness, Topic};
use crate::suggest::evidence::Evidence;
use crate::suggest::finding::{Finding, Verdict, as_share, by_hand, metric};
use crate::suggest::kind::{Kind, Want};
use crate::suggest::{database, picture};

/// Share of the time that makes a statement worth a look.
const SHARE: f64 = 0.25;
/// Mean time below which a plan has little to give, s.
const QUICK: f64 = 0.001;
/// Time in statements, seconds each second, below which it does not matter.
const LEAST_LOAD: f64 = 0.05;
/// What has a plan.
const PLANNED: [&str; 6] = ["select", "with", "insert", "update", "delete", "merge"];

/// The kind.
pub const KIND: Kind = Kind {
    name: "statement_share",
    title: "A statement takes the server's time",
    topic: Topic::Statement,
    source: "PostgreSQL documentation, pg_stat_statements and EXPLAIN; Winand, SQL Performance Explained: one index for the one query that costs most",
    wants: &[Want::all(database::LOAD)],
    look,
};

fn look(e: &Evidence<'_>) -> Verdict {
    let servers = database::servers(e);
    if servers.is_empty() {
        return Verdict::NoData(database::MISSING.into());
    }
    let mut why_not = String::new();
    let mut n_seen = 0;
    let mut cards = Vec::new();
    for (status, view) in servers {
        match view.statements.value() {
            Some(statements) if statements.load.is_some() => {
                n_seen += statements.rows.len();
                cards.extend(card(e, status, statements));
            }
            Some(_) => why_not = format!("{} must be looked at twice", status.target.name),
            None => {
                let why = view.statements.missing().map_or("it was not asked yet", |missing| &*missing.why);
                why_not = format!("{}: {why}", status.target.name);
            }
        }
    }
    if n_seen == 0 && cards.is_empty() && !why_not.is_empty() {
        return Verdict::NoData(why_not);
    }
    Verdict::of(cards, format!("none of {n_seen} statements takes a quarter of the server's time"))
}

fn has_plan(statement: &Statement) -> bool {
    let first: String = statement.text.trim_start().chars().take_while(char::is_ascii_alphabetic).collect();
    PLANNED.contains(&first.to_lowercase().as_str())
}

fn card(e: &Evidence<'_>, status: &DatabaseStatus, statements: &Statements) -> Option<Finding> {
    if statements.load? < LEAST_LOAD {
        return None;
    }
    let share = |s: &Statement| s.recent_share.unwrap_or(0.0);
    let costly = |s: &&Statement| has_plan(s) && s.recent_mean_seconds.is_some_and(|mean| mean >= QUICK);
    let worst = statements.rows.iter().filter(costly).max_by(|a, b| share(a).total_cmp(&share(b)))?;
    let (share, mean, rate) = (share(worst), worst.recent_mean_seconds?, worst.calls_per_second?);
    if share < SHARE {
        return None;
    }
    let name = &status.target.name;
    let brief = database::brief(worst);
    let track = database::load(e, name, worst.id);
    let bars = statements.rows.iter().map(|s| (database::brief(s), s.recent_share.unwrap_or(0.0))).collect();
    // An index that helps makes a statement about ten times as fast; one that does not leaves it.
    let most = share * 0.9;
    let span = Duration::from_secs_f64(statements.recent_seconds.max(1.0));
    Some(Finding {
        seen: format!(
            "This statement takes {} of the time in {name}: {} a second at {} each, {} rows a call. {brief}",
            e.percent(share),
            decimals(rate, 1),
            e.text(mean, Unit::Seconds),
            decimals(worst.rows_per_call, 1),
        ),
        why: "It holds a connection and locks for that long, and others wait for both".into(),
        change: by_hand(
            format!(
                "Look at its plan: Services, {name}, Statements, Explain. Where it reads many rows to return few, add the index it lacks"
            ),
            worst.text.to_string(),
        ),
        expected: as_share(format!("time in statements of {name}"), -most, -most * 0.5, 0.0, true),
        sure: if share >= 0.4 { Sureness::Medium } else { Sureness::Low },
        sure_why: "Its share is the server's own count; whether an index helps only its plan tells".into(),
        stop_at: "this one statement: a second index of the same kind seldom helps".into(),
        against: "Each index makes writes slower; a report that runs at night may take its time".into(),
        series: track.iter().map(|track| track.key().clone()).collect(),
        picture: picture::bars("Time by statement", Unit::Ratio, bars, &brief),
        metric: track.and_then(|track| metric(track.key(), format!("Time in {brief}"), track.def.unit, true)),
        stake: 0.3 + share * 0.6,
        size: share,
        ..Finding::new(&**name, "Look at the plan of the costliest statement", span)
    })
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;
    use crate::model::database::{
        DatabaseState, DatabaseTarget, DatabaseView, Missing, PostgresView, StatementId, Told,
    };
    use crate::suggest::scenario::{Scenario, is_quiet, look, raises};

    fn statement(id: i64, text: &str, share: f64, mean: f64) -> Statement {
        Statement {
            id: StatementId::Known(id),
            text: text.into(),
            calls: 100,
            total_seconds: 10.0,
            mean_seconds: mean,
            rows_per_call: 1.0,
            total_share: share,
            calls_per_second: Some(share / mean),
            recent_mean_seconds: Some(mean),
            load: Some(share),
            recent_share: Some(share),
        }
    }

    fn server(statements: Told<Arc<Statements>>) -> Scenario {
        let view = PostgresView { statements, ..PostgresView::default() };
        Scenario::new().database(DatabaseStatus {
            target: DatabaseTarget { name: "shop-db".into(), ..DatabaseTarget::default() },
            state: DatabaseState::Up,
            view: Some(DatabaseView::Postgres(Arc::new(view))),
            ..DatabaseStatus::default()
        })
    }

    fn of(rows: Vec<Statement>, load: f64) -> Scenario {
        server(Told::Value(Arc::new(Statements { rows: rows.into(), load: Some(load), ..Statements::default() })))
    }

    #[test]
    fn a_statement_that_takes_half_of_the_time_raises_it() {
        let slow = || statement(7, "SELECT * FROM items WHERE name = $1", 0.48, 0.02);
        let quick = || statement(8, "SELECT 1", 0.3, 0.000_01);
        let key = "postgresql.query.load{db.query.id=\"7\",service.name=\"shop-db\"}";
        let full = of(vec![slow(), quick()], 1.0).flat(key, 0.48);
        raises(&KIND, full, &["shop-db | Look at its plan"]);
        let card = &look(&KIND, of(vec![slow(), quick()], 1.0).flat(key, 0.48)).expect("a card")[0];
        assert!(
            card.seen
                .replace('\u{2009}', " ")
                .starts_with("This statement takes 48 % of the time in shop-db: 24.0 a second at 20.0 ms"),
            "{}",
            card.seen
        );
        assert!(card.series.len() == 1 && card.metric.is_some() && card.picture.is_some());
        is_quiet(&KIND, of(vec![slow()], 0.01), "fine");
        is_quiet(&KIND, of(vec![quick()], 1.0), "fine");
        is_quiet(&KIND, of(vec![statement(9, "END", 0.9, 0.01)], 1.0), "fine: none of 1");
        is_quiet(&KIND, Scenario::new(), "no data: No PostgreSQL server is watched");
        let missing = Missing::new("the server does not count statements", "", "");
        is_quiet(&KIND, server(missing.into()), "no data: shop-db: the server does not count");
    }
}
