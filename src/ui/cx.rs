//! What a panel is given: shared borrows alone, so drawing cannot change the world.

use std::cell::RefCell;
use std::time::Duration;

use crate::engine::Handle;
use crate::model::machines::MachineId;
use crate::model::{Command, ProcessKey, SeriesId, Severity, Snapshot, TimeRange, Timestamp};
use crate::ui::file_dialog::FileQuestion;
use crate::ui::theme::Theme;

/// A page of the window.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Page {
    /// The machine in words.
    Overview,
    /// Time charts.
    Charts,
    /// Processes.
    Processes,
    /// The user's own services.
    Services,
    /// Tuning profiles: edited, checked, applied, taken back.
    Profiles,
    /// What could be changed, and what came of what was.
    Suggestions,
    /// Alert rules, how they stand, and the log.
    Alerts,
    /// This machine and others, side by side.
    Machines,
    /// Two periods side by side.
    Compare,
    /// Reports, exports, imports, and long work.
    Reports,
    /// Settings.
    Settings,
    /// What Perfdesk itself costs.
    Health,
    /// Keys and words.
    Help,
}

impl Page {
    /// Every page, in the order of the rail.
    pub const ALL: [Self; 13] = [
        Self::Overview,
        Self::Charts,
        Self::Processes,
        Self::Services,
        Self::Profiles,
        Self::Suggestions,
        Self::Compare,
        Self::Reports,
        Self::Alerts,
        Self::Machines,
        Self::Settings,
        Self::Health,
        Self::Help,
    ];

    /// Its name on the screen.
    pub const fn title(self) -> &'static str {
        match self {
            Self::Overview => "Overview",
            Self::Charts => "Charts",
            Self::Processes => "Processes",
            Self::Services => "Services",
            Self::Profiles => "Profiles",
            Self::Suggestions => "Suggestions",
            Self::Alerts => "Alerts",
            Self::Machines => "Machines",
            Self::Compare => "Compare",
            Self::Reports => "Reports",
            Self::Settings => "Settings",
            Self::Health => "Health",
            Self::Help => "Help",
        }
    }

    /// Its name on the command line and in files.
    pub const fn slug(self) -> &'static str {
        match self {
            Self::Overview => "overview",
            Self::Charts => "charts",
            Self::Processes => "processes",
            Self::Services => "services",
            Self::Profiles => "profiles",
            Self::Suggestions => "suggestions",
            Self::Alerts => "alerts",
            Self::Machines => "machines",
            Self::Compare => "compare",
            Self::Reports => "reports",
            Self::Settings => "settings",
            Self::Health => "health",
            Self::Help => "help",
        }
    }

    /// The page of a name, in any case.
    pub fn from_slug(slug: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|page| page.slug().eq_ignore_ascii_case(slug))
    }
}

/// Something a panel asks of the window itself. The shell carries these out after drawing.
#[derive(Debug, Clone, PartialEq)]
pub enum Intent {
    /// Opens a page.
    Open(Page),
    /// Opens the charts with these series on a chart of their own.
    ShowOnCharts(Vec<SeriesId>),
    /// Opens the processes with this filter typed.
    FilterProcesses(String),
    /// Opens the processes with this one chosen.
    ShowProcess(ProcessKey),
    /// Puts a text on the clipboard and says so in a toast.
    Copy(String),
    /// Shows a toast of the window's own.
    Toast(Severity, String),
    /// Sets the span of the top bar's range.
    SetRange(Duration),
    /// Freezes the screen or follows live again.
    SetPaused(bool),
    /// Opens the charts on this part of the past.
    ShowPeriod(TimeRange),
    /// Opens the charts with the inspector on this moment.
    InspectMoment(Timestamp),
    /// Opens the comparison; what is not given stays to be chosen there.
    ComparePeriods {
        /// The period that is the measure.
        a: Option<TimeRange>,
        /// The period that is held against it.
        b: Option<TimeRange>,
        /// The series to look at; a sensible choice where it is empty.
        series: Vec<SeriesId>,
    },
    /// Opens the export of this period and these series.
    ExportPeriod(TimeRange, Vec<SeriesId>),
    /// Opens the report of this period.
    ReportPeriod(TimeRange),
    /// Looks at a machine of the list, or at this one again.
    LookAt(Option<MachineId>),
    /// Begins the tour.
    TakeTour,
    /// Opens the system's file dialog; the answer goes to the page that asked.
    AskFile(FileQuestion),
}

/// What every panel is given.
pub struct PanelCx<'a> {
    /// The world at one moment; the frozen one while the screen is paused.
    pub snapshot: &'a Snapshot,
    /// Where commands go.
    pub engine: &'a Handle,
    /// Colours, sizes, faces.
    pub theme: &'a Theme,
    /// Wall time of this frame.
    pub now: Timestamp,
    /// Whether the window is narrower than 1,200 points.
    pub is_compact: bool,
    /// The span chosen in the top bar.
    pub range: Duration,
    /// Whether the screen is frozen.
    pub is_paused: bool,
    /// What panels asked of the window in this frame.
    pub intents: &'a RefCell<Vec<Intent>>,
}

impl PanelCx<'_> {
    /// Sends a command to the engine.
    pub fn send(&self, command: Command) {
        if !self.engine.send(command) {
            self.ask(Intent::Toast(Severity::Error, "The engine is busy and did not take that: try again".into()));
        }
    }

    /// Asks something of the window.
    pub fn ask(&self, intent: Intent) {
        self.intents.borrow_mut().push(intent);
    }
}
