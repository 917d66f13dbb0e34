//! Buttons and links. A button that cannot be used says why in a tooltip.

use eframe::egui::{Color32, CursorIcon, Rect, Response, Role, Sense, Stroke, StrokeKind, Ui, WidgetInfo, pos2, vec2};

use super::focus_ring;
use crate::ui::icons::{self, Icon};
use crate::ui::theme::{TextRole, Theme};

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    Primary,
    Secondary,
    Quiet,
    Danger,
    DangerFilled,
}

/// A button with words on it.
#[must_use = "show the button"]
pub struct Button<'a> {
    text: &'a str,
    kind: Kind,
    icon: Option<Icon>,
    is_tall: bool,
    why_not: Option<&'a str>,
    name: Option<&'a str>,
}

impl<'a> Button<'a> {
    const fn new(text: &'a str, kind: Kind) -> Self {
        Self { text, kind, icon: None, is_tall: false, why_not: None, name: None }
    }

    /// The one button of a page that does what the page is for.
    pub const fn primary(text: &'a str) -> Self {
        Self::new(text, Kind::Primary)
    }

    /// An ordinary button.
    pub const fn secondary(text: &'a str) -> Self {
        Self::new(text, Kind::Secondary)
    }

    /// A button of text alone.
    pub const fn quiet(text: &'a str) -> Self {
        Self::new(text, Kind::Quiet)
    }

    /// A button that leads to harm through a question.
    pub const fn danger(text: &'a str) -> Self {
        Self::new(text, Kind::Danger)
    }

    /// The button that does harm, inside the question.
    pub const fn danger_filled(text: &'a str) -> Self {
        Self::new(text, Kind::DangerFilled)
    }

    /// Puts an icon before the words.
    pub const fn icon(mut self, icon: Icon) -> Self {
        self.icon = Some(icon);
        self
    }

    /// Makes it 32 points high, for the end of a flow.
    pub const fn tall(mut self) -> Self {
        self.is_tall = true;
        self
    }

    /// Makes it impossible where there is a reason, which its tooltip gives.
    pub const fn why_not(mut self, why_not: Option<&'a str>) -> Self {
        self.why_not = why_not;
        self
    }

    /// Names it for screen readers where its words alone do not tell enough.
    pub const fn name(mut self, name: &'a str) -> Self {
        self.name = Some(name);
        self
    }

    /// Draws it; `clicked()` of the answer is never true while there is a reason against it.
    pub fn show(self, ui: &mut Ui, theme: &Theme) -> Response {
        let c = &theme.color;
        let is_enabled = self.why_not.is_none() && ui.is_enabled();
        let height = if self.is_tall { theme.size.control_tall } else { theme.size.control };
        let padding = if self.kind == Kind::Quiet { 8.0 } else { 12.0 };
        let galley =
            ui.painter().layout_no_wrap(self.text.to_owned(), theme.font(TextRole::SmallStrong), Color32::PLACEHOLDER);
        let icon_width = if self.icon.is_some() { 14.0 + 6.0 } else { 0.0 };
        let size = vec2((galley.size().x + icon_width + 2.0 * padding).ceil(), height);
        let sense = if is_enabled { Sense::click() } else { Sense::hover() };
        let (rect, response) = ui.allocate_exact_size(size, sense);
        let is_hovered = response.hovered() && is_enabled;
        let (fill, edge, text) = match self.kind {
            _ if !is_enabled => {
                (Color32::TRANSPARENT, if self.kind == Kind::Quiet { Color32::TRANSPARENT } else { c.line }, c.disabled)
            }
            Kind::Primary if is_hovered => (c.accent_hover, Color32::TRANSPARENT, c.on_accent),
            Kind::Primary => (c.accent, Color32::TRANSPARENT, c.on_accent),
            Kind::Secondary if is_hovered => (c.bg_control_hover, c.line, c.t1),
            Kind::Secondary => (c.bg_control, c.line, c.t1),
            Kind::Quiet if is_hovered => (c.bg_control, Color32::TRANSPARENT, c.t1),
            Kind::Quiet => (Color32::TRANSPARENT, Color32::TRANSPARENT, c.t2),
            Kind::Danger if is_hovered => (c.critical_ground, c.critical, c.critical),
            Kind::Danger => (Color32::TRANSPARENT, c.critical, c.critical),
            Kind::DangerFilled => (c.danger_fill, Color32::TRANSPARENT, c.danger_text),
        };
        if ui.is_rect_visible(rect) {
            let painter = ui.painter();
            let stroke = if edge == Color32::TRANSPARENT { Stroke::NONE } else { Stroke::new(1.0, edge) };
            painter.rect(rect, f32::from(theme.radius.control), fill, stroke, StrokeKind::Inside);
            let mut x = rect.left() + padding;
            if let Some(icon) = self.icon {
                icon.paint(painter, pos2(x + 7.0, rect.center().y), 14.0, text);
                x += icon_width;
            }
            painter.galley(pos2(x, rect.center().y - galley.size().y / 2.0), galley, text);
        }
        focus_ring(ui, theme, &response, theme.radius.control);
        let name = self.name.unwrap_or(self.text);
        response.widget_info(|| WidgetInfo::labeled(Role::Button, is_enabled, name));
        match self.why_not {
            Some(why) => response.on_hover_text(why),
            None => response,
        }
    }
}

