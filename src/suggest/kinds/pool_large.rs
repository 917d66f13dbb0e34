//! More queries run at once than the database carries: fewer are faster, and Little's law gives the number.

use std::time::Duration;

use crate::analysis::quantile::quantile_unsorted;
use crate::model::suggest::{Picture, PictureForm, ScatterPicture, Sureness, Topic};
use crate::model::{TimeRange, Unit};
use crate::suggest::change::{Bound, adjust};
use crate::suggest::evidence::{Evidence, HOUR, TEN_MINUTES, Track};
use crate::suggest::finding::{Finding, Resource, Verdict, as_share, metric};
use crate::suggest::kind::{Kind, Want};
use crate::suggest::service;

/// An operation that takes so many times its time alone waits for others in the database.
const STRETCHED: f64 = 2.0;
/// Room over what Little's law asks for, for bursts.
const ROOM: f64 = 1.3;
/// Fewest minutes of both from which the time alone is told.
const LEAST_MINUTES: usize = 15;

/// The kind.
pub const KIND: Kind = Kind {
    name: "pool_large",
    title: "Pool too large for a saturated database",
    topic: Topic::DatabasePool,
    source: "HikariCP, About Pool Sizing: fewer connections are faster once cores and disks are busy; Little (1961), L = λW",
    wants: &[Want::all(service::POOL_COUNT), Want::all(service::POOL_MAX), Want::all(service::DB_DURATION)],
    look,
};

fn look(e: &Evidence<'_>) -> Verdict {
    let services = service::services(e, service::DB_DURATION);
    if services.is_empty() {
        return Verdict::NoData(service::missing(service::DB_DURATION));
    }
    let seen: Vec<(&str, Load<'_>)> =
        services.into_iter().filter_map(|name| Some((name, Load::of(e, name)?))).collect();
    if seen.is_empty() {
        return Verdict::NoData(format!(
            "A quarter of an hour of {} and {} is needed",
            service::DB_DURATION,
            service::POOL_COUNT
        ));
    }
    let worst = seen.iter().map(|(_, load)| load.now / load.alone).fold(0.0, f64::max);
    let cards = seen.iter().filter_map(|(name, load)| card(e, name, load)).collect();
    Verdict::of(cards, format!("operations take at most {worst:.1} times their time alone"))
}

/// How a database answers at its load.
struct Load<'a> {
    used: Track<'a>,
    duration: Track<'a>,
    /// Connections used, mean of ten minutes.
    running: f64,
    /// Mean duration of ten minutes, s.
    now: f64,
    /// Duration with little running, s: the tenth percentile of the hour's minutes.
    alone: f64,
    /// Operations a second.
    rate: f64,
}

impl<'a> Load<'a> {
    fn of(e: &Evidence<'a>, name: &str) -> Option<Self> {
        let used = service::of_service(e, service::POOL_COUNT, name);
        let used = *used.iter().find(|track| track.attribute("db.client.connection.state") == "used")?;
        let flow = service::flow(e, service::DB_DURATION, name, TEN_MINUTES)?;
        let mut minutes = flow.track.minute_means(TimeRange::ending_at(e.now, HOUR));
        if minutes.len() < LEAST_MINUTES {
            return None;
        }
        let alone = quantile_unsorted(&mut minutes, 0.1)?.max(1e-6);
        let running = used.mean(TEN_MINUTES)?;
        Some(Self { used, duration: flow.track, running, now: flow.mean, alone, rate: flow.rate })
    }
}

