//! `GET /performance/history`: series over time, in buckets of least, greatest, mean and count.

mod answer;
mod ask;
mod cut;
mod subscribed;

use std::sync::Arc;
use std::time::{Duration, SystemTime};

use axum::extract::State;
use axum::http::{HeaderValue, header};
use axum::response::Response;

pub use self::answer::HistoryPage;
use self::ask::Asked;
pub use self::subscribed::ViewSlots;
use super::params::Params;
use super::when::{Span, When};
use crate::api::{ApiState, Problem};
use crate::model::{HistoryState, Snapshot, Timestamp};

/// How long an answer of history is waited for.
const PATIENCE: Duration = Duration::from_secs(20);

/// Series over time: least, greatest, mean and count of each bucket. Long answers come in pages: `next` leads on.
#[utoipa::path(
    get, path = "/performance/history", tag = "performance",
    params(
        ("series" = Vec<String>, Query, min_items = 1, max_items = 16, description = "Key of a series, as `/performance/metrics` lists it; 1 to 16",
            example = json!(["system.cpu.utilization"])),
        ("from" = inline(Option<When>), Query, description = "Since when: RFC 3339 or a span before now; `-1h` is usual",
            example = "-1h"),
        ("to" = inline(Option<When>), Query, description = "Until when: RFC 3339 or a span before now; `now` is usual",
            example = "now"),
        ("step" = inline(Option<Span>), Query, description = "Length of a bucket, such as `60s`; buckets stand at multiples \
            of it since 1970", example = "60s"),
        ("buckets" = Option<u32>, Query, description = "Instead of `step`: at most so many buckets, 16 to 5,000; their \
            length is a round one", minimum = 16, maximum = 5000),
        ("format" = inline(Option<ask::Format>), Query, description = "`json`, which is usual, or `csv`", example = "json"),
    ),
    responses(
        (status = 200, description = "The series", content(
            (HistoryPage = "application/json"),
            (String = "text/csv"),
        )),
        (status = 409, description = "The parameters contradict one another, or ask for more than can be told",
            body = Problem),
    )
)]
pub async fn history(State(api): State<ApiState>, params: Params) -> Result<Response, Problem> {
    let snapshot = api.snapshot();
    let asked = ask::read(&params, &snapshot, now(&snapshot))?;
    let data = answered(&api, &snapshot, &asked).await?;
    let page = answer::page(&asked, &data);
    let next = page.next.clone();
    let mut response = if asked.is_csv { answer::csv(&page)? } else { super::answer::json(&page) };
    if let Some(link) = next.and_then(|next| HeaderValue::from_str(&format!("<{next}>; rel=\"next\"")).ok()) {
        response.headers_mut().insert(header::LINK, link);
    }
    Ok(response)
}

async fn answered(api: &ApiState, snapshot: &Snapshot, asked: &Asked) -> Result<Arc<crate::model::ViewData>, Problem> {
    if let HistoryState::Closed { why } = &snapshot.history.state {
        return Err(Problem::busy(format!("history cannot be read: {why}"), 60));
    }
    subscribed::answer(api, asked.request(), PATIENCE).await
}

/// The time of the newest data, which is what "now" means; the clock's before there is any.
pub fn now(snapshot: &Snapshot) -> Timestamp {
    snapshot.at.unwrap_or_else(|| {
        let since = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default();
        Timestamp::from_millis(i64::try_from(since.as_millis()).unwrap_or(i64::MAX))
    })
}

#[cfg(test)]
mod tests;
