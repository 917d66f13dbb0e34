//! The series that spans give at each tick: durations of functions, and of requests where no metrics tell them.

use std::cmp::Reverse;
use std::collections::{HashMap, HashSet};
use std::hash::{BuildHasher as _, RandomState};
use std::sync::Arc;
use std::time::Duration;

use super::super::record::{Record, Tick};
use super::window::Total;
use crate::model::{ProbeId, SeriesDef, SeriesGroup, SeriesKey, Slot, Unit};
use crate::telemetry::size;

/// Duration of requests, as metrics name it.
pub const REQUESTS: &str = "http.server.request.duration";
/// Duration of functions.
pub const FUNCTIONS: &str = "perfdesk.span.duration";

/// Series that had no value for so long are released. Three times the silence after which a service gives none: a route
/// that is asked every few minutes keeps its place.
const UNUSED: Duration = Duration::from_secs(900);
/// How often unused ones are looked for.
const SWEEP: Duration = Duration::from_secs(60);
/// Series that a service may hold more than another before it has to give way to it.
const LEAD: usize = 16;
/// Refused series that are told apart at most.
const MOST_REFUSED: usize = 65_536;

/// Where `N` series that belong together stand in the book; whether they still do, the book knows.
#[derive(Debug, Clone, Copy, Default)]
pub struct Slots<const N: usize>(Option<Known>);

#[derive(Debug, Clone, Copy)]
struct Known {
    generation: u32,
    /// Place and number of the set; or up to which room they were refused.
    place: Result<(u32, u32), u32>,
}

/// What tells a series from the others of its metric and service.
#[derive(Debug, Clone, Copy)]
pub struct Which<'a> {
    /// The service.
    pub service: &'a str,
    /// Attributes beside the service.
    pub attributes: &'a [(&'a str, &'a str)],
    /// The same for people, such as `GET /cart`; empty is the whole.
    pub words: &'a str,
}

impl Which<'_> {
    fn def(&self, metric: &str, (name, unit): (&str, Unit), statistic: &str) -> SeriesDef {
        let mut attributes = vec![("service.name", self.service)];
        attributes.extend(self.attributes);
        let mut instance = self.service.to_owned();
        for words in [self.words, statistic].into_iter().filter(|words| !words.is_empty()) {
            instance.push_str(", ");
            instance.push_str(words);
        }
        if !statistic.is_empty() {
            attributes.push(("statistic", statistic));
        }
        SeriesDef {
            key: SeriesKey::new(metric, &attributes),
            unit,
            group: SeriesGroup::Services,
            name: name.into(),
            instance: instance.into(),
            probe: ProbeId("services"),
            cadence: None,
        }
    }

    /// `.count` and `.sum`.
    pub fn count_and_sum(&self) -> [SeriesDef; 2] {
        let unit = Unit::PerSecond("request");
        [
            self.def(&format!("{REQUESTS}.count"), ("Requests", unit), ""),
            self.def(&format!("{REQUESTS}.sum"), ("Requests under way", Unit::Count("request")), ""),
        ]
    }

    /// Rate, mean, p50, p95, p99, share of errors.
    pub fn request_statistics(&self) -> [SeriesDef; 6] {
        let times = ("Request duration", Unit::Seconds);
        [
            self.def(REQUESTS, ("Requests", Unit::PerSecond("request")), "rate"),
            self.def(REQUESTS, times, "mean"),
            self.def(REQUESTS, times, "p50"),
            self.def(REQUESTS, times, "p95"),
            self.def(REQUESTS, times, "p99"),
            self.def(REQUESTS, ("Requests that failed", Unit::Ratio), "error_ratio"),
        ]
    }

    /// Rate, mean, p50, p95, p99 of a function.
    pub fn function_statistics(&self) -> [SeriesDef; 5] {
        let times = ("Function duration", Unit::Seconds);
        [
            self.def(FUNCTIONS, ("Function calls", Unit::PerSecond("call")), "rate"),
            self.def(FUNCTIONS, times, "mean"),
            self.def(FUNCTIONS, times, "p50"),
            self.def(FUNCTIONS, times, "p95"),
            self.def(FUNCTIONS, times, "p99"),
        ]
    }
}

