//! Filesystems: bytes and inodes used, every 30 s, without ever waiting on a mount that does not answer.
//!
//! The questions are put on another thread; each pass takes the answers that came. A mount that is silent for 5 s
//! is named as the reason of the failure and not asked again until its answer comes.

use std::io;
use std::sync::Arc;
use std::time::Duration;

use super::Root;
use super::inquiry::{Inquiry, Standing};
use super::mounts::{Mount, mounts};
use super::source::Source;
use crate::model::{ProbeId, SeriesGroup, Unit};
use crate::sampling::track::{Topic, Track};
use crate::sampling::{Cadence, Moment, Probe, ProbeError, Recorder};

const EVERY: Duration = Duration::from_secs(30);
const DEADLINE: Duration = Duration::from_secs(5);
const TOPIC: Topic = Topic { probe: "filesystem", title: "Filesystems", group: SeriesGroup::Disks, every: Some(EVERY) };

/// What a filesystem says of itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Usage {
    /// Bytes in use.
    pub used: u64,
    /// Bytes that programs without privileges can still have.
    pub free: u64,
    /// Inodes in all; 0 where the filesystem has no fixed number.
    pub inodes: u64,
    /// Inodes not in use.
    pub inodes_free: u64,
}

type Answer = io::Result<Usage>;
type Ask = Arc<dyn Fn(&Mount) -> Answer + Send + Sync>;

/// The probe.
pub struct FilesystemProbe {
    mountinfo: Source,
    buffer: Vec<u8>,
    ask: Ask,
    due: Duration,
    open: Option<Inquiry<Mount, Answer>>,
    /// Inquiries whose present question hangs.
    silent: Vec<Inquiry<Mount, Answer>>,
    known: Vec<(Mount, Tracks)>,
    /// The last refusal, until the next round.
    refusal: Option<String>,
}

#[derive(Default)]
struct Tracks {
    used: Track,
    free: Track,
    utilization: Track,
    inodes_used: Track,
    inode_utilization: Track,
}

impl FilesystemProbe {
    /// The probe of the machine under `root`.
    pub fn new(root: &Root) -> Self {
        Self::asking(root, Arc::new(ask_kernel))
    }

    /// A probe that gets its answers from `ask`.
    fn asking(root: &Root, ask: Ask) -> Self {
        Self {
            mountinfo: Source::new(root.proc.join("self/mountinfo")),
            buffer: Vec::new(),
            ask,
            due: Duration::ZERO,
            open: None,
            silent: Vec::new(),
            known: Vec::new(),
            refusal: None,
        }
    }

    /// Asks all mounts that are not silent.
    fn start_round(&mut self, now: Moment) -> Result<(), ProbeError> {
        self.due = now.elapsed + EVERY;
        self.refusal = None;
        let found = mounts(self.mountinfo.read_or_refuse(&mut self.buffer)?);
        // What is no longer mounted is no longer missed.
        self.silent.retain(|inquiry| inquiry.pending().is_some_and(|mount| found.contains(mount)));
        let is_silent = |mount: &Mount| self.silent.iter().any(|inquiry| inquiry.pending() == Some(mount));
        self.ask_these(found.iter().filter(|mount| !is_silent(mount)).cloned().collect(), now)
    }

    fn ask_these(&mut self, questions: Vec<Mount>, now: Moment) -> Result<(), ProbeError> {
        if !questions.is_empty() {
            let started = Inquiry::start("filesystems", questions, self.ask.clone(), now.elapsed);
            self.open = Some(started.map_err(|error| ProbeError::failed(format!("No thread to ask on: {error}")))?);
        }
        Ok(())
    }

    fn take(&mut self, now: Moment, out: &mut Recorder) {
        let (known, refusal) = (&mut self.known, &mut self.refusal);
        let mut take = |mount: &Mount, answer: Answer| match answer {
            Ok(usage) => put(known, out, mount, usage),
            Err(error) => *refusal = Some(format!("Cannot ask {}: {error}", mount.point.display())),
        };
        self.silent.retain_mut(|inquiry| inquiry.look(now.elapsed, &mut take) == Standing::Open);
        if self.open.as_mut().is_some_and(|inquiry| inquiry.look(now.elapsed, &mut take) == Standing::Done) {
            self.open = None;
        }
    }
}

