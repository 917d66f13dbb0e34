//! The one table of what a person can do from anywhere. Palette, shortcuts and the help page all read it.

use eframe::egui::{Context, Key, KeyboardShortcut, Modifiers};

use super::cx::Page;
use super::icons::{self, Icon};
use crate::model::run::RunPhase;
use crate::model::{Settings, ThemeChoice};

/// What an action does. The shell carries it out.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Deed {
    /// Opens a page.
    Open(Page),
    /// Opens or closes the palette.
    TogglePalette,
    /// Freezes the screen or follows live again.
    TogglePause,
    /// Sets the range of the top bar, minutes.
    SetRange(u64),
    /// Puts the keyboard into the filter of the processes.
    FocusFilter,
    /// Opens the comparison of two profiles.
    CompareProfiles,
    /// Begins to bind a file to profiles.
    BindFile,
    /// Keeps the profile that is on trial.
    KeepProfile,
    /// Takes the last apply of a profile back.
    RollBackProfile,
    /// Begins a new alert rule.
    AddRule,
    /// Opens the log of alerts.
    ShowAlertLog,
    /// Notes that a person has seen every alert that fires.
    AcknowledgeAlerts,
    /// Shows how a service begins to report.
    AddService,
    /// Begins to say how a service is run.
    RunService,
    /// Starts the service that is shown.
    StartService,
    /// Stops the service that is shown, after a question where others need it.
    StopService,
    /// Restarts the service that is shown.
    RestartService,
    /// Begins to add a machine.
    AddMachine,
    /// Looks at this machine again.
    LookHome,
    /// Chooses light or dark.
    SetTheme(ThemeChoice),
    /// Turns more contrast on or off.
    ToggleContrast,
    /// Makes everything larger (1) or smaller (-1), or of normal size (0).
    Zoom(i8),
    /// Begins the tour.
    TakeTour,
    /// Puts away all toasts.
    DismissToasts,
    /// Ends the program.
    Quit,
}

/// Where the palette lists an action.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Group {
    /// Places.
    GoTo,
    /// Deeds.
    Do,
}

impl Group {
    /// Its heading.
    pub const fn title(self) -> &'static str {
        match self {
            Self::GoTo => "Go to",
            Self::Do => "Do",
        }
    }
}

/// One action.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Action {
    /// What it is called.
    pub name: &'static str,
    /// What it does.
    pub deed: Deed,
    /// Where the palette lists it.
    pub group: Group,
    /// Its icon.
    pub icon: Icon,
    /// Its keys.
    pub shortcut: Option<KeyboardShortcut>,
}

impl Action {
    /// Its keys in words, such as "Ctrl+K".
    pub fn keys(&self, ctx: &Context) -> Option<String> {
        let words = ctx.format_shortcut(self.shortcut.as_ref()?);
        Some(words.replace("Comma", ",").replace("Plus", "+").replace("Minus", "\u{2212}"))
    }
}

/// What decides whether an action is possible.
#[derive(Debug, Clone, Copy)]
pub struct Situation<'a> {
    /// The page on the screen.
    pub page: Page,
    /// Whether the screen is frozen.
    pub is_paused: bool,
    /// Whether there is data yet.
    pub has_data: bool,
    /// Span of the top bar's range, minutes.
    pub range_minutes: u64,
    /// Toasts on the screen.
    pub n_toasts: usize,
    /// Whether a profile is on trial.
    pub is_on_trial: bool,
    /// Whether there is an apply that can be taken back.
    pub can_roll_back: bool,
    /// Alerts that fire and that nobody has taken note of.
    pub n_unseen: usize,
    /// Whether the window looks at another machine.
    pub is_away: bool,
    /// How far the service on the screen is; `None` where none is or Perfdesk does not run it.
    pub run_phase: Option<&'a RunPhase>,
    /// Settings in force.
    pub settings: &'a Settings,
}

