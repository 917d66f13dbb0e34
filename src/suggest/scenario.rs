//! Made-up machines for tests: series as functions of time, a profile, programs, changes; then a look.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use super::evidence::{Evidence, Happening, ProfileFacts};
use super::finding::{Finding, Verdict};
use super::kind::{Kind, Want};
use super::trail::Trail;
use crate::analysis::ProgramTotal;
use crate::model::database::DatabaseStatus;
use crate::model::profile::{Catalogue, ParamDef, ParamKey, ParamKind, ParamValue};
use crate::model::{
    Limits, MachineInfo, ProbeId, SeriesDef, SeriesGroup, SeriesId, SeriesInfo, Timestamp, Unit, Units,
};

/// Second `n` of the made-up time; second 0 begins a ten-minute cell.
pub fn at(n: i64) -> Timestamp {
    Timestamp::from_millis(1_700_000_400_000 + n * 1000)
}

/// A series of this key.
pub fn info(id: u32, key: &str) -> SeriesInfo {
    let key: crate::model::SeriesKey = key.parse().expect("a key");
    let instance = key.attributes().next().map_or("", |(_, value)| value);
    let def = SeriesDef {
        unit: Unit::Ratio,
        group: SeriesGroup::Cpu,
        name: key.metric().into(),
        instance: instance.into(),
        key: key.clone(),
        probe: ProbeId("fake"),
        cadence: None,
    };
    SeriesInfo { id: SeriesId(id), def: def.into() }
}

pub fn count(n: i64) -> ParamValue {
    ParamValue::Count(n)
}

pub fn size(bytes: u64) -> ParamValue {
    ParamValue::Size(bytes)
}

pub fn time(seconds: u64) -> ParamValue {
    ParamValue::Duration(Duration::from_secs(seconds))
}

type Curve = Box<dyn Fn(f64) -> f64>;

/// A made-up machine.
pub struct Scenario {
    machine: MachineInfo,
    series: Vec<(SeriesInfo, Curve)>,
    span_seconds: i64,
    profile: Option<ProfileFacts>,
    happenings: Vec<Happening>,
    programs: Vec<ProgramTotal>,
    databases: Vec<Arc<DatabaseStatus>>,
    trail: Trail,
}

impl Scenario {
    /// Eight cores and 16 GiB, over half an hour.
    pub fn new() -> Self {
        let machine = MachineInfo { n_cores: 8, memory_bytes: 16 << 30, ..MachineInfo::default() };
        Self {
            machine,
            series: Vec::new(),
            span_seconds: 1800,
            profile: None,
            happenings: Vec::new(),
            programs: Vec::new(),
            databases: Vec::new(),
            trail: Trail::default(),
        }
    }

    pub fn cores(mut self, n: usize) -> Self {
        self.machine.n_cores = n;
        self
    }

    pub fn limited(mut self, cpu_cores: Option<f64>, memory_bytes: Option<u64>) -> Self {
        self.machine.limits = Some(Limits { cpu_cores, memory_bytes, source: "cgroup v2".into() });
        self
    }

    pub fn hours(mut self, n: i64) -> Self {
        self.span_seconds = n * 3600;
        self
    }

    /// A series that stands still.
    pub fn flat(self, key: &str, value: f64) -> Self {
        self.curve(key, move |_| value)
    }

    /// A series that goes from one value to another over the whole time.
    pub fn ramp(self, key: &str, from: f64, to: f64) -> Self {
        self.curve(key, move |x| from + (to - from) * x)
    }

    /// A series as a function of the time passed, 0 to 1.
    pub fn curve(mut self, key: &str, curve: impl Fn(f64) -> f64 + 'static) -> Self {
        self.series.push((info(self.series.len() as u32, key), Box::new(curve)));
        self
    }

    /// The mean and the rate of a histogram; `key` has at least one attribute.
    pub fn histogram(self, key: &str, mean: f64, rate: f64) -> Self {
        let open = key.strip_suffix('}').expect("attributes");
        self.flat(&format!("{open},statistic=\"mean\"}}"), mean).flat(&format!("{open},statistic=\"rate\"}}"), rate)
    }

    /// A value of the active profile.
    pub fn param(mut self, key: &str, value: ParamValue) -> Self {
        let facts = self.profile.get_or_insert_with(|| ProfileFacts {
            name: "production".into(),
            catalogue: Catalogue::default().into(),
            values: Vec::new(),
        });
        let mut catalogue = Catalogue::clone(&facts.catalogue);
        catalogue.parameters.push(def(key, &value));
        facts.catalogue = catalogue.into();
        facts.values.push((ParamKey::new(key), value));
        self
    }

    /// Gives a parameter of the profile another value.
    pub fn turn(&mut self, key: &ParamKey, to: ParamValue) {
        let facts = self.profile.as_mut().expect("a profile");
        facts.values.iter_mut().filter(|(k, _)| k == key).for_each(|(_, value)| *value = to.clone());
    }

    /// A change so many seconds before the end.
    pub fn happened(mut self, seconds_ago: i64, text: &str) -> Self {
        self.happenings.push(Happening { at: at(self.span_seconds - seconds_ago), text: text.into() });
        self
    }

