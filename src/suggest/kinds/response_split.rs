//! What a slow response is made of: queue, pool wait, database, own time.

use crate::model::Unit;
use crate::model::suggest::{Sureness, Topic};
use crate::suggest::evidence::{Evidence, TEN_MINUTES};
use crate::suggest::finding::{Finding, Verdict, as_share, by_hand, metric};
use crate::suggest::kind::{Kind, Want};
use crate::suggest::{picture, service};

/// Mean response time from which it is worth to look, s.
const SLOW: f64 = 0.2;
/// Share of one part that makes it the one to begin with.
const LARGE: f64 = 0.4;
/// Requests a second below which the mean is chance.
const LEAST_RATE: f64 = 0.1;

/// The kind.
pub const KIND: Kind = Kind {
    name: "response_split",
    title: "Response time by its parts",
    topic: Topic::ResponseTime,
    source: "Gregg, Systems Performance, 2nd edition, section 2.5.14: latency analysis; Amdahl (1967): only the large part is worth it",
    wants: &[
        Want::all(service::HTTP_DURATION),
        Want::all(service::HTTP_QUEUE),
        Want::all(service::POOL_WAIT),
        Want::all(service::DB_DURATION),
    ],
    look,
};

fn look(e: &Evidence<'_>) -> Verdict {
    let services = service::services(e, service::HTTP_DURATION);
    if services.is_empty() {
        return Verdict::NoData(service::missing(service::HTTP_DURATION));
    }
    let mut slowest: Option<f64> = None;
    let mut is_split = false;
    let mut cards = Vec::new();
    for name in services {
        let Some(whole) = service::flow(e, service::HTTP_DURATION, name, TEN_MINUTES) else { continue };
        if whole.rate < LEAST_RATE {
            continue;
        }
        slowest = Some(slowest.map_or(whole.mean, |slowest| slowest.max(whole.mean)));
        let parts = Parts::of(e, name, whole.rate, whole.mean);
        is_split |= parts.is_known();
        if whole.mean >= SLOW && parts.is_known() {
            cards.extend(card(e, name, &whole, &parts));
        }
    }
    match slowest {
        None => Verdict::NoData("Ten minutes of requests are needed".into()),
        Some(slowest) if slowest >= SLOW && !is_split => {
            Verdict::NoData("Requests are slow, but no time in the database, its pool or a queue is reported".into())
        }
        Some(slowest) => {
            Verdict::of(cards, format!("the slowest service takes {} on average", e.text(slowest, Unit::Seconds)))
        }
    }
}

/// Seconds of each request by part.
struct Parts {
    queue: Option<f64>,
    pool: Option<f64>,
    database: Option<f64>,
    own: f64,
}

impl Parts {
    fn of(e: &Evidence<'_>, name: &str, rate: f64, mean: f64) -> Self {
        let of_request = |metric| {
            let flow = service::flow(e, metric, name, TEN_MINUTES)?;
            Some((flow.mean * flow.rate / rate).min(mean))
        };
        let (queue, pool, database) =
            (of_request(service::HTTP_QUEUE), of_request(service::POOL_WAIT), of_request(service::DB_DURATION));
        let known: f64 = [queue, pool, database].into_iter().flatten().sum();
        Self { queue, pool, database, own: (mean - known).max(0.0) }
    }

    fn is_known(&self) -> bool {
        self.queue.is_some() || self.pool.is_some() || self.database.is_some()
    }
}

fn card(e: &Evidence<'_>, name: &str, whole: &service::Flow<'_>, parts: &Parts) -> Option<Finding> {
    let all = [
        ("queue", parts.queue, "Serve more at once, or refuse sooner: it waits before anybody begins"),
        (
            "pool wait",
            parts.pool,
            "Look at the pool: what holds connections, and whether the database has time for more",
        ),
        ("database", parts.database, "Look at the slowest statements, and at what could be cached"),
        ("own time", Some(parts.own), "Profile the code: it computes or waits for something that is not reported"),
    ];
    let share = |seconds: f64| seconds / whole.mean;
    let known = all.iter().filter_map(|(part, seconds, what)| Some((*part, (*seconds)?, *what)));
    let (part, seconds, what) = known.clone().max_by(|a, b| a.1.total_cmp(&b.1))?;
    if share(seconds) < LARGE {
        return None;
    }
    let who = service::name(name);
    let bars = known.clone().map(|(part, seconds, _)| (part.to_owned(), share(seconds))).collect();
    let words: Vec<String> =
        known.map(|(part, seconds, _)| format!("{} {part}", e.text(seconds, Unit::Seconds))).collect();
    let most = share(seconds);
    Some(Finding {
        seen: format!("A request to {who} takes {}: {}", e.text(whole.mean, Unit::Seconds), words.join(", ")),
        why: format!("{} of it is {part}: anything else is hardly worth the work", e.percent(most)),
        change: by_hand(what, ""),
        expected: as_share(format!("{who} response time"), -most * 0.8, -most * 0.5, -most * 0.1, true),
        sure: Sureness::Medium,
        sure_why: "Means are added, as if the parts came one after the other; what runs beside them counts twice"
            .into(),
        stop_at: "when it is no longer the largest part".into(),
        against: "Parts that run side by side take less together than their sum".into(),
        series: vec![whole.track.key().clone()],
        picture: picture::bars("Response time by part", Unit::Ratio, bars, part),
        metric: metric(whole.track.key(), format!("Response time, {who}"), Unit::Seconds, true),
        stake: 0.45 + (whole.mean / SLOW).log10() * 0.3,
        size: whole.mean,
        ..Finding::new(name, format!("Begin with the {part} of {who}"), TEN_MINUTES)
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::suggest::scenario::{Scenario, is_quiet, look, raises};

    #[test]
    fn a_slow_service_raises_it_with_its_largest_part_and_a_fast_one_does_not() {
        let run = |mean, wait| {
            Scenario::new()
                .histogram("http.server.request.duration{service.name=\"checkout\"}", mean, 100.0)
                .histogram("db.client.connection.wait_time{service.name=\"checkout\"}", wait, 200.0)
                .histogram("db.client.operation.duration{service.name=\"checkout\"}", 0.01, 500.0)
        };
        raises(&KIND, run(0.64, 0.22), &["checkout | Look at the pool"]);
        let seen = look(&KIND, run(0.64, 0.22)).expect("a card")[0].seen.replace('\u{2009}', " ");
        assert_eq!(seen, "A request to checkout takes 640 ms: 440 ms pool wait, 50.0 ms database, 150 ms own time");
        raises(&KIND, run(0.64, 0.001), &["checkout | Profile the code"]);
        is_quiet(&KIND, run(0.05, 0.01), "fine: the slowest service takes 50");
        let alone = Scenario::new().histogram("http.server.request.duration{service.name=\"checkout\"}", 0.64, 9.0);
        is_quiet(&KIND, alone, "no data: Requests are slow, but");
        is_quiet(&KIND, Scenario::new(), "no data: No service");
    }
}