impl Deed {
    /// Why it is not possible now; `None` where it is.
    pub fn why_not(self, now: &Situation<'_>) -> Option<&'static str> {
        let zoom = now.settings.zoom;
        match self {
            Self::Open(page) if page == now.page => Some("already open"),
            Self::TogglePause if !now.has_data => Some("no data yet"),
            Self::SetRange(minutes) if minutes == now.range_minutes => Some("already chosen"),
            Self::SetTheme(theme) if theme == now.settings.theme => Some("already chosen"),
            Self::Zoom(1) if zoom >= Settings::ZOOM.1 => Some("already the largest"),
            Self::Zoom(-1) if zoom <= Settings::ZOOM.0 => Some("already the smallest"),
            Self::Zoom(0) if (zoom - 1.0).abs() < 0.01 => Some("already 100\u{2009}%"),
            Self::KeepProfile if !now.is_on_trial => Some("none is on trial"),
            Self::RollBackProfile if !now.can_roll_back => Some("nothing to roll back"),
            Self::AcknowledgeAlerts if now.n_unseen == 0 => Some("none waits for it"),
            Self::LookHome if !now.is_away => Some("already looked at"),
            Self::StartService | Self::StopService | Self::RestartService => match now.run_phase {
                None => Some("no service that is run is shown"),
                Some(phase) => self.why_not_run(phase),
            },
            Self::DismissToasts if now.n_toasts == 0 => Some("there are none"),
            _ => None,
        }
    }

    /// Why a service in this phase cannot be started, stopped or restarted.
    const fn why_not_run(self, phase: &RunPhase) -> Option<&'static str> {
        match (self, phase) {
            (_, RunPhase::Stopping) => Some("it is stopping"),
            (Self::StartService, RunPhase::Stopped | RunPhase::Failed | RunPhase::BackingOff { .. }) => None,
            (Self::StartService, _) => Some("it runs already"),
            (Self::StopService, RunPhase::Stopped | RunPhase::Failed) => Some("it does not run"),
            (Self::RestartService, phase) if !phase.is_usable() => Some("it is not ready"),
            _ => None,
        }
    }
}

const fn ctrl_shift(key: Key) -> Option<KeyboardShortcut> {
    Some(KeyboardShortcut::new(Modifiers::COMMAND.plus(Modifiers::SHIFT), key))
}

const fn ctrl(key: Key) -> Option<KeyboardShortcut> {
    Some(KeyboardShortcut::new(Modifiers::COMMAND, key))
}

const fn go(page: Page, icon: Icon, shortcut: Option<KeyboardShortcut>) -> Action {
    Action { name: page.title(), deed: Deed::Open(page), group: Group::GoTo, icon, shortcut }
}

const fn act(name: &'static str, deed: Deed, icon: Icon, shortcut: Option<KeyboardShortcut>) -> Action {
    Action { name, deed, group: Group::Do, icon, shortcut }
}

/// The minutes a range can have.
pub const RANGE_MINUTES: [u64; 12] = [1, 5, 15, 30, 60, 360, 1440, 10_080, 43_200, 129_600, 525_600, 1_052_640];

