//! What a panel is given: shared borrows alone, so drawing cannot change the world.

use std::cell::RefCell;
use std::time::Duration;

use crate::engine::Handle;
use crate::model::{Command, ProcessKey, SeriesId, Severity, Snapshot, Timestamp};
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
    /// Settings.
    Settings,
    /// What Perfdesk itself costs.
    Health,
    /// Keys and words.
    Help,
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
