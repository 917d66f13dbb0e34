//! The cache of answers: bounded in bytes, each value with its time to live; what goes when it is full is chosen among a
//! few, as Redis does it.
//!
//! Source: Redis documentation, "Key eviction", "Approximated LRU algorithm": the best of a few random keys is close to the
//! best of all.

use std::collections::HashMap;
use std::hash::{BuildHasher as _, RandomState};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use hyper::body::Bytes;

use super::clock::{random, random_share};
use super::limits::{Limits, Lives, Policy};
use super::meter::Kind;
use super::meter::record::Record;

/// Parts with a lock each.
const N_SHARDS: usize = 16;
/// Keys among which one is chosen to go.
const N_CHOICES: usize = 5;
/// What a value costs beside its bytes.
const OVERHEAD: usize = 160;

/// What is kept under a key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Kept {
    /// An answer.
    Answer(Bytes),
    /// That there is none.
    Missing,
}

/// What was found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Found {
    /// A value that is fresh.
    Fresh(Kept),
    /// One whose time is over, that is still served; who gets this makes it anew, others get it as fresh meanwhile.
    Stale(Kept),
    /// Nothing.
    Nothing,
}

struct Slot {
    key: Box<str>,
    kept: Kept,
    fresh_until: Instant,
    dies_at: Instant,
    came: Instant,
    used: Instant,
    n_used: u64,
}

impl Slot {
    fn bytes(&self) -> usize {
        let own = match &self.kept {
            Kept::Answer(bytes) => bytes.len(),
            Kept::Missing => 0,
        };
        own + 2 * self.key.len() + OVERHEAD
    }
}

#[derive(Default)]
struct Shard {
    places: HashMap<Box<str>, usize>,
    slots: Vec<Slot>,
    bytes: usize,
}

impl Shard {
    fn remove(&mut self, place: usize) {
        let slot = self.slots.swap_remove(place);
        self.places.remove(&slot.key);
        self.bytes -= slot.bytes();
        if let Some(moved) = self.slots.get(place)
            && let Some(known) = self.places.get_mut(&moved.key)
        {
            *known = place;
        }
    }

    /// The place of what goes first among a few.
    fn victim(&self, policy: Policy, now: Instant) -> Option<usize> {
        let n = self.slots.len();
        let some = (0..N_CHOICES.min(n)).map(|_| random() as usize % n);
        some.min_by_key(|place| {
            let slot = &self.slots[*place];
            let age = |since: Instant| std::cmp::Reverse(now.saturating_duration_since(since));
            // What is over goes before all others.
            match policy {
                _ if slot.dies_at <= now => (0, 0, age(slot.came)),
                Policy::Lru => (1, 0, age(slot.used)),
                Policy::Lfu => (1, slot.n_used, age(slot.used)),
                Policy::Fifo => (1, 0, age(slot.came)),
            }
        })
    }
}

/// The cache.
pub struct Cache {
    is_on: bool,
    most_bytes: usize,
    policy: Policy,
    lives: Lives,
    negative: Duration,
    hasher: RandomState,
    shards: Vec<Mutex<Shard>>,
    record: Arc<Record>,
}

impl Cache {
    /// An empty one, whose size its metrics show.
    pub fn new(limits: &Limits, record: Arc<Record>) -> Arc<Self> {
        let cache = Arc::new(Self {
            is_on: limits.is_cached,
            most_bytes: usize::try_from(limits.cache_bytes).unwrap_or(usize::MAX) / N_SHARDS,
            policy: limits.policy,
            lives: limits.lives.clone(),
            negative: limits.negative,
            hasher: RandomState::new(),
            shards: (0..N_SHARDS).map(|_| Mutex::default()).collect(),
            record: record.clone(),
        });
        let name = || vec![("cache.name", "answers".to_owned())];
        let of = Arc::downgrade(&cache);
        let total = move |of_shard: fn(&Shard) -> usize| {
            let of = of.clone();
            move || of.upgrade().map_or(0, |c| (0..N_SHARDS).map(|i| of_shard(&c.shard(i))).sum::<usize>()) as f64
        };
        let meter = &record.meter;
        let size = meter.family("cache.size", "By", Kind::UpDown, "Bytes of the values that are kept.");
        size.observe(name(), total(|shard| shard.bytes));
        let items = meter.family("cache.items", "{item}", Kind::UpDown, "Values that are kept.");
        items.observe(name(), total(|shard| shard.slots.len()));
        cache
    }

