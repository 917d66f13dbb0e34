//! Network interfaces out of /proc/net/dev: bytes, packets, errors and drops of each, and totals.
//!
//! The totals are over interfaces that lead out of the machine: what a bridge or a tunnel carries passes a real
//! interface too and would count twice.

use super::Root;
use super::parse::{fields, lines, number, text};
use super::source::Source;
use crate::model::{ProbeId, SeriesDef, SeriesGroup, Unit};
use crate::sampling::rate::Rate;
use crate::sampling::track::{Topic, Track};
use crate::sampling::{Cadence, Moment, Probe, ProbeError, Recorder};

const TOPIC: Topic = Topic { probe: "network", title: "Network", group: SeriesGroup::Network, every: None };
const DIRECTIONS: [&str; 2] = ["receive", "transmit"];
/// What the kernel counts in each direction: metric, unit, and the names by direction.
const MEASURES: [(&str, Unit, [&str; 2]); 4] = [
    ("system.network.io", Unit::BytesPerSecond, ["Network received", "Network sent"]),
    ("system.network.packet.count", Unit::PerSecond("packet"), ["Packets received", "Packets sent"]),
    ("system.network.errors", Unit::PerSecond("error"), ["Receive errors", "Send errors"]),
    ("system.network.packet.dropped", Unit::PerSecond("packet"), ["Receive drops", "Send drops"]),
];
/// Interfaces made of software, where a machine has no device to tell them by.
const VIRTUAL: [&str; 11] = ["lo", "br-", "docker", "virbr", "ifb", "tun", "tap", "wg", "dummy", "cni", "flannel"];
/// Ends of short-lived pairs that container and virtual machine runtimes name anew for each start. They get no series:
/// a busy host makes thousands a day, and their traffic passes an interface that has one.
const PAIRS: [&str; 4] = ["veth", "cali", "lxc", "vnet"];

/// Measures by direction: receive, transmit.
type PerFlow<T> = [[T; MEASURES.len()]; 2];

/// The probe.
pub struct NetworkProbe {
    root: Root,
    source: Source,
    buffer: Vec<u8>,
    interfaces: Vec<Interface>,
    totals: PerFlow<Track>,
}

struct Interface {
    name: Box<str>,
    kind: Kind,
    is_seen: bool,
    is_used: bool,
    rates: PerFlow<Rate>,
    tracks: PerFlow<Track>,
    /// Of this pass.
    now: PerFlow<Option<f64>>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Kind {
    /// A device of its own.
    Device,
    /// No device, and no sign of being made of software either: the one interface of a container.
    Plain,
    /// Made of software.
    Virtual,
    /// One end of a pair that leads into a container; they come and go by the hundred and have no series.
    Pair,
}

impl NetworkProbe {
    /// The probe of the machine under `root`.
    pub fn new(root: &Root) -> Self {
        Self {
            root: root.clone(),
            source: Source::new(root.proc.join("net/dev")),
            buffer: Vec::new(),
            interfaces: Vec::new(),
            totals: Default::default(),
        }
    }

    fn put_totals(&mut self, out: &mut Recorder) {
        // Without a device anywhere this is a container, and its plain interfaces lead out.
        let counted = self.interfaces.iter().filter(|i| i.is_seen).map(|i| i.kind).min();
        let Some(counted) = counted.filter(|kind| *kind <= Kind::Plain) else { return };
        for d in 0..DIRECTIONS.len() {
            for m in 0..MEASURES.len() {
                let of_kind = self.interfaces.iter().filter(|i| i.is_seen && i.kind == counted);
                let sum = of_kind.filter_map(|i| i.now[d][m]).reduce(|a, b| a + b);
                self.totals[d][m].put(out, sum, || series(m, d, None));
            }
        }
    }
}

impl Probe for NetworkProbe {
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
        let text = self.source.read_or_refuse(&mut self.buffer)?;
        for interface in &mut self.interfaces {
            interface.is_seen = false;
        }
        for (i, (name, counts)) in lines(text).filter_map(interface_line).enumerate() {
            let interface = place(&mut self.interfaces, i, name, &self.root);
            interface.is_seen = true;
            interface.is_used |= counts.iter().any(|flow| flow[0] > 0);
            for (d, counts) in counts.into_iter().enumerate() {
                for (m, count) in counts.into_iter().enumerate() {
                    let rate = interface.rates[d][m].per_second(count, now.elapsed);
                    interface.now[d][m] = rate;
                    // An interface that never carried anything would fill the list with lines at zero.
                    if interface.is_used && interface.kind != Kind::Pair {
                        let name = &*interface.name;
                        interface.tracks[d][m].put(out, rate, || series(m, d, Some(name)));
                    }
                }
            }
        }
        // Pairs are forgotten when they go, since their names do not come again.
        self.interfaces.retain(|interface| interface.is_seen || interface.kind != Kind::Pair);
        for interface in self.interfaces.iter_mut().filter(|interface| !interface.is_seen) {
            interface.rates = Default::default();
        }
        self.put_totals(out);
        Ok(())
    }
}

fn series(measure: usize, direction: usize, interface: Option<&str>) -> SeriesDef {
    let (metric, unit, names) = MEASURES[measure];
    let name = names[direction];
    let direction = ("network.io.direction", DIRECTIONS[direction]);
    match interface {
        None => TOPIC.series(metric, &[direction], unit, name, ""),
        Some(interface) => {
            TOPIC.series(metric, &[direction, ("network.interface.name", interface)], unit, name, interface)
        }
    }
}