impl Probe for FilesystemProbe {
    fn id(&self) -> ProbeId {
        TOPIC.id()
    }

    fn title(&self) -> &'static str {
        TOPIC.title
    }

    fn group(&self) -> SeriesGroup {
        TOPIC.group
    }

    /// Answers are looked for at every tick, so that they are recorded when they come; questions are put every 30 s.
    fn cadence(&self) -> Cadence {
        Cadence::EveryTick
    }

    fn read(&mut self, now: Moment, out: &mut Recorder) -> Result<(), ProbeError> {
        self.take(now, out);
        if let Some(inquiry) = self.open.take_if(|inquiry| inquiry.waited(now.elapsed) >= DEADLINE) {
            inquiry.give_up();
            let rest = inquiry.rest().to_vec();
            self.silent.push(inquiry);
            self.ask_these(rest, now)?;
        }
        if self.open.is_none() && now.elapsed >= self.due {
            self.start_round(now)?;
        }
        let silent: Vec<String> = self
            .silent
            .iter()
            .filter_map(Inquiry::pending)
            .map(|mount| format!("{} ({}, {})", mount.point.display(), mount.kind, mount.device))
            .collect();
        match (silent.as_slice(), &self.refusal) {
            ([], None) => Ok(()),
            ([], Some(refusal)) => Err(ProbeError::failed(refusal.clone())),
            ([one], _) => Err(ProbeError::failed(format!("{one} does not answer"))),
            (several, _) => Err(ProbeError::failed(format!("{} do not answer", several.join(", ")))),
        }
    }
}

fn put(known: &mut Vec<(Mount, Tracks)>, out: &mut Recorder, mount: &Mount, usage: Usage) {
    let at = known.iter().position(|(other, _)| other == mount).unwrap_or_else(|| {
        known.push((mount.clone(), Tracks::default()));
        known.len() - 1
    });
    let tracks = &mut known[at].1;
    let point = mount.point.to_string_lossy();
    let mut all = [
        ("system.device", mount.device.as_str()),
        ("system.filesystem.mountpoint", &*point),
        ("system.filesystem.type", mount.kind.as_str()),
        ("system.filesystem.state", "used"),
    ];
    let series = |metric: &str, attributes: &[(&str, &str)], unit, name: &str| {
        TOPIC.series(metric, attributes, unit, name, &point)
    };
    let share = |used: u64, free: u64| {
        let all = used as f64 + free as f64;
        (all > 0.0).then(|| used as f64 / all)
    };
    let Usage { used, free, inodes, inodes_free } = usage;
    let bytes = "system.filesystem.usage";
    tracks.used.put(out, Some(used as f64), || series(bytes, &all, Unit::Bytes, "Filesystem used"));
    tracks
        .utilization
        .put(out, share(used, free), || series("system.filesystem.utilization", &all[..3], Unit::Ratio, "Filesystem"));
    let inodes_used = (inodes > 0).then(|| inodes.saturating_sub(inodes_free));
    tracks.inodes_used.put(out, inodes_used.map(|n| n as f64), || {
        series("system.filesystem.inodes.usage", &all, Unit::Count("inode"), "Inodes used")
    });
    tracks.inode_utilization.put(out, inodes_used.and_then(|used| share(used, inodes_free)), || {
        series("system.filesystem.inodes.utilization", &all[..3], Unit::Ratio, "Inodes")
    });
    all[3].1 = "free";
    tracks.free.put(out, Some(free as f64), || series(bytes, &all, Unit::Bytes, "Filesystem free"));
}

fn ask_kernel(mount: &Mount) -> Answer {
    let stat = rustix::fs::statvfs(&mount.point)?;
    let bytes = |blocks: u64| blocks.saturating_mul(stat.f_frsize);
    Ok(Usage {
        used: bytes(stat.f_blocks.saturating_sub(stat.f_bfree)),
        free: bytes(stat.f_bavail),
        inodes: stat.f_files,
        inodes_free: stat.f_ffree,
    })
}

#[cfg(test)]
mod tests {
    use std::sync::{Mutex, mpsc};

    use super::super::world::{Watched, World};
    use super::*;

