//! The life of one link: it connects, follows, tells when it is lost, waits and connects again, until it is let go.
//!
//! What the window shows stays on the screen while the link is lost; commands sent meanwhile are not carried out later by
//! surprise, but what the window keeps asking for is asked for again.

use std::collections::VecDeque;
use std::sync::Arc;
use std::sync::mpsc::Receiver;
use std::time::Duration;

use arc_swap::ArcSwap;
use axum::body::Bytes;
use hyper::http::Method;
use tokio::sync::{Notify, watch};
use tokio::time::{Instant, sleep, timeout, timeout_at};

use super::backoff::{AFTER_REFUSAL, Backoff};
use super::http::{AskError, Line, Target};
use super::mirror::{Applied, Mirror};
use super::post::{Post, Poster};
use super::route::{Routed, route};
use super::stream::Records;
use super::wanted::{Wanted, is_worth_a_word};
use crate::analysis::machine_brief;
use crate::engine::{Handle, Input};
use crate::model::link::{LinkPhase, LinkState};
use crate::model::machines::MachineBrief;
use crate::model::{Command, Snapshot, Timestamp};
use crate::wire::{Hello, PROTOCOL, Record};

/// Commands that may wait to be posted.
const POSTS: usize = 64;

/// How much is followed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Depth {
    /// One line of the list of machines.
    #[default]
    Brief,
    /// All a window shows.
    Whole,
}

/// What a link starts from.
pub struct LifeStart {
    /// Number, name and address.
    pub state: LinkState,
    /// Where to connect, or why nowhere.
    pub target: Result<Target, String>,
    /// Looks anew where to connect, before each connection.
    pub find: Option<Box<dyn Fn() -> Result<Target, String> + Send>>,
    /// The engine whose screen this window is; `None` where the agent is that itself.
    pub home: Option<Handle>,
    /// The wall clock.
    pub wall: Arc<dyn Fn() -> Timestamp + Send + Sync>,
    /// How long nothing may come before the link counts as lost.
    pub silence: Duration,
    /// How much to follow.
    pub depth: watch::Receiver<Depth>,
    /// Tries again now.
    pub retry: Arc<Notify>,
    /// The machine in one line, for the list.
    pub brief: Arc<ArcSwap<MachineBrief>>,
    /// Told whenever the state of the link changed.
    pub changed: Arc<Notify>,
}

/// A link while it lives.
pub struct Life {
    start: LifeStart,
    handle: Handle,
    inputs: Receiver<Input>,
    woken: Arc<Notify>,
    home_changed: Arc<Notify>,
    mirror: Mirror,
    wanted: Wanted,
    seq: u64,
    past: VecDeque<f32>,
    has_data: bool,
}

/// Why a session ended.
enum End {
    Ask(AskError),
    /// Another depth is wanted.
    Anew,
}

impl From<AskError> for End {
    fn from(error: AskError) -> Self {
        Self::Ask(error)
    }
}

fn lost(why: impl Into<String>) -> End {
    End::Ask(AskError::Lost(why.into()))
}

impl Life {
    /// A link that is not connected yet, and the window's hold on it.
    pub fn new(start: LifeStart) -> (Self, Handle) {
        let first = Snapshot { link: Some(Arc::new(start.state.clone())), ..Snapshot::default() };
        let home = start.home.as_ref().map(Handle::snapshot);
        let mirror = Mirror::default();
        let (handle, inputs) = Handle::new(Snapshot { link: first.link, ..mirror.shown(home.as_deref()) });
        let (woken, home_changed) = (Arc::new(Notify::new()), Arc::new(Notify::new()));
        let wake = woken.clone();
        handle.on_input(move || wake.notify_one());
        if let Some(home) = &start.home {
            let wake = Arc::downgrade(&home_changed);
            home.on_publish(move || {
                if let Some(wake) = wake.upgrade() {
                    wake.notify_one();
                }
            });
        }
        let life = Self {
            start,
            handle: handle.clone(),
            inputs,
            woken,
            home_changed,
            mirror,
            wanted: Wanted::default(),
            seq: 0,
            past: VecDeque::new(),
            has_data: false,
        };
        (life, handle)
    }

