//! A request's body, read within bounds of size, memory and time.

use std::pin::Pin;
use std::time::Duration;

use hyper::body::{Body as _, Bytes, Incoming};
use tokio::time::timeout;

use super::budget::{Held, TooMuch};
use super::refusal::{Refusal, RefusalKind};

/// Reads a body whole. After each piece `look` may refuse it by what came so far.
///
/// # Errors
/// [`Refusal`]: it is too large, too slow, breaks off, or was refused by `look`.
pub async fn read(
    body: &mut Incoming,
    mut into: Held,
    patience: Duration,
    look: impl Fn(&[u8]) -> Result<(), Refusal>,
) -> Result<Held, Refusal> {
    let reading = async {
        while let Some(piece) = next(body).await {
            let piece = piece.map_err(|_| Refusal::new(RefusalKind::Malformed, "the body broke off"))?;
            into.push(&piece).map_err(too_much)?;
            look(into.bytes())?;
        }
        Ok(into)
    };
    timeout(patience, reading).await.unwrap_or_else(|_| {
        let words = format!("the body did not come whole within {} s", patience.as_secs_f64());
        Err(Refusal::new(RefusalKind::TimedOut, words))
    })
}

/// Lets what is left of a body go by, so that a sender that is still writing comes to read its answer; for a while, and
/// at most so many bytes.
pub async fn discard(body: &mut Incoming, patience: Duration, n_most: usize) {
    let discarding = async {
        let mut n = 0;
        while let Some(Ok(piece)) = next(body).await {
            n += piece.len();
            if n > n_most {
                return;
            }
        }
    };
    let _ = timeout(patience, discarding).await;
}

/// The next piece of data; `None` at the end.
async fn next(body: &mut Incoming) -> Option<Result<Bytes, hyper::Error>> {
    loop {
        match std::future::poll_fn(|cx| Pin::new(&mut *body).poll_frame(cx)).await? {
            Ok(frame) => match frame.into_data() {
                Ok(data) => return Some(Ok(data)),
                // Trailers say nothing here.
                Err(_) => continue,
            },
            Err(e) => return Some(Err(e)),
        }
    }
}

/// The refusal of a body that cannot grow.
pub fn too_much(fault: TooMuch) -> Refusal {
    match fault {
        TooMuch::Large(n_most) => {
            Refusal::new(RefusalKind::TooLarge, format!("the body is larger than {n_most} bytes: send less at a time"))
        }
        TooMuch::Busy => busy(),
    }
}

/// The refusal where there is no room now.
pub fn busy() -> Refusal {
    Refusal::new(RefusalKind::Busy, "too much is being taken at this time: send it again in a moment")
}
