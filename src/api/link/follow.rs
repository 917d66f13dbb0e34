//! A follower: after each publication it sends one window what changed for it. One that is slow skips publications.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use axum::body::Bytes;
use tokio::sync::mpsc::Sender;
use tokio::time::{Instant, sleep_until, timeout};

use super::desk::OpenSession;
use super::publication::Publication;
use super::session::Session;
use crate::api::ApiState;
use crate::api::guard::Lease;
use crate::model::ViewData;
use crate::wire::{Blob, Hello, PARTS, Record, Tick, ViewMove};

/// How long nothing may be new before the window is told so.
const BEAT: Duration = Duration::from_secs(5);
/// Least time between publications of those who only list machines.
const BRIEF: Duration = Duration::from_secs(1);
/// Records up to this length, bytes, are sent in one piece with others.
const SMALL: usize = 16 << 10;

/// Follows until the window leaves or the engine is gone.
pub async fn follow(api: &ApiState, session: &OpenSession, hello: Hello, depth: (bool, Lease), sender: &Sender<Bytes>) {
    let (is_brief, lease) = depth;
    let mut published = api.published();
    let mut sent = Sent::new(is_brief);
    let mut pieces = Pieces::default();
    pieces.put(&Record::Hello(hello));
    loop {
        if !lease.holds(&api.snapshot()) {
            pieces.put(&Record::Bye { why: "its token was revoked or renewed there".into() });
            for piece in pieces.take() {
                let _ = sender.send(piece).await;
            }
            return;
        }
        let began = Instant::now();
        published.mark_unchanged();
        session.desk.shared().settle(api);
        sent.news(&session.desk.publication(api), session, &mut pieces);
        for piece in pieces.take() {
            if sender.send(piece).await.is_err() {
                return;
            }
        }
        if is_brief {
            tokio::select! {
                () = sleep_until(began + BRIEF) => {}
                () = sender.closed() => return,
            }
        }
        tokio::select! {
            changed = timeout(BEAT, published.changed()) => match changed {
                Ok(Ok(())) => {}
                Ok(Err(_)) => {
                    pieces.put(&Record::Bye { why: "the engine there has ended".into() });
                    for piece in pieces.take() {
                        let _ = sender.send(piece).await;
                    }
                    return;
                }
                Err(_) => pieces.put(&Record::Beat),
            },
            () = sender.closed() => return,
        }
    }
}

/// What one window has been sent.
struct Sent {
    is_brief: bool,
    /// For each part, since which publication it was what was sent.
    parts: Vec<Option<u64>>,
    views: BTreeMap<u64, Arc<ViewData>>,
    seq: Option<u64>,
}

impl Sent {
    fn new(is_brief: bool) -> Self {
        Self { is_brief, parts: vec![None; PARTS.len()], views: BTreeMap::new(), seq: None }
    }

    /// What is new for this window.
    fn news(&mut self, now: &Publication, session: &Session, pieces: &mut Pieces) {
        for (i, (part, sent)) in PARTS.iter().zip(&mut self.parts).enumerate() {
            if (part.is_brief || !self.is_brief) && *sent != Some(now.since(i)) {
                *sent = Some(now.since(i));
                pieces.put_whole(now.record(i));
            }
        }
        let views = session.views();
        let gone: Vec<u64> =
            self.views.keys().filter(|id| !views.iter().any(|(theirs, _)| theirs == *id)).copied().collect();
        for id in gone {
            self.views.remove(&id);
            pieces.put(&Record::NoView { id });
        }
        let mut has_moved = false;
        for (id, ours) in views {
            let Some(new) = now.snapshot.views.get(&ours) else { continue };
            let old = self.views.insert(id, new.clone());
            if old.as_ref().is_some_and(|old| Arc::ptr_eq(old, new)) {
                continue;
            }
            has_moved = true;
            match old.and_then(|old| ViewMove::between(&old, new)) {
                Some(moved) => pieces.put(&Record::Moved { id, moved }),
                None => match rmp_serde::to_vec_named(&**new) {
                    Ok(body) => pieces.put(&Record::View { id, body: Blob(body) }),
                    Err(_) => continue,
                },
            }
        }
        if self.seq != Some(now.snapshot.seq) || has_moved {
            let snapshot = &now.snapshot;
            let tick = Tick {
                seq: snapshot.seq,
                at: snapshot.at,
                interval: snapshot.interval,
                n_firing: snapshot.alerts.n_firing,
            };
            self.seq = Some(tick.seq);
            pieces.put(&Record::Tick(tick));
        }
    }
}

/// Records on their way out: small ones together, large ones as they are shared.
#[derive(Default)]
struct Pieces {
    done: Vec<Bytes>,
    small: Vec<u8>,
}

impl Pieces {
    /// A record too long for a reader is left out.
    fn put(&mut self, record: &Record) {
        if let Ok(bytes) = record.write() {
            self.put_whole(bytes.into());
        }
    }

    fn put_whole(&mut self, bytes: Bytes) {
        if bytes.len() <= SMALL {
            self.small.extend_from_slice(&bytes);
        } else {
            self.close();
            self.done.push(bytes);
        }
    }

    fn close(&mut self) {
        if !self.small.is_empty() {
            self.done.push(std::mem::take(&mut self.small).into());
        }
    }

    fn take(&mut self) -> Vec<Bytes> {
        self.close();
        std::mem::take(&mut self.done)
    }
}
