//! What a server's answer means for the samples that were sent.
//!
//! Source: "Prometheus Remote-Write Specification" 1.0, "Retries & Backoff": 5xx and 429 are tried again, other 4xx are not.

use std::time::Duration;

use crate::model::Timestamp;
use crate::telemetry::http::{HttpError, Reply, line_of};

/// What becomes of the samples.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Verdict {
    /// The server has them.
    Taken,
    /// It will never take them: why.
    Refused(String),
    /// It does not take them now.
    Later {
        /// Why.
        why: String,
        /// How long it asked to be left alone.
        after: Option<Duration>,
        /// Whether it may have them though no answer came.
        may_have_them: bool,
    },
}

/// What an answer means. `may_have_them` is whether a try before may have reached the server.
pub fn verdict(answer: &Result<Reply, HttpError>, host: &str, now: Timestamp, may_have_them: bool) -> Verdict {
    let reply = match answer {
        Ok(reply) => reply,
        Err(e) => {
            let may_have_them = may_have_them || e != &HttpError::NoAnswer("nothing listens there".into());
            return Verdict::Later { why: format!("{host}: {e}"), after: None, may_have_them };
        }
    };
    let said = line_of(&reply.body);
    let said = if said.is_empty() {
        format!("{host} answered {}", reply.status)
    } else {
        format!("{host} answered {}: {said}", reply.status)
    };
    let after = reply.retry_after.as_deref().and_then(|text| retry_after(text, now));
    match reply.status {
        200..=299 => Verdict::Taken,
        300..=399 => {
            let why = format!("{host} answered {}: it points to another address, which is not followed", reply.status);
            Verdict::Later { why, after, may_have_them }
        }
        408 | 429 => Verdict::Later { why: said, after, may_have_them },
        // What it has already is out of order when it comes again: these are Prometheus' words for that.
        400 | 409 if may_have_them && is_repeat(&reply.body) => Verdict::Taken,
        400..=499 => Verdict::Refused(said),
        _ => Verdict::Later { why: said, after, may_have_them },
    }
}

fn is_repeat(body: &[u8]) -> bool {
    let text = String::from_utf8_lossy(body).to_lowercase();
    ["out of order sample", "duplicate sample", "out-of-order"].iter().any(|words| text.contains(words))
}

/// The time of a header `Retry-After`: seconds, or a date (RFC 9110, section 10.2.3).
fn retry_after(text: &str, now: Timestamp) -> Option<Duration> {
    if let Ok(seconds) = text.trim().parse::<u32>() {
        return Some(Duration::from_secs(seconds.into()));
    }
    let date = chrono::DateTime::parse_from_rfc2822(text.trim()).ok()?;
    Some(Timestamp::from_millis(date.timestamp_millis()).since(now))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_answer_has_its_consequence() {
        let now = Timestamp::from_millis(1_445_412_480_000 - 20_000);
        let word = |verdict: Verdict| match verdict {
            Verdict::Taken => "taken".to_owned(),
            Verdict::Refused(why) => format!("refused: {why}"),
            Verdict::Later { why, after, may_have_them } => {
                format!("later {:?} {may_have_them}: {why}", after.map(|d| d.as_secs()))
            }
        };
        for (status, retry, body, expect) in [
            (204, None, "", "taken"),
            (200, None, "", "taken"),
            (400, None, "bad\nlabel", "refused: h answered 400: bad label"),
            (401, None, "", "refused: h answered 401"),
            (404, Some("5"), "", "refused: h answered 404"),
            (429, Some("7"), "slow", "later Some(7) false: h answered 429: slow"),
            (429, Some("soon"), "", "later None false: h answered 429"),
            (503, Some("Wed, 21 Oct 2015 07:28:00 GMT"), "", "later Some(20) false: h answered 503"),
            (500, None, "", "later None false: h answered 500"),
            (302, None, "", "later None false: h answered 302: it points to another address, which is not followed"),
            (400, None, "out of order sample", "refused: h answered 400: out of order sample"),
        ] {
            let retry_after = retry.map(ToOwned::to_owned);
            let reply = Ok(Reply { status, retry_after, body: body.into(), is_cut: false });
            assert_eq!(word(verdict(&reply, "h", now, false)), expect);
        }
    }

    #[test]
    fn what_came_twice_is_there_and_no_refusal() {
        let now = Timestamp::default();
        let reply = |body: &str| Ok(Reply { status: 400, body: body.into(), ..Reply::default() });
        assert_eq!(verdict(&reply("out of order sample"), "h", now, true), Verdict::Taken);
        assert!(matches!(verdict(&reply("label name is bad"), "h", now, true), Verdict::Refused(_)));
        let no_answer = |why: &str| Err(HttpError::NoAnswer(why.into()));
        for (why, expect) in [("nothing listens there", false), ("it gave no answer in time", true)] {
            let Verdict::Later { may_have_them, .. } = verdict(&no_answer(why), "h", now, false) else {
                unreachable!()
            };
            assert_eq!(may_have_them, expect, "{why}");
        }
    }
}
