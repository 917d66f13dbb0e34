//! States of a machine and the words they make.

use std::sync::Arc;
use std::time::Duration;

use super::*;
use crate::model::quantity::THIN_SPACE;
use crate::model::{ProbeId, SeriesDef, SeriesGroup, SeriesInfo, WorkerState, WorkerStatus};

const CPU: &str = "system.cpu.utilization";
const MEMORY: &str = "system.memory.utilization";
const CPU_WAIT: &str = r#"system.linux.pressure.stalled{kind="some",resource="cpu"}"#;
const MEMORY_WAIT: &str = r#"system.linux.pressure.stalled{kind="some",resource="memory"}"#;
const IO_WAIT: &str = r#"system.linux.pressure.stalled{kind="some",resource="io"}"#;
const READ: &str = r#"system.disk.io{disk.io.direction="read"}"#;
const WRITE: &str = r#"system.disk.io{disk.io.direction="write"}"#;
const DISK_BUSY: &str = "system.linux.disk.busy_max";
const DISK_AWAIT: &str = "system.linux.disk.await";
const IN: &str = r#"system.network.io{network.io.direction="receive"}"#;
const OUT: &str = r#"system.network.io{network.io.direction="transmit"}"#;
const RETRANSMITS: &str = "system.linux.tcp.retransmit_ratio";
const LOAD: &str = "system.cpu.load_average.1m";

/// The machine of the design's picture, calm: each series with its present value.
const CALM: [(&str, f64); 13] = [
    (CPU, 0.04),
    (LOAD, 0.4),
    (MEMORY, 0.373),
    (CPU_WAIT, 0.002),
    (MEMORY_WAIT, 0.0),
    (IO_WAIT, 0.004),
    (READ, 4.5e6),
    (WRITE, 16e6),
    (DISK_BUSY, 0.14),
    (DISK_AWAIT, 0.000_6),
    (IN, 5.4e6),
    (OUT, 14.8e6),
    (RETRANSMITS, 0.000_2),
];

struct Steady(Vec<f64>);

impl Past for Steady {
    fn recent(&self, id: SeriesId, span: Duration) -> Option<SpanStats> {
        let value = *self.0.get(id.0 as usize)?;
        let count = span.as_secs() as u32;
        value.is_finite().then_some(SpanStats { mean: value, max: value, count })
    }
}

struct World {
    series: Vec<SeriesInfo>,
    values: Vec<f64>,
    programs: Vec<ProgramTotal>,
    probes: Vec<ProbeStatus>,
    health: Health,
    state: SummaryState,
    now: i64,
}

impl World {
    fn calm() -> Self {
        let mut world = Self {
            series: Vec::new(),
            values: Vec::new(),
            programs: Vec::new(),
            probes: Vec::new(),
            health: Health::default(),
            state: SummaryState::default(),
            now: 0,
        };
        world.set(&CALM);
        world
    }

    fn set(&mut self, values: &[(&str, f64)]) {
        for (key, value) in values {
            let key = key.parse().expect(key);
            if let Some(info) = self.series.iter().find(|info| info.def.key == key) {
                self.values[info.id.0 as usize] = *value;
                continue;
            }
            let def = SeriesDef {
                key,
                unit: Unit::Ratio,
                group: SeriesGroup::Cpu,
                name: "".into(),
                instance: "".into(),
                probe: ProbeId("any"),
                cadence: None,
            };
            self.series.push(SeriesInfo { id: SeriesId(self.series.len() as u32), def: Arc::new(def) });
            self.values.push(*value);
        }
    }

    fn program(&mut self, name: &str, cores: f64, gib: u64) {
        self.programs.push(ProgramTotal {
            name: name.into(),
            n_processes: 1,
            cpu_cores: Some(cores),
            memory_bytes: Some(gib << 30),
            disk_bytes_per_second: None,
        });
    }

    fn probe(&mut self, id: &'static str, title: &str, state: ProbeState) {
        self.probes.push(ProbeStatus {
            id: ProbeId(id),
            title: title.into(),
            group: SeriesGroup::Pressure,
            state,
            cost: Duration::ZERO,
            cadence: None,
            n_series: 0,
        });
    }

