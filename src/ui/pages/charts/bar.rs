//! The page's part of the top bar: which layout is on the page, and the buttons for another chart and for the
//! export of what is shown.

use eframe::egui::{Align, Color32, Layout, Role, Sense, Ui, UiBuilder, WidgetInfo, pos2, vec2};

use super::ChartsPanel;
use super::dialog::Dialog;
use super::edit::Edit;
use super::menu::series_of;
use crate::model::Layouts;
use crate::ui::icons;
use crate::ui::theme::TextRole;
use crate::ui::widgets::{Button, IconButton, elided, focus_ring, hairline, menu_item, popup_menu};
use crate::ui::{Intent, PanelCx};

/// Draws the page's part of the top bar, from the title (left) to the search field (right).
pub fn charts_bar_ui(cx: &PanelCx<'_>, ui: &mut Ui, panel: &mut ChartsPanel) {
    let layouts = panel.layouts_now(cx);
    let rect = ui.available_rect_before_wrap();
    let mut right = ui.new_child(UiBuilder::new().max_rect(rect).layout(Layout::right_to_left(Align::Center)));
    right.spacing_mut().item_spacing.x = 8.0;
    let exports = if cx.is_compact {
        IconButton::new(icons::EXPORT, "Export…").framed().show(&mut right, cx.theme).clicked()
    } else {
        Button::secondary("Export…").icon(icons::EXPORT).show(&mut right, cx.theme).clicked()
    };
    if exports {
        cx.ask(Intent::ExportPeriod(panel.range(cx), series_of(&panel.model)));
    }
    let adds = if cx.is_compact {
        IconButton::new(icons::CHART_LINE, "Add chart").framed().show(&mut right, cx.theme).clicked()
    } else {
        Button::secondary("Add chart").icon(icons::CHART_LINE).show(&mut right, cx.theme).clicked()
    };
    if adds {
        panel.edits.push(Edit::AddChart);
    }
    let rect = rect.with_max_x(right.min_rect().left() - 16.0);
    let mut left = ui.new_child(UiBuilder::new().max_rect(rect).layout(Layout::left_to_right(Align::Center)));
    left.spacing_mut().item_spacing.x = 8.0;
    left.label(cx.theme.colored(TextRole::Body, "/", cx.theme.color.t3));
    layout_menu(cx, &mut left, panel, &layouts);
}

fn layout_menu(cx: &PanelCx<'_>, ui: &mut Ui, panel: &mut ChartsPanel, layouts: &Layouts) {
    let theme = cx.theme;
    let name = layouts.current().map_or("No layout", |layout| &layout.name);
    let room = (ui.available_width() - 34.0).clamp(60.0, 320.0);
    let galley = elided(ui.painter(), theme, name, TextRole::BodyStrong, Color32::PLACEHOLDER, room);
    let is_cut = galley.elided;
    let (rect, button) = ui.allocate_exact_size(vec2(galley.size().x + 34.0, theme.size.control), Sense::click());
    if button.hovered() {
        ui.painter().rect_filled(rect, f32::from(theme.radius.control), theme.color.bg_control);
    }
    let at = pos2(rect.left() + 8.0, rect.center().y - galley.size().y / 2.0);
    ui.painter().galley(at, galley, theme.color.t1);
    icons::CARET_DOWN.paint(ui.painter(), pos2(rect.right() - 14.0, rect.center().y), 12.0, theme.color.t2);
    focus_ring(ui, theme, &button, theme.radius.control);
    button.widget_info(|| WidgetInfo::labeled(Role::ComboBox, true, format!("Layout: {name}")));
    let button = if is_cut { button.on_hover_text(name) } else { button };
    popup_menu(theme, &button, |ui| {
        ui.set_min_width(220.0);
        ui.set_max_width(280.0);
        for layout in &layouts.layouts {
            if menu_item(ui, theme, &layout.name, None, layout.name == name).clicked() && layout.name != name {
                panel.edits.push(Edit::ChooseLayout(layout.name.clone()));
            }
        }
        hairline(ui, theme);
        if menu_item(ui, theme, "New layout…", Some(icons::PLUS), false).clicked() {
            panel.dialog = Some(Dialog::new_layout());
        }
        if menu_item(ui, theme, "Rename layout…", Some(icons::PENCIL_SIMPLE), false).clicked() {
            panel.dialog = Some(Dialog::rename_layout(name));
        }
        if menu_item(ui, theme, "Duplicate layout", Some(icons::COPY), false).clicked() {
            panel.edits.push(Edit::DuplicateLayout);
        }
        if menu_item(ui, theme, "Delete layout", Some(icons::TRASH), false).clicked() {
            panel.edits.push(Edit::DeleteLayout);
        }
    });
}