    fn shard(&self, number: usize) -> MutexGuard<'_, Shard> {
        self.shards[number % N_SHARDS].lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn shard_of(&self, key: &str) -> MutexGuard<'_, Shard> {
        self.shard(self.hasher.hash_one(key) as usize)
    }

    /// Looks a key up, and counts that.
    pub fn get(&self, key: &str, now: Instant) -> Found {
        if !self.is_on {
            return Found::Nothing;
        }
        let found = self.find(key, now);
        let counter = if found == Found::Nothing { &self.record.misses } else { &self.record.hits };
        counter.add();
        found
    }

    fn find(&self, key: &str, now: Instant) -> Found {
        let mut shard = self.shard_of(key);
        let Some(place) = shard.places.get(key).copied() else { return Found::Nothing };
        let slot = &mut shard.slots[place];
        if slot.dies_at <= now {
            shard.remove(place);
            return Found::Nothing;
        }
        slot.used = now;
        slot.n_used += 1;
        if slot.fresh_until > now {
            return Found::Fresh(slot.kept.clone());
        }
        // One of those who ask makes it anew; the others go on with what is there.
        slot.fresh_until = slot.dies_at;
        Found::Stale(slot.kept.clone())
    }

    /// Keeps a value for as long as its class says; what has to go for it goes, and is counted.
    pub fn put(&self, key: &str, kept: Kept, now: Instant) {
        let life = self.lives.of(key);
        let (lives, stale) = match kept {
            Kept::Answer(_) => (life.lives.mul_f64(1.0 - self.lives.jitter * random_share()), life.stale),
            Kept::Missing => (self.negative, Duration::ZERO),
        };
        if !self.is_on || lives.is_zero() {
            return;
        }
        let fresh_until = now + lives;
        let slot =
            Slot { key: key.into(), kept, fresh_until, dies_at: fresh_until + stale, came: now, used: now, n_used: 1 };
        let bytes = slot.bytes();
        if bytes > self.most_bytes {
            return;
        }
        let mut shard = self.shard_of(key);
        if let Some(place) = shard.places.get(key).copied() {
            shard.remove(place);
        }
        while shard.bytes + bytes > self.most_bytes {
            let Some(place) = shard.victim(self.policy, now) else { break };
            if shard.slots[place].dies_at > now {
                self.record.evictions.add();
            }
            shard.remove(place);
        }
        let place = shard.slots.len();
        shard.places.insert(slot.key.clone(), place);
        shard.slots.push(slot);
        shard.bytes += bytes;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn cache(environment: &[(&str, &str)]) -> (Arc<Cache>, Arc<Record>) {
        let find = |key: &str| environment.iter().find(|(name, _)| *name == key).map(|(_, value)| (*value).to_owned());
        let record = Arc::new(Record::default());
        (Cache::new(&Limits::read(&find).expect("limits"), record.clone()), record)
    }

    fn answer(n: usize) -> Kept {
        Kept::Answer(vec![b'x'; n].into())
    }

    #[test]
    fn values_live_as_long_as_their_class_says() {
        let lives = r#"{"product:*":{"lives":10,"stale":5},"*":1}"#;
        let (cache, record) = cache(&[("CACHE_TTL", lives), ("CACHE_NEGATIVE_TTL", "2")]);
        let begin = Instant::now();
        let at = |seconds: u64| begin + Duration::from_secs(seconds);
        cache.put("product:1", answer(1), begin);
        cache.put("search:a", answer(2), begin);
        cache.put("product:9", Kept::Missing, begin);
        assert_eq!(cache.get("product:1", at(9)), Found::Fresh(answer(1)));
        assert_eq!(cache.get("search:a", at(1)), Found::Nothing);
        assert_eq!(cache.get("product:9", at(1)), Found::Fresh(Kept::Missing));
        assert_eq!(cache.get("product:9", at(2)), Found::Nothing);
        assert_eq!(cache.get("product:1", at(11)), Found::Stale(answer(1)), "one makes it anew");
        assert_eq!(cache.get("product:1", at(12)), Found::Fresh(answer(1)), "others go on with it");
        assert_eq!(cache.get("product:1", at(15)), Found::Nothing);
        assert_eq!((record.hits.get(), record.misses.get()), (4, 3));
    }

    #[test]
    fn it_holds_no_more_than_it_may_and_keeps_what_is_popular() {
        let (cache, record) = cache(&[("CACHE_SIZE_MB", "1"), ("CACHE_POLICY", "lfu")]);
        let now = Instant::now();
        let popular: Vec<String> = (0..20).map(|i| format!("product:p{i}")).collect();
        for key in &popular {
            cache.put(key, answer(1_000), now);
            (0..50).for_each(|_| drop(cache.get(key, now)));
        }
        (0..20_000).for_each(|i| cache.put(&format!("product:{i}"), answer(1_000), now));
        let bytes: usize = (0..N_SHARDS).map(|i| cache.shard(i).bytes).sum();
        assert!((500_000..=1 << 20).contains(&bytes), "{bytes}");
        let n_kept = popular.iter().filter(|key| cache.get(key, now) != Found::Nothing).count();
        assert_eq!(n_kept, popular.len());
        let n_items: usize = (0..N_SHARDS).map(|i| cache.shard(i).slots.len()).sum();
        assert_eq!(record.evictions.get() as usize, 20_020 - n_items);
    }

    #[test]
    fn a_cache_that_is_off_keeps_nothing_and_counts_nothing() {
        let (cache, record) = cache(&[("CACHE_ENABLED", "false")]);
        let now = Instant::now();
        cache.put("a", answer(1), now);
        assert_eq!((cache.get("a", now), record.misses.get()), (Found::Nothing, 0));
    }
}
