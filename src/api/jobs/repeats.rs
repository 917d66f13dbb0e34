//! Requests that carry an idempotency key: one that is sent again begins no second job.

use std::collections::VecDeque;
use std::sync::{Mutex, PoisonError};

use sha2::{Digest as _, Sha256};
use utoipa::openapi::schema::{ObjectBuilder, Type};
use utoipa::openapi::{RefOr, Schema};

use super::JobId;
use crate::api::Problem;

/// Keys that are remembered; the oldest are forgotten.
const MAX_KEYS: usize = 1000;
/// Longest key, characters.
const MAX_CHARS: usize = 128;

/// A key, for the document.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Key;

impl utoipa::PartialSchema for Key {
    fn schema() -> RefOr<Schema> {
        ObjectBuilder::new().schema_type(Type::String).pattern(Some(format!("^[!-~]{{1,{MAX_CHARS}}}$"))).into()
    }
}

impl utoipa::ToSchema for Key {}

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
    /// 400 for what is no key, 409 where the key stood for another request, and what `begin` says.
    pub fn once(
        &self,
        token: &str,
        key: Option<&str>,
        request: &[u8],
        begin: impl FnOnce() -> Result<JobId, Problem>,
    ) -> Result<Repeated, Problem> {
        let Some(key) = key else { return Ok(Repeated { job: begin()?, was_there: false }) };
        if key.is_empty() || key.len() > MAX_CHARS || !key.bytes().all(|byte| byte.is_ascii_graphic()) {
            let detail = format!("a key is 1 to {MAX_CHARS} letters, digits and signs of ASCII");
            return Err(Problem::field("Idempotency-Key", detail));
        }
        let request: [u8; 32] = Sha256::digest(request).into();
        // Held while the job begins: two of the same at once are one.
        let mut known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(before) = known.iter().find(|known| known.token == token && known.key == key) {
            if before.request == request {
                return Ok(Repeated { job: before.job, was_there: true });
            }
            let detail = "this key was used for another request: take a new one for each change";
            return Err(Problem::conflict("Idempotency-Key", detail));
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
        assert_eq!(once("a", Some("k"), "y").expect_err("another request").status, 409);
        for key in ["", "a b", "ä", &"k".repeat(129)] {
            assert_eq!(once("a", Some(key), "y").expect_err("no key").status, 400, "{key}");
        }
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
