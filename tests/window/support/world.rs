//! A made-up machine: 4 cores, postgres busy, one probe absent, one failed, 312 processes.

use std::sync::Arc;
use std::time::Duration;

use perfdesk::model::*;

pub const NOW: Timestamp = Timestamp::from_millis(1_795_444_448_000);

pub fn snapshot() -> Snapshot {
    let series = series();
    let latest: Vec<f64> = series.iter().map(|info| latest(&info.def)).collect();
    let overview = overview(&series);
    Snapshot {
        seq: 7,
        at: Some(NOW),
        interval: Duration::from_secs(1),
        machine: Arc::new(MachineInfo {
            host: "atlas-02".into(),
            system: "Debian 12".into(),
            kernel: "6.18".into(),
            cpu: "AMD EPYC".into(),
            n_cores: 4,
            memory_bytes: 64 << 30,
            booted_at: Some(NOW.minus(Duration::from_secs(86_400))),
            limits: None,
        }),
        latest: latest.into(),
        series: series.into(),
        overview: Arc::new(overview),
        processes: Arc::new(processes()),
        probes: probes().into(),
        health: Arc::new(health()),
        settings: Arc::new(Settings { theme: ThemeChoice::Dark, ..Settings::default() }),
        folders: Arc::new(Folders {
            config: "/home/ada/.config/perfdesk".into(),
            data: "/home/ada/.local/share/perfdesk".into(),
        }),
        ..Snapshot::default()
    }
}

fn series() -> Vec<SeriesInfo> {
    let mut all = Vec::new();
    let mut add = |metric: &str, attributes: &[(&str, &str)], unit, group, name: &str, instance: &str, probe| {
        let key = SeriesKey::new(metric, attributes);
        let (name, instance, probe) = (name.into(), instance.into(), ProbeId(probe));
        let def = SeriesDef { key, unit, group, name, instance, probe, cadence: None };
        all.push(SeriesInfo { id: SeriesId(all.len() as u32), def: Arc::new(def) });
    };
    use SeriesGroup as G;
    add("system.cpu.utilization", &[], Unit::Ratio, G::Cpu, "CPU", "", "cpu");
    for core in ["0", "1", "2", "3"] {
        let instance = format!("core {core}");
        add("system.cpu.utilization", &[("cpu", core)], Unit::Ratio, G::Cpu, "CPU", &instance, "cpu");
    }
    add("system.memory.utilization", &[], Unit::Ratio, G::Memory, "Memory used", "", "memory");
    add("system.memory.usage", &[("state", "available")], Unit::Bytes, G::Memory, "Memory available", "", "memory");
    for resource in ["cpu", "memory", "io"] {
        let attributes = [("resource", resource), ("kind", "some")];
        add("system.linux.pressure.stalled", &attributes, Unit::Ratio, G::Pressure, "Pressure", resource, "pressure");
    }
    for direction in ["read", "write"] {
        let name = format!("Disk {direction}");
        let key = ("disk.io.direction", direction);
        add("system.disk.io", &[key], Unit::BytesPerSecond, G::Disks, &name, "", "disk");
        add(
            "system.disk.io",
            &[key, ("system.device", "nvme0n1")],
            Unit::BytesPerSecond,
            G::Disks,
            &name,
            "nvme0n1",
            "disk",
        );
    }
    for direction in ["receive", "transmit"] {
        let name = format!("Network {direction}");
        let key = ("network.io.direction", direction);
        add("system.network.io", &[key], Unit::BytesPerSecond, G::Network, &name, "", "network");
        add(
            "system.network.io",
            &[key, ("network.interface.name", "eth0")],
            Unit::BytesPerSecond,
            G::Network,
            &name,
            "eth0",
            "network",
        );
    }
    add("perfdesk.program.cpu", &[("program", "postgres")], Unit::Cores, G::Programs, "CPU", "postgres", "process");
    all
}

fn latest(def: &SeriesDef) -> f64 {
    match def.unit {
        Unit::Ratio => 0.83,
        Unit::Bytes => 23.4 * (1u64 << 30) as f64,
        Unit::BytesPerSecond => 20.5e6,
        Unit::Cores => 2.1,
        _ => 1.0,
    }
}