    fn overview_at(&mut self, minute: i64) -> Overview {
        self.now = minute * 60_000;
        let machine = MachineInfo { n_cores: 16, memory_bytes: 67_323_886_797, ..MachineInfo::default() };
        let input = SummaryInput {
            now: Timestamp::from_millis(self.now),
            machine: &machine,
            index: &SummaryIndex::new(&self.series),
            latest: &self.values,
            past: &Steady(self.values.clone()),
            programs: &self.programs,
            n_processes: 312,
            probes: &self.probes,
            health: &self.health,
            units: &Units::default(),
            interval: Duration::from_secs(1),
            clock: &|at| {
                let minutes = at.as_millis() / 60_000;
                format!("{:02}:{:02}", minutes / 60, minutes % 60)
            },
        };
        overview(&input, &mut self.state)
    }
}

fn plain(text: &str) -> String {
    text.replace(THIN_SPACE, " ")
}

fn words(overview: &Overview) -> [String; 3] {
    [plain(&overview.trouble), plain(&overview.calm), plain(&overview.detail)]
}

fn attention(overview: &Overview) -> Vec<String> {
    overview.attention.iter().map(|a| plain(&format!("{:?}: {} | {}", a.level, a.text, a.detail))).collect()
}

fn tile(overview: &Overview, kind: TileKind) -> String {
    let tile = overview.tiles.iter().find(|tile| tile.kind == kind).expect("every kind has its tile");
    let value = match &tile.value {
        Ok(value) => value.text(&Units::default()),
        Err(why) => format!("({why})"),
    };
    plain(&format!("{} | {} | {value} | {}", tile.title, tile.word, tile.detail))
}

#[test]
fn states_make_sentences() {
    for (changes, trouble, calm, detail) in [
        (&[][..], "", "All is calm: CPU 4.0 %, memory 37 %.", "Worst of the last 5 min: CPU 4.0 %, disks 14.0 % busy."),
        (
            &[(CPU, 0.83), (CPU_WAIT, 0.178)],
            "CPU is busy: 83 %, mostly postgres.",
            "Memory and disks are calm.",
            "For less than a minute. Work waits for the CPU: 17.8 % of the time.",
        ),
        (
            &[(CPU, 0.97)],
            "CPU is at its limit: 97 %, mostly postgres.",
            "Memory and disks are calm.",
            "For less than a minute.",
        ),
        (
            &[(MEMORY, 0.88), (CPU, 0.83)],
            "CPU is busy: 83 %, mostly postgres; memory is tight: 88 %.",
            "Disks are calm.",
            "For less than a minute.",
        ),
        (
            &[(MEMORY, 0.96), (CPU, 0.83)],
            "Memory is nearly full: 96 %; CPU is busy: 83 %, mostly postgres.",
            "Disks are calm.",
            "For less than a minute.",
        ),
        (
            &[(DISK_BUSY, 0.91), (IO_WAIT, 0.5)],
            "Disks are busy: 91 % of the time.",
            "CPU and memory are calm.",
            "For less than a minute. Work waits for disks: 50 % of the time.",
        ),
        (
            &[(CPU_WAIT, 0.12)],
            "Work waits for the CPU: 12.0 % of the time.",
            "CPU, memory and disks are calm.",
            "For less than a minute.",
        ),
        (
            &[(RETRANSMITS, 0.021)],
            "Network loses packets: 2.1 % are sent again.",
            "CPU, memory and disks are calm.",
            "For less than a minute.",
        ),
    ] {
        let mut world = World::calm();
        world.set(changes);
        world.program("postgres", 8.13, 9);
        world.program("checkout", 3.21, 3);
        assert_eq!(words(&world.overview_at(862)), [trouble, calm, detail], "{changes:?}");
    }
}

