//! Ports, control groups and open files out of Linux's `/proc`. Every walk is bounded.
//!
//! Sources: the kernel's `Documentation/filesystems/proc.rst` and `networking/proc_net_tcp.rst`; cgroups(7).

use std::collections::{BTreeMap, BTreeSet};
use std::fs::{self, File};
use std::io::{ErrorKind, Read as _};
use std::path::Path;
use std::sync::Arc;

use super::owners::{Asked, Found, Owners};

/// Bytes of one file.
const MAX_FILE: u64 = 16 << 20;
/// Processes that are looked at.
const MAX_PROCESSES: usize = 32_768;
/// Descriptors that are looked at in one walk.
const MAX_DESCRIPTORS: usize = 500_000;
/// Looks after which all processes are walked through although nothing changed: a port may have got further owners.
const WALK_EVERY: u32 = 6;

/// Who held which socket at the newest look.
#[derive(Debug, Default)]
pub struct Known {
    holders: BTreeMap<u64, Vec<u32>>,
    n_looks: u32,
}

/// Finds out what is asked under this folder.
pub(super) fn look(proc: &Path, asked: &Asked, known: &mut Known) -> Owners {
    let pids = if asked.ports.is_empty() && !asked.groups { Vec::new() } else { processes(proc) };
    Owners {
        ports: if asked.ports.is_empty() { BTreeMap::new() } else { ports(proc, &asked.ports, &pids, known) },
        groups: asked.groups.then(|| groups(proc, &pids)),
        files: asked.files.iter().filter_map(|key| Some((*key, n_files(proc, key.pid)?))).collect(),
    }
}

fn processes(proc: &Path) -> Vec<u32> {
    let entries = fs::read_dir(proc).into_iter().flatten().flatten();
    entries.filter_map(|entry| entry.file_name().to_str()?.parse().ok()).take(MAX_PROCESSES).collect()
}

fn read(path: &Path) -> Option<String> {
    let mut text = Vec::new();
    File::open(path).ok()?.take(MAX_FILE).read_to_end(&mut text).ok()?;
    Some(String::from_utf8_lossy(&text).into_owned())
}

fn n_files(proc: &Path, pid: u32) -> Option<u32> {
    let entries = fs::read_dir(proc.join(pid.to_string()).join("fd")).ok()?;
    u32::try_from(entries.take(MAX_DESCRIPTORS).count()).ok()
}

/// The sockets that listen on these ports.
pub(super) fn listening(table: &str, ports: &BTreeSet<u16>, found: &mut BTreeMap<u16, BTreeSet<u64>>) {
    for line in table.lines().skip(1) {
        let mut fields = line.split_ascii_whitespace();
        let (Some(local), Some(state)) = (fields.nth(1), fields.nth(1)) else { continue };
        // TCP_LISTEN, include/net/tcp_states.h.
        if state != "0A" {
            continue;
        }
        let port = local.rsplit_once(':').and_then(|(_, port)| u16::from_str_radix(port, 16).ok());
        let inode = fields.nth(5).and_then(|inode| inode.parse().ok());
        if let (Some(port), Some(inode)) = (port, inode)
            && ports.contains(&port)
        {
            found.entry(port).or_default().insert(inode);
        }
    }
}

fn ports(proc: &Path, wanted: &BTreeSet<u16>, pids: &[u32], known: &mut Known) -> BTreeMap<u16, Found<Vec<u32>>> {
    let mut sockets = BTreeMap::new();
    let tables = ["net/tcp", "net/tcp6"].map(|name| read(&proc.join(name)));
    if tables.iter().all(Option::is_none) {
        let why: Arc<str> = "this kernel does not say who listens".into();
        return wanted.iter().map(|port| (*port, Err(why.clone()))).collect();
    }
    for table in tables.iter().flatten() {
        listening(table, wanted, &mut sockets);
    }
    let inodes: BTreeSet<u64> = sockets.values().flatten().copied().collect();
    let mut is_denied = false;
    known.n_looks += 1;
    let before: BTreeSet<u32> = known.holders.values().flatten().copied().collect();
    let mut holders = held(proc, &inodes, &before.into_iter().collect::<Vec<_>>(), &mut is_denied);
    let is_same = inodes.iter().all(|inode| {
        let before = known.holders.get(inode);
        before.is_some() && before == holders.get(inode)
    });
    if !is_same || known.n_looks >= WALK_EVERY {
        known.n_looks = 0;
        is_denied = false;
        holders = held(proc, &inodes, pids, &mut is_denied);
    }
    known.holders = holders;
    let of_port = |port: &u16| {
        let Some(sockets) = sockets.get(port) else { return Err(format!("nothing listens on port {port}")) };
        let mut pids: Vec<u32> =
            sockets.iter().filter_map(|inode| known.holders.get(inode)).flatten().copied().collect();
        pids.sort_unstable();
        pids.dedup();
        if !pids.is_empty() {
            return Ok(pids);
        }
        let whose =
            if is_denied { "whose it is this user may not see" } else { "it is of no process that is seen here" };
        Err(format!("something listens on port {port}, and {whose}"))
    };
    wanted.iter().map(|port| (*port, of_port(port).map_err(Into::into))).collect()
}

/// The processes that hold each of these sockets, in the order of the processes.
fn held(proc: &Path, inodes: &BTreeSet<u64>, pids: &[u32], is_denied: &mut bool) -> BTreeMap<u64, Vec<u32>> {
    let mut holders: BTreeMap<u64, Vec<u32>> = BTreeMap::new();
    let mut n_left = MAX_DESCRIPTORS;
    if inodes.is_empty() {
        return holders;
    }
    for pid in pids {
        let entries = match fs::read_dir(proc.join(pid.to_string()).join("fd")) {
            Ok(entries) => entries,
            Err(e) => {
                *is_denied |= e.kind() == ErrorKind::PermissionDenied;
                continue;
            }
        };
        for entry in entries.flatten() {
            if n_left == 0 {
                return holders;
            }
            n_left -= 1;
            let Ok(target) = fs::read_link(entry.path()) else { continue };
            let inode =
                target.to_str().and_then(|target| target.strip_prefix("socket:[")?.strip_suffix(']')?.parse().ok());
            if let Some(inode) = inode.filter(|inode| inodes.contains(inode)) {
                let pids = holders.entry(inode).or_default();
                if pids.last() != Some(pid) {
                    pids.push(*pid);
                }
            }
        }
    }
    holders.values_mut().for_each(|pids| pids.sort_unstable());
    holders
}

fn groups(proc: &Path, pids: &[u32]) -> Found<Vec<(u32, Arc<str>)>> {
    let of = |pid: &u32| Some((*pid, group_of(&read(&proc.join(pid.to_string()).join("cgroup"))?)?));
    let found: Vec<_> = pids.iter().filter_map(of).collect();
    if found.is_empty() { Err("this kernel has no control groups".into()) } else { Ok(found) }
}

/// The control group of a process: its longest path, since the first version has one for each controller.
pub(super) fn group_of(text: &str) -> Option<Arc<str>> {
    let paths = text.lines().filter_map(|line| line.splitn(3, ':').nth(2));
    paths.max_by_key(|path| path.len()).map(Arc::from)
}