fn overview(series: &[SeriesInfo]) -> Overview {
    let id = |key: SeriesKey| series.iter().find(|info| info.def.key == key).map(|info| info.id);
    let tile = |kind, title: &str, level, word: &str, value, detail: &str, key| Tile {
        kind,
        title: title.into(),
        level,
        word: word.into(),
        value,
        detail: detail.into(),
        series: id(key),
        threshold: Some(0.8),
        source: "/proc/stat".into(),
    };
    let ratio = |value| Ok(Quantity::new(value, Unit::Ratio));
    let rate = |value| Ok(Quantity::new(value, Unit::BytesPerSecond));
    let pressure = SeriesKey::new("system.linux.pressure.stalled", &[("resource", "cpu"), ("kind", "some")]);
    let tiles = vec![
        tile(
            TileKind::Cpu,
            "CPU",
            Level::Busy,
            "Busy",
            ratio(0.83),
            "3.3 of 4 cores, load 4.2",
            SeriesKey::new("system.cpu.utilization", &[]),
        ),
        tile(
            TileKind::Memory,
            "Memory",
            Level::Calm,
            "Calm",
            ratio(0.37),
            "23.4 GiB of 64 GiB",
            SeriesKey::new("system.memory.utilization", &[]),
        ),
        tile(
            TileKind::Pressure,
            "Pressure, CPU",
            Level::Unknown,
            "No data",
            Err("this kernel was built without PSI".into()),
            "",
            pressure,
        ),
        tile(
            TileKind::Disks,
            "Disks",
            Level::Calm,
            "Calm",
            rate(20.5e6),
            "Busy 14 %, await 0.6 ms",
            SeriesKey::new("system.disk.io", &[("disk.io.direction", "write")]),
        ),
        tile(
            TileKind::Network,
            "Network, out",
            Level::Calm,
            "Calm",
            rate(14.8e6),
            "In 5.4 MB/s",
            SeriesKey::new("system.network.io", &[("network.io.direction", "transmit")]),
        ),
    ];
    let program = |name: &str, n_processes, cpu, memory| ProgramRow {
        name: name.into(),
        n_processes,
        cpu_cores: Some(cpu),
        memory_bytes: memory,
        disk_bytes_per_second: Some(1.1e6),
        series: None,
    };
    Overview {
        level: Level::Busy,
        trouble: "CPU is busy: 83 %, mostly postgres".into(),
        calm: "Memory and disks are calm".into(),
        detail: "For 11 min, since 14:22".into(),
        tiles,
        cores: (1..=4).map(|i| (SeriesId(i), 0.7 + 0.05 * f64::from(i))).collect(),
        programs: vec![
            program("postgres", 52, 2.1, Some(9 << 30)),
            program("checkout", 8, 0.8, Some(3 << 30)),
            program("kworker", 31, 0.1, None),
            program("perfdesk", 1, 0.004, Some(38 << 20)),
        ],
        n_processes: 312,
        attention: vec![Attention {
            level: Level::Busy,
            text: "CPU has been above 80 % for 11 min".into(),
            detail: "worst 94 % at 14:26".into(),
            place: Place::Charts,
        }],
    }
}

fn processes() -> ProcessTable {
    let row = |pid: u32, parent: Option<u32>, name: &str, user: &str, cpu: f32, memory: Option<u64>| ProcessRow {
        key: ProcessKey { pid, start_mark: u64::from(pid) * 10 },
        parent,
        name: name.into(),
        command: if memory.is_some() { format!("/usr/bin/{name} --serve").into() } else { "".into() },
        user: user.into(),
        state: if cpu > 0.3 { ProcessState::Running } else { ProcessState::Sleeping },
        n_threads: 3,
        cpu_cores: Some(cpu),
        wait_cores: Some(0.01),
        memory_bytes: memory,
        read_bytes_per_second: memory.map(|_| 1_000.0),
        write_bytes_per_second: memory.map(|_| 2_600_000.0),
        started_at: NOW.minus(Duration::from_secs(3_600)),
        is_kernel: memory.is_none(),
    };
    let mut rows = vec![
        row(1, None, "systemd", "root", 0.001, Some(14 << 20)),
        row(2, None, "kthreadd", "root", 0.0, None),
        row(16, Some(2), "ksoftirqd/0", "root", 0.06, None),
        row(412, Some(1), "systemd-journald", "root", 0.05, Some(92 << 20)),
        row(2234, Some(1), "postgres", "postgres", 0.44, Some(391 << 20)),
        row(2251, Some(2234), "postgres: worker 3", "postgres", 0.41, Some(388 << 20)),
    ];
    rows.extend((0..306).map(|i| row(3000 + i, Some(1), &format!("idle-{i}"), "ada", 0.0, Some(5 << 20))));
    ProcessTable { at: NOW, rows: rows.into() }
}

fn probes() -> Vec<ProbeStatus> {
    let probe = |id, title: &str, group, state| ProbeStatus {
        id: ProbeId(id),
        title: title.into(),
        group,
        state,
        cost: Duration::from_micros(120),
        cadence: None,
        n_series: 4,
    };
    let absent = ProbeState::Unsupported { why: "this kernel was built without PSI".into() };
    let failed = ProbeState::Failed {
        since: NOW.minus(Duration::from_secs(90)),
        why: "permission denied reading /sys/class/powercap".into(),
    };
    vec![
        probe("cpu", "CPU", SeriesGroup::Cpu, ProbeState::Working),
        probe("memory", "Memory", SeriesGroup::Memory, ProbeState::Working),
        probe("pressure", "Pressure stall", SeriesGroup::Pressure, absent),
        probe("disk", "Disks", SeriesGroup::Disks, ProbeState::Working),
        probe("power", "Power", SeriesGroup::Sensors, failed),
    ]
}

fn health() -> Health {
    Health {
        started_at: NOW.minus(Duration::from_secs(600)),
        cpu_ratio: Some(0.003),
        memory_bytes: Some(38 << 20),
        n_passes: 600,
        sample_p50_seconds: Some(0.001_1),
        sample_p99_seconds: Some(0.002_9),
        engine_p50_seconds: Some(0.000_3),
        engine_p99_seconds: Some(0.000_9),
        skipped_ticks: 2,
        dropped_batches: 0,
        n_series: 19,
        n_samples: 11_400,
        window_bytes: 91_200,
        workers: vec![
            WorkerStatus { name: "sample", state: WorkerState::Running, n_restarts: 0 },
            WorkerStatus {
                name: "job",
                state: WorkerState::Restarted {
                    at: NOW.minus(Duration::from_secs(30)),
                    why: "index out of bounds".into(),
                },
                n_restarts: 1,
            },
        ],
        queues: vec![QueueStatus { name: "input", length: 1, capacity: 256, dropped: 0 }],
    }
}
