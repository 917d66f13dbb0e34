//! The icons there are: Phosphor's code points, cut down to those the program draws.
//!
//! Not how they are drawn: see [`Icon::text`] for labels and [`Icon::paint`] for painters. The code points come from
//! `assets/fonts/icons.json`, which is written together with the font files.

use eframe::egui::{Align2, Color32, FontFamily, FontId, Painter, Pos2, RichText};

/// Which cut of the icon font.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Face {
    /// Drawn lines, the usual one.
    Regular,
    /// Filled, for states alone.
    Fill,
    /// Heavy lines, for 10 px.
    Bold,
}

impl Face {
    /// The name of the font family.
    pub fn family(self) -> &'static str {
        match self {
            Self::Regular => "icons",
            Self::Fill => "icons-fill",
            Self::Bold => "icons-bold",
        }
    }
}

/// One icon.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Icon {
    /// Its one character in the icon font.
    pub glyph: &'static str,
    /// Its cut.
    pub face: Face,
}

impl Icon {
    /// The font to draw it with.
    pub fn font(self, size: f32) -> FontId {
        FontId::new(size, FontFamily::Name(self.face.family().into()))
    }

    /// The icon as text, for labels.
    pub fn text(self, size: f32, color: Color32) -> RichText {
        RichText::new(self.glyph).font(self.font(size)).color(color)
    }

    /// Draws the icon around a point.
    pub fn paint(self, painter: &Painter, center: Pos2, size: f32, color: Color32) {
        painter.text(center, Align2::CENTER_CENTER, self.glyph, self.font(size), color);
    }
}

