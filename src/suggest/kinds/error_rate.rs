//! Requests fail, told apart by what they fail with.

use crate::model::Unit;
use crate::model::suggest::{Sureness, Topic};
use crate::suggest::evidence::{Evidence, TEN_MINUTES, Track};
use crate::suggest::finding::{Finding, Verdict, by_hand, in_words, metric};
use crate::suggest::kind::{Kind, Want};
use crate::suggest::{picture, service};

/// Failed share that matters.
const SHARE: f64 = 0.01;
/// Requests in ten minutes below which a share is chance.
const LEAST_REQUESTS: f64 = 50.0;

/// The kind.
pub const KIND: Kind = Kind {
    name: "error_rate",
    title: "Failing requests",
    topic: Topic::Errors,
    source: "Google SRE Book, chapter 6, The Four Golden Signals: errors; OpenTelemetry, HTTP metrics: error.type",
    wants: &[Want::all(service::HTTP_COUNT)],
    look,
};

fn look(e: &Evidence<'_>) -> Verdict {
    let services = service::services(e, service::HTTP_COUNT);
    if services.is_empty() {
        return Verdict::NoData(service::missing(service::HTTP_DURATION));
    }
    let mut worst: Option<f64> = None;
    let mut cards = Vec::new();
    for name in services {
        let rates = service::of_service(e, service::HTTP_COUNT, name).into_iter();
        let seen: Vec<(Track<'_>, f64)> = rates.filter_map(|track| Some((track, track.mean(TEN_MINUTES)?))).collect();
        let total: f64 = seen.iter().map(|(_, rate)| rate).sum();
        if total * TEN_MINUTES.as_secs_f64() < LEAST_REQUESTS {
            continue;
        }
        let failed: Vec<&(Track<'_>, f64)> = seen.iter().filter(|(track, _)| !kind_of(track).is_empty()).collect();
        let share = failed.iter().map(|(_, rate)| rate).sum::<f64>() / total;
        worst = Some(worst.map_or(share, |worst| worst.max(share)));
        if share >= SHARE {
            cards.extend(card(e, name, &failed, share, total));
        }
    }
    match worst {
        None => Verdict::NoData("Fifty requests in ten minutes are needed".into()),
        Some(worst) => Verdict::of(cards, format!("at most {} of requests failed over 10 min", e.percent(worst))),
    }
}

/// What a series of requests fails with: `error.type`, or a status from 500 on; empty where they are well.
fn kind_of<'a>(track: &Track<'a>) -> &'a str {
    let status = track.attribute("http.response.status_code");
    match track.attribute("error.type") {
        "" if status.starts_with('5') => status,
        kind => kind,
    }
}

fn card(e: &Evidence<'_>, name: &str, failed: &[&(Track<'_>, f64)], share: f64, total: f64) -> Option<Finding> {
    let (track, rate) = failed.iter().max_by(|a, b| a.1.total_cmp(&b.1))?;
    let kind = kind_of(track);
    let route = track.attribute("http.route");
    let at = if route.is_empty() { String::new() } else { format!(" on {route}") };
    let who = service::name(name);
    let bars = failed.iter().map(|(track, rate)| (kind_of(track).to_owned(), rate / total)).collect();
    let what = match kind {
        "503" | "429" => "It refuses work: look at its queue length and at what it waits for",
        "504" | "timeout" => "Something it calls answers too late: compare the time-outs along the way",
        "502" => "Something it calls broke: look there first",
        _ => "Look at the first stack trace of this kind, and at what changed when it began",
    };
    Some(Finding {
        seen: format!(
            "{} of {who}'s requests failed, most of them with {kind}{at}: {}",
            e.percent(share),
            e.text(*rate, Unit::PerSecond("request"))
        ),
        why: "Each is a person who did not get an answer, and a client that asks again".into(),
        change: by_hand(what, ""),
        expected: in_words("failed requests", "Those of this kind go", true),
        sure: Sureness::Medium,
        sure_why: "That they fail is counted; the cause is only guessed from the kind".into(),
        stop_at: format!("below {} of requests", e.percent(SHARE)),
        against: "A scanner or a broken client may ask for what cannot succeed".into(),
        series: vec![track.key().clone()],
        picture: picture::bars("Failed requests by kind", Unit::Ratio, bars, kind),
        metric: metric(track.key(), format!("Failed requests with {kind}, {who}"), Unit::PerSecond("request"), true),
        stake: 0.6 + share * 2.0,
        size: share,
        ..Finding::new(name, format!("Find out why {who} fails"), TEN_MINUTES)
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::suggest::scenario::{Scenario, is_quiet, raises};

    #[test]
    fn failing_requests_raise_it_by_kind_and_a_few_do_not() {
        let of = |more: &str| format!("http.server.request.duration.count{{{more}service.name=\"checkout\"}}");
        let run = |failed| Scenario::new().flat(&of(""), 100.0).flat(&of("error.type=\"504\","), failed);
        raises(&KIND, run(5.0), &["checkout | Something it calls answers too late"]);
        is_quiet(&KIND, run(0.1), "fine: at most");
        is_quiet(&KIND, Scenario::new().flat(&of("error.type=\"500\","), 0.01), "no data: Fifty requests");
        is_quiet(&KIND, Scenario::new(), "no data: No service");
    }
}