/// Every action.
pub const ACTIONS: [Action; 53] = [
    go(Page::Overview, icons::GAUGE, ctrl(Key::Num1)),
    go(Page::Charts, icons::CHART_LINE, ctrl(Key::Num2)),
    go(Page::Processes, icons::TREE_VIEW, ctrl(Key::Num3)),
    go(Page::Services, icons::STACK, Some(KeyboardShortcut::new(Modifiers::COMMAND.plus(Modifiers::SHIFT), Key::S))),
    go(Page::Profiles, icons::SLIDERS_HORIZONTAL, ctrl(Key::Num7)),
    go(Page::Suggestions, icons::LIGHTBULB, ctrl(Key::Num9)),
    go(Page::Compare, icons::GIT_DIFF, ctrl(Key::Num4)),
    go(Page::Reports, icons::FILE_TEXT, ctrl(Key::Num5)),
    go(Page::Alerts, icons::BELL, ctrl(Key::Num8)),
    go(
        Page::Machines,
        icons::DESKTOP_TOWER,
        Some(KeyboardShortcut::new(Modifiers::COMMAND.plus(Modifiers::SHIFT), Key::M)),
    ),
    go(Page::Settings, icons::GEAR_SIX, ctrl(Key::Comma)),
    go(Page::Health, icons::HEARTBEAT, ctrl(Key::Num6)),
    go(Page::Help, icons::QUESTION, Some(KeyboardShortcut::new(Modifiers::NONE, Key::F1))),
    act("Search or run", Deed::TogglePalette, icons::MAGNIFYING_GLASS, ctrl(Key::K)),
    act("Pause or follow live", Deed::TogglePause, icons::PAUSE, ctrl(Key::P)),
    act("Filter processes", Deed::FocusFilter, icons::FUNNEL_SIMPLE, ctrl(Key::F)),
    act("Compare two profiles", Deed::CompareProfiles, icons::GIT_DIFF, None),
    act("Bind a file to profiles", Deed::BindFile, icons::FILE_TEXT, None),
    act("Keep the profile on trial", Deed::KeepProfile, icons::CHECK, None),
    act("Roll back the last profile", Deed::RollBackProfile, icons::ARROW_COUNTER_CLOCKWISE, None),
    act("Add an alert rule", Deed::AddRule, icons::PLUS, None),
    act("Show the log of alerts", Deed::ShowAlertLog, icons::BELL, None),
    act("Acknowledge all firing alerts", Deed::AcknowledgeAlerts, icons::CHECK, None),
    act("Add a service", Deed::AddService, icons::PLUS, None),
    act("Run a service", Deed::RunService, icons::ROCKET_LAUNCH, None),
    act("Start the service shown", Deed::StartService, icons::PLAY, ctrl_shift(Key::U)),
    act("Stop the service shown", Deed::StopService, icons::STOP, ctrl_shift(Key::D)),
    act("Restart the service shown", Deed::RestartService, icons::ARROW_CLOCKWISE, ctrl_shift(Key::R)),
    act("Add a machine", Deed::AddMachine, icons::PLUS, None),
    act("Look at this machine again", Deed::LookHome, icons::DESKTOP, None),
    act("Show the last minute", Deed::SetRange(1), icons::CLOCK, None),
    act("Show the last 5 minutes", Deed::SetRange(5), icons::CLOCK, None),
    act("Show the last 15 minutes", Deed::SetRange(15), icons::CLOCK, None),
    act("Show the last 30 minutes", Deed::SetRange(30), icons::CLOCK, None),
    act("Show the last hour", Deed::SetRange(60), icons::CLOCK, None),
    act("Show the last 6 hours", Deed::SetRange(360), icons::CLOCK, None),
    act("Show the last 24 hours", Deed::SetRange(1440), icons::CLOCK, None),
    act("Show the last 7 days", Deed::SetRange(10_080), icons::CLOCK, None),
    act("Show the last 30 days", Deed::SetRange(43_200), icons::CLOCK, None),
    act("Show the last 90 days", Deed::SetRange(129_600), icons::CLOCK, None),
    act("Show the last year", Deed::SetRange(525_600), icons::CLOCK, None),
    act("Show the last 2 years", Deed::SetRange(1_052_640), icons::CLOCK, None),
    act("Dark theme", Deed::SetTheme(ThemeChoice::Dark), icons::MOON, None),
    act("Light theme", Deed::SetTheme(ThemeChoice::Light), icons::SUN, None),
    act("Theme as the system says", Deed::SetTheme(ThemeChoice::System), icons::DESKTOP, None),
    act("More contrast on or off", Deed::ToggleContrast, icons::EYE, None),
    act("Zoom in", Deed::Zoom(1), icons::MAGNIFYING_GLASS_PLUS, ctrl(Key::Plus)),
    act("Zoom in ", Deed::Zoom(1), icons::MAGNIFYING_GLASS_PLUS, ctrl(Key::Equals)),
    act("Zoom out", Deed::Zoom(-1), icons::MAGNIFYING_GLASS_MINUS, ctrl(Key::Minus)),
    act("Normal size", Deed::Zoom(0), icons::MAGNIFYING_GLASS, ctrl(Key::Num0)),
    act("Take the tour", Deed::TakeTour, icons::SKIP_FORWARD, None),
    act("Dismiss all messages", Deed::DismissToasts, icons::BELL_SLASH, None),
    act("Quit", Deed::Quit, icons::POWER, ctrl(Key::Q)),
];

/// Keys that the Charts page takes while no field has the keyboard.
pub const CHART_KEYS: [(&str, &[&str]); 9] = [
    ("Back and forth in time", &["←", "→"]),
    ("Zoom in and out", &["+", "\u{2212}"]),
    ("Follow live", &["L"]),
    ("Add a note", &["N"]),
    ("The moment before or after, in the inspector", &["←", "→"]),
    ("A single tick before or after", &["Shift+←", "Shift+→"]),
    ("Close the inspector", &["Esc"]),
    ("Undo a change of the layout or of a note", &["Ctrl+Z"]),
    ("Redo it", &["Ctrl+Shift+Z"]),
];

/// Keys that the Processes page takes while no field has the keyboard.
pub const PROCESS_KEYS: [(&str, &[&str]); 6] = [
    ("Choose the process above or below", &["↑", "↓"]),
    ("By a page, to the first, to the last", &["PgUp", "PgDn", "Home", "End"]),
    ("Close and open a branch of the tree", &["←", "→"]),
    ("Open the details", &["Enter"]),
    ("End the process, after a question", &["Delete"]),
    ("Close the details", &["Esc"]),
];

