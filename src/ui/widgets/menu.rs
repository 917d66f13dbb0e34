//! Menus that drop from a button: of actions, and of choices.

use eframe::egui::{
    Color32, Frame, Margin, Popup, PopupCloseBehavior, Rect, Response, Role, Sense, Stroke, StrokeKind, Ui, WidgetInfo,
    pos2, vec2,
};

use super::{elided, focus_ring};
use crate::ui::icons::{self, Icon};
use crate::ui::theme::{TextRole, Theme};

/// Width of a menu unless what is in it needs more, points.
const MENU_WIDTH: f32 = 160.0;

/// Width beyond which the text of an entry is cut, points.
const MAX_TEXT: f32 = 320.0;

/// The ground of everything that floats.
pub fn popup_frame(theme: &Theme) -> Frame {
    Frame::new()
        .fill(theme.color.bg_raised)
        .stroke(Stroke::new(1.0, theme.color.line_strong))
        .corner_radius(theme.radius.panel)
        .inner_margin(Margin::same(4))
}

/// Opens below `button` when it is clicked; closes on a click in it or outside.
pub fn popup_menu<R>(theme: &Theme, button: &Response, contents: impl FnOnce(&mut Ui) -> R) -> Option<R> {
    Popup::menu(button)
        .frame(popup_frame(theme))
        .close_behavior(PopupCloseBehavior::CloseOnClick)
        .gap(4.0)
        .show(|ui| {
            ui.spacing_mut().item_spacing.y = 0.0;
            ui.set_max_width(MENU_WIDTH);
            contents(ui)
        })
        .map(|shown| shown.inner)
}

/// An entry of a menu, as wide as the menu; `is_chosen` puts a check before it.
pub fn menu_item(ui: &mut Ui, theme: &Theme, text: &str, icon: Option<Icon>, is_chosen: bool) -> Response {
    let c = &theme.color;
    let galley = elided(ui.painter(), theme, text, TextRole::Body, Color32::PLACEHOLDER, MAX_TEXT);
    let is_cut = galley.elided;
    let width = (galley.size().x + 44.0).max(ui.available_width().min(360.0)).max(120.0);
    let (rect, response) = ui.allocate_exact_size(vec2(width, theme.size.control), Sense::click());
    if response.hovered() || response.has_focus() {
        ui.painter().rect_filled(rect, f32::from(theme.radius.chip), c.bg_control_hover);
    }
    let mark = pos2(rect.left() + 14.0, rect.center().y);
    if is_chosen {
        icons::CHECK.paint(ui.painter(), mark, 14.0, c.accent);
    } else if let Some(icon) = icon {
        icon.paint(ui.painter(), mark, 14.0, c.t2);
    }
    ui.painter().galley(pos2(rect.left() + 28.0, rect.center().y - galley.size().y / 2.0), galley, c.t1);
    response.widget_info(|| WidgetInfo::selected(Role::MenuItem, true, is_chosen, text));
    if is_cut { response.on_hover_text(text) } else { response }
}

/// A field that drops a list of choices; true when another was chosen.
pub fn choice<T: PartialEq + Copy>(
    ui: &mut Ui,
    theme: &Theme,
    name: &str,
    width: f32,
    value: &mut T,
    choices: &[(T, &str)],
) -> bool {
    choice_in(ui, theme, name, width, value, choices, theme.color.t1)
}

/// The same, written in a colour: grey for what is inherited.
pub fn choice_in<T: PartialEq + Copy>(
    ui: &mut Ui,
    theme: &Theme,
    name: &str,
    width: f32,
    value: &mut T,
    choices: &[(T, &str)],
    color: Color32,
) -> bool {
    let c = &theme.color;
    let text = choices.iter().find(|(choice, _)| choice == value).map_or("–", |(_, text)| text);
    let (rect, response) = ui.allocate_exact_size(vec2(width, theme.size.control), Sense::click());
    let edge = if response.hovered() { c.line_strong } else { c.line_field };
    let radius = f32::from(theme.radius.control);
    ui.painter().rect(rect, radius, c.bg_field, Stroke::new(1.0, edge), StrokeKind::Inside);
    let inner = Rect::from_min_max(rect.min + vec2(10.0, 0.0), rect.max - vec2(26.0, 0.0));
    let galley = elided(ui.painter(), theme, text, TextRole::Body, color, inner.width());
    let at = pos2(inner.left(), inner.center().y - galley.size().y / 2.0);
    ui.painter().galley(at, galley, color);
    icons::CARET_DOWN.paint(ui.painter(), pos2(rect.right() - 14.0, rect.center().y), 12.0, c.t3);
    focus_ring(ui, theme, &response, theme.radius.control);
    response.widget_info(|| WidgetInfo::labeled(Role::ComboBox, true, format!("{name}: {text}")));
    let mut changed = false;
    popup_menu(theme, &response, |ui| {
        ui.set_min_width(width - 8.0);
        for (choice, text) in choices {
            if menu_item(ui, theme, text, None, choice == value).clicked() && choice != value {
                *value = *choice;
                changed = true;
            }
        }
    });
    changed
}