/// Writes the values of a window in the order of [`Which::request_statistics`]; what is not known is left out.
pub fn put_statistics(slots: &[Slot], total: &Total, covered_seconds: f64, out: &mut dyn Record) {
    let flow = total.flow(covered_seconds);
    let values = [
        Some(flow.per_second),
        flow.mean_seconds,
        flow.p50_seconds,
        flow.p95_seconds,
        flow.p99_seconds,
        flow.error_ratio,
    ];
    for (slot, value) in slots.iter().zip(values) {
        if let Some(value) = value {
            out.put(*slot, value);
        }
    }
}

/// Which series were defined, within bounds: each service has its fair share, and what was not used for long makes room.
#[derive(Debug, Default)]
pub struct SeriesBook {
    generation: Option<u32>,
    now: Duration,
    /// When unused ones were looked for.
    swept: Duration,
    sets: Vec<Option<Set>>,
    free: Vec<u32>,
    /// By the key of the first series of each set: no two sets share any.
    places: HashMap<SeriesKey, u32>,
    by_service: HashMap<Arc<str>, usize>,
    n: usize,
    n_made: u32,
    most_of_service: usize,
    most: usize,
    /// Counts the times at which there came to be room: what was refused before is asked for again.
    rooms: u32,
    /// By what refused series are told apart.
    refused: HashSet<u64>,
    hasher: RandomState,
}

/// Series that belong together and are defined, used and released together.
#[derive(Debug)]
struct Set {
    key: SeriesKey,
    service: Arc<str>,
    slots: Box<[Slot]>,
    number: u32,
    used: Duration,
}

impl SeriesBook {
    /// Changes how many series there may be: of all services, and of each.
    pub fn set_bounds(&mut self, most: u32, most_of_service: u32) {
        (self.most, self.most_of_service) = (most as usize, most_of_service as usize);
        self.rooms = self.rooms.wrapping_add(1);
    }

    /// Begins a tick: with a new generation nothing is defined; what was not used for long is released.
    pub fn begin(&mut self, tick: Tick) {
        self.now = tick.elapsed;
        if self.generation != Some(tick.generation) {
            self.generation = Some(tick.generation);
            self.sets.clear();
            self.free.clear();
            self.places.clear();
            self.by_service.clear();
            (self.n, self.swept) = (0, tick.elapsed);
        }
        if tick.elapsed.saturating_sub(self.swept) >= SWEEP {
            self.swept = tick.elapsed;
            self.release(|set| tick.elapsed.saturating_sub(set.used) >= UNUSED);
        }
    }

    /// Series defined.
    pub fn n(&self) -> usize {
        self.n
    }

    /// Series refused because there are too many, each counted once.
    pub fn n_refused(&self) -> u64 {
        self.refused.len() as u64
    }

    /// Bytes it takes on the heap.
    pub fn bytes(&self) -> usize {
        // An `Arc` has two counts in front of what it holds.
        let text = |text: &str| size::block(text.len() + 16);
        let pair = |(name, value): (&str, &str)| text(name) + text(value) + 2 * size_of::<Arc<str>>();
        let key = |key: &SeriesKey| text(key.metric()) + key.attributes().map(pair).sum::<usize>();
        let keys = self.sets.iter().flatten().map(|set| key(&set.key)).sum::<usize>();
        size::room::<Option<Set>>(self.sets.capacity())
            + self.n * size_of::<Slot>()
            + self.places.len() * size::place::<(SeriesKey, u32)>()
            + self.refused.len() * size::place::<u64>()
            + keys
    }

    /// Releases the series of a service that is forgotten.
    pub fn forget(&mut self, service: &str) {
        self.release(|set| &*set.service == service);
    }