/// An interface's name and what it counted.
fn interface_line(line: &[u8]) -> Option<(&[u8], PerFlow<u64>)> {
    // Names may hold a colon of their own.
    let colon = line.iter().rposition(|b| *b == b':')?;
    let name = fields(&line[..colon]).next()?;
    let mut values = [0u64; 12];
    let mut rest = fields(&line[colon + 1..]);
    for value in &mut values {
        *value = number(rest.next()?)?;
    }
    let flow = |at: usize| [values[at], values[at + 1], values[at + 2], values[at + 3]];
    Some((name, [flow(0), flow(8)]))
}

/// The interface of a line, which is nearly always where it was.
fn place<'i>(interfaces: &'i mut Vec<Interface>, line: usize, name: &[u8], root: &Root) -> &'i mut Interface {
    let is_it = |interface: &Interface| interface.name.as_bytes() == name;
    let at = if interfaces.get(line).is_some_and(is_it) { Some(line) } else { interfaces.iter().position(is_it) };
    let at = at.unwrap_or_else(|| {
        let name = text(name);
        interfaces.push(Interface {
            kind: Kind::of(&name, root),
            name: name.into(),
            is_seen: true,
            is_used: false,
            rates: Default::default(),
            tracks: Default::default(),
            now: Default::default(),
        });
        interfaces.len() - 1
    });
    &mut interfaces[at]
}

impl Kind {
    fn of(name: &str, root: &Root) -> Self {
        let folder = root.sys.join("class/net").join(name);
        if folder.join("device").exists() {
            Self::Device
        } else if folder.join("bridge").exists() {
            Self::Virtual
        } else if PAIRS.iter().any(|pair| name.starts_with(pair)) {
            Self::Pair
        } else if name.contains('.') || VIRTUAL.iter().any(|v| name.starts_with(v)) {
            Self::Virtual
        } else {
            Self::Plain
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::world::{Watched, World};
    use super::*;

    #[test]
    fn interfaces_and_totals_of_a_recorded_machine() {
        let world = World::recorded("host");
        let mut network = Watched::new(NetworkProbe::new(&world.root()));
        assert!(network.read(0).is_empty());
        world.becomes("host-later");
        let lines = network.read(2000);
        // docker0 carries what eth0 carries; ifb0 never carried anything; the pair has no series.
        for (line, is_there) in [
            (r#"system.network.io{network.interface.name="eth0",network.io.direction="receive"} 5000"#, true),
            (r#"system.network.packet.count{network.interface.name="eth0",network.io.direction="transmit"} 10"#, true),
            (r#"system.network.errors{network.interface.name="eth0",network.io.direction="receive"} 0.5"#, true),
            (r#"system.network.packet.dropped{network.interface.name="eth0",network.io.direction="receive"} 1"#, true),
            (r#"system.network.io{network.interface.name="docker0",network.io.direction="receive"} 2000"#, true),
            (r#"system.network.io{network.io.direction="receive"} 5000"#, true),
            (r#"system.network.io{network.io.direction="transmit"} 1000"#, true),
        ] {
            assert_eq!(lines.iter().any(|l| l == line), is_there, "{line} in {lines:#?}");
        }
        assert!(!lines.iter().any(|line| line.contains("ifb0") || line.contains("veth")));
    }

    #[test]
    fn ends_of_pairs_are_told_from_bridges_and_plain_interfaces() {
        let world = World::empty();
        world.write("sys/class/net/lxcbr0/bridge/bridge_id", "8000.00163e000000");
        for (name, is_pair) in [
            ("veth3f2a", true),
            ("cali9e1", true),
            ("lxc5d0", true),
            ("vnet7", true),
            ("lxcbr0", false),
            ("eth0", false),
        ] {
            assert_eq!(Kind::of(name, &world.root()) == Kind::Pair, is_pair, "{name}");
        }
    }

    #[test]
    fn in_a_container_the_plain_interface_is_the_way_out() {
        let world = World::empty();
        let mut network = Watched::new(NetworkProbe::new(&world.root()));
        for (millis, bytes) in [(0, 0), (1000, 70)] {
            let line = |name: &str| format!("{name}: {bytes} 0 0 0 0 0 0 0 {bytes} 0 0 0 0 0 0 0\n");
            world.write("proc/net/dev", &format!("Inter-|\n face |bytes\n{}{}", line("    lo"), line("  eth0")));
            let totals = network.read_metric(millis, "system.network.io");
            let totals: Vec<_> = totals.into_iter().filter(|line| !line.contains("name")).collect();
            let expect = if millis == 0 {
                vec![]
            } else {
                vec![r#"{network.io.direction="receive"} 70"#, r#"{network.io.direction="transmit"} 70"#]
            };
            assert_eq!(totals, expect);
        }
    }

    #[test]
    fn lines_are_read_by_their_last_colon() {
        for (line, expect) in [
            ("eth0:1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16", Some(("eth0", [[1, 2, 3, 4], [9, 10, 11, 12]]))),
            ("  eth0:1: 1 2 3 4 5 6 7 8 9 10 11 12", Some(("eth0:1", [[1, 2, 3, 4], [9, 10, 11, 12]]))),
            (" face |bytes packets", None),
            ("eth0: 1 2 3", None),
        ] {
            let got = interface_line(line.as_bytes());
            assert_eq!(got.map(|(name, counts)| (text(name).into_owned(), counts)), expect.map(|(n, c)| (n.into(), c)));
        }
    }

    proptest::proptest! {
        #[test]
        fn no_bytes_make_it_panic(bytes: Vec<u8>) {
            let _ = interface_line(&bytes);
        }
    }
}
