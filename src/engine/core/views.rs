//! Chart subscriptions: what each chart asks for, and the newest answer to it.
//!
//! What memory holds is answered at once. What reaches farther back is asked of history once and kept; from then on
//! each tick only cuts the newest part anew, out of memory, until memory no longer reaches the place where both meet.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use super::view_part::DiskPart;
use crate::engine::query_worker::Question;
use crate::model::{
    Curve, SeriesGroup, SeriesId, SeriesInfo, SeriesKey, TimeRange, Timestamp, ViewData, ViewId, ViewRange, ViewRequest,
};
use crate::store::history::{CurveCut, StoredCurves};
use crate::store::recent::Window;

/// Subscriptions one engine serves to the window, and as many to the HTTP API; what comes beyond is refused.
pub const MAX_VIEWS: usize = 64;
/// Widest chart, points: what asks for more gets coarser buckets. A window elsewhere gets those of a wide screen.
const MAX_WIDTH: u32 = 10_000;
const MAX_WIDTH_OF_LINK: u32 = 8192;
/// Subscriptions one engine serves to windows on other machines, all together.
pub const MAX_VIEWS_OF_LINK: usize = 512;
/// Series one subscription may name; the rest is left out.
pub const MAX_SERIES_PER_VIEW: usize = 128;
/// Time after which history is asked again where it could not answer.
const ASK_AGAIN: Duration = Duration::from_secs(30);
/// Greatest time between two answers to a live view whose buckets are long.
const LEAST_OFTEN: Duration = Duration::from_secs(5);

/// What views are answered from.
#[derive(Clone, Copy)]
pub struct ViewWorld<'a> {
    /// The newest samples.
    pub window: &'a Window,
    /// Every series, by id.
    pub series: &'a [SeriesInfo],
    /// The time of the newest batch.
    pub now: Timestamp,
    /// Time between ticks.
    pub interval: Duration,
    /// History.
    pub history: HistoryReach,
}

/// How far history reaches.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct HistoryReach {
    /// Whether it is still being opened.
    pub is_opening: bool,
    /// Whether it can be asked.
    pub is_open: bool,
    /// Whether what is sampled now goes into it.
    pub is_written: bool,
    /// Its first row, where it has any.
    pub from: Option<Timestamp>,
}

#[derive(Debug)]
struct Wanted {
    request: ViewRequest,
    part: Option<DiskPart>,
    asked: Option<Asked>,
    /// History could not answer then.
    failed_at: Option<Timestamp>,
}

/// A question on its way.
#[derive(Debug, Clone, Copy)]
struct Asked {
    ticket: u64,
    range: TimeRange,
    at: Timestamp,
}

/// All subscriptions.
#[derive(Debug, Default)]
pub struct Views {
    wanted: BTreeMap<ViewId, Wanted>,
    answers: Arc<BTreeMap<ViewId, Arc<ViewData>>>,
    next_ticket: u64,
}

impl Views {
    /// Keeps answering this request under this id. `None` where there are too many; otherwise what to ask history.
    pub fn subscribe(
        &mut self,
        id: ViewId,
        mut request: ViewRequest,
        world: ViewWorld<'_>,
    ) -> Option<Option<Question>> {
        let kind = |id: ViewId| (id.is_of_api(), id.is_of_link());
        let n_alike = || self.wanted.keys().filter(|other| kind(**other) == kind(id)).count();
        let most = if id.is_of_link() { MAX_VIEWS_OF_LINK } else { MAX_VIEWS };
        if !self.wanted.contains_key(&id) && n_alike() >= most {
            return None;
        }
        if request.series.len() > MAX_SERIES_PER_VIEW {
            request.series = request.series[..MAX_SERIES_PER_VIEW].into();
        }
        request.width_px = request.width_px.clamp(1, if id.is_of_link() { MAX_WIDTH_OF_LINK } else { MAX_WIDTH });
        let mut wanted = Wanted { request, part: None, asked: None, failed_at: None };
        let before = self.answers.get(&id).cloned();
        let (data, question) = wanted.renew(id, before.as_deref(), world, &mut self.next_ticket);
        self.wanted.insert(id, wanted);
        if let Some(data) = data {
            Arc::make_mut(&mut self.answers).insert(id, Arc::new(data));
        }
        Some(question)
    }

