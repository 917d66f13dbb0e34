//! Control groups: the limits that hold for everything this program can see, and the files that tell their use.
//!
//! A limit stands for 100 % of the machine when it also holds for process 1: that is a container. A limit on this
//! program alone, such as a service's quota on a host, leaves the machine what it is. Versions 1 and 2 and both at
//! once are read; the least limit on the way up to the mount counts.

use std::path::{Path, PathBuf};

use super::Root;
use super::parse::{fields, lines, named_number, number, only_decimal, only_number, text};
use super::source::read_once;
use super::stat::{StatLine, stat_lines};
use crate::model::Limits;

/// Which of the kernel's two interfaces.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Version {
    /// One hierarchy for each controller.
    V1,
    /// One hierarchy for all.
    V2,
}

/// A limit on processor time.
#[derive(Debug, Clone, PartialEq)]
pub struct CpuLimit {
    /// Cores the group may use.
    pub cores: f64,
    /// The folder whose files tell what the group used.
    pub usage: PathBuf,
    /// The folder whose `cpu.stat` tells how often the group was held back.
    pub stat: PathBuf,
    /// How they are written.
    pub version: Version,
}

/// A limit on memory.
#[derive(Debug, Clone, PartialEq)]
pub struct MemoryLimit {
    /// Bytes the group may use.
    pub bytes: u64,
    /// The folder whose files tell what the group uses.
    pub folder: PathBuf,
    /// How they are written.
    pub version: Version,
}

/// The limits of a machine that is a container; both absent where there is none.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Group {
    /// On processor time.
    pub cpu: Option<CpuLimit>,
    /// On memory.
    pub memory: Option<MemoryLimit>,
    /// Whether this program's own group is limited though the machine is not.
    pub is_limited_alone: bool,
}

/// What control groups allow on this machine, where that is less than it has; `None` where they allow all of it.
pub fn limits(root: &Root) -> Option<Limits> {
    let group = detect(root);
    let version = match (&group.cpu, &group.memory) {
        (None, None) => return None,
        (Some(cpu), None) => cpu.version,
        (None, Some(memory)) => memory.version,
        (Some(cpu), Some(memory)) if cpu.version == memory.version => cpu.version,
        // Version 1 holds what version 2 does not: to a person both are "cgroup v1".
        _ => Version::V1,
    };
    let number = if version == Version::V2 { 2 } else { 1 };
    let folder = match (&group.cpu, &group.memory) {
        (Some(cpu), _) => &cpu.stat,
        (None, Some(memory)) => &memory.folder,
        (None, None) => return None,
    };
    Some(Limits {
        cpu_cores: group.cpu.as_ref().map(|cpu| cpu.cores),
        memory_bytes: group.memory.as_ref().map(|memory| memory.bytes),
        source: format!("cgroup v{number}, {}", folder.display()).into(),
    })
}

/// Looks for limits. Reads a dozen small files: not for every tick.
pub fn detect(root: &Root) -> Group {
    let Some(own) = read_once(&root.proc.join("self/cgroup")) else { return Group::default() };
    let mounts = read_once(&root.proc.join("self/mountinfo")).unwrap_or_default();
    let first = read_once(&root.proc.join("1/cgroup"));
    let place = |controller: &str, everyone: bool| {
        Place::of(root, controller, &own, first.as_deref().filter(|_| everyone), &mounts)
    };
    let n_cores = read_once(&root.proc.join("stat"))
        .map(|stat| stat_lines(&stat).filter(|line| matches!(line, StatLine::Core(..))).count())
        .unwrap_or(0);
    let machine_bytes = read_once(&root.proc.join("meminfo"))
        .and_then(|meminfo| named_number(&meminfo, b"MemTotal"))
        .map_or(u64::MAX, |kibibytes| kibibytes.saturating_mul(1024));
    let cpu_limit = |everyone| cpu_limit(&|controller| place(controller, everyone), n_cores);
    let memory_limit = |everyone| place("memory", everyone)?.memory_limit(machine_bytes);
    let (cpu, memory) = (cpu_limit(true), memory_limit(true));
    let is_free = cpu.is_none() && memory.is_none();
    let is_limited_alone = is_free && (cpu_limit(false).is_some() || memory_limit(false).is_some());
    Group { cpu, memory, is_limited_alone }
}

