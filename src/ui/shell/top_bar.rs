//! The top bar: the page's title, live or a range, pause, and the way into the palette.

use std::time::Duration;

use eframe::egui::{
    Align, Align2, Color32, CornerRadius, Layout, Rect, Response, Role, Sense, Stroke, StrokeKind, Ui, UiBuilder,
    WidgetInfo, pos2, vec2,
};

use super::away::switcher_ui;
use super::{Desk, palette::Palette};
use crate::engine::Handle;
use crate::ui::actions::RANGE_MINUTES;
use crate::ui::chart::time_axis::span_words;
use crate::ui::cx::{Intent, Page, PanelCx};
use crate::ui::icons;
use crate::ui::pages::alerts::alerts_bar_ui;
use crate::ui::pages::charts::charts_bar_ui;
use crate::ui::pages::profiles::profiles_bar_ui;
use crate::ui::pages::services::services_bar_ui;
use crate::ui::theme::TextRole;
use crate::ui::widgets::{IconButton, focus_ring, key_cap, menu_item, popup_menu};

/// Draws the top bar into `ui`, whose whole place it takes.
pub fn top_bar_ui(cx: &PanelCx<'_>, ui: &mut Ui, desk: &mut Desk, home: &Handle) {
    let theme = cx.theme;
    let rect = ui.max_rect();
    ui.painter().hline(rect.x_range(), rect.bottom() - 0.5, Stroke::new(1.0, theme.color.line));
    let inner = rect.shrink2(vec2(theme.frame(cx.is_compact).margin_x, 0.0));
    let mut row = ui.new_child(UiBuilder::new().max_rect(inner).layout(Layout::right_to_left(Align::Center)));
    row.spacing_mut().item_spacing.x = 8.0;
    // The Alerts page has many buttons of its own: the search is one of them there.
    if desk.page != Page::Alerts {
        search_button(cx, &mut row, &mut desk.palette);
    }
    match desk.page {
        Page::Overview | Page::Processes | Page::Services => {
            pause_button(cx, &mut row);
            range_ui(cx, &mut row);
        }
        Page::Health => pause_button(cx, &mut row),
        Page::Charts
        | Page::Profiles
        | Page::Suggestions
        | Page::Machines
        | Page::Alerts
        | Page::Compare
        | Page::Reports
        | Page::Settings
        | Page::Help => {}
    }
    row.with_layout(Layout::left_to_right(Align::Center), |ui| {
        ui.spacing_mut().item_spacing.x = 8.0;
        ui.label(theme.text(TextRole::Title, desk.page.title()));
        switcher_ui(cx, ui, &desk.away, &home.snapshot().machine.host);
        if desk.page == Page::Charts && cx.snapshot.at.is_some() {
            charts_bar_ui(cx, ui, &mut desk.panels.charts);
        }
        if desk.page == Page::Alerts && alerts_bar_ui(cx, ui, &mut desk.panels.alerts) {
            desk.palette.open();
        }
        if desk.page == Page::Services {
            services_bar_ui(cx, ui, &mut desk.panels.services);
        }
        if desk.page == Page::Profiles {
            profiles_bar_ui(cx, ui, &mut desk.panels.profiles);
        }
    });
}

fn search_button(cx: &PanelCx<'_>, ui: &mut Ui, palette: &mut Palette) {
    let theme = cx.theme;
    let c = &theme.color;
    let (rect, response) = ui.allocate_exact_size(vec2(208.0, theme.size.control), Sense::click());
    let edge = if response.hovered() { c.line_strong } else { c.line_field };
    let stroke = Stroke::new(1.0, edge);
    ui.painter().rect(rect, f32::from(theme.radius.control), c.bg_field, stroke, StrokeKind::Inside);
    icons::MAGNIFYING_GLASS.paint(ui.painter(), pos2(rect.left() + 16.0, rect.center().y), theme.size.icon, c.t3);
    let at = pos2(rect.left() + 31.0, rect.center().y);
    ui.painter().text(at, Align2::LEFT_CENTER, "Search or run…", theme.font(TextRole::Small), c.t3);
    let keys = Rect::from_min_max(pos2(rect.right() - 60.0, rect.top()), pos2(rect.right() - 6.0, rect.bottom()));
    let builder = UiBuilder::new().max_rect(keys).layout(Layout::right_to_left(Align::Center));
    let shortcut = if ui.ctx().os().is_mac() { "⌘K" } else { "Ctrl+K" };
    key_cap(&mut ui.new_child(builder), theme, shortcut);
    focus_ring(ui, theme, &response, theme.radius.control);
    response.widget_info(|| WidgetInfo::labeled(Role::Button, true, "Search or run"));
    if response.clicked() {
        palette.open();
    }
}

