//! Requests that carry an idempotency key: one that is sent again begins no second job.

use std::collections::VecDeque;
use std::sync::{Mutex, PoisonError};

use axum::http::StatusCode;
use sha2::{Digest as _, Sha256};

use super::JobId;
use crate::api::Problem;

/// Keys that are remembered; the oldest are forgotten.
const MAX_KEYS: usize = 1000;
/// Longest key, characters.
const MAX_CHARS: usize = 128;

/// Keys and the jobs that were begun under them.
#[derive(Debug, Default)]
pub struct Repeats(Mutex<VecDeque<Known>>);

#[derive(Debug)]
struct Known {
    token: String,
    key: String,
    request: [u8; 32],
    job: JobId,
}

/// A job that was begun, or that a request before had begun.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Repeated {
    /// Which.
    pub job: JobId,
    /// Whether it was there already.
    pub was_there: bool,
}

impl Repeats {
    /// The job of a request: that of the same request before under this key, or one that is begun now. Keys of one token
    /// have nothing to do with those of another. `request` is the whole of what was asked.
    ///
    /// # Errors
    /// 400 for no key at all, 422 where the key stood for another request, and what `begin` says.
    pub fn once(
        &self,
        token: &str,
        key: Option<&str>,
        request: &[u8],
        begin: impl FnOnce() -> Result<JobId, Problem>,
    ) -> Result<Repeated, Problem> {
        let Some(key) = key else { return Ok(Repeated { job: begin()?, was_there: false }) };
        if key.is_empty() || key.chars().count() > MAX_CHARS {
            return Err(Problem::field("Idempotency-Key", format!("a key has 1 to {MAX_CHARS} characters")));
        }
        let request: [u8; 32] = Sha256::digest(request).into();
        // Held while the job begins: two of the same at once are one.
        let mut known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(before) = known.iter().find(|known| known.token == token && known.key == key) {
            if before.request == request {
                return Ok(Repeated { job: before.job, was_there: true });
            }
            let detail = "this key was used for another request: take a new one for each change";
            let problem = Problem::new(StatusCode::UNPROCESSABLE_ENTITY, detail);
            return Err(Problem { field: Some("Idempotency-Key".into()), ..problem });
        }
        let job = begin()?;
        if known.len() >= MAX_KEYS {
            known.pop_front();
        }
        known.push_back(Known { token: token.to_owned(), key: key.to_owned(), request, job });
        Ok(Repeated { job, was_there: false })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_same_request_under_the_same_key_begins_one_job() {
        let repeats = Repeats::default();
        let mut next = 0;
        let mut once = |token: &str, key: Option<&str>, request: &str| {
            repeats.once(token, key, request.as_bytes(), || {
                next += 1;
                Ok(JobId(next))
            })
        };
        let job = |job, was_there| Ok(Repeated { job: JobId(job), was_there });
        assert_eq!(once("a", Some("k"), "x"), job(1, false));
        assert_eq!(once("a", Some("k"), "x"), job(1, true));
        assert_eq!(once("b", Some("k"), "x"), job(2, false), "another token");
        assert_eq!((once("a", None, "x"), once("a", None, "x")), (job(3, false), job(4, false)));
        assert_eq!(once("a", Some("k"), "y").expect_err("another request").status, 422);
        assert_eq!(once("a", Some(""), "y").expect_err("no key").status, 400);
        for i in 0..MAX_KEYS {
            once("c", Some(&i.to_string()), "x").expect("begun");
        }
        assert!(!once("a", Some("k"), "x").expect("begun").was_there, "forgotten");
    }

    #[test]
    fn what_could_not_begin_is_not_remembered() {
        let repeats = Repeats::default();
        let refused = || Err(Problem::busy("no room", 1));
        assert_eq!(repeats.once("a", Some("k"), b"x", refused).expect_err("refused").status, 503);
        let begun = repeats.once("a", Some("k"), b"x", || Ok(JobId(1)));
        assert_eq!(begun, Ok(Repeated { job: JobId(1), was_there: false }));
    }
}
