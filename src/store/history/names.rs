//! Names that the program has as constants and the disk as text: units, probes, sources.
//!
//! A name that is not known is kept for the life of the program. Files come from elsewhere too, so there is a bound.

use std::collections::BTreeSet;
use std::sync::{LazyLock, Mutex, PoisonError};

use crate::model::{ProbeId, SourceId, Unit};

/// Names kept beside those known beforehand, of each kind.
const MOST: usize = 512;
/// Longest name, bytes.
const LONGEST: usize = 200;

/// Names met so far.
struct Names {
    known: BTreeSet<&'static str>,
    n_new: usize,
    /// What stands for a name when there are too many.
    other: &'static str,
}

static UNITS_AND_PROBES: LazyLock<Mutex<Names>> = LazyLock::new(|| {
    let known = [
        "connection",
        "error",
        "fault",
        "inode",
        "kill",
        "operation",
        "packet",
        "page",
        "process",
        "segment",
        "switch",
        "thread",
        "cpu",
        "disk",
        "gpu",
        "memory",
        "network",
        "power",
        "pressure",
        "sensors",
        "csv",
    ];
    Mutex::new(Names { known: known.into(), n_new: 0, other: "unit" })
});

static SOURCES: LazyLock<Mutex<Names>> =
    LazyLock::new(|| Mutex::new(Names { known: ["sample"].into(), n_new: 0, other: "other" }));

fn name(text: &str, names: &Mutex<Names>) -> &'static str {
    let mut names = names.lock().unwrap_or_else(PoisonError::into_inner);
    if let Some(known) = names.known.get(text) {
        return known;
    }
    if names.n_new >= MOST || text.len() > LONGEST {
        return names.other;
    }
    names.n_new += 1;
    let kept: &'static str = text.to_owned().leak();
    names.known.insert(kept);
    kept
}

/// The source of that name.
pub fn source(text: &str) -> SourceId {
    SourceId(name(text, &SOURCES))
}

/// The probe of that name.
pub fn probe(text: &str) -> ProbeId {
    ProbeId(name(text, &UNITS_AND_PROBES))
}

/// The unit that [`Unit::ucum`] writes so. A text that none writes is taken for a count of what it says.
pub fn unit(ucum: &str) -> Unit {
    let annotation = |text: &str| {
        let inner = text.strip_prefix('{').and_then(|text| text.strip_suffix('}'));
        name(inner.unwrap_or(text), &UNITS_AND_PROBES)
    };
    match Unit::from_ucum(ucum) {
        Unit::PerSecond(_) => Unit::PerSecond(annotation(ucum.strip_suffix("/s").unwrap_or(ucum))),
        Unit::Count(_) => Unit::Count(annotation(ucum)),
        known => known,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn units_come_back_from_how_they_are_written() {
        let units = [
            Unit::Ratio,
            Unit::Bytes,
            Unit::BytesPerSecond,
            Unit::Seconds,
            Unit::Hertz,
            Unit::Celsius,
            Unit::Watts,
            Unit::RevolutionsPerMinute,
            Unit::Cores,
            Unit::Count("process"),
            Unit::PerSecond("operation"),
            Unit::Count("a kind of its own"),
        ];
        for made in units {
            assert_eq!(unit(&made.ucum()), made);
        }
    }

    #[test]
    fn names_are_kept_once_and_not_without_bound() {
        let names = Mutex::new(Names { known: BTreeSet::new(), n_new: 0, other: "unit" });
        assert_eq!(name("one", &names).as_ptr(), name("one", &names).as_ptr());
        for i in 0..2000 {
            name(&i.to_string(), &names);
        }
        assert_eq!(names.lock().expect("lock").known.len(), MOST);
        assert_eq!((name("one", &names), name("1999", &names)), ("one", "unit"));
        assert_eq!(name(&"x".repeat(300), &names), "unit");
    }
}