fn pause_button(cx: &PanelCx<'_>, ui: &mut Ui) {
    let (icon, name) = if cx.is_paused { (icons::PLAY, "Follow live") } else { (icons::PAUSE, "Pause the screen") };
    let why_not = cx.snapshot.at.is_none().then_some("There is no data yet");
    let button = IconButton::new(icon, name).framed().chosen(cx.is_paused).why_not(why_not);
    if button.show(ui, cx.theme).clicked() {
        cx.ask(Intent::SetPaused(!cx.is_paused));
    }
}

/// "Live | 15 min": the left part follows live again, the right part chooses the range.
fn range_ui(cx: &PanelCx<'_>, ui: &mut Ui) {
    let theme = cx.theme;
    let c = &theme.color;
    let radius = theme.radius.control;
    let left_corners = CornerRadius { nw: radius, sw: radius, ne: 0, se: 0 };
    let right_corners = CornerRadius { nw: 0, sw: 0, ne: radius, se: radius };
    let words = span_words(cx.range.as_secs());
    let live_word = if cx.is_paused { "Paused" } else { "Live" };
    let layout = |text: &str| {
        ui.painter().layout_no_wrap(text.to_owned(), theme.font(TextRole::SmallStrong), Color32::PLACEHOLDER)
    };
    let (live_text, span_text) = (layout(live_word), layout(&words));
    let (live_width, span_width) = ((live_text.size().x + 34.0).ceil(), (span_text.size().x + 40.0).ceil());
    let (frame, _) = ui.allocate_exact_size(vec2(live_width + span_width, theme.size.control), Sense::hover());
    let (live, span) = frame.split_left_right_at_x(frame.left() + live_width);
    let part = |ui: &Ui, rect: Rect, id: &str, corners: CornerRadius, ground: Color32| -> Response {
        let response = ui.interact(rect, ui.scope_id().with(id), Sense::click());
        let fill = if response.hovered() { c.bg_control_hover } else { ground };
        ui.painter().rect_filled(rect, corners, fill);
        response
    };
    let ground = if cx.is_paused { Color32::TRANSPARENT } else { c.bg_control };
    let live_response = part(ui, live, "live", left_corners, ground);
    let dot = if cx.is_paused { c.t3 } else { c.accent };
    ui.painter().circle_filled(pos2(live.left() + 14.0, live.center().y), 3.5, dot);
    let at = pos2(live.left() + 24.0, live.center().y - live_text.size().y / 2.0);
    ui.painter().galley(at, live_text, c.t1);
    live_response.widget_info(|| WidgetInfo::selected(Role::Button, true, !cx.is_paused, live_word));
    if live_response.clicked() && cx.is_paused {
        cx.ask(Intent::SetPaused(false));
    }
    let span_response = part(ui, span, "range", right_corners, Color32::TRANSPARENT);
    let at = pos2(span.left() + 12.0, span.center().y - span_text.size().y / 2.0);
    ui.painter().galley(at, span_text, c.t2);
    icons::CARET_DOWN.paint(ui.painter(), pos2(span.right() - 15.0, span.center().y), 12.0, c.t2);
    span_response.widget_info(|| WidgetInfo::labeled(Role::ComboBox, true, format!("Range: {words}")));
    ui.painter().vline(span.left().round() + 0.5, frame.y_range(), Stroke::new(1.0, c.line));
    ui.painter().rect_stroke(frame, f32::from(radius), Stroke::new(1.0, c.line), StrokeKind::Inside);
    focus_ring(ui, theme, &live_response, radius);
    focus_ring(ui, theme, &span_response, radius);
    popup_menu(theme, &span_response, |ui| {
        for minutes in RANGE_MINUTES {
            let range = Duration::from_secs(60 * minutes);
            if menu_item(ui, theme, &span_words(range.as_secs()), None, range == cx.range).clicked() {
                cx.ask(Intent::SetRange(range));
            }
        }
    });
}
