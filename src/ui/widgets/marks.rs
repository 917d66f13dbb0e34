//! Words with a state: an icon, a word and a colour together, never the colour alone.

use eframe::egui::{Color32, Rect, Response, Role, Sense, Stroke, StrokeKind, Ui, WidgetInfo, pos2, vec2};

use super::link;
use crate::model::{Level, ProbeState, Severity};
use crate::ui::icons::{self, Icon};
use crate::ui::theme::{TextRole, Theme};

/// The colour of a meaning.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Tone {
    /// Failed, at its limit.
    Critical,
    /// Needs a look.
    Warning,
    /// Done, verified.
    Success,
    /// A fact.
    Info,
    /// No data, calm.
    Neutral,
    /// In force.
    Accent,
}

impl Tone {
    /// The colour of the words and of the ground behind them.
    pub fn colors(self, theme: &Theme) -> (Color32, Color32) {
        let c = &theme.color;
        match self {
            Self::Critical => (c.critical, c.critical_ground),
            Self::Warning => (c.warning, c.warning_ground),
            Self::Success => (c.success, c.success_ground),
            Self::Info => (c.info, c.info_ground),
            Self::Neutral => (c.neutral, c.neutral_ground),
            Self::Accent => (c.accent, c.accent_dim),
        }
    }

    /// The colour of a filled icon.
    pub fn icon_color(self, theme: &Theme) -> Color32 {
        if self == Self::Warning { theme.color.warning_icon } else { self.colors(theme).0 }
    }
}

/// An icon and a tone that say a state together with a word.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Mark {
    /// The icon.
    pub icon: Icon,
    /// The tone.
    pub tone: Tone,
}

impl From<Level> for Mark {
    fn from(level: Level) -> Self {
        match level {
            Level::Unknown => Self { icon: icons::CIRCLE, tone: Tone::Neutral },
            Level::Calm => Self { icon: icons::fill::CHECK_CIRCLE, tone: Tone::Neutral },
            Level::Busy => Self { icon: icons::fill::WARNING, tone: Tone::Warning },
            Level::Critical => Self { icon: icons::fill::X_CIRCLE, tone: Tone::Critical },
        }
    }
}

impl From<Severity> for Mark {
    fn from(severity: Severity) -> Self {
        match severity {
            Severity::Info => Self { icon: icons::fill::INFO, tone: Tone::Info },
            Severity::Success => Self { icon: icons::fill::CHECK_CIRCLE, tone: Tone::Success },
            Severity::Warning => Self { icon: icons::fill::WARNING, tone: Tone::Warning },
            Severity::Error => Self { icon: icons::fill::X_CIRCLE, tone: Tone::Critical },
        }
    }
}

impl From<&ProbeState> for Mark {
    fn from(state: &ProbeState) -> Self {
        match state {
            // That something works is calm, not a success.
            ProbeState::Working => Self { icon: icons::fill::CHECK_CIRCLE, tone: Tone::Neutral },
            ProbeState::Unsupported { .. } => Self { icon: icons::PROHIBIT, tone: Tone::Neutral },
            ProbeState::Failed { .. } => Self { icon: icons::fill::X_CIRCLE, tone: Tone::Critical },
        }
    }
}

/// Icon and word, in that order in every layout. Neutral words are drawn in `t2`.
pub fn state_mark(ui: &mut Ui, theme: &Theme, mark: Mark, word: &str) -> Response {
    let color = if mark.tone == Tone::Neutral { theme.color.t2 } else { mark.tone.colors(theme).0 };
    let galley = ui.painter().layout_no_wrap(word.to_owned(), theme.font(TextRole::Small), color);
    let (rect, response) = ui.allocate_exact_size(vec2((galley.size().x + 19.0).ceil(), 16.0), Sense::hover());
    mark.icon.paint(ui.painter(), pos2(rect.left() + 7.0, rect.center().y), 14.0, mark.tone.icon_color(theme));
    let at = pos2(rect.left() + 19.0, rect.center().y - galley.size().y / 2.0);
    ui.painter().galley(at, galley, color);
    response.widget_info(|| WidgetInfo::labeled(Role::Label, true, word));
    response
}