    /// Lives until it is let go.
    pub async fn run(mut self) {
        let mut backoff = Backoff::default();
        loop {
            let why = match self.session(&mut backoff).await {
                End::Anew => continue,
                End::Ask(why) => why,
            };
            let now = (self.start.wall)();
            let wait = match &why {
                AskError::Lost(_) => backoff.next(random()),
                AskError::Refused(_) => AFTER_REFUSAL,
            };
            let since = match &self.start.state.phase {
                LinkPhase::Lost { since, .. } | LinkPhase::Refused { since, .. } => *since,
                LinkPhase::Connecting | LinkPhase::Live => now,
            };
            self.start.state.phase = match why {
                AskError::Lost(why) => LinkPhase::Lost { since, why: why.into(), again_at: now.plus(wait) },
                AskError::Refused(why) => LinkPhase::Refused { since, why: why.into() },
            };
            self.publish();
            self.rest(wait).await;
        }
    }

    /// Waits; commands that come meanwhile are told not to be carried out.
    async fn rest(&mut self, wait: Duration) {
        let (retry, woken) = (self.start.retry.clone(), self.woken.clone());
        let home_changed = self.home_changed.clone();
        let mut wait = std::pin::pin!(sleep(wait));
        loop {
            tokio::select! {
                () = &mut wait => return,
                () = retry.notified() => return,
                () = woken.notified() => self.turn_away(),
                () = home_changed.notified() => self.follow_home(),
            }
        }
    }

    /// One connection, from its beginning to its end.
    async fn session(&mut self, backoff: &mut Backoff) -> End {
        match self.follow(backoff).await {
            Ok(never) => match never {},
            Err(end) => end,
        }
    }

    async fn follow(&mut self, backoff: &mut Backoff) -> Result<std::convert::Infallible, End> {
        if let Some(find) = &self.start.find {
            self.start.target = Ok(find().map_err(lost)?);
        }
        let target = self.start.target.clone().map_err(AskError::Refused)?.again();
        self.start.target = Ok(target.clone());
        let depth = *self.start.depth.borrow_and_update();
        let mut records = self.connect(&target, depth).await?;
        let silence = self.start.silence;
        let hello = match timeout(silence, records.next()).await {
            Ok(Ok(Record::Hello(hello))) => hello,
            Ok(Ok(_)) => return Err(AskError::Refused("what answers is no agent of Perfdesk".into()).into()),
            Ok(Err(why)) => return Err(lost(why)),
            Err(_) => return Err(lost("the agent accepted the connection and said nothing")),
        };
        if let Some(why) = hello.why_not("the agent") {
            return Err(AskError::Refused(why).into());
        }
        self.greeted(&hello);
        let (mut poster, mut refusals) = Poster::start(target.again(), hello.session, POSTS);
        let (series, mut is_first) = (self.mirror.theirs().series.clone(), true);
        let (woken, home_changed) = (self.woken.clone(), self.home_changed.clone());
        let mut patience = Instant::now() + silence;
        loop {
            tokio::select! {
                record = timeout_at(patience, records.next()) => {
                    let record = record.map_err(|_| lost(format!("nothing came for {} s", silence.as_secs_f32())))?;
                    patience = Instant::now() + silence;
                    match self.mirror.take(record.map_err(lost)?) {
                        Applied::Waits => {}
                        Applied::Ended(why) => return Err(lost(why)),
                        Applied::Whole => {
                            if std::mem::take(&mut is_first) {
                                backoff.reset();
                                self.came_back(&series, depth, &mut poster);
                            }
                            self.heard();
                        }
                    }
                }
                () = woken.notified() => self.pass_on(&mut poster),
                Some(refusal) = refusals.recv() => self.tell(refusal),
                () = home_changed.notified() => self.follow_home(),
                changed = self.start.depth.changed() => {
                    if changed.is_ok() && *self.start.depth.borrow() != depth {
                        return Err(End::Anew);
                    }
                }
            }
        }
    }

    /// Connects and asks for the stream; commands that come meanwhile are told not to be carried out.
    async fn connect(&mut self, target: &Target, depth: Depth) -> Result<Records, End> {
        let word = match depth {
            Depth::Brief => "brief",
            Depth::Whole => "whole",
        };
        let path = format!("/link/stream?protocol={PROTOCOL}&program={}&depth={word}", env!("CARGO_PKG_VERSION"));
        let asking = async {
            let mut line = Line::open(target).await?;
            let answer = line.ask(target, Method::GET, &path, Bytes::new()).await?;
            // The connection lives as long as its answer is read.
            Ok::<_, AskError>(Records::new(answer.into_body(), line))
        };
        let mut asking = std::pin::pin!(asking);
        let (woken, home_changed) = (self.woken.clone(), self.home_changed.clone());
        let asked = loop {
            tokio::select! {
                asked = &mut asking => break asked,
                () = woken.notified() => self.turn_away(),
                () = home_changed.notified() => self.follow_home(),
            }
        };
        self.start.state.fingerprint = target.trust.seen().map(Arc::from);
        asked.map_err(End::Ask)
    }

