//! Choices side by side: segments for settings, tabs for parts of a page.

use eframe::egui::{
    Color32, CornerRadius, Rect, Response, Role, Sense, Stroke, StrokeKind, Ui, WidgetInfo, pos2, vec2,
};

use super::focus_ring;
use crate::ui::icons::Icon;
use crate::ui::theme::{TextRole, Theme};

/// A row of choices of which one holds; true when the choice changed. `name` is said before each choice.
pub fn segments<T: PartialEq + Copy>(
    ui: &mut Ui,
    theme: &Theme,
    name: &str,
    value: &mut T,
    choices: &[(T, &str)],
) -> bool {
    let choices: Vec<_> = choices.iter().map(|(choice, text)| (*choice, *text, None)).collect();
    icon_segments(ui, theme, name, value, &choices)
}

/// The same with an icon before the words where a choice has one.
pub fn icon_segments<T: PartialEq + Copy>(
    ui: &mut Ui,
    theme: &Theme,
    name: &str,
    value: &mut T,
    choices: &[(T, &str, Option<Icon>)],
) -> bool {
    segments_with(ui, theme, name, value, choices, None).0
}

/// The same with a button of an icon at the end, for choices of another kind; the second part is its response.
pub fn segments_and_button<T: PartialEq + Copy>(
    ui: &mut Ui,
    theme: &Theme,
    name: &str,
    value: &mut T,
    choices: &[(T, &str)],
    (icon, button): (Icon, &str),
) -> (bool, Option<Response>) {
    let choices: Vec<_> = choices.iter().map(|(choice, text)| (*choice, *text, None)).collect();
    segments_with(ui, theme, name, value, &choices, Some((icon, button)))
}

fn segments_with<T: PartialEq + Copy>(
    ui: &mut Ui,
    theme: &Theme,
    name: &str,
    value: &mut T,
    choices: &[(T, &str, Option<Icon>)],
    end: Option<(Icon, &str)>,
) -> (bool, Option<Response>) {
    const ICON: f32 = 14.0;
    const ICON_GAP: f32 = 6.0;
    let c = &theme.color;
    let font = theme.font(TextRole::SmallStrong);
    let galleys: Vec<_> = choices
        .iter()
        .map(|(_, text, _)| ui.painter().layout_no_wrap((*text).to_owned(), font.clone(), Color32::PLACEHOLDER))
        .collect();
    let icon_width = |icon: &Option<Icon>| if icon.is_some() { ICON + ICON_GAP } else { 0.0 };
    let widths: Vec<f32> =
        galleys.iter().zip(choices).map(|(g, (_, _, icon))| (g.size().x + icon_width(icon) + 24.0).ceil()).collect();
    let end_width = if end.is_some() { 34.0 } else { 0.0 };
    let size = vec2(widths.iter().sum::<f32>() + end_width, theme.size.control);
    let (frame, _) = ui.allocate_exact_size(size, Sense::hover());
    let radius = theme.radius.control;
    let mut changed = false;
    let mut left = frame.left();
    for (i, ((choice, text, icon), galley)) in choices.iter().zip(galleys).enumerate() {
        let rect = Rect::from_min_size(pos2(left, frame.top()), vec2(widths[i], frame.height()));
        left = rect.right();
        let response = ui.interact(rect, ui.scope_id().with((name, *text)), Sense::click());
        if response.clicked() && *value != *choice {
            *value = *choice;
            changed = true;
        }
        let is_chosen = *value == *choice;
        let (is_first, is_last) = (i == 0, i + 1 == choices.len() && end.is_none());
        let corner = |is_end: bool| if is_end { radius } else { 0 };
        let corners =
            CornerRadius { nw: corner(is_first), sw: corner(is_first), ne: corner(is_last), se: corner(is_last) };
        if is_chosen || response.hovered() {
            ui.painter().rect_filled(rect, corners, if is_chosen { c.bg_control } else { c.bg_hover });
        }
        if !is_first {
            ui.painter().vline(rect.left().round() + 0.5, rect.y_range(), Stroke::new(1.0, c.line));
        }
        let color = if is_chosen { c.t1 } else { c.t2 };
        let text_left = rect.center().x + (icon_width(icon) - galley.size().x) / 2.0;
        if let Some(icon) = icon {
            icon.paint(ui.painter(), pos2(text_left - ICON_GAP - ICON / 2.0, rect.center().y), ICON, color);
        }
        ui.painter().galley(pos2(text_left, rect.center().y - galley.size().y / 2.0), galley, color);
        focus_ring(ui, theme, &response, radius);
        response.widget_info(|| WidgetInfo::selected(Role::RadioButton, true, is_chosen, format!("{name}: {text}")));
    }
    let button = end.map(|(icon, button)| {
        let rect = frame.with_min_x(left);
        let response = ui.interact(rect, ui.scope_id().with((name, button)), Sense::click());
        if response.hovered() {
            let corners = CornerRadius { nw: 0, sw: 0, ne: radius, se: radius };
            ui.painter().rect_filled(rect, corners, c.bg_hover);
        }
        ui.painter().vline(rect.left().round() + 0.5, rect.y_range(), Stroke::new(1.0, c.line));
        icon.paint(ui.painter(), rect.center(), theme.size.icon, if response.hovered() { c.t1 } else { c.t2 });
        focus_ring(ui, theme, &response, radius);
        response.widget_info(|| WidgetInfo::labeled(Role::Button, true, button));
        response.on_hover_text(button)
    });
    ui.painter().rect_stroke(frame, f32::from(radius), Stroke::new(1.0, c.line), StrokeKind::Inside);
    (changed, button)
}

/// Tabs on a divider; true when another was chosen.
pub fn tabs<T: PartialEq + Copy>(ui: &mut Ui, theme: &Theme, value: &mut T, choices: &[(T, &str)]) -> bool {
    let c = &theme.color;
    let mut changed = false;
    let height = 36.0;
    let line = ui.available_rect_before_wrap();
    ui.horizontal(|ui| {
        ui.spacing_mut().item_spacing.x = 20.0;
        for (choice, text) in choices {
            let is_chosen = *value == *choice;
            let font = theme.font(if is_chosen { TextRole::BodyStrong } else { TextRole::Body });
            let galley = ui.painter().layout_no_wrap((*text).to_owned(), font, Color32::PLACEHOLDER);
            let (rect, response) = ui.allocate_exact_size(vec2(galley.size().x.ceil(), height), Sense::click());
            let color = if is_chosen || response.hovered() { c.t1 } else { c.t2 };
            ui.painter().galley(rect.center() - galley.size() / 2.0, galley, color);
            if is_chosen {
                let bar = Rect::from_min_max(pos2(rect.left(), rect.bottom() - 2.0), rect.max);
                ui.painter().rect_filled(bar, 0.0, c.accent);
            }
            focus_ring(ui, theme, &response, theme.radius.bar);
            if response.clicked() && !is_chosen {
                *value = *choice;
                changed = true;
            }
            response.widget_info(|| WidgetInfo::selected(Role::Tab, true, is_chosen, *text));
        }
    });
    let y = (line.top() + height).round() - 0.5;
    ui.painter().hline(line.x_range(), y, Stroke::new(1.0, c.line));
    changed
}