    /// The slots of these series; all of them are defined where there is room for all, or none.
    pub fn slots<const N: usize>(
        &mut self,
        kept: &mut Slots<N>,
        service: &Arc<str>,
        defs: impl FnOnce() -> [SeriesDef; N],
        out: &mut dyn Record,
    ) -> Option<[Slot; N]> {
        let generation = self.generation?;
        match kept.0.filter(|known| known.generation == generation).map(|known| known.place) {
            Some(Ok((place, number))) => {
                let set = self.sets.get_mut(place as usize).and_then(Option::as_mut);
                if let Some(set) = set.filter(|set| set.number == number) {
                    set.used = self.now;
                    return set.slots.as_ref().try_into().ok();
                }
            }
            Some(Err(rooms)) if rooms == self.rooms => return None,
            Some(Err(_)) | None => {}
        }
        let place = self.define(service, defs(), out).ok_or(self.rooms);
        kept.0 = Some(Known { generation, place });
        let set = self.sets.get(place.ok()?.0 as usize)?.as_ref()?;
        set.slots.as_ref().try_into().ok()
    }

    fn define<const N: usize>(
        &mut self,
        service: &Arc<str>,
        defs: [SeriesDef; N],
        out: &mut dyn Record,
    ) -> Option<(u32, u32)> {
        let key = defs.first()?.key.clone();
        if let Some(place) = self.places.get(&key) {
            let set = self.sets.get_mut(*place as usize)?.as_mut()?;
            set.used = self.now;
            return Some((*place, set.number));
        }
        let own = self.by_service.get(service).copied().unwrap_or(0);
        if own + N > self.most_of_service || !self.has_room(own, N) {
            if self.refused.len() < MOST_REFUSED {
                self.refused.extend(defs.iter().map(|def| self.hasher.hash_one(&def.key)));
            }
            return None;
        }
        *self.by_service.entry(Arc::clone(service)).or_default() += N;
        self.n += N;
        self.n_made = self.n_made.wrapping_add(1);
        let (number, used) = (self.n_made, self.now);
        let slots = defs.into_iter().map(|def| out.define(def)).collect();
        let set = Set { key: key.clone(), service: Arc::clone(service), slots, number, used };
        let place = match self.free.pop() {
            Some(place) => {
                self.sets[place as usize] = Some(set);
                place
            }
            None => {
                self.sets.push(Some(set));
                u32::try_from(self.sets.len() - 1).ok()?
            }
        };
        self.places.insert(key, place);
        Some((place, number))
    }

    /// Whether there is room for `n` series of a service that has `own`: the service with the most gives way to one with
    /// less, what it used longest ago first, and of those the newest.
    fn has_room(&mut self, own: usize, n: usize) -> bool {
        while self.n + n > self.most {
            let Some((richest, held)) = self.by_service.iter().max_by_key(|(_, held)| **held) else { return false };
            if *held <= own + n + LEAD {
                return false;
            }
            let theirs = self.sets.iter().enumerate().filter_map(|(i, set)| Some((i, set.as_ref()?)));
            let theirs = theirs.filter(|(_, set)| set.service == *richest);
            let Some((i, _)) = theirs.min_by_key(|(_, set)| (set.used, Reverse(set.number))) else { return false };
            self.remove(i);
        }
        true
    }

    fn remove(&mut self, i: usize) {
        let Some(set) = self.sets.get_mut(i).and_then(Option::take) else { return };
        self.places.remove(&set.key);
        self.n -= set.slots.len();
        if let Some(held) = self.by_service.get_mut(&set.service) {
            *held -= set.slots.len();
            if *held == 0 {
                self.by_service.remove(&set.service);
            }
        }
        self.free.extend(u32::try_from(i));
    }

    fn release(&mut self, is_meant: impl Fn(&Set) -> bool) {
        let before = self.n;
        for i in 0..self.sets.len() {
            if self.sets[i].as_ref().is_some_and(&is_meant) {
                self.remove(i);
            }
        }
        if self.n < before {
            self.rooms = self.rooms.wrapping_add(1);
        }
    }
}