/// A square button with an icon alone. Its name is also its tooltip.
#[must_use = "show the button"]
pub struct IconButton<'a> {
    icon: Icon,
    name: &'a str,
    is_framed: bool,
    is_chosen: bool,
    side: Option<f32>,
    why_not: Option<&'a str>,
}

impl<'a> IconButton<'a> {
    /// An icon that a click on does what `name` says.
    pub const fn new(icon: Icon, name: &'a str) -> Self {
        Self { icon, name, is_framed: false, is_chosen: false, side: None, why_not: None }
    }

    /// Draws an edge around it.
    pub const fn framed(mut self) -> Self {
        self.is_framed = true;
        self
    }

    /// Draws it as being in force.
    pub const fn chosen(mut self, is_chosen: bool) -> Self {
        self.is_chosen = is_chosen;
        self
    }

    /// Makes it smaller than a control: for rows and chips.
    pub const fn side(mut self, side: f32) -> Self {
        self.side = Some(side);
        self
    }

    /// Makes it impossible where there is a reason.
    pub const fn why_not(mut self, why_not: Option<&'a str>) -> Self {
        self.why_not = why_not;
        self
    }

    /// Draws it.
    pub fn show(self, ui: &mut Ui, theme: &Theme) -> Response {
        let c = &theme.color;
        let side = self.side.unwrap_or(theme.size.control);
        let is_enabled = self.why_not.is_none() && ui.is_enabled();
        let sense = if is_enabled { Sense::click() } else { Sense::hover() };
        let (rect, response) = ui.allocate_exact_size(vec2(side, side), sense);
        let is_hovered = response.hovered() && is_enabled;
        let fill = match (is_hovered, self.is_chosen) {
            (true, _) => c.bg_control_hover,
            (false, true) => c.bg_control,
            (false, false) => Color32::TRANSPARENT,
        };
        let color = match (is_enabled, self.is_chosen || is_hovered) {
            (false, _) => c.disabled,
            (true, true) => c.t1,
            (true, false) => c.t2,
        };
        let stroke = if self.is_framed { Stroke::new(1.0, c.line) } else { Stroke::NONE };
        let radius = if side < 24.0 { theme.radius.chip } else { theme.radius.control };
        ui.painter().rect(rect, f32::from(radius), fill, stroke, StrokeKind::Inside);
        self.icon.paint(ui.painter(), rect.center(), if side < 24.0 { 12.0 } else { theme.size.icon }, color);
        focus_ring(ui, theme, &response, radius);
        response.widget_info(|| WidgetInfo::selected(Role::Button, is_enabled, self.is_chosen, self.name));
        response.on_hover_text(self.why_not.unwrap_or(self.name))
    }
}

/// Words in accent that can be clicked.
pub fn link(ui: &mut Ui, theme: &Theme, text: &str) -> Response {
    link_with(ui, theme, text, None)
}

/// The same with an arrow behind, for what leads to another page.
pub fn link_arrow(ui: &mut Ui, theme: &Theme, text: &str) -> Response {
    link_with(ui, theme, text, Some(icons::ARROW_RIGHT))
}

fn link_with(ui: &mut Ui, theme: &Theme, text: &str, icon: Option<Icon>) -> Response {
    let font = theme.font(TextRole::SmallStrong);
    let galley = ui.painter().layout_no_wrap(text.to_owned(), font, Color32::PLACEHOLDER);
    let width = galley.size().x + if icon.is_some() { 18.0 } else { 0.0 };
    let (rect, response) = ui.allocate_exact_size(vec2(width.ceil(), 20.0), Sense::click());
    let color = if response.hovered() { theme.color.accent_hover } else { theme.color.accent };
    let text_rect = Rect::from_min_size(pos2(rect.left(), rect.center().y - galley.size().y / 2.0), galley.size());
    ui.painter().galley(text_rect.min, galley, color);
    if let Some(icon) = icon {
        icon.paint(ui.painter(), pos2(rect.right() - 6.0, rect.center().y), 12.0, color);
    }
    focus_ring(ui, theme, &response, theme.radius.bar);
    response.widget_info(|| WidgetInfo::labeled(Role::Link, true, text));
    response.on_hover_cursor(CursorIcon::PointingHand)
}
