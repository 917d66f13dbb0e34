//! Pressure stall information: the share of time in which work waited for the processor, memory or disks.
//!
//! Reckoned from the kernel's running total of stalled microseconds and not from its averages, which lag.

use std::io;
use std::path::Path;

use rustix::io::Errno;

use super::Root;
use super::parse::{fields, lines, number};
use super::source::{Source, read_once, refused};
use crate::model::{ProbeId, SeriesGroup, Unit};
use crate::sampling::rate::Rate;
use crate::sampling::track::{Topic, Track};
use crate::sampling::{Cadence, Moment, Probe, ProbeError, Recorder};

const TOPIC: Topic = Topic { probe: "pressure", title: "Pressure", group: SeriesGroup::Pressure, every: None };
const RESOURCES: [(&str, &str); 3] = [("cpu", "CPU"), ("memory", "Memory"), ("io", "I/O")];
const SWITCHED_OFF: &str = "Pressure stall information is switched off: boot with psi=1";

/// The probe.
pub struct PressureProbe {
    cmdline: std::path::PathBuf,
    resources: [Resource; 3],
    buffer: Vec<u8>,
}

struct Resource {
    source: Source,
    some: (Rate, Track),
    full: (Rate, Track),
}

impl PressureProbe {
    /// The probe of the machine under `root`.
    pub fn new(root: &Root) -> Self {
        let resources = RESOURCES.map(|(name, _)| Resource {
            source: Source::new(root.proc.join("pressure").join(name)),
            some: Default::default(),
            full: Default::default(),
        });
        Self { cmdline: root.proc.join("cmdline"), resources, buffer: Vec::new() }
    }
}

impl Probe for PressureProbe {
    fn id(&self) -> ProbeId {
        TOPIC.id()
    }

    fn title(&self) -> &'static str {
        TOPIC.title
    }

    fn group(&self) -> SeriesGroup {
        TOPIC.group
    }

    fn cadence(&self) -> Cadence {
        TOPIC.cadence()
    }

    fn read(&mut self, now: Moment, out: &mut Recorder) -> Result<(), ProbeError> {
        let mut outcome = Ok(());
        for (resource, (name, title)) in self.resources.iter_mut().zip(RESOURCES) {
            let text = match resource.source.read(&mut self.buffer) {
                Ok(text) => text,
                Err(error) => {
                    outcome = Err(why(&error, resource.source.path(), &self.cmdline));
                    continue;
                }
            };
            for line in lines(text) {
                let Some((kind, total)) = stalled(line) else { continue };
                let ((rate, track), kind) =
                    if kind == Kind::Some { (&mut resource.some, "some") } else { (&mut resource.full, "full") };
                let share = rate.per_second(total, now.elapsed).map(|micros| (micros / 1e6).min(1.0));
                track.put(out, share, || {
                    let attributes = [("resource", name), ("kind", kind)];
                    let words = if kind == "some" { "" } else { ", all stalled" };
                    let label = format!("{title} pressure{words}");
                    TOPIC.series("system.linux.pressure.stalled", &attributes, Unit::Ratio, &label, "")
                });
            }
        }
        outcome
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    /// Some work waited.
    Some,
    /// All work waited. Kernels 4.20 to 5.12 have no such line for the processor.
    Full,
}

/// The kind of a line and its total, microseconds.
fn stalled(line: &[u8]) -> Option<(Kind, u64)> {
    let mut rest = fields(line);
    let kind = match rest.next()? {
        b"some" => Kind::Some,
        b"full" => Kind::Full,
        _ => return None,
    };
    let total = rest.find_map(|field| field.strip_prefix(b"total="))?;
    Some((kind, number(total)?))
}

fn why(error: &io::Error, path: &Path, cmdline: &Path) -> ProbeError {
    if error.raw_os_error() == Some(Errno::OPNOTSUPP.raw_os_error()) {
        return ProbeError::unsupported(SWITCHED_OFF);
    }
    if error.kind() != io::ErrorKind::NotFound {
        return refused(path, error);
    }
    // Kernels from 5.12 on show no file at all when it is switched off.
    let words = read_once(cmdline).unwrap_or_default();
    let is_off = fields(&words).any(|word| matches!(word, b"psi=0" | b"psi=n" | b"psi=off"));
    ProbeError::unsupported(if is_off {
        SWITCHED_OFF
    } else {
        "This kernel was built without pressure stall information, or starts with it off (boot with psi=1)"
    })
}

#[cfg(test)]
mod tests {
    use super::super::world::{Watched, World};
    use super::*;

    #[test]
    fn shares_come_from_the_totals_and_a_missing_line_is_no_fault() {
        let world = World::recorded("host");
        let mut pressure = Watched::new(PressureProbe::new(&world.root()));
        assert!(pressure.read(0).is_empty());
        world.becomes("host-later");
        assert_eq!(
            pressure.read(2000),
            [
                r#"system.linux.pressure.stalled{kind="some",resource="cpu"} 0.25"#,
                r#"system.linux.pressure.stalled{kind="some",resource="memory"} 0"#,
                r#"system.linux.pressure.stalled{kind="full",resource="memory"} 0"#,
                r#"system.linux.pressure.stalled{kind="some",resource="io"} 0.1"#,
                r#"system.linux.pressure.stalled{kind="full",resource="io"} 0.05"#,
            ]
        );
        assert_eq!(pressure.why(), "");
    }

    #[test]
    fn a_kernel_without_it_says_so() {
        let world = World::recorded("no-psi-no-swap");
        for (cmdline, expect) in [
            (
                "quiet",
                "This kernel was built without pressure stall information, or starts with it off (boot with psi=1)",
            ),
            ("quiet psi=0", SWITCHED_OFF),
        ] {
            world.write("proc/cmdline", cmdline);
            let mut pressure = Watched::new(PressureProbe::new(&world.root()));
            assert!(pressure.read(0).is_empty());
            assert_eq!(pressure.outcome, Err(ProbeError::unsupported(expect)));
        }
    }

    #[test]
    fn a_kernel_that_refuses_to_read_it_has_it_switched_off() {
        let error = io::Error::from_raw_os_error(Errno::OPNOTSUPP.raw_os_error());
        assert_eq!(why(&error, Path::new("/x"), Path::new("/x")), ProbeError::unsupported(SWITCHED_OFF));
    }

    #[test]
    fn lines_are_read_by_their_words() {
        for (line, expect) in [
            ("some avg10=0.23 avg60=0.58 avg300=0.94 total=31151061", Some((Kind::Some, 31_151_061))),
            ("full avg10=0.00 total=0", Some((Kind::Full, 0))),
            ("full avg10=0.00", None),
            ("some total=x", None),
            ("none total=1", None),
        ] {
            assert_eq!(stalled(line.as_bytes()), expect, "{line}");
        }
    }

    proptest::proptest! {
        #[test]
        fn no_bytes_make_it_panic(bytes: Vec<u8>) {
            let _ = stalled(&bytes);
        }
    }
}
