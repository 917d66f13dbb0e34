//! What kinds look back on: the series they ask for, rolled up in minutes for an hour and in ten minutes for a day.
//!
//! It holds at most [`MAX_SERIES`] series and counts those it left out. Time is the batches' own; there is no clock here.

mod cells;
mod stats;

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;
use std::time::Duration;

use self::cells::Roll;
pub use self::stats::Stats;
use crate::model::{Bucket, SeriesDef, SeriesId, SeriesInfo, SeriesKey, TimeRange, Timestamp};
use crate::suggest::kind::Want;

/// Series that are followed at one time.
pub const MAX_SERIES: usize = 768;
/// A series that said nothing for so long makes room for another.
const FORGOTTEN_AFTER: Duration = Duration::from_secs(24 * 3600);
/// No series has this place.
const NONE: u32 = u32::MAX;

/// The roll-ups of the series that are followed.
#[derive(Debug, Default)]
pub struct Trail {
    wants: Vec<Want>,
    /// Place of each series in `followed`, by the engine's number.
    places: Vec<u32>,
    followed: Vec<Followed>,
    by_metric: BTreeMap<Arc<str>, Vec<u32>>,
    by_key: HashMap<SeriesKey, u32>,
    /// Series that were wanted and found no room.
    n_left_out: usize,
    newest: Option<Timestamp>,
}

#[derive(Debug)]
struct Followed {
    id: SeriesId,
    def: Arc<SeriesDef>,
    since: Timestamp,
    roll: Roll,
}

impl Trail {
    /// An empty trail for these wants.
    pub fn new(wants: impl IntoIterator<Item = Want>) -> Self {
        Self { wants: wants.into_iter().collect(), ..Self::default() }
    }

    /// Takes in the values of one pass. `infos` is the whole catalogue of series, by number.
    pub fn take(&mut self, at: Timestamp, infos: &[SeriesInfo], values: &[(SeriesId, f32)]) {
        if self.newest.is_some_and(|newest| at < newest) {
            self.followed.iter_mut().for_each(|followed| followed.roll.forget_after(at));
        }
        self.newest = Some(at);
        self.follow_new(at, infos);
        for &(id, value) in values {
            let place = self.places.get(id.0 as usize).copied().unwrap_or(NONE);
            if let Some(followed) = self.followed.get_mut(place as usize) {
                followed.roll.push(at, value);
            }
        }
    }

    /// The series that are followed.
    pub fn keys(&self) -> Vec<SeriesKey> {
        self.by_key.keys().cloned().collect()
    }

    /// Puts what history holds of a followed series before what was taken in: buckets, oldest first, none longer than a
    /// minute.
    pub fn seed(&mut self, key: &SeriesKey, buckets: &[Bucket]) {
        let place = self.by_key.get(key).copied().unwrap_or(NONE);
        if let Some(followed) = self.followed.get_mut(place as usize) {
            followed.roll.seed(buckets);
        }
    }

    fn follow_new(&mut self, at: Timestamp, infos: &[SeriesInfo]) {
        let n_known = self.places.len();
        for info in infos.get(n_known..).unwrap_or_default() {
            self.places.push(NONE);
            if self.wants.iter().any(|want| want.fits(&info.def.key)) {
                self.follow(at, info);
            }
        }
    }

    fn follow(&mut self, at: Timestamp, info: &SeriesInfo) {
        let place = if self.followed.len() < MAX_SERIES {
            self.followed.len()
        } else {
            let is_forgotten = |f: &Followed| at.since(f.roll.newest().unwrap_or(f.since)) > FORGOTTEN_AFTER;
            let Some(place) = self.followed.iter().position(is_forgotten) else {
                self.n_left_out += 1;
                return;
            };
            self.drop_place(place);
            place
        };
        let followed = Followed { id: info.id, def: info.def.clone(), since: at, roll: Roll::default() };
        // At most MAX_SERIES places, far below `NONE`.
        let number = u32::try_from(place).unwrap_or(NONE);
        if let Some(slot) = self.places.get_mut(info.id.0 as usize) {
            *slot = number;
        }
        self.by_key.insert(info.def.key.clone(), number);
        self.by_metric.entry(Arc::from(info.def.key.metric())).or_default().push(number);
        if place < self.followed.len() { self.followed[place] = followed } else { self.followed.push(followed) }
    }

    fn drop_place(&mut self, place: usize) {
        let gone = &self.followed[place];
        if let Some(slot) = self.places.get_mut(gone.id.0 as usize) {
            *slot = NONE;
        }
        self.by_key.remove(&gone.def.key);
        if let Some(places) = self.by_metric.get_mut(gone.def.key.metric()) {
            places.retain(|p| *p as usize != place);
        }
    }

    /// Series that were wanted and found no room.
    pub fn n_left_out(&self) -> usize {
        self.n_left_out
    }

    /// Time of the newest pass.
    pub fn newest(&self) -> Option<Timestamp> {
        self.newest
    }

