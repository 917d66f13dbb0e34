//! What the series of one file are: each file says it itself, so that it can be read alone.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use serde::{Deserialize, Serialize};

use super::codec::text;
use super::codec::{Take, put_varint};
use super::names;
use crate::model::{SeriesDef, SeriesGroup, SeriesKey};

/// Series described in one frame.
pub(super) const PER_FRAME: usize = 2048;
/// Series described in one file.
const MOST: usize = 1 << 20;

/// A series as a file describes it.
#[derive(Debug, Serialize, Deserialize)]
struct Described {
    key: SeriesKey,
    unit: String,
    group: String,
    name: Arc<str>,
    #[serde(default, skip_serializing_if = "str::is_empty")]
    instance: Arc<str>,
    probe: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    cadence_ms: Option<u64>,
}

/// The first byte of a description that is pressed; one in JSON begins with a brace.
const PRESSED: u8 = 1;

/// Some series in a row.
#[derive(Debug, Serialize, Deserialize)]
struct Page {
    first: u32,
    series: Vec<Described>,
}

fn group(name: &str) -> SeriesGroup {
    use SeriesGroup::{Cpu, Disks, Gpu, Imported, Memory, Network, Own, Pressure, Programs, Sensors, Sources};
    let all = [Cpu, Memory, Pressure, Disks, Network, Programs, Gpu, Sensors, Own, Sources];
    all.into_iter().find(|group| group.name() == name).unwrap_or(Imported)
}

impl Described {
    fn new(def: &SeriesDef) -> Self {
        Self {
            key: def.key.clone(),
            unit: def.unit.ucum(),
            group: def.group.name().to_owned(),
            name: Arc::clone(&def.name),
            instance: Arc::clone(&def.instance),
            probe: def.probe.0.to_owned(),
            cadence_ms: def.cadence.map(|cadence| u64::try_from(cadence.as_millis()).unwrap_or(u64::MAX)),
        }
    }

    fn into_def(self) -> SeriesDef {
        SeriesDef {
            key: self.key,
            unit: names::unit(&self.unit),
            group: group(&self.group),
            name: self.name,
            instance: self.instance,
            probe: names::probe(&self.probe),
            cadence: self.cadence_ms.map(Duration::from_millis),
        }
    }
}

/// The series that a file being written has described.
#[derive(Debug, Default)]
pub(super) struct Written {
    defs: Vec<Arc<SeriesDef>>,
    /// By key; a series whose description changes gets another number.
    numbers: HashMap<SeriesKey, u32>,
}

impl Written {
    /// The number of a series, which is added where it is new.
    pub(super) fn number(&mut self, def: &Arc<SeriesDef>) -> u32 {
        if let Some(number) = self.numbers.get(&def.key) {
            let known = &mut self.defs[*number as usize];
            if Arc::ptr_eq(known, def) {
                return *number;
            }
            if known == def {
                *known = Arc::clone(def);
                return *number;
            }
        }
        let number = u32::try_from(self.defs.len()).unwrap_or(u32::MAX);
        self.numbers.insert(def.key.clone(), number);
        self.defs.push(Arc::clone(def));
        number
    }

    pub(super) fn len(&self) -> usize {
        self.defs.len()
    }

    /// Forgets the series from the `n`th on, which could not be written.
    pub(super) fn truncate(&mut self, n: usize) {
        self.defs.truncate(n);
        self.numbers = self.defs.iter().zip(0..).map(|(def, number)| (def.key.clone(), number)).collect();
    }

    /// The descriptions of the series from the `n`th on, some in each.
    pub(super) fn pages(&self, n: usize) -> impl Iterator<Item = (usize, Vec<u8>)> {
        self.defs[n.min(self.defs.len())..].chunks(PER_FRAME).enumerate().map(move |(i, defs)| {
            let series = defs.iter().map(|def| Described::new(def)).collect();
            let page = Page { first: u32::try_from(n + i * PER_FRAME).unwrap_or(u32::MAX), series };
            let mut bytes = vec![PRESSED];
            put_varint(&mut bytes, page.first.into());
            text::put(&mut bytes, &serde_json::to_vec(&page).unwrap_or_default());
            (defs.len(), bytes)
        })
    }

    /// Goes on with what a file has described before.
    pub(super) fn goes_on(read: &Dictionary) -> Option<Self> {
        let defs: Vec<Arc<SeriesDef>> = read.defs.iter().cloned().collect::<Option<_>>()?;
        let numbers = defs.iter().zip(0..).map(|(def, number)| (def.key.clone(), number)).collect();
        Some(Self { defs, numbers })
    }
}

/// The series of a file being read; those whose description is damaged are missing.
#[derive(Debug, Clone, Default)]
pub struct Dictionary {
    defs: Vec<Option<Arc<SeriesDef>>>,
}

impl Dictionary {
    /// What is known of a series by its number.
    pub fn get(&self, number: u32) -> Option<&Arc<SeriesDef>> {
        self.defs.get(number as usize)?.as_ref()
    }

    /// Every series, by number.
    pub fn iter(&self) -> impl Iterator<Item = (u32, &Arc<SeriesDef>)> {
        (0..).zip(&self.defs).filter_map(|(number, def)| Some((number, def.as_ref()?)))
    }

    /// Whether a description repeats what is known, as most do.
    fn has(&self, first: u64, n: usize) -> bool {
        let first = usize::try_from(first).unwrap_or(usize::MAX);
        let known = first.checked_add(n).and_then(|end| self.defs.get(first..end));
        known.is_some_and(|known| known.iter().all(Option::is_some))
    }

    /// Takes in one description of `n` series; `known` gives the series as it is known from other files, to hold it once.
    pub(super) fn add(
        &mut self,
        page: &[u8],
        n: usize,
        known: &mut dyn FnMut(SeriesDef) -> Arc<SeriesDef>,
    ) -> Result<(), String> {
        let mut from = Take::new(page);
        let pressed;
        let mut page = page;
        // A description that is not pressed is of version 1 of the format.
        if page.first() == Some(&PRESSED) {
            let first = from.byte().and_then(|_| from.varint()).map_err(|e| e.to_string())?;
            if self.has(first, n) {
                return Ok(());
            }
            pressed = text::take(&mut from).map_err(|e| e.to_string())?;
            page = &pressed;
        }
        let page: Page = serde_json::from_slice(page).map_err(|e| format!("the series are not described: {e}"))?;
        let first = page.first as usize;
        let end = first + page.series.len();
        if end > MOST {
            return Err("too many series".to_owned());
        }
        if self.defs.len() < end {
            self.defs.resize(end, None);
        }
        for (place, described) in self.defs[first..].iter_mut().zip(page.series) {
            if place.is_none() {
                *place = Some(known(described.into_def()));
            }
        }
        Ok(())
    }
}
