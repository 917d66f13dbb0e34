//! How the databases do: whether each answers, since when and why not, what it told last, and the series made of it.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::Looked;
use super::series::{Figure, figures};
use crate::model::database::{DatabaseState, DatabaseStatus, DatabaseTarget, Plan};
use crate::model::{SeriesKey, Slot, Unit};
use crate::telemetry::record::{Record, Tick};

/// Series of one database at most: those of statements come and go.
const MAX_SERIES: usize = 200;

/// All databases, in the order in which they were set.
#[derive(Debug, Default)]
pub struct DatabaseBook {
    entries: Vec<Entry>,
    generation: Option<u32>,
    /// How each does; made anew where one changed, so that nobody is sent what is the same.
    shown: Option<Arc<[Arc<DatabaseStatus>]>>,
}

#[derive(Debug)]
struct Entry {
    status: Arc<DatabaseStatus>,
    /// What is to be recorded at the next tick.
    news: Vec<Figure>,
    slots: BTreeMap<SeriesKey, Slot>,
}

impl DatabaseBook {
    /// An empty book.
    pub fn new() -> Self {
        Self::default()
    }

    /// Keeps to these databases from now on. One that is asked otherwise than before is not known to answer.
    pub fn set(&mut self, targets: &[DatabaseTarget]) {
        self.shown = None;
        let mut old = std::mem::take(&mut self.entries);
        let entry = |target: &DatabaseTarget| {
            let shown = target.without_secret();
            let has_secret = target.secret.as_ref().is_some_and(|secret| !secret.0.is_empty());
            let before = old.iter().position(|entry| entry.status.target.name == target.name);
            let mut entry = before.map(|place| old.swap_remove(place)).unwrap_or_else(|| Entry {
                status: Arc::new(DatabaseStatus { target: shown.clone(), ..DatabaseStatus::default() }),
                news: Vec::new(),
                slots: BTreeMap::new(),
            });
            let was = &entry.status.target;
            let is_other = (was.kind, &was.host, was.port, &was.database)
                != (shown.kind, &shown.host, shown.port, &shown.database);
            if was.interval_seconds != shown.interval_seconds {
                // Defined anew, with the other cadence.
                entry.slots.clear();
            }
            if is_other || !shown.is_on || *was != shown || entry.status.has_secret != has_secret {
                let status = Arc::make_mut(&mut entry.status);
                if is_other {
                    (status.view, status.plan, status.last_at, status.took) = (None, None, None, None);
                }
                status.state = DatabaseState::Waiting;
                (status.target, status.has_secret) = (shown, has_secret);
                entry.news.clear();
            }
            entry
        };
        self.entries = targets.iter().map(entry).collect();
    }

    fn entry(&mut self, name: &str) -> Option<&mut Entry> {
        self.shown = None;
        self.entries.iter_mut().find(|entry| &*entry.status.target.name == name && entry.status.target.is_on)
    }

    /// Takes what came of a look. One of a database that is not kept any more, or switched off, is nothing.
    pub fn take(&mut self, name: &str, looked: Looked) {
        let Some(entry) = self.entry(name) else { return };
        let status = Arc::make_mut(&mut entry.status);
        let up = Figure::up(&looked);
        match looked.found {
            Ok(view) => {
                status.state = DatabaseState::Up;
                status.last_at = Some(looked.at);
                status.took = Some(looked.took);
                status.view = Some(view);
                entry.news = figures(&entry.status);
            }
            Err(fault) => {
                let since = match status.state {
                    DatabaseState::Down { since, .. } => since,
                    _ => looked.at,
                };
                status.state = DatabaseState::Down { since, fault };
                entry.news = Vec::new();
            }
        }
        entry.news.extend(up);
    }

    /// Takes a plan.
    pub fn take_plan(&mut self, name: &str, plan: Plan) {
        if let Some(entry) = self.entry(name) {
            Arc::make_mut(&mut entry.status).plan = Some(Arc::new(plan));
        }
    }

    /// Records what came since the tick before.
    pub fn record(&mut self, tick: Tick, out: &mut dyn Record) {
        if self.generation.replace(tick.generation) != Some(tick.generation) {
            self.entries.iter_mut().for_each(|entry| entry.slots.clear());
        }
        for entry in &mut self.entries {
            for figure in std::mem::take(&mut entry.news) {
                let def = figure.def(&entry.status);
                let slot = match entry.slots.get(&def.key) {
                    Some(slot) => *slot,
                    None if entry.slots.len() >= MAX_SERIES => continue,
                    None => {
                        let key = def.key.clone();
                        let slot = out.define(def);
                        entry.slots.insert(key, slot);
                        slot
                    }
                };
                out.put(slot, figure.value);
            }
        }
    }