    fn greeted(&mut self, hello: &Hello) {
        let state = &mut self.start.state;
        state.program = hello.program.chars().take(32).collect::<String>().into();
        state.process = hello.process;
        state.may_change = hello.may_change;
    }

    /// The first whole publication of a connection is there: what the window keeps asking for is asked for again.
    fn came_back(&mut self, before: &[crate::model::SeriesInfo], depth: Depth, poster: &mut Poster) {
        if depth == Depth::Brief {
            return;
        }
        let now = self.mirror.theirs().series.clone();
        let is_same = before.len() <= now.len() && before.iter().zip(now.iter()).all(|(a, b)| a.def.key == b.def.key);
        if !is_same {
            self.mirror.forget_views();
        }
        for command in self.wanted.again(if before.is_empty() { &now } else { before }, &now) {
            poster.post(command);
        }
    }

    /// A publication came.
    fn heard(&mut self) {
        let now = (self.start.wall)();
        let state = &mut self.start.state;
        (state.data_at, state.phase) = (Some(now), LinkPhase::Live);
        state.left_out = self.mirror.left_out();
        self.has_data = true;
        let theirs = self.mirror.theirs();
        if let Some(share) = machine_brief::share(&theirs.overview, crate::model::TileKind::Cpu) {
            self.past.push_back(share as f32);
            if self.past.len() > MachineBrief::PAST {
                self.past.pop_front();
            }
        }
        let past = self.past.iter().copied().collect();
        self.start.brief.store(Arc::new(machine_brief::brief(theirs, past)));
        self.publish();
    }

    /// What belongs to the window alone may have changed at home.
    fn follow_home(&mut self) {
        let Some(home) = &self.start.home else { return };
        let (home, shown) = (home.snapshot(), self.handle.snapshot());
        let is_same = Arc::ptr_eq(&home.layouts, &shown.layouts)
            && Arc::ptr_eq(&home.window, &shown.window)
            && super::mirror::with_window_side(&shown.settings, &home.settings) == *shown.settings;
        if !is_same {
            self.publish();
        }
    }

    fn publish(&mut self) {
        self.seq += 1;
        let home = self.start.home.as_ref().map(Handle::snapshot);
        let link = Some(Arc::new(self.start.state.clone()));
        let shown = self.mirror.shown(home.as_deref());
        // Before anything came there is nothing to show, whatever a default would look like.
        let at = shown.at.filter(|_| self.has_data);
        self.handle.publish(Snapshot { seq: self.seq, at, link, ..shown });
        self.start.changed.notify_one();
    }

    /// Takes the next command of the window and sends home what belongs there.
    fn next_command(&mut self) -> Option<Command> {
        loop {
            let input = self.inputs.try_recv().ok()?;
            self.handle.inputs().took();
            let Input::Command(command) = input else { continue };
            let home = self.start.home.as_ref();
            let snapshot = home.map(Handle::snapshot);
            let Routed { there, home: at_home } = route(command, self.mirror.theirs(), snapshot.as_deref());
            if let Some((home, command)) = home.zip(at_home) {
                home.send(command);
            }
            if let Some(command) = there {
                self.wanted.note(&command);
                return Some(command);
            }
        }
    }

    fn pass_on(&mut self, poster: &mut Poster) {
        while let Some(command) = self.next_command() {
            if let Err(refusal) = poster.try_post(command) {
                self.tell(refusal);
            }
        }
    }

    fn turn_away(&mut self) {
        while let Some(command) = self.next_command() {
            if is_worth_a_word(&command) {
                self.tell(Post::refused("there is no connection to the agent now"));
            }
        }
    }

    fn tell(&mut self, refusal: Post) {
        let number = self.start.state.refusal.as_ref().map_or(0, |(number, _)| *number) + 1;
        self.start.state.refusal = Some((number, refusal.why.into()));
        self.publish();
    }
}

fn random() -> u8 {
    let mut byte = [0; 1];
    // Without randomness all come back at once, as well as they can.
    let _ = getrandom::fill(&mut byte);
    byte[0]
}