/// Phosphor's `app-window`.
pub const APP_WINDOW: Icon = Icon { glyph: "\u{e5da}", face: Face::Regular };
/// Phosphor's `arrow-bend-down-right`.
pub const ARROW_BEND_DOWN_RIGHT: Icon = Icon { glyph: "\u{e01a}", face: Face::Regular };
/// Phosphor's `arrow-clockwise`.
pub const ARROW_CLOCKWISE: Icon = Icon { glyph: "\u{e036}", face: Face::Regular };
/// Phosphor's `arrow-counter-clockwise`.
pub const ARROW_COUNTER_CLOCKWISE: Icon = Icon { glyph: "\u{e038}", face: Face::Regular };
/// Phosphor's `arrow-down`.
pub const ARROW_DOWN: Icon = Icon { glyph: "\u{e03e}", face: Face::Regular };
/// Phosphor's `arrow-right`.
pub const ARROW_RIGHT: Icon = Icon { glyph: "\u{e06c}", face: Face::Regular };
/// Phosphor's `arrow-u-up-left`.
pub const ARROW_U_UP_LEFT: Icon = Icon { glyph: "\u{e08a}", face: Face::Regular };
/// Phosphor's `arrow-u-up-right`.
pub const ARROW_U_UP_RIGHT: Icon = Icon { glyph: "\u{e08c}", face: Face::Regular };
/// Phosphor's `arrow-up`.
pub const ARROW_UP: Icon = Icon { glyph: "\u{e08e}", face: Face::Regular };
/// Phosphor's `arrows-clockwise`.
pub const ARROWS_CLOCKWISE: Icon = Icon { glyph: "\u{e094}", face: Face::Regular };
/// Phosphor's `arrows-out-cardinal`.
pub const ARROWS_OUT_CARDINAL: Icon = Icon { glyph: "\u{e0a4}", face: Face::Regular };
/// Phosphor's `battery-medium`.
pub const BATTERY_MEDIUM: Icon = Icon { glyph: "\u{e0c6}", face: Face::Regular };
/// Phosphor's `bell`.
pub const BELL: Icon = Icon { glyph: "\u{e0ce}", face: Face::Regular };
/// Phosphor's `bell-slash`.
pub const BELL_SLASH: Icon = Icon { glyph: "\u{e0d4}", face: Face::Regular };
/// Phosphor's `calendar-blank`.
pub const CALENDAR_BLANK: Icon = Icon { glyph: "\u{e10a}", face: Face::Regular };
/// Phosphor's `caret-down`.
pub const CARET_DOWN: Icon = Icon { glyph: "\u{e136}", face: Face::Regular };
/// Phosphor's `caret-left`.
pub const CARET_LEFT: Icon = Icon { glyph: "\u{e138}", face: Face::Regular };
/// Phosphor's `caret-right`.
pub const CARET_RIGHT: Icon = Icon { glyph: "\u{e13a}", face: Face::Regular };
/// Phosphor's `caret-up`.
pub const CARET_UP: Icon = Icon { glyph: "\u{e13c}", face: Face::Regular };
/// Phosphor's `chart-line`.
pub const CHART_LINE: Icon = Icon { glyph: "\u{e154}", face: Face::Regular };
/// Phosphor's `check`.
pub const CHECK: Icon = Icon { glyph: "\u{e182}", face: Face::Regular };
/// Phosphor's `check-circle`.
pub const CHECK_CIRCLE: Icon = Icon { glyph: "\u{e184}", face: Face::Regular };
/// Phosphor's `circle`.
pub const CIRCLE: Icon = Icon { glyph: "\u{e18a}", face: Face::Regular };
/// Phosphor's `circle-notch`.
pub const CIRCLE_NOTCH: Icon = Icon { glyph: "\u{eb44}", face: Face::Regular };
/// Phosphor's `clock`.
pub const CLOCK: Icon = Icon { glyph: "\u{e19a}", face: Face::Regular };
/// Phosphor's `clock-counter-clockwise`.
pub const CLOCK_COUNTER_CLOCKWISE: Icon = Icon { glyph: "\u{e1a0}", face: Face::Regular };
/// Phosphor's `command`.
pub const COMMAND: Icon = Icon { glyph: "\u{e1c4}", face: Face::Regular };
/// Phosphor's `copy`.
pub const COPY: Icon = Icon { glyph: "\u{e1ca}", face: Face::Regular };
/// Phosphor's `cpu`.
pub const CPU: Icon = Icon { glyph: "\u{e610}", face: Face::Regular };
/// Phosphor's `database`.
pub const DATABASE: Icon = Icon { glyph: "\u{e1de}", face: Face::Regular };
/// Phosphor's `desktop`.
pub const DESKTOP: Icon = Icon { glyph: "\u{e560}", face: Face::Regular };
/// Phosphor's `desktop-tower`.
pub const DESKTOP_TOWER: Icon = Icon { glyph: "\u{e562}", face: Face::Regular };
/// Phosphor's `detective`.
pub const DETECTIVE: Icon = Icon { glyph: "\u{e83e}", face: Face::Regular };
/// Phosphor's `dots-six-vertical`.
pub const DOTS_SIX_VERTICAL: Icon = Icon { glyph: "\u{eae2}", face: Face::Regular };
/// Phosphor's `dots-three`.
pub const DOTS_THREE: Icon = Icon { glyph: "\u{e1fe}", face: Face::Regular };
/// Phosphor's `download-simple`.
pub const DOWNLOAD_SIMPLE: Icon = Icon { glyph: "\u{e20c}", face: Face::Regular };
/// Phosphor's `equals`.
pub const EQUALS: Icon = Icon { glyph: "\u{e21c}", face: Face::Regular };
/// Phosphor's `export`.
pub const EXPORT: Icon = Icon { glyph: "\u{eaf0}", face: Face::Regular };
/// Phosphor's `eye`.
pub const EYE: Icon = Icon { glyph: "\u{e220}", face: Face::Regular };
/// Phosphor's `eye-slash`.
pub const EYE_SLASH: Icon = Icon { glyph: "\u{e224}", face: Face::Regular };
/// Phosphor's `file-text`.
pub const FILE_TEXT: Icon = Icon { glyph: "\u{e23a}", face: Face::Regular };
/// Phosphor's `flag`.
pub const FLAG: Icon = Icon { glyph: "\u{e244}", face: Face::Regular };
/// Phosphor's `flask`.
pub const FLASK: Icon = Icon { glyph: "\u{e79e}", face: Face::Regular };
/// Phosphor's `floppy-disk`.
pub const FLOPPY_DISK: Icon = Icon { glyph: "\u{e248}", face: Face::Regular };
/// Phosphor's `folder-open`.
pub const FOLDER_OPEN: Icon = Icon { glyph: "\u{e256}", face: Face::Regular };
/// Phosphor's `funnel-simple`.
pub const FUNNEL_SIMPLE: Icon = Icon { glyph: "\u{e268}", face: Face::Regular };
/// Phosphor's `gauge`.
pub const GAUGE: Icon = Icon { glyph: "\u{e628}", face: Face::Regular };
/// Phosphor's `gear-six`.
pub const GEAR_SIX: Icon = Icon { glyph: "\u{e272}", face: Face::Regular };
/// Phosphor's `git-diff`.
pub const GIT_DIFF: Icon = Icon { glyph: "\u{e27c}", face: Face::Regular };
/// Phosphor's `graphics-card`.
pub const GRAPHICS_CARD: Icon = Icon { glyph: "\u{e612}", face: Face::Regular };
/// Phosphor's `hard-drives`.
pub const HARD_DRIVES: Icon = Icon { glyph: "\u{e2a0}", face: Face::Regular };
/// Phosphor's `heartbeat`.
pub const HEARTBEAT: Icon = Icon { glyph: "\u{e2ac}", face: Face::Regular };
/// Phosphor's `hourglass-medium`.
pub const HOURGLASS_MEDIUM: Icon = Icon { glyph: "\u{e2b8}", face: Face::Regular };
/// Phosphor's `info`.
pub const INFO: Icon = Icon { glyph: "\u{e2ce}", face: Face::Regular };
/// Phosphor's `key`.
pub const KEY: Icon = Icon { glyph: "\u{e2d6}", face: Face::Regular };
/// Phosphor's `keyboard`.
pub const KEYBOARD: Icon = Icon { glyph: "\u{e2d8}", face: Face::Regular };
/// Phosphor's `lightbulb`.
pub const LIGHTBULB: Icon = Icon { glyph: "\u{e2dc}", face: Face::Regular };
/// Phosphor's `lightning`.
pub const LIGHTNING: Icon = Icon { glyph: "\u{e2de}", face: Face::Regular };
/// Phosphor's `link`.
pub const LINK: Icon = Icon { glyph: "\u{e2e2}", face: Face::Regular };
/// Phosphor's `list`.
pub const LIST: Icon = Icon { glyph: "\u{e2f0}", face: Face::Regular };
/// Phosphor's `lock-key`.
pub const LOCK_KEY: Icon = Icon { glyph: "\u{e2fe}", face: Face::Regular };
/// Phosphor's `magnifying-glass`.
pub const MAGNIFYING_GLASS: Icon = Icon { glyph: "\u{e30c}", face: Face::Regular };
/// Phosphor's `magnifying-glass-minus`.
pub const MAGNIFYING_GLASS_MINUS: Icon = Icon { glyph: "\u{e30e}", face: Face::Regular };
/// Phosphor's `magnifying-glass-plus`.
pub const MAGNIFYING_GLASS_PLUS: Icon = Icon { glyph: "\u{e310}", face: Face::Regular };
/// Phosphor's `memory`.
pub const MEMORY: Icon = Icon { glyph: "\u{e9c4}", face: Face::Regular };
/// Phosphor's `minus-circle`.
pub const MINUS_CIRCLE: Icon = Icon { glyph: "\u{e32c}", face: Face::Regular };
/// Phosphor's `moon`.
pub const MOON: Icon = Icon { glyph: "\u{e330}", face: Face::Regular };
/// Phosphor's `network`.
pub const NETWORK: Icon = Icon { glyph: "\u{edde}", face: Face::Regular };
/// Phosphor's `note`.
pub const NOTE: Icon = Icon { glyph: "\u{e348}", face: Face::Regular };
/// Phosphor's `pause`.
pub const PAUSE: Icon = Icon { glyph: "\u{e39e}", face: Face::Regular };
/// Phosphor's `pause-circle`.
pub const PAUSE_CIRCLE: Icon = Icon { glyph: "\u{e3a0}", face: Face::Regular };
/// Phosphor's `pencil-simple`.
pub const PENCIL_SIMPLE: Icon = Icon { glyph: "\u{e3b4}", face: Face::Regular };
/// Phosphor's `play`.
pub const PLAY: Icon = Icon { glyph: "\u{e3d0}", face: Face::Regular };
/// Phosphor's `plugs`.
pub const PLUGS: Icon = Icon { glyph: "\u{eb56}", face: Face::Regular };
/// Phosphor's `plugs-connected`.
pub const PLUGS_CONNECTED: Icon = Icon { glyph: "\u{eb5a}", face: Face::Regular };
/// Phosphor's `plus`.
pub const PLUS: Icon = Icon { glyph: "\u{e3d4}", face: Face::Regular };
/// Phosphor's `power`.
pub const POWER: Icon = Icon { glyph: "\u{e3da}", face: Face::Regular };
/// Phosphor's `prohibit`.
pub const PROHIBIT: Icon = Icon { glyph: "\u{e3de}", face: Face::Regular };
/// Phosphor's `push-pin`.
pub const PUSH_PIN: Icon = Icon { glyph: "\u{e3e2}", face: Face::Regular };
/// Phosphor's `question`.
pub const QUESTION: Icon = Icon { glyph: "\u{e3e8}", face: Face::Regular };
/// Phosphor's `rocket-launch`.
pub const ROCKET_LAUNCH: Icon = Icon { glyph: "\u{e3fe}", face: Face::Regular };
/// Phosphor's `rows`.
pub const ROWS: Icon = Icon { glyph: "\u{e5a2}", face: Face::Regular };
/// Phosphor's `seal-check`.
pub const SEAL_CHECK: Icon = Icon { glyph: "\u{e606}", face: Face::Regular };
/// Phosphor's `skip-forward`.
pub const SKIP_FORWARD: Icon = Icon { glyph: "\u{e5a6}", face: Face::Regular };
/// Phosphor's `sliders-horizontal`.
pub const SLIDERS_HORIZONTAL: Icon = Icon { glyph: "\u{e434}", face: Face::Regular };
/// Phosphor's `squares-four`.
pub const SQUARES_FOUR: Icon = Icon { glyph: "\u{e464}", face: Face::Regular };
/// Phosphor's `stack`.
pub const STACK: Icon = Icon { glyph: "\u{e466}", face: Face::Regular };
/// Phosphor's `stop`.
pub const STOP: Icon = Icon { glyph: "\u{e46c}", face: Face::Regular };
/// Phosphor's `sun`.
pub const SUN: Icon = Icon { glyph: "\u{e472}", face: Face::Regular };
/// Phosphor's `table`.
pub const TABLE: Icon = Icon { glyph: "\u{e476}", face: Face::Regular };
/// Phosphor's `terminal-window`.
pub const TERMINAL_WINDOW: Icon = Icon { glyph: "\u{eae8}", face: Face::Regular };
/// Phosphor's `thermometer-simple`.
pub const THERMOMETER_SIMPLE: Icon = Icon { glyph: "\u{e5cc}", face: Face::Regular };
/// Phosphor's `trash`.
pub const TRASH: Icon = Icon { glyph: "\u{e4a6}", face: Face::Regular };
/// Phosphor's `tree-view`.
pub const TREE_VIEW: Icon = Icon { glyph: "\u{ee48}", face: Face::Regular };
/// Phosphor's `trend-up`.
pub const TREND_UP: Icon = Icon { glyph: "\u{e4ae}", face: Face::Regular };
/// Phosphor's `upload-simple`.
pub const UPLOAD_SIMPLE: Icon = Icon { glyph: "\u{e4c0}", face: Face::Regular };
/// Phosphor's `users`.
pub const USERS: Icon = Icon { glyph: "\u{e4d6}", face: Face::Regular };
/// Phosphor's `warning`.
pub const WARNING: Icon = Icon { glyph: "\u{e4e0}", face: Face::Regular };
/// Phosphor's `webhooks-logo`.
pub const WEBHOOKS_LOGO: Icon = Icon { glyph: "\u{ecae}", face: Face::Regular };
/// Phosphor's `wifi-high`.
pub const WIFI_HIGH: Icon = Icon { glyph: "\u{e4ea}", face: Face::Regular };
/// Phosphor's `x`.
pub const X: Icon = Icon { glyph: "\u{e4f6}", face: Face::Regular };
/// Phosphor's `x-circle`.
pub const X_CIRCLE: Icon = Icon { glyph: "\u{e4f8}", face: Face::Regular };

