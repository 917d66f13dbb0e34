//! TCP: retransmissions and connections, out of /proc/net/snmp and /proc/net/sockstat.
//!
//! Never out of /proc/net/tcp: the kernel walks its whole table of connections for that.

use super::Root;
use super::parse::{fields, lines, number};
use super::source::Source;
use crate::model::{ProbeId, SeriesDef, SeriesGroup, Unit};
use crate::sampling::rate::Rate;
use crate::sampling::track::{Topic, Track};
use crate::sampling::{Cadence, Moment, Probe, ProbeError, Recorder};

const TOPIC: Topic = Topic { probe: "tcp", title: "TCP", group: SeriesGroup::Network, every: None };

/// The probe.
pub struct TcpProbe {
    snmp: Source,
    sockstat: Source,
    buffer: Vec<u8>,
    retransmitted: Rate,
    sent: Rate,
    retransmits: Track,
    share: Track,
    established: Track,
    time_wait: Track,
}

impl TcpProbe {
    /// The probe of the machine under `root`.
    pub fn new(root: &Root) -> Self {
        let [retransmitted, sent] = [Rate::default(); 2];
        let [retransmits, share, established, time_wait] = [Track::default(); 4];
        Self {
            snmp: Source::new(root.proc.join("net/snmp")),
            sockstat: Source::new(root.proc.join("net/sockstat")),
            buffer: Vec::new(),
            retransmitted,
            sent,
            retransmits,
            share,
            established,
            time_wait,
        }
    }
}

impl Probe for TcpProbe {
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
        let text = self.snmp.read_or_refuse(&mut self.buffer)?;
        let snmp = Snmp::parse(text);
        let again = snmp.retransmitted.and_then(|n| self.retransmitted.step(n, now.elapsed));
        let sent = snmp.sent.and_then(|n| self.sent.step(n, now.elapsed));
        self.retransmits.put(out, again.map(|step| step.per_second()), || {
            let unit = Unit::PerSecond("segment");
            TOPIC.series("system.linux.tcp.retransmits", &[], unit, "TCP retransmits", "")
        });
        // The kernel does not count what it sends again among what it sends.
        let all = again.zip(sent).map(|(again, sent)| (again.growth as f64, again.growth as f64 + sent.growth as f64));
        self.share.put(out, all.filter(|(_, all)| *all > 0.0).map(|(again, all)| again / all), || {
            TOPIC.series("system.linux.tcp.retransmit_ratio", &[], Unit::Ratio, "TCP retransmitted share", "")
        });
        self.established.put(out, snmp.established.map(|n| n as f64), || connections("established", "established"));
        let text = self.sockstat.read_or_refuse(&mut self.buffer)?;
        self.time_wait.put(out, time_wait(text).map(|n| n as f64), || connections("time_wait", "in time wait"));
        Ok(())
    }
}

fn connections(state: &str, words: &str) -> SeriesDef {
    let attributes = [("network.connection.state", state), ("network.transport", "tcp")];
    let unit = Unit::Count("connection");
    TOPIC.series("system.network.connection.count", &attributes, unit, &format!("TCP connections {words}"), "")
}

/// What is of use of TCP's two lines, the names and the values.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
struct Snmp {
    retransmitted: Option<u64>,
    sent: Option<u64>,
    established: Option<u64>,
}

impl Snmp {
    fn parse(text: &[u8]) -> Self {
        let mut snmp = Self::default();
        let mut of_tcp = lines(text).filter_map(|line| line.strip_prefix(b"Tcp:"));
        let (Some(names), Some(values)) = (of_tcp.next(), of_tcp.next()) else { return snmp };
        for (name, value) in fields(names).zip(fields(values)) {
            match name {
                b"RetransSegs" => snmp.retransmitted = number(value),
                b"OutSegs" => snmp.sent = number(value),
                b"CurrEstab" => snmp.established = number(value),
                _ => {}
            }
        }
        snmp
    }
}

/// Connections that wait for stray packets after their end.
fn time_wait(text: &[u8]) -> Option<u64> {
    let line = lines(text).find_map(|line| line.strip_prefix(b"TCP:"))?;
    fields(line).skip_while(|field| *field != b"tw").nth(1).and_then(number)
}

#[cfg(test)]
mod tests {
    use super::super::world::{Watched, World};
    use super::*;

    #[test]
    fn a_recorded_machine_retransmits_a_share_of_what_it_sends() {
        let world = World::recorded("host");
        let mut tcp = Watched::new(TcpProbe::new(&world.root()));
        let counts = [
            r#"system.network.connection.count{network.connection.state="established",network.transport="tcp"} 12"#,
            r#"system.network.connection.count{network.connection.state="time_wait",network.transport="tcp"} 3"#,
        ];
        assert_eq!(tcp.read(0), counts);
        world.becomes("host-later");
        assert_eq!(tcp.read(2000)[..2], ["system.linux.tcp.retransmits 5", "system.linux.tcp.retransmit_ratio 0.05"]);
        // Nothing was sent since: a share of nothing is not zero.
        assert_eq!(tcp.read(3000), ["system.linux.tcp.retransmits 0", counts[0], counts[1]]);
    }

    #[test]
    fn what_is_missing_in_the_lines_is_absent() {
        assert_eq!(Snmp::parse(b"Tcp: A CurrEstab\nTcp: 1 2\n"), Snmp { established: Some(2), ..Snmp::default() });
        assert_eq!(Snmp::parse(b"Tcp: CurrEstab\n"), Snmp::default());
        assert_eq!(time_wait(b"sockets: used 15\nTCP: inuse 1 orphan 0 tw 7 alloc 1 mem 0\n"), Some(7));
        assert_eq!(time_wait(b"TCP: tw"), None);
    }

    proptest::proptest! {
        #[test]
        fn no_bytes_make_it_panic(bytes: Vec<u8>) {
            let _ = (Snmp::parse(&bytes), time_wait(&bytes));
        }
    }
}