fn card(e: &Evidence<'_>, name: &str, load: &Load<'_>) -> Option<Finding> {
    let stretched = load.now / load.alone;
    // Connections the same rate would need if each operation took its time alone.
    let needed = (load.rate * load.alone).max(1.0);
    let to = (needed * ROOM).ceil();
    if stretched < STRETCHED || load.running < needed * STRETCHED * 0.75 || load.running < 4.0 || to >= load.running {
        return None;
    }
    let who = service::name(name);
    let workers = e.count("service.workers").unwrap_or(1).max(1) as f64;
    let present = e.count("database.pool_max").map(|count| count as f64);
    let each = (to / workers).ceil();
    let least = (needed / workers).ceil().max(1.0);
    let bound = Bound::new(least, "below it requests wait for the pool");
    let change = adjust(
        e,
        "database.pool_max",
        each.min(present.unwrap_or(each)),
        &bound,
        format!("Let {to:.0} queries run at once"),
    );
    let rate = e.text(load.rate, Unit::PerSecond("operation"));
    // The time in the database falls towards that alone; the wait moves to the pool and is shorter in all.
    let gain = 1.0 - 1.0 / stretched;
    Some(Finding {
        seen: format!(
            "{:.0} queries of {who} ran at once, and each took {} or {stretched:.1} times as long as alone. By Little's law {rate} need {needed:.0} connections",
            load.running,
            e.text(load.now, Unit::Seconds)
        ),
        why: "Past what its cores and disks carry, each query more slows all the others".into(),
        change,
        expected: as_share(format!("{who} query time"), -gain, -gain * 0.6, -gain * 0.25, true),
        sure: if stretched >= 3.0 { Sureness::High } else { Sureness::Medium },
        sure_why: "Time and number running grew together within the hour, at a rate that needs far fewer".into(),
        stop_at: format!("{least:.0} for each worker: below it requests wait for the pool"),
        against: format!("A burst above {} would queue sooner", e.text(to / load.alone, Unit::PerSecond("operation"))),
        series: vec![load.duration.key().clone(), load.used.key().clone()],
        picture: scatter(e, load, to),
        metric: metric(load.duration.key(), format!("Query time, {who}"), Unit::Seconds, true),
        stake: 0.5 + gain * 0.5,
        size: stretched,
        short_of: &[Resource::Database],
        ..Finding::new(name, "Let fewer queries run at once", HOUR)
    })
}

/// Query time by queries running, minute by minute.
fn scatter(e: &Evidence<'_>, load: &Load<'_>, to: f64) -> Option<Picture> {
    let range = TimeRange::ending_at(e.now, HOUR + Duration::from_secs(60));
    let (x, y) = (load.used.minute_means(range), load.duration.minute_means(range));
    if x.len() != y.len() || x.len() < 3 {
        return None;
    }
    let points: Vec<(f32, f32)> = x.iter().zip(&y).map(|(x, y)| (*x as f32, *y as f32)).collect();
    // Flat up to where the database is busy, then a straight line: time = running / rate at saturation.
    let knee = (load.rate * load.alone) as f32;
    let most = points.iter().map(|(x, _)| *x).fold(knee, f32::max);
    let fit = [(0.0, load.alone as f32), (knee, load.alone as f32), (most, most / load.rate.max(1e-9) as f32)];
    Some(Picture {
        title: "Query time by queries running".into(),
        unit: Unit::Seconds,
        form: PictureForm::Scatter(ScatterPicture {
            x_title: "queries running".into(),
            x_unit: Unit::Count("query"),
            points: points.into(),
            fit: fit.into(),
            now: Some(load.running),
            suggested: Some(to),
        }),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::suggest::scenario::{Scenario, count, is_quiet, look, raises};

    /// A database that serves 1,240 queries a second, 9 ms each alone, with so many running at the end.
    fn database(running: f64) -> Scenario {
        let of = "service.name=\"checkout\"";
        let busy = move |x: f64| if x < 0.5 { 11.0 } else { running };
        Scenario::new()
            .hours(1)
            .curve(&format!("db.client.connection.count{{{of},db.client.connection.state=\"used\"}}"), busy)
            .curve(&format!("db.client.operation.duration{{{of},statistic=\"mean\"}}"), move |x| busy(x) / 1240.0)
            .flat(&format!("db.client.operation.duration{{{of},statistic=\"rate\"}}"), 1240.0)
            .param("database.pool_max", count(50))
    }

    #[test]
    fn a_database_that_queues_raises_it_and_littles_law_gives_the_number() {
        raises(&KIND, database(49.0), &["checkout | database.pool_max 50 → 25 connections"]);
        let cards = look(&KIND, database(49.0)).expect("a card");
        assert!(matches!(&cards[0].picture, Some(Picture { form: PictureForm::Scatter(_), .. })));
        is_quiet(&KIND, database(14.0), "fine: operations take at most 1.3");
        is_quiet(&KIND, Scenario::new(), "no data: No service reports db.client.operation.duration");
    }
}
