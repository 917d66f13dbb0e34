//! One statement takes a large part of the database's time.

use crate::model::Unit;
use crate::model::suggest::{Sureness, Topic};
use crate::suggest::evidence::{Evidence, TEN_MINUTES, Track};
use crate::suggest::finding::{Finding, Verdict, as_share, by_hand, metric};
use crate::suggest::kind::{Kind, Want};
use crate::suggest::{picture, service};

/// Share of the database's time that makes a statement worth a look.
const SHARE: f64 = 0.25;
/// Mean time from which a statement is slow, s.
const SLOW: f64 = 0.05;
/// Time in the database, seconds each second, below which it does not matter.
const LEAST_LOAD: f64 = 0.01;
/// Attributes that name a statement, the best first.
const NAMES: [&str; 4] = ["db.query.summary", "db.query.text", "db.collection.name", "db.operation.name"];

/// The kind.
pub const KIND: Kind = Kind {
    name: "slow_queries",
    title: "Slow queries",
    topic: Topic::Statement,
    source: "PostgreSQL documentation, pg_stat_statements: order by total time; Winand, SQL Performance Explained: one index for the one query that costs most",
    wants: &[Want::all(service::DB_DURATION)],
    look,
};

fn look(e: &Evidence<'_>) -> Verdict {
    let services = service::services(e, service::DB_DURATION);
    if services.is_empty() {
        return Verdict::NoData(service::missing(service::DB_DURATION));
    }
    let mut n_named = 0;
    let mut cards = Vec::new();
    for name in services {
        let all = statements(e, name);
        n_named += all.len();
        cards.extend(card(e, name, &all));
    }
    if n_named == 0 {
        return Verdict::NoData("No statement is told apart: let the service report db.query.summary".into());
    }
    Verdict::of(cards, format!("none of {n_named} statements is slow and takes a quarter of the time"))
}

/// One statement over ten minutes.
struct Statement<'a> {
    name: &'a str,
    mean: f64,
    rate: f64,
    track: Track<'a>,
}

fn statements<'a>(e: &Evidence<'a>, service: &str) -> Vec<Statement<'a>> {
    let of = |part: service::Part<'a>| {
        let name = NAMES.iter().map(|name| part.mean.attribute(name)).find(|value| !value.is_empty())?;
        let (mean, rate) = (part.mean.mean(TEN_MINUTES)?, part.rate.mean(TEN_MINUTES)?);
        Some(Statement { name, mean, rate, track: part.mean })
    };
    service::parts(e, service::DB_DURATION, service).into_iter().filter_map(of).collect()
}

fn card(e: &Evidence<'_>, service: &str, all: &[Statement<'_>]) -> Option<Finding> {
    let load = |s: &Statement<'_>| s.mean * s.rate;
    let total: f64 = all.iter().map(load).sum();
    let worst = all.iter().filter(|s| s.mean >= SLOW).max_by(|a, b| load(a).total_cmp(&load(b)))?;
    let share = load(worst) / total.max(1e-9);
    if share < SHARE || total < LEAST_LOAD {
        return None;
    }
    let bars = all.iter().map(|s| (s.name.to_owned(), load(s) / total)).collect();
    let text = worst.track.attribute("db.query.text");
    // An index that helps makes a statement about ten times as fast; one that does not leaves it.
    let most = share * 0.9;
    Some(Finding {
        seen: format!(
            "{} takes {} of the time in the database: {} a second at {} each",
            worst.name,
            e.percent(share),
            crate::model::quantity::decimals(worst.rate, 1),
            e.text(worst.mean, Unit::Seconds)
        ),
        why: "It holds a connection and locks for that long, and others wait for both".into(),
        change: by_hand(
            "Look at its plan; where it reads many rows to return few, add the index it lacks",
            if text.is_empty() { String::new() } else { format!("EXPLAIN {text}") },
        ),
        expected: as_share("time in the database", -most, -most * 0.5, 0.0, true),
        sure: if share >= 0.4 { Sureness::Medium } else { Sureness::Low },
        sure_why: "Its share is measured; whether an index helps only its plan tells".into(),
        stop_at: "this one statement: a second index of the same kind seldom helps".into(),
        against: "Each index makes writes slower; a report that runs at night may take its time".into(),
        series: vec![worst.track.key().clone()],
        picture: picture::bars("Database time by statement", Unit::Ratio, bars, worst.name),
        metric: metric(worst.track.key(), worst.name, Unit::Seconds, true),
        stake: 0.3 + share * 0.6,
        size: share,
        ..Finding::new(service, "Speed up the slowest statement", TEN_MINUTES)
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::suggest::scenario::{Scenario, is_quiet, raises};

    #[test]
    fn a_slow_statement_with_a_large_share_raises_it_and_a_fast_or_rare_one_does_not() {
        let run = |mean, rate| {
            let key = |name: &str| {
                format!("db.client.operation.duration{{db.query.summary=\"{name}\",service.name=\"shop\"}}")
            };
            Scenario::new().histogram(&key("SELECT items"), mean, rate).histogram(&key("SELECT cart"), 0.002, 400.0)
        };
        raises(&KIND, run(0.3, 5.0), &["shop | Look at its plan"]);
        is_quiet(&KIND, run(0.3, 0.2), "fine: none of 2 statements");
        is_quiet(&KIND, run(0.002, 2000.0), "fine");
        let whole = Scenario::new().histogram("db.client.operation.duration{service.name=\"shop\"}", 0.3, 5.0);
        is_quiet(&KIND, whole, "no data: No statement is told apart");
        is_quiet(&KIND, Scenario::new(), "no data: No service");
    }
}
