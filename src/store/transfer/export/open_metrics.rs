//! OpenMetrics 1.0 text with timestamps: gauges, since every value here is a level or a rate already.
//!
//! The specification forbids lines of two families, and of two series of a family, to be mixed, while history stands by
//! time. So series are gathered some at a time, as many as fit the memory bound, and a series that does not fit alone is
//! written as it is read. Buckets give their mean to the family itself, and their least, greatest and count to families
//! of their own with `min`, `max` and `samples` in the name.

use std::collections::{HashMap, HashSet};
use std::io::Write;

use super::open_metrics_names::{escaped, family_name, labels, unit_name};
use super::rows::{Cell, is_within};
use super::{ExportJob, TransferError, visit};
use crate::model::{SeriesDef, SeriesKey, Tier, TimeRange, Unit};
use crate::store::history::{Segment, SegmentColumn};

/// Values gathered at a time; 32 bytes each.
const MAX_GATHERED: u64 = 1_500_000;

/// Which of a bucket's four numbers a family has.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Part {
    Mean,
    Min,
    Max,
    Samples,
}

impl Part {
    const ALL: [Self; 4] = [Self::Mean, Self::Min, Self::Max, Self::Samples];

    const fn word(self) -> Option<&'static str> {
        match self {
            Self::Mean => None,
            Self::Min => Some("min"),
            Self::Max => Some("max"),
            Self::Samples => Some("samples"),
        }
    }

    const fn help(self) -> &'static str {
        match self {
            Self::Mean => "",
            Self::Min => ": least in each bucket",
            Self::Max => ": greatest in each bucket",
            Self::Samples => ": samples in each bucket",
        }
    }
}

#[derive(Debug, Clone, Copy)]
struct Moment {
    at: i64,
    is_bucket: bool,
    cell: Cell,
}

/// A metric in a unit, with its series by their places in the inventory, and their labels.
struct Family {
    metric: String,
    unit: Unit,
    help: String,
    series: Vec<(usize, String)>,
    n_values: u64,
    has_buckets: bool,
}

pub(super) fn write(job: &mut ExportJob<'_>, out: &mut dyn Write) -> Result<usize, TransferError> {
    let families = families(job);
    let mut names = HashSet::new();
    let mut i = 0;
    while let Some(family) = families.get(i) {
        if family.n_values > MAX_GATHERED {
            write_large(job, family, &mut names, out)?;
            i += 1;
            continue;
        }
        let mut n = 0;
        let group: Vec<&Family> = families[i..]
            .iter()
            .take_while(|family| {
                n += family.n_values;
                n <= MAX_GATHERED
            })
            .collect();
        i += group.len();
        let places: Vec<usize> =
            group.iter().flat_map(|family| family.series.iter().map(|(place, _)| *place)).collect();
        let gathered = gather(job, &places)?;
        let mut rest = gathered.as_slice();
        for family in group {
            let (mine, others) = rest.split_at(family.series.len());
            rest = others;
            for part in family.parts() {
                family.write_head(part, &mut names, out, |name, out| {
                    for ((_, labels), moments) in family.series.iter().zip(mine) {
                        let line = format!("{name}{labels}");
                        for moment in moments {
                            write_moment(out, &line, part, moment)?;
                        }
                    }
                    Ok(())
                })?;
            }
            job.meter.add(mine.iter().map(Vec::len).sum())?;
        }
    }
    out.write_all(b"# EOF\n")?;
    Ok(0)
}

/// A family beyond the memory bound: each of its series is read for itself, once for each part, and written as it comes.
fn write_large(
    job: &mut ExportJob<'_>,
    family: &Family,
    names: &mut HashSet<String>,
    out: &mut dyn Write,
) -> Result<(), TransferError> {
    for part in family.parts() {
        family.write_head(part, names, out, |name, out| {
            for (place, labels) in &family.series {
                let line = format!("{name}{labels}");
                let mut last = i64::MIN;
                let ExportJob { read, range, inventory, meter } = job;
                let (Some(listed), Ok(id)) = (inventory.series.get(*place), u32::try_from(*place)) else { continue };
                visit(*read, Some(std::slice::from_ref(&listed.def.key)), *range, Tier::Full, &mut |segment| {
                    let mut n = 0;
                    for column in segment.columns.iter().filter(|column| inventory.place(&column.def) == Some(id)) {
                        for moment in moments(&segment, column, *range).filter(|moment| moment.at > last) {
                            n += 1;
                            write_moment(out, &line, part, &moment)?;
                        }
                        last = last.max(segment.times.last().copied().unwrap_or(last));
                    }
                    meter.add(if part == Part::Mean { n } else { 0 })
                })?;
            }
            Ok(())
        })?;
    }
    Ok(())
}

impl Family {
    fn parts(&self) -> impl Iterator<Item = Part> + use<> {
        Part::ALL.into_iter().take(if self.has_buckets { 4 } else { 1 })
    }