/// Filled icons, for states alone.
pub mod fill {
    use super::{Face, Icon};

    /// Phosphor's `bell-ringing`.
    pub const BELL_RINGING: Icon = Icon { glyph: "\u{e5e8}", face: Face::Fill };
    /// Phosphor's `check-circle`.
    pub const CHECK_CIRCLE: Icon = Icon { glyph: "\u{e184}", face: Face::Fill };
    /// Phosphor's `hourglass-medium`.
    pub const HOURGLASS_MEDIUM: Icon = Icon { glyph: "\u{e2b8}", face: Face::Fill };
    /// Phosphor's `info`.
    pub const INFO: Icon = Icon { glyph: "\u{e2ce}", face: Face::Fill };
    /// Phosphor's `minus-circle`.
    pub const MINUS_CIRCLE: Icon = Icon { glyph: "\u{e32c}", face: Face::Fill };
    /// Phosphor's `play`.
    pub const PLAY: Icon = Icon { glyph: "\u{e3d0}", face: Face::Fill };
    /// Phosphor's `warning`.
    pub const WARNING: Icon = Icon { glyph: "\u{e4e0}", face: Face::Fill };
    /// Phosphor's `x-circle`.
    pub const X_CIRCLE: Icon = Icon { glyph: "\u{e4f8}", face: Face::Fill };
}

/// Heavy icons, for 10 px.
pub mod bold {
    use super::{Face, Icon};

    /// Phosphor's `arrow-down`.
    pub const ARROW_DOWN: Icon = Icon { glyph: "\u{e03e}", face: Face::Bold };
    /// Phosphor's `arrow-up`.
    pub const ARROW_UP: Icon = Icon { glyph: "\u{e08e}", face: Face::Bold };
    /// Phosphor's `check`.
    pub const CHECK: Icon = Icon { glyph: "\u{e182}", face: Face::Bold };
    /// Phosphor's `equals`.
    pub const EQUALS: Icon = Icon { glyph: "\u{e21c}", face: Face::Bold };
    /// Phosphor's `question`.
    pub const QUESTION: Icon = Icon { glyph: "\u{e3e8}", face: Face::Bold };
}