    /// Ends a subscription.
    pub fn unsubscribe(&mut self, id: ViewId) {
        self.wanted.remove(&id);
        Arc::make_mut(&mut self.answers).remove(&id);
    }

    /// Answers anew what new data changes: live views, and fixed ones that reach to the newest data. Gives what to ask
    /// history.
    pub fn refresh(&mut self, world: ViewWorld<'_>) -> Vec<Question> {
        if self.wanted.is_empty() {
            return Vec::new();
        }
        let mut answers = BTreeMap::new();
        let mut questions = Vec::new();
        for (id, wanted) in &mut self.wanted {
            let before = self.answers.get(id);
            if let Some(before) = before.filter(|before| wanted.stands_still(before, world)) {
                answers.insert(*id, before.clone());
                continue;
            }
            let (data, question) = wanted.renew(*id, before.map(|data| &**data), world, &mut self.next_ticket);
            questions.extend(question);
            answers.extend(data.map(Arc::new).or_else(|| before.cloned()).map(|data| (*id, data)));
        }
        self.answers = Arc::new(answers);
        questions
    }

    /// Takes in what history answered. An answer to an older question is of no use.
    pub fn answered(
        &mut self,
        id: ViewId,
        ticket: u64,
        found: Result<StoredCurves, String>,
        world: ViewWorld<'_>,
    ) -> Option<String> {
        let wanted = self.wanted.get_mut(&id)?;
        let asked = wanted.asked.take_if(|asked| asked.ticket == ticket)?;
        let failure = match found {
            Ok(stored) => {
                let is_imported = wanted.request.series.iter().map(|id| is_imported(world.series, id.0)).collect();
                wanted.failed_at = None;
                wanted.part = Some(DiskPart::new(stored, asked.range, asked.at, is_imported, world));
                None
            }
            Err(why) => {
                let is_first = wanted.failed_at.is_none();
                wanted.failed_at = Some(world.now);
                is_first.then_some(why)
            }
        };
        let before = self.answers.get(&id).cloned();
        // Whether more is to be asked is seen at the next tick.
        let data = wanted.answer(before.as_deref(), world);
        if let Some(data) = data {
            Arc::make_mut(&mut self.answers).insert(id, Arc::new(data));
        }
        failure
    }

    /// Forgets what history said: something was put in or taken out, or it was opened anew.
    pub fn forget_parts(&mut self) {
        for wanted in self.wanted.values_mut() {
            (wanted.part, wanted.asked, wanted.failed_at) = (None, None, None);
        }
        // The old curves stay until the new ones arrive, but none of them is final.
        for data in Arc::make_mut(&mut self.answers).values_mut() {
            Arc::make_mut(data).is_loading = true;
        }
    }

    /// The question of a view could not be asked: it is asked again at one of the next ticks.
    pub fn not_asked(&mut self, id: ViewId, ticket: u64) {
        if let Some(wanted) = self.wanted.get_mut(&id) {
            wanted.asked.take_if(|asked| asked.ticket == ticket);
        }
    }

    /// The answers.
    pub fn answers(&self) -> Arc<BTreeMap<ViewId, Arc<ViewData>>> {
        self.answers.clone()
    }
}

impl Wanted {
    /// Whether the answer it has is still the right one.
    fn stands_still(&self, before: &ViewData, world: ViewWorld<'_>) -> bool {
        if before.is_loading || before.request != self.request {
            return false;
        }
        match self.request.range {
            ViewRange::Fixed(range) => range.end < world.now.minus(world.interval * 3) && self.is_settled(world),
            // What a step of a minute shows need not be drawn each second.
            ViewRange::Live { .. } => {
                let newest = world.window.newest_tick().unwrap_or(world.now);
                let is_forward = newest >= before.range.end;
                let is_fresh = newest.since(before.range.end) < (before.step / 8).min(LEAST_OFTEN);
                is_forward && is_fresh && self.part.as_ref().is_some_and(|part| part.serves(before.range, world))
            }
        }
    }

    /// Whether nothing that comes can change a range of the past.
    fn is_settled(&self, world: ViewWorld<'_>) -> bool {
        let ViewRange::Fixed(range) = self.request.range else { return false };
        !self.needs_history(range, world) || self.part.as_ref().is_some_and(|part| part.is_whole_for(range))
    }