    fn write_head(
        &self,
        part: Part,
        names: &mut HashSet<String>,
        out: &mut dyn Write,
        then: impl FnOnce(&str, &mut dyn Write) -> Result<(), TransferError>,
    ) -> Result<(), TransferError> {
        let unit = if part == Part::Samples { Unit::Count("sample") } else { self.unit };
        // Two metrics may have one name when dots become underscores.
        let mut n = 1;
        let name = loop {
            let numbered = if n == 1 { self.metric.clone() } else { format!("{}_{n}", self.metric) };
            let name = family_name(&numbered, part.word(), unit);
            if names.insert(name.clone()) {
                break name;
            }
            n += 1;
        };
        writeln!(out, "# TYPE {name} gauge")?;
        if let Some(unit) = unit_name(unit) {
            writeln!(out, "# UNIT {name} {unit}")?;
        }
        writeln!(out, "# HELP {name} {}{}", escaped(&self.help), part.help())?;
        then(&name, out)
    }
}

fn write_moment(out: &mut dyn Write, line: &str, part: Part, moment: &Moment) -> Result<(), TransferError> {
    let Moment { at, is_bucket, cell } = moment;
    if part != Part::Mean && !is_bucket {
        return Ok(());
    }
    write!(out, "{line} ")?;
    match part {
        Part::Mean => write!(out, "{}", cell.mean)?,
        Part::Min => write!(out, "{}", cell.min)?,
        Part::Max => write!(out, "{}", cell.max)?,
        Part::Samples => write!(out, "{}", cell.count)?,
    }
    let sign = if *at < 0 { "-" } else { "" };
    let size = at.unsigned_abs();
    Ok(writeln!(out, " {sign}{}.{:03}", size / 1000, size % 1000)?)
}

/// The metrics of the inventory, which stands by key, so that the series of one metric are neighbours.
fn families(job: &ExportJob<'_>) -> Vec<Family> {
    let mut families: Vec<Family> = Vec::new();
    for (place, listed) in job.inventory.series.iter().enumerate() {
        let SeriesDef { key, unit, name, .. } = &*listed.def;
        let known = families.iter_mut().rev().take_while(|family| family.metric == key.metric());
        let family = match known.into_iter().find(|family| family.unit == *unit) {
            Some(family) => family,
            None => {
                families.push(Family {
                    metric: key.metric().to_owned(),
                    unit: *unit,
                    help: name.to_string(),
                    series: Vec::new(),
                    n_values: 0,
                    has_buckets: false,
                });
                let last = families.len() - 1;
                &mut families[last]
            }
        };
        // Attributes whose names differ in signs alone have one label: the series of both are told apart by a number.
        let mut text = labels(key, None);
        let mut n = 2;
        while family.series.iter().rev().any(|(_, taken)| *taken == text) {
            text = labels(key, Some(n));
            n += 1;
        }
        family.series.push((place, text));
        family.n_values += listed.n_values;
        family.has_buckets |= listed.has_buckets;
    }
    families
}

/// Everything of some series, each by time.
fn gather(job: &ExportJob<'_>, places: &[usize]) -> Result<Vec<Vec<Moment>>, TransferError> {
    let of_place = |place: &usize| Some(job.inventory.series.get(*place)?.def.key.clone());
    let keys: Vec<SeriesKey> = places.iter().filter_map(of_place).collect();
    let slots: HashMap<usize, usize> = places.iter().zip(0..).map(|(place, slot)| (*place, slot)).collect();
    let mut gathered: Vec<Vec<Moment>> = vec![Vec::new(); places.len()];
    visit(job.read, Some(&keys), job.range, Tier::Full, &mut |segment| {
        for column in &segment.columns {
            // A key whose unit changed is two series, of which the other may belong to another family.
            let slot = job.inventory.place(&column.def).and_then(|place| slots.get(&(place as usize)));
            if let Some(into) = slot.and_then(|slot| gathered.get_mut(*slot)) {
                into.extend(moments(&segment, column, job.range));
            }
        }
        Ok(())
    })?;
    for moments in &mut gathered {
        // Two readings of one moment, or a bucket over the beginning of finer samples, may not both stand: time has to grow.
        moments.sort_by_key(|moment| (moment.at, moment.is_bucket));
        moments.dedup_by_key(|moment| moment.at);
    }
    Ok(gathered)
}

fn moments<'a>(segment: &'a Segment, column: &'a SegmentColumn, range: TimeRange) -> impl Iterator<Item = Moment> + 'a {
    column.times(segment).enumerate().filter_map(move |(i, at)| {
        let (min, max, mean, count) = column.values.at(i)?;
        let is_number = min.is_finite() && max.is_finite() && mean.is_finite();
        (is_number && is_within(at, segment.tier, range)).then_some(Moment {
            at,
            is_bucket: segment.tier != Tier::Full,
            cell: Cell { series: 0, min, max, mean, count },
        })
    })
}