    pub fn program(mut self, name: &str, cores: f64, memory: u64) -> Self {
        self.programs.push(ProgramTotal {
            name: name.into(),
            n_processes: 1,
            cpu_cores: Some(cores),
            memory_bytes: Some(memory),
            disk_bytes_per_second: None,
        });
        self
    }

    /// A database that is asked itself.
    pub fn database(mut self, status: DatabaseStatus) -> Self {
        self.databases.push(Arc::new(status));
        self
    }

    /// Plays it into a trail of these wants: a value each 20 s, or each two minutes of long ones.
    pub fn played(mut self, wants: &[Want]) -> Self {
        let step = if self.span_seconds > 4 * 3600 { 120 } else { 20 };
        self.trail = Trail::new(wants.iter().copied());
        let infos: Vec<SeriesInfo> = self.series.iter().map(|(info, _)| info.clone()).collect();
        for n in (0..self.span_seconds).step_by(step) {
            let x = n as f64 / self.span_seconds as f64;
            let values: Vec<(SeriesId, f32)> = self
                .series
                .iter()
                .map(|(info, curve)| (info.id, curve(x) as f32))
                .filter(|(_, v)| v.is_finite())
                .collect();
            self.trail.take(at(n), &infos, &values);
        }
        self
    }

    pub fn evidence(&self) -> Evidence<'_> {
        const UNITS: Units =
            Units { memory: crate::model::ByteUnits::Binary, temperature: crate::model::TemperatureUnit::Celsius };
        Evidence {
            now: at(self.span_seconds),
            machine: &self.machine,
            trail: &self.trail,
            profile: self.profile.as_ref(),
            happenings: &self.happenings,
            programs: &self.programs,
            databases: &self.databases,
            units: &UNITS,
        }
    }
}

/// A definition with a wide range.
fn def(key: &str, value: &ParamValue) -> ParamDef {
    let ranges: BTreeMap<&str, (i64, i64, &str)> = BTreeMap::from([
        ("database.pool_max", (1, 1000, "connections")),
        ("database.pool_min", (0, 1000, "connections")),
        ("service.workers", (1, 256, "workers")),
        ("ml.batch_size", (1, 4096, "items")),
    ]);
    let kind = match value {
        ParamValue::Count(_) => {
            let (min, max, unit) = ranges.get(key).copied().unwrap_or((0, 100_000, ""));
            ParamKind::Count { min, max, unit: unit.into() }
        }
        ParamValue::Size(_) => ParamKind::Size { min: 1 << 20, max: 1 << 40 },
        ParamValue::Duration(_) => ParamKind::Duration { min: Duration::ZERO, max: Duration::from_secs(30 * 86_400) },
        _ => ParamKind::Choice {
            options: ["error", "warn", "info", "debug", "trace"]
                .map(|v| crate::model::profile::ChoiceOption { value: v.into(), title: v.into() })
                .into(),
        },
    };
    ParamDef {
        key: ParamKey::new(key),
        title: key.into(),
        group: key.split('.').next().unwrap_or_default().into(),
        kind,
        default: None,
        about: "".into(),
        raising: "".into(),
        lowering: "".into(),
        source: "".into(),
        is_own: false,
    }
}

/// What a kind says of a scenario: its cards, or the reason for none.
pub fn look(kind: &Kind, scenario: Scenario) -> Result<Vec<Finding>, String> {
    let scenario = scenario.played(kind.wants);
    match (kind.look)(&scenario.evidence()) {
        Verdict::Cards(cards) => Ok(cards),
        Verdict::Fine(why) => Err(format!("fine: {why}")),
        Verdict::NoData(why) => Err(format!("no data: {why}")),
    }
}

/// The cards on one line each, "subject | change", thin spaces as plain ones; every text a person reads is there.
pub fn lines(kind: &Kind, scenario: Scenario) -> Vec<String> {
    let plain = |text: &str| text.replace('\u{2009}', " ");
    match look(kind, scenario) {
        Err(why) => vec![plain(&why)],
        Ok(cards) => cards
            .iter()
            .map(|card| {
                for text in [&card.title, &card.seen, &card.why, &card.sure_why, &card.stop_at, &card.against] {
                    assert!(!text.is_empty() && !text.contains("NaN"), "{}: {card:?}", kind.name);
                }
                assert!(card.stake > 0.0 && card.size > 0.0, "{card:?}");
                plain(&format!("{} | {}", card.subject, card.change.line()))
            })
            .collect(),
    }
}

/// Asserts that a scenario raises cards whose lines begin so.
pub fn raises(kind: &Kind, scenario: Scenario, expect: &[&str]) {
    let found = lines(kind, scenario);
    assert_eq!(found.len(), expect.len(), "{}: {found:#?}", kind.name);
    for (found, expect) in found.iter().zip(expect) {
        assert!(found.starts_with(expect), "{}: {found:?} does not begin with {expect:?}", kind.name);
    }
}

/// Asserts that a scenario raises nothing, with a reason that begins so: "fine: …" or "no data: …".
pub fn is_quiet(kind: &Kind, scenario: Scenario, expect: &str) {
    match look(kind, scenario) {
        Ok(cards) => panic!("{} raised {cards:#?}", kind.name),
        Err(why) => assert!(why.starts_with(expect), "{}: {why:?} does not begin with {expect:?}", kind.name),
    }
}