/// Keys that the Profiles page takes while no field has the keyboard.
pub const PROFILE_KEYS: [(&str, &[&str]); 6] = [
    ("Undo a change", &["Ctrl+Z"]),
    ("Redo it", &["Ctrl+Shift+Z"]),
    ("Save", &["Ctrl+S"]),
    ("Find a parameter", &["/"]),
    ("Keep what is on trial", &["Enter"]),
    ("Give up what is being typed", &["Esc"]),
];

/// Keys that the Alerts page takes while no field has the keyboard.
pub const ALERT_KEYS: [(&str, &[&str]); 5] = [
    ("Choose the rule above or below", &["↑", "↓"]),
    ("Add a rule", &["N"]),
    ("Undo a change", &["Ctrl+Z"]),
    ("Redo it", &["Ctrl+Shift+Z"]),
    ("Save the rule", &["Ctrl+S"]),
];

/// Keys that the Services page takes while no field has the keyboard.
pub const SERVICE_KEYS: [(&str, &[&str]); 7] = [
    ("Choose the service, row or span above or below", &["↑", "↓"]),
    ("The tab before or after", &["[", "]"]),
    ("Find a service", &["/"]),
    ("Open the chosen trace", &["Enter"]),
    ("Close the trace, the set-up or the form", &["Esc"]),
    ("Undo and redo in the form of a service that is run", &["Ctrl+Z", "Ctrl+Shift+Z"]),
    ("Save that form", &["Ctrl+S"]),
];

/// The actions that lists show: all but those that are second keys for another.
pub fn listed() -> impl Iterator<Item = &'static Action> {
    ACTIONS.iter().enumerate().filter(|(i, a)| !ACTIONS[..*i].iter().any(|b| b.deed == a.deed)).map(|(_, a)| a)
}

/// The icon of a page.
pub fn page_icon(page: Page) -> Icon {
    ACTIONS.iter().find(|action| action.deed == Deed::Open(page)).map_or(icons::CIRCLE, |action| action.icon)
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn no_two_actions_share_a_name_or_keys_and_every_page_can_be_opened() {
        let names: BTreeSet<&str> = listed().map(|a| a.name).collect();
        assert_eq!(names.len(), listed().count());
        let keys: BTreeSet<String> = ACTIONS
            .iter()
            .filter_map(|a| a.shortcut)
            .map(|s| format!("{:?}{:?}", s.modifiers, s.logical_key))
            .collect();
        assert_eq!(keys.len(), ACTIONS.iter().filter(|a| a.shortcut.is_some()).count());
        for page in Page::ALL {
            assert!(ACTIONS.iter().any(|a| a.deed == Deed::Open(page)), "{page:?}");
            assert_eq!(Page::from_slug(page.slug()), Some(page));
        }
        for minutes in RANGE_MINUTES {
            assert!(ACTIONS.iter().any(|a| a.deed == Deed::SetRange(minutes)), "{minutes}");
        }
    }

    #[test]
    fn what_is_impossible_says_why() {
        let settings = Settings { zoom: 2.0, ..Settings::default() };
        let now = Situation {
            page: Page::Charts,
            is_paused: false,
            has_data: false,
            range_minutes: 15,
            n_toasts: 0,
            is_on_trial: false,
            can_roll_back: false,
            n_unseen: 0,
            is_away: false,
            run_phase: Some(&RunPhase::Ready),
            settings: &settings,
        };
        for (deed, why) in [
            (Deed::StartService, Some("it runs already")),
            (Deed::StopService, None),
            (Deed::RestartService, None),
            (Deed::Open(Page::Charts), Some("already open")),
            (Deed::Open(Page::Help), None),
            (Deed::TogglePause, Some("no data yet")),
            (Deed::SetRange(15), Some("already chosen")),
            (Deed::Zoom(1), Some("already the largest")),
            (Deed::Zoom(-1), None),
            (Deed::DismissToasts, Some("there are none")),
            (Deed::KeepProfile, Some("none is on trial")),
            (Deed::RollBackProfile, Some("nothing to roll back")),
            (Deed::AcknowledgeAlerts, Some("none waits for it")),
            (Deed::CompareProfiles, None),
        ] {
            assert_eq!(deed.why_not(&now), why, "{deed:?}");
        }
    }
}
