//! Who listens on a port, who runs in a control group, and how many files a process holds open: what no table of
//! processes tells. Found out on Linux, out of `/proc`; elsewhere it is said that it cannot be.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use super::fits::is_in_group;
use crate::model::process::ProcessKey;

/// What is to be found out.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Asked {
    /// TCP ports.
    pub ports: BTreeSet<u16>,
    /// Whether control groups are of use.
    pub groups: bool,
    /// Processes whose open files are counted.
    pub files: Vec<ProcessKey>,
}

impl Asked {
    /// Whether there is nothing to find out.
    pub fn is_empty(&self) -> bool {
        self.ports.is_empty() && !self.groups && self.files.is_empty()
    }
}

/// What was found, or why nothing was.
pub(super) type Found<T> = Result<T, Arc<str>>;

/// Processes with their control groups.
pub(super) type Groups = Vec<(u32, Arc<str>)>;

/// What was found out.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Owners {
    /// Processes that listen on each port, sorted; or why none is known.
    pub(super) ports: BTreeMap<u16, Found<Vec<u32>>>,
    /// Processes with their control groups; or why none is known.
    pub(super) groups: Option<Found<Groups>>,
    /// Open files.
    pub(super) files: BTreeMap<ProcessKey, u32>,
}

impl Owners {
    /// Files that a process holds open.
    pub(super) fn n_files(&self, key: ProcessKey) -> Option<f64> {
        self.files.get(&key).map(|n| f64::from(*n))
    }

    /// The processes that listen on a port, sorted.
    pub(super) fn of_port(&self, port: u16) -> Found<Vec<u32>> {
        self.ports.get(&port).cloned().unwrap_or_else(|| Err("ports are being looked up".into()))
    }

    /// The processes in a control group, sorted.
    pub(super) fn of_group(&self, group: &str) -> Found<Vec<u32>> {
        match &self.groups {
            None => Err("control groups are being looked up".into()),
            Some(Err(why)) => Err(why.clone()),
            Some(Ok(all)) => {
                let mut pids: Vec<u32> =
                    all.iter().filter(|(_, path)| is_in_group(path, group)).map(|(pid, _)| *pid).collect();
                pids.sort_unstable();
                Ok(pids)
            }
        }
    }
}

/// Finds out, and remembers who listened, so that it need not walk through everything each time.
#[derive(Debug, Default)]
pub struct Finder {
    #[cfg(target_os = "linux")]
    known: super::proc::Known,
}

impl Finder {
    /// Finds out. It may take a while: call it where waiting is free.
    #[cfg(target_os = "linux")]
    pub fn look(&mut self, asked: &Asked) -> Owners {
        super::proc::look(std::path::Path::new("/proc"), asked, &mut self.known)
    }

    /// Says that it cannot be found out here.
    #[cfg(not(target_os = "linux"))]
    pub fn look(&mut self, asked: &Asked) -> Owners {
        let why: Arc<str> = "only on Linux is a process found by its port or control group: bind it by its name".into();
        Owners {
            ports: asked.ports.iter().map(|port| (*port, Err(why.clone()))).collect(),
            groups: asked.groups.then_some(Err(why)),
            files: BTreeMap::new(),
        }
    }
}

/// The process that listens on a TCP port of this machine, where it is seen.
pub fn listener_of(port: u16) -> Option<u32> {
    let asked = Asked { ports: BTreeSet::from([port]), ..Asked::default() };
    Finder::default().look(&asked).of_port(port).ok()?.first().copied()
}
