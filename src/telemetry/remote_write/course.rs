//! The series of one endpoint: which are meant, under which labels, and which of them have ended.

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;
use std::time::Duration;

use super::{LabelSet, STALE, Tick};
use crate::analysis::prometheus_name::{gauge_name, label_pairs};
use crate::model::remote_write::Endpoint;
use crate::model::{SeriesDef, Timestamp};
use crate::telemetry::choice::Choice;

/// What an endpoint is sent. A number stands for one set of labels and is never given to another.
#[derive(Debug)]
pub struct Course {
    choice: Choice,
    job: Arc<str>,
    instance: Arc<str>,
    further: BTreeMap<Arc<str>, Arc<str>>,
    host: Arc<str>,
    /// By the engine's number: what the source said, and the number here; `None` where it is not meant.
    of_series: Vec<(Arc<SeriesDef>, Option<u32>)>,
    numbers: HashMap<LabelSet, u32>,
    entries: Vec<Entry>,
}

#[derive(Debug)]
struct Entry {
    labels: LabelSet,
    /// When it last had a value, and how long that counts; `None` once it has ended.
    alive: Option<(Timestamp, Duration)>,
}

impl Course {
    /// The course of an endpoint.
    ///
    /// # Errors
    /// What is wrong with one of its patterns, in words.
    pub fn new(endpoint: &Endpoint) -> Result<Self, String> {
        Ok(Self {
            choice: Choice::new(&endpoint.only, &endpoint.without)?,
            job: endpoint.job.clone(),
            instance: endpoint.instance.clone(),
            further: endpoint.labels.clone(),
            host: "".into(),
            of_series: Vec::new(),
            numbers: HashMap::new(),
            entries: Vec::new(),
        })
    }

    /// Whether it serves this endpoint as it is now.
    pub fn serves(&self, before: &Endpoint, endpoint: &Endpoint) -> bool {
        let part =
            |e: &Endpoint| (e.only.clone(), e.without.clone(), e.job.clone(), e.instance.clone(), e.labels.clone());
        part(before) == part(endpoint)
    }

    /// The labels of a number.
    pub fn labels(&self, number: u32) -> Option<&LabelSet> {
        self.entries.get(number as usize).map(|entry| &entry.labels)
    }

    /// Series so far.
    pub fn n_series(&self) -> usize {
        self.entries.len()
    }

    /// The samples of a tick by number, with the marks of those series that have ended: a value counts for two and a half
    /// of its intervals, as on the screen.
    pub fn samples(&mut self, tick: &Tick) -> Vec<(u32, f64)> {
        self.take_names(tick);
        let mut samples = Vec::with_capacity(tick.values.len());
        for (id, value) in tick.values.iter() {
            let Some((def, Some(number))) = self.of_series.get(id.0 as usize) else { continue };
            let cadence = def.cadence.unwrap_or(tick.interval).max(tick.interval);
            if let Some(entry) = self.entries.get_mut(*number as usize) {
                entry.alive = Some((tick.at, cadence * 5 / 2));
                samples.push((*number, *value));
            }
        }
        let ends = self.ended(|(last, counts)| tick.at.since(last) > counts);
        samples.extend(ends);
        samples
    }

    /// The marks of all series that have not ended: they go on under other labels, or not at all.
    pub fn end(&mut self) -> Vec<(u32, f64)> {
        self.ended(|_| true)
    }

    fn ended(&mut self, is_over: impl Fn((Timestamp, Duration)) -> bool) -> Vec<(u32, f64)> {
        let mut marks = Vec::new();
        for (number, entry) in (0..).zip(&mut self.entries) {
            if entry.alive.take_if(|alive| is_over(*alive)).is_some() {
                marks.push((number, f64::from_bits(STALE)));
            }
        }
        marks
    }

    /// Gives numbers to series that are new or have other words, and to all where the machine has another name.
    fn take_names(&mut self, tick: &Tick) {
        if self.host != tick.host {
            self.host = tick.host.clone();
            self.of_series.clear();
        }
        for (i, info) in tick.series.iter().enumerate() {
            if self.of_series.get(i).is_some_and(|(def, _)| Arc::ptr_eq(def, &info.def)) {
                continue;
            }
            let number = self.choice.means(&info.def.key).then(|| self.number_of(&info.def));
            match self.of_series.get_mut(i) {
                Some(known) => *known = (info.def.clone(), number),
                None => self.of_series.push((info.def.clone(), number)),
            }
        }
    }

    fn number_of(&mut self, def: &Arc<SeriesDef>) -> u32 {
        let mut n = 1u32;
        loop {
            let labels = self.label_set(def, n);
            let next = u32::try_from(self.entries.len()).unwrap_or(u32::MAX);
            match self.numbers.get(&labels) {
                // Two series whose names differ in signs alone have one name here: a number tells them apart.
                Some(taken) if self.is_of_another(*taken, def) => n += 1,
                Some(own) => return *own,
                None => {
                    self.numbers.insert(labels.clone(), next);
                    self.entries.push(Entry { labels, alive: None });
                    return next;
                }
            }
        }
    }

    fn is_of_another(&self, number: u32, def: &SeriesDef) -> bool {
        self.of_series.iter().any(|(other, taken)| *taken == Some(number) && other.key != def.key)
    }

