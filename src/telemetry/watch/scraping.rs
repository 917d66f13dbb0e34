//! One target, asked at its pace.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::time::{Duration, Instant};

use hyper::http::StatusCode;
use hyper::http::header::{self, HeaderName};
use tokio::time::timeout;

use super::Works;
use super::client::{Answer, Asked, Client, Stage};
use super::pace::Pace;
use crate::model::service::Target;
use crate::telemetry::scrape::{Families, Format, Scraped};

/// Bytes of an answer.
const MAX_ANSWER: usize = 16 << 20;
/// Both formats, the one that says more before the other, as Prometheus asks for them.
const ACCEPT: &str = "application/openmetrics-text;version=1.0.0;q=0.75,text/plain;version=0.0.4;q=0.5,*/*;q=0.1";

/// Scrapes until it is stopped.
pub(super) async fn run(target: Target, works: Works, mut pace: Pace) {
    let time_out = Duration::from_secs(target.time_out_seconds.max(1).into());
    let within = HeaderName::from_static("x-prometheus-scrape-timeout-seconds");
    let mut client = Client::new(Asked {
        url: target.url.clone(),
        login: target.login.clone(),
        secret: target.secret.clone(),
        ca_file: target.ca_file.clone(),
        headers: vec![(header::ACCEPT, ACCEPT.into()), (within, time_out.as_secs().to_string())],
        max_bytes: MAX_ANSWER,
    });
    while pace.next().await {
        let started = Instant::now();
        let answer = tokio::select! {
            biased;
            () = pace.stopped() => return,
            answer = timeout(time_out, client.get()) => answer,
        };
        let took = started.elapsed();
        let answer = answer.unwrap_or_else(|_| Err(late(client.stage, time_out)));
        let tell = AssertUnwindSafe(|| tell(&target, &works, answer, took));
        if catch_unwind(tell).is_err() {
            let found = Err("reading its answer broke down".into());
            let scraped = Scraped { at: (works.clock)(), took, n_bytes: 0, found };
            let _ = catch_unwind(AssertUnwindSafe(|| works.sink.scraped(&target, &scraped)));
        }
    }
}

/// What took too long.
pub(crate) fn late(stage: Stage, time_out: Duration) -> String {
    let what = match stage {
        Stage::Connect => "no connection came about",
        Stage::Answer => "it gave no answer",
        Stage::Body => "its answer did not end",
    };
    format!("{what} within {} s", time_out.as_secs())
}

fn tell(target: &Target, works: &Works, answer: Result<Answer, String>, took: Duration) {
    let at = (works.clock)();
    let n_bytes = answer.as_ref().map_or(0, |answer| answer.body.len() as u64);
    let found = answer.as_ref().map_err(|why| Arc::from(why.as_str())).and_then(|answer| read(target, answer));
    works.sink.scraped(target, &Scraped { at, took, n_bytes, found });
}

fn read<'a>(target: &Target, answer: &'a Answer) -> Result<Families<'a>, Arc<str>> {
    if answer.status != StatusCode::OK {
        return Err(refusal(answer.status).into());
    }
    let most = usize::try_from(target.max_series).unwrap_or(usize::MAX);
    let families = Families::read(&answer.body, Format::of_content_type(&answer.content_type), most);
    if families.is_over {
        return Err(format!("it holds more than {most} series: allow more, or let it export fewer").into());
    }
    if families.n_samples == 0 && families.n_bad_lines > 0 {
        return Err(format!("what answers there are no metrics: {}", families.bad_line).into());
    }
    Ok(families)
}

/// What an answer with this status means.
fn refusal(status: StatusCode) -> String {
    let why = match status {
        StatusCode::UNAUTHORIZED | StatusCode::FORBIDDEN => ": its token or password is missing or wrong",
        StatusCode::NOT_FOUND => ": the path is another, often /metrics",
        status if status.is_redirection() => ": it leads elsewhere, where nobody is asked; give that address itself",
        _ => "",
    };
    format!("it answered {status}{why}")
}