    /// The followed series of a metric, in the order they came.
    pub fn of_metric<'a>(&'a self, metric: &str) -> impl Iterator<Item = (SeriesId, &'a Arc<SeriesDef>)> {
        let places = self.by_metric.get(metric).map_or(&[][..], Vec::as_slice);
        places.iter().filter_map(|place| self.followed.get(*place as usize)).map(|f| (f.id, &f.def))
    }

    fn roll(&self, id: SeriesId) -> Option<&Roll> {
        let place = *self.places.get(id.0 as usize)?;
        self.followed.get(place as usize).map(|followed| &followed.roll)
    }

    /// Figures of the last `span` up to the newest pass; `None` where nothing was seen in it. Spans up to an hour are in
    /// minutes, longer ones in tens of minutes.
    pub fn stats(&self, id: SeriesId, span: Duration) -> Option<Stats> {
        let range = TimeRange::ending_at(self.newest?, span);
        Stats::of(self.roll(id)?, range)
    }

    /// The means of the first and the last cell of the last `span`, and how many cells were seen: far quicker than all
    /// figures.
    pub fn ends(&self, id: SeriesId, span: Duration) -> Option<(f64, f64, usize)> {
        self.roll(id)?.ends(TimeRange::ending_at(self.newest?, span))
    }

    /// Means of the minutes that lie wholly in `range`, oldest first; minutes without a value are left out.
    pub fn minute_means(&self, id: SeriesId, range: TimeRange) -> Vec<f64> {
        self.roll(id).map_or_else(Vec::new, |roll| roll.minute_means(range))
    }

    /// The cells of the last `span` as buckets for a small chart.
    pub fn buckets(&self, id: SeriesId, span: Duration) -> Vec<Bucket> {
        let Some(newest) = self.newest else { return Vec::new() };
        self.roll(id).map_or_else(Vec::new, |roll| roll.buckets(TimeRange::ending_at(newest, span)))
    }

    /// The series of this key.
    pub fn find(&self, key: &SeriesKey) -> Option<(SeriesId, &Arc<SeriesDef>)> {
        let followed = self.followed.get(*self.by_key.get(key)? as usize)?;
        Some((followed.id, &followed.def))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::suggest::scenario::{at, info};

    fn trail(metrics: &'static [&'static str]) -> Trail {
        Trail::new(metrics.iter().map(|metric| Want::all(metric)))
    }

    #[test]
    fn only_what_is_wanted_is_followed_and_what_finds_no_room_is_counted() {
        let mut trail = trail(&["a"]);
        let infos: Vec<_> = (0..MAX_SERIES as u32 + 5)
            .map(|i| info(i, &format!("a{{n=\"{i}\"}}")))
            .chain([info(MAX_SERIES as u32 + 5, "b")])
            .collect();
        trail.take(at(0), &infos, &[(SeriesId(0), 1.0), (SeriesId(MAX_SERIES as u32 + 5), 2.0)]);
        assert_eq!((trail.of_metric("a").count(), trail.of_metric("b").count()), (MAX_SERIES, 0));
        assert_eq!(trail.n_left_out(), 5);
    }

    #[test]
    fn one_that_fell_silent_makes_room_after_a_day() {
        let mut trail = trail(&["a"]);
        let mut infos: Vec<_> = (0..MAX_SERIES as u32).map(|i| info(i, &format!("a{{n=\"{i}\"}}"))).collect();
        let all: Vec<_> = infos.iter().map(|i| (i.id, 1.0)).collect();
        trail.take(at(0), &infos, &all);
        trail.take(at(86_500), &infos, &all[1..]);
        infos.push(info(MAX_SERIES as u32, "a{n=\"new\"}"));
        trail.take(at(86_501), &infos, &[(SeriesId(MAX_SERIES as u32), 3.0)]);
        assert_eq!(trail.n_left_out(), 0);
        assert!(trail.stats(SeriesId(0), Duration::from_secs(60)).is_none());
        let stats = trail.stats(SeriesId(MAX_SERIES as u32), Duration::from_secs(60)).expect("followed");
        assert_eq!(stats.mean, 3.0);
    }

    #[test]
    fn what_history_holds_comes_before_what_was_taken_in_and_counts_once() {
        let mut whole = trail(&["a"]);
        let infos = [info(0, "a")];
        let value = |n: i64| (n % 7) as f32;
        for n in 0..1200 {
            whole.take(at(n * 10), &infos, &[(SeriesId(0), value(n))]);
        }
        // The second half was taken in after a restart in the middle of a minute; history holds all of it.
        let mut seeded = trail(&["a"]);
        for n in 602..1200 {
            seeded.take(at(n * 10), &infos, &[(SeriesId(0), value(n))]);
        }
        let minute = |m: i64| {
            let values: Vec<f32> = (m * 6..m * 6 + 6).map(value).collect();
            Bucket {
                at: at(m * 60),
                min: values.iter().copied().fold(f32::INFINITY, f32::min),
                max: values.iter().copied().fold(f32::NEG_INFINITY, f32::max),
                mean: values.iter().sum::<f32>() / 6.0,
                count: 6,
                gap_before: false,
            }
        };
        let stored: Vec<Bucket> = (0..200).map(minute).collect();
        seeded.seed(&infos[0].def.key, &stored);
        seeded.seed(&SeriesKey::new("unknown", &[]), &stored);
        let hour = Duration::from_secs(3600);
        assert_eq!(seeded.stats(SeriesId(0), hour).expect("some"), whole.stats(SeriesId(0), hour).expect("some"));
        let day = Duration::from_secs(7200);
        let (found, expect) =
            (seeded.stats(SeriesId(0), day).expect("some"), whole.stats(SeriesId(0), day).expect("some"));
        assert_eq!((found.n_cells, found.min, found.max), (expect.n_cells, expect.min, expect.max));
        let buckets = seeded.buckets(SeriesId(0), day);
        assert!(buckets.windows(2).all(|pair| pair[0].at < pair[1].at), "in order, none twice");
    }

    #[test]
    fn a_clock_that_is_set_back_forgets_what_lies_after() {
        let mut trail = trail(&["a"]);
        let infos = [info(0, "a")];
        for n in 0..60 {
            trail.take(at(n * 60), &infos, &[(SeriesId(0), n as f32)]);
        }
        trail.take(at(600), &infos, &[(SeriesId(0), 99.0)]);
        let stats = trail.stats(SeriesId(0), Duration::from_secs(3600)).expect("some");
        assert_eq!((stats.n_cells, stats.max), (11, 99.0));
    }
}