    fn needs_history(&self, range: TimeRange, world: ViewWorld<'_>) -> bool {
        if self.request.series.is_empty() || self.request.series.iter().any(|id| is_imported(world.series, id.0)) {
            return !self.request.series.is_empty();
        }
        let in_memory = world.window.covers_from().unwrap_or(world.now);
        if world.history.is_opening {
            return range.start < in_memory;
        }
        range.start < in_memory && world.history.from.is_some_and(|from| from < in_memory && from < range.end)
    }

    /// The answer as it is now, if there is one that is better than the one before, and what to ask history.
    fn renew(
        &mut self,
        id: ViewId,
        before: Option<&ViewData>,
        world: ViewWorld<'_>,
        next_ticket: &mut u64,
    ) -> (Option<ViewData>, Option<Question>) {
        let range = self.range(world);
        if !self.needs_history(range, world) {
            (self.part, self.asked) = (None, None);
            return (Some(world.window.view(&self.request, world.now)), None);
        }
        let newest = world.window.newest_tick().unwrap_or(world.now);
        let serves = self.part.as_ref().is_some_and(|part| part.serves(range, world));
        let is_due = !serves || self.part.as_ref().is_some_and(|part| part.is_ageing(range, world));
        let may_ask = world.history.is_open
            && self.failed_at.is_none_or(|at| world.now.since(at) >= ASK_AGAIN || world.now < at)
            && self.asked.is_none_or(|asked| world.now.since(asked.at) >= ASK_AGAIN || world.now < asked.at);
        let question = (is_due && may_ask).then(|| {
            *next_ticket += 1;
            // The newest tick stands on the end of a live range.
            let end = if matches!(self.request.range, ViewRange::Live { .. }) {
                range.end.plus(Duration::from_millis(1))
            } else {
                range.end
            };
            let range = TimeRange { end, ..range };
            self.asked = Some(Asked { ticket: *next_ticket, range, at: newest });
            let key = |id: &SeriesId| {
                let unknown = || SeriesKey::new("", &[]);
                world.series.get(id.0 as usize).map_or_else(unknown, |info| info.def.key.clone())
            };
            let keys = self.request.series.iter().map(key).collect();
            let cut = CurveCut { range, width_px: self.request.width_px };
            Question::Chart { view: id, ticket: *next_ticket, keys, cut }
        });
        (self.answer(before, world), question)
    }

    fn range(&self, world: ViewWorld<'_>) -> TimeRange {
        match self.request.range {
            ViewRange::Live { span } => TimeRange::ending_at(world.window.newest_tick().unwrap_or(world.now), span),
            ViewRange::Fixed(range) => range,
        }
    }

    /// The answer as it is now, of what is there.
    fn answer(&self, before: Option<&ViewData>, world: ViewWorld<'_>) -> Option<ViewData> {
        let range = self.range(world);
        // A part that no longer serves in full is still the best there is until the new one arrives.
        if let Some(part) = &self.part {
            let is_loading = !part.serves(range, world);
            return Some(ViewData { is_loading, ..part.join(&self.request, range, world) });
        }
        let is_loading = world.history.is_opening || self.asked.is_some();
        let data = match before.filter(|_| is_loading && world.history.is_open).and_then(|data| self.of_before(data)) {
            Some(old) => ViewData { range, is_loading, ..old },
            None => ViewData { is_loading, ..world.window.view(&self.request, world.now) },
        };
        Some(data)
    }

    /// The curves drawn so far, for as long as the new ones are awaited; `None` where they are of other series.
    fn of_before(&self, data: &ViewData) -> Option<ViewData> {
        let curve = |id: &SeriesId| data.curves.iter().find(|curve| curve.series == *id).cloned();
        let curves: Vec<Curve> = self.request.series.iter().map(curve).collect::<Option<_>>()?;
        Some(ViewData { request: self.request.clone(), curves: curves.into(), ..data.clone() })
    }
}

fn is_imported(series: &[SeriesInfo], id: u32) -> bool {
    series.get(id as usize).is_some_and(|info| info.def.group == SeriesGroup::Imported)
}