    /// How each does, in their order; the same list while nothing changed.
    pub fn statuses(&mut self) -> Arc<[Arc<DatabaseStatus>]> {
        let entries = &self.entries;
        self.shown.get_or_insert_with(|| entries.iter().map(|entry| entry.status.clone()).collect()).clone()
    }
}

impl Figure {
    /// Whether it answered, and how long that took.
    fn up(looked: &Looked) -> [Self; 2] {
        let plain = |metric, name, unit, value| Self { metric, name, unit, with: Vec::new(), value };
        let is_up = if looked.found.is_ok() { 1.0 } else { 0.0 };
        [
            plain("perfdesk.database.up", "Database up", Unit::Count("database"), is_up),
            plain("perfdesk.database.look.duration", "Duration of a look", Unit::Seconds, looked.took.as_secs_f64()),
        ]
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;
    use crate::model::database::{Connections, DatabaseView, Missing, PostgresView, Told};
    use crate::model::{SeriesDef, Timestamp};

    #[derive(Default)]
    struct Out(Vec<SeriesDef>, Vec<(String, f64)>);

    impl Record for Out {
        fn define(&mut self, def: SeriesDef) -> Slot {
            self.0.push(def);
            Slot(self.0.len() as u32 - 1)
        }

        fn put(&mut self, slot: Slot, value: f64) {
            self.1.push((self.0[slot.0 as usize].key.to_string(), value));
        }
    }

    fn target() -> DatabaseTarget {
        DatabaseTarget { name: "shop".into(), user: "me".into(), ..DatabaseTarget::default() }
    }

    fn looked(seconds: i64, found: Result<DatabaseView, Missing>) -> Looked {
        Looked { at: Timestamp::from_millis(seconds * 1_000), took: Duration::from_millis(5), found }
    }

    fn answered() -> Result<DatabaseView, Missing> {
        let connections = Connections { max: 100, reserved: 3, used: 37, ..Connections::default() };
        let view = PostgresView { connections: Told::Value(connections), ..PostgresView::default() };
        Ok(DatabaseView::Postgres(Arc::new(view)))
    }

    #[test]
    fn what_a_database_told_becomes_states_and_series() {
        let mut book = DatabaseBook::new();
        book.set(&[target()]);
        book.take("shop", looked(1, answered()));
        book.take("nobody", looked(1, answered()));
        let mut out = Out::default();
        let tick = Tick { at: Timestamp::from_millis(0), elapsed: Duration::ZERO, generation: 0 };
        book.record(tick, &mut out);
        assert!(out.1.contains(&("postgresql.connection.free{service.name=\"shop\"}".into(), 60.0)), "{:?}", out.1);
        assert!(out.1.contains(&("perfdesk.database.up{service.name=\"shop\"}".into(), 1.0)));
        assert!(Arc::ptr_eq(&book.statuses(), &book.statuses()), "nothing changed");
        let n = out.1.len();
        book.record(tick, &mut out);
        assert_eq!(out.1.len(), n, "nothing is recorded twice");
        let down = |why: &str| Err(Missing::new(why, "", ""));
        book.take("shop", looked(5, down("gone")));
        book.take("shop", looked(9, down("still gone")));
        let status = book.statuses()[0].clone();
        let fault = Missing::new("still gone", "", "");
        assert_eq!(status.state, DatabaseState::Down { since: Timestamp::from_millis(5_000), fault });
        assert!(status.view.is_some(), "what it told last is still shown");
        out.1.clear();
        book.record(tick, &mut out);
        let expect =
            ["perfdesk.database.up{service.name=\"shop\"}", "perfdesk.database.look.duration{service.name=\"shop\"}"];
        assert_eq!(out.1.iter().map(|(key, _)| key.as_str()).collect::<Vec<_>>(), expect);
    }

    #[test]
    fn another_place_begins_anew_and_one_that_is_off_is_not_heard() {
        let mut book = DatabaseBook::new();
        book.set(&[target()]);
        book.take("shop", looked(1, answered()));
        book.set(&[DatabaseTarget { interval_seconds: 30, ..target() }]);
        assert!(book.statuses()[0].view.is_some());
        book.set(&[DatabaseTarget { host: "10.0.0.1".into(), ..target() }]);
        let status = book.statuses()[0].clone();
        assert_eq!((&status.state, status.view.is_none()), (&DatabaseState::Waiting, true));
        book.set(&[DatabaseTarget { is_on: false, ..target() }]);
        book.take("shop", looked(2, answered()));
        assert!(book.statuses()[0].view.is_none());
        book.set(&[]);
        assert!(book.statuses().is_empty());
    }
}
