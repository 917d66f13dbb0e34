//! How long cached values live: one time for all keys, or one for each class of them, as profiles write it into a file:
//! `300`, or `{"product:*":{"lives":10800,"stale":600},"*":{"lives":3600,"stale":0},"jitter":0.1}`.

use std::time::Duration;

use serde_json::Value;

/// Longest time that is read, seconds.
const LONGEST: f64 = 30.0 * 86_400.0;
/// Classes at most.
const MOST: usize = 100;

/// How long values of one class live.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Life {
    /// How long it is fresh.
    pub lives: Duration,
    /// How long it is still served beyond that, while a new one is made.
    pub stale: Duration,
}

/// How long values live, by class.
#[derive(Debug, Clone, PartialEq)]
pub struct Lives {
    /// Beginnings of keys, the longest first, with their lives. The last has an empty one, which all keys have.
    rows: Vec<(String, Life)>,
    /// Share of a life that is left out at random.
    pub jitter: f64,
}

impl Lives {
    /// One time for all.
    pub fn of_all(lives: Duration) -> Self {
        Self { rows: vec![(String::new(), Life { lives, stale: Duration::ZERO })], jitter: 0.0 }
    }

    /// Reads what stands in the environment; `None` where it is neither form.
    pub fn read(text: &str) -> Option<Self> {
        let value: Value = serde_json::from_str(text).ok()?;
        let Value::Object(table) = &value else { return seconds(&value).map(Self::of_all) };
        let mut rows = Vec::new();
        let mut jitter = 0.0;
        for (class, value) in table {
            if class == "jitter" && value.is_number() {
                jitter = value.as_f64().filter(|share| (0.0..=1.0).contains(share))?;
                continue;
            }
            let life = match value {
                Value::Object(row) => {
                    let stale = row.get("stale").map_or(Some(Duration::ZERO), seconds)?;
                    Life { lives: seconds(row.get("lives")?)?, stale }
                }
                value => Life { lives: seconds(value)?, stale: Duration::ZERO },
            };
            rows.push((class.strip_suffix('*')?.to_owned(), life));
        }
        rows.sort_by(|a, b| b.0.len().cmp(&a.0.len()).then_with(|| a.0.cmp(&b.0)));
        let is_whole = rows.len() <= MOST && rows.last().is_some_and(|(begin, _)| begin.is_empty());
        is_whole.then_some(Self { rows, jitter })
    }

    /// The life of a key's value.
    pub fn of(&self, key: &str) -> Life {
        let row = self.rows.iter().find(|(begin, _)| key.starts_with(begin.as_str()));
        row.map_or(Life { lives: Duration::ZERO, stale: Duration::ZERO }, |(_, life)| *life)
    }
}

fn seconds(value: &Value) -> Option<Duration> {
    value.as_f64().filter(|n| (0.0..=LONGEST).contains(n)).map(Duration::from_secs_f64)
}
