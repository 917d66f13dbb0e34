//! Chart layouts: which series stand on which chart, saved by name.

use serde::{Deserialize, Serialize};

use super::series::SeriesKey;

/// One chart of a layout.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ChartSpec {
    /// Heading, such as "CPU".
    pub title: String,
    /// The series on it, in drawing order.
    pub series: Vec<SeriesKey>,
    /// Those of them that the legend hides.
    #[serde(default)]
    pub hidden: Vec<SeriesKey>,
}

/// A named set of charts.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Layout {
    /// Its name, unique among the layouts.
    pub name: String,
    /// The charts, top down.
    pub charts: Vec<ChartSpec>,
}

/// All layouts, as `layouts.ron` keeps them.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Layouts {
    /// Version of the file's form.
    pub version: u32,
    /// Name of the layout in use.
    pub current: String,
    /// The layouts; never empty.
    pub layouts: Vec<Layout>,
}

impl Layouts {
    /// The version this program writes.
    pub const VERSION: u32 = 1;

    /// The layout in use; the first where the name is unknown.
    pub fn current(&self) -> Option<&Layout> {
        self.layouts.iter().find(|l| l.name == self.current).or_else(|| self.layouts.first())
    }
}

impl Default for Layouts {
    fn default() -> Self {
        let chart = |title: &str, series: Vec<SeriesKey>| ChartSpec { title: title.into(), series, hidden: Vec::new() };
        let key = SeriesKey::new;
        let host = Layout {
            name: "Host".into(),
            charts: vec![
                chart("CPU", vec![key("system.cpu.utilization", &[])]),
                chart("Memory", vec![key("system.memory.utilization", &[])]),
                chart(
                    "Pressure",
                    vec![
                        key("system.linux.pressure.stalled", &[("resource", "cpu"), ("kind", "some")]),
                        key("system.linux.pressure.stalled", &[("resource", "memory"), ("kind", "some")]),
                        key("system.linux.pressure.stalled", &[("resource", "io"), ("kind", "some")]),
                    ],
                ),
                chart(
                    "Disk I/O",
                    vec![
                        key("system.disk.io", &[("disk.io.direction", "read")]),
                        key("system.disk.io", &[("disk.io.direction", "write")]),
                    ],
                ),
                chart(
                    "Network",
                    vec![
                        key("system.network.io", &[("network.io.direction", "receive")]),
                        key("system.network.io", &[("network.io.direction", "transmit")]),
                    ],
                ),
            ],
        };
        Self { version: Self::VERSION, current: host.name.clone(), layouts: vec![host] }
    }
}
