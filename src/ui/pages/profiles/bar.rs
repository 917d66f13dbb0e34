//! The page's part of the top bar: which profile is on the page, and the way to compare it with another.

use eframe::egui::{Align, Color32, Layout, Role, Sense, Ui, UiBuilder, WidgetInfo, pos2, vec2};

use super::ProfilesPanel;
use super::deed::{Deed, carry_out};
use super::list::{Chip, list_ui};
use crate::model::profile::LOCAL_LAYER;
use crate::ui::PanelCx;
use crate::ui::icons::{self, Icon};
use crate::ui::theme::TextRole;
use crate::ui::widgets::{Button, IconButton, Tone, elided, focus_ring, menu_item, popup_frame, popup_menu};

/// What a chip beside a profile looks like.
pub(super) fn chip_word(chip: Chip) -> (Tone, Option<Icon>, &'static str) {
    match chip {
        Chip::Active => (Tone::Accent, None, "active"),
        Chip::OnTrial => (Tone::Accent, Some(icons::HOURGLASS_MEDIUM), "on trial"),
        Chip::UnderWay => (Tone::Accent, Some(icons::CIRCLE_NOTCH), "under way"),
    }
}

/// Draws the page's part of the top bar, from the title (left) to the search field (right).
pub fn profiles_bar_ui(cx: &PanelCx<'_>, ui: &mut Ui, panel: &mut ProfilesPanel) {
    let Some(chosen) = panel.chosen.clone() else { return };
    let theme = cx.theme;
    let mut deeds = Vec::new();
    let rect = ui.available_rect_before_wrap();
    let mut right = ui.new_child(UiBuilder::new().max_rect(rect).layout(Layout::right_to_left(Align::Center)));
    let others: Vec<_> = cx.snapshot.tuning.profiles.iter().filter(|p| p.name != chosen).collect();
    let why_not = others.is_empty().then_some("There is no other profile");
    let button = if cx.is_compact {
        IconButton::new(icons::GIT_DIFF, "Compare with…").framed().why_not(why_not).show(&mut right, theme)
    } else {
        Button::quiet("Compare with…").icon(icons::GIT_DIFF).why_not(why_not).show(&mut right, theme)
    };
    popup_menu(theme, &button, |ui| {
        ui.set_min_width(200.0);
        eframe::egui::ScrollArea::vertical().max_height(420.0).show(ui, |ui| {
            for other in &others {
                if menu_item(ui, theme, &other.name, None, false).clicked() {
                    deeds.push(Deed::CompareWith(other.name.clone()));
                    ui.close();
                }
            }
        });
    });
    let rect = rect.with_max_x(right.min_rect().left() - 16.0);
    let mut left = ui.new_child(UiBuilder::new().max_rect(rect).layout(Layout::left_to_right(Align::Center)));
    left.spacing_mut().item_spacing.x = 8.0;
    left.label(theme.colored(TextRole::Body, "/", theme.color.t3));
    let host = &cx.snapshot.machine.host;
    let name = if &*chosen == LOCAL_LAYER { format!("{host} only") } else { chosen.to_string() };
    if cx.is_compact {
        choice_ui(cx, &mut left, panel, &name, &mut deeds);
    } else {
        left.label(theme.text(TextRole::BodyStrong, name));
    }
    for deed in deeds {
        carry_out(cx, panel, deed);
    }
}

/// The profile as a choice, where there is no room for the second column: the column drops down.
fn choice_ui(cx: &PanelCx<'_>, ui: &mut Ui, panel: &mut ProfilesPanel, name: &str, deeds: &mut Vec<Deed>) {
    const HEIGHT: f32 = 520.0;
    let theme = cx.theme;
    let room = (ui.available_width() - 34.0).clamp(60.0, 320.0);
    let galley = elided(ui.painter(), theme, name, TextRole::BodyStrong, Color32::PLACEHOLDER, room);
    let (rect, button) = ui.allocate_exact_size(vec2(galley.size().x + 34.0, theme.size.control), Sense::click());
    if button.hovered() {
        ui.painter().rect_filled(rect, f32::from(theme.radius.control), theme.color.bg_control);
    }
    let at = pos2(rect.left() + 8.0, rect.center().y - galley.size().y / 2.0);
    ui.painter().galley(at, galley, theme.color.t1);
    icons::CARET_DOWN.paint(ui.painter(), pos2(rect.right() - 14.0, rect.center().y), 12.0, theme.color.t2);
    focus_ring(ui, theme, &button, theme.radius.control);
    button.widget_info(|| WidgetInfo::labeled(Role::ComboBox, true, format!("Profile: {name}")));
    let Some(model) = panel.model.take() else { return };
    let before = deeds.len();
    eframe::egui::Popup::from_toggle_button_response(&button)
        .frame(popup_frame(theme))
        .close_behavior(eframe::egui::PopupCloseBehavior::CloseOnClickOutside)
        .gap(4.0)
        .show(|ui| {
            let size = vec2(theme.size.second_column + 24.0, HEIGHT.min(ui.ctx().content_rect().height() - 96.0));
            let (place, _) = ui.allocate_exact_size(size, Sense::hover());
            let mut inner = ui.new_child(UiBuilder::new().max_rect(place));
            list_ui(cx, &mut inner, &mut panel.list, &panel.drafts, &model, deeds);
            if deeds.len() > before {
                ui.close();
            }
        });
    panel.model = Some(model);
}