    fn label_set(&self, def: &SeriesDef, n: u32) -> LabelSet {
        let instance = if self.instance.is_empty() { &self.host } else { &self.instance };
        let mut all: BTreeMap<Arc<str>, Arc<str>> = self.further.clone();
        for (name, value) in label_pairs(&def.key) {
            // As a scraper has it: a series' own label of such a name is put aside for the one who collects.
            let name = if matches!(&*name, "job" | "instance") { format!("exported_{name}") } else { name };
            // A label without a value is none.
            match value.is_empty() {
                true => all.remove(&*name),
                false => all.insert(name.into(), value.into()),
            };
        }
        all.insert("__name__".into(), gauge_name(def.key.metric(), def.unit).into());
        for (name, value) in [("job", &self.job), ("instance", instance)] {
            if !value.is_empty() {
                all.insert(name.into(), value.clone());
            }
        }
        if n > 1 {
            all.insert("series_number".into(), n.to_string().into());
        }
        all.into_iter().filter(|(_, value)| !value.is_empty()).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{ProbeId, SeriesGroup, SeriesId, SeriesInfo, SeriesKey, Unit};

    fn infos(keys: &[&str]) -> Arc<[SeriesInfo]> {
        let info = |(id, key): (u32, &&str)| SeriesInfo {
            id: SeriesId(id),
            def: Arc::new(SeriesDef {
                key: key.parse::<SeriesKey>().expect("a key"),
                unit: Unit::Bytes,
                group: SeriesGroup::Disks,
                name: "x".into(),
                instance: "".into(),
                probe: ProbeId("x"),
                cadence: None,
            }),
        };
        (0..).zip(keys).map(info).collect()
    }

    fn tick(second: i64, series: &Arc<[SeriesInfo]>, values: &[(u32, f64)]) -> Tick {
        Tick {
            at: Timestamp::from_millis(second * 1000),
            interval: Duration::from_secs(1),
            host: "box".into(),
            series: series.clone(),
            values: values.iter().map(|(id, value)| (SeriesId(*id), *value)).collect(),
        }
    }

    fn text(course: &Course, number: u32) -> String {
        let labels = course.labels(number).expect("labels");
        labels.iter().map(|(name, value)| format!("{name}={value}")).collect::<Vec<_>>().join(",")
    }

    #[test]
    fn labels_are_sorted_and_nobody_loses_his_own() {
        let endpoint = Endpoint {
            labels: BTreeMap::from([("site".into(), "home".into()), ("device".into(), "never".into())]),
            without: vec!["*.hidden".into()],
            ..Endpoint::default()
        };
        let mut course = Course::new(&endpoint).expect("reads");
        let series = infos(&[r#"a.b{device="sda",job="x"}"#, "a.hidden", "c", r#"a.b{x.y="1"}"#, r#"a.b{x_y="1"}"#]);
        let all: Vec<(u32, f64)> = (0..5).map(|i| (i, 1.0)).collect();
        let samples = course.samples(&tick(0, &series, &all));
        assert_eq!(samples, [(0, 1.0), (1, 1.0), (2, 1.0), (3, 1.0)], "what is not meant is not sent");
        let expect = [
            "__name__=a_b_bytes,device=sda,exported_job=x,instance=box,job=perfdesk,site=home",
            "__name__=c_bytes,device=never,instance=box,job=perfdesk,site=home",
            "__name__=a_b_bytes,device=never,instance=box,job=perfdesk,site=home,x_y=1",
            "__name__=a_b_bytes,device=never,instance=box,job=perfdesk,series_number=2,site=home,x_y=1",
        ];
        assert_eq!((0..4).map(|n| text(&course, n)).collect::<Vec<_>>(), expect);
    }

    #[test]
    fn a_series_that_ends_is_marked_once_and_may_come_back() {
        let mut course = Course::new(&Endpoint::default()).expect("reads");
        let series = infos(&["a", "b"]);
        let mut seen = Vec::new();
        for second in 0..12 {
            let values: &[(u32, f64)] = if (2..8).contains(&second) { &[(0, 1.0)] } else { &[(0, 1.0), (1, 2.0)] };
            for (number, value) in course.samples(&tick(second, &series, values)) {
                if number == 1 {
                    seen.push((second, value.to_bits()));
                }
            }
        }
        let two = 2f64.to_bits();
        assert_eq!(seen, [(0, two), (1, two), (4, STALE), (8, two), (9, two), (10, two), (11, two)]);
        assert!(f64::from_bits(STALE).is_nan());
        let marks: Vec<_> = course.end().iter().map(|(number, value)| (*number, value.to_bits())).collect();
        assert_eq!(marks, [(0, STALE), (1, STALE)]);
        assert!(course.end().is_empty());
    }

    #[test]
    fn another_name_of_the_machine_ends_the_old_series() {
        let mut course = Course::new(&Endpoint::default()).expect("reads");
        let series = infos(&["a"]);
        course.samples(&tick(0, &series, &[(0, 1.0)]));
        let renamed = |second| Tick { host: "other".into(), ..tick(second, &series, &[(0, 1.0)]) };
        assert_eq!(course.samples(&renamed(1)), [(1, 1.0)]);
        course.samples(&renamed(2));
        let samples = course.samples(&renamed(3));
        assert_eq!((samples[0], samples[1].0, samples[1].1.to_bits()), ((1, 1.0), 0, STALE));
        assert_eq!(text(&course, 1), "__name__=a_bytes,instance=other,job=perfdesk");
    }
}