fn cpu_limit(place: &dyn Fn(&str) -> Option<Place>, n_cores: usize) -> Option<CpuLimit> {
    let cpu = place("cpu")?;
    let quota = cpu.levels().filter_map(|folder| Some((quota(&folder, cpu.version)?, folder))).min_by(by_number);
    let allowed = place("cpuset").and_then(|cpuset| {
        let names: &[&str] = match cpuset.version {
            Version::V1 => &["cpuset.effective_cpus", "cpuset.cpus"],
            Version::V2 => &["cpuset.cpus.effective"],
        };
        let cores = names.iter().find_map(|name| read_once(&cpuset.folder().join(name)))?;
        Some(n_in_list(&cores)).filter(|n| *n > 0)
    });
    let (mut cores, mut stat) = quota.unwrap_or_else(|| (f64::INFINITY, cpu.folder()));
    if let Some(n) = allowed.filter(|n| (*n as f64) < cores) {
        (cores, stat) = (n as f64, cpu.folder());
    }
    if n_cores == 0 || cores >= n_cores as f64 {
        return None;
    }
    let usage = match cpu.version {
        Version::V2 => stat.clone(),
        Version::V1 => {
            let accounts = place("cpuacct")?;
            let same = stat.strip_prefix(&cpu.mount).map(|below| accounts.mount.join(below)).ok();
            same.filter(|folder| folder.is_dir()).unwrap_or_else(|| accounts.folder())
        }
    };
    Some(CpuLimit { cores, usage, stat, version: cpu.version })
}

/// Cores a folder's quota allows; `None` where it sets none.
fn quota(folder: &Path, version: Version) -> Option<f64> {
    let (quota, period) = match version {
        Version::V2 => {
            let line = read_once(&folder.join("cpu.max"))?;
            let mut rest = fields(&line);
            (number(rest.next()?)? as f64, rest.next().map_or(Some(100_000), number)? as f64)
        }
        Version::V1 => {
            // -1 means no quota.
            let quota = only_decimal(&read_once(&folder.join("cpu.cfs_quota_us"))?)?;
            (quota, only_number(&read_once(&folder.join("cpu.cfs_period_us"))?)? as f64)
        }
    };
    (quota > 0.0 && period > 0.0).then(|| quota / period)
}

fn by_number(a: &(f64, PathBuf), b: &(f64, PathBuf)) -> std::cmp::Ordering {
    a.0.total_cmp(&b.0)
}

/// How many cores a list such as `0-3,8` names.
fn n_in_list(list: &[u8]) -> u64 {
    list.split(|b| *b == b',')
        .map(|part| {
            let mut ends = part.split(|b| *b == b'-').map(number);
            match (ends.next().flatten(), ends.next()) {
                (Some(_), None) => 1,
                (Some(first), Some(Some(last))) => last.saturating_sub(first).saturating_add(1),
                _ => 0,
            }
        })
        .fold(0, u64::saturating_add)
}

/// Where a controller's group stands.
struct Place {
    version: Version,
    /// The folder the hierarchy is mounted on.
    mount: PathBuf,
    /// The group's path below it.
    below: PathBuf,
}

impl Place {
    /// The group of `own` for this controller; with `first`, process 1's, the part of the way both share.
    fn of(root: &Root, controller: &str, own: &[u8], first: Option<&[u8]>, mounts: &[u8]) -> Option<Self> {
        let (version, mut path) = group_path(own, controller)?;
        if let Some((_, other)) = first.and_then(|first| group_path(first, controller)) {
            let shared = path.components().zip(other.components()).take_while(|(a, b)| a == b);
            path = shared.map(|(part, _)| part).collect();
        }
        let (mount, mounted) = mount_of(root, mounts, controller, version);
        // In a container whose groups have no namespace of their own the mount shows the group itself.
        let below = path.strip_prefix(&mounted).or_else(|_| path.strip_prefix("/")).unwrap_or(Path::new(""));
        let below = if mount.join(below).is_dir() { below.to_owned() } else { PathBuf::new() };
        Some(Self { version, mount, below })
    }

    fn folder(&self) -> PathBuf {
        self.mount.join(&self.below)
    }

    /// The group's folder and those above it, up to the mount.
    fn levels(&self) -> impl Iterator<Item = PathBuf> {
        self.below.ancestors().map(|below| self.mount.join(below))
    }

    fn memory_limit(&self, machine_bytes: u64) -> Option<MemoryLimit> {
        let name = match self.version {
            Version::V1 => "memory.limit_in_bytes",
            Version::V2 => "memory.max",
        };
        let limits = self.levels().filter_map(|folder| Some((only_number(&read_once(&folder.join(name))?)?, folder)));
        let (bytes, folder) = limits.min_by_key(|(bytes, _)| *bytes)?;
        (bytes < machine_bytes).then_some(MemoryLimit { bytes, folder, version: self.version })
    }
}

/// A controller's version and group path, out of a process's `cgroup` file.
fn group_path(cgroup: &[u8], controller: &str) -> Option<(Version, PathBuf)> {
    let mut unified = None;
    for line in lines(cgroup) {
        let mut parts = line.splitn(3, |b| *b == b':');
        let (Some(_), Some(controllers), Some(path)) = (parts.next(), parts.next(), parts.next()) else { continue };
        let path = PathBuf::from(text(path).into_owned());
        if controllers.is_empty() {
            unified = Some((Version::V2, path));
        } else if controllers.split(|b| *b == b',').any(|name| name == controller.as_bytes()) {
            return Some((Version::V1, path));
        }
    }
    unified
}

