//! The page's part of the top bar: which rule is edited, and what can be done with it as a whole.

use eframe::egui::{Align, Label, Layout, Response, Ui, UiBuilder};

use super::deed::{Deed, carry_out};
use super::draft::{Draft, NEW};
use super::silence::silence_ui;
use super::{AlertsPanel, Tab};
use crate::ui::PanelCx;
use crate::ui::icons::{self, Icon};
use crate::ui::theme::TextRole;
use crate::ui::widgets::{Button, IconButton};

/// Draws the page's part of the top bar, which is all of it behind the title. True when the search was asked for.
pub fn alerts_bar_ui(cx: &PanelCx<'_>, ui: &mut Ui, panel: &mut AlertsPanel) -> bool {
    let theme = cx.theme;
    let mut deeds = Vec::new();
    let rect = ui.available_rect_before_wrap();
    let mut right = ui.new_child(UiBuilder::new().max_rect(rect).layout(Layout::right_to_left(Align::Center)));
    right.spacing_mut().item_spacing.x = 8.0;
    let has_rule = panel.tab == Tab::Rules && panel.model.is_some() && !(cx.is_compact && panel.is_list_shown);
    if has_rule {
        buttons_ui(cx, &mut right, panel, &mut deeds);
    }
    let is_asked = IconButton::new(icons::MAGNIFYING_GLASS, "Search or run").show(&mut right, theme).clicked();
    let rect = rect.with_max_x(right.min_rect().left() - 16.0);
    let mut left = ui.new_child(UiBuilder::new().max_rect(rect).layout(Layout::left_to_right(Align::Center)));
    left.spacing_mut().item_spacing.x = 8.0;
    let name = match (panel.tab, panel.form()) {
        (Tab::Log, _) => Some("Log"),
        (Tab::Rules, Some(form)) if has_rule && form.name.trim().is_empty() => Some("New rule"),
        (Tab::Rules, Some(form)) if has_rule => Some(form.name.trim()),
        _ => None,
    };
    if let Some(name) = name {
        left.label(theme.colored(TextRole::Body, "/", theme.color.t3));
        left.add(Label::new(theme.text(TextRole::BodyStrong, name)).truncate());
    }
    for deed in deeds {
        carry_out(cx, panel, deed);
    }
    is_asked
}

/// Words beside an icon where there is room, and the icon alone where there is none.
fn tool(cx: &PanelCx<'_>, ui: &mut Ui, icon: Icon, name: &str, why_not: Option<&str>) -> Response {
    if cx.is_compact {
        IconButton::new(icon, name).framed().why_not(why_not).show(ui, cx.theme)
    } else {
        Button::quiet(name).icon(icon).why_not(why_not).show(ui, cx.theme)
    }
}

fn buttons_ui(cx: &PanelCx<'_>, ui: &mut Ui, panel: &mut AlertsPanel, deeds: &mut Vec<Deed>) {
    let theme = cx.theme;
    let Some(chosen) = panel.chosen.clone() else { return };
    let is_new = &*chosen == NEW;
    let is_dirty = panel.drafts.get(&chosen).is_some_and(Draft::is_dirty);
    let faults = panel.model.as_ref().map_or(0, |m| m.reading.problems.iter().filter(|p| p.is_error).count());
    let why_not = match (is_dirty, faults) {
        (false, _) => Some("Nothing is changed"),
        (true, 0) => None,
        _ => Some("Something in it cannot be read: see the fields that are marked"),
    };
    if Button::primary("Save rule").why_not(why_not).show(ui, theme).clicked() {
        deeds.push(Deed::Save);
    }
    let why_not = (!is_dirty).then_some("Nothing is changed");
    if Button::secondary("Discard").why_not(why_not).show(ui, theme).clicked() {
        deeds.push(Deed::Discard);
    }
    let unsaved = is_new.then_some("It is not saved yet");
    if tool(cx, ui, icons::TRASH, "Delete", unsaved).clicked() {
        deeds.push(Deed::Delete);
    }
    if tool(cx, ui, icons::COPY, "Duplicate", None).clicked() {
        deeds.push(Deed::Duplicate);
    }
    let status = cx.snapshot.alerts.rule(&chosen);
    let is_paused = status.is_some_and(|status| status.rule.is_paused);
    let (icon, name) = if is_paused { (icons::PLAY, "Run again") } else { (icons::PAUSE, "Pause") };
    if tool(cx, ui, icon, name, unsaved).clicked() {
        deeds.push(Deed::Pause(!is_paused));
    }
    let button = tool(cx, ui, icons::BELL_SLASH, "Silence…", unsaved);
    silence_ui(cx, &button, &mut panel.silence, status, deeds);
}