    const MOUNTINFO: &str = "27 1 254:0 / / rw - ext4 /dev/vda rw\n\
                             30 27 0:40 / /mnt/nfs rw - nfs4 server:/a rw\n\
                             31 27 8:1 / /data rw - btrfs /dev/sda1 rw\n";

    /// Reads at this time again until `is_enough`; the thread decides how often that is.
    fn read_until(
        filesystems: &mut Watched<FilesystemProbe>,
        millis: u64,
        is_enough: impl Fn(&[String]) -> bool,
    ) -> Vec<String> {
        let mut lines = Vec::new();
        while !is_enough(&lines) {
            lines.extend(filesystems.read_metric(millis, "system.filesystem.utilization"));
            std::thread::yield_now();
        }
        lines
    }

    #[test]
    fn a_mount_that_hangs_is_named_and_the_others_go_on() {
        let world = World::empty();
        world.write("proc/self/mountinfo", MOUNTINFO);
        let (release, hang) = mpsc::channel::<()>();
        let hang = Mutex::new(hang);
        let ask: Ask = Arc::new(move |mount: &Mount| {
            if mount.kind == "nfs4" {
                let _ = hang.lock().map(|hang| hang.recv());
            }
            let inodes = if mount.kind == "btrfs" { 0 } else { 100 };
            Ok(Usage { used: 75, free: 25, inodes, inodes_free: 90 })
        });
        let mut filesystems = Watched::new(FilesystemProbe::asking(&world.root(), ask));
        let seen = |point: &'static str| move |lines: &[String]| lines.iter().any(|line| line.contains(point));
        let lines = read_until(&mut filesystems, 0, seen("\"/\""));
        assert_eq!(
            lines,
            [r#"{system.device="/dev/vda",system.filesystem.mountpoint="/",system.filesystem.type="ext4"} 0.75"#]
        );
        filesystems.read(4_000);
        assert_eq!(filesystems.why(), "", "it may still answer");
        filesystems.read(5_000);
        assert_eq!(filesystems.why(), "/mnt/nfs (nfs4, server:/a) does not answer");
        read_until(&mut filesystems, 5_000, seen("/data"));
        // The next round leaves it out.
        assert!(!read_until(&mut filesystems, 31_000, seen("/data")).iter().any(|line| line.contains("nfs")));
        assert_eq!(filesystems.why(), "/mnt/nfs (nfs4, server:/a) does not answer");
        release.send(()).expect("it listens");
        read_until(&mut filesystems, 32_000, seen("/mnt/nfs"));
        drop(release);
        read_until(&mut filesystems, 62_000, seen("/mnt/nfs"));
        assert_eq!(filesystems.why(), "");
        let has_inodes = |point: &str| {
            filesystems.defined().iter().any(|def| &*def.instance == point && def.key.metric().contains("inodes"))
        };
        assert!(has_inodes("/") && !has_inodes("/data"), "btrfs has no fixed number of inodes");
    }

    #[test]
    fn a_mount_that_refuses_is_named() {
        let world = World::empty();
        world.write("proc/self/mountinfo", MOUNTINFO);
        let ask: Ask = Arc::new(|mount: &Mount| match mount.kind.as_str() {
            "btrfs" => Err(io::ErrorKind::PermissionDenied.into()),
            _ => Ok(Usage { used: 1, free: 1, inodes: 0, inodes_free: 0 }),
        });
        let mut filesystems = Watched::new(FilesystemProbe::asking(&world.root(), ask));
        while filesystems.outcome.is_ok() {
            filesystems.read(0);
            std::thread::yield_now();
        }
        assert_eq!(filesystems.why(), "Cannot ask /data: permission denied");
    }

    #[test]
    fn this_machine_answers() {
        let world = World::empty();
        let folder = world.root().proc;
        std::fs::create_dir_all(&folder).expect("a folder");
        let mount = Mount { number: "0:1".into(), point: folder, device: "none".into(), kind: "any".into() };
        let usage = ask_kernel(&mount).expect("an answer");
        assert!(usage.used.saturating_add(usage.free) > 0, "{usage:?}");
        assert!(ask_kernel(&Mount { point: "/nowhere".into(), ..mount }).is_err());
    }
}
