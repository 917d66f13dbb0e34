//! What happens to a request's body once it is here: unpacked, turned into protobuf, counted. On a thread that may take
//! its time, so that the listeners do not wait.

use std::sync::Arc;

use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use super::CheckToken;
use super::body::{busy, too_much};
use super::budget::{Budget, Held};
use super::inflate::{InflateError, inflate};
use super::json::{TranscodeError, transcode};
use super::limits::Limits;
use super::refusal::{Refusal, RefusalKind};
use crate::model::Timestamp;
use crate::telemetry::otlp::{Signal, Sink, Taken};

/// What all doors share.
pub struct Desk {
    /// Bounds.
    pub limits: Limits,
    sink: Arc<dyn Sink>,
    clock: Arc<dyn Fn() -> Timestamp + Send + Sync>,
    budget: Arc<Budget>,
    places: Arc<Semaphore>,
}

/// How a body is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Form {
    /// Protobuf.
    Protobuf,
    /// OTLP/JSON.
    Json,
}

/// How a body is compressed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Packing {
    /// Not at all.
    Plain,
    /// Gzip.
    Gzip,
}

/// Leave to read a body and to have it taken.
pub struct Place(OwnedSemaphorePermit);

impl Desk {
    /// A desk with all its room.
    pub fn new(limits: Limits, sink: Arc<dyn Sink>, clock: Arc<dyn Fn() -> Timestamp + Send + Sync>) -> Arc<Self> {
        let budget = Arc::new(Budget::new(limits.memory_bytes));
        Arc::new(Self { limits, sink, clock, budget, places: Arc::new(Semaphore::new(limits.n_requests)) })
    }

    /// A place for one more request.
    ///
    /// # Errors
    /// All are taken.
    pub fn enter(&self) -> Result<Place, Refusal> {
        self.places.clone().try_acquire_owned().map(Place).map_err(|_| busy())
    }

    /// An empty body of at most so many bytes.
    pub fn held(&self, n_most: usize) -> Held {
        Held::new(self.budget.clone(), n_most)
    }

    /// A request was refused before it could be read.
    pub fn refused(&self) {
        self.sink.refused();
    }

    /// Has a body taken.
    ///
    /// # Errors
    /// [`Refusal`]. What was never given to the sink was counted as refused.
    pub async fn take(
        self: Arc<Self>,
        place: Place,
        signal: Signal,
        form: Form,
        packing: Packing,
        body: Held,
    ) -> Result<Taken, Refusal> {
        let at = (self.clock)();
        let work = move || {
            let Place(_until_done) = place;
            let body = self.read(signal, form, packing, body).inspect_err(|_| self.refused())?;
            let taken = self.sink.take(signal, body.bytes(), at);
            taken.map_err(|e| Refusal::new(RefusalKind::Malformed, e.to_string()))
        };
        let broke_down = |_| Err(Refusal::new(RefusalKind::BrokeDown, "taking the request broke down"));
        tokio::task::spawn_blocking(work).await.unwrap_or_else(broke_down)
    }

    fn read(&self, signal: Signal, form: Form, packing: Packing, mut body: Held) -> Result<Held, Refusal> {
        let n_most = self.limits.body_bytes;
        let malformed = |words: String| Refusal::new(RefusalKind::Malformed, words);
        if packing == Packing::Gzip {
            body = inflate(&body, n_most).map_err(|e| match e {
                InflateError::Broken => malformed(format!("the body cannot be inflated: {e}")),
                InflateError::TooMuch(fault) => too_much(fault),
            })?;
        }
        if form == Form::Json {
            body = transcode(signal, &body, n_most).map_err(|e| match e {
                TranscodeError::Malformed(e) => malformed(format!("the body cannot be read as OTLP/JSON: {e}")),
                TranscodeError::TooMuch(fault) => too_much(fault),
            })?;
        }
        Ok(body)
    }
}

/// Whether a request may go on by what its `Authorization` fields hold. Without a check all may.
///
/// # Errors
/// The token is missing or wrong.
pub fn check_token<'a>(check: Option<&CheckToken>, mut fields: impl Iterator<Item = &'a [u8]>) -> Result<(), Refusal> {
    let Some(check) = check else { return Ok(()) };
    let refused = |words: &'static str| Err(Refusal::new(RefusalKind::Unauthenticated, words));
    match (fields.next(), fields.next()) {
        (None, _) => refused("give a token: OTEL_EXPORTER_OTLP_HEADERS=\"authorization=Bearer%20TOKEN\""),
        (Some(field), None) if bearer(field).is_some_and(|token| check(token)) => Ok(()),
        _ => refused("the token is wrong or was revoked"),
    }
}

/// The token of `Bearer TOKEN`; the scheme in any case.
fn bearer(field: &[u8]) -> Option<&str> {
    let (scheme, rest) = field.split_at_checked(7)?;
    if !scheme.eq_ignore_ascii_case(b"bearer ") {
        return None;
    }
    str::from_utf8(rest.trim_ascii()).ok().filter(|token| !token.is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_is_asked_for_where_there_is_a_check() {
        let check: CheckToken = Arc::new(|token| token == "abc");
        for (fields, expect) in [
            (&["Bearer abc"][..], true),
            (&["bearer  abc "], true),
            (&["Bearer abd"], false),
            (&["Basic abc"], false),
            (&["Bearer "], false),
            (&["Bearer abc", "Bearer abc"], false),
            (&[], false),
        ] {
            let checked = check_token(Some(&check), fields.iter().map(|field| field.as_bytes()));
            assert_eq!(checked.is_ok(), expect, "{fields:?}");
            assert!(check_token(None, fields.iter().map(|field| field.as_bytes())).is_ok());
        }
    }
}