/// Where a controller's hierarchy is mounted, and which of its groups is shown there.
fn mount_of(root: &Root, mounts: &[u8], controller: &str, version: Version) -> (PathBuf, PathBuf) {
    let found = lines(mounts).find_map(|line| {
        let mut before = fields(line).skip(3);
        let (mounted, point) = (text(before.next()?), text(before.next()?));
        let mut after = fields(line).skip_while(|field| *field != b"-").skip(1);
        let (kind, _, options) = (after.next()?, after.next()?, after.next()?);
        let is_it = match version {
            Version::V2 => kind == b"cgroup2",
            Version::V1 => kind == b"cgroup" && options.split(|b| *b == b',').any(|o| o == controller.as_bytes()),
        };
        let below_sys = Path::new(&*point).strip_prefix("/sys").ok()?.to_owned();
        is_it.then(|| (root.sys.join(below_sys), PathBuf::from(mounted.into_owned())))
    });
    found.unwrap_or_else(|| {
        let folder = root.sys.join("fs/cgroup");
        let folder = if version == Version::V1 { folder.join(controller) } else { folder };
        (folder, PathBuf::from("/"))
    })
}

#[cfg(test)]
mod tests {
    use super::super::world::World;
    use super::*;

    const GIB: u64 = 1 << 30;

    fn limits_of(world: &World) -> Option<(Option<f64>, Option<u64>)> {
        limits(&world.root()).map(|limits| (limits.cpu_cores, limits.memory_bytes))
    }

    #[test]
    fn recorded_machines_have_the_limits_they_had() {
        for (name, expect) in [
            ("host", None),
            ("container-v1", Some((Some(1.5), Some(GIB)))),
            ("container-v2", Some((Some(2.0), Some(512 << 20)))),
        ] {
            assert_eq!(limits_of(&World::recorded(name)), expect, "{name}");
        }
    }

    #[test]
    fn the_least_limit_on_the_way_counts_and_says_where_it_stands() {
        let world = World::recorded("host");
        world.write("proc/self/cgroup", "0::/pod/app\n").write("proc/1/cgroup", "0::/pod/app\n");
        world
            .write("sys/fs/cgroup/pod/cpu.max", "150000 100000\n")
            .write("sys/fs/cgroup/pod/app/cpu.max", "max 100000\n");
        world.write("sys/fs/cgroup/pod/app/memory.max", "max\n");
        let limits = limits(&world.root()).expect("a limit");
        assert_eq!((limits.cpu_cores, limits.memory_bytes), (Some(1.5), None));
        assert!(limits.source.starts_with("cgroup v2, ") && limits.source.ends_with("/fs/cgroup/pod"));
    }

    #[test]
    fn cores_may_be_limited_by_a_set_as_well() {
        let world = World::recorded("container-v2");
        world.write("sys/fs/cgroup/cpuset.cpus.effective", "0\n");
        assert_eq!(limits_of(&world).and_then(|l| l.0), Some(1.0));
    }

    #[test]
    fn a_limit_on_this_program_alone_leaves_the_machine_whole() {
        let world = World::recorded("host");
        world.write("proc/self/cgroup", "0::/system.slice/perfdesk.service\n");
        world.write("sys/fs/cgroup/system.slice/perfdesk.service/cpu.max", "20000 100000\n");
        assert_eq!(limits_of(&world), None);
        assert!(detect(&world.root()).is_limited_alone);
    }

    #[test]
    fn in_a_hybrid_each_controller_is_read_where_it_is() {
        let world = World::recorded("host");
        for process in ["self", "1"] {
            world.write(&format!("proc/{process}/cgroup"), "2:memory:/box\n1:name=systemd:/\n0::/box\n");
        }
        world.write(
            "proc/self/mountinfo",
            "30 1 0:30 / /sys/fs/cgroup/memory rw - cgroup cgroup rw,memory\n\
             31 1 0:31 / /sys/fs/cgroup/unified rw - cgroup2 cgroup2 rw\n",
        );
        world.write("sys/fs/cgroup/memory/box/memory.limit_in_bytes", "1048576\n");
        world.write("sys/fs/cgroup/unified/box/cpu.max", "50000 100000\n");
        assert_eq!(limits_of(&world), Some((Some(0.5), Some(1 << 20))));
    }

    #[test]
    fn lists_of_cores_are_counted() {
        for (list, n) in [("0-3,8", 5), ("7", 1), ("", 0), ("3-1", 1), ("x", 0), ("0-", 0)] {
            assert_eq!(n_in_list(list.as_bytes()), n, "{list}");
        }
    }

    proptest::proptest! {
        #[test]
        fn no_bytes_make_it_panic(a: Vec<u8>, b: Vec<u8>, c: Vec<u8>) {
            let root = Root { proc: PathBuf::from("/nowhere"), sys: PathBuf::from("/nowhere") };
            let _ = (Place::of(&root, "cpu", &a, Some(&b), &c).map(|p| p.levels().count()), n_in_list(&a));
        }
    }
}
