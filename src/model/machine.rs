//! The machine that is watched: names, cores, memory and the limits that stand for 100 %.

use std::sync::Arc;

use serde::{Deserialize, Serialize};

use super::time::Timestamp;

/// What the machine is.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct MachineInfo {
    /// Host name.
    pub host: Arc<str>,
    /// Operating system and its version, such as "Debian 12".
    pub system: Arc<str>,
    /// Kernel and its version.
    pub kernel: Arc<str>,
    /// Processor's name.
    pub cpu: Arc<str>,
    /// Logical cores the machine has.
    pub n_cores: usize,
    /// Memory the machine has, bytes.
    pub memory_bytes: u64,
    /// When it was started.
    pub booted_at: Option<Timestamp>,
    /// What a control group allows, where that is less than the machine has.
    pub limits: Option<Limits>,
}

/// A control group's limits, which stand for 100 % inside a container.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Limits {
    /// Cores the group may use.
    pub cpu_cores: Option<f64>,
    /// Memory the group may use, bytes.
    pub memory_bytes: Option<u64>,
    /// Where that is said, such as "cgroup v2, /sys/fs/cgroup".
    pub source: Arc<str>,
}

impl MachineInfo {
    /// Cores that stand for 100 %.
    pub fn cpu_capacity_cores(&self) -> f64 {
        self.limits.as_ref().and_then(|l| l.cpu_cores).unwrap_or(self.n_cores as f64)
    }

    /// Bytes of memory that stand for 100 %.
    pub fn memory_capacity_bytes(&self) -> u64 {
        self.limits.as_ref().and_then(|l| l.memory_bytes).unwrap_or(self.memory_bytes)
    }
}
