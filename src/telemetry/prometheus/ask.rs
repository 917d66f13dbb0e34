//! One question to a server and its answer.

use ureq::Agent;

use super::expression::{buckets, selector_of};
use super::read::{self, Point};
use crate::model::remote_write::host_of;
use crate::model::source::Source;
use crate::model::{SeriesKey, TimeRange};
use crate::telemetry::http::{Asked, HttpError, Reply, ask, line_of};

/// Greatest answer, bytes: a search that finds more has to be narrowed.
const MAX_ANSWER: u64 = 8 << 20;

/// A server, and the client that asks it.
pub struct Server<'a> {
    pub source: &'a Source,
    pub agent: &'a Agent,
    pub is_called_off: &'a mut dyn FnMut() -> bool,
}

impl Server<'_> {
    /// The labels of the series that fit what was typed, with a value in this time.
    ///
    /// # Errors
    /// Why there is no answer, in words that begin with the host; `None` where none is wanted any more.
    pub fn series(&mut self, text: &str, range: TimeRange) -> Result<Vec<Vec<(String, String)>>, Option<String>> {
        let (start, end) = (range.start.as_seconds(), range.end.as_seconds());
        // Prometheus from 2.48 on gives no more than it is asked for; one more tells that there are more.
        let query = [
            ("match[]", selector_of(text)),
            ("start", start.to_string()),
            ("end", end.to_string()),
            ("limit", "20000".to_owned()),
        ];
        let body = self.get("series", &query)?;
        read::series(&body).map_err(|why| self.words(&why))
    }

    /// The buckets of one series that begin in this time, whose ends are multiples of the step.
    ///
    /// # Errors
    /// As [`Self::series`].
    pub fn curve(&mut self, key: &SeriesKey, range: TimeRange, step_millis: i64) -> Result<Vec<Point>, Option<String>> {
        let seconds = |millis: i64| format!("{:.3}", millis as f64 / 1000.0);
        let query = [
            ("query", buckets(key, step_millis.unsigned_abs())),
            ("start", seconds(range.start.as_millis().saturating_add(step_millis - 1))),
            ("end", seconds(range.end.as_millis().saturating_sub(1))),
            ("step", seconds(step_millis)),
            // VictoriaMetrics would shift the steps to its own.
            ("nocache", "1".to_owned()),
        ];
        let body = self.get("query_range", &query)?;
        read::curve(&body, step_millis).map_err(|why| self.words(&why))
    }

    fn get(&mut self, what: &str, query: &[(&str, String)]) -> Result<Vec<u8>, Option<String>> {
        let parts: Vec<String> = query.iter().map(|(name, value)| format!("{name}={}", percent(value))).collect();
        let url = format!("{}/api/v1/{what}?{}", self.source.url.trim_end_matches('/'), parts.join("&"));
        let mut headers = vec![("Accept", "application/json".to_owned())];
        if !self.source.tenant.is_empty() {
            headers.push(("X-Scope-OrgID", self.source.tenant.to_string()));
        }
        let asked = Asked {
            url,
            headers,
            body: None,
            max_bytes: MAX_ANSWER,
            login: self.source.login.clone(),
            secret: self.source.secret.clone(),
        };
        match ask(self.agent, asked, self.is_called_off) {
            Err(HttpError::CalledOff) => Err(None),
            Err(HttpError::NoAnswer(why)) => Err(self.words(&why)),
            Ok(Reply { is_cut: true, .. }) => Err(self.words("its answer is larger than 8 MiB: look for less at once")),
            Ok(Reply { status: 200..=299, body, .. }) => Ok(body),
            Ok(Reply { status: status @ 300..=399, .. }) => {
                Err(self.words(&format!("it answered {status}: it points to another address, which is not followed")))
            }
            Ok(Reply { status, body, .. }) => {
                let said = read::error_of(&body).unwrap_or_else(|| line_of(&body));
                let said = if said.is_empty() { said } else { format!(": {said}") };
                Err(self.words(&format!("it answered {status}{said}")))
            }
        }
    }

    fn words(&self, why: &str) -> Option<String> {
        Some(format!("{}: {why}", host_of(&self.source.url)))
    }
}

/// A text as it may stand in a query (RFC 3986, section 2.3: unreserved signs stay).
fn percent(text: &str) -> String {
    let stays = |b: u8| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'.' | b'_' | b'~');
    text.bytes().map(|b| if stays(b) { char::from(b).to_string() } else { format!("%{b:02X}") }).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_would_mean_something_in_a_query_is_written_out() {
        assert_eq!(percent("a{b=\"c & d\"}+ä"), "a%7Bb%3D%22c%20%26%20d%22%7D%2B%C3%A4");
    }
}