/// A chip: a word on the ground of its tone, 20 high.
pub fn chip(ui: &mut Ui, theme: &Theme, tone: Tone, icon: Option<Icon>, text: &str) -> Response {
    let (color, ground) = tone.colors(theme);
    chip_with(ui, theme, icon, text, (color, ground, Color32::TRANSPARENT))
}

/// A chip for plain facts: an edge and no ground.
pub fn outline_chip(ui: &mut Ui, theme: &Theme, text: &str) -> Response {
    chip_with(ui, theme, None, text, (theme.color.t2, Color32::TRANSPARENT, theme.color.line_field))
}

fn chip_with(
    ui: &mut Ui,
    theme: &Theme,
    icon: Option<Icon>,
    text: &str,
    (color, ground, edge): (Color32, Color32, Color32),
) -> Response {
    let galley = ui.painter().layout_no_wrap(text.to_owned(), theme.font(TextRole::MicroStrong), color);
    let icon_width = if icon.is_some() { 16.0 } else { 0.0 };
    let size = vec2((galley.size().x + icon_width + 12.0).ceil(), theme.size.chip);
    let (rect, response) = ui.allocate_exact_size(size, Sense::hover());
    let stroke = if edge == Color32::TRANSPARENT { Stroke::NONE } else { Stroke::new(1.0, edge) };
    ui.painter().rect(rect, f32::from(theme.radius.chip), ground, stroke, StrokeKind::Inside);
    if let Some(icon) = icon {
        icon.paint(ui.painter(), pos2(rect.left() + 12.0, rect.center().y), 12.0, color);
    }
    let at = pos2(rect.left() + 6.0 + icon_width, rect.center().y - galley.size().y / 2.0);
    ui.painter().galley(at, galley, color);
    response.widget_info(|| WidgetInfo::labeled(Role::Label, true, text));
    response
}

/// A count in a round badge, 16 high.
pub fn badge(ui: &mut Ui, theme: &Theme, count: usize, is_critical: bool) -> Response {
    let c = &theme.color;
    let (ground, color) = if is_critical { (c.critical, c.bg_page) } else { (c.line, c.t1) };
    let galley = ui.painter().layout_no_wrap(count.to_string(), theme.font(TextRole::MicroSemi), color);
    let size = vec2((galley.size().x + 10.0).max(theme.size.badge), theme.size.badge);
    let (rect, response) = ui.allocate_exact_size(size, Sense::hover());
    ui.painter().rect_filled(rect, theme.size.badge / 2.0, ground);
    ui.painter().galley(rect.center() - galley.size() / 2.0, galley, color);
    response.widget_info(|| WidgetInfo::labeled(Role::Label, true, count.to_string()));
    response
}

/// A line across the page about its state, with a link at its right; true when the link was clicked.
pub fn banner(ui: &mut Ui, theme: &Theme, tone: Tone, text: &str, action: Option<&str>) -> bool {
    let (color, ground) = tone.colors(theme);
    let (rect, response) = ui.allocate_exact_size(vec2(ui.available_width(), 32.0), Sense::hover());
    ui.painter().rect_filled(rect, f32::from(theme.radius.control), ground);
    let icon = match tone {
        Tone::Critical => icons::fill::X_CIRCLE,
        Tone::Warning => icons::fill::WARNING,
        Tone::Success => icons::fill::CHECK_CIRCLE,
        _ => icons::fill::INFO,
    };
    icon.paint(ui.painter(), pos2(rect.left() + 20.0, rect.center().y), 16.0, tone.icon_color(theme));
    response.widget_info(|| WidgetInfo::labeled(Role::Status, true, text));
    let inner = Rect::from_min_max(pos2(rect.left() + 36.0, rect.top()), pos2(rect.right() - 12.0, rect.bottom()));
    let mut ui = ui.new_child(
        eframe::egui::UiBuilder::new()
            .max_rect(inner)
            .layout(eframe::egui::Layout::right_to_left(eframe::egui::Align::Center)),
    );
    let is_clicked = action.is_some_and(|action| link(&mut ui, theme, action).clicked());
    ui.with_layout(eframe::egui::Layout::left_to_right(eframe::egui::Align::Center), |ui| {
        ui.add(eframe::egui::Label::new(theme.colored(TextRole::Small, text, color)).truncate());
    });
    is_clicked
}