#[test]
fn what_no_tile_tells_is_in_the_sentence_too() {
    let mut world = World::calm();
    world.set(&[
        (r#"system.filesystem.usage{system.filesystem.mountpoint="/",system.filesystem.state="free"}"#, 8e9),
        (r#"system.filesystem.utilization{system.filesystem.mountpoint="/"}"#, 0.92),
    ]);
    let overview = world.overview_at(0);
    assert_eq!(words(&overview), ["/ is 92 % full.", "CPU, memory and disks are calm.", "7.45 GiB free."]);
    assert_eq!(overview.level, Level::Busy);
    world.set(&[(CPU, 0.83), (r#"system.filesystem.utilization{system.filesystem.mountpoint="/var"}"#, 0.99)]);
    let [trouble, calm, detail] = words(&world.overview_at(0));
    assert_eq!((&*trouble, &*calm), ("CPU is busy: 83 %.", "Memory and disks are calm."));
    assert_eq!(detail, "For less than a minute. /var is 99 % full; / is 92 % full.");
}

#[test]
fn no_program_is_blamed_for_less_than_half() {
    let mut world = World::calm();
    world.set(&[(CPU, 0.83)]);
    world.program("postgres", 6.6, 9);
    assert_eq!(plain(&world.overview_at(0).trouble), "CPU is busy: 83 %.");
}

#[test]
fn the_second_line_tells_since_when() {
    let mut world = World::calm();
    world.set(&[(CPU, 0.83)]);
    world.overview_at(862);
    for minute in [862, 863, 864] {
        // Kept awake: a level that is not seen for half a minute begins anew.
        for half in [0, 1] {
            world.state.busy_since(TileKind::Cpu, Level::Busy, Timestamp::from_millis(minute * 60_000 + half * 30_000));
        }
    }
    world.state.busy_since(TileKind::Cpu, Level::Busy, Timestamp::from_millis(864 * 60_000 + 59_000));
    let overview = world.overview_at(865);
    assert_eq!(plain(&overview.detail), "For 3 min, since 14:22.");
    assert_eq!(attention(&overview), ["Busy: CPU above 80 % for 3 min | Now 83 %, worst 83 % in the last 5 min"]);
}

#[test]
fn tiles_say_what_the_picture_says() {
    let mut world = World::calm();
    world.set(&[(CPU, 0.83), (LOAD, 14.2), (CPU_WAIT, 0.178)]);
    let overview = world.overview_at(0);
    for (kind, expect) in [
        (TileKind::Cpu, "CPU | Busy | 83 % | 13.3 of 16 cores, load 14.2"),
        (TileKind::Memory, "Memory | Calm | 37 % | 23.4 GiB of 62.7 GiB"),
        (TileKind::Pressure, "Pressure, CPU | Raised | 17.8 % | Memory 0 %, I/O 0.4 %"),
        (TileKind::Disks, "Disks | Calm | 20.5 MB/s | Busy 14.0 %, await 600 µs"),
        (TileKind::Network, "Network, out | Calm | 14.8 MB/s | In 5.40 MB/s, retransmits < 0.1 %"),
    ] {
        assert_eq!(tile(&overview, kind), expect);
    }
    assert_eq!(overview.level, Level::Busy);
    let ids: Vec<Option<u32>> = overview.tiles.iter().map(|tile| tile.series.map(|id| id.0)).collect();
    assert_eq!(ids, [Some(0), Some(2), Some(3), Some(7), Some(11)], "CPU, memory, CPU pressure, writes, sent");
    assert!(overview.tiles.iter().all(|tile| !tile.source.is_empty()));
}

#[test]
fn the_network_tile_turns_only_for_twice_as_much() {
    let mut world = World::calm();
    for (received, sent, expect) in [(5.0, 9.0, "in"), (5.0, 10.1, "out"), (9.0, 5.0, "out"), (11.0, 5.0, "in")] {
        world.set(&[(IN, received), (OUT, sent)]);
        let overview = world.overview_at(0);
        assert_eq!(&*overview.tiles[4].title, format!("Network, {expect}"), "{received} in, {sent} out");
    }
}

#[test]
fn where_a_number_is_not_to_be_had_its_reason_stands() {
    let mut world = World::calm();
    world.set(&[(CPU_WAIT, f64::NAN), (MEMORY_WAIT, f64::NAN), (IO_WAIT, f64::NAN)]);
    world.probe("any", "All", ProbeState::Unsupported { why: "This kernel was built without PSI".into() });
    let overview = world.overview_at(0);
    assert_eq!(
        tile(&overview, TileKind::Pressure),
        "Pressure | Not available | (This kernel was built without PSI) | "
    );
    assert_eq!(plain(&overview.calm), "All is calm: CPU 4.0 %, memory 37 %.");
    assert_eq!(overview.level, Level::Calm);
    assert!(overview.attention.is_empty(), "what cannot be read here needs no attention");
}

#[test]
fn what_cannot_be_read_is_not_called_calm() {
    let mut world = World::calm();
    world.set(&[(READ, f64::NAN), (WRITE, f64::NAN)]);
    let why = "/proc/diskstats: permission denied".into();
    world.probe("any", "All", ProbeState::Failed { since: Timestamp::default(), why });
    let expect = ["", "CPU and memory are calm.", "No reading of disks: /proc/diskstats: permission denied."];
    assert_eq!(words(&world.overview_at(0)), expect);
    world.set(&[(CPU, f64::NAN)]);
    assert_eq!(words(&world.overview_at(0))[1], "Memory is calm.");
    world.probes.clear();
    assert_eq!(words(&world.overview_at(0))[1], "The first figures come with the second reading.");
}

#[test]
fn before_the_second_reading_nothing_is_claimed() {
    let mut world = World::calm();
    world.series.clear();
    let overview = world.overview_at(0);
    assert_eq!(words(&overview), ["", "The first figures come with the second reading.", ""]);
    assert_eq!((overview.level, overview.tiles.len()), (Level::Unknown, 5));
    assert_eq!(tile(&overview, TileKind::Cpu), "CPU | No data | (Comes with the second reading) | ");
}

#[test]
fn what_needs_attention_is_told_the_worst_first() {
    let mut world = World::calm();
    world.set(&[
        (r#"system.filesystem.usage{system.filesystem.mountpoint="/",system.filesystem.state="free"}"#, 8e9),
        (r#"system.filesystem.utilization{system.filesystem.mountpoint="/"}"#, 0.92),
        (r#"system.filesystem.utilization{system.filesystem.mountpoint="/home"}"#, 0.5),
        (r#"system.paging.operations{system.paging.direction="in"}"#, 300.0),
        ("system.linux.memory.oom_kills", 0.01),
    ]);
    let since = Timestamp::from_millis(60_000);
    world.probe("disk", "Disks", ProbeState::Failed { since, why: "/proc/diskstats: permission denied".into() });
    world.health.dropped_batches = 3;
    let stopped = WorkerState::Stopped { at: since, why: "index out of bounds".into() };
    world.health.workers.push(WorkerStatus { name: "sample", state: stopped, n_restarts: 3 });
    assert_eq!(
        attention(&world.overview_at(5)),
        [
            "Critical: 3 processes were ended for want of memory | By the kernel, in the last 5 min",
            "Critical: Perfdesk's worker sample stopped at 00:01 | index out of bounds",
            "Busy: Memory moves to and from swap | Pages in 300 /s, out 0 /s",
            "Busy: / is 92 % full | 7.45 GiB free",
            "Busy: Disks: no reading since 00:01 | /proc/diskstats: permission denied",
            "Busy: Perfdesk fell behind and threw readings away | 3 since the start, last at 00:05",
        ]
    );
    world.set(&[("system.linux.memory.oom_kills", 0.0)]);
    let later = attention(&world.overview_at(11));
    assert!(!later.iter().any(|line| line.contains("threw") || line.contains("ended for")), "{later:#?}");
}

#[test]
fn programs_and_cores_come_with_their_series() {
    let mut world = World::calm();
    world.set(&[
        (r#"system.cpu.utilization{cpu.logical_number="10"}"#, 0.5),
        (r#"system.cpu.utilization{cpu.logical_number="9"}"#, 0.25),
        (r#"system.cpu.utilization{cpu.logical_number="9",cpu.mode="user"}"#, 0.125),
        (r#"process.cpu.utilization{process.executable.name="postgres"}"#, 0.3),
    ]);
    for i in 0..40 {
        world.program(if i == 0 { "postgres" } else { "other" }, 1.0, 1);
    }
    let overview = world.overview_at(0);
    assert_eq!(overview.cores, [(SeriesId(14), 0.25), (SeriesId(13), 0.5)]);
    assert_eq!((overview.programs.len(), overview.n_processes), (32, 312));
    assert_eq!((overview.programs[0].series, overview.programs[1].series), (Some(SeriesId(16)), None));
}

#[test]
fn spans_read_as_a_person_says_them() {
    for (seconds, expect) in [
        (45, "45 s"),
        (60, "1 min"),
        (3599, "59 min"),
        (3600, "1 h"),
        (7500, "2 h 5 min"),
        (100_000, "27 h 46 min"),
        (260_000, "3 days"),
    ] {
        assert_eq!(plain(&span_text(Duration::from_secs(seconds))), expect);
    }
}
