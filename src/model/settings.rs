//! Settings a person changes, what the window remembers, and where files live.

use std::path::PathBuf;
use std::time::Duration;

use serde::{Deserialize, Serialize};

use super::access::ApiSettings;
use super::annotation::AnnotationKind;
use super::history::HistorySettings;

/// Light, dark, or as the system says.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
pub enum ThemeChoice {
    /// As the system says.
    #[default]
    System,
    /// Dark.
    Dark,
    /// Light.
    Light,
}

/// How bytes in memory are counted on the screen; disk and network are always decimal.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
pub enum ByteUnits {
    /// 1 KiB = 1,024 B.
    #[default]
    Binary,
    /// 1 kB = 1,000 B.
    Decimal,
}

/// How temperatures are shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
pub enum TemperatureUnit {
    /// Degrees Celsius.
    #[default]
    Celsius,
    /// Degrees Fahrenheit.
    Fahrenheit,
}

/// Units on the screen. Stored numbers never change with them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct Units {
    /// Memory.
    pub memory: ByteUnits,
    /// Temperatures.
    pub temperature: TemperatureUnit,
}

/// Settings, as `settings.ron` keeps them.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Settings {
    /// Version of the file's form.
    pub version: u32,
    /// Time between samples, milliseconds; 250 to 10,000.
    pub interval_millis: u64,
    /// Light or dark.
    pub theme: ThemeChoice,
    /// Zoom of the window; 0.7 to 2.0.
    pub zoom: f32,
    /// Units on the screen.
    pub units: Units,
    /// Draws edges and secondary text with more contrast.
    pub more_contrast: bool,
    /// Draws no fades.
    pub reduce_motion: bool,
    /// Whether the first-run hint was put away.
    pub hint_dismissed: bool,
    /// Whether the tour was put away, so that it does not begin by itself.
    pub tour_dismissed: bool,
    /// How long and how much is kept on disk.
    pub history: HistorySettings,
    /// How the HTTP API is served.
    pub api: ApiSettings,
}

impl Settings {
    /// The version this program writes.
    pub const VERSION: u32 = 1;
    /// Shortest time between samples.
    pub const MIN_INTERVAL: Duration = Duration::from_millis(250);
    /// Longest time between samples.
    pub const MAX_INTERVAL: Duration = Duration::from_secs(10);
    /// Least and greatest zoom.
    pub const ZOOM: (f32, f32) = (0.7, 2.0);

    /// Time between samples, within its bounds.
    pub fn interval(&self) -> Duration {
        Duration::from_millis(self.interval_millis).clamp(Self::MIN_INTERVAL, Self::MAX_INTERVAL)
    }

    /// The same settings with every number within its bounds.
    pub fn clamped(mut self) -> Self {
        self.interval_millis = u64::try_from(self.interval().as_millis()).unwrap_or(1000);
        self.zoom = if self.zoom.is_finite() { self.zoom.clamp(Self::ZOOM.0, Self::ZOOM.1) } else { 1.0 };
        self.history = self.history.clamped();
        self.version = Self::VERSION;
        self
    }
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            version: Self::VERSION,
            interval_millis: 1000,
            theme: ThemeChoice::System,
            zoom: 1.0,
            units: Units::default(),
            more_contrast: false,
            reduce_motion: false,
            hint_dismissed: false,
            tour_dismissed: false,
            history: HistorySettings::default(),
            api: ApiSettings::default(),
        }
    }
}

/// What the window remembers between runs, as `window.ron` keeps it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct WindowMemory {
    /// Version of the file's form.
    pub version: u32,
    /// Inner size in points.
    pub size: (f32, f32),
    /// Outer position in points, where the system tells it.
    pub position: Option<(f32, f32)>,
    /// Whether it filled the screen.
    pub is_maximised: bool,
    /// The page that was open.
    pub page: String,
    /// Span of the top bar's range, seconds.
    pub range_seconds: u64,
    /// Columns of the process table, left to right.
    pub process_columns: Vec<String>,
    /// Column the process table is sorted by, and whether the greatest comes first.
    pub process_sort: (String, bool),
    /// Whether processes are drawn as a tree.
    pub process_tree: bool,
    /// Kinds of annotations that the charts do not draw.
    pub hidden_annotations: Vec<AnnotationKind>,
}

impl WindowMemory {
    /// The version this program writes.
    pub const VERSION: u32 = 1;
    /// Least and greatest width and height, points: no toolkit makes a window of more.
    pub const SIDE: (f32, f32) = (200.0, 16_384.0);

    /// The same memory with a size that a window can have, and a position that is one.
    pub fn clamped(mut self) -> Self {
        let usual = Self::default().size;
        let side = |now: f32, usual: f32| if now.is_finite() { now.clamp(Self::SIDE.0, Self::SIDE.1) } else { usual };
        self.size = (side(self.size.0, usual.0), side(self.size.1, usual.1));
        self.position = self.position.filter(|(x, y)| x.is_finite() && y.is_finite());
        self
    }
}

impl Default for WindowMemory {
    fn default() -> Self {
        Self {
            version: Self::VERSION,
            size: (1440.0, 900.0),
            position: None,
            is_maximised: false,
            page: "overview".into(),
            range_seconds: 900,
            process_columns: Vec::new(),
            process_sort: ("cpu".into(), true),
            process_tree: true,
            hidden_annotations: Vec::new(),
        }
    }
}

/// Where the program keeps its files.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct Folders {
    /// Settings, layouts, window.
    pub config: PathBuf,
    /// History, in its folder `history`.
    pub data: PathBuf,
}
